"""Sentences of texts."""

from __future__ import annotations

import ctypes

from . import _constants as c
from ._arguments import Arena, flag, text
from ._handle import Answer
from ._library import check, library
from ._structs import qv_range, qv_sentence_options


def sentences(value: str, *, language: str | None = None, wrapped: bool = False) -> list[str]:
    """Divides a text into sentences, by Unicode's rules but not behind abbreviations and initials.

    Together they are the text: white space belongs to the sentence before it. `language` is an ISO
    639-1 code; abbreviations are known of de, es, fr, it, pt and ru. Where a line end is white space,
    unless an empty line or an item of a list follows, the text is `wrapped`.
    """
    data = text(value, "a text")
    arena = Arena()
    options = qv_sentence_options(flags=c.QV_SENTENCES_WRAPPED if flag(wrapped, "wrapped") else 0)
    if language is not None:
        options.language = arena.name(language, "language")
    ranges = ctypes.c_uint64()
    check(library.qv_sentences(data, len(data), ctypes.byref(options), ctypes.byref(ranges)))
    answer = Answer(ranges.value, library.qv_ranges_free)
    address, count = ctypes.c_void_p(), ctypes.c_uint64()
    check(library.qv_ranges_array(answer.handle, ctypes.byref(address), ctypes.byref(count)))
    if not count.value:
        return []
    found = (qv_range * count.value).from_address(address.value or 0)
    return [data[item.start : item.end].decode() for item in found]
