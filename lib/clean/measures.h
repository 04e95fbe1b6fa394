/* SPDX-License-Identifier: Apache-2.0
 *
 * What is measured in a document, once, for all filters together, in groups by what they cost.
 * Leans on character_kinds. A filter that needs a new measure adds a group or a member here and the
 * pass that fills it in measuring.c.
 */
#ifndef TKZ_CLEAN_MEASURES_H
#define TKZ_CLEAN_MEASURES_H

#include "clean/character_kinds.h"

/* Groups of measures. A filter names those that it reads; the passes over the text are those of the
 * groups that are asked for. */
enum tkz__measure {
    TKZ__MEASURE_LENGTH = 1 << 0,    /* `characters` */
    TKZ__MEASURE_KINDS = 1 << 1,     /* `kinds` */
    TKZ__MEASURE_SENTENCES = 1 << 2, /* `sentences` */
    TKZ__MEASURE_NGRAMS = 1 << 3,    /* `ngrams` */
    TKZ__MEASURE_HOJICHAR = 1 << 4,  /* `hojichar` */
    TKZ__MEASURE_LINES = 1 << 5,     /* `paragraphs` */
    TKZ__MEASURE_WORDS = 1 << 6,     /* `words`, and the words themselves */
    TKZ__MEASURE_WORD_NGRAMS = 1 << 7, /* `word_ngrams` */
    TKZ__MEASURE_COUNTERS = 1 << 8,  /* `counters` */
    TKZ__MEASURE_NOUNS = 1 << 9,     /* `words.nouns` and `words.marks` too */
    TKZ__MEASURE_CHUNKS = 1 << 10,   /* `chunks`; the words themselves are others then */
    TKZ__MEASURE_CHUNK_NOUNS = 1 << 11, /* `chunks.words.nouns` and `chunks.words.marks` too */
    TKZ__MEASURE_NEMO = 1 << 12,     /* `nemo` */
    TKZ__MEASURE_GROUPS = 13,        /* how many */
    TKZ__MEASURE_OF_NOUNS = TKZ__MEASURE_NOUNS | TKZ__MEASURE_CHUNK_NOUNS,
    TKZ__MEASURE_OF_WORDS = TKZ__MEASURE_WORDS | TKZ__MEASURE_WORD_NGRAMS | TKZ__MEASURE_CHUNKS | TKZ__MEASURE_OF_NOUNS
};

/* Lines and sentences as Swallow cuts them (quality.py): a line ends at a line feed alone; a
 * sentence is the longest run without 。．！？!? within a line, with the one mark that follows it. */
typedef struct tkz__sentence_measures {
    uint64_t lines;                   /* line feeds + 1 */
    uint64_t line_characters;         /* of all lines, in sentences */
    uint64_t repeated_lines;          /* equal to an earlier one */
    uint64_t repeated_line_characters;
    uint64_t sentences;
    uint64_t repeated_sentences;
    uint64_t repeated_sentence_characters;
    uint64_t unended_characters;      /* of sentences without a mark at their end */
    uint64_t longest;                 /* sentence, in characters */
    uint64_t ellipses;                /* sentences that end in ・ or …, white space aside */
    uint64_t longest_start;           /* place of the longest one, in characters */
} tkz__sentence_measures;

/* Of n-grams of characters, line feeds among them, for one n. */
typedef struct tkz__ngram_counts {
    uint64_t total;       /* places where one begins */
    uint64_t distinct;
    uint64_t repeated;    /* distinct ones that occur more than once */
    uint64_t most_common; /* how often the most frequent one occurs */
    uint64_t most_common_start; /* where one of those begins, in characters */
} tkz__ngram_counts;

enum { TKZ__NGRAM_LEAST = 2, TKZ__NGRAM_FREQUENT = 5, TKZ__NGRAM_MOST = 10 };

/* Lines end at line feeds. Source: HojiChar's filters, see measure_hojichar.c. */
typedef struct tkz__hojichar_measures {
    uint64_t lines;
    uint64_t short_lines;       /* of at most 10 characters */
    uint64_t ellipses;          /* line feeds behind ... or … */
    uint64_t longest_run;       /* of one character */
    uint64_t longest_run_start;
    uint64_t first_kana;        /* its place, UINT64_MAX without */
    uint64_t board_marks;       /* matches of the pattern of DiscardBBSComments */
} tkz__hojichar_measures;

/* Lines and paragraphs as the filters of datatrove cut them, see measure_lines.c. */
typedef struct tkz__line_measures {
    /* Of the text without white space around it, between runs of two line feeds and more. */
    uint64_t paragraphs;
    uint64_t repeated_paragraphs; /* equal to an earlier one */
    uint64_t repeated_paragraph_characters;
    /* Between runs of line feeds. */
    uint64_t lines;
    uint64_t repeated_lines;
    uint64_t repeated_line_characters;
    /* Between line feeds, those of white space alone left out. */
    uint64_t filled_lines;
    uint64_t ended_lines; /* whose last character is a terminal mark */
    uint64_t short_lines; /* of at most 30 characters */
    uint64_t repeated_filled_line_characters;
    uint64_t third_longest; /* length of the third longest line between line feeds; 0: there are two */
    uint64_t line_feeds;
    /* As str.splitlines cuts. */
    uint64_t split_lines;
    uint64_t bullet_lines;   /* that begin with • or - behind white space */
    uint64_t ellipsis_lines; /* that end in ... or … before white space */
    uint64_t hashes;         /* # */
    uint64_t ellipses;       /* ... and … */
} tkz__line_measures;

