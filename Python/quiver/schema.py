"""What a collection holds: vector fields, metadata fields and row columns."""

from __future__ import annotations

import ctypes
import dataclasses
import os
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy

from . import _constants as c
from . import errors
from ._arguments import Arena, choice, mapping, name, path, real, uint32, uint64
from ._handle import Answer
from ._library import check, library
from ._structs import (
    qv_collection_options,
    qv_field,
    qv_row_column,
    qv_text_field,
    qv_vector_field,
)

Metric = Literal["cosine", "l2", "innerProduct", "hamming"]
"""How near two vectors are. `cosine`: the dot product over both norms, larger is nearer; `l2`: the
squared Euclidean distance, smaller is nearer; `innerProduct`: the dot product, larger is nearer;
`hamming`: how many bits differ, smaller is nearer, of the storage "binary" alone."""

Storage = Literal["float32", "float16", "int8", "binary"]
"""How rows are stored; `int8` has one float32 scale a row, `binary` a bit a number, which is given as 0
or 1, or as a bool, and read as a number. Its dimensions are a multiple of 8."""

FieldType = Literal[
    "string", "int64", "double", "bool", "timestamp", "strings", "bytes", "int32s", "sparse"
]
"""The type of a metadata field's values; any may also be null. `documents` has them in Python."""

ColumnType = Literal["int8", "int16", "int32", "int64", "float32"]
"""The type of a row column's numbers."""

METRICS = {
    "cosine": c.QV_METRIC_COSINE,
    "l2": c.QV_METRIC_L2,
    "innerProduct": c.QV_METRIC_INNER_PRODUCT,
    "hamming": c.QV_METRIC_HAMMING,
}
STORAGES = {
    "float32": c.QV_STORAGE_FLOAT32,
    "float16": c.QV_STORAGE_FLOAT16,
    "int8": c.QV_STORAGE_INT8,
    "binary": c.QV_STORAGE_BINARY,
}
FIELD_TYPES = {
    "string": c.QV_FIELD_STRING,
    "int64": c.QV_FIELD_INT64,
    "double": c.QV_FIELD_DOUBLE,
    "bool": c.QV_FIELD_BOOL,
    "timestamp": c.QV_FIELD_TIMESTAMP,
    "strings": c.QV_FIELD_STRINGS,
    "bytes": c.QV_FIELD_BYTES,
    "int32s": c.QV_FIELD_INT32S,
    "sparse": c.QV_FIELD_SPARSE,
}
COLUMN_TYPES: dict[str, tuple[int, numpy.dtype]] = {
    "int8": (c.QV_COLUMN_INT8, numpy.dtype(numpy.int8)),
    "int16": (c.QV_COLUMN_INT16, numpy.dtype(numpy.int16)),
    "int32": (c.QV_COLUMN_INT32, numpy.dtype(numpy.int32)),
    "int64": (c.QV_COLUMN_INT64, numpy.dtype(numpy.int64)),
    "float32": (c.QV_COLUMN_FLOAT32, numpy.dtype(numpy.float32)),
}


@dataclasses.dataclass(frozen=True)
class VectorField:
    """A named vector field: each document has one row or more of `dimension` numbers in it.

    `name` may be "", the field without a name. `index` is "automatic", "exact", "graph", "ivf" or
    one of FAISS's factory strings. A document may have no row of it if it is `optional`. `columns`
    are numbers of fixed width beside each row, by name. `trained` is a file of `train`, or of FAISS's
    `write_index` without rows, with which the field's indexes begin in the place of training: `index` is
    then of that kind whatever it says here. A schema that is read has none.
    """

    name: str
    dimension: int
    metric: Metric = "cosine"
    storage: Storage = "float32"
    index: str = "automatic"
    optional: bool = False
    columns: Mapping[str, ColumnType] = dataclasses.field(default_factory=dict)
    trained: str | bytes | os.PathLike | None = None

    def _struct(self, arena: Arena) -> qv_vector_field:
        columns = [
            qv_row_column(name=arena.name(column, "a row column's name"), type=number)
            for column, kind in mapping(self.columns, "columns").items()
            for number in [choice(kind, f'the type of row column "{column}"', _COLUMN_NUMBERS)]
        ]
        return qv_vector_field(
            flags=c.QV_VECTOR_OPTIONAL if self.optional else 0,
            name=arena.name(self.name, "a vector field's name"),
            index=arena.name(self.index, "index"),
            dimension=uint32(self.dimension, "dimension"),
            metric=choice(self.metric, "metric", METRICS),
            storage=choice(self.storage, "storage", STORAGES),
            columns=arena.structs(columns),
            column_count=len(columns),
            trained=0 if self.trained is None else arena.bytes(path(self.trained, "trained")),
        )


