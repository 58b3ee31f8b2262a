"""How long one query takes from Python, and how much of that is Python's.

Processor time of one thread. The same queries go to the same store through a C program, which asks
for all hits as arrays: what Python adds is the difference.

usage: overhead.py LIBRARY HEADER-FOLDER
"""

import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
import quiver

DIMENSION, ROWS, K, QUERIES, ROUNDS = 64, 100, 10, 300, 40

C_PROGRAM = r"""
#include <quiver.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
    int count = atoi(argv[3]), dimension = atoi(argv[4]), k = atoi(argv[5]);
    float *queries = malloc(sizeof(float) * count * dimension);
    FILE *file = fopen(argv[2], "rb");
    if (argc != 6 || fread(queries, sizeof(float), (size_t)count * dimension, file) == 0) return 1;
    qv_store store;
    qv_collection rows;
    qv_open_options opening = {.struct_size = sizeof opening, .flags = QV_OPEN_READ_ONLY};
    if (qv_open(argv[1], &opening, &store) || qv_open_collection(store, "rows", &rows)) return 2;
    struct timespec from, to;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    for (int i = 0; i < count; i++) {
        qv_search_options wanted = {.struct_size = sizeof wanted, .k = k};
        qv_results results;
        qv_hit_arrays hits = {.struct_size = sizeof hits};
        if (qv_search(rows, queries + (size_t)i * dimension, 1, dimension, &wanted, &results) ||
            qv_results_arrays(results, &hits))
            return 3;
        if (qv_results_free(results)) return 5;
    }
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    printf("%f\n", ((to.tv_sec - from.tv_sec) * 1e6 + (to.tv_nsec - from.tv_nsec) / 1e3) / count);
    return 0;
}
"""


def main() -> None:
    library, headers = map(pathlib.Path, sys.argv[1:])
    generator = numpy.random.default_rng(1)
    queries = generator.standard_normal((QUERIES, DIMENSION), numpy.float32)
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        (place / "ask.c").write_text(C_PROGRAM)
        compile_line = ["cc", "-O2", "-I", headers, place / "ask.c", library, "-o", place / "ask"]
        subprocess.run([*compile_line, f"-Wl,-rpath,{library.parent}"], check=True)
        queries.tofile(place / "queries")
        with quiver.open(place / "store", create=True) as store:
            rows = store.create_collection("rows", DIMENSION, metric="l2")
            vectors = generator.standard_normal((ROWS, DIMENSION), numpy.float32)
            rows.upsert(quiver.DocumentArrays(numpy.arange(ROWS), vectors))
            rows.seal()
        with quiver.open(place / "store", read_only=True) as store:
            rows = store.open_collection("rows")
            ways = {
                "search": lambda query: rows.search(query, K),
                "search, keys": lambda query: rows.search(query, K).keys,
                "search, keys and scores as arrays": lambda query: of_one(rows, query),
                "search, keys and scores of Hit objects": lambda query: [
                    (hit.key, hit.score) for hit in rows.search(query, K)
                ],
                "search_batch of one, arrays": lambda query: arrays(rows, query),
            }
            inside = statistics.median(rows.search(query, K).nanoseconds for query in queries)
            found: dict[str, list[float]] = {name: [] for name in ["C", *ways]}
            arguments = [
                place / "ask",
                place / "store",
                place / "queries",
                *map(str, [QUERIES, DIMENSION, K]),
            ]
            for _ in range(ROUNDS):
                found["C"].append(
                    float(subprocess.run(arguments, check=True, capture_output=True).stdout)
                )
                for name, way in ways.items():
                    start = time.thread_time()
                    for query in queries:
                        way(query)
                    found[name].append((time.thread_time() - start) * 1e6 / QUERIES)
    c = min(found.pop("C"))
    print(f"{ROWS} rows of {DIMENSION} numbers, k = {K}; µs a query, the best of {ROUNDS} rounds")
    print(f"{'C':42} {c:6.1f}  ({inside / 1000:.1f} in the search itself)")
    for name, times in found.items():
        print(f"{name:42} {min(times):6.1f}  Python: {min(times) - c:5.1f}")


def of_one(rows: quiver.Collection, query: numpy.ndarray) -> tuple:
    hits = rows.search(query, K)
    return hits.integer_keys, hits.scores


def arrays(rows: quiver.Collection, query: numpy.ndarray) -> tuple:
    results = rows.search_batch(query[None], K)
    return results.integer_keys, results.scores


if __name__ == "__main__":
    main()
