"""Quiver for ann-benchmarks: a collection whose keys are the numbers of the rows.

Copied as it is, with config.yml and Dockerfile beside it, to ann_benchmarks/algorithms/quiver.
"""

import os
import tempfile

import numpy

import quiver

from ..base.module import BaseANN

METRICS = {"angular": "cosine", "euclidean": "l2"}
# Rows that are written at a time.
PORTION = 10_000


class Quiver(BaseANN):
    """A collection with an index by its name: "graph", "ivf", or one of FAISS's factory strings."""

    def __init__(self, metric, index):
        self.metric, self.index = METRICS[metric], index
        self.settings = {}
        self.folder = tempfile.TemporaryDirectory(prefix="quiver-ann-")
        self.name = f"Quiver({index})"

    def fit(self, X):
        X = numpy.ascontiguousarray(X, numpy.float32)
        path = os.path.join(self.folder.name, "store")
        with quiver.open(path, create=True) as store:
            collection = store.create_collection(
                "rows", dimension=X.shape[1], metric=self.metric, index=self.index
            )
            for first in range(0, len(X), PORTION):
                rows = X[first : first + PORTION]
                keys = numpy.arange(first, first + len(rows), dtype=numpy.uint64)
                collection.insert(quiver.DocumentArrays(keys=keys, vectors=rows))
            collection.compact(thread_count=os.cpu_count())
        self.store = quiver.open(path, read_only=True)
        self.collection = self.store.open_collection("rows")

    def set_query_arguments(self, effort):
        setting = "ef_search" if self.index == "graph" or self.index.startswith("HNSW") else "nprobe"
        self.settings = {setting: effort}
        self.name = f"Quiver({self.index}, {setting}={effort})"

    def query(self, v, n):
        return self.collection.search(v, n, **self.settings).integer_keys

    def batch_query(self, X, n):
        self.results = self.collection.search(X, n, thread_count=os.cpu_count(), **self.settings)

    def get_batch_results(self):
        return self.results.integer_keys

    def done(self):
        self.store.close()
        self.folder.cleanup()

    def __str__(self):
        return self.name
