/* SPDX-License-Identifier: Apache-2.0
 *
 * Filters of NeMo Curator 1.4.0 that look at words. Words are those of the boundary source; with white space between
 * them they are those of the reference's lang="en". Leans on document_words and char_class.
 */
#include <string.h>

#include "clean/filter.h"
#include "text/char_class.h"
#include "text/utf8.h"

#define STRINGS "NVIDIA-NeMo/Curator 1.4.0, nemo_curator/stages/text/filters/heuristic/string.py, "

static tkz_status count_words(tkz__measuring *measuring, const tkz__chosen_filter *chosen, double *value, tkz_error *error)
{
    (void)chosen;
    (void)error;
    *value = (double)measuring->words.count;
    return TKZ_OK;
}

static tkz_status mean_length(tkz__measuring *measuring, const tkz__chosen_filter *chosen, double *value, tkz_error *error)
{
    const tkz__document_words *words = &measuring->words;
    (void)chosen;
    (void)error;
    *value = tkz__share(words->characters[words->count], words->count);
    return TKZ_OK;
}

static tkz_status longest(tkz__measuring *measuring, const tkz__chosen_filter *chosen, double *value, tkz_error *error)
{
    const tkz__document_words *words = &measuring->words;
    uint64_t found = 0;
    (void)chosen;
    (void)error;
    for (size_t i = 0; i < words->count; i++) {
        uint64_t length = tkz__document_words_characters(words, i, i + 1);
        found = length > found ? length : found;
    }
    *value = (double)found;
    return TKZ_OK;
}

static bool is_one_of(const char *word, size_t size, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(list[i]) == size && memcmp(list[i], word, size) == 0)
            return true;
    return false;
}

/* A mark of ellipsis_marks, as far as one is a word; or runs of #, more than one for two characters. */
static bool is_symbol(const char *word, size_t size, uint64_t characters)
{
    static const char *const marks[] = {"...", "[...]", "…", "(...)", "[…]", "-»"};
    uint64_t runs = 0;
    if (is_one_of(word, size, marks, sizeof marks / sizeof *marks))
        return true;
    for (size_t i = 0; i < size; i++)
        runs += word[i] == '#' && (i == 0 || word[i - 1] != '#');
    return 2 * runs > characters;
}

static tkz_status symbols(tkz__measuring *measuring, const tkz__chosen_filter *chosen, double *value, tkz_error *error)
{
    const tkz__document_words *words = &measuring->words;
    uint64_t found = 0;
    (void)chosen;
    (void)error;
    for (size_t i = 0; i < words->count; i++)
        found += is_symbol((const char *)words->bytes.data + words->starts[i], words->starts[i + 1] - words->starts[i],
                           tkz__document_words_characters(words, i, i + 1));
    *value = tkz__share_or(found, words->count, 1);
    return TKZ_OK;
}

static bool has_alphabetic(const char *word, size_t size)
{
    for (size_t at = 0; at < size;) {
        uint32_t character;
        at += tkz__utf8_next(word + at, size - at, &character);
        if ((tkz__char_flags(&tkz__class_table_16_0, character) & TKZ__CHAR_ALPHABETIC) != 0)
            return true;
    }
    return false;
}

static tkz_status alphabetic(tkz__measuring *measuring, const tkz__chosen_filter *chosen, double *value, tkz_error *error)
{
    const tkz__document_words *words = &measuring->words;
    uint64_t found = 0;
    (void)chosen;
    (void)error;
    for (size_t i = 0; i < words->count; i++)
        found += has_alphabetic((const char *)words->bytes.data + words->starts[i], words->starts[i + 1] - words->starts[i]);
    *value = tkz__share(found, words->count);
    return TKZ_OK;
}

