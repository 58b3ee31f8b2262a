#ifndef QUIVER_H
#define QUIVER_H

/* quiver.h: the C interface of Quiver, a vector search and datastore engine.
 *
 * Conventions
 *
 * Errors      Every call returns a qv_status: QV_OK (0), or the family of what went wrong. The sentence that names
 *             the file, key or argument is qv_error_message(), kept per thread. A call that fails changes nothing
 *             in the store and writes nothing through its result pointers, unless it says so. No argument makes the
 *             library abort; what it cannot check is that a pointer leads to as many readable bytes as its count
 *             says. qv_version, qv_status_name and qv_error_message cannot fail and return their answer.
 *
 * Handles     qv_store, qv_collection, qv_encoder, qv_results, qv_documents, qv_names, qv_schema, qv_ranges, qv_owners
 *             and qv_encoded are numbers, never pointers. 0 is none. One that was closed or freed, is of another kind or was made up gets
 *             QV_ERROR_HANDLE. Each handle that a call gives is closed or freed once, by the function named beside it.
 *
 * Ownership   What goes in is copied before the call returns. Pointers that come out of a qv_results, a
 *             qv_documents, a qv_names, a qv_schema, a qv_ranges, a qv_owners, a qv_encoded or a qv_encoder belong to
 *             it: they are read-only and valid until it is freed or closed.
 *
 * Strings     Paths and names end with a zero byte. Keys and texts come with their length in bytes, and texts that
 *             come out have a zero byte behind them as well. All are UTF-8; anything else gets QV_ERROR_ARGUMENT.
 *
 * Structs     Each begins with struct_size: set it to sizeof, and zero every field that is not used. Zero always
 *             means the default, so that programs and libraries of different versions work together. A newer field
 *             that is not zero is refused by a library that does not know it. qv_key, qv_string, qv_row_column,
 *             qv_range, qv_place, qv_listed_hit and qv_row_owner have no size and never change. The structs of one array all have
 *             the same struct_size, those of an array that is filled in, too.
 *
 * Counts      Every array comes with its count of elements. A count of 0 allows a NULL pointer.
 *
 * Threads     Any function may be called from any thread, with the same handles, at the same time; writes to one
 *             store wait for one another. The library starts threads only where thread_count asks for them. After
 *             fork() a child whose parent has used the library gets QV_ERROR_FORK from every call; it may exec.
 *
 * Callbacks   Functions of the caller's are called before the call that was given them returns, from its thread or
 *             one that its thread_count asked for, with the context that stands beside them. They may call the
 *             library; none of them may throw, longjmp or end its thread.
 */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QV_VERSION_MAJOR 0
#define QV_VERSION_MINOR 1
#define QV_VERSION_PATCH 0

/* The version of the library that runs: major * 1000000 + minor * 1000 + patch. */
uint32_t qv_version(void);

/* ---- Errors ---------------------------------------------------------------------------------------------- */

typedef int32_t qv_status;

#define QV_OK 0
#define QV_ERROR_ARGUMENT 1      /* a null pointer, a size or count out of range, invalid UTF-8, an unknown constant */
#define QV_ERROR_HANDLE 2        /* not a live handle of the kind wanted */
#define QV_ERROR_NOT_A_STORE 3   /* no store at the path */
#define QV_ERROR_EXISTS 4        /* the store, collection, snapshot, document or file is there already */
#define QV_ERROR_FORMAT 5        /* the store was written in a format that this version does not read */
#define QV_ERROR_LOCKED 6        /* another handle has the store open for writing; the message has its process id */
#define QV_ERROR_READ_ONLY 7     /* a write through a handle opened read-only */
#define QV_ERROR_CLOSED 8        /* the store of this collection was closed */
#define QV_ERROR_FORK 9          /* the process forked after it first used the library */
#define QV_ERROR_NOT_FOUND 10    /* no such collection, snapshot, field, vector field, row column or key */
#define QV_ERROR_CONFIGURATION 11 /* a name, dimension or index that cannot be */
#define QV_ERROR_KEY 12          /* an empty or too long key, or one twice in a batch */
#define QV_ERROR_VECTOR 13       /* wrong dimension, NaN, infinity, float16 overflow, a zero vector under cosine */
#define QV_ERROR_TOO_LARGE 14    /* a text or batch over its limit */
#define QV_ERROR_SEARCH 15       /* k, another search setting or a filter that cannot be */
#define QV_ERROR_ENCODER 16      /* an encoder that cannot be opened or used, or another one than the collection's */
#define QV_ERROR_CANCELLED 17    /* a progress callback said stop */
#define QV_ERROR_DAMAGED 18      /* a file is not what was written */
#define QV_ERROR_FILE 19         /* the system refused a file operation: no space, no permission, … */
#define QV_ERROR_CATALOG 20      /* LMDB refused an operation */
#define QV_ERROR_INDEX 21        /* a vector index could not be built or searched */
#define QV_ERROR_CONFLICT 22     /* a document is not of the version that the write was to replace */
#define QV_ERROR_FIELD 23        /* a metadata value of another type than its field's, or one that cannot be */
#define QV_ERROR_DEADLINE 24     /* a search was not done in the time that it was given */
#define QV_ERROR_RERANKING 25    /* a rerank function failed, or gave a score that is no number */

/* The constant's name ("QV_ERROR_LOCKED"), or "unknown status". Never NULL; never freed. */
const char *qv_status_name(qv_status status);

/* What went wrong in the calling thread's last call that failed; "" if none has. Valid until that thread's next
 * call. Never NULL; not to be freed. */
const char *qv_error_message(void);

/* ---- Stores ---------------------------------------------------------------------------------------------- */

typedef uint64_t qv_store;

#define QV_OPEN_CREATE 1u    /* make an empty store if there is nothing at the path */
#define QV_OPEN_READ_ONLY 2u /* any number of readers, beside the one writer */
#define QV_OPEN_RELAXED 4u   /* a write is not waited for until it is on disk: loss of power may undo the last one, as a
                              * whole; the death of the process still loses nothing */

typedef struct qv_open_options {
    uint32_t struct_size;
    uint32_t flags;           /* QV_OPEN_… */
    uint64_t tail_byte_count; /* writes are sealed into a segment after this many bytes; 0: 64 MiB */
} qv_open_options;

/* Opens the directory at `path`, for writing unless QV_OPEN_READ_ONLY is given. `options` may be NULL. */
qv_status qv_open(const char *path, const qv_open_options *options, qv_store *store);

/* Closes the store. Handles of its collections stay valid, to be closed; other calls on them get QV_ERROR_CLOSED. */
qv_status qv_close(qv_store store);

typedef struct qv_verification {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t file_count;
    uint64_t byte_count;
    uint64_t document_count;
    uint64_t damage_count;
} qv_verification;

/* Checks every file of the store at `path`, which may be open elsewhere. QV_OK if it is sound, QV_ERROR_DAMAGED if
 * not: then the message lists the first damages. `report` may be NULL, and is filled in both cases. */
qv_status qv_verify(const char *path, qv_verification *report);

typedef struct qv_repair_report {
    uint32_t struct_size;
    uint32_t catalog_damaged;     /* 1: what was not sealed may be missing, and deleted documents be back */
    uint64_t damage_count;        /* places in which the damaged store is damaged */
    uint64_t kept_count;          /* documents in segments that are whole */
    uint64_t rewritten_count;     /* documents that were written anew */
    uint64_t loss_count;          /* documents that are lost or have lost a part */
    uint64_t lost_snapshot_count; /* named snapshots that are not in the new store */
} qv_repair_report;

/* Makes a new store at `destination`, where nothing may be, of everything that can be read of the one at `path`, which
 * stays as it is. QV_OK if that is everything; QV_ERROR_DAMAGED if something is lost: then the new store is there all the
 * same, and the message lists the first losses. `report` may be NULL, and is filled in both cases. */
qv_status qv_repair(const char *path, const char *destination, qv_repair_report *report);

/* ---- Values ---------------------------------------------------------------------------------------------- */

/* Bytes of UTF-8. What comes out has a zero byte behind it. */
typedef struct qv_string {
    const char *bytes;
    uint64_t length;
} qv_string;

