/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts that were decoded wrongly, and texts in other scripts: our own. Leans on text's mojibake and measures.
 */
#include "clean/filter.h"
#include "tokenize/text.h"

#define KIND(name) measures->kinds[TKZ__KIND_##name]

TKZ__VALUE(damaged, tkz__share(KIND(REPLACEMENT) + KIND(PRIVATE_USE) + KIND(CONTROL), measures->characters))
TKZ__VALUE(foreign, tkz__share(KIND(FOREIGN_LETTER), KIND(LETTER)))

static tkz_status mojibake(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                           double *value, tkz_error *error)
{
    tkz_mojibake found;
    (void)chosen, (void)error;
    tkz_mojibake_find(measuring->text, measuring->size, &found);
    *value = found.kind != NULL ? found.share : 0;
    return TKZ_OK;
}

static const tkz__filter filters[] = {
    {.info = {.name = "mojibake",
              .text = "characters that look decoded by the wrong charset, as 'tokenize text inspect' finds them "
                      "(縺ゅ＞縺 for あい, ã\xC2\x81\xC2\x82 for あ), among all",
              .unit = "share",
              .source = "our own, lib/text/mojibake.h",
              .comparison = TKZ_DROP_ABOVE,
              .above = "mojibake",
              TKZ__PARAMETERS(TKZ__MAXIMUM_SHARE(0.01))},
     .evaluate = mojibake},
    {.info = {.name = "damaged_characters",
              .text = "U+FFFD, private use and controls but tab and line ends among all characters",
              .unit = "share",
              .source = "our own",
              .comparison = TKZ_DROP_ABOVE,
              .above = "damaged_characters",
              TKZ__PARAMETERS(TKZ__MAXIMUM_SHARE(0.01))},
     .measures = TKZ__MEASURE_LENGTH | TKZ__MEASURE_KINDS,
     .value = damaged},
    {.info = {.name = "foreign_letters",
              .text = "letters of scripts other than hiragana, katakana, kanji and Latin among all letters",
              .unit = "share",
              .source = "our own",
              .comparison = TKZ_DROP_ABOVE,
              .above = "foreign_letters",
              TKZ__PARAMETERS(TKZ__MAXIMUM_SHARE(0.1))},
     .measures = TKZ__MEASURE_KINDS,
     .value = foreign},
};

extern const tkz__filter_family tkz__filters_damage;
const tkz__filter_family tkz__filters_damage = {filters, sizeof filters / sizeof filters[0]};
