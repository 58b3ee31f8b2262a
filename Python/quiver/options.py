"""The settings of a search. One that quiver.h gains is one more line in each half of this file."""

from __future__ import annotations

import ctypes
import dataclasses
import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from . import _constants as c
from . import contents
from ._arguments import MAXIMUM_UINT64, Arena, Key, choice, flag, real, uint32, uint64
from ._callbacks import Callbacks
from ._structs import qv_search_options
from .errors import ArgumentError
from .queries import Scope, scope_address

if TYPE_CHECKING:
    from .search import Hits

Mode = Literal["automatic", "exact", "indexed"]

MODES = {
    "automatic": c.QV_SEARCH_AUTOMATIC,
    "exact": c.QV_SEARCH_EXACT,
    "indexed": c.QV_SEARCH_INDEXED,
}


@dataclasses.dataclass
class Reranking:
    """Gives the best `count` hits of each query, and no others are found, other scores.

    `function` gets the query's number and its hits, the best first, which carry `contents`, and
    gives a score for each; higher is better. Several threads call it if the search has several. Its
    exceptions come out of the search.
    """

    function: Callable[[int, Hits], Sequence[float]]
    count: int = 100
    contents: contents.Contents = ()


class SearchOptions(TypedDict, total=False):
    """What a search may be told beside what it looks for and k.

    Only what the collection's index has may be set, anything else is a SearchError: `ef_search` for
    "automatic", "graph" and FAISS's graphs, `nprobe` for inverted files, `candidate_factor` for
    indexes whose rows are codes. Rows that are not indexed yet are compared one by one whatever is
    set, and so are all of them in mode "exact". 0 is the default of every number.

    Hits may come in groups, of which the best come first, each with its hits behind one another:
    then k and offset count groups, and a group is as good as its best hit.
    """

    mode: Mode
    """"automatic": by each segment's index; "exact": every live row is compared; "indexed": by the
    index also where comparing the rows that may be found would be faster."""
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
    vector_field: str | None
    """Which one is searched; needed where there are several."""
    thread_count: int
    """Threads that may share the queries, the caller's included; 1 unless set."""
    filter: str | None
    """Only documents that it holds of; `scan` says what it is."""
    scope: Scope | None
    """What every query may find, with `filter` and `excluded`."""
    offset: int
    """Hits left out in the beginning: those of the pages before. Pages of one snapshot (`pin`), k and
    settings neither repeat a hit nor miss one."""
    within: float | None
    """Only hits with this score or a better one; with a large k, all that there are."""
    group_by: str | None
    """A metadata field whose value the hits of a group have in common."""
    distinct: bool
    """A document's hits make a group: of its rows the best are found."""
    per_group: int
    """Hits of each group, with `group_by` or `distinct`; 1 unless set."""
    list_length: int
    """Hits of each source that are fused or listed, at most 16384; 10 k unless set, at least 100."""
    lists: bool
    """Results have the list of each source: `Hits.lists`."""
    explain: bool
    """Results say how they were come by: `Hits.explanation`."""
    timeout: float | None
    """Seconds after which the search gives up, with a DeadlineError."""
    cancelled: Callable[[], object] | None
    """Asked now and then; True, or an exception, ends the search. Also lets Ctrl-C end it."""
    rerank: Reranking | None
    """What gives the best hits their scores and order."""
    recall: float | None
    """The share of the true nearest rows that is to be found on average, above 0 to 1: how thoroughly
    indexes are searched is then known from measurements (`Collection.calibrate`), and every row is compared
    where there are none. Goes with none of ef_search, nprobe and candidate_factor."""
    sample: bool
    """Whether queries with `recall` may be kept in the store, to measure with, as they are unless set."""


Fill = Callable[[qv_search_options, Any, Arena, Callbacks], None]


def _number(name: str, field: str | None = None) -> Fill:
    def fill(struct: qv_search_options, value: Any, arena: Arena, callbacks: Callbacks) -> None:
        setattr(struct, field or name, uint32(value, name))

    return fill


def _name(name: str) -> Fill:
    def fill(struct: qv_search_options, value: Any, arena: Arena, callbacks: Callbacks) -> None:
        if value is not None:
            setattr(struct, name, arena.name(value, name))

    return fill


def _flag(name: str, bit: int) -> Fill:
    def fill(struct: qv_search_options, value: Any, arena: Arena, callbacks: Callbacks) -> None:
        if flag(value, name):
            struct.flags |= bit

    return fill


def _fill_mode(struct: qv_search_options, value: Any, arena: Arena, callbacks: Callbacks) -> None:
    struct.mode = choice(value, "mode", MODES)


def _fill_candidate_factor(
    struct: qv_search_options, value: Any, arena: Arena, callbacks: Callbacks
) -> None:
    struct.candidate_factor = real(value, "candidate_factor")


def _fill_contents(
    struct: qv_search_options, value: Any, arena: Arena, callbacks: Callbacks
) -> None:
    struct.contents = contents.bits(value)


def _fill_excluded(
    struct: qv_search_options, value: Any, arena: Arena, callbacks: Callbacks
) -> None:
    struct.excluded, struct.excluded_count = arena.keys(value)


def _fill_scope(struct: qv_search_options, value: Any, arena: Arena, callbacks: Callbacks) -> None:
    if value is not None:
        struct.scope = scope_address(value, arena)


