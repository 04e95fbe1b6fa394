/* SPDX-License-Identifier: Apache-2.0
 *
 * Normalising whole texts. Batches of text are scanned for characters that may not
 * stay; what is between them is copied, and most of them are replaced, or composed with
 * the one before them, right here. The rest goes the long way. Leans on the scan, edit
 * and unicode_normal_joined.
 */
#include "text/unicode_normal.h"

#include <string.h>

#include "text/unicode_normal_joined.h"
#include "text/unicode_normal_word.h"

enum {
    SHORT_PIECE = 16,
    /* Room behind the target for one replacement, or for a copy of a fixed size. */
    SLACK = 64
};

/* What stays the same over a text, out of the way of the stores into the target. */
typedef struct form_rule {
    const tkz__unicode_target *target;
    uint32_t changes; /* masks of bits */
    uint32_t joins;
    uint32_t open; /* changed, but still to be composed */
    bool composes;
    bool folds;
} form_rule;

static form_rule rule_of(const tkz__unicode_target *target)
{
    static const uint32_t open[] = {
        [TKZ__UNICODE_NFC] = UINT32_C(1) << TKZ__RECORD_CANONICAL_OPEN,
        [TKZ__UNICODE_NFKC] = UINT32_C(1) << TKZ__RECORD_COMPATIBILITY_OPEN,
        [TKZ__UNICODE_NFKC_CF] = 0};
    uint32_t form = (uint32_t)target->form;
    return (form_rule){.target = target,
                       .changes = UINT32_C(1) << (TKZ__RECORD_CHANGES + form),
                       .joins = UINT32_C(1) << (TKZ__RECORD_JOINS + form),
                       .open = open[form],
                       .composes = tkz__unicode_composes(target->form),
                       .folds = target->form == TKZ__UNICODE_NFKC_CF};
}

/* A walk through a text: where it stands. */
typedef struct walk {
    const char *text; /* the next character */
    const char *end;
    const char *kept;    /* [kept, text) is written as it is, but not recorded */
    uint8_t *out;        /* behind the written */
    const uint8_t *full; /* end of the room */
    tkz__unicode_passage *passage;
    form_rule rule;
    tkz__doubtful batch;
} walk;

/* ---- Writing -------------------------------------------------------------- */

/* Records that the text before `end` was kept. */
static tkz_status record_kept(walk *at, const char *end)
{
    size_t size = (size_t)(end - at->kept);
    at->kept = end;
    return tkz__edit_record(at->passage->edit, size, size, true, at->passage->error);
}

/* Records that what is kept ends before `source`, and that `source_size` bytes from there became
 * `size` bytes; the walk goes on behind them. */
static inline tkz_status record_change(walk *at, const char *source, size_t source_size,
                                       size_t size)
{
    at->text = source + source_size;
    if (at->passage->edit->map == NULL) {
        at->kept = at->text;
        return TKZ_OK;
    }
    tkz_status status = record_kept(at, source);
    at->kept = at->text;
    return status == TKZ_OK ? tkz__edit_record(at->passage->edit, source_size, size, false,
                                               at->passage->error)
                            : status;
}

/* Tells the target what is written. */
static void settle(walk *at)
{
    tkz__buffer *target = at->passage->edit->target;
    target->size = (size_t)(at->out - target->data);
}

/* Sees what room the target has. */
static void look_at_target(walk *at)
{
    tkz__buffer *target = at->passage->edit->target;
    at->out = target->data + target->size;
    at->full = target->data + target->capacity;
}

/* Room for `size` bytes more, and the slack behind them. */
static tkz_status make_room(walk *at, size_t size)
{
    if ((size_t)(at->full - at->out) >= size + SLACK)
        return TKZ_OK;
    settle(at);
    tkz_status status =
        tkz__buffer_reserve(at->passage->edit->target, size + SLACK, at->passage->error);
    look_at_target(at);
    return status;
}

static inline uint8_t fold(uint8_t byte)
{
    return (uint8_t)(byte | ((uint8_t)(byte - 'A') < 26 ? 0x20 : 0));
}

/* Copies `size` bytes, with capitals folded if the form does. Where the text goes on, whole blocks:
 * nearly all stretches between changes are shorter than two. */
static inline void copy_kept(const walk *at, size_t size)
{
    if ((size_t)(at->end - at->text) < size + TKZ__SCAN_BLOCK) {
        for (size_t i = 0; i < size; i++) {
            uint8_t byte = (uint8_t)at->text[i];
            at->out[i] = at->rule.folds ? fold(byte) : byte;
        }
        return;
    }
    for (size_t done = 0; done < size; done += TKZ__SCAN_BLOCK) {
        /* Through a block of its own, which compilers can keep in wide registers. */
        uint8_t block[TKZ__SCAN_BLOCK];
        memcpy(block, at->text + done, sizeof block);
        if (at->rule.folds)
            for (size_t i = 0; i < sizeof block; i++)
                block[i] = fold(block[i]);
        memcpy(at->out + done, block, sizeof block);
    }
}

