/* SPDX-License-Identifier: Apache-2.0
 *
 * The normalizers of HF tokenizers 0.23.3 by name, as its file format and Python
 * package have them. The Unicode versions are those of its crates: normal forms and
 * the marks of StripAccents 9.0, categories of BertNormalizer 8.0, lower case 17.0,
 * grapheme clusters 17.0. Bytes that are no UTF-8, which HF cannot be given, stay.
 * Leans on hf_steps, unicode_normal, the class tables and lowercase.
 */
#include <string.h>

#include "text/char_class.h"
#include "text/hf_steps.h"
#include "text/lowercase.h"
#include "text/unicode_normal.h"
#include "text/utf8.h"

#define HALF TKZ__HALF
#define ANY TKZ__ANY_HALF
#define BOTH (TKZ__NORMAL_IDEMPOTENT | TKZ__NORMAL_LOCAL)

/* ---- Single characters -------------------------------------------------- */

/* Its places as rules: setting them takes as long as 2 KB of text. */
static tkz_status change_prepare(tkz__normal_step *step, const tkz_allocator *allocator,
                                 tkz_error *error)
{
    const tkz__hf_change *what = step->kind->data;
    tkz__byte_rules *rules = tkz__allocate_zeroed(allocator, sizeof *rules);
    if (rules == NULL)
        return tkz__error_memory(error, sizeof *rules);
    tkz__byte_rules_set(rules, what->places, what->place_count);
    step->state = rules;
    return TKZ_OK;
}

static void change_dispose(tkz__normal_step *step, const tkz_allocator *allocator)
{
    tkz__release(allocator, step->state, sizeof(tkz__byte_rules));
}

static size_t change_unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    return tkz__hf_change_unchanged(step->kind->data, step->state, NULL, text, size);
}

static tkz_status change_run(const tkz__normal_step *step, const char *text, size_t size,
                             tkz__edit *edit, tkz_error *error)
{
    return tkz__hf_change_run(step->kind->data, step->state, NULL, text, size, edit, error);
}

/* Nmt (src/normalizers/unicode.rs), which is not sentencepiece's nmt: U+200D becomes a space too,
 * and U+061C stays. */
static size_t change_nmt(const void *data, uint32_t character, char *target)
{
    (void)data;
    target[0] = ' ';
    switch (character) {
    case 0x09: case 0x0A: case 0x0C: case 0x0D: case 0x1680:
    case 0x200B: case 0x200C: case 0x200D: case 0x200E: case 0x200F:
    case 0x2028: case 0x2029: case 0x2581: case 0xFEFF: case 0xFFFD:
        return 1;
    case 0x7F: case 0x8F: case 0x9F:
        return 0;
    default:
        return character >= 0x01 && character < 0x20 ? 0 : TKZ__HF_KEPT;
    }
}

static const tkz__byte_rule nmt_places[] = {
    {{HALF(0) | HALF(1), ANY, ANY, ANY, ANY, ANY}},
    {{HALF(7), HALF(15), ANY, ANY, ANY, ANY}},
    {{HALF(12), HALF(2), HALF(8) | HALF(9), HALF(15), ANY, ANY}},
    {{HALF(14), HALF(1), HALF(9), HALF(10), HALF(8), HALF(0)}},                       /* 1680 */
    {{HALF(14), HALF(2), HALF(8), HALF(0), HALF(8) | HALF(10), 0xFF00}},              /* 200B.. */
    {{HALF(14), HALF(2), HALF(9), HALF(6), HALF(8), HALF(1)}},                        /* 2581 */
    {{HALF(14), HALF(15), HALF(11), HALF(11) | HALF(15), HALF(11),
      HALF(13) | HALF(15)}}, /* FEFF, FFFD */
};
static const tkz__hf_change nmt = {change_nmt, nmt_places,
                                   sizeof nmt_places / sizeof nmt_places[0]};

