/* The neighbours of every row as a file, in one go and in several, whose the rows are, and what cannot be asked. */

#include "check.h"
#include <math.h>
#include <sys/stat.h>

#define COUNT 40

static char folder[4096];

static const char *place(const char *name) { return in_folder(folder, name); }

static int is_there(const char *name) {
    struct stat status;
    return stat(place(name), &status) == 0;
}

/* A file as it is, with its length. */
static char *contents(const char *name, long *length) {
    FILE *file = fopen(place(name), "rb");
    CHECK(file != NULL);
    CHECK(fseek(file, 0, SEEK_END) == 0);
    *length = ftell(file);
    rewind(file);
    char *bytes = (char *)malloc((size_t)*length + 1);
    CHECK(bytes != NULL && fread(bytes, 1, (size_t)*length, file) == (size_t)*length);
    fclose(file);
    return bytes;
}

static qv_neighbour_options wanted(uint32_t k) {
    STRUCT(qv_neighbour_options, options);
    options.k = k;
    return options;
}

/* Documents 0…39 of one row each at their numbers, and "two" of two rows, at 100 and 101; number 5 is deleted. */
static qv_collection make_collection(qv_store store) {
    qv_collection collection = create_collection(store, "numbers", 1, QV_METRIC_L2);
    for (uint64_t key = 0; key < COUNT; key++) {
        float number = (float)key;
        qv_document written = document(qv_integer_key(key), NULL, &number, 1);
        EXPECT(QV_OK, qv_upsert(collection, &written, 1, NULL));
    }
    EXPECT(QV_OK, qv_seal(collection, NULL));
    const float rows[] = {100, 101};
    qv_document written = document(qv_string_key("two"), NULL, rows, 2);
    EXPECT(QV_OK, qv_upsert(collection, &written, 1, NULL));
    qv_key gone = qv_integer_key(5);
    EXPECT(QV_OK, qv_delete(collection, &gone, 1, NULL));
    return collection;
}

static void read_records(const char *name, uint64_t count, int64_t (*rows)[2], float (*scores)[2]) {
    long length = 0;
    char *bytes = contents(name, &length);
    CHECK(memcmp(bytes, "\x93NUMPY\x01\x00", 8) == 0);
    long start = 10 + (unsigned char)bytes[8] + 256 * (unsigned char)bytes[9];
    CHECK(length == start + (long)count * 24);
    for (uint64_t i = 0; i < count; i++) {
        memcpy(rows[i], bytes + start + 24 * i, 16);
        memcpy(scores[i], bytes + start + 24 * i + 16, 8);
    }
    free(bytes);
}

static void own_rows(qv_collection collection) {
    qv_neighbour_options options = wanted(2);
    options.thread_count = 2;
    STRUCT(qv_neighbour_summary, summary);
    EXPECT(QV_OK, qv_neighbours(collection, place("own.npy"), &options, &summary));
    CHECK(summary.first == 0 && summary.query_count == COUNT + 2 && summary.resumed_count == 0);
    int64_t rows[COUNT + 2][2];
    float scores[COUNT + 2][2];
    read_records("own.npy", COUNT + 2, rows, scores);

    /* Rows by their numbers and whose they are. */
    uint64_t numbers[COUNT + 3];
    for (uint64_t i = 0; i < COUNT + 2; i++) numbers[i] = i;
    numbers[COUNT + 2] = (uint64_t)INT64_C(-1);
    qv_owners owners = 0;
    EXPECT(QV_OK, qv_row_owners(collection, NULL, numbers, COUNT + 3, &owners));
    const qv_row_owner *owner = NULL;
    uint64_t count = 0;
    EXPECT(QV_OK, qv_owners_array(owners, &owner, &count));
    CHECK(count == COUNT + 3);
    CHECK(owner[COUNT + 2].key.kind == 0 && owner[COUNT + 2].row == QV_NO_ROW);
    for (uint64_t i = 0; i < COUNT + 2; i++) {
        if (owner[i].key.kind == 0) {
            CHECK(owner[i].row == QV_NO_ROW && rows[i][0] == -1 && isnan(scores[i][0]));
            continue;
        }
        if (owner[i].key.kind == QV_KEY_STRING) {
            CHECK(key_is(owner[i].key, "two") && owner[i].row <= 1);
            float nearest = 61 + (float)owner[i].row;
            CHECK(owner[rows[i][0]].key.integer == 39 && scores[i][0] == nearest * nearest);
            continue;
        }
        uint64_t key = owner[i].key.integer;
        uint64_t nearest = key == 0 || key == 6 ? key + 1 : key - 1;
        CHECK(owner[i].row == 0 && owner[rows[i][0]].key.integer == nearest && scores[i][0] == 1);
    }
    EXPECT(QV_OK, qv_owners_free(owners));
    EXPECT(QV_ERROR_HANDLE, qv_owners_free(owners));
    EXPECT(QV_ERROR_HANDLE, qv_owners_array(owners, &owner, &count));
    EXPECT(QV_ERROR_EXISTS, qv_neighbours(collection, place("own.npy"), &options, NULL));
}

