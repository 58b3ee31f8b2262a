"""Sealing, indexing, compacting, with callbacks that stop and that fail."""

import os
import signal
import threading
import unittest

import numpy
import quiver
from quiver import DocumentArrays

from support import StoreTestCase


class MaintenanceTests(StoreTestCase):
    def filled(self):
        c = self.store.create_collection("m", 16, metric="l2", index="graph")
        vectors = numpy.random.default_rng(1).standard_normal((3000, 16), numpy.float32)
        c.upsert(DocumentArrays(numpy.arange(3000), vectors))
        return c

    def test_seal_maintain_and_compact(self):
        c = self.filled()
        self.assertEqual(c.statistics().tail_count, 3000)
        c.seal()
        statistics = c.statistics()
        self.assertEqual((statistics.tail_count, statistics.segment_count), (0, 1))
        self.assertEqual(statistics.unindexed_segment_count, 1)
        c.maintain(thread_count=2)
        self.assertEqual(c.statistics().unindexed_segment_count, 0)
        c.delete(range(2000))
        self.assertEqual(c.statistics().dead_count, 2000)
        before = c.statistics().byte_count
        c.compact(memory_byte_count=16 << 20)
        statistics = c.statistics()
        self.assertEqual((statistics.dead_count, statistics.live_count), (0, 1000))
        self.assertLess(statistics.byte_count, before)

    def test_recall_is_measured_and_gone_by(self):
        c = self.filled()
        c.seal()
        self.assertEqual(c.measured_recall(), [])
        c.maintain(thread_count=2)
        self.assertEqual(c.measured_recall(), [])  # so few rows are rather compared one by one
        self.assertIsNone(c.search([0] * 16, recall=0.9, explain=True).explanation.recall.basis)
        c.calibrate(thread_count=2)
        rows = [p for p in c.measured_recall() if p.basis == "rows" and p.k == 10]
        self.assertGreater(len(rows), 3)
        self.assertTrue(all(p.low <= p.recall <= p.high for p in rows))
        queries = numpy.random.default_rng(2).standard_normal((200, 16), numpy.float32)
        points = c.calibrate(queries, sample_count=150, seed=1, thread_count=2)
        self.assertEqual(
            {p.basis for p in points},
            {"rows", "mixtures", "queries"},
        )
        exact = c.search_batch(queries, mode="exact")
        found = c.search_batch(queries, recall=0.9, explain=True, sample=False)
        same = sum(
            len({h.key for h in one} & {h.key for h in other})
            for one, other in zip(exact, found, strict=True)
        )
        self.assertGreaterEqual(same, 0.88 * 10 * len(queries))
        choice = found[0].explanation.recall
        self.assertEqual((choice.recall, choice.basis), (0.9, "queries"))
        self.assertIsNone(c.search(queries[0], explain=True).explanation.recall)
        self.assertIsNone(c.schema().recall)
        c.set_recall(0.8)
        self.assertEqual(c.schema().recall, 0.8)
        self.assertEqual(c.search(queries[0], explain=True).explanation.recall.recall, 0.8)
        self.assertIsNone(c.search(queries[0], explain=True, ef_search=9).explanation.recall)
        c.set_recall(None)
        with self.assertRaises(quiver.ConfigurationError):
            c.set_recall(1.5)
        other = self.store.create_collection("r", 4, recall=0.5)
        self.assertEqual(other.schema().recall, 0.5)
        with self.assertRaises(quiver.SearchError):
            c.search(queries[0], recall=1.5)
        with self.assertRaises(quiver.ArgumentError):
            c.search(queries[0], recall=0)
        with self.assertRaises(quiver.SearchError):
            c.calibrate(sample_count=10)
        with self.assertRaises(quiver.VectorError):
            c.calibrate(queries[:, :3])
        with self.assertRaises(quiver.CancelledError):
            c.calibrate(progress=lambda completed, total: True)

    def test_indexes_are_tried_side_by_side(self):
        c = self.filled()
        c.seal()
        queries = numpy.random.default_rng(2).standard_normal((200, 16), numpy.float32)
        seen: list[tuple[int, int]] = []
        tuning = c.tune(
            ["graph", "IVF16,SQ8"],
            queries,
            lambda completed, total: seen.append((completed, total)),
            recall=0.9,
            k=5,
            thread_count=2,
        )
        self.assertEqual(
            [trial.specification for trial in tuning.trials], ["exact", "graph", "IVF16,SQ8"]
        )
        self.assertEqual(
            (tuning.basis, tuning.query_count, tuning.recall, tuning.k, tuning.row_count),
            ("queries", 200, 0.9, 5, 3000),
        )
        self.assertIn(tuning.best, tuning.trials)
        self.assertEqual([p.recall for p in tuning.trials[0].points], [1])
        for trial in tuning.trials:
            self.assertIsNone(trial.refusal)
            self.assertTrue(all(p.low <= p.recall <= p.high for p in trial.points))
            self.assertTrue(all(p.mean_seconds > 0 for p in trial.points))
            self.assertEqual(trial.index_byte_count > 0, trial.specification != "exact")
        self.assertTrue(seen)
        self.assertEqual(c.tune(["ivf"], queries, index_byte_limit=1).best.specification, "exact")
        self.assertEqual(c.tune([], sample_count=100).basis, "rows")
        c.set_index(tuning.best.specification)
        with self.assertRaises(quiver.ConfigurationError):
            c.tune(["Nonsense"])
        with self.assertRaises(quiver.SearchError):
            c.tune(recall=1)
        with self.assertRaises(TypeError):
            c.tune("graph")
        with self.assertRaises(quiver.VectorError):
            c.tune(queries=queries[:, :3])
        with self.assertRaises(quiver.CancelledError):
            c.tune(progress=lambda completed, total: True)

    def test_progress(self):
        c = self.filled()
        seen: list[tuple[int, int]] = []
        c.seal()
        c.maintain(lambda completed, total: seen.append((completed, total)))
        self.assertGreater(len(seen), 0)
        self.assertTrue(all(completed <= total for completed, total in seen))

    def test_a_callback_that_says_stop(self):
        c = self.filled()
        with self.assertRaises(quiver.CancelledError):
            c.seal(lambda completed, total: True)
        self.assertEqual(c.statistics().tail_count, 3000)
        c.seal()
        with self.assertRaises(quiver.CancelledError):
            c.maintain(lambda completed, total: True, thread_count=2)
        c.delete(range(2000))
        with self.assertRaises(quiver.CancelledError):
            c.compact(lambda completed, total: True)
        self.assertEqual(c.count(), 1000)

    def test_a_callback_that_fails(self):
        c = self.filled()

        def fail(completed: int, total: int) -> None:
            raise RuntimeError("mine")

        with self.assertRaisesRegex(RuntimeError, "mine"):
            c.seal(fail)
        c.seal()
        with self.assertRaisesRegex(RuntimeError, "mine"):
            c.maintain(fail, thread_count=2)
        with self.assertRaises(TypeError):
            c.compact(7)
        with self.assertRaises(TypeError):
            c.maintain(lambda: None)

    def test_control_c_ends_the_work(self):
        c = self.filled()
        c.seal()
        self.heed_interrupts()
        started = threading.Event()

        def interrupt() -> None:
            started.wait()
            os.kill(os.getpid(), signal.SIGINT)

        thread = threading.Thread(target=interrupt)
        thread.start()
        with self.assertRaises(KeyboardInterrupt):
            while True:
                started.set()
                c.maintain()
        thread.join()
        c.maintain()

    def test_a_callback_may_read_and_other_threads_run(self):
        c = self.filled()
        found = []
        c.seal()
        c.maintain(lambda completed, total: found.append(len(c.search(numpy.ones(16), 3))) and None)
        self.assertEqual(set(found), {3})

    def test_what_cannot_be(self):
        c = self.filled()
        with self.assertRaises(quiver.ArgumentError):
            c.maintain(thread_count=1 << 31)
        with self.assertRaises(quiver.ArgumentError):
            c.maintain(thread_count=-1)
        with self.assertRaises(quiver.ConfigurationError):
            c.compact(memory_byte_count=1)
        with self.assertRaises(TypeError):
            c.compact(memory_byte_count="1GiB")


if __name__ == "__main__":
    unittest.main()
