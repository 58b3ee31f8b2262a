"""What can be asked of a collection, and of its state in a named snapshot."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike, NDArray

from . import contents as _contents
from . import options as _options
from . import reports, stored
from ._arguments import (
    MAXIMUM_UINT32,
    Arena,
    Key,
    address,
    integer,
    key_struct,
    name,
    numbers,
    uint32,
    uint64,
)
from ._constants import QV_ERROR_SEARCH, QV_ERROR_VECTOR
from ._handle import Handle
from ._library import check, failure, library
from ._structs import qv_scan_options, qv_search_options, qv_statistics
from .contents import Contents
from .errors import ArgumentError, VectorError
from .reports import Statistics
from .search import Hits, Results
from .stored import StoredDocument

if TYPE_CHECKING:
    from typing import Unpack

    from .options import SearchOptions

MAXIMUM_DIMENSION = 65_536
_DEFAULTS = bytes(qv_search_options())


class Reader(Handle):
    """Documents that can be searched and read, from any thread."""

    _close = "qv_close_collection"

    def __init__(self, handle: int) -> None:
        super().__init__(handle)
        self._dimensions: dict[str, int] = {}

    def search(self, query: ArrayLike, k: int = 10, **options: Unpack[SearchOptions]) -> Hits:
        """The k rows nearest to one vector, [dimension].

        `options` are those of SearchOptions. A float32 array goes in without a copy of Python's.
        Runs on the calling thread; other Python threads go on meanwhile. Raises VectorError for a
        vector that cannot be, SearchError for settings that cannot be.
        """
        array = numbers(query, "query")
        if array.ndim != 1:
            raise ArgumentError(f"query has shape {array.shape}, expected [dimension]")
        return Hits(Results(self._search(array, 1, array.shape[0], k, options), 1), 0)

    def search_batch(
        self, queries: ArrayLike, k: int = 10, **options: Unpack[SearchOptions]
    ) -> Results:
        """As `search`, for [n × dimension] queries at once: faster than one after another where
        `thread_count` lets several threads share them, or rows are compared one by one."""
        array = numbers(queries, "queries")
        if array.ndim != 2:
            raise ArgumentError(f"queries has shape {array.shape}, expected [n × dimension]")
        count, dimension = array.shape
        return Results(self._search(array, count, dimension, k, options), count)

    def get(self, key: Key, contents: Contents = ()) -> StoredDocument | None:
        """The document of a key; None if there is none. Only `contents` says what it carries."""
        return self.get_batch([key], contents)[0]

    def get_batch(
        self, keys: Iterable[Key], contents: Contents = ()
    ) -> list[StoredDocument | None]:
        """The documents of several keys, in their order, all of one instant."""
        arena = Arena()
        first, count = arena.keys(keys)
        documents = ctypes.c_uint64()
        bits = _contents.bits(contents)
        check(library.qv_get(self._handle, first, count, bits, ctypes.byref(documents)))
        return stored.documents(documents.value, self._row_length)

    def scan(
        self,
        filter: str | None = None,
        *,
        contents: Contents = (),
        after: Key | None = None,
        limit: int | None = None,
        page: int = 1000,
    ) -> Iterator[StoredDocument]:
        """Documents in the order of their keys, integers before strings, that `filter` holds of.

        A filter is a text such as `"year >= 2020 and lang in ('de', 'fr')"`; docs/CLI.md has the
        language. Begins behind the key `after`, whether or not it is there, and ends after `limit`
        documents. They are read in pages of `page`, the first when the first document is asked for;
        each page sees what is committed by then. A snapshot is the same for all pages.
        """
        left = MAXIMUM_UINT32 if limit is None else uint64(limit, "limit")
        page = max(1, integer(page, "page", MAXIMUM_UINT32))
        while left > 0:
            wanted = min(left, page)
            found = self._page(filter, contents, after, wanted)
            for document in found:
                yield document
                after = document.key
            if len(found) < wanted:
                return
            if limit is not None:
                left -= wanted

    def count(self, filter: str | None = None) -> int:
        """How many documents `filter` holds of; None: how many there are."""
        text = None if filter is None else name(filter, "filter")
        count = ctypes.c_uint64()
        check(library.qv_count(self._handle, text, ctypes.byref(count)))
        return count.value

    def statistics(self) -> Statistics:
        """Counts of documents, segments and bytes."""
        struct = qv_statistics()
        check(library.qv_collection_statistics(self._handle, ctypes.byref(struct)))
        return reports.report(Statistics, struct)

    def _search(
        self, array: NDArray, count: int, dimension: int, k: int, options: SearchOptions
    ) -> int:
        struct = qv_search_options.from_buffer_copy(_DEFAULTS)  # faster than its initialiser
        struct.k = k if type(k) is int and 0 <= k <= MAXIMUM_UINT32 else uint32(k, "k")
        if options:
            arena = Arena()
            _options.fill(struct, options, arena)
        results = ctypes.c_uint64()
        status = library.qv_search(
            self._handle,
            address(array),
            count,
            dimension,
            ctypes.byref(struct),
            ctypes.byref(results),
        )
        if status:
            raise failure(status)
        return results.value

    def _page(
        self, filter: str | None, contents: Contents, after: Key | None, limit: int
    ) -> list[StoredDocument]:
        arena = Arena()
        struct = qv_scan_options(contents=_contents.bits(contents), limit=limit)
        if filter is not None:
            struct.filter = arena.name(filter, "filter")
        if after is not None:
            struct.after = arena.structs([key_struct(after, arena)])
        documents = ctypes.c_uint64()
        check(library.qv_scan(self._handle, ctypes.byref(struct), ctypes.byref(documents)))
        return [
            document
            for document in stored.documents(documents.value, self._row_length)
            if document is not None
        ]

    # The library compares a query's dimension before it refuses k = 0, and says nothing else of a
    # vector field's dimension: all that the binding knows of schemas is in these three.

    def _has_dimension(self, field: str, dimension: int) -> bool:
        if field not in self._dimensions:
            if dimension > MAXIMUM_DIMENSION:
                return False
            arena = Arena()
            query = (ctypes.c_float * dimension)()
            struct = qv_search_options(k=0, vector_field=arena.name(field, "a vector field's name"))
            results = ctypes.c_uint64()
            status = library.qv_search(
                self._handle, query, 1, dimension, ctypes.byref(struct), ctypes.byref(results)
            )
            if status == QV_ERROR_VECTOR:
                return False
            if status != QV_ERROR_SEARCH:
                raise failure(status)
            self._dimensions[field] = dimension
        return self._dimensions[field] == dimension

    def _check_row(self, field: str, dimension: int) -> None:
        if not self._has_dimension(field, dimension):
            raise VectorError(f'vector field "{field}" has no rows of {dimension} numbers')

    def _row_length(self, field: str, number_count: int) -> int:
        for row_count in range(1, number_count + 1):
            dimension, rest = divmod(number_count, row_count)
            if not rest and self._has_dimension(field, dimension):
                return dimension
        return number_count
