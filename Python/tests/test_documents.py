"""Writing and reading documents: keys, texts, metadata, rows and row columns."""

import datetime
import math
import unittest

import numpy
import quiver
from quiver import Document, DocumentArrays, FieldUpdate, Rows, Timestamp, _arguments

from support import StoreTestCase

EVERY_TYPE = {
    "s": "string",
    "i": "int64",
    "d": "double",
    "b": "bool",
    "t": "timestamp",
    "ss": "strings",
    "by": "bytes",
    "is": "int32s",
    "sp": "sparse",
}


class WriteTests(StoreTestCase):
    def test_receipts(self):
        c = self.collection()
        one, two = Document(1, [1, 2, 3]), Document("two", [1, 2, 3], "text")
        receipt = c.upsert([one, two])
        self.assertEqual((receipt.inserted_count, receipt.replaced_count), (2, 0))
        receipt = c.upsert(one)
        self.assertEqual((receipt.inserted_count, receipt.replaced_count), (0, 1))
        self.assertEqual(receipt.commit, c.statistics().commit)
        with self.assertRaises(quiver.ExistsError):
            c.insert([Document(3, [1, 2, 3]), one])
        self.assertIsNone(c.get(3))
        self.assertEqual(c.insert(Document(3, [1, 2, 3])).inserted_count, 1)
        receipt = c.delete(["two", 2])
        self.assertEqual((receipt.deleted_count, receipt.missing_count), (1, 1))
        self.assertEqual(c.delete(1).deleted_count, 1)
        self.assertEqual(c.delete("1").missing_count, 1)
        self.assertEqual(c.upsert([]).inserted_count, 0)
        self.assertEqual(c.delete([]).deleted_count, 0)
        self.assertEqual(c.upsert(document for document in [one]).inserted_count, 1)

    def test_keys(self):
        c = self.collection()
        keys = [0, 7, (1 << 63) + 1, (1 << 64) - 1, "7", "a", "ä", "x" * 480, "\0", "日本", "🦆"]
        c.upsert([Document(key, [1, 2, 3], str(key)) for key in keys])
        self.assertEqual([document.key for document in c.scan()][:4], keys[:4])
        for key in keys:
            found = c.get(key, "text")
            self.assertEqual((found.key, found.text), (key, str(key)))
            self.assertIs(type(found.key), type(key))
        self.assertEqual(c.get(numpy.uint8(7)).key, 7)
        for key in ["", "x" * 481, "ä" * 241, -1, 1 << 64]:
            with self.assertRaises(quiver.InvalidKeyError):
                c.get(key)
            with self.assertRaises(quiver.InvalidKeyError):
                c.upsert(Document(key, [1, 2, 3]))
        for key in [None, 1.0, b"bytes", True, numpy.True_, (1,), object()]:
            with self.assertRaises(TypeError):
                c.get_batch([key])
            with self.assertRaises(TypeError):
                c.upsert(Document(key, [1, 2, 3]))
        for keys in ["abc", b"abc"]:
            with self.assertRaises(TypeError):
                c.get_batch(keys)
        with self.assertRaises(quiver.ArgumentError):
            c.get("\ud800")
        with self.assertRaises(quiver.InvalidKeyError):
            c.upsert([Document("x", [1, 2, 3]), Document("x", [1, 2, 3])])

    def test_texts(self):
        c = self.collection()
        texts = [None, "", "a\0b", "ünïcödé 日本 🦆", "long " * 300_000]
        c.upsert([Document(number, [1, 2, 3], text) for number, text in enumerate(texts)])
        found = c.get_batch(range(len(texts) + 1), "text")
        self.assertEqual([d and d.text for d in found], texts + [None])
        self.assertIsNone(found[-1])
        with self.assertRaises(quiver.TooLargeError):
            c.upsert(Document("x", [1, 2, 3], "x" * ((64 << 20) + 1)))
        with self.assertRaises(quiver.ArgumentError):
            c.upsert(Document("x", [1, 2, 3], "\udc80"))
        with self.assertRaises(TypeError):
            c.upsert(Document("x", [1, 2, 3], b"bytes"))
        for documents in [Document, [1], "abc", [None], 7]:
            with self.assertRaises(TypeError):
                c.upsert(documents)

    def test_expected_versions(self):
        c = self.collection()
        first = c.upsert(Document("a", [1, 2, 3])).commit
        second = c.upsert(Document("a", [2, 2, 3], expected_version=first)).commit
        self.assertEqual(c.get("a").version, second)
        with self.assertRaises(quiver.ConflictError):
            c.upsert(Document("a", [3, 2, 3], expected_version=first))
        with self.assertRaises(quiver.ConflictError):
            c.upsert(Document("b", [3, 2, 3], expected_version=0))
        with self.assertRaises(quiver.ArgumentError):
            c.insert(Document("b", [3, 2, 3], expected_version=1))
        with self.assertRaises(quiver.ArgumentError):
            c.upsert(Document("b", [3, 2, 3], expected_version=-1))


