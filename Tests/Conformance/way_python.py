"""The cases through the Python package."""

from __future__ import annotations

import base64
import contextlib
import datetime
import itertools
import pathlib

import numpy
import quiver

import table
from table import Refused


class Package:
    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.store = quiver.open(folder / "store", create=True)
        self.files = itertools.count()
        self.open_encoders = contextlib.ExitStack()

    def close(self) -> None:
        self.open_encoders.close()
        self.store.close()

    def answer(self, step: dict) -> object:
        try:
            return getattr(self, step["operation"])(**table.told(step))
        except quiver.QuiverError as error:
            raise Refused(error.name, error.message) from None

    # ---- What there is

    def create(self, collection: str, schema: dict) -> None:
        told = dict(schema)
        told["text_fields"] = [quiver.TextField(**field) for field in schema["text_fields"]]
        told["vector_fields"] = []
        for field in schema.get("vector_fields", []):
            if "encoder" in field:
                told |= self.bound_field(**field)
            else:
                told["vector_fields"].append(self.vector_field(**field))
        self.store.create_collection(collection, **told)

    def bound_field(self, name: str, encoder: dict, **told) -> dict:
        assert not name, "create_collection binds the vector field without a name"
        return {**told, "encoder": self.encoder(**encoder)}

    def vector_field(self, trained: str | None = None, **field) -> quiver.VectorField:
        return quiver.VectorField(**field, trained=trained and self.folder / trained)

    def train(self, collection: str, index: str, to: str, at: str | None = None, **told) -> None:
        self.reader(collection, at).train(index, self.folder / to, **told)

    def schema(self, collection: str) -> dict:
        found = self.store.open_collection(collection).schema()
        return {
            "vector_fields": [
                {name: value for name, value in vars(field).items() if name != "trained"}
                for field in found.vector_fields
            ],
            "fields": found.fields,
            "text_fields": [vars(field) for field in found.text_fields],
            "recall": found.recall,
        }

    def collections(self) -> list[str]:
        return self.store.collection_names()

    def drop(self, collection: str) -> None:
        self.store.drop_collection(collection)

    def alter(self, collection: str, change: dict) -> None:
        altered = self.store.open_collection(collection)
        [(name, value)] = change.items()
        match name:
            case "add_field":
                altered.add_field(value["name"], value["type"])
            case "add_vector_field":
                altered.add_vector_field(self.vector_field(**value))
            case "set_text_fields":
                altered.set_text_fields([quiver.TextField(**field) for field in value])
            case "set_recall":
                altered.set_recall(value or None)
            case "set_cache_byte_limit":
                altered.set_cache_byte_limit(value)
            case "set_trained":
                altered.set_trained(self.folder / value[1], vector_field=value[0])
            case "set_index":
                altered.set_index(value[1], vector_field=value[0])
            case "drop_field" | "drop_vector_field":
                getattr(altered, name)(value)
            case "rename_field" | "rename_vector_field":
                getattr(altered, name)(*value)

    def snapshot_create(self, snapshot: str) -> None:
        self.store.create_snapshot(snapshot)

    def snapshot_drop(self, snapshot: str) -> None:
        self.store.drop_snapshot(snapshot)

    def snapshots(self) -> list[str]:
        return [snapshot.name for snapshot in self.store.snapshots()]

    def compact(self, collection: str) -> None:
        self.store.open_collection(collection).compact()

    def seal(self, collection: str) -> None:
        self.store.open_collection(collection).seal()

    def maintain(self, collection: str) -> None:
        self.store.open_collection(collection).maintain()

    def statistics(self, collection: str) -> dict:
        return {"live": self.store.open_collection(collection).statistics().live_count}

    def verify(self) -> None:
        quiver.verify(self.folder / "store")

    # ---- Writing

    def upsert(
        self, collection: str, documents: list[dict], expected_version: int | None = None
    ) -> dict:
        written = self.store.open_collection(collection)
        made = self.documents(written, documents)
        for document in made:
            document.expected_version = expected_version
        return receipt(written.upsert(made))

    def insert(self, collection: str, documents: list[dict]) -> dict:
        written = self.store.open_collection(collection)
        return receipt(written.insert(self.documents(written, documents)))

    def documents(self, collection: quiver.Collection, given: list[dict]) -> list[quiver.Document]:
        schema = collection.schema()
        types = {field.name: field.columns for field in schema.vector_fields}
        documents = []
        for one in given:
            vectors = dict(one.get("vectors", {}))
            if "vector" in one:
                vectors[""] = one["vector"]
            for name, columns in one.get("columns", {}).items():
                arrays = {
                    column: numpy.array(values, types[name][column])
                    for column, values in columns.items()
                }
                vectors[name] = quiver.Rows(vectors[name], arrays)
            documents.append(
                quiver.Document(
                    one["key"],
                    text=one.get("text"),
                    fields=values(one.get("fields", {}), schema),
                    vectors=vectors,
                )
            )
        return documents

    def update(
        self, collection: str, updates: list[dict], expected_version: int | None = None
    ) -> dict:
        updated = self.store.open_collection(collection)
        schema = updated.schema()
        done = updated.update(
            [
                quiver.FieldUpdate(
                    one["key"],
                    values(one.get("fields", {}), schema),
                    one.get("remove", []),
                    expected_version,
                )
                for one in updates
            ]
        )
        return {"updated": done.updated_count}

    def delete(self, collection: str, keys: list | None = None, filter: str | None = None) -> dict:
        deleted = self.store.open_collection(collection)
        done = deleted.delete(keys) if filter is None else deleted.delete_where(filter)
        return {"deleted": done.deleted_count, "missing": done.missing_count}

    # ---- Reading

    def reader(self, collection: str, at: str | None) -> quiver.Collection | quiver.Snapshot:
        if at is None:
            return self.store.open_collection(collection)
        return self.store.open_snapshot(at, collection)

    def get(self, collection: str, keys: list, contents: list[str], at: str | None = None) -> list:
        found = self.reader(collection, at).get_batch(keys, contents)
        return [None if document is None else shown(document) for document in found]

    def scan(
        self, collection: str, contents: list[str], at: str | None = None, **told
    ) -> list[dict]:
        found = self.reader(collection, at).scan(
            told.pop("filter", None), contents=contents, page=3, **told
        )
        return [shown(document) for document in found]

    def count(self, collection: str, filter: str | None = None, at: str | None = None) -> int:
        return self.reader(collection, at).count(filter)

    def search(
        self, collection: str, queries: list[dict], k: int, at: str | None = None, **told
    ) -> list[dict]:
        queries = [self.with_encoders(one) for one in queries]
        with self.state(collection, at) as reader:
            if "scope" in told:
                told["scope"] = scope(reader, told.get("vector_field"), **told["scope"])
            if told.pop("cancelled", False):
                told["cancelled"] = lambda: True
            if "rerank" in told:
                told["rerank"] = quiver.Reranking(
                    lambda query, hits: range(len(hits)), told["rerank"]
                )
            lists = told.get("lists", False)
            results = reader.search_batch([query(reader, **one) for one in queries], k, **told)
            return [answered(hits, lists) for hits in results]

    def with_encoders(self, query: dict) -> dict:
        """A query whose texts have open encoders in the place of folders."""
        sources = [
            {**one, "encoder": self.encoder(**one["encoder"])} if "encoder" in one else one
            for one in query["sources"]
        ]
        return {**query, "sources": sources}

    def state(self, collection: str, at: str | None) -> quiver.Snapshot:
        reader = self.reader(collection, at)
        # The numbers of rows are those of one state.
        return reader.pin() if isinstance(reader, quiver.Collection) else reader

    def neighbours(
        self,
        collection: str,
        k: int,
        at: str | None = None,
        vectors: list | None = None,
        shards: int = 1,
        **told,
    ) -> list[dict]:
        field = told.get("vector_field")
        with self.state(collection, at) as reader:
            records = []
            for shard in range(shards):
                path = self.folder / f"{next(self.files)}.npy"
                given = None if vectors is None else numpy.array(vectors, numpy.float32)
                reader.neighbours(path, k, vectors=given, shard=shard, shard_count=shards, **told)
                records.append(numpy.load(path))
            found = []
            for number, (rows, scores) in enumerate(numpy.concatenate(records).tolist()):
                nearest = [
                    {"key": owner.key, "row": owner.row, "score": score}
                    for owner, score in zip(reader.row_owners(rows, field), scores)
                    if owner is not None
                ]
                if vectors is not None:
                    found.append({"query": number, "neighbours": nearest})
                elif owner := reader.row_owners([number], field)[0]:
                    found.append({"key": owner.key, "row": owner.row, "neighbours": nearest})
        if vectors is None:
            found.sort(key=lambda one: (isinstance(one["key"], str), one["key"], one["row"]))
        return found

    def scores(
        self, collection: str, pairs: list, vector_field: str | None = None, at: str | None = None
    ) -> list[float]:
        with self.state(collection, at) as reader:
            numbers = [
                [self.row(reader, *one, vector_field), self.row(reader, *other, vector_field)]
                for one, other in pairs
            ]
            return reader.row_scores(numbers, vector_field).tolist()

    def row(self, reader, key: int | str, row: int, field: str | None) -> int:
        [numbers] = reader.row_numbers([key], field)
        return numbers[row]

    def cluster(self, collection: str, count: int, at: str | None = None, **told) -> list:
        field = told.get("vector_field")
        with self.state(collection, at) as reader:
            found = reader.cluster(count, **told).clusters.tolist()
            return together(reader.row_owners(range(len(found)), field), found)

    def tune(
        self, collection: str, indexes: list[str], asked: list | None = None, **told
    ) -> dict:
        tuning = self.store.open_collection(collection).tune(indexes, asked, **told)
        return {
            "indexes": [trial.specification for trial in tuning.trials],
            "basis": tuning.basis,
            "queries": tuning.query_count,
            "rows": tuning.row_count,
            "exact": tuning.trials[0].points[0].recall,
        }

    # ---- Encoders

    def encoder(self, folder: str, **told) -> quiver.Encoder:
        opened = quiver.Encoder(table.FOLDER / folder, **told)
        return self.open_encoders.enter_context(opened)

    def describe(
        self,
        encoder: dict | None = None,
        collection: str | None = None,
        vector_field: str | None = None,
    ) -> dict:
        if encoder is not None:
            found = self.encoder(**encoder)
        else:
            bound = self.store.open_collection(collection)
            found = self.open_encoders.enter_context(bound.open_encoder(vector_field))
        return {
            "mode": found.mode,
            "dimension": found.dimension,
            "maximum_tokens": found.maximum_tokens,
            "location": table.below(found.location),
            "columns": found.columns,
        }

    def encode(
        self, encoder: dict, texts: list[str], token_counts: bool = False, **told
    ) -> list[dict]:
        encoded = self.encoder(**encoder).encode_texts(texts, **told)
        found = []
        for number, count in enumerate(encoded.token_counts.tolist()):
            rows = encoded[number]
            one: dict = {"rows": rows.numbers.tolist()}
            if one["rows"] and rows.columns:
                one["columns"] = {name: column.tolist() for name, column in rows.columns.items()}
            if token_counts:
                one["token_count"] = count
            found.append(one)
        return found

    def bind(self, collection: str, encoder: dict, vector_field: str | None = None) -> None:
        bound = self.store.open_collection(collection)
        bound.bind_encoder(self.encoder(**encoder), vector_field)

    def encoders(self, collection: str) -> dict[str, str]:
        bound = self.store.open_collection(collection).schema().encoders
        return {name: table.below(encoder.location) for name, encoder in bound.items()}

    def put(
        self, collection: str, documents: list[dict], encoder: dict | None = None, **told
    ) -> dict:
        written = self.store.open_collection(collection)
        if encoder is not None:
            told["encoder"] = self.encoder(**encoder)
        return receipt(written.put(self.documents(written, documents), **told))

    # ---- Caches

    def cache_store(self, collection: str, model: str, entries: list[dict]) -> None:
        kept = self.store.open_collection(collection)
        quiver.Cache(kept, model).store(self.documents(kept, entries))

    def cache_entries(
        self, collection: str, model: str, keys: list, contents: list[str]
    ) -> list[dict | None]:
        cache = quiver.Cache(self.store.open_collection(collection), model)
        found = []
        for entry in cache.entries(keys, contents):
            if entry is not None:
                del entry.fields["cache.used"]
            found.append(None if entry is None else shown(entry))
        return found

    def cache_state(self, collection: str) -> dict:
        cache = self.store.open_collection(collection)
        counts = cache.statistics()
        return {
            "byte_limit": cache.schema().cache_byte_limit,
            "hits": counts.cache_hit_count,
            "misses": counts.cache_miss_count,
            "evictions": counts.cache_eviction_count,
        }

    # ---- Texts

    def sentences(self, text: str, **told) -> list[str]:
        return quiver.sentences(text, **told)

    def terms(self, text: str, **told) -> list[str]:
        return quiver.terms(text, **told)