#define QV_FIELD_NULL 0      /* a value of every type; differs from having none */
#define QV_FIELD_STRING 1    /* bytes, length: UTF-8 */
#define QV_FIELD_INT64 2     /* integer */
#define QV_FIELD_DOUBLE 3    /* number: finite */
#define QV_FIELD_BOOL 4      /* integer: 0 or 1 */
#define QV_FIELD_TIMESTAMP 5 /* integer: seconds since 1970-01-01T00:00:00Z; nanoseconds: 0…999999999 */
#define QV_FIELD_STRINGS 6   /* strings, length of them */
#define QV_FIELD_BYTES 7     /* bytes, length */
#define QV_FIELD_INT32S 8    /* integers, length of them */
#define QV_FIELD_SPARSE 9    /* indices and values, length of each: a sparse vector; each index once, values above 0 and finite */

/* A metadata field, and its value where there is one. Of the members below `name` those count that the type names. */
typedef struct qv_field {
    uint32_t struct_size;
    uint32_t type;             /* QV_FIELD_… */
    const char *name;
    int64_t integer;
    double number;
    uint32_t nanoseconds;
    uint32_t reserved;
    const char *bytes;
    const qv_string *strings;
    const int32_t *integers;
    uint64_t length;           /* of `bytes`, `strings`, `integers`, or `indices` and `values` */
    const uint32_t *indices;
    const float *values;
} qv_field;

#define QV_COLUMN_INT8 1
#define QV_COLUMN_INT16 2
#define QV_COLUMN_INT32 3
#define QV_COLUMN_INT64 4
#define QV_COLUMN_FLOAT32 5

/* A number of fixed width beside each row of a vector field. */
typedef struct qv_row_column {
    const char *name;
    const void *numbers; /* of that type, one a row */
    uint64_t count;      /* numbers; the rows of the field */
    uint32_t type;       /* QV_COLUMN_… */
    uint32_t reserved;
} qv_row_column;

/* From `start` to before `end`. */
typedef struct qv_range {
    uint64_t start;
    uint64_t end;
} qv_range;

/* ---- Collections ----------------------------------------------------------------------------------------- */

typedef uint64_t qv_collection;

#define QV_METRIC_COSINE 0        /* dot product over both norms, larger is nearer */
#define QV_METRIC_L2 1            /* squared Euclidean distance, smaller is nearer */
#define QV_METRIC_INNER_PRODUCT 2 /* dot product, larger is nearer */
#define QV_METRIC_HAMMING 3       /* how many bits differ, smaller is nearer; of QV_STORAGE_BINARY alone */

#define QV_STORAGE_FLOAT32 0
#define QV_STORAGE_FLOAT16 1
#define QV_STORAGE_INT8 2
#define QV_STORAGE_BINARY 3 /* a bit a number, which is given and read as 0 or 1; dimensions are a multiple of 8 */

#define QV_VECTOR_OPTIONAL 1u /* a document may have no row of the field */

typedef struct qv_vector_field {
    uint32_t struct_size;
    uint32_t flags;               /* QV_VECTOR_… */
    const char *name;             /* NULL or "": the vector field without a name */
    const char *index;            /* as in qv_collection_options */
    uint32_t dimension;           /* 1…65536; required */
    uint32_t metric;              /* QV_METRIC_… */
    uint32_t storage;             /* QV_STORAGE_… */
    uint32_t reserved;
    const qv_row_column *columns; /* their names and types */
    uint64_t column_count;
    const char *trained;          /* as in qv_collection_options; not read from a schema */
} qv_vector_field;

/* A text that is searched by its words. */
typedef struct qv_text_field {
    uint32_t struct_size;
    uint32_t reserved;
    const char *field;    /* a metadata field, of strings; NULL: the documents' own texts */
    const char *language; /* reduces words to their stems: "de" or "german"; NULL: words are left as they are */
    double boost;         /* by how much its scores are multiplied, above 0 to 1e6; 0: 1 */
} qv_text_field;

#define QV_COLLECTION_NO_WORDS 1u /* no text is searched by its words */

typedef uint64_t qv_encoder; /* what turns texts into rows: see Encoders */

/* A collection has the vector field without a name, unless `dimension` is 0 and there are others or fields; and those of
 * the arrays. Without text_fields the documents' own texts are searched by their words, unless a flag says otherwise. */
typedef struct qv_collection_options {
    uint32_t struct_size;
    uint32_t dimension; /* 1…65536; required where the arrays are empty */
    uint32_t metric;    /* QV_METRIC_… */
    uint32_t storage;   /* QV_STORAGE_… */
    const char *index;  /* "automatic", "exact", "graph", "ivf" or a FAISS factory string; NULL: automatic */
    const qv_vector_field *vector_fields;
    uint64_t vector_field_count;
    const qv_field *fields; /* the metadata fields: their names and types */
    uint64_t field_count;
    const qv_text_field *text_fields;
    uint64_t text_field_count;
    uint32_t flags; /* QV_COLLECTION_… */
    uint32_t reserved;
    double recall; /* of searches that do not say themselves, as in qv_search_options */
    qv_encoder encoder; /* the vector field without a name holds its rows, and has its dimension, so that `dimension` may be 0, and
                         * its row columns; 0: none */
    uint64_t cache_byte_limit; /* a cache, of so many bytes of entries: see Caches; 0: none */
    const char *trained; /* a file of qv_train, or of FAISS's write_index without rows, with which indexes of the vector field without a
                          * name begin in the place of training: its index is then of that kind; NULL: none */
} qv_collection_options;

qv_status qv_create_collection(qv_store store, const char *name, const qv_collection_options *options,
                               qv_collection *collection);
qv_status qv_open_collection(qv_store store, const char *name, qv_collection *collection);

/* Ends the handle; the collection and its store stay. */
qv_status qv_close_collection(qv_collection collection);

/* Removes a collection with everything in it. Named snapshots that hold it keep its documents. */
qv_status qv_drop_collection(qv_store store, const char *name);

/* Gives a collection another name. Handles stay valid; named snapshots know it by the old one. */
qv_status qv_rename_collection(qv_collection collection, const char *new_name);

/* ---- Changes of a schema --------------------------------------------------------------------------------- */

/* Each is durable when it returns; searches see it from then on. What a dropped field held is gone at once, its space with
 * qv_compact. */

/* A new metadata field, `name` and `type`, of which no document has a value yet. */
qv_status qv_add_field(qv_collection collection, const qv_field *field);
qv_status qv_drop_field(qv_collection collection, const char *name);
qv_status qv_rename_field(qv_collection collection, const char *name, const char *new_name);

/* A new vector field, of which no document has a row yet; it is optional, whatever its flags are. */
qv_status qv_add_vector_field(qv_collection collection, const qv_vector_field *field);

/* `name` may be NULL or "": the vector field without a name. */
qv_status qv_drop_vector_field(qv_collection collection, const char *name);

/* `name` and `new_name` may be NULL or "", too. */
qv_status qv_rename_vector_field(qv_collection collection, const char *name, const char *new_name);

/* Another index of a vector field, as in qv_collection_options; `vector_field` may be NULL or "", too. Segments are searched
 * by the index that they have until qv_maintain builds the new one. */
qv_status qv_set_index(qv_collection collection, const char *vector_field, const char *index);

/* Begins the indexes of a vector field (NULL or "": the one without a name) with a trained one, as in qv_collection_options. */
qv_status qv_set_trained(qv_collection collection, const char *vector_field, const char *path);

/* Another recall target of searches that do not say themselves; 0: none. */
qv_status qv_set_recall(qv_collection collection, double recall);

/* Other texts that are searched by their words; none, if `count` is 0. Segments without such an index are analysed by each
 * search, until qv_maintain builds it. */
qv_status qv_set_text_fields(qv_collection collection, const qv_text_field *fields, uint64_t count);

/* ---- What there is --------------------------------------------------------------------------------------- */

typedef uint64_t qv_names;

/* The names of all collections, in the order in which they were made. Free `*names` with qv_names_free. */
qv_status qv_collection_names(qv_store store, qv_names *names);

/* The names of all named snapshots, in the order of their bytes. Free `*names` with qv_names_free. */
qv_status qv_snapshot_names(qv_store store, qv_names *names);

/* All of them; the array belongs to `names`. */
qv_status qv_names_array(qv_names names, const qv_string **array, uint64_t *count);

qv_status qv_names_free(qv_names names);

typedef uint64_t qv_schema;

/* What a collection holds. Free `*schema` with qv_schema_free. */
qv_status qv_collection_schema(qv_collection collection, qv_schema *schema);

/* How many fields of each kind there are. Each pointer may be NULL. */
qv_status qv_schema_counts(qv_schema schema, uint64_t *vector_fields, uint64_t *fields, uint64_t *text_fields);

