/* SPDX-License-Identifier: Apache-2.0
 *
 * Normalising whole texts: stretches that are normal are copied, the rest is cut where
 * normalisation starts afresh and goes through sequence by sequence, most of them a
 * single character. Leans on the quick check and on sequences.
 */
#include "text/unicode_normal.h"

#include <string.h>

#include "text/unicode_normal_sequence.h"

enum {
    SHORT_PIECE = 16,
    /* So many unchanged characters in a row end the work character by character. Where changed ones
     * are dense, one or two between them are cheaper to take along than a fresh start is. */
    CALM = 3
};

/* A text on its way. */
typedef struct passage {
    const tkz__unicode_target *target;
    const char *text;
    size_t size;
    tkz__edit *edit;
    tkz_error *error;
    tkz__sequence sequence;
} passage;

static inline tkz__glance glance_at(const passage *work, size_t at)
{
    return tkz__glance_at(work->target, work->text, at, work->size);
}

/* Room for one more character or piece. */
static inline tkz_status make_room(passage *work)
{
    const tkz__buffer *target = work->edit->target;
    if (target->capacity - target->size >= TKZ__UNICODE_LONGEST)
        return TKZ_OK;
    return tkz__buffer_reserve(work->edit->target, TKZ__UNICODE_LONGEST, work->error);
}

/* Writes a piece in place of `source_size` bytes. TKZ__UNICODE_LONGEST bytes can be read where it
 * lies and written where it goes: copies of a fixed size are moves of registers. */
static inline tkz_status replace(passage *work, size_t source_size, tkz__unicode_piece piece)
{
    tkz__buffer *target = work->edit->target;
    tkz_status status = make_room(work);
    if (status != TKZ_OK)
        return status;
    memcpy(target->data + target->size, piece.text, SHORT_PIECE);
    if (piece.size > SHORT_PIECE)
        memcpy(target->data + target->size, piece.text, TKZ__UNICODE_LONGEST);
    target->size += piece.size;
    return tkz__edit_record(work->edit, source_size, piece.size, false, work->error);
}

/* Copies [start, end) of the text as it is. */
static inline tkz_status copy(passage *work, size_t start, size_t end)
{
    tkz__buffer *target = work->edit->target;
    size_t size = end - start;
    if (size > SHORT_PIECE || work->size - start < SHORT_PIECE)
        return tkz__edit_copy(work->edit, work->text + start, size, work->error);
    tkz_status status = make_room(work);
    if (status != TKZ_OK)
        return status;
    memcpy(target->data + target->size, work->text + start, SHORT_PIECE);
    target->size += size;
    return tkz__edit_record(work->edit, size, size, true, work->error);
}

/* Writes the finished sequence without a record. */
static tkz_status write_sequence(passage *work)
{
    tkz__buffer *target = work->edit->target;
    for (size_t i = 0; i < work->sequence.count; i++) {
        tkz_status status = make_room(work);
        if (status != TKZ_OK)
            return status;
        target->size +=
            tkz__utf8_encode(work->sequence.points[i] & TKZ__SEQUENCE_CHARACTER,
                             (char *)target->data + target->size);
    }
    return TKZ_OK;
}

static tkz_status finish_sequence(passage *work)
{
    tkz_status status = tkz__sequence_finish(&work->sequence, work->error);
    return status == TKZ_OK ? write_sequence(work) : status;
}

/* One character by way of a sequence: its decomposition has to be composed again. */
static tkz_status recompose(passage *work, tkz__glance glance)
{
    size_t before = work->edit->target->size;
    work->sequence.count = 0;
    tkz_status status = tkz__sequence_add(&work->sequence, glance, work->error);
    if (status == TKZ_OK)
        status = finish_sequence(work);
    if (status != TKZ_OK)
        return status;
    return tkz__edit_record(work->edit, glance.size, work->edit->target->size - before, false,
                            work->error);
}

