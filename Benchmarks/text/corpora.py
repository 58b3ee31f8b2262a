"""The texts, queries and vectors: WordNet's definitions and Debian's package descriptions, made once and kept.

wordnet  a row a synset, its definition; queries are usage examples, which stand in no definition, one a synset. Rows' and
         queries' vectors are those of Benchmarks/vectors/prepare.py.
entries  the same with the words that are defined before the definition, "dog, domestic dog: a member of …".
debian   a row a package description in English of Debian 12, without its first line, the title; equal descriptions of
         several packages are one row. Queries are titles. They come from Debian's lists of packages, which this fetches.

Queries are shuffled with a fixed seed; the first TUNING of them are there to be tuned on, the rest to be reported.
"""

import hashlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import numpy

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE.parent / "wordnet"), str(HERE.parent / "vectors")]
import prepare
import wordnet

NAMES = ("wordnet", "entries", "debian")
TUNING = 2_000
# Of the titles so many are encoded.
TITLE_COUNT = 8_000
APT_CAT = ["/usr/lib/apt/apt-helper", "cat-file"]


class Corpus:
    """`texts`, a row each; `queries`, and `answers`: for each the numbers of the rows that are right."""

    def __init__(self, name, texts, queries, answers):
        self.name, self.texts, self.queries, self.answers = name, texts, queries, answers
        digest = hashlib.sha256()
        for part in (texts, queries):
            digest.update(json.dumps(part).encode())
        self.fingerprint = digest.hexdigest()[:12]

    @property
    def description(self):
        characters = sum(map(len, self.texts))
        return {"rows": len(self.texts), "characters": characters, "fingerprint": self.fingerprint}


def load(name, folder):
    return load_debian(Path(folder)) if name == "debian" else load_wordnet(name)


def load_wordnet(name):
    synsets = list(wordnet.synsets())
    examples = [(row, example) for row, synset in enumerate(synsets) for example in synset.examples]
    # As prepare.py chose those that are encoded; then the first of each synset.
    random.Random(0).shuffle(examples)
    chosen = first_of_each(examples[: prepare.QUERY_COUNT])
    queries = [examples[number][1] for number in chosen]
    answers = [[examples[number][0]] for number in chosen]
    texts = [f"{synset.words}: " * (name == "entries") + synset.definition for synset in synsets]
    corpus = Corpus(name, texts, queries, answers)

    def vectors(options, encode):
        path = options.folder / f"entries-{corpus.fingerprint}-base.npy"
        own = options.vectors / "wordnet-base.npy"
        base = kept(path, encode, texts) if name == "entries" else numpy.load(own, mmap_mode="r")
        return base, numpy.load(options.vectors / "wordnet-queries.npy")[chosen]

    corpus.vectors = vectors
    return corpus


def first_of_each(examples):
    """The numbers of the examples that are the first of their row."""
    seen = set()
    return [number for number, (row, _) in enumerate(examples) if not (row in seen or seen.add(row))]


def load_debian(folder):
    described = descriptions(folder)
    texts = [text for _, text in described]
    rows = {}
    for row, (title, _) in enumerate(described):
        rows.setdefault(title, []).append(row)
    titles = [title for title in rows if title]
    random.Random(0).shuffle(titles)
    queries = titles[:TITLE_COUNT]
    corpus = Corpus("debian", texts, queries, [rows[title] for title in queries])
    corpus.vectors = lambda options, encode: tuple(
        kept(options.folder / f"debian-{corpus.fingerprint}-{part}.npy", encode, texts)
        for part, texts in (("base", corpus.texts), ("queries", corpus.queries))
    )
    return corpus


def kept(path, encode, texts):
    """The vectors of texts, made where the file is not there."""
    if not path.exists():
        print(f"text: encoding {len(texts):,} texts into {path}", file=sys.stderr, flush=True)
        unfinished = path.with_suffix(".unfinished.npy")
        numpy.save(unfinished, encode(texts))
        unfinished.rename(path)
    return numpy.load(path, mmap_mode="r")


# Debian's lists of packages


def descriptions(folder, languages=("en",)):
    """Title and text of each description in these languages, in the order of the lists; fetched where they are not there."""
    paths = {language: Path(folder) / f"debian-{language}.json" for language in languages}
    missing = [language for language, path in paths.items() if not path.exists()]
    if missing:
        print(f"text: fetching Debian's package descriptions ({', '.join(missing)})", file=sys.stderr, flush=True)
        lists = Path(folder) / "debian-lists"
        (lists / "partial").mkdir(parents=True, exist_ok=True)
        settings = [f"Dir::State::lists={lists}", "APT::Cache-Start=300000000", f"Acquire::Languages={','.join(missing)}"]
        settings += ["APT::Sandbox::User=root"] if os.geteuid() == 0 else []
        words = [word for setting in settings for word in ("-o", setting)]
        subprocess.run(["apt-get", "-q", "update", *words], check=True, stdout=subprocess.DEVNULL)
        for language in missing:
            unfinished = paths[language].with_suffix(".unfinished")
            unfinished.write_text(json.dumps(read_lists(lists, language), ensure_ascii=False))
            unfinished.rename(paths[language])
    return [description for path in paths.values() for description in json.loads(path.read_text())]


def read_lists(lists, language):
    """Title and text of each description, each text once."""
    found = {}
    for part in sorted(lists.glob(f"*_Translation-{language}*")):
        text = subprocess.run([*APT_CAT, part], check=True, capture_output=True).stdout.decode()
        for digest, title, description in read_descriptions(text, language):
            found.setdefault(digest, (title, description))
    texts, described = set(), []
    for title, text in found.values():
        if text and text not in texts:
            texts.add(text)
            described.append((title, text))
    if len(described) < 10_000:
        raise SystemExit(f"text: apt gave {len(described)} descriptions ({language}); are deb.debian.org's lists of Debian 12 there?")
    return described


def read_descriptions(text, language):
    """Digest, title and text of each entry of a file of translations."""
    for entry in text.split("\n\n"):
        digest = title = None
        lines = []
        for line in entry.split("\n"):
            if line.startswith("Description-md5: "):
                digest = line.partition(": ")[2]
            elif line.startswith(f"Description-{language}:"):
                title = line.partition(":")[2].strip()
            elif line.startswith(" ") and title is not None:
                lines.append("" if line == " ." else line[1:])
        if digest:
            yield digest, title, "\n".join(lines).strip()
