#include "cicu.h"

#include <stdlib.h>
#include <unicode/ubrk.h>
#include <unicode/unorm2.h>
#include <unicode/ures.h>
#include <unicode/ustring.h>
#include <unicode/utext.h>

struct cicu_breaks {
    UBreakIterator *iterator;
    UText *text;
};

cicu_breaks *cicu_breaks_new(cicu_boundary boundary)
{
    UErrorCode status = U_ZERO_ERROR;
    cicu_breaks *breaks = calloc(1, sizeof *breaks);
    if (breaks == NULL) return NULL;
    breaks->iterator = ubrk_open(boundary == cicu_words ? UBRK_WORD : UBRK_SENTENCE, "", NULL, 0, &status);
    if (U_SUCCESS(status)) return breaks;
    free(breaks);
    return NULL;
}

void cicu_breaks_free(cicu_breaks *breaks)
{
    if (breaks == NULL) return;
    ubrk_close(breaks->iterator);
    utext_close(breaks->text);
    free(breaks);
}

int cicu_breaks_set(cicu_breaks *breaks, const uint8_t *bytes, int64_t count)
{
    UErrorCode status = U_ZERO_ERROR;
    breaks->text = utext_openUTF8(breaks->text, (const char *)bytes, count, &status);
    ubrk_setUText(breaks->iterator, breaks->text, &status);
    return U_SUCCESS(status);
}

int64_t cicu_breaks_next(cicu_breaks *breaks, int *is_word)
{
    int32_t end = ubrk_next(breaks->iterator);
    if (is_word != NULL)
        *is_word = end != UBRK_DONE && ubrk_getRuleStatus(breaks->iterator) >= UBRK_WORD_NONE_LIMIT;
    return end;
}

int32_t cicu_abbreviation(const char *language, int32_t index, uint8_t *target, int32_t capacity)
{
    // Where the data of ICU's own filter of sentence boundaries lies.
    UErrorCode status = U_ZERO_ERROR;
    UResourceBundle *bundle = ures_openDirect(U_ICUDATA_NAME "-brkitr", language, &status);
    bundle = ures_getByKey(bundle, "exceptions", bundle, &status);
    bundle = ures_getByKey(bundle, "SentenceBreak", bundle, &status);
    int32_t length = 0;
    int32_t count = -1;
    const UChar *units = NULL;
    if (U_SUCCESS(status) && index < ures_getSize(bundle))
        units = ures_getStringByIndex(bundle, index, &length, &status);
    if (units != NULL && U_SUCCESS(status)) {
        u_strToUTF8((char *)target, capacity, &count, units, length, &status);
        if (U_FAILURE(status) && status != U_BUFFER_OVERFLOW_ERROR) count = -1;
    }
    ures_close(bundle);
    return count;
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
