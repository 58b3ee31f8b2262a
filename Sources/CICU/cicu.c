#include "cicu.h"

#include <stdlib.h>
#include <unicode/ubrk.h>
#include <unicode/unorm2.h>
#include <unicode/utext.h>

struct cicu_words {
    UBreakIterator *breaks;
    UText *text;
};

cicu_words *cicu_words_new(void)
{
    UErrorCode status = U_ZERO_ERROR;
    cicu_words *words = calloc(1, sizeof *words);
    if (words == NULL) return NULL;
    words->breaks = ubrk_open(UBRK_WORD, "", NULL, 0, &status);
    if (U_SUCCESS(status)) return words;
    free(words);
    return NULL;
}

void cicu_words_free(cicu_words *words)
{
    if (words == NULL) return;
    ubrk_close(words->breaks);
    utext_close(words->text);
    free(words);
}

int cicu_words_set(cicu_words *words, const uint8_t *bytes, int64_t count)
{
    UErrorCode status = U_ZERO_ERROR;
    words->text = utext_openUTF8(words->text, (const char *)bytes, count, &status);
    ubrk_setUText(words->breaks, words->text, &status);
    return U_SUCCESS(status);
}

int64_t cicu_words_next(cicu_words *words, int *is_word)
{
    int32_t end = ubrk_next(words->breaks);
    *is_word = end != UBRK_DONE && ubrk_getRuleStatus(words->breaks) >= UBRK_WORD_NONE_LIMIT;
    return end;
}

int32_t cicu_normalized(cicu_form form, const uint16_t *units, int32_t count, uint16_t *target, int32_t capacity)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *normalizer = form == cicu_casefolded ? unorm2_getNFKCCasefoldInstance(&status)
        : form == cicu_decomposed                            ? unorm2_getNFDInstance(&status)
                                                             : unorm2_getNFCInstance(&status);
    count = unorm2_normalize(normalizer, units, count, target, capacity, &status);
    return U_SUCCESS(status) || status == U_BUFFER_OVERFLOW_ERROR ? count : -1;
}
