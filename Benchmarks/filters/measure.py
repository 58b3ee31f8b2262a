"""Tunes and times: everything that asks the contenders to search."""

import json
import statistics
import time

import numpy

from hosted import Failure
from dataset import K

# However slow an engine is, so many queries are searched to know a recall; fewer to tune one that is far behind.
LEAST_TO_TUNE, LEAST_TO_TUNE_SLOW, LEAST_TO_REPORT = 100, 30, 50
FAR_BEHIND = 10
# A way to search is given up where even its cheapest value, or one that finds too little, is this much slower than another.
HOPELESS = 1.5
WARM_COUNT, PROBE_COUNT = 5, 30


class Choice:
    """A contender and settings, with what they gave on the queries that are tuned on."""

    def __init__(self, contender, settings, seconds, recall):
        self.contender, self.settings, self.seconds, self.recall = contender, settings, seconds, recall


class Kept:
    """The choices of runs before, in a file."""

    def __init__(self, path, is_used):
        self.path = path
        self.entries = json.loads(path.read_text()) if is_used and path.exists() else {}

    def get(self, key, contenders):
        entry = self.entries.get(key)
        if not entry:
            return None
        [contender] = [contender for contender in contenders if contender.variant == entry["variant"]]
        return Choice(contender, entry["settings"], entry["seconds"], entry["recall"])

    def put(self, key, choice):
        self.entries[key] = {
            "variant": choice.contender.variant,
            "settings": choice.settings,
            "seconds": choice.seconds,
            "recall": choice.recall,
        }
        self.path.write_text(json.dumps(self.entries, indent=2) + "\n")


class Tuner:
    """Finds the fastest settings with which an engine reaches a recall, over its variants and ways to search."""

    def __init__(self, workload, target, count, seconds, fastest):
        """`fastest` is how many seconds a query the fastest of the other engines takes, as far as known."""
        self.workload, self.target, self.count, self.seconds = workload, target, count, seconds
        self.fastest = fastest
        self.best = self.nearest = None

    def tune(self, contenders):
        """The fastest choice that reaches the target, or the one of the highest recall; nothing if none can search."""
        for contender in contenders:
            for method in contender.methods:
                try:
                    self.try_method(contender, method)
                except Failure as failure:
                    contender.complain(f"{failure} ({self.workload}, {method['settings']})")
        return self.best or self.nearest

    def try_method(self, contender, method):
        values = method["values"]
        choices = {}
        least = LEAST_TO_TUNE

        def choice(i, count):
            settings = dict(method["settings"])
            if method["parameter"]:
                settings[method["parameter"]] = values[i]
            seconds, recall = search(contender, self.workload, 0, count, min(count, least), self.seconds, settings)
            return Choice(contender, settings, statistics.fmean(seconds), recall)

        def reaches(i):
            if i not in choices:
                choices[i] = choice(i, self.count)
                self.keep(choices[i])
            return choices[i].recall >= self.target

        # What the first searches read from files is not what they cost.
        choice(0, WARM_COUNT)
        probe = choice(0, PROBE_COUNT)
        if self.best and probe.seconds > HOPELESS * self.best.seconds:
            return
        if probe.seconds > FAR_BEHIND * self.fastest:
            least = LEAST_TO_TUNE_SLOW
        self.smallest(reaches, choices, len(values))

    def smallest(self, reaches, choices, count):
        """Gallops upwards from a low value, then halves."""
        low, high, step = -1, min(count - 1, count // 6), 2
        while not reaches(high):
            is_hopeless = self.best and choices[high].seconds > HOPELESS * self.best.seconds
            if high == count - 1 or is_hopeless:
                return
            low, high, step = high, min(high + step, count - 1), 2 * step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if reaches(middle) else (middle, high)

    def keep(self, choice):
        if choice.recall >= self.target and (not self.best or choice.seconds < self.best.seconds):
            self.best = choice
        if not self.nearest or choice.recall > self.nearest.recall:
            self.nearest = choice


def search(contender, workload, first, count, least, seconds, settings):
    """Seconds of each query, and the recall."""
    which = {"workload": workload, "first": first, "count": count, "least": least}
    answer = contender.ask("search", **which, seconds=seconds, settings=settings, k=K)
    return [nanoseconds / 1e9 for nanoseconds in answer["nanoseconds"]], answer["recall"]


def race(entries, workload, first, count, options):
    """Recall of each entry's settings on the second half of the queries, then rounds in turns."""
    results, counts = {}, {}
    for name, (contender, settings) in list(entries.items()):
        try:
            seconds, recall = search(contender, workload, first, count, LEAST_TO_REPORT, options.recall_seconds, settings)
        except Failure as failure:
            contender.complain(f"{failure} ({workload}, {settings})")
            del entries[name]
            continue
        results[name] = {"settings": settings, "recall": recall, "recall_queries": len(seconds)}
        wanted = int(options.round_seconds / statistics.fmean(seconds))
        counts[name] = min(max(wanted, 5), count)
    times = {name: [] for name in entries}
    rounds = {name: [] for name in entries}
    names = list(entries)
    for i in range(options.rounds):
        start = i % len(names)
        for name in names[start:] + names[:start]:
            # Threads of the contender before go to sleep first.
            time.sleep(0.005)
            contender, settings = entries[name]
            seconds, _ = search(contender, workload, first, counts[name], counts[name], 0, settings)
            rounds[name].append(statistics.fmean(seconds))
            times[name] += seconds
    for name, result in results.items():
        p50, p99 = numpy.percentile(times[name], [50, 99])
        result |= {
            "seconds": rounds[name],
            "queries_per_second": 1 / statistics.median(rounds[name]),
            "p50": float(p50),
            "p99": float(p99),
            "queries": counts[name],
        }
    return results


def best_peer(results, ours, target):
    """The fastest of the others that reaches the recall where it was tuned."""
    able = [name for name, result in results.items() if name not in ours and result["reached"]]
    return max(able, key=lambda name: results[name]["queries_per_second"], default=None)