/* Whatever the language, by what stands between white space; no more of them are counted than are asked for. */
static tkz_status common_words(tkz__measuring *measuring, const tkz__chosen_filter *chosen, double *value, tkz_error *error)
{
    static const char *const common[] = {"the", "be", "to", "of", "and", "that", "have", "with"};
    const char *text = measuring->text;
    double found = 0;
    (void)error;
    for (size_t at = 0, start = 0, length; at <= measuring->size && found < chosen->parameters[0]; at += length) {
        uint32_t character = ' ';
        length = at < measuring->size ? tkz__utf8_next(text + at, measuring->size - at, &character) : 1;
        if (!tkz__is_python_space(character))
            continue;
        found += is_one_of(text + start, at - start, common, sizeof common / sizeof *common);
        start = at + length;
    }
    *value = found;
    return TKZ_OK;
}

/* ---- The table ----------------------------------------------------------- */

#define WORDS_ARE "words of a dictionary are found a line at a time, and white space is none; the reference has MeCab analyse all " \
                  "of the text as one sentence"
#define ROW(row_name, row_text, row_unit, class_name, how, low, high, function, ...)                                  \
    {.info = {.name = "nemo_" row_name,                                                                               \
              .text = row_text,                                                                                       \
              .unit = row_unit,                                                                                       \
              .source = STRINGS class_name,                                                                           \
              .difference = WORDS_ARE "; of a text without words it fails",                                          \
              .comparison = how,                                                                                      \
              .below = low,                                                                                           \
              .above = high,                                                                                          \
              TKZ__PARAMETERS(__VA_ARGS__)},                                                                          \
     .measures = TKZ__MEASURE_WORDS,                                                                                  \
     .evaluate = function}

static const tkz__filter filters[] = {
    {.info = {.name = "nemo_words",
              .text = "all words",
              .unit = "words",
              .source = STRINGS "WordCountFilter",
              .difference = WORDS_ARE,
              .comparison = TKZ_DROP_BELOW | TKZ_DROP_ABOVE,
              .below = "few_words",
              .above = "many_words",
              TKZ__PARAMETERS(TKZ__MINIMUM_COUNT(50), TKZ__MAXIMUM_COUNT(100000))},
     .measures = TKZ__MEASURE_WORDS,
     .evaluate = count_words},
    ROW("word_length", "mean length of all words; 0 without words", "characters", "MeanWordLengthFilter",
        TKZ_DROP_BELOW | TKZ_DROP_ABOVE, "short_words", "long_words", mean_length, TKZ__MINIMUM_COUNT(3), TKZ__MAXIMUM_COUNT(10)),
    ROW("longest_word", "length of the longest word; 0 without words", "characters", "LongWordFilter", TKZ_DROP_ABOVE, NULL, "long_word",
        longest, TKZ__MAXIMUM_COUNT(1000)),
    ROW("symbol_words", "words that are an ellipsis (... … [...] (...) […] -») or have more than one run of # for two characters, among "
        "all; 1 without words", "share", "SymbolsToWordsFilter", TKZ_DROP_ABOVE, NULL, "symbol_words", symbols, TKZ__MAXIMUM_SHARE(0.1)),
    ROW("alphabetic_words", "words with a character that has the property Alphabetic, kana and kanji among them, among all; 0 without words",
        "share", "WordsWithoutAlphabetsFilter", TKZ_DROP_BELOW, "few_alphabetic_words", NULL, alphabetic, TKZ__MINIMUM_SHARE(0.8)),
    {.info = {.name = "nemo_common_words",
              .text = "how often the, be, to, of, and, that, have, with stand between white space, up to the minimum; for English alone",
              .unit = "words",
              .source = STRINGS "CommonEnglishWordsFilter",
              .comparison = TKZ_DROP_BELOW,
              .below = "few_common_words",
              TKZ__PARAMETERS(TKZ__MINIMUM_COUNT(2))},
     .evaluate = common_words},
};

extern const tkz__filter_family tkz__filters_nemo_words;
const tkz__filter_family tkz__filters_nemo_words = {filters, sizeof filters / sizeof filters[0]};
