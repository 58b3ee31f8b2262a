"""The rows, their fields, the queries, the filters and the exact answers: made once from fixed seeds, and kept.

Rows are WordNet's definitions as Benchmarks/vectors/prepare.py leaves them, queries a thousand of its usage examples.
Every row has these fields:

number           an integer of 0…999,999 drawn at random: what a filter allows has nothing to do with the query
place0 … place3  the row's rank by distance from the middle of a region, 0 the nearest; a region is a cluster of the rows, and
                 around its middle lies a quarter of the queries: `place < n` allows what is near to those, `place >= n`
                 what is far
pos              the part of speech: n, v, a or r
lexfile          the number of the lexicographer file, 0…44: plants, animals, verbs of motion, …
words            how many words the synset has

A filter is a list of conditions [field, operator, value], all of which hold.
"""

import hashlib
import json
import random
import sys
from pathlib import Path
from typing import NamedTuple

import numpy

HERE = Path(__file__).resolve().parent
# To be raised where what follows makes other fields, queries or filters: all that is kept is then made anew.
VERSION = 1
K = 10
SELECTIVITIES = (50, 10, 1, 0.1, 0.01)
NUMBER_LIMIT = 1_000_000
REGION_COUNT = 4
CLUSTER_COUNT = 32
QUERIES_A_REGION = 250
OPERATORS = {"=": numpy.equal, "<": numpy.less, ">=": numpy.greater_equal}


class Workload(NamedTuple):
    """One filter a query. `limits` are the squared distances of the tenth nearest allowed rows, `wanted` how many rows can
    be found; `share_of_nearest` is which share of the unfiltered answers the filters allow: the selectivity, in percent,
    if they have nothing to do with the queries."""

    name: str
    correlation: str
    selectivity: float
    share_of_nearest: float
    filters: list
    limits: numpy.ndarray
    wanted: numpy.ndarray


def is_allowed(fields, conditions, rows=slice(None)):
    """Of all rows, or of some."""
    result = numpy.ones(len(fields["number"][rows]), dtype=bool)
    for field, operator, value in conditions:
        result &= OPERATORS[operator](fields[field][rows], value)
    return result


def unit(vectors):
    return vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True)


def clusters(base, generator):
    """Middles of k-means on a sample, by cosine."""
    sample = base[generator.choice(len(base), 20_000, replace=False)]
    middles = sample[:CLUSTER_COUNT].copy()
    for _ in range(20):
        nearest = (sample @ middles.T).argmax(axis=1)
        middles = unit(numpy.stack([sample[nearest == i].sum(axis=0) for i in range(CLUSTER_COUNT)]))
    return middles


def wordnet_fields():
    """Part of speech, lexicographer file and word count of every row, and the row whose example each query is."""
    sys.path.insert(0, str(HERE.parent / "wordnet"))
    import wordnet

    letters, lexfiles, words, examples = [], [], [], []
    for name, letter in wordnet.FILES.items():
        with open(wordnet.FOLDER / f"data.{name}", encoding="utf-8") as file:
            for line in file:
                if not line.startswith("  "):
                    columns = line.split(" ", 4)
                    examples += [len(letters)] * len(wordnet.parse(line, letter).examples)
                    letters.append(letter)
                    lexfiles.append(int(columns[1]))
                    words.append(int(columns[3], 16))
    # As prepare.py chose the queries: the order depends on the number of examples alone.
    random.Random(0).shuffle(examples)
    return numpy.array(letters), numpy.array(lexfiles), numpy.array(words), numpy.array(examples)


def make_fields(base, queries):
    """The fields, the numbers of the chosen queries, each one's region, and the row whose example it is."""
    generator = numpy.random.default_rng(0)
    pos, lexfile, words, answers = wordnet_fields()
    fields = {"number": generator.integers(0, NUMBER_LIMIT, len(base)), "pos": pos, "lexfile": lexfile, "words": words}
    middles = clusters(base, generator)
    cluster_of_query = (queries @ middles.T).argmax(axis=1)
    sizes = numpy.bincount(cluster_of_query, minlength=CLUSTER_COUNT)
    chosen, regions = [], []
    for region, cluster in enumerate(numpy.argsort(-sizes, kind="stable")[:REGION_COUNT]):
        order = numpy.argsort(-(base @ middles[cluster]), kind="stable")
        place = numpy.empty(len(base), dtype=numpy.int64)
        place[order] = numpy.arange(len(base))
        fields[f"place{region}"] = place
        members = numpy.flatnonzero(cluster_of_query == cluster)
        nearest = numpy.argsort(-(queries[members] @ middles[cluster]), kind="stable")
        chosen.append(members[nearest[:QUERIES_A_REGION]])
        regions += [region] * QUERIES_A_REGION
    # Shuffled, so that each half, and each beginning of one, has queries of every region.
    order = generator.permutation(len(regions))
    chosen = numpy.concatenate(chosen)[order]
    return fields, chosen, numpy.array(regions)[order], answers[chosen]


def percent(selectivity):
    return f"{selectivity:g}%"


