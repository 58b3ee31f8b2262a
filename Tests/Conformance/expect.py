#!/usr/bin/env python3
"""Works out what is expected of every case, by no code of Quiver's.

usage: expect.py [--write]      without --write: says whether expected/ is what comes out
"""

from __future__ import annotations

import copy
import json
import sys

import table
import tiny_bert
from brute_force import Collection, Found, Search, key_order, nearness, ranked
from caches import Cache


class Store:
    def __init__(self) -> None:
        self.collections: dict[str, Collection] = {}
        self.snapshots: dict[str, dict[str, Collection]] = {}
        self.trained: dict[str, str] = {}

    def answer(self, step: dict) -> object:
        return getattr(self, step["operation"])(step)

    def reading(self, step: dict) -> Collection:
        at = step.get("at")
        return (self.collections if at is None else self.snapshots[at])[step["collection"]]

    def create(self, step: dict) -> None:
        schema = copy.deepcopy(step["schema"])
        for field in schema.get("vector_fields", []):
            if trained := field.pop("trained", None):
                field["index"] = self.trained[trained]
        byte_limit = schema.pop("cache_byte_limit", None)
        made = Collection(schema) if byte_limit is None else Cache(schema, byte_limit)
        self.collections[step["collection"]] = made

    def train(self, step: dict) -> None:
        self.trained[step["to"]] = step["index"]

    def schema(self, step: dict) -> dict:
        return self.reading(step).schema

    def upsert(self, step: dict) -> dict:
        return self.reading(step).write(step["documents"])

    insert = upsert

    def put(self, step: dict) -> dict:
        collection = self.reading(step)
        if "encoder" in step:
            self.bind(step)
        field = collection.vector_field(step.get("vector_field"))
        return collection.write([collection.encoded(one, field) for one in step["documents"]])

    def update(self, step: dict) -> dict:
        documents = self.reading(step).documents
        for change in step["updates"]:
            fields = documents[change["key"]]["fields"]
            fields.update(change.get("fields", {}))
            for name in change.get("remove", []):
                fields.pop(name, None)
        return {"updated": len(step["updates"])}

    def delete(self, step: dict) -> dict:
        collection = self.reading(step)
        keys = (
            step["keys"]
            if "keys" in step
            else [d["key"] for d in collection.passing(step["filter"])]
        )
        gone = [key for key in keys if collection.documents.pop(key, None) is not None]
        return {"deleted": len(gone), "missing": len(keys) - len(gone)}

    def get(self, step: dict) -> list[dict | None]:
        collection = self.reading(step)
        found = [collection.documents.get(key) for key in step["keys"]]
        return [None if d is None else collection.shown(d, step["contents"]) for d in found]

    def scan(self, step: dict) -> list[dict]:
        collection = self.reading(step)
        found = collection.passing(step.get("filter"))
        if "after" in step:
            found = [d for d in found if key_order(d["key"]) > key_order(step["after"])]
        return [collection.shown(d, step["contents"]) for d in found[: step.get("limit")]]

    def count(self, step: dict) -> int:
        return len(self.reading(step).passing(step.get("filter")))

    def search(self, step: dict) -> list[dict]:
        return Search(self.reading(step), step).answers()

    def neighbours(self, step: dict) -> list[dict]:
        collection = self.reading(step)
        field = collection.vector_field(step.get("vector_field"))
        name, metric = field["name"], field["metric"]
        taking_part = collection.passing(step.get("filter"))

        def nearest(query: list[float], own: int | str | None) -> list[dict]:
            found = ranked(
                [
                    Found(d, nearness(metric, query, row), metric, number)
                    for d in taking_part
                    if d["key"] != own
                    for number, row in enumerate(d["vectors"].get(name, []))
                ]
            )
            return [
                {"key": h.document["key"], "row": h.row, "score": h.score}
                for h in found[: step["k"]]
            ]

        if "vectors" in step:
            return [
                {"query": n, "neighbours": nearest(v, None)} for n, v in enumerate(step["vectors"])
            ]
        return [
            {
                "key": d["key"],
                "row": number,
                "neighbours": nearest(row, d["key"]) if d in taking_part else [],
            }
            for d in collection.ordered()
            for number, row in enumerate(d["vectors"].get(name, []))
        ]

    def scores(self, step: dict) -> list[float]:
        collection = self.reading(step)
        field = collection.vector_field(step.get("vector_field"))

        def row(key: int | str, number: int) -> list[float]:
            return collection.documents[key]["vectors"][field["name"]][number]

        return [nearness(field["metric"], row(*one), row(*other)) for one, other in step["pairs"]]

    def bind(self, step: dict) -> None:
        collection = self.reading(step)
        field = collection.vector_field(step.get("vector_field"))
        collection.encoders[field["name"]] = step["encoder"]

    def encoders(self, step: dict) -> dict[str, str]:
        bound = self.reading(step).encoders
        return {name: tiny_bert.opened(encoder).location for name, encoder in bound.items()}

    def describe(self, step: dict) -> dict:
        told = step.get("encoder")
        if told is None:
            collection = self.reading(step)
            told = collection.encoders[collection.vector_field(step.get("vector_field"))["name"]]
        encoder = tiny_bert.opened(told)
        return {
            "mode": encoder.mode,
            "dimension": encoder.dimension,
            "maximum_tokens": encoder.length,
            "location": encoder.location,
            "columns": encoder.columns,
        }

    def encode(self, step: dict) -> list[dict]:
        encoder = tiny_bert.opened(step["encoder"])
        found = []
        for text in step["texts"]:
            made = encoder.encoded(text, step.get("role", "document"))
            if not step.get("token_counts"):
                del made["token_count"]
            if not made["rows"] or not made["columns"]:
                del made["columns"]
            found.append(made)
        return found

    def cache_store(self, step: dict) -> None:
        self.cache(step).store(step["model"], step["entries"])

    def cache_entries(self, step: dict) -> list[dict | None]:
        return self.cache(step).entries(step["model"], step["keys"], step["contents"])

    def cache_state(self, step: dict) -> dict:
        return self.cache(step).state

    def cache(self, step: dict) -> Cache:
        cache = self.reading(step)
        assert isinstance(cache, Cache)
        return cache

    def snapshot_create(self, step: dict) -> None:
        self.snapshots[step["snapshot"]] = copy.deepcopy(self.collections)

    def snapshot_drop(self, step: dict) -> None:
        del self.snapshots[step["snapshot"]]

    def snapshots_(self, step: dict) -> list[str]:
        return sorted(self.snapshots)

    def alter(self, step: dict) -> None:
        collection = self.reading(step)
        schema = collection.schema
        [(change, value)] = step["change"].items()
        if change == "add_field":
            schema["fields"][value["name"]] = value["type"]
        elif change == "drop_field":
            del schema["fields"][value]
            for document in collection.documents.values():
                document["fields"].pop(value, None)
        elif change == "rename_field":
            old, new = value
            schema["fields"] = {
                new if name == old else name: kind for name, kind in schema["fields"].items()
            }
            for document in collection.documents.values():
                if old in document["fields"]:
                    document["fields"][new] = document["fields"].pop(old)
        elif change == "add_vector_field":
            schema["vector_fields"].append({"columns": {}, **value, "optional": True})
        elif change == "rename_vector_field":
            collection.vector_field(value[0])["name"] = value[1]
        elif change == "drop_vector_field":
            schema["vector_fields"].remove(collection.vector_field(value))
            for document in collection.documents.values():
                document["vectors"].pop(value, None)
        elif change == "set_index":
            collection.vector_field(value[0])["index"] = value[1]
        elif change == "set_trained":
            collection.vector_field(value[0])["index"] = self.trained[value[1]]
        elif change == "set_recall":
            schema["recall"] = value or None
        elif change == "set_cache_byte_limit":
            self.cache(step).byte_limit = value
        else:
            assert change == "set_text_fields", change
            schema["text_fields"] = [{"language": None, "boost": 1.0, **field} for field in value]

    def collections_(self, step: dict) -> list[str]:
        return list(self.collections)

    def drop(self, step: dict) -> None:
        del self.collections[step["collection"]]

    def nothing(self, step: dict) -> None:
        """Changes nothing that can be seen."""

    seal = maintain = compact = verify = nothing

    def statistics(self, step: dict) -> dict:
        return {"live": len(self.reading(step).documents)}


