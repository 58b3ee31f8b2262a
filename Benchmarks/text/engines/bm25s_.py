"""bm25s, whose scores are made when it is built. It gets terms that Quiver's analysis has found, for free, as numbers."""

import bm25s
import quiver

from engines.engine import Base


class Engine(Base):
    def version(self):
        return bm25s.__version__

    def description(self):
        return (
            f"method lucene, k1 1.2, b 0.75, backend {self.variant}, in memory; the query's terms are found and turned into "
            "numbers before the clock starts"
        )

    def build(self):
        index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        terms = [quiver.terms(text, language="english") for text in self.corpus.texts]
        index.index(terms, show_progress=False)
        index.save(str(self.folder / "index"))

    def open(self):
        self.index = bm25s.BM25.load(str(self.folder / "index"))
        self.index.backend = self.variant
        if self.variant == "numba":
            self.index.activate_numba_scorer()

    def query(self, text):
        return [self.index.get_tokens_ids(quiver.terms(text, language="english")) or [self.index.vocab_dict[""]]]

    def search(self, query, k):
        return self.index.retrieve(query, k=k, show_progress=False, n_threads=0)

    def rows(self, answer):
        return [int(row) for row, score in zip(answer.documents[0], answer.scores[0]) if score > 0]
