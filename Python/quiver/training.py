"""Trained indexes."""

from __future__ import annotations

import ctypes
import os

from ._arguments import Arena, uint32, uint64
from ._arguments import path as _path
from ._library import library
from ._structs import qv_training_options
from .maintenance import Progress, calling


def train(
    handle: int,
    index: str,
    path: str | bytes | os.PathLike,
    vector_field: str | None,
    row_limit: int | None,
    seed: int,
    thread_count: int,
    progress: Progress | None,
) -> None:
    arena = Arena()
    struct = qv_training_options(
        thread_count=uint32(thread_count, "thread_count"),
        index=arena.name(index, "index"),
        row_limit=0 if row_limit is None else uint64(row_limit, "row_limit"),
        seed=uint64(seed, "seed"),
    )
    if vector_field is not None:
        struct.vector_field = arena.name(vector_field, "vector_field")
    place = _path(path, "path")

    def call(callback: int) -> int:
        struct.progress = callback
        return library.qv_train(handle, ctypes.byref(struct), place)

    calling(progress, call)
