import faiss
import numpy

from ..base.module import BaseANN
from ..faiss_hnsw.module import normalized


class FaissIVF(BaseANN):
    """About 3√n lists, as Quiver's "ivf" has."""

    def __init__(self, metric, codes):
        self.is_spherical, self.codes = metric == "angular", codes

    def fit(self, X):
        X = normalized(X) if self.is_spherical else numpy.ascontiguousarray(X)
        lists = int(3 * len(X) ** 0.5)
        self.index = faiss.index_factory(X.shape[1], f"IVF{lists},{self.codes}", faiss.METRIC_L2)
        self.index.train(X)
        self.index.add(X)

    def set_query_arguments(self, nprobe):
        self.index.nprobe = nprobe

    def query(self, v, n):
        return self.index.search(normalized(v[None]) if self.is_spherical else v[None], n)[1][0]
