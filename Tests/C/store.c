/* The life of a store: created, written, searched, read, deleted from, sealed, closed and opened again. */

#include "check.h"

static const float cat[4] = {1, 0, 0, 0};
static const float dog[4] = {0.8f, 0.6f, 0, 0};
static const float car[4] = {0, 0, 1, 0};

static uint64_t hit_count(qv_results results, uint64_t query) {
    uint64_t count = 0;
    EXPECT(QV_OK, qv_results_hit_count(results, query, &count));
    return count;
}

static qv_hit hit_at(qv_results results, uint64_t query, uint64_t index) {
    STRUCT(qv_hit, hit);
    EXPECT(QV_OK, qv_results_hit(results, query, index, &hit));
    return hit;
}

static void write_documents(qv_collection collection) {
    qv_document documents[3];
    documents[0] = document(qv_string_key("cat"), "a small cat", cat, 4);
    documents[1] = document(qv_integer_key(7), NULL, dog, 4);
    documents[2] = document(qv_string_key("car"), "", car, 4);
    STRUCT(qv_receipt, receipt);
    EXPECT(QV_OK, qv_upsert(collection, documents, 3, &receipt));
    CHECK(receipt.inserted_count == 3 && receipt.replaced_count == 0 && receipt.commit > 0);

    documents[0].text = "a cat";
    documents[0].text_length = 5;
    uint64_t first = receipt.commit;
    EXPECT(QV_OK, qv_upsert(collection, documents, 1, &receipt));
    CHECK(receipt.inserted_count == 0 && receipt.replaced_count == 1 && receipt.commit > first);
}

static void search_documents(qv_collection collection, uint32_t mode) {
    float queries[8] = {2, 0, 0, 0, 0, 0, 0.5f, 0.5f};
    STRUCT(qv_search_options, options);
    options.k = 2;
    options.mode = mode;
    options.contents = QV_WITH_TEXT | QV_WITH_VECTOR;
    options.thread_count = 2;
    qv_results results = 0;
    EXPECT(QV_OK, qv_search(collection, queries, 2, 4, &options, &results));

    CHECK(hit_count(results, 0) == 2 && hit_count(results, 1) == 2);
    qv_hit nearest = hit_at(results, 0, 0);
    CHECK(key_is(nearest.key, "cat"));
    CHECK(nearest.score > 0.99999f && nearest.score < 1.00001f && nearest.row == 0);
    CHECK(nearest.text_length == 5 && strcmp(nearest.text, "a cat") == 0 && nearest.text_hash != 0);
    CHECK(nearest.vector_count == 4 && memcmp(nearest.vector, cat, sizeof cat) == 0);
    qv_hit second = hit_at(results, 0, 1);
    CHECK(second.key.kind == QV_KEY_INTEGER && second.key.integer == 7);
    CHECK(second.score > 0.79999f && second.score < 0.80001f && second.text == NULL && second.text_hash == 0);
    qv_hit other = hit_at(results, 1, 0);
    CHECK(key_is(other.key, "car") && other.text != NULL && other.text_length == 0);

    uint64_t nanoseconds = 0;
    EXPECT(QV_OK, qv_results_nanoseconds(results, 1, &nanoseconds));
    CHECK(nanoseconds > 0);
    EXPECT(QV_ERROR_ARGUMENT, qv_results_hit(results, 0, 2, &nearest));
    EXPECT(QV_ERROR_ARGUMENT, qv_results_hit(results, 2, 0, &nearest));
    EXPECT(QV_OK, qv_results_free(results));

    qv_key excluded = qv_string_key("cat");
    options.excluded = &excluded;
    options.excluded_count = 1;
    EXPECT(QV_OK, qv_search(collection, queries, 1, 4, &options, &results));
    nearest = hit_at(results, 0, 0);
    CHECK(nearest.key.kind == QV_KEY_INTEGER && nearest.key.integer == 7);
    EXPECT(QV_OK, qv_results_free(results));
}

