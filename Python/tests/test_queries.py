"""Searches by words, several vectors and several sources; scopes, groups, pages, callbacks."""

import math
import signal
import threading
import unittest

import numpy
import quiver
from quiver import Document, Query, Reranking, Rows, Scope, Source, VectorField

from support import StoreTestCase


class QueryTestCase(StoreTestCase):
    """0…9 at (number, 0, 0) with "word a", …, of the first five "early"; number % 3 in "group"."""

    def words(self):
        c = self.collection(fields={"group": "int64"})
        for number in range(10):
            text = f"word {chr(97 + number)}{' early' * (number < 5)}"
            fields = {} if number == 9 else {"group": number % 3}
            c.upsert(Document(number, [number, 0, 0], text, fields))
            if number == 4:
                c.seal()
        return c


class SourceTests(QueryTestCase):
    def test_vectors(self):
        c = self.words()
        self.assertEqual(c.search(Source([0, 0, 0]), 3).keys, [0, 1, 2])
        ends = numpy.array([[0, 0, 0], [9, 0, 0]], numpy.float32)
        self.assertEqual(c.search(Source(ends), 4).keys, [0, 9, 1, 8])
        self.assertEqual(c.search(Source(ends, combine="mean"), 2).keys, [4, 5])
        whole = c.search(Source(ends, combine="maxSim"), 1)[0]
        self.assertIsNone(whole.row)
        self.assertIsNone(whole.vector_field)
        self.assertEqual(c.search(Source([0, 0, 0]), 1)[0].vector_field, "")
        self.assertEqual(c.search_batch([Source(ends, combine="maxSim")], 1).rows.tolist(), [[-1]])

    def test_examples(self):
        c = self.words()
        self.assertEqual(c.search(Source(like=2), 2).keys, [1, 3])
        self.assertEqual(c.search(Source(like=[2, 4]), 1).keys, [3])
        self.assertEqual(c.search(Source(like=[2], unlike=9), 2).keys, [0, 1])
        away = Source([2, 0, 0], unlike_vectors=[9, 0, 0])
        self.assertEqual(c.search(away, 2).keys, [0, 1])
        with self.assertRaises(quiver.NotFoundError):
            c.search(Source(like="x"))
        with self.assertRaises(quiver.SearchError):
            c.search(Source(unlike=[1]))

    def test_words(self):
        c = self.words()
        self.assertEqual(c.search(Source(match='"word c"')).keys, [2])
        self.assertEqual(c.search(Source(match="early -a -b -c -d")).keys, [4])
        self.assertEqual(c.search(Source(match="text:e")).keys, [4])
        self.assertEqual(len(c.search(Source(match='"early', plain=True))), 5)
        self.assertIsNone(c.search(Source(match="e"))[0].row)
        for options in [{"bm25": (0, 0)}, {"bm25": (1.2, 0.75)}, {}]:
            scores = c.search(Source(match="word", **options), 10).scores
            self.assertEqual(len(scores), 10)
        self.assertEqual(len(set(c.search(Source(match="word", bm25=(0, 0))).scores)), 1)

    def test_what_cannot_be_looked_for(self):
        c = self.words()
        vector = [1, 2, 3]
        for error, query in [
            (quiver.SearchError, Source()),
            (quiver.SearchError, Query([])),
            (quiver.SearchError, Source(match='"open')),
            (quiver.ArgumentError, Source(vector, "and words")),
            (quiver.ArgumentError, Source(vector, plain=True)),
            (quiver.ArgumentError, Source(vector, combine="most")),
            (quiver.ArgumentError, Source([[[1.0]]])),
            (quiver.ArgumentError, Source("abc")),
            (quiver.VectorError, Source([1, 2])),
            (quiver.VectorError, Source([1, math.nan, 2])),
            (quiver.VectorError, Source(vector, unlike_vectors=[1, 2])),
            (quiver.VectorError, Source(numpy.ones((1, 0)))),
            (quiver.SearchError, Source(numpy.ones((0, 3)))),
            (quiver.NotFoundError, Source(vector, vector_field="x")),
            (quiver.ArgumentError, Source(match="\0")),
            (quiver.ArgumentError, Source(match="\ud800")),
            (TypeError, Source(match=7)),
            (TypeError, Source(match="word", plain=1)),
            (TypeError, Source(match="word", bm25=1)),
            (quiver.SearchError, Source(match="word", bm25=(-1, 0))),
            (quiver.SearchError, Source(match="word", bm25=(1, math.nan))),
            (TypeError, Source(vector, weight="1")),
            (quiver.SearchError, Source(vector, weight=-1)),
            (quiver.InvalidKeyError, Source(like="")),
            (TypeError, Source(like=1.5)),
            (TypeError, Query([vector])),
            (TypeError, Query(7)),
            (quiver.ArgumentError, Query(Source(vector), fusion="votes")),
            (quiver.SearchError, Query(Source(vector), rank_constant=-1)),
            (quiver.ArgumentError, Query(Source(vector), fusion="scores", rank_constant=1)),
            (TypeError, Query(Source(vector), scope="x = 1")),
        ]:
            with self.subTest(query=query), self.assertRaises(error):
                c.search(query)
        with self.assertRaises(TypeError):
            c.search_batch([Source(vector), vector])


