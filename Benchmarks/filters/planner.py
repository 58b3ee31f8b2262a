"""What the choice between comparing rows and walking the graph is worth: the same filtered searches as the planner does them,
always by comparing every row that the filter lets through, and always by the graph.

The work is mixed: every filter of the benchmark is asked as often as any other, with its own queries. All three are the one
store in one process, at default settings, and take turns.

    planner.py --vectors DIR [--rounds N] [--json FILE] [--markdown FILE]
"""

import argparse
import os
import statistics
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "common"))
import measure
import tables
from contender import Contender
from dataset import Dataset
from runs import circumstances, progress, ratio, write
from tables import rate, times

WAYS = {"planner": "defaults", "always exact": "exact", "always graph": "indexed"}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--vectors", type=Path, required=True, help="the folder that prepare.py filled")
    parser.add_argument("--indexes", type=Path, help="where what was built is kept; VECTORS/filter-indexes")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--processor", type=int, default=max(os.sched_getaffinity(0)), help="where searches run")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--markdown", type=Path, help="the page whose section on the planner is to be written")
    options = parser.parse_args()
    options.indexes = options.indexes or options.vectors / "filter-indexes"
    options.recall_seconds, options.round_seconds = 3, 0.3
    return options


def start(options):
    options.indexes.mkdir(parents=True, exist_ok=True)
    contender = Contender("quiver", "", options.indexes, options.vectors, options.indexes / "log")
    contender.complain = lambda words: sys.exit(words)
    contender.start("-")
    contender.ask("build")
    contender.close()
    contender.start(options.processor)
    contender.ask("open")
    return contender


def total(filters, way):
    """Seconds of one query of each filter, round by round, and the mean recall."""
    results = [entry["ways"][way] for entry in filters]
    seconds = [sum(values) for values in zip(*(result["seconds"] for result in results))]
    return {"seconds": seconds, "recall": statistics.fmean(result["recall"] for result in results)}


def run(options):
    dataset = Dataset(options.vectors)
    contender = start(options)
    filters = []
    for workload in dataset.workloads.values():
        entries = {way: (contender, {"method": method, "ef_search": None}) for way, method in WAYS.items()}
        ways = measure.race(entries, workload.name, 0, len(dataset.queries), options)
        filters.append({"filter": workload.name, "selectivity": workload.selectivity, "ways": ways})
        progress(f"{workload.name}: " + ", ".join(f"{way} {cell(result)}" for way, result in ways.items()))
    contender.close()
    totals = {way: total(filters, way) for way in WAYS}
    for way in totals:
        totals[way]["ratio"] = ratio(totals["planner"]["seconds"], totals[way]["seconds"])
    return {"filters": filters, "totals": totals, "rows": len(dataset.base), "dimension": dataset.base.shape[1]}


def cell(result):
    return f"{rate(result['queries_per_second'])} @ {result['recall']:.3f}"


def contents(figures):
    totals = figures["totals"]
    yield (
        "All filters alike: time in all, as a multiple of the planner's, and mean recall@10",
        ["", *WAYS],
        [
            ["microseconds a query", *(f"{1e6 * mean_seconds(figures, way):,.0f}" for way in WAYS)],
            ["time / planner's", *(times(totals[way]["ratio"]) for way in WAYS)],
            ["recall@10", *(f"{totals[way]['recall']:.4f}" for way in WAYS)],
        ],
    )
    rows = [[entry["filter"], *(cell(entry["ways"][way]) for way in WAYS)] for entry in figures["filters"]]
    yield "Queries/s @ recall@10 of each filter", ["filter", *WAYS], rows


def mean_seconds(figures, way):
    return statistics.median(figures["totals"][way]["seconds"]) / len(figures["filters"])


def main():
    options = arguments()
    figures = circumstances() | {"rounds": options.rounds} | run(options)
    write(options.json, figures)
    print(tables.text(contents(figures)))
    if options.markdown:
        paragraph = (
            f"Measured {figures['date']} on {figures['processor']}, commit {figures['commit']}: WordNet × MiniLM, "
            f"{figures['rows']:,} × {figures['dimension']}, cosine, k = 10, one query at a time on one processor, default "
            f"settings, medians of {figures['rounds']} interleaved rounds, in brackets the least and the most. The load was "
            f"{figures['load']:.1f} when it began. “Always exact” compares every row that the filter lets through, “always "
            f"graph” walks whatever the filter is."
        )
        section = "\n\n".join([paragraph, tables.markdown(contents(figures))])
        tables.write_section(options.markdown, "filters", "planner", "What the planner is worth", section)


if __name__ == "__main__":
    main()
