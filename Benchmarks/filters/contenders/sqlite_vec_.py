"""sqlite-vec, which compares all rows: its table with metadata columns, the same told the rows that an indexed table allows,
and its distance function over the rows of an indexed table. SQLite comes from APSW: Python's own may be built without
extensions."""

import apsw
import numpy
import sqlite_vec

from contenders.engine import Base, Method

CACHE_KIB = 1_000_000


class Engine(Base):
    def version(self):
        return f"{sqlite_vec.__version__}, SQLite {apsw.sqlite_lib_version()}"

    def description(self):
        return "vec0 with metadata columns; a table of vectors with an index on each field"

    def connect(self):
        connection = apsw.Connection(str(self.folder / "store.db"))
        connection.enable_load_extension(True)
        connection.load_extension(sqlite_vec.loadable_path())
        connection.execute(f"pragma cache_size = -{CACHE_KIB}; pragma mmap_size = {4 << 30}")
        return connection

    def build(self):
        connection = self.connect()
        fields = self.dataset.fields
        columns = ", ".join(f"{name} {'text' if values.dtype.kind == 'U' else 'integer'}" for name, values in fields.items())
        dimension = self.dataset.base.shape[1]
        vector = f"vector float[{dimension}] distance_metric=cosine"
        connection.execute(f"create virtual table searched using vec0(id integer primary key, {vector}, {columns})")
        connection.execute(f"create table plain(id integer primary key, {columns}, vector blob)")
        names = ", ".join(fields)
        marks = ", ".join("?" * len(fields))
        with connection:
            for rows, values, vectors in self.records():
                records = [
                    (row, vector.tobytes(), *record.values()) for row, record, vector in zip(rows, values, vectors)
                ]
                for table in ("searched", "plain"):
                    connection.executemany(f"insert into {table}(id, vector, {names}) values (?, ?, {marks})", records)
        for name in fields:
            connection.execute(f"create index plain_{name} on plain({name})")
        connection.execute("analyze")

    def open(self):
        self.connection = self.connect()

    def methods(self):
        return [Method("metadata"), Method("rows of an index"), Method("distance function")]

    def query(self, vector):
        return vector.tobytes()

    def filter(self, conditions):
        where = self.dataset.text(conditions)
        searched = "select id from searched where vector match ? and k = {k}"
        ordered = " order by vec_distance_cosine(vector, ?) limit {k}"
        return {
            "metadata": searched + (f" and {where}" if where else ""),
            "rows of an index": searched + (f" and id in (select id from plain where {where})" if where else ""),
            "distance function": "select id from plain" + (f" where {where}" if where else "") + ordered,
        }

    def search(self, query, filter, k, settings):
        return self.connection.execute(filter[settings["method"]].format(k=k), (query,)).fetchall()

    def rows(self, answer):
        return numpy.array([row for row, in answer], dtype=numpy.int64)