class FieldTests(StoreTestCase):
    def fields(self):
        return self.store.create_collection("f", fields=EVERY_TYPE)

    def test_values_of_every_type(self):
        c = self.fields()
        moment = datetime.datetime(2024, 5, 1, 9, 0, 0, 250_001, datetime.timezone.utc)
        values = {
            "s": "text\0ü",
            "i": -(1 << 63),
            "d": math.pi,
            "b": True,
            "t": Timestamp(-1, 999_999_999),
            "ss": ["a", "", "ü\0"],
            "by": b"\0\xff",
            "is": numpy.array([-(1 << 31), 0, (1 << 31) - 1], numpy.int32),
            "sp": quiver.SparseVector([(1 << 32) - 1, 3], [0.5, 2.0]),
        }
        c.upsert(
            [
                Document("full", fields=values),
                Document("null", fields=dict.fromkeys(values)),
                Document("none"),
                Document(
                    "empty", fields={"s": "", "ss": [], "by": b"", "is": numpy.empty(0, "i4")}
                ),
                Document(
                    "others",
                    fields={
                        "t": moment,
                        "is": [1, 2],
                        "ss": ("x",),
                        "by": bytearray(b"x"),
                        "i": numpy.int8(-3),
                        "d": numpy.float32(0.5),
                        "b": numpy.False_,
                        "sp": {9: 1.5},
                    },
                ),
            ]
        )
        full, null, none, empty, others = c.get_batch(
            ["full", "null", "none", "empty", "others"], "fields"
        )
        numpy.testing.assert_array_equal(full.fields["is"], values["is"])
        self.assertEqual({**full.fields, "is": 0, "sp": 0}, {**values, "is": 0, "sp": 0})
        self.assertEqual(full.fields["sp"].indices.tolist(), [3, (1 << 32) - 1])
        self.assertEqual(full.fields["sp"].values.tolist(), [2.0, 0.5])
        self.assertEqual(others.fields["sp"].indices.tolist(), [9])
        self.assertEqual(list(full.fields), list(EVERY_TYPE))
        self.assertEqual(null.fields, dict.fromkeys(values))
        self.assertEqual(none.fields, {})
        self.assertEqual(
            {**empty.fields, "is": len(empty.fields["is"])}, {"s": "", "ss": [], "by": b"", "is": 0}
        )
        self.assertEqual(others.fields["t"].to_datetime(), moment)
        self.assertEqual(others.fields["is"].tolist(), [1, 2])
        self.assertEqual(others.fields["is"].dtype, numpy.int32)
        self.assertEqual(
            (others.fields["i"], others.fields["d"], others.fields["b"]), (-3, 0.5, False)
        )
        self.assertIs(type(others.fields["b"]), bool)

    def test_values_that_cannot_be(self):
        c = self.fields()
        for error, fields in [
            (quiver.FieldError, {"i": "1"}),
            (quiver.FieldError, {"i": 1.0}),
            (quiver.FieldError, {"i": True}),
            (quiver.FieldError, {"d": math.nan}),
            (quiver.FieldError, {"d": math.inf}),
            (quiver.FieldError, {"is": []}),
            (quiver.FieldError, {"t": Timestamp(1 << 62, 0)}),
            (quiver.NotFoundError, {"unknown": 1}),
            (quiver.ArgumentError, {"i": 1 << 63}),
            (quiver.ArgumentError, {"t": Timestamp(0, 1_000_000_000)}),
            (quiver.ArgumentError, {"t": Timestamp(0, -1)}),
            (quiver.ArgumentError, {"t": Timestamp(0.5, 0)}),
            (quiver.ArgumentError, {"t": datetime.datetime(2024, 1, 1)}),
            (quiver.ArgumentError, {"is": [1 << 31]}),
            (quiver.ArgumentError, {"is": [1.5]}),
            (quiver.ArgumentError, {"is": [[1], [2]]}),
            (quiver.ArgumentError, {"is": [[1], [2, 3]]}),
            (quiver.ArgumentError, {"ss": ["a", 1]}),
            (quiver.ArgumentError, {"ss": ["\ud800"]}),
            (quiver.ArgumentError, {"s": "\ud800"}),
            (quiver.ArgumentError, {"a\0b": 1}),
            (TypeError, {"i": object()}),
            (TypeError, {"i": 1j}),
            (TypeError, {1: 1}),
            (TypeError, [("i", 1)]),
        ]:
            with self.subTest(fields=fields), self.assertRaises(error):
                c.upsert(Document("x", fields=fields))
        self.assertEqual(c.count(), 0)

    def test_updates(self):
        c = self.fields()
        version = c.upsert(Document("a", fields={"i": 1, "s": "one"}, text="text")).commit
        receipt = c.update(FieldUpdate("a", {"i": 2}, removed=["s"], expected_version=version))
        self.assertEqual(receipt.updated_count, 1)
        found = c.get("a", ("fields", "text"))
        self.assertEqual((found.fields, found.text), ({"i": 2}, "text"))
        with self.assertRaises(quiver.ConflictError):
            c.update([FieldUpdate("a", {"i": 3}, expected_version=version)])
        with self.assertRaises(quiver.NotFoundError):
            c.update([FieldUpdate("a", {"i": 3}), FieldUpdate("b", {"i": 3})])
        self.assertEqual(c.get("a", "fields").fields, {"i": 2})
        for error, update in [
            (TypeError, "a"),
            (TypeError, Document("a")),
            (TypeError, FieldUpdate("a", removed="i")),
            (quiver.NotFoundError, FieldUpdate("a", removed=["unknown"])),
            (quiver.FieldError, FieldUpdate("a", {"i": ""})),
        ]:
            with self.assertRaises(error):
                c.update([update])

    def test_filters(self):
        c = self.fields()
        c.upsert([Document(n, fields={"i": n, "s": "odd" if n % 2 else "even"}) for n in range(50)])
        self.assertEqual(c.count("i >= 40 and s = 'odd'"), 5)
        self.assertEqual([d.key for d in c.scan("i < 5")], [0, 1, 2, 3, 4])
        found = list(c.scan("s in ('odd')", contents="fields", after=40, limit=3, page=2))
        self.assertEqual([d.fields["i"] for d in found], [41, 43, 45])
        self.assertEqual([d.key for d in c.scan(limit=0)], [])
        self.assertEqual(len(list(c.scan(page=50))), 50)
        self.assertEqual(c.delete_where("i < 45").deleted_count, 45)
        self.assertEqual(c.count(), 5)
        for filter in ["", "i >", "i = 'x'", "(" * 10_000, "nothing = 1"]:
            for call in [c.count, c.delete_where, lambda text: list(c.scan(text))]:
                with (
                    self.subTest(filter=filter[:20]),
                    self.assertRaises((quiver.SearchError, quiver.NotFoundError)),
                ):
                    call(filter)
        for call in [c.count, c.delete_where, lambda text: list(c.scan(text))]:
            with self.assertRaises(quiver.ArgumentError):
                call("i = 1\0")
            with self.assertRaises(TypeError):
                call(7)
        with self.assertRaises(TypeError):
            c.delete_where(None)


