"""The answers of a search."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from typing import overload

import numpy
from numpy.typing import NDArray

from . import _reading, fields
from ._arguments import FLOAT32, Key
from ._constants import QV_KEY_INTEGER
from ._handle import Answer
from ._library import check, failure, library
from ._structs import numpy_type, qv_field, qv_hit
from .fields import FieldValue

HIT = numpy_type(qv_hit)
HIT_BYTE_COUNT = ctypes.sizeof(qv_hit)
_EMPTY_HIT = bytes(qv_hit())
_NUMBERS = tuple(map(ctypes.c_uint64, range(100)))


class Hit:
    """A document's row that was found; its parts are read from the answer where they are asked for.

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
        """By the field's metric: larger is nearer for cosine and innerProduct, smaller for l2."""
        return self._struct.score

    @property
    def row(self) -> int:
        """Which of the document's rows it is, from 0."""
        return self._struct.row

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

    def __repr__(self) -> str:
        return f"Hit(key={self.key!r}, score={self.score:g}, row={self.row})"


class Hits(Sequence[Hit]):
    """The hits of one query, nearest first; fewer than k if fewer rows are live."""

    __slots__ = ("_results", "_query")

    def __init__(self, results: Results, query: int) -> None:
        self._results = results
        self._query = query

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
        results = self._results
        struct = results._structs[results._ends[self._query] + index]
        return Hit(results._answer, struct, self._query, index)

    @property
    def keys(self) -> list[Key]:
        """The keys of all hits."""
        return self._results._keys(self._query)

    @property
    def scores(self) -> NDArray[numpy.float32]:
        """[count]: the scores of all hits."""
        ends = self._results._ends
        return self._results._table["score"][ends[self._query] : ends[self._query + 1]].copy()

    @property
    def nanoseconds(self) -> int:
        """How long the query took, inside the library."""
        return self._results._nanoseconds(self._query)

    def __repr__(self) -> str:
        return f"Hits({list(self)!r})"


class Results(Sequence[Hits]):
    """The answers of a batch of queries, in their order.

    As arrays: `counts` [n], `scores`, `keys` and `rows` [n × width]; width is the largest count.
    """

    __slots__ = ("_answer", "_ends", "_structs")

    def __init__(self, handle: int, query_count: int) -> None:
        self._answer = Answer(handle, library.qv_results_free)
        ends = self._ends = [0]
        end = 0
        count = ctypes.c_uint64()
        output = ctypes.byref(count)
        for query in range(query_count):
            status = library.qv_results_hit_count(handle, query, output)
            if status:
                raise failure(status)
            end += count.value
            ends.append(end)
        self._structs = structs = (qv_hit * end).from_buffer_copy(_EMPTY_HIT * end)
        take, byref = library.take_hit, ctypes.byref
        results = ctypes.c_uint64(handle)
        first = 0
        for query in range(query_count):
            number = ctypes.c_uint64(query)
            end = ends[query + 1]
            for place in range(first, end):
                rank = place - first
                index = _NUMBERS[rank] if rank < len(_NUMBERS) else ctypes.c_uint64(rank)
                status = take(results, number, index, byref(structs, place * HIT_BYTE_COUNT))
                if status:
                    raise failure(status)
            first = end

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
        return self._rectangle(self._table["score"], FLOAT32, numpy.nan)

    @property
    def keys(self) -> NDArray[numpy.object_]:
        """[n × width] of str and int, None behind a query's last hit."""
        flat = numpy.empty(self._ends[-1], object)
        flat[:] = [_reading.key(struct.key) for struct in self._structs]
        return self._rectangle(flat, numpy.dtype(object), None)

    @property
    def integer_keys(self) -> NDArray[numpy.uint64]:
        """[n × width]: the keys where all are integers, else a ValueError; without a Python object
        for each. 2⁶⁴ − 1 stands behind a query's last hit: `counts` tells it from a key."""
        keys = self._table["key"]
        if (keys["kind"] != QV_KEY_INTEGER).any():
            raise ValueError("some of the keys are strings")
        return self._rectangle(keys["integer"], numpy.dtype(numpy.uint64), 0xFFFF_FFFF_FFFF_FFFF)

    @property
    def rows(self) -> NDArray[numpy.int64]:
        """[n × width]: which of the document's rows it is, −1 behind a query's last hit."""
        return self._rectangle(self._table["row"], numpy.dtype(numpy.int64), -1)

    @property
    def nanoseconds(self) -> NDArray[numpy.int64]:
        """[n]: how long each query took, inside the library."""
        return numpy.array([self._nanoseconds(query) for query in range(len(self))], numpy.int64)

    @property
    def _table(self) -> NDArray:
        if not self._ends[-1]:
            return numpy.empty(0, HIT)
        return numpy.frombuffer(memoryview(self._structs), HIT)

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

    def _keys(self, query: int) -> list[Key]:
        return [
            _reading.key(self._structs[place].key)
            for place in range(self._ends[query], self._ends[query + 1])
        ]

    def _nanoseconds(self, query: int) -> int:
        found = ctypes.c_uint64()
        check(library.qv_results_nanoseconds(self._answer.handle, query, ctypes.byref(found)))
        return found.value

    def __repr__(self) -> str:
        return f"Results({len(self)} queries, {self._ends[-1]} hits)"
