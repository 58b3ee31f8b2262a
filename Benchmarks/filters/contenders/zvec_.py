"""zvec: an HNSW graph over int8 codes, whose hits are compared with the float32 rows again, or over the rows themselves;
an inverted index on every field. Where a filter allows a smaller share of the rows than brute_force_by_keys_ratio says, zvec
compares all of them: 0.1 as it comes, 0 in the variant "…-graph", 1 in "…-rows"."""

import numpy
import zvec

from contenders.engine import LADDER, Base, Method

M, EF_CONSTRUCTION = 32, 300
# zvec refuses more.
GREATEST_EF = 2048


class Engine(Base):
    def version(self):
        return zvec.__version__

    @property
    def is_int8(self):
        return self.variant.startswith("int8")

    def description(self):
        kind = "int8, float32 kept to refine" if self.is_int8 else "float32"
        return f"HNSW m={M} ef_construction={EF_CONSTRUCTION} on {kind}; inverted index on each field"

    def start(self, **options):
        zvec.init(log_level=zvec.LogLevel.ERROR, **options)

    def schema(self):
        quantize = zvec.QuantizeType.INT8 if self.is_int8 else zvec.QuantizeType.UNDEFINED
        graph = zvec.HnswIndexParam(
            metric_type=zvec.MetricType.COSINE,
            m=M,
            ef_construction=EF_CONSTRUCTION,
            quantize_type=quantize,
            use_contiguous_memory=True,
            use_flat_contiguous_memory=self.is_int8,
        )
        fields = [
            zvec.FieldSchema(
                name,
                zvec.DataType.STRING if values.dtype.kind == "U" else zvec.DataType.INT64,
                index_param=zvec.InvertIndexParam(enable_range_optimization=values.dtype.kind != "U"),
            )
            for name, values in self.dataset.fields.items()
        ]
        dimension = self.dataset.base.shape[1]
        vectors = zvec.VectorSchema("vector", zvec.DataType.VECTOR_FP32, dimension, index_param=graph)
        return zvec.CollectionSchema(name="rows", fields=fields, vectors=vectors)

    def build(self):
        self.start()
        collection = zvec.create_and_open(path=str(self.folder / "store"), schema=self.schema())
        for rows, fields, vectors in self.records():
            collection.insert(
                [
                    zvec.Doc(id=str(row), vectors={"vector": vector}, fields=values)
                    for row, values, vector in zip(rows, fields, vectors.tolist())
                ]
            )
        collection.flush()
        collection.optimize()
        collection.close()

    def open(self):
        ratio = {"graph": 0.0, "rows": 1.0}.get(self.variant.partition("-")[2])
        self.start(query_threads=1, brute_force_by_keys_ratio=ratio)
        option = zvec.CollectionOption(read_only=True)
        self.collection = zvec.open(path=str(self.folder / "store"), option=option)

    def methods(self):
        values = [value for value in LADDER if value <= GREATEST_EF]
        kinds = [{"refined": True}, {"refined": False}] if self.is_int8 else [{}]
        return [Method("graph", "ef", values, **kind) for kind in kinds]

    def filter(self, conditions):
        return self.dataset.text(conditions) or None

    def configure(self, settings):
        self.parameters = zvec.HnswQueryParam(ef=settings["ef"], is_using_refiner=settings.get("refined", False))

    def search(self, query, filter, k, settings):
        # The fastest that zvec offers: numbers of its own first, then the keys that belong to them.
        found = self.collection.query_internal_ids(
            zvec.Query("vector", vector=query, param=self.parameters), topk=k, filter=filter
        )
        return self.collection.resolve_internal_ids(found)

    def rows(self, answer):
        return numpy.array([int(key) for key in answer if key is not None], dtype=numpy.int64)
