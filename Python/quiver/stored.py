"""Documents on their way out."""

from __future__ import annotations

import ctypes
import dataclasses
from collections.abc import Mapping

import numpy
from numpy.typing import NDArray

from . import fields
from ._arguments import FLOAT32, Key
from ._handle import Answer
from ._library import check, library
from ._reading import array, columns, key, text
from ._structs import qv_field, qv_stored_document, qv_vectors
from .fields import FieldValue


@dataclasses.dataclass(frozen=True)
class StoredDocument:
    """A document as it is stored; what was not asked for is None or empty.

    Arrays are read-only and lie in the library's memory, which lives as long as any array of the
    same call does: copy what is to be kept of many.
    """

    key: Key
    version: int
    """The commit that last wrote it."""
    text: str | None
    vectors: Mapping[str, NDArray[numpy.float32]]
    """By vector field, [rows × dimension]; "" is the field without a name."""
    fields: Mapping[str, FieldValue]
    columns: Mapping[str, Mapping[str, NDArray]]
    """Row columns by vector field and name, [rows] each."""

    @property
    def vector(self) -> NDArray[numpy.float32] | None:
        """The rows of the vector field without a name, [rows × dimension]."""
        return self.vectors.get("")


def documents(handle: int) -> list[StoredDocument | None]:
    """All documents of an answer, None where a key has none. The answer is freed with the last
    array that lies in it."""
    answer = Answer(handle, library.qv_documents_free)
    count = ctypes.c_uint64()
    check(library.qv_documents_count(handle, ctypes.byref(count)))
    return [_document(answer, index) for index in range(count.value)]


def _document(answer: Answer, index: int) -> StoredDocument | None:
    struct = qv_stored_document()
    check(library.qv_documents_item(answer.handle, index, ctypes.byref(struct)))
    if not struct.found:
        return None
    vectors = {}
    row_columns = {}
    for number in range(struct.vectors_count):
        rows = qv_vectors()
        check(library.qv_documents_vectors(answer.handle, index, number, ctypes.byref(rows)))
        name = ctypes.string_at(rows.field).decode()
        if rows.columns:
            row_columns[name] = columns(rows.columns, rows.column_count, answer)
        if rows.numbers:
            flat = array(rows.numbers, rows.number_count, FLOAT32, answer)
            vectors[name] = flat.reshape(-1, rows.dimension)
    values = {}
    for number in range(struct.field_count):
        field = qv_field()
        check(library.qv_documents_field(answer.handle, index, number, ctypes.byref(field)))
        values[ctypes.string_at(field.name).decode()] = fields.value(field, answer)
    return StoredDocument(
        key=key(struct.key),
        version=struct.version,
        text=text(struct.text, struct.text_length),
        vectors=vectors,
        fields=values,
        columns=row_columns,
    )
