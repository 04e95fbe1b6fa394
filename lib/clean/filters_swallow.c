/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of the Swallow corpus, version 1: repetition after Rae et al. 2021 (Gopher), and the
 * Japanese ones of Okazaki et al. 2024 (arXiv 2404.17733). Source: swallow-llm/swallow-corpus,
 * quality.py (apply_v1) and ngword.py. Leans on measures and listed_words.
 */
#include "clean/filter.h"
#include "clean/listed_words.h"

#define QUALITY "Swallow v1, quality.py"

/* Of the filters that count kanji, the place of their parameter "compat". */
static bool is_compat(const tkz__chosen_filter *chosen)
{
    const tkz_filter_info *info = &chosen->filter->info;
    return chosen->parameters[info->parameter_count - 1] != 0;
}

static uint64_t japanese(const tkz__measures *measures, const tkz__chosen_filter *chosen)
{
    const uint64_t *kinds = measures->kinds;
    uint64_t kanji = kinds[TKZ__KIND_SWALLOW_KANJI];
    if (!is_compat(chosen))
        kanji += kinds[TKZ__KIND_SWALLOW_KANJI_BEYOND];
    return kinds[TKZ__KIND_SWALLOW_HIRAGANA] + kinds[TKZ__KIND_SWALLOW_KATAKANA] + kanji +
           kinds[TKZ__KIND_SWALLOW_KUTEN] + kinds[TKZ__KIND_SWALLOW_TOTEN];
}

/* ---- Values -------------------------------------------------------------- */

#define SENTENCES measures->sentences
#define NGRAMS(n) measures->ngrams[n]

TKZ__VALUE(letters, (double)measures->characters)
TKZ__VALUE(japanese_letters, (double)japanese(measures, chosen))
TKZ__VALUE(hiragana, tkz__share(measures->kinds[TKZ__KIND_SWALLOW_HIRAGANA],
                                japanese(measures, chosen)))
TKZ__VALUE(katakana, tkz__share(measures->kinds[TKZ__KIND_SWALLOW_KATAKANA],
                                japanese(measures, chosen)))
TKZ__VALUE(japanese_share, tkz__share(japanese(measures, chosen), measures->characters))
TKZ__VALUE(lines, tkz__share(SENTENCES.repeated_lines, SENTENCES.lines))
TKZ__VALUE(line_characters, tkz__share(SENTENCES.repeated_line_characters, SENTENCES.line_characters))
TKZ__VALUE(sentences, tkz__share(SENTENCES.repeated_sentences, SENTENCES.sentences))
/* All characters of sentences are characters of lines, and the other way round. */
TKZ__VALUE(sentence_characters,
           tkz__share(SENTENCES.repeated_sentence_characters, SENTENCES.line_characters))
TKZ__VALUE(sentence_length, tkz__share(SENTENCES.line_characters, SENTENCES.sentences))
TKZ__VALUE(longest_sentence, (double)SENTENCES.longest)
TKZ__VALUE(ellipses, tkz__share(SENTENCES.ellipses, SENTENCES.sentences))
TKZ__VALUE(top_2gram, tkz__share(NGRAMS(2).most_common, NGRAMS(2).total))
TKZ__VALUE(top_3gram, tkz__share(NGRAMS(3).most_common, NGRAMS(3).total))
TKZ__VALUE(top_4gram, tkz__share(NGRAMS(4).most_common, NGRAMS(4).total))
TKZ__VALUE(repeated_5gram, tkz__share(NGRAMS(5).repeated, NGRAMS(5).distinct))
TKZ__VALUE(repeated_6gram, tkz__share(NGRAMS(6).repeated, NGRAMS(6).distinct))
TKZ__VALUE(repeated_7gram, tkz__share(NGRAMS(7).repeated, NGRAMS(7).distinct))
TKZ__VALUE(repeated_8gram, tkz__share(NGRAMS(8).repeated, NGRAMS(8).distinct))
TKZ__VALUE(repeated_9gram, tkz__share(NGRAMS(9).repeated, NGRAMS(9).distinct))
TKZ__VALUE(repeated_10gram, tkz__share(NGRAMS(10).repeated, NGRAMS(10).distinct))

/* ---- NG words ------------------------------------------------------------ */

static tkz_status ng_share(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                           double *value, tkz_error *error)
{
    tkz__word_hits hits;
    tkz_status status = tkz__word_list_find(chosen->resource, measuring, &hits, NULL, error);
    if (status == TKZ_OK)
        *value = tkz__share(hits.characters, japanese(&measuring->measures, chosen));
    return status;
}

/* ---- Spans --------------------------------------------------------------- */

