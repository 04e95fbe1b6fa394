/* SPDX-License-Identifier: Apache-2.0
 *
 * Where each byte of a changed text came from. Leans on memory. A map is a list
 * of adjacent runs; composing walks both lists once.
 */
#include "core/span_map.h"

#include <string.h>

void tkz__span_map_init(tkz__span_map *map, const tkz_allocator *allocator)
{
    memset(map, 0, sizeof *map);
    map->allocator = tkz__allocator_or_default(allocator);
}

void tkz__span_map_free(tkz__span_map *map)
{
    tkz__release_array(&map->allocator, map->runs, map->capacity, sizeof *map->runs);
    map->runs = NULL;
    map->count = 0;
    map->capacity = 0;
}

void tkz__span_map_clear(tkz__span_map *map)
{
    map->count = 0;
}

uint64_t tkz__span_map_source_size(const tkz__span_map *map)
{
    if (map->count == 0)
        return 0;
    const tkz__span_run *last = &map->runs[map->count - 1];
    return last->source_start + last->source_size;
}

uint64_t tkz__span_map_target_size(const tkz__span_map *map)
{
    if (map->count == 0)
        return 0;
    const tkz__span_run *last = &map->runs[map->count - 1];
    return last->target_start + last->target_size;
}

tkz_status tkz__span_map_append(tkz__span_map *map, uint64_t source_size, uint64_t target_size,
                                bool identity, tkz_error *error)
{
    if (identity && source_size != target_size)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "an identity run keeps its size");
    if (source_size == 0 && target_size == 0)
        return TKZ_OK;
    if (identity && map->count > 0 && map->runs[map->count - 1].identity) {
        map->runs[map->count - 1].source_size += source_size;
        map->runs[map->count - 1].target_size += target_size;
        return TKZ_OK;
    }
    if (map->count == map->capacity) {
        tkz_status status =
            tkz__array_reserve(&map->allocator, (void **)&map->runs, &map->capacity,
                               map->count + 1, sizeof *map->runs, error);
        if (status != TKZ_OK)
            return status;
    }
    map->runs[map->count] = (tkz__span_run){.source_start = tkz__span_map_source_size(map),
                                            .target_start = tkz__span_map_target_size(map),
                                            .source_size = source_size,
                                            .target_size = target_size,
                                            .identity = identity};
    map->count++;
    return TKZ_OK;
}

/* One side of a run, so that both directions share the look-up. */
typedef struct side {
    uint64_t start;
    uint64_t size;
} side;

static side near_side(const tkz__span_run *run, bool from_target)
{
    return from_target ? (side){run->target_start, run->target_size}
                       : (side){run->source_start, run->source_size};
}

