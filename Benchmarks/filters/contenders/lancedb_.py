"""LanceDB: a table for each vector index, HNSW over int8 codes, an inverted file over int8 codes and one over rows, with
BTREE indexes on integers and BITMAP ones on fields of few values; the filter goes before the search."""

from datetime import timedelta

import lancedb
import numpy
import pyarrow
from lancedb.index import Bitmap, BTree, HnswSq, IvfFlat, IvfSq

from contenders.engine import LADDER, LISTS, Base, Method

PARTITIONS = 256
INDEXES = {
    "hnsw_sq": HnswSq(distance_type="cosine", num_partitions=1, m=20, ef_construction=300),
    "ivf_sq": IvfSq(distance_type="cosine", num_partitions=PARTITIONS),
    "ivf_flat": IvfFlat(distance_type="cosine", num_partitions=PARTITIONS),
}
FEW_VALUES = ("pos", "lexfile", "words")


class Engine(Base):
    def version(self):
        return lancedb.__version__

    def description(self):
        graph = "IVF_HNSW_SQ with 1 partition, m=20, ef_construction=300"
        return f"{graph}; IVF_SQ and IVF_FLAT with {PARTITIONS}; BTREE, BITMAP"

    def build(self):
        base, fields = numpy.array(self.dataset.base), self.dataset.fields
        vectors = pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(base.reshape(-1)), base.shape[1])
        columns = {"id": pyarrow.array(numpy.arange(len(base))), "vector": vectors}
        columns |= {name: pyarrow.array(values.tolist()) for name, values in fields.items()}
        database = lancedb.connect(self.folder / "store")
        for name, index in INDEXES.items():
            table = database.create_table(name, pyarrow.table(columns))
            table.create_index("vector", config=index, wait_timeout=timedelta(minutes=30))
            for field in fields:
                scalar = Bitmap() if field in FEW_VALUES else BTree()
                table.create_index(field, config=scalar, wait_timeout=timedelta(minutes=5))

    def open(self):
        database = lancedb.connect(self.folder / "store")
        self.tables = {name: database.open_table(name) for name in INDEXES}

    def methods(self):
        lists = [count for count in LISTS if count <= PARTITIONS]
        return [
            Method("hnsw_sq", "ef", LADDER, refine=1),
            Method("hnsw_sq", "ef", LADDER, refine=None),
            Method("ivf_sq", "nprobes", lists, refine=1),
            Method("ivf_flat", "nprobes", lists, refine=None),
            Method("exact"),
        ]

    def filter(self, conditions):
        return self.dataset.text(conditions)

    def search(self, query, filter, k, settings):
        method = settings["method"]
        table = self.tables["ivf_flat" if method == "exact" else method]
        search = table.search(query, vector_column_name="vector").distance_type("cosine").limit(k).select(["id"])
        if filter:
            search = search.where(filter, prefilter=True)
        if method == "exact":
            search = search.bypass_vector_index()
        if "ef" in settings:
            search = search.ef(settings["ef"])
        if "nprobes" in settings:
            search = search.nprobes(settings["nprobes"])
        if settings.get("refine"):
            search = search.refine_factor(settings["refine"])
        return search.to_arrow()

    def rows(self, answer):
        return answer["id"].to_numpy()