/* The longest sentence. Bytes are found by counting, as only --explain asks. */
static tkz_status longest_span(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                               const tkz__span_sink *sink, tkz_error *error)
{
    (void)chosen;
    const tkz__sentence_measures *found = &measuring->measures.sentences;
    return tkz__measuring_add_span(measuring, (size_t)found->longest_start,
                                   (size_t)found->longest, sink, error);
}

static tkz_status top_spans(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                            const tkz__span_sink *sink, tkz_error *error)
{
    uint32_t n = chosen->filter->ngram_order;
    const tkz__ngram_counts *counts = &measuring->measures.ngrams[n];
    if (counts->total == 0)
        return TKZ_OK;
    return tkz__measuring_add_span(measuring, (size_t)counts->most_common_start, n, sink, error);
}

/* ---- The table ----------------------------------------------------------- */

#define COMPAT TKZ__COMPAT("kanji beyond U+FFFF do not count (quality.py line 10, \"re_kanji\")")

#define TOP(n, limit)                                                                             \
    {.info = {.name = "swallow_top_" #n "gram",                                                   \
              .text = "occurrences of the most frequent " #n                                      \
                      "-gram of characters among all of them, line feeds included",               \
              .unit = "share",                                                                    \
              .source = QUALITY ", top_" #n "gram_character_fraction",                            \
              .difference = "texts shorter than " #n " characters have 0; the reference fails",   \
              TKZ__PARAMETERS(TKZ__MAXIMUM_SHARE(limit))},                                        \
     .measures = TKZ__MEASURE_NGRAMS,                                                             \
     .ngram_order = n,                                                                            \
     .info.comparison = TKZ_DROP_ABOVE,                                                               \
     .info.above = "top_" #n "gram",                                                                   \
     .value = top_##n##gram,                                                                      \
     .spans = top_spans}