/* What web corpora count besides, see measure_counters.c. */
typedef struct tkz__counter_measures {
    /* NeMo Curator. */
    uint64_t plain;        /* [a-zA-Z0-9\n?!,.] */
    uint64_t digits;       /* 0-9: [[:digit:]] of the module regex is that of POSIX */
    uint64_t parentheses;  /* {}[]() and U+27E8 U+27E9 */
    uint64_t spaces;       /* tab, line feed, carriage return, backspace, space */
    uint64_t url_characters;
    uint64_t old_url_characters; /* of the pattern before version 1.4.0 */
    /* Ungoliant: lines end at line feeds, one carriage return before it is no part of a line, and behind
     * the last line feed there is a line only if it is not empty. */
    uint64_t header_lines;       /* a fifth of all, at the beginning and again at the end */
    uint64_t short_header_lines; /* of fewer than 100 bytes */
    uint64_t short_footer_lines;
    uint64_t line_characters;
    uint64_t long_line_characters; /* in lines of 100 characters and more */
    /* As str.splitlines cuts. */
    uint64_t code_lines;
    uint64_t code_line_characters;
    uint64_t longest_code_line;
    uint64_t utf16_units;
    uint64_t hiragana_block; /* U+3040-309F */
} tkz__counter_measures;

/* Of words. */
typedef struct tkz__word_measures {
    uint64_t words;
    uint64_t plain;            /* with a character that is no symbol of datatrove */
    uint64_t plain_characters; /* of those */
    uint64_t alphabetic;       /* with a letter, L* */
    uint64_t tagged;           /* with a part of speech, white space among words included */
    uint64_t nouns;            /* of those: 名詞 */
    uint64_t marks;            /* 補助記号, the punctuation marks of UniDic */
} tkz__word_measures;

/* Of the words of stretches of 100,000 characters, each of which is one sentence, line feeds and all, as HojiChar has
 * them; see measure_chunks.c. */
typedef struct tkz__chunk_measures {
    tkz__word_measures words;
    uint64_t sequences; /* places where a sequence of 7 words begins that ends in the same stretch */
    uint64_t repeated;  /* of those: with one of which there is another one */
} tkz__chunk_measures;

/* Lines or paragraphs, and those that are equal to no earlier one. */
typedef struct tkz__distinct_items {
    uint64_t count;
    uint64_t characters;
    uint64_t distinct;
    uint64_t distinct_characters;
} tkz__distinct_items;

/* As NeMo Curator cuts them, see measure_nemo.c. */
typedef struct tkz__nemo_measures {
    tkz__distinct_items lines; /* those that are not blank */
    tkz__distinct_items paragraphs;
    uint64_t bullet_lines;
    uint64_t unended_lines;
    uint64_t ellipsis_lines;
} tkz__nemo_measures;

typedef struct tkz__measures {
    uint64_t characters;
    uint64_t kinds[TKZ__KINDS];
    tkz__sentence_measures sentences;
    tkz__ngram_counts ngrams[TKZ__NGRAM_MOST + 1]; /* from TKZ__NGRAM_LEAST on */
    /* Of 5-grams, as the BigScience filter of repeated characters counts them. */
    tkz__hojichar_measures hojichar;
    tkz__line_measures paragraphs;
    tkz__counter_measures counters;
    tkz__word_measures words;
    tkz__ngram_counts word_ngrams[TKZ__NGRAM_MOST + 1];
    tkz__chunk_measures chunks;
    tkz__nemo_measures nemo;
    uint64_t frequent_5grams; /* occurrences of the k most frequent ones, see character_ngrams.c */
} tkz__measures;

/* Japanese characters: hiragana, katakana, kanji and Japanese signs. */
static inline uint64_t tkz__measures_japanese(const tkz__measures *measures)
{
    return measures->kinds[TKZ__KIND_HIRAGANA] + measures->kinds[TKZ__KIND_KATAKANA] +
           measures->kinds[TKZ__KIND_HAN] + measures->kinds[TKZ__KIND_JAPANESE_SIGN];
}

/* part / whole, or what is said of nothing. */
static inline double tkz__share_or(uint64_t part, uint64_t whole, double otherwise)
{
    return whole == 0 ? otherwise : (double)part / (double)whole;
}

/* part / whole, 0 of nothing. */
static inline double tkz__share(uint64_t part, uint64_t whole)
{
    return tkz__share_or(part, whole, 0);
}

#endif
