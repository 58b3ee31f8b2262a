// What Quiver uses of ICU. ICU's own headers stay out of Swift: the toolchain has a copy of them under the same names.
#pragma once
#include <stdint.h>

// Finds boundaries by Unicode's rules (UAX #29), those of no language in particular. Used by one thread at a time.
typedef struct cicu_breaks cicu_breaks;

typedef enum { cicu_words, cicu_sentences } cicu_boundary;

// Null without memory or ICU's data.
cicu_breaks *cicu_breaks_new(cicu_boundary boundary);
void cicu_breaks_free(cicu_breaks *breaks);

// Takes UTF-8 that must stay as it is until the next call; gives 0 where ICU cannot take it.
int cicu_breaks_set(cicu_breaks *breaks, const uint8_t *bytes, int64_t count);

// The next boundary, in bytes, or -1 behind the last; `is_word` says whether letters, digits, kana or ideographs end there, where
// words are looked for. It may be null.
int64_t cicu_breaks_next(cicu_breaks *breaks, int *is_word);

// ICU's list of abbreviations behind which sentences of a language (`de`) do not end: number `index` of it, in UTF-8, with its full
// stops. Gives its bytes, which may pass the capacity, or -1 behind the last and for languages without a list.
int32_t cicu_abbreviation(const char *language, int32_t index, uint8_t *target, int32_t capacity);

typedef enum { cicu_casefolded, cicu_decomposed, cicu_composed } cicu_form;

// Writes UTF-16 `units` in a normal form (NFKC_Casefold, NFD, NFC) to `target`, of `capacity` units; gives their count, which may pass
// the capacity, or -1.
int32_t cicu_normalized(cicu_form form, const uint16_t *units, int32_t count, uint16_t *target, int32_t capacity);
