"""Millions of rows, one a token: what they take on disk, how fast they come in, and whether what is found is right.

Package descriptions of Debian go through the command line `quiver`, as a user would put them in: a row a token, MiniLM's last
hidden states reduced to 64 numbers by one fixed PCA, with the token, its position and its bytes beside each. Then documents are
looked for by MaxSim of all tokens of a title, and rows by single tokens, with and without filters; both are compared with an
exact search of everything, and MaxSim with NumPy on the same rows.

    bench_tokens.py --quiver PROGRAM --encoder DIR --folder DIR [--rows N] [--json FILE] [--markdown FILE]
"""

import argparse
import json
import random
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy
import quiver
from quiver import Query, Scope, Source

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE.parent / "common"), str(HERE.parent / "text")]
import corpora
import tables
from runs import circumstances, progress, write

# In English alone there are 4.4 million tokens.
LANGUAGES = ("en", "de", "fr")
DIMENSION = 64
TRAINING_COUNT = 2_000
# Texts are cut to what MiniLM was trained on, the two special tokens included.
MAXIMUM_TOKENS = 256
COLLECTION = "tokens"
K = 10
DOCUMENT_FILTER = "characters < 600"
ROW_FILTER = "position >= 8"


class Program:
    """The command line."""

    def __init__(self, options):
        self.quiver, self.encoder = options.quiver, options.encoder
        self.reduction = options.folder / f"pca-{DIMENSION}.safetensors"
        self.encoding = ["--encoder", self.encoder, "--encoder-mode", "tokens", "--maximum-tokens", MAXIMUM_TOKENS]

    def run(self, *words, capture=False):
        command = [str(word) for word in (self.quiver, *words)]
        return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE if capture else subprocess.DEVNULL).stdout

    def train(self, texts, folder):
        if self.reduction.exists():
            return
        progress(f"  reduction: {len(texts):,} texts")
        path = folder / "training.jsonl"
        path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
        self.run("encode", *self.encoding, path, "--train-reduction", DIMENSION, "--output", self.reduction)

    def token_counts(self, texts, folder):
        """Tokens of each text that become rows."""
        path = folder / "texts.jsonl"
        path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
        lines = self.run("tokenize", "--tokenizer", Path(self.encoder) / "tokenizer.json", path, "--json", capture=True)
        return [min(len(json.loads(line)), MAXIMUM_TOKENS) - 2 for line in lines.splitlines()]

    def rows(self, texts, folder):
        """The rows of each text."""
        path = folder / "queries.jsonl"
        path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
        lines = self.run("encode", *self.encoding, "--reduce", self.reduction, path, "--json", capture=True)
        return [numpy.array(json.loads(line)["vector"], numpy.float32, ndmin=2) for line in lines.splitlines()]

    def statistics(self, store):
        return json.loads(self.run("stats", store, COLLECTION, "--json", capture=True))


def choose(program, descriptions, options):
    """As many descriptions as have that many tokens, in an order of their own."""
    random.Random(0).shuffle(descriptions)
    counts = program.token_counts([text for _, text in descriptions], options.folder)
    total = 0
    for place, count in enumerate(counts):
        total += count
        if total >= options.rows:
            return descriptions[: place + 1], total
    progress(f"  there are {total:,} tokens in all")
    return descriptions, total


def ingest(program, descriptions, options):
    store = options.folder / "store"
    shutil.rmtree(store, ignore_errors=True)
    program.run(
        "create", store, COLLECTION, *program.encoding, "--reduce", program.reduction, "--index", options.index,
        "--field", "characters:int64", "--field", "title:string", "--match-on", "none",
    )  # fmt: skip
    path = options.folder / "documents.jsonl"
    with open(path, "w", encoding="utf-8") as file:
        for key, (title, text) in enumerate(descriptions):
            fields = {"characters": len(text), "title": title}
            file.write(json.dumps({"key": key, "text": text, "fields": fields}) + "\n")
    command = [program.quiver, "import", store, COLLECTION, path, "--json"]
    begin, acknowledged = time.perf_counter(), 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            count = json.loads(line)["acknowledged"]
            durable = time.perf_counter() - begin
            if count - acknowledged >= 5_000:
                acknowledged = count
                progress(f"    {count:,} documents in {durable:.0f} s")
    if process.returncode:
        sys.exit(f"the import ended with status {process.returncode}")
    return store, {"ingest_seconds": durable, "index_seconds": time.perf_counter() - begin - durable}


