/* SPDX-License-Identifier: Apache-2.0
 *
 * Word counts and vocabularies made from them.
 */
#ifndef TOKENIZE_TRAIN_H
#define TOKENIZE_TRAIN_H

#include "tokenize/base.h"
#include "tokenize/subword.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Word counts -------------------------------------------------------- */

/* A table word -> count, with the name of the pre-tokenizer that cut the words. One thread at a
 * time while it changes. */
typedef struct tkz_word_counts tkz_word_counts;

/* An empty table for words that the pre-tokenizer of this name cuts. Errors: NOT_FOUND,
 * OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_word_counts_new(tkz_word_counts **counts,
                                                   const char *pre_tokenizer,
                                                   const tkz_allocator *allocator,
                                                   tkz_error *error);
TKZ_API void tkz_word_counts_free(tkz_word_counts *counts); /* accepts NULL */

/* Adds `count` occurrences of a word (any bytes, not empty); adding 0 changes nothing. Errors:
 * INVALID_ARGUMENT, OVERFLOW (the bytes of all occurrences would be above 2^64-1), LIMIT (2^32-2
 * different words of less than 4 GiB), OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_word_counts_add(tkz_word_counts *counts, const char *word,
                                                   size_t size, uint64_t count, tkz_error *error);

/* Cuts `text` with the table's pre-tokenizer and counts the chunks. After an error the chunks
 * before the one that failed are counted. Errors: as tkz_word_counts_add. */
TKZ_API TKZ_CHECKED tkz_status tkz_word_counts_add_text(tkz_word_counts *counts, const char *text,
                                                        size_t size, tkz_error *error);

/* counts += other. Both need the same pre-tokenizer (INVALID_ARGUMENT). OVERFLOW leaves `counts` as
 * it was; after LIMIT or OUT_OF_MEMORY it holds a part of `other` too. */
TKZ_API TKZ_CHECKED tkz_status tkz_word_counts_merge(tkz_word_counts *counts,
                                                     const tkz_word_counts *other,
                                                     tkz_error *error);

/* Sums over the table: different words, all occurrences, bytes of all occurrences. Each pointer may
 * be NULL. */
TKZ_API void tkz_word_counts_totals(const tkz_word_counts *counts, uint64_t *types,
                                    uint64_t *tokens, uint64_t *bytes);

/* The table as bytes, sorted by word, and therefore the same for any order of additions. The format
 * is doc/formats/word-counts.md: a header line, then one line per word: count TAB word, with
 * \\ \t \n \r and \xHH for bytes that are not UTF-8. Free with tkz_bytes_free. Errors:
 * OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_word_counts_serialize(tkz_word_counts *counts, tkz_bytes *bytes,
                                                         tkz_error *error);

/* Reads such a table. `error` names the line. Errors: BAD_FORMAT (no such table), BAD_VERSION,
 * NOT_FOUND (the pre-tokenizer), CORRUPT, TRUNCATED (the last line has no end), OVERFLOW, LIMIT,
 * COUNTS_DISAGREE (with the header), OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_word_counts_parse(tkz_word_counts **counts, const void *data,
                                                     size_t size, const tkz_allocator *allocator,
                                                     tkz_error *error);

/* ---- BPE ---------------------------------------------------------------- */

/* How to train: an opaque set of options with defaults. */
typedef struct tkz_bpe_options tkz_bpe_options;
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_options_new(tkz_bpe_options **options,
                                                   const tkz_allocator *allocator,
                                                   tkz_error *error);
TKZ_API void tkz_bpe_options_free(tkz_bpe_options *options); /* accepts NULL */

