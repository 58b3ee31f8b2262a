"""The cases through the command line."""

from __future__ import annotations

import ast
import itertools
import json
import pathlib
import struct
import subprocess

import table
from table import Refused

MODES = {"automatic": [], "exact": ["--exact"], "indexed": ["--indexed"]}


class CommandLine:
    def __init__(self, program: str, folder: pathlib.Path) -> None:
        self.program, self.folder = program, folder
        self.store = str(folder / "store")
        self.numbers = itertools.count()

    def close(self) -> None:
        pass

    def answer(self, step: dict) -> object:
        return getattr(self, step["operation"])(**table.told(step))

    def run(self, *arguments: object, given: str = "") -> str:
        words = [self.program, *map(str, arguments)]
        done = subprocess.run(words, input=given, capture_output=True, text=True)
        if done.returncode:
            raise Refused(done.returncode, done.stderr.strip())
        return done.stdout

    def lines(self, *arguments: object, given: str = "") -> list:
        return [
            json.loads(line) for line in self.run(*arguments, "--json", given=given).splitlines()
        ]

    def file(self, ending: str) -> pathlib.Path:
        return self.folder / f"{next(self.numbers)}.{ending}"

    # ---- What there is

    def create(self, collection: str, schema: dict) -> None:
        schema = dict(schema)
        told: list[object] = []
        for field in schema.pop("vector_fields", []):
            field = dict(field)
            if "trained" in field:
                told += ["--trained", f"{field['name']}:{self.folder / field.pop('trained')}"]
            told += (
                bound_field(**field)
                if "encoder" in field
                else self.vector_field("--vector", **field)
            )
        for name, kind in schema.pop("fields", {}).items():
            told += ["--field", f"{name}:{kind}"]
        told += text_fields(schema.pop("text_fields"))
        told += options(schema, recall="--recall")
        self.run("create", self.store, collection, *told)

    @staticmethod
    def vector_field(
        option: str,
        name: str,
        dimension: int,
        metric: str,
        storage: str,
        index: str,
        optional: bool = False,
        columns: dict | None = None,
    ) -> list[object]:
        if name:
            told: list[object] = [option, f"{name}:{dimension}:{metric}:{storage}:{index}"]
        else:
            told = [
                "--dimension",
                dimension,
                "--metric",
                metric,
                "--storage",
                storage,
                "--index",
                index,
            ]
        if optional:
            told += ["--optional-vector", name]
        for column, kind in (columns or {}).items():
            told += ["--row-column", f"{name}:{column}:{kind}"]
        return told

    def schema(self, collection: str) -> dict:
        [found] = self.lines("stats", self.store, collection)
        return {
            "vector_fields": [
                {
                    **{
                        name: field[name]
                        for name in ("name", "dimension", "metric", "storage", "index", "optional")
                    },
                    "columns": {column["name"]: column["type"] for column in field["rowColumns"]},
                }
                for field in found["vectorFields"]
            ],
            "fields": {field["name"]: field["type"] for field in found["fields"]},
            "text_fields": [
                {"field": None, "language": None, **field} for field in found["textFields"]
            ],
            "recall": found.get("recallTarget"),
        }

    def collections(self) -> list[str]:
        [found] = self.lines("stats", self.store)
        return list(found["collections"])

    def drop(self, collection: str) -> None:
        self.run("drop", self.store, collection, "--yes")

    def alter(self, collection: str, change: dict) -> None:
        [(name, value)] = change.items()
        match name:
            case "add_field":
                told: list[object] = ["--add-field", f"{value['name']}:{value['type']}"]
            case "add_vector_field":
                told = self.vector_field("--add-vector", **value)
            case "set_text_fields":
                told = text_fields(value)
            case "set_trained":
                told = ["--set-trained", f"{value[0]}:{self.folder / value[1]}"]
            case "set_recall":
                told = ["--set-recall", value]
            case "drop_vector_field":
                told = ["--drop-vector", value]
            case "rename_vector_field":
                told = ["--rename-vector", ":".join(value)]
            case "drop_field" | "rename_field" | "set_index":
                told = [
                    f"--{name.replace('_', '-')}",
                    value if isinstance(value, str) else ":".join(value),
                ]
        self.run("alter", self.store, collection, *told)

    def snapshot_create(self, snapshot: str) -> None:
        self.run("snapshot", "create", self.store, snapshot)

    def snapshot_drop(self, snapshot: str) -> None:
        self.run("snapshot", "drop", self.store, snapshot)

    def snapshots(self) -> list[str]:
        return [found["name"] for found in self.lines("snapshot", "list", self.store)]

    def train(self, collection: str, index: str, to: str, **told) -> None:
        words = options(
            told, vector_field="--vector-field", row_limit="--sample", seed="--seed", at="--at"
        )
        path = self.folder / to
        self.run("train", self.store, collection, "--index", index, "--to", path, *words)

    def compact(self, collection: str) -> None:
        self.run("compact", self.store, collection)

    def statistics(self, collection: str) -> dict:
        return {"live": self.lines("stats", self.store, collection)[0]["live"]}

    def verify(self) -> None:
        self.run("verify", self.store)

    # ---- Writing

    def upsert(self, collection: str, documents: list[dict]) -> dict:
        lines = self.lines("import", self.store, collection, "-", given=json_lines(documents))
        return {"written": lines[-1]["acknowledged"]}

    def insert(self, collection: str, documents: list[dict]) -> dict:
        lines = self.lines(
            "import", self.store, collection, "-", "--insert", given=json_lines(documents)
        )
        return {"written": lines[-1]["acknowledged"]}

    def update(self, collection: str, updates: list[dict]) -> dict:
        lines = self.lines("update", self.store, collection, "-", given=json_lines(updates))
        return {"updated": lines[-1]["acknowledged"]}

    def delete(self, collection: str, keys: list = (), filter: str | None = None) -> dict:
        told = ["--filter", filter] if filter is not None else map(key_argument, keys)
        [found] = self.lines("delete", self.store, collection, *told)
        return found

    # ---- Reading

    def get(self, collection: str, keys: list, contents: list[str], at: str | None = None) -> list:
        told = [*map(key_argument, keys), *state(at)]
        words = [self.program, "get", self.store, collection, *told, "--json"]
        done = subprocess.run(words, capture_output=True, text=True)
        # 1 says that some were not there.
        if done.returncode not in (0, 1) or (
            done.returncode and "no document under" not in done.stderr
        ):
            raise Refused(done.returncode, done.stderr.strip())
        documents = [shown(json.loads(line)) for line in done.stdout.splitlines()]
        members = {"key", *contents} | ({"vectors"} if "vector" in contents else set())
        found = {one["key"]: {n: v for n, v in one.items() if n in members} for one in documents}
        return [found.get(key) for key in keys]

    def scan(
        self, collection: str, contents: list[str], at: str | None = None, **told
    ) -> list[dict]:
        words: list[object] = ["--with", ",".join([*contents, "version"]), *state(at)]
        if "after" in told:
            words += ["--after", key_argument(told.pop("after"))]
        words += options(told, filter="--filter", limit="--limit")
        return [shown(line) for line in self.lines("scan", self.store, collection, *words)]

    def count(self, collection: str, filter: str | None = None, at: str | None = None) -> int:
        told = [] if filter is None else ["--filter", filter]
        return self.lines("count", self.store, collection, *told, *state(at))[0]["count"]

    def search(
        self, collection: str, queries: list[dict], at: str | None = None, **told
    ) -> list[dict]:
        # As many threads as there are processors work in any case.
        told.pop("thread_count", None)
        if all(is_one_vector(query) for query in queries):
            sources = [query["sources"][0] for query in queries]
            words = ["--vectors", self.vector_file([source["vectors"][0] for source in sources])]
            return self.asked(
                collection, words + named(sources[0].get("vector_field")), dict(told), at
            )
        return [
            answer
            for query in queries
            for answer in self.asked(collection, *self.query(query, told), at)
        ]

    def query(self, query: dict, told: dict) -> tuple[list[object], dict]:
        """A query's own words, and what the request says beside them."""
        told, query = dict(told), dict(query)
        words: list[object] = []
        weights = []
        sources = query.pop("sources")
        dense = [source for source in sources if not source.keys() & {"match", "sparse"}]
        assert len(dense) <= 1, "one source of vectors"
        for source in sources:
            source = dict(source)
            weights.append(source.pop("weight", None))
            for name in ("vectors", "unlike_vectors"):
                if name in source:
                    words += [f"--{name.replace('_', '-')}", self.vector_file(source.pop(name))]
            if (
                "--vectors" in words
                and not source.keys() & {"like", "unlike"}
                and "--unlike-vectors" not in words
            ):
                words += ["--together"]
            for name in ("like", "unlike"):
                for key in source.pop(name, []):
                    words += [f"--{name}", key_argument(key)]
            if source.pop("plain", False):
                words += ["--plain"]
            if "bm25" in source:
                words += ["--bm25", ",".join(map(str, source.pop("bm25")))]
            if "encoder" in source:
                words += encoder_options(**source.pop("encoder"))
            if "sparse" in source:
                path = self.file("jsonl")
                path.write_text(json.dumps(source.pop("sparse")))
                words += ["--sparse", path]
            words += options(
                source,
                text="--text",
                vector_field="--vector-field",
                match="--match",
                combine="--combine",
                sparse_field="--sparse-field",
            )
        if None not in weights:
            words += ["--weights", ",".join(map(str, weights))]
        own = query.pop("scope", {})
        words += options(query, fusion="--fusion", rank_constant="--rank-constant")
        if own:
            told["excluded"] = told.get("excluded", []) + own.pop("excluded", [])
            if "filter" in own:
                filters = [one for one in (told.get("filter"), own.pop("filter")) if one]
                told["filter"] = " and ".join(f"({one})" for one in filters)
            assert not own, own
        return words, told

    def asked(self, collection: str, words: list[object], told: dict, at: str | None) -> list[dict]:
        scope = dict(told.pop("scope", {}))
        filters = [one for one in (told.pop("filter", None), scope.pop("filter", None)) if one]
        if filters:
            words += [
                "--filter",
                filters[0] if len(filters) == 1 else " and ".join(f"({one})" for one in filters),
            ]
        for key in told.pop("excluded", []) + scope.pop("excluded", []):
            words += ["--exclude", key_argument(key)]
        assert scope.get("keys") != [], "a key that may be found"
        for key in scope.pop("keys", []):
            words += ["--key", key_argument(key)]
        if "ranges_of" in scope:
            words += self.row_ranges(collection, scope.pop("ranges_of"), told["vector_field"], at)
        words += options(scope, row_filter="--row-filter")
        words += MODES[told.pop("mode", "automatic")]
        if not told.pop("sample", True):
            words += ["--no-sample"]
        if "timeout" in told:
            words += ["--deadline", f"{told.pop('timeout') * 1e3:.9f}ms"]
        if told.get("contents"):
            words += ["--with", ",".join(told["contents"])]
        told.pop("contents", None)
        for flag in ("distinct", "lists", "explain"):
            if told.pop(flag, False):
                words += [f"--{flag}"]
        if "--vector-field" in words:
            told.pop("vector_field", None)
        words += options(
            told,
            k="-k",
            offset="--offset",
            within="--within",
            group_by="--group-by",
            per_group="--per-group",
            list_length="--list-length",
            ef_search="--ef-search",
            nprobe="--nprobe",
            recall="--recall",
            vector_field="--vector-field",
        )
        found = self.lines("search", self.store, collection, *words, *state(at))
        return [answered(one) for one in found]

    def row_ranges(self, collection: str, keys: list, field: str, at: str | None) -> list[object]:
        """The rows of documents, whose numbers `neighbours --keys` writes down."""
        owners = self.owners(collection, named(field) + state(at))
        words: list[object] = []
        for key in keys:
            rows = [number for number, owner in enumerate(owners) if owner and owner["key"] == key]
            words += ["--rows", f"{rows[0]}-{rows[-1]}"]
        return words

    def owners(self, collection: str, told: list[object]) -> list[dict | None]:
        keys = self.file("jsonl")
        self.run(
            "neighbours",
            self.store,
            collection,
            "--to",
            self.file("npy"),
            "--keys",
            keys,
            "-k",
            1,
            *told,
        )
        return [json.loads(line) for line in keys.read_text().splitlines()]

    def neighbours(
        self,
        collection: str,
        k: int,
        at: str | None = None,
        vectors: list | None = None,
        shards: int = 1,
        **told,
    ) -> list[dict]:
        place = named(told.pop("vector_field", None)) + state(at)
        words = place + ["-k", k]
        words += MODES[told.pop("mode", "automatic")]
        if vectors is not None:
            words += ["--vectors", self.vector_file(vectors)]
        words += options(told, filter="--filter")
        records = []
        for shard in range(shards):
            path = self.file("npy")
            share = ["--shard", f"{shard}/{shards}"] if shards > 1 else []
            self.run("neighbours", self.store, collection, "--to", path, *words, *share)
            records += npy_records(path, k)
        owners = self.owners(collection, place)
        found = []
        for number, (rows, scores) in enumerate(records):
            nearest = [
                {**owners[row], "score": score} for row, score in zip(rows, scores) if row >= 0
            ]
            if vectors is not None:
                found.append({"query": number, "neighbours": nearest})
            elif owners[number]:
                found.append({**owners[number], "neighbours": nearest})
        if vectors is None:
            found.sort(key=lambda one: (isinstance(one["key"], str), one["key"], one["row"]))
        return found

    def scores(
        self, collection: str, pairs: list, vector_field: str | None = None, at: str | None = None
    ) -> list[float]:
        lines = [
            {"a": one[0], "rowA": one[1], "b": other[0], "rowB": other[1]} for one, other in pairs
        ]
        given = "".join(f"{json.dumps(line)}\n" for line in lines)
        words = named(vector_field) + state(at)
        return self.lines("scores", self.store, collection, *words, given=given)

    def cluster(self, collection: str, count: int, at: str | None = None, **told) -> list:
        words = named(told.pop("vector_field", None)) + state(at)
        words += options(told, seed="--seed", iteration_count="--iterations")
        rows = self.lines("cluster", self.store, collection, "--count", count, *words)
        clusters: dict[int, list] = {}
        for row in rows:
            if row is not None:
                clusters.setdefault(row["cluster"], []).append([row["key"], row["row"]])
        return sorted(sorted(rows) for rows in clusters.values())

    def tune(
        self, collection: str, indexes: list[str], asked: list | None = None, **told
    ) -> dict:
        words = named(told.pop("vector_field", None))
        words += [word for index in indexes for word in ("--index", index)]
        if asked is not None:
            words += ["--queries", self.vector_file(asked)]
        words += options(told, recall="--recall", k="-k", seed="--seed")
        [tuning] = self.lines("tune", self.store, collection, "--json", *words)
        return {
            "indexes": [trial["index"] for trial in tuning["trials"]],
            "basis": tuning["basis"],
            "queries": tuning["queries"],
            "rows": tuning["rows"],
            "exact": tuning["trials"][0]["points"][0]["recall"],
        }

    def vector_file(self, rows: list[list]) -> pathlib.Path:
        path = self.file("fbin")
        numbers = [float(number) for row in rows for number in row]
        path.write_bytes(struct.pack(f"<2I{len(numbers)}f", len(rows), len(rows[0]), *numbers))
        return path

    # ---- Encoders

    def encode(
        self, encoder: dict, texts: list[str], role: str = "document", thread_count: int = 1
    ) -> list[dict]:
        # As many threads as there are processors work in any case.
        assert role == "document", "a command encodes documents"
        path = self.file("jsonl")
        path.write_text(json_lines([{"text": text} for text in texts]))
        found = []
        for line in self.lines("encode", *encoder_options(**encoder), path):
            one = {"rows": nested(line["vector"]) if "vector" in line else []}
            if "columns" in line:
                one["columns"] = line["columns"][""]
            found.append(one)
        return found

    def bind(self, collection: str, encoder: dict, vector_field: str | None = None) -> None:
        words = encoder_options(**encoder) + named(vector_field)
        self.run("import", self.store, collection, "-", *words)

    def encoders(self, collection: str) -> dict[str, str]:
        [found] = self.lines("stats", self.store, collection)
        return {
            field["name"]: table.below(field["encoder"]["location"])
            for field in found["vectorFields"]
            if "encoder" in field
        }

    def put(
        self,
        collection: str,
        documents: list[dict],
        encoder: dict | None = None,
        insert: bool = False,
        **told,
    ) -> dict:
        told.pop("thread_count", None)
        words = [] if encoder is None else encoder_options(**encoder)
        words += ["--insert"] if insert else []
        words += options(told, vector_field="--vector-field", batch_count="--batch")
        given = json_lines(documents)
        lines = self.lines("import", self.store, collection, "-", *words, given=given)
        return {"written": lines[-1]["acknowledged"]}

    # ---- Texts

    def sentences(self, text: str, language: str | None = None, wrapped: bool = False) -> list[str]:
        told = ["--wrapped"] if wrapped else []
        told += ["--language", language] if language else []
        return [found["text"] for found in self.lines("sentences", *told, given=text)]

    def terms(self, text: str, language: str | None = None) -> list[str]:
        told = ["--language", language] if language else []
        return self.lines("terms", *told, given=f"{text}\n")[0]


