"""Builds, tunes and times: everything that asks the contenders."""

import json
import pathlib
import sys
import tempfile
import time

import numpy

from contender import Failure

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "common"))
from runs import ratio

K = 10


class Vectors:
    """A data set and the recall of answers to it."""

    def __init__(self, folder, name):
        self.name = name
        self.base_path = folder / f"{name}-base.npy"
        self.queries_path = folder / f"{name}-queries.npy"
        self.base = numpy.load(self.base_path, mmap_mode="r")
        self.queries = numpy.load(self.queries_path)
        truth = numpy.load(folder / f"{name}-truth.npy")[:, K - 1 : K].astype(numpy.int64)
        self.farthest = self.distances(truth, 0)[:, 0]

    @property
    def dimension(self):
        return self.base.shape[1]

    @property
    def byte_count(self):
        return self.base.size * 4

    def distances(self, labels, first):
        result = numpy.empty(labels.shape)
        for i, row in enumerate(labels):
            differences = self.base[row].astype(numpy.float64) - self.queries[first + i].astype(numpy.float64)
            result[i] = numpy.einsum("ij,ij->i", differences, differences)
        return result

    def recall(self, labels, first):
        """The share of hits that are no farther than the K-th nearest row, so that of equal rows each may be found."""
        labels = numpy.sort(labels, axis=1)
        is_hit = labels >= 0
        is_hit[:, 1:] &= labels[:, 1:] != labels[:, :-1]
        distances = self.distances(numpy.maximum(labels, 0), first)
        limit = self.farthest[first : first + len(labels), None] * (1 + 1e-9)
        return float((is_hit & (distances <= limit)).mean())


def ask_for_labels(contender, first, count, batch, threads):
    """Asks and gives the seconds and the labels."""
    with tempfile.NamedTemporaryFile() as file:
        answer = contender.ask("search", first, count, batch, K, threads, file.name)
        labels = numpy.fromfile(file.name, dtype=numpy.int64).reshape(count, K)
    return answer["seconds"], labels


class Tuner:
    """Finds a contender's smallest parameter that reaches a recall on the first half of the queries."""

    def __init__(self, contender, kind, vectors, query_count):
        self.contender, self.kind, self.vectors, self.query_count = contender, kind, vectors, query_count
        self.recalls = {}

    def recall(self, value, k_factor):
        if (value, k_factor) not in self.recalls:
            self.contender.ask("set", self.kind.settings(value, k_factor))
            _, labels = ask_for_labels(self.contender, 0, self.query_count, self.query_count, 2)
            self.recalls[value, k_factor] = self.vectors.recall(labels, 0)
        return self.recalls[value, k_factor]

    def smallest(self, target, k_factor, hint, limit=512):
        """Gallops from the hint, then halves; nothing if even the limit does not reach the target."""
        reaches = lambda value: self.recall(value, k_factor) >= target
        low, high = self.kind.least - 1, hint
        while not reaches(high):
            if high >= limit:
                return None
            low, high = high, min(2 * high, limit)
        step = max(1, high // 8)
        while high - step > low and reaches(high - step):
            high, step = high - step, 2 * step
        low = max(low, high - step)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if reaches(middle) else (middle, high)
        return high

    def tune(self, target, hint):
        """The settings, the parameter's value and the recall on the half that was tuned on."""
        best = None
        for k_factor in self.kind.k_factors or (None,):
            # Where refining is not thorough enough, visiting everything does not help.
            if k_factor and self.recall(256, k_factor) < target:
                continue
            value = self.smallest(target, k_factor, hint)
            if value is None:
                continue
            settings = self.kind.settings(value, k_factor)
            self.contender.ask("set", settings)
            count = min(1000, self.query_count)
            seconds = self.contender.ask("search", 0, count, 1, K, 1, "-")["seconds"] if k_factor else 0
            if best is None or seconds < best[0]:
                best = (seconds, settings, value, self.recall(value, k_factor))
        if best is None:
            raise Failure(f"{self.contender.name} does not reach {target} with {self.kind.factory}")
        return best[1:]


def in_turns(bodies, number):
    """What each named body gives, round after round, each round beginning with another one."""
    names = list(bodies)
    results = {name: [] for name in names}
    for i in range(number):
        first = i % len(names)
        for name in names[first:] + names[:first]:
            # Threads of the contender before go to sleep first.
            time.sleep(0.005)
            results[name].append(bodies[name]())
    return results


def seconds_a_query(contender, first, count, batch, threads):
    call_count = -(-count // batch)
    seconds = contender.ask("search", first, count, batch, K, threads, "-")["seconds"]
    return (seconds - call_count * contender.overhead) / count


def ratios(seconds):
    """Every pair that is of interest."""
    peers = [name for name in seconds if name != "quiver"]
    pairs = [("quiver", peer) for peer in peers] + [("debian", peer) for peer in peers if peer != "debian"]
    return {f"{a} / {b}": ratio(seconds[a], seconds[b]) for a, b in pairs if a in seconds and b in seconds}


class Builder:
    """Builds indexes, and where asked to keeps those of the peers, which never change, in a folder."""

    def __init__(self, vectors, versions, kept):
        self.vectors, self.versions, self.kept = vectors, versions, kept

    def build(self, contender, factory, threads, ef_construction=0):
        path = self.path(contender, factory, threads, ef_construction)
        if path and path.exists():
            contender.ask("load", path)
            return json.loads(path.with_suffix(".json").read_text()) | {"kept": True}
        answer = contender.ask("build", factory, threads, ef_construction)
        answer["seconds"] = answer["train_seconds"] + answer["add_seconds"]
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            contender.ask("save", path)
            path.with_suffix(".json").write_text(json.dumps(answer))
        return answer

    def path(self, contender, factory, threads, ef_construction):
        if not self.kept or contender.name == "quiver":
            return None
        version = self.versions[contender.name]["version"]
        name = f"{contender.name}-{version}-{self.vectors.name}-{factory}-{threads}-{ef_construction}.index"
        return pathlib.Path(self.kept) / name.replace(" ", "").replace(",", "-")
