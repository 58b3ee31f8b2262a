"""faiss-cpu from PyPI: answers one request a line, as quiver-bench-faiss does.

    peer.py BASE.npy QUERIES.npy DIMENSION
"""

import ctypes
import json
import pathlib
import sys
import time

import faiss
import numpy
from faiss import swig_ptr


def openblas_core():
    """The name of the kernels of the OpenBLAS that came with the wheel and is loaded already."""
    for path in (pathlib.Path(faiss.__file__).parent.parent / "faiss_cpu.libs").glob("libopenblas*"):
        library = ctypes.CDLL(str(path))
        library.openblas_get_corename.restype = ctypes.c_char_p
        return library.openblas_get_corename().decode()
    return "unknown"


class Bench:
    def __init__(self, base, queries, dimension):
        self.base = numpy.load(base)
        self.queries = numpy.load(queries)
        self.dimension = int(dimension)
        self.index = None

    def version(self):
        return {
            "version": faiss.__version__,
            "simd": faiss.SIMDConfig.get_level_name(),
            "openblas": openblas_core(),
            "numpy": numpy.__version__,
        }

    def build(self, factory, threads, ef_construction):
        self.index = None
        index = faiss.index_factory(self.dimension, factory)
        if int(ef_construction) and isinstance(index, faiss.IndexHNSW):
            index.hnsw.efConstruction = int(ef_construction)
        faiss.omp_set_num_threads(int(threads))
        begin = time.perf_counter()
        index.train(self.base)
        training = time.perf_counter() - begin
        begin = time.perf_counter()
        index.add(self.base)
        adding = time.perf_counter() - begin
        self.index = index
        return {"train_seconds": training, "add_seconds": adding}

    def set(self, settings):
        if settings.startswith("search_L="):
            faiss.downcast_index(self.index).nsg.search_L = int(settings[9:])
        elif settings != "-":
            faiss.ParameterSpace().set_index_parameters(self.index, settings)
        return {}

    def blas(self, threshold):
        """From which number of queries times dimension a flat index goes to BLAS; `-` is as it comes."""
        if not hasattr(self, "threshold"):
            self.threshold = faiss.cvar.distance_compute_blas_threshold
        faiss.cvar.distance_compute_blas_threshold = self.threshold if threshold == "-" else int(threshold)
        return {"threshold": faiss.cvar.distance_compute_blas_threshold}

    def search(self, first, count, batch, k, threads, path):
        first, count, batch, k = int(first), int(count), int(batch), int(k)
        faiss.omp_set_num_threads(int(threads))
        labels = numpy.full((count, k), -1, dtype=numpy.int64)
        distances = numpy.empty((count, k), dtype=numpy.float32)
        calls = self.calls(self.index, first, count, batch, k, distances, labels)
        seconds = self.run(self.index, calls)
        if path != "-":
            labels.tofile(path)
        return {"seconds": seconds}

    def overhead(self, count, k):
        """Seconds that a call from Python costs, taken from the search of an empty index of the same dimension."""
        count, k = int(count), int(k)
        faiss.omp_set_num_threads(1)
        empty = faiss.IndexFlatL2(self.dimension)
        labels = numpy.empty((count, k), dtype=numpy.int64)
        distances = numpy.empty((count, k), dtype=numpy.float32)
        calls = self.calls(empty, 0, count, 1, k, distances, labels)
        return {"seconds": min(self.run(empty, calls) for _ in range(10)) / count}

    def calls(self, index, first, count, batch, k, distances, labels):
        """The arguments of every call, made before the clock starts."""
        return [
            (
                min(batch, count - i),
                swig_ptr(self.queries[first + i : first + i + 1]),
                k,
                swig_ptr(distances[i : i + 1]),
                swig_ptr(labels[i : i + 1]),
            )
            for i in range(0, count, batch)
        ]

    def run(self, index, calls):
        search = index.search_c
        begin = time.perf_counter()
        for n, queries, k, distances, labels in calls:
            search(n, queries, k, distances, labels)
        return time.perf_counter() - begin

    def size(self):
        return {"bytes": int(faiss.serialize_index(self.index).nbytes)}

    def save(self, path):
        faiss.write_index(self.index, path)
        return {}

    def load(self, path):
        self.index = faiss.read_index(path)
        return {}

    def drop(self):
        self.index = None
        return {}


def main():
    bench = Bench(*sys.argv[1:])
    for line in sys.stdin:
        verb, *words = line.split()
        try:
            answer = getattr(bench, verb)(*words)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