static void shards(qv_collection collection) {
    long whole_length = 0, length = 0;
    char *whole = contents("own.npy", &whole_length);
    long at = whole_length - (COUNT + 2) * 24;
    uint64_t next = 0;
    for (uint32_t shard = 0; shard < 3; shard++) {
        char name[16];
        snprintf(name, sizeof name, "%u.npy", shard);
        qv_neighbour_options options = wanted(2);
        options.shard = shard;
        options.shard_count = 3;
        STRUCT(qv_neighbour_summary, summary);
        EXPECT(QV_OK, qv_neighbours(collection, place(name), &options, &summary));
        CHECK(summary.first == next);
        next += summary.query_count;
        char *bytes = contents(name, &length);
        long byte_count = (long)summary.query_count * 24;
        CHECK(memcmp(bytes + length - byte_count, whole + at, (size_t)byte_count) == 0);
        at += byte_count;
        free(bytes);
    }
    CHECK(next == COUNT + 2 && at == whole_length);
    free(whole);
}

static const float queries[3] = {3.25f, 1000, -7};

static qv_neighbour_options of_vectors(uint64_t count) {
    qv_neighbour_options options = wanted(2);
    options.flags = QV_NEIGHBOURS_OF_VECTORS;
    options.vectors = queries;
    options.vector_count = count;
    options.dimension = 1;
    return options;
}

static void other_vectors(qv_collection collection) {
    qv_neighbour_options options = of_vectors(3);
    EXPECT(QV_OK, qv_neighbours(collection, place("vectors.npy"), &options, NULL));
    int64_t rows[3][2];
    float scores[3][2];
    read_records("vectors.npy", 3, rows, scores);
    CHECK(scores[0][0] == 0.0625f && scores[0][1] == 0.5625f);
    CHECK(scores[1][0] == 899 * 899 && scores[1][1] == 900 * 900);
    CHECK(scores[2][0] == 49 && scores[2][1] == 64);
    options = of_vectors(0);
    options.vectors = NULL;
    STRUCT(qv_neighbour_summary, summary);
    EXPECT(QV_OK, qv_neighbours(collection, place("none.npy"), &options, &summary));
    CHECK(summary.query_count == 0);
}

static int32_t stop_at(void *context, uint64_t completed, uint64_t total) {
    CHECK(total == 2000 && completed <= total);
    return completed >= *(uint64_t *)context;
}

