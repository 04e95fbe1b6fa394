/* SPDX-License-Identifier: Apache-2.0
 *
 * Places where a text that comes in parts may be cut. Leans on stream_pieces.h, the borders and the
 * Unigram table.
 */
#include "subword/stream_pieces.h"

#include <string.h>

#include "subword/chunk_borders.h"
#include "subword/matching.h"
#include "subword/stream_charsmap.h"
#include "text/utf8.h"

/* ---- Steps --------------------------------------------------------------------- */

/* Bytes up to an unescaped one of `ends`. */
static size_t part_size(const char *text, const char *ends)
{
    size_t at = 0;
    while (text[at] != '\0' && strchr(ends, text[at]) == NULL)
        at += 1 + (text[at] == '\\' && text[at + 1] != '\0');
    return at;
}

static bool is_called(const char *step, size_t size, const char *name)
{
    return size == strlen(name) && memcmp(step, name, size) == 0;
}

/* An option of a step, as ":name=value"; NULL if it is not there. */
static const char *find_option(const char *step, size_t size, const char *option)
{
    size_t length = strlen(option);
    for (size_t at = part_size(step, ":,"); at < size; at += 1 + part_size(step + at + 1, ":,")) {
        if (size - at > length && memcmp(step + at + 1, option, length) == 0)
            return step + at;
    }
    return NULL;
}

static tkz_status append(tkz__buffer *rest, const char *step, size_t size, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    if (rest->size > 0)
        status = tkz__buffer_append_byte(rest, ',', error);
    return status == TKZ_OK ? tkz__buffer_append(rest, step, size, error) : status;
}

/* The step without the symbol that it puts first. */
static tkz_status append_bare(tkz__buffer *rest, const char *step, size_t size, tkz_error *error)
{
    static const char bare[] = ":add_dummy_prefix=false";
    const char *option = find_option(step, size, "add_dummy_prefix=");
    size_t before = option != NULL ? (size_t)(option - step) : size;
    size_t taken = option != NULL ? 1 + part_size(option + 1, ":,") : 0;
    tkz_status status = append(rest, step, before, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append(rest, bare, sizeof bare - 1, error);
    return status == TKZ_OK
               ? tkz__buffer_append(rest, step + before + taken, size - before - taken, error)
               : status;
}

/* Is a step of sentencepiece one of its own rules, of those that a text may be cut for? */
static bool is_rules(const char *step, size_t size, size_t name)
{
    static const char *const rules[] = {"identity-spm1", "nmt_nfkc-spm1", "nfkc-spm1",
                                        "nmt_nfkc_cf-spm1", "nfkc_cf-spm1", "charsmap-spm1"};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (is_called(step, name, rules[i]))
            return find_option(step, size, "treat_whitespace_as_suffix=true") == NULL;
    }
    return false;
}

static bool is_form(const char *step)
{
    static const char *const forms[] = {"nfc-", "nfd-", "nfkc-", "nfkd-"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strncmp(step, forms[i], strlen(forms[i])) == 0 && strstr(step, "-spm") == NULL)
            return true;
    }
    return false;
}

/* Steps of HF that look at single characters, as Nmt does, and BertNormalizer behind NFD. */
static bool is_of_characters(const char *step, size_t name)
{
    return is_called(step, name, "lowercase-hf0.23") ||
           is_called(step, name, "strip_accents-hf0.23");
}

/* Does the step write one character in another way, whatever stands beside it? */
static bool is_replacement(const char *step, size_t size, size_t name, uint32_t *character)
{
    const char *option = find_option(step, size, "pattern=");
    if (!is_called(step, name, "replace-hf0.23") || option == NULL)
        return false;
    const char *value = option + strlen(":pattern=");
    size_t length = part_size(value, ":,"), escaped = length > 0 && value[0] == '\\';
    return length > escaped &&
           tkz__utf8_decode(value + escaped, length - escaped, character) == length - escaped;
}

static int digit_of(char digit)
{
    return digit <= '9' ? digit - '0' : digit - 'A' + 10;
}

