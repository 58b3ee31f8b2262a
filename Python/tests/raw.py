"""Calls of the library's own functions with arguments that no caller of the package can hand over:
handles of other kinds, null pointers with any count, structs of any size."""

import ctypes
import math
import random

from quiver._library import COUNT, DOUBLE, HANDLE, PROTOTYPES, STRING, UINT32, library

# More than any struct may say that it takes, whatever its size is.
BYTE_COUNT = 8192
SIZES = [0, 1, 7, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 112, 256, 4096, 4097, 0xFFFF_FFFF]
NUMBERS = [0, 1, 2, 3, 7, 255, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF]
COUNTS = [0, 1, 2, 1000, 1 << 31, 1 << 32, 1 << 60, (1 << 64) - 1]
STRINGS = [b"c", b"d", b"one", None, b"", b"\xff", b"x" * 5000, b"i = 1", b"/missing/x"]

# What a call that succeeds gives is closed by this.
CLOSERS = {
    "qv_open": "qv_close",
    "qv_create_collection": "qv_close_collection",
    "qv_open_collection": "qv_close_collection",
    "qv_open_snapshot": "qv_close_collection",
    "qv_pin": "qv_close_collection",
    "qv_collection_names": "qv_names_free",
    "qv_snapshot_names": "qv_names_free",
    "qv_collection_schema": "qv_schema_free",
    "qv_search": "qv_results_free",
    "qv_search_queries": "qv_results_free",
    "qv_results_share": "qv_results_free",
    "qv_get": "qv_documents_free",
    "qv_scan": "qv_documents_free",
    "qv_sentences": "qv_ranges_free",
    "qv_terms": "qv_names_free",
    "qv_row_owners": "qv_owners_free",
    "qv_tune": "qv_tuning_free",
    "qv_cluster": "qv_clustering_free",
    "qv_open_encoder": "qv_close_encoder",
    "qv_open_collection_encoder": "qv_close_encoder",
    "qv_encode": "qv_encoded_free",
    "qv_cache_entries": "qv_documents_free",
}
# These end or change what other threads read from or write to, which they do not expect.
ENDING = {
    "qv_close",
    "qv_results_free",
    "qv_documents_free",
    "qv_names_free",
    "qv_schema_free",
    "qv_ranges_free",
    "qv_owners_free",
    "qv_tuning_free",
    "qv_clustering_free",
    "qv_close_encoder",
    "qv_encoded_free",
    "qv_bind_encoder",
    "qv_rename_collection",
    "qv_drop_collection",
    "qv_drop_field",
    "qv_rename_field",
    "qv_drop_vector_field",
    "qv_rename_vector_field",
}


def call(generator: random.Random, handles: list[int]) -> int:
    """One call; `handles` are live ones. The status."""
    name = generator.choice(list(PROTOTYPES))
    made_up = [0, 1, (1 << 64) - 1, generator.getrandbits(64)]
    usable = made_up if name in ENDING else made_up + handles * 4
    arguments = []
    buffers = []
    for kind in PROTOTYPES[name]:
        if kind is HANDLE and not arguments:
            arguments.append(generator.choice(usable))
        elif kind is STRING:
            # No collection under a name that others use for one of their own.
            names = STRINGS[3:] if name == "qv_create_collection" else STRINGS
            arguments.append(generator.choice(names))
        elif kind is UINT32:
            arguments.append(8)  # a search's dimension, a get's contents
        elif kind is DOUBLE:
            arguments.append(generator.choice([0.0, 0.5, 1.0, -1.0, math.nan, math.inf]))
        elif kind is COUNT:
            # Behind a pointer that leads somewhere no more may be said to be than is there.
            is_array = bool(buffers) and arguments[-1] is not None
            arguments.append(generator.choice([0, 1] if is_array else COUNTS))
        elif generator.random() < 0.25:
            arguments.append(None)
        else:
            buffer = ctypes.create_string_buffer(BYTE_COUNT)
            words = (generator.choice(SIZES), generator.choice(NUMBERS))
            ctypes.memmove(buffer, (ctypes.c_uint32 * 2)(*words), 8)
            buffers.append(buffer)
            arguments.append(ctypes.addressof(buffer))
    status = getattr(library, name)(*arguments)
    assert status == 0 or library.qv_error_message(), name
    closer = CLOSERS.get(name)
    if status == 0 and closer:
        given = ctypes.c_uint64.from_buffer(buffers[-1]).value
        assert getattr(library, closer)(given) == 0, name
    return status