class SparseTests(StoreTestCase):
    def notes(self):
        c = self.store.create_collection("notes", fields={"terms": "sparse"})
        for number in range(1, 5):
            vector = {5: float(number), 9: 1.0}
            c.upsert(Document(number, text=f"note {number}", fields={"terms": vector}))
            if number == 2:
                c.seal()
        c.upsert(Document(9, fields={"terms": {}}))
        return c

    def test_inner_products(self):
        c = self.notes()
        hits = c.search(Source(sparse={5: 2.0, 77: 1.0}), 2)
        self.assertEqual((hits.keys, hits.scores.tolist()), ([4, 3], [8.0, 6.0]))
        vector = quiver.SparseVector(numpy.array([9, 5]), [10.0, 1.0])
        hits = c.search(Source(sparse=vector, sparse_field="terms"), 10)
        self.assertEqual(hits.keys, [4, 3, 2, 1])
        self.assertIsNone(hits[0].row)
        self.assertEqual(c.search(Source(sparse={77: 1.0})).keys, [])
        both = Query([Source(match="1"), Source(sparse={5: 1.0}, weight=0.1)])
        self.assertEqual(c.search(both, 2).keys, [1, 4])

    def test_what_is_no_sparse_vector(self):
        c = self.notes()
        for error, source in [
            (quiver.FieldError, {"sparse": {5: 0.0}}),
            (quiver.FieldError, {"sparse": quiver.SparseVector([1, 1], [1.0, 2.0])}),
            (quiver.FieldError, {"sparse": {5: math.nan}}),
            (quiver.SearchError, {"sparse": {}}),
            (quiver.ArgumentError, {"sparse": quiver.SparseVector([1, 2], [1.0])}),
            (quiver.ArgumentError, {"sparse": {-1: 1.0}}),
            (quiver.ArgumentError, {"sparse": {1 << 32: 1.0}}),
            (quiver.ArgumentError, {"sparse": {1: 1.0}, "match": "a"}),
            (quiver.NotFoundError, {"sparse": {1: 1.0}, "sparse_field": "x"}),
            (TypeError, {"sparse": [1.0]}),
        ]:
            with self.subTest(source), self.assertRaises(error):
                c.search(Source(**source))
        with self.assertRaises(quiver.FieldError):
            c.upsert(Document(1, fields={"terms": {5: -1.0}}))