/* Ids in all, specials and the alphabet included: 257 .. 16777216. Default 32000. Errors:
 * INVALID_OPTION. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_options_set_size(tkz_bpe_options *options, uint32_t size,
                                                        tkz_error *error);

/* Pairs seen less often are never merged. Default 2; 0 means the same as 1. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_options_set_minimum_count(tkz_bpe_options *options,
                                                                 uint64_t count, tkz_error *error);

/* Adds a special token; ids are given in this order, from 0. Errors: INVALID_OPTION (shorter than
 * two bytes, not UTF-8, or there already), OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_options_add_special(tkz_bpe_options *options,
                                                           const char *content, size_t size,
                                                           tkz_error *error);

/* What merging begins with. */
enum tkz_bpe_unit {
    TKZ_BPE_BYTES = 0,     /* the 256 bytes: no text is unknown */
    TKZ_BPE_CHARACTERS = 1 /* the characters of the words */
};

/* Which of two pairs of equal count is merged first, and what ids the alphabet has. */
enum tkz_bpe_order {
    /* HF tokenizers' BpeTrainer: the smaller left id, then the smaller right id; specials, then the
     * alphabet by code point (of bytes: of GPT-2's character for each), then merges. */
    TKZ_BPE_ORDER_HF = 0,
    /* rustbpe, minbpe, bpeasy: the same, where the id of a byte is its value; specials come last. */
    TKZ_BPE_ORDER_RUSTBPE = 1,
    /* sentencepiece's BPE: the new token with fewer characters, then the one that is first by code
     * point. Ids: <unk> <s> </s>, specials, bytes if there is byte fallback, merges, the alphabet by
     * frequency. A space is the character U+2581. */
    TKZ_BPE_ORDER_SENTENCEPIECE = 2
};

/* Defaults: BYTES and HF. RUSTBPE goes with BYTES, SENTENCEPIECE with CHARACTERS. Errors:
 * INVALID_OPTION. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_options_set_unit(tkz_bpe_options *options, int32_t unit,
                                                        tkz_error *error);
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_options_set_order(tkz_bpe_options *options, int32_t order,
                                                         tkz_error *error);

/* The longest tokens that are made, in bytes and in characters (of bytes: those that begin one). 0, the
 * default: 65535 bytes, any characters; of the order SENTENCEPIECE 16 characters, at most 512. HF's
 * max_token_length is one more, and counts characters. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_options_set_longest(tkz_bpe_options *options,
                                                           uint32_t bytes, uint32_t characters,
                                                           tkz_error *error);

/* Of CHARACTERS: the alphabet is the most frequent characters that make up this share of all of them,
 * and at most `limit` (0: any number) of these; of equal counts the smaller code point. Those that are
 * required come in always. The others are unknown: of the order HF they vanish and their neighbours
 * meet, as in HF; of SENTENCEPIECE no merge crosses them. Defaults: 1, 0. Errors: INVALID_OPTION (not
 * above 0 to 1). */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_options_set_alphabet(tkz_bpe_options *options,
                                                            double coverage, uint32_t limit,
                                                            tkz_error *error);

/* Characters that the alphabet has whether or not the words have them: UTF-8. May be called again. Of
 * CHARACTERS. Errors: INVALID_OPTION, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_options_require(tkz_bpe_options *options,
                                                       const char *characters, size_t size,
                                                       tkz_error *error);

/* A token that the vocabulary has whether or not training finds it: UTF-8; of the order SENTENCEPIECE with a space or
 * U+2581. May be called again. Merges of the training are the same without it; behind as many of them as there is room for come
 * those that make each required token out of what they leave of it, so that each by itself is encoded as one id. Of
 * CHARACTERS its characters are required too. Errors: INVALID_OPTION (empty, not UTF-8; when training begins: forbidden, a
 * special token, longer than the longest token, more than there is room for, cut by the pre-tokenizer), OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_options_require_token(tkz_bpe_options *options, const char *token, size_t size,
                                                             tkz_error *error);

/* A text that no merge may make, and so none that goes on from it by this way; of CHARACTERS one character is left out of
 * the alphabet. May be called again. Errors: INVALID_OPTION (empty, a special token; when training begins: a required
 * character, a byte of BYTES), OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_options_forbid(tkz_bpe_options *options, const char *text,
                                                      size_t size, tkz_error *error);

/* What no token of CHARACTERS may hold together; bits. */
enum tkz_bpe_split {
    TKZ_BPE_SPLIT_SCRIPTS = 1, /* characters of two scripts; Han, kana and U+30FC are one, and what
                                * inherits its script has that of the character before */
    TKZ_BPE_SPLIT_NUMBERS = 2, /* with SCRIPTS: 0-9 and U+FF10..19 are of a script too, not of any */
    TKZ_BPE_SPLIT_DIGITS = 4,  /* such a digit and anything else */
    TKZ_BPE_SPLIT_SPACES = 8,  /* U+2581 behind anything; without it, only at the end */
    TKZ_BPE_KEEP_SPACES = 16   /* U+2581 alone may make tokens whatever SPACES says */
};