/* Copies the text up to `end`. */
static inline tkz_status keep(walk *at, const char *end)
{
    size_t size = (size_t)(end - at->text);
    tkz_status status = make_room(at, size);
    if (status != TKZ_OK)
        return status;
    copy_kept(at, size);
    at->out += size;
    at->text = end;
    return TKZ_OK;
}

static inline tkz__glance glance_at(const walk *at, size_t distance)
{
    return tkz__glance_at(at->rule.target, at->text, distance, (size_t)(at->end - at->text));
}

/* ---- Pairs ---------------------------------------------------------------- */

/* The one character without a decomposition that the form makes of this one; 0 where it makes
 * several. */
static uint32_t lone_character(const form_rule *rule, tkz__glance glance)
{
    uint32_t character = glance.character;
    if (tkz__is_hangul_syllable(character))
        return 0;
    if ((glance.bits & rule->changes) != 0) {
        tkz__unicode_piece piece =
            tkz__normal_result(glance.record, glance.bits, rule->target->form);
        if (piece.size == 0 || tkz__utf8_next(piece.text, piece.size, &character) != piece.size)
            return 0;
        glance.bits = tkz__normal_bits(tkz__normal_record(rule->target->version, character));
    }
    return tkz__normal_has(glance.bits, TKZ__RECORD_CANONICAL) ? 0 : character;
}

/* The usual sequence, a letter with its voicing mark, in one step: the two characters' primary
 * composite. 0 where there is none; then *stay tells whether both stay as they are. */
static uint32_t compose_two(const form_rule *rule, tkz__glance first, tkz__glance second,
                            bool *stay)
{
    uint32_t letter = lone_character(rule, first);
    uint32_t mark = lone_character(rule, second);
    *stay = false;
    if (letter == 0 || mark == 0)
        return 0;
    uint32_t composite =
        rule->composes ? tkz__unicode_compose(rule->target->version, letter, mark) : 0;
    *stay = composite == 0 && ((first.bits | second.bits) & rule->changes) == 0;
    return composite;
}

/* Writes the composite of the pair that begins here. */
static tkz_status put_composite(walk *at, size_t source_size, uint32_t composite)
{
    size_t size = tkz__utf8_encode(composite, (char *)at->out);
    at->out += size;
    return record_change(at, at->text, source_size, size);
}

/* The long way: from here on all that joins. */
static tkz_status put_joined(walk *at)
{
    size_t place = (size_t)(at->text - at->passage->text);
    settle(at);
    tkz_status status = record_kept(at, at->text);
    if (status == TKZ_OK)
        status = tkz__unicode_put_joined(at->passage, &place);
    at->text = at->passage->text + place;
    at->kept = at->text;
    look_at_target(at);
    return status;
}

/* A character that may join the one before it. That one is taken back if it was kept; a changed one
 * has been found to be joined by nothing. */
static tkz_status put_joining(walk *at, tkz__glance glance)
{
    const char *place = at->text, *before = place;
    if (place == at->kept)
        return put_joined(at); /* the first of all */
    do
        before--;
    while (before > at->kept && ((uint8_t)*before & 0xC0) == 0x80);
    at->text = before;
    tkz__glance first = glance_at(at, 0);
    if (first.character == TKZ__UTF8_INVALID || first.size != (size_t)(place - before)) {
        at->text = place;
        return put_joined(at); /* bytes that are no UTF-8 are joined by nothing */
    }
    size_t size = first.size + glance.size;
    tkz__glance behind = glance_at(at, size);
    bool stay = false;
    if ((behind.bits & at->rule.joins) == 0) {
        if (tkz__glance_is_gone(at->rule.target, glance))
            return record_change(at, place, glance.size, 0);
        uint32_t composite = compose_two(&at->rule, first, glance, &stay);
        if (composite != 0) {
            at->out -= first.size;
            return put_composite(at, size, composite);
        }
    }
    if (!stay) {
        at->out -= first.size;
        return put_joined(at);
    }
    memcpy(at->out, place, glance.size);
    at->out += glance.size;
    at->text = place + glance.size;
    return TKZ_OK;
}

/* ---- Characters ----------------------------------------------------------- */

/* A character that stays, or a byte that is no UTF-8. */
static inline tkz_status put_kept(walk *at, tkz__glance glance)
{
    for (uint32_t i = 0; i < glance.size; i++)
        at->out[i] = (uint8_t)at->text[i];
    at->out += glance.size;
    at->text += glance.size;
    return TKZ_OK;
}

/* What becomes of a changed character or, where `next` joins it, of both; `behind` follows them.
 * Syllables and composites are written to `room`. *known: it does not take the long way. */