/* What a changed character alone becomes; false where that takes a sequence. */
static inline bool lone_result(const passage *work, tkz__glance glance,
                               char hangul[TKZ__UNICODE_LONGEST], tkz__unicode_piece *piece)
{
    if (tkz__is_hangul_syllable(glance.character))
        *piece = tkz__unicode_decompose(work->target->version, glance.character, false, hangul);
    else if (tkz__normal_is_open(glance.bits, work->target->form))
        return false;
    else
        *piece = tkz__normal_result(glance.record, glance.bits, work->target->form);
    return true;
}

/* A character that nothing joins. */
static inline tkz_status put_alone(passage *work, size_t at, tkz__glance glance)
{
    char hangul[TKZ__UNICODE_LONGEST] = {0};
    tkz__unicode_piece piece;
    if (!tkz__glance_changes(work->target, glance))
        return copy(work, at, at + glance.size);
    if (!lone_result(work, glance, hangul, &piece))
        return recompose(work, glance);
    return replace(work, glance.size, piece);
}

/* Whether the target from `written` on is what the characters of [start, end) become one by one. */
static bool is_by_characters(const passage *work, size_t start, size_t end, size_t written)
{
    const tkz__buffer *target = work->edit->target;
    while (start < end) {
        char hangul[TKZ__UNICODE_LONGEST];
        tkz__glance glance = glance_at(work, start);
        tkz__unicode_piece piece = {work->text + start, glance.size};
        if (tkz__glance_changes(work->target, glance) &&
            !lone_result(work, glance, hangul, &piece))
            return false;
        if (target->size - written < piece.size ||
            memcmp(target->data + written, piece.text, piece.size) != 0)
            return false;
        written += piece.size;
        start += glance.size;
    }
    return written == target->size;
}

static tkz_status record_by_characters(passage *work, size_t start, size_t end)
{
    tkz_status status = TKZ_OK;
    while (start < end && status == TKZ_OK) {
        char hangul[TKZ__UNICODE_LONGEST];
        tkz__glance glance = glance_at(work, start);
        tkz__unicode_piece piece = {work->text + start, glance.size};
        if (tkz__glance_changes(work->target, glance))
            (void)lone_result(work, glance, hangul, &piece);
        status = tkz__edit_record(work->edit, glance.size, piece.size,
                                  !tkz__glance_changes(work->target, glance), work->error);
        start += glance.size;
    }
    return status;
}

/* The run or runs of a sequence that was written to the target from `written` on. */
static tkz_status record_sequence(passage *work, size_t start, size_t end, size_t written)
{
    if (work->edit->map == NULL)
        return TKZ_OK;
    if (is_by_characters(work, start, end, written))
        return record_by_characters(work, start, end);
    return tkz__edit_record(work->edit, end - start, work->edit->target->size - written, false,
                            work->error);
}

/* Characters that case folding removes, up to `end`. */
static tkz_status remove_gone(passage *work, size_t start, size_t end)
{
    tkz_status status = TKZ_OK;
    while (start < end && status == TKZ_OK) {
        tkz__glance glance = glance_at(work, start);
        status = tkz__edit_record(work->edit, glance.size, 0, false, work->error);
        start += glance.size;
    }
    return status;
}

/* The character `first` at `*at`, which stays, and all that joins it; `*at` is left behind them. */
static tkz_status put_sequence(passage *work, size_t *at, tkz__glance first)
{
    size_t start = *at;
    size_t end = start + first.size; /* of what joins; only vanishing ones lie behind it */
    tkz_status status;
    work->sequence.count = 0;
    status = tkz__sequence_add(&work->sequence, first, work->error);
    *at = end;
    while (status == TKZ_OK) {
        tkz__glance glance = glance_at(work, *at);
        if (!tkz__glance_joins(work->target, glance))
            break;
        *at += glance.size;
        if (tkz__glance_is_gone(work->target, glance))
            continue;
        status = tkz__sequence_add(&work->sequence, glance, work->error);
        end = *at;
    }
    if (status != TKZ_OK)
        return status;
    if (end == start + first.size) {
        status = put_alone(work, start, first);
    } else {
        size_t written = work->edit->target->size;
        status = finish_sequence(work);
        if (status == TKZ_OK)
            status = record_sequence(work, start, end, written);
    }
    if (status == TKZ_OK && work->edit->map != NULL)
        status = remove_gone(work, end, *at);
    return status;
}

