/* SPDX-License-Identifier: Apache-2.0
 *
 * Filter "japanese_ratio": documents that are not mostly Japanese, and those
 * that are written in kanji only, which are Chinese.
 */
#include "clean/filter.h"

enum { MINIMUM, MINIMUM_KANA, PARAMETER_COUNT };

/* Defaults measured on 117,713 documents of 29 collections (doc/filters.md has the table): they
 * keep more than 98 % of literature, law, news, encyclopaedia, dialogue and web text and 91 % of
 * technical manuals, whose code is Latin, and drop all English, Korean, Chinese and program text.
 * Nearly all prose has a share above 0.5, but of the manuals only a fifth does. */
static const tkz_parameter_info parameters[PARAMETER_COUNT] = {
    [MINIMUM] = {"minimum",
                 "least share of Japanese characters among those that are not white space",
                 TKZ_PARAMETER_NUMBER, 0.1, 0, 1},
    [MINIMUM_KANA] = {"minimum_kana",
                      "least share of hiragana and katakana among the Japanese characters",
                      TKZ_PARAMETER_NUMBER, 0.02, 0, 1},
};

/* part / whole, 0 of nothing. */
static double share(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0 : (double)part / (double)whole;
}

static double value(const tkz__measures *measures)
{
    return share(tkz__measures_japanese(measures), measures->characters - measures->white_space);
}

static double kana_share(const tkz__measures *measures)
{
    return share(measures->hiragana + measures->katakana, tkz__measures_japanese(measures));
}

static bool decide(const tkz__measures *measures, const double *values, tkz_verdict *verdict)
{
    double japanese = value(measures);
    double kana = kana_share(measures);
    if (japanese < values[MINIMUM])
        return tkz__filter_drop(verdict, "too_little_japanese", japanese, values[MINIMUM]);
    if (kana < values[MINIMUM_KANA])
        return tkz__filter_drop(verdict, "no_kana", kana, values[MINIMUM_KANA]);
    return true;
}

extern const tkz__filter tkz__filter_japanese_ratio;
const tkz__filter tkz__filter_japanese_ratio = {
    .info = {"japanese_ratio", "keeps documents written in Japanese", parameters,
             PARAMETER_COUNT},
    .measures = TKZ__MEASURE_CLASSES,
    .value = value,
    .decide = decide,
};
