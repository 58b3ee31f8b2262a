"""The structs of quiver.h, field for field; a test compares sizes and offsets with a C compiler's.

Every pointer is an address (`c_void_p`), so that a struct is also a NumPy record: who fills one in
keeps what it points to alive (`Arena`), who reads one keeps the answer that it points into.
A field that the header gains at the end of a struct is one more line here.
"""

import ctypes

import numpy

U32 = ctypes.c_uint32
U64 = ctypes.c_uint64
I64 = ctypes.c_int64
F32 = ctypes.c_float
F64 = ctypes.c_double
ADDRESS = ctypes.c_void_p

NUMPY_FORMATS = {U32: "u4", U64: "u8", I64: "i8", F32: "f4", F64: "f8", ADDRESS: "u8"}


class Versioned(ctypes.Structure):
    """A struct that begins with its own size, which it sets by itself."""

    def __init__(self, **values: object) -> None:
        super().__init__(ctypes.sizeof(self), **values)


class qv_open_options(Versioned):
    _fields_ = [("struct_size", U32), ("flags", U32), ("tail_byte_count", U64)]


class qv_verification(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("reserved", U32),
        ("file_count", U64),
        ("byte_count", U64),
        ("document_count", U64),
        ("damage_count", U64),
    ]


class qv_repair_report(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("catalog_damaged", U32),
        ("damage_count", U64),
        ("kept_count", U64),
        ("rewritten_count", U64),
        ("loss_count", U64),
        ("lost_snapshot_count", U64),
    ]


class qv_string(ctypes.Structure):
    _fields_ = [("bytes", ADDRESS), ("length", U64)]


class qv_field(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("type", U32),
        ("name", ADDRESS),
        ("integer", I64),
        ("number", F64),
        ("nanoseconds", U32),
        ("reserved", U32),
        ("bytes", ADDRESS),
        ("strings", ADDRESS),
        ("integers", ADDRESS),
        ("length", U64),
        ("indices", ADDRESS),
        ("values", ADDRESS),
    ]


class qv_range(ctypes.Structure):
    _fields_ = [("start", U64), ("end", U64)]


class qv_row_column(ctypes.Structure):
    _fields_ = [
        ("name", ADDRESS),
        ("numbers", ADDRESS),
        ("count", U64),
        ("type", U32),
        ("reserved", U32),
    ]


class qv_vector_field(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("flags", U32),
        ("name", ADDRESS),
        ("index", ADDRESS),
        ("dimension", U32),
        ("metric", U32),
        ("storage", U32),
        ("reserved", U32),
        ("columns", ADDRESS),
        ("column_count", U64),
        ("trained", ADDRESS),
    ]


class qv_text_field(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("reserved", U32),
        ("field", ADDRESS),
        ("language", ADDRESS),
        ("boost", F64),
    ]


class qv_collection_options(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("dimension", U32),
        ("metric", U32),
        ("storage", U32),
        ("index", ADDRESS),
        ("vector_fields", ADDRESS),
        ("vector_field_count", U64),
        ("fields", ADDRESS),
        ("field_count", U64),
        ("text_fields", ADDRESS),
        ("text_field_count", U64),
        ("flags", U32),
        ("reserved", U32),
        ("recall", F64),
        ("encoder", U64),
        ("cache_byte_limit", U64),
        ("trained", ADDRESS),
    ]


class qv_snapshot_report(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("created_nanoseconds", U32),
        ("created_seconds", I64),
        ("commit", U64),
    ]


class qv_statistics(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("dimension", U32),
        ("live_count", U64),
        ("dead_count", U64),
        ("segment_count", U64),
        ("unindexed_segment_count", U64),
        ("tail_count", U64),
        ("byte_count", U64),
        ("commit", U64),
        ("unindexable_segment_count", U64),
        ("vector_byte_count", U64),
        ("row_column_byte_count", U64),
        ("text_byte_count", U64),
        ("field_byte_count", U64),
        ("index_byte_count", U64),
        ("field_index_byte_count", U64),
        ("text_index_byte_count", U64),
        ("key_byte_count", U64),
        ("manifest_byte_count", U64),
        ("tail_byte_count", U64),
        ("cache_hit_count", U64),
        ("cache_miss_count", U64),
        ("cache_eviction_count", U64),
    ]


class qv_key(ctypes.Structure):
    _fields_ = [("kind", U32), ("length", U32), ("integer", U64), ("bytes", ADDRESS)]


class qv_vectors(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("dimension", U32),
        ("field", ADDRESS),
        ("numbers", ADDRESS),
        ("number_count", U64),
        ("columns", ADDRESS),
        ("column_count", U64),
    ]


class qv_document(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("reserved", U32),
        ("key", qv_key),
        ("text", ADDRESS),
        ("text_length", U64),
        ("vector", ADDRESS),
        ("vector_count", U64),
        ("vectors", ADDRESS),
        ("vectors_count", U64),
        ("fields", ADDRESS),
        ("field_count", U64),
        ("expected_version", U64),
        ("flags", U32),
        ("reserved_2", U32),
    ]


