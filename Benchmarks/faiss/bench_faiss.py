"""Quiver's FAISS beside faiss-cpu from PyPI and Debian's: recall, queries a second, build times, in one run.

Every contender is a process of its own that builds its own indexes from the same rows with the same factory strings and
seeds. Contenders take turns, round after round, on the same queries. Parameters are the smallest that reach a recall on
the first half of the queries; recall and speed are those on the second half.

    bench_faiss.py --vectors DIR --driver PROGRAM --debian PROGRAM [--set fashion|wordnet] [--kinds KIND…] [--quick]
"""

import argparse
import json
import os
import pathlib
import statistics
import sys
import time

import measure
import report
from contender import Contender, Failure, processor
from kinds import EXHAUSTIVE, FURTHER_TARGET, TARGETS, further_kinds, tuned_kinds
from measure import K, Builder, Tuner, Vectors, in_turns, ratios, seconds_a_query

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "common"))
from runs import commit, progress, ratio

HERE = pathlib.Path(__file__).resolve().parent
SETS = ("fashion", "wordnet")
PARTS = ("tuned", "batches", "builds", "further")
BATCHES = (100, 1000)
CONSTRUCTION = (40, 100)
# With which all builds of one graph are searched, so that their recalls can be compared.
BUILD_SEARCH = 64