/* The one character without a decomposition that the form makes of this one; 0 where it makes
 * several. */
static inline uint32_t lone_character(const passage *work, tkz__glance glance)
{
    uint32_t character = glance.character;
    if (tkz__is_hangul_syllable(character))
        return 0;
    if (tkz__glance_changes(work->target, glance)) {
        tkz__unicode_piece piece =
            tkz__normal_result(glance.record, glance.bits, work->target->form);
        if (piece.size == 0 || tkz__utf8_next(piece.text, piece.size, &character) != piece.size)
            return 0;
        glance.bits = tkz__normal_bits(tkz__normal_record(work->target->version, character));
    }
    return tkz__normal_has(glance.bits, TKZ__RECORD_CANONICAL) ? 0 : character;
}

/* The usual sequence, a letter with its voicing mark, in one step: the two characters' primary
 * composite, or 0 where the long way has to be taken. */
static inline uint32_t compose_two(const passage *work, tkz__glance first, tkz__glance second)
{
    uint32_t letter, mark;
    if (!tkz__unicode_composes(work->target->form))
        return 0;
    letter = lone_character(work, first);
    mark = lone_character(work, second);
    return letter == 0 || mark == 0 ? 0
                                    : tkz__unicode_compose(work->target->version, letter, mark);
}

/* The character `*glance` at `*at` and `next`, which joins it; leaves both at what comes behind. */
static tkz_status put_joined(passage *work, size_t *at, tkz__glance *glance, tkz__glance next)
{
    uint32_t size = glance->size + next.size;
    tkz__glance behind = glance_at(work, *at + size);
    tkz_status status;
    if (!tkz__glance_joins(work->target, behind)) {
        uint32_t composite = compose_two(work, *glance, next);
        if (composite != 0) {
            char text[TKZ__UNICODE_LONGEST] = {0};
            *at += size;
            *glance = behind;
            return replace(work, size,
                           (tkz__unicode_piece){text, tkz__utf8_encode(composite, text)});
        }
    }
    status = put_sequence(work, at, *glance);
    *glance = glance_at(work, *at);
    return status;
}

/* What stays the same over a text, out of the way of the stores into the target. */
typedef struct form_rule {
    uint32_t version;
    uint32_t changes; /* masks of bits */
    uint32_t joins;
    uint32_t long_way; /* still to be composed, or to be removed */
    tkz__unicode_form form;
} form_rule;

static form_rule rule_of(const tkz__unicode_target *target)
{
    static const uint32_t long_way[] = {
        [TKZ__UNICODE_NFD] = 0,
        [TKZ__UNICODE_NFC] = UINT32_C(1) << TKZ__RECORD_CANONICAL_OPEN,
        [TKZ__UNICODE_NFKD] = 0,
        [TKZ__UNICODE_NFKC] = UINT32_C(1) << TKZ__RECORD_COMPATIBILITY_OPEN,
        [TKZ__UNICODE_NFKC_CF] = UINT32_C(1) << TKZ__RECORD_GONE};
    uint32_t form = (uint32_t)target->form;
    return (form_rule){target->version, UINT32_C(1) << (TKZ__RECORD_CHANGES + form),
                  UINT32_C(1) << (TKZ__RECORD_JOINS + form), long_way[form], target->form};
}

/* The record of the character of three bytes at `text`; UINT32_MAX where there is none, and for the
 * leads E0 (its second byte is restricted) and EA..ED (likewise, and Hangul). */