@dataclasses.dataclass(frozen=True)
class TextField:
    """A text that is searched by its words.

    `field` is a metadata field of strings; None: the documents' own texts. Words are reduced to their
    stems by the rules of `language`, an English name or an ISO 639-1 code; None leaves them as they
    are. `boost` is by how much its scores are multiplied.
    """

    field: str | None = None
    language: str | None = None
    boost: float = 1.0

    def _struct(self, arena: Arena) -> qv_text_field:
        struct = qv_text_field(boost=real(self.boost, "boost"))
        if struct.boost == 0:  # which in C is the default
            raise errors.ConfigurationError("a text field's boost is above 0, not 0")
        if self.field is not None:
            struct.field = arena.name(self.field, "a text field's name")
        if self.language is not None:
            struct.language = arena.name(self.language, "language")
        return struct


class RememberedEncoder(NamedTuple):
    """The encoder that a vector field is bound to."""

    identity: str
    """32 hexadecimal digits: whether another one is the same."""
    location: str
    """Folder and settings, where it was when it was bound."""


@dataclasses.dataclass(frozen=True)
class Schema:
    """What a collection holds."""

    vector_fields: tuple[VectorField, ...]
    fields: dict[str, FieldType]
    """The metadata fields, by name."""
    text_fields: tuple[TextField, ...]
    recall: float | None
    """The target of searches that do not say themselves."""
    encoders: dict[str, RememberedEncoder] = dataclasses.field(default_factory=dict)
    """What vector fields are bound to, by their names."""
    cache_byte_limit: int | None = None
    """Bytes of entries that it may hold; None: it is no cache."""


_COLUMN_NUMBERS = {word: number for word, (number, _) in COLUMN_TYPES.items()}


def collection_options(
    arena: Arena,
    dimension: int | None,
    metric: Metric,
    storage: Storage,
    index: str,
    vector_fields: Sequence[VectorField],
    fields: Mapping[str, FieldType],
    text_fields: Sequence[TextField] | None,
    recall: float | None,
    encoder: int,
    cache_byte_limit: int | None,
    trained: str | bytes | os.PathLike | None,
) -> qv_collection_options:
    vectors = []
    for field in vector_fields:
        if not isinstance(field, VectorField):
            raise TypeError(
                f"a vector field is of type {type(field).__name__}, expected VectorField"
            )
        vectors.append(field._struct(arena))
    metadata = [
        field_struct(field, kind, arena) for field, kind in mapping(fields, "fields").items()
    ]
    texts = [] if text_fields is None else text_structs(text_fields, arena)
    return qv_collection_options(
        dimension=0 if dimension is None else uint32(dimension, "dimension"),
        metric=choice(metric, "metric", METRICS),
        storage=choice(storage, "storage", STORAGES),
        index=arena.bytes(name(index, "index")),
        vector_fields=arena.structs(vectors),
        vector_field_count=len(vectors),
        fields=arena.structs(metadata),
        field_count=len(metadata),
        text_fields=arena.structs(texts),
        text_field_count=len(texts),
        flags=0 if text_fields is None or texts else c.QV_COLLECTION_NO_WORDS,
        recall=0 if recall is None else real(recall, "recall"),
        encoder=encoder,
        cache_byte_limit=(
            0 if cache_byte_limit is None else uint64(cache_byte_limit, "cache_byte_limit")
        ),
        trained=0 if trained is None else arena.bytes(path(trained, "trained")),
    )