/* The fields by their numbers, as a collection is made of them; `name` of the vector field without one is "". */
qv_status qv_schema_vector_field(qv_schema schema, uint64_t number, qv_vector_field *field);
qv_status qv_schema_field(qv_schema schema, uint64_t number, qv_field *field);
/* The recall target of searches that do not say themselves; 0: none. */
qv_status qv_schema_recall(qv_schema schema, double *recall);
qv_status qv_schema_text_field(qv_schema schema, uint64_t number, qv_text_field *field);

/* The encoder that vector field number `number` is bound to: its identity, 32 hexadecimal digits, and where it was; NULL, both
 * of them, if there is none. */
qv_status qv_schema_encoder(qv_schema schema, uint64_t number, const char **identity, const char **location);

/* Bytes of entries that a cache may hold; 0: the collection is none. */
qv_status qv_schema_cache(qv_schema schema, uint64_t *byte_limit);

qv_status qv_schema_free(qv_schema schema);

/* ---- Named snapshots ------------------------------------------------------------------------------------- */

/* Gives the state of all collections a name. It stays, whatever is written, until it is dropped. */
qv_status qv_create_snapshot(qv_store store, const char *snapshot);

qv_status qv_drop_snapshot(qv_store store, const char *snapshot);

/* A collection as a named snapshot has it, to be closed with qv_close_collection. What writes to it gets QV_ERROR_READ_ONLY;
 * it can be read even after its store is closed. */
qv_status qv_open_snapshot(qv_store store, const char *snapshot, const char *name, qv_collection *collection);

/* A collection as it is now, to be closed with qv_close_collection: what qv_open_snapshot gives, without a name. For pages of
 * results, for row numbers, and for several calls that are to see the same. It keeps the space of what is dropped meanwhile. */
qv_status qv_pin(qv_collection collection, qv_collection *pinned);

typedef struct qv_snapshot_report {
    uint32_t struct_size;
    uint32_t created_nanoseconds; /* 0…999999999 */
    int64_t created_seconds;      /* since 1970-01-01T00:00:00Z */
    uint64_t commit;              /* the last commit that it has */
} qv_snapshot_report;

qv_status qv_describe_snapshot(qv_store store, const char *snapshot, qv_snapshot_report *report);

/* ---- Statistics ------------------------------------------------------------------------------------------ */

typedef struct qv_statistics {
    uint32_t struct_size;
    uint32_t dimension;               /* of the first vector field */
    uint64_t live_count;              /* documents that a search can find */
    uint64_t dead_count;              /* replaced or deleted, still taking up space */
    uint64_t segment_count;
    uint64_t unindexed_segment_count; /* segments that qv_maintain would build an index for */
    uint64_t tail_count;              /* documents not in a segment yet */
    uint64_t byte_count;
    uint64_t commit;                  /* the number of the last commit */
    uint64_t unindexable_segment_count; /* segments that no such index can be made of; compared row by row for good */
    uint64_t vector_byte_count;       /* these add up to byte_count. Rows with their norms and scales */
    uint64_t row_column_byte_count;
    uint64_t text_byte_count;
    uint64_t field_byte_count;        /* metadata */
    uint64_t index_byte_count;        /* of vector fields */
    uint64_t field_index_byte_count;  /* by which filters are answered */
    uint64_t text_index_byte_count;   /* of words */
    uint64_t key_byte_count;
    uint64_t manifest_byte_count;     /* what says which files a segment has */
    uint64_t tail_byte_count;         /* documents not in a segment yet */
    uint64_t cache_hit_count;         /* of a cache, as of its last commit: entries that were found */
    uint64_t cache_miss_count;        /* entries that were asked for and not there, or of another model */
    uint64_t cache_eviction_count;    /* entries that had to go for others */
} qv_statistics;

qv_status qv_collection_statistics(qv_collection collection, qv_statistics *statistics);

/* ---- Writing --------------------------------------------------------------------------------------------- */

#define QV_KEY_INTEGER 1
#define QV_KEY_STRING 2

/* The outside name of a document. Integers and strings are different keys: 7 is not "7". */
typedef struct qv_key {
    uint32_t kind;     /* QV_KEY_… */
    uint32_t length;   /* bytes of a string, 1…480 */
    uint64_t integer;  /* the key, if it is an integer */
    const char *bytes; /* the key, if it is a string */
} qv_key;

/* The rows of one vector field of a document. */
typedef struct qv_vectors {
    uint32_t struct_size;
    uint32_t dimension;           /* numbers in a row, in what comes out; not looked at in what goes in */
    const char *field;            /* the vector field's name; NULL or "": the one without a name */
    const float *numbers;         /* [rows × dimension], row-major; NULL where only columns were asked for */
    uint64_t number_count;        /* numbers, not rows */
    const qv_row_column *columns; /* each column that the field has */
    uint64_t column_count;
} qv_vectors;

#define QV_EXPECT_VERSION 1u /* write only if the document is of version expected_version; else QV_ERROR_CONFLICT */

typedef struct qv_document {
    uint32_t struct_size;
    uint32_t reserved;
    qv_key key;
    const char *text;          /* NULL: no text, which differs from a text of no bytes */
    uint64_t text_length;      /* at most 64 MiB */
    const float *vector;       /* [rows × dimension] of the vector field without a name, row-major */
    uint64_t vector_count;     /* numbers, not rows */
    const qv_vectors *vectors; /* of the other vector fields; of all, if `vector` is NULL */
    uint64_t vectors_count;
    const qv_field *fields;    /* metadata; a field that is not here has no value */
    uint64_t field_count;
    uint64_t expected_version; /* what QV_EXPECT_VERSION is about */
    uint32_t flags;            /* QV_EXPECT_VERSION, for qv_upsert alone */
    uint32_t reserved_2;
} qv_document;

/* Metadata that takes the place of a document's own, field by field. */
typedef struct qv_field_update {
    uint32_t struct_size;
    uint32_t flags;             /* QV_EXPECT_VERSION */
    qv_key key;
    uint64_t expected_version;
    const qv_field *fields;     /* new values; the other fields keep theirs */
    uint64_t field_count;
    const char *const *removed; /* names of fields that are to have no value any more */
    uint64_t removed_count;
} qv_field_update;

typedef struct qv_receipt {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t commit;         /* the number of the batch's commit */
    uint64_t inserted_count; /* documents under new keys */
    uint64_t replaced_count; /* documents that took another's place */
    uint64_t deleted_count;
    uint64_t missing_count;  /* deletes of keys that were not there */
    uint64_t updated_count;  /* documents whose metadata was updated */
} qv_receipt;

/* Writes `count` documents, in place of any of the same keys: all of them, durably and visible to every later
 * search, or none. `receipt` may be NULL. */
qv_status qv_upsert(qv_collection collection, const qv_document *documents, uint64_t count, qv_receipt *receipt);

/* As qv_upsert, but a key that is there gets QV_ERROR_EXISTS, and nothing is written. */
qv_status qv_insert(qv_collection collection, const qv_document *documents, uint64_t count, qv_receipt *receipt);

/* Changes the metadata of documents, all or none, and leaves their texts and vectors untouched. A key that is not there
 * gets QV_ERROR_NOT_FOUND. */
qv_status qv_update(qv_collection collection, const qv_field_update *updates, uint64_t count, qv_receipt *receipt);

/* Removes the documents of `count` keys, all or none; a key that is not there is counted, not refused. */
qv_status qv_delete(qv_collection collection, const qv_key *keys, uint64_t count, qv_receipt *receipt);

/* Removes every document that `filter` holds of, in one commit. A filter is a text such as
 * "year >= 2020 and lang in ('de', 'fr')"; docs/CLI.md has the language. */
qv_status qv_delete_where(qv_collection collection, const char *filter, qv_receipt *receipt);

/* ---- Searching ------------------------------------------------------------------------------------------- */

typedef uint64_t qv_results;

#define QV_WITH_TEXT 1u
#define QV_WITH_VECTOR 2u
#define QV_WITH_FIELDS 4u  /* metadata */
#define QV_WITH_COLUMNS 8u /* row columns */

#define QV_SEARCH_AUTOMATIC 0 /* by each segment's index */
#define QV_SEARCH_EXACT 1     /* every live row is compared */
#define QV_SEARCH_INDEXED 2   /* by each segment's index, also where comparing the rows that may be found would be faster */