class qv_field_update(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("flags", U32),
        ("key", qv_key),
        ("expected_version", U64),
        ("fields", ADDRESS),
        ("field_count", U64),
        ("removed", ADDRESS),
        ("removed_count", U64),
    ]


class qv_receipt(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("reserved", U32),
        ("commit", U64),
        ("inserted_count", U64),
        ("replaced_count", U64),
        ("deleted_count", U64),
        ("missing_count", U64),
        ("updated_count", U64),
    ]


class qv_search_options(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("k", U32),
        ("mode", U32),
        ("ef_search", U32),
        ("contents", U32),
        ("thread_count", U32),
        ("excluded", ADDRESS),
        ("excluded_count", U64),
        ("nprobe", U32),
        ("candidate_factor", F32),
        ("vector_field", ADDRESS),
        ("filter", ADDRESS),
        ("offset", U64),
        ("flags", U32),
        ("within", F32),
        ("group_by", ADDRESS),
        ("per_group", U32),
        ("candidate_count", U32),
        ("scope", ADDRESS),
        ("timeout_nanoseconds", U64),
        ("cancelled", ADDRESS),
        ("cancelled_context", ADDRESS),
        ("rerank", ADDRESS),
        ("rerank_context", ADDRESS),
        ("rerank_count", U32),
        ("rerank_contents", U32),
        ("recall", F64),
    ]


class qv_scope(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("flags", U32),
        ("filter", ADDRESS),
        ("row_filter", ADDRESS),
        ("keys", ADDRESS),
        ("key_count", U64),
        ("excluded", ADDRESS),
        ("excluded_count", U64),
        ("row_words", ADDRESS),
        ("row_word_count", U64),
        ("row_ranges", ADDRESS),
        ("row_range_count", U64),
    ]


class qv_source(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("flags", U32),
        ("dimension", U32),
        ("combination", U32),
        ("vectors", ADDRESS),
        ("vector_count", U64),
        ("like", ADDRESS),
        ("like_count", U64),
        ("unlike_vectors", ADDRESS),
        ("unlike_vector_count", U64),
        ("unlike", ADDRESS),
        ("unlike_count", U64),
        ("vector_field", ADDRESS),
        ("match", ADDRESS),
        ("k1", F64),
        ("b", F64),
        ("weight", F64),
        ("text", ADDRESS),
        ("text_length", U64),
        ("encoder", U64),
        ("sparse_indices", ADDRESS),
        ("sparse_values", ADDRESS),
        ("sparse_count", U64),
        ("sparse_field", ADDRESS),
    ]


class qv_place(ctypes.Structure):
    _fields_ = [("rank", U64), ("score", F32), ("reserved", U32)]


class qv_query(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("fusion", U32),
        ("sources", ADDRESS),
        ("source_count", U64),
        ("rank_constant", F64),
        ("fuse", ADDRESS),
        ("fuse_context", ADDRESS),
        ("scope", ADDRESS),
    ]


class qv_hit(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("score", F32),
        ("key", qv_key),
        ("row", U64),
        ("version", U64),
        ("text_hash", U64),
        ("text", ADDRESS),
        ("text_length", U64),
        ("vector", ADDRESS),
        ("vector_count", U64),
        ("field_count", U64),
        ("columns", ADDRESS),
        ("column_count", U64),
        ("vector_field", ADDRESS),
    ]


class qv_hit_arrays(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("reserved", U32),
        ("query_count", U64),
        ("hit_count", U64),
        ("ends", ADDRESS),
        ("scores", ADDRESS),
        ("integer_keys", ADDRESS),
        ("keys", ADDRESS),
        ("rows", ADDRESS),
        ("versions", ADDRESS),
        ("nanoseconds", ADDRESS),
    ]


class qv_listed_hit(ctypes.Structure):
    _fields_ = [
        ("key", qv_key),
        ("row", U64),
        ("rank", U64),
        ("score", F32),
        ("reserved", U32),
    ]


class qv_search_part(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("method", U32),
        ("source", U64),
        ("name", ADDRESS),
        ("row_count", U64),
        ("estimated_count", U64),
        ("allowed_count", U64),
        ("nanoseconds", U64),
        ("distance_count", U64),
    ]


class qv_recall_choice(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("basis", U32),
        ("recall", F64),
        ("effort", F64),
    ]


class qv_search_step(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("reserved", U32),
        ("name", ADDRESS),
        ("nanoseconds", U64),
    ]


class qv_stored_document(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("found", U32),
        ("key", qv_key),
        ("version", U64),
        ("text", ADDRESS),
        ("text_length", U64),
        ("vector", ADDRESS),
        ("vector_count", U64),
        ("vectors_count", U64),
        ("field_count", U64),
    ]


class qv_scan_options(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("contents", U32),
        ("filter", ADDRESS),
        ("after", ADDRESS),
        ("limit", U64),
    ]


class qv_maintenance_options(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("thread_count", U32),
        ("progress", ADDRESS),
        ("context", ADDRESS),
        ("memory_byte_count", U64),
    ]


