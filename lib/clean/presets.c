/* SPDX-License-Identifier: Apache-2.0
 *
 * The presets there are. Filters stand in them as in a recipe; those with a cheap value come first, which
 * changes only the reason that a document with several is counted under. "$lists/NAME" is a file in
 * the folder that the user names, since word lists belong to others and are not in this project; "$lists?/NAME" one that may
 * be missing there.
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

/* Words and letters, for Japanese as FineWeb-2 has them (configs/jpn_Jpan.yml): the words of Gopher's paper
 * and their lengths are English. */
#define GOPHER_QUALITY                                                                            \
    "{\"name\":\"gopher_words\"},"                                                               \
    "{\"name\":\"gopher_word_length\",\"minimum\":1,\"maximum\":6},"                             \
    "{\"name\":\"gopher_hashes\"},{\"name\":\"gopher_ellipses\"},"                               \
    "{\"name\":\"gopher_bullet_lines\"},{\"name\":\"gopher_ellipsis_lines\"},"                   \
    "{\"name\":\"gopher_alphabetic_words\",\"minimum\":0.759},"                                  \
    "{\"name\":\"gopher_stop_words\",\"japanese\":true}"

static const tkz_preset_info presets[] = {
    {"swallow-v1-quality", "The Swallow corpus, version 1: all rules of quality.py.",
     "swallow-llm/swallow-corpus, quality.py, apply_v1", "[" SWALLOW_QUALITY "]", NULL},
    {"swallow-v1",
     "The same, the hosts of URLs and the share of NG words. What Swallow changes in the text (punctuation, footers) and "
     "its detector of Japanese (swallow_detector) are left out.",
     "swallow-llm/swallow-corpus, quality.py, ngurl.py and ngword.py",
     "[{\"name\":\"swallow_hosts\",\"file\":\"$lists?/hosts\"}," SWALLOW_QUALITY ",{\"name\":\"swallow_ng_words\",\"file\":\"$lists/ng_words.txt\"}]",
     "ng_words.txt, one word a line, for example Offensive.txt, Sexual.txt, Sexual_with_bopo.txt and "
     "Sexual_with_mask.txt of github.com/MosasoM/inappropriate-words-ja put together; and, if there is one, hosts, a list or a "
     "folder of them, such as the blacklists of the university of Toulouse (UT1): without it the two endings of hosts alone"},
    /* Bounds chosen by bench/clean_tradeoff.py --choose on half of 854 labelled paragraphs of mC4, each so wide that 97.5 %
     * of every one of 11 collections stays, then rounded; those of quality_score by contrib/train_quality.py: 75 % of the good
     * paragraphs stay by cross-validation, and of every collection, half of which was learnt from, 95 % and more. */
    {"ja-web-v1",
     "Ours for pages of the web in Japanese: what no prose looks like goes, and what is written like the paragraphs of the web "
     "that people labelled bad: advertisements, lists, templates. Of labelled paragraphs 70 % of the bad go and 75 % of the "
     "good stay, by cross-validation; literature, law, manuals, news and dialogue stay (96 % and more of each collection).",
     "our own: measures after Swallow's, and a model of characters (doc/quality-score.md)",
     "[{\"name\":\"japanese_ratio\",\"minimum\":0.06,\"minimum_kana\":0.05},"
     "{\"name\":\"swallow_katakana\",\"maximum\":0.65},"
     "{\"name\":\"unended_sentences\"},"
     "{\"name\":\"swallow_repeated_6gram\",\"maximum\":0.5},"
     "{\"name\":\"quality_score\",\"minimum\":0.31,\"minimum_short\":0.18,\"short\":100}]",
     NULL},
    {"gopher-ja",
     "The rules of Gopher over Japanese words: its thresholds of repetition, and of quality all that are not about "
     "English; mean length of words, words with letters and stop words as FineWeb-2 has them. Needs --dictionary.",
     "Rae et al. 2021, arXiv 2112.11446, as datatrove 0.10.1 has it; huggingface/fineweb-2, configs/jpn_Jpan.yml",
     "[{\"name\":\"length\",\"minimum\":1},"
     "{\"name\":\"gopher_repeated_paragraphs\"},{\"name\":\"gopher_repeated_paragraph_characters\"},"
     "{\"name\":\"gopher_repeated_lines\"},{\"name\":\"gopher_repeated_line_characters\"}," GOPHER_QUALITY
     ",{\"name\":\"gopher_top_2gram\"},{\"name\":\"gopher_top_3gram\"},{\"name\":\"gopher_top_4gram\"},"
     "{\"name\":\"gopher_repeated_5gram\"},{\"name\":\"gopher_repeated_6gram\"},"
     "{\"name\":\"gopher_repeated_7gram\"},{\"name\":\"gopher_repeated_8gram\"},"
     "{\"name\":\"gopher_repeated_9gram\"},{\"name\":\"gopher_repeated_10gram\"}]",
     NULL},
    {"fineweb2-jpn",
     "The thresholds of FineWeb-2 for Japanese, over the words of the dictionary that is given (those of FineWeb-2 "
     "are Sudachi's): repetition, lines, quality. Language (GlotLID), near duplicates, the repair of texts and "
     "masking, which FineWeb-2 does elsewhere, are left out. Needs --dictionary.",
     "huggingface/fineweb-2, configs/jpn_Jpan.yml and fineweb-2-pipeline.py",
     "[{\"name\":\"length\",\"minimum\":1},"
     "{\"name\":\"gopher_repeated_lines\",\"maximum\":0.328},"
     "{\"name\":\"fineweb_ended_lines\",\"minimum\":0.096},"
     "{\"name\":\"fineweb_repeated_characters\",\"maximum\":0.1},"
     "{\"name\":\"fineweb_line_feeds\",\"maximum\":0.13}," GOPHER_QUALITY
     ",{\"name\":\"gopher_top_2gram\",\"maximum\":0.239},{\"name\":\"gopher_top_3gram\",\"maximum\":0.196},"
     "{\"name\":\"gopher_top_4gram\",\"maximum\":0.172},"
     "{\"name\":\"gopher_repeated_5gram\",\"maximum\":0.243},"
     "{\"name\":\"gopher_repeated_6gram\",\"maximum\":0.225},"
     "{\"name\":\"gopher_repeated_7gram\",\"maximum\":0.207},"
     "{\"name\":\"gopher_repeated_8gram\",\"maximum\":0.19},"
     "{\"name\":\"gopher_repeated_9gram\",\"maximum\":0.175},"
     "{\"name\":\"gopher_repeated_10gram\",\"maximum\":0.159}]",
     NULL},
    {"llm-jp-v1",
     "The LLM-jp corpus, version 1, mC4 for Japanese: lists of words with more than 3 words (advertisements: 10), "
     "sentences, compression, and top-level domains where records have a URL. Its extraction of Japanese lines, which changes the "
     "text, is --edit kana_lines,urls:compat=true,ascii_runs,join_lines.",
     "llm-jp/llm-jp-corpus, scripts/filters.py and filter_data.py",
     "[{\"name\":\"llm_jp_domain\"},{\"name\":\"length\",\"minimum\":1},{\"name\":\"hojichar_kana_start\"},"
     "{\"name\":\"hojichar_kuten\",\"minimum\":0.004},"
     "{\"name\":\"hojichar_advertisements\",\"maximum\":10,"
     "\"file\":\"$lists/advertisement_keywords_ja.txt\"},"
     "{\"name\":\"hojichar_ng_words\",\"maximum\":3,\"whole_katakana\":true,"
     "\"file\":\"$lists/adult_keywords_ja.txt\"},"
     "{\"name\":\"hojichar_ng_words\",\"maximum\":3,\"whole_katakana\":true,"
     "\"file\":\"$lists/discrimination_keywords_ja.txt\"},"
     "{\"name\":\"hojichar_ng_words\",\"maximum\":3,\"whole_katakana\":true,"
     "\"file\":\"$lists/violence_keywords_ja.txt\"},"
     "{\"name\":\"llm_jp_compression\"}]",
     "adult_keywords_ja.txt, advertisement_keywords_ja.txt, discrimination_keywords_ja.txt and "
     "violence_keywords_ja.txt: the folder hojichar/dict of the PyPI package hojichar, or those of the folder "
     "scripts/dict of llm-jp-corpus (ja_adult_keywords.txt and so on) under these names"},
    {"hojichar",
     "HojiChar's filters with its defaults, length as its documentation says.",
     "HojiChar 0.18.1, hojichar/filters/document_filters.py, without the two that need a dictionary, "
     "DiscardTooManyNouns and WordRepetitionRatioFilter (-f hojichar_nouns -f hojichar_word_repetition -d unidic)",
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
