"""Schemas: read back and changed; names of collections and snapshots; sentences and terms."""

import unittest

import numpy
import quiver
from quiver import Document, Source, TextField, VectorField

from support import StoreTestCase


class SchemaTests(StoreTestCase):
    def test_what_was_made_is_read_back(self):
        vectors = [
            VectorField("v", 2, "innerProduct", "float16", "exact", True, {"n": "int16"}),
            VectorField("w", 4, index="ivf"),
        ]
        fields = {"title": "string", "tags": "strings", "year": "int64"}
        texts = [TextField("title", "english", 2.0), TextField(None, "german"), TextField("tags")]
        c = self.store.create_collection(
            "c", 3, metric="l2", vector_fields=vectors, fields=fields, text_fields=texts
        )
        schema = c.schema()
        self.assertEqual(schema.vector_fields, (VectorField("", 3, "l2"), *vectors))
        self.assertEqual((schema.fields, schema.text_fields), (fields, tuple(texts)))
        other = self.store.create_collection(
            "d",
            vector_fields=schema.vector_fields,
            fields=schema.fields,
            text_fields=schema.text_fields,
        )
        self.assertEqual(other.schema(), schema)
        self.assertEqual(self.store.collection_names(), ["c", "d"])

    def test_text_fields(self):
        c = self.collection(fields={"title": "string"}, text_fields=[])
        self.assertEqual(c.schema().text_fields, ())
        c.upsert(Document(1, [1, 2, 3], "houses", {"title": "the running dog"}))
        self.assertEqual(c.search(Source(match="houses")).keys, [])
        c.set_text_fields([TextField(), TextField("title", "en", 3)])
        self.assertEqual(c.search(Source(match="houses")).keys, [1])
        self.assertEqual(c.search(Source(match="title:runs")).keys, [1])
        self.assertEqual(c.search(Source(match="text:dog")).keys, [])
        for error, texts in [
            (quiver.ConfigurationError, [TextField("x")]),
            (quiver.ConfigurationError, [TextField(language="klingon")]),
            (quiver.ConfigurationError, [TextField(boost=0)]),
            (quiver.ConfigurationError, [TextField(boost=-1)]),
            (quiver.ConfigurationError, [TextField(), TextField()]),
            (TypeError, [TextField(boost="1")]),
            (TypeError, ["title"]),
            (TypeError, 7),
        ]:
            with self.subTest(texts=texts), self.assertRaises(error):
                c.set_text_fields(texts)
        default = self.store.create_collection("d", 1)
        self.assertEqual(default.schema().text_fields, (TextField(),))

    def test_changes(self):
        c = self.collection(fields={"a": "int64"})
        c.upsert(Document(1, [1, 2, 3], fields={"a": 7}))
        c.add_field("b", "string")
        c.rename_field("a", "c")
        self.assertEqual(c.schema().fields, {"c": "int64", "b": "string"})
        self.assertEqual(c.get(1, "fields").fields, {"c": 7})
        c.drop_field("b")
        self.assertEqual(c.schema().fields, {"c": "int64"})
        c.add_vector_field(VectorField("v", 2, "l2"))
        c.upsert(Document(2, [1, 2, 3], vectors={"v": [[1, 2], [3, 4], [5, 6]]}))
        self.assertEqual(c.get(2, "vector").vectors["v"].shape, (3, 2))
        c.set_index("graph", "v")
        c.set_index("exact")
        self.assertEqual([v.index for v in c.schema().vector_fields], ["exact", "graph"])
        c.rename_vector_field("v", "w")
        self.assertEqual([v.name for v in c.schema().vector_fields], ["", "w"])
        c.upsert(Document(2, [1, 2, 3], vectors={"w": [1, 2]}))
        c.drop_vector_field("w")
        # Of the same name, and another shape.
        c.add_vector_field(VectorField("v", 3, "l2"))
        c.upsert(Document(2, [1, 2, 3], vectors={"v": [[1, 2, 3], [4, 5, 6]]}))
        self.assertEqual(c.get(2, "vector").vectors["v"].shape, (2, 3))
        with self.assertRaises(quiver.VectorError):
            c.upsert(Document(2, [1, 2, 3], vectors={"v": [1, 2]}))
        for error, call in [
            (quiver.ConfigurationError, lambda: c.add_field("c", "bool")),
            (quiver.ArgumentError, lambda: c.add_field("d", "date")),
            (quiver.ConfigurationError, lambda: c.add_field("", "bool")),
            (quiver.NotFoundError, lambda: c.drop_field("x")),
            (quiver.NotFoundError, lambda: c.rename_field("x", "y")),
            (quiver.ArgumentError, lambda: c.rename_field("c", "\0")),
            (quiver.ConfigurationError, lambda: c.add_vector_field(VectorField("v", 2))),
            (TypeError, lambda: c.add_vector_field("w")),
            (quiver.NotFoundError, lambda: c.drop_vector_field("x")),
            (quiver.NotFoundError, lambda: c.rename_vector_field("x", "y")),
            (quiver.ConfigurationError, lambda: c.rename_vector_field("v", "")),
            (quiver.ArgumentError, lambda: c.rename_vector_field("v", "\0")),
            (quiver.NotFoundError, lambda: c.set_index("graph", "x")),
            (quiver.ConfigurationError, lambda: c.set_index("PQ0")),
            (TypeError, lambda: c.set_index(7)),
        ]:
            with self.subTest(), self.assertRaises(error):
                call()

    def test_snapshots(self):
        c = self.numbered(3)
        self.assertEqual(self.store.snapshots(), [])
        self.store.create_snapshot("b")
        self.store.create_snapshot("a")
        a, b = self.store.snapshots()
        self.assertEqual((a.name, b.name, a.commit), ("a", "b", c.statistics().commit))
        self.assertGreater(a.created, b.created)
        with c.pin() as pinned:
            c.delete([0])
            self.assertEqual((c.count(), pinned.count()), (2, 3))
            self.assertIn("without a name", repr(pinned))
        with self.assertRaises(quiver.HandleError):
            pinned.count()

    def test_rows(self):
        c = self.numbered(3)
        self.assertEqual(c.row_count(), 3)
        self.assertEqual(c.row_numbers([2, 0, 9]), [range(2, 3), range(0, 1), None])
        self.assertEqual(c.row_numbers([]), [])
        with self.assertRaises(quiver.NotFoundError):
            c.row_numbers([1], "x")

    def test_bytes_add_up(self):
        c = self.numbered(50)
        c.seal()
        statistics = c.statistics()
        parts = [value for name, value in vars(statistics).items() if name.endswith("_byte_count")]
        self.assertEqual(len(parts), 10)
        self.assertEqual(sum(parts), statistics.byte_count)
        self.assertGreater(statistics.vector_byte_count, 50 * 3 * numpy.float32().nbytes)

    def test_sentences(self):
        text = "One. Two by J. Doe!  Drei?"
        found = quiver.sentences(text)
        self.assertEqual(found, ["One. ", "Two by J. Doe!  ", "Drei?"])
        self.assertEqual(quiver.sentences(""), [])
        self.assertEqual(len(quiver.sentences("one\ntwo.")), 2)
        self.assertEqual(len(quiver.sentences("one\ntwo.", wrapped=True, language="de")), 1)
        with self.assertRaises(quiver.ArgumentError):
            quiver.sentences("\ud800")
        with self.assertRaises(TypeError):
            quiver.sentences(b"one")

    def test_terms(self):
        text = "The dogs' Cafés, e\u0301te\u0301"
        self.assertEqual(quiver.terms(text), ["the", "dogs", "cafes", "ete"])
        self.assertEqual(quiver.terms(text, language="en"), ["the", "dog", "cafe", "ete"])
        self.assertEqual(quiver.terms(" - "), [])
        self.assertEqual(quiver.terms(""), [])
        with self.assertRaises(quiver.ConfigurationError):
            quiver.terms("a", language="klingon")
        with self.assertRaises(quiver.ArgumentError):
            quiver.terms("\ud800")
        with self.assertRaises(TypeError):
            quiver.terms(b"one")

    def test_terms_are_what_is_searched_for(self):
        stemmed = [TextField(None, "english")]
        c = self.store.create_collection("t", fields={"n": "int64"}, text_fields=stemmed)
        texts = {"a": "Running dogs", "b": "The dog runs", "c": "Cats sleep"}
        c.insert([Document(key, text=text) for key, text in texts.items()])
        for word in ("runs", "DOG", "sleeping", "the"):
            term = quiver.terms(word, language="english")[0]
            having = {
                key for key, text in texts.items() if term in quiver.terms(text, language="english")
            }
            hits = c.search(Source(match=word, plain=True), k=3)
            self.assertEqual(set(hits.keys), having)


if __name__ == "__main__":
    unittest.main()
