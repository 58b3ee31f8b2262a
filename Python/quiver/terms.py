"""Terms of texts."""

from __future__ import annotations

import ctypes

from ._arguments import name, text
from ._library import check, library
from ._reading import names


def terms(value: str, *, language: str | None = None) -> list[str]:
    """The terms by which a text is searched for words, in their order: those that a text field of
    `language` has in its index.

    They are words by Unicode's rules, without case and accents, and with a `language`, an English
    name or an ISO 639-1 code, reduced to their stems.
    """
    data = text(value, "a text")
    stemmed = None if language is None else name(language, "language")
    found = ctypes.c_uint64()
    check(library.qv_terms(data, len(data), stemmed, ctypes.byref(found)))
    return names(found.value)
