"""Metadata values: Python's types for those of the schema, in both directions."""

from __future__ import annotations

import ctypes
import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy
from numpy.typing import ArrayLike, NDArray

from . import _constants as c
from . import errors
from ._arguments import FLOAT32, Arena, converted, integer, mapping, numbers, text
from ._handle import Answer
from ._reading import array
from ._structs import qv_field, qv_string

INT32 = numpy.dtype(numpy.int32)
UINT32 = numpy.dtype(numpy.uint32)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


class Timestamp(NamedTuple):
    """An instant, to the nanosecond, within the years 0 to 9999."""

    seconds: int
    """Since 1970-01-01T00:00:00Z; may be negative."""
    nanoseconds: int = 0
    """0…999,999,999, forward from there."""

    @classmethod
    def from_datetime(cls, moment: datetime.datetime) -> Timestamp:
        """The instant of a `datetime` with a time zone; ArgumentError without one."""
        if moment.tzinfo is None:
            raise errors.ArgumentError(f"{moment!r} has no time zone")
        passed = moment - EPOCH
        return cls(passed.days * 86_400 + passed.seconds, passed.microseconds * 1_000)

    def to_datetime(self) -> datetime.datetime:
        """The instant in UTC, cut to microseconds; OverflowError in the year 0."""
        return EPOCH + datetime.timedelta(
            seconds=self.seconds, microseconds=self.nanoseconds // 1_000
        )


class SparseVector(NamedTuple):
    """Weights of some dimensions; all others are 0."""

    indices: NDArray[numpy.uint32]
    """[count]: the dimensions, each once; ascending where it comes out of a store."""
    values: NDArray[numpy.float32]
    """[count]: the weight of each, above 0 and finite."""


FieldValue = (
    str
    | int
    | float
    | bool
    | Timestamp
    | datetime.datetime
    | bytes
    | Sequence[str]
    | NDArray[numpy.int32]
    | SparseVector
    | Mapping[int, float]
    | None
)
"""A metadata value, by the type of its field:

- `string`: str; `int64`: int; `double`: float (3 is no 3.0); `bool`: bool; `bytes`: bytes
- `timestamp`: Timestamp, or a datetime with a time zone; read as Timestamp
- `strings`: a list of str; the empty list is of this type
- `int32s`: an array of int32, or a list of integers that is not empty; read as an array
- `sparse`: a SparseVector, or a mapping of indices to values; read as SparseVector
- any: None, which is a value too and differs from having none

Anything else is a TypeError, and a value of another type than its field's a FieldError."""


def structs(values: Mapping[str, FieldValue], arena: Arena) -> tuple[int, int]:
    """The address and the count of an array of fields."""
    made = []
    for field, value in mapping(values, "fields").items():
        struct = qv_field(name=arena.name(field, "a field's name"))
        _fill(struct, field, value, arena)
        made.append(struct)
    return arena.structs(made), len(made)


def names(values: Iterable[str], arena: Arena) -> tuple[int, int]:
    """The address and the count of an array of names."""
    if isinstance(values, (str, bytes)):
        raise TypeError("removed is one string, expected a list of names")
    addresses = [arena.name(value, "a field's name") for value in values]
    if not addresses:
        return 0, 0
    made = (ctypes.c_void_p * len(addresses))(*addresses)
    arena.kept.append(made)
    return ctypes.addressof(made), len(addresses)


def value(field: qv_field, answer: Answer) -> FieldValue:
    """The value of a field that came out."""
    kind = field.type
    if kind == c.QV_FIELD_STRING:
        return ctypes.string_at(field.bytes, field.length).decode()
    if kind == c.QV_FIELD_INT64:
        return field.integer
    if kind == c.QV_FIELD_DOUBLE:
        return field.number
    if kind == c.QV_FIELD_BOOL:
        return field.integer != 0
    if kind == c.QV_FIELD_TIMESTAMP:
        return Timestamp(field.integer, field.nanoseconds)
    if kind == c.QV_FIELD_STRINGS:
        if not field.length:
            return []
        strings = (qv_string * field.length).from_address(field.strings)
        return [ctypes.string_at(item.bytes, item.length).decode() for item in strings]
    if kind == c.QV_FIELD_BYTES:
        return ctypes.string_at(field.bytes, field.length) if field.length else b""
    if kind == c.QV_FIELD_INT32S:
        return array(field.integers, field.length, INT32, answer)
    if kind == c.QV_FIELD_SPARSE:
        return SparseVector(
            array(field.indices, field.length, UINT32, answer),
            array(field.values, field.length, FLOAT32, answer),
        )
    if kind == c.QV_FIELD_NULL:
        return None
    raise errors.QuiverError(f"field type {kind} is newer than this package")


