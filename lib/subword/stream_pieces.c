/* SPDX-License-Identifier: Apache-2.0
 *
 * Places where a text that comes in parts may be cut. Leans on stream_pieces.h, the borders, the
 * Unigram table and the classes of characters.
 */
#define _GNU_SOURCE /* memmem */
#include "subword/stream_pieces.h"

#include <string.h>

#include "subword/chunk_borders.h"
#include "subword/matching.h"
#include "subword/split_places.h"
#include "subword/split_words.h"
#include "subword/stream_charsmap.h"
#include "text/char_class.h"
#include "text/normal_form.h"
#include "text/utf8.h"

/* ---- Characters ------------------------------------------------------------------ */

/* NFC, NFD, NFKC and NFKD of every Unicode version begin anew at these: they have combining class 0, and
 * neither they nor what they become ever compose with a character before them. Of those ASCII,
 * U+3041..3096, 30A1..30FA, 4E00..9FFF and Hangul syllables, which most text has every few bytes. */
static bool begins_anew(uint32_t character)
{
    return character < 0x80 || character - 0x3041 <= 0x3096 - 0x3041 ||
           character - 0x30A1 <= 0x30FA - 0x30A1 || character - 0x4E00 <= 0x9FFF - 0x4E00 ||
           character - 0xAC00 <= 0xD7A3 - 0xAC00;
}

/* No rule of sentencepiece 0.2.3 has one of these behind its first character, and none makes nothing or
 * a space of one: signs and letters of ASCII, letters of Latin, Greek, Cyrillic, kana, ideographs,
 * Hangul syllables (the suite asks all rules). */