/* The symbols of a step, which spm_symbols.h spells with a space between and %20 for odd bytes. */
static tkz_status read_symbols(const char *step, size_t size, tkz__buffer *symbols,
                               tkz_error *error)
{
    const char *option = find_option(step, size, "symbols=");
    if (option == NULL)
        return TKZ_OK;
    const char *end = option + 1 + part_size(option + 1, ":,");
    tkz_status status = tkz__buffer_append_byte(symbols, 0xFF, error);
    for (const char *at = option + strlen(":symbols="); status == TKZ_OK && at < end; at++) {
        at += *at == '\\' && at + 1 < end;
        uint8_t byte = *at == ' ' ? 0xFF : (uint8_t)*at;
        if (*at == '%' && end - at > 2) {
            byte = (uint8_t)(digit_of(at[1]) * 16 + digit_of(at[2]));
            at += 2;
        }
        status = tkz__buffer_append_byte(symbols, byte, error);
    }
    return status;
}

/* The rules of the model's own map, in base64, of which some characters may be escaped. */
static tkz_status read_map(tkz__stream_places *places, const char *step, size_t size,
                           tkz_error *error)
{
    const char *option = find_option(step, size, "map=");
    if (option == NULL)
        return TKZ_OK;
    const char *at = option + strlen(":map="), *end = option + 1 + part_size(option + 1, ":,");
    if (at == end) /* no rules */
        return TKZ_OK;
    if (places->touched.size > 0)
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "the model's normalizer has two charsmaps; encode the text as a whole");
    tkz__buffer map;
    tkz__buffer_init(&map, &places->touched.allocator);
    tkz_status status = tkz__buffer_reserve(&map, (size_t)(end - at), error);
    for (; status == TKZ_OK && at < end; at++) {
        at += *at == '\\' && at + 1 < end;
        status = tkz__buffer_append_byte(&map, (uint8_t)*at, error);
    }
    if (status == TKZ_OK)
        status = tkz__stream_charsmap_read(&places->touched, (const char *)map.data, map.size, error);
    tkz__buffer_free(&map);
    return status;
}

static tkz_status read_rules(tkz__stream_places *places, const char *step, size_t size,
                             size_t name, tkz_error *error)
{
    bool adds = find_option(step, size, "add_dummy_prefix=false") == NULL;
    if (find_option(step, size, "remove_extra_whitespaces=false") == NULL)
        places->kinds |= TKZ__STREAM_SPACES;
    if (!is_called(step, name, "identity-spm1"))
        places->kinds |= TKZ__STREAM_RULES;
    places->has_first = places->has_first || adds;
    tkz_status status = read_symbols(step, size, &places->symbols, error);
    if (status == TKZ_OK)
        status = read_map(places, step, size, error);
    if (status != TKZ_OK)
        return status;
    return adds ? append_bare(&places->rest, step, size, error)
                : append(&places->rest, step, size, error);
}

static tkz_status read_step(tkz__stream_places *places, const char *step, size_t size,
                            tkz_error *error)
{
    size_t name = part_size(step, ":,");
    if (is_called(step, name, "prepend-hf0.23")) {
        places->has_first = true;
        return TKZ_OK;
    }
    if (is_rules(step, size, name))
        return read_rules(places, step, size, name, error);
    uint32_t character;
    if (is_replacement(step, size, name, &character)) {
        tkz_status status = tkz__buffer_append(&places->replaced, &character, sizeof character, error);
        return status == TKZ_OK ? append(&places->rest, step, size, error) : status;
    }
    bool drops = is_called(step, name, "bert-hf0.23") || is_called(step, name, "nmt-hf0.23");
    if (drops)
        places->kinds |= TKZ__STREAM_CONTROLS | TKZ__STREAM_FORMS;
    else if (is_form(step))
        places->kinds |= TKZ__STREAM_FORMS;
    else if (!is_of_characters(step, name))
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "the model's normalizer has the step %.*s, which may need the "
                              "whole text; encode the text as a whole",
                              (int)(size < 80 ? size : 80), step);
    return append(&places->rest, step, size, error);
}