def make_filters(fields, regions, answers):
    """Name, correlation, share of the rows in percent, and a filter for each query."""
    row_count = len(fields["number"])
    share = lambda conditions: 100 * is_allowed(fields, conditions).mean()
    yield "none", "none", 100.0, [[] for _ in regions]
    for selectivity in SELECTIVITIES:
        limit = int(NUMBER_LIMIT * selectivity / 100)
        yield f"random {percent(selectivity)}", "random", selectivity, [[["number", "<", limit]] for _ in regions]
    for correlation in ("near", "far"):
        for selectivity in SELECTIVITIES:
            count = max(round(row_count * selectivity / 100), K)
            operator, limit = ("<", count) if correlation == "near" else (">=", row_count - count)
            filters = [[[f"place{region}", operator, limit]] for region in regions]
            yield f"{correlation} {percent(selectivity)}", correlation, selectivity, filters
    for conditions in (
        [["pos", "=", "n"]],
        [["pos", "=", "v"]],
        [["words", ">=", 3]],
        [["pos", "=", "n"], ["words", ">=", 3]],
    ):
        yield text(conditions), "real", share(conditions), [conditions for _ in regions]
    filters = [[["lexfile", "=", int(fields["lexfile"][row])]] for row in answers]
    shares = numpy.bincount(fields["lexfile"]) / row_count
    yield "lexfile = the right one's", "real", 100 * shares[fields["lexfile"][answers]].mean(), filters


def text(conditions, conjunction=" and ", quote="'", names=None):
    """The filter as most languages write it."""
    write = lambda value: f"{quote}{value}{quote}" if isinstance(value, str) else str(value)
    names = names or {}
    terms = (f"{field} {names.get(operator, operator)} {write(value)}" for field, operator, value in conditions)
    return conjunction.join(terms)


def nearest_rows(scores, limits):
    """The unfiltered answers to each query, from float32 products: what they are for needs no more."""
    return [numpy.flatnonzero(2 - 2 * row <= limit + 1e-6) for row, limit in zip(scores, limits)]


def share_allowed(fields, filters, nearest):
    """In percent."""
    allowed = total = 0
    for conditions, rows in zip(filters, nearest):
        allowed += is_allowed(fields, conditions, rows).sum()
        total += len(rows)
    return 100 * float(allowed / total)


def exact_limits(base, queries, scores, fields, filters):
    """How many rows each query can find, and how far the farthest of them is. float32 products choose twice as many
    candidates, float64 distances order them."""
    limits, wanted = numpy.zeros(len(queries)), numpy.zeros(len(queries), dtype=numpy.int64)
    allowed_rows = {}
    for i, conditions in enumerate(filters):
        key = json.dumps(conditions)
        if key not in allowed_rows:
            allowed_rows[key] = numpy.flatnonzero(is_allowed(fields, conditions))
        rows = allowed_rows[key]
        row_scores = scores[i] if len(rows) == len(base) else scores[i, rows]
        if len(rows) > 2 * K:
            rows = rows[numpy.argpartition(-row_scores, 2 * K)[: 2 * K]]
        wanted[i] = min(K, len(rows))
        if len(rows):
            limits[i] = numpy.sort(squared_distances(base[rows], queries[i]))[wanted[i] - 1]
    return limits, wanted


def squared_distances(rows, query):
    differences = rows.astype(numpy.float64) - query.astype(numpy.float64)
    return numpy.einsum("ij,ij->i", differences, differences)


def fingerprint(path):
    digest = hashlib.sha256(bytes([VERSION]))
    digest.update(numpy.load(path, mmap_mode="r")[::1000].tobytes())
    return digest.hexdigest()[:12]


class Dataset:
    """Everything, from the folder that holds it; made where it is missing."""

    def __init__(self, vectors):
        vectors = Path(vectors)
        base_path = vectors / "wordnet-base.npy"
        self.base = numpy.load(base_path, mmap_mode="r")
        self.fingerprint = fingerprint(base_path)
        self.folder = vectors / f"filters-{self.fingerprint}"
        if not (self.folder / "workloads.json").exists():
            self.make(numpy.load(vectors / "wordnet-queries.npy"))
        self.fields = dict(numpy.load(self.folder / "fields.npz"))
        self.queries = numpy.load(self.folder / "queries.npy")
        self.workloads = {}
        exact = numpy.load(self.folder / "exact.npz")
        for entry in json.loads((self.folder / "workloads.json").read_text()):
            name = entry["name"]
            limits, wanted = exact[f"{name} limits"], exact[f"{name} wanted"]
            self.workloads[name] = Workload(**entry, limits=limits, wanted=wanted)

    def make(self, queries):
        print("filters: making the fields and finding the exact answers", file=sys.stderr, flush=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        base = numpy.array(self.base)
        fields, chosen, regions, answers = make_fields(base, queries)
        queries = queries[chosen]
        scores = queries @ base.T
        workloads, exact = [], {}
        nearest = None
        for name, correlation, selectivity, filters in make_filters(fields, regions, answers):
            limits, wanted = exact_limits(base, queries, scores, fields, filters)
            exact |= {f"{name} limits": limits, f"{name} wanted": wanted}
            # The first are those without a filter.
            nearest = nearest or nearest_rows(scores, limits)
            workload = {"name": name, "correlation": correlation, "selectivity": selectivity}
            workloads.append(workload | {"share_of_nearest": share_allowed(fields, filters, nearest), "filters": filters})
        numpy.savez(self.folder / "fields.npz", **fields)
        numpy.savez(self.folder / "exact.npz", **exact)
        numpy.save(self.folder / "queries.npy", queries)
        # Written last: where it is, all is.
        (self.folder / "workloads.json").write_text(json.dumps(workloads))

    @staticmethod
    def text(conditions, **style):
        return text(conditions, **style)

    def recall(self, name, first, labels):
        """The share of the allowed nearest rows that were found: hits that the filter allows and that are no farther than
        the last of the exact answers, so that of equal rows each may be found."""
        workload = self.workloads[name]
        found = 0
        for i, row in enumerate(labels, first):
            row = numpy.unique(row[row >= 0])
            row = row[is_allowed(self.fields, workload.filters[i], row)]
            found += (squared_distances(self.base[row], self.queries[i]) <= workload.limits[i] * (1 + 1e-9)).sum()
        return float(found / workload.wanted[first : first + len(labels)].sum())
