from usearch.index import Index

from ..base.module import BaseANN


class USearch(BaseANN):
    def __init__(self, metric, dtype, M, efConstruction):
        self.metric = {"angular": "cos", "euclidean": "l2sq"}[metric]
        self.options = {"dtype": dtype, "connectivity": M, "expansion_add": efConstruction}

    def fit(self, X):
        self.index = Index(ndim=X.shape[1], metric=self.metric, **self.options)
        self.index.add(None, X)

    def set_query_arguments(self, ef):
        self.index.expansion_search = ef

    def query(self, v, n):
        return self.index.search(v, n, threads=1).keys
