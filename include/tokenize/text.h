/* SPDX-License-Identifier: Apache-2.0
 *
 * Text: UTF-8, characters, normal forms, charsets, broken decodings, sentences.
 * Texts are pointer and length in bytes; NUL is an ordinary character. Bytes that
 * are no UTF-8 are allowed unless said: each is an element of its own that no
 * normaliser joins with its neighbours.
 */
#ifndef TOKENIZE_TEXT_H
#define TOKENIZE_TEXT_H

#include "tokenize/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- UTF-8 ------------------------------------------------------------ */

/* Length in bytes of the longest valid UTF-8 prefix of `text` (`size` bytes): no overlong forms, no
 * surrogates, nothing above U+10FFFF. Equal to `size` exactly when all of it is valid; never reads
 * behind `size`. Any thread. */
TKZ_API size_t tkz_utf8_valid_prefix(const char *text, size_t size);

/* Number of characters (Unicode scalar values) in valid UTF-8. Any thread. */
TKZ_API uint64_t tkz_utf8_count(const char *text, size_t size);

/* ---- Characters ------------------------------------------------------- */

/* Properties of a character; bits of tkz_character.flags. */
enum tkz_character_flag {
    TKZ_CHARACTER_WHITE_SPACE = 1 << 0,
    TKZ_CHARACTER_WORD = 1 << 1, /* \w of UTS #18: alphabetic, mark, digit, connector, joiner */
    TKZ_CHARACTER_HIRAGANA = 1 << 2,
    TKZ_CHARACTER_KATAKANA = 1 << 3, /* half-width too, and U+30FC, FF70, FF9E, FF9F */
    TKZ_CHARACTER_HAN = 1 << 4,
    TKZ_CHARACTER_HALF_WIDTH = 1 << 5,  /* a half-width form, U+FF61..FFDC and FFE8..FFEE */
    TKZ_CHARACTER_FULL_WIDTH = 1 << 6,  /* a full-width form of another character */
    TKZ_CHARACTER_EXTENSION = 1 << 7,   /* an ideograph of CJK extension A or later */
    TKZ_CHARACTER_COMPATIBILITY_IDEOGRAPH = 1 << 8,
    TKZ_CHARACTER_EMOJI = 1 << 9, /* Extended_Pictographic */
    TKZ_CHARACTER_VARIATION_SELECTOR = 1 << 10,
    TKZ_CHARACTER_DEFAULT_IGNORABLE = 1 << 11,
    TKZ_CHARACTER_PRIVATE_USE = 1 << 12,
    TKZ_CHARACTER_NONCHARACTER = 1 << 13
};

/* What is known of one code point in the newest Unicode version that is pinned. */
typedef struct tkz_character {
    uint32_t code_point;
    uint32_t flags;              /* TKZ_CHARACTER_* */
    char category[4];            /* general category, "Lo"; "Cn" where nothing is assigned */
    char script[8];              /* ISO 15924, "Hira"; "Zzzz" where unknown */
    char width[4];               /* East_Asian_Width: "W" "F" "H" "Na" "A" "N" */
    char age[8];                 /* Unicode version that brought it, "1.1"; "" if unassigned */
    uint32_t columns;            /* of a terminal: 0, 1 or 2 */
    const char *unicode_version; /* of all this, "17.0.0"; static */
} tkz_character;

/* Any thread. Errors: INVALID_ARGUMENT above U+10FFFF. */
TKZ_API TKZ_CHECKED tkz_status tkz_character_describe(uint32_t code_point,
                                                      tkz_character *character,
                                                      tkz_error *error);

/* Name of a character ("HIRAGANA LETTER A", "<private-use-E000>") into `name`, NUL-terminated and
 * cut at `capacity` bytes (100 are enough), as the ICU of this build knows it. Any thread. */
TKZ_API TKZ_CHECKED tkz_status tkz_character_name(uint32_t code_point, char *name,
                                                  size_t capacity, tkz_error *error);

/* Length in bytes of the first extended grapheme cluster (Unicode 16.0, UAX #29) of `text`; 0 only
 * for size 0. A byte that is no UTF-8 is a cluster. Any thread. */
TKZ_API size_t tkz_grapheme_next(const char *text, size_t size);

/* ---- Normal forms ----------------------------------------------------- */

/* One option of a step. */
typedef struct tkz_normal_option {
    const char *name;
    const char *choices;       /* "keep|remove", or NULL for a number or a text */
    const char *default_value; /* as written */
    const char *text;
    int64_t minimum; /* for numbers: both 0 where it is a text */
    int64_t maximum;
} tkz_normal_option;

/* One registered step. Static; names are never given another meaning. */
typedef struct tkz_normal_step_info {
    const char *name; /* with its version: "nfkc-15.0", "ja-v1", "neologdn-0.5.6" */
    const char *text; /* one sentence */
    const tkz_normal_option *options;
    size_t option_count;
} tkz_normal_step_info;

