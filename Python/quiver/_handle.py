"""Handles: numbers that the library looks up, so that a closed one is an error, never a crash."""

from __future__ import annotations

from types import TracebackType
from typing import ClassVar, TypeVar

from ._constants import QV_ERROR_HANDLE
from ._library import check, library

Self = TypeVar("Self", bound="Handle")


class Handle:
    """Something that is open until it is closed: by `close`, at the end of `with`, or with its
    last reference."""

    _close: ClassVar[str]
    """The library's function that closes it."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    @property
    def closed(self) -> bool:
        """Whether it was closed, by whichever thread."""
        return not self._handle

    def close(self) -> None:
        """Closes it; a second time does nothing. Other calls on it then raise HandleError."""
        handle, self._handle = self._handle, 0
        if handle:
            status = getattr(library, self._close)(handle)
            # Another thread that closes it at this moment has read the same handle.
            if status != QV_ERROR_HANDLE:
                check(status)

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self, library: object = library) -> None:
        # At the interpreter's end the module's names may be gone. Nobody is left to be told that
        # closing failed, which it does after a fork.
        handle = getattr(self, "_handle", 0)
        if handle:
            self._handle = 0
            getattr(library, self._close)(handle)


class Answer:
    """Memory of the library that pointers lead into, freed with the last that refers to it.

    It has no `close` of its own: whoever reads from it holds a reference, so that nothing is freed
    under a reader's eyes, on whichever thread.
    """

    __slots__ = ("handle", "_free")

    def __init__(self, handle: int, free: object) -> None:
        self.handle = handle
        self._free = free

    def __del__(self) -> None:
        self._free(self.handle)  # type: ignore[operator]
