"""The figures as text, and as a section of docs/PERFORMANCE.md."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "common"))
import tables

HEADER = ["state", "queries", "target", "recall", "distances", "best efSearch", "distances to its"]


def cells(point):
    best = point["best_ef_search"]
    return [
        point["state"],
        point["queries"],
        f"{point['target']}",
        f"{point['recall']:.3f}" + ("" if point["recall"] >= point["target"] - 0.01 else " (missed)"),
        f"{point['distances']:,.0f}",
        f"{best}" if best else "none",
        f"{point['ratio']:.2f}" if best else "–",
    ]


def line(point):
    state, queries, target, recall, distances, best, ratio = cells(point)
    cost = f"{distances:>7s} distances, {ratio} of efSearch {best}"
    return f"    {state:22s} {queries:8s} {target:5s} {recall:14s} {cost}  {point['bases']}"


def interval(entry):
    found = entry["intervals"]
    return (
        f"The interval that is shown holds the recall of {entry['name']} rows in {found['inside']} of {found['count']} cases "
        f"({found['trials']} samples of 1,200 rows, every effort of a recall between 0.79 and 0.995) "
        f"and is {found['widest']:.3f} wide at most."
    )


def all_tables(figures):
    for entry in figures["sets"]:
        title = f"{entry['name']}, {entry['rows']:,} rows, later {entry['later']:,} more"
        yield title, HEADER, [cells(point) for point in entry["points"]]


def text(figures):
    return "\n\n".join([tables.text(all_tables(figures)), *map(interval, figures["sets"])])


def write(figures, page):
    where = figures["circumstances"]
    section = [f"{where['processor']}, {where['cores']} cores, {where['date']}, {where['commit']}."]
    section += [tables.markdown(all_tables(figures)), *map(interval, figures["sets"])]
    tables.write_section(page, "recall", "recall targets", "Recall targets", "\n\n".join(section))