static inline tkz__unicode_piece piece_of(const form_rule *rule, tkz__glance glance,
                                          tkz__glance next, tkz__glance behind,
                                          char room[TKZ__UNICODE_LONGEST], bool *known)
{
    bool stay;
    *known = (glance.bits & rule->open) == 0;
    if ((next.bits & rule->joins) != 0) {
        uint32_t composite = *known && (behind.bits & rule->joins) == 0
                                 ? compose_two(rule, glance, next, &stay)
                                 : 0;
        *known = composite != 0;
        return (tkz__unicode_piece){room, *known ? tkz__utf8_encode(composite, room) : 0};
    }
    if (tkz__is_hangul_syllable(glance.character))
        return tkz__unicode_decompose(rule->target->version, glance.character, false, room);
    return tkz__normal_result(glance.record, glance.bits, rule->target->form);
}

/* From a changed character on, as long as characters change. There is room for one. */
static tkz_status put_changed(walk *at, tkz__glance glance)
{
    const form_rule rule = at->rule;
    const bool want_map = at->passage->edit->map != NULL;
    char room[TKZ__UNICODE_LONGEST] = {0};
    /* In locals, because a store of a byte may change anything else. */
    const char *text = at->text, *end = at->end;
    uint8_t *out = at->out;
    const uint8_t *full = at->full;
    tkz_status status = TKZ_OK;
    bool known;
    do {
        tkz__glance next = {0}, behind = {0};
        uint32_t size = glance.size;
        if (!tkz__doubtful_is_clear(&at->batch, text + size)) /* else it joins nothing */
            next = tkz__glance_at(rule.target, text, size, (size_t)(end - text));
        if ((next.bits & rule.joins) != 0) {
            size += next.size;
            behind = tkz__glance_at(rule.target, text, size, (size_t)(end - text));
        }
        tkz__unicode_piece piece = piece_of(&rule, glance, next, behind, room, &known);
        if (!known)
            break;
        /* TKZ__UNICODE_LONGEST bytes can be read: copies of a fixed size are moves of registers. */
        memcpy(out, piece.text, SHORT_PIECE);
        if (piece.size > SHORT_PIECE)
            memcpy(out, piece.text, TKZ__UNICODE_LONGEST);
        out += piece.size;
        if (want_map) {
            at->text = text;
            status = record_change(at, text, size, piece.size);
        }
        text += size;
        at->kept = text;
        glance = size == glance.size ? next : behind;
    } while (status == TKZ_OK && (glance.bits & rule.changes) != 0 && full - out >= SLACK);
    at->text = text;
    at->out = out;
    return known || status != TKZ_OK ? status : put_joined(at);
}

static inline tkz_status put_doubtful(walk *at)
{
    tkz__glance glance = glance_at(at, 0);
    if ((glance.bits & at->rule.joins) != 0)
        return put_joining(at, glance);
    if ((glance.bits & at->rule.changes) != 0)
        return put_changed(at, glance);
    return put_kept(at, glance);
}

/* ---- Texts ---------------------------------------------------------------- */

static tkz_status put_batch(walk *at)
{
    tkz__doubtful_begin(&at->batch, at->text, at->end);
    /* A folded capital is a change, but only the map sees it. */
    bool capitals = at->rule.folds && at->passage->edit->map != NULL;
    tkz__unicode_doubtful(at->rule.target->form, capitals, at->text, at->batch.size,
                          (size_t)(at->end - at->text), at->batch.bits);
    const char *end = at->batch.start + at->batch.size;
    tkz_status status = TKZ_OK;
    while (at->text < end && status == TKZ_OK) {
        const char *place = tkz__doubtful_next(&at->batch, at->text);
        if (place == end)
            place = at->text + tkz__whole_characters(at->text, 0, (size_t)(end - at->text));
        status = keep(at, place);
        if (status != TKZ_OK || place == end)
            return status;
        status = put_doubtful(at);
    }
    return status;
}

tkz_status tkz__unicode_normalize(const tkz__unicode_target *target, const char *text, size_t size,
                                  tkz__edit *edit, tkz_error *error)
{
    tkz__unicode_passage passage = {
        .target = target, .text = text, .size = size, .edit = edit, .error = error};
    walk at = {.text = text,
               .end = text + size,
               .kept = text,
               .passage = &passage,
               .rule = rule_of(target)};
    tkz_status status = tkz__buffer_reserve(edit->target, size + SLACK, error);
    if (status != TKZ_OK)
        return status;
    tkz__sequence_init(&passage.sequence, target, edit->scratch);
    look_at_target(&at);
    while (at.text < at.end && status == TKZ_OK)
        status = put_batch(&at);
    settle(&at);
    return status == TKZ_OK ? record_kept(&at, at.end) : status;
}

size_t tkz__unicode_step_unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    return tkz__unicode_unchanged(step->kind->data, text, size);
}

tkz_status tkz__unicode_step_run(const tkz__normal_step *step, const char *text, size_t size,
                                 tkz__edit *edit, tkz_error *error)
{
    return tkz__unicode_normalize(step->kind->data, text, size, edit, error);
}
