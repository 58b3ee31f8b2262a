"""Chroma: its HNSW graph and the metadata in SQLite, as `PersistentClient` gives them."""

import chromadb
import numpy

from contenders.engine import LADDER, Base, Method

M, EF_CONSTRUCTION = 16, 200
OPERATORS = {"=": "$eq", "<": "$lt", ">=": "$gte"}


class Engine(Base):
    def version(self):
        return chromadb.__version__

    def description(self):
        return f"HNSW max_neighbors={M} ef_construction={EF_CONSTRUCTION}"

    def connect(self):
        settings = chromadb.Settings(anonymized_telemetry=False)
        return chromadb.PersistentClient(str(self.folder / "store"), settings=settings)

    def build(self):
        graph = {"space": "cosine", "max_neighbors": M, "ef_construction": EF_CONSTRUCTION, "ef_search": 100}
        collection = self.connect().create_collection("rows", configuration={"hnsw": graph}, embedding_function=None)
        for rows, fields, vectors in self.records():
            collection.add(ids=[str(row) for row in rows], embeddings=numpy.array(vectors), metadatas=fields)

    def open(self):
        self.client = self.connect()
        self.collection = self.client.get_collection("rows", embedding_function=None)
        self.ef_search = None

    def methods(self):
        return [Method("graph", "ef_search", LADDER)]

    def filter(self, conditions):
        terms = [{field: {OPERATORS[operator]: value}} for field, operator, value in conditions]
        return {"$and": terms} if len(terms) > 1 else terms[0] if terms else None

    def configure(self, settings):
        # An index that is in memory goes on with the ef_search with which it was read.
        if settings["ef_search"] != self.ef_search:
            self.collection.modify(configuration={"hnsw": {"ef_search": settings["ef_search"]}})
            self.client.close()
            self.open()
            self.ef_search = settings["ef_search"]
            # The first search reads the index.
            self.search(self.dataset.queries[0], None, 1, settings)

    def search(self, query, filter, k, settings):
        return self.collection.query(query_embeddings=[query], n_results=k, where=filter, include=[])

    def rows(self, answer):
        return numpy.array([int(key) for key in answer["ids"][0]], dtype=numpy.int64)
