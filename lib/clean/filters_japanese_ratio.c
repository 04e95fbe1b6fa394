/* SPDX-License-Identifier: Apache-2.0
 *
 * Filter "japanese_ratio": documents that are not mostly Japanese, and those
 * that are written in kanji only, which are Chinese.
 */
#include "clean/filter.h"

enum { MINIMUM, MINIMUM_KANA };
enum { SHARE, KANA_SHARE };

static double share(const tkz__measures *measures, const tkz__chosen_filter *chosen)
{
    (void)chosen;
    return tkz__share(tkz__measures_japanese(measures),
                      measures->characters - measures->kinds[TKZ__KIND_WHITE_SPACE]);
}

static double kana_share(const tkz__measures *measures, const tkz__chosen_filter *chosen)
{
    (void)chosen;
    return tkz__share(measures->kinds[TKZ__KIND_HIRAGANA] + measures->kinds[TKZ__KIND_KATAKANA],
                      tkz__measures_japanese(measures));
}

static bool decide(const double *values, const double *parameters, tkz_verdict *verdict)
{
    if (values[SHARE] < parameters[MINIMUM])
        return tkz__filter_drop(verdict, "too_little_japanese", values[SHARE],
                                parameters[MINIMUM]);
    if (values[KANA_SHARE] < parameters[MINIMUM_KANA])
        return tkz__filter_drop(verdict, "no_kana", values[KANA_SHARE], parameters[MINIMUM_KANA]);
    return true;
}

/* Defaults measured on 117,713 documents of 29 collections (doc/japanese-ratio.md has the table): they
 * keep more than 98 % of literature, law, news, encyclopaedia, dialogue and web text and 91 % of
 * technical manuals, whose code is Latin, and drop all English, Korean, Chinese and program text.
 * Nearly all prose has a share above 0.5, but of the manuals only a fifth does. */
static const tkz__filter filters[] = {
    {.info = {.name = "japanese_ratio",
              .text = "keeps documents written in Japanese",
              .unit = "share of the characters that are not white space",
              .source = "our own; doc/japanese-ratio.md",
              TKZ__PARAMETERS(
                  {"minimum",
                   "least share of Japanese characters among those that are not white space",
                   TKZ_PARAMETER_NUMBER, 0.1, 0, 1},
                  {"minimum_kana",
                   "least share of hiragana and katakana among the Japanese characters",
                   TKZ_PARAMETER_NUMBER, 0.02, 0, 1})},
     .measures = TKZ__MEASURE_LENGTH | TKZ__MEASURE_KINDS,
     .value = share,
     .second = kana_share,
     .second_name = "kana",
     .info.below = "too_little_japanese or no_kana",
     .decide = decide},
};

extern const tkz__filter_family tkz__filters_japanese_ratio;
const tkz__filter_family tkz__filters_japanese_ratio = {filters,
                                                        sizeof filters / sizeof filters[0]};