#define QV_SEARCH_WITHIN 256u   /* only hits of the score `within` or a better one; with a large k, all of them */
#define QV_SEARCH_DISTINCT 512u /* a document's hits make a group: of its rows the best per_group are found */
#define QV_SEARCH_LISTS 1024u   /* results have the list of each source, read with qv_results_list */
#define QV_SEARCH_EXPLAIN 2048u /* results say how they were come by, read with qv_results_part and qv_results_step */
#define QV_SEARCH_NO_SAMPLE 4096u /* queries with a recall target are not kept in the store, where they would be measured with */

#define QV_SCOPE_KEYS 1u   /* only documents of `keys` */
#define QV_SCOPE_ROWS 2u   /* only rows in `row_words` */
#define QV_SCOPE_RANGES 4u /* only rows in one of `row_ranges` */

/* Which documents, and which of their rows, may be found. Everything that is said must hold. `keys` and the two arrays of
 * rows count with their flags alone, and then also if they are empty: nothing may be found. Rows are numbered as
 * qv_row_numbers says. */
typedef struct qv_scope {
    uint32_t struct_size;
    uint32_t flags;          /* QV_SCOPE_… */
    const char *filter;      /* what holds of each document, as in qv_delete_where; NULL: anything */
    const char *row_filter;  /* what holds of each row: such a text about the row columns; NULL: anything */
    const qv_key *keys;
    uint64_t key_count;
    const qv_key *excluded;  /* documents to leave out */
    uint64_t excluded_count;
    const uint64_t *row_words; /* row r is bit r % 64 of word r / 64 */
    uint64_t row_word_count;   /* at most 2^26 */
    const qv_range *row_ranges;
    uint64_t row_range_count;
} qv_scope;

/* Asked now and then, by several threads at once where thread_count asks for them. Not 0: stop, and return
 * QV_ERROR_CANCELLED. */
typedef int32_t (*qv_cancelled)(void *context);

/* Gives the best hits of query number `query` other scores: one for each hit of `candidates`, the best first, to `scores`;
 * higher is better. `candidates` is read as the results of one query, number 0; the library frees it when the function
 * returns (see qv_results_share). Called by several threads at once where thread_count asks for them. Not 0: failed, and
 * the search returns QV_ERROR_RERANKING. */
typedef int32_t (*qv_rerank)(void *context, uint64_t query, qv_results candidates, uint64_t count, float *scores);

/* A search may set only what the collection's index has: ef_search for "automatic", "graph" and FAISS's graphs, nprobe
 * for inverted files, candidate_factor for indexes whose rows are codes; anything else gets QV_ERROR_SEARCH. Rows that
 * are not indexed yet are compared one by one whatever is set, and so are all of them in QV_SEARCH_EXACT.
 *
 * Hits may come in groups, of which the best come first, each with its hits behind one another: then k and offset count
 * groups, and a group is as good as its best hit. */
typedef struct qv_search_options {
    uint32_t struct_size;
    uint32_t k;             /* hits wanted for each query; at least 1 */
    uint32_t mode;          /* QV_SEARCH_AUTOMATIC, … */
    uint32_t ef_search;     /* candidates that a graph walk keeps; 0: the default */
    uint32_t contents;      /* QV_WITH_…: what a hit carries beside key and score */
    uint32_t thread_count;  /* threads that may share the queries, the caller's included; 0: 1 */
    const qv_key *excluded; /* documents to leave out */
    uint64_t excluded_count;
    uint32_t nprobe;        /* lists of an inverted file that are visited; 0: the default */
    float candidate_factor; /* candidates a hit that codes find before they are compared exactly; 0: the default */
    const char *vector_field; /* which one is searched; NULL: the only one */
    const char *filter;       /* only documents that it holds of; NULL: all */
    uint64_t offset;          /* hits left out in the beginning: those of the pages before (see qv_pin) */
    uint32_t flags;           /* QV_SEARCH_WITHIN, …_DISTINCT, …_LISTS, …_EXPLAIN, …_NO_SAMPLE */
    float within;             /* what QV_SEARCH_WITHIN is about */
    const char *group_by;     /* a metadata field whose value the hits of a group have in common; NULL: none */
    uint32_t per_group;       /* hits of each group, with group_by or QV_SEARCH_DISTINCT; 0: 1 */
    uint32_t candidate_count; /* hits of each source that are fused or listed, at most 16384; 0: 10 k, at least 100 */
    const qv_scope *scope;    /* what every query may find, with `excluded` and `filter`; NULL: anything */
    uint64_t timeout_nanoseconds; /* after which the search gives up, with QV_ERROR_DEADLINE; 0: never */
    qv_cancelled cancelled;   /* may be NULL */
    void *cancelled_context;
    qv_rerank rerank;         /* gives the best rerank_count hits, and no others are found, their scores; may be NULL */
    void *rerank_context;
    uint32_t rerank_count;    /* at most 16384; 0: 100 */
    uint32_t rerank_contents; /* QV_WITH_…: what the candidates carry */
    double recall;            /* the share of the true nearest rows that is to be found on average, to 1; 0: not asked for */
} qv_search_options;

/* Answers `query_count` queries of `dimension` numbers each (`queries` is [query_count × dimension], row-major): the rows
 * that are nearest to each. Free `*results` with qv_results_free. */
qv_status qv_search(qv_collection collection, const float *queries, uint64_t query_count, uint32_t dimension,
                    const qv_search_options *options, qv_results *results);

#define QV_COMBINE_ANY 0     /* rows that are near one of the vectors */
#define QV_COMBINE_MEAN 1    /* rows that are near their mean; under cosine, of the vectors at length 1 */
#define QV_COMBINE_MAX_SIM 2 /* documents, by the sum over the vectors of the score of the best row: late interaction */

#define QV_SOURCE_PLAIN 1u  /* `match` is words and nothing else, whatever characters are in it */
#define QV_SOURCE_BM25 2u   /* words are scored with k1 and b, and not with 1.2 and 0.75 */
#define QV_SOURCE_WEIGHT 4u /* `weight` counts, and not 1 */
#define QV_SOURCE_COMBINATION 8u /* a text's rows are looked for as `combination` says, also if it is QV_COMBINE_ANY */

/* Something that gives a list, the best first: rows by their vectors, or documents by words of their texts.
 *
 * `vectors` alone are looked for as `combination` says, and so are the rows of one document alone in `like`. With several
 * in `like`, with both, or with anything unlike: what is like the mean of them, and as far beyond it as it is from the mean
 * of what it is to be unlike. Documents among them are not found.
 *
 * `text` stands in the place of vectors: those that an encoder makes of it as a query. Where that is a row a token they are
 * looked for as QV_COMBINE_MAX_SIM says, unless a flag or another `combination` does.
 *
 * A sparse vector is looked for by itself, in a metadata field of such: documents by its inner product with theirs; those
 * without an index in common are not found. */
typedef struct qv_source {
    uint32_t struct_size;
    uint32_t flags;            /* QV_SOURCE_… */
    uint32_t dimension;        /* numbers of each vector */
    uint32_t combination;      /* QV_COMBINE_…: what several vectors look for */
    const float *vectors;      /* [vector_count × dimension], row-major */
    uint64_t vector_count;
    const qv_key *like;        /* documents */
    uint64_t like_count;
    const float *unlike_vectors; /* [unlike_vector_count × dimension], row-major */
    uint64_t unlike_vector_count;
    const qv_key *unlike;
    uint64_t unlike_count;
    const char *vector_field;  /* NULL: that of the options */
    const char *match;         /* words "and phrases", beginnings*, +required, -forbidden, field:words, twice^2 */
    double k1;                 /* how soon more of the same word counts no more, at least 0 */
    double b;                  /* how much the length of a text counts, 0…1 */
    double weight;             /* of the source's list among others, at least 0 */
    const char *text;          /* what is meant, in words; NULL: none */
    uint64_t text_length;
    qv_encoder encoder;        /* of `text`; 0: the vector field's, as in qv_put_options */
    const uint32_t *sparse_indices; /* [sparse_count], each once */
    const float *sparse_values;     /* [sparse_count], above 0 */
    uint64_t sparse_count;
    const char *sparse_field;  /* the metadata field of type QV_FIELD_SPARSE; NULL: the only one */
} qv_source;

/* A document's place in a source's list. */
typedef struct qv_place {
    uint64_t rank; /* from 1 on; 0: it is not in the list */
    float score;   /* as the source gives it */
    uint32_t reserved;
} qv_place;

/* The score of a document with these places, one a source; higher is better, what is no number comes last. Called by
 * several threads at once where thread_count asks for them. */
typedef double (*qv_fuse)(void *context, const qv_place *places, uint64_t count);

