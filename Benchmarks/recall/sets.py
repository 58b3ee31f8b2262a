"""The rows and queries with which recall targets are tried.

A set has rows, a third that comes later and is of another kind (drift), and queries: some like the rows (inside), some of
another kind (outside), some like the later third (drifted). No query is a row.
"""

import sys
from pathlib import Path
from typing import NamedTuple

import numpy

HERE = Path(__file__).resolve().parent
QUERY_COUNT = 2_000


class Set(NamedTuple):
    name: str
    metric: str
    rows: numpy.ndarray
    later: numpy.ndarray
    queries: dict


def wordnet(vectors):
    """Definitions of nouns, later those of verbs, adjectives and adverbs; outside are usage examples, which are sentences."""
    sys.path.insert(0, str(HERE.parent / "wordnet"))
    import wordnet

    base = numpy.load(vectors / "wordnet-base.npy")
    nouns = numpy.array([synset.key.endswith("n") for synset in wordnet.synsets()])
    random = numpy.random.default_rng(7)
    rows, inside = held_out(base[nouns], random)
    later, drifted = held_out(base[~nouns], random)
    outside = numpy.load(vectors / "wordnet-queries.npy")
    outside = outside[random.permutation(len(outside))[:QUERY_COUNT]]
    return Set("WordNet × MiniLM", "cosine", rows, later, {"inside": inside, "outside": outside, "drifted": drifted})


def fashion(vectors):
    """Images of 784 pixels, later some that lie on their side; outside are images upside down."""
    base = numpy.load(vectors / "fashion-base.npy")
    tests = numpy.load(vectors / "fashion-queries.npy")
    turned = lambda images, times: numpy.ascontiguousarray(
        numpy.rot90(images.reshape(-1, 28, 28), times, axes=(1, 2)).reshape(-1, 784)
    )
    queries = {
        "inside": tests[:QUERY_COUNT],
        "outside": turned(tests[QUERY_COUNT : 2 * QUERY_COUNT], 2),
        "drifted": turned(tests[2 * QUERY_COUNT : 3 * QUERY_COUNT], 1),
    }
    return Set("Fashion-MNIST", "l2", base[:40_000], turned(base[40_000:], 1), queries)


def held_out(rows, random):
    order = random.permutation(len(rows))
    return rows[numpy.sort(order[QUERY_COUNT:])], rows[order[:QUERY_COUNT]]


SETS = {"wordnet": wordnet, "fashion": fashion}