class Run:
    """The measurements of one data set."""

    def __init__(self, options, name, core_type):
        self.options = options
        self.vectors = Vectors(options.vectors, name)
        files = [self.vectors.base_path, self.vectors.queries_path, self.vectors.dimension]
        peer = [sys.executable, HERE / "peer.py", *files]
        self.contenders = {
            contender.name: contender
            for contender in (
                Contender("quiver", [options.driver, *files]),
                Contender("faiss-cpu", peer),
                Contender("debian", [options.debian, *files]),
            )
            if contender.name in ["quiver", *options.peers]
        }
        # The same as faiss-cpu, but its OpenBLAS is told which kernels this processor could run: it is too old to know.
        self.told = Contender("faiss-cpu+blas", peer, core_type) if "faiss-cpu" in options.peers else None
        self.versions = {}
        for contender in [*self.contenders.values(), *([self.told] if self.told else [])]:
            self.versions[contender.name] = contender.ask("version")
            if "faiss-cpu" in contender.name:
                contender.overhead = contender.ask("overhead", 2000, K)["seconds"]
                self.versions[contender.name]["overhead"] = contender.overhead
        self.builder = Builder(self.vectors, self.versions, options.keep)
        half = len(self.vectors.queries) // 2
        self.tuning_count = min(options.queries, half)
        self.first, self.count = half, min(options.queries, half)

    def close(self):
        for contender in [*self.contenders.values(), *([self.told] if self.told else [])]:
            contender.close()

    def is_wanted(self, kind):
        prefixes = self.options.kinds
        return not prefixes or any(kind.factory.startswith(prefix) for prefix in prefixes)

    def able(self, body):
        """What `body` gives for each contender that can; what the others said instead."""
        results, failures = {}, {}
        for name, contender in self.contenders.items():
            try:
                results[name] = body(contender)
            except Failure as failure:
                failures[name] = str(failure)
                progress(f"    {failure}")
        return results, failures

    def build(self, kind):
        """Builds on one thread where asked, then on two; the second index stays."""

        def body(contender):
            result = {}
            if self.options.one_thread and contender.name != "debian":
                result["one_thread"] = self.builder.build(contender, kind.factory, 1)
            result["two_threads"] = self.builder.build(contender, kind.factory, 2)
            return result | contender.ask("size")

        return self.able(body)

    def tuned(self, kind):
        """One kind at each recall."""
        progress(f"  {kind.factory}")
        builds, failures = self.build(kind)
        if self.told and kind.factory.startswith("IVF"):
            builds[self.told.name] = {"two_threads": self.builder.build(self.told, kind.factory, 2)}
            self.told.ask("drop")
        result = {"kind": kind.factory, "builds": builds, "failures": failures}
        names = [name for name in builds if name in self.contenders]
        if kind.factory == EXHAUSTIVE:
            result["points"] = [self.exhaustive(names)]
        else:
            result["points"] = self.points(kind, names)
            result["curves"] = self.curves(kind, names, result["points"])
        for name in names:
            self.contenders[name].ask("drop")
        return result

    def points(self, kind, names):
        """One measurement a target. Where the least parameter does better than every target, one more is measured."""
        points = []
        for target in (*TARGETS, FURTHER_TARGET):
            is_wanted = target in TARGETS or (points and points[-1]["is_least"])
            if not is_wanted:
                continue
            chosen = self.tune(kind, target, names)
            is_least = bool(chosen) and all(entry["value"] == kind.least for entry in chosen.values())
            if is_least and points and points[-1]["is_least"]:
                points.append(points[-1] | {"target": target})
            else:
                points.append({"target": target, "is_least": is_least} | self.race(chosen, self.count))
        return points

    def tune(self, kind, target, names):
        """The settings with which each contender reaches the target; what one found is another's first guess."""
        chosen = {}
        hint = 32 if kind.least > 1 else 8
        for name in sorted(names, key=["faiss-cpu", "quiver", "debian"].index):
            try:
                tuner = Tuner(self.contenders[name], kind, self.vectors, self.tuning_count)
                settings, hint, recall = tuner.tune(target, hint)
                chosen[name] = {"settings": settings, "value": hint, "tuning_recall": recall}
            except Failure as failure:
                progress(f"    {failure}")
        return chosen

    def exhaustive(self, names):
        """Every row compared, and the share of the memory's bandwidth that this takes."""
        chosen = {name: {"settings": "-", "tuning_recall": 1.0} for name in names}
        result = self.race(chosen, 100, bandwidth="quiver" in names)
        return {"target": 1.0} | result

    def race(self, chosen, recall_count, bandwidth=False):
        """Recall on the second half of the queries, then rounds of single queries on one thread."""
        rates = {}
        for name, entry in chosen.items():
            contender = self.contenders[name]
            contender.ask("set", entry["settings"])
            seconds, labels = measure.ask_for_labels(contender, self.first, recall_count, 1, 1)
            entry["recall"] = self.vectors.recall(labels, self.first)
            rates[name] = recall_count / seconds
        if not chosen:
            return {"contenders": {}, "ratios": {}}
        fastest = rates.get("quiver", max(rates.values()))
        count = int(min(max(self.options.seconds * fastest, 50), self.count))
        bodies = {
            name: lambda contender=self.contenders[name]: seconds_a_query(contender, self.first, count, 1, 1)
            for name in chosen
        }
        if bandwidth:
            bodies["bandwidth"] = lambda: self.contenders["quiver"].ask("bandwidth")["bytes_per_second"]
        rounds = in_turns(bodies, self.options.rounds)
        result = {"queries": count}
        if bandwidth:
            speeds = rounds.pop("bandwidth")
            shares = {
                name: statistics.median(self.vectors.byte_count / s / b for s, b in zip(seconds, speeds))
                for name, seconds in rounds.items()
            }
            result |= {"bytes_per_second": statistics.median(speeds), "bandwidth_shares": shares}
        for name, seconds in rounds.items():
            chosen[name] |= {"seconds": seconds, "queries_per_second": 1 / statistics.median(seconds)}
        result |= {"contenders": chosen, "ratios": ratios(rounds)}
        for pair, value in result["ratios"].items():
            progress(f"    {pair}: {value['median']:.2f}x  " + ", ".join(c["settings"] for c in chosen.values()))
        return result

    def curves(self, kind, names, points):
        """Recall and queries a second of every contender along the parameter, on a fifth of the second half."""
        curves = {name: [] for name in names}
        if not self.options.curves:
            return curves
        k_factor = kind.k_factors[1] if kind.k_factors else None
        count = self.count // 5
        for value in kind.sweep:
            for name in names:
                contender = self.contenders[name]
                contender.ask("set", kind.settings(value, k_factor))
                seconds, labels = measure.ask_for_labels(contender, self.first, count, 1, 1)
                curves[name].append(
                    {
                        "settings": kind.settings(value, k_factor),
                        "recall": self.vectors.recall(labels, self.first),
                        "queries_per_second": 1 / (seconds / count - contender.overhead),
                    }
                )
        return curves

    def batches(self):
        """Exhaustive search of many queries at once, on two threads."""
        progress("  flat batches")
        result = []
        contenders = dict(self.contenders)
        if self.told:
            contenders[self.told.name] = self.told
        for contender in contenders.values():
            self.builder.build(contender, EXHAUSTIVE, 2)
        for batch in BATCHES:
            # As it comes, faiss-cpu uses BLAS from more queries on than these.
            entries = {name: (contender, 1) for name, contender in contenders.items()}
            if "faiss-cpu" in contenders:
                entries["faiss-cpu as it comes"] = (contenders["faiss-cpu"], "-")

            def body(contender, threshold):
                if "faiss-cpu" in contender.name:
                    contender.ask("blas", threshold)
                return seconds_a_query(contender, self.first, 1000, batch, 2)

            bodies = {name: lambda entry=entry: body(*entry) for name, entry in entries.items()}
            in_turns(bodies, 1)
            rounds = in_turns(bodies, self.options.rounds)
            result.append(
                {
                    "batch": batch,
                    "queries_per_second": {name: 1 / statistics.median(values) for name, values in rounds.items()},
                    "ratios": ratios(rounds),
                }
            )
            for pair, value in result[-1]["ratios"].items():
                progress(f"    batches of {batch}, {pair}: {value['median']:.2f}x")
        for contender in contenders.values():
            contender.ask("drop")
        return result

    def graph_builds(self):
        """HNSW32 on two threads at equal efConstruction."""
        result = []
        for ef_construction in CONSTRUCTION[: 1 if self.options.quick else 2]:
            progress(f"  HNSW32 built with efConstruction={ef_construction}")
            recalls = {}

            def body(contender):
                seconds = self.builder.build(contender, "HNSW32", 2, ef_construction)["seconds"]
                contender.ask("set", f"efSearch={BUILD_SEARCH}")
                _, labels = measure.ask_for_labels(contender, self.first, self.count, self.count, 2)
                recalls[contender.name] = self.vectors.recall(labels, self.first)
                return seconds

            names = [name for name in self.contenders if name != "debian"]
            bodies = {name: lambda contender=self.contenders[name]: body(contender) for name in names}
            try:
                rounds = in_turns(bodies, self.options.build_rounds)
            except Failure as failure:
                progress(f"    {failure}")
                continue
            result.append({"ef_construction": ef_construction, "seconds": rounds, "recalls": recalls})
            if "faiss-cpu" in rounds:
                result[-1]["ratio"] = ratio(rounds["faiss-cpu"], rounds["quiver"])
                progress(f"    seconds, quiver / faiss-cpu: {result[-1]['ratio']['median']:.2f}")
        return result

    def further(self):
        """Kinds without a goal, each at one setting."""
        result = []
        for kind, value in further_kinds(self.vectors.name):
            if not self.is_wanted(kind):
                continue
            progress(f"  {kind.factory}")
            builds, failures = self.build(kind)
            chosen = {name: {"settings": kind.settings(value), "tuning_recall": None} for name in builds}
            result.append({"kind": kind.factory, "builds": builds, "failures": failures})
            try:
                result[-1] |= self.race(chosen, min(500 if value else 200, self.count))
            except Failure as failure:
                progress(f"    {failure}")
            for name in builds:
                self.contenders[name].ask("drop")
        return result


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--vectors", type=pathlib.Path, required=True, help="the folder that prepare.py filled")
    parser.add_argument("--driver", required=True, help="quiver-bench-faiss")
    parser.add_argument("--debian", required=True, help="debian.cpp's program")
    parser.add_argument("--set", dest="sets", action="append", choices=SETS, help="one data set only")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--kinds", nargs="+", help="only the kinds that begin so, such as HNSW32 IVF1024,PQ")
    parser.add_argument("--peers", nargs="*", choices=("faiss-cpu", "debian"), default=("faiss-cpu", "debian"))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, queries and kinds; keeps the peers' indexes")
    parser.add_argument("--keep", type=pathlib.Path, help="keep the peers' indexes in this folder, and use those there")
    parser.add_argument("--json", type=pathlib.Path, help="where to write the figures")
    parser.add_argument("--go-on", action="store_true", help="keep the parts that the JSON file has already")
    parser.add_argument("--markdown", type=pathlib.Path, help="the page whose section on index kinds is to be written")
    options = parser.parse_args()
    options.sets = options.sets or SETS
    options.queries, options.seconds, options.build_rounds = 5000, 0.4, 3
    options.one_thread = options.curves = not options.quick
    if options.quick:
        options.queries, options.seconds, options.build_rounds = 2000, 0.25, 1
        options.rounds = min(options.rounds, 3)
        options.parts = [part for part in options.parts if part != "further"]
        options.keep = options.keep or options.vectors / "indexes"
    return options