static size_t change_lowercase(const void *data, uint32_t character, char *target)
{
    (void)data;
    uint32_t lower = tkz__lowercase(character);
    if (lower == character)
        return TKZ__HF_KEPT;
    size_t size = tkz__utf8_encode(lower, target);
    return character == 0x130 ? size + tkz__utf8_encode(0x307, target + size) : size;
}

static const tkz__byte_rule lowercase_places[] = {
    {{HALF(4) | HALF(5), ANY, ANY, ANY, ANY, ANY}},
    {{HALF(12) | HALF(13), ANY, ANY, ANY, ANY, ANY}},                         /* 0080..07FF */
    {{HALF(14), HALF(1), ANY, ANY, ANY, ANY}},                                /* 1000..1FFF */
    {{HALF(14), HALF(2), HALF(8), HALF(4) | HALF(5) | HALF(6), ANY, ANY}},    /* 2100..21BF */
    {{HALF(14), HALF(2), HALF(9) | HALF(11), 0x000F, ANY, ANY}},              /* 24xx, 2Cxx */
    {{HALF(14), HALF(10), HALF(9), ANY, ANY, ANY}},                           /* A640..A7FF */
    {{HALF(14), HALF(15), HALF(11), HALF(12), HALF(10) | HALF(11), ANY}},     /* FF20..FF3F */
    {{HALF(15), HALF(0), ANY, ANY, ANY, ANY}},
};
static const tkz__hf_change lowercase = {change_lowercase, lowercase_places,
                                         sizeof lowercase_places / sizeof lowercase_places[0]};

static size_t change_accents(const void *data, uint32_t character, char *target)
{
    (void)data, (void)target;
    return (tkz__char_flags(&tkz__class_table_9_0, character) & TKZ__CHAR_MARK) != 0
               ? 0
               : TKZ__HF_KEPT;
}

static const tkz__byte_rule accent_places[] = {
    {{HALF(12) | HALF(13), ANY, ANY, ANY, ANY, ANY}},                            /* 0080..07FF */
    {{HALF(14), HALF(0) | HALF(1) | HALF(10), ANY, ANY, ANY, ANY}},  /* 0800..1FFF, A000..AFFF */
    {{HALF(14), HALF(2), HALF(8) | HALF(11), HALF(3) | HALF(5) | HALF(7), ANY, ANY}},
    {{HALF(14), HALF(3), HALF(8), HALF(0), HALF(10), ANY}},                      /* 302A.. */
    {{HALF(14), HALF(3), HALF(8), HALF(2), HALF(9), HALF(9) | HALF(10)}},        /* 3099, 309A */
    {{HALF(14), HALF(15), HALF(10), HALF(12), HALF(9), HALF(14)}},               /* FB1E */
    {{HALF(14), HALF(15), HALF(11), HALF(8), HALF(8) | HALF(10), ANY}},          /* FE00, FE20 */
    {{HALF(15), HALF(0) | HALF(3), ANY, ANY, ANY, ANY}},
};
static const tkz__hf_change accents = {change_accents, accent_places,
                                       sizeof accent_places / sizeof accent_places[0]};

/* ---- Bytes -------------------------------------------------------------- */

/* The alphabet of byte-level BPE: a printable character of Latin-1 is itself, the 68 other bytes
 * are U+0100 and so on in order. */
static uint32_t byte_character(uint8_t byte)
{
    if (byte < 33)
        return 0x100u + byte;
    if (byte < 127)
        return byte;
    if (byte < 161)
        return 0x100u + 33 + (byte - 127u);
    return byte == 173 ? 0x100 + 67 : byte;
}

static size_t byte_level_unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    (void)step;
    size_t at = 0;
    while (at < size && (uint8_t)text[at] - 33u < 94)
        at++;
    return at;
}

static tkz_status byte_level_run(const tkz__normal_step *step, const char *text, size_t size,
                                 tkz__edit *edit, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t at = 0; at < size && status == TKZ_OK;) {
        size_t same = byte_level_unchanged(step, text + at, size - at);
        if (same > 0) {
            status = tkz__edit_copy(edit, text + at, same, error);
            at += same;
            continue;
        }
        uint32_t character = byte_character((uint8_t)text[at++]);
        char pair[2] = {(char)(0xC0 | character >> 6), (char)(0x80 | (character & 0x3F))};
        status = tkz__edit_replace(edit, 1, pair, 2, error);
    }
    return status;
}

