"""Opening, closing, verifying and repairing stores; collections and named snapshots by name."""

import gc
import os
import subprocess
import sys
import unittest

import numpy
import quiver

from support import StoreTestCase


class StoreTests(StoreTestCase):
    def test_a_store_is_there_again(self):
        self.numbered()
        self.store.close()
        with quiver.open(self.path) as store, store.open_collection("c") as collection:
            self.assertEqual(collection.count(), 20)
            self.assertEqual(collection.get(3, "text").text, "text 3")
            self.assertEqual(collection.store, store)
        self.assertTrue(store.closed)

    def test_paths_of_every_type(self):
        for path in [str(self.folder / "a"), os.fsencode(self.folder / "ü"), self.folder / "日本"]:
            with quiver.open(path, create=True) as store:
                self.assertEqual(store.path, path)
        with self.assertRaises(TypeError):
            quiver.open(7)
        for path in ["a\0b", b"a\0b", str(self.folder / "a\udcff")]:
            with self.assertRaises(quiver.ArgumentError):
                quiver.open(path, create=True)

    def test_what_cannot_be_opened(self):
        with self.assertRaises(quiver.NotAStoreError) as caught:
            quiver.open(self.folder / "missing")
        self.assertIn("missing", str(caught.exception))
        self.assertEqual(caught.exception.name, "QV_ERROR_NOT_A_STORE")
        self.assertEqual(caught.exception.message, str(caught.exception))
        with self.assertRaises(quiver.NotAStoreError):
            quiver.open(self.folder)
        with self.assertRaises(quiver.LockedError) as caught:
            quiver.open(self.path)
        self.assertIn(str(os.getpid()), str(caught.exception))
        with self.assertRaises(quiver.ArgumentError):
            quiver.open(self.path, create=True, read_only=True)
        for tail in [-1, 1 << 64, (1 << 64) - 1]:
            with self.assertRaises(quiver.ArgumentError):
                quiver.open(self.folder / "new", create=True, tail_byte_count=tail)
        self.assertFalse((self.folder / "new").exists())

    def test_readers_beside_the_writer(self):
        collection = self.numbered()
        with quiver.open(self.path, read_only=True) as reader:
            read = reader.open_collection("c")
            self.assertEqual(read.count(), 20)
            collection.delete([1, 2])
            self.assertEqual(read.count(), 18)
            with self.assertRaises(quiver.ReadOnlyError):
                read.delete(3)
            with self.assertRaises(quiver.ReadOnlyError):
                reader.create_collection("d", 3)

    def test_relaxed_durability_and_a_short_tail(self):
        with quiver.open(
            self.folder / "other", create=True, relaxed=True, tail_byte_count=4096
        ) as store:
            collection = store.create_collection("c", 64)
            vectors = numpy.ones((500, 64), numpy.float32)
            for start in range(0, 5000, 500):
                collection.upsert(quiver.DocumentArrays(numpy.arange(start, start + 500), vectors))
            self.assertGreater(collection.statistics().segment_count, 0)
            self.assertEqual(collection.statistics().live_count, 5000)

    def test_a_forgotten_store_is_closed(self):
        quiver.open(self.folder / "forgotten", create=True)
        gc.collect()
        with quiver.open(self.folder / "forgotten"):
            pass

    def test_a_collection_keeps_its_store_open(self):
        quiver.open(self.folder / "kept", create=True).create_collection("c", 2)
        store = quiver.open(self.folder / "kept")
        collection = store.open_collection("c")
        del store
        gc.collect()
        self.assertEqual(collection.count(), 0)

    def test_verify(self):
        self.numbered().seal()
        report = quiver.verify(self.path)
        self.assertEqual((report.document_count, report.damage_count), (20, 0))
        self.assertGreater(report.file_count, 1)
        with self.assertRaises(quiver.NotAStoreError):
            quiver.verify(self.folder)
        self.store.close()
        self.damage()
        with self.assertRaises(quiver.DamagedError) as caught:
            quiver.verify(self.path)
        self.assertGreater(caught.exception.report.damage_count, 0)

    def test_repair(self):
        collection = self.numbered()
        collection.seal()
        collection.upsert(quiver.Document("later", vector=[1, 2, 3]))
        self.store.close()
        report = quiver.repair(self.path, self.folder / "whole")
        self.assertEqual(report.loss_count, 0)
        self.assertEqual(report.kept_count + report.rewritten_count, 21)
        self.damage()
        with self.assertRaises(quiver.DamagedError) as caught:
            quiver.repair(self.path, self.folder / "rest")
        report = caught.exception.report
        self.assertGreater(report.loss_count, 0)
        with quiver.open(self.folder / "rest") as store:
            kept = store.open_collection("c").count()
            self.assertEqual(kept, report.kept_count + report.rewritten_count)
        with self.assertRaises(quiver.ExistsError):
            quiver.repair(self.path, self.folder / "rest")

    def damage(self) -> None:
        largest = max((self.path / "segments").rglob("*"), key=lambda path: path.stat().st_size)
        data = bytearray(largest.read_bytes())
        for place in range(0, len(data), 97):
            data[place] ^= 0x55
        largest.write_bytes(data)

    def test_collections_by_name(self):
        self.collection()
        with self.assertRaises(quiver.ExistsError):
            self.collection()
        with self.assertRaises(quiver.NotFoundError):
            self.store.open_collection("d")
        for name in ["", "a\nb", "x" * 2000]:
            with self.assertRaises(quiver.ConfigurationError):
                self.store.create_collection(name, 3)
        for name in ["a\0b", "\ud800"]:
            with self.assertRaises(quiver.ArgumentError):
                self.store.create_collection(name, 3)
        with self.assertRaises(TypeError):
            self.store.open_collection(b"c")
        self.store.drop_collection("c")
        with self.assertRaises(quiver.NotFoundError):
            self.store.drop_collection("c")
        self.store.create_collection("日本語 ß", 3).close()
        self.store.open_collection("日本語 ß").close()

    def test_what_no_collection_can_be(self):
        for dimension in [None, 0, 65537]:
            with self.assertRaises(quiver.ConfigurationError):
                self.collection(dimension)
        for dimension in [-1, 1 << 32]:
            with self.assertRaises(quiver.ArgumentError):
                self.collection(dimension)
        for dimension in ["3", 3.0, True]:
            with self.assertRaises(TypeError):
                self.collection(dimension)
        for options in [{"metric": "manhattan"}, {"storage": "float64"}, {"metric": 0}]:
            with self.assertRaises(quiver.ArgumentError):
                self.collection(3, **options)
        with self.assertRaises(quiver.ConfigurationError):
            self.collection(3, index="IVF1048576,PQ0")
        with self.assertRaises(quiver.ArgumentError):
            self.collection(3, fields={"f": "int128"})
        with self.assertRaises(quiver.ConfigurationError):
            self.collection(3, vector_fields=[quiver.VectorField("", 4)])
        self.assertEqual(self.collection(numpy.int64(3)).statistics().dimension, 3)

    def test_named_snapshots(self):
        collection = self.numbered()
        self.store.create_snapshot("before")
        with self.assertRaises(quiver.ExistsError):
            self.store.create_snapshot("before")
        collection.delete(range(10))
        snapshot = self.store.open_snapshot("before", "c")
        self.assertEqual((snapshot.count(), collection.count()), (20, 10))
        self.assertEqual(snapshot.search([3, 0, 0], 1)[0].key, 3)
        self.assertEqual(snapshot.get(3, ("text", "vector")).vector.shape, (1, 3))
        self.assertEqual([d.key for d in snapshot.scan(page=7)], list(range(20)))
        self.assertIn("before", repr(snapshot))
        with self.assertRaises(quiver.NotFoundError):
            self.store.open_snapshot("before", "d")
        with self.assertRaises(quiver.NotFoundError):
            self.store.open_snapshot("after", "c")
        self.store.drop_snapshot("before")
        with self.assertRaises(quiver.NotFoundError):
            self.store.drop_snapshot("before")
        self.store.close()
        self.assertEqual(snapshot.count(), 20)
        snapshot.close()
        with self.assertRaises(quiver.HandleError):
            snapshot.count()

    def test_another_process_is_locked_out(self):
        program = f"import quiver; quiver.open({str(self.path)!r})"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        self.assertIn("LockedError", done.stderr)
        self.assertIn(str(os.getpid()), done.stderr)


if __name__ == "__main__":
    unittest.main()