static inline uint32_t record_of_three(uint32_t version, const char *text)
{
    const uint8_t *bytes = (const uint8_t *)text;
    uint32_t lead = bytes[0], block, place;
    if ((UINT32_C(0xC3FE) >> (lead & 0x0F) & 1) == 0 || (lead & 0xF0) != 0xE0 ||
        (bytes[1] & 0xC0) != 0x80 || (bytes[2] & 0xC0) != 0x80)
        return UINT32_MAX;
    block = tkz__normal_blocks[(uint32_t)tkz__normal_pages[lead & 0x0F] << 6 | (bytes[1] & 0x3F)];
    place = tkz__normal_values[block << 6 | (bytes[2] & 0x3F)];
    return (uint32_t)(tkz__normal_records[place] >> 8) > version ? 0 : place;
}

static inline tkz__glance glance_of_three(const char *text, uint32_t record)
{
    const uint8_t *bytes = (const uint8_t *)text;
    uint32_t character = (uint32_t)(bytes[0] & 0x0F) << 12 | (uint32_t)(bytes[1] & 0x3F) << 6 |
                         (bytes[2] & 0x3F);
    return (tkz__glance){character, 3, record, tkz__normal_bits(record)};
}

/* What becomes of the character of three bytes at `text`, without a branch: changed and unchanged
 * ones mix as they like. */
static inline tkz__unicode_piece result_of_three(const form_rule *rule, const char *text,
                                                 uint32_t record, uint32_t bits)
{
    uint32_t canonical = bits >> TKZ__RECORD_CANONICAL & 1;
    uint32_t compatibility = bits >> TKZ__RECORD_COMPATIBILITY & 1;
    uint32_t folds = bits >> TKZ__RECORD_FOLD & (rule->form == TKZ__UNICODE_NFKC_CF);
    uint32_t index = folds != 0 ? canonical + compatibility
                                : canonical & compatibility & (rule->form >= TKZ__UNICODE_NFKD);
    bool changes = (bits & rule->changes) != 0;
    uint32_t place = tkz__normal_records[changes ? record + 2 + index : 0];
    const uint8_t *piece = tkz__normal_pieces + place;
    return (tkz__unicode_piece){changes ? (const char *)piece + 1 : text, changes ? piece[0] : 3};
}

/* Characters of three bytes with nothing to join, and pairs with a composite: the bulk of
 * half-width, full-width and decomposed text. From `*at`, a place to start afresh; leaves `*at` at
 * such a place again, the first that needs more, or where the text is calm. */
static tkz_status put_threes(passage *work, const form_rule *rule, size_t *at)
{
    tkz__buffer *target = work->edit->target;
    bool want_map = work->edit->map != NULL;
    const char *text = work->text + *at;
    /* Three characters, and what a copy of a fixed size reads, lie before the end of the text. */
    size_t left = work->size - *at;
    const char *last = left < SHORT_PIECE ? text : text + left - SHORT_PIECE;
    char composite[TKZ__UNICODE_LONGEST] = {0};
    uint32_t calm = 0;
    uint32_t record = text < last ? record_of_three(rule->version, text) : UINT32_MAX;
    tkz_status status = TKZ_OK;
    /* In locals, because a store of a byte may change anything else. */
    uint8_t *out = target->data + target->size;
    const uint8_t *full = target->data + target->capacity;
    while (record != UINT32_MAX && text < last && calm < CALM) {
        uint32_t bits = tkz__normal_bits(record);
        uint32_t next = record_of_three(rule->version, text + 3);
        tkz__unicode_piece piece;
        uint32_t size = 3;
        if (next == UINT32_MAX ||
            ((bits & rule->long_way) != 0 && (bits & rule->changes) != 0))
            break;
        if ((tkz__normal_bits(next) & rule->joins) == 0) {
            piece = result_of_three(rule, text, record, bits);
        } else {
            uint32_t behind = record_of_three(rule->version, text + 6);
            uint32_t character;
            if (behind == UINT32_MAX || (tkz__normal_bits(behind) & rule->joins) != 0)
                break;
            character = compose_two(work, glance_of_three(text, record),
                                    glance_of_three(text + 3, next));
            if (character == 0)
                break;
            piece = (tkz__unicode_piece){composite, tkz__utf8_encode(character, composite)};
            size = 6;
            next = behind;
            bits = rule->changes;
        }
        if (full - out < TKZ__UNICODE_LONGEST) {
            target->size = (size_t)(out - target->data);
            status = make_room(work);
            if (status != TKZ_OK)
                return status;
            out = target->data + target->size;
            full = target->data + target->capacity;
        }
        memcpy(out, piece.text, SHORT_PIECE);
        if (piece.size > SHORT_PIECE)
            memcpy(out, piece.text, TKZ__UNICODE_LONGEST);
        out += piece.size;
        calm = (bits & rule->changes) != 0 ? 0 : calm + 1;
        if (want_map) {
            status = tkz__edit_record(work->edit, size, piece.size, calm != 0, work->error);
            if (status != TKZ_OK)
                return status;
        }
        text += size;
        record = next;
    }
    target->size = (size_t)(out - target->data);
    *at = (size_t)(text - work->text);
    return TKZ_OK;
}