tkz_status tkz__stream_read_steps(tkz__stream_places *places, const char *steps, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    places->kinds = 0;
    places->has_first = false;
    while (status == TKZ_OK && *steps != '\0') {
        size_t size = part_size(steps, ",");
        status = read_step(places, steps, size, error);
        steps += size + (steps[size] == ',');
    }
    return status;
}

/* ---- Characters ------------------------------------------------------------------ */

/* NFC, NFD, NFKC and NFKD of every Unicode version begin anew at these: they have combining class 0, and
 * neither they nor what they become ever compose with a character before them. Of those ASCII,
 * U+3041..3096, 30A1..30FA and 4E00..9FFF, which most text has every few bytes. */
static bool begins_anew(uint32_t character)
{
    return character < 0x80 || character - 0x3041 <= 0x3096 - 0x3041 ||
           character - 0x30A1 <= 0x30FA - 0x30A1 || character - 0x4E00 <= 0x9FFF - 0x4E00;
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

/* Do these bytes stand in a symbol? */
static bool is_in_symbol(const tkz__buffer *symbols, const char *text, size_t size)
{
    for (size_t at = 0; at + size <= symbols->size; at++) {
        if (memcmp(symbols->data + at, text, size) == 0)
            return true;
    }
    return false;
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

static bool may_cut(uint32_t before, uint32_t behind, const tkz__stream_places *own)
{
    uint32_t places = own->kinds;
    if (places != 0 && (is_replaced(own, before) || is_replaced(own, behind)))
        return false;
    const uint32_t mark = 0x2581;
    if ((places & TKZ__STREAM_FORMS) != 0 && !begins_anew(behind))
        return false;
    if ((places & TKZ__STREAM_CONTROLS) != 0 && (behind < 0x20 || behind == 0x7F))
        return false;
    if ((places & TKZ__STREAM_SPACES) != 0 &&
        (before == ' ' || before == mark || behind == ' ' || behind == mark))
        return false;
    return (places & TKZ__STREAM_RULES) == 0 ||
           (is_untouched(own, before) && is_untouched(own, behind));
}

/* Bytes at the end may want more: the character behind the place must be whole, those before it are. */
size_t tkz__stream_cut_text(const tkz__stream_places *places, const char *text, size_t size)
{
    for (size_t at = size; at > 1;) {
        uint32_t before, behind;
        at = step_back(text, at);
        if (at == 0)
            break;
        size_t length = tkz__utf8_decode(text + at, size - at, &behind);
        size_t start = step_back(text, at);
        (void)tkz__utf8_decode(text + start, at - start, &before);
        if (behind <= 0x10FFFF && may_cut(before, behind, places) &&
            !is_in_symbol(&places->symbols, text + start, at + length - start))
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
    return encoder->image->kind == TKZ__MODEL_UNIGRAM
               ? cut_unigram(&encoder->engine.engine->unigram, text, size)
               : cut_merges(encoder->image, text, size);
}

static tkz_status refuse(const char *what, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                          "%s; encode the text as a whole", what);
}

tkz_status tkz__stream_check_pieces(const tkz_encoder *encoder, tkz_error *error)
{
    const tkz__image *image = encoder->image;
    if (encoder->settings.samples)
        return refuse("what sampling does to a text depends on all of it", error);
    if (image->kind == TKZ__MODEL_UNIGRAM ||
        (encoder->steps != NULL && tkz__split_steps_cut_words(encoder->steps)))
        return TKZ_OK;
    if (image->kind != TKZ__MODEL_CHARACTER_BPE)
        return refuse("a model of characters, PLaMo's or of marked BPE, or of words without a "
                      "pre-tokenizer of words, takes a text as a whole",
                      error);
    return (image->flags & TKZ__IMAGE_WHOLE_CHUNKS) != 0
               ? refuse("the whole text may be one token of the model", error)
               : TKZ_OK;
}
