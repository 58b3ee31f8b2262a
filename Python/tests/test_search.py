"""Searches: hits, batches as arrays, settings, and what cannot be."""

import math
import unittest

import numpy
import quiver
from quiver import Document, DocumentArrays

from support import StoreTestCase


class SearchTests(StoreTestCase):
    def test_hits(self):
        c = self.numbered()
        hits = c.search([4.25, 0, 0], 3, contents="text")
        self.assertEqual(len(hits), 3)
        self.assertEqual([hit.key for hit in hits], [4, 5, 3])
        self.assertEqual(hits.keys, [4, 5, 3])
        numpy.testing.assert_array_equal(hits.scores, numpy.float32([0.0625, 0.5625, 1.5625]))
        self.assertEqual(hits.scores.dtype, numpy.float32)
        self.assertEqual([hit.text for hit in hits], ["text 4", "text 5", "text 3"])
        self.assertEqual((hits[0].score, hits[-1].key, hits[0].row), (0.0625, 3, 0))
        self.assertEqual(hits[0].version, c.get(4).version)
        self.assertNotEqual(hits[0].text_hash, 0)
        self.assertEqual([hit.key for hit in hits[1:]], [5, 3])
        self.assertIsNone(hits[0].vector)
        self.assertEqual((hits[0].fields, hits[0].columns), ({}, {}))
        self.assertGreater(hits.nanoseconds, 0)
        self.assertIn("key=4", repr(hits))
        with self.assertRaises(IndexError):
            hits[3]
        plain = c.search([4.25, 0, 0], 1)[0]
        self.assertIsNone(plain.text)

    def test_batches(self):
        c = self.numbered(5)
        c.upsert(Document("five", [5, 0, 0]))
        queries = numpy.array([[0, 0, 0], [5, 0, 0], [2, 0, 0]], numpy.float32)
        results = c.search_batch(queries, 2, thread_count=2)
        self.assertEqual(len(results), 3)
        self.assertEqual(results.keys.tolist(), [[0, 1], ["five", 4], [2, 1]])
        self.assertEqual(results.scores.tolist(), [[0, 1], [0, 1], [0, 1]])
        self.assertEqual(results.rows.tolist(), [[0, 0]] * 3)
        self.assertEqual(results.counts.tolist(), [2, 2, 2])
        self.assertEqual(results.nanoseconds.shape, (3,))
        self.assertEqual(results[1][0].key, "five")
        self.assertEqual([hits.keys for hits in results], [[0, 1], ["five", 4], [2, 1]])
        self.assertEqual([hits.keys for hits in results[1:]], [["five", 4], [2, 1]])
        self.assertIn("3 queries", repr(results))
        with self.assertRaises(IndexError):
            results[3]
        with self.assertRaises(ValueError):
            results.integer_keys
        c.delete("five")
        results = c.search_batch(queries, 100)
        self.assertEqual(results.integer_keys.shape, (3, 5))
        self.assertEqual(results.integer_keys.dtype, numpy.uint64)
        self.assertEqual(results.integer_keys[2].tolist(), [2, 1, 3, 0, 4])

    def test_no_hits_and_no_queries(self):
        c = self.collection()
        self.assertEqual((list(c.search([1, 2, 3])), c.search([1, 2, 3]).keys), ([], []))
        self.assertEqual(c.search([1, 2, 3]).scores.shape, (0,))
        results = c.search_batch(numpy.ones((2, 3)))
        for array in [results.keys, results.scores, results.integer_keys, results.rows]:
            self.assertEqual(array.shape, (2, 0))
        none = c.search_batch(numpy.ones((0, 3)))
        self.assertEqual((len(none), none.scores.shape, none.counts.shape), (0, (0, 0), (0,)))

    def test_queries_with_different_counts(self):
        query = quiver.Query(quiver.Source([0, 0, 0]))
        narrow = quiver.Query(query.sources, scope=quiver.Scope(keys=[1, 0]))
        results = self.numbered(4).search_batch([query, narrow], 4)
        self.assertEqual(results.keys.tolist(), [[0, 1, 2, 3], [0, 1, None, None]])
        self.assertEqual(results.integer_keys[1, 2], (1 << 64) - 1)
        self.assertTrue(numpy.isnan(results.scores[1, 2:]).all())
        self.assertEqual(results.rows[1].tolist(), [0, 0, -1, -1])
        self.assertEqual(results.counts.tolist(), [4, 2])

    def test_settings(self):
        c = self.store.create_collection("g", 8, metric="l2", index="graph")
        vectors = numpy.random.default_rng(1).standard_normal((2000, 8), numpy.float32)
        c.upsert(DocumentArrays(range(2000), vectors))
        c.maintain()
        exact = c.search_batch(vectors[:50], 5, mode="exact").integer_keys
        self.assertEqual(exact[:, 0].tolist(), list(range(50)))
        wide = c.search_batch(vectors[:50], 5, ef_search=500, mode="automatic").integer_keys
        numpy.testing.assert_array_equal(wide, exact)
        rest = c.search(vectors[0], 1, excluded=[0, "zero"])
        self.assertEqual(rest[0].key, exact[0, 1])
        self.assertEqual(c.search(vectors[0], 1, excluded=(), thread_count=0)[0].key, 0)

    def test_inverted_files(self):
        c = self.store.create_collection("i", 8, metric="l2", index="IVF16,SQ8")
        vectors = numpy.random.default_rng(1).standard_normal((2000, 8), numpy.float32)
        c.upsert(DocumentArrays(range(2000), vectors))
        c.maintain(thread_count=2)
        found = c.search_batch(vectors[:50], 1, nprobe=16, candidate_factor=4).integer_keys
        self.assertEqual(found[:, 0].tolist(), list(range(50)))
        with self.assertRaises(quiver.SearchError):
            c.search(vectors[0], ef_search=10)

    def test_metrics(self):
        for metric, score in [("l2", 1.0), ("innerProduct", 6.0), ("cosine", 1.0)]:
            c = self.store.create_collection(metric, 1, metric=metric)
            c.upsert(Document(1, [2]))
            self.assertEqual(c.search([3], 1)[0].score, score)

    def test_what_a_hit_carries(self):
        c = self.store.create_collection("c", 2, fields={"n": "int64", "is": "int32s"})
        c.upsert(Document(1, [[1, 0], [0, 1]], "text", {"n": 5, "is": [1, 2]}))
        hit = c.search([0, 1], contents={"text", "vector", "fields", "columns"})[0]
        self.assertEqual((hit.text, hit.row, hit.vector.tolist()), ("text", 1, [0, 1]))
        self.assertEqual((hit.fields["n"], hit.fields["is"].tolist()), (5, [1, 2]))
        self.assertEqual(hit.columns, {})
        numbers = hit.fields["is"]
        del hit
        self.store.close()
        self.assertEqual(numbers.tolist(), [1, 2])

    def test_what_cannot_be_searched(self):
        c = self.numbered()
        query = [1, 2, 3]
        for error, arguments, options in [
            (quiver.SearchError, [query, 0], {}),
            (quiver.ArgumentError, [query, -1], {}),
            (quiver.ArgumentError, [query, 1 << 32], {}),
            (TypeError, [query, "1"], {}),
            (TypeError, [query, 1.5], {}),
            (TypeError, [query, True], {}),
            (quiver.VectorError, [[1, 2]], {}),
            (quiver.VectorError, [[]], {}),
            (quiver.VectorError, [[1, math.nan, 2]], {}),
            (quiver.VectorError, [[1, math.inf, 2]], {}),
            (quiver.VectorError, [[1, 1e39, 2]], {}),
            (quiver.ArgumentError, [1.0], {}),
            (quiver.ArgumentError, [[query]], {}),
            (quiver.ArgumentError, ["abc"], {}),
            (quiver.ArgumentError, [None], {}),
            (quiver.ArgumentError, [[1j, 2, 3]], {}),
            (quiver.ArgumentError, [query], {"mode": "fast"}),
            (quiver.ArgumentError, [query], {"mode": []}),
            (quiver.ArgumentError, [query], {"contents": "texts"}),
            (quiver.ArgumentError, [query], {"contents": ["text", None]}),
            (TypeError, [query], {"contents": 1}),
            (quiver.ArgumentError, [query], {"thread_count": 1 << 31}),
            (quiver.ArgumentError, [query], {"thread_count": -1}),
            (quiver.ArgumentError, [query], {"ef_search": -1}),
            (TypeError, [query], {"ef_search": "many"}),
            (quiver.SearchError, [query], {"nprobe": 1}),
            (quiver.SearchError, [query], {"candidate_factor": math.nan}),
            (quiver.SearchError, [query], {"candidate_factor": -1}),
            (quiver.NotFoundError, [query], {"vector_field": "x"}),
            (quiver.ArgumentError, [query], {"vector_field": "\0"}),
            (TypeError, [query], {"vector_field": 7}),
            (quiver.InvalidKeyError, [query], {"excluded": [""]}),
            (TypeError, [query], {"excluded": "abc"}),
            (TypeError, [query], {"excluded": 7}),
            (TypeError, [query], {"unknown": 7}),
        ]:
            with self.subTest(arguments=arguments, options=options), self.assertRaises(error):
                c.search(*arguments, **options)
        for queries in [query, [[query]], [[1, 2], [3]], 1]:
            with self.assertRaises(quiver.ArgumentError):
                c.search_batch(queries)

    def test_huge_k(self):
        c = self.numbered()
        self.assertEqual(len(c.search([1, 0, 0], (1 << 32) - 1)), 20)
        c.upsert(DocumentArrays(range(250), numpy.random.default_rng(1).random((250, 3))))
        results = c.search_batch(numpy.ones((3, 3)), 200)
        self.assertEqual([len(set(hits.keys)) for hits in results], [200] * 3)
        self.assertTrue((numpy.diff(results.scores) >= 0).all())
        c.delete(range(20, 250))
        self.assertEqual(c.search_batch(numpy.ones((3, 3)), 1 << 31).scores.shape, (3, 20))
        self.assertEqual(len(c.search([1, 0, 0], numpy.int64(7))), 7)

    def test_several_vector_fields(self):
        fields = [quiver.VectorField("a", 2, "l2"), quiver.VectorField("b", 3, "l2", optional=True)]
        c = self.store.create_collection("c", vector_fields=fields)
        c.upsert(Document(1, vectors={"a": [1, 2], "b": [[1, 2, 3], [4, 5, 6]]}))
        self.assertEqual(c.search([4, 5, 6], vector_field="b")[0].row, 1)
        with self.assertRaises(quiver.ConfigurationError):
            c.search([1, 2])


if __name__ == "__main__":
    unittest.main()
