"""The neighbours of every row as a file, and whose rows are."""

import math
import unittest

import numpy
import quiver
from quiver import Document, DocumentArrays, RowOwner

from support import StoreTestCase


class NeighbourTests(StoreTestCase):
    def filled(self):
        """Documents 0…299 in clusters, one deleted, and "two" of two rows."""
        c = self.collection()
        self.vectors = numpy.random.default_rng(1).standard_normal((300, 3), numpy.float32)
        c.upsert(DocumentArrays(numpy.arange(300), self.vectors))
        c.seal()
        c.upsert(Document("two", [[5, 5, 5], [6, 6, 6]]))
        c.delete(17)
        return c

    def nearest(self, c, vector, k, key=None):
        hits = c.search(vector, k, mode="exact", excluded=[] if key is None else [key])
        return [(hit.key, hit.row) for hit in hits]

    def test_rows_are_clustered_and_pairs_of_them_scored(self):
        rows = numpy.concatenate(
            [
                numpy.random.default_rng(n).normal(9 * n, 1, (40, 4)).astype(numpy.float32)
                for n in (1, 2, 3)
            ]
        )
        c = self.store.create_collection("clusters", 4, metric="l2")
        c.upsert(quiver.DocumentArrays(keys=numpy.arange(len(rows)), vectors=rows))
        c.seal()
        c.delete([5])
        clustering = c.cluster(3, seed=1, thread_count=2)
        self.assertEqual(clustering.clusters.shape, (120,))
        self.assertEqual(clustering.clusters[5], -1)
        self.assertEqual(clustering.centroids.shape, (3, 4))
        for first in (0, 40, 80):
            [cluster] = {int(n) for n in clustering.clusters[first : first + 40]} - {-1}
            mean = numpy.delete(rows[first : first + 40], [5] if first == 0 else [], 0).mean(0)
            numpy.testing.assert_allclose(clustering.centroids[cluster], mean, rtol=1e-4)
        again = c.cluster(3, seed=1)
        numpy.testing.assert_array_equal(again.clusters, clustering.clusters)
        pairs = numpy.array([[0, 1], [0, 119], [7, 7], [119, 0]])
        expected = ((rows[pairs[:, 0]] - rows[pairs[:, 1]]) ** 2).sum(1)
        numpy.testing.assert_allclose(c.row_scores(pairs, thread_count=2), expected, rtol=1e-4)
        self.assertEqual(c.row_scores(numpy.empty((0, 2), int)).shape, (0,))
        for wrong in ([[0, 120]], [[0, 1 << 62]]):
            with self.assertRaises(quiver.SearchError):
                c.row_scores(wrong)
        for wrong in ([[0, -1]], [0, 1]):
            with self.assertRaises(quiver.ArgumentError):
                c.row_scores(wrong)
        for count in (0, 120):
            with self.assertRaises(quiver.SearchError):
                c.cluster(count)
        with self.assertRaises(quiver.CancelledError):
            c.cluster(3, lambda completed, total: True)

    def test_own_rows(self):
        c = self.filled()
        path = self.folder / "own.npy"
        seen: list[tuple[int, int]] = []
        summary = c.neighbours(
            path, 4, thread_count=2, progress=lambda done, all: seen.append((done, all))
        )
        self.assertEqual((summary.first, summary.query_count, summary.resumed_count), (0, 302, 0))
        self.assertEqual(seen[-1], (302, 302))
        self.assertEqual(seen, sorted(seen))
        found = numpy.load(path, mmap_mode="r")
        self.assertEqual(found.shape, (302,))
        self.assertEqual(found.dtype["rows"], numpy.dtype(("<i8", (4,))))
        self.assertEqual(found.dtype["scores"], numpy.dtype(("<f4", (4,))))
        owners = c.row_owners(numpy.arange(302))
        self.assertEqual(owners.count(None), 1)
        self.assertEqual(
            [owner for owner in owners if owner and owner.key == "two"],
            [RowOwner("two", 0), RowOwner("two", 1)],
        )
        for number, owner in enumerate(owners):
            record = found[number]
            if owner is None:
                self.assertEqual(record["rows"].tolist(), [-1] * 4)
                self.assertTrue(numpy.isnan(record["scores"]).all())
                continue
            vector = (
                [5 + owner.row] * 3 if owner.key == "two" else self.vectors[owner.key]
            )
            expected = self.nearest(c, vector, 4, owner.key)
            self.assertEqual(c.row_owners(record["rows"]), expected)
        self.assertEqual(c.row_owners([]), [])
        self.assertEqual(c.row_owners([-1]), [None])
        with self.assertRaises(quiver.ExistsError):
            c.neighbours(path, 4)

    def test_vectors_and_shards(self):
        c = self.filled()
        vectors = numpy.random.default_rng(2).standard_normal((11, 3), numpy.float32)
        c.neighbours(self.folder / "all.npy", 3, vectors=vectors, vector_field="", mode="exact")
        found = numpy.load(self.folder / "all.npy")
        for record, vector in zip(found, vectors):
            self.assertEqual(c.row_owners(record["rows"]), self.nearest(c, vector, 3))
        firsts = []
        for shard in range(4):
            path = self.folder / f"{shard}.npy"
            summary = c.neighbours(
                path, 3, vectors=vectors.astype(float), mode="exact", shard=shard, shard_count=4
            )
            firsts.append(summary.first)
        self.assertEqual(firsts, [0, 3, 6, 9])
        parts = [numpy.load(self.folder / f"{shard}.npy") for shard in range(4)]
        self.assertEqual(numpy.concatenate(parts).tobytes(), found.tobytes())
        c.neighbours(self.folder / "none.npy", 3, vectors=numpy.empty((0, 3)))
        self.assertEqual(numpy.load(self.folder / "none.npy").shape, (0,))

    def test_what_was_cancelled_goes_on(self):
        c = self.filled()
        path = self.folder / "later.npy"
        little = {"memory_byte_count": 1 << 20, "vectors": numpy.tile(self.vectors, (7, 1))}
        c.neighbours(self.folder / "whole.npy", 200, **little)
        with self.assertRaises(quiver.CancelledError):
            c.neighbours(path, 200, progress=lambda done, all: done > 1500, **little)
        self.assertFalse(path.exists())

        def fail(done: int, all: int) -> None:
            raise RuntimeError("mine")

        with self.assertRaisesRegex(RuntimeError, "mine"):
            c.neighbours(path, 200, progress=fail, **little)
        with self.assertRaisesRegex(quiver.ExistsError, "k is 200 there, 201 here"):
            c.neighbours(path, 201, **little)
        summary = c.neighbours(path, 200, thread_count=2, **little)
        self.assertTrue(0 < summary.resumed_count <= 1600)
        self.assertEqual(path.read_bytes(), (self.folder / "whole.npy").read_bytes())

    def test_what_cannot_be(self):
        c = self.filled()
        path = self.folder / "bad.npy"
        for error, arguments in [
            (quiver.SearchError, {"k": 0}),
            (quiver.SearchError, {"k": 16385}),
            (quiver.ArgumentError, {"k": -1}),
            (TypeError, {"k": 1.5}),
            (quiver.ArgumentError, {"mode": "best"}),
            (quiver.SearchError, {"nprobe": 3}),
            (quiver.SearchError, {"filter": "(("}),
            (quiver.NotFoundError, {"vector_field": "none"}),
            (quiver.SearchError, {"shard": 2, "shard_count": 2}),
            (quiver.ConfigurationError, {"memory_byte_count": 1}),
            (TypeError, {"progress": 7}),
            (quiver.ArgumentError, {"vectors": [1, 2, 3]}),
            (quiver.VectorError, {"vectors": [[1, 2]]}),
            (quiver.VectorError, {"vectors": [[1, 2, math.nan]]}),
        ]:
            with self.subTest(arguments), self.assertRaises(error):
                c.neighbours(path, **arguments)
            self.assertEqual(list(self.folder.glob("bad*")), [])
        with self.assertRaises(TypeError):
            c.neighbours(7)
        with self.assertRaises(quiver.ArgumentError):
            c.neighbours("a\0b")
        with self.assertRaises(quiver.FileError):
            c.neighbours(self.folder / "none/bad.npy")
        for error, rows in [
            (quiver.SearchError, [302]),
            (quiver.SearchError, [-2]),
            (quiver.ArgumentError, [[1]]),
            (quiver.ArgumentError, [0.5]),
            (quiver.ArgumentError, "a"),
        ]:
            with self.subTest(rows), self.assertRaises(error):
                c.row_owners(rows)
        with self.assertRaises(quiver.NotFoundError):
            c.row_owners([], "none")


if __name__ == "__main__":
    unittest.main()