#define QV_FUSE_RANKS 0  /* the sum of weight / (rank_constant + rank) */
#define QV_FUSE_SCORES 1 /* the sum of weight · score, each list's scores scaled to 0…1 */
#define QV_FUSE_CUSTOM 2 /* what `fuse` gives; there are no weights */

/* Something that is looked for in one source, or in several whose lists are fused into one, of documents. */
typedef struct qv_query {
    uint32_t struct_size;
    uint32_t fusion;          /* QV_FUSE_… */
    const qv_source *sources; /* at least one */
    uint64_t source_count;
    double rank_constant;     /* how little the first ranks are ahead, 0 or more; 0: 60, so 1e-300 for 0 itself */
    qv_fuse fuse;             /* of QV_FUSE_CUSTOM */
    void *fuse_context;
    const qv_scope *scope;    /* what this query may find, within what the options say; NULL: anything */
} qv_query;

/* Answers `count` queries. Free `*results` with qv_results_free. */
qv_status qv_search_queries(qv_collection collection, const qv_query *queries, uint64_t count,
                            const qv_search_options *options, qv_results *results);

/* The rows of a vector field, those of dead documents included. They are numbered from 0 on in a snapshot or what qv_pin
 * gives, for as long as it is open; in any other collection until something is written, sealed or compacted.
 * `vector_field` may be NULL: the only one. */
qv_status qv_row_count(qv_collection collection, const char *vector_field, uint64_t *count);

/* The numbers of the rows of `count` documents, to `ranges`; from QV_NO_ROW to QV_NO_ROW where there is no such
 * document. */
qv_status qv_row_numbers(qv_collection collection, const char *vector_field, const qv_key *keys, uint64_t count,
                         qv_range *ranges);

/* The row of a document that was found by its words, or as a whole. */
#define QV_NO_ROW UINT64_MAX

typedef struct qv_hit {
    uint32_t struct_size;
    float score;          /* by the metric; of words, maxSim, fused lists and a rerank function: larger is better */
    qv_key key;
    uint64_t row;         /* which of the document's rows was nearest, from 0; QV_NO_ROW: found as a whole */
    uint64_t version;     /* the commit that last wrote the document */
    uint64_t text_hash;   /* XXH3 of its text; 0: no text */
    const char *text;     /* NULL unless asked for and there */
    uint64_t text_length;
    const float *vector;  /* that row; NULL unless asked for */
    uint64_t vector_count;
    uint64_t field_count; /* metadata, read with qv_results_field; 0 unless asked for */
    const qv_row_column *columns; /* that row's, one number each; NULL unless asked for and there */
    uint64_t column_count;
    const char *vector_field;     /* that the row is of; NULL: found as a whole */
} qv_hit;

/* How many hits query number `query` has, the best first; fewer than k if fewer documents may be found. */
qv_status qv_results_hit_count(qv_results results, uint64_t query, uint64_t *count);

/* Hit number `index` of query number `query`. */
qv_status qv_results_hit(qv_results results, uint64_t query, uint64_t index, qv_hit *hit);

/* Hits number `first`…`first + count - 1` of query number `query`. */
qv_status qv_results_hits(qv_results results, uint64_t query, uint64_t first, uint64_t count, qv_hit *hits);

/* All hits of all queries as arrays, query after query. They belong to `results`. */
typedef struct qv_hit_arrays {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t query_count;
    uint64_t hit_count;
    const uint64_t *ends;        /* [query_count + 1]: hits ends[q]…ends[q + 1] - 1 are those of query number q */
    const float *scores;         /* [hit_count] */
    const uint64_t *integer_keys; /* [hit_count]; NULL if one of the keys is a string */
    const qv_key *keys;          /* [hit_count] */
    const uint64_t *rows;        /* [hit_count]; QV_NO_ROW where a document was found as a whole */
    const uint64_t *versions;    /* [hit_count] */
    const uint64_t *nanoseconds; /* [query_count]: how long each query took */
} qv_hit_arrays;

qv_status qv_results_arrays(qv_results results, qv_hit_arrays *arrays);

/* Metadata field number `number` of a hit that has it. */
qv_status qv_results_field(qv_results results, uint64_t query, uint64_t index, uint64_t number, qv_field *field);

/* What the hits of a hit's group have in common, if group_by asked for it: the field and its value, of type QV_FIELD_NULL where
 * the documents have none. Without group_by `name` is NULL. */
qv_status qv_results_group(qv_results results, uint64_t query, uint64_t index, qv_field *field);

/* A place in the list of one source. */
typedef struct qv_listed_hit {
    qv_key key;
    uint64_t row;  /* which of the document's rows it is, from 0; QV_NO_ROW: found as a whole */
    uint64_t rank; /* from 1 on */
    float score;   /* as the source gives it */
    uint32_t reserved;
} qv_listed_hit;

/* How many lists query number `query` has: as many as sources, if QV_SEARCH_LISTS asked for them; else 0. */
qv_status qv_results_list_count(qv_results results, uint64_t query, uint64_t *count);

/* What source number `source` gave; the array belongs to `results`. */
qv_status qv_results_list(qv_results results, uint64_t query, uint64_t source, const qv_listed_hit **array,
                          uint64_t *count);

#define QV_METHOD_SCAN 1            /* every row that may be found was compared */
#define QV_METHOD_GRAPH 2           /* a walk of the graph */
#define QV_METHOD_SELECTIVE_GRAPH 3 /* from one row that may be found to the next, passing over the others */
#define QV_METHOD_FAISS 4           /* a FAISS index */
#define QV_METHOD_SELECTIVE_FAISS 5 /* one that left out rows that may not be found */
#define QV_METHOD_WORDS 6           /* lists of words */
#define QV_METHOD_NOTHING 7         /* nothing may be found there */

/* One part of the collection, searched by one source. */
typedef struct qv_search_part {
    uint32_t struct_size;
    uint32_t method;          /* QV_METHOD_… */
    uint64_t source;          /* its number in the query */
    const char *name;         /* the segment's folder; "tail": what is in none */
    uint64_t row_count;       /* rows, or documents where words are looked for */
    uint64_t estimated_count; /* those that may be found, as was expected */
    uint64_t allowed_count;   /* those that may be found */
    uint64_t nanoseconds;     /* how long it took */
    uint64_t distance_count;  /* distances computed there; of a FAISS index as many as its settings let expect */
} qv_search_part;

/* A step of the whole search. */
typedef struct qv_search_step {
    uint32_t struct_size;
    uint32_t reserved;
    const char *name;     /* "filter", "search", "fuse", "rerank" or "read" */
    uint64_t nanoseconds; /* how long it took */
} qv_search_step;

/* Samples of queries with which recall is measured. */
#define QV_RECALL_ROWS 1         /* rows of the collection, each as if it were not there */
#define QV_RECALL_QUERIES 2      /* queries that users asked */
#define QV_RECALL_MIXTURES 3     /* points between two rows: harder, as a rule, than what users ask */
#define QV_RECALL_FAR_QUERIES 4  /* the half of the queries whose nearest rows are farther */

/* How thoroughly a query with a recall target was searched, if QV_SEARCH_EXPLAIN asked. */
typedef struct qv_recall_choice {
    uint32_t struct_size;
    uint32_t basis; /* QV_RECALL_…: the sample that told; 0: none did, the target being 1, or nothing measured */
    double recall;  /* the target; 0: there was none, or no index to search */
    double effort;  /* what the settings of indexes were multiplied with; 0: every row was compared */
} qv_recall_choice;

qv_status qv_results_recall(qv_results results, uint64_t query, qv_recall_choice *choice);

/* How many parts and steps an answer was come by, if QV_SEARCH_EXPLAIN asked for them; else 0. Each pointer may be NULL. */
qv_status qv_results_explanation_counts(qv_results results, uint64_t query, uint64_t *parts, uint64_t *steps);

/* Part number `number`, in the order in which they were searched. One that was searched deeper is there again. */
qv_status qv_results_part(qv_results results, uint64_t query, uint64_t number, qv_search_part *part);

/* Step number `number`, in their order. */
qv_status qv_results_step(qv_results results, uint64_t query, uint64_t number, qv_search_step *step);

/* How long query number `query` took. */
qv_status qv_results_nanoseconds(qv_results results, uint64_t query, uint64_t *nanoseconds);

/* Another handle of the same results, which are freed with the last of them. Each is freed by itself. */
qv_status qv_results_share(qv_results results, qv_results *shared);

qv_status qv_results_free(qv_results results);

/* ---- Reading --------------------------------------------------------------------------------------------- */

typedef uint64_t qv_documents;

