"""Quiver, through its Python package: a collection as it comes, searched by English stems, compacted."""

import quiver

import stores
from engines.engine import Base


class Engine(Base):
    def version(self):
        return quiver.version()

    def description(self):
        return "a compacted collection of texts matched on English stems; a `Source` of words made and searched a query"

    def build(self):
        collection = stores.create(self.folder / "store", "english")
        stores.insert(collection, self.corpus.texts)
        collection.compact()

    def open(self):
        self.collection = stores.reopen(self.folder / "store")

    def search(self, query, k):
        self.hits = self.collection.search(quiver.Source(match=query, plain=True), k)
        return self.hits.integer_keys

    def rows(self, answer):
        return answer.tolist()

    def inside(self):
        return self.hits.nanoseconds