def disk(program, store):
    """Bytes of all files, and of those that a user asked for."""
    counts = program.statistics(store)["byteCounts"]
    used = sum(path.stat().st_blocks * 512 for path in store.rglob("*") if path.is_file())
    wanted = counts["vectors"] + counts["rowColumns"] + counts["indexes"]
    return {"counts": counts, "used": used, "wanted": wanted, "ratio": used / wanted}


def best(similarities):
    """MaxSim: of each row of a query the best row of a document, summed."""
    return float(similarities.max(axis=1).sum())


def unit(rows):
    return rows / numpy.maximum(numpy.linalg.norm(rows, axis=1, keepdims=True), 1e-30)


def timed(collection, queries, **settings):
    answers, times = [], []
    for query in queries:
        begin = time.perf_counter()
        answers.append(collection.search(query, K, **settings))
        times.append(time.perf_counter() - begin)
    return answers, times


def shared(exact, found):
    """Recall: hits as good as the last exact one count, whichever they are."""
    shares = []
    for truth, hits in zip(exact, found, strict=True):
        if len(truth):
            worst = truth[-1].score - 1e-5 * abs(truth[-1].score)
            shares.append(sum(hit.score >= worst for hit in hits) / len(truth))
    return statistics.fmean(shares)


def measure(collection, queries, exact_count, **settings):
    """`exact_count` of the queries are compared with an exact search."""
    timed(collection, queries[:5], **settings)
    answers, times = timed(collection, queries, **settings)
    truth, exact_times = timed(collection, queries[:exact_count], mode="exact", **settings)
    return {
        "recall": shared(truth, answers[:exact_count]),
        "milliseconds": 1e3 * statistics.median(times),
        "milliseconds_99": 1e3 * float(numpy.percentile(times, 99)),
        "exact_milliseconds": 1e3 * statistics.median(exact_times),
        "queries": len(queries),
        "compared": exact_count,
    }, answers


def check_scores(collection, rows, answers):
    """The greatest difference, in proportion, of a MaxSim score from NumPy's on the stored rows."""
    greatest = 0.0
    for query, hits in zip(rows, answers):
        documents = collection.get_batch([hit.key for hit in hits], contents="vector")
        for hit, document in zip(hits, documents):
            score = best(unit(query) @ unit(document.vector).T)
            greatest = max(greatest, abs(score - hit.score) / max(abs(score), 1e-9))
    return greatest


def search(store, program, descriptions, options):
    with quiver.open(store, read_only=True) as opened:
        collection = opened.open_collection(COLLECTION)
        chosen = random.Random(1).sample(range(len(descriptions)), options.queries)
        rows = program.rows([descriptions[key][0] for key in chosen], options.folder)
        chosen, rows = zip(*[(key, query) for key, query in zip(chosen, rows) if len(query)])
        generator = random.Random(2)
        documents = [Query(Source(query, combine="maxSim")) for query in rows]
        tokens = [Query(Source(generator.choice(list(query)))) for query in rows]
        kinds = {
            "documents by MaxSim": (documents, {}),
            f"documents by MaxSim, {DOCUMENT_FILTER}": (documents, {"filter": DOCUMENT_FILTER}),
            "rows by a token": (tokens, {}),
            f"rows by a token, {DOCUMENT_FILTER}": (tokens, {"filter": DOCUMENT_FILTER}),
            f"rows by a token, {ROW_FILTER}": (tokens, {"scope": Scope(row_filter=ROW_FILTER)}),
        }
        figures = {}
        for name, (queries, settings) in kinds.items():
            figures[name], answers = measure(collection, queries, options.exact, **settings)
            if name == "documents by MaxSim":
                figures[name]["score_difference"] = check_scores(collection, rows[: options.exact], answers)
                ranks = [[hit.key for hit in hits] for hits in answers]
                for count in (1, K):
                    hits = [key in keys[:count] for key, keys in zip(chosen, ranks)]
                    figures[name][f"hit@{count}"] = statistics.fmean(hits)
            progress(f"  {name}: {json.dumps(figures[name])}")
        return figures


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--quiver", type=Path, required=True, help="the command line")
    parser.add_argument("--encoder", type=Path, required=True, help="a sentence-transformers folder")
    parser.add_argument("--folder", type=Path, required=True, help="where everything is kept")
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--index", default="ivf", help="as quiver create takes it")
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--exact", type=int, default=20, help="queries that are compared with an exact search")
    parser.add_argument("--keep", action="store_true", help="search the store that a run before has made")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--markdown", type=Path, help="the page whose section is to be written")
    return parser.parse_args()


