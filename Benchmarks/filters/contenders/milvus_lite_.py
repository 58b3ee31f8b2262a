"""Milvus Lite, called as the engine that it is, without the server before it: HNSW, an inverted file and comparing all rows,
a collection each, with INVERTED indexes on the fields."""

import milvus_lite
import numpy
from milvus_lite import CollectionSchema, DataType, FieldSchema, MilvusLite

from contenders.engine import LADDER, LISTS, Base, Method

INDEXES = {
    "hnsw": ("HNSW", {"M": 16, "efConstruction": 200}),
    "ivf_flat": ("IVF_FLAT", {"nlist": 1024}),
    "exact": ("FLAT", {}),
}


class Engine(Base):
    def version(self):
        return milvus_lite.__version__

    def description(self):
        return "HNSW M=16 efConstruction=200; IVF_FLAT nlist=1024; FLAT; INVERTED on each field"

    def schema(self):
        fields = [
            FieldSchema(name="id", dtype=DataType.INT64, is_primary=True),
            FieldSchema(name="vector", dtype=DataType.FLOAT_VECTOR, dim=self.dataset.base.shape[1]),
        ]
        for name, values in self.dataset.fields.items():
            if values.dtype.kind == "U":
                fields.append(FieldSchema(name=name, dtype=DataType.VARCHAR, max_length=16))
            else:
                fields.append(FieldSchema(name=name, dtype=DataType.INT64))
        return CollectionSchema(fields=fields)

    def build(self):
        with MilvusLite(str(self.folder / "store")) as database:
            for name, (kind, parameters) in INDEXES.items():
                collection = database.create_collection(name, self.schema())
                for rows, fields, vectors in self.records():
                    rows = zip(rows, fields, vectors.tolist())
                    collection.insert([{"id": row, "vector": vector} | values for row, values, vector in rows])
                collection.flush()
                index = {"index_type": kind, "metric_type": "COSINE", "params": parameters}
                collection.create_index("vector", index)
                for field in self.dataset.fields:
                    collection.create_index(field, {"index_type": "INVERTED"})
                collection.load()

    def open(self):
        self.database = MilvusLite(str(self.folder / "store"))
        self.collections = {name: self.database.get_collection(name) for name in INDEXES}
        for collection in self.collections.values():
            collection.load()

    def methods(self):
        return [Method("hnsw", "ef", LADDER), Method("ivf_flat", "nprobe", LISTS), Method("exact")]

    def query(self, vector):
        return [vector]

    def filter(self, conditions):
        return self.dataset.text(conditions, quote='"', names={"=": "=="}) or None

    def search(self, query, filter, k, settings):
        parameters = {name: settings[name] for name in ("ef", "nprobe") if name in settings}
        collection = self.collections[settings["method"]]
        return collection.search(query, k, expr=filter, output_fields=["id"], search_params=parameters)

    def rows(self, answer):
        return numpy.array([hit["id"] for hit in answer[0]], dtype=numpy.int64)
