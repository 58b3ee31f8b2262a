"""What include/quiver.h declares."""

import ctypes
import pathlib
import re
import subprocess
import tempfile

from support import ROOT

PATH = ROOT / "include/quiver.h"
TEXT = re.sub(r"/\*.*?\*/", "", PATH.read_text(encoding="utf-8"), flags=re.DOTALL)

# The kind of a parameter, as _library has them, by how its type begins.
HANDLES = (
    "qv_store",
    "qv_collection",
    "qv_results",
    "qv_documents",
    "qv_names",
    "qv_schema",
    "qv_ranges",
    "qv_owners",
    "qv_tuning",
    "qv_clustering",
    "qv_encoder",
    "qv_encoded",
)


def constants() -> dict[str, int]:
    found = re.findall(r"^#define (QV_[A-Z0-9_]+) (\d+|UINT64_MAX)u?\s*$", TEXT, re.MULTILINE)
    return {name: (1 << 64) - 1 if value == "UINT64_MAX" else int(value) for name, value in found}


def functions() -> dict[str, list[str]]:
    """Parameters of each function that returns a status: "handle", "uint64_t", "uint32_t", "string"
    or "pointer"."""
    found = re.findall(r"^qv_status (qv_\w+)\(([^)]*)\);", TEXT, re.MULTILINE)
    return {name: [_kind(part.split()) for part in text.split(",")] for name, text in found}


def _kind(words: list[str]) -> str:
    if words[:2] == ["const", "char"] and re.fullmatch(r"\*\w+", words[2]):
        return "string"
    if "*" in words[-1]:
        return "pointer"
    return "handle" if words[0] in HANDLES else words[0]


def structs() -> dict[str, list[str]]:
    """The fields of each struct."""
    found = re.findall(r"typedef struct (qv_\w+) \{(.*?)\} \1;", TEXT, re.DOTALL)
    return {name: re.findall(r"(\w+);", body) for name, body in found}


def layouts() -> dict[str, dict[str, tuple[int, int]]]:
    """Offset and size of each field of each struct, and the struct's own size as that of "", by
    what the C compiler says."""
    lines = []
    for name, fields in structs().items():
        lines.append(f'printf("{name}  0 %zu\\n", sizeof({name}));')
        for field in fields:
            place = f"offsetof({name}, {field}), sizeof((({name} *)0)->{field})"
            lines.append(f'printf("{name} {field} %zu %zu\\n", {place});')
    program = "\n".join(
        ["#include <quiver.h>", "#include <stddef.h>", "#include <stdio.h>", "int main(void) {"]
        + lines
        + ["return 0; }"]
    )
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "layout.c"
        source.write_text(program)
        built = source.with_suffix("")
        subprocess.run(["cc", "-std=c11", "-I", PATH.parent, source, "-o", built], check=True)
        output = subprocess.run([built], check=True, capture_output=True, text=True).stdout
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for line in output.splitlines():
        name, field, offset, size = line.split(" ")
        found.setdefault(name, {})[field] = int(offset), int(size)
    return found


def layout(struct: type[ctypes.Structure]) -> dict[str, tuple[int, int]]:
    """The same, as ctypes lays it out."""
    found = {"": (0, ctypes.sizeof(struct))}
    for name, _ in struct._fields_:
        place = getattr(struct, name)
        found[name] = place.offset, place.size
    return found
