"""Finds and loads libquiver.so.0, and declares its functions.

A function that the header gains is one more line of `PROTOTYPES`; a test compares them with it.
"""

from __future__ import annotations

import ctypes
import os
import pathlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from . import errors

FILE_NAME = "libquiver.so.0"

HANDLE = ctypes.c_uint64
COUNT = ctypes.c_uint64
UINT32 = ctypes.c_uint32
DOUBLE = ctypes.c_double
STRING = ctypes.c_char_p
"""bytes without a zero byte inside (`Arena.name`), or None."""
POINTER = ctypes.c_void_p
"""ctypes.byref(…), an address, or None."""

PROTOTYPES: dict[str, tuple[type, ...]] = {
    "qv_open": (STRING, POINTER, POINTER),
    "qv_close": (HANDLE,),
    "qv_verify": (STRING, POINTER),
    "qv_repair": (STRING, STRING, POINTER),
    "qv_create_collection": (HANDLE, STRING, POINTER, POINTER),
    "qv_open_collection": (HANDLE, STRING, POINTER),
    "qv_close_collection": (HANDLE,),
    "qv_drop_collection": (HANDLE, STRING),
    "qv_rename_collection": (HANDLE, STRING),
    "qv_add_field": (HANDLE, POINTER),
    "qv_drop_field": (HANDLE, STRING),
    "qv_rename_field": (HANDLE, STRING, STRING),
    "qv_add_vector_field": (HANDLE, POINTER),
    "qv_drop_vector_field": (HANDLE, STRING),
    "qv_rename_vector_field": (HANDLE, STRING, STRING),
    "qv_set_index": (HANDLE, STRING, STRING),
    "qv_set_trained": (HANDLE, STRING, STRING),
    "qv_set_recall": (HANDLE, DOUBLE),
    "qv_set_text_fields": (HANDLE, POINTER, COUNT),
    "qv_collection_names": (HANDLE, POINTER),
    "qv_snapshot_names": (HANDLE, POINTER),
    "qv_names_array": (HANDLE, POINTER, POINTER),
    "qv_names_free": (HANDLE,),
    "qv_collection_schema": (HANDLE, POINTER),
    "qv_schema_recall": (HANDLE, POINTER),
    "qv_schema_counts": (HANDLE, POINTER, POINTER, POINTER),
    "qv_schema_vector_field": (HANDLE, COUNT, POINTER),
    "qv_schema_field": (HANDLE, COUNT, POINTER),
    "qv_schema_text_field": (HANDLE, COUNT, POINTER),
    "qv_schema_encoder": (HANDLE, COUNT, POINTER, POINTER),
    "qv_schema_cache": (HANDLE, POINTER),
    "qv_schema_free": (HANDLE,),
    "qv_create_snapshot": (HANDLE, STRING),
    "qv_drop_snapshot": (HANDLE, STRING),
    "qv_open_snapshot": (HANDLE, STRING, STRING, POINTER),
    "qv_pin": (HANDLE, POINTER),
    "qv_describe_snapshot": (HANDLE, STRING, POINTER),
    "qv_collection_statistics": (HANDLE, POINTER),
    "qv_upsert": (HANDLE, POINTER, COUNT, POINTER),
    "qv_insert": (HANDLE, POINTER, COUNT, POINTER),
    "qv_update": (HANDLE, POINTER, COUNT, POINTER),
    "qv_delete": (HANDLE, POINTER, COUNT, POINTER),
    "qv_delete_where": (HANDLE, STRING, POINTER),
    "qv_search": (HANDLE, POINTER, COUNT, UINT32, POINTER, POINTER),
    "qv_search_queries": (HANDLE, POINTER, COUNT, POINTER, POINTER),
    "qv_row_count": (HANDLE, STRING, POINTER),
    "qv_row_numbers": (HANDLE, STRING, POINTER, COUNT, POINTER),
    "qv_results_hit_count": (HANDLE, COUNT, POINTER),
    "qv_results_hit": (HANDLE, COUNT, COUNT, POINTER),
    "qv_results_hits": (HANDLE, COUNT, COUNT, COUNT, POINTER),
    "qv_results_arrays": (HANDLE, POINTER),
    "qv_results_field": (HANDLE, COUNT, COUNT, COUNT, POINTER),
    "qv_results_group": (HANDLE, COUNT, COUNT, POINTER),
    "qv_results_list_count": (HANDLE, COUNT, POINTER),
    "qv_results_list": (HANDLE, COUNT, COUNT, POINTER, POINTER),
    "qv_results_explanation_counts": (HANDLE, COUNT, POINTER, POINTER),
    "qv_results_part": (HANDLE, COUNT, COUNT, POINTER),
    "qv_results_step": (HANDLE, COUNT, COUNT, POINTER),
    "qv_results_recall": (HANDLE, COUNT, POINTER),
    "qv_results_nanoseconds": (HANDLE, COUNT, POINTER),
    "qv_results_share": (HANDLE, POINTER),
    "qv_results_free": (HANDLE,),
    "qv_get": (HANDLE, POINTER, COUNT, UINT32, POINTER),
    "qv_scan": (HANDLE, POINTER, POINTER),
    "qv_count": (HANDLE, STRING, POINTER),
    "qv_documents_count": (HANDLE, POINTER),
    "qv_documents_item": (HANDLE, COUNT, POINTER),
    "qv_documents_vectors": (HANDLE, COUNT, COUNT, POINTER),
    "qv_documents_field": (HANDLE, COUNT, COUNT, POINTER),
    "qv_documents_free": (HANDLE,),
    "qv_seal": (HANDLE, POINTER),
    "qv_maintain": (HANDLE, POINTER),
    "qv_compact": (HANDLE, POINTER),
    "qv_calibrate": (HANDLE, POINTER),
    "qv_recall_count": (HANDLE, STRING, POINTER),
    "qv_recall_measured": (HANDLE, STRING, COUNT, POINTER),
    "qv_tune": (HANDLE, POINTER, POINTER),
    "qv_tuning_summarize": (HANDLE, POINTER),
    "qv_tuning_trial": (HANDLE, COUNT, POINTER),
    "qv_tuning_point": (HANDLE, COUNT, COUNT, POINTER),
    "qv_tuning_free": (HANDLE,),
    "qv_neighbours": (HANDLE, STRING, POINTER, POINTER),
    "qv_row_owners": (HANDLE, STRING, POINTER, COUNT, POINTER),
    "qv_owners_array": (HANDLE, POINTER, POINTER),
    "qv_owners_free": (HANDLE,),
    "qv_train": (HANDLE, POINTER, STRING),
    "qv_cluster": (HANDLE, POINTER, POINTER),
    "qv_clustering_rows": (HANDLE, POINTER, POINTER),
    "qv_clustering_centroids": (HANDLE, POINTER, POINTER, POINTER),
    "qv_clustering_free": (HANDLE,),
    "qv_row_scores": (HANDLE, STRING, POINTER, COUNT, UINT32, POINTER),
    "qv_open_encoder": (STRING, POINTER, POINTER),
    "qv_open_collection_encoder": (HANDLE, STRING, STRING, POINTER),
    "qv_close_encoder": (HANDLE,),
    "qv_describe_encoder": (HANDLE, POINTER),
    "qv_bind_encoder": (HANDLE, STRING, HANDLE),
    "qv_encode": (HANDLE, POINTER, COUNT, POINTER, POINTER),
    "qv_encoded_array": (HANDLE, POINTER),
    "qv_encoded_free": (HANDLE,),
    "qv_train_reduction": (HANDLE, POINTER, COUNT, UINT32, STRING, POINTER),
    "qv_put": (HANDLE, POINTER, COUNT, POINTER, POINTER),
    "qv_cache_store": (HANDLE, STRING, POINTER, COUNT),
    "qv_cache_entries": (HANDLE, STRING, POINTER, COUNT, UINT32, POINTER),
    "qv_set_cache_byte_limit": (HANDLE, COUNT),
    "qv_sentences": (STRING, COUNT, POINTER, POINTER),
    "qv_ranges_array": (HANDLE, POINTER, POINTER),
    "qv_ranges_free": (HANDLE,),
    "qv_terms": (STRING, COUNT, STRING, POINTER),
}

