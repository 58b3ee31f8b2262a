"""Texts, divided into sentences."""

from __future__ import annotations

import ctypes

import numpy
from numpy.typing import NDArray

from . import _constants as c
from ._arguments import Arena
from ._library import check, library
from ._structs import qv_sentence_options


def sentences(
    text: str | bytes, *, language: str | None = None, wrapped: bool = False
) -> NDArray[numpy.int64]:
    """The sentences of a text: [n × 2], the first byte of each in the text's UTF-8 and the byte
    behind its last. They tile it: each byte is in one of them, white space in the one before it.

    By Unicode's rules, but not behind abbreviations and initials. `language` (ISO 639-1: "de") adds
    the abbreviations that ICU knows of it; `wrapped` takes a line's end for white space, unless an
    empty line or an item of a list follows. Takes time linear in the text.
    """
    data = text.encode() if isinstance(text, str) else bytes(text)
    arena = Arena()
    options = qv_sentence_options(flags=c.QV_SENTENCES_WRAPPED if wrapped else 0)
    if language is not None:
        options.language = arena.name(language, "language")
    ranges = ctypes.c_uint64()
    check(library.qv_sentences(data, len(data), ctypes.byref(options), ctypes.byref(ranges)))
    try:
        array, count = ctypes.c_void_p(), ctypes.c_uint64()
        check(library.qv_ranges_array(ranges, ctypes.byref(array), ctypes.byref(count)))
        found = numpy.empty((count.value, 2), dtype=numpy.int64)
        if count.value:
            ctypes.memmove(found.ctypes.data, array.value, found.nbytes)
        return found
    finally:
        check(library.qv_ranges_free(ranges))