def is_one_vector(query: dict) -> bool:
    sources = query["sources"]
    return (
        query.keys() == {"sources"}
        and len(sources) == 1
        and sources[0].keys() <= {"vectors", "vector_field"}
        and len(sources[0]["vectors"]) == 1
    )


def options(told: dict, **words: str) -> list[object]:
    """Each that is told as an option and its value; there may be no others."""
    unknown = told.keys() - words.keys()
    assert not unknown, f"no option for {unknown}"
    return [part for name, value in told.items() for part in (words[name], value)]


def encoder_options(
    folder: str, mode: str | None = None, special_tokens: bool = False, **told
) -> list[object]:
    words: list[object] = ["--encoder", table.FOLDER / folder]
    words += [] if mode is None else ["--encoder-mode", mode]
    words += ["--special-tokens"] if special_tokens else []
    return words + options(
        told, maximum_tokens="--maximum-tokens", prefix_dimension="--prefix-dimension"
    )


def bound_field(name: str, encoder: dict, **told) -> list[object]:
    assert not name, "create binds the vector field without a name"
    words = options(told, metric="--metric", storage="--storage", index="--index")
    return encoder_options(**encoder) + words


def named(field: str | None) -> list[object]:
    return [] if field is None else ["--vector-field", field]


def state(at: str | None) -> list[object]:
    return [] if at is None else ["--at", at]