class RowTests(StoreTestCase):
    def words(self):
        return self.store.create_collection(
            "w",
            vector_fields=[
                quiver.VectorField(
                    "token", 4, "innerProduct", columns={"next": "int32", "at": "float32"}
                ),
                quiver.VectorField("page", 2, optional=True, storage="float16", index="exact"),
            ],
        )

    def test_rows_and_columns(self):
        c = self.words()
        rows = numpy.arange(12, dtype=numpy.float32).reshape(3, 4)
        columns = {
            "next": numpy.array([5, -6, 7], numpy.int32),
            "at": numpy.array([0.5, 1.5, 2.5], numpy.float32),
        }
        c.upsert(
            [
                Document("a", vectors={"token": Rows(rows, columns), "page": [[1, 2], [3, 4]]}),
                Document(
                    "b", vectors={"token": Rows(rows[:1], {k: v[:1] for k, v in columns.items()})}
                ),
            ]
        )
        for opened in [c, self.store.open_collection("w")]:
            a = opened.get("a", ("vector", "columns"))
            numpy.testing.assert_array_equal(a.vectors["token"], rows)
            numpy.testing.assert_array_equal(a.vectors["page"], [[1, 2], [3, 4]])
            self.assertIsNone(a.vector)
            self.assertEqual(list(a.columns), ["token"])
            for name, values in columns.items():
                numpy.testing.assert_array_equal(a.columns["token"][name], values)
                self.assertEqual(a.columns["token"][name].dtype, values.dtype)
        only = c.get("a", "columns")
        self.assertEqual((only.vectors, list(only.columns["token"])), ({}, ["next", "at"]))
        hit = c.search(rows[2], 1, vector_field="token", contents=("vector", "columns"))[0]
        self.assertEqual((hit.key, hit.row, hit.columns), ("a", 2, {"next": 7, "at": 2.5}))
        numpy.testing.assert_array_equal(hit.vector, rows[2])
        pages = c.search([1, 1], vector_field="page")
        self.assertEqual([(hit.key, hit.row) for hit in pages], [("a", 1), ("a", 0)])

    def test_rows_that_cannot_be(self):
        c = self.words()
        good = {"next": numpy.zeros(1, "i4"), "at": numpy.zeros(1, "f4")}
        row = [1, 2, 3, 4]
        for error, vectors in [
            (quiver.VectorError, {}),
            (quiver.VectorError, {"page": [1, 2]}),
            (quiver.VectorError, {"token": row}),
            (quiver.VectorError, {"token": Rows([row, row], good)}),
            (quiver.VectorError, {"token": Rows([1, 2, 3, 4] * 2, good)}),
            (quiver.VectorError, {"token": Rows([[1, 2], [3, 4]], good)}),
            (quiver.VectorError, {"token": Rows([math.nan] * 4, good)}),
            (quiver.VectorError, {"token": Rows(row, good), "page": [1e6, 0]}),
            (quiver.VectorError, {"token": Rows(row, {**good, "at": numpy.zeros(1, "i4")})}),
            (quiver.NotFoundError, {"token": Rows(row, {**good, "x": numpy.zeros(1, "i4")})}),
            (quiver.NotFoundError, {"token": Rows(row, good), "other": row}),
            (quiver.ArgumentError, {"token": Rows(row, {**good, "at": numpy.zeros(1)})}),
            (quiver.ArgumentError, {"token": Rows(row, {**good, "at": numpy.zeros((1, 1), "f4")})}),
            (quiver.ArgumentError, {"token": Rows(row, {**good, "at": numpy.zeros(1, ">f4")})}),
            (quiver.ArgumentError, {"token": Rows(row, {**good, "at": ["x"]})}),
            (quiver.ArgumentError, {"to\0ken": row}),
            (TypeError, {3: row}),
        ]:
            with self.subTest(vectors=vectors), self.assertRaises(error):
                c.upsert(Document("x", vectors=vectors))
        self.assertEqual(c.count(), 0)