class qv_calibration_options(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("thread_count", U32),
        ("vector_field", ADDRESS),
        ("queries", ADDRESS),
        ("query_count", U64),
        ("dimension", U32),
        ("sample_count", U32),
        ("seed", U64),
        ("progress", ADDRESS),
        ("context", ADDRESS),
    ]


class qv_neighbour_options(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("flags", U32),
        ("k", U32),
        ("mode", U32),
        ("ef_search", U32),
        ("nprobe", U32),
        ("candidate_factor", F32),
        ("dimension", U32),
        ("vector_field", ADDRESS),
        ("filter", ADDRESS),
        ("vectors", ADDRESS),
        ("vector_count", U64),
        ("thread_count", U32),
        ("shard", U32),
        ("shard_count", U32),
        ("reserved", U32),
        ("memory_byte_count", U64),
        ("progress", ADDRESS),
        ("context", ADDRESS),
    ]


class qv_recall_point(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("basis", U32),
        ("k", U64),
        ("query_count", U64),
        ("effort", F64),
        ("recall", F64),
        ("low", F64),
        ("high", F64),
        ("distance_count", F64),
    ]


class qv_tuning_options(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("thread_count", U32),
        ("vector_field", ADDRESS),
        ("indexes", ADDRESS),
        ("queries", ADDRESS),
        ("query_count", U64),
        ("dimension", U32),
        ("index_count", U32),
        ("recall", F64),
        ("index_byte_limit", U64),
        ("k", U32),
        ("sample_count", U32),
        ("seed", U64),
        ("progress", ADDRESS),
        ("context", ADDRESS),
    ]


class qv_tuning_summary(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("basis", U32),
        ("trial_count", U32),
        ("best", U32),
        ("recall", F64),
        ("query_count", U64),
        ("row_count", U64),
        ("row_byte_count", U64),
        ("k", U32),
        ("reserved", U32),
    ]


class qv_index_trial(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("point_count", U32),
        ("specification", ADDRESS),
        ("refusal", ADDRESS),
        ("indexed_segment_count", U64),
        ("index_byte_count", U64),
        ("build_seconds", F64),
        ("query_seconds", F64),
    ]


class qv_trial_point(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("reserved", U32),
        ("effort", F64),
        ("recall", F64),
        ("low", F64),
        ("high", F64),
        ("distance_count", F64),
        ("mean_seconds", F64),
        ("percentile_99_seconds", F64),
    ]


class qv_clustering_options(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("thread_count", U32),
        ("vector_field", ADDRESS),
        ("cluster_count", U32),
        ("iteration_count", U32),
        ("rows_per_cluster", U64),
        ("seed", U64),
        ("progress", ADDRESS),
        ("context", ADDRESS),
    ]


class qv_training_options(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("thread_count", U32),
        ("vector_field", ADDRESS),
        ("index", ADDRESS),
        ("row_limit", U64),
        ("seed", U64),
        ("progress", ADDRESS),
        ("context", ADDRESS),
    ]


class qv_neighbour_summary(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("reserved", U32),
        ("first", U64),
        ("query_count", U64),
        ("resumed_count", U64),
    ]


class qv_row_owner(ctypes.Structure):
    _fields_ = [("key", qv_key), ("row", U64)]


class qv_encoder_options(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("mode", U32),
        ("flags", U32),
        ("maximum_tokens", U32),
        ("prefix_dimension", U32),
        ("reserved", U32),
        ("reduction", ADDRESS),
    ]


class qv_encoder_report(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("mode", U32),
        ("dimension", U32),
        ("maximum_tokens", U32),
        ("identity", ADDRESS),
        ("location", ADDRESS),
        ("columns", ADDRESS),
        ("column_count", U64),
    ]


class qv_encode_options(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("role", U32),
        ("thread_count", U32),
        ("reserved", U32),
        ("token_budget", U64),
        ("progress", ADDRESS),
        ("context", ADDRESS),
    ]


class qv_encoded_rows(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("dimension", U32),
        ("text_count", U64),
        ("row_count", U64),
        ("rows", ADDRESS),
        ("ends", ADDRESS),
        ("token_counts", ADDRESS),
        ("columns", ADDRESS),
        ("column_count", U64),
    ]


class qv_put_options(Versioned):
    _fields_ = [
        ("struct_size", U32),
        ("flags", U32),
        ("vector_field", ADDRESS),
        ("encoder", U64),
        ("batch_count", U64),
        ("token_budget", U64),
        ("thread_count", U32),
        ("reserved", U32),
        ("progress", ADDRESS),
        ("context", ADDRESS),
    ]


class qv_sentence_options(Versioned):
    _fields_ = [("struct_size", U32), ("flags", U32), ("language", ADDRESS)]


def numpy_type(struct: type[ctypes.Structure]) -> numpy.dtype:
    """The NumPy record whose bytes are those of `struct`."""
    names, formats, offsets = [], [], []
    for name, kind in struct._fields_:  # type: ignore[misc]
        names.append(name)
        formats.append(NUMPY_FORMATS.get(kind) or numpy_type(kind))  # type: ignore[arg-type]
        offsets.append(getattr(struct, name).offset)
    size = ctypes.sizeof(struct)
    return numpy.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": size})