def _fill(struct: qv_field, field: str, value: object, arena: Arena) -> None:
    what = f'field "{field}"'
    if value is None:
        struct.type = c.QV_FIELD_NULL
    elif isinstance(value, str):
        data = text(value, what)
        struct.type, struct.bytes, struct.length = c.QV_FIELD_STRING, arena.bytes(data), len(data)
    elif isinstance(value, (bool, numpy.bool_)):
        struct.type, struct.integer = c.QV_FIELD_BOOL, int(value)
    elif isinstance(value, (int, numpy.integer)):
        struct.type, struct.integer = c.QV_FIELD_INT64, _int64(int(value), what)
    elif isinstance(value, (float, numpy.floating)):
        struct.type, struct.number = c.QV_FIELD_DOUBLE, float(value)
    elif isinstance(value, Timestamp):
        struct.type, struct.integer = c.QV_FIELD_TIMESTAMP, _int64(value.seconds, what)
        struct.nanoseconds = integer(value.nanoseconds, f"{what}: nanoseconds", 999_999_999)
    elif isinstance(value, datetime.datetime):
        _fill(struct, field, Timestamp.from_datetime(value), arena)
    elif isinstance(value, (bytes, bytearray, memoryview)):
        data = bytes(value)
        struct.type, struct.bytes, struct.length = c.QV_FIELD_BYTES, arena.bytes(data), len(data)
    elif isinstance(value, (SparseVector, Mapping)):
        indices, weights, count = sparse(value, what, arena)
        struct.type, struct.indices, struct.values = c.QV_FIELD_SPARSE, indices, weights
        struct.length = count
    elif isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        _fill_strings(struct, what, value, arena)
    elif isinstance(value, (list, tuple, numpy.ndarray)):
        integers = converted(value, what, INT32)
        if integers.ndim != 1:
            raise errors.ArgumentError(f"{what} has shape {integers.shape}, expected one dimension")
        struct.type, struct.integers = c.QV_FIELD_INT32S, arena.array(integers)
        struct.length = len(integers)
    else:
        raise TypeError(f"{what} is of type {type(value).__name__}, which no field has")


def sparse(
    vector: SparseVector | Mapping[int, float], what: str, arena: Arena
) -> tuple[int, int, int]:
    """The addresses of a sparse vector's indices and values, and their count."""
    if isinstance(vector, Mapping):
        given: tuple[ArrayLike, ArrayLike] = (list(vector.keys()), list(vector.values()))
    elif isinstance(vector, SparseVector):
        given = vector
    else:
        raise TypeError(
            f"{what} is of type {type(vector).__name__}, expected SparseVector or a mapping"
        )
    indices = converted(given[0], f"{what}: indices", UINT32)
    values = numbers(given[1], f"{what}: values")
    if indices.ndim != 1 or values.shape != indices.shape:
        raise errors.ArgumentError(
            f"{what} has indices of shape {indices.shape} and values of shape {values.shape}"
        )
    return arena.array(indices), arena.array(values), len(indices)


def _fill_strings(struct: qv_field, what: str, value: Sequence[str], arena: Arena) -> None:
    strings = []
    for item in value:
        data = text(item, what)
        strings.append(qv_string(arena.bytes(data), len(data)))
    struct.type, struct.strings = c.QV_FIELD_STRINGS, arena.structs(strings)
    struct.length = len(strings)


def _int64(value: object, what: str) -> int:
    if not isinstance(value, int) or not -(1 << 63) <= value < 1 << 63:
        raise errors.ArgumentError(f"{what} is {value!r}, expected an integer of 64 bits")
    return value
