"""Encoders: models that turn texts into rows of a vector field."""

from __future__ import annotations

import ctypes
import dataclasses
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

import numpy
from numpy.typing import NDArray

from . import _constants as c
from . import _reading, errors, maintenance, schema
from ._arguments import FLOAT32, Arena, choice, flag, text, uint32, uint64
from ._arguments import path as _path
from ._handle import Answer, Handle
from ._library import check, library
from ._structs import (
    qv_encode_options,
    qv_encoded_rows,
    qv_encoder_options,
    qv_encoder_report,
    qv_row_column,
    qv_string,
)
from .documents import Rows
from .maintenance import Progress
from .schema import ColumnType

EncoderMode = Literal["sentences", "tokens"]
"""What becomes a row. `sentences`: a text; `tokens`: each token of a text, with the row columns token,
position, start and end (the bytes of the text that it was made of), all of int32."""

Role = Literal["document", "query"]
"""What a text is: to be found, or looked for. Many models want another beginning of either."""

MODES: dict[str, int] = {
    "sentences": c.QV_ENCODER_SENTENCES,
    "tokens": c.QV_ENCODER_TOKENS,
}
ROLES = {"document": c.QV_ROLE_DOCUMENT, "query": c.QV_ROLE_QUERY}

_MODE_WORDS = {number: word for word, number in MODES.items()}
_UINT64 = numpy.dtype(numpy.uint64)


@dataclasses.dataclass(frozen=True, eq=False)
class EncodedTexts:
    """The rows of some texts: one or many of each, in the order of the texts.

    Arrays are read-only and lie in the library's memory, which lives as long as any of them does.
    """

    rows: NDArray[numpy.float32]
    """[rows × dimension]."""
    ends: NDArray[numpy.uint64]
    """[texts + 1]: rows ends[t] to before ends[t + 1] are those of text t."""
    token_counts: NDArray[numpy.uint64]
    """[texts]: tokens that were read of each text, special ones included."""
    columns: Mapping[str, NDArray]
    """Row columns by name, [rows] each."""

    def __len__(self) -> int:
        return len(self.token_counts)

    def __getitem__(self, index: int) -> Rows:
        """The rows of one text, as a Document takes them."""
        number = range(len(self))[index]
        first, end = int(self.ends[number]), int(self.ends[number + 1])
        columns = {name: values[first:end] for name, values in self.columns.items()}
        return Rows(self.rows[first:end], columns)