/* Bits of tkz_bpe_split: the rules of sentencepiece's split_by_unicode_script, split_by_number,
 * split_digits, split_by_whitespace, allow_whitespace_only_pieces. Of the order SENTENCEPIECE, whose
 * default is SCRIPTS | NUMBERS | SPACES as there. Errors: INVALID_OPTION. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_options_set_split(tkz_bpe_options *options, uint32_t split,
                                                         tkz_error *error);

/* Of CHARACTERS: 1: the vocabulary has 256 tokens <0x00> to <0xFF> for the bytes of unknown
 * characters. Default 0: those become <unk>. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_options_set_byte_fallback(tkz_bpe_options *options,
                                                                 int32_t fallback,
                                                                 tkz_error *error);

/* The most memory that a trainer may take, in bytes; 0, the default: any. A trainer that needs more is
 * refused with the size when it is made. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_options_set_memory(tkz_bpe_options *options,
                                                          uint64_t bytes, tkz_error *error);

/* The pre-tokenizer that the tokenizer is made with: that which cut the words, by name or by its steps as a word table
 * has them; of bytes, steps without byte_level get it as the last one. NULL, the default: none. Errors: NOT_FOUND, those
 * of steps, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_options_set_pre_tokenizer(tkz_bpe_options *options,
                                                                 const char *name,
                                                                 tkz_error *error);

/* Word i is data[offsets[i]] .. data[offsets[i+1]-1] and occurs counts[i] times. No order is needed,
 * and a word may come twice. */
typedef struct tkz_word_list {
    const char *data;
    const uint64_t *offsets; /* count + 1 of them */
    const uint64_t *counts;
    size_t count;
} tkz_word_list;

/* Finds merges: exact greedy, most frequent pair first, counts of 64 bits. A pair that spells a special
 * token or a forbidden text is never merged. The result does not depend on the order of words. */
typedef struct tkz_bpe_trainer tkz_bpe_trainer;

/* Lays out the words, which are not needed afterwards, nor are the options. Errors: EMPTY_INPUT,
 * INVALID_ARGUMENT (offsets not ascending), INVALID_OPTION (options that contradict each other, a
 * vocabulary too small for the alphabet), OVERFLOW (the characters of all occurrences are above
 * 2^64-1), LIMIT (2^32-1 bytes or characters of different words; the memory), OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_trainer_new(tkz_bpe_trainer **trainer,
                                                   const tkz_bpe_options *options,
                                                   const tkz_word_list *words,
                                                   const tkz_allocator *allocator,
                                                   tkz_error *error);
/* The same of the words of a table, with its pre-tokenizer unless the options name one. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_trainer_of_counts(tkz_bpe_trainer **trainer,
                                                         const tkz_bpe_options *options,
                                                         const tkz_word_counts *counts,
                                                         const tkz_allocator *allocator,
                                                         tkz_error *error);
TKZ_API void tkz_bpe_trainer_free(tkz_bpe_trainer *trainer); /* accepts NULL */