/* ---- Strip -------------------------------------------------------------- */

enum { STRIP_LEFT, STRIP_RIGHT, STRIP_OPTIONS };

static bool is_white_space(const char *text, size_t size, size_t *length)
{
    uint32_t character;
    *length = tkz__utf8_next(text, size, &character);
    return (tkz__char_flags(&tkz__class_table_17_0, character) & TKZ__CHAR_WHITE_SPACE) != 0;
}

static size_t leading_space(const char *text, size_t size)
{
    size_t at = 0, length;
    while (at < size && is_white_space(text + at, size - at, &length))
        at += length;
    return at;
}

/* Where the white space at the end, not before `from`, begins. */
static size_t trailing_space(const char *text, size_t from, size_t size)
{
    for (size_t end = size;;) {
        size_t at = end, length;
        do {
            if (at == from)
                return end;
            at--;
        } while (((uint8_t)text[at] & 0xC0) == 0x80 && end - at < 4);
        if (!is_white_space(text + at, end - at, &length) || length != end - at)
            return end;
        end = at;
    }
}

/* The part [start, end) of the text is kept. */
static void kept_part(const tkz__normal_step *step, const char *text, size_t size, size_t *start,
                      size_t *end)
{
    *start = step->values[STRIP_LEFT].number != 0 ? leading_space(text, size) : 0;
    *end = step->values[STRIP_RIGHT].number != 0 ? trailing_space(text, *start, size) : size;
}

static size_t strip_unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    size_t start, end;
    kept_part(step, text, size, &start, &end);
    return start > 0 ? 0 : end;
}

static tkz_status strip_run(const tkz__normal_step *step, const char *text, size_t size,
                            tkz__edit *edit, tkz_error *error)
{
    size_t start, end;
    kept_part(step, text, size, &start, &end);
    tkz_status status = TKZ_OK;
    for (size_t at = 0; at < size && status == TKZ_OK;) {
        size_t length = end - start;
        if (at == start && length > 0) {
            status = tkz__edit_copy(edit, text + at, length, error);
        } else {
            is_white_space(text + at, size - at, &length);
            status = tkz__edit_replace(edit, length, "", 0, error);
        }
        at += length;
    }
    return status;
}

/* ---- Given texts -------------------------------------------------------- */

static size_t prepend_unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    (void)text;
    return step->values[0].size == 0 ? size : 0;
}

static tkz_status prepend_run(const tkz__normal_step *step, const char *text, size_t size,
                              tkz__edit *edit, tkz_error *error)
{
    if (size == 0)
        return TKZ_OK;
    if (edit->goes_on_before)
        return tkz__edit_copy(edit, text, size, error);
    tkz_status status =
        tkz__edit_replace(edit, 0, step->values[0].text, step->values[0].size, error);
    return status == TKZ_OK ? tkz__edit_copy(edit, text, size, error) : status;
}

/* ---- The list ----------------------------------------------------------- */

static const tkz_normal_option strip_options[STRIP_OPTIONS] = {
    {"left", "false|true", "true", "At the start.", 0, 0},
    {"right", "false|true", "true", "At the end.", 0, 0},
};

static const tkz_normal_option bert_options[TKZ__HF_BERT_OPTIONS] = {
    {"clean_text", "false|true", "true", "Remove control characters, make white space spaces.", 0,
     0},
    {"handle_chinese_chars", "false|true", "true", "Put spaces around ideographs.", 0, 0},
    {"strip_accents", "auto|false|true", "auto", "Decompose and drop marks; auto: as lowercase.",
     0, 0},
    {"lowercase", "false|true", "true", "Make letters lower-case.", 0, 0},
};

static const tkz_normal_option replace_options[TKZ__HF_REPLACE_OPTIONS] = {
    {"pattern", NULL, "", "The text to be replaced; it must be given.", 0, 0},
    {"content", NULL, "", "What comes in its place.", 0, 0},
    {"regex", NULL, "", "A regular expression of Oniguruma in the place of pattern.", 0, 0},
};