typedef struct qv_stored_document {
    uint32_t struct_size;
    uint32_t found; /* 0: no document has this key, and the fields after `key` are 0 */
    qv_key key;
    uint64_t version;
    const char *text;
    uint64_t text_length;
    const float *vector; /* [rows × dimension] of the vector field without a name */
    uint64_t vector_count;
    uint64_t vectors_count; /* all vector fields with rows or columns, read with qv_documents_vectors */
    uint64_t field_count;   /* metadata, read with qv_documents_field */
} qv_stored_document;

/* Reads the documents of `count` keys; `contents` is QV_WITH_…. Free `*documents` with qv_documents_free. */
qv_status qv_get(qv_collection collection, const qv_key *keys, uint64_t count, uint32_t contents,
                 qv_documents *documents);

typedef struct qv_scan_options {
    uint32_t struct_size;
    uint32_t contents;   /* QV_WITH_…: what a document carries beside key and version */
    const char *filter;  /* only documents that it holds of; NULL: all */
    const qv_key *after; /* begin behind this key, whether or not it is there; NULL: begin with the first */
    uint64_t limit;      /* documents at most; 0: 1000 */
} qv_scan_options;

/* Reads documents in the order of their keys, integers before strings. For more than fit into memory give `after` the
 * last key of before, until none is found. `options` may be NULL. Free `*documents` with qv_documents_free. */
qv_status qv_scan(qv_collection collection, const qv_scan_options *options, qv_documents *documents);

/* How many documents `filter` holds of; NULL: how many there are. */
qv_status qv_count(qv_collection collection, const char *filter, uint64_t *count);

/* How many documents there are in `documents`: after qv_get, as many as keys were given. */
qv_status qv_documents_count(qv_documents documents, uint64_t *count);

/* Document number `index`: after qv_get, that of key number `index`. */
qv_status qv_documents_item(qv_documents documents, uint64_t index, qv_stored_document *document);

/* Vector field number `number` of document number `index`, of those that have rows or columns there. */
qv_status qv_documents_vectors(qv_documents documents, uint64_t index, uint64_t number, qv_vectors *vectors);

/* Metadata field number `number` of document number `index`, of those that have a value. */
qv_status qv_documents_field(qv_documents documents, uint64_t index, uint64_t number, qv_field *field);

qv_status qv_documents_free(qv_documents documents);

/* ---- Maintenance ----------------------------------------------------------------------------------------- */

/* Called now and then, by any of the threads that the call was given, one at a time. Not 0: stop, and return
 * QV_ERROR_CANCELLED. It may not write to the same store. */
typedef int32_t (*qv_progress)(void *context, uint64_t completed, uint64_t total);

typedef struct qv_maintenance_options {
    uint32_t struct_size;
    uint32_t thread_count; /* threads that may work, the caller's included; 0: 1 */
    qv_progress progress;  /* may be NULL */
    void *context;         /* handed to `progress` */
    uint64_t memory_byte_count; /* of qv_compact; 0: 256 MiB; at least 16 MiB */
} qv_maintenance_options;

/* Writes the tail to a segment now, if it is not empty. `options` may be NULL. */
qv_status qv_seal(qv_collection collection, const qv_maintenance_options *options);

/* Builds the indexes that are missing. A segment of whose rows none can be made (they hold numbers beyond 1e15, say)
 * counts as unindexable from then on and is not tried again; that is no error. `options` may be NULL. */
qv_status qv_maintain(qv_collection collection, const qv_maintenance_options *options);

/* Gives back the space of deleted and replaced documents, merges small segments and builds the indexes that are missing,
 * having sealed the tail. Others read and write meanwhile. It can be ended at any moment, and goes on from there when it is
 * called again. `options` may be NULL. */
qv_status qv_compact(qv_collection collection, const qv_maintenance_options *options);

typedef struct qv_calibration_options {
    uint32_t struct_size;
    uint32_t thread_count;    /* threads that may work at once, the caller's included; 0: 1 */
    const char *vector_field; /* NULL: the only one */
    const float *queries;     /* what users ask, [query_count × dimension]: kept in the place of queries that were */
    uint64_t query_count;     /* 0: those that searches have kept */
    uint32_t dimension;       /* of queries */
    uint32_t sample_count;    /* queries of each sample; 0: 1200; at least 100 */
    uint64_t seed;            /* of the choice of the samples */
    qv_progress progress;     /* may be NULL */
    void *context;
} qv_calibration_options;

/* Measures how the recall of a vector field's indexes grows with the effort of a search, and remembers it in the store: what
 * searches with a recall target go by. qv_maintain and qv_compact do so by themselves wherever an index, many documents or the
 * queries have changed, of at least 5000 rows. `options` may be NULL. Nothing happens where no segment has an index. */
qv_status qv_calibrate(qv_collection collection, const qv_calibration_options *options);

/* What was measured at one effort. */
typedef struct qv_recall_point {
    uint32_t struct_size;
    uint32_t basis;        /* QV_RECALL_… */
    uint64_t k;            /* the nearest rows that count */
    uint64_t query_count;  /* of the sample */
    double effort;         /* what the settings of indexes were multiplied with; 1: what they are where nobody says otherwise */
    double recall;         /* the mean share of the true k nearest that were found */
    double low;            /* where the recall over all queries of the kind lies, with a probability of 95 % */
    double high;
    double distance_count; /* the mean number of distances that a query took */
} qv_recall_point;

/* How many points were measured: by sample, k and effort; 0 where nothing was, or of other indexes. Of a snapshot or what qv_pin gives
 * they stay what they are. `vector_field` may be NULL: the only one. */
qv_status qv_recall_count(qv_collection collection, const char *vector_field, uint64_t *count);
qv_status qv_recall_measured(qv_collection collection, const char *vector_field, uint64_t number,
                             qv_recall_point *point);

/* What qv_tune found; free it with qv_tuning_free. Pointers in its structs are valid until then. */
typedef uint64_t qv_tuning;

typedef struct qv_tuning_options {
    uint32_t struct_size;
    uint32_t thread_count;      /* threads that may build an index, the caller's included; 0: 1 */
    const char *vector_field;   /* NULL: the only one */
    const char *const *indexes; /* as qv_vector_field.index; exact is tried in any case */
    const float *queries;       /* what users ask, [query_count × dimension] */
    uint64_t query_count;       /* 0: those that searches have kept, or rows where these are fewer than 100 */
    uint32_t dimension;         /* of queries */
    uint32_t index_count;       /* 0: graphs, inverted files and codes that suit the data */
    double recall;              /* the share of the true k nearest that is wanted, below 1; 0: 0.95 */
    uint64_t index_byte_limit;  /* bytes that the indexes may take beside the rows; 0: any number */
    uint32_t k;                 /* 0: 10 */
    uint32_t sample_count;      /* queries that each index is asked; 0: 1000; at least 100 */
    uint64_t seed;              /* of the choice of the queries */
    qv_progress progress;       /* may be NULL; begins anew with each index, first with its rows, then with the queries */
    void *context;
} qv_tuning_options;

/* Tries indexes on the rows of a vector field: builds each beside the one that is there, and asks it queries of which the exact
 * answer is known. The tail is sealed; nothing else in the collection changes: qv_set_index, qv_set_recall and qv_maintain make one of them its own. `options`
 * may be NULL. */
qv_status qv_tune(qv_collection collection, const qv_tuning_options *options, qv_tuning *tuning);

typedef struct qv_tuning_summary {
    uint32_t struct_size;
    uint32_t basis;          /* what the queries were: QV_RECALL_QUERIES, or QV_RECALL_ROWS */
    uint32_t trial_count;    /* indexes that were tried, exact first */
    uint32_t best;           /* the fastest of those that find what is wanted in the space that is given */
    double recall;           /* what was wanted */
    uint64_t query_count;
    uint64_t row_count;      /* those of dead documents included */
    uint64_t row_byte_count; /* what the rows take, whatever the index */
    uint32_t k;
    uint32_t reserved;
} qv_tuning_summary;

qv_status qv_tuning_summarize(qv_tuning tuning, qv_tuning_summary *summary);

/* One index. */
typedef struct qv_index_trial {
    uint32_t struct_size;
    uint32_t point_count;           /* efforts that were tried; 1 where every row is compared */
    const char *specification;
    const char *refusal;            /* why it cannot be built of the rows of some segment; NULL: it can */
    uint64_t indexed_segment_count; /* the others have too few rows, or are refused, and are compared row by row */
    uint64_t index_byte_count;
    double build_seconds;
    double query_seconds;           /* the mean of a search that finds what is wanted; 0: none of the efforts finds it */
} qv_index_trial;

