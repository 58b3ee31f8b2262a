"""The cases through the C interface: conformance.c, which is told each step line by line."""

from __future__ import annotations

import base64
import datetime
import json
import pathlib
import re
import subprocess
from collections.abc import Iterable

import table
from table import FOLDER, Refused


def constants() -> dict[str, int]:
    header = (FOLDER.parent.parent / "include" / "quiver.h").read_text()
    found = re.findall(r"^#define (QV_\w+) (\d+)u?\b", header, re.MULTILINE)
    return {name: int(value) for name, value in found}


C = constants()
WORDS = {"any": "ANY", "mean": "MEAN", "maxSim": "MAX_SIM", "innerProduct": "INNER_PRODUCT"}
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def constant(family: str, word: str) -> int:
    return C[f"QV_{family}_{WORDS.get(word, word.upper())}"]


def word(family: str, number: int) -> str:
    [name] = [
        name for name, value in C.items() if name.startswith(f"QV_{family}_") and value == number
    ]
    found = name.removeprefix(f"QV_{family}_")
    return {value: word for word, value in WORDS.items()}.get(found, found.lower())


class Program:
    def __init__(self, program: str, folder: pathlib.Path) -> None:
        words = [*program.split(), str(folder / "store")]
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.folder = folder
        self.schemas: dict[str, dict] = {}
        self.lines: list[str] = []
        self.file_count = 0

    def close(self) -> None:
        self.process.stdin.close()
        self.process.stdout.close()
        assert self.process.wait() == 0, "the C program failed"

    def answer(self, step: dict) -> object:
        operation = step["operation"]
        if operation == "describe" and "collection" in step:
            operation = "describe_bound"
        self.lines = []
        shape = getattr(self, operation)(**table.told(step))
        found = self.sent(operation)
        return found if shape is None else shape(found)

    def sent(self, operation: str) -> object:
        self.process.stdin.write("".join(f"{line}\n" for line in [operation, *self.lines, "."]))
        self.process.stdin.flush()
        found = json.loads(self.process.stdout.readline())
        if "error" in found:
            raise Refused(found["error"], found["message"])
        return found["answer"]

    # ---- Telling

    def tell(self, *parts: object) -> None:
        for part in parts:
            if part is None:
                self.lines.append("-")
            elif isinstance(part, str):
                self.lines.append("=" + part.replace("%", "%25").replace("\n", "%0A"))
            else:
                self.lines.append(str(int(part)) if isinstance(part, bool) else repr(part))

    def tell_keys(self, keys: Iterable[int | str]) -> None:
        keys = list(keys)
        self.tell(len(keys))
        for key in keys:
            self.lines.append("integer" if isinstance(key, int) else "string")
            self.tell(key)

    def tell_floats(self, numbers: list) -> None:
        self.tell(len(numbers), *(float(number) for number in numbers))

    def tell_rows(self, rows: list[list]) -> None:
        self.tell_floats([number for row in rows for number in row])

    def tell_state(self, collection: str, at: str | None = None, pinned: bool = False) -> None:
        self.tell(collection, at, pinned and at is None)

    def schema_of(self, collection: str) -> dict:
        """As the collection has it now."""
        before, self.lines = self.lines, []
        shape = self.schema(collection)
        found = shape(self.sent("schema"))
        self.lines = before
        return found

    # ---- What there is

    def create(self, collection: str, schema: dict) -> None:
        self.tell(collection)
        self.tell_schema(**schema)

    def tell_schema(
        self,
        text_fields: list[dict],
        vector_fields: list[dict] = (),
        fields: dict | None = None,
        recall: float = 0,
        cache_byte_limit: int = 0,
    ) -> None:
        unbound = [field for field in vector_fields if "encoder" not in field]
        self.tell(len(unbound))
        for field in unbound:
            self.tell_vector_field(**field)
        self.tell(len(fields or {}))
        for name, kind in (fields or {}).items():
            self.tell(name, constant("FIELD", kind))
        self.tell_text_fields(text_fields)
        self.tell(float(recall), cache_byte_limit)
        bound = [field for field in vector_fields if "encoder" in field]
        if bound:
            [field] = bound
            self.tell_bound_field(**field)
        else:
            self.tell_encoder(None)

    def tell_bound_field(
        self, name: str, metric: str, storage: str, index: str, encoder: dict
    ) -> None:
        assert not name, "qv_create_collection binds the vector field without a name"
        self.tell_encoder(encoder)
        self.tell(constant("METRIC", metric), constant("STORAGE", storage), index)

    def tell_vector_field(
        self,
        name: str,
        dimension: int,
        metric: str,
        storage: str,
        index: str,
        optional: bool = False,
        columns: dict | None = None,
        trained: str | None = None,
    ) -> None:
        self.tell(name, dimension, constant("METRIC", metric), constant("STORAGE", storage), index)
        self.tell(C["QV_VECTOR_OPTIONAL"] if optional else 0, len(columns or {}))
        for column, kind in (columns or {}).items():
            self.tell(column, constant("COLUMN", kind), 0)
        self.tell(trained and str(self.folder / trained))

    def tell_text_fields(self, fields: list[dict]) -> None:
        self.tell(len(fields))
        for field in fields:
            self.tell(field["field"], field.get("language"), float(field.get("boost", 0)))

    def schema(self, collection: str):
        self.tell_state(collection)

        def shape(found: dict) -> dict:
            for field in found["vector_fields"]:
                field["metric"] = word("METRIC", field["metric"])
                field["storage"] = word("STORAGE", field["storage"])
                field["columns"] = {
                    name: word("COLUMN", kind) for name, kind in field["columns"].items()
                }
            found["fields"] = {name: word("FIELD", kind) for name, kind in found["fields"].items()}
            found["recall"] = found["recall"] or None
            return found

        return shape

    def collections(self) -> None: ...

    def snapshots(self) -> None: ...

    def verify(self) -> None: ...

    def drop(self, collection: str) -> None:
        self.tell(collection)

    def snapshot_create(self, snapshot: str) -> None:
        self.tell(snapshot)

    def snapshot_drop(self, snapshot: str) -> None:
        self.tell(snapshot)

    def compact(self, collection: str) -> None:
        self.tell_state(collection)

    seal = maintain = statistics = compact

    def alter(self, collection: str, change: dict) -> None:
        [(name, value)] = change.items()
        self.tell_state(collection)
        self.tell(name)
        match name:
            case "add_field":
                self.tell(value["name"], constant("FIELD", value["type"]))
            case "add_vector_field":
                self.tell_vector_field(**value)
            case "set_trained":
                self.tell(value[0], str(self.folder / value[1]))
            case "set_recall":
                self.tell(float(value))
            case "set_text_fields":
                self.tell_text_fields(value)
            case _:
                self.tell(*(value if isinstance(value, list) else [value]))

    # ---- Writing

    def upsert(
        self, collection: str, documents: list[dict], expected_version: int | None = None
    ) -> None:
        schema = self.schema_of(collection)
        self.tell_state(collection)
        self.tell_version(expected_version)
        self.tell_documents(schema, documents)

    insert = upsert

    def tell_documents(self, schema: dict, documents: list[dict]) -> None:
        self.tell(len(documents))
        for document in documents:
            self.tell_document(schema, **document)

    def tell_document(
        self,
        schema: dict,
        key: int | str,
        text: str | None = None,
        vector: list | None = None,
        vectors: dict | None = None,
        columns: dict | None = None,
        fields: dict | None = None,
    ) -> None:
        self.tell_keys([key])
        del self.lines[-3]  # a key, and not an array of one
        self.tell(text)
        rows = dict(vectors or {})
        if vector is not None:
            rows[""] = vector
        self.tell(len(rows))
        for field, numbers in rows.items():
            self.tell(field)
            self.tell_rows(numbers if isinstance(numbers[0], list) else [numbers])
            types = next(one["columns"] for one in schema["vector_fields"] if one["name"] == field)
            given = (columns or {}).get(field, {})
            self.tell(len(given))
            for column, values in given.items():
                number = float if types[column] == "float32" else int
                self.tell(
                    column, constant("COLUMN", types[column]), len(values), *map(number, values)
                )
        self.tell_values(schema, fields or {})

    def tell_values(self, schema: dict, fields: dict) -> None:
        self.tell(len(fields))
        for name, value in fields.items():
            self.tell(name)
            self.tell_value(value, schema["fields"].get(name))

    def tell_value(self, value: object, kind: str | None) -> None:
        match value, kind:
            case None, _:
                self.tell(C["QV_FIELD_NULL"])
            case str(), "timestamp":
                passed = datetime.datetime.fromisoformat(value) - EPOCH
                self.tell(
                    C["QV_FIELD_TIMESTAMP"],
                    passed // datetime.timedelta(seconds=1),
                    passed.microseconds * 1000,
                )
            case str(), "bytes":
                found = base64.b64decode(value)
                self.tell(C["QV_FIELD_BYTES"], len(found), *found)
            case str(), _:
                self.tell(C["QV_FIELD_STRING"], value)
            case bool(), _:
                self.tell(C["QV_FIELD_BOOL"], value)
            case (int() | float()), "double":
                self.tell(C["QV_FIELD_DOUBLE"], float(value))
            case int(), _:
                self.tell(C["QV_FIELD_INT64"], value)
            case dict(), _:
                self.tell(C["QV_FIELD_SPARSE"])
                self.tell_sparse(value)
            case _, "int32s":
                self.tell(C["QV_FIELD_INT32S"], len(value), *value)
            case _:
                self.tell(C["QV_FIELD_STRINGS"], len(value), *value)

    def tell_sparse(self, vector: dict) -> None:
        self.tell(len(vector["indices"]), *vector["indices"])
        self.tell_floats(vector["values"])

    def tell_version(self, expected: int | None) -> None:
        self.tell(0 if expected is None else C["QV_EXPECT_VERSION"], expected or 0)

    def update(
        self, collection: str, updates: list[dict], expected_version: int | None = None
    ) -> None:
        schema = self.schema_of(collection)
        self.tell_state(collection)
        self.tell_version(expected_version)
        self.tell(len(updates))
        for change in updates:
            self.tell_keys([change["key"]])
            del self.lines[-3]
            self.tell_values(schema, change.get("fields", {}))
            self.tell(len(change.get("remove", [])), *change.get("remove", []))

    def delete(self, collection: str, keys: list = (), filter: str | None = None) -> None:
        self.tell_state(collection)
        self.tell(filter)
        self.tell_keys(keys)

    # ---- Reading

    def get(self, collection: str, keys: list, contents: list[str], at: str | None = None):
        self.tell_state(collection, at)
        self.tell_keys(keys)
        self.tell(bits(contents))
        return lambda found: [document and plain(document) for document in found]

    def scan(
        self,
        collection: str,
        contents: list[str],
        at: str | None = None,
        filter: str | None = None,
        after: int | str | None = None,
        limit: int = 0,
    ):
        self.tell_state(collection, at)
        self.tell(bits(contents), filter)
        self.tell_keys([] if after is None else [after])
        self.tell(limit)
        return lambda found: [plain(document) for document in found]

    def count(self, collection: str, filter: str | None = None, at: str | None = None) -> None:
        self.tell_state(collection, at)
        self.tell(filter)

    def search(
        self,
        collection: str,
        queries: list[dict],
        k: int,
        at: str | None = None,
        mode: str = "automatic",
        ef_search: int = 0,
        nprobe: int = 0,
        contents: list[str] = (),
        thread_count: int = 0,
        excluded: list = (),
        vector_field: str | None = None,
        filter: str | None = None,
        offset: int = 0,
        within: float | None = None,
        distinct: bool = False,
        lists: bool = False,
        explain: bool = False,
        sample: bool = True,
        group_by: str | None = None,
        per_group: int = 0,
        list_length: int = 0,
        timeout: float = 0,
        cancelled: bool = False,
        rerank: int = 0,
        recall: float = 0,
        scope: dict | None = None,
    ):
        flags = {
            "WITHIN": within is not None,
            "DISTINCT": distinct,
            "LISTS": lists,
            "EXPLAIN": explain,
        }
        flags["NO_SAMPLE"] = not sample
        self.tell_state(collection, at, pinned=True)
        self.tell(k, constant("SEARCH", mode), ef_search, nprobe, bits(contents), thread_count)
        self.tell_keys(excluded)
        self.tell(vector_field, filter, offset)
        self.tell(sum(C[f"QV_SEARCH_{name}"] for name, is_set in flags.items() if is_set))
        self.tell(float(within or 0), group_by, per_group, list_length, round(timeout * 1e9))
        self.tell(cancelled, rerank, float(recall))
        self.tell_scope(scope)
        self.tell(len(queries))
        for query in queries:
            self.tell_query(**query)
        return lambda found: [answered(one) for one in found]

    def tell_query(
        self,
        sources: list[dict],
        fusion: str = "ranks",
        rank_constant: float = 0,
        scope: dict | None = None,
    ) -> None:
        self.tell(constant("FUSE", fusion), float(rank_constant))
        self.tell_scope(scope)
        self.tell(len(sources))
        for source in sources:
            self.tell_source(**source)

    def tell_source(
        self,
        vectors: list = (),
        unlike_vectors: list = (),
        like: list = (),
        unlike: list = (),
        combine: str | None = None,
        vector_field: str | None = None,
        match: str | None = None,
        plain: bool = False,
        bm25: list | None = None,
        weight: float | None = None,
        sparse: dict | None = None,
        sparse_field: str | None = None,
        text: str | None = None,
        encoder: dict | None = None,
    ) -> None:
        flags = {"PLAIN": plain, "BM25": bm25 is not None, "WEIGHT": weight is not None}
        flags["COMBINATION"] = text is not None and combine is not None
        rows = [*vectors, *unlike_vectors]
        self.tell(sum(C[f"QV_SOURCE_{name}"] for name, is_set in flags.items() if is_set))
        self.tell(len(rows[0]) if rows else 0, constant("COMBINE", combine or "any"))
        self.tell_rows(vectors)
        self.tell_keys(like)
        self.tell_rows(unlike_vectors)
        self.tell_keys(unlike)
        self.tell(vector_field, match)
        self.tell(*map(float, bm25 or [0, 0]), float(weight or 0))
        self.tell_sparse(sparse or {"indices": [], "values": []})
        self.tell(sparse_field, text)
        self.tell_encoder(encoder)

    def tell_scope(self, scope: dict | None) -> None:
        self.tell(scope is not None)
        if scope is not None:
            self.tell_limits(**scope)

    def tell_limits(
        self,
        filter: str | None = None,
        row_filter: str | None = None,
        keys: list | None = None,
        excluded: list = (),
        ranges_of: list | None = None,
        rows_of: list | None = None,
    ) -> None:
        flags = {"KEYS": keys, "RANGES": ranges_of, "ROWS": rows_of}
        self.tell(sum(C[f"QV_SCOPE_{name}"] for name, value in flags.items() if value is not None))
        self.tell(filter, row_filter)
        for some in (keys, excluded, ranges_of, rows_of):
            self.tell_keys(some or [])

    def neighbours(
        self,
        collection: str,
        k: int,
        at: str | None = None,
        mode: str = "automatic",
        vector_field: str | None = None,
        filter: str | None = None,
        vectors: list | None = None,
        shards: int = 1,
    ):
        self.file_count += 1
        self.tell_state(collection, at, pinned=True)
        self.tell(
            str(self.folder / f"{self.file_count}.npy"),
            k,
            constant("SEARCH", mode),
            vector_field,
            filter,
        )
        self.tell(
            0 if vectors is None else C["QV_NEIGHBOURS_OF_VECTORS"],
            len(vectors[0]) if vectors else 0,
        )
        self.tell_rows(vectors or [])
        self.tell(shards)

        def shape(found: list[dict]) -> list[dict]:
            if vectors is not None:
                return found
            live = [one for one in found if "key" in one]
            return sorted(
                live, key=lambda one: (isinstance(one["key"], str), one["key"], one["row"])
            )

        return shape

    def scores(
        self, collection: str, pairs: list, vector_field: str | None = None, at: str | None = None
    ) -> None:
        self.tell_state(collection, at, pinned=True)
        self.tell(vector_field)
        rows = [row for pair in pairs for row in pair]
        self.tell_keys(key for key, _ in rows)
        self.tell(*(row for _, row in rows))

    def train(
        self,
        collection: str,
        index: str,
        to: str,
        at: str | None = None,
        vector_field: str | None = None,
        row_limit: int = 0,
        seed: int = 0,
    ) -> None:
        self.tell_state(collection, at)
        self.tell(index, str(self.folder / to), vector_field, row_limit, seed)

    def cluster(
        self,
        collection: str,
        count: int,
        at: str | None = None,
        vector_field: str | None = None,
        seed: int = 0,
        iteration_count: int = 0,
    ):
        self.tell_state(collection, at, pinned=True)
        self.tell(vector_field, count, seed, iteration_count)

        def shape(found: list) -> list[list]:
            clusters: dict[int, list] = {}
            for cluster, *row in found:
                clusters.setdefault(cluster, []).append(row)
            return sorted(sorted(rows) for rows in clusters.values())

        return shape

    def tune(
        self,
        collection: str,
        indexes: list[str],
        vector_field: str | None = None,
        asked: list | None = None,
        recall: float = 0,
        k: int = 0,
        seed: int = 0,
    ):
        self.tell_state(collection)
        self.tell(vector_field, len(indexes), *indexes, len(asked[0]) if asked else 0)
        self.tell_rows(asked or [])
        self.tell(float(recall), k, seed)
        return lambda found: {**found, "basis": word("RECALL", found["basis"])}

    # ---- Encoders

    def tell_encoder(self, encoder: dict | None) -> None:
        self.tell(encoder is not None)
        if encoder is not None:
            self.tell_folder(**encoder)

    def tell_folder(
        self,
        folder: str,
        mode: str = "sentences",
        special_tokens: bool = False,
        maximum_tokens: int = 0,
        prefix_dimension: int = 0,
    ) -> None:
        self.tell(str(FOLDER / folder), constant("ENCODER", mode))
        self.tell(C["QV_ENCODER_SPECIAL_TOKENS"] if special_tokens else 0)
        self.tell(maximum_tokens, prefix_dimension)

    def describe(self, encoder: dict):
        self.tell_encoder(encoder)
        return described

    def describe_bound(self, collection: str, vector_field: str | None = None):
        self.tell_state(collection)
        self.tell(vector_field)
        return described

    def encode(
        self,
        encoder: dict,
        texts: list[str],
        role: str = "document",
        thread_count: int = 0,
        token_budget: int = 0,
        token_counts: bool = False,
    ):
        self.tell_encoder(encoder)
        self.tell(constant("ROLE", role), thread_count, token_budget, len(texts), *texts)

        def shape(found: list[dict]) -> list[dict]:
            for one in found:
                if not one["rows"] or not one["columns"]:
                    del one["columns"]
                if not token_counts:
                    del one["token_count"]
            return found

        return shape

    def bind(self, collection: str, encoder: dict, vector_field: str | None = None) -> None:
        self.tell_state(collection)
        self.tell(vector_field)
        self.tell_encoder(encoder)

    def encoders(self, collection: str):
        self.tell_state(collection)
        return lambda found: {name: table.below(place) for name, place in found.items()}

    def put(
        self,
        collection: str,
        documents: list[dict],
        vector_field: str | None = None,
        encoder: dict | None = None,
        insert: bool = False,
        batch_count: int = 0,
        token_budget: int = 0,
        thread_count: int = 0,
    ) -> None:
        schema = self.schema_of(collection)
        self.tell_state(collection)
        self.tell(vector_field)
        self.tell_encoder(encoder)
        self.tell(C["QV_PUT_INSERT"] if insert else 0, batch_count, token_budget, thread_count)
        self.tell_documents(schema, documents)

    # ---- Caches

    def cache_store(self, collection: str, model: str, entries: list[dict]) -> None:
        schema = self.schema_of(collection)
        self.tell_state(collection)
        self.tell(model)
        self.tell_documents(schema, entries)

    def cache_entries(self, collection: str, model: str, keys: list, contents: list[str]):
        self.tell_state(collection)
        self.tell(model)
        self.tell_keys(keys)
        self.tell(bits(contents))

        def shape(found: list) -> list:
            for entry in found:
                if entry is not None:
                    del entry["fields"]["cache.used"]
            return [entry and plain(entry) for entry in found]

        return shape

    def cache_state(self, collection: str) -> None:
        self.tell_state(collection)

    # ---- Texts

    def sentences(self, text: str, language: str | None = None, wrapped: bool = False) -> None:
        self.tell(text, language, C["QV_SENTENCES_WRAPPED"] if wrapped else 0)

    def terms(self, text: str, language: str | None = None) -> None:
        self.tell(text, language)


