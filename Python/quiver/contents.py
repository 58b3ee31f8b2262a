"""What hits and documents carry beside key, version and score."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from . import _constants as c
from ._arguments import choice

Content = Literal["text", "vector", "fields", "columns"]
"""`vector`: rows of vector fields; `fields`: metadata; `columns`: row columns."""

Contents = Content | Iterable[Content]
"""One of them, or several, or none: `()`."""

CONTENTS = {
    "text": c.QV_WITH_TEXT,
    "vector": c.QV_WITH_VECTOR,
    "fields": c.QV_WITH_FIELDS,
    "columns": c.QV_WITH_COLUMNS,
}


def bits(contents: Contents) -> int:
    if isinstance(contents, str):
        return choice(contents, "contents", CONTENTS)
    found = 0
    for content in contents:
        found |= choice(content, "contents", CONTENTS)
    return found
