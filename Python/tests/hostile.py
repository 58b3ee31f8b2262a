"""Values for calls, most of them good."""

import datetime
import math
import random

import numpy
from quiver import (
    Document,
    DocumentArrays,
    Query,
    Reranking,
    Rows,
    Scope,
    Source,
    SparseVector,
    Timestamp,
)

NAMES = ["c", "d", "ü", "e" * 100]
FIELDS = {
    "s": "string",
    "i": "int64",
    "d": "double",
    "b": "bool",
    "t": "timestamp",
    "ss": "strings",
    "by": "bytes",
    "is": "int32s",
    "sp": "sparse",
}
INDEXES = ["automatic", "exact", "graph", "ivf", "HNSW16", "IVF4,SQ8", "PQ0", "", "\0", "x" * 5000]
HOSTILE = [
    None,
    True,
    -1,
    0,
    1,
    1.5,
    math.nan,
    math.inf,
    1 << 31,
    1 << 32,
    1 << 63,
    1 << 64,
    1 << 200,
    "",
    "\0",
    "\ud800",
    "x" * 481,
    b"",
    b"\xff",
    [],
    [1],
    {},
    {"a": 1},
    (),
    object(),
    int,
    lambda *a: 1 / 0,
    numpy.empty(0),
    numpy.float32(1),
    numpy.array(1),
    numpy.array(["a"]),
    numpy.ones((2, 2, 2)),
    numpy.array([None, "x", 3]),
    numpy.datetime64("2024"),
    Timestamp(1 << 80, 5),
    10**400,
    1j,
]


