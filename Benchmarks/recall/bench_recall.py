"""Whether a search with a recall target finds as much, at what cost, and whether the interval shown holds what is true.

For each set of rows: built; after queries were asked and their recall measured; after 30 % of the rows were deleted, before and
after maintenance; after another third of another kind came in. In each state half of the queries, which were never seen before,
are searched with each target and with one fixed efSearch after the other: the cost is told as distances computed, in
proportion to those of the least efSearch that reaches the target on these very queries.

    bench_recall.py --vectors DIR [--sets NAME…] [--quick] [--json FILE] [--markdown FILE]
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy
import quiver
from quiver import DocumentArrays

import report
from sets import SETS

sys.path.append(str(Path(__file__).resolve().parents[1] / "common"))
from runs import circumstances, progress, write

TARGETS = (0.8, 0.9, 0.95, 0.99)
K = 10
TRIALS = 40
# Of which the share of the population's recall is known well enough to be called true.
POPULATION = 20_000
EFFORTS = [*range(12, 64, 2), *range(64, 160, 6), *range(160, 400, 16), *range(400, 1_600, 64)]


class State:
    """A collection in one state, and what is true of it."""

    def __init__(self, collection, threads):
        self.collection, self.threads = collection, threads

    def search(self, queries, **options):
        return self.collection.search_batch(queries, K, thread_count=self.threads, **options)

    def recall(self, truth, found):
        """Rows as near as the tenth count, whichever they are."""
        shares = []
        for exact, hits in zip(truth, found, strict=True):
            worst = exact[-1].score
            better = (lambda score: score <= worst) if self.metric == "l2" else (lambda score: score >= worst)
            shares.append(sum(better(hit.score) for hit in hits) / len(exact))
        return float(numpy.mean(shares))

    @property
    def metric(self):
        return self.collection.schema().vector_fields[0].metric

    def distances(self, found):
        return float(numpy.mean([sum(part.distance_count for part in hits.explanation.parts) for hits in found]))

    def fixed(self, queries, truth):
        """Recall and distances of one efSearch after the other, until none is of use any more."""
        points = []
        for effort in EFFORTS:
            found = self.search(queries, ef_search=effort, explain=True)
            points.append((effort, self.recall(truth, found), self.distances(found)))
            if points[-1][1] >= max(TARGETS) + 0.002:
                break
        return points

    def measure(self, name, kinds):
        """`kinds`: name and queries."""
        for kind, queries in kinds.items():
            truth = self.search(queries, mode="exact")
            points = self.fixed(queries, truth)
            for target in TARGETS:
                found = self.search(queries, recall=target, explain=True, sample=False)
                best = next((point for point in points if point[1] >= target), None)
                distances = self.distances(found)
                bases = [hits.explanation.recall.basis if hits.explanation.recall else None for hits in found]
                yield {
                    "state": name,
                    "queries": kind,
                    "target": target,
                    "recall": self.recall(truth, found),
                    "distances": distances,
                    "best_ef_search": best and best[0],
                    "best_distances": best and best[2],
                    "ratio": best and distances / best[2],
                    "bases": {str(basis): bases.count(basis) for basis in dict.fromkeys(bases)},
                }


def run(data, options):
    count = options.queries
    seen = {kind: queries[: len(queries) // 2][:count] for kind, queries in data.queries.items()}
    unseen = {kind: queries[len(queries) // 2 :][:count] for kind, queries in data.queries.items()}
    first = {kind: unseen[kind] for kind in ("inside", "outside")}
    points = []
    with tempfile.TemporaryDirectory() as folder, quiver.open(Path(folder) / "store", create=True) as store:
        c = store.create_collection("c", data.rows.shape[1], metric=data.metric, index="graph")
        state = State(c, options.threads)

        def add(rows, start):
            for place in range(0, len(rows), 4_096):
                part = rows[place : place + 4_096]
                c.upsert(DocumentArrays(numpy.arange(start + place, start + place + len(part)), part))

        def maintain():
            start = time.monotonic()
            c.compact(thread_count=options.threads, memory_byte_count=4 << 30)
            progress(f"    compacted in {time.monotonic() - start:.1f} s")

        def take(name, kinds):
            for point in state.measure(name, kinds):
                points.append(point)
                progress(report.line(point))

        add(data.rows, 0)
        maintain()
        take("built", first)
        intervals = trials(c, options)
        for queries in (seen["inside"], seen["outside"]):
            state.search(queries, recall=0.9)
        c.maintain(thread_count=options.threads)
        take("queries asked", first)
        dead = numpy.random.default_rng(3).permutation(len(data.rows))[: len(data.rows) * 3 // 10]
        c.delete([int(key) for key in dead])
        take("30 % deleted", first)
        c.maintain(thread_count=options.threads)
        take("and maintained", first)
        add(data.later, len(data.rows))
        maintain()
        take("drifted third inserted", unseen)
        state.search(seen["drifted"], recall=0.9)
        c.maintain(thread_count=options.threads)
        take("and asked for", unseen)
    return {"name": data.name, "rows": len(data.rows), "later": len(data.later), "points": points, "intervals": intervals}


def trials(collection, options):
    """How often the interval holds the recall of all rows, and how wide it is at most where recall matters."""

    def rows(seed, count):
        points = collection.calibrate(sample_count=count, seed=seed, thread_count=options.threads)
        return {point.effort: point for point in points if point.basis == "rows" and point.k == K}

    truth = rows(10_000, options.population)
    inside, widths, count = 0, [], 0
    for seed in range(options.trials):
        for effort, point in rows(seed, 1_200).items():
            if not 0.79 <= point.recall <= 0.995 or effort not in truth:
                continue
            inside += point.low <= truth[effort].recall <= point.high
            widths.append(point.high - point.low)
            count += 1
    progress(f"    interval holds the truth in {inside} of {count}, at most {max(widths, default=0):.4f} wide")
    return {"inside": inside, "count": count, "widest": max(widths, default=0.0), "trials": options.trials}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vectors", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--quick", action="store_true", help="fewer queries and trials: to see that it works")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--markdown", type=Path, help="writes its section into this file")
    options = parser.parse_args()
    options.queries = 300 if options.quick else 1_000
    options.trials = 3 if options.quick else TRIALS
    options.population = 3_000 if options.quick else POPULATION
    figures = {"circumstances": circumstances(), "sets": []}
    for name in options.sets:
        progress(f"{name}")
        figures["sets"].append(run(SETS[name](options.vectors), options))
    print(report.text(figures))
    write(options.json, figures)
    if options.markdown:
        report.write(figures, options.markdown)


if __name__ == "__main__":
    main()