def together(owners: list, clusters: list[int]) -> list[list]:
    """The rows of each cluster."""
    found: dict[int, list] = {}
    for owner, cluster in zip(owners, clusters):
        if owner is not None:
            found.setdefault(cluster, []).append([owner.key, owner.row])
    return sorted(sorted(rows) for rows in found.values())


def receipt(done: quiver.Receipt) -> dict:
    return {"written": done.inserted_count + done.replaced_count}


def query(reader, sources: list[dict], scope: dict | None = None, **told) -> quiver.Query:
    if told.get("fusion") == "custom":
        told["fusion"] = lambda places: sum(1 / place.rank**2 for place in places if place)
    if scope is not None:
        told["scope"] = globals()["scope"](reader, None, **scope)
    return quiver.Query([source(**one) for one in sources], **told)


def source(**told) -> quiver.Source:
    for name in ("vectors", "unlike_vectors"):
        if name in told:
            told[name] = numpy.array(told[name], numpy.float32)
    if "sparse" in told:
        told["sparse"] = sparse(told["sparse"])
    return quiver.Source(**told)


def scope(
    reader, field: str | None, rows_of: list = None, ranges_of: list = None, **told
) -> quiver.Scope:
    if rows_of is not None:
        told["rows"] = [row for rows in reader.row_numbers(rows_of, field) for row in rows]
    if ranges_of is not None:
        told["row_ranges"] = reader.row_numbers(ranges_of, field)
    return quiver.Scope(**told)