/* A second stage, for super-words (SuperBPE, arXiv 2503.13423): when the vocabulary has `transition` ids, or the
 * first stage has no pair left, training goes on with these words, which are laid out as the merges so far cut them.
 * They are cut at fewer borders than those the trainer was made with, such as whole clauses of the same texts; new
 * merges cross the borders that are not theirs. The pre-tokenizer of the options must be that of these words. Only
 * before the first merge, and before a state is restored. The words are not needed afterwards. Errors:
 * INVALID_ARGUMENT (merges are there already; offsets), INVALID_OPTION (the order SENTENCEPIECE; a transition that is
 * not between base and size), EMPTY_INPUT, OVERFLOW, LIMIT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_trainer_set_super_words(tkz_bpe_trainer *trainer,
                                                               const tkz_word_list *words,
                                                               uint32_t transition,
                                                               tkz_error *error);

/* Bytes that training will need at most, near enough: known before the first merge. */
TKZ_API uint64_t tkz_bpe_trainer_need(const tkz_bpe_trainer *trainer);

/* Makes merges until the vocabulary has `size` ids (0: those of the options) or no pair is left;
 * calling again goes on. After an error other than CANCELLED the trainer is of no use. `progress` may be
 * NULL. Errors: INVALID_ARGUMENT (more than the options say), CANCELLED, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_trainer_run(tkz_bpe_trainer *trainer, uint32_t size,
                                                   const tkz_progress_callback *progress,
                                                   tkz_error *error);

/* Ids that the vocabulary has by now, and those of specials and alphabet among them. */
TKZ_API uint32_t tkz_bpe_trainer_size(const tkz_bpe_trainer *trainer);
TKZ_API uint32_t tkz_bpe_trainer_base(const tkz_bpe_trainer *trainer);
/* Ids of the smallest vocabulary that the trainer makes: the base, and merges that make the required tokens out of the
 * alphabet. */
TKZ_API uint32_t tkz_bpe_trainer_least(const tkz_bpe_trainer *trainer);
/* 1: no pair is left, the vocabulary stays as it is. */
TKZ_API int32_t tkz_bpe_trainer_is_done(const tkz_bpe_trainer *trainer);

/* The state as bytes: a hash of options and words, and the merges so far. Free with tkz_bytes_free.
 * Errors: OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_trainer_save(const tkz_bpe_trainer *trainer,
                                                    tkz_bytes *bytes, tkz_error *error);

/* Takes a saved state into a new trainer of the same options (their size may differ) and words: what
 * follows is the same as without the interruption. Errors: INVALID_ARGUMENT (other options or words, or
 * the trainer has run), BAD_FORMAT, CORRUPT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_trainer_restore(tkz_bpe_trainer *trainer, const void *data,
                                                       size_t size, tkz_error *error);

/* A tokenizer of the first `size` ids (0: all so far): what a training to that size gives. Of the order
 * SENTENCEPIECE use tkz_bpe_trainer_sentencepiece. Errors: INVALID_ARGUMENT (not so many, or fewer
 * than the base), INVALID_OPTION (fewer than tkz_bpe_trainer_least; a required token that no merges make, as a forbidden
 * text stands in every way), UNSUPPORTED, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_trainer_tokenizer(const tkz_bpe_trainer *trainer,
                                                         uint32_t size,
                                                         tkz_tokenizer **tokenizer,
                                                         tkz_error *error);

/* The same as the bytes of a SentencePiece model, for the order SENTENCEPIECE (else UNSUPPORTED). Its
 * normalizer changes nothing but spaces, with a space put before the text if `dummy_prefix`. Free with
 * tkz_bytes_free. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_trainer_sentencepiece(const tkz_bpe_trainer *trainer,
                                                             uint32_t size, int32_t dummy_prefix,
                                                             tkz_bytes *bytes, tkz_error *error);

/* All of this at once, of a table. `progress` may be NULL. Errors: those of tkz_bpe_trainer_of_counts,
 * _run and _tokenizer. */
TKZ_API TKZ_CHECKED tkz_status tkz_train_bpe(const tkz_word_counts *counts,
                                             const tkz_bpe_options *options,
                                             const tkz_progress_callback *progress,
                                             const tkz_allocator *allocator,
                                             tkz_tokenizer **tokenizer, tkz_error *error);

