#!/usr/bin/env python3
"""Runs the table of cases through one way in, and fails unless every case comes out as expected and
every form was run.

usage: run.py cli QUIVER | run.py c PROGRAM | run.py python | run.py matrix

What was run is noted under .build/conformance; `matrix` prints it for all four ways in.
"""

from __future__ import annotations

import pathlib
import sys
import tempfile
from collections.abc import Callable
from typing import Protocol

import table
from table import Refused

RECORDS = table.FOLDER.parent.parent / ".build" / "conformance"


class WayIn(Protocol):
    """One store, asked through one way in."""

    def answer(self, step: dict) -> object:
        """The answer in the table's form; raises Refused, and anything else for what the way in cannot be told."""

    def close(self) -> None: ...


def run(way: str, open_way: Callable[[pathlib.Path], WayIn]) -> list[str]:
    """What is wrong with a way in, a line each. Notes the forms that it was run with."""
    all_forms, ran, wrong = set(), set(), []
    RECORDS.mkdir(parents=True, exist_ok=True)
    for scenario, steps in table.scenarios().items():
        with tempfile.TemporaryDirectory() as folder:
            driver = open_way(pathlib.Path(folder))
            passed = []
            for step in steps:
                forms = table.forms(step)
                all_forms |= forms
                said = problem(driver, step)
                if table.excepted(way, forms):
                    if not said:
                        wrong.append(f"{way}: {scenario}: {step['name']}: needs no exception")
                elif said:
                    wrong.append(f"{way}: {scenario}: {step['name']}: {said}")
                else:
                    ran |= forms
                    passed.append(f"{scenario}: {step['name']}\n")
            driver.close()
        (RECORDS / f"{way}-{scenario}.txt").write_text("".join(passed))
    missing = all_forms - ran
    missing -= table.excepted(way, missing)
    wrong += [f"{way}: not run: {form}" for form in sorted(missing)]
    named = {one["form"] for one in table.exceptions()}
    wrong += [f"exceptions.json: no case has the form {form}" for form in sorted(named - all_forms)]
    return wrong


def problem(driver: WayIn, step: dict) -> str | None:
    try:
        found = driver.answer(step)
    except Refused as refused:
        return error_problem(step, refused)
    except Exception as failure:
        return f"cannot be asked: {type(failure).__name__}: {failure}"
    if "error" in step:
        return f"expected {step['error']['status']}, found the answer {found!r}"
    return table.difference(step["expect"], found)


def error_problem(step: dict, refused: Refused) -> str | None:
    if "error" not in step:
        return f"refused: {refused.status}: {refused}"
    expected = step["error"]
    status = expected.get("exit", 1) if isinstance(refused.status, int) else expected["status"]
    if status != refused.status:
        return f"expected {status}, found {refused.status}: {refused}"
    if expected["message"] not in str(refused):
        return f"expected a message with {expected['message']!r}, found {refused}"
    return None


def recorded(way: str) -> set[str] | None:
    """The forms that a way in was run with, if that was since the table was last changed."""
    changed = max(path.stat().st_mtime for path in table.FOLDER.rglob("*.json"))
    records = [path for path in RECORDS.glob(f"{way}-*.txt") if path.stat().st_mtime >= changed]
    if not records:
        return None
    passed = {line for path in records for line in path.read_text().splitlines()}
    found: set[str] = set()
    for scenario, steps in table.scenarios().items():
        found.update(
            *(table.forms(step) for step in steps if f"{scenario}: {step['name']}" in passed)
        )
    return found


def matrix() -> list[str]:
    """Prints how many forms of each operation each way in was run with. What is wrong, a line each."""
    forms: dict[str, set[str]] = {}
    for steps in table.scenarios().values():
        for step in steps:
            forms.setdefault(step["operation"], set()).update(table.forms(step))
    ran = {way: recorded(way) for way in table.WAYS}
    wrong = []
    print(f"{'operation':16} forms  " + "  ".join(f"{way:>6}" for way in table.WAYS))
    for operation, wanted in sorted(forms.items()):
        counts = []
        for way in table.WAYS:
            found = ran[way]
            if found is None:
                counts.append("?")
                continue
            counts.append(str(len(wanted & found)))
            missing = wanted - found
            missing -= table.excepted(way, missing)
            wrong += [f"{way}: not run: {form}" for form in sorted(missing)]
        print(f"{operation:16} {len(wanted):5}  " + "  ".join(f"{count:>6}" for count in counts))
    for one in table.exceptions():
        print(f"not through {', '.join(one['ways'])}: {one['form']}: {one['reason']}")
    for way in table.WAYS:
        if ran[way] is None:
            print(f"?: not run through {way} here since the table was last changed")
    return wrong


def main(arguments: list[str]) -> list[str]:
    match arguments:
        case ["cli", program]:
            import way_cli

            return run("cli", lambda folder: way_cli.CommandLine(program, folder))
        case ["c", program]:
            import way_c

            return run("c", lambda folder: way_c.Program(program, folder))
        case ["python"]:
            import way_python

            return run("python", way_python.Package)
        case ["matrix"]:
            return matrix()
    sys.exit(__doc__)


if __name__ == "__main__":
    if problems := main(sys.argv[1:]):
        sys.exit("\n".join(problems))
    if sys.argv[1] != "matrix":
        count = sum(map(len, table.scenarios().values()))
        print(f"conformance: {count} cases through {sys.argv[1]}")
