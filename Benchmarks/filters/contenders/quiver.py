"""Quiver, through its Python package: a collection as it comes, with an index on nothing but its vectors and the fields that
its schema names. Never kept from one run to the next, for it changes."""

import numpy

import quiver
from contenders.engine import LADDER, Base, Method

# ---- All that is known of the package `quiver`; what changes there changes here and nowhere else. ----


def create(path, dimension, fields):
    """A new store's collection. `fields` are names and "string" or "int64"."""
    store = quiver.open(path, create=True)
    return store.create_collection("rows", dimension=dimension, metric="cosine", fields=fields)


def insert(collection, rows, vectors, fields):
    collection.insert(quiver.DocumentArrays(keys=numpy.array(rows), vectors=vectors, fields=fields))


def finish(collection):
    collection.compact(thread_count=2)


def reopen(path):
    return quiver.open(path, read_only=True).open_collection("rows")


def find(collection, query, k, options):
    return collection.search(query, k, **options)


def keys(hits):
    return hits.integer_keys


# ------------------------------------------------------------------------------------------------------


# What the planner chooses between, for planner.py.
MODES = {mode: {"mode": mode} for mode in ("exact", "indexed")}


class Engine(Base):
    EXTRAS = {"quiver, defaults": {"method": "defaults", "ef_search": None}}
    KEPT = False

    def version(self):
        return quiver.version()

    def description(self):
        return "a collection as it comes"

    def build(self):
        kinds = {"U": "string", "i": "int64"}
        fields = {name: kinds[values.dtype.kind] for name, values in self.dataset.fields.items()}
        collection = create(self.folder / "store", self.dataset.base.shape[1], fields)
        for rows, values, vectors in self.records():
            insert(collection, rows, numpy.array(vectors), values)
        finish(collection)

    def open(self):
        self.collection = reopen(self.folder / "store")

    def methods(self):
        return [Method("defaults"), Method("graph", "ef_search", LADDER)]

    def filter(self, conditions):
        return {"filter": self.dataset.text(conditions, quote='"')} if conditions else {}

    def configure(self, settings):
        method = settings["method"]
        self.options = {"ef_search": settings["ef_search"]} if method == "graph" else MODES.get(method, {})

    def search(self, query, filter, k, settings):
        # Keys are what a caller wants, and what the other engines give.
        return keys(find(self.collection, query, k, self.options | filter))

    def rows(self, answer):
        return numpy.array(answer, dtype=numpy.int64)