class BitTests(StoreTestCase):
    def test_hamming(self):
        c = self.collection(16, "hamming", storage="binary", index="graph")
        random = numpy.random.default_rng(1)
        rows = random.integers(0, 2, (300, 16)).astype(bool)
        c.upsert(quiver.DocumentArrays(numpy.arange(300), rows))
        c.compact()
        hits = c.search(rows[7], 5, mode="exact", contents="vector")
        apart = numpy.sort((rows != rows[7]).sum(axis=1))[:5]
        self.assertEqual(hits.scores.tolist(), apart.tolist())
        self.assertEqual(hits[0].vector.tolist(), rows[hits[0].key].tolist())
        self.assertEqual(c.schema().vector_fields[0].storage, "binary")
        with self.assertRaises(quiver.VectorError):
            c.search(numpy.full(16, 0.5, numpy.float32))
        for options in [{"metric": "l2", "storage": "binary"}, {"metric": "hamming"}]:
            with self.assertRaises(quiver.ConfigurationError):
                self.store.create_collection("d", 16, **options)


class TrainingTests(StoreTestCase):
    def test_trained_indexes(self):
        random = numpy.random.default_rng(2)
        rows = random.normal(size=(400, 3)).astype(numpy.float32)
        c = self.collection()
        c.upsert(quiver.DocumentArrays(numpy.arange(400), rows))
        path = self.folder / "trained"
        c.train("IVF4,Flat", path, row_limit=300, seed=1)
        other = self.store.create_collection("other", 3, metric="l2", trained=path)
        other.upsert(quiver.DocumentArrays(numpy.arange(400), rows))
        other.compact()
        self.assertEqual(other.schema().vector_fields[0].index, "IVF4,Flat")
        self.assertEqual(other.search(rows[11], 1, nprobe=4).keys, [11])
        c.set_trained(str(path))
        self.assertEqual(c.schema().vector_fields[0].index, "IVF4,Flat")
        c.add_vector_field(VectorField("v", 3, "l2", trained=path))
        for error, call in [
            (quiver.ConfigurationError, lambda: c.train("HNSW16", path)),
            (quiver.ConfigurationError, lambda: self.collection(4, trained=path)),
            (quiver.FileError, lambda: c.set_trained(self.folder / "nothing")),
            (quiver.CancelledError, lambda: other.train("IVF4,Flat", path, lambda *_: True)),
        ]:
            with self.assertRaises(error):
                call()


class FusionTests(QueryTestCase):
    def test_ranks_scores_and_lists(self):
        c = self.words()
        sources = [Source([9, 0, 0]), Source(match="early")]
        hits = c.search(Query(sources), 10, lists=True, list_length=6)
        self.assertEqual(hits[0].key, 4)
        near, early = hits.lists
        self.assertEqual([place.key for place in near], [9, 8, 7, 6, 5, 4])
        self.assertEqual(near[0], quiver.ListedHit(9, 1, 0.0, 0))
        self.assertEqual([place.rank for place in early], [1, 2, 3, 4, 5])
        self.assertEqual({place.row for place in early}, {None})
        self.assertEqual(c.search(Query(sources)).lists, [])
        none = [sources[0], Source(match="early", weight=0)]
        self.assertEqual(c.search(Query(none, fusion="scores"), 2).keys, [9, 8])
        self.assertEqual(c.search(Query(none, fusion="ranks", rank_constant=1), 2).keys, [9, 8])

    def test_rank_constants(self):
        c = self.words()
        for constant, first in [(None, 2 / 61), (60, 2 / 61), (0, 2), (1, 1)]:
            hits = c.search(Query([Source([0, 0, 0])] * 2, rank_constant=constant), 1)
            self.assertAlmostEqual(hits[0].score, first, 6)

    def test_a_function(self):
        c = self.words()
        seen = []

        def fuse(places):
            seen.append(places)
            return 1 / places[1].rank if places[1] else math.nan

        query = Query([Source([0, 0, 0]), Source(match="early")], fusion=fuse)
        hits = c.search(query, 10)
        self.assertEqual(hits.scores[:2].tolist(), [1, 0.5])
        self.assertEqual((len(hits), len(seen)), (10, 10))
        self.assertEqual({place[0] and place[0].rank for place in seen}, set(range(1, 11)))
        self.assertEqual({place[1] and place[1].rank for place in seen}, {*range(1, 6), None})
        self.assertIn(quiver.Place(1, 0.0), [place[0] for place in seen])

        def fail(places):
            raise KeyError("mine")

        with self.assertRaisesRegex(KeyError, "mine"):
            c.search(Query(query.sources, fusion=fail))
        with self.assertRaises(TypeError):
            c.search(Query(query.sources, fusion=lambda places: places))


