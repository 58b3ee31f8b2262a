"""Indexes side by side on a collection's own data."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import NamedTuple

from numpy.typing import ArrayLike

from . import maintenance
from ._arguments import Arena, numbers, real, uint32, uint64
from ._handle import Answer
from ._library import check, library
from ._structs import qv_index_trial, qv_trial_point, qv_tuning_options, qv_tuning_summary
from .errors import VectorError
from .recall import BASES, Basis


class TrialPoint(NamedTuple):
    """What searches found at one effort, one after the other on one thread."""

    effort: float
    """What the settings of the index were multiplied with."""
    recall: float
    """The mean share of the true k nearest that were found."""
    low: float
    """From here to `high` lies the recall over all queries of the kind, with a probability of 95 %."""
    high: float
    distance_count: float
    """The mean number of distances that a query took."""
    mean_seconds: float
    percentile_99_seconds: float
    """So long or shorter took 99 of 100."""


class IndexTrial(NamedTuple):
    """One index on the rows of a collection: what it takes, and what its searches find in which time."""

    specification: str
    refusal: str | None
    """Why it cannot be built of the rows of some segment, which is then compared row by row."""
    indexed_segment_count: int
    index_byte_count: int
    """Bytes of the indexes, which lie beside the rows."""
    build_seconds: float
    query_seconds: float | None
    """What a search that finds what is wanted takes on average; None: no effort that was tried finds
    it."""
    points: list[TrialPoint]
    """By rising effort; one where every row is compared."""


class Tuning(NamedTuple):
    """Indexes side by side on the rows of a collection."""

    basis: Basis
    """What the queries were: "queries" that users asked, or "rows", each as if it were not there."""
    query_count: int
    recall: float
    """What was wanted, of the `k` nearest."""
    k: int
    row_count: int
    row_byte_count: int
    """What the rows take, whatever the index."""
    trials: list[IndexTrial]
    """"exact" first."""
    best: IndexTrial
    """The fastest of those that find what is wanted in the space that is given."""


def tune(
    handle: int,
    indexes: Sequence[str],
    queries: ArrayLike | None,
    recall: float,
    k: int,
    index_byte_limit: int | None,
    vector_field: str | None,
    sample_count: int,
    seed: int,
    thread_count: int,
    progress: maintenance.Progress | None,
) -> Tuning:
    arena = Arena()
    if isinstance(indexes, str):
        raise TypeError("indexes is a string, expected several")
    struct = qv_tuning_options(
        thread_count=uint32(thread_count, "thread_count"),
        index_count=len(indexes),
        indexes=arena.addresses([arena.name(index, "an index") for index in indexes]),
        recall=real(recall, "recall"),
        k=uint32(k, "k"),
        sample_count=uint32(sample_count, "sample_count"),
        seed=uint64(seed, "seed"),
    )
    if index_byte_limit is not None:
        struct.index_byte_limit = uint64(index_byte_limit, "index_byte_limit")
    if vector_field is not None:
        struct.vector_field = arena.name(vector_field, "vector_field")
    if queries is not None:
        array = numbers(queries, "queries")
        if array.ndim != 2:
            raise VectorError(f"queries has {array.ndim} dimensions, expected 2")
        struct.query_count, struct.dimension = array.shape
        struct.queries = arena.array(array)
    found = ctypes.c_uint64()

    def call(callback: int) -> int:
        struct.progress = callback
        return library.qv_tune(handle, ctypes.byref(struct), ctypes.byref(found))

    maintenance.calling(progress, call)
    return _tuning(Answer(found.value, library.qv_tuning_free))


def _tuning(answer: Answer) -> Tuning:
    summary = qv_tuning_summary()
    check(library.qv_tuning_summarize(answer.handle, ctypes.byref(summary)))
    trials = [_trial(answer, number) for number in range(summary.trial_count)]
    return Tuning(
        BASES[summary.basis],
        summary.query_count,
        summary.recall,
        summary.k,
        summary.row_count,
        summary.row_byte_count,
        trials,
        trials[summary.best],
    )


def _trial(answer: Answer, number: int) -> IndexTrial:
    trial = qv_index_trial()
    check(library.qv_tuning_trial(answer.handle, number, ctypes.byref(trial)))
    points = []
    for place in range(trial.point_count):
        point = qv_trial_point()
        check(library.qv_tuning_point(answer.handle, number, place, ctypes.byref(point)))
        points.append(
            TrialPoint(
                point.effort,
                point.recall,
                point.low,
                point.high,
                point.distance_count,
                point.mean_seconds,
                point.percentile_99_seconds,
            )
        )
    return IndexTrial(
        _string(trial.specification) or "",
        _string(trial.refusal),
        trial.indexed_segment_count,
        trial.index_byte_count,
        trial.build_seconds,
        trial.query_seconds or None,
        points,
    )


def _string(address: int | None) -> str | None:
    return ctypes.string_at(address).decode() if address else None