def described(found: dict) -> dict:
    return {
        **found,
        "mode": {C["QV_ENCODER_SENTENCES"]: "sentences", C["QV_ENCODER_TOKENS"]: "tokens"}[
            found["mode"]
        ],
        "location": table.below(found["location"]),
        "columns": {name: word("COLUMN", kind) for name, kind in found["columns"].items()},
    }


def bits(contents: list[str]) -> int:
    return sum(constant("WITH", part) for part in contents)


def plain(document: dict) -> dict:
    """Without what is empty, and with values as the table has them."""
    found = {name: value for name, value in document.items() if value not in ({}, None)}
    if "fields" in found:
        found["fields"] = {name: plain_value(value) for name, value in found["fields"].items()}
    if "group" in found:
        found["group"] = plain_value(found["group"])
    return found


def plain_value(value: object) -> object:
    match value:
        case {"timestamp": [seconds, nanoseconds]}:
            moment = EPOCH + datetime.timedelta(seconds=seconds, microseconds=nanoseconds // 1000)
            return moment.isoformat(timespec="milliseconds" if nanoseconds else "seconds").replace(
                "+00:00", "Z"
            )
        case {"bytes": found}:
            return base64.b64encode(bytes(found)).decode()
    return value


def answered(found: dict) -> dict:
    return {**found, "hits": [plain(hit) for hit in found["hits"]]}
