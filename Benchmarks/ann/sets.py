"""Rows, queries and exact answers, as Benchmarks/vectors/prepare.py leaves them."""

from typing import NamedTuple

import numpy

# ann-benchmarks calls a set with the same images fashion-mnist-784-euclidean.
METRICS = {"fashion": "euclidean", "wordnet": "angular"}
TITLES = {"fashion": "Fashion-MNIST, 60,000 × 784, euclidean", "wordnet": "WordNet × MiniLM, 117,659 × 384, angular"}
# What a hit may be farther than the k-th nearest.
EPSILON = 1e-3


class Set(NamedTuple):
    metric: str
    rows: numpy.ndarray
    queries: numpy.ndarray
    truth: numpy.ndarray

    def distances(self, query, rows):
        """By which answers are judged: of rows at length 1 where the metric is angular."""
        return numpy.linalg.norm(self.rows[rows].astype(numpy.float64) - query, axis=1)

    def recall(self, first, answers, k):
        found = 0
        for place, answer in enumerate(answers, first):
            rows = numpy.array(answer, numpy.int64)[:k]
            query = self.queries[place].astype(numpy.float64)
            farthest = self.distances(query, self.truth[place][:k]).max() + EPSILON
            found += (self.distances(query, rows) <= farthest).sum()
        return found / (k * len(answers))


def load(name, vectors):
    """MiniLM's rows are of length 1 already, so that the nearest are the same under both metrics."""
    base, queries, truth = (numpy.load(vectors / f"{name}-{part}.npy") for part in ("base", "queries", "truth"))
    return Set(METRICS[name], base, queries, truth)
