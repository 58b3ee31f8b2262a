import hnswlib

from ..base.module import BaseANN


class HNSWLib(BaseANN):
    def __init__(self, metric, M, efConstruction):
        self.space = {"angular": "cosine", "euclidean": "l2"}[metric]
        self.M, self.efConstruction = M, efConstruction

    def fit(self, X):
        self.index = hnswlib.Index(space=self.space, dim=X.shape[1])
        self.index.init_index(max_elements=len(X), ef_construction=self.efConstruction, M=self.M)
        self.index.add_items(X)
        self.index.set_num_threads(1)

    def set_query_arguments(self, ef):
        self.index.set_ef(ef)

    def query(self, v, n):
        return self.index.knn_query(v, k=n)[0][0]