/* Many queries with many neighbours in little memory: they are written in stretches. */
static void resumption(qv_collection collection) {
    static float many[2000];
    for (int i = 0; i < 2000; i++) many[i] = (float)i / 7;
    uint64_t limit = 1500;
    qv_neighbour_options options = of_vectors(2000);
    options.vectors = many;
    options.k = 200;
    options.memory_byte_count = 1 << 20;
    EXPECT(QV_OK, qv_neighbours(collection, place("at once.npy"), &options, NULL));
    options.progress = stop_at;
    options.context = &limit;
    EXPECT(QV_ERROR_CANCELLED, qv_neighbours(collection, place("later.npy"), &options, NULL));
    CHECK(is_there("later.npy.part") && is_there("later.npy.part.log") && !is_there("later.npy"));
    options.k = 201;
    EXPECT(QV_ERROR_EXISTS, qv_neighbours(collection, place("later.npy"), &options, NULL));
    CHECK(strstr(qv_error_message(), "k is 200 there, 201 here"));
    options.k = 200;
    many[1999] += 1;
    EXPECT(QV_ERROR_EXISTS, qv_neighbours(collection, place("later.npy"), &options, NULL));
    CHECK(strstr(qv_error_message(), "queries is"));
    many[1999] = 1999.0f / 7;
    limit = UINT64_MAX;
    STRUCT(qv_neighbour_summary, summary);
    EXPECT(QV_OK, qv_neighbours(collection, place("later.npy"), &options, &summary));
    CHECK(summary.query_count == 2000 && summary.resumed_count > 0 && summary.resumed_count <= 1500);
    CHECK(!is_there("later.npy.part") && !is_there("later.npy.part.log"));
    long lengths[2];
    char *files[2] = {contents("at once.npy", &lengths[0]), contents("later.npy", &lengths[1])};
    CHECK(lengths[0] == lengths[1] && memcmp(files[0], files[1], (size_t)lengths[0]) == 0);
    free(files[0]);
    free(files[1]);
}

static void refused(qv_status status, qv_collection collection, qv_neighbour_options options) {
    EXPECT(status, qv_neighbours(collection, place("bad.npy"), &options, NULL));
    CHECK(!is_there("bad.npy") && !is_there("bad.npy.part") && !is_there("bad.npy.part.log"));
}

