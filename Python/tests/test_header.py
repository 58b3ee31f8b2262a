"""The binding has everything that quiver.h has, in the same form."""

import ctypes
import dataclasses
import inspect
import pathlib
import re
import unittest

import numpy
import quiver
from quiver import (
    _constants,
    _library,
    _structs,
    contents,
    encoder,
    explanation,
    options,
    queries,
    reports,
    schema,
)

import header

KINDS = {
    "handle": _library.HANDLE,
    "uint64_t": _library.COUNT,
    "uint32_t": _library.UINT32,
    "double": _library.DOUBLE,
    "string": _library.STRING,
    "pointer": _library.POINTER,
}


# What the package reads in bulk instead.
ONE_BY_ONE = {"qv_results_hit", "qv_results_hit_count", "qv_results_nanoseconds"}

# Of the same prefix as the modes.
FLAGS = {
    "QV_SEARCH_WITHIN",
    "QV_SEARCH_DISTINCT",
    "QV_SEARCH_LISTS",
    "QV_SEARCH_EXPLAIN",
    "QV_SEARCH_NO_SAMPLE",
    "QV_ENCODER_SPECIAL_TOKENS",
}

# Settings that do not have the name of their member in the struct.
SETTINGS = {
    "flags": {"distinct", "lists", "explain", "sample"},
    "candidate_count": {"list_length"},
    "timeout_nanoseconds": {"timeout"},
    "cancelled_context": set(),
    "rerank_context": set(),
    "rerank_count": set(),
    "rerank_contents": set(),
}


