"""What a cache keeps of what is stored into it, as the documentation has it."""

from __future__ import annotations

from brute_force import Collection


class Cache(Collection):
    def __init__(self, schema: dict, byte_limit: int) -> None:
        super().__init__(schema)
        self.byte_limit = byte_limit
        self.counts = {"hits": 0, "misses": 0, "evictions": 0}
        # As of the last commit.
        self.noted = dict(self.counts)

    def store(self, model: str, entries: list[dict]) -> None:
        """Documents are in the order of their use, the least recently used first."""
        for entry in entries:
            self.documents.pop(entry["key"], None)
        self.write(entries)
        for entry in entries:
            self.documents[entry["key"]]["fields"]["cache.model"] = model
        stored = {entry["key"] for entry in entries}
        for key in [key for key in self.documents if key not in stored]:
            if self.byte_count <= self.byte_limit:
                break
            del self.documents[key]
            self.counts["evictions"] += 1
        # How much an entry takes beyond its contents, and how much room is left for others, is the cache's to say.
        assert self.byte_count < 0.85 * self.byte_limit, "too near to the limit to tell"
        self.noted = dict(self.counts)

    @property
    def byte_count(self) -> int:
        return sum(map(byte_count, self.documents.values()))

    def entries(self, model: str, keys: list, contents: list[str]) -> list[dict | None]:
        found: list[dict | None] = []
        for key in keys:
            document = self.documents.get(key)
            if document is None or document["fields"]["cache.model"] != model:
                self.counts["misses"] += 1
                found.append(None)
                continue
            self.counts["hits"] += 1
            self.documents[key] = self.documents.pop(key)
            found.append(self.shown(document, [*contents, "fields"]))
        return found

    @property
    def state(self) -> dict:
        return {"byte_limit": self.byte_limit, **self.noted}


def byte_count(document: dict) -> int:
    numbers = sum(len(row) for rows in document["vectors"].values() for row in rows)
    return len((document["text"] or "").encode()) + 4 * numbers