static void read_documents(qv_collection collection) {
    qv_key keys[3] = {qv_string_key("car"), qv_string_key("nothing"), qv_integer_key(7)};
    qv_documents documents = 0;
    EXPECT(QV_OK, qv_get(collection, keys, 3, QV_WITH_TEXT | QV_WITH_VECTOR, &documents));
    STRUCT(qv_stored_document, found);
    EXPECT(QV_OK, qv_documents_item(documents, 0, &found));
    CHECK(found.found && key_is(found.key, "car") && found.version > 0);
    CHECK(found.text != NULL && found.text_length == 0);
    CHECK(found.vector_count == 4 && memcmp(found.vector, car, sizeof car) == 0);
    EXPECT(QV_OK, qv_documents_item(documents, 1, &found));
    CHECK(!found.found && key_is(found.key, "nothing") && found.text == NULL && found.vector == NULL);
    EXPECT(QV_OK, qv_documents_item(documents, 2, &found));
    CHECK(found.found && found.key.integer == 7 && found.text == NULL);
    EXPECT(QV_ERROR_ARGUMENT, qv_documents_item(documents, 3, &found));
    EXPECT(QV_OK, qv_documents_free(documents));
}

static void count(qv_collection collection, uint64_t live, uint64_t segments) {
    STRUCT(qv_statistics, statistics);
    EXPECT(QV_OK, qv_collection_statistics(collection, &statistics));
    CHECK(statistics.dimension == 4);
    CHECK(statistics.live_count == live);
    CHECK(statistics.segment_count == segments);
}

static int32_t go_on(void *context, uint64_t completed, uint64_t total) {
    CHECK(completed <= total);
    ++*(int *)context;
    return 0;
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    CHECK(qv_version() == QV_VERSION_MAJOR * 1000000 + QV_VERSION_MINOR * 1000 + QV_VERSION_PATCH);
    CHECK(strcmp(qv_status_name(QV_ERROR_LOCKED), "QV_ERROR_LOCKED") == 0);
    CHECK(strcmp(qv_error_message(), "") == 0);
    const char *path = in_folder(argv[1], "store");

    qv_store store = open_store(path, QV_OPEN_CREATE);
    qv_collection collection = create_collection(store, "things", 4, QV_METRIC_COSINE);
    write_documents(collection);
    search_documents(collection, QV_SEARCH_AUTOMATIC);
    read_documents(collection);
    count(collection, 3, 0);

    int calls = 0;
    STRUCT(qv_maintenance_options, maintenance);
    maintenance.progress = go_on;
    maintenance.context = &calls;
    EXPECT(QV_OK, qv_seal(collection, &maintenance));
    EXPECT(QV_OK, qv_maintain(collection, &maintenance));
    EXPECT(QV_OK, qv_seal(collection, NULL));
    EXPECT(QV_OK, qv_maintain(collection, NULL));
    count(collection, 3, 1);
    search_documents(collection, QV_SEARCH_AUTOMATIC);
    search_documents(collection, QV_SEARCH_EXACT);
    read_documents(collection);

    qv_key gone[2] = {qv_string_key("cat"), qv_string_key("nothing")};
    STRUCT(qv_receipt, receipt);
    EXPECT(QV_OK, qv_delete(collection, gone, 2, &receipt));
    CHECK(receipt.deleted_count == 1 && receipt.missing_count == 1);
    count(collection, 2, 1);

    EXPECT(QV_OK, qv_close(store));
    EXPECT(QV_ERROR_CLOSED, qv_delete(collection, gone, 2, NULL));
    EXPECT(QV_OK, qv_close_collection(collection));

    store = open_store(path, QV_OPEN_READ_ONLY);
    EXPECT(QV_OK, qv_open_collection(store, "things", &collection));
    count(collection, 2, 1);
    read_documents(collection);
    EXPECT(QV_ERROR_READ_ONLY, qv_delete(collection, gone, 2, NULL));
    EXPECT(QV_ERROR_NOT_FOUND, qv_open_collection(store, "others", &collection));
    EXPECT(QV_OK, qv_close_collection(collection));
    EXPECT(QV_OK, qv_close(store));

    STRUCT(qv_verification, report);
    EXPECT(QV_OK, qv_verify(path, &report));
    CHECK(report.damage_count == 0 && report.file_count > 0 && report.document_count >= 2);
    return 0;
}
