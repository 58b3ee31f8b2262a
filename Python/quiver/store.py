"""Stores: directories that hold collections."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping, Sequence

from . import _constants as c
from . import _arguments, _reading, errors, reports
from . import encoder as _encoder
from ._arguments import Arena, name, uint64
from ._handle import Handle
from ._library import check, failure, library
from ._structs import qv_open_options, qv_repair_report, qv_snapshot_report, qv_verification
from .collection import Collection
from .encoder import Encoder
from .fields import Timestamp
from .reports import NamedSnapshot, RepairReport, Verification
from .schema import FieldType, Metric, Storage, TextField, VectorField, collection_options
from .snapshot import Snapshot

Path = str | bytes | os.PathLike


class Store(Handle):
    """An open directory of collections, used from any thread.

    One process at a time may have it open for writing, any number may read it. Close it, or use it
    in a `with` statement.
    """

    _close = "qv_close"

    def __init__(self, handle: int, path: Path) -> None:
        super().__init__(handle)
        self.path = path

    def create_collection(
        self,
        name: str,
        dimension: int | None = None,
        *,
        metric: Metric = "cosine",
        storage: Storage = "float32",
        index: str = "automatic",
        vector_fields: Sequence[VectorField] = (),
        fields: Mapping[str, FieldType] | None = None,
        text_fields: Sequence[TextField] | None = None,
        recall: float | None = None,
        encoder: Encoder | None = None,
        cache_byte_limit: int | None = None,
        trained: Path | None = None,
    ) -> Collection:
        """Makes a collection and opens it.

        With a `dimension` (1…65536) it has the vector field without a name, of this metric, storage
        and index ("automatic", "exact", "graph", "ivf" or one of FAISS's factory strings); beside
        it those of `vector_fields`, and the metadata fields `fields` by name and type.
        `text_fields` are searched by their words: the documents' own texts unless set, none if it is
        empty. `recall` is that of searches that do not say themselves. With an `encoder` the vector
        field without a name, which then needs no `dimension`, holds its rows, with its row columns, and is bound
        to it. With a `cache_byte_limit` it is a Cache. `trained` is that of VectorField, for the vector
        field without a name. Raises ExistsError, or ConfigurationError for
        what cannot be.
        """
        arena = Arena()
        options = collection_options(
            arena,
            dimension,
            metric,
            storage,
            index,
            vector_fields,
            {} if fields is None else fields,
            text_fields,
            recall,
            _encoder.handle(encoder),
            cache_byte_limit,
            trained,
        )
        handle = ctypes.c_uint64()
        check(
            library.qv_create_collection(
                self._handle,
                _name(name),
                ctypes.byref(options),
                ctypes.byref(handle),
            )
        )
        return Collection(handle.value, self, name)

    def open_collection(self, name: str) -> Collection:
        """Opens a collection; NotFoundError if there is none of this name."""
        handle = ctypes.c_uint64()
        check(library.qv_open_collection(self._handle, _name(name), ctypes.byref(handle)))
        return Collection(handle.value, self, name)

    def drop_collection(self, name: str) -> None:
        """Removes a collection with everything in it. Named snapshots keep its documents."""
        check(library.qv_drop_collection(self._handle, _name(name)))

    def collection_names(self) -> list[str]:
        """The names of all collections, in the order in which they were made."""
        return self._names("qv_collection_names")

    def snapshots(self) -> list[NamedSnapshot]:
        """The named snapshots, in the order of their names' bytes."""
        found = []
        for name in self._names("qv_snapshot_names"):
            struct = qv_snapshot_report()
            status = library.qv_describe_snapshot(self._handle, name.encode(), ctypes.byref(struct))
            if status == c.QV_ERROR_NOT_FOUND:  # dropped at this moment
                continue
            check(status)
            created = Timestamp(struct.created_seconds, struct.created_nanoseconds)
            found.append(NamedSnapshot(name, struct.commit, created))
        return found

    def _names(self, function: str) -> list[str]:
        names = ctypes.c_uint64()
        check(getattr(library, function)(self._handle, ctypes.byref(names)))
        return _reading.names(names.value)

    def create_snapshot(self, name: str) -> None:
        """Gives the state of all collections a name, under which it stays until it is dropped."""
        check(library.qv_create_snapshot(self._handle, _name(name)))

    def drop_snapshot(self, name: str) -> None:
        """Takes a snapshot's name away, and with it what only it has; open ones can be read on."""
        check(library.qv_drop_snapshot(self._handle, _name(name)))

    def open_snapshot(self, name: str, collection: str) -> Snapshot:
        """A collection as the snapshot `name` has it."""
        handle = ctypes.c_uint64()
        check(
            library.qv_open_snapshot(
                self._handle, _name(name), _name(collection), ctypes.byref(handle)
            )
        )
        return Snapshot(handle.value, name, collection)

    def __repr__(self) -> str:
        return f"<Store {os.fspath(self.path)!r}{', closed' * self.closed}>"


def open(
    path: Path,
    *,
    create: bool = False,
    read_only: bool = False,
    relaxed: bool = False,
    tail_byte_count: int = 0,
) -> Store:
    """Opens the store at `path`, for writing unless `read_only`.

    `create` makes an empty one where nothing is. `relaxed` does not wait for the disk: loss of
    power may undo the last write, as a whole; the death of the process still loses nothing. Writes
    are sealed into a segment after `tail_byte_count` bytes; 0: 64 MiB. Raises NotAStoreError,
    LockedError, FormatError, DamagedError.
    """
    flags = (
        (c.QV_OPEN_CREATE if create else 0)
        | (c.QV_OPEN_READ_ONLY if read_only else 0)
        | (c.QV_OPEN_RELAXED if relaxed else 0)
    )
    options = qv_open_options(
        flags=flags, tail_byte_count=uint64(tail_byte_count, "tail_byte_count")
    )
    handle = ctypes.c_uint64()
    check(library.qv_open(_path(path), ctypes.byref(options), ctypes.byref(handle)))
    return Store(handle.value, path)


def verify(path: Path) -> Verification:
    """Checks every file of the store at `path`, which may be open elsewhere.

    Raises DamagedError if it is not sound: its message lists the first damages, and its `report` is
    the Verification.
    """
    struct = qv_verification()
    status = library.qv_verify(_path(path), ctypes.byref(struct))
    return _reported(status, reports.report(Verification, struct))


def repair(path: Path, destination: Path) -> RepairReport:
    """Makes a new store at `destination`, where nothing may be, of everything that can be read of
    the one at `path`, which stays as it is.

    Raises DamagedError if something is lost: then the new store is there all the same, the message
    lists the first losses, and the error's `report` is the RepairReport.
    """
    struct = qv_repair_report()
    status = library.qv_repair(_path(path), _path(destination), ctypes.byref(struct))
    return _reported(status, reports.report(RepairReport, struct))


def _reported(status: int, report: reports.Report) -> reports.Report:
    if status:
        error = failure(status)
        if isinstance(error, errors.DamagedError):
            error.report = report
        raise error
    return report


def _name(value: str) -> bytes:
    return name(value, "name")


def _path(path: Path) -> bytes:
    return _arguments.path(path, "path")