/* First run that ends behind `position` on the near side; count if none. */
static size_t find_run(const tkz__span_map *map, uint64_t position, bool from_target)
{
    size_t low = 0, high = map->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        side s = near_side(&map->runs[middle], from_target);
        if (s.start + s.size > position)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void look_up(const tkz__span_map *map, bool from_target, uint64_t start, uint64_t end,
                    uint64_t *out_start, uint64_t *out_end)
{
    uint64_t far_total =
        from_target ? tkz__span_map_source_size(map) : tkz__span_map_target_size(map);
    size_t first = find_run(map, start, from_target);
    if (first == map->count) {
        *out_start = *out_end = far_total;
        return;
    }
    const tkz__span_run *run = &map->runs[first];
    side near = near_side(run, from_target);
    side far = near_side(run, !from_target);
    *out_start = run->identity && start > near.start ? far.start + (start - near.start) : far.start;
    *out_end = *out_start;
    if (end <= start)
        return;
    size_t last = find_run(map, end - 1, from_target);
    if (last == map->count) {
        *out_end = far_total;
        return;
    }
    run = &map->runs[last];
    near = near_side(run, from_target);
    far = near_side(run, !from_target);
    *out_end = run->identity ? far.start + (end - near.start) : far.start + far.size;
}

void tkz__span_map_to_source(const tkz__span_map *map, uint64_t target_start, uint64_t target_end,
                             uint64_t *source_start, uint64_t *source_end)
{
    look_up(map, true, target_start, target_end, source_start, source_end);
}

void tkz__span_map_to_target(const tkz__span_map *map, uint64_t source_start, uint64_t source_end,
                             uint64_t *target_start, uint64_t *target_end)
{
    look_up(map, false, source_start, source_end, target_start, target_end);
}

/* What is left of a run while composing. */
typedef struct cursor {
    const tkz__span_map *map;
    size_t index;
    uint64_t used; /* bytes of an identity run already taken */
} cursor;

static bool cursor_done(const cursor *c)
{
    return c->index == c->map->count;
}

static uint64_t source_left(const cursor *c)
{
    return c->map->runs[c->index].source_size - c->used;
}

static uint64_t target_left(const cursor *c)
{
    return c->map->runs[c->index].target_size - c->used;
}

/* Takes `size` bytes of an identity run. */
static void take(cursor *c, uint64_t size)
{
    c->used += size;
    if (c->used == c->map->runs[c->index].source_size) {
        c->index++;
        c->used = 0;
    }
}

static void take_rest(cursor *c)
{
    c->index++;
    c->used = 0;
}

/* Gathers runs of both maps until their middle borders meet again, and appends
 * them as one opaque run. */
static tkz_status compose_opaque(cursor *a, cursor *b, tkz__span_map *result, tkz_error *error)
{
    uint64_t source = 0, target = 0, middle_a = 0, middle_b = 0;
    bool started = false;
    while (!started || middle_a != middle_b) {
        started = true;
        bool take_a = !cursor_done(a) && (cursor_done(b) || middle_a <= middle_b);
        if (take_a && a->map->runs[a->index].identity && middle_a < middle_b) {
            /* Only as much of an identity run as the other side needs. */
            uint64_t size = middle_b - middle_a;
            if (size > target_left(a))
                size = target_left(a);
            source += size;
            middle_a += size;
            take(a, size);
        } else if (take_a && !(middle_a == middle_b && !cursor_done(b) &&
                               a->map->runs[a->index].identity)) {
            source += source_left(a);
            middle_a += target_left(a);
            take_rest(a);
        } else if (b->map->runs[b->index].identity && middle_b < middle_a) {
            uint64_t size = middle_a - middle_b;
            if (size > source_left(b))
                size = source_left(b);
            target += size;
            middle_b += size;
            take(b, size);
        } else {
            target += target_left(b);
            middle_b += source_left(b);
            take_rest(b);
        }
    }
    return tkz__span_map_append(result, source, target, false, error);
}

tkz_status tkz__span_map_compose(const tkz__span_map *first, const tkz__span_map *second,
                                 tkz__span_map *result, tkz_error *error)
{
    if (tkz__span_map_target_size(first) != tkz__span_map_source_size(second))
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "span maps do not fit: the first ends in %llu bytes, the second "
                              "starts from %llu",
                              (unsigned long long)tkz__span_map_target_size(first),
                              (unsigned long long)tkz__span_map_source_size(second));
    tkz__span_map_clear(result);
    cursor a = {first, 0, 0}, b = {second, 0, 0};
    while (!cursor_done(&a) || !cursor_done(&b)) {
        tkz_status status;
        if (!cursor_done(&a) && !cursor_done(&b) && first->runs[a.index].identity &&
            second->runs[b.index].identity) {
            uint64_t size = target_left(&a) < source_left(&b) ? target_left(&a) : source_left(&b);
            take(&a, size);
            take(&b, size);
            status = tkz__span_map_append(result, size, size, true, error);
        } else {
            status = compose_opaque(&a, &b, result, error);
        }
        if (status != TKZ_OK)
            return status;
    }
    return TKZ_OK;
}

tkz_status tkz__span_map_invert(const tkz__span_map *map, tkz__span_map *result, tkz_error *error)
{
    tkz__span_map_clear(result);
    for (size_t i = 0; i < map->count; i++) {
        tkz_status status =
            tkz__span_map_append(result, map->runs[i].target_size, map->runs[i].source_size,
                                 map->runs[i].identity, error);
        if (status != TKZ_OK)
            return status;
    }
    return TKZ_OK;
}
