"""The answers of a search."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from typing import overload

import numpy
from numpy.typing import NDArray

from . import _reading, explanation, fields
from ._arguments import FLOAT32, Key
from ._handle import Answer
from ._library import check, failure, library
from ._structs import qv_field, qv_hit, qv_hit_arrays, qv_key
from .explanation import Explanation, ListedHit
from .fields import FieldValue

UINT64 = numpy.dtype(numpy.uint64)
INT64 = numpy.dtype(numpy.int64)
_EMPTY_HIT = bytes(qv_hit())
_EMPTY_ARRAYS = bytes(qv_hit_arrays())
_KEY_BYTE_COUNT = ctypes.sizeof(qv_key)


class Hit:
    """A row or a document that was found; its parts are read from the answer where they are asked
    for.

    A document of several rows may be found several times.
    """

    __slots__ = ("_answer", "_struct", "_query", "_index")

    def __init__(self, answer: Answer, struct: qv_hit, query: int, index: int) -> None:
        self._answer = answer
        self._struct = struct
        self._query = query
        self._index = index

    @property
    def key(self) -> Key:
        """The document's key."""
        return _reading.key(self._struct.key)

    @property
    def score(self) -> float:
        """By the field's metric: larger is nearer for cosine and innerProduct, smaller for l2. Of
        words, maxSim, several sources and a reranker: larger is better."""
        return self._struct.score

    @property
    def row(self) -> int | None:
        """Which of the document's rows it is, from 0; None: it was found as a whole."""
        return _reading.row(self._struct.row)

    @property
    def vector_field(self) -> str | None:
        """The vector field that the row is of; None: it was found as a whole."""
        name = self._struct.vector_field
        return None if not name else ctypes.string_at(name).decode()

    @property
    def version(self) -> int:
        """The commit that last wrote the document."""
        return self._struct.version

    @property
    def text_hash(self) -> int:
        """XXH3 of its text; 0: no text."""
        return self._struct.text_hash

    @property
    def text(self) -> str | None:
        """None unless contents has "text", or where there is none."""
        return _reading.text(self._struct.text, self._struct.text_length)

    @property
    def vector(self) -> NDArray[numpy.float32] | None:
        """That row, [dimension], read-only, in the answer's memory; None unless asked for."""
        struct = self._struct
        if not struct.vector:
            return None
        return _reading.array(struct.vector, struct.vector_count, FLOAT32, self._answer)

    @property
    def fields(self) -> dict[str, FieldValue]:
        """Metadata by name; empty unless contents has "fields"."""
        found = {}
        field = qv_field()
        for number in range(self._struct.field_count):
            check(
                library.qv_results_field(
                    self._answer.handle, self._query, self._index, number, ctypes.byref(field)
                )
            )
            name = ctypes.string_at(field.name).decode()
            found[name] = fields.value(field, self._answer)
        return found

    @property
    def columns(self) -> dict[str, int | float]:
        """That row's columns by name; empty unless contents has "columns"."""
        struct = self._struct
        found = _reading.columns(struct.columns, struct.column_count, self._answer)
        return {name: values[0].item() for name, values in found.items()}

    @property
    def group(self) -> FieldValue:
        """The value of `group_by` that the hits of its group have in common; None if they have
        none."""
        field = qv_field()
        check(
            library.qv_results_group(
                self._answer.handle, self._query, self._index, ctypes.byref(field)
            )
        )
        return fields.value(field, self._answer)

    def __repr__(self) -> str:
        return f"Hit(key={self.key!r}, score={self.score:g}, row={self.row})"


class Hits(Sequence[Hit]):
    """The hits of one query, the best first; fewer than k if fewer may be found."""

    __slots__ = ("_results", "_query", "_structs")

    def __init__(self, results: Results, query: int) -> None:
        self._results = results
        self._query = query
        self._structs: ctypes.Array[qv_hit] | None = None

    def __len__(self) -> int:
        ends = self._results._ends
        return ends[self._query + 1] - ends[self._query]

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> list[Hit]: ...
    def __getitem__(self, index: int | slice) -> Hit | list[Hit]:
        if isinstance(index, slice):
            return [self._hit(number) for number in range(len(self))[index]]
        return self._hit(range(len(self))[index])

    def __iter__(self) -> Iterator[Hit]:
        return map(self._hit, range(len(self)))

    def _hit(self, index: int) -> Hit:
        structs = self._structs or self._take()
        return Hit(self._results, structs[index], self._query, index)

    def _take(self) -> ctypes.Array[qv_hit]:
        count = len(self)
        structs = (qv_hit * count).from_buffer_copy(_EMPTY_HIT * count)
        handle = self._results.handle
        check(library.qv_results_hits(handle, self._query, 0, count, ctypes.byref(structs)))
        self._structs = structs
        return structs

    @property
    def keys(self) -> list[Key]:
        """The keys of all hits."""
        ends = self._results._ends
        return self._results._keys(ends[self._query], ends[self._query + 1])

    @property
    def integer_keys(self) -> NDArray[numpy.uint64]:
        """[count]: the keys of all hits where those of all results are integers, else a
        ValueError; faster than `keys`. Read-only."""
        results = self._results
        ends, query = results._ends, self._query
        return results._integer_keys(ends[query], ends[query + 1])

    @property
    def scores(self) -> NDArray[numpy.float32]:
        """[count]: the scores of all hits. Read-only."""
        ends = self._results._ends
        return self._results._scores(ends[self._query], ends[self._query + 1])

    @property
    def lists(self) -> list[list[ListedHit]]:
        """What each source gave, in their order; empty unless `lists` asked for it."""
        return explanation.lists(self._results, self._query)

    @property
    def explanation(self) -> Explanation | None:
        """How the answer was come by; None unless `explain` asked for it."""
        return explanation.explanation(self._results, self._query)

    @property
    def nanoseconds(self) -> int:
        """How long the query took, inside the library."""
        return self._results._nanoseconds[self._query]

    def __repr__(self) -> str:
        return f"Hits({list(self)!r})"