class HeaderTests(unittest.TestCase):
    def test_every_function_is_declared_as_in_the_header(self):
        expected = {
            name: tuple(KINDS[kind] for kind in kinds) for name, kinds in header.functions().items()
        }
        self.assertGreater(len(expected), 30)
        self.assertEqual(_library.PROTOTYPES, expected)

    def test_every_function_is_used(self):
        package = pathlib.Path(quiver.__file__).parent
        sources = "".join(
            path.read_text() for path in package.glob("*.py") if path.name != "_library.py"
        )
        for name in header.functions():
            if name not in ONE_BY_ONE:
                self.assertRegex(sources, rf'library\.{name}\b|"{name}"', name)

    def test_every_constant_has_its_value(self):
        versions = {"QV_VERSION_MAJOR", "QV_VERSION_MINOR", "QV_VERSION_PATCH"}
        expected = {k: v for k, v in header.constants().items() if k not in versions}
        found = {k: v for k, v in vars(_constants).items() if k.startswith("QV_")}
        self.assertGreater(len(expected), 50)
        self.assertEqual(found, expected)

    def test_every_struct_is_laid_out_as_by_the_c_compiler(self):
        expected = header.layouts()
        self.assertGreater(len(expected), 15)
        for name, layout in expected.items():
            with self.subTest(name):
                struct = getattr(_structs, name)
                self.assertEqual(header.layout(struct), layout)
                self.assertEqual(_structs.numpy_type(struct).itemsize, layout[""][1])
        mirrored = {name for name in vars(_structs) if name.startswith("qv_")}
        self.assertEqual(mirrored, set(expected))

    def test_numpy_reads_a_struct_as_ctypes_does(self):
        struct = _structs.qv_hit(score=1.5, row=7)
        struct.key.integer = 1 << 63
        record = numpy.frombuffer(bytes(struct), _structs.numpy_type(_structs.qv_hit))[0]
        self.assertEqual(record["struct_size"], ctypes.sizeof(struct))
        self.assertEqual(record["score"], 1.5)
        self.assertEqual(record["key"]["integer"], 1 << 63)
        self.assertEqual(record["row"], 7)

    def test_every_status_has_an_exception_class(self):
        names = [name for name in header.constants() if name.startswith("QV_ERROR_")]
        classes = set()
        for name in names:
            error = quiver.errors.error(header.constants()[name], "…")
            self.assertIsNot(type(error), quiver.QuiverError, name)
            self.assertEqual(error.name, name)
            self.assertIn(type(error).__name__, quiver.__all__)
            classes.add(type(error))
        self.assertEqual(len(classes), len(names))

    def test_a_status_of_a_newer_library_is_an_error(self):
        error = quiver.errors.error(999, "new")
        self.assertIs(type(error), quiver.QuiverError)
        self.assertEqual((error.status, error.name, str(error)), (999, "unknown status", "new"))

    def test_reports_have_every_field_of_their_structs(self):
        for report, struct in [
            (reports.Receipt, "qv_receipt"),
            (reports.Statistics, "qv_statistics"),
            (reports.Verification, "qv_verification"),
            (reports.RepairReport, "qv_repair_report"),
            (reports.NeighbourSummary, "qv_neighbour_summary"),
        ]:
            fields = [f for f in header.structs()[struct] if f not in ("struct_size", "reserved")]
            self.assertEqual([f.name for f in dataclasses.fields(report)], fields)

    def test_a_search_takes_every_field_of_its_struct(self):
        members = set(header.structs()["qv_search_options"]) - {
            "struct_size",
            "k",
            "excluded_count",
        }
        fields = set().union(*(SETTINGS.get(member, {member}) for member in members))
        self.assertEqual(set(options.SearchOptions.__annotations__), fields)
        self.assertEqual(set(options._FILL), fields)

    def test_neighbours_take_every_field_of_their_struct(self):
        members = set(header.structs()["qv_neighbour_options"]) - {
            *("struct_size", "reserved", "flags", "dimension", "vector_count", "context"),
        }
        parameters = inspect.signature(quiver.Collection.neighbours).parameters
        self.assertEqual(set(parameters) - {"self", "path"}, members)

    def test_encoders_and_put_take_every_field_of_their_structs(self):
        known = {"struct_size", "reserved", "flags", "context"}
        members = set(header.structs()["qv_encoder_options"]) - known | {"special_tokens"}
        parameters = inspect.signature(quiver.Encoder.__init__).parameters
        self.assertEqual(set(parameters) - {"self", "folder"}, members)
        members = set(header.structs()["qv_encode_options"]) - known
        parameters = inspect.signature(quiver.Encoder.encode).parameters
        self.assertEqual(set(parameters) - {"self", "texts"}, members)
        members = set(header.structs()["qv_put_options"]) - known | {"insert"}
        parameters = inspect.signature(quiver.Collection.put).parameters
        self.assertEqual(set(parameters) - {"self", "documents"}, members)

    def test_words_stand_for_every_constant(self):
        for prefix, words in [
            ("QV_METRIC_", schema.METRICS),
            ("QV_STORAGE_", schema.STORAGES),
            ("QV_FIELD_", schema.FIELD_TYPES),
            ("QV_COLUMN_", {word: number for word, (number, _) in schema.COLUMN_TYPES.items()}),
            ("QV_WITH_", contents.CONTENTS),
            ("QV_SEARCH_", options.MODES),
            ("QV_COMBINE_", queries.COMBINATIONS),
            ("QV_FUSE_", {**queries.FUSIONS, "custom": 2}),
            ("QV_METHOD_", explanation.METHODS),
            ("QV_ENCODER_", encoder.MODES),
            ("QV_ROLE_", encoder.ROLES),
        ]:
            expected = {
                name.removeprefix(prefix).replace("_", "").lower(): value
                for name, value in header.constants().items()
                if name.startswith(prefix) and name != "QV_FIELD_NULL" and name not in FLAGS
            }
            self.assertEqual({word.lower(): value for word, value in words.items()}, expected)

    def test_versions_are_the_same(self):
        constants = header.constants()
        version = ".".join(str(constants[f"QV_VERSION_{p}"]) for p in ("MAJOR", "MINOR", "PATCH"))
        self.assertEqual(quiver.version(), version)
        self.assertEqual(quiver.__version__, version)

    def test_everything_public_has_a_docstring(self):
        for name in quiver.__all__:
            thing = getattr(quiver, name)
            if not callable(thing) or not re.match("quiver", getattr(thing, "__module__", "")):
                continue
            self.assertTrue(thing.__doc__, name)


if __name__ == "__main__":
    unittest.main()
