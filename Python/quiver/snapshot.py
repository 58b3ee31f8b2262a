"""Collections as named snapshots have them."""

from __future__ import annotations

from .reader import Reader


class Snapshot(Reader):
    """A collection as it was at one moment: it never changes, whatever is written meanwhile.

    It can be read even after its store is closed, and is closed by itself.
    """

    def __init__(self, handle: int, name: str, collection: str) -> None:
        super().__init__(handle)
        self.name = name
        self.collection = collection

    def __repr__(self) -> str:
        name = f'"{self.name}"' if self.name else "without a name"
        return f'<Snapshot {name} of "{self.collection}"{", closed" * self.closed}>'
