"""Reads WordNet 3.0 as Debian's wordnet-base has it: definitions, and the usage examples that belong to them.

A synset's key is its offset in its file and the letter of its part of speech, "02084071-n". Its definition stands
without its words ("dog, domestic dog") and without the quoted examples: those are the questions whose right answer is
known, and most of them hold one of the words.
"""

import json
import pathlib
import re
from typing import Iterator, NamedTuple

FOLDER = pathlib.Path("/usr/share/wordnet")
FILES = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}
SYNSET_COUNT = 117_659

# "able(p)" and "galore(ip)": where an adjective may stand is no part of the word.
ADJECTIVE_POSITION = re.compile(r"\((?:a|p|ip)\)$")
# A definition ends where its first quotation begins.
FIRST_QUOTATION = re.compile(r'[\s;:,]*"')


class Synset(NamedTuple):
    key: str
    words: str
    definition: str
    examples: list[str]


def parse(line: str, letter: str) -> Synset:
    head, gloss = line.rstrip().split(" | ", 1)
    fields = head.split(" ")
    # offset, lexicographer file, type, word count in hexadecimal, then word and sense for each
    word_count = int(fields[3], 16)
    words = [ADJECTIVE_POSITION.sub("", word).replace("_", " ") for word in fields[4 : 4 + 2 * word_count : 2]]
    definition = FIRST_QUOTATION.split(gloss, maxsplit=1)[0].strip()
    examples = [example.strip() for example in re.findall(r'"([^"]*)"', gloss)]
    return Synset(
        key=f"{fields[0]}-{letter}",
        words=", ".join(words),
        definition=definition,
        examples=[example for example in examples if example],
    )


def synsets(folder: pathlib.Path = FOLDER) -> Iterator[Synset]:
    """Every synset, in the order of the files."""
    for name, letter in FILES.items():
        with open(folder / f"data.{name}", encoding="utf-8") as file:
            for line in file:
                if not line.startswith("  "):  # the licence
                    yield parse(line, letter)


def write_definitions(path: pathlib.Path, skip: int = 0) -> int:
    """Writes the definitions from number `skip` on as JSON lines; returns how many there are in all."""
    count = 0
    with open(path, "w", encoding="utf-8") as file:
        for synset in synsets():
            if count >= skip:
                json.dump({"key": synset.key, "text": synset.definition}, file, ensure_ascii=False)
                file.write("\n")
            count += 1
    return count
