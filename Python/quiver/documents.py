"""Documents on their way in: one by one, or as arrays."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy
from numpy.typing import ArrayLike, NDArray

from . import _constants as c
from . import errors, fields
from ._arguments import Arena, Key, converted, key_struct, mapping, numbers, text, uint64
from ._structs import (
    numpy_type,
    qv_document,
    qv_field_update,
    qv_key,
    qv_row_column,
    qv_vectors,
)
from .fields import FieldValue
from .schema import COLUMN_TYPES

RowCheck = Callable[[str, int], None]
"""Raises VectorError if rows of that many numbers do not fit that vector field."""


@dataclasses.dataclass
class Rows:
    """A document's rows of one vector field, with the row columns beside them.

    `numbers` is [rows × dimension], or [dimension] for one row; float32 in C order goes in without
    a copy of Python's, anything else is converted. `columns` has an array of [rows] for each column
    of the field: of the column's own type, since NumPy's type says which one it is.
    """

    numbers: ArrayLike
    columns: Mapping[str, NDArray] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Document:
    """What a key stands for. A write replaces a document as a whole.

    `vector` has the rows of the vector field without a name, [dimension] or [rows × dimension];
    `vectors` those of the others. `text` is None for no text, which differs from an empty one. A
    metadata field that is not in `fields` has no value. With `expected_version` an upsert goes
    through only if there is a document of that version, else ConflictError.
    """

    key: Key
    vector: ArrayLike | None = None
    text: str | None = None
    fields: Mapping[str, FieldValue] = dataclasses.field(default_factory=dict)
    vectors: Mapping[str, ArrayLike | Rows] = dataclasses.field(default_factory=dict)
    expected_version: int | None = None

    def _struct(self, arena: Arena, check: RowCheck) -> qv_document:
        struct = qv_document(key=key_struct(self.key, arena))
        if self.text is not None:
            data = text(self.text, "text")
            struct.text, struct.text_length = arena.bytes(data), len(data)
        if self.vector is not None:
            array = _rows(self.vector, "", check)
            struct.vector, struct.vector_count = arena.array(array), array.size
        vectors = mapping(self.vectors, "vectors")
        if vectors:
            made = [_vectors(name, rows, arena, check) for name, rows in vectors.items()]
            struct.vectors, struct.vectors_count = arena.structs(made), len(made)
        if mapping(self.fields, "fields"):
            struct.fields, struct.field_count = fields.structs(self.fields, arena)
        if self.expected_version is not None:
            struct.flags = c.QV_EXPECT_VERSION
            struct.expected_version = uint64(self.expected_version, "expected_version")
        return struct


@dataclasses.dataclass
class DocumentArrays:
    """Many documents with one row each, about ten times as fast to hand over as single ones.

    `keys` has [count] strings or integers (an array of integers is fastest), `vectors` is
    [count × dimension]: float32 in C order goes in without a copy of Python's. `texts` and `fields`
    have one for each document, if they are given. `vector_field` is the field of the rows; None for
    `vectors` is no rows, for `Collection.put` to make of the texts.
    """

    keys: Sequence[Key] | NDArray
    vectors: ArrayLike | None = None
    texts: Sequence[str | None] | None = None
    fields: Sequence[Mapping[str, FieldValue]] | None = None
    vector_field: str = ""

    def _structs(self, arena: Arena, check: RowCheck) -> tuple[int, int]:
        count = len(self.keys)
        table = numpy.zeros(count, DOCUMENT)
        table["struct_size"] = DOCUMENT.itemsize
        if self.vectors is not None:
            rows = numbers(self.vectors, "vectors")
            if rows.ndim != 2 or len(rows) != count:
                raise errors.ArgumentError(
                    f"vectors has shape {rows.shape}, expected one row for each of {count} keys"
                )
            if count:
                check(self.vector_field, rows.shape[1])
            self._fill_vectors(table, rows, arena)
        self._fill_keys(table["key"], arena)
        if self.texts is not None:
            _check_count("texts", self.texts, count)
            encoded = [None if item is None else text(item, "a text") for item in self.texts]
            table["text"], table["text_length"] = _strings(encoded, arena)
        if self.fields is not None:
            _check_count("fields", self.fields, count)
            for record, values in zip(table, self.fields):
                record["fields"], record["field_count"] = fields.structs(values, arena)
        return arena.array(table), count

    def _fill_keys(self, table: NDArray, arena: Arena) -> None:
        keys = self.keys
        if isinstance(keys, numpy.ndarray):
            if keys.ndim != 1:
                raise errors.ArgumentError(f"keys has shape {keys.shape}, expected one dimension")
            if keys.dtype.kind in "iu":
                if keys.dtype.kind == "i" and keys.size and keys.min() < 0:
                    raise errors.InvalidKeyError(
                        f"an integer key is {keys.min()}, expected 0…2⁶⁴ − 1"
                    )
                table["kind"], table["integer"] = c.QV_KEY_INTEGER, keys
                return
            keys = keys.tolist()
        if all(type(key) is str for key in keys):
            encoded: list[bytes | None] = [text(str(key), "a key") for key in keys]
            table["kind"] = c.QV_KEY_STRING
            table["bytes"], lengths = _strings(encoded, arena)
            table["length"] = numpy.minimum(lengths, 0xFFFF_FFFF)
            return
        for record, key in zip(table, keys):
            struct = key_struct(key, arena)
            record["kind"], record["length"] = struct.kind, struct.length
            record["integer"], record["bytes"] = struct.integer, struct.bytes or 0

    def _fill_vectors(self, table: NDArray, rows: NDArray[numpy.float32], arena: Arena) -> None:
        stride = rows.shape[1] * rows.itemsize
        addresses = arena.array(rows) + numpy.arange(len(rows), dtype=numpy.uint64) * stride
        if not text(self.vector_field, "vector_field"):
            table["vector"], table["vector_count"] = addresses, rows.shape[1]
            return
        vectors = numpy.zeros(len(rows), VECTORS)
        vectors["struct_size"] = VECTORS.itemsize
        vectors["field"] = arena.name(self.vector_field, "vector_field")
        vectors["numbers"], vectors["number_count"] = addresses, rows.shape[1]
        first = arena.array(vectors)
        table["vectors"] = first + numpy.arange(len(rows), dtype=numpy.uint64) * VECTORS.itemsize
        table["vectors_count"] = 1


@dataclasses.dataclass
class FieldUpdate:
    """Metadata that takes the place of a document's own, field by field: those in `fields` get new
    values, those in `removed` have none any more, all others keep theirs."""

    key: Key
    fields: Mapping[str, FieldValue] = dataclasses.field(default_factory=dict)
    removed: Iterable[str] = ()
    expected_version: int | None = None

    def _struct(self, arena: Arena) -> qv_field_update:
        struct = qv_field_update(key=key_struct(self.key, arena))
        struct.fields, struct.field_count = fields.structs(self.fields, arena)
        struct.removed, struct.removed_count = fields.names(self.removed, arena)
        if self.expected_version is not None:
            struct.flags = c.QV_EXPECT_VERSION
            struct.expected_version = uint64(self.expected_version, "expected_version")
        return struct


DOCUMENT = numpy_type(qv_document)
VECTORS = numpy_type(qv_vectors)
KEY = numpy_type(qv_key)
_COLUMN_OF_DTYPE: dict[numpy.dtype, int] = {
    dtype: number for number, dtype in COLUMN_TYPES.values()
}


def structs(
    documents: Document | Iterable[Document] | DocumentArrays, arena: Arena, check: RowCheck
) -> tuple[int, int]:
    """The address and the count of an array of documents."""
    if isinstance(documents, DocumentArrays):
        return documents._structs(arena, check)
    made = []
    for document in [documents] if isinstance(documents, Document) else documents:
        if not isinstance(document, Document):
            raise TypeError(f"a document is of type {type(document).__name__}, expected Document")
        made.append(document._struct(arena, check))
    return arena.structs(made), len(made)


def _rows(values: ArrayLike, field: str, check: RowCheck) -> NDArray[numpy.float32]:
    array = numbers(values, f'the rows of vector field "{field}"')
    if array.ndim not in (1, 2):
        raise errors.ArgumentError(
            f'the rows of vector field "{field}" have shape {array.shape}, '
            "expected [dimension] or [rows × dimension]"
        )
    if array.size:
        check(field, array.shape[-1])
    return array


def _vectors(field: str, given: ArrayLike | Rows, arena: Arena, check: RowCheck) -> qv_vectors:
    rows = given if isinstance(given, Rows) else Rows(given)
    struct = qv_vectors(field=arena.name(field, "a vector field's name"))
    array = _rows(rows.numbers, field, check)
    struct.numbers, struct.number_count = arena.array(array), array.size
    columns = []
    for name, values in mapping(rows.columns, "columns").items():
        values = numpy.asarray(values)
        kind = _COLUMN_OF_DTYPE.get(values.dtype)
        if kind is None or values.ndim != 1:
            raise errors.ArgumentError(
                f'row column "{name}" is of {values.dtype} and shape {values.shape}, '
                f"expected one dimension of {', '.join(COLUMN_TYPES)}"
            )
        values = converted(values, f'row column "{name}"', values.dtype)
        columns.append(
            qv_row_column(
                name=arena.name(name, "a row column's name"),
                numbers=arena.array(values),
                count=len(values),
                type=kind,
            )
        )
    struct.columns, struct.column_count = arena.structs(columns), len(columns)
    return struct


def _strings(
    encoded: list[bytes | None], arena: Arena
) -> tuple[NDArray[numpy.uint64], NDArray[numpy.uint64]]:
    """Addresses and lengths of strings that are laid behind one another; None is at 0."""
    lengths = numpy.fromiter(
        map(len, (item or b"" for item in encoded)), numpy.uint64, len(encoded)
    )
    first = arena.bytes(b"".join(item or b"" for item in encoded))
    ends = numpy.cumsum(lengths, dtype=numpy.uint64)
    addresses = first + ends - lengths
    if None in encoded:
        addresses[[item is None for item in encoded]] = 0
    return addresses, lengths


def _check_count(what: str, values: Sequence[object], count: int) -> None:
    if len(values) != count:
        raise errors.ArgumentError(f"{what} has {len(values)} elements for {count} keys")