def _fill_offset(struct: qv_search_options, value: Any, arena: Arena, callbacks: Callbacks) -> None:
    struct.offset = uint64(value, "offset")


def _fill_within(struct: qv_search_options, value: Any, arena: Arena, callbacks: Callbacks) -> None:
    if value is not None:
        struct.within = real(value, "within")
        struct.flags |= c.QV_SEARCH_WITHIN


def _fill_timeout(
    struct: qv_search_options, value: Any, arena: Arena, callbacks: Callbacks
) -> None:
    if value is None:
        return
    seconds = real(value, "timeout")
    if not seconds >= 0:
        raise ArgumentError(f"timeout is {seconds}, expected seconds, at least 0")
    nanoseconds = seconds * 1e9
    # Whoever gives no time at all has none left, which is not the same as having all.
    struct.timeout_nanoseconds = (
        max(1, math.ceil(nanoseconds)) if nanoseconds < 2**63 else MAXIMUM_UINT64
    )


def _fill_cancelled(
    struct: qv_search_options, value: Any, arena: Arena, callbacks: Callbacks
) -> None:
    if value is not None:
        if not callable(value):
            raise TypeError(f"cancelled is of type {type(value).__name__}, expected a callable")
        struct.cancelled = callbacks.cancelled(value)


def _fill_rerank(struct: qv_search_options, value: Any, arena: Arena, callbacks: Callbacks) -> None:
    if value is None:
        return
    if not isinstance(value, Reranking):
        raise TypeError(f"rerank is of type {type(value).__name__}, expected Reranking")
    if not callable(value.function):
        raise TypeError("the function of a Reranking cannot be called")
    struct.rerank = callbacks.rerank(value.function)
    struct.rerank_count = uint32(value.count, "count")
    if struct.rerank_count == 0:  # which in C is the default
        raise ArgumentError("the count of a Reranking is 0, expected at least 1")
    struct.rerank_contents = contents.bits(value.contents)


def _fill_recall(struct: qv_search_options, value: Any, arena: Arena, callbacks: Callbacks) -> None:
    if value is not None:
        struct.recall = real(value, "recall")
        if struct.recall == 0:  # which in C is none
            raise ArgumentError("recall is 0, expected above 0 to 1")


def _fill_sample(struct: qv_search_options, value: Any, arena: Arena, callbacks: Callbacks) -> None:
    if not flag(value, "sample"):
        struct.flags |= c.QV_SEARCH_NO_SAMPLE


_FILL: dict[str, Fill] = {
    "mode": _fill_mode,
    "ef_search": _number("ef_search"),
    "nprobe": _number("nprobe"),
    "candidate_factor": _fill_candidate_factor,
    "contents": _fill_contents,
    "excluded": _fill_excluded,
    "vector_field": _name("vector_field"),
    "thread_count": _number("thread_count"),
    "filter": _name("filter"),
    "scope": _fill_scope,
    "offset": _fill_offset,
    "within": _fill_within,
    "group_by": _name("group_by"),
    "distinct": _flag("distinct", c.QV_SEARCH_DISTINCT),
    "per_group": _number("per_group"),
    "list_length": _number("list_length", "candidate_count"),
    "lists": _flag("lists", c.QV_SEARCH_LISTS),
    "explain": _flag("explain", c.QV_SEARCH_EXPLAIN),
    "timeout": _fill_timeout,
    "cancelled": _fill_cancelled,
    "rerank": _fill_rerank,
    "recall": _fill_recall,
    "sample": _fill_sample,
}


def fill(
    struct: qv_search_options, options: SearchOptions, arena: Arena, callbacks: Callbacks
) -> None:
    for name, value in options.items():
        filler = _FILL.get(name)
        if filler is None:
            raise TypeError(f"a search has no setting {name}; it has {', '.join(_FILL)}")
        filler(struct, value, arena, callbacks)
    # So that what a function raises ends the search at once.
    if callbacks.used and not struct.cancelled:
        struct.cancelled = callbacks.cancelled()


class Prepared:
    """The settings of a search, as the library reads them."""

    __slots__ = ("address", "callbacks", "_kept")

    def __init__(self, k: int, options: SearchOptions) -> None:
        struct = qv_search_options(k=uint32(k, "k"))
        arena, self.callbacks = Arena(), Callbacks()
        fill(struct, options, arena, self.callbacks)
        self.address = ctypes.addressof(struct)
        self._kept = (struct, arena)


# Most searches are told the same as the ones before, and a search of few rows takes no longer than it
# takes to write down what it is told. Values of these types alone never change.
_UNCHANGING = {str, int, float, bool, type(None)}
_CAPACITY = 256
# A filter that is longer costs more than this saves, and is not to fill the memory.
_LONGEST = 1024
_known: dict[tuple, Prepared] = {}


def prepared(k: int, options: SearchOptions) -> Prepared:
    """What `fill` makes of settings, perhaps for an earlier search."""
    # Types, too: 1, 1.0 and True are equal.
    key = (k, type(k), *[(name, value, type(value)) for name, value in options.items()])
    try:
        found = _known.get(key)
    except TypeError:  # a list, say
        return Prepared(k, options)
    if found is None:
        found = Prepared(k, options)
        if all(map(_is_kept, options.values())):
            if len(_known) >= _CAPACITY:
                _known.clear()
            _known[key] = found
    return found


def _is_kept(value: object) -> bool:
    return type(value) in _UNCHANGING and not (type(value) is str and len(value) > _LONGEST)
