"""Nearest neighbours without filters, as ann-benchmarks measures them: recall against queries a second of one processor.

Drives the modules of algorithms/ by their config.yml, each algorithm in a process of its own. Algorithms take turns, setting
by setting, and of each setting the best of the rounds counts, as there; ratios are those of rounds.

    bench_ann.py --vectors DIR [--sets NAME…] [--algorithms NAME…] [--quick] [--json FILE] [--markdown FILE]
"""

import argparse
import itertools
import json
import statistics
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "common"))
import chart
import sets
import tables
from hosted import Failure, Hosted
from runs import circumstances, progress, ratio, write

OURS = "quiver"
TARGETS = (0.9, 0.95, 0.99)
K = 10


class Contender(Hosted):
    """An algorithm with the arguments of one run group."""

    def __init__(self, folder, definition, group, log):
        self.name = definition["name"]
        super().__init__(f"{self.name} {group}", log)
        self.folder, self.constructor = folder, definition["constructor"]
        description = definition["run_groups"][group]
        self.arguments = description["args"]
        self.settings = [list(product) for product in itertools.product(*description["query_args"])]
        self.points = {}

    def begin(self, name, vectors, processor):
        self.start(HERE / "host.py", [name, vectors, self.folder, self.constructor, json.dumps(self.arguments)], "-")
        self.build = self.ask("fit", processor=processor)


def contenders(options, log):
    found = []
    for path in sorted((HERE / "algorithms").glob("*/config.yml")):
        for definition in yaml.safe_load(path.read_text())["float"]["any"]:
            if not options.algorithms or definition["name"] in options.algorithms:
                found += [Contender(path.parent.name, definition, group, log) for group in definition["run_groups"]]
    return found


def measure(name, options, failures):
    running = []
    for contender in contenders(options, options.log):
        try:
            contender.begin(name, options.vectors, options.processor)
        except Failure as failure:
            failures.append(progress(f"  {failure}"))
            contender.close()
            continue
        progress(f"  {contender.title}: built in {contender.build['seconds']:.0f} s")
        running.append(contender)
    for turn in range(options.rounds):
        # Each round begins with another one.
        for contender in running[turn % len(running) :] + running[: turn % len(running)]:
            for setting in contender.settings:
                found = contender.ask("run", first=0, count=options.queries, arguments=setting, k=K)
                point = contender.points.setdefault(json.dumps(setting), {"recall": found["recall"], "seconds": []})
                point["seconds"].append(found["seconds"] / options.queries)
        progress(f"  round {turn + 1} of {options.rounds}")
    figures = {
        contender.title: {
            "algorithm": contender.name,
            "arguments": contender.arguments,
            "build": contender.build,
            "points": [{"setting": json.loads(key), **point} for key, point in contender.points.items()],
        }
        for contender in running
    }
    for contender in running:
        contender.ask("done")
        contender.close()
    return figures | {"targets": [compare(figures, target) for target in TARGETS]}


def fastest(points, target):
    """The least time at which a recall is reached."""
    reached = [point for point in points if point["recall"] >= target]
    return min(reached, key=lambda point: min(point["seconds"]), default=None)


def compare(figures, target):
    """The fastest of each algorithm at a recall, and what ours is to the best peer."""
    best = {}
    for title, found in figures.items():
        point = fastest(found["points"], target)
        known = best.get(found["algorithm"])
        if point and (not known or min(point["seconds"]) < min(known["seconds"])):
            best[found["algorithm"]] = point | {"title": title}
    peers = [name for name in best if name != OURS]
    comparison = {"target": target, "best": best}
    if OURS in best and peers:
        peer = min(peers, key=lambda name: min(best[name]["seconds"]))
        comparison |= {"peer": peer, "ratio": ratio(best[OURS]["seconds"], best[peer]["seconds"])}
    return comparison


def report(name, figures):
    """Of titles, headers and rows."""
    algorithms = sorted({name for target in figures["targets"] for name in target["best"]}, key=lambda n: (n != OURS, n))
    rows = []
    for target in figures["targets"]:
        row = [f"{target['target']:.2f}"]
        for algorithm in algorithms:
            point = target["best"].get(algorithm)
            row.append(f"{tables.rate(1 / min(point['seconds']))} ({point['recall']:.3f})" if point else "–")
        rows.append(row + [f"{tables.times(target.get('ratio'))} {target.get('peer', '')}"])
    builds = [
        [title, f"{found['build']['seconds']:.0f}", f"{found['build']['bytes'] / 1e6:.0f}"]
        for title, found in figures.items()
        if title != "targets"
    ]
    return [
        (
            f"{sets.TITLES[name]}: queries a second at recall@{K} (the recall found)",
            ["recall ≥", *algorithms, "times the best peer's"],
            rows,
        ),
        (f"{sets.TITLES[name]}: indexes", ["index", "build s", "MB of memory more"], builds),
    ]


def curves(figures):
    """Of each index the points that no other of its own is better than in both."""
    for title, found in figures.items():
        if title == "targets":
            continue
        points = sorted((point["recall"], 1 / min(point["seconds"])) for point in found["points"])
        kept = []
        for recall, rate in reversed(points):
            if not kept or rate > kept[-1][1]:
                kept.append((recall, rate))
        yield title, kept[::-1]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--vectors", type=Path, required=True, help="the folder that prepare.py filled")
    parser.add_argument("--sets", nargs="+", choices=sets.METRICS, default=list(sets.METRICS))
    parser.add_argument("--algorithms", nargs="+", help="their names in config.yml; all")
    parser.add_argument("--queries", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="fewer queries, one round")
    parser.add_argument("--processor", type=int, default=0, help="where queries are answered")
    parser.add_argument("--log", type=Path, help="what the algorithms print; a file beside the JSON")
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--markdown", type=Path, help="the page whose section is written, with charts beside it")
    options = parser.parse_args()
    if options.quick:
        options.queries, options.rounds = 300, 1
    options.log = options.log or options.json.with_suffix(".log")
    return options


def main():
    options = arguments()
    options.json.parent.mkdir(parents=True, exist_ok=True)
    figures = {"circumstances": circumstances(), "sets": {}, "failures": []}
    lines = []
    for name in options.sets:
        progress(sets.TITLES[name])
        found = measure(name, options, figures["failures"])
        figures["sets"][name] = found
        lines += report(name, found)
        write(options.json, figures)
    print(tables.text(lines))
    if not options.markdown:
        return
    about = figures["circumstances"]
    pictures = []
    for name in options.sets:
        path = options.markdown.parent / f"ann-{name}.svg"
        path.write_text(chart.recall_against_rate(sets.TITLES[name], list(curves(figures["sets"][name]))))
        pictures.append(f"![{sets.TITLES[name]}: recall against queries a second.]({path.name})")
    ratios = [target["ratio"]["median"] for found in figures["sets"].values() for target in found["targets"] if "ratio" in target]
    section = "\n\n".join(
        [
            f"Measured on {about['date']}, commit {about['commit']}, {about['processor']}, one processor, one query at a time, through each "
            f"engine's Python package; {options.queries:,} queries, the best of {options.rounds} rounds, ratios of rounds. "
            f"Over all sets and recalls {statistics.median(ratios):.2f} times the best peer's queries a second (median)."
            if ratios
            else "",
            *pictures,
            tables.markdown(lines),
        ]
    )
    tables.write_section(options.markdown, "ann", "ann", "Nearest neighbours, as ann-benchmarks measures them", section)


if __name__ == "__main__":
    main()