static bool is_left_alone(uint32_t character)
{
    static const uint32_t ranges[][2] = {{0x21, 0x7E},     {0xC0, 0xD6},     {0xD8, 0xF6},
                                         {0xF8, 0x17F},    {0x391, 0x3A1},   {0x3A3, 0x3A9},
                                         {0x3B1, 0x3C9},   {0x410, 0x44F},   {0x3041, 0x3096},
                                         {0x30A1, 0x30FA}, {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (character >= ranges[i][0] && character <= ranges[i][1])
            return true;
    }
    return false;
}

/* The start of the character that ends before `at`. */
static size_t step_back(const char *text, size_t at)
{
    size_t start = at - 1;
    while (start > 0 && at - start < 4 && ((uint8_t)text[start] & 0xC0) == 0x80)
        start--;
    uint32_t character;
    return tkz__utf8_decode(text + start, at - start, &character) == at - start ? start : at - 1;
}

/* Do neither sentencepiece's rules by name nor those of the model join the character with others, or make
 * nothing or a space of it? */
static bool is_untouched(const tkz__stream_places *places, uint32_t character)
{
    return is_left_alone(character) &&
           (places->touched.size == 0 || !tkz__stream_charsmap_has(&places->touched, character));
}

static bool is_replaced(const tkz__stream_places *places, uint32_t character)
{
    for (size_t at = 0; at < places->replaced.size; at += sizeof character) {
        if (memcmp(places->replaced.data + at, &character, sizeof character) == 0)
            return true;
    }
    return false;
}

/* Does one of the replacements take it? */
static bool is_taken(const tkz__stream_places *places, uint32_t character)
{
    const tkz__stream_taken *taken = (const void *)places->taken.data;
    char bytes[4];
    if (character > 0x10FFFF) /* a byte that is none */
        return places->taken.size > 0;
    size_t size = places->taken.size > 0 ? tkz__utf8_encode(character, bytes) : 0;
    for (size_t i = 0; i < places->taken.size / sizeof *taken; i++) {
        if (taken[i].pattern != NULL
                ? tkz__pattern_takes(taken[i].pattern, character)
                : memmem(taken[i].text, taken[i].size, bytes, size) != NULL)
            return true;
    }
    return false;
}

/* Is it where it ends that a cluster ends, if another such character is behind it? */
static bool ends_clusters(uint32_t character)
{
    uint8_t class = tkz__char_record(&tkz__class_table_17_0, character)->grapheme;
    return class == TKZ__GRAPHEME_OTHER || class == TKZ__GRAPHEME_LV || class == TKZ__GRAPHEME_LVT;
}

static bool is_plain(const tkz__stream_places *places, uint32_t character)
{
    return character < TKZ__STREAM_CHARACTERS &&
           (places->plain.data[character / 8] >> character % 8 & 1) != 0;
}

/* What the steps before the last that looks beside a place make of single characters, none of which
 * joins with others. */
tkz_status tkz__stream_find_plain(tkz__stream_places *places, const tkz_normal_form *form,
                                  tkz_error *error)
{
    const tkz_allocator *allocator = &places->plain.allocator;
    tkz_normal_form before = *form; /* its first steps */
    tkz_normalizer *normalizer = NULL;
    before.count = places->before;
    tkz_status status = tkz_normalizer_new(&normalizer, &before, allocator, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_fill(&places->plain, 0, TKZ__STREAM_CHARACTERS / 8, error);
    if (status == TKZ_OK)
        tkz__normalizer_take_parts(normalizer, true, true);
    for (uint32_t character = 0; status == TKZ_OK && character < TKZ__STREAM_CHARACTERS; character++) {
        char text[4];
        tkz_normalized result;
        if (!begins_anew(character) || !is_left_alone(character))
            continue;
        size_t size = tkz__utf8_encode(character, text);
        status = tkz_normalizer_run(normalizer, text, size, 0, &result, error);
        if (status == TKZ_OK && result.size == size && memcmp(result.text, text, size) == 0)
            places->plain.data[character / 8] |= (uint8_t)(1 << character % 8);
    }
    tkz_normalizer_free(normalizer);
    return status;
}

static bool may_cut(uint32_t before, uint32_t behind, const tkz__stream_places *own)
{
    uint32_t places = own->kinds;
    if ((places != 0 || own->taken.size > 0) && is_replaced(own, before))
        return false;
    if (own->is_strict && (is_replaced(own, behind) || is_taken(own, behind)))
        return false;
    if (is_taken(own, before))
        return false;
    const uint32_t mark = 0x2581;
    if ((places & TKZ__STREAM_FORMS) != 0 && !begins_anew(behind))
        return false;
    if ((places & TKZ__STREAM_CONTROLS) != 0 && (behind < 0x20 || behind == 0x7F))
        return false;
    if ((places & TKZ__STREAM_SPACES) != 0 &&
        (before == ' ' || before == mark || behind == ' ' || behind == mark))
        return false;
    if ((places & TKZ__STREAM_ENDS) != 0 && (tkz__split_is_space(before) || tkz__split_is_space(behind)))
        return false;
    if ((places & TKZ__STREAM_CLUSTERS) != 0 && (!ends_clusters(before) || !ends_clusters(behind)))
        return false;
    if (own->plain.size > 0 && (!is_plain(own, before) || !is_plain(own, behind)))
        return false;
    return (places & TKZ__STREAM_RULES) == 0 ||
           (is_untouched(own, before) && is_untouched(own, behind));
}

/* Is the character that ends at `at` the first of its cluster, whatever stands before it? */
static bool is_alone(const char *text, size_t at)
{
    uint32_t character;
    if (at == 0)
        return true;
    size_t start = step_back(text, at);
    return tkz__utf8_decode(text + start, at - start, &character) == at - start &&
           is_left_alone(character);
}

/* Bytes at the end may want more: the character behind the place must be whole, those before it are. */
size_t tkz__stream_cut_text(const tkz__stream_places *places, const char *text, size_t size)
{
    bool looks_back = places->plain.size > 0 && (places->kinds & TKZ__STREAM_CLUSTERS) != 0;
    for (size_t at = size; at > 1;) {
        uint32_t before, behind;
        at = step_back(text, at);
        if (at == 0)
            break;
        size_t length = tkz__utf8_decode(text + at, size - at, &behind);
        size_t start = step_back(text, at);
        (void)tkz__utf8_decode(text + start, at - start, &before);
        if (behind <= 0x10FFFF && may_cut(before, behind, places) &&
            (!looks_back || is_alone(text, start)) &&
            !tkz__spm_symbols_contain(&places->symbols, text + start, at + length - start))
            return at;
    }
    return 0;
}

/* ---- Pieces --------------------------------------------------------------------------- */

/* Is the character a token, and not what becomes unknown? */
static bool is_token(const tkz__image *image, const uint8_t *text, size_t size)
{
    size_t length;
    uint32_t symbol = tkz__match_longest(image, text, size, &length);
    return symbol < image->symbol_count && length == size &&
           tkz__image_symbol_id(image, symbol) < image->id_count;
}

static size_t cut_merges(const tkz__image *image, const uint8_t *text, size_t size)
{
    enum { ROOM = 64 };
    uint32_t ends[ROOM];
    size_t last = 0;
    for (size_t at = 0; at < size;) {
        size_t count = tkz__borders_cut(image, text + at, size - at, size - at, ends, ROOM);
        for (size_t i = 0; i < count && at + ends[i] < size; i++) {
            size_t place = at + ends[i], start = step_back((const char *)text, place);
            if (image->pieces.byte_fallback || is_token(image, text + start, place - start))
                last = place;
        }
        at += ends[count - 1];
    }
    return last;
}

static size_t cut_unigram(const tkz__unigram *model, const uint8_t *text, size_t size)
{
    uint32_t left = 0;
    size_t last = 0;
    for (size_t at = 0; at < size;) {
        uint32_t code;
        size_t place = at;
        at += tkz__unigram_read(model, text + at, size - at, &code);
        if (left != 0 && left < model->unit_count && !tkz__unigram_joined(model, left, code) &&
            (tkz__unigram_base(model, left) & TKZ__UNIGRAM_IS_PIECE) != 0)
            last = place;
        left = code;
    }
    return last;
}

size_t tkz__stream_cut_pieces(const tkz_encoder *encoder, const uint8_t *text, size_t size)
{
    const tkz__engine *engine = encoder->engine.engine;
    switch (encoder->image->kind) {
    case TKZ__MODEL_UNIGRAM:
        return cut_unigram(&engine->unigram, text, size);
    case TKZ__MODEL_PLAMO:
        return tkz__plamo_last_cut(&engine->plamo, text, size);
    case TKZ__MODEL_CHARACTER:
    case TKZ__MODEL_WORD_LEVEL:
        return tkz__word_pieces_last_cut(&engine->word_pieces, text, size);
    default:
        return cut_merges(encoder->image, text, size);
    }
}

bool tkz__stream_cuts_chunks(const tkz_encoder *encoder)
{
    const tkz__image *image = encoder->image;
    return image->kind == TKZ__MODEL_UNIGRAM ||
           (tkz__image_merges(image->kind) && (image->flags & TKZ__IMAGE_WHOLE_CHUNKS) == 0 &&
            encoder->cuts_chunks);
}

static bool may_cut_unigram(const tkz__unigram *model, uint32_t before, uint32_t behind)
{
    uint32_t left = tkz__unigram_code(model, before);
    uint32_t right = behind == TKZ__UTF8_INVALID ? 0 : tkz__unigram_code(model, behind);
    return left != 0 && left < model->unit_count && !tkz__unigram_joined(model, left, right) &&
           (tkz__unigram_base(model, left) & TKZ__UNIGRAM_IS_PIECE) != 0;
}

bool tkz__stream_may_cut(const void *context, uint32_t before, uint32_t behind)
{
    const tkz_encoder *encoder = context;
    const tkz__image *image = encoder->image;
    char pair[8] = {0};
    uint32_t ends[2] = {0, 0};
    if (before == TKZ__UTF8_INVALID)
        return false;
    if (image->kind == TKZ__MODEL_UNIGRAM)
        return may_cut_unigram(&encoder->engine.engine->unigram, before, behind);
    size_t length = tkz__utf8_encode(before, pair), size = length + 1;
    if (behind == TKZ__UTF8_INVALID)
        pair[length] = '\xFF';
    else
        size = length + tkz__utf8_encode(behind, pair + length);
    const uint8_t *bytes = (const uint8_t *)pair;
    return (image->kind == TKZ__MODEL_BYTE_BPE || image->pieces.byte_fallback ||
            is_token(image, bytes, length)) &&
           tkz__borders_cut(image, bytes, size, size, ends, 2) > 1 && ends[0] == length;
}

static tkz_status refuse(const char *what, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                          "%s; encode the text as a whole", what);
}

tkz_status tkz__stream_check_pieces(const tkz_encoder *encoder, tkz_error *error)
{
    const tkz__image *image = encoder->image;
    if (encoder->steps != NULL)
        return tkz__split_steps_check_places(encoder->steps, tkz__stream_cuts_chunks(encoder), error);
    switch (image->kind) {
    case TKZ__MODEL_BYTE_BPE: /* a scanner cuts */
    case TKZ__MODEL_UNIGRAM:
    case TKZ__MODEL_PLAMO:
    case TKZ__MODEL_CHARACTER:
        return TKZ_OK;
    case TKZ__MODEL_CHARACTER_BPE:
        return (image->flags & TKZ__IMAGE_WHOLE_CHUNKS) != 0
                   ? refuse("the whole text may be one token of the model", error)
                   : TKZ_OK;
    case TKZ__MODEL_MARKED_BPE:
        return refuse("the model has no pre-tokenizer, and what it leaves out or marks depends on the whole "
                      "text, which is one chunk",
                      error);
    default:
        return image->pieces.sentencepiece
                   ? TKZ_OK
                   : refuse("the model has no pre-tokenizer: the whole text is one word", error);
    }
}