#define REPEATED(n, limit)                                                                        \
    {.info = {.name = "swallow_repeated_" #n "gram",                                              \
              .text = "distinct " #n "-grams of characters that occur more than once among all "  \
                      "distinct ones, line feeds included",                                       \
              .unit = "share",                                                                    \
              .source = QUALITY ", duplicate_" #n "gram_character_fraction",                      \
              TKZ__PARAMETERS(TKZ__MAXIMUM_SHARE(limit))},                                        \
     .measures = TKZ__MEASURE_NGRAMS,                                                             \
     .ngram_order = n,                                                                            \
     .info.comparison = TKZ_DROP_ABOVE,                                                               \
     .info.above = "repeated_" #n "gram",                                                              \
     .value = repeated_##n##gram}

#define KINDS_ROW(row_name, words, words_unit, member, bounds, how, low, high, function)          \
    {.info = {.name = "swallow_" row_name,                                                        \
              .text = words,                                                                      \
              .unit = words_unit,                                                                 \
              .source = QUALITY ", " member,                                                      \
              .difference = "kanji beyond U+FFFF count; with compat they do not",                 \
              TKZ__PARAMETERS(bounds, COMPAT)},                                                   \
     .measures = TKZ__MEASURE_LENGTH | TKZ__MEASURE_KINDS,                                        \
     .info.comparison = how,                                                                           \
     .info.below = low,                                                                                \
     .info.above = high,                                                                               \
     .value = function}

#define SENTENCE_ROW(row_name, words, words_unit, member, how, high, function, ...)               \
    {.info = {.name = "swallow_" row_name,                                                        \
              .text = words,                                                                      \
              .unit = words_unit,                                                                 \
              .source = QUALITY ", " member,                                                      \
              TKZ__PARAMETERS(__VA_ARGS__)},                                                      \
     .measures = TKZ__MEASURE_SENTENCES,                                                          \
     .info.comparison = how,                                                                           \
     .info.above = high,                                                                               \
     .value = function}

static const tkz__filter filters[] = {
    {.info = {.name = "swallow_letters",
              .text = "characters, line feeds included",
              .unit = "characters",
              .source = QUALITY ", num_letters",
              TKZ__PARAMETERS(TKZ__MINIMUM_COUNT(400))},
     .measures = TKZ__MEASURE_LENGTH,
     .info.comparison = TKZ_DROP_BELOW,
     .info.below = "few_letters",
     .value = letters},
    SENTENCE_ROW("repeated_lines", "lines that repeat an earlier line among all lines", "share",
                 "duplicate_paragraph_fraction", TKZ_DROP_ABOVE, "repeated_lines", lines,
                 TKZ__MAXIMUM_SHARE(0.30)),
    SENTENCE_ROW("repeated_sentences", "sentences that repeat an earlier one among all sentences",
                 "share", "duplicate_sentence_fraction", TKZ_DROP_ABOVE, "repeated_sentences",
                 sentences, TKZ__MAXIMUM_SHARE(0.30)),
    SENTENCE_ROW("repeated_line_characters",
                 "characters of lines that repeat an earlier line among those of all lines",
                 "share", "duplicate_paragraph_fraction_in_character", TKZ_DROP_ABOVE,
                 "repeated_line_characters", line_characters, TKZ__MAXIMUM_SHARE(0.20)),
    SENTENCE_ROW("repeated_sentence_characters",
                 "characters of sentences that repeat an earlier one among those of all", "share",
                 "duplicate_sentence_fraction_in_character", TKZ_DROP_ABOVE,
                 "repeated_sentence_characters", sentence_characters, TKZ__MAXIMUM_SHARE(0.20)),
    TOP(2, 0.20),
    TOP(3, 0.18),
    TOP(4, 0.16),
    REPEATED(5, 0.15),
    REPEATED(6, 0.14),
    REPEATED(7, 0.13),
    REPEATED(8, 0.12),
    REPEATED(9, 0.11),
    REPEATED(10, 0.10),
    KINDS_ROW("hiragana", "hiragana among the Japanese letters", "share", "hiragana_fraction",
              TKZ__MINIMUM_SHARE(0.2), TKZ_DROP_BELOW, "little_hiragana", NULL, hiragana),
    KINDS_ROW("katakana", "katakana among the Japanese letters", "share", "katakana_fraction",
              TKZ__MAXIMUM_SHARE(0.5), TKZ_DROP_ABOVE, NULL, "much_katakana", katakana),
    KINDS_ROW("japanese",
              "Japanese letters (hiragana, katakana, kanji, 、，。．！？) among all characters",
              "share", "japanese_fraction", TKZ__MINIMUM_SHARE(0.5), TKZ_DROP_BELOW,
              "little_japanese", NULL, japanese_share),
    KINDS_ROW("japanese_letters", "Japanese letters", "characters", "num_japanese_letters",
              TKZ__MINIMUM_COUNT(400), TKZ_DROP_BELOW, "few_japanese_letters", NULL,
              japanese_letters),
    {.info = {.name = "swallow_sentence_length",
              .text = "mean length of a sentence",
              .unit = "characters",
              .source = QUALITY ", avg_sentence_length",
              TKZ__PARAMETERS(TKZ__MINIMUM_COUNT(20), TKZ__MAXIMUM_COUNT(90))},
     .measures = TKZ__MEASURE_SENTENCES,
     .info.comparison = TKZ_DROP_BELOW | TKZ_DROP_ABOVE,
     .info.below = "short_sentences",
     .info.above = "long_sentences",
     .value = sentence_length},
    {.info = {.name = "swallow_longest_sentence",
              .text = "length of the longest sentence",
              .unit = "characters",
              .source = QUALITY ", max_sentence_length",
              .difference = "a text without sentences has 0; the reference fails",
              TKZ__PARAMETERS(TKZ__MAXIMUM_COUNT(200))},
     .measures = TKZ__MEASURE_SENTENCES,
     .info.comparison = TKZ_DROP_ABOVE,
     .info.above = "longest_sentence",
     .value = longest_sentence,
     .spans = longest_span},
    SENTENCE_ROW("ellipses", "sentences that end in ・ or … among all", "share",
                 "ellipsis_fraction", TKZ_DROP_ABOVE, "ellipses", ellipses,
                 TKZ__MAXIMUM_SHARE(0.2)),
    {.info = {.name = "swallow_ng_words",
              .text = "characters of words of a list, the longest at each place, against the number "
                      "of Japanese letters",
              .unit = "share",
              .source = "Swallow v1, ngword.py, ng_fraction",
              .difference = "kanji beyond U+FFFF count as Japanese letters; with compat they do not",
              TKZ__PARAMETERS(TKZ__MAXIMUM_COUNT(0.05), TKZ__FILE(TKZ__WORD_LIST_TEXT), COMPAT)},
     .measures = TKZ__MEASURE_LENGTH | TKZ__MEASURE_KINDS,
     .info.comparison = TKZ_DROP_AT_OR_ABOVE,
     .info.above = "ng_words",
     .evaluate = ng_share,
     .open = tkz__filter_open_words,
     .close = tkz__filter_close_words,
     .spans = tkz__word_list_spans},
};

extern const tkz__filter_family tkz__filters_swallow;
const tkz__filter_family tkz__filters_swallow = {filters, sizeof filters / sizeof filters[0]};