static const tkz_normal_option prepend_options[] = {
    {"content", NULL, "", "What comes before a text that is not empty.", 0, 0},
};

static const tkz_normal_option precompiled_options[] = {
    {"map", NULL, "", "The precompiled_charsmap of a model, in base64.", 0, 0},
};

static const tkz__unicode_target forms[] = {
    {TKZ__UNICODE_NFC, TKZ__UNICODE_VERSION(9, 0)},
    {TKZ__UNICODE_NFD, TKZ__UNICODE_VERSION(9, 0)},
    {TKZ__UNICODE_NFKC, TKZ__UNICODE_VERSION(9, 0)},
    {TKZ__UNICODE_NFKD, TKZ__UNICODE_VERSION(9, 0)},
};

#define FORM(name, index)                                                                         \
    {                                                                                             \
        .info = {name "-hf0.23", "HF tokenizers' normal form, of Unicode 9.0.", NULL, 0},         \
        .traits = BOTH, .data = &forms[index], .unchanged = tkz__unicode_step_unchanged,          \
        .run = tkz__unicode_step_run                                                              \
    }

#define CHANGE(name, text, change)                                                                \
    {                                                                                             \
        .info = {name "-hf0.23", text, NULL, 0}, .traits = BOTH, .data = change,                  \
        .prepare = change_prepare, .dispose = change_dispose, .unchanged = change_unchanged,      \
        .run = change_run                                                                         \
    }

static const tkz__normal_kind kinds[] = {
    FORM("nfc", 0),
    FORM("nfd", 1),
    FORM("nfkc", 2),
    FORM("nfkd", 3),
    CHANGE("nmt", "HF tokenizers' Nmt: no control characters, odd spaces made plain.", &nmt),
    CHANGE("lowercase", "HF tokenizers' Lowercase, character by character.", &lowercase),
    {.info = {"strip-hf0.23", "HF tokenizers' Strip: no white space at the ends.", strip_options,
              STRIP_OPTIONS},
     .traits = BOTH,
     .unchanged = strip_unchanged,
     .run = strip_run},
    CHANGE("strip_accents", "HF tokenizers' StripAccents: no marks; decompose first.", &accents),
    {.info = {"bert-hf0.23", "HF tokenizers' BertNormalizer.", bert_options, TKZ__HF_BERT_OPTIONS},
     .prepare = tkz__hf_bert_prepare,
     .dispose = tkz__hf_bert_dispose,
     .unchanged = tkz__hf_bert_unchanged,
     .run = tkz__hf_bert_run},
    {.info = {"replace-hf0.23", "HF tokenizers' Replace, of a plain text or a regular expression.",
              replace_options, TKZ__HF_REPLACE_OPTIONS},
     .prepare = tkz__hf_replace_prepare,
     .dispose = tkz__hf_replace_dispose,
     .unchanged = tkz__hf_replace_unchanged,
     .run = tkz__hf_replace_run},
    {.info = {"prepend-hf0.23", "HF tokenizers' Prepend.", prepend_options, 1},
     .unchanged = prepend_unchanged,
     .run = prepend_run},
    {.info = {"byte_level-hf0.23", "HF tokenizers' ByteLevel: a printable character for each byte.",
              NULL, 0},
     .traits = TKZ__NORMAL_LOCAL,
     .unchanged = byte_level_unchanged,
     .run = byte_level_run},
    {.info = {"precompiled-hf0.23",
              "HF tokenizers' Precompiled, cluster by cluster: sentencepiece's nmt_nfkc or a map.",
              precompiled_options, 1},
     .prepare = tkz__hf_precompiled_prepare,
     .dispose = tkz__hf_precompiled_dispose,
     .unchanged = tkz__hf_precompiled_unchanged,
     .run = tkz__hf_precompiled_run},
};

const tkz__normal_family tkz__normal_hf = {kinds, sizeof kinds / sizeof kinds[0]};
