/* SPDX-License-Identifier: Apache-2.0
 *
 * The algorithms of the Unicode Standard, section 3.11: canonical ordering and
 * canonical composition. Leans on the table.
 */
#include "text/unicode_normal_sequence.h"

#include <string.h>

#include "core/error.h"

/* Marks are ordered by insertion up to this many; more of them by counting, which is linear
 * whatever they are. */
enum { INSERTION_LIMIT = 16 };

enum { CLASS_SHIFT = 24, CLASSES = 256 };

void tkz__sequence_init(tkz__sequence *sequence, const tkz__unicode_target *target,
                        tkz__arena *arena)
{
    sequence->points = sequence->few;
    sequence->spare = NULL;
    sequence->count = 0;
    sequence->capacity = TKZ__SEQUENCE_FEW;
    sequence->spare_capacity = 0;
    sequence->target = target;
    sequence->arena = arena;
}

static tkz_status grow(tkz__sequence *sequence, tkz_error *error)
{
    uint32_t *points;
    if (sequence->capacity > SIZE_MAX / (2 * sizeof *points))
        return tkz__error_memory(error, SIZE_MAX);
    points = tkz__arena_allocate(sequence->arena, 2 * sequence->capacity * sizeof *points);
    if (points == NULL)
        return tkz__error_memory(error, 2 * sequence->capacity * sizeof *points);
    memcpy(points, sequence->points, sequence->count * sizeof *points);
    sequence->points = points;
    sequence->capacity *= 2;
    return TKZ_OK;
}

static inline tkz_status push(tkz__sequence *sequence, uint32_t character, uint32_t combining,
                              tkz_error *error)
{
    if (sequence->count == sequence->capacity) {
        tkz_status status = grow(sequence, error);
        if (status != TKZ_OK)
            return status;
    }
    sequence->points[sequence->count++] = combining << CLASS_SHIFT | character;
    return TKZ_OK;
}

static tkz_status push_hangul(tkz__sequence *sequence, uint32_t syllable, tkz_error *error)
{
    uint32_t letters[3];
    uint32_t count = tkz__hangul_letters(syllable, letters);
    tkz_status status = TKZ_OK;
    for (uint32_t i = 0; i < count && status == TKZ_OK; i++)
        status = push(sequence, letters[i], 0, error);
    return status;
}

/* The characters of a piece that is decomposed. */
static tkz_status push_piece(tkz__sequence *sequence, tkz__unicode_piece piece, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t at = 0; at < piece.size && status == TKZ_OK;) {
        uint32_t character;
        at += tkz__utf8_next(piece.text + at, piece.size - at, &character);
        status = push(sequence, character,
                      tkz__unicode_combining_class(sequence->target->version, character), error);
    }
    return status;
}

/* A character by its canonical decomposition. */
static inline tkz_status push_canonical(tkz__sequence *sequence, uint32_t character,
                                        uint32_t record, uint32_t bits, tkz_error *error)
{
    if (tkz__normal_has(bits, TKZ__RECORD_CANONICAL))
        return push_piece(sequence, tkz__normal_piece(record, 0), error);
    if (tkz__is_hangul_syllable(character))
        return push_hangul(sequence, character, error);
    return push(sequence, character, tkz__normal_class(record), error);
}

/* The characters of a piece that is composed. */
static tkz_status push_composed(tkz__sequence *sequence, tkz__unicode_piece piece,
                                tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t at = 0; at < piece.size && status == TKZ_OK;) {
        uint32_t character, record;
        at += tkz__utf8_next(piece.text + at, piece.size - at, &character);
        record = tkz__normal_record(sequence->target->version, character);
        status = push_canonical(sequence, character, record, tkz__normal_bits(record), error);
    }
    return status;
}

