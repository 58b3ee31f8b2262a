"""Ctrl-C during calls that call back."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def held_interrupts() -> Iterator[list[int]]:
    """Collects Ctrl-C until the end, and only then hands it to the handler whose it is.

    An exception that a signal's handler raises at the first instruction of a C callback reaches
    nobody: ctypes prints it and goes on.
    """
    found: list[int] = []
    handler = signal.getsignal(signal.SIGINT)
    if not callable(handler) or threading.current_thread() is not threading.main_thread():
        yield found
        return
    signal.signal(signal.SIGINT, lambda number, frame: found.append(number))
    try:
        yield found
    finally:
        signal.signal(signal.SIGINT, handler)
        if found:
            handler(signal.SIGINT, None)