# These only copy a struct out of an answer in memory. They keep Python's lock: giving it away and
# taking it back costs more than the call. All others let other Python threads run meanwhile.
QUICK = {
    "qv_names_array",
    "qv_schema_counts",
    "qv_schema_recall",
    "qv_schema_vector_field",
    "qv_schema_field",
    "qv_schema_text_field",
    "qv_schema_encoder",
    "qv_schema_cache",
    "qv_describe_encoder",
    "qv_encoded_array",
    "qv_results_hit_count",
    "qv_results_hit",
    "qv_results_hits",
    "qv_results_arrays",
    "qv_results_field",
    "qv_results_group",
    "qv_results_list_count",
    "qv_results_list",
    "qv_results_explanation_counts",
    "qv_results_part",
    "qv_results_step",
    "qv_results_recall",
    "qv_clustering_rows",
    "qv_clustering_centroids",
    "qv_tuning_summarize",
    "qv_tuning_trial",
    "qv_tuning_point",
    "qv_results_nanoseconds",
    "qv_results_share",
    "qv_ranges_array",
    "qv_owners_array",
    "qv_documents_count",
    "qv_documents_item",
    "qv_documents_vectors",
    "qv_documents_field",
}


class Library:
    """libquiver.so.0: its functions as attributes."""

    def __init__(self, place: str) -> None:
        self.place = place
        releasing = ctypes.CDLL(place)
        keeping = ctypes.PyDLL(place)
        missing = [name for name in PROTOTYPES if not hasattr(releasing, name)]
        if missing:
            raise ImportError(
                f"{place} is older than this package: it lacks {', '.join(missing)}. "
                "Install the library and the package of the same version."
            )
        for name, kinds in PROTOTYPES.items():
            function = getattr(keeping if name in QUICK else releasing, name)
            function.argtypes = kinds
            function.restype = ctypes.c_int32
            setattr(self, name, function)
        keeping.qv_version.argtypes = ()
        keeping.qv_version.restype = ctypes.c_uint32
        keeping.qv_error_message.argtypes = ()
        keeping.qv_error_message.restype = ctypes.c_char_p
        self.qv_version = keeping.qv_version
        self.qv_error_message = keeping.qv_error_message

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Callable[..., int]: ...


