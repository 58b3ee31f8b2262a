"""Functions of the caller's, as the library calls them during a search."""

from __future__ import annotations

import contextlib
import ctypes
import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy

from ._interrupts import held_interrupts
from ._library import check, failure, library
from ._structs import qv_place

if TYPE_CHECKING:
    from .queries import Place
    from .search import Hits

_CANCELLED = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p)
_FUSE = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint64)
_RERANK = ctypes.CFUNCTYPE(
    ctypes.c_int32,
    ctypes.c_void_p,
    ctypes.c_uint64,
    ctypes.c_uint64,
    ctypes.c_uint64,
    ctypes.c_void_p,
)


class Callbacks:
    """The callbacks of one search, kept until it has returned.

    What one of them raises ends the search, and comes out of it; so does Ctrl-C meanwhile.
    """

    def __init__(self) -> None:
        self._kept: list[Any] = []
        self._raised: list[BaseException] = []
        self._interrupts: list[int] = []
        self._cancelled: Callable[[], object] | None = None

    def cancelled(self, function: Callable[[], object] | None = None) -> int:
        """The address of a function that says when to stop: if `function` says so, too."""
        self._cancelled = function

        def call(context: int | None) -> int:
            if self._raised or self._interrupts:
                return 1
            try:
                return 1 if function is not None and function() else 0
            except BaseException as exception:
                self._raised.append(exception)
                return 1

        return self._keep(_CANCELLED(call))

    def fuse(self, function: Callable[[Sequence[Place | None]], float]) -> int:
        """The address of a function that gives a document's score."""
        from .queries import Place

        def call(context: int | None, address: int, count: int) -> float:
            if self._raised:
                return math.nan
            try:
                places = (qv_place * count).from_address(address) if count else ()
                return float(function([Place(p.rank, p.score) if p.rank else None for p in places]))
            except BaseException as exception:
                self._raised.append(exception)
                return math.nan

        return self._keep(_FUSE(call))

    def rerank(self, function: Callable[[int, Hits], Sequence[float]]) -> int:
        """The address of a function that gives hits other scores."""
        from .search import Hits, Results

        def call(context: int | None, query: int, candidates: int, count: int, address: int) -> int:
            if self._raised:
                return 1
            try:
                # A handle of its own, so that whatever the function keeps stays alive.
                own = ctypes.c_uint64()
                check(library.qv_results_share(candidates, ctypes.byref(own)))
                scores = numpy.asarray(function(query, Hits(Results(own.value), 0)), numpy.float32)
                if scores.shape != (count,):
                    raise ValueError(f"a reranker gave {scores.shape} scores for {count} hits")
                (ctypes.c_float * count).from_address(address)[:] = scores.tolist()
                return 0
            except BaseException as exception:
                self._raised.append(exception)
                return 1

        return self._keep(_RERANK(call))

    @property
    def used(self) -> bool:
        return bool(self._kept)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Around the search that calls them."""
        with held_interrupts() as self._interrupts:
            yield

    def check(self, status: int) -> None:
        """Raises what a function has raised, or what the status says."""
        if self._raised:
            raise self._raised[0]
        if status:
            raise failure(status)

    def _keep(self, callback: Any) -> int:
        self._kept.append(callback)
        return ctypes.cast(callback, ctypes.c_void_p).value or 0
