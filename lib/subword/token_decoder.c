/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens to text, step by step as they come (tokenizers: src/decoders; sentencepiece:
 * src/sentencepiece_processor.cc, DecodeOptimized). A step hands the texts of tokens to the next one;
 * behind a step that fuses them all, what is handed on are parts of one text. Leans on decode_parts.
 */
#include "subword/decode_parts.h"

#include <string.h>

static const uint8_t space_symbol[] = {0xE2, 0x96, 0x81}; /* U+2581 */

/* ---- Working ------------------------------------------------------------------ */

/* What a step remembers of a text. */
typedef struct state {
    tkz__buffer held;    /* bytes whose text is not certain; the last token; all of the text */
    tkz__buffer text;    /* what it makes of a token */
    bool has_token;      /* some token came */
    bool is_broken;      /* of BYTE_FALLBACK: the bytes held are no characters */
    bool is_started;     /* of SENTENCEPIECE and a fused STRIP: the start is over */
    uint64_t count;      /* of STRIP: characters gone; of BYTE_FALLBACK: bytes that came */
} state;

struct tkz__token_decoder {
    const tkz__decode_steps *steps;
    tkz_allocator allocator;
    tkz__pattern_search search;
    tkz__buffer spare;
    tkz_normalizer *denormalizer;
    tkz__buffer *out;
    tkz_error *error;
    state states[TKZ__DECODE_MOST_STEPS];
};

