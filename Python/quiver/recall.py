"""How well indexes find the nearest rows, and what is known of it."""

from __future__ import annotations

import ctypes
from typing import Literal, NamedTuple

from numpy.typing import ArrayLike

from . import _constants as c
from . import maintenance
from ._arguments import Arena, address, numbers, uint32, uint64
from ._handle import Answer
from ._library import check, library
from ._structs import qv_calibration_options, qv_recall_choice, qv_recall_point
from .errors import VectorError

Basis = Literal["rows", "queries", "mixtures", "far queries"]
"""A sample of queries. "rows": rows of the collection, each as if it were not there; "queries": what
users asked, "far queries" the half of these whose nearest rows are farther; "mixtures": points between two rows, which are harder, as a rule, than what users ask."""

BASES: dict[int, Basis] = {
    c.QV_RECALL_ROWS: "rows",
    c.QV_RECALL_QUERIES: "queries",
    c.QV_RECALL_MIXTURES: "mixtures",
    c.QV_RECALL_FAR_QUERIES: "far queries",
}


class RecallPoint(NamedTuple):
    """What was measured of one sample at one effort."""

    basis: Basis
    k: int
    """The nearest rows that count."""
    query_count: int
    """Of the sample."""
    effort: float
    """What the settings of indexes were multiplied with; 1: what they are where nobody says
    otherwise."""
    recall: float
    """The mean share of the true k nearest that were found."""
    low: float
    """From here to `high` lies the recall over all queries of the kind, with a probability of 95 %."""
    high: float
    distance_count: float
    """The mean number of distances that a query took."""


class RecallChoice(NamedTuple):
    """How thoroughly a query with a recall target was searched."""

    recall: float
    """The target."""
    basis: Basis | None
    """The sample that told; None: none did, the target being 1, or nothing measured."""
    effort: float | None
    """What the settings of indexes were multiplied with; None: every row was compared."""


def choice(answer: Answer, query: int) -> RecallChoice | None:
    struct = qv_recall_choice()
    check(library.qv_results_recall(answer.handle, query, ctypes.byref(struct)))
    if not struct.recall:
        return None
    return RecallChoice(struct.recall, BASES.get(struct.basis), struct.effort or None)


def points(handle: int, vector_field: bytes | None) -> list[RecallPoint]:
    count = ctypes.c_uint64()
    check(library.qv_recall_count(handle, vector_field, ctypes.byref(count)))
    found = []
    for number in range(count.value):
        point = qv_recall_point()
        check(library.qv_recall_measured(handle, vector_field, number, ctypes.byref(point)))
        found.append(
            RecallPoint(
                BASES[point.basis],
                point.k,
                point.query_count,
                point.effort,
                point.recall,
                point.low,
                point.high,
                point.distance_count,
            )
        )
    return found


def calibrate(
    handle: int,
    vector_field: str | None,
    queries: ArrayLike | None,
    sample_count: int,
    seed: int,
    thread_count: int,
    progress: maintenance.Progress | None,
) -> None:
    arena = Arena()
    struct = qv_calibration_options(
        thread_count=uint32(thread_count, "thread_count"),
        sample_count=uint32(sample_count, "sample_count"),
        seed=uint64(seed, "seed"),
    )
    if vector_field is not None:
        struct.vector_field = arena.name(vector_field, "vector_field")
    array = None if queries is None else numbers(queries, "queries")
    if array is not None:
        if array.ndim != 2:
            raise VectorError(f"queries has {array.ndim} dimensions, expected 2")
        struct.query_count, struct.dimension = array.shape
        struct.queries = address(array)

    def call(callback: int) -> int:
        struct.progress = callback
        return library.qv_calibrate(handle, ctypes.byref(struct))

    maintenance.calling(progress, call)
