"""The table of cases: reading it, what forms its steps have, and whether an answer is the expected one."""

from __future__ import annotations

import functools
import json
import math
import pathlib
from collections.abc import Iterator

FOLDER = pathlib.Path(__file__).resolve().parent
WAYS = ("swift", "c", "python", "cli")

# What these hold is told apart; all else that a step says is one form each.
_DESCENDED = {
    "queries",
    "sources",
    "scope",
    "schema",
    "change",
    "vector_fields",
    "text_fields",
    "add_vector_field",
    "encoder",
}
# Their values are forms, too.
_CHOICES = {"combine", "fusion", "mode", "metric", "storage", "role"}
_ABOUT_THE_STEP = {"name", "operation", "expect", "error", "kept"}


class Refused(Exception):
    """A way in reported an error. `status` is a constant's name, or the exit status of a command."""

    def __init__(self, status: str | int, message: str) -> None:
        super().__init__(message)
        self.status = status


def scenarios() -> dict[str, list[dict]]:
    """The steps of each file of `cases`, with what is expected of them in "expect" or "error"."""
    found = {}
    for path in sorted((FOLDER / "cases").glob("*.json")):
        steps = _written_out(json.loads(path.read_text())["steps"])
        expected = FOLDER / "expected" / path.name
        answers = json.loads(expected.read_text()) if expected.exists() else {}
        for step in steps:
            if "error" not in step and "expect" not in step:
                step["expect"] = answers.get(step["name"], "missing in expected/")
        found[path.stem] = steps
    return found


def _written_out(value):
    """With long texts in the place of what they repeat."""
    match value:
        case {"repeated": text, "times": times}:
            return text * times
        case dict():
            return {name: _written_out(held) for name, held in value.items()}
        case list():
            return [_written_out(held) for held in value]
    return value


def told(step: dict) -> dict:
    """What a step tells its operation."""
    return {name: value for name, value in step.items() if name not in _ABOUT_THE_STEP}


def below(location: str) -> str:
    """Where an encoder is, as a case tells it."""
    return location.removeprefix(f"{FOLDER}/")


def forms(step: dict) -> set[str]:
    """What a way in must be able to do to run a step: its operation, and what it is told."""
    operation = step["operation"]
    found = {operation}
    for name, value in told(step).items():
        found.update(f"{operation} {path}" for path in _paths(name, value))
    return found


def _paths(name: str, value: object) -> Iterator[str]:
    yield name
    if name in _CHOICES:
        yield f"{name}={value}"
    if name == "keys" and value == []:
        yield "no keys"
    if name not in _DESCENDED:
        return
    if name == "queries" and isinstance(value, list) and len(value) > 1:
        yield "several queries"
    if name == "sources" and sum(not source.keys() & {"match", "sparse"} for source in value) > 1:
        yield "several sources of vectors"
    for part in value if isinstance(value, list) else [value]:
        if "vectors" in part and "like" in part:
            yield f"{name}.vectors and like"
        for inner, held in part.items():
            for path in _paths(inner, held):
                yield f"{name}.{path}"


@functools.cache
def exceptions() -> list[dict]:
    """The forms that a way in does not have, each with the reason; an operation is all forms of it."""
    return json.loads((FOLDER / "exceptions.json").read_text())


def excepted(way: str, forms: set[str]) -> set[str]:
    """Those of the forms that a way in does not have."""
    names = {one["form"] for one in exceptions() if way in one["ways"]}
    return {form for form in forms if form in names or form.split(" ")[0] in names}


def difference(expected: object, found: object, place: str = "") -> str | None:
    """Where an answer differs from the expected one; numbers may by 1e-5 of their size."""
    if isinstance(expected, bool) or isinstance(found, bool) or expected is None:
        same = expected is found
    elif isinstance(expected, (int, float)) and isinstance(found, (int, float)):
        same = expected == found or (
            not (isinstance(expected, int) and isinstance(found, int))
            and math.isclose(expected, found, rel_tol=1e-5, abs_tol=1e-6)
        )
    elif isinstance(expected, list) and isinstance(found, list):
        for number, (one, other) in enumerate(zip(expected, found)):
            if said := difference(one, other, f"{place}[{number}]"):
                return said
        same = len(expected) == len(found)
    elif isinstance(expected, dict) and isinstance(found, dict):
        for name in expected.keys() & found.keys():
            if said := difference(expected[name], found[name], f"{place}.{name}"):
                return said
        same = expected.keys() == found.keys()
    else:
        same = expected == found
    return None if same else f"{place or 'the answer'}: expected {expected!r}, found {found!r}"
