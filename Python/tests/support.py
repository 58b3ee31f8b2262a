"""What the tests share: a folder and a store of their own."""

import pathlib
import signal
import tempfile
import unittest

import numpy
import quiver

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class StoreTestCase(unittest.TestCase):
    """A test with an empty store, opened for writing."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.path = self.folder / "store"
        self.store = quiver.open(self.path, create=True)
        self.addCleanup(self.store.close)

    def heed_interrupts(self) -> None:
        """Has Ctrl-C raise KeyboardInterrupt, also where what the tests run in ignores it, as a shell's background does."""
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.addCleanup(signal.signal, signal.SIGINT, before)

    def collection(self, dimension: int = 3, metric: quiver.Metric = "l2", **options):
        """A collection named "c"."""
        return self.store.create_collection("c", dimension, metric=metric, **options)

    def numbered(self, count: int = 20):
        """A collection of documents 0, 1, …, at (number, 0, 0), with the text "text number"."""
        collection = self.collection()
        vectors = numpy.zeros((count, 3), numpy.float32)
        vectors[:, 0] = numpy.arange(count)
        texts = [f"text {number}" for number in range(count)]
        collection.upsert(quiver.DocumentArrays(numpy.arange(count), vectors, texts))
        return collection