def key_argument(key: int | str) -> str:
    if isinstance(key, int):
        return str(key)
    return f"s:{key}" if key.isdigit() or key.startswith("s:") else key


def text_fields(fields: list[dict]) -> list[object]:
    told: list[object] = [] if fields else ["--match-on", "none"]
    for field in fields:
        parts = [field["field"] or "text", field.get("language") or "", str(field.get("boost", 1))]
        told += ["--match-on", ":".join(parts)]
    return told


def json_lines(objects: list[dict]) -> str:
    return "".join(f"{json.dumps(one)}\n" for one in objects)


def nested(rows: list) -> list:
    return rows if isinstance(rows[0], list) else [rows]


def shown(document: dict) -> dict:
    document.pop("version", None)
    vectors = document.pop("vectors", {})
    if "vector" in document:
        vectors = {"": document.pop("vector"), **vectors}
    if vectors:
        document["vectors"] = {name: nested(rows) for name, rows in vectors.items()}
    return document


def answered(line: dict) -> dict:
    found = {"hits": line["hits"]}
    for hit in found["hits"]:
        del hit["version"]
    if "lists" in line:
        found["lists"] = line["lists"]
    if "explanation" in line:
        parts = line["explanation"]["parts"]
        found["explained"] = {
            "rows": sum(part["rows"] for part in parts),
            "allowed": sum(part["allowed"] for part in parts),
        }
    return found


def npy_records(path: pathlib.Path, k: int) -> list[tuple[tuple, tuple]]:
    """The rows and the scores of each record of a file of neighbours."""
    data = path.read_bytes()
    (length,) = struct.unpack_from("<H", data, 8)
    [count] = ast.literal_eval(data[10 : 10 + length].decode())["shape"]
    records = struct.iter_unpack(f"<{k}q{k}f", data[10 + length :])
    found = [(record[:k], record[k:]) for record in records]
    assert len(found) == count
    return found
