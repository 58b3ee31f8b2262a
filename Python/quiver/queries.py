"""What a search looks for: sources, queries of several of them, and scopes."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy
from numpy.typing import ArrayLike, NDArray

from . import _constants as c
from . import encoder as _encoder
from . import errors, fields
from ._arguments import MAXIMUM_DIMENSION, Arena, Key, choice, flag, numbers, real, text, uint64
from ._structs import qv_query, qv_range, qv_scope, qv_source
from .encoder import Encoder
from .fields import SparseVector

if TYPE_CHECKING:
    from ._callbacks import Callbacks

Combination = Literal["any", "mean", "maxSim"]
"""What several vectors look for. `any`: rows near one of them; `mean`: rows near their mean; `maxSim`:
documents, by the sum over the vectors of the score of the document's best row, late interaction."""

COMBINATIONS = {
    "any": c.QV_COMBINE_ANY,
    "mean": c.QV_COMBINE_MEAN,
    "maxSim": c.QV_COMBINE_MAX_SIM,
}
FUSIONS = {"ranks": c.QV_FUSE_RANKS, "scores": c.QV_FUSE_SCORES}
_NONE: tuple[Key, ...] = ()


class Place(NamedTuple):
    """A document's place in a source's list."""

    rank: int
    """From 1 on."""
    score: float
    """As the source gives it."""


Fusion = Literal["ranks", "scores"] | Callable[[Sequence[Place | None]], float]
"""How several lists become one, of documents. `ranks`: the sum of weight / (60 + rank); `scores`: the
weighted sum of scores, each list's scaled to 0…1; a function: what it makes of a document's place in
each list, None where it is not in one, higher being better. Its exceptions come out of the search."""


