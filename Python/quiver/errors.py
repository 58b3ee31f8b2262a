"""What can go wrong: one exception class for each status of quiver.h."""

from __future__ import annotations

from . import _constants


class QuiverError(Exception):
    """Any error of Quiver. `str(error)` is the sentence that names the file, key or argument."""

    status: int = -1
    """The QV_ERROR_… constant."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        if status is not None:
            self.status = status

    @property
    def name(self) -> str:
        """The constant's name ("QV_ERROR_LOCKED"); "unknown status" for a newer library's."""
        return _NAMES.get(self.status, "unknown status")

    @property
    def message(self) -> str:
        """The sentence that says what was wrong, and with what."""
        return str(self.args[0])


class ArgumentError(QuiverError, ValueError):
    """A size, count or constant out of range, text that is not UTF-8, an array of a wrong type."""

    status = _constants.QV_ERROR_ARGUMENT


class HandleError(QuiverError):
    """An object was used after it was closed."""

    status = _constants.QV_ERROR_HANDLE


class NotAStoreError(QuiverError):
    """There is no store at the path."""

    status = _constants.QV_ERROR_NOT_A_STORE


class ExistsError(QuiverError):
    """The store, collection, snapshot or document is there already."""

    status = _constants.QV_ERROR_EXISTS


class FormatError(QuiverError):
    """The store was written in a format that this version does not read."""

    status = _constants.QV_ERROR_FORMAT


class LockedError(QuiverError):
    """Someone else has the store open for writing; the message has the process id."""

    status = _constants.QV_ERROR_LOCKED


class ReadOnlyError(QuiverError):
    """A write to a store that was opened read-only."""

    status = _constants.QV_ERROR_READ_ONLY


class ClosedError(QuiverError):
    """The store of this collection was closed."""

    status = _constants.QV_ERROR_CLOSED


class ForkError(QuiverError):
    """The process forked after it first used Quiver: only the parent may go on."""

    status = _constants.QV_ERROR_FORK


class NotFoundError(QuiverError, LookupError):
    """No such collection, snapshot, field, vector field, row column or key."""

    status = _constants.QV_ERROR_NOT_FOUND


class ConfigurationError(QuiverError, ValueError):
    """A name, dimension or index that cannot be."""

    status = _constants.QV_ERROR_CONFIGURATION


class InvalidKeyError(QuiverError, ValueError):
    """An empty or too long key, an integer out of range, or a key twice in a batch."""

    status = _constants.QV_ERROR_KEY


class VectorError(QuiverError, ValueError):
    """A wrong dimension, NaN, infinity, float16 overflow, or a zero vector under cosine."""

    status = _constants.QV_ERROR_VECTOR


class TooLargeError(QuiverError, ValueError):
    """A text or batch over its limit."""

    status = _constants.QV_ERROR_TOO_LARGE


class SearchError(QuiverError, ValueError):
    """k, another search setting or a filter that cannot be."""

    status = _constants.QV_ERROR_SEARCH


class EncoderError(QuiverError):
    """An encoder that cannot be opened or used, or another one than the collection's."""

    status = _constants.QV_ERROR_ENCODER


class CancelledError(QuiverError):
    """A callback said stop."""

    status = _constants.QV_ERROR_CANCELLED


class DamagedError(QuiverError):
    """A file is not what was written. `verify` and `repair` put what they found into `report`."""

    status = _constants.QV_ERROR_DAMAGED
    report: object = None


class FileError(QuiverError):
    """The system refused a file operation: no space, no permission, …"""

    status = _constants.QV_ERROR_FILE


class CatalogError(QuiverError):
    """LMDB refused an operation."""

    status = _constants.QV_ERROR_CATALOG


class VectorIndexError(QuiverError):
    """A vector index could not be built or searched."""

    status = _constants.QV_ERROR_INDEX


class ConflictError(QuiverError):
    """A document is not of the version that the write was to replace."""

    status = _constants.QV_ERROR_CONFLICT


class FieldError(QuiverError, ValueError):
    """A metadata value of another type than its field's, or one that cannot be."""

    status = _constants.QV_ERROR_FIELD


class DeadlineError(QuiverError, TimeoutError):
    """A search was not done in the time that it was given."""

    status = _constants.QV_ERROR_DEADLINE


class RerankingError(QuiverError):
    """A rerank function gave a score that is no number."""

    status = _constants.QV_ERROR_RERANKING


_CLASSES = {kind.status: kind for kind in QuiverError.__subclasses__()}
_NAMES = {value: name for name, value in vars(_constants).items() if name.startswith("QV_ERROR_")}


def error(status: int, message: str) -> QuiverError:
    """The exception of a status; a status of a newer library's makes a plain QuiverError."""
    return _CLASSES.get(status, QuiverError)(message, status)
