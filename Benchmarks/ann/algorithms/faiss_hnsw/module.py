import faiss
import numpy

from ..base.module import BaseANN


class FaissHNSW(BaseANN):
    """Under cosine, rows and queries at length 1: the nearest are the same."""

    def __init__(self, metric, factory, efConstruction):
        self.is_spherical = metric == "angular"
        self.factory, self.efConstruction = factory, efConstruction

    def fit(self, X):
        X = normalized(X) if self.is_spherical else numpy.ascontiguousarray(X)
        self.index = faiss.index_factory(X.shape[1], self.factory, faiss.METRIC_L2)
        self.index.hnsw.efConstruction = self.efConstruction
        self.index.train(X)
        self.index.add(X)

    def set_query_arguments(self, ef):
        self.index.hnsw.efSearch = ef

    def query(self, v, n):
        return self.index.search(normalized(v[None]) if self.is_spherical else v[None], n)[1][0]


def normalized(rows):
    rows = numpy.array(rows, numpy.float32)
    faiss.normalize_L2(rows)
    return rows
