"""Queries a second on one processor: engines taking turns, on the same rows and queries."""

import random
import statistics
import time
from pathlib import Path

import numpy

from engines.engine import WORD
from hosted import Failure, Hosted
from runs import progress, ratio

HERE = Path(__file__).resolve().parent
K = 10
OURS = "quiver"
WORD_COUNTS = (1, 2, 3, 5)
SENTENCES = "sentences"
# What nobody looks for by itself; whole sentences have these, too.
STOP_WORDS = frozenset(
    """a about after all also an and any are as at be been before but by can could did do does for from had has have he her
    him his how i if in into is it its like may more most my no not of on one or other our out over she should so some such
    than that the their them then there these they this to up used was we were what when which who will with would you your
    """.split()
)


def classes(corpus, count, sentence_count):
    """Queries by class: words that were drawn from a query, in its order, and whole ones."""
    generator = random.Random(0)
    texts = corpus.queries[-max(count * 4, 2_000) :]
    known = {word for text in corpus.texts for word in WORD.findall(text.lower())}
    made = {}
    for length in WORD_COUNTS:
        queries = []
        for text in generator.sample(texts, len(texts)):
            words = list(dict.fromkeys(WORD.findall(text.lower())))
            words = [word for word in words if word in known and word not in STOP_WORDS and not word.isdigit()]
            if len(words) >= length and len(queries) < count:
                places = sorted(generator.sample(range(len(words)), length))
                queries.append(" ".join(words[place] for place in places))
        made[f"{length} word{'s' if length > 1 else ''}"] = queries
    made[SENTENCES] = generator.sample(texts, sentence_count)
    return made


class Throughput:
    def __init__(self, corpus, options, failures):
        self.corpus, self.options, self.failures = corpus, options, failures
        self.engines, self.hosted = {}, {}
        for name in options.engines:
            self.start(name)

    def start(self, name):
        """Builds, without a limit on threads, then opens on one processor."""
        folder = self.options.folder
        engine = Hosted(name, folder / "log")
        arguments = [name, self.corpus.name, folder]
        try:
            engine.start(HERE / "host.py", arguments, "-")
            about = engine.ask("version") | {"build": engine.ask("build")}
            engine.close()
            engine.start(HERE / "host.py", arguments, self.options.processor)
            about["open_seconds"] = engine.ask("open")["seconds"]
        except Failure as failure:
            self.failures.append(progress(f"    {failure}"))
            engine.close()
            return
        progress(f"  {name} {about['version']}: {self.corpus.name} built in {about['build']['seconds']:.0f} s")
        self.engines[name], self.hosted[name] = about, engine

    def run(self):
        made = classes(self.corpus, self.options.queries, self.options.sentences)
        results = [self.measure(name, queries) for name, queries in made.items()]
        for name, engine in self.hosted.items():
            self.engines[name]["memory_bytes"] = engine.ask("memory")["bytes"]
            engine.close()
        return {"engines": self.engines, "classes": results}

    def measure(self, name, queries):
        found = {}
        for engine in self.hosted.values():
            engine.ask("take", name=name, texts=queries)
            # These are the first searches, too, which read what later ones find in memory.
            found[engine.title] = engine.ask("answers", name=name, k=K)["rows"]
        seconds = {engine: [] for engine in self.hosted}
        times = {engine: [] for engine in self.hosted}
        inside = []
        order = list(self.hosted)
        for i in range(self.options.rounds):
            start = i % len(order)
            for engine in order[start:] + order[:start]:
                # Threads of the engine before go to sleep first.
                time.sleep(0.005)
                answer = self.hosted[engine].ask("search", name=name, count=len(queries), k=K)
                nanoseconds = answer["nanoseconds"]
                seconds[engine].append(statistics.fmean(nanoseconds) / 1e9)
                times[engine] += nanoseconds
                if engine == OURS:
                    inside.append(statistics.fmean(answer["inside"]) / 1e9)
        results = {}
        for engine in order:
            p50, p99 = numpy.percentile(times[engine], [50, 99]) / 1e9
            results[engine] = {
                "seconds": seconds[engine],
                "queries_per_second": 1 / statistics.median(seconds[engine]),
                "p50": float(p50),
                "p99": float(p99),
                "shared": shared(found[engine], found.get(OURS, [])),
            }
            if engine != OURS and OURS in seconds:
                results[engine]["ratio"] = ratio(seconds[OURS], seconds[engine])
        if OURS in results:
            results[OURS]["seconds_inside"] = statistics.median(inside)
        entry = {
            "class": name,
            "queries": len(queries),
            "hits": statistics.fmean(len(rows) for rows in found.get(OURS, [[]])),
            "engines": results,
        }
        progress(f"  {self.corpus.name}, {line(entry)}")
        return entry


def line(entry):
    """One class, for the terminal."""
    words = []
    for name, result in entry["engines"].items():
        times = f" ({result['ratio']['median']:.2f}x)" if "ratio" in result else ""
        words.append(f"{name} {result['queries_per_second']:,.0f}/s{times}")
    return f"{entry['class']}: {', '.join(words)}"


def shared(found, ours):
    """The share of Quiver's hits that are the other's, too: what tells that both do about the same."""
    shares = [len(set(rows) & set(others)) / len(others) for rows, others in zip(found, ours) if others]
    return statistics.fmean(shares) if shares else None
