"""What a collection holds and what a search of it finds, by comparing each row with each query."""

from __future__ import annotations

import copy
import json
import math
import re

import tiny_bert
from filters import FILTERS, ROW_FILTERS


def key_order(key: int | str) -> tuple:
    return (0, key) if isinstance(key, int) else (1, key.encode())


class Collection:
    def __init__(self, schema: dict) -> None:
        self.schema = copy.deepcopy(schema)
        # What vector fields are bound to, by their names.
        self.encoders: dict[str, dict] = {}
        for field in self.schema.setdefault("vector_fields", []):
            if encoder := field.pop("encoder", None):
                self.encoders[field["name"]] = encoder
                opened = tiny_bert.opened(encoder)
                field["dimension"], field["columns"] = opened.dimension, opened.columns
            field.setdefault("optional", False)
            field.setdefault("columns", {})
        self.schema.setdefault("recall", None)
        self.schema.setdefault("fields", {})
        for field in self.schema["text_fields"]:
            field.setdefault("language", None)
            field.setdefault("boost", 1.0)
        self.documents: dict[int | str, dict] = {}

    def vector_field(self, name: str | None) -> dict:
        fields = self.schema["vector_fields"]
        if name is None:
            assert len(fields) == 1
            return fields[0]
        return next(field for field in fields if field["name"] == name)

    def write(self, documents: list[dict]) -> dict:
        for given in documents:
            document = {
                "key": given["key"],
                "text": given.get("text"),
                "fields": dict(given.get("fields", {})),
            }
            vectors = dict(given.get("vectors", {}))
            if "vector" in given:
                vectors[""] = given["vector"]
            document["vectors"] = {
                name: rows if isinstance(rows[0], list) else [rows]
                for name, rows in vectors.items()
            }
            document["columns"] = given.get("columns", {})
            self.documents[given["key"]] = document
        return {"written": len(documents)}

    def encoded(self, document: dict, field: dict) -> dict:
        """The document with rows of its text, unless it has rows of the field or no text."""
        name = field["name"]
        if "text" not in document or name in document.get("vectors", {}):
            return document
        if not name and "vector" in document:
            return document
        made = tiny_bert.opened(self.encoders[name]).encoded(document["text"], "document")
        if not made["rows"]:
            return document
        columns = {column: made["columns"][column] for column in field["columns"]}
        return {
            **document,
            "vectors": {**document.get("vectors", {}), name: made["rows"]},
            "columns": {**document.get("columns", {}), name: columns},
        }

    def ordered(self) -> list[dict]:
        return [self.documents[key] for key in sorted(self.documents, key=key_order)]

    def passing(self, text: str | None) -> list[dict]:
        if text is None:
            return self.ordered()
        holds = FILTERS[text]
        return [d for d in self.ordered() if holds(d["fields"].get, d["fields"])]

    def columns(self, document: dict, field: str, row: int) -> dict:
        return {name: values[row] for name, values in document["columns"].get(field, {}).items()}

    def shown(self, document: dict, contents: list[str]) -> dict:
        shown = {"key": document["key"]}
        if "text" in contents and document["text"] is not None:
            shown["text"] = document["text"]
        if "fields" in contents and document["fields"]:
            shown["fields"] = document["fields"]
        if "vector" in contents and document["vectors"]:
            shown["vectors"] = document["vectors"]
        if "columns" in contents:
            columns = {
                n: c for n, c in document["columns"].items() if c and n in document["vectors"]
            }
            if columns:
                shown["columns"] = columns
        return shown


# ---- Vectors


def dot(one: list[float], other: list[float]) -> float:
    return math.fsum(a * b for a, b in zip(one, other))


def norm(vector: list[float]) -> float:
    return math.sqrt(dot(vector, vector))


def nearness(metric: str, query: list[float], row: list[float]) -> float:
    if metric == "cosine":
        return dot(query, row) / (norm(query) * norm(row))
    if metric == "innerProduct":
        return dot(query, row)
    return math.fsum((a - b) ** 2 for a, b in zip(query, row))


