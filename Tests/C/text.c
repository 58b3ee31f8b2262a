/* Sentences and terms of texts. */

#include "check.h"

static void expect_sentences(const char *text, const qv_sentence_options *options, const uint64_t *ends, uint64_t count) {
    qv_ranges ranges = 0;
    EXPECT(QV_OK, qv_sentences(text, strlen(text), options, &ranges));
    const qv_range *array = NULL;
    uint64_t found = 99;
    EXPECT(QV_OK, qv_ranges_array(ranges, &array, &found));
    CHECK(found == count && array != NULL);
    uint64_t start = 0;
    for (uint64_t index = 0; index < count; index++) {
        CHECK(array[index].start == start && array[index].end == ends[index]);
        start = ends[index];
    }
    EXPECT(QV_OK, qv_ranges_free(ranges));
    EXPECT(QV_ERROR_HANDLE, qv_ranges_free(ranges));
    EXPECT(QV_ERROR_HANDLE, qv_ranges_array(ranges, &array, &found));
}

static void expect_terms(const char *text, const char *language, const char *const *terms, uint64_t count) {
    qv_names names = 0;
    EXPECT(QV_OK, qv_terms(text, strlen(text), language, &names));
    const qv_string *array = NULL;
    uint64_t found = 99;
    EXPECT(QV_OK, qv_names_array(names, &array, &found));
    CHECK(found == count && array != NULL);
    for (uint64_t index = 0; index < count; index++) {
        CHECK(array[index].length == strlen(terms[index]));
        CHECK(!strcmp(array[index].bytes, terms[index]));
    }
    EXPECT(QV_OK, qv_names_free(names));
    EXPECT(QV_ERROR_HANDLE, qv_names_free(names));
}

static void test_terms(void) {
    const char *const words[] = {"the", "dogs", "cafes"};
    expect_terms("The dogs' Caf\xc3\xa9s", NULL, words, 3);
    const char *const stems[] = {"the", "dog", "cafe"};
    expect_terms("The dogs' Caf\xc3\xa9s", "en", stems, 3);
    expect_terms("The dogs' Caf\xc3\xa9s", "english", stems, 3);
    expect_terms(" ... ", NULL, NULL, 0);
    expect_terms("", NULL, NULL, 0);

    qv_names names = 0;
    EXPECT(QV_OK, qv_terms(NULL, 0, NULL, &names));
    EXPECT(QV_OK, qv_names_free(names));
    EXPECT(QV_ERROR_ARGUMENT, qv_terms(NULL, 1, NULL, &names));
    EXPECT(QV_ERROR_ARGUMENT, qv_terms("a", 1, NULL, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_terms("\xff", 1, NULL, &names));
    EXPECT(QV_ERROR_ARGUMENT, qv_terms("a", 1, "\xff", &names));
    EXPECT(QV_ERROR_ARGUMENT, qv_terms("a", UINT64_MAX, NULL, &names));
    EXPECT(QV_ERROR_CONFIGURATION, qv_terms("a", 1, "klingon", &names));
    EXPECT(QV_ERROR_CONFIGURATION, qv_terms("a", 1, "", &names));
}

int main(int argc, char **argv) {
    (void)argc;
    (void)argv;
    const uint64_t two[] = {20, 26};
    expect_sentences("Dr. Smith has gone. He is.", NULL, two, 2);
    const uint64_t lines[] = {2, 3};
    expect_sentences("a\nb", NULL, lines, 2);
    STRUCT(qv_sentence_options, options);
    options.flags = QV_SENTENCES_WRAPPED;
    expect_sentences("a\nb", &options, lines + 1, 1);
    options.language = "de";
    const uint64_t german[] = {12};
    expect_sentences("ggf. Montag.", &options, german, 1);
    expect_sentences("", NULL, NULL, 0);

    qv_ranges ranges = 0;
    EXPECT(QV_OK, qv_sentences(NULL, 0, NULL, &ranges));
    EXPECT(QV_OK, qv_ranges_free(ranges));
    EXPECT(QV_ERROR_ARGUMENT, qv_sentences(NULL, 1, NULL, &ranges));
    EXPECT(QV_ERROR_ARGUMENT, qv_sentences("a", 1, NULL, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_sentences("\xff", 1, NULL, &ranges));
    EXPECT(QV_ERROR_ARGUMENT, qv_sentences("a", UINT64_MAX, NULL, &ranges));
    options.flags = 2;
    EXPECT(QV_ERROR_ARGUMENT, qv_sentences("a", 1, &options, &ranges));
    options.flags = 0;
    options.struct_size = 8;
    EXPECT(QV_ERROR_ARGUMENT, qv_sentences("a", 1, &options, &ranges));
    EXPECT(QV_ERROR_HANDLE, qv_ranges_free(0));
    test_terms();
    return 0;
}
