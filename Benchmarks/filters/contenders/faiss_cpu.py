"""faiss-cpu with selectors: flat indexes, HNSW graphs and inverted files, float32 and int8, and for each filter the best.

FAISS has no fields. The selector is given for free, made before the clock starts, and measured beside that with its making
from the fields included: from a sorted column where one condition makes an array, as a scan of the columns where not.
"""

import faiss
import numpy

from contenders.engine import LADDER, LISTS, Base, Method
from dataset import OPERATORS

FACTORIES = {
    "flat": "Flat",
    "flat-sq8": "SQ8",
    "hnsw": "HNSW32",
    "hnsw-sq8": "HNSW32,SQ8",
    "ivf": "IVF1024,Flat",
    "ivf-sq8": "IVF1024,SQ8",
    "ivf-pq": "IVF1024,PQ96x4fs,RFlat",
}
EF_CONSTRUCTION = 200


class Engine(Base):
    EXTRAS = {"faiss-cpu, selector made": {"made": True}}

    def version(self):
        return f"{faiss.__version__}, SIMD level {faiss.SIMDConfig.get_level_name()}"

    def description(self):
        return f"{'; '.join(FACTORIES.values())}; efConstruction {EF_CONSTRUCTION}"

    def build(self):
        base = numpy.array(self.dataset.base)
        for name, factory in FACTORIES.items():
            # Of vectors of norm 1.
            index = faiss.index_factory(base.shape[1], factory, faiss.METRIC_INNER_PRODUCT)
            if isinstance(index, faiss.IndexHNSW):
                index.hnsw.efConstruction = EF_CONSTRUCTION
            index.train(base)
            index.add(base)
            faiss.write_index(index, str(self.folder / f"{name}.index"))

    def open(self):
        faiss.omp_set_num_threads(1)
        self.indexes = {name: faiss.read_index(str(self.folder / f"{name}.index")) for name in FACTORIES}
        # Columns as one would keep them to be scanned fast: of 32 bits, strings by their numbers.
        self.columns, self.codes = {}, {}
        for name, values in self.dataset.fields.items():
            if values.dtype.kind == "U":
                words, values = numpy.unique(values, return_inverse=True)
                self.codes[name] = {str(word): code for code, word in enumerate(words)}
            self.columns[name] = values.astype(numpy.int32)
        self.orders = {name: numpy.argsort(column, kind="stable") for name, column in self.columns.items()}
        self.sorted = {name: column[self.orders[name]] for name, column in self.columns.items()}

    def methods(self):
        return [
            Method("flat", selector="array"),
            Method("flat", selector="bitmap"),
            Method("flat-sq8", selector="bitmap"),
            Method("hnsw", "efSearch", LADDER, selector="bitmap"),
            Method("hnsw-sq8", "efSearch", LADDER, selector="bitmap"),
            Method("ivf", "nprobe", LISTS, selector="bitmap"),
            Method("ivf-sq8", "nprobe", LISTS, selector="bitmap"),
            Method("ivf-pq", "nprobe", LISTS, selector="bitmap", k_factor=8),
            Method("ivf-pq", "nprobe", LISTS, selector="bitmap", k_factor=4),
        ]

    def query(self, vector):
        return vector[None]

    def filter(self, conditions):
        # Of the columns' type: with another, NumPy would convert the column.
        codes = lambda field, value: numpy.int32(self.codes[field][value] if field in self.codes else value)
        conditions = [(field, OPERATORS[operator], codes(field, value)) for field, operator, value in conditions]
        filter = {"conditions": conditions}
        if conditions:
            filter |= {kind: self.selector(kind, conditions) for kind in ("array", "bitmap")}
        return filter

    def selector(self, kind, conditions):
        """A selector, with the array that it points to."""
        if kind == "array":
            rows = self.rows_of(conditions)
            return faiss.IDSelectorArray(len(rows), faiss.swig_ptr(rows)), rows
        bits = numpy.packbits(self.is_allowed(conditions), bitorder="little")
        return faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits)), bits

    def is_allowed(self, conditions):
        masks = [operator(self.columns[field], value) for field, operator, value in conditions]
        return masks[0] if len(masks) == 1 else numpy.logical_and.reduce(masks)

    def rows_of(self, conditions):
        if len(conditions) > 1:
            return numpy.flatnonzero(self.is_allowed(conditions))
        [(field, operator, value)] = conditions
        ordered = self.sorted[field]
        begin = 0 if operator is numpy.less else ordered.searchsorted(value, "left")
        end = len(ordered)
        if operator is not numpy.greater_equal:
            end = ordered.searchsorted(value, "left" if operator is numpy.less else "right")
        # In the order of the rows in memory.
        return numpy.sort(self.orders[field][begin:end])

    def search(self, query, filter, k, settings):
        selector = None
        if filter["conditions"]:
            kind = settings["selector"]
            selector, _kept = self.selector(kind, filter["conditions"]) if settings.get("made") else filter[kind]
        parameters = self.parameters(settings, selector)
        return self.indexes[settings["method"]].search(query, k, params=parameters)[1][0]

    def parameters(self, settings, selector):
        method = settings["method"]
        if method.startswith("flat"):
            return faiss.SearchParameters(sel=selector) if selector else None
        if method.startswith("hnsw"):
            return faiss.SearchParametersHNSW(sel=selector, efSearch=settings["efSearch"])
        lists = faiss.SearchParametersIVF(sel=selector, nprobe=settings["nprobe"])
        if method != "ivf-pq":
            return lists
        return faiss.IndexRefineSearchParameters(k_factor=settings["k_factor"], base_index_params=lists)