def expected() -> dict[str, dict[str, object]]:
    """The answer of every case that does not have it beside its question, by scenario and name."""
    found: dict[str, dict[str, object]] = {}
    for scenario, steps in table.scenarios().items():
        store = Store()
        for step in steps:
            if kept := step.get("kept"):
                store.answer({**step, "documents": step["documents"][:kept]})
            if "error" in step or step["operation"] in ("sentences", "terms", "cluster", "tune"):
                continue
            operation = {"snapshots": "snapshots_", "collections": "collections_"}.get(
                step["operation"]
            )
            answer = store.answer({**step, "operation": operation} if operation else step)
            found.setdefault(scenario, {})[step["name"]] = copy.deepcopy(answer)
    return found


def text(answers: dict[str, object]) -> str:
    lines = [
        f"{json.dumps(name)}: {json.dumps(answer, ensure_ascii=False)}"
        for name, answer in answers.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def differences() -> list[str]:
    """The files of expected/ that are not what comes out."""
    folder = table.FOLDER / "expected"
    wanted = {f"{name}.json": text(answers) for name, answers in expected().items()}
    committed = {path.name: path.read_text() for path in folder.glob("*.json")}
    return sorted(
        name for name in wanted.keys() | committed.keys() if wanted.get(name) != committed.get(name)
    )


if __name__ == "__main__":
    if "--write" in sys.argv:
        for name, answers in expected().items():
            (table.FOLDER / "expected" / f"{name}.json").write_text(text(answers))
    elif found := differences():
        sys.exit(f"expected/ is not what expect.py works out: {', '.join(found)}")
