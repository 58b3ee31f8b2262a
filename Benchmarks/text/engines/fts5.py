"""SQLite's FTS5, by Python's own `sqlite3` or by APSW, which brings a newer SQLite.

Its index is the whole of a database in memory: one b-tree after `optimize`, without the texts, which a search of keys does
not read, and with positions, without which `bm25` cannot count a term and finds other documents, or reads the texts.
`order by bm25(texts) limit` keeps ten rows where `order by rank limit` sorts all that match, and takes two thirds of its
time; the latter is measured, too, as the form in SQLite's manual.
"""

import sqlite3

from engines.engine import WORD, Base

TOKENIZER = "porter unicode61 remove_diacritics 2"
TABLE = f"create virtual table texts using fts5(text, content='', detail=full, tokenize='{TOKENIZER}')"
SEARCH = "select rowid from texts where texts match ? order by {} limit ?"
ORDERS = {"sqlite3": "bm25(texts)", "apsw": "bm25(texts)", "rank": "rank"}


class Engine(Base):
    def connect(self, path):
        if self.variant == "apsw":
            import apsw

            return apsw.Connection(path)
        return sqlite3.connect(path, isolation_level=None)

    def version(self):
        if self.variant == "apsw":
            import apsw

            return f"SQLite {apsw.sqlite_lib_version()} (APSW)"
        return f"SQLite {sqlite3.sqlite_version} (Python's)"

    def description(self):
        return (
            f"contentless FTS5 table of detail=full in a database in memory, {TOKENIZER}, optimized into one b-tree; a "
            f"prepared `order by {ORDERS[self.variant]} limit 10`, for each word of the query once, joined by OR"
        )

    def build(self):
        connection = self.connect(str(self.folder / "texts.db"))
        connection.execute("pragma page_size = 4096")
        connection.execute("pragma journal_mode = off")
        connection.execute(TABLE)
        connection.execute("begin")
        connection.executemany("insert into texts(rowid, text) values (?, ?)", list(enumerate(self.corpus.texts)))
        connection.execute("insert into texts(texts) values ('optimize')")
        connection.execute("commit")
        connection.close()

    def open(self):
        stored = self.connect(str(self.folder / "texts.db"))
        self.connection = self.connect(":memory:")
        if self.variant == "apsw":
            with self.connection.backup("main", stored, "main") as backup:
                backup.step()
        else:
            stored.backup(self.connection)
        stored.close()
        self.statement = SEARCH.format(ORDERS[self.variant])

    def query(self, text):
        words = dict.fromkeys(word.lower() for word in WORD.findall(text))
        return " OR ".join(f'"{word}"' for word in words)

    def search(self, query, k):
        return self.connection.execute(self.statement, (query, k)).fetchall()

    def rows(self, answer):
        return [row for row, in answer]
