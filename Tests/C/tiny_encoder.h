#ifndef TINY_ENCODER_H
#define TINY_ENCODER_H

/* A folder with a random model of 12 numbers a row, whose tokens are the letters a to j. */

#include "check.h"
#include <sys/stat.h>

static inline void write_text(const char *folder, const char *name, const char *text) {
    FILE *file = fopen(in_folder(folder, name), "wb");
    CHECK(file != NULL && fwrite(text, 1, strlen(text), file) == strlen(text) && fclose(file) == 0);
}

/* The tensors of a safetensors file on their way: its header as JSON, and their numbers. */
struct tensors {
    char header[8192];
    size_t length;
    float numbers[8192];
    size_t count;
    uint64_t state;
};

static inline void add_tensor(struct tensors *tensors, const char *name, int rows, int columns) {
    size_t begin = tensors->count;
    for (int i = 0; i < rows * (columns ? columns : 1); i++) {
        tensors->state = tensors->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        CHECK(tensors->count < sizeof tensors->numbers / sizeof(float));
        tensors->numbers[tensors->count++] = (float)((double)(tensors->state >> 40) / (1 << 24) * 1.6 - 0.8);
    }
    char shape[32];
    if (columns) {
        snprintf(shape, sizeof shape, "%d,%d", rows, columns);
    } else {
        snprintf(shape, sizeof shape, "%d", rows);
    }
    tensors->length += (size_t)snprintf(
        tensors->header + tensors->length, sizeof tensors->header - tensors->length,
        "%s\"%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[%d,%d]}", tensors->length > 1 ? "," : "", name,
        shape, (int)(begin * sizeof(float)), (int)(tensors->count * sizeof(float)));
    CHECK(tensors->length < sizeof tensors->header - 16);
}

static inline void add_linear(struct tensors *tensors, const char *prefix, const char *name, int rows, int columns) {
    char full[128];
    snprintf(full, sizeof full, "%s%s.weight", prefix, name);
    add_tensor(tensors, full, rows, columns);
    snprintf(full, sizeof full, "%s%s.bias", prefix, name);
    add_tensor(tensors, full, rows, 0);
}

static inline void write_weights(const char *folder, uint64_t seed) {
    struct tensors *tensors = (struct tensors *)calloc(1, sizeof(struct tensors));
    CHECK(tensors != NULL);
    tensors->header[tensors->length++] = '{';
    tensors->state = seed;
    add_tensor(tensors, "embeddings.word_embeddings.weight", 30, 12);
    add_tensor(tensors, "embeddings.position_embeddings.weight", 40, 12);
    add_tensor(tensors, "embeddings.token_type_embeddings.weight", 2, 12);
    add_linear(tensors, "embeddings.", "LayerNorm", 12, 0);
    for (int layer = 0; layer < 2; layer++) {
        char prefix[32];
        snprintf(prefix, sizeof prefix, "encoder.layer.%d.", layer);
        add_linear(tensors, prefix, "attention.self.query", 12, 12);
        add_linear(tensors, prefix, "attention.self.key", 12, 12);
        add_linear(tensors, prefix, "attention.self.value", 12, 12);
        add_linear(tensors, prefix, "attention.output.dense", 12, 12);
        add_linear(tensors, prefix, "attention.output.LayerNorm", 12, 0);
        add_linear(tensors, prefix, "intermediate.dense", 20, 12);
        add_linear(tensors, prefix, "output.dense", 12, 20);
        add_linear(tensors, prefix, "output.LayerNorm", 12, 0);
    }
    tensors->header[tensors->length++] = '}';
    while (tensors->length % 8) tensors->header[tensors->length++] = ' ';
    unsigned char size[8];
    for (int i = 0; i < 8; i++) size[i] = (unsigned char)((uint64_t)tensors->length >> (8 * i));
    FILE *file = fopen(in_folder(folder, "model.safetensors"), "wb");
    CHECK(file != NULL && fwrite(size, 1, 8, file) == 8);
    CHECK(fwrite(tensors->header, 1, tensors->length, file) == tensors->length);
    CHECK(fwrite(tensors->numbers, sizeof(float), tensors->count, file) == tensors->count && fclose(file) == 0);
    free(tensors);
}

static inline void write_tokenizer(const char *folder) {
    char text[4096];
    size_t length = 0;
    length += (size_t)snprintf(text, sizeof text,
                               "{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":[");
    const char *const special[] = {"[UNK]", "[CLS]", "[SEP]"};
    for (int i = 0; i < 3; i++) {
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "%s{\"id\":%d,\"special\":true,\"content\":\"%s\",\"single_word\":false,"
                                   "\"lstrip\":false,\"rstrip\":false,\"normalized\":false}",
                                   i ? "," : "", i, special[i]);
    }
    length += (size_t)snprintf(
        text + length, sizeof text - length,
        "],\"normalizer\":{\"type\":\"BertNormalizer\",\"clean_text\":true,\"handle_chinese_chars\":true,"
        "\"strip_accents\":null,\"lowercase\":true},\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"},"
        "\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"[CLS]\","
        "\"type_id\":0}},{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},{\"SpecialToken\":{\"id\":\"[SEP]\",\"type_id\":0}}],"
        "\"pair\":[{\"SpecialToken\":{\"id\":\"[CLS]\",\"type_id\":0}},{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},"
        "{\"SpecialToken\":{\"id\":\"[SEP]\",\"type_id\":0}},{\"Sequence\":{\"id\":\"B\",\"type_id\":1}},"
        "{\"SpecialToken\":{\"id\":\"[SEP]\",\"type_id\":1}}],\"special_tokens\":{\"[CLS]\":{\"id\":\"[CLS]\",\"ids\":[1],"
        "\"tokens\":[\"[CLS]\"]},\"[SEP]\":{\"id\":\"[SEP]\",\"ids\":[2],\"tokens\":[\"[SEP]\"]}}},"
        "\"decoder\":{\"type\":\"WordPiece\",\"prefix\":\"##\",\"cleanup\":true},\"model\":{\"type\":\"WordPiece\","
        "\"unk_token\":\"[UNK]\",\"continuing_subword_prefix\":\"##\",\"max_input_chars_per_word\":100,"
        "\"vocab\":{\"[UNK]\":0,\"[CLS]\":1,\"[SEP]\":2");
    for (int i = 0; i < 10; i++) {
        length += (size_t)snprintf(text + length, sizeof text - length, ",\"%c\":%d,\"##%c\":%d", 'a' + i, 5 + i, 'a' + i,
                                   15 + i);
    }
    length += (size_t)snprintf(text + length, sizeof text - length, "}}}");
    CHECK(length < sizeof text);
    write_text(folder, "tokenizer.json", text);
}

/* Makes the folder `path`, with weights that follow from `seed`. */
static inline void make_tiny_encoder(const char *path, uint64_t seed) {
    CHECK(mkdir(path, 0755) == 0);
    write_text(path, "config.json",
               "{\"model_type\":\"bert\",\"hidden_size\":12,\"num_hidden_layers\":2,\"num_attention_heads\":3,"
               "\"intermediate_size\":20,\"hidden_act\":\"relu\",\"vocab_size\":30,\"max_position_embeddings\":40}");
    write_tokenizer(path);
    write_weights(path, seed);
}

#endif
