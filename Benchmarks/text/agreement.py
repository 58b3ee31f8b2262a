"""Whether BM25's best ten are those of bm25s, from the same terms."""

import tempfile

import bm25s
import numpy
import quiver

import stores
from runs import progress

K = 10
# So far apart scores may be and the documents still be in any order.
TOLERANCE = 1e-4
PARAMETERS = (1.2, 0.75)
OTHER_PARAMETERS = (0.9, 0.4)
SEALED_PARTS, TAIL_SHARE, DEAD_SHARE = 5, 0.04, 0.2


class Reference:
    """bm25s over some rows of a corpus; rows without a term do not count, as they do not in Lucene."""

    def __init__(self, terms, rows, parameters):
        k1, b = parameters
        self.rows = numpy.array([row for row in rows if terms[row]])
        self.index = bm25s.BM25(method="lucene", k1=k1, b=b, dtype="float64")
        self.index.index([terms[row] for row in self.rows], show_progress=False)
        self.row_count = len(terms)

    def scores(self, query):
        """Of every row of the corpus, 0 of those that it was not given."""
        scores = numpy.zeros(self.row_count)
        if query:
            scores[self.rows] = self.index.get_scores(query)
        return scores


def difference(scores, keys, found):
    """How far the hits' scores are from the best that there are, and from those of the documents that they name: 0 for what
    is the same, infinite for another number of hits or one that comes twice."""
    best = numpy.sort(scores[scores > 0])[::-1][:K]
    if len(keys) != len(best) or len(set(keys)) != len(keys):
        return float("inf")
    if not len(best):
        return 0.0
    named = scores[numpy.array(keys, dtype=numpy.int64)]
    return float(max(numpy.abs(best - found).max(), numpy.abs(named - found).max(), numpy.abs(named - best).max()))


def compare(collection, reference, queries, query_terms, parameters, is_live=None):
    differences, shared = [], []
    for query, terms in zip(queries, query_terms):
        hits = collection.search(stores.words(query, bm25=parameters), K)
        scores = reference.scores(terms)
        if is_live is not None:
            scores[~is_live] = 0
        keys = hits.keys
        differences.append(difference(scores, keys, hits.scores))
        if keys:
            # Hits that are as good as the tenth best, whatever score they came with.
            worst = numpy.sort(scores)[-len(keys)]
            shared.append(numpy.mean(scores[keys] >= worst - TOLERANCE))
    differences = numpy.array(differences)
    same = differences <= TOLERANCE
    return {
        "queries": len(queries),
        "same": int(same.sum()),
        "largest_difference": float(differences[same].max(initial=0)),
        "largest_difference_of_others": float(differences[~same].max(initial=0)),
        "shared": float(numpy.mean(shared)),
    }


class Agreement:
    """The layouts of one corpus, one after another."""

    def __init__(self, corpus, options):
        self.corpus, self.options, self.results = corpus, options, []
        self.queries = corpus.queries[-options.agreement_queries :]

    def note(self, layout, statistics, language, parameters, collection, compared):
        result = {
            "layout": layout,
            "statistics": statistics,
            "language": language,
            "parameters": parameters,
        }
        result |= stores.segments(collection) | compared
        progress(
            f"  {self.corpus.name}, {layout}, {language or 'no stems'}, k1 and b {parameters}, counts of {statistics}: "
            f"{result['same']} of {result['queries']} the same, scores within {result['largest_difference']:.1e}"
        )
        self.results.append(result)

    def analyse(self, language):
        self.terms = [quiver.terms(text, language=language) for text in self.corpus.texts]
        self.query_terms = [quiver.terms(query, language=language) for query in self.queries]

    def compare(self, layout, collection, reference, language, parameters=PARAMETERS, statistics="live rows", is_live=None):
        compared = compare(collection, reference, self.queries, self.query_terms, parameters, is_live)
        self.note(layout, statistics, language, parameters, collection, compared)

    def run(self):
        texts, options = self.corpus.texts, self.options
        everything = range(len(texts))
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            for language in (None, "english"):
                self.analyse(language)
                collection = stores.create(f"{folder}/one-{language}", language)
                stores.insert(collection, texts)
                collection.compact(thread_count=2)
                whole = Reference(self.terms, everything, PARAMETERS)
                self.compare("one segment", collection, whole, language)
            other = Reference(self.terms, everything, OTHER_PARAMETERS)
            self.compare("one segment", collection, other, language, OTHER_PARAMETERS)
            self.run_with_dead(f"{folder}/several", language, whole)
        empty = sum(not terms for terms in self.terms)
        return {"rows_without_terms": empty, "results": self.results}

    def run_with_dead(self, path, language, whole):
        """Several segments and a tail, then without a fifth of the rows, then compacted."""
        texts = self.corpus.texts
        collection = stores.create(path, language)
        sealed = int(len(texts) * (1 - TAIL_SHARE))
        ends = [sealed * part // SEALED_PARTS for part in range(SEALED_PARTS + 1)]
        for first, end in zip(ends, ends[1:]):
            stores.insert(collection, texts, first=first, end=end)
            collection.seal()
        stores.insert(collection, texts, first=sealed)
        self.compare("segments and a tail", collection, whole, language)
        generator = numpy.random.default_rng(0)
        dead = generator.choice(len(texts), int(len(texts) * DEAD_SHARE), replace=False)
        collection.delete([int(row) for row in dead])
        is_live = numpy.ones(len(texts), dtype=bool)
        is_live[dead] = False
        live = Reference(self.terms, numpy.flatnonzero(is_live), PARAMETERS)
        self.compare("a fifth deleted", collection, whole, language, statistics="all rows", is_live=is_live)
        self.compare("a fifth deleted", collection, live, language)
        collection.compact(thread_count=2)
        self.compare("a fifth deleted, compacted", collection, live, language)