class ScopeTests(QueryTestCase):
    def test_documents(self):
        c = self.words()
        zero = [0, 0, 0]
        self.assertEqual(c.search(zero, filter="group = 2").keys, [2, 5, 8])
        self.assertEqual(c.search(zero, filter="group = 2", excluded=[2]).keys, [5, 8])
        scope = Scope("group > 0", keys=[1, 2, 3])
        self.assertEqual(c.search(zero, scope=scope).keys, [1, 2])
        self.assertEqual(c.search(zero, scope=scope, filter="group = 2").keys, [2])
        self.assertEqual(c.search(zero, scope=Scope(keys=[])).keys, [])
        self.assertEqual(len(c.search(zero, scope=Scope(), filter=None)), 10)
        queries = [Query(Source(zero), scope=Scope(keys=[k])) for k in (3, 7)]
        self.assertEqual(c.search_batch(queries).keys.tolist(), [[3], [7]])

    def test_rows(self):
        field = VectorField("v", 2, "l2", columns={"half": "int32"})
        c = self.store.create_collection("r", vector_fields=[field])
        for number in range(5):
            rows = Rows([[number, 0], [number, 50]], {"half": numpy.array([number // 2, 9], "i4")})
            c.upsert(Document(number, vectors={"v": rows}))
        with c.pin() as pinned:
            self.assertEqual(pinned.row_count(), 10)
            ranges = pinned.row_numbers([3, 77, 1], "v")
            self.assertEqual([r and len(r) for r in ranges], [2, None, 2])
            mask = numpy.zeros(10, bool)
            mask[ranges[0].start] = True
            for expected, scope in [
                ([2, 3], Scope(row_filter="half = 1")),
                ([3, 3], Scope(row_ranges=[ranges[0]])),
                (
                    [1, 3, 1, 3],
                    Scope(row_ranges=[ranges[0], (ranges[2].start, ranges[2].stop)]),
                ),
                ([3], Scope(rows=mask)),
                ([1, 3], Scope(rows=[ranges[0].start, ranges[2].start])),
                ([], Scope(rows=[])),
                ([], Scope(row_ranges=[])),
            ]:
                with self.subTest(scope=scope):
                    self.assertEqual(pinned.search([0, 0], scope=scope).keys, expected)

    def test_what_cannot_be(self):
        c = self.words()
        for error, scope in [
            (quiver.SearchError, Scope("group =")),
            (quiver.NotFoundError, Scope("x = 1")),
            (quiver.NotFoundError, Scope(row_filter="x = 1")),
            (TypeError, Scope(7)),
            (TypeError, Scope(keys="abc")),
            (quiver.InvalidKeyError, Scope(excluded=[-1])),
            (quiver.ArgumentError, Scope(rows=[-1])),
            (quiver.ArgumentError, Scope(rows=[1 << 32])),
            (quiver.ArgumentError, Scope(rows=[1.5])),
            (quiver.ArgumentError, Scope(rows=[[1]])),
            (quiver.ArgumentError, Scope(row_ranges=[(2, 1)])),
            (quiver.ArgumentError, Scope(row_ranges=[range(0, 9, 2)])),
            (TypeError, Scope(row_ranges=[7])),
            (quiver.ArgumentError, Scope(row_ranges=[(-1, 7)])),
            (TypeError, "group = 1"),
        ]:
            with self.subTest(scope=scope), self.assertRaises(error):
                c.search([1, 2, 3], scope=scope)


class HitTests(QueryTestCase):
    def test_pages(self):
        c = self.words()
        pages = [c.search([0, 0, 0], 4, offset=first).keys for first in (0, 4, 8, 12)]
        self.assertEqual(pages, [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9], []])

    def test_within(self):
        c = self.words()
        self.assertEqual(c.search([0, 0, 0], 1000, within=4).keys, [0, 1, 2])
        self.assertEqual(c.search([0, 0, 0], 1000, within=0).keys, [0])
        self.assertEqual(len(c.search([0, 0, 0], 1000, within=None)), 10)
        with self.assertRaises(quiver.SearchError):
            c.search([0, 0, 0], within=math.nan)

    def test_groups(self):
        c = self.words()
        hits = c.search([0, 0, 0], 4, group_by="group", per_group=2)
        self.assertEqual(hits.keys, [0, 3, 1, 4, 2, 5, 9])
        self.assertEqual([hit.group for hit in hits], [0, 0, 1, 1, 2, 2, None])
        c.upsert(Document(0, [[0, 0, 0], [0.1, 0, 0]]))
        self.assertEqual(c.search([0, 0, 0], 2).keys, [0, 0])
        self.assertEqual(c.search([0, 0, 0], 2, distinct=True).keys, [0, 1])
        self.assertIsNone(c.search([0, 0, 0], 2, distinct=True)[0].group)
        for error, options in [
            (quiver.ArgumentError, {"per_group": 2}),
            (quiver.ArgumentError, {"distinct": True, "group_by": "group"}),
            (quiver.NotFoundError, {"group_by": "x"}),
            (TypeError, {"distinct": 1}),
            (TypeError, {"lists": None}),
        ]:
            with self.subTest(options=options), self.assertRaises(error):
                c.search([0, 0, 0], **options)

    def test_explanations(self):
        c = self.words()
        hits = c.search(Query([Source([0, 0, 0]), Source(match="early")]), explain=True)
        explanation = hits.explanation
        self.assertIn("fuse", [step.name for step in explanation.steps])
        self.assertEqual({part.source for part in explanation.parts}, {0, 1})
        self.assertEqual({part.method for part in explanation.parts}, {"scan", "words"})
        self.assertGreaterEqual(sum(part.allowed_count for part in explanation.parts), 20)
        self.assertIsNone(c.search([0, 0, 0]).explanation)
        self.assertEqual(len(c.search_batch([[0, 0, 0]] * 2, explain=True)[1].explanation.parts), 2)

    def test_arrays_of_one_query(self):
        c = self.words()
        hits = c.search([0, 0, 0], 3)
        self.assertEqual(hits.integer_keys.tolist(), [0, 1, 2])
        self.assertEqual(hits.integer_keys.dtype, numpy.uint64)
        c.upsert(Document("zero", [0, 0, 0]))
        self.assertEqual(c.search([0, 0, 0], 2).keys, [0, "zero"])
        with self.assertRaises(ValueError):
            c.search([0, 0, 0], 2).integer_keys


class CallbackTests(QueryTestCase):
    def test_timeouts(self):
        c = self.words()
        self.assertEqual(len(c.search([0, 0, 0], timeout=60)), 10)
        self.assertEqual(len(c.search([0, 0, 0], timeout=1e300)), 10)
        for seconds in (0, 1e-12):
            with self.subTest(seconds), self.assertRaises(quiver.DeadlineError):
                c.search([0, 0, 0], timeout=seconds)
        with self.assertRaises(TimeoutError):
            c.search(Source(match="early"), timeout=0)
        for error, seconds in [
            (quiver.ArgumentError, -1),
            (quiver.ArgumentError, math.nan),
            (TypeError, "1"),
        ]:
            with self.assertRaises(error):
                c.search([0, 0, 0], timeout=seconds)

    def test_cancellation(self):
        c = self.words()
        calls = []
        self.assertEqual(len(c.search([0, 0, 0], cancelled=lambda: calls.append(1))), 10)
        self.assertTrue(calls)
        with self.assertRaises(quiver.CancelledError):
            c.search([0, 0, 0], cancelled=lambda: True)
        with self.assertRaises(ZeroDivisionError):
            c.search([0, 0, 0], cancelled=lambda: 1 / 0)
        with self.assertRaises(TypeError):
            c.search([0, 0, 0], cancelled=7)

    def test_interrupts(self):
        self.heed_interrupts()
        c = self.words()
        with self.assertRaises(KeyboardInterrupt):
            c.search([0, 0, 0], cancelled=lambda: signal.raise_signal(signal.SIGINT))

        def interrupted(query, hits):
            signal.raise_signal(signal.SIGINT)
            return hits.scores

        with self.assertRaises(KeyboardInterrupt):
            c.search([0, 0, 0], rerank=Reranking(interrupted))
        with self.assertRaises(KeyboardInterrupt):
            fuse = lambda places: signal.raise_signal(signal.SIGINT) or 1  # noqa: E731
            c.search(Query([Source([0, 0, 0]), Source(match="early")], fusion=fuse))
        self.assertEqual(len(c.search([0, 0, 0])), 10)

    def test_reranking(self):
        c = self.words()
        kept = []

        def backwards(query, hits):
            kept.extend(hits)
            self.assertEqual(query, 0)
            self.assertEqual([hit.text[:5] for hit in hits], ["word "] * 5)
            self.assertEqual(hits[1].fields, {"group": 1})
            return [float(hit.key) for hit in hits]

        options = {"rerank": Reranking(backwards, 5, ("text", "fields", "vector"))}
        hits = c.search([0, 0, 0], 3, **options)
        self.assertEqual(hits.keys, [4, 3, 2])
        self.assertEqual(hits.scores.tolist(), [4, 3, 2])
        # What the function keeps stays alive.
        self.assertEqual((kept[1].text, kept[1].vector.tolist()), ("word b early", [1, 0, 0]))
        self.assertEqual(kept[1].fields, {"group": 1})

    def test_reranking_by_several_threads(self):
        c = self.words()
        threads = set()

        def score(query, hits):
            threads.add(threading.get_ident())
            return hits.scores * -1.0 if query % 2 else hits.scores

        results = c.search_batch([[0, 0, 0]] * 50, 3, rerank=Reranking(score, 4), thread_count=3)
        self.assertEqual(results.keys[0].tolist(), [3, 2, 1])
        self.assertEqual(results.keys[1].tolist(), [0, 1, 2])

    def test_what_a_reranker_may_not_give(self):
        c = self.words()
        for error, function in [
            (ValueError, lambda query, hits: [1.0]),
            (ValueError, lambda query, hits: [[1.0]] * len(hits)),
            (ValueError, lambda query, hits: ["high"] * len(hits)),
            (ValueError, lambda query, hits: None),
            (quiver.RerankingError, lambda query, hits: [math.nan] * len(hits)),
            (KeyError, lambda query, hits: {}[query]),
            (TypeError, lambda: None),
        ]:
            with self.subTest(error=error), self.assertRaises(error):
                c.search([0, 0, 0], rerank=Reranking(function))
        for error, reranking in [
            (TypeError, len),
            (TypeError, Reranking(7)),
            (quiver.SearchError, Reranking(len, 16385)),
            (quiver.ArgumentError, Reranking(len, -1)),
            (quiver.ArgumentError, Reranking(len, 0)),
            (quiver.ArgumentError, Reranking(len, 1, "texts")),
        ]:
            with self.subTest(reranking=reranking), self.assertRaises(error):
                c.search([0, 0, 0], rerank=reranking)

    def test_a_search_within_a_callback(self):
        c = self.words()

        def score(query, hits):
            return c.search([9, 0, 0], len(hits), excluded=[9]).scores

        self.assertEqual(len(c.search([0, 0, 0], 4, rerank=Reranking(score, 4))), 4)


if __name__ == "__main__":
    unittest.main()