def sparse(vector: dict) -> quiver.SparseVector:
    return quiver.SparseVector(numpy.array(vector["indices"], numpy.uint32), vector["values"])


def values(fields: dict, schema: quiver.Schema) -> dict:
    made = {}
    for name, value in fields.items():
        match schema.fields.get(name):
            case "timestamp" if value is not None:
                moment = datetime.datetime.fromisoformat(value)
                made[name] = quiver.Timestamp.from_datetime(moment)
            case "bytes" if value is not None:
                made[name] = base64.b64decode(value)
            case "int32s" if value is not None:
                made[name] = numpy.array(value, numpy.int32)
            case "sparse" if isinstance(value, dict):
                made[name] = sparse(value)
            case _:
                made[name] = value
    return made


def plain(value: quiver.FieldValue) -> object:
    if isinstance(value, quiver.Timestamp):
        moment = value.to_datetime()
        return moment.isoformat(
            timespec="milliseconds" if moment.microsecond else "seconds"
        ).replace("+00:00", "Z")
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, quiver.SparseVector):
        return {"indices": value.indices.tolist(), "values": value.values.tolist()}
    return value.tolist() if isinstance(value, numpy.ndarray) else value


def parts(text: str | None, fields: dict) -> dict:
    found: dict = {} if text is None else {"text": text}
    if fields:
        found["fields"] = {name: plain(value) for name, value in fields.items()}
    return found


