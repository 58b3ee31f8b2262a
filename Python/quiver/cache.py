"""Caches: collections whose entries may be forgotten."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from typing import TYPE_CHECKING

from . import contents as _contents
from . import documents as _documents
from . import stored
from ._arguments import Arena, Key, name
from ._library import check, library
from .contents import Contents
from .documents import Document, DocumentArrays
from .stored import StoredDocument

if TYPE_CHECKING:
    from .collection import Collection


class Cache:
    """The entries of a collection with a `cache_byte_limit` that are of `model`: a hash, say, of whatever
    decides what they are.

    An entry of another model is as good as not there. As many bytes of entries are kept as the limit
    says, and the least recently used go first. The collection stays its owner's, to be closed.
    """

    def __init__(self, collection: Collection, model: str) -> None:
        self.collection = collection
        self.model = model
        self._model = name(model, "model")

    def entries(
        self, keys: Iterable[Key], contents: Contents = ("text", "vector")
    ) -> list[StoredDocument | None]:
        """The entries of keys, in their order, None where there is none of this model. Metadata is always
        among what they carry. Which were used is noted with the next `store`."""
        arena = Arena()
        first, count = arena.keys(keys)
        found = ctypes.c_uint64()
        bits = _contents.bits(contents)
        check(
            library.qv_cache_entries(
                self.collection._handle, self._model, first, count, bits, ctypes.byref(found)
            )
        )
        return stored.documents(found.value)

    def store(self, entries: Document | Iterable[Document] | DocumentArrays) -> None:
        """Keeps entries in place of those of the same keys, and forgets others for them if need be, all in
        one commit, of which the death of the process loses nothing, but loss of power may. More than
        the cache may hold is a TooLargeError."""
        arena = Arena()
        first, count = _documents.structs(entries, arena, self.collection._check_row)
        check(library.qv_cache_store(self.collection._handle, self._model, first, count))

    def __repr__(self) -> str:
        return f'<Cache "{self.collection.name}" of {self.model!r}>'
