"""The neighbours of many rows, as a file, and whose rows are."""

from __future__ import annotations

import ctypes
import os
from typing import NamedTuple

import numpy
from numpy.typing import ArrayLike

from . import _constants as c
from . import _reading, reports
from ._arguments import Arena, Key, address, converted, numbers
from ._arguments import path as _path
from ._handle import Answer
from ._library import check, library
from ._structs import qv_neighbour_options, qv_neighbour_summary, qv_row_owner
from .errors import ArgumentError
from .maintenance import Progress, calling
from .reports import NeighbourSummary

_INT64 = numpy.dtype(numpy.int64)


class RowOwner(NamedTuple):
    """Whose a row is."""

    key: Key
    """The document's."""
    row: int
    """Which of the document's rows it is, from 0."""


def fill_vectors(struct: qv_neighbour_options, vectors: ArrayLike, arena: Arena) -> None:
    array = numbers(vectors, "vectors")
    if array.ndim != 2:
        raise ArgumentError(f"vectors has shape {array.shape}, expected [n × dimension]")
    struct.flags |= c.QV_NEIGHBOURS_OF_VECTORS
    struct.vectors = arena.array(array)
    struct.vector_count, struct.dimension = array.shape


def write(
    handle: int,
    path: str | os.PathLike[str],
    struct: qv_neighbour_options,
    progress: Progress | None,
) -> NeighbourSummary:
    place = _path(path, "path")
    summary = qv_neighbour_summary()

    def call(callback: int) -> int:
        struct.progress = callback
        return library.qv_neighbours(handle, place, ctypes.byref(struct), ctypes.byref(summary))

    calling(progress, call)
    return reports.report(NeighbourSummary, summary)


def owners(handle: int, rows: ArrayLike, vector_field: bytes | None) -> list[RowOwner | None]:
    array = converted(rows, "rows", _INT64)
    if array.ndim != 1:
        raise ArgumentError(f"rows has shape {array.shape}, expected [n]")
    found = ctypes.c_uint64()
    # −1 is QV_NO_ROW.
    check(
        library.qv_row_owners(
            handle, vector_field, address(array), len(array), ctypes.byref(found)
        )
    )
    answer = Answer(found.value, library.qv_owners_free)
    first, count = ctypes.c_void_p(), ctypes.c_uint64()
    check(library.qv_owners_array(answer.handle, ctypes.byref(first), ctypes.byref(count)))
    if not count.value:
        return []
    structs = (qv_row_owner * count.value).from_address(first.value or 0)
    return [
        RowOwner(_reading.key(owner.key), owner.row) if owner.key.kind else None
        for owner in structs
    ]
