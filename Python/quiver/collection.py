"""A collection: what can be written to it, beside what a reader can do."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from . import _constants as c
from . import documents as _documents
from . import encoder as _encoder
from . import maintenance, recall, reports, schema, tuning
from ._arguments import Arena, Key, flag, name, real, uint32, uint64
from ._arguments import path as _path
from ._library import check, library
from ._structs import qv_put_options, qv_receipt
from .documents import Document, DocumentArrays, FieldUpdate
from .encoder import Encoder
from .maintenance import Progress
from .reader import Reader
from .recall import RecallPoint
from .reports import Receipt
from .schema import FieldType, TextField, VectorField
from .snapshot import Snapshot
from .tuning import Tuning

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

    def put(
        self,
        documents: Document | Iterable[Document] | DocumentArrays,
        *,
        vector_field: str | None = None,
        encoder: Encoder | None = None,
        insert: bool = False,
        batch_count: int = 0,
        token_budget: int = 0,
        thread_count: int = 1,
        progress: Progress | None = None,
    ) -> Receipt:
        """As `upsert`, or as `insert`, but a document with a text and no row of `vector_field` (None: the
        only one) gets the rows that an encoder makes of the text, and those of its row columns that
        the field has.

        It is the one that the field is bound to, opened where it was with the first text and kept until
        the collection is closed; or `encoder`, which the field is bound to if it is to none. With
        `batch_count` so many documents at a time are a commit: after an error those that were written
        before stay. `progress` is told of documents, encoded or written; True, or an exception, ends
        the work. `token_budget` is that of `Encoder.encode`.
        """
        arena = Arena()
        address, count = _documents.structs(documents, arena, self._check_row)
        options = qv_put_options(
            flags=c.QV_PUT_INSERT if flag(insert, "insert") else 0,
            encoder=_encoder.handle(encoder),
            batch_count=uint64(batch_count, "batch_count"),
            token_budget=uint64(token_budget, "token_budget"),
            thread_count=uint32(thread_count, "thread_count"),
        )
        if vector_field is not None:
            options.vector_field = arena.name(vector_field, "vector_field")
        receipt = qv_receipt()

        def call(callback: int) -> int:
            options.progress = callback
            return library.qv_put(
                self._handle, address, count, ctypes.byref(options), ctypes.byref(receipt)
            )

        maintenance.calling(progress, call)
        return reports.report(Receipt, receipt)

    def bind_encoder(self, encoder: Encoder, vector_field: str | None = None) -> None:
        """Binds a vector field (None: the only one) to an encoder. The first one stays: another is an
        EncoderError; the same one again is remembered where it is now."""
        if encoder is None:
            raise TypeError("encoder is None, expected Encoder")
        field = None if vector_field is None else name(vector_field, "vector_field")
        check(library.qv_bind_encoder(self._handle, field, _encoder.handle(encoder)))

    def rename(self, new_name: str) -> None:
        """Gives the collection another name. Named snapshots know it by the old one."""
        check(library.qv_rename_collection(self._handle, name(new_name, "new_name")))
        self.name = new_name

    def set_cache_byte_limit(self, byte_limit: int) -> None:
        """Other bytes of entries that a cache may hold; what is too much goes with the next
        `Cache.store`."""
        check(library.qv_set_cache_byte_limit(self._handle, uint64(byte_limit, "byte_limit")))

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

    def add_field(self, field: str, type: FieldType) -> None:
        """A new metadata field, of which no document has a value yet."""
        arena = Arena()
        struct = schema.field_struct(field, type, arena)
        check(library.qv_add_field(self._handle, ctypes.byref(struct)))

    def drop_field(self, field: str) -> None:
        """Takes a metadata field away. Its values are gone at once, their space with `compact`."""
        check(library.qv_drop_field(self._handle, name(field, "field")))

    def rename_field(self, field: str, new_name: str) -> None:
        """Gives a metadata field another name."""
        new = name(new_name, "new_name")
        check(library.qv_rename_field(self._handle, name(field, "field"), new))

    def add_vector_field(self, field: VectorField) -> None:
        """A new vector field, of which no document has a row yet; it is optional, whatever it says."""
        if not isinstance(field, VectorField):
            raise TypeError(f"field is of type {type(field).__name__}, expected VectorField")
        arena = Arena()
        struct = field._struct(arena)
        check(library.qv_add_vector_field(self._handle, ctypes.byref(struct)))

    def drop_vector_field(self, field: str) -> None:
        """Takes a vector field away. Its rows are gone at once, their space with `compact`."""
        self._dimensions.clear()
        check(library.qv_drop_vector_field(self._handle, name(field, "field")))

    def rename_vector_field(self, field: str, new_name: str) -> None:
        """Gives a vector field another name; "" is none."""
        self._dimensions.clear()
        new = name(new_name, "new_name")
        check(library.qv_rename_vector_field(self._handle, name(field, "field"), new))

    def set_index(self, index: str, vector_field: str = "") -> None:
        """Another index of a vector field. Segments are searched by the one that they have until
        `maintain` builds the new one."""
        field = name(vector_field, "vector_field")
        check(library.qv_set_index(self._handle, field, name(index, "index")))

    def set_trained(self, path: str | bytes | os.PathLike, vector_field: str = "") -> None:
        """Begins the indexes of a vector field from now on with the trained one in a file of `train`, or of
        FAISS's `write_index` without rows. The field's index becomes of that kind."""
        field = name(vector_field, "vector_field")
        check(library.qv_set_trained(self._handle, field, _path(path, "path")))

    def set_recall(self, recall: float | None) -> None:
        """Another recall target of searches that do not say themselves; None: none."""
        value = 0.0 if recall is None else real(recall, "recall")
        check(library.qv_set_recall(self._handle, value))

    def set_text_fields(self, text_fields: Sequence[TextField]) -> None:
        """Other texts that are searched by their words. Segments without such an index are analysed
        by each search, until `maintain` builds it."""
        arena = Arena()
        structs = schema.text_structs(text_fields, arena)
        check(library.qv_set_text_fields(self._handle, arena.structs(structs), len(structs)))

    def pin(self) -> Snapshot:
        """The collection as it is now, to be read and closed: for pages of results, row numbers, and
        several calls that are to see the same. It keeps the space of what is dropped meanwhile."""
        handle = ctypes.c_uint64()
        check(library.qv_pin(self._handle, ctypes.byref(handle)))
        return Snapshot(handle.value, "", self.name)

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

    def calibrate(
        self,
        queries: ArrayLike | None = None,
        progress: Progress | None = None,
        *,
        vector_field: str | None = None,
        sample_count: int = 1_200,
        seed: int = 0,
        thread_count: int = 1,
    ) -> list[RecallPoint]:
        """Measures how the recall of a vector field's indexes grows with the effort of a search, and
        remembers it in the store: what searches with `recall` go by. `maintain` and `compact` do so by
        themselves wherever an index, many documents or the queries have changed, of at least 5,000 rows.

        `queries`, [queries × dimension], is what users ask, kept in the place of queries that were; None
        takes those that searches have kept. Each sample has `sample_count` queries, at least 100. Empty
        where no segment has an index: then every search is exact.
        """
        recall.calibrate(
            self._handle, vector_field, queries, sample_count, seed, thread_count, progress
        )
        return self.measured_recall(vector_field)

    def tune(
        self,
        indexes: Sequence[str] = (),
        queries: ArrayLike | None = None,
        progress: Progress | None = None,
        *,
        recall: float = 0.95,
        k: int = 10,
        index_byte_limit: int | None = None,
        vector_field: str | None = None,
        sample_count: int = 1_000,
        seed: int = 0,
        thread_count: int = 1,
    ) -> Tuning:
        """Tries indexes on the rows of a vector field: builds each beside the one that is there, and asks
        it queries of which the exact answer is known. The tail is sealed; nothing else changes: `set_index` with
        the specification of `best`, `set_recall` and `maintain` make it the collection's.

        `indexes` are those of `VectorField.index`; none takes graphs, inverted files and codes that suit
        the data. `queries`, [queries × dimension], is what users ask; None takes those that searches have
        kept, or rows where these are fewer than 100. `best` is the fastest that finds `recall` of the
        `k` nearest, and whose indexes take `index_byte_limit` bytes at most beside the rows.
        """
        return tuning.tune(
            self._handle,
            indexes,
            queries,
            recall,
            k,
            index_byte_limit,
            vector_field,
            sample_count,
            seed,
            thread_count,
            progress,
        )

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
