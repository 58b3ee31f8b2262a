"""How an answer was come by, and the lists that it was made of."""

from __future__ import annotations

import ctypes
from typing import Literal, NamedTuple

from . import _constants as c
from . import _reading, recall
from ._arguments import Key
from ._handle import Answer
from ._library import check, library
from ._structs import qv_listed_hit, qv_search_part, qv_search_step
from .recall import RecallChoice

Method = Literal["scan", "graph", "selectiveGraph", "faiss", "selectiveFAISS", "words", "nothing"]
"""How a part was searched: every row that may be found was compared; by a walk of the graph; from one
row that may be found to the next, passing over the others; by a FAISS index; by one that left out
rows that may not be found; by lists of words; not at all, since nothing may be found there."""

METHODS: dict[Method, int] = {
    "scan": c.QV_METHOD_SCAN,
    "graph": c.QV_METHOD_GRAPH,
    "selectiveGraph": c.QV_METHOD_SELECTIVE_GRAPH,
    "faiss": c.QV_METHOD_FAISS,
    "selectiveFAISS": c.QV_METHOD_SELECTIVE_FAISS,
    "words": c.QV_METHOD_WORDS,
    "nothing": c.QV_METHOD_NOTHING,
}
_WORDS = {number: word for word, number in METHODS.items()}


class ListedHit(NamedTuple):
    """A place in the list of one source."""

    key: Key
    rank: int
    """From 1 on."""
    score: float
    """As the source gives it."""
    row: int | None
    """Which of the document's rows it is, from 0; None: it was found as a whole."""


class Part(NamedTuple):
    """One part of the collection, searched by one source."""

    source: int
    """The source's place in the query."""
    name: str
    """The segment's folder; "tail": what is in none."""
    method: Method
    row_count: int
    """Rows, or documents where words are looked for."""
    estimated_count: int
    """Those that may be found, as was expected."""
    allowed_count: int
    """Those that may be found."""
    nanoseconds: int
    distance_count: int
    """Distances that were computed there; of a FAISS index as many as its settings let expect."""


class Step(NamedTuple):
    """A step of the whole search."""

    name: str
    """"filter", "search", "fuse", "rerank" or "read"."""
    nanoseconds: int


class Explanation(NamedTuple):
    """How an answer was come by: parts in the order in which they were searched, and steps."""

    parts: list[Part]
    """One that was searched deeper is there again."""
    steps: list[Step]
    recall: RecallChoice | None
    """How thoroughly indexes were searched, if a recall was asked for and there was one to search."""


def lists(answer: Answer, query: int) -> list[list[ListedHit]]:
    count = ctypes.c_uint64()
    check(library.qv_results_list_count(answer.handle, query, ctypes.byref(count)))
    found = []
    for source in range(count.value):
        address = ctypes.c_void_p()
        length = ctypes.c_uint64()
        check(
            library.qv_results_list(
                answer.handle, query, source, ctypes.byref(address), ctypes.byref(length)
            )
        )
        places = (qv_listed_hit * length.value).from_address(address.value or 0)
        found.append(
            [ListedHit(_reading.key(p.key), p.rank, p.score, _reading.row(p.row)) for p in places]
            if length.value
            else []
        )
    return found


def explanation(answer: Answer, query: int) -> Explanation | None:
    part_count, step_count = ctypes.c_uint64(), ctypes.c_uint64()
    check(
        library.qv_results_explanation_counts(
            answer.handle, query, ctypes.byref(part_count), ctypes.byref(step_count)
        )
    )
    if not part_count.value and not step_count.value:
        return None
    parts, steps = [], []
    for number in range(part_count.value):
        part = qv_search_part()
        check(library.qv_results_part(answer.handle, query, number, ctypes.byref(part)))
        parts.append(
            Part(
                part.source,
                ctypes.string_at(part.name).decode(),
                _WORDS[part.method],
                part.row_count,
                part.estimated_count,
                part.allowed_count,
                part.nanoseconds,
                part.distance_count,
            )
        )
    for number in range(step_count.value):
        step = qv_search_step()
        check(library.qv_results_step(answer.handle, query, number, ctypes.byref(step)))
        steps.append(Step(ctypes.string_at(step.name).decode(), step.nanoseconds))
    return Explanation(parts, steps, recall.choice(answer, query))