class Values:
    """Random values, each the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.numbers = numpy.random.default_rng(seed)

    def maybe(self, good, chance: float = 0.06):
        """`good`, or something hostile in its place."""
        return self.random.choice(HOSTILE) if self.random.random() < chance else good

    def key(self):
        number = self.random.randrange(300)
        return self.maybe(number if self.random.random() < 0.6 else f"key {number}", 0.03)

    def keys(self):
        return self.maybe([self.key() for _ in range(self.random.randrange(6))])

    def text(self):
        return self.maybe(self.random.choice([None, "", "text", "ü\0 日本" * 50]), 0.03)

    def words(self):
        """A text for an encoder."""
        return self.rarely(self.random.choice(["a bc", "", "hij " * 30, "ü\0 日本"]))

    def array(self, *shape: int):
        """An array of that shape, in one of the forms that it may have."""
        array = self.numbers.standard_normal(shape, numpy.float32)
        form = self.random.randrange(12)
        if form == 0:
            array = array.astype(
                self.random.choice([float, ">f4", "f2", int, complex, object, "S3"])
            )
        elif form == 1:
            array = numpy.repeat(array, 2, axis=-1)[..., ::2]
        elif form == 2:
            array = array.tolist()
        elif form == 3 and array.size:
            array.flat[0] = self.random.choice([math.nan, math.inf, 1e38, 0])
        elif form == 4:
            array = numpy.asfortranarray(array)
        elif form == 5:
            array.flags.writeable = False
        elif form == 6:
            array = array[..., :-1]
        return self.maybe(array, 0.03)

    def value(self, kind: str):
        good = {
            "s": self.text(),
            "i": self.random.randrange(100),
            "d": self.random.random(),
            "b": bool(self.random.getrandbits(1)),
            "t": self.random.choice(
                [Timestamp(7, 5), datetime.datetime.now(datetime.timezone.utc)]
            ),
            "ss": ["a", "ü"],
            "by": b"\0\xff",
            "is": self.random.choice([[1, 2], numpy.arange(3, dtype=numpy.int32)]),
            "sp": self.sparse(),
        }
        return self.maybe(good.get(kind), 0.05)

    def sparse(self):
        indices = self.random.sample(range(20), self.random.randrange(4))
        values = [self.maybe(self.random.random() + 0.1, 0.02) for _ in indices]
        if self.random.random() < 0.5:
            return dict(zip(indices, values))
        return SparseVector(indices, self.maybe(values, 0.02))

    def fields(self):
        names = self.random.sample(list(FIELDS), self.random.randrange(4))
        return self.maybe({self.maybe(name, 0.01): self.value(name) for name in names}, 0.02)

    def document(self) -> Document:
        rows = self.random.randrange(1, 4)
        columns = {"n": numpy.arange(rows, dtype=numpy.int32)}
        vectors = {"v": Rows(self.array(rows, 3), self.maybe(columns, 0.03))}
        return self.maybe(
            Document(
                self.key(),
                self.array(*self.random.choice([(8,), (1, 8), (2, 8)])),
                self.text(),
                self.fields(),
                self.maybe(vectors if self.random.random() < 0.5 else {}, 0.02),
                self.maybe(None, 0.05),
            ),
            0.02,
        )

    def documents(self):
        if self.random.random() < 0.5:
            return self.maybe([self.document() for _ in range(self.random.randrange(5))])
        count = self.random.randrange(40)
        keys = self.random.sample(range(1000), count)
        if self.random.random() < 0.5:
            keys = [str(key) for key in keys]
        elif self.random.random() < 0.5:
            keys = numpy.array(keys, int)
        texts = [self.text() for _ in range(count)] if self.random.random() < 0.3 else None
        fields = [self.fields() for _ in range(count)] if self.random.random() < 0.3 else None
        return DocumentArrays(
            self.maybe(keys),
            self.array(count, 8),
            self.maybe(texts, 0.03),
            self.maybe(fields, 0.03),
            self.maybe("", 0.03),
        )

    def texts(self):
        """Documents for an encoder, most of them without vectors."""
        made = []
        for _ in range(self.random.randrange(6)):
            vector = self.array(8) if self.random.random() < 0.2 else None
            made.append(self.rarely(Document(self.key(), vector, self.words())))
        return self.maybe(made, 0.03)

    def contents(self):
        parts = ["text", "vector", "fields", "columns"]
        return self.maybe(self.random.sample(parts, self.random.randrange(5)))

    def filter(self):
        return self.maybe(
            self.random.choice(
                [
                    "i > 50",
                    "s = 'text'",
                    "b and not i < 3",
                    "ss = 'a'",
                    "i in (1, 2)",
                    "s is null",
                    "i >",
                ]
            )
        )

    def rarely(self, good):
        """As `maybe`, where many of them make one value."""
        return self.maybe(good, 0.01)

    def scope(self):
        rows = self.random.choice([None, [1, 5, 70], numpy.arange(99) % 2 == 0])
        ranges = self.random.choice([None, [range(3, 90)], [(0, 10), (40, 1 << 63)]])
        return self.rarely(
            Scope(
                self.random.choice([None, self.filter()]),
                row_filter=self.random.choice([None, None, "n > 0", self.filter()]),
                keys=self.random.choice([None, None, self.keys()]),
                excluded=self.keys(),
                rows=self.rarely(rows),
                row_ranges=self.rarely(ranges),
            )
        )

    def source(self):
        form = self.random.randrange(5)
        if form == 4:
            return Source(
                sparse=self.rarely(self.sparse()),
                sparse_field=self.rarely(self.random.choice([None, "sp", "s"])),
            )
        if form == 0:
            words = ["text", "+text -nothing", '"text ü"', "te*", "text:text^2", '"open', "s:text"]
            return Source(
                match=self.rarely(self.random.choice(words)),
                plain=self.rarely(bool(self.random.getrandbits(1))),
                bm25=self.rarely(self.random.choice([None, (1, 0.5)])),
                weight=self.rarely(self.random.choice([None, 2])),
            )
        return Source(
            self.rarely(
                self.array(*self.random.choice([(8,), (1, 8), (3, 8)])) if form < 3 else None
            ),
            like=self.random.choice([1, [1, "key 2"], self.keys()]) if form == 3 else (),
            unlike=self.random.choice([1, [1, "key 2"], self.keys()]) if form == 3 else (),
            combine=self.rarely(self.random.choice(["any", "mean", "maxSim"])),
            vector_field=self.rarely(""),
        )

    def query(self):
        def fuse(places):
            return sum(1 / place.rank for place in places if place)

        return self.rarely(
            Query(
                self.rarely([self.source() for _ in range(self.random.randrange(1, 4))]),
                fusion=self.rarely(self.random.choice(["ranks", "scores", fuse])),
                rank_constant=self.rarely(None),
                scope=self.random.choice([None, self.scope()]),
            )
        )

    def options(self) -> dict:
        values = {
            "mode": lambda: self.random.choice(["automatic", "exact", "indexed"]),
            "ef_search": lambda: self.random.randrange(100),
            "recall": lambda: self.random.choice([None, 0.5, 0.9, 1.0, 2.0]),
            "sample": lambda: self.random.random() < 0.5,
            "nprobe": lambda: self.random.randrange(10),
            "candidate_factor": lambda: self.random.random() * 10,
            "contents": self.contents,
            "excluded": self.keys,
            "vector_field": lambda: "",
            "thread_count": lambda: self.random.randrange(4),
            "filter": self.filter,
            "scope": self.scope,
            "offset": lambda: self.random.randrange(10),
            "within": lambda: self.random.random() * 10,
            "group_by": lambda: self.random.choice(list(FIELDS)),
            "distinct": lambda: bool(self.random.getrandbits(1)),
            "per_group": lambda: self.random.randrange(3),
            "list_length": lambda: self.random.randrange(50),
            "lists": lambda: bool(self.random.getrandbits(1)),
            "explain": lambda: bool(self.random.getrandbits(1)),
            "timeout": lambda: self.random.choice([1e-6, 1e-4, 10, None]),
            "cancelled": lambda: self.random.choice([None, lambda: self.random.random() < 0.01]),
            "rerank": lambda: Reranking(
                self.maybe(lambda query, hits: hits.scores), self.maybe(5), self.contents()
            ),
        }
        chosen = self.random.sample(list(values), self.random.choice([0, 0, 1, 1, 2, 3]))
        found = {name: self.maybe(values[name](), 0.05) for name in chosen}
        found.setdefault("vector_field", "")
        return found

    def progress(self):
        return self.maybe(self.random.choice([None, lambda completed, total: completed > 3]))
