"""Collections of a corpus in Quiver, in the layouts that a search may meet."""

import numpy

import quiver

BATCH = 5_000
COLLECTION = "texts"


def create(path, language, dimension=None):
    """A new collection, whose texts are searched by words of a language, or of none."""
    store = quiver.open(path, create=True)
    text_fields = [quiver.TextField(language=language)]
    # A collection has a field at least.
    fields = {"unused": "bool"} if dimension is None else None
    return store.create_collection(COLLECTION, dimension, fields=fields, text_fields=text_fields)


def insert(collection, texts, vectors=None, first=0, end=None):
    """Rows `first` to before `end`, under their numbers as keys."""
    end = len(texts) if end is None else end
    for begin in range(first, end, BATCH):
        rows = range(begin, min(begin + BATCH, end))
        if vectors is None:
            collection.insert([quiver.Document(row, text=texts[row]) for row in rows])
        else:
            batch = [texts[row] for row in rows]
            collection.insert(
                quiver.DocumentArrays(keys=numpy.array(rows), vectors=vectors[rows.start : rows.stop], texts=batch)
            )


def reopen(path):
    return quiver.open(path, read_only=True).open_collection(COLLECTION)


def segments(collection):
    statistics = collection.statistics()
    return {"segments": statistics.segment_count, "tail": statistics.tail_count, "live": statistics.live_count}


def words(text, **settings):
    """What looks for the words of a text, whatever other characters are in it."""
    return quiver.Source(match=text, plain=True, **settings)
