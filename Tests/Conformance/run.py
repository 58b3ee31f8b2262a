#!/usr/bin/env python3
"""Runs the table of cases through one way in, and fails unless every case comes out as expected and every form was run.

usage: run.py cli QUIVER | run.py c PROGRAM | run.py python | run.py matrix

What was run is noted under .build/conformance; `matrix` prints it for all four ways in.
"""

from __future__ import annotations

import json
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
    excepted = {one["form"] for one in table.exceptions() if way in one["ways"]}
    all_forms, ran, wrong = set(), set(), []
    for scenario, steps in table.scenarios().items():
        with tempfile.TemporaryDirectory() as folder:
            driver = open_way(pathlib.Path(folder))
            for step in steps:
                forms = table.forms(step)
                all_forms |= forms
                if forms & excepted:
                    continue
                if said := problem(driver, step):
                    wrong.append(f"{way}: {scenario}: {step['name']}: {said}")
                else:
                    ran |= forms
            driver.close()
    wrong += [f"{way}: not run: {form}" for form in sorted(all_forms - ran - excepted)]
    wrong += [f"exceptions.json: no case has the form {form}" for form in sorted(excepted - all_forms)]
    RECORDS.mkdir(parents=True, exist_ok=True)
    record = {"table": table.digest(), "forms": sorted(ran)}
    (RECORDS / f"{way}.json").write_text(json.dumps(record))
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


def matrix() -> list[str]:
    """Prints which way in was run with which form. What is wrong with it, a line each."""
    steps = [step for steps in table.scenarios().values() for step in steps]
    excepted = {(one["form"], way): one["reason"] for one in table.exceptions() for way in one["ways"]}
    ran = {}
    for way in table.WAYS:
        path = RECORDS / f"{way}.json"
        record = json.loads(path.read_text()) if path.exists() else {}
        ran[way] = set(record["forms"]) if record.get("table") == table.digest() else None
    cases: dict[str, int] = {}
    for step in steps:
        for form in table.forms(step):
            cases[form] = cases.get(form, 0) + 1
    width = max(map(len, cases))
    print(f"{'form':{width}}  cases  " + "  ".join(f"{way:>6}" for way in table.WAYS))
    wrong = []
    for form, count in sorted(cases.items()):
        marks = []
        for way in table.WAYS:
            if (form, way) in excepted:
                marks.append("-")
            elif ran[way] is None:
                marks.append("?")
            elif form in ran[way]:
                marks.append("yes")
            else:
                marks.append("NO")
                wrong.append(f"{way}: not run: {form}")
        print(f"{form:{width}}  {count:5}  " + "  ".join(f"{mark:>6}" for mark in marks))
    print(f"{len(steps)} cases, {len(cases)} forms")
    for (form, way), reason in excepted.items():
        print(f"- {way}: {form}: {reason}")
    for way in table.WAYS:
        if ran[way] is None:
            print(f"? {way}: this table was not run through it here")
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