DISTANCES = ("l2", "hamming")


def mean(metric: str, vectors: list[list[float]]) -> list[float]:
    if metric == "cosine":
        vectors = [[x / norm(v) for x in v] for v in vectors]
    return [math.fsum(numbers) / len(vectors) for numbers in zip(*vectors)]


class Found:
    """A place in a list. `goodness` is larger for what is better."""

    def __init__(
        self, document: dict, score: float, metric: str | None = None, row: int | None = None
    ) -> None:
        self.document, self.score, self.row = document, score, row
        self.goodness = -score if metric in DISTANCES else score

    @property
    def order(self) -> tuple:
        return (
            -self.goodness,
            key_order(self.document["key"]),
            -1 if self.row is None else self.row,
        )


def ranked(found: list[Found]) -> list[Found]:
    found = sorted(found, key=lambda hit: hit.order)
    for one, other in zip(found, found[1:]):
        gap = abs(one.goodness - other.goodness)
        # float32 may order them otherwise.
        assert gap == 0 or gap > 1e-6 * abs(one.goodness), (
            one.score,
            other.score,
            "too near to tell",
        )
    return found


# ---- Words


def terms(text: str | None) -> list[str]:
    return re.findall(r"[a-z0-9]+", (text or "").lower())


PART = re.compile(
    r'([+-]?)(?:(lemma|text):)?(?:"([^"]*)"|([^\s^"*]+)(\*?))(?:\^([\d.]+))?(?:\s+|$)'
)


def word_list(collection: Collection, source: dict, allowed: list[dict]) -> list[Found]:
    k1, b = source.get("bm25", [1.2, 0.75])
    texts = {}
    for field in collection.schema["text_fields"]:
        name = field["field"] or "text"
        of_all = {
            key: terms(d["text"] if field["field"] is None else d["fields"].get(name))
            for key, d in collection.documents.items()
        }
        texts[name] = (field["boost"], {key: words for key, words in of_all.items() if words})

    def scores(name: str, words: list[str], is_prefix: bool, boost: float) -> dict:
        """Of documents in which the words follow one another, or one begins so."""
        weight, of_all = texts[name]
        length = sum(map(len, of_all.values())) / len(of_all)
        counts = {}
        for key, text in of_all.items():
            if is_prefix:
                count = sum(word.startswith(words[0]) for word in text)
            else:
                count = sum(text[at : at + len(words)] == words for at in range(len(text)))
            if count:
                counts[key] = count
        idf = math.log(1 + (len(of_all) - len(counts) + 0.5) / (len(counts) + 0.5))
        return {
            key: boost
            * weight
            * idf
            * count
            / (count + k1 * (1 - b + b * len(of_all[key]) / length))
            for key, count in counts.items()
        }

    total: dict[int | str, float] = {}
    required, forbidden = [], set()
    parts = (
        [("", None, None, source["match"], "", None)]
        if source.get("plain")
        else PART.findall(source["match"])
    )
    for role, field, phrase, word, star, power in parts:
        boost = float(power or 1)
        words = terms(phrase or word)
        whole = [words] if phrase or star or role else [[one] for one in words]
        for clause in whole:
            found: dict[int | str, float] = {}
            for name in [field] if field else texts:
                for key, score in scores(name, clause, bool(star), boost).items():
                    found[key] = found.get(key, 0) + score
            if role == "-":
                forbidden |= found.keys()
                continue
            if role == "+":
                required.append(found.keys())
            for key, score in found.items():
                total[key] = total.get(key, 0) + score
    keys = {d["key"] for d in allowed}
    return ranked(
        [
            Found(collection.documents[key], score)
            for key, score in total.items()
            if key in keys and key not in forbidden and all(key in one for one in required)
        ]
    )


# ---- Searches