/* Sequence after sequence from `*at`, a place to start afresh, until the text is calm. */
static tkz_status put_changed(passage *work, size_t *at)
{
    form_rule same = rule_of(work->target);
    tkz__glance glance = glance_at(work, *at);
    uint32_t calm = 0; /* characters that stayed as they are, in a row */
    do {
        if (glance.size == 3) {
            size_t before = *at;
            tkz_status threes = put_threes(work, &same, at);
            if (threes != TKZ_OK)
                return threes;
            if (*at != before) {
                glance = glance_at(work, *at);
                if (tkz__glance_is_inert(work->target, glance))
                    break;
            }
        }
        tkz__glance next = glance_at(work, *at + glance.size);
        tkz_status status;
        if (tkz__glance_joins(work->target, next) && !tkz__glance_is_gone(work->target, glance)) {
            status = put_joined(work, at, &glance, next);
        } else {
            status = put_alone(work, *at, glance);
            *at += glance.size;
            glance = next;
        }
        if (status != TKZ_OK)
            return status;
        calm = tkz__glance_is_inert(work->target, glance) ? calm + 1 : 0;
    } while (calm < CALM && glance.size != 0 && glance.character != TKZ__UTF8_INVALID);
    return TKZ_OK;
}

tkz_status tkz__unicode_normalize(const tkz__unicode_target *target, const char *text, size_t size,
                                  tkz__edit *edit, tkz_error *error)
{
    passage work = {.target = target, .text = text, .size = size, .edit = edit, .error = error};
    size_t copied = 0; /* all before it has been written */
    size_t fence = 0;  /* nothing behind it joins what is before it */
    size_t at = 0;
    tkz_status status = tkz__buffer_reserve(edit->target, size, error);
    if (status != TKZ_OK)
        return status;
    tkz__sequence_init(&work.sequence, target, edit->scratch);
    while (at < size) {
        at = tkz__unicode_skip(target->form, text, at, size);
        tkz__glance glance = glance_at(&work, at);
        if (tkz__glance_is_inert(target, glance)) {
            at += glance.size;
            if (glance.character == TKZ__UTF8_INVALID)
                fence = at;
            continue;
        }
        if (tkz__glance_joins(target, glance) && at > fence)
            at = tkz__character_before(text, at);
        status = copy(&work, copied, at);
        if (status == TKZ_OK)
            status = put_changed(&work, &at);
        if (status != TKZ_OK)
            return status;
        copied = at;
        fence = at;
    }
    return copied == size ? TKZ_OK : copy(&work, copied, size);
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