def main():
    options = arguments()
    name, core_type = processor()
    figures = {
        "processor": name,
        "cores": os.cpu_count(),
        "date": time.strftime("%Y-%m-%d"),
        "commit": commit(),
        "rounds": options.rounds,
        "queries": options.queries,
        "told_core_type": core_type,
        "sets": {},
        "minutes": 0,
    }
    if options.go_on and options.json.exists():
        figures = json.loads(options.json.read_text())
    for set_name in options.sets:
        progress(set_name)
        run = Run(options, set_name, core_type)
        figures["versions"] = run.versions
        kinds = [kind for kind in tuned_kinds(set_name) if run.is_wanted(kind)]
        results = figures["sets"].setdefault(
            set_name, {"rows": len(run.vectors.base), "dimension": run.vectors.dimension}
        )
        names = [kind.factory for kind in kinds]
        bodies = {
            "tuned": lambda: [run.tuned(kind) for kind in kinds],
            "batches": lambda: run.batches() if EXHAUSTIVE in names else None,
            "builds": lambda: run.graph_builds() if "HNSW32" in names else None,
            "further": run.further,
        }
        for part in options.parts:
            if part in results:
                continue
            begin = time.perf_counter()
            results[part] = bodies[part]()
            figures["minutes"] += (time.perf_counter() - begin) / 60
            if options.json:
                options.json.parent.mkdir(parents=True, exist_ok=True)
                options.json.write_text(json.dumps(figures, indent=2) + "\n")
        run.close()
    print(report.text(figures))
    if options.markdown:
        report.write_section(options.markdown, figures)


if __name__ == "__main__":
    main()
