"""Clusters of rows, and the scores of pairs of them."""

from __future__ import annotations

import ctypes
from typing import NamedTuple

import numpy
from numpy.typing import ArrayLike, NDArray

from . import maintenance
from ._arguments import Arena, address, converted, uint32, uint64
from ._handle import Answer
from ._library import check, library
from ._reading import array
from ._structs import qv_clustering_options
from .errors import ArgumentError

_UINT64 = numpy.dtype(numpy.uint64)
_INT64 = numpy.dtype(numpy.int64)


class Clustering(NamedTuple):
    """The rows of a vector field, each in one of several clusters."""

    clusters: NDArray[numpy.int32]
    """Of each row, as `row_numbers` has them, its cluster; -1 for rows of documents that are gone."""
    centroids: NDArray[numpy.float32]
    """The middles, [clusters × dimension]."""


def cluster(
    handle: int,
    count: int,
    vector_field: str | None,
    iteration_count: int,
    rows_per_cluster: int,
    seed: int,
    thread_count: int,
    progress: maintenance.Progress | None,
) -> Clustering:
    arena = Arena()
    struct = qv_clustering_options(
        thread_count=uint32(thread_count, "thread_count"),
        cluster_count=uint32(count, "count"),
        iteration_count=uint32(iteration_count, "iteration_count"),
        rows_per_cluster=uint64(rows_per_cluster, "rows_per_cluster"),
        seed=uint64(seed, "seed"),
    )
    if vector_field is not None:
        struct.vector_field = arena.name(vector_field, "vector_field")
    found = ctypes.c_uint64()

    def call(callback: int) -> int:
        struct.progress = callback
        return library.qv_cluster(handle, ctypes.byref(struct), ctypes.byref(found))

    maintenance.calling(progress, call)
    answer = Answer(found.value, library.qv_clustering_free)
    first, row_count = ctypes.c_void_p(), ctypes.c_uint64()
    check(library.qv_clustering_rows(answer.handle, ctypes.byref(first), ctypes.byref(row_count)))
    middles, middle_count, dimension = ctypes.c_void_p(), ctypes.c_uint32(), ctypes.c_uint32()
    check(
        library.qv_clustering_centroids(
            answer.handle,
            ctypes.byref(middles),
            ctypes.byref(middle_count),
            ctypes.byref(dimension),
        )
    )
    shape = middle_count.value, dimension.value
    return Clustering(
        array(first.value, row_count.value, numpy.dtype(numpy.int32), answer),
        array(
            middles.value, shape[0] * shape[1], numpy.dtype(numpy.float32), answer
        ).reshape(shape),
    )


def scores(
    handle: int, pairs: ArrayLike, vector_field: bytes | None, thread_count: int
) -> NDArray[numpy.float32]:
    numbers = converted(pairs, "pairs", _INT64)
    if not numbers.size:
        numbers = numbers.reshape(-1, 2)
    if numbers.ndim != 2 or numbers.shape[1] != 2:
        raise ArgumentError(f"pairs has shape {numbers.shape}, expected [n × 2]")
    if (numbers < 0).any():
        raise ArgumentError("pairs has a number below 0")
    found = numpy.empty(len(numbers), numpy.float32)
    unsigned = numbers.view(_UINT64)
    check(
        library.qv_row_scores(
            handle,
            vector_field,
            address(unsigned),
            len(unsigned),
            uint32(thread_count, "thread_count"),
            address(found),
        )
    )
    return found