def shown(document: quiver.StoredDocument) -> dict:
    found = {"key": document.key, **parts(document.text, document.fields)}
    if document.vectors:
        found["vectors"] = {name: rows.tolist() for name, rows in document.vectors.items()}
    if document.columns:
        found["columns"] = {
            name: {column: numbers.tolist() for column, numbers in columns.items()}
            for name, columns in document.columns.items()
        }
    return found


def answered(hits: quiver.Hits, lists: bool) -> dict:
    found: dict = {"hits": []}
    for hit in hits:
        one = {"key": hit.key, "score": hit.score, **parts(hit.text, hit.fields)}
        if hit.row is not None:
            one["row"] = hit.row
        if hit.vector is not None:
            one["vector"] = hit.vector.tolist()
        if hit.columns:
            one["columns"] = hit.columns
        if hit.group is not None:
            one["group"] = plain(hit.group)
        found["hits"].append(one)
    if lists:
        found["lists"] = [
            [
                {name: value for name, value in place._asdict().items() if value is not None}
                for place in one
            ]
            for one in hits.lists
        ]
    if hits.explanation is not None:
        parts_ = hits.explanation.parts
        found["explained"] = {
            "rows": sum(part.row_count for part in parts_),
            "allowed": sum(part.allowed_count for part in parts_),
        }
    return found
