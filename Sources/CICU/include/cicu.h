// What Quiver uses of ICU. ICU's own headers stay out of Swift: the toolchain has a copy of them under the same names.
#pragma once
#include <stdint.h>

// Finds word boundaries by the rules of no language in particular. Used by one thread at a time.
typedef struct cicu_words cicu_words;

// Null without memory or ICU's data.
cicu_words *cicu_words_new(void);
void cicu_words_free(cicu_words *words);

// Takes UTF-8 that must stay as it is until the next call; gives 0 where ICU cannot take it.
int cicu_words_set(cicu_words *words, const uint8_t *bytes, int64_t count);

// The next boundary, in bytes, or -1 behind the last; `is_word` says whether letters, digits, kana or ideographs end there.
int64_t cicu_words_next(cicu_words *words, int *is_word);

typedef enum { cicu_casefolded, cicu_decomposed, cicu_composed } cicu_form;

// Writes UTF-16 `units` in a normal form (NFKC_Casefold, NFD, NFC) to `target`, of `capacity` units; gives their count, which may pass
// the capacity, or -1.
int32_t cicu_normalized(cicu_form form, const uint16_t *units, int32_t count, uint16_t *target, int32_t capacity);