@dataclasses.dataclass
class Source:
    """Something that gives a list, the best first: rows by vectors, documents by words or by sparse
    vectors.

    `vectors`, [dimension] or [count × dimension], are looked for as `combine` says, and so are the
    rows of one document alone in `like`, which itself is not found. With several documents, with
    both, or with anything unlike: what is like the mean of them, and as far beyond it as it is from
    the mean of what it is to be unlike.

    `match` has words, "phrases in quotes", beginnings*, +required and -forbidden ones, field:words
    and words^2 that count double; if `plain`, it is words whatever characters are in it. `bm25` is
    (k1, b) where it is not (1.2, 0.75). `weight` is that of the list among others; None: 1.

    `text` stands in the place of vectors: those that `encoder` makes of it as a query; None: the one
    that the vector field is bound to, opened where it was with the first text and kept until the collection
    is closed. `combine` None is "any", and "maxSim" where an encoder makes a row a token of a text.

    `sparse` is a sparse vector, or a mapping of indices to values: documents are found by its inner product
    with theirs in `sparse_field`, a metadata field of type "sparse"; None: the only one. Those without an
    index in common are not found.
    """

    vectors: ArrayLike | None = None
    match: str | None = None
    _: dataclasses.KW_ONLY
    like: Key | Iterable[Key] = _NONE
    unlike: Key | Iterable[Key] = _NONE
    unlike_vectors: ArrayLike | None = None
    combine: Combination | None = None
    vector_field: str | None = None
    plain: bool = False
    bm25: tuple[float, float] | None = None
    weight: float | None = None
    text: str | None = None
    encoder: Encoder | None = None
    sparse: SparseVector | Mapping[int, float] | None = None
    sparse_field: str | None = None

    def _struct(self, arena: Arena) -> qv_source:
        struct = qv_source()
        if self.combine is not None:
            struct.combination = choice(self.combine, "combine", COMBINATIONS)
        if self.text is not None:
            data = text(self.text, "text")
            struct.text, struct.text_length = arena.bytes(data), len(data)
            if self.combine is not None:
                struct.flags |= c.QV_SOURCE_COMBINATION
        struct.encoder = _encoder.handle(self.encoder)
        if self.vectors is not None:
            struct.vectors, struct.vector_count = self._take(self.vectors, "vectors", struct, arena)
        if self.unlike_vectors is not None:
            taken = self._take(self.unlike_vectors, "unlike_vectors", struct, arena)
            struct.unlike_vectors, struct.unlike_vector_count = taken
        if self.like is not _NONE:
            struct.like, struct.like_count = arena.keys(_keys(self.like))
        if self.unlike is not _NONE:
            struct.unlike, struct.unlike_count = arena.keys(_keys(self.unlike))
        if self.vector_field is not None:
            struct.vector_field = arena.name(self.vector_field, "vector_field")
        if self.match is not None:
            struct.match = arena.name(self.match, "match")
        if flag(self.plain, "plain"):
            struct.flags |= c.QV_SOURCE_PLAIN
        if self.bm25 is not None:
            struct.flags |= c.QV_SOURCE_BM25
            try:
                k1, b = self.bm25
            except (TypeError, ValueError):
                raise TypeError(f"bm25 is {self.bm25!r}, expected (k1, b)") from None
            struct.k1, struct.b = real(k1, "k1"), real(b, "b")
        if self.sparse is not None:
            taken = fields.sparse(self.sparse, "sparse", arena)
            struct.sparse_indices, struct.sparse_values, struct.sparse_count = taken
            if not struct.sparse_count:  # which in C is none
                raise errors.SearchError("a sparse vector without any weight finds nothing")
        if self.sparse_field is not None:
            struct.sparse_field = arena.name(self.sparse_field, "sparse_field")
        if self.weight is not None:
            struct.flags |= c.QV_SOURCE_WEIGHT
            struct.weight = real(self.weight, "weight")
        return struct

    @staticmethod
    def _take(values: ArrayLike, what: str, struct: qv_source, arena: Arena) -> tuple[int, int]:
        array = numbers(values, what)
        if array.ndim not in (1, 2):
            raise errors.ArgumentError(
                f"{what} has shape {array.shape}, expected [dimension] or [count × dimension]"
            )
        if array.ndim == 1:
            array = array[None]
        count, dimension = array.shape
        if struct.dimension not in (0, dimension):
            raise errors.VectorError(f"{what} has rows of {dimension}, not {struct.dimension}")
        if count and not 0 < dimension <= MAXIMUM_DIMENSION:
            raise errors.VectorError(f"{what} has rows of {dimension} numbers")
        struct.dimension = dimension
        return arena.array(array), count


@dataclasses.dataclass
class Query:
    """Something that is looked for in one source, or in several whose lists are fused into one.

    `rank_constant` is how little the first ranks are ahead under "ranks"; None: 60. What `scope`
    says holds beside what the search says.
    """

    sources: Source | Sequence[Source]
    _: dataclasses.KW_ONLY
    fusion: Fusion = "ranks"
    rank_constant: float | None = None
    scope: Scope | None = None

    def _struct(self, arena: Arena, callbacks: Callbacks) -> qv_query:
        sources = [self.sources] if isinstance(self.sources, Source) else self.sources
        structs = []
        for source in sources:
            if not isinstance(source, Source):
                raise TypeError(f"a source is of type {type(source).__name__}, expected Source")
            structs.append(source._struct(arena))
        struct = qv_query(sources=arena.structs(structs), source_count=len(structs))
        if callable(self.fusion):
            struct.fusion = c.QV_FUSE_CUSTOM
            struct.fuse = callbacks.fuse(self.fusion)
        else:
            struct.fusion = choice(self.fusion, "fusion", FUSIONS)
        if self.rank_constant is not None:
            # 0 is the default in C; to the least number above it ranks add up as to 0.
            struct.rank_constant = real(self.rank_constant, "rank_constant") or math.ulp(0)
        if self.scope is not None:
            struct.scope = scope_address(self.scope, arena)
        return struct