tkz_status tkz__token_decoder_new(tkz__token_decoder **decoder, const tkz__decode_steps *steps,
                                  const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator chosen = tkz__allocator_or_default(allocator);
    tkz__token_decoder *made = tkz__allocate_zeroed(&chosen, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->steps = steps;
    made->allocator = chosen;
    tkz__pattern_search_init(&made->search, &chosen);
    tkz__buffer_init(&made->spare, &chosen);
    for (size_t i = 0; i < TKZ__DECODE_MOST_STEPS; i++) {
        tkz__buffer_init(&made->states[i].held, &chosen);
        tkz__buffer_init(&made->states[i].text, &chosen);
    }
    tkz_status status = TKZ_OK;
    if (steps->steps[0].denormalizer != NULL)
        status = tkz_normalizer_new(&made->denormalizer, steps->steps[0].denormalizer, &chosen,
                                    error);
    if (status == TKZ_OK)
        *decoder = made;
    else
        tkz__token_decoder_free(made);
    return status;
}

void tkz__token_decoder_free(tkz__token_decoder *decoder)
{
    if (decoder == NULL)
        return;
    for (size_t i = 0; i < TKZ__DECODE_MOST_STEPS; i++) {
        tkz__buffer_free(&decoder->states[i].held);
        tkz__buffer_free(&decoder->states[i].text);
    }
    tkz_normalizer_free(decoder->denormalizer);
    tkz__buffer_free(&decoder->spare);
    tkz__pattern_search_free(&decoder->search);
    tkz_allocator allocator = decoder->allocator;
    tkz__release(&allocator, decoder, sizeof *decoder);
}

void tkz__token_decoder_begin(tkz__token_decoder *decoder)
{
    for (size_t i = 0; i < decoder->steps->count; i++) {
        state *own = &decoder->states[i];
        tkz__buffer_clear(&own->held);
        own->has_token = own->is_broken = own->is_started = false;
        own->count = 0;
    }
}

bool tkz__token_decoder_is_settled(const tkz__token_decoder *decoder)
{
    if (!decoder->steps->has_plain)
        return false;
    for (size_t i = 0; i < decoder->steps->count; i++) {
        const tkz__decode_step *what = &decoder->steps->steps[i];
        const state *own = &decoder->states[i];
        bool by_start = what->spec->kind == TKZ__DECODE_SENTENCEPIECE ||
                        (what->is_fused && what->spec->kind == TKZ__DECODE_STRIP);
        bool is_counted = what->spec->kind == TKZ__DECODE_METASPACE ||
                          what->spec->kind == TKZ__DECODE_WORD_PIECE ||
                          what->spec->kind == TKZ__DECODE_SPACES;
        if (own->held.size > 0 || own->count > 0 || (by_start && !own->is_started) ||
            (is_counted && !own->has_token))
            return false;
    }
    return true;
}

static tkz_status hand_to(tkz__token_decoder *decoder, size_t index, tkz__decode_text token);

static tkz__decode_text held_text(const state *own)
{
    return (tkz__decode_text){own->held.data, own->held.size};
}

static tkz_status hold(tkz__token_decoder *decoder, state *own, tkz__decode_text token)
{
    return tkz__buffer_append(&own->held, token.bytes, token.size, decoder->error);
}

/* Forgets the first bytes that are held. */
static void let_go(state *own, size_t size)
{
    own->held.size -= size;
    if (own->held.size > 0)
        memmove(own->held.data, own->held.data + size, own->held.size);
}

/* ---- BPE: a token is told when the next one comes -------------------------------- */

static tkz_status tell_held(tkz__token_decoder *decoder, size_t index, const char *fresh)
{
    state *own = &decoder->states[index];
    tkz__decode_text replacement = {(const uint8_t *)fresh, strlen(fresh)};
    if (!own->has_token)
        return TKZ_OK;
    tkz__buffer_clear(&own->text);
    tkz_status status =
        tkz__decode_replace(held_text(own), tkz__decode_first(decoder->steps->steps[index].spec),
                            replacement, &own->text, decoder->error);
    tkz__buffer_clear(&own->held);
    if (status != TKZ_OK)
        return status;
    return hand_to(decoder, index + 1, (tkz__decode_text){own->text.data, own->text.size});
}

static tkz_status put_bpe(tkz__token_decoder *decoder, size_t index, tkz__decode_text token)
{
    state *own = &decoder->states[index];
    tkz_status status = tell_held(decoder, index, " ");
    own->has_token = true;
    return status == TKZ_OK ? hold(decoder, own, token) : status;
}

/* ---- CTC: repeated tokens count once ---------------------------------------------- */

static tkz_status put_ctc(tkz__token_decoder *decoder, size_t index, tkz__decode_text token)
{
    state *own = &decoder->states[index];
    const tkz__decode_spec *spec = decoder->steps->steps[index].spec;
    tkz_error *error = decoder->error;
    if (own->has_token && own->held.size == token.size &&
        (token.size == 0 || memcmp(own->held.data, token.bytes, token.size) == 0))
        return TKZ_OK;
    own->has_token = true;
    tkz__buffer_clear(&own->held);
    tkz__buffer_clear(&own->text);
    tkz_status status = hold(decoder, own, token);
    if (status == TKZ_OK)
        status = tkz__decode_replace(held_text(own), tkz__decode_first(spec), (tkz__decode_text){0},
                                     &own->text, error);
    if (status == TKZ_OK && spec->cleanup) {
        tkz__buffer clean;
        tkz__buffer_init(&clean, &decoder->allocator);
        status = tkz__decode_cleanup((tkz__decode_text){own->text.data, own->text.size}, &clean,
                                     &decoder->spare, error);
        tkz__buffer_clear(&own->text);
        if (status == TKZ_OK)
            status = tkz__decode_replace((tkz__decode_text){clean.data, clean.size},
                                         tkz__decode_second(spec),
                                         (tkz__decode_text){(const uint8_t *)" ", 1}, &own->text,
                                         error);
        tkz__buffer_free(&clean);
    }
    if (status != TKZ_OK || own->text.size == 0)
        return status;
    return hand_to(decoder, index + 1, (tkz__decode_text){own->text.data, own->text.size});
}

/* ---- Bytes -------------------------------------------------------------------------- */

/* BYTE_FALLBACK: a run of bytes is text if all of it is, else as many U+FFFD. */
static tkz_status end_run(tkz__token_decoder *decoder, size_t index)
{
    state *own = &decoder->states[index];
    uint64_t count = own->count;
    own->count = 0;
    if (count == 0)
        return TKZ_OK;
    bool is_text = !own->is_broken &&
                   tkz_utf8_valid_prefix((const char *)own->held.data, own->held.size) ==
                       own->held.size;
    own->is_broken = false;
    tkz_status status = TKZ_OK;
    if (is_text)
        status = hand_to(decoder, index + 1, held_text(own));
    for (; !is_text && status == TKZ_OK && count > 0; count--)
        status = hand_to(decoder, index + 1, (tkz__decode_text){(const uint8_t *)"\xEF\xBF\xBD", 3});
    tkz__buffer_clear(&own->held);
    return status;
}

static tkz_status put_fallback(tkz__token_decoder *decoder, size_t index, tkz__decode_text token)
{
    state *own = &decoder->states[index];
    int value = tkz__decode_fallback_byte(token);
    if (value < 0) {
        tkz_status status = end_run(decoder, index);
        return status == TKZ_OK ? hand_to(decoder, index + 1, token) : status;
    }
    own->count++;
    if (own->is_broken)
        return TKZ_OK;
    uint8_t byte = (uint8_t)value;
    tkz_status status = hold(decoder, own, (tkz__decode_text){&byte, 1});
    if (status != TKZ_OK)
        return status;
    /* Once no text can come of it only the count matters. Looked at when a character should be over. */
    const uint8_t *end = own->held.data + own->held.size;
    size_t back = own->held.size < 4 ? own->held.size : 4;
    size_t whole = own->held.size - tkz__decode_unfinished(own->held.data, own->held.size);
    if (whole == own->held.size) {
        while (back > 1 && (*(end - back) & 0xC0) == 0x80)
            back--;
        size_t start = own->held.size - back;
        /* From a character border before the last few bytes: what lies before was looked at. */
        own->is_broken = tkz_utf8_valid_prefix((const char *)own->held.data + start, back) != back;
    }
    if (own->is_broken)
        tkz__buffer_clear(&own->held);
    return TKZ_OK;
}

/* BYTES: the bytes of all tokens are one text, broken characters of which are replaced. */
static tkz_status put_bytes(tkz__token_decoder *decoder, size_t index, tkz__decode_text token,
                            bool is_last)
{
    state *own = &decoder->states[index];
    size_t left = 0;
    tkz_status status = TKZ_OK;
    if (!is_last)
        status = tkz__decode_bytes(token, &own->held, decoder->error);
    tkz__buffer_clear(&own->text);
    if (status == TKZ_OK)
        status = tkz__decode_lossy(held_text(own), is_last, &own->text, &left, decoder->error);
    if (status != TKZ_OK)
        return status;
    let_go(own, own->held.size - left);
    return hand_to(decoder, index + 1, (tkz__decode_text){own->text.data, own->text.size});
}

/* ---- Parts of one text ---------------------------------------------------------------- */

/* Replaces in parts: what may be the beginning of a match waits. */
static tkz_status put_replace_part(tkz__token_decoder *decoder, size_t index,
                                   tkz__decode_text part, bool is_last)
{
    state *own = &decoder->states[index];
    const tkz__decode_spec *spec = decoder->steps->steps[index].spec;
    tkz__decode_text old = tkz__decode_first(spec);
    tkz_status status = hold(decoder, own, part);
    if (status != TKZ_OK)
        return status;
    size_t end = own->held.size, done = 0;
    tkz__buffer_clear(&own->text);
    while (status == TKZ_OK && old.size > 0 && end - done >= old.size) {
        tkz__decode_text rest = {own->held.data + done, end - done};
        size_t at = 0;
        while (at + old.size <= rest.size && memcmp(rest.bytes + at, old.bytes, old.size) != 0)
            at++;
        if (at + old.size > rest.size)
            break;
        status = tkz__buffer_append(&own->text, rest.bytes, at, decoder->error);
        if (status == TKZ_OK)
            status = tkz__buffer_append(&own->text, spec->second, spec->second_size,
                                        decoder->error);
        done += at + old.size;
    }
    size_t waiting = is_last || old.size == 0 ? 0 : old.size - 1;
    waiting = waiting < end - done ? waiting : end - done;
    while (waiting > 0 && memcmp(own->held.data + end - waiting, old.bytes, waiting) != 0)
        waiting--;
    if (status == TKZ_OK)
        status = tkz__buffer_append(&own->text, own->held.data + done, end - waiting - done,
                                    decoder->error);
    if (status != TKZ_OK)
        return status;
    let_go(own, end - waiting);
    return hand_to(decoder, index + 1, (tkz__decode_text){own->text.data, own->text.size});
}

/* Strips in parts: as many of the character at the end as may have to go wait. */
static tkz_status put_strip_part(tkz__token_decoder *decoder, size_t index, tkz__decode_text part)
{
    state *own = &decoder->states[index];
    const tkz__decode_spec *spec = decoder->steps->steps[index].spec;
    tkz__decode_text character = tkz__decode_first(spec);
    while (!own->is_started && part.size > 0) {
        bool goes = own->count < spec->start && part.size >= character.size &&
                    memcmp(part.bytes, character.bytes, character.size) == 0;
        if (!goes) {
            own->is_started = true;
            own->count = 0;
            break;
        }
        part.bytes += character.size;
        part.size -= character.size;
        own->count++;
    }
    if (spec->stop == 0 || part.size == 0)
        return hand_to(decoder, index + 1, part);
    tkz_status status = hold(decoder, own, part);
    if (status != TKZ_OK)
        return status;
    tkz__decode_text kept = tkz__decode_strip(held_text(own), character, 0, spec->stop);
    tkz__buffer_clear(&own->text);
    status = tkz__buffer_append(&own->text, kept.bytes, kept.size, decoder->error);
    if (status != TKZ_OK)
        return status;
    let_go(own, kept.size);
    return hand_to(decoder, index + 1, (tkz__decode_text){own->text.data, own->text.size});
}

/* ---- sentencepiece ---------------------------------------------------------------------- */

static tkz_status put_out(tkz__token_decoder *decoder, const void *bytes, size_t size)
{
    state *own = &decoder->states[0];
    own->is_started = own->is_started || size > 0;
    tkz__buffer *to = decoder->denormalizer != NULL ? &own->text : decoder->out;
    return tkz__buffer_append(to, bytes, size, decoder->error);
}

/* The bytes that are held: characters, and U+FFFD for each byte of none. */
static tkz_status put_held_bytes(tkz__token_decoder *decoder, bool is_last)
{
    state *own = &decoder->states[0];
    size_t end = own->held.size, at = 0;
    tkz_status status = TKZ_OK;
    if (!is_last)
        end -= tkz__decode_unfinished(own->held.data, own->held.size);
    while (status == TKZ_OK && at < end) {
        size_t valid = tkz_utf8_valid_prefix((const char *)own->held.data + at, end - at);
        status = valid > 0 ? put_out(decoder, own->held.data + at, valid)
                           : put_out(decoder, "\xEF\xBF\xBD", 3);
        at += valid > 0 ? valid : 1;
    }
    let_go(own, end);
    return status;
}

/* Whether bytes may be the beginning of one character, without a close look. */
static bool is_inside(const uint8_t *bytes, size_t size)
{
    size_t length = (size_t)1 + (bytes[0] >= 0xC2) + (bytes[0] >= 0xE0) + (bytes[0] >= 0xF0);
    return size < length && (size == 1 || (bytes[size - 1] & 0xC0) == 0x80);
}

static tkz_status put_piece(tkz__token_decoder *decoder, tkz__decode_text token,
                            tkz__piece_type type)
{
    state *own = &decoder->states[0];
    const tkz__decode_spec *spec = decoder->steps->steps[0].spec;
    if (type == TKZ__PIECE_BYTE) {
        int value = tkz__piece_byte(token.bytes, token.size);
        uint8_t byte = (uint8_t)value;
        if (value < 0)
            return tkz__error_set(decoder->error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                                  "a BYTE piece that spells no byte");
        tkz_status status = hold(decoder, own, (tkz__decode_text){&byte, 1});
        if (status != TKZ_OK || is_inside(own->held.data, own->held.size))
            return status;
        return put_held_bytes(decoder, false);
    }
    tkz_status status = put_held_bytes(decoder, true);
    if (status != TKZ_OK || type == TKZ__PIECE_CONTROL)
        return status;
    bool bare = !own->is_started && (spec->prefix || spec->extra);
    bool has_symbol = token.size >= sizeof space_symbol &&
                      memcmp(token.bytes, space_symbol, sizeof space_symbol) == 0;
    tkz__buffer_clear(&decoder->spare);
    status = tkz__decode_piece(spec, token, type, bare, &decoder->spare, decoder->error);
    if (status == TKZ_OK)
        status = put_out(decoder, decoder->spare.data, decoder->spare.size);
    /* Where the model removes extra spaces, each piece loses one until there is text. */
    own->is_started = own->is_started || (bare && has_symbol && !spec->extra);
    return status;
}

static tkz_status end_pieces(tkz__token_decoder *decoder)
{
    state *own = &decoder->states[0];
    tkz_normalized result;
    tkz_status status = put_held_bytes(decoder, true);
    if (status == TKZ_OK && decoder->denormalizer != NULL) {
        status = tkz_normalizer_run(decoder->denormalizer, (const char *)own->text.data,
                                    own->text.size, 0, &result, decoder->error);
        if (status == TKZ_OK)
            status = tkz__buffer_append(decoder->out, result.text, result.size, decoder->error);
        tkz__buffer_clear(&own->text);
    }
    return status;
}

/* ---- The line of steps -------------------------------------------------------------------- */

/* A token that is not fused with others, or a text that was held as a whole. */
static tkz_status put_token(tkz__token_decoder *decoder, size_t index, tkz__decode_text token)
{
    state *own = &decoder->states[index];
    const tkz__decode_step *what = &decoder->steps->steps[index];
    switch (what->spec->kind) {
    case TKZ__DECODE_BPE:
        return put_bpe(decoder, index, token);
    case TKZ__DECODE_CTC:
        return put_ctc(decoder, index, token);
    case TKZ__DECODE_BYTE_FALLBACK:
        return put_fallback(decoder, index, token);
    case TKZ__DECODE_BYTES:
        return put_bytes(decoder, index, token, false);
    default:
        break;
    }
    tkz__buffer_clear(&own->text);
    tkz_status status = tkz__decode_token(what, token, !own->has_token, &decoder->search, &own->text,
                                   &decoder->spare, decoder->error);
    own->has_token = true;
    if (status != TKZ_OK)
        return status;
    return hand_to(decoder, index + 1, (tkz__decode_text){own->text.data, own->text.size});
}

/* Gives a token, or a part of the one text, to a step; behind the last one it is given out. The depth
 * of calls is the number of steps. */
static tkz_status hand_to(tkz__token_decoder *decoder, size_t index, tkz__decode_text token)
{
    if (index == decoder->steps->count)
        return tkz__buffer_append(decoder->out, token.bytes, token.size, decoder->error);
    const tkz__decode_step *what = &decoder->steps->steps[index];
    if (what->spec->kind == TKZ__DECODE_FUSE)
        return hand_to(decoder, index + 1, token);
    if (!what->is_fused)
        return put_token(decoder, index, token);
    if (what->is_held)
        return hold(decoder, &decoder->states[index], token);
    return what->spec->kind == TKZ__DECODE_STRIP ? put_strip_part(decoder, index, token)
                                                 : put_replace_part(decoder, index, token, false);
}

/* The end of the text, for one step after the other. */
static tkz_status end_step(tkz__token_decoder *decoder, size_t index)
{
    const tkz__decode_step *what = &decoder->steps->steps[index];
    state *own = &decoder->states[index];
    tkz_status status = TKZ_OK;
    if (what->is_held) {
        /* What was held becomes the one token; the buffer is needed for what the step holds itself. */
        tkz__buffer whole = own->held;
        tkz__buffer_init(&own->held, &decoder->allocator);
        status = put_token(decoder, index, (tkz__decode_text){whole.data, whole.size});
        tkz__buffer_free(&whole);
    }
    if (status != TKZ_OK)
        return status;
    switch (what->spec->kind) {
    case TKZ__DECODE_SENTENCEPIECE:
        return end_pieces(decoder);
    case TKZ__DECODE_BPE:
        return tell_held(decoder, index, "");
    case TKZ__DECODE_BYTE_FALLBACK:
        return end_run(decoder, index);
    case TKZ__DECODE_BYTES:
        return put_bytes(decoder, index, (tkz__decode_text){0}, true);
    case TKZ__DECODE_REPLACE:
        return what->is_fused && !what->is_held
                   ? put_replace_part(decoder, index, (tkz__decode_text){0}, true)
                   : TKZ_OK;
    default: /* what STRIP holds at the end goes */
        return TKZ_OK;
    }
}

tkz_status tkz__token_decoder_put(tkz__token_decoder *decoder, const uint8_t *bytes, size_t size,
                                  tkz__piece_type type, tkz__buffer *out, tkz_error *error)
{
    tkz__decode_text token = {bytes, size};
    decoder->out = out;
    decoder->error = error;
    if (decoder->steps->steps[0].spec->kind == TKZ__DECODE_SENTENCEPIECE)
        return put_piece(decoder, token, type);
    return hand_to(decoder, 0, token);
}

tkz_status tkz__token_decoder_end(tkz__token_decoder *decoder, tkz__buffer *out, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    decoder->out = out;
    decoder->error = error;
    for (size_t i = 0; i < decoder->steps->count && status == TKZ_OK; i++)
        status = end_step(decoder, i);
    tkz__token_decoder_begin(decoder);
    return status;
}