qv_status qv_tuning_trial(qv_tuning tuning, uint64_t number, qv_index_trial *trial);

/* What searches found at one effort, one after the other on one thread. */
typedef struct qv_trial_point {
    uint32_t struct_size;
    uint32_t reserved;
    double effort;                /* what the settings of the index were multiplied with */
    double recall;                /* the mean share of the true k nearest that were found */
    double low;                   /* where the recall over all queries of the kind lies, with a probability of 95 % */
    double high;
    double distance_count;        /* the mean number of distances that a query took */
    double mean_seconds;
    double percentile_99_seconds; /* so long or shorter took 99 of 100 */
} qv_trial_point;

qv_status qv_tuning_point(qv_tuning tuning, uint64_t number, uint64_t point_number, qv_trial_point *point);
qv_status qv_tuning_free(qv_tuning tuning);

/* ---- Neighbours ------------------------------------------------------------------------------------------ */

#define QV_NEIGHBOURS_OF_VECTORS 1u /* of `vectors`, also if there are none, and not of the collection's own rows */

typedef struct qv_neighbour_options {
    uint32_t struct_size;
    uint32_t flags;            /* QV_NEIGHBOURS_… */
    uint32_t k;                /* neighbours of each query, 1…16384; required */
    uint32_t mode;             /* this and the next three as in qv_search_options */
    uint32_t ef_search;
    uint32_t nprobe;
    float candidate_factor;
    uint32_t dimension;        /* numbers of each of `vectors` */
    const char *vector_field;  /* which one is searched; NULL: the only one */
    const char *filter;        /* documents that take part, as neighbours and with their own rows; NULL: all */
    const float *vectors;      /* [vector_count × dimension], row-major; read until the call returns, not copied */
    uint64_t vector_count;
    uint32_t thread_count;     /* threads that may work, the caller's included; 0: 1 */
    uint32_t shard;            /* which share of the queries is answered, from 0 */
    uint32_t shard_count;      /* into how many shares they are cut, ranges in their order; 0: 1 */
    uint32_t reserved;
    uint64_t memory_byte_count; /* for searches and what is not written yet; 0: 64 MiB; at least 1 MiB, more for a large k */
    qv_progress progress;      /* told of queries; may be NULL */
    void *context;             /* handed to `progress` */
} qv_neighbour_options;

typedef struct qv_neighbour_summary {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t first;         /* record i of the file is of query first + i */
    uint64_t query_count;   /* records of the file */
    uint64_t resumed_count; /* those that an earlier call had written */
} qv_neighbour_summary;

/* Writes the k nearest rows of each row of a vector field, or of each of `vectors`, to the file `path`, which must not
 * exist: a NumPy array of records, one a query in their order, `rows` (int64[k]) and `scores` (float32[k]), nearest first;
 * -1 and NaN behind the last one where there are fewer. docs/FORMAT.md has every byte. Rows are numbered as
 * qv_row_numbers says, and so are queries that are the collection's own rows; other rows of their document are not among
 * their neighbours, and rows of documents that are gone or do not take part have none. The files of all shards have the
 * records of the whole.
 *
 * What is written by the time of an error, of QV_ERROR_CANCELLED or of the process's death stays as path.part and
 * path.part.log, and the next call goes on from there, if it asks the same of the same state: of a named snapshot, or of a
 * collection that nothing was written to. Else it gets QV_ERROR_EXISTS, and QV_ERROR_LOCKED where another call is writing
 * them. `summary` may be NULL. */
qv_status qv_neighbours(qv_collection collection, const char *path, const qv_neighbour_options *options,
                        qv_neighbour_summary *summary);

/* Whose a row is. */
typedef struct qv_row_owner {
    qv_key key;   /* the document's; of kind 0 where there is none */
    uint64_t row; /* which of the document's rows it is, from 0; QV_NO_ROW where there is none */
} qv_row_owner;

typedef uint64_t qv_owners;

/* Whose `count` rows of a vector field are, by the numbers that qv_row_numbers gives; nobody's those of documents that are
 * gone, and QV_NO_ROW (the -1 of a file of neighbours). `vector_field` may be NULL: the only one. Free `*owners` with
 * qv_owners_free. */
qv_status qv_row_owners(qv_collection collection, const char *vector_field, const uint64_t *rows, uint64_t count,
                        qv_owners *owners);

/* All of them, in the order of the rows; the array belongs to `owners`. */
qv_status qv_owners_array(qv_owners owners, const qv_row_owner **array, uint64_t *count);

qv_status qv_owners_free(qv_owners owners);

/* ---- Trained indexes ------------------------------------------------------------------------------------- */

typedef struct qv_training_options {
    uint32_t struct_size;
    uint32_t thread_count;    /* threads that may work, the caller's included; 0: 1 */
    const char *vector_field; /* NULL: the only one */
    const char *index;        /* a FAISS factory string, such as "IVF1024,SQ8" */
    uint64_t row_limit;       /* rows that it learns from, at most; 0: 256 a centroid */
    uint64_t seed;            /* of the choice of these */
    qv_progress progress;     /* asked now and then, not told how far it is; may be NULL */
    void *context;
} qv_training_options;

/* Trains an index with a collection's rows, and writes what it has learned (centroids of lists, rotations, codes) into the file at
 * `path`, in the place of any of that name. */
qv_status qv_train(qv_collection collection, const qv_training_options *options, const char *path);

/* ---- Clusters and pairs ---------------------------------------------------------------------------------- */

/* What qv_cluster found; free it with qv_clustering_free. Its arrays are valid until then. */
typedef uint64_t qv_clustering;

typedef struct qv_clustering_options {
    uint32_t struct_size;
    uint32_t thread_count;      /* threads that may work, the caller's included; 0: 1 */
    const char *vector_field;   /* NULL: the only one */
    uint32_t cluster_count;     /* 1…1048576, and not more than rows */
    uint32_t iteration_count;   /* passes over the rows that k-means learns from; 0: 25 */
    uint64_t rows_per_cluster;  /* that it learns from, at most; 0: 256 */
    uint64_t seed;              /* the same rows and seed give the same clusters */
    qv_progress progress;       /* told of rows, those of every pass counted; may be NULL */
    void *context;
} qv_clustering_options;

/* Puts the rows of a vector field into clusters by k-means, which is spherical under cosine. */
qv_status qv_cluster(qv_collection collection, const qv_clustering_options *options, qv_clustering *clustering);

/* Of each row its cluster, -1 for rows of documents that are gone; rows are numbered as qv_row_numbers has them. Each of the two may be
 * NULL. */
qv_status qv_clustering_rows(qv_clustering clustering, const int32_t **clusters, uint64_t *row_count);

/* The middles, [cluster_count × dimension]. Each of the three may be NULL. */
qv_status qv_clustering_centroids(qv_clustering clustering, const float **centroids, uint32_t *cluster_count,
                                  uint32_t *dimension);
qv_status qv_clustering_free(qv_clustering clustering);

/* The exact scores of pairs of rows, [pair_count × 2] by number: those with which a search for the one finds the other. `scores`
 * gets pair_count numbers. `vector_field` may be NULL: the only one. */
qv_status qv_row_scores(qv_collection collection, const char *vector_field, const uint64_t *pairs, uint64_t pair_count,
                        uint32_t thread_count, float *scores);

/* ---- Encoders -------------------------------------------------------------------------------------------- */

/* An encoder turns texts into rows of a vector field. It is a model in a folder as Hugging Face has them (BERT and its kin:
 * config.json, tokenizer.json, model.safetensors), and how it is used. */

#define QV_ENCODER_SENTENCES 0 /* a text becomes a row */
#define QV_ENCODER_TOKENS 1    /* each token of a text becomes a row, with the columns token, position, start and end of int32 */

#define QV_ENCODER_SPECIAL_TOKENS 1u /* the tokens that the model wants around a text become rows, too */

typedef struct qv_encoder_options {
    uint32_t struct_size;
    uint32_t mode;              /* QV_ENCODER_SENTENCES or QV_ENCODER_TOKENS */
    uint32_t flags;             /* QV_ENCODER_SPECIAL_TOKENS, of tokens alone */
    uint32_t maximum_tokens;    /* at which texts are cut, special ones included; 0: the folder's */
    uint32_t prefix_dimension;  /* numbers of each row that are kept; 0: all */
    uint32_t reserved;
    const char *reduction;      /* a file of qv_train_reduction, of tokens alone; NULL: none */
} qv_encoder_options;