static void hostile(qv_store store, qv_collection collection) {
    qv_neighbour_options options = wanted(2);
    EXPECT(QV_ERROR_ARGUMENT, qv_neighbours(collection, NULL, &options, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_neighbours(collection, "\xff", &options, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_neighbours(collection, place("bad.npy"), NULL, NULL));
    EXPECT(QV_ERROR_SEARCH, qv_neighbours(collection, "", &options, NULL));
    EXPECT(QV_ERROR_FILE, qv_neighbours(collection, place("none/bad.npy"), &options, NULL));
    EXPECT(QV_ERROR_HANDLE, qv_neighbours(store, place("bad.npy"), &options, NULL));
    EXPECT(QV_ERROR_HANDLE, qv_neighbours(0, place("bad.npy"), &options, NULL));
    STRUCT(qv_neighbour_summary, summary);
    summary.struct_size = 8;
    EXPECT(QV_ERROR_ARGUMENT, qv_neighbours(collection, place("bad.npy"), &options, &summary));
    struct {
        qv_neighbour_options known;
        uint64_t newer;
    } larger;
    memset(&larger, 0, sizeof larger);
    larger.known.k = 2;
    for (uint32_t size = 0; size < sizeof larger.known; size++) {
        larger.known.struct_size = size;
        EXPECT(QV_ERROR_ARGUMENT, qv_neighbours(collection, place("bad.npy"), &larger.known, NULL));
    }
    larger.known.struct_size = sizeof larger;
    larger.newer = 1;
    EXPECT(QV_ERROR_ARGUMENT, qv_neighbours(collection, place("bad.npy"), &larger.known, NULL));

    options.k = 0;
    refused(QV_ERROR_SEARCH, collection, options);
    options.k = 16385;
    refused(QV_ERROR_SEARCH, collection, options);
    options = wanted(1);
    options.mode = 3;
    refused(QV_ERROR_ARGUMENT, collection, options);
    options = wanted(1);
    options.flags = 2;
    refused(QV_ERROR_ARGUMENT, collection, options);
    options = wanted(1);
    options.vector_field = "none";
    refused(QV_ERROR_NOT_FOUND, collection, options);
    options = wanted(1);
    options.filter = "((";
    refused(QV_ERROR_SEARCH, collection, options);
    options = wanted(1);
    options.shard = 1;
    refused(QV_ERROR_SEARCH, collection, options);
    options = wanted(1);
    options.memory_byte_count = 1;
    refused(QV_ERROR_CONFIGURATION, collection, options);
    options = wanted(1);
    options.thread_count = UINT32_MAX;
    refused(QV_ERROR_ARGUMENT, collection, options);
    options = wanted(1);
    options.candidate_factor = NAN;
    refused(QV_ERROR_SEARCH, collection, options);

    options = of_vectors(1);
    options.flags = 0;
    refused(QV_ERROR_ARGUMENT, collection, options);
    options = of_vectors(3);
    options.dimension = 3;
    options.vector_count = 1;
    refused(QV_ERROR_VECTOR, collection, options);
    options.dimension = 0;
    refused(QV_ERROR_VECTOR, collection, options);
    options = of_vectors(UINT64_MAX);
    options.dimension = 65536;
    refused(QV_ERROR_ARGUMENT, collection, options);
    options = of_vectors(1);
    options.vectors = NULL;
    refused(QV_ERROR_ARGUMENT, collection, options);
    const float not_finite[2] = {1, NAN};
    options = of_vectors(2);
    options.vectors = not_finite;
    refused(QV_ERROR_VECTOR, collection, options);

    qv_owners owners = 42;
    const uint64_t beyond[2] = {0, COUNT + 2};
    EXPECT(QV_ERROR_SEARCH, qv_row_owners(collection, NULL, beyond, 2, &owners));
    const uint64_t far = UINT64_MAX - 1;
    EXPECT(QV_ERROR_SEARCH, qv_row_owners(collection, NULL, &far, 1, &owners));
    EXPECT(QV_ERROR_NOT_FOUND, qv_row_owners(collection, "none", beyond, 1, &owners));
    EXPECT(QV_ERROR_ARGUMENT, qv_row_owners(collection, NULL, NULL, 1, &owners));
    EXPECT(QV_ERROR_ARGUMENT, qv_row_owners(collection, NULL, beyond, UINT64_MAX, &owners));
    EXPECT(QV_ERROR_ARGUMENT, qv_row_owners(collection, NULL, beyond, 1, NULL));
    EXPECT(QV_ERROR_HANDLE, qv_row_owners(store, NULL, beyond, 1, &owners));
    CHECK(owners == 42);
    EXPECT(QV_OK, qv_row_owners(collection, NULL, NULL, 0, &owners));
    const qv_row_owner *array = NULL;
    uint64_t count = 42;
    EXPECT(QV_ERROR_ARGUMENT, qv_owners_array(owners, NULL, &count));
    EXPECT(QV_ERROR_ARGUMENT, qv_owners_array(owners, &array, NULL));
    EXPECT(QV_OK, qv_owners_array(owners, &array, &count));
    CHECK(count == 0);
    EXPECT(QV_ERROR_HANDLE, qv_owners_free(collection));
    EXPECT(QV_OK, qv_owners_free(owners));
}

/* An index that is trained with rows of one collection, and begins that of another. */
static void training(const char *path, const char *file) {
    qv_store store = open_store(path, QV_OPEN_CREATE);
    qv_collection collection = create_collection(store, "c", 2, QV_METRIC_L2);
    static float rows[200][2];
    static qv_document documents[200];
    for (int row = 0; row < 200; row++) {
        rows[row][0] = (float)(row % 2 * 100);
        rows[row][1] = (float)row;
        documents[row].struct_size = sizeof documents[row];
        documents[row].key = qv_integer_key((uint64_t)row);
        documents[row].vector = rows[row];
        documents[row].vector_count = 2;
    }
    EXPECT(QV_OK, qv_upsert(collection, documents, 200, NULL));
    STRUCT(qv_training_options, options);
    options.index = "IVF4,Flat";
    options.row_limit = 150;
    options.seed = 1;
    EXPECT(QV_OK, qv_train(collection, &options, file));
    options.index = "graph";
    EXPECT(QV_ERROR_CONFIGURATION, qv_train(collection, &options, file));
    options.index = NULL;
    EXPECT(QV_ERROR_ARGUMENT, qv_train(collection, &options, file));
    EXPECT(QV_ERROR_ARGUMENT, qv_train(collection, NULL, file));
    options.index = "IVF4,Flat";
    EXPECT(QV_ERROR_ARGUMENT, qv_train(collection, &options, NULL));
    EXPECT(QV_ERROR_FILE, qv_train(collection, &options, "/nonexistent/file"));

    STRUCT(qv_collection_options, made);
    made.dimension = 2;
    made.metric = QV_METRIC_L2;
    made.trained = file;
    qv_collection other = 0;
    EXPECT(QV_OK, qv_create_collection(store, "other", &made, &other));
    EXPECT(QV_OK, qv_upsert(other, documents, 100, NULL));
    EXPECT(QV_OK, qv_compact(other, NULL));
    STRUCT(qv_search_options, wanted);
    wanted.k = 1;
    wanted.nprobe = 4;
    qv_results results = 0;
    EXPECT(QV_OK, qv_search(other, rows[7], 1, 2, &wanted, &results));
    STRUCT(qv_hit, hit);
    EXPECT(QV_OK, qv_results_hit(results, 0, 0, &hit));
    CHECK(hit.key.integer == 7);
    EXPECT(QV_OK, qv_results_free(results));
    EXPECT(QV_OK, qv_close_collection(other));
    made.trained = NULL;
    STRUCT(qv_vector_field, field);
    field.name = "v";
    field.dimension = 3;
    field.metric = QV_METRIC_L2;
    field.trained = file;
    made.vector_fields = &field;
    made.vector_field_count = 1;
    EXPECT(QV_ERROR_CONFIGURATION, qv_create_collection(store, "third", &made, &other));
    EXPECT(QV_ERROR_CONFIGURATION, qv_add_vector_field(collection, &field));
    field.dimension = 2;
    EXPECT(QV_OK, qv_add_vector_field(collection, &field));
    EXPECT(QV_OK, qv_set_trained(collection, NULL, file));
    EXPECT(QV_ERROR_NOT_FOUND, qv_set_trained(collection, "w", file));
    EXPECT(QV_ERROR_FILE, qv_set_trained(collection, "v", "/nonexistent/file"));
    EXPECT(QV_ERROR_ARGUMENT, qv_set_trained(collection, "v", NULL));
    EXPECT(QV_OK, qv_close_collection(collection));
    EXPECT(QV_OK, qv_close(store));
}

/* Rows in clusters, and the scores of pairs of them. */
static void clusters(const char *path) {
    qv_store store = open_store(path, QV_OPEN_CREATE);
    qv_collection collection = create_collection(store, "c", 2, QV_METRIC_L2);
    static float rows[20][2];
    static qv_document documents[20];
    for (int row = 0; row < 20; row++) {
        rows[row][0] = row < 10 ? 0 : 100;
        rows[row][1] = (float)row;
        documents[row].struct_size = sizeof documents[row];
        documents[row].key = qv_integer_key((uint64_t)row);
        documents[row].vector = rows[row];
        documents[row].vector_count = 2;
    }
    EXPECT(QV_OK, qv_upsert(collection, documents, 20, NULL));
    STRUCT(qv_clustering_options, options);
    options.cluster_count = 2;
    options.thread_count = 2;
    qv_clustering clustering = 0;
    EXPECT(QV_OK, qv_cluster(collection, &options, &clustering));
    const int32_t *found = NULL;
    const float *centroids = NULL;
    uint64_t row_count = 0;
    uint32_t count = 0, dimension = 0;
    EXPECT(QV_OK, qv_clustering_rows(clustering, &found, &row_count));
    EXPECT(QV_OK, qv_clustering_centroids(clustering, &centroids, &count, &dimension));
    CHECK(row_count == 20 && count == 2 && dimension == 2);
    for (int row = 0; row < 20; row++) CHECK(found[row] == (row < 10 ? found[0] : 1 - found[0]));
    CHECK(centroids[2 * found[0]] == 0 && centroids[2 * found[10] + 1] == 14.5f);
    EXPECT(QV_OK, qv_clustering_rows(clustering, NULL, NULL));
    EXPECT(QV_OK, qv_clustering_free(clustering));
    EXPECT(QV_ERROR_HANDLE, qv_clustering_free(clustering));
    EXPECT(QV_ERROR_HANDLE, qv_clustering_rows(clustering, &found, &row_count));
    options.cluster_count = 21;
    EXPECT(QV_ERROR_SEARCH, qv_cluster(collection, &options, &clustering));
    EXPECT(QV_ERROR_ARGUMENT, qv_cluster(collection, NULL, &clustering));
    EXPECT(QV_ERROR_ARGUMENT, qv_cluster(collection, &options, NULL));

    const uint64_t pairs[] = {0, 1, 3, 3, 0, 10};
    float scores[3];
    EXPECT(QV_OK, qv_row_scores(collection, NULL, pairs, 3, 1, scores));
    CHECK(scores[0] == 1 && scores[1] == 0 && scores[2] == 10100);
    EXPECT(QV_OK, qv_row_scores(collection, "", NULL, 0, 0, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_row_scores(collection, NULL, NULL, 3, 1, scores));
    EXPECT(QV_ERROR_ARGUMENT, qv_row_scores(collection, NULL, pairs, UINT64_MAX, 1, scores));
    EXPECT(QV_ERROR_ARGUMENT, qv_row_scores(collection, NULL, pairs, 3, 1, NULL));
    const uint64_t none[] = {0, 20};
    EXPECT(QV_ERROR_SEARCH, qv_row_scores(collection, NULL, none, 1, 1, scores));
    EXPECT(QV_OK, qv_close_collection(collection));
    EXPECT(QV_OK, qv_close(store));
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    CHECK(snprintf(folder, sizeof folder, "%s", argv[1]) < (int)sizeof folder);
    char path[5000];
    snprintf(path, sizeof path, "%s/store", argv[1]);
    qv_store store = open_store(path, QV_OPEN_CREATE);
    qv_collection collection = make_collection(store);
    qv_collection pinned = 0;
    EXPECT(QV_OK, qv_pin(collection, &pinned));
    own_rows(pinned);
    clusters(in_folder(argv[1], "clusters"));
    char trained[5000];
    snprintf(trained, sizeof trained, "%s", place("trained"));
    training(in_folder(argv[1], "training"), trained);
    shards(pinned);
    other_vectors(collection);
    resumption(pinned);
    hostile(store, collection);
    EXPECT(QV_OK, qv_close_collection(pinned));
    qv_neighbour_options options = wanted(1);
    EXPECT(QV_ERROR_HANDLE, qv_neighbours(pinned, place("bad.npy"), &options, NULL));
    EXPECT(QV_OK, qv_close(store));
    EXPECT(QV_ERROR_CLOSED, qv_neighbours(collection, place("bad.npy"), &options, NULL));
    EXPECT(QV_OK, qv_close_collection(collection));
    return 0;
}
