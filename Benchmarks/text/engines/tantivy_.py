"""tantivy, the engine in Rust that is most like Quiver's: one segment, read from memory-mapped files.

Answers are numbers of documents in that segment, which are those of the rows: it does not read a stored key.
"""

import tantivy

from engines.engine import WORD, Base

ANALYZER = "english"


class Engine(Base):
    def version(self):
        return tantivy.__version__

    def description(self):
        return (
            "one segment, positions left out, words without case and diacritics, English stems; the query of the words is "
            "parsed and searched, hits not counted"
        )

    def schema(self):
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("text", stored=False, tokenizer_name=ANALYZER, index_option="freq")
        return builder.build()

    def register(self, index):
        tokenizer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        for step in (
            tantivy.Filter.remove_long(255),
            tantivy.Filter.lowercase(),
            tantivy.Filter.ascii_fold(),
            tantivy.Filter.stemmer("English"),
        ):
            tokenizer = tokenizer.filter(step)
        index.register_tokenizer(ANALYZER, tokenizer.build())

    def build(self):
        (self.folder / "index").mkdir()
        index = tantivy.Index(self.schema(), path=str(self.folder / "index"))
        self.register(index)
        # One thread that never runs full writes one segment.
        writer = index.writer(heap_size=1_000_000_000, num_threads=1)
        for text in self.corpus.texts:
            writer.add_document(tantivy.Document(text=[text]))
        writer.commit()
        writer.wait_merging_threads()

    def open(self):
        self.index = tantivy.Index.open(str(self.folder / "index"))
        self.register(self.index)
        self.index.reload()
        self.searcher = self.index.searcher()
        if self.searcher.num_segments != 1:
            raise RuntimeError(f"{self.searcher.num_segments} segments")

    def query(self, text):
        return " ".join(WORD.findall(text)).lower()

    def search(self, query, k):
        return self.searcher.search(self.index.parse_query(query, ["text"]), k, count=False).hits

    def rows(self, answer):
        return [address.doc for _, address in answer]