tkz_status tkz__sequence_add(tkz__sequence *sequence, tkz__glance glance, tkz_error *error)
{
    tkz__unicode_form form = sequence->target->form;
    if (!tkz__glance_changes(sequence->target, glance) || tkz__is_hangul_syllable(glance.character))
        return push_canonical(sequence, glance.character, glance.record, glance.bits, error);
    tkz__unicode_piece piece = tkz__normal_result(glance.record, glance.bits, form);
    return form == TKZ__UNICODE_NFKC_CF ? push_composed(sequence, piece, error)
                                        : push_piece(sequence, piece, error);
}

static inline uint32_t class_of(uint32_t point)
{
    return point >> CLASS_SHIFT;
}

static void order_by_insertion(uint32_t *points, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        uint32_t point = points[i];
        size_t at = i;
        for (; at > 0 && class_of(points[at - 1]) > class_of(point); at--)
            points[at] = points[at - 1];
        points[at] = point;
    }
}

static void order_by_counting(uint32_t *points, size_t count, uint32_t *spare)
{
    size_t places[CLASSES] = {0};
    size_t place = 0;
    for (size_t i = 0; i < count; i++)
        places[class_of(points[i])]++;
    for (size_t combining = 0; combining < CLASSES; combining++) {
        size_t of_class = places[combining];
        places[combining] = place;
        place += of_class;
    }
    for (size_t i = 0; i < count; i++)
        spare[places[class_of(points[i])]++] = points[i];
    memcpy(points, spare, count * sizeof *points);
}

/* Orders marks that stand between two starters. */
static tkz_status order_marks(tkz__sequence *sequence, uint32_t *points, size_t count,
                              tkz_error *error)
{
    if (count <= INSERTION_LIMIT) {
        order_by_insertion(points, count);
        return TKZ_OK;
    }
    if (sequence->spare_capacity < count) {
        uint32_t *spare = tkz__arena_allocate(sequence->arena,
                                              sequence->capacity * sizeof *points);
        if (spare == NULL)
            return tkz__error_memory(error, sequence->capacity * sizeof *points);
        sequence->spare = spare;
        sequence->spare_capacity = sequence->capacity;
    }
    order_by_counting(points, count, sequence->spare);
    return TKZ_OK;
}

static tkz_status order(tkz__sequence *sequence, tkz_error *error)
{
    size_t at = 0;
    while (at < sequence->count) {
        uint32_t last = class_of(sequence->points[at]);
        bool ordered = true;
        size_t start = at++;
        if (last == 0)
            continue;
        for (; at < sequence->count && class_of(sequence->points[at]) != 0; at++) {
            ordered = ordered && class_of(sequence->points[at]) >= last;
            last = class_of(sequence->points[at]);
        }
        if (!ordered) {
            tkz_status status =
                order_marks(sequence, sequence->points + start, at - start, error);
            if (status != TKZ_OK)
                return status;
        }
    }
    return TKZ_OK;
}

static void compose(tkz__sequence *sequence)
{
    uint32_t *points = sequence->points;
    size_t starter = SIZE_MAX; /* its place among the kept ones */
    size_t kept = 0;
    for (size_t i = 0; i < sequence->count; i++) {
        uint32_t point = points[i];
        /* Nothing is kept between, or all that is has lower classes: nothing blocks. A kept
         * character of class 0 would be the starter itself. */
        if (starter != SIZE_MAX &&
            (kept == starter + 1 || class_of(points[kept - 1]) < class_of(point))) {
            uint32_t composite =
                tkz__unicode_compose(sequence->target->version, points[starter],
                                     point & TKZ__SEQUENCE_CHARACTER);
            if (composite != 0) {
                points[starter] = composite;
                continue;
            }
        }
        if (class_of(point) == 0)
            starter = kept;
        points[kept++] = point;
    }
    sequence->count = kept;
}

tkz_status tkz__sequence_finish(tkz__sequence *sequence, tkz_error *error)
{
    tkz_status status = order(sequence, error);
    if (status == TKZ_OK && tkz__unicode_composes(sequence->target->form))
        compose(sequence);
    return status;
}