/* ---- Unigram ------------------------------------------------------------- */

/* How to train: an opaque set of options with defaults, by the names that sentencepiece gives them. */
typedef struct tkz_unigram_options tkz_unigram_options;

/* What one option is. Static strings. */
typedef struct tkz_unigram_option_info {
    const char *name; /* such as "character_coverage" */
    const char *type; /* "true|false", "integer", "number", "text", the names of choices */
    const char *text;
    const char *default_value;
    double minimum; /* of numbers */
    double maximum;
} tkz_unigram_option_info;

TKZ_API size_t tkz_unigram_option_count(void);
/* NULL beyond the end. */
TKZ_API const tkz_unigram_option_info *tkz_unigram_option_at(size_t index);

TKZ_API TKZ_CHECKED tkz_status tkz_unigram_options_new(tkz_unigram_options **options,
                                                       const tkz_allocator *allocator,
                                                       tkz_error *error);
TKZ_API void tkz_unigram_options_free(tkz_unigram_options *options); /* accepts NULL */

/* Sets an option to a value written as text. Errors: INVALID_OPTION (no such name, or value),
 * OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_unigram_options_set(tkz_unigram_options *options,
                                                       const char *name, const char *value,
                                                       tkz_error *error);

/* What a training has come to. */
/* A piece that the vocabulary has in any case, as UTF-8 with a space or U+2581: a piece from the beginning that pruning
 * leaves, with the score of expectation maximisation, or a little more than its best cut into others where that is higher, so
 * that by itself it is one. Its characters are required. May be called again. Errors: INVALID_OPTION (empty, not UTF-8; when
 * training begins: forbidden, a symbol or with one inside, no piece by the rules, `compat`), OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_unigram_options_require_token(tkz_unigram_options *options, const char *token,
                                                                 size_t size, tkz_error *error);
/* A text that is no piece; one character is left out of the alphabet. Not with `compat`. May be called again. Errors:
 * INVALID_OPTION (empty, not UTF-8; when training begins: `compat`, a required character), OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_unigram_options_forbid(tkz_unigram_options *options, const char *token, size_t size,
                                                          tkz_error *error);

typedef struct tkz_unigram_report {
    uint32_t size;       /* ids */
    uint64_t lines;      /* different ones */
    uint64_t skipped;    /* lines that were too long, or hold U+2585 */
    uint64_t characters; /* of the alphabet */
    uint64_t seeds;      /* pieces to begin with, alphabet included */
    uint64_t segments;   /* different texts that no piece crosses */
    uint64_t need;       /* bytes that it took at most, near enough */
    uint32_t prunings;
    double likelihood;   /* natural logarithm of that of the segments, by the last round; 0 with compat */
} tkz_unigram_report;

/* Trains on lines of UTF-8, as `tokenize count --cut lines` counts them, or on words: the list says how
 * often each occurs. Gives the bytes of a SentencePiece model; free with tkz_bytes_free. Its normalizer
 * changes nothing but spaces. Expectation maximisation and pruning as Kudo, "Subword regularization"
 * (2018), has them, in double precision; the result is the same for any executor (NULL: this thread
 * alone). With `compat` pieces and scores are those of that sentencepiece with one thread, given the
 * lines in the order of the list. `progress` and `report` may be NULL. Errors: EMPTY_INPUT,
 * INVALID_OPTION (vocabulary smaller than alphabet and symbols, symbols twice, ids that collide, a
 * vocabulary larger than the text has pieces for), LIMIT (the memory, with the size that is needed; a
 * text of 2^32 different segments), OVERFLOW, CANCELLED, THREAD, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_train_unigram(const tkz_unigram_options *options,
                                                 const tkz_word_list *lines,
                                                 const tkz_executor *executor,
                                                 const tkz_progress_callback *progress,
                                                 const tkz_allocator *allocator, tkz_bytes *model,
                                                 tkz_unigram_report *report, tkz_error *error);

/* The same in steps, which can be saved between two of them, and for several sizes: these have all prunings in common
 * that leave more than they are pruned to, so that each model is, byte for byte, that of a training to its size alone. */
