"""Real vectors for benchmarks, made once and kept as NPY files: rows, queries and the exact answers.

    prepare.py --quiver PROGRAM --encoder DIR --output DIR [SET…]

fashion: Fashion-MNIST as Debian's dataset-fashion-mnist has it, 60,000 images of 784 pixels, and its 10,000 test images.
wordnet: the 117,659 definitions of Debian's wordnet-base, encoded by `quiver encode` into 384 numbers, and 10,000 usage
examples (random.Random(0)), encoded alike.

Of each set there are NAME-base.npy and NAME-queries.npy, float32, and NAME-truth.npy: int32 numbers of every query's 100
nearest rows, nearest first, by squared Euclidean distances in float64, of equal ones the smaller first. What is there is
checked and kept; what is missing or wrong is made.
"""

import argparse
import gzip
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import numpy

HERE = pathlib.Path(__file__).resolve().parent
FASHION = pathlib.Path("/usr/share/datasets/fashion-mnist")
SHAPES = {"fashion": (60_000, 784), "wordnet": (117_659, 384)}
QUERY_COUNT = 10_000
TRUTH_WIDTH = 100


def images(name):
    values = gzip.open(FASHION / f"{name}-images-idx3-ubyte.gz").read()
    return numpy.frombuffer(values, dtype=numpy.uint8, offset=16).reshape(-1, 784).astype(numpy.float32)


def make_fashion(_):
    return images("train"), images("t10k")


def make_wordnet(options):
    sys.path.insert(0, str(HERE.parent / "wordnet"))
    import wordnet

    synsets = list(wordnet.synsets())
    examples = [example for synset in synsets for example in synset.examples]
    random.Random(0).shuffle(examples)
    definitions = [synset.definition for synset in synsets]
    return encode(options, definitions), encode(options, examples[:QUERY_COUNT])


def encode(options, texts):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "texts.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
        command = [options.quiver, "encode", "--encoder", options.encoder, folder / "texts.jsonl"]
        subprocess.run([*command, "-o", folder / "rows.npy"], check=True, stdout=subprocess.DEVNULL)
        return numpy.load(folder / "rows.npy")


def nearest(base, queries):
    """The exact answers: float32 products choose twice as many candidates, float64 distances order them."""
    width = 2 * TRUTH_WIDTH
    norms = numpy.einsum("ij,ij->i", base.astype(numpy.float64), base.astype(numpy.float64))
    truth = numpy.empty((len(queries), TRUTH_WIDTH), dtype=numpy.int32)
    for begin in range(0, len(queries), 500):
        block = queries[begin : begin + 500]
        scores = norms.astype(numpy.float32) - 2 * (block @ base.T)
        candidates = numpy.argpartition(scores, width, axis=1)[:, :width]
        for i, row in enumerate(numpy.sort(candidates, axis=1)):
            distances = squared_distances(base[row], block[i])
            truth[begin + i] = row[numpy.argsort(distances, kind="stable")[:TRUTH_WIDTH]]
    return truth


def squared_distances(rows, query):
    differences = rows.astype(numpy.float64) - query.astype(numpy.float64)
    return numpy.einsum("ij,ij->i", differences, differences)


def load(folder, name, part, shape, kind):
    """The array of a file, or nothing if it is not there or not what it should be."""
    path = folder / f"{name}-{part}.npy"
    if not path.exists():
        return None
    array = numpy.load(path)
    return array if array.shape == shape and array.dtype == kind and numpy.isfinite(array).all() else None


def save(folder, name, part, array):
    # A file is there whole or not at all.
    unfinished = folder / f"{name}-{part}.unfinished.npy"
    numpy.save(unfinished, array)
    unfinished.rename(folder / f"{name}-{part}.npy")


def prepare(name, options):
    row_count, dimension = SHAPES[name]
    base = load(options.output, name, "base", (row_count, dimension), numpy.float32)
    queries = load(options.output, name, "queries", (QUERY_COUNT, dimension), numpy.float32)
    if base is None or queries is None:
        print(f"vectors: making {name}", flush=True)
        base, queries = {"fashion": make_fashion, "wordnet": make_wordnet}[name](options)
        if base.shape != (row_count, dimension) or queries.shape != (QUERY_COUNT, dimension):
            raise SystemExit(f"vectors: {name} came out as {base.shape} and {queries.shape}")
        save(options.output, name, "base", base)
        save(options.output, name, "queries", queries)
    truth = load(options.output, name, "truth", (QUERY_COUNT, TRUTH_WIDTH), numpy.int32)
    sample = slice(0, QUERY_COUNT, QUERY_COUNT // 100)
    if truth is None or (truth[sample] != nearest(base, queries[sample])).any():
        print(f"vectors: finding the exact answers of {name}", flush=True)
        save(options.output, name, "truth", nearest(base, queries))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--quiver", default=".build/release/quiver", help="the command line")
    parser.add_argument("--encoder", required=True, help="a sentence-transformers folder")
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("sets", nargs="*", metavar="SET", help=" or ".join(SHAPES))
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    for name in options.sets or SHAPES:
        prepare(name, options)


if __name__ == "__main__":
    main()