class Encoder(Handle):
    """An open encoder, used from any thread. Close it, or use it in a `with` statement.

    `folder` is one as Hugging Face has them, of a BERT model: config.json, tokenizer.json,
    model.safetensors. Texts are cut at `maximum_tokens` (None: the folder's), special ones included; of
    each row the first `prefix_dimension` numbers are kept (None: all). In mode "tokens" the tokens that
    the model wants around a text become rows, too, with `special_tokens`, and rows are reduced by
    `reduction`, a file of `train_reduction`. Raises EncoderError for a folder that cannot be used.
    """

    _close = "qv_close_encoder"

    def __init__(
        self,
        folder: str | bytes | os.PathLike,
        *,
        mode: EncoderMode = "sentences",
        special_tokens: bool = False,
        reduction: str | bytes | os.PathLike | None = None,
        maximum_tokens: int | None = None,
        prefix_dimension: int | None = None,
    ) -> None:
        arena = Arena()
        options = qv_encoder_options(
            mode=choice(mode, "mode", MODES),
            flags=c.QV_ENCODER_SPECIAL_TOKENS if flag(special_tokens, "special_tokens") else 0,
            maximum_tokens=_limit(maximum_tokens, "maximum_tokens"),
            prefix_dimension=_limit(prefix_dimension, "prefix_dimension"),
        )
        if reduction is not None:
            options.reduction = arena.bytes(_path(reduction, "reduction"))
        place = _path(folder, "folder")
        encoder = ctypes.c_uint64()
        check(library.qv_open_encoder(place, ctypes.byref(options), ctypes.byref(encoder)))
        self._take(encoder.value)

    @classmethod
    def _of(cls, handle: int) -> Encoder:
        """The encoder of a handle that the library has given."""
        encoder = cls.__new__(cls)
        encoder._take(handle)
        return encoder

    def _take(self, handle: int) -> None:
        super().__init__(handle)
        report = qv_encoder_report()
        check(library.qv_describe_encoder(handle, ctypes.byref(report)))
        count = report.column_count
        columns = (qv_row_column * count).from_address(report.columns) if count else ()
        self._report = (
            _MODE_WORDS[report.mode],
            report.dimension,
            report.maximum_tokens,
            ctypes.string_at(report.identity).decode(),
            ctypes.string_at(report.location).decode(),
            {ctypes.string_at(column.name).decode(): column.type for column in columns},
        )

    @property
    def mode(self) -> EncoderMode:
        """What becomes a row."""
        return self._report[0]  # type: ignore[return-value]

    @property
    def dimension(self) -> int:
        """Numbers in a row."""
        return self._report[1]

    @property
    def maximum_tokens(self) -> int:
        """Tokens of a text that are read at most, special ones included."""
        return self._report[2]

    @property
    def identity(self) -> str:
        """32 hexadecimal digits, of whatever decides its rows: only rows of one identity compare."""
        return self._report[3]

    @property
    def location(self) -> str:
        """Folder and settings, as a collection remembers them."""
        return self._report[4]

    @property
    def columns(self) -> dict[str, ColumnType]:
        """The numbers beside each row: types by name."""
        return {name: schema.column_word(kind) for name, kind in self._report[5].items()}

    def encode(
        self,
        texts: Iterable[str],
        *,
        role: Role = "document",
        thread_count: int = 1,
        token_budget: int = 0,
        progress: Progress | None = None,
    ) -> NDArray[numpy.float32]:
        """The rows of texts, [rows × dimension], read-only: one a text, or one a token.

        They are the same whatever the other texts, the threads, and `token_budget`: the tokens that a
        thread takes at once, which bounds its memory; 0: the encoder's choice. `progress` is told of texts.
        """
        return self.encode_texts(
            texts,
            role=role,
            thread_count=thread_count,
            token_budget=token_budget,
            progress=progress,
        ).rows

    def encode_texts(
        self,
        texts: Iterable[str],
        *,
        role: Role = "document",
        thread_count: int = 1,
        token_budget: int = 0,
        progress: Progress | None = None,
    ) -> EncodedTexts:
        """As `encode`, with which rows are whose, row columns and counts of tokens."""
        arena = Arena()
        address, count = _strings(texts, arena)
        options = _options(role, thread_count, token_budget)
        found = ctypes.c_uint64()

        def call() -> int:
            return library.qv_encode(
                self._handle, address, count, ctypes.byref(options), ctypes.byref(found)
            )

        try:
            _calling(progress, options, call)
        except BaseException:
            if found.value:  # done when Ctrl-C arrived
                library.qv_encoded_free(found.value)
            raise
        answer = Answer(found.value, library.qv_encoded_free)
        struct = qv_encoded_rows()
        check(library.qv_encoded_array(answer.handle, ctypes.byref(struct)))
        dimension = struct.dimension
        flat = _reading.array(struct.rows, struct.row_count * dimension, FLOAT32, answer)
        return EncodedTexts(
            flat.reshape(struct.row_count, dimension),
            _reading.array(struct.ends, struct.text_count + 1, _UINT64, answer),
            _reading.array(struct.token_counts, struct.text_count, _UINT64, answer),
            _reading.columns(struct.columns, struct.column_count, answer),
        )

    def train_reduction(
        self,
        texts: Iterable[str],
        dimension: int,
        path: str | bytes | os.PathLike,
        *,
        thread_count: int = 1,
        token_budget: int = 0,
        progress: Progress | None = None,
    ) -> None:
        """Finds the `dimension` directions in which the rows of the texts' tokens vary most, and writes
        them to the file `path`: the `reduction` of another encoder. Of mode "tokens" alone."""
        arena = Arena()
        address, count = _strings(texts, arena)
        options = _options("document", thread_count, token_budget)
        number = uint32(dimension, "dimension")
        place = _path(path, "path")

        def call() -> int:
            return library.qv_train_reduction(
                self._handle, address, count, number, place, ctypes.byref(options)
            )

        _calling(progress, options, call)

    def __repr__(self) -> str:
        return f"<Encoder {self.location!r}{', closed' * self.closed}>"


def handle(encoder: Encoder | None) -> int:
    """The handle of an encoder; 0 for none. A closed one has none, which would be the collection's."""
    if encoder is None:
        return 0
    if not isinstance(encoder, Encoder):
        raise TypeError(f"encoder is of type {type(encoder).__name__}, expected Encoder")
    number = encoder._handle
    if not number:
        raise errors.HandleError("the encoder was closed")
    return number


def _limit(value: int | None, what: str) -> int:
    if value is None:
        return 0
    number = uint32(value, what)
    if number == 0:  # which in C is the default
        raise errors.ArgumentError(f"{what} is 0, expected at least 1")
    return number


def _strings(texts: Iterable[str], arena: Arena) -> tuple[int, int]:
    """The address and the count of an array of texts."""
    if isinstance(texts, (str, bytes)):
        raise TypeError("texts is one string, expected a list of texts")
    structs: Sequence[qv_string] = [
        qv_string(arena.bytes(data), len(data)) for data in (text(item, "a text") for item in texts)
    ]
    return arena.structs(structs), len(structs)


def _options(role: str, thread_count: int, token_budget: int) -> qv_encode_options:
    return qv_encode_options(
        role=choice(role, "role", ROLES),
        thread_count=uint32(thread_count, "thread_count"),
        token_budget=uint64(token_budget, "token_budget"),
    )


def _calling(
    progress: Progress | None, options: qv_encode_options, function: Callable[[], int]
) -> None:
    def call(callback: int) -> int:
        options.progress = callback
        return function()

    maintenance.calling(progress, call)
