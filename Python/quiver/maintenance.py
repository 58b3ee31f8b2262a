"""Long work: how it tells of itself, and what seals, indexes and compacts a collection."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

from ._arguments import uint32, uint64
from ._interrupts import held_interrupts
from ._library import failure, library
from ._structs import qv_maintenance_options

Progress = Callable[[int, int], object]
"""Called now and then with what is done and what there is, from any of the call's threads, one at a
time. True, or an exception, ends the work; it may not write to the same store."""

_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64)


def calling(progress: Progress | None, function: Callable[[int], int]) -> None:
    """Calls a function of the library's, which gets the address of a qv_progress. An exception of
    the callback's comes out of it, and so does KeyboardInterrupt."""
    if progress is not None and not callable(progress):
        raise TypeError(f"progress is of type {type(progress).__name__}, expected a callable")
    raised: list[BaseException] = []

    def call_progress(context: int | None, completed: int, total: int) -> int:
        try:
            stop = progress is not None and progress(completed, total)
            return 1 if stop or interrupts else 0
        except BaseException as exception:
            raised.append(exception)
            return 1

    # Even without a callback of the caller's: Ctrl-C arrives where Python runs.
    callback = _CALLBACK(call_progress)
    with held_interrupts() as interrupts:
        status = function(ctypes.cast(callback, ctypes.c_void_p).value or 0)
    if raised:
        raise raised[0]
    if status:
        raise failure(status)


def run(
    function: str,
    handle: int,
    progress: Progress | None = None,
    thread_count: int = 0,
    memory_byte_count: int = 0,
) -> None:
    """Calls one of the library's functions that maintain a collection."""
    struct = qv_maintenance_options(
        thread_count=uint32(thread_count, "thread_count"),
        memory_byte_count=uint64(memory_byte_count, "memory_byte_count"),
    )

    def call(callback: int) -> int:
        struct.progress = callback
        return getattr(library, function)(handle, ctypes.byref(struct))

    calling(progress, call)
