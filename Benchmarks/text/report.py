"""The figures as text for the terminal and as the section of docs/PERFORMANCE.md."""

import tables
from tables import rate, times

OURS = "quiver"
NAMES = {"wordnet": "WordNet", "entries": "WordNet with the words defined", "debian": "Debian's package descriptions"}
TASKS = {
    "wordnet": "example sentence → definition",
    "entries": "example sentence → words and definition",
    "debian": "title → text",
}


def title(name, figures):
    return f"{NAMES[name]}, {figures['sets'][name]['rows']:,} texts"


def agreement_row(result):
    parts = f"{result['segments']} and a tail of {result['tail']:,}" if result["tail"] else f"{result['segments']}"
    difference = f"{result['largest_difference']:.1e}" if result["same"] else "–"
    if result["same"] < result["queries"]:
        difference += f" (others {result['largest_difference_of_others']:.2g})"
    return [
        result["layout"],
        parts,
        result["language"] or "none",
        ", ".join(f"{value:g}" for value in result["parameters"]),
        result["statistics"],
        f"{result['same']:,} of {result['queries']:,}",
        difference,
        f"{100 * result['shared']:.4g}%",
    ]


def throughput_row(entry, names):
    def cell(name):
        result = entry["engines"].get(name)
        return rate(result["queries_per_second"]) if result else "–"

    def compared(name):
        return times(entry["engines"].get(name, {}).get("ratio"))

    others = [name for name in names if name != OURS]
    return [entry["class"], *(cell(name) for name in names), *(compared(name) for name in others)]


def latency_row(entry, names):
    def cell(name):
        result = entry["engines"].get(name)
        if not result:
            return "–"
        shared = "" if name == OURS or result["shared"] is None else f", {100 * result['shared']:.0f}%"
        return f"{1e6 * result['p50']:,.0f} / {1e6 * result['p99']:,.0f}{shared}"

    result = entry["engines"].get(OURS)
    inside = f"{1e6 * result['seconds_inside']:,.0f}" if result else "–"
    whole = f"{1e6 / result['queries_per_second']:,.0f}" if result else "–"
    return [entry["class"], f"{whole}, {inside}", *(cell(name) for name in names)]


def percent(interval, is_difference=False):
    sign = "+" if is_difference else ""
    mean, low, high = (100 * interval[key] for key in ("mean", "low", "high"))
    return f"{mean:{sign}.1f} ({low:{sign}.1f} to {high:{sign}.1f})"


def ranks(interval, is_difference=False):
    sign = "+" if is_difference else ""
    mean, low, high = (interval[key] for key in ("mean", "low", "high"))
    return f"{mean:{sign}.3f} ({low:{sign}.3f} to {high:{sign}.3f})"


def hybrid_row(name, result):
    def compared(other, measure, write):
        difference = result.get(f"over_{other}")
        return write(difference[measure], True) if difference else "–"

    return [
        name + (f": {result['weight']:g} of the words" if "weight" in result else ""),
        percent(result["hit"]),
        compared("words", "hit", percent),
        compared("vectors", "hit", percent),
        ranks(result["mrr"]),
        compared("words", "mrr", ranks),
        compared("vectors", "mrr", ranks),
    ]


def engine_row(name, engine):
    build = engine["build"]
    memory = engine.get("memory_bytes", 0)
    return [
        name,
        engine["version"],
        f"{build['seconds']:.0f}",
        f"{build['bytes'] / 1e6:.0f}",
        f"{memory / 1e6:.0f}",
        engine["description"],
    ]


def contents(figures):
    """Title, header and rows of every table."""
    for name, results in figures["sets"].items():
        if "agreement" in results:
            yield (
                f"{title(name, figures)}: the best ten beside bm25s's",
                ["layout", "segments", "stems", "k1, b", "bm25s counts", "the same", "scores differ by"] + ["hits as good"],
                [agreement_row(result) for result in results["agreement"]["results"]],
            )
    for name, results in figures["sets"].items():
        if "throughput" in results:
            engines = list(results["throughput"]["engines"])
            entries = results["throughput"]["classes"]
            others = [engine for engine in engines if engine != OURS]
            yield (
                f"{title(name, figures)}: queries/s on one processor, and how many times as fast Quiver is",
                ["queries", *engines, *(f"Quiver / {engine}" for engine in others)],
                [throughput_row(entry, engines) for entry in entries],
            )
            yield (
                f"{title(name, figures)}: microseconds, median / 99th percentile, and the share of Quiver's hits found",
                ["queries", "Quiver's mean, of which inside the library", *engines],
                [latency_row(entry, engines) for entry in entries],
            )
            yield (
                f"{title(name, figures)}: engines",
                ["engine", "version", "build s", "MB on disk", "MB of memory", "what it was given"],
                [engine_row(engine, about) for engine, about in results["throughput"]["engines"].items()],
            )
    for name, results in figures["sets"].items():
        if "hybrid" in results:
            yield (
                f"{title(name, figures)}, {TASKS[name]}, {results['hybrid']['queries']:,} queries",
                ["", "hit@10, %", "over words", "over vectors", "MRR@10", "over words", "over vectors"],
                [hybrid_row(method, result) for method, result in results["hybrid"]["methods"].items()],
            )


def text(figures):
    return tables.text(contents(figures))


def section(figures):
    tuned = [results["hybrid"]["tuning_queries"] for results in figures["sets"].values() if "hybrid" in results]
    paragraphs = [
        f"`scripts/bench text`, measured {figures['date']} on {figures['processor']}, {figures['cores']} cores, commit "
        f"{figures['commit']}; the load was {figures['load']:.1f} when it began. Benchmarks/text/README.md says what is "
        "compared and how.",
        "**The same as bm25s**: the terms are Quiver's, k1 and b the same. Two lists of ten are the same if they have as "
        "many documents and all scores are within 1e-4 of each other, place by place: Quiver's, bm25s's, and bm25s's of the "
        "documents that Quiver names; so ties are in any order. “Hits as good”: the share of hits that bm25s, too, would "
        "have among its ten. Deleted documents count in the statistics until they are compacted away, as in Lucene.",
        f"**Speed**: medians of {figures['rounds']} interleaved rounds, in brackets the least and the most.",
    ]
    if tuned:
        paragraphs.append(
            "**Hybrid**: words by BM25 over English stems, vectors of all-MiniLM-L6-v2, and both as one list. Weights are "
            f"those with the most hits on {tuned[0]:,} other queries. In brackets the 95 % interval of a bootstrap over "
            "queries, paired where two are compared."
        )
    return "\n\n".join([*paragraphs, tables.markdown(contents(figures))])


def write_section(page, figures):
    """Writes the section on words between its markers; adds it where there is none."""
    tables.write_section(page, "text", "words", "Words", section(figures))