def sparse_list(collection: Collection, source: dict, allowed: list[dict]) -> list[Found]:
    fields = [name for name, kind in collection.schema["fields"].items() if kind == "sparse"]
    name = source.get("sparse_field") or fields[0]
    query = dict(zip(source["sparse"]["indices"], source["sparse"]["values"]))
    found = []
    for document in allowed:
        vector = document["fields"].get(name) or {"indices": [], "values": []}
        products = [
            query[index] * value
            for index, value in zip(vector["indices"], vector["values"])
            if index in query
        ]
        if products:
            found.append(Found(document, math.fsum(products)))
    return ranked(found)


class Search:
    def __init__(self, collection: Collection, step: dict) -> None:
        self.collection, self.step = collection, step

    def answers(self) -> list[dict]:
        return [self.answer(query) for query in self.step["queries"]]

    def answer(self, query: dict) -> dict:
        step = self.step
        scopes = [step.get("scope", {}), query.get("scope", {})]
        scopes.append({"filter": step.get("filter"), "excluded": step.get("excluded", [])})
        for source in query["sources"]:
            scopes.append({"excluded": source.get("like", []) + source.get("unlike", [])})
        allowed = [
            d
            for d in self.collection.ordered()
            if all(self.may_be_found(d, scope) for scope in scopes)
        ]
        lists = [self.source_list(source, allowed, scopes) for source in query["sources"]]
        answer: dict = {}
        wanted = step["k"] + step.get("offset", 0)
        if len(lists) > 1 or step.get("lists"):
            length = step.get("list_length", max(100, 10 * wanted))
            lists = [found[:length] for found in lists]
            if step.get("lists"):
                answer["lists"] = [
                    [self.place(hit, at + 1) for at, hit in enumerate(found)] for found in lists
                ]
        found = self.fused(lists, query) if len(lists) > 1 else lists[0]
        if "rerank" in step:
            found = [
                Found(h.document, n, row=h.row) for n, h in enumerate(found[: step["rerank"]])
            ][::-1]
        if "within" in step:
            worst = -step["within"] if self.is_distance(query) else step["within"]
            found = [hit for hit in found if hit.goodness >= worst]
        answer["hits"] = self.page(found, query)
        if step.get("explain"):
            field = query["sources"][0]["vector_field"]
            rows = sum(len(d["vectors"].get(field, [])) for d in self.collection.documents.values())
            answer["explained"] = {"rows": rows, "allowed": rows}
        return answer

    def may_be_found(self, document: dict, scope: dict) -> bool:
        text = scope.get("filter")
        return (
            (text is None or FILTERS[text](document["fields"].get, document["fields"]))
            and (scope.get("keys") is None or document["key"] in scope["keys"])
            and document["key"] not in scope.get("excluded", [])
        )

    def row_may_be_found(self, document: dict, field: str, row: int, scope: dict) -> bool:
        text = scope.get("row_filter")
        return (
            text is None or ROW_FILTERS[text](self.collection.columns(document, field, row))
        ) and all(
            document["key"] in scope[name] for name in ("ranges_of", "rows_of") if name in scope
        )

    def is_distance(self, query: dict) -> bool:
        source = query["sources"][0]
        if len(query["sources"]) > 1 or source.keys() & {"match", "sparse"}:
            return False
        if self.combination(source) == "maxSim":
            return False
        return self.field(source)["metric"] in DISTANCES

    def field(self, source: dict) -> dict:
        return self.collection.vector_field(
            source.get("vector_field", self.step.get("vector_field"))
        )

    def encoder(self, source: dict) -> tiny_bert.Encoder:
        """That of a text."""
        bound = self.collection.encoders.get(self.field(source)["name"])
        return tiny_bert.opened(source.get("encoder", bound))

    def combination(self, source: dict) -> str:
        is_of_tokens = "text" in source and self.encoder(source).mode == "tokens"
        return source.get("combine", "maxSim" if is_of_tokens else "any")

    def source_list(self, source: dict, allowed: list[dict], scopes: list[dict]) -> list[Found]:
        if "match" in source:
            return word_list(self.collection, source, allowed)
        if "sparse" in source:
            return sparse_list(self.collection, source, allowed)
        field = self.field(source)
        name, metric = field["name"], field["metric"]
        vectors = self.vectors(source, name, metric)
        combination = self.combination(source)
        if combination == "mean":
            vectors = [mean(metric, vectors)]
        best = min if metric in DISTANCES else max
        found = []
        for document in allowed:
            rows = document["vectors"].get(name, [])
            if combination == "maxSim":
                if rows:
                    score = sum(best(nearness(metric, v, row) for row in rows) for v in vectors)
                    found.append(Found(document, score))
                continue
            for number, row in enumerate(rows):
                if all(self.row_may_be_found(document, name, number, scope) for scope in scopes):
                    score = best(nearness(metric, v, row) for v in vectors)
                    found.append(Found(document, score, metric, number))
        return ranked(found)

    def vectors(self, source: dict, name: str, metric: str) -> list[list[float]]:
        if "text" in source:
            return self.encoder(source).encoded(source["text"], "query")["rows"]
        like, unlike = source.get("like", []), source.get("unlike", [])
        given, against = source.get("vectors", []), source.get("unlike_vectors", [])
        if not like and not unlike and not against:
            return given

        def rows(key: int | str) -> list[list[float]]:
            return self.collection.documents[key]["vectors"][name]

        if len(like) == 1 and not given and not unlike and not against:
            return rows(like[0])

        good = mean(metric, given + [mean(metric, rows(key)) for key in like])
        if not unlike and not against:
            return [good]
        bad = mean(metric, against + [mean(metric, rows(key)) for key in unlike])
        return [[2 * a - b for a, b in zip(good, bad)]]

    def fused(self, lists: list[list[Found]], query: dict) -> list[Found]:
        weights = [source.get("weight", 1) for source in query["sources"]]
        fusion = query.get("fusion", "ranks")
        total: dict[int | str, Found] = {}
        for found, weight in zip(lists, weights):
            seen: set[int | str] = set()
            for hit in found:
                key = hit.document["key"]
                if key in seen:
                    continue
                seen.add(key)
                rank = len(seen)
                if fusion == "ranks":
                    part = weight / (query.get("rank_constant", 60) + rank)
                elif fusion == "custom":
                    part = 1 / rank**2
                else:
                    best, last = found[0].score, found[-1].score
                    part = weight * (1 if best == last else (hit.score - last) / (best - last))
                document = total.setdefault(key, Found(hit.document, 0))
                document.score += part
                document.goodness = document.score
                if document.row is None:
                    document.row = hit.row
        return ranked(list(total.values()))

    def page(self, found: list[Found], query: dict) -> list[dict]:
        step = self.step
        first, end = step.get("offset", 0), step.get("offset", 0) + step["k"]
        if not step.get("distinct") and "group_by" not in step:
            return [self.hit(hit, query) for hit in found[first:end]]
        groups: dict[str, list[Found]] = {}
        for hit in found:
            name = (
                hit.document["key"]
                if step.get("distinct")
                else hit.document["fields"].get(step["group_by"])
            )
            groups.setdefault(json.dumps(name), []).append(hit)
        page = []
        for name, hits in list(groups.items())[first:end]:
            for hit in hits[: step.get("per_group", 1)]:
                shown = self.hit(hit, query)
                if "group_by" in step and json.loads(name) is not None:
                    shown["group"] = json.loads(name)
                page.append(shown)
        return page

    def place(self, hit: Found, rank: int) -> dict:
        place = {"key": hit.document["key"], "rank": rank, "score": hit.score}
        return place if hit.row is None else {**place, "row": hit.row}

    def hit(self, hit: Found, query: dict) -> dict:
        contents = self.step.get("contents", [])
        shown = self.collection.shown(
            hit.document, [part for part in contents if part in ("text", "fields")]
        )
        shown["score"] = hit.score
        if hit.row is not None:
            shown["row"] = hit.row
            field = self.field(query["sources"][0])["name"]
            if "vector" in contents:
                shown["vector"] = hit.document["vectors"][field][hit.row]
            if "columns" in contents:
                shown["columns"] = self.collection.columns(hit.document, field, hit.row)
        return shown
