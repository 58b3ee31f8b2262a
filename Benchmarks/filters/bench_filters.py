"""Filtered search beside LanceDB, Chroma, zvec, sqlite-vec, Milvus Lite and faiss-cpu with selectors, in one run.

Every engine is a process of its own, kept on one processor, with indexes that it built from the same rows and fields. For
each filter its fastest settings that reach the recall are found on one half of the queries; recall and speed are those on
the other half, of rounds in which the engines take turns.

    bench_filters.py --vectors DIR [--peers NAME…] [--filters PREFIX…] [--quick] [--json FILE] [--markdown FILE]
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "common"))
import measure
import report
from contender import Contender
from contenders import NAMES
from dataset import Dataset
from hosted import Failure
from runs import circumstances, progress, ratio, write

OURS = "quiver"


class Run:
    """The contenders that can, and what they do."""

    def __init__(self, options):
        self.options = options
        self.dataset = Dataset(options.vectors)
        self.engines, self.peers, self.failures = {}, {}, {}
        self.kept = measure.Kept(options.indexes / "tuned.json", not options.tune)
        for name in options.peers:
            contenders = self.start(name)
            if contenders:
                self.peers[name] = contenders

    def start(self, name):
        """Builds what is missing, without a limit on threads, then opens each variant on one processor."""
        folder = self.options.indexes
        folder.mkdir(parents=True, exist_ok=True)
        contenders = []
        for variant in NAMES[name][1]:
            contender = Contender(name, variant, folder, self.options.vectors, folder / "log")
            contender.complain = lambda words: self.failures.setdefault(name, []).append(progress(f"    {words}"))
            try:
                contender.start("-")
                engine = contender.ask("version") | {"build": contender.ask("build")}
                contender.close()
                contender.start(self.options.processor)
                opened = contender.ask("open")
            except Failure as failure:
                contender.complain(str(failure))
                contender.close()
                continue
            contender.methods, contender.extras = opened["methods"], engine["extras"]
            self.engines[contender.title] = engine | {"open_seconds": opened["seconds"]}
            build = engine["build"]
            kept = ", kept from another run" if build.get("kept") else ""
            progress(f"  {contender.title} {engine['version']}: built in {build['seconds']:.0f} s{kept}")
            contenders.append(contender)
        return contenders

    def measure(self, workload):
        options = self.options
        half = len(self.dataset.queries) // 2
        entries, tuned, choices = {}, {}, []
        for name, contenders in self.peers.items():
            fastest = min((entry.seconds for entry in choices), default=float("inf"))
            choice = self.tune(name, contenders, workload.name, min(half, options.queries), fastest)
            if not choice:
                continue
            choices.append(choice)
            tuned[name] = {
                "variant": choice.contender.variant,
                "tuning_recall": choice.recall,
                "reached": choice.recall >= options.target,
            }
            entries[name] = choice.contender, choice.settings
            for title, changes in choice.contender.extras.items():
                # Without a filter there is no selector to make.
                if not ("made" in changes and workload.correlation == "none"):
                    entries[title] = choice.contender, choice.settings | changes
                    tuned[title] = tuned[name]
        results = measure.race(entries, workload.name, half, min(half, options.queries), options)
        for name, result in results.items():
            result |= tuned[name]
        # What was not tuned is judged by what it found here.
        for name, result in results.items():
            if name.startswith(f"{OURS},"):
                result["reached"] = result["recall"] >= options.target
        return {
            "filter": workload.name,
            "correlation": workload.correlation,
            "selectivity": workload.selectivity,
            "share_of_nearest": workload.share_of_nearest,
            "contenders": results,
        } | self.compare(results)

    def tune(self, name, contenders, workload, count, fastest):
        """The settings, from another run where nothing has changed since."""
        engines = [self.engines[contender.title] for contender in contenders]
        builds = [f"{engine['version']}, {engine['description']}" for engine in engines]
        key = json.dumps([name, *builds, self.dataset.fingerprint, workload, self.options.target, count])
        choice = self.kept.get(key, contenders)
        if not choice:
            tuner = measure.Tuner(workload, self.options.target, count, self.options.tuning_seconds, fastest)
            choice = tuner.tune(contenders)
            if choice and name != OURS:
                self.kept.put(key, choice)
        return choice

    def compare(self, results):
        """The fastest peer, and the fastest whose filter is not made beforehand; Quiver's ratios to them."""
        ours = [name for name in results if name.startswith(OURS)]
        comparison = {}
        for key, excluded in (("best", []), ("best_with_filter", ["faiss-cpu"])):
            if key == "best_with_filter" and "faiss-cpu, selector made" not in results:
                excluded = []
            best = measure.best_peer(results, [*ours, *excluded], self.options.target)
            comparison[key] = best
            if best and OURS in results:
                comparison[f"{key}_ratio"] = ratio(results[OURS]["seconds"], results[best]["seconds"])
        return comparison

    def close(self):
        for contenders in self.peers.values():
            for contender in contenders:
                self.engines[contender.title]["memory_bytes"] = contender.ask("memory")["bytes"]
                contender.close()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--vectors", type=Path, required=True, help="the folder that prepare.py filled")
    parser.add_argument("--indexes", type=Path, help="where what was built is kept; VECTORS/filter-indexes")
    parser.add_argument("--peers", nargs="+", choices=NAMES, default=list(NAMES))
    parser.add_argument("--filters", nargs="+", help="only those that begin so, such as none 'random 1%%' near")
    parser.add_argument("--target", type=float, default=0.95, help="the recall that is tuned for")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tune", action="store_true", help="do not use the settings that runs before have found")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and queries")
    parser.add_argument("--processor", type=int, default=max(os.sched_getaffinity(0)), help="where searches run")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--markdown", type=Path, help="the page whose section on filters is to be written")
    options = parser.parse_args()
    options.indexes = options.indexes or options.vectors / "filter-indexes"
    options.queries, options.tuning_seconds, options.recall_seconds, options.round_seconds = 500, 1.5, 3, 0.3
    if options.quick:
        options.queries, options.tuning_seconds, options.recall_seconds, options.round_seconds = 200, 0.5, 1, 0.1
        options.rounds = min(options.rounds, 3)
    return options


def main():
    options = arguments()
    begin = time.perf_counter()
    run = Run(options)
    figures = circumstances() | {
        "rounds": options.rounds,
        "queries": options.queries,
        "target": options.target,
        "rows": len(run.dataset.base),
        "dimension": run.dataset.base.shape[1],
        "engines": run.engines,
        "failures": run.failures,
        "filters": [],
    }
    for workload in run.dataset.workloads.values():
        if options.filters and not any(workload.name.startswith(prefix) for prefix in options.filters):
            continue
        started = time.perf_counter()
        result = run.measure(workload)
        figures["filters"].append(result)
        progress(f"{report.line(result)}  [{time.perf_counter() - started:.0f} s]")
        write(options.json, figures)
    run.close()
    figures["minutes"] = (time.perf_counter() - begin) / 60
    write(options.json, figures)
    print(report.text(figures))
    if options.markdown:
        report.write_section(options.markdown, figures)


if __name__ == "__main__":
    main()
