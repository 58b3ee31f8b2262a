"""What can be asked of a collection, and of its state in a named snapshot."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy
from numpy.typing import ArrayLike, NDArray

from . import clusters as _clusters
from . import contents as _contents
from . import neighbours as _neighbours
from . import options as _options
from . import queries as _queries
from . import recall, reports, stored, training
from . import schema as _schema
from ._arguments import (
    MAXIMUM_UINT32,
    Arena,
    Key,
    address,
    choice,
    integer,
    key_struct,
    name,
    numbers,
    path,
    real,
    uint32,
    uint64,
)
from ._callbacks import Callbacks
from ._constants import QV_NO_ROW
from ._handle import Handle
from ._library import check, failure, library
from ._structs import (
    qv_neighbour_options,
    qv_range,
    qv_scan_options,
    qv_search_options,
    qv_statistics,
)
from .clusters import Clustering
from .contents import Contents
from .encoder import Encoder
from .errors import ArgumentError, NotFoundError, VectorError
from .maintenance import Progress
from .neighbours import RowOwner
from .queries import Query, Source
from .recall import RecallPoint
from .reports import NeighbourSummary, Statistics
from .schema import Schema
from .search import Hits, Results
from .stored import StoredDocument

if TYPE_CHECKING:
    from typing import Unpack

    from .options import Mode, SearchOptions


class Reader(Handle):
    """Documents that can be searched and read, from any thread."""

    _close = "qv_close_collection"

    def __init__(self, handle: int) -> None:
        super().__init__(handle)
        self._dimensions: dict[str, int] = {}

    def search(
        self,
        query: ArrayLike | Query | Source | None = None,
        k: int = 10,
        *,
        text: str | None = None,
        encoder: Encoder | None = None,
        **options: Unpack[SearchOptions],
    ) -> Hits:
        """The k rows nearest to one vector, [dimension], the k best of a Query or a Source, or what is
        nearest to a `text` in its meaning: `Source(text=text, encoder=encoder)`.

        `options` are those of SearchOptions. A float32 array goes in without a copy of Python's.
        Runs on the calling thread; other Python threads go on meanwhile. Raises VectorError for a
        vector that cannot be, SearchError for settings that cannot be.
        """
        if query is None or text is not None or encoder is not None:
            query = _of_texts(query, text, encoder, Source)
        if isinstance(query, (Query, Source)):
            return Hits(Results(self._search_queries([query], k, options)), 0)
        array = numbers(query, "query")
        if array.ndim != 1:
            raise ArgumentError(f"query has shape {array.shape}, expected [dimension]")
        return Hits(Results(self._search(array, 1, len(array), k, options)), 0)

    def search_batch(
        self,
        queries: ArrayLike | Sequence[Query | Source] | None = None,
        k: int = 10,
        *,
        texts: Iterable[str] | None = None,
        encoder: Encoder | None = None,
        **options: Unpack[SearchOptions],
    ) -> Results:
        """As `search`, for [n × dimension] vectors, a list of Query and Source, or `texts`, at once: faster
        than one after another where texts are encoded, `thread_count` lets several threads share them, or rows are
        compared one by one."""
        if queries is None or texts is not None or encoder is not None:
            return Results(
                self._search_queries(_of_texts(queries, texts, encoder, _sources), k, options)
            )
        if isinstance(queries, (list, tuple)) and any(
            isinstance(query, (Query, Source)) for query in queries
        ):
            return Results(self._search_queries(queries, k, options))
        array = numbers(queries, "queries")  # type: ignore[arg-type]
        if array.ndim != 2:
            raise ArgumentError(f"queries has shape {array.shape}, expected [n × dimension]")
        count, dimension = array.shape
        return Results(self._search(array, count, dimension, k, options))

    def open_encoder(
        self,
        vector_field: str | None = None,
        *,
        folder: str | bytes | os.PathLike | None = None,
    ) -> Encoder:
        """The encoder that a vector field (None: the only one) is bound to, opened where it was, or, the
        same one, in `folder`, where texts of this object then find it, too. EncoderError if it is
        another by now, or the field is bound to none."""
        place = None if folder is None else path(folder, "folder")
        handle = ctypes.c_uint64()
        check(
            library.qv_open_collection_encoder(
                self._handle, _field(vector_field), place, ctypes.byref(handle)
            )
        )
        return Encoder._of(handle.value)

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
        return stored.documents(documents.value)

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

    def schema(self) -> Schema:
        """What the collection holds: its vector fields, metadata fields and text fields."""
        return _schema.read(self._handle)

    def measured_recall(self, vector_field: str | None = None) -> list[RecallPoint]:
        """How well the indexes of a vector field (None: the only one) find the nearest rows: by sample, k
        and effort. Empty where it has not been measured, or of other indexes (`Collection.calibrate`)."""
        return recall.points(self._handle, _field(vector_field))

    def row_count(self, vector_field: str | None = None) -> int:
        """The rows of a vector field (None: the only one), those of dead documents included.

        They are numbered from 0 on: in a snapshot or what `pin` gives for as long as it is open; in a
        collection until something is written, sealed or compacted.
        """
        count = ctypes.c_uint64()
        check(library.qv_row_count(self._handle, _field(vector_field), ctypes.byref(count)))
        return count.value

    def row_numbers(
        self, keys: Iterable[Key], vector_field: str | None = None
    ) -> list[range | None]:
        """The numbers of the rows of documents, by which a Scope names rows; None where there is no
        such document."""
        arena = Arena()
        first, count = arena.keys(keys)
        ranges = (qv_range * count)()
        field = _field(vector_field)
        check(library.qv_row_numbers(self._handle, field, first, count, ctypes.byref(ranges)))
        return [
            None if found.start == QV_NO_ROW else range(found.start, found.end) for found in ranges
        ]

    def row_owners(
        self, rows: ArrayLike, vector_field: str | None = None
    ) -> list[RowOwner | None]:
        """Whose rows are, [n] of the numbers that `row_numbers` and files of `neighbours` have; None
        for rows of documents that are gone, and for −1, which those files have where there are
        fewer than k."""
        return _neighbours.owners(self._handle, rows, _field(vector_field))

    def neighbours(
        self,
        path: str | os.PathLike[str],
        k: int = 10,
        *,
        vectors: ArrayLike | None = None,
        vector_field: str | None = None,
        filter: str | None = None,
        mode: Mode = "automatic",
        ef_search: int = 0,
        nprobe: int = 0,
        candidate_factor: float = 0,
        shard: int = 0,
        shard_count: int = 1,
        memory_byte_count: int = 0,
        thread_count: int = 1,
        progress: Progress | None = None,
    ) -> NeighbourSummary:
        """Writes the k nearest rows of each row of a vector field, or of each of `vectors`,
        [n × dimension], to the file `path`, which must not exist.

        `numpy.load(path, mmap_mode="r")` gives records, one a query in their order: `rows` (int64[k])
        and `scores` (float32[k]), nearest first; −1 and NaN where there are fewer. Rows are numbered
        as `row_numbers` says, and so are queries that are the collection's own; `row_owners` says
        whose they are. Rows of its own document are not among a row's neighbours, and rows of
        documents that are gone, or that `filter` does not hold of, have none.

        `shard` of `shard_count` answers a share of the queries, a range of them; the files of all,
        numpy.concatenate'd, are the whole. `memory_byte_count` (0: 64 MiB) is for searches and what is
        not written yet. `mode` and the next three are those of a search.

        What is written when `progress` or Ctrl-C ends it, on an error or when the process dies stays
        beside the file, and the next call goes on from there, if it asks the same of the same state:
        of a snapshot, or of a collection that nothing was written to. Else an ExistsError says what
        differs; a LockedError, that another call is writing it.
        """
        arena = Arena()
        struct = qv_neighbour_options(
            k=uint32(k, "k"),
            mode=choice(mode, "mode", _options.MODES),
            ef_search=uint32(ef_search, "ef_search"),
            nprobe=uint32(nprobe, "nprobe"),
            candidate_factor=real(candidate_factor, "candidate_factor"),
            thread_count=uint32(thread_count, "thread_count"),
            shard=uint32(shard, "shard"),
            shard_count=uint32(shard_count, "shard_count"),
            memory_byte_count=uint64(memory_byte_count, "memory_byte_count"),
        )
        if vector_field is not None:
            struct.vector_field = arena.name(vector_field, "vector_field")
        if filter is not None:
            struct.filter = arena.name(filter, "filter")
        if vectors is not None:
            _neighbours.fill_vectors(struct, vectors, arena)
        return _neighbours.write(self._handle, path, struct, progress)

    def cluster(
        self,
        count: int,
        progress: Progress | None = None,
        *,
        vector_field: str | None = None,
        iteration_count: int = 25,
        rows_per_cluster: int = 256,
        seed: int = 0,
        thread_count: int = 1,
    ) -> Clustering:
        """Puts the rows of a vector field into `count` clusters by k-means, which is spherical under
        cosine. It learns from `rows_per_cluster` rows a cluster at most, in `iteration_count` passes over
        these; `progress` is told of rows, those of every pass counted. The same rows and `seed` give
        the same clusters."""
        return _clusters.cluster(
            self._handle,
            count,
            vector_field,
            iteration_count,
            rows_per_cluster,
            seed,
            thread_count,
            progress,
        )

    def train(
        self,
        index: str,
        path: str | bytes | os.PathLike,
        progress: Progress | None = None,
        *,
        vector_field: str | None = None,
        row_limit: int | None = None,
        seed: int = 0,
        thread_count: int = 1,
    ) -> None:
        """Trains an index, one of FAISS's factory strings, with the rows of a vector field, and writes what
        it has learned (centroids of lists, rotations, codes) into the file at `path`, with which indexes of this
        collection or others can begin: `trained` of `create_collection` and VectorField, `set_trained`. It learns from
        `row_limit` rows at most, chosen by `seed`; None: 256 a centroid. `progress` can end the work, and is
        not told how far it is."""
        training.train(
            self._handle, index, path, vector_field, row_limit, seed, thread_count, progress
        )

    def row_scores(
        self, pairs: ArrayLike, vector_field: str | None = None, *, thread_count: int = 1
    ) -> NDArray[numpy.float32]:
        """The exact scores of pairs of rows, [n × 2] of the numbers that `row_numbers` has: those with
        which a search for the one finds the other."""
        return _clusters.scores(self._handle, pairs, _field(vector_field), thread_count)

    def _search(
        self, array: NDArray, count: int, dimension: int, k: int, options: SearchOptions
    ) -> int:
        prepared = _options.prepared(k, options)
        results = ctypes.c_uint64()
        arguments = (
            self._handle,
            address(array),
            count,
            dimension,
            prepared.address,
            ctypes.byref(results),
        )
        if prepared.callbacks.used:
            return _run(prepared.callbacks, library.qv_search, arguments, results)
        status = library.qv_search(*arguments)
        if status:
            raise failure(status)
        return results.value

    def _search_queries(
        self, queries: Sequence[Query | Source], k: int, options: SearchOptions
    ) -> int:
        arena, callbacks = Arena(), Callbacks()
        struct = qv_search_options(k=uint32(k, "k"))
        structs = _queries.structs(queries, arena, callbacks)
        _options.fill(struct, options, arena, callbacks)
        results = ctypes.c_uint64()
        arguments = (
            self._handle,
            arena.structs(structs),
            len(structs),
            ctypes.byref(struct),
            ctypes.byref(results),
        )
        return _run(callbacks, library.qv_search_queries, arguments, results)

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
        return [document for document in stored.documents(documents.value) if document is not None]

    def _check_row(self, field: str, dimension: int) -> None:
        # Several rows that are too short may be as many numbers as one that is right.
        if self._dimensions.get(field) == dimension:
            return
        self._dimensions = {
            vectors.name: vectors.dimension for vectors in self.schema().vector_fields
        }
        found = self._dimensions.get(field)
        if found is None:
            raise NotFoundError(f'there is no vector field "{field}"')
        if found != dimension:
            raise VectorError(
                f'vector field "{field}" has rows of {found} numbers, not {dimension}'
            )


Made = TypeVar("Made")


def _of_texts(
    query: object,
    given: object,
    encoder: Encoder | None,
    make: Callable[..., Made],
) -> Made:
    """What is looked for, of a text or of several."""
    if query is not None or given is None:
        raise ArgumentError(
            "a search has vectors, queries or text, one of them; encoder goes with text"
        )
    return make(text=given, encoder=encoder)


def _sources(text: Iterable[str], encoder: Encoder | None) -> list[Query | Source]:
    if isinstance(text, (str, bytes)):
        raise TypeError("texts is one string, expected a list of texts")
    return [Source(text=item, encoder=encoder) for item in text]


def _field(vector_field: str | None) -> bytes | None:
    return None if vector_field is None else name(vector_field, "vector_field")


def _run(
    callbacks: Callbacks,
    function: Callable[..., int],
    arguments: tuple[object, ...],
    results: ctypes.c_uint64,
) -> int:
    """Searches, with what calls back; the handle of the results."""
    if not callbacks.used:
        check(function(*arguments))
        return results.value
    try:
        with callbacks.running():
            status = function(*arguments)
        callbacks.check(status)
    except BaseException:
        # Of a search that was done when a function's exception or Ctrl-C arrived.
        if results.value:
            library.qv_results_free(results.value)
        raise
    return results.value
