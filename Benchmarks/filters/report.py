"""The figures as text for the terminal and as the section of docs/PERFORMANCE.md."""

import tables
from tables import milliseconds, rate, times

OURS, DEFAULTS = "quiver", "quiver, defaults"
ORDER = (OURS, DEFAULTS, "faiss-cpu", "faiss-cpu, selector made", "zvec", "lancedb", "chroma", "milvus-lite", "sqlite-vec")


def settings(result):
    """What was chosen, in a few words."""
    chosen = {name: value for name, value in result["settings"].items() if value is not None and name != "made"}
    method = chosen.pop("method")
    selector = chosen.pop("selector", None)
    words = [result["variant"], method, selector, *(f"{name}={value}" for name, value in chosen.items())]
    return " ".join(word for word in words if word)


def searched(result):
    """Queries a second and recall; a star where the recall wanted was not reached."""
    if not result:
        return "–"
    return f"{rate(result['queries_per_second'])} @ {result['recall']:.3f}" + ("" if result["reached"] else "*")


def line(entry):
    """One filter, for the terminal."""
    results = entry["contenders"]
    peers = [name for name in ORDER if name in results]
    return f"{entry['filter']}: " + ", ".join(f"{name} {searched(results[name])}" for name in peers)


def names(figures):
    return [name for name in ORDER if any(name in entry["contenders"] for entry in figures["filters"])]


def summary_row(entry):
    results = entry["contenders"]

    def peer(key):
        best = entry.get(key)
        return f"{best}: {searched(results[best])}" if best else "–"

    return [
        entry["filter"],
        f"{entry['selectivity']:.3g}%",
        f"{entry['share_of_nearest']:.3g}%",
        searched(results.get(OURS)),
        searched(results.get(DEFAULTS)),
        peer("best"),
        times(entry.get("best_ratio")),
        peer("best_with_filter"),
        times(entry.get("best_with_filter_ratio")),
    ]


def latency(result):
    return f"{milliseconds(result['p50'])} / {milliseconds(result['p99'])}, {settings(result)}" if result else "–"


def engine_row(title, engine):
    build = engine["build"]
    return [
        title,
        engine["version"],
        engine["description"],
        f"{build['seconds']:.0f}",
        f"{build['bytes'] / 1e6:.0f}",
        f"{engine['open_seconds']:.1f}",
        f"{engine.get('memory_bytes', 0) / 1e6:.0f}",
    ]


def contents(figures):
    """Title, header and rows of every table."""
    yield (
        "Queries/s @ recall@10, one query at a time on one processor",
        ["filter", "rows allowed", "of the nearest 10", "Quiver", "Quiver, defaults"]
        + ["best peer", "Quiver / it", "best that is given the filter", "Quiver / it"],
        [summary_row(entry) for entry in figures["filters"]],
    )
    columns = names(figures)
    for title, cell in (
        ("Queries/s @ recall@10 of every engine (* does not reach the recall)", searched),
        ("Milliseconds, median / 99th percentile, and the settings that were fastest", latency),
    ):
        rows = [[entry["filter"], *(cell(entry["contenders"].get(name)) for name in columns)] for entry in figures["filters"]]
        yield title, ["filter", *columns], rows
    yield (
        "Engines",
        ["engine", "version", "indexes", "build s", "MB on disk", "open s", "MB of memory"],
        [engine_row(title, engine) for title, engine in figures["engines"].items()],
    )


def text(figures):
    return tables.text(contents(figures))


def section(figures):
    paragraphs = [
        f"Measured {figures['date']} on {figures['processor']}, {figures['cores']} cores, commit {figures['commit']}: "
        f"WordNet × MiniLM, {figures['rows']:,} × {figures['dimension']}, cosine, k = 10, medians of {figures['rounds']} "
        f"interleaved rounds, in brackets the least and the most. The load was {figures['load']:.1f} when it began.",
        f"Each engine is tuned for every filter to be as fast as it can at recall@10 of {figures['target']:.2f} on one half "
        f"of the queries; recall and speed are those on the other half. “Of the nearest 10” is the share of a query's "
        f"unfiltered answers that the filter allows: the selectivity, if the filter has nothing to do with the query. "
        f"`faiss-cpu` has no fields: its selector is made before the clock starts, for free; “selector made” counts its "
        f"making.",
    ]
    return "\n\n".join([*paragraphs, tables.markdown(contents(figures))])


def write_section(page, figures):
    """Writes the section on filters between its markers; adds it where there is none."""
    tables.write_section(page, "filters", "filters", "Filtered search", section(figures))