def candidates() -> list[str]:
    """Where the library may be, in the order in which it is looked for."""
    named = os.environ.get("QUIVER_LIBRARY")
    if named:
        return [named]
    package = pathlib.Path(__file__).resolve().parent
    built = package.parent.parent / ".build/static" / FILE_NAME
    return [str(package / FILE_NAME), FILE_NAME, str(built)]


def load() -> Library:
    """The first of `candidates` that is there; that it cannot be loaded then is an error."""
    tried = candidates()
    for place in tried:
        if "/" in place and not os.path.exists(place):
            continue
        try:
            return Library(place)
        except OSError as failure:
            # Without a folder the system looks, and says no more than that it found nothing.
            if "/" not in place and f"{FILE_NAME}: cannot open" in str(failure):
                continue
            raise ImportError(
                f"{place} cannot be loaded: {failure}. On Debian 12 it needs "
                "libopenblas0-openmp, liblmdb0, libgomp1 and libxxhash0."
            ) from failure
    raise ImportError(
        f"no {FILE_NAME} at {', '.join(tried)}. Build it with `make static` in Quiver's source "
        "tree, install it with `make install`, or set QUIVER_LIBRARY to its path."
    )


library = load()


def check(status: int) -> None:
    """Raises what a status says, with the calling thread's message."""
    if status:
        raise failure(status)


def failure(status: int) -> errors.QuiverError:
    message = library.qv_error_message() or b""
    return errors.error(status, message.decode("utf-8", "replace"))


def version() -> str:
    """The version of the library that runs, such as "0.1.0"."""
    number = library.qv_version()
    return f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}"