TKZ_API size_t tkz_normal_step_count(void);
TKZ_API const tkz_normal_step_info *tkz_normal_step_at(size_t index); /* NULL beyond the end */

/* What a text is to be brought to: a chain of named steps. Immutable, any thread. */
typedef struct tkz_normal_form tkz_normal_form;

/* Reads "STEP[:OPTION=VALUE]...,STEP...", such as "control-v1,ja-v1:space=keep". A name without its
 * version ("nfkc") means the first registered one of that name. A backslash takes ',' ':' '=' and
 * itself literally in values. An empty chain changes nothing. Errors: NOT_FOUND for a step,
 * INVALID_OPTION, OUT_OF_MEMORY; the message names the nearest known word. */
TKZ_API TKZ_CHECKED tkz_status tkz_normal_form_new(tkz_normal_form **form, const char *steps,
                                                   size_t size, const tkz_allocator *allocator,
                                                   tkz_error *error);
TKZ_API void tkz_normal_form_free(tkz_normal_form *form); /* accepts NULL */

/* The chain in full: every name with its version, every option that is not at its default. What a
 * manifest or a model stores. NUL-terminated, lives as long as the form. */
TKZ_API const char *tkz_normal_form_name(const tkz_normal_form *form);

/* What a worker counts while it changes a text, for steps that count: "pii-v1.documents" (1 if it changed
 * this one), "pii-v1.phone", ... NULL beyond the end; as long as the form. */
TKZ_API size_t tkz_normal_form_count_total(const tkz_normal_form *form);
TKZ_API const char *tkz_normal_form_count_name(const tkz_normal_form *form, size_t index);

/* A normalised text; everything belongs to the normalizer and is valid until its next call. `text`
 * is the input itself where nothing changed. */
typedef struct tkz_normalized {
    const char *text;
    size_t size;
    int32_t changed;       /* 1 if any byte differs from the input */
    const tkz_span *spans; /* of the whole chain; NULL unless asked for */
    size_t span_count;
    const uint64_t *counts; /* tkz_normal_form_count_total() of them */
} tkz_normalized;

/* The worker of one thread on a form, which must outlive it. */
typedef struct tkz_normalizer tkz_normalizer;

TKZ_API TKZ_CHECKED tkz_status tkz_normalizer_new(tkz_normalizer **normalizer,
                                                  const tkz_normal_form *form,
                                                  const tkz_allocator *allocator,
                                                  tkz_error *error);
TKZ_API void tkz_normalizer_free(tkz_normalizer *normalizer); /* accepts NULL */

/* The name of the first step that asks where the words of a text are; NULL: none does. Editors do, no other steps. */
TKZ_API const char *tkz_normal_form_needs_words(const tkz_normal_form *form);

/* Where the words of texts are, for the steps that ask; NULL: nowhere. `words` is copied; what its context is belongs to the
 * caller, until the normalizer is freed. A normalizer without words fails (INVALID_ARGUMENT) at a step that needs them. Errors:
 * those of the source, INVALID_ARGUMENT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_normalizer_set_words(tkz_normalizer *normalizer, const tkz_boundaries *words,
                                                        tkz_error *error);

/* Takes `text` through the chain. `want_spans`: 1 to get result->spans. Linear in `size`. Bytes that
 * are not UTF-8 stay, and the characters around them are not joined across them; steps of ours and
 * of HF tokenizers keep what they would remove where that joined broken bytes into a character.
 * The steps of sentencepiece make U+FFFD of such bytes, as it does.
 * Errors: OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_normalizer_run(tkz_normalizer *normalizer, const char *text,
                                                  size_t size, int32_t want_spans,
                                                  tkz_normalized *result, tkz_error *error);

/* The smallest range of input bytes from which the output bytes [start, end) of the last run came;
 * that run must have been asked for spans (INVALID_ARGUMENT). */
TKZ_API TKZ_CHECKED tkz_status tkz_normalizer_source_range(const tkz_normalizer *normalizer,
                                                           uint64_t start, uint64_t end,
                                                           uint64_t *source_start,
                                                           uint64_t *source_end,
                                                           tkz_error *error);

/* ---- Charsets --------------------------------------------------------- */

/* The charsets there are, by their canonical names: "utf-8" "iso-2022-jp" "cp932" "euc-jp"
 * "utf-16le" "utf-16be" "utf-32le" "utf-32be" "gb18030" "big5" "euc-kr" "windows-1252" ... NULL
 * beyond the end. Static. */
TKZ_API size_t tkz_charset_count(void);
TKZ_API const char *tkz_charset_at(size_t index);

/* The canonical name behind a label as found in headers and documents ("Shift_JIS", "x-sjis",
 * "Windows-31J" are all "cp932"; letter case and the signs - _ and blanks do not matter); NULL when
 * it is none of ours. Static. */
TKZ_API const char *tkz_charset_find(const char *label, size_t size);