typedef struct tkz_unigram_trainer tkz_unigram_trainer;

/* Reads the lines, which are not needed afterwards, and cuts them; options and executor must outlive the trainer. `sizes`
 * are numbers of ids, in any order; none of them: that of the options. Errors: as above, and INVALID_OPTION too where
 * seed_sentencepiece_size is 0 with more than one size, as it would be another for each. */
TKZ_API TKZ_CHECKED tkz_status tkz_unigram_trainer_new(tkz_unigram_trainer **trainer,
                                                       const tkz_unigram_options *options,
                                                       const uint32_t *sizes, size_t size_count,
                                                       const tkz_word_list *lines,
                                                       const tkz_executor *executor,
                                                       const tkz_allocator *allocator, tkz_error *error);
TKZ_API void tkz_unigram_trainer_free(tkz_unigram_trainer *trainer); /* accepts NULL */

/* Bytes that training will need at most, near enough: known before the first step; 0 with `compat`. */
TKZ_API uint64_t tkz_unigram_trainer_need(const tkz_unigram_trainer *trainer);

/* Lines that were left out: too long, or with U+2585. */
TKZ_API uint64_t tkz_unigram_trainer_skipped(const tkz_unigram_trainer *trainer);

/* Goes on for so many steps (0: to the end); a step is the search for seeds, or a pruning with the rounds before it. After
 * an error the trainer is of no use. `progress` may be NULL. Errors: as tkz_train_unigram. */
TKZ_API TKZ_CHECKED tkz_status tkz_unigram_trainer_run(tkz_unigram_trainer *trainer, uint32_t steps,
                                                       const tkz_progress_callback *progress, tkz_error *error);

/* 1: all sizes are there. */
TKZ_API int32_t tkz_unigram_trainer_is_done(const tkz_unigram_trainer *trainer);

/* The state as bytes: hashes of options and lines, the sizes that are done, and the pieces by now with their scores.
 * Free with tkz_bytes_free. Errors: OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_unigram_trainer_save(const tkz_unigram_trainer *trainer, tkz_bytes *bytes,
                                                        tkz_error *error);

/* Takes a saved state into a new trainer of the same options, sizes and lines: what follows is the same as without the
 * interruption. Errors: INVALID_ARGUMENT (others, or the trainer has run), BAD_FORMAT, BAD_VERSION, CORRUPT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_unigram_trainer_restore(tkz_unigram_trainer *trainer, const void *data, size_t size,
                                                           tkz_error *error);

/* The model of one of the sizes, as tkz_train_unigram gives it. `report` may be NULL. Errors: INVALID_ARGUMENT (no such
 * size, or it is not there yet), OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_unigram_trainer_model(const tkz_unigram_trainer *trainer, uint32_t size,
                                                         tkz_bytes *model, tkz_unigram_report *report,
                                                         tkz_error *error);

/* Scores for a given list of pieces (UTF-8, all different; their counts are not used) that fit the
 * words: `rounds` of expectation maximisation (1..1000), beginning with equal ones. `scores` has room
 * for one a piece: natural logarithms. What occurs in no best path gets that of half an occurrence. A
 * character of the words that is no piece by itself parts them. `likelihood` may be NULL. The same for
 * any executor. Errors: EMPTY_INPUT, INVALID_ARGUMENT (a piece twice, or empty, or no UTF-8), LIMIT,
 * THREAD, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_unigram_reestimate(const tkz_word_list *pieces,
                                                      const tkz_word_list *words, uint32_t rounds,
                                                      const tkz_executor *executor, double *scores,
                                                      double *likelihood,
                                                      const tkz_allocator *allocator,
                                                      tkz_error *error);

#ifdef __cplusplus
}
#endif
#endif /* TOKENIZE_TRAIN_H */