def field_struct(field: str, kind: FieldType, arena: Arena) -> qv_field:
    return qv_field(
        name=arena.name(field, "a field's name"),
        type=choice(kind, f'the type of field "{field}"', FIELD_TYPES),
    )


def text_structs(fields: Sequence[TextField], arena: Arena) -> list[qv_text_field]:
    structs = []
    for field in fields:
        if not isinstance(field, TextField):
            raise TypeError(f"a text field is of type {type(field).__name__}, expected TextField")
        structs.append(field._struct(arena))
    return structs


_METRIC_WORDS = {number: word for word, number in METRICS.items()}
_STORAGE_WORDS = {number: word for word, number in STORAGES.items()}
_FIELD_WORDS = {number: word for word, number in FIELD_TYPES.items()}
_COLUMN_WORDS = {number: word for word, number in _COLUMN_NUMBERS.items()}


def read(collection: int) -> Schema:
    """The schema of a collection, by its handle."""
    handle = ctypes.c_uint64()
    check(library.qv_collection_schema(collection, ctypes.byref(handle)))
    answer = Answer(handle.value, library.qv_schema_free)
    counts = [ctypes.c_uint64() for _ in range(3)]
    check(library.qv_schema_counts(answer.handle, *map(ctypes.byref, counts)))
    vectors, fields, texts = [], {}, []
    for number in range(counts[0].value):
        vector = qv_vector_field()
        check(library.qv_schema_vector_field(answer.handle, number, ctypes.byref(vector)))
        vectors.append(_vector_field(vector))
    for number in range(counts[1].value):
        field = qv_field()
        check(library.qv_schema_field(answer.handle, number, ctypes.byref(field)))
        fields[_word(field.name) or ""] = _FIELD_WORDS[field.type]
    for number in range(counts[2].value):
        text = qv_text_field()
        check(library.qv_schema_text_field(answer.handle, number, ctypes.byref(text)))
        texts.append(TextField(_word(text.field), _word(text.language), text.boost))
    recall = ctypes.c_double()
    check(library.qv_schema_recall(answer.handle, ctypes.byref(recall)))
    encoders = {}
    for number, vector_field in enumerate(vectors):
        parts = [ctypes.c_void_p(), ctypes.c_void_p()]
        check(library.qv_schema_encoder(answer.handle, number, *map(ctypes.byref, parts)))
        identity, location = (_word(part.value) for part in parts)
        if identity is not None and location is not None:
            encoders[vector_field.name] = RememberedEncoder(identity, location)
    cache = ctypes.c_uint64()
    check(library.qv_schema_cache(answer.handle, ctypes.byref(cache)))
    return Schema(
        tuple(vectors),
        fields,  # type: ignore[arg-type]
        tuple(texts),
        recall.value or None,
        encoders,
        cache.value or None,
    )


def _vector_field(struct: qv_vector_field) -> VectorField:
    count = struct.column_count
    columns = (qv_row_column * count).from_address(struct.columns) if count else ()
    return VectorField(
        _word(struct.name) or "",
        struct.dimension,
        _METRIC_WORDS[struct.metric],  # type: ignore[arg-type]
        _STORAGE_WORDS[struct.storage],  # type: ignore[arg-type]
        _word(struct.index) or "",
        bool(struct.flags & c.QV_VECTOR_OPTIONAL),
        {_word(column.name) or "": _COLUMN_WORDS[column.type] for column in columns},  # type: ignore[misc]
    )


def column_word(number: int) -> ColumnType:
    """The type of a row column by its constant."""
    return _COLUMN_WORDS[number]  # type: ignore[return-value]


def _word(address: int | None) -> str | None:
    return None if address is None else ctypes.string_at(address).decode()
