"""hit@10 and MRR@10 of words, of vectors, and of both as one list."""

import tempfile

import numpy
import quiver

import stores
from corpora import TUNING
from runs import progress

K = 10
BATCH = 200
# Of the words, those of the vectors being 1 less it.
WEIGHTS = [round(0.05 * step, 2) for step in range(1, 20)]
RESAMPLES = 10_000


class Method:
    """A way to search: a query of the vector and the text."""

    def __init__(self, name, make, **settings):
        self.name, self.make, self.settings = name, make, settings


def fused(fusion, weight):
    def make(vector, text):
        sources = [quiver.Source(vector, weight=1 - weight), stores.words(text, weight=weight)]
        return quiver.Query(sources, fusion=fusion)

    return make


ALONE = (
    Method("words", lambda vector, text: stores.words(text)),
    Method("vectors", lambda vector, text: quiver.Source(vector)),
)
RANKS = Method("hybrid, ranks", fused("ranks", 0.5))


def reciprocal_ranks(results, answers):
    """1 by the place of the first right document of each query, 0 where none is there."""
    values = []
    for hits, right in zip(results, answers):
        place = next((place for place, key in enumerate(hits.keys, 1) if key in right), None)
        values.append(1 / place if place else 0.0)
    return values


class Interval:
    """95 % of what a mean is over resamples of the queries; the same resamples for every method."""

    def __init__(self, count):
        generator = numpy.random.default_rng(0)
        # How often each query is drawn: 1 resample a row, a few at a time.
        self.draws = [generator.integers(0, count, (100, count)) for _ in range(RESAMPLES // 100)]

    def of(self, values):
        values = numpy.asarray(values, dtype=numpy.float64)
        means = numpy.concatenate([values[draw].mean(axis=1) for draw in self.draws])
        low, high = numpy.percentile(means, [2.5, 97.5])
        return {"mean": float(values.mean()), "low": float(low), "high": float(high)}


class Hybrid:
    def __init__(self, corpus, options, encode):
        self.corpus, self.options = corpus, options
        self.base, self.vectors = corpus.vectors(options, encode)

    def run(self):
        with tempfile.TemporaryDirectory(dir=self.options.folder) as folder:
            self.collection = stores.create(f"{folder}/store", "english", self.base.shape[1])
            stores.insert(self.collection, self.corpus.texts, self.base)
            self.collection.compact(thread_count=2)
            tuning = range(min(TUNING, self.options.tuning_queries))
            reported = range(TUNING, min(TUNING + self.options.reported_queries, len(self.corpus.queries)))
            methods = [*ALONE, RANKS, *(self.tune(fusion, tuning) for fusion in ("ranks", "scores"))]
            return {
                "tuning_queries": len(tuning),
                "queries": len(reported),
                **self.report({method.name: self.search(method, reported) for method in methods}, methods),
            }

    def search(self, method, numbers):
        """The reciprocal rank of each query."""
        values = []
        for begin in range(0, len(numbers), BATCH):
            batch = numbers[begin : begin + BATCH]
            queries = [method.make(self.vectors[number], self.corpus.queries[number]) for number in batch]
            results = self.collection.search_batch(queries, K, thread_count=2)
            values += reciprocal_ranks(results, [self.corpus.answers[number] for number in batch])
        return numpy.array(values)

    def tune(self, fusion, numbers):
        """The weight with the most hits; of equal ones, with the best ranks."""
        best = None
        for weight in WEIGHTS:
            values = self.search(Method("", fused(fusion, weight)), numbers)
            key = (numpy.mean(values > 0), values.mean())
            if best is None or key > best[0]:
                best = key, weight
        progress(f"  {self.corpus.name}, {fusion}: weight of the words {best[1]}, hit@10 {best[0][0]:.3f} where tuned")
        return Method(f"hybrid, {fusion}, tuned", fused(fusion, best[1]), weight=best[1])

    def report(self, found, methods):
        interval = Interval(len(found["words"]))
        results = {}
        for method in methods:
            values = found[method.name]
            results[method.name] = method.settings | {"hit": interval.of(values > 0), "mrr": interval.of(values)}
            if method not in ALONE:
                for other in ALONE:
                    theirs = found[other.name]
                    results[method.name][f"over_{other.name}"] = {
                        "hit": interval.of((values > 0).astype(float) - (theirs > 0)),
                        "mrr": interval.of(values - theirs),
                    }
            progress(f"  {self.corpus.name}, {method.name}: hit@10 {results[method.name]['hit']['mean']:.4f}")
        return {"methods": results}