/* Opens the encoder in `folder`, to be closed with qv_close_encoder: about 0.1 s and some memory for a small model. `options`
 * may be NULL. What is wrong with the folder gets QV_ERROR_ENCODER, what cannot be read QV_ERROR_FILE. */
qv_status qv_open_encoder(const char *folder, const qv_encoder_options *options, qv_encoder *encoder);

/* Opens the encoder that a vector field (NULL: the only one) is bound to, where it was, or, the same one, in `folder`. One that
 * is another by now gets QV_ERROR_ENCODER, and so does a field that is not bound. */
qv_status qv_open_collection_encoder(qv_collection collection, const char *vector_field, const char *folder,
                                     qv_encoder *encoder);

/* Calls that are under way with it go on to their end. */
qv_status qv_close_encoder(qv_encoder encoder);

typedef struct qv_encoder_report {
    uint32_t struct_size;
    uint32_t mode;                /* QV_ENCODER_… */
    uint32_t dimension;           /* numbers in a row */
    uint32_t maximum_tokens;      /* tokens of a text that are read at most */
    const char *identity;         /* 32 hexadecimal digits, of whatever decides its rows: only rows of one identity compare */
    const char *location;         /* folder and settings, as a collection remembers them */
    const qv_row_column *columns; /* the names and types of the numbers beside each row */
    uint64_t column_count;
} qv_encoder_report;

qv_status qv_describe_encoder(qv_encoder encoder, qv_encoder_report *report);

/* Binds a vector field (NULL: the only one) to an encoder. The first one stays: another gets QV_ERROR_ENCODER; the same one
 * again is remembered where it is now. qv_create_collection can bind the field without a name. */
qv_status qv_bind_encoder(qv_collection collection, const char *vector_field, qv_encoder encoder);

#define QV_ROLE_DOCUMENT 0 /* a text that is to be found */
#define QV_ROLE_QUERY 1    /* a text that is looked for; many models want another beginning of it */

typedef struct qv_encode_options {
    uint32_t struct_size;
    uint32_t role;         /* QV_ROLE_… */
    uint32_t thread_count; /* threads that may work at once, the caller's included; 0: 1 */
    uint32_t reserved;
    uint64_t token_budget; /* tokens that a thread takes at once, which bounds its memory; 0: the encoder's choice */
    qv_progress progress;  /* told of texts, from the caller's thread; may be NULL */
    void *context;
} qv_encode_options;

typedef uint64_t qv_encoded;

/* Encodes `count` texts. Their rows are the same whatever the other texts, the budget and the threads. `options` may be NULL.
 * Free `*encoded` with qv_encoded_free. */
qv_status qv_encode(qv_encoder encoder, const qv_string *texts, uint64_t count, const qv_encode_options *options,
                    qv_encoded *encoded);

/* All rows, text after text. They belong to `encoded`. */
typedef struct qv_encoded_rows {
    uint32_t struct_size;
    uint32_t dimension;           /* numbers in a row */
    uint64_t text_count;
    uint64_t row_count;
    const float *rows;            /* [row_count × dimension], row-major */
    const uint64_t *ends;         /* [text_count + 1]: rows ends[t]…ends[t + 1] - 1 are those of text number t */
    const uint64_t *token_counts; /* [text_count]: tokens that were read of each text, special ones included */
    const qv_row_column *columns; /* a number of each a row */
    uint64_t column_count;
} qv_encoded_rows;

qv_status qv_encoded_array(qv_encoded encoded, qv_encoded_rows *rows);

qv_status qv_encoded_free(qv_encoded encoded);

/* Finds the `dimension` directions in which the rows of the texts' tokens vary most, and writes them to the file `path`, for
 * qv_encoder_options. The encoder is one of tokens without a reduction. `options` may be NULL. */
qv_status qv_train_reduction(qv_encoder encoder, const qv_string *texts, uint64_t count, uint32_t dimension,
                             const char *path, const qv_encode_options *options);

#define QV_PUT_INSERT 1u /* a key that is there gets QV_ERROR_EXISTS, as from qv_insert */

typedef struct qv_put_options {
    uint32_t struct_size;
    uint32_t flags;           /* QV_PUT_… */
    const char *vector_field; /* whose missing rows are made of texts; NULL: the only one */
    qv_encoder encoder;       /* 0: the one that the field is bound to, opened where it was when the first text needs it and kept
                               * until the collection's handle is closed */
    uint64_t batch_count;     /* documents of a commit; 0: all in one */
    uint64_t token_budget;    /* as in qv_encode_options */
    uint32_t thread_count;
    uint32_t reserved;
    qv_progress progress;     /* told of documents that are encoded or written, from the caller's thread; may be NULL */
    void *context;
} qv_put_options;

/* As qv_upsert, but a document with a text and no row of the vector field gets the rows that the encoder makes of the text,
 * and those of its row columns that the field has. With batch_count documents are written some at a time: after an error or
 * QV_ERROR_CANCELLED the batches that were written before stay. `receipt`, which adds up what was written, is filled in that
 * case as well. `options` and `receipt` may be NULL. */
qv_status qv_put(qv_collection collection, const qv_document *documents, uint64_t count, const qv_put_options *options,
                 qv_receipt *receipt);

/* ---- Caches ---------------------------------------------------------------------------------------------- */

/* A cache is a collection whose documents, its entries, may be forgotten: as many bytes of them are kept as its options allow, and
 * the least recently used go first. Each is bound to what made it, `model`, a hash of whatever decides what it is: one of another
 * model is as good as not there. A cache has two metadata fields of its own, cache.model and cache.used. */

/* Keeps entries in place of those of the same keys, and forgets others for them if need be, all in one commit, of which the
 * death of the process loses nothing, but loss of power may. More than the cache may hold gets QV_ERROR_TOO_LARGE. */
qv_status qv_cache_store(qv_collection cache, const char *model, const qv_document *entries, uint64_t count);

/* The entries of `count` keys; `contents` is QV_WITH_…, and metadata is always there. Which were used is noted with the next
 * qv_cache_store. Free `*documents` with qv_documents_free. */
qv_status qv_cache_entries(qv_collection cache, const char *model, const qv_key *keys, uint64_t count,
                           uint32_t contents, qv_documents *documents);

/* Other bytes that a cache may hold; what is too much goes with the next qv_cache_store. */
qv_status qv_set_cache_byte_limit(qv_collection cache, uint64_t byte_limit);

/* ---- Texts ----------------------------------------------------------------------------------------------- */

typedef uint64_t qv_ranges;

#define QV_SENTENCES_WRAPPED 1u /* a line end is white space, unless an empty line or an item of a list follows */

typedef struct qv_sentence_options {
    uint32_t struct_size;
    uint32_t flags;       /* QV_SENTENCES_… */
    const char *language; /* ISO 639-1: "de"; NULL: any. ICU has abbreviations of de, es, fr, it, pt and ru */
} qv_sentence_options;

/* Divides a text into sentences, ranges of its bytes, by Unicode's rules but not behind abbreviations and initials. They
 * tile it: each byte is in one of them, white space in the one before it. `options` may be NULL. Free `*ranges` with qv_ranges_free. */
qv_status qv_sentences(const char *text, uint64_t text_length, const qv_sentence_options *options, qv_ranges *ranges);

/* All of them, in order; the array belongs to `ranges`. */
qv_status qv_ranges_array(qv_ranges ranges, const qv_range **array, uint64_t *count);

qv_status qv_ranges_free(qv_ranges ranges);

/* The terms by which a text field of `language` (as in qv_text_field; NULL: none) is searched for the words of a text, in their
 * order: words without case and accents, reduced to their stems. Free `*terms` with qv_names_free. */
qv_status qv_terms(const char *text, uint64_t text_length, const char *language, qv_names *terms);

/* ---- Keys ------------------------------------------------------------------------------------------------ */

static inline qv_key qv_integer_key(uint64_t integer) {
    qv_key key;
    key.kind = QV_KEY_INTEGER;
    key.length = 0;
    key.integer = integer;
    key.bytes = 0;
    return key;
}

/* A key of the bytes up to the first zero, which it borrows. */
static inline qv_key qv_string_key(const char *bytes) {
    qv_key key;
    uint32_t length = 0;
    while (bytes && bytes[length] && length <= 480) length++;
    key.kind = QV_KEY_STRING;
    key.length = length;
    key.integer = 0;
    key.bytes = bytes;
    return key;
}

#ifdef __cplusplus
}
#endif

#endif
