"""Closed objects, threads that close and use the same ones, forks, and the interpreter's end."""

import gc
import os
import subprocess
import sys
import textwrap
import threading
import unittest
import warnings

import numpy
import quiver
from quiver import Document, DocumentArrays, FieldUpdate

from support import StoreTestCase


class ClosedTests(StoreTestCase):
    def calls(self, c):
        """Every call of a collection."""
        return [
            lambda: c.search([1, 2, 3]),
            lambda: c.search_batch([[1, 2, 3]]),
            lambda: c.get(1),
            lambda: c.get_batch([1, 2]),
            lambda: list(c.scan()),
            c.count,
            c.statistics,
            lambda: c.upsert(Document(1, [1, 2, 3])),
            lambda: c.upsert(DocumentArrays([1], [[1, 2, 3]])),
            lambda: c.insert(Document(1, [1, 2, 3])),
            lambda: c.update(FieldUpdate(1)),
            lambda: c.delete(1),
            lambda: c.delete_where("n = 1"),
            c.seal,
            c.maintain,
            c.compact,
            lambda: c.put(Document(1, text="a")),
            lambda: c.search(text="a"),
            c.open_encoder,
            lambda: c.rename("d"),
            lambda: c.rename_vector_field("", "v"),
            lambda: c.set_cache_byte_limit(1 << 20),
            lambda: quiver.Cache(c, "m").entries([1]),
            lambda: quiver.Cache(c, "m").store(Document(1, [1, 2, 3])),
        ]

    def test_a_closed_collection(self):
        c = self.numbered()
        hits = c.search([3, 0, 0], 2, contents="text")
        c.close()
        c.close()
        self.assertTrue(c.closed)
        self.assertIn("closed", repr(c))
        for number, call in enumerate(self.calls(c)):
            with self.subTest(number), self.assertRaises(quiver.HandleError):
                call()
        self.assertEqual(hits[0].text, "text 3")

    def test_a_closed_store(self):
        c = self.numbered()
        self.store.close()
        self.store.close()
        for number, call in enumerate(self.calls(c)):
            with self.subTest(number), self.assertRaises(quiver.ClosedError):
                call()
        c.close()
        for call in [
            lambda: self.store.create_collection("d", 3),
            lambda: self.store.open_collection("c"),
            lambda: self.store.drop_collection("c"),
            lambda: self.store.create_snapshot("s"),
            lambda: self.store.drop_snapshot("s"),
            lambda: self.store.open_snapshot("s", "c"),
        ]:
            with self.assertRaises(quiver.HandleError):
                call()

    def test_with_closes_even_after_an_error(self):
        with self.assertRaises(RuntimeError), self.collection() as c:
            raise RuntimeError
        self.assertTrue(c.closed)

    def test_an_object_that_was_never_made(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            quiver.Store.__new__(quiver.Store).__del__()
            quiver.Collection.__new__(quiver.Collection).__del__()
        gc.collect()

    def test_handles_are_given_back(self):
        c = self.numbered()
        for _ in range(2000):
            c.search([1, 0, 0], 2)
            c.get(1, "vector")
            self.store.open_collection("c")
        gc.collect()
        with self.store.open_collection("c") as again:
            self.assertLess(again._handle & 0xFFFF_FFFF, 50)


class ThreadTests(StoreTestCase):
    def run_threads(self, count, work):
        failures = []

        def guarded(number):
            try:
                work(number)
            except BaseException as failure:
                failures.append(failure)

        threads = [threading.Thread(target=guarded, args=[n]) for n in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
            self.assertFalse(thread.is_alive())
        if failures:
            raise failures[0]

    def test_many_threads_on_one_store(self):
        c = self.collection()

        def work(number):
            generator = numpy.random.default_rng(number)
            for round in range(30):
                key = number * 1000 + round
                vector = generator.standard_normal(3, numpy.float32)
                c.upsert(Document(key, vector, f"{key}"))
                hits = c.search(vector, 5, contents=("text", "vector"))
                self.assertEqual(hits[0].key, key)
                self.assertEqual(hits[0].text, f"{key}")
                self.assertEqual(c.get(key, "vector").vector.tolist(), [vector.tolist()])
                with self.assertRaises(quiver.VectorError):
                    c.search([float("nan"), number, 0])
                if round % 10 == 9:
                    c.seal()
                    c.maintain()

        self.run_threads(6, work)
        self.assertEqual(c.count(), 180)

    def test_messages_belong_to_their_threads(self):
        def work(number):
            for _ in range(200):
                name = f"missing-{number}"
                with self.assertRaises(quiver.NotFoundError) as caught:
                    self.store.open_collection(name)
                self.assertIn(name, str(caught.exception))

        self.run_threads(4, work)

    def test_closing_under_the_hands_of_other_threads(self):
        for _ in range(20):
            self.numbered()
            c = self.store.open_collection("c")
            ready = threading.Barrier(4)

            def work(number):
                ready.wait()
                try:
                    for _ in range(100):
                        if number == 0:
                            c.close()
                        else:
                            hits = c.search([1, 0, 0], 3, contents=("text", "vector"))
                            self.assertEqual(hits[0].text, "text 1")
                            c.get(2, "vector").vector.sum()
                except quiver.HandleError:
                    pass

            self.run_threads(4, work)
            self.store.drop_collection("c")

    def test_two_threads_that_close_the_same(self):
        c = self.collection()
        for _ in range(200):
            opened = self.store.open_collection("c")
            self.run_threads(2, lambda number: opened.close())
        self.assertEqual(c.count(), 0)


class ForkTests(StoreTestCase):
    def test_after_a_fork(self):
        c = self.numbered()
        hits = c.search([1, 0, 0], 2, contents="text")
        hit = hits[0]
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            said = []
            for call in [
                c.count,
                c.close,
                self.store.close,
                lambda: c.search([1, 2, 3]),
                lambda: c.upsert(Document(1, [1, 2, 3])),
                lambda: quiver.open(self.path),
                lambda: quiver.verify(self.path),
            ]:
                try:
                    call()
                    said.append("nothing")
                except Exception as error:
                    said.append(type(error).__name__)
            said += [hit.text, str(hits.keys[0])]
            del hits, hit, c
            gc.collect()
            os.write(write, ",".join(said).encode())
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as pipe:
            said = pipe.read().split(",")
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.assertEqual(said, ["ForkError"] * 7 + ["text 1", "1"])
        self.assertEqual(c.count(), 20)

    def test_a_fork_before_the_first_use(self):
        program = f"""
            import os, quiver
            if os.fork() == 0:
                with quiver.open({str(self.folder / "forked")!r}, create=True) as store:
                    store.create_collection("c", 3)
                os._exit(0)
            assert os.wait()[1] == 0
        """
        run(program)
        self.assertEqual(quiver.verify(self.folder / "forked").damage_count, 0)

    def test_multiprocessing_spawn(self):
        self.numbered()
        program = f"""
            import multiprocessing, quiver
            def count(path):
                with quiver.open(path, read_only=True) as store:
                    return store.open_collection("c").count()
            if __name__ == "__main__":
                store = quiver.open({str(self.folder / "other")!r}, create=True)
                with multiprocessing.get_context("spawn").Pool(2) as pool:
                    print(pool.map(count, [{str(self.path)!r}] * 2))
        """
        script = self.folder / "spawn.py"
        script.write_text(textwrap.dedent(program))
        done = subprocess.run([sys.executable, script], capture_output=True, text=True)
        self.assertEqual(done.stdout, "[20, 20]\n", done.stderr)


class EndTests(StoreTestCase):
    def test_objects_that_are_open_at_the_interpreters_end(self):
        self.numbered()
        self.store.close()
        done = run(f"""
            import quiver
            store = quiver.open({str(self.path)!r})
            c = store.open_collection("c")
            hits = c.search([1, 2, 3], contents="text")
            scan = c.scan(page=2)
            next(scan)
            class Cycle: pass
            cycle = Cycle(); cycle.self, cycle.store, cycle.hits = cycle, store, hits
        """)
        self.assertEqual(done.stderr, "")
        quiver.open(self.path).close()

    def test_an_exit_while_threads_are_searching(self):
        self.numbered()
        done = run(f"""
            import quiver, threading, time
            c = quiver.open({str(self.path)!r}, read_only=True).open_collection("c")
            def work():
                while True: c.search([1, 2, 3], contents="text")
            for _ in range(3): threading.Thread(target=work, daemon=True).start()
            time.sleep(0.3)
        """)
        self.assertEqual(done.stderr, "")


def run(program: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], check=True, capture_output=True, text=True
    )


if __name__ == "__main__":
    unittest.main()