class Results(Answer, Sequence[Hits]):
    """The answers of a batch of queries, in their order.

    As arrays: `counts` [n], `scores`, `keys` and `rows` [n × width]; width is the largest count.
    """

    __slots__ = ("_arrays", "_ends")

    def __init__(self, handle: int) -> None:
        super().__init__(handle, library.qv_results_free)
        arrays = qv_hit_arrays.from_buffer_copy(_EMPTY_ARRAYS)
        status = library.qv_results_arrays(handle, ctypes.byref(arrays))
        if status:
            raise failure(status)
        self._arrays = arrays
        count = arrays.query_count
        self._ends: Sequence[int] = (
            (0, arrays.hit_count)
            if count == 1
            else (ctypes.c_uint64 * (count + 1)).from_address(arrays.ends)[:]
        )

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, index: int) -> Hits: ...
    @overload
    def __getitem__(self, index: slice) -> list[Hits]: ...
    def __getitem__(self, index: int | slice) -> Hits | list[Hits]:
        if isinstance(index, slice):
            return [Hits(self, query) for query in range(len(self))[index]]
        return Hits(self, range(len(self))[index])

    @property
    def counts(self) -> NDArray[numpy.int64]:
        """[n]: how many hits each query has."""
        ends = numpy.asarray(self._ends, numpy.int64)
        return ends[1:] - ends[:-1]

    @property
    def scores(self) -> NDArray[numpy.float32]:
        """[n × width]: scores, NaN behind a query's last hit."""
        return self._rectangle(self._scores(0, self._ends[-1]), FLOAT32, numpy.nan)

    @property
    def keys(self) -> NDArray[numpy.object_]:
        """[n × width] of str and int, None behind a query's last hit."""
        flat = numpy.empty(self._ends[-1], object)
        flat[:] = self._keys(0, self._ends[-1])
        return self._rectangle(flat, numpy.dtype(object), None)

    @property
    def integer_keys(self) -> NDArray[numpy.uint64]:
        """[n × width]: the keys where all are integers, else a ValueError; without a Python object
        for each. 2⁶⁴ − 1 stands behind a query's last hit: `counts` tells it from a key."""
        flat = self._integer_keys(0, self._ends[-1])
        return self._rectangle(flat, UINT64, 0xFFFF_FFFF_FFFF_FFFF)

    @property
    def rows(self) -> NDArray[numpy.int64]:
        """[n × width]: which of the document's rows it is; −1 behind a query's last hit, and where a
        document was found as a whole."""
        flat = _copy(self._arrays.rows, 0, self._ends[-1], INT64)
        return self._rectangle(flat, INT64, -1)

    @property
    def nanoseconds(self) -> NDArray[numpy.int64]:
        """[n]: how long each query took, inside the library."""
        return numpy.array(self._nanoseconds, numpy.int64)

    def _scores(self, first: int, end: int) -> NDArray[numpy.float32]:
        return _copy(self._arrays.scores, first, end, FLOAT32)

    def _integer_keys(self, first: int, end: int) -> NDArray[numpy.uint64]:
        address = self._arrays.integer_keys
        if not address:
            raise ValueError("some of the keys are strings")
        return _copy(address, first, end, UINT64)

    def _keys(self, first: int, end: int) -> list[Key]:
        address = self._arrays.integer_keys
        if address:
            keys = (ctypes.c_uint64 * (end - first)).from_address(address + first * 8)
            return list(keys)
        structs = (qv_key * (end - first)).from_address(self._arrays.keys + first * _KEY_BYTE_COUNT)
        return list(map(_reading.key, structs))

    @property
    def _nanoseconds(self) -> list[int]:
        return (ctypes.c_uint64 * len(self)).from_address(self._arrays.nanoseconds)[:]

    def _rectangle(self, flat: NDArray, dtype: numpy.dtype, empty: object) -> NDArray:
        if len(self) == 1:
            return flat.astype(dtype)[None]
        counts = self.counts
        width = int(counts.max(initial=0))
        if len(flat) == len(counts) * width:  # as always when enough documents are live
            return flat.reshape(len(counts), width).astype(dtype)
        made = numpy.full((len(counts), width), empty, dtype)
        made[numpy.arange(width) < counts[:, None]] = flat
        return made

    def __repr__(self) -> str:
        return f"Results({len(self)} queries, {self._ends[-1]} hits)"


def _copy(address: int, first: int, end: int, dtype: numpy.dtype) -> NDArray:
    """Elements `first` to before `end` of an array of the answer's."""
    size = dtype.itemsize
    return numpy.frombuffer(ctypes.string_at(address + first * size, (end - first) * size), dtype)
