"""What calls tell of their work: frozen counts, named as in quiver.h."""

from __future__ import annotations

import ctypes
import dataclasses
from typing import TypeVar

from .fields import Timestamp

Report = TypeVar("Report")


@dataclasses.dataclass(frozen=True)
class Receipt:
    """What a write has done."""

    commit: int
    """The number of the batch's commit."""
    inserted_count: int
    """Documents under new keys."""
    replaced_count: int
    """Documents that took another's place."""
    deleted_count: int
    missing_count: int
    """Deletes of keys that were not there."""
    updated_count: int
    """Documents whose metadata was updated."""


@dataclasses.dataclass(frozen=True)
class Statistics:
    """The state of a collection."""

    dimension: int
    """Of the first vector field."""
    live_count: int
    """Documents that a search can find."""
    dead_count: int
    """Replaced or deleted, still taking up space."""
    segment_count: int
    unindexed_segment_count: int
    """Segments that `maintain` would build an index for."""
    tail_count: int
    """Documents not in a segment yet."""
    byte_count: int
    commit: int
    """The number of the last commit."""
    unindexable_segment_count: int
    """Segments that no such index can be made of; compared row by row for good."""
    vector_byte_count: int
    """Rows with their norms and scales. This and what follows add up to byte_count."""
    row_column_byte_count: int
    text_byte_count: int
    field_byte_count: int
    """Metadata."""
    index_byte_count: int
    """Of vector fields."""
    field_index_byte_count: int
    """By which filters are answered."""
    text_index_byte_count: int
    """Of words."""
    key_byte_count: int
    manifest_byte_count: int
    """What says which files a segment has."""
    tail_byte_count: int
    """Documents not in a segment yet."""
    cache_hit_count: int
    """Of a cache, as of its last commit: entries that were found."""
    cache_miss_count: int
    """Entries that were asked for and not there, or of another model."""
    cache_eviction_count: int
    """Entries that had to go for others."""


@dataclasses.dataclass(frozen=True)
class Verification:
    """What `verify` has looked at."""

    file_count: int
    byte_count: int
    document_count: int
    damage_count: int


@dataclasses.dataclass(frozen=True)
class RepairReport:
    """What `repair` has saved and lost."""

    catalog_damaged: int
    """1: what was not sealed may be missing, and deleted documents be back."""
    damage_count: int
    """Places in which the damaged store is damaged."""
    kept_count: int
    """Documents in segments that are whole."""
    rewritten_count: int
    """Documents that were written anew."""
    loss_count: int
    """Documents that are lost or have lost a part."""
    lost_snapshot_count: int
    """Named snapshots that are not in the new store."""


@dataclasses.dataclass(frozen=True)
class NeighbourSummary:
    """What `neighbours` has written."""

    first: int
    """Record i of the file is of query first + i."""
    query_count: int
    """Records of the file."""
    resumed_count: int
    """Those that an earlier call had written."""


@dataclasses.dataclass(frozen=True)
class NamedSnapshot:
    """A state of a store that has a name."""

    name: str
    commit: int
    """The last commit that it has."""
    created: Timestamp


def report(kind: type[Report], struct: ctypes.Structure) -> Report:
    names = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]
    return kind(**{name: getattr(struct, name) for name in names})
