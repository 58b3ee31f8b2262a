"""The settings of a search. One that quiver.h gains is one more line in each half of this file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal, TypedDict

from . import _constants as c
from . import contents
from ._arguments import Arena, Key, choice, real, uint32
from ._structs import qv_search_options

Mode = Literal["automatic", "exact"]

MODES = {"automatic": c.QV_SEARCH_AUTOMATIC, "exact": c.QV_SEARCH_EXACT}


class SearchOptions(TypedDict, total=False):
    """What a search may be told beside its queries and k.

    Only what the collection's index has may be set, anything else is a SearchError: `ef_search` for
    "automatic", "graph" and FAISS's graphs, `nprobe` for inverted files, `candidate_factor` for
    indexes whose rows are codes. Rows that are not indexed yet are compared one by one whatever is
    set, and so are all of them in mode "exact". 0 is the default of every number.
    """

    mode: Mode
    """"automatic": by each segment's index; "exact": every live row is compared."""
    ef_search: int
    """Candidates that a graph walk keeps."""
    nprobe: int
    """Lists of an inverted file that are visited."""
    candidate_factor: float
    """Candidates a hit that codes find before they are compared exactly."""
    contents: contents.Contents
    """What a hit carries: "text", "vector" (the nearest row), "fields", "columns"."""
    excluded: Iterable[Key]
    """Documents to leave out."""
    vector_field: str
    """Which one is searched; needed where there are several."""
    filter: str
    """Only documents that it holds of, such as `year >= 2020 and lang in ("de", "fr")`."""
    thread_count: int
    """Threads that may share the queries, the caller's included; 1 unless set."""


def _number(name: str) -> Callable[[qv_search_options, Any, Arena], None]:
    def fill(struct: qv_search_options, value: Any, arena: Arena) -> None:
        setattr(struct, name, uint32(value, name))

    return fill


def _name(name: str) -> Callable[[qv_search_options, Any, Arena], None]:
    def fill(struct: qv_search_options, value: Any, arena: Arena) -> None:
        setattr(struct, name, arena.name(value, name))

    return fill


def _fill_mode(struct: qv_search_options, value: Any, arena: Arena) -> None:
    struct.mode = choice(value, "mode", MODES)


def _fill_candidate_factor(struct: qv_search_options, value: Any, arena: Arena) -> None:
    struct.candidate_factor = real(value, "candidate_factor")


def _fill_contents(struct: qv_search_options, value: Any, arena: Arena) -> None:
    struct.contents = contents.bits(value)


def _fill_excluded(struct: qv_search_options, value: Any, arena: Arena) -> None:
    struct.excluded, struct.excluded_count = arena.keys(value)


_FILL = {
    "mode": _fill_mode,
    "ef_search": _number("ef_search"),
    "nprobe": _number("nprobe"),
    "candidate_factor": _fill_candidate_factor,
    "contents": _fill_contents,
    "excluded": _fill_excluded,
    "vector_field": _name("vector_field"),
    "filter": _name("filter"),
    "thread_count": _number("thread_count"),
}


def fill(struct: qv_search_options, options: SearchOptions, arena: Arena) -> None:
    for name, value in options.items():
        filler = _FILL.get(name)
        if filler is None:
            raise TypeError(f"a search has no setting {name}; it has {', '.join(_FILL)}")
        filler(struct, value, arena)
