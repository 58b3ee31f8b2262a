"""The filters of the cases in Python."""

from __future__ import annotations

import datetime


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


# What each filter of the cases says, in Python, of a document's metadata: `f("name")` is None for null and for no value.
FILTERS = {
    "pos = 'verb'": lambda f, d: f("pos") == "verb",
    'pos != "noun"': lambda f, d: f("pos") != "noun",
    "lemma < 'c'": lambda f, d: f("lemma") < "c",
    "lemma prefix 'fl'": lambda f, d: f("lemma").startswith("fl"),
    "frequency >= 10": lambda f, d: (f("frequency") or 0) >= 10,
    "frequency = 9007199254740993": lambda f, d: f("frequency") == 9007199254740993,
    "frequency != 3": lambda f, d: f("frequency") != 3,
    "frequency is null": lambda f, d: d.get("frequency", 0) is None,
    "frequency is not null": lambda f, d: d.get("frequency", 0) is not None,
    "frequency exists": lambda f, d: "frequency" in d,
    "not frequency exists": lambda f, d: "frequency" not in d,
    "tone > 0.25": lambda f, d: f("tone") > 0.25,
    "tone <= -0.5": lambda f, d: f("tone") <= -0.5,
    "tone > 0": lambda f, d: f("tone") > 0,
    "tone <= 0.5": lambda f, d: f("tone") <= 0.5,
    "formal": lambda f, d: f("formal") is True,
    "other exists": lambda f, d: "other" in d,
    "year >= 2002": lambda f, d: (f("year") or 0) >= 2002,
    "not formal": lambda f, d: f("formal") is not True,
    "formal = false": lambda f, d: f("formal") is False,
    "added >= '2014-05-01T00:00:00Z'": lambda f, d: f("added") is not None
    and moment(f("added")) >= moment("2014-05-01T00:00:00Z"),
    "added < '2012-02-11T02:30:00+01:00'": lambda f, d: f("added") is not None
    and moment(f("added")) < moment("2012-02-11T01:30:00Z"),
    "tags contains 'water'": lambda f, d: "water" in (f("tags") or []),
    "tags contains 'animal'": lambda f, d: "animal" in (f("tags") or []),
    "tags contains 'sound'": lambda f, d: "sound" in (f("tags") or []),
    "senses contains -12": lambda f, d: -12 in (f("senses") or []),
    "pos in ('verb', 'adjective')": lambda f, d: f("pos") in ("verb", "adjective"),
    "pos not in ('verb', 'noun')": lambda f, d: f("pos") not in ("verb", "noun"),
    "frequency in (3, 25)": lambda f, d: f("frequency") in (3, 25),
    "tags contains 'food' and not (tone < 0 or pos = 'verb')": lambda f, d: "food"
    in (f("tags") or [])
    and not (f("tone") < 0 or f("pos") == "verb"),
    "lemma = 'oak' or frequency < 0 and formal": lambda f, d: f("lemma") == "oak"
    or ((f("frequency") or 0) < 0 and f("formal") is True),
    "pos = 'verb' or frequency < 20": lambda f, d: f("pos") == "verb"
    or (f("frequency") is not None and f("frequency") < 20),
    "pos = 'noun'": lambda f, d: f("pos") == "noun",
    "lemma = 'zebra'": lambda f, d: f("lemma") == "zebra",
    "year >= 2015": lambda f, d: (f("year") or 0) >= 2015,
    "year >= 2000": lambda f, d: (f("year") or 0) >= 2000,
    "year exists": lambda f, d: "year" in d,
}

# The same of a row's columns.
ROW_FILTERS = {
    "position > 0 and weight <= 0.75": lambda c: c["position"] > 0 and c["weight"] <= 0.75,
    "offset = 10000000002 or length >= 6 and part = -1": lambda c: c["offset"] == 10000000002
    or (c["length"] >= 6 and c["part"] == -1),
    "position < 3": lambda c: c["position"] < 3,
    "part = 1": lambda c: c["part"] == 1,
}