class ArrayTests(StoreTestCase):
    def test_arrays_are_taken_as_they_are_or_converted(self):
        c = self.collection()
        wanted = numpy.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], numpy.float32)
        unaligned = (
            numpy.frombuffer(b"x" + wanted.tobytes(), numpy.uint8)[1:].view("f4").reshape(3, 3)
        )
        self.assertFalse(unaligned.flags.aligned)
        read_only = wanted.copy()
        read_only.flags.writeable = False
        for vectors in [
            wanted,
            wanted.T.copy().T,
            numpy.repeat(wanted, 2, axis=1)[:, ::2],
            wanted[::-1][::-1],
            wanted.astype(float),
            wanted.astype(numpy.float16),
            wanted.astype(numpy.int8),
            wanted.astype(">f4"),
            wanted.tolist(),
            unaligned,
            read_only,
        ]:
            c.upsert(DocumentArrays([1, 2, 3], vectors))
            found = c.get_batch([1, 2, 3], "vector")
            numpy.testing.assert_array_equal([d.vector[0] for d in found], wanted)
            hits = c.search_batch(vectors, 1)
            numpy.testing.assert_array_equal(hits.integer_keys, [[1], [2], [3]])
            numpy.testing.assert_array_equal(hits.scores, [[0], [0], [0]])

    def test_what_is_float32_in_c_order_is_not_copied(self):
        array = numpy.ones((4, 3), numpy.float32)
        array.flags.writeable = False
        for part in [array, array[1:3], array[2], numpy.empty((0, 3), numpy.float32)]:
            self.assertIs(_arguments.numbers(part, "rows"), part)
            self.assertEqual(_arguments.address(part), part.ctypes.data)
        for part in [array.T, array[:, :2], array.astype(float), array[::2]]:
            self.assertIsNot(_arguments.numbers(part, "rows"), part)

    def test_arrays_that_cannot_be(self):
        c = self.collection()
        for error, vectors in [
            (quiver.ArgumentError, numpy.ones(3)),
            (quiver.ArgumentError, numpy.ones((1, 2, 3))),
            (quiver.ArgumentError, numpy.ones((3, 3))),
            (quiver.ArgumentError, numpy.ones((2, 3), complex)),
            (quiver.ArgumentError, numpy.ones((2, 3), object)),
            (quiver.ArgumentError, [["a", "b", "c"]] * 2),
            (quiver.ArgumentError, [[1, 2, 3], [4, 5]]),
            (quiver.VectorError, None),
            (quiver.VectorError, numpy.ones((2, 6), numpy.float32)),
            (quiver.VectorError, numpy.ones((2, 2))),
            (quiver.VectorError, numpy.ones((2, 0))),
            (quiver.VectorError, numpy.ones((2, 70_000))),
            (quiver.VectorError, [[1, 2, 3], [1, math.nan, 3]]),
            (quiver.VectorError, [[1, 2, 3], [1, 1e300, 3]]),
        ]:
            with self.subTest(vectors=vectors), self.assertRaises(error):
                c.upsert(DocumentArrays([1, 2], vectors))
        for error, vector in [
            (quiver.ArgumentError, 1.0),
            (quiver.ArgumentError, numpy.ones((1, 1, 3))),
            (quiver.VectorError, numpy.ones((2, 6))),
            (quiver.VectorError, numpy.ones((3, 1))),
            (quiver.VectorError, numpy.ones(6)),
            (quiver.VectorError, []),
            (quiver.VectorError, None),
        ]:
            with self.subTest(vector=vector), self.assertRaises(error):
                c.upsert(Document(1, vector))
        self.assertEqual(c.count(), 0)

    def test_keys_of_arrays(self):
        c = self.collection()
        ones = numpy.ones((3, 3))
        for keys in [
            numpy.array([1, 2, 1 << 63], numpy.uint64),
            numpy.array([1, 2, 3], numpy.int16),
            numpy.array(["a", "ü", "日本"]),
            numpy.array(["a", 1, "b"], object),
            ["a", "b", "c"],
            ["a", 7, "7"],
            range(3),
            (1, 2, 3),
        ]:
            c.upsert(DocumentArrays(keys, ones))
            expected = list(keys.tolist() if isinstance(keys, numpy.ndarray) else keys)
            self.assertEqual([d.key for d in c.get_batch(expected)], expected)
        for error, keys in [
            (quiver.InvalidKeyError, numpy.array([1, -2, 3])),
            (quiver.InvalidKeyError, ["a", "", "b"]),
            (quiver.InvalidKeyError, ["a", "x" * 481, "b"]),
            (quiver.InvalidKeyError, [1, 1, 2]),
            (quiver.ArgumentError, numpy.zeros((3, 1), int)),
            (quiver.ArgumentError, ["a", "\ud800", "b"]),
            (quiver.ArgumentError, [1, 2]),
            (TypeError, [1.0, 2.0, 3.0]),
            (TypeError, numpy.ones(3)),
            (TypeError, [None] * 3),
        ]:
            with self.subTest(keys=keys), self.assertRaises(error):
                c.upsert(DocumentArrays(keys, ones))

    def test_texts_fields_and_named_vector_fields_of_arrays(self):
        c = self.store.create_collection(
            "c", vector_fields=[quiver.VectorField("v", 2, "l2")], fields={"n": "int64"}
        )
        texts = ["", None, "ü\0"]
        fields = [{"n": 1}, {}, {"n": None}]
        c.insert(DocumentArrays([1, 2, 3], [[1, 2], [3, 4], [5, 6]], texts, fields, "v"))
        found = c.get_batch([1, 2, 3], ("text", "fields", "vector"))
        self.assertEqual([d.text for d in found], texts)
        self.assertEqual([d.fields for d in found], fields)
        self.assertEqual([d.vectors["v"].tolist() for d in found], [[[1, 2]], [[3, 4]], [[5, 6]]])
        with self.assertRaises(quiver.ArgumentError):
            c.upsert(DocumentArrays([1], [[1, 2]], ["a", "b"], vector_field="v"))
        with self.assertRaises(quiver.ArgumentError):
            c.upsert(DocumentArrays([1], [[1, 2]], fields=[], vector_field="v"))
        with self.assertRaises(TypeError):
            c.upsert(DocumentArrays([1], [[1, 2]], [b"a"], vector_field="v"))
        with self.assertRaises(quiver.NotFoundError):
            c.upsert(DocumentArrays([1], [[1, 2]], vector_field="w"))
        self.assertEqual(c.upsert(DocumentArrays([], numpy.empty((0, 2)))).inserted_count, 0)

    def test_stored_arrays_are_read_only_and_outlive_everything(self):
        c = self.numbered()
        vector = c.get(5, "vector").vector
        hit_vector = c.search([7, 0, 0], 1, contents="vector")[0].vector
        with self.assertRaises(ValueError):
            vector[0] = 1
        self.store.close()
        del c
        self.assertEqual(vector.tolist(), [[5, 0, 0]])
        self.assertEqual(hit_vector.tolist(), [7, 0, 0])


if __name__ == "__main__":
    unittest.main()
