"""A collection: what can be written to it, beside what a reader can do."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from typing import TYPE_CHECKING

from . import documents as _documents
from . import maintenance, reports
from ._arguments import Arena, Key, name
from ._library import check, library
from ._structs import qv_receipt
from .documents import Document, DocumentArrays, FieldUpdate
from .maintenance import Progress
from .reader import Reader
from .reports import Receipt

if TYPE_CHECKING:
    from .store import Store


class Collection(Reader):
    """Documents that can be written and searched, from any thread.

    A write is durable, and visible to every later search, when it returns; all of it, or none if it
    raises. Writes to one store wait for one another.
    """

    def __init__(self, handle: int, store: Store, name: str) -> None:
        super().__init__(handle)
        self.store = store
        self.name = name

    def upsert(self, documents: Document | Iterable[Document] | DocumentArrays) -> Receipt:
        """Writes documents, in place of any of the same keys, in one commit."""
        return self._write_documents("qv_upsert", documents)

    def insert(self, documents: Document | Iterable[Document] | DocumentArrays) -> Receipt:
        """As `upsert`, but a key that is there is an ExistsError."""
        return self._write_documents("qv_insert", documents)

    def update(self, updates: FieldUpdate | Iterable[FieldUpdate]) -> Receipt:
        """Changes metadata and leaves texts and vectors untouched. A key that is not there is a
        NotFoundError."""
        if isinstance(updates, FieldUpdate):
            updates = [updates]
        arena = Arena()
        structs = []
        for update in updates:
            if not isinstance(update, FieldUpdate):
                raise TypeError(
                    f"an update is of type {type(update).__name__}, expected FieldUpdate"
                )
            structs.append(update._struct(arena))
        return self._write("qv_update", arena.structs(structs), len(structs))

    def delete(self, keys: Key | Iterable[Key]) -> Receipt:
        """Removes the documents of keys; one that is not there is counted, not refused."""
        arena = Arena()
        one = isinstance(keys, str) or not isinstance(keys, Iterable)
        return self._write("qv_delete", *arena.keys([keys] if one else keys))  # type: ignore

    def delete_where(self, filter: str) -> Receipt:
        """Removes every document that `filter` holds of, in one commit; `scan` says what it is."""
        return self._write("qv_delete_where", name(filter, "filter"))

    def seal(self, progress: Progress | None = None) -> None:
        """Writes the tail to a segment now, if it is not empty."""
        maintenance.run("qv_seal", self._handle, progress)

    def maintain(self, progress: Progress | None = None, *, thread_count: int = 1) -> None:
        """Builds the indexes that are missing. A segment of whose rows none can be made counts as
        unindexable from then on, which is no error."""
        maintenance.run("qv_maintain", self._handle, progress, thread_count)

    def compact(
        self,
        progress: Progress | None = None,
        *,
        thread_count: int = 1,
        memory_byte_count: int = 0,
    ) -> None:
        """Gives back the space of deleted and replaced documents, merges small segments and builds
        the indexes that are missing, having sealed the tail.

        Takes `memory_byte_count` bytes at most (at least 16 MiB; 0: 256 MiB). Others read and write
        meanwhile. It can be ended at any moment, and goes on from there when it is called again.
        """
        maintenance.run("qv_compact", self._handle, progress, thread_count, memory_byte_count)

    def _write_documents(
        self, function: str, documents: Document | Iterable[Document] | DocumentArrays
    ) -> Receipt:
        arena = Arena()
        return self._write(function, *_documents.structs(documents, arena, self._check_row))

    def _write(self, function: str, *arguments: int | bytes) -> Receipt:
        receipt = qv_receipt()
        check(getattr(library, function)(self._handle, *arguments, ctypes.byref(receipt)))
        return reports.report(Receipt, receipt)

    def __repr__(self) -> str:
        return f'<Collection "{self.name}"{", closed" * self.closed}>'