@dataclasses.dataclass
class Scope:
    """Which documents, and which of their rows, may be found. Everything that is said must hold.

    `filter` is a condition on metadata, `row_filter` one on the row columns. `keys`, `rows` and
    `row_ranges` limit what may be found unless they are None: to documents; to rows, an array of
    their numbers or a mask of bools; to ranges of rows, each a `range` or (first, end). Rows are
    numbered as `row_numbers` of a snapshot says.
    """

    filter: str | None = None
    _: dataclasses.KW_ONLY
    row_filter: str | None = None
    keys: Iterable[Key] | None = None
    excluded: Iterable[Key] = ()
    rows: ArrayLike | None = None
    row_ranges: Iterable[range | tuple[int, int]] | None = None

    def _struct(self, arena: Arena) -> qv_scope:
        struct = qv_scope()
        if self.filter is not None:
            struct.filter = arena.name(self.filter, "filter")
        if self.row_filter is not None:
            struct.row_filter = arena.name(self.row_filter, "row_filter")
        if self.keys is not None:
            struct.flags |= c.QV_SCOPE_KEYS
            struct.keys, struct.key_count = arena.keys(self.keys)
        struct.excluded, struct.excluded_count = arena.keys(self.excluded)
        if self.rows is not None:
            struct.flags |= c.QV_SCOPE_ROWS
            words = _words(self.rows)
            struct.row_words, struct.row_word_count = arena.array(words), len(words)
        if self.row_ranges is not None:
            struct.flags |= c.QV_SCOPE_RANGES
            ranges = [_range(given) for given in self.row_ranges]
            struct.row_ranges, struct.row_range_count = arena.structs(ranges), len(ranges)
        return struct


def scope_address(scope: Scope, arena: Arena) -> int:
    """Where the struct of a scope is."""
    if not isinstance(scope, Scope):
        raise TypeError(f"scope is of type {type(scope).__name__}, expected Scope")
    return arena.structs([scope._struct(arena)])


def structs(
    queries: Iterable[Query | Source], arena: Arena, callbacks: Callbacks
) -> list[qv_query]:
    """A struct for each query; a source alone is one."""
    made = []
    for query in queries:
        if isinstance(query, Source):
            query = Query(query)
        if not isinstance(query, Query):
            raise TypeError(
                f"a query is of type {type(query).__name__}, expected Query, Source or an array"
            )
        made.append(query._struct(arena, callbacks))
    return made


def _keys(keys: Key | Iterable[Key]) -> Iterable[Key]:
    one = isinstance(keys, str) or not isinstance(keys, Iterable)
    return [keys] if one else keys  # type: ignore[list-item,return-value]


def _range(given: range | tuple[int, int]) -> qv_range:
    if isinstance(given, range):
        if given.step != 1:
            raise errors.ArgumentError(f"{given} has a step")
        given = given.start, max(given.start, given.stop)
    try:
        start, end = given
    except (TypeError, ValueError):
        raise TypeError(f"a range of rows is {given!r}, expected range or (first, end)") from None
    return qv_range(uint64(start, "a row"), uint64(end, "a row"))


_LARGEST_ROW = (1 << 32) - 1


def _words(rows: ArrayLike) -> NDArray[numpy.uint64]:
    """A bitmap of rows."""
    try:
        array = numpy.asarray(rows)
    except (TypeError, ValueError) as failure:
        raise errors.ArgumentError(f"rows is no array: {failure}") from None
    if array.size == 0:
        return numpy.empty(0, numpy.uint64)
    if array.ndim != 1 or array.dtype.kind not in "biu":
        raise errors.ArgumentError(
            f"rows is of {array.dtype} and shape {array.shape}, expected numbers or bools"
        )
    if array.dtype.kind == "b":
        mask = array
    else:
        least, last = int(array.min()), int(array.max())
        if least < 0 or last > _LARGEST_ROW:
            wrong = least if least < 0 else last
            raise errors.ArgumentError(f"a row is {wrong}, expected 0…{_LARGEST_ROW}")
        mask = numpy.zeros(last + 1, bool)
        mask[array] = True
    bits = numpy.packbits(mask, bitorder="little")
    padded = numpy.zeros(-(-len(bits) // 8) * 8, numpy.uint8)
    padded[: len(bits)] = bits
    return padded.view("<u8")