def contents(figures):
    counts, disk = figures["disk"]["counts"], figures["disk"]
    rows = figures["rows"]
    yield (
        "On disk",
        ["", "MB", "bytes a row"],
        [
            [name, f"{count / 1e6:,.0f}", f"{count / rows:.1f}"]
            for name, count in [*counts.items(), ("all files", disk["used"]), ("vectors + rowColumns + indexes", disk["wanted"])]
        ],
    )
    header = ["search", "recall@10", "median ms", "99 % ms", "exact ms"]
    yield (
        "Searches, one at a time on one thread",
        header,
        [
            [name]
            + [f"{entry['recall']:.3f}", f"{entry['milliseconds']:.2f}", f"{entry['milliseconds_99']:.2f}"]
            + [f"{entry['exact_milliseconds']:.0f}"]
            for name, entry in figures["searches"].items()
        ],
    )


def section(figures):
    words = figures["searches"]["documents by MaxSim"]
    paragraph = (
        f"Measured {figures['date']} on {figures['processor']}, {figures['cores']} cores, commit {figures['commit']}: "
        f"{figures['documents']:,} package descriptions of Debian ({', '.join(LANGUAGES)}), a row a token, {figures['rows']:,} rows of {DIMENSION} float32 "
        f"(MiniLM's last hidden states behind one PCA) with token, position, start and end beside each; index "
        f"`{figures['index']}`. Encoded, stored and durable in {figures['ingest_seconds']:,.0f} s "
        f"({figures['rows'] / figures['ingest_seconds']:,.0f} rows a second), indexed in {figures['index_seconds']:,.0f} s more. All files take "
        f"{figures['disk']['ratio']:.3f} times what vectors, row columns and indexes take. MaxSim's scores differ from "
        f"NumPy's on the same rows by {words['score_difference']:.1e} at most; a title finds its own description first in "
        f"{100 * words['hit@1']:.0f} %, among ten in {100 * words['hit@10']:.0f} % of cases."
    )
    return "\n\n".join([paragraph, tables.markdown(contents(figures))])


def main():
    options = arguments()
    options.folder.mkdir(parents=True, exist_ok=True)
    descriptions = corpora.descriptions(options.folder, LANGUAGES)
    program = Program(options)
    begin = circumstances()
    program.train([text for _, text in random.Random(3).sample(descriptions, TRAINING_COUNT)], options.folder)
    descriptions, count = choose(program, descriptions, options)
    progress(f"  {len(descriptions):,} documents, {count:,} tokens")
    kept = options.folder / "ingested.json"
    if options.keep and kept.exists():
        store, times = options.folder / "store", json.loads(kept.read_text())
    else:
        store, times = ingest(program, descriptions, options)
        kept.write_text(json.dumps(times))
    statistics_ = program.statistics(store)
    figures = begin | times | {
        "documents": statistics_["live"],
        "rows": statistics_["vectorFields"][0]["rows"],
        "index": options.index,
        "disk": disk(program, store),
    }
    progress(f"  {figures['rows']:,} rows, {figures['disk']['ratio']:.3f} of what vectors, columns and indexes take")
    figures["searches"] = search(store, program, descriptions, options)
    write(options.json, figures)
    print(tables.text(contents(figures)))
    if options.markdown:
        tables.write_section(options.markdown, "tokens", "tokens", "Rows of tokens", section(figures))


if __name__ == "__main__":
    main()