/* What bytes seem to be. */
typedef struct tkz_charset_guess {
    const char *charset;  /* canonical name; NULL when nothing fits (binary data) */
    double confidence;    /* 0..1: the share of doubt is 1 - confidence */
    const char *evidence; /* "byte order mark" "declaration" "ascii" "escape sequences"
                           * "valid utf-8" "characters" "none"; static */
    size_t mark_size;     /* bytes of the byte order mark, 0 when there is none */
    const char *runner_up; /* the next best charset, or NULL */
} tkz_charset_guess;

/* Guesses from a byte order mark, then from a declaration that the bytes bear out, then from the
 * bytes. `declared` (a label, `declared_size` bytes) may be NULL; where it is, <meta charset>,
 * http-equiv and XML declarations in the first 4 KiB count as declared. Reads all of `data`, in
 * linear time, and allocates nothing. Any thread. */
TKZ_API void tkz_charset_detect(const char *data, size_t size, const char *declared,
                                size_t declared_size, tkz_charset_guess *guess);

/* What to do with bytes that are no character of the charset. */
enum tkz_bad_bytes {
    TKZ_BAD_BYTES_REPLACE = 0, /* each bad sequence becomes one U+FFFD */
    TKZ_BAD_BYTES_DROP = 1,    /* it vanishes */
    TKZ_BAD_BYTES_REJECT = 2   /* the text is refused, with the place of the first */
};

/* A text brought to UTF-8; everything belongs to the converter and is valid until its next call. */
typedef struct tkz_converted {
    const char *text; /* valid UTF-8; the input itself where it was that already */
    size_t size;
    uint64_t bad_sequences; /* in the input */
    uint64_t bad_bytes;     /* in them together */
    uint64_t first_bad;     /* byte offset in the input; UINT64_MAX when there is none */
    const tkz_span *spans;  /* NULL unless asked for */
    size_t span_count;
} tkz_converted;

/* The worker of one thread for one charset. */
typedef struct tkz_converter tkz_converter;

/* `charset`: a canonical name or a label. Errors: NOT_FOUND, INVALID_ARGUMENT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_converter_new(tkz_converter **converter, const char *charset,
                                                 int32_t bad_bytes,
                                                 const tkz_allocator *allocator,
                                                 tkz_error *error);
TKZ_API void tkz_converter_free(tkz_converter *converter); /* accepts NULL */

/* Converts a whole text; a byte order mark of the charset is dropped. Errors: BAD_ENCODING for
 * TKZ_BAD_BYTES_REJECT (error->offset is the place), OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_converter_run(tkz_converter *converter, const char *data,
                                                 size_t size, int32_t want_spans,
                                                 tkz_converted *result, tkz_error *error);

/* ---- Broken decodings (mojibake) -------------------------------------- */

/* How a text seems to have been decoded wrongly. */
typedef struct tkz_mojibake {
    const char *kind;   /* "utf-8 read as cp932" "utf-8 read as windows-1252" "euc-jp read as cp932"
                         * "utf-8 read twice" "replaced characters" ...; NULL when it looks whole */
    double share;       /* of the characters that are concerned */
    int32_t repairable; /* 1 if every concerned stretch can be turned back; then the step
                         * "mojibake-v1" does so */
} tkz_mojibake;

/* Looks through UTF-8 text in linear time. Any thread. */
TKZ_API void tkz_mojibake_find(const char *text, size_t size, tkz_mojibake *found);

/* ---- Words -------------------------------------------------------------- */

/* White space as a boundary source: words are what stands between, as Python's str.split cuts a text. For
 * languages that write spaces; Japanese needs a dictionary (tkz_dictionary_boundaries). Its hash is 0. */
TKZ_API tkz_boundaries tkz_white_space_boundaries(void);

/* ---- Sentences -------------------------------------------------------- */

/* What a line break means. */
enum tkz_line_break {
    TKZ_LINE_BREAK_AUTO = 0,    /* found out for each document: does its text look wrapped? */
    TKZ_LINE_BREAK_ENDS = 1,    /* every line break ends a sentence */
    TKZ_LINE_BREAK_WRAPS = 2    /* only an empty line, a list item or a heading does */
};

/* The worker of one thread. */
typedef struct tkz_sentence_splitter tkz_sentence_splitter;

TKZ_API TKZ_CHECKED tkz_status tkz_sentence_splitter_new(tkz_sentence_splitter **splitter,
                                                         int32_t line_break,
                                                         const tkz_allocator *allocator,
                                                         tkz_error *error);
TKZ_API void tkz_sentence_splitter_free(tkz_sentence_splitter *splitter); /* accepts NULL */

/* Cuts `text` into sentences of Japanese or English. `*ends` is an ascending array of `*count` byte
 * offsets, each behind a sentence and the white space that follows it; the last one is `size` unless
 * size is 0. Sentences joined give the text. Owned by the splitter, valid until its next call.
 * Errors: OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_sentence_splitter_run(tkz_sentence_splitter *splitter,
                                                         const char *text, size_t size,
                                                         const uint64_t **ends, size_t *count,
                                                         tkz_error *error);

#ifdef __cplusplus
}
#endif
#endif /* TOKENIZE_TEXT_H */
