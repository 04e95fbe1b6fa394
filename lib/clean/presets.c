/* SPDX-License-Identifier: Apache-2.0
 *
 * The presets there are. Filters stand in them as in a recipe; those with a cheap value come first, which
 * changes only the reason that a document with several is counted under. "$lists/NAME" is a file in
 * the folder that the user names, since word lists belong to others and are not in this project.
 */
#include "clean/presets.h"

#include <string.h>

#define SWALLOW_QUALITY                                                                           \
    "{\"name\":\"swallow_letters\"},{\"name\":\"swallow_japanese_letters\"},"                     \
    "{\"name\":\"swallow_japanese\"},{\"name\":\"swallow_hiragana\"},"                            \
    "{\"name\":\"swallow_katakana\"},{\"name\":\"swallow_sentence_length\"},"                     \
    "{\"name\":\"swallow_longest_sentence\"},{\"name\":\"swallow_ellipses\"},"                    \
    "{\"name\":\"swallow_repeated_lines\"},{\"name\":\"swallow_repeated_sentences\"},"            \
    "{\"name\":\"swallow_repeated_line_characters\"},"                                            \
    "{\"name\":\"swallow_repeated_sentence_characters\"},"                                        \
    "{\"name\":\"swallow_top_2gram\"},{\"name\":\"swallow_top_3gram\"},"                          \
    "{\"name\":\"swallow_top_4gram\"},{\"name\":\"swallow_repeated_5gram\"},"                     \
    "{\"name\":\"swallow_repeated_6gram\"},{\"name\":\"swallow_repeated_7gram\"},"                \
    "{\"name\":\"swallow_repeated_8gram\"},{\"name\":\"swallow_repeated_9gram\"},"                \
    "{\"name\":\"swallow_repeated_10gram\"}"

static const tkz_preset_info presets[] = {
    {"swallow-v1-quality", "The Swallow corpus, version 1: all rules of quality.py.",
     "swallow-llm/swallow-corpus, quality.py, apply_v1", "[" SWALLOW_QUALITY "]", NULL},
    {"swallow-v1",
     "The same and the share of NG words. What Swallow changes in the text (punctuation, footers) and its "
     "rule for hosts are left out.",
     "swallow-llm/swallow-corpus, quality.py and ngword.py, apply_v1",
     "[" SWALLOW_QUALITY ",{\"name\":\"swallow_ng_words\",\"file\":\"$lists/ng_words.txt\"}]",
     "ng_words.txt, one word a line, for example Offensive.txt, Sexual.txt, Sexual_with_bopo.txt and "
     "Sexual_with_mask.txt of github.com/MosasoM/inappropriate-words-ja put together"},
    /* Measured with bench/clean_tradeoff.py on 14 collections of 80,316 documents, and 854 labelled paragraphs
     * of mC4. */
    {"ja-web-v1",
     "Ours for pages of the web in Japanese: what no prose looks like goes; literature, law, manuals, news and "
     "dialogue stay (97 % and more of each collection). It looks at signs only: of paragraphs of the web that "
     "people labelled bad 16 % go, with 8 % of the good ones, since most bad ones are well-written advertisements.",
     "our own, by measures of Swallow and HojiChar",
     "[{\"name\":\"japanese_ratio\",\"minimum\":0.06,\"minimum_kana\":0.05},"
     "{\"name\":\"swallow_katakana\",\"maximum\":0.64},"
     "{\"name\":\"swallow_sentence_length\",\"minimum\":0,\"maximum\":140},"
     "{\"name\":\"swallow_top_4gram\",\"maximum\":0.12},"
     "{\"name\":\"swallow_repeated_10gram\",\"maximum\":0.65},"
     "{\"name\":\"hojichar_character_repetition\",\"maximum\":0.4}]",
     NULL},
    {"hojichar",
     "HojiChar's filters with its defaults, length as its documentation says.",
     "HojiChar 0.18.1, hojichar/filters/document_filters.py, without DiscardTooManyNouns and "
     "WordRepetitionRatioFilter, which need its own dictionary",
     "[{\"name\":\"length\",\"minimum\":200,\"maximum\":50000},{\"name\":\"hojichar_kana_start\"},"
     "{\"name\":\"hojichar_kuten\"},{\"name\":\"hojichar_short_lines\"},"
     "{\"name\":\"hojichar_ellipses\"},{\"name\":\"hojichar_run\"},"
     "{\"name\":\"hojichar_special_characters\"},{\"name\":\"hojichar_board_marks\"},"
     "{\"name\":\"hojichar_advertisements\",\"file\":\"$lists/advertisement_keywords_ja.txt\"},"
     "{\"name\":\"hojichar_ng_words\",\"file\":\"$lists/adult_keywords_ja.txt\"},"
     "{\"name\":\"hojichar_ng_words\",\"file\":\"$lists/discrimination_keywords_ja.txt\"},"
     "{\"name\":\"hojichar_ng_words\",\"file\":\"$lists/violence_keywords_ja.txt\"},"
     "{\"name\":\"hojichar_character_repetition\"}]",
     "adult_keywords_ja.txt, advertisement_keywords_ja.txt, discrimination_keywords_ja.txt and "
     "violence_keywords_ja.txt: the folder hojichar/dict of the PyPI package hojichar"},
};

size_t tkz_preset_count(void)
{
    return sizeof presets / sizeof presets[0];
}

const tkz_preset_info *tkz_preset_at(size_t index)
{
    return index < tkz_preset_count() ? &presets[index] : NULL;
}

const tkz_preset_info *tkz__preset_find(const char *name)
{
    for (size_t i = 0; i < tkz_preset_count(); i++)
        if (strcmp(presets[i].name, name) == 0)
            return &presets[i];
    return NULL;
}
