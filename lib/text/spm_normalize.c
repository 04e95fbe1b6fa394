/* SPDX-License-Identifier: Apache-2.0
 *
 * sentencepiece's Normalizer::Normalize (src/normalizer.cc, release 0.2.3) on spans:
 * what its rules make of the text, and its treatment of spaces. Leans on edit,
 * spm_rules and spm_model_rules.
 */
#include "text/spm_normalize.h"

#include <string.h>

#include "text/doubtful.h"
#include "text/utf8.h"

static const char lower_block[] = "\xE2\x96\x81"; /* U+2581 */

/* What a space is written as. */
static const char *symbol_of(const tkz__spm_options *options, size_t *size)
{
    *size = options->escape_whitespaces ? 3 : 1;
    return options->escape_whitespaces ? lower_block : " ";
}

/* ---- Rules of either source --------------------------------------------- */

static size_t match(const tkz__spm_source *source, const char *text, size_t size,
                    tkz__spm_piece *piece)
{
    if (source->model != NULL)
        return tkz__spm_model_rules_match(source->model, text, size, piece);
    return tkz__spm_rules_match(source->named, text, size, piece);
}

static size_t plain(const tkz__spm_source *source, tkz__spm_spaces spaces, const char *text,
                    size_t size)
{
    if (source->model != NULL)
        return tkz__spm_model_rules_plain(source->model, spaces, text, size);
    return tkz__spm_rules_plain(source->named, spaces, text, size);
}

static tkz__spm_spaces stopping_spaces(const tkz__spm_options *options)
{
    return options->escape_whitespaces         ? TKZ__SPM_SPACES_ALL
           : options->remove_extra_whitespaces ? TKZ__SPM_SPACES_DOUBLE
                                               : TKZ__SPM_SPACES_COPIED;
}

static size_t without_trailing(const char *text, size_t size, const char *symbol,
                               size_t symbol_size)
{
    while (size >= symbol_size && memcmp(text + size - symbol_size, symbol, symbol_size) == 0)
        size -= symbol_size;
    return size;
}

size_t tkz__spm_unchanged(const tkz__spm_source *source, const tkz__spm_options *options,
                          const char *text, size_t size)
{
    if (size == 0 || options->add_dummy_prefix ||
        (options->remove_extra_whitespaces && text[0] == ' '))
        return 0;
    size_t length = plain(source, stopping_spaces(options), text, size);
    if (!options->remove_extra_whitespaces)
        return length;
    size_t symbol_size;
    const char *symbol = symbol_of(options, &symbol_size);
    return without_trailing(text, length, symbol, symbol_size);
}

/* ---- Writing ------------------------------------------------------------ */

/* Where the work on a text stands. */
typedef struct writer {
    const tkz__spm_source *source;
    const tkz__spm_options *options;
    tkz__edit *edit;
    tkz_error *error;
    size_t start;     /* of what is written here, in the target */
    const char *text; /* the next character */
    const char *end;
    const char *kept; /* [kept, text) is written as it is, but not recorded */
    bool after_space; /* a space would be an extra one */
    tkz__doubtful batch; /* of named rules */
} writer;

static tkz_status record_kept(writer *out)
{
    size_t size = (size_t)(out->text - out->kept);
    out->kept = out->text;
    return tkz__edit_record(out->edit, size, size, true, out->error);
}

/* Goes behind `source_size` bytes, which became the `size` bytes just written. */
static inline tkz_status record_change(writer *out, size_t source_size, size_t size)
{
    tkz_status status = TKZ_OK;
    if (out->edit->map != NULL) {
        status = record_kept(out);
        if (status == TKZ_OK)
            status = tkz__edit_record(out->edit, source_size, size, false, out->error);
    }
    out->text += source_size;
    out->kept = out->text;
    return status;
}

/* Room for `size` bytes, and for a block behind them, so that copies can be of whole blocks. */
static inline tkz_status make_room(writer *out, size_t size)
{
    const tkz__buffer *target = out->edit->target;
    if (target->capacity - target->size >= size + TKZ__SCAN_BLOCK)
        return TKZ_OK;
    return tkz__buffer_reserve(out->edit->target, size + TKZ__SCAN_BLOCK, out->error);
}

/* Copies the text up to `end`. */
static inline tkz_status keep(writer *out, const char *end)
{
    tkz__buffer *target = out->edit->target;
    size_t size = (size_t)(end - out->text);
    tkz_status status = make_room(out, size);
    if (status != TKZ_OK)
        return status;
    uint8_t *written = target->data + target->size;
    if ((size_t)(out->end - out->text) < size + TKZ__SCAN_BLOCK) {
        memcpy(written, out->text, size);
    } else {
        for (size_t done = 0; done < size; done += TKZ__SCAN_BLOCK)
            memcpy(written + done, out->text + done, TKZ__SCAN_BLOCK);
    }
    target->size += size;
    out->text = end;
    return TKZ_OK;
}

/* Writes `size` bytes of a replacement, with its spaces escaped, for `source_size` bytes. */
static tkz_status write_escaped(writer *out, size_t source_size, const char *text, size_t size)
{
    tkz__buffer *target = out->edit->target;
    size_t before = target->size;
    tkz_status status = TKZ_OK;
    for (size_t at = 0; at < size && status == TKZ_OK;) {
        const char *space = memchr(text + at, ' ', size - at);
        size_t end = space == NULL ? size : (size_t)(space - text);
        status = tkz__buffer_append(target, text + at, end - at, out->error);
        if (status == TKZ_OK && space != NULL)
            status = tkz__buffer_append(target, lower_block, 3, out->error);
        at = end + (space != NULL);
    }
    return status == TKZ_OK ? record_change(out, source_size, target->size - before) : status;
}

/* Bytes of a character by its first one. */
static inline size_t lead_length(char first)
{
    uint8_t lead = (uint8_t)first;
    return (size_t)1 + (lead >= 0xC0) + (lead >= 0xE0) + (lead >= 0xF0);
}

/* How many bytes a match has to look at: of named rules, those of the next character if the one
 * behind it stays, because such a one joins nothing. */
static inline size_t match_limit(const writer *out)
{
    size_t left = (size_t)(out->end - out->text), length = lead_length(out->text[0]);
    return length < left && tkz__doubtful_is_clear(&out->batch, out->text + length) ? length
                                                                                   : left;
}

/* Writes what becomes of the next character, or of a sequence. */
static tkz_status write_match(writer *out)
{
    tkz__buffer *target = out->edit->target;
    tkz__spm_piece piece;
    size_t length = match(out->source, out->text, match_limit(out), &piece);
    const char *text = piece.text;
    size_t size = piece.size;
    while (out->after_space && size > 0 && text[0] == ' ') {
        text++;
        size--;
    }
    if (size > 0)
        out->after_space =
            out->options->remove_extra_whitespaces && text[size - 1] == ' ';
    if (out->options->escape_whitespaces && memchr(text, ' ', size) != NULL)
        return write_escaped(out, length, text, size);
    /* Of a symbol of many characters all come from where it begins. */
    if (text == out->text && size == length &&
        (out->edit->map == NULL || size <= lead_length(text[0])))
        return keep(out, out->text + size);
    tkz_status status = make_room(out, size);
    if (status != TKZ_OK)
        return status;
    for (size_t i = 0; i < size; i++)
        target->data[target->size + i] = (uint8_t)text[i];
    target->size += size;
    return record_change(out, length, size);
}

/* Writes a plain stretch: spaces in it stand alone. */
static tkz_status write_plain(writer *out, const char *end)
{
    tkz_status status = TKZ_OK;
    while (out->text < end && out->after_space && out->text[0] == ' ' && status == TKZ_OK)
        status = record_change(out, 1, 0);
    if (out->text == end || status != TKZ_OK)
        return status;
    out->after_space = out->options->remove_extra_whitespaces && end[-1] == ' ';
    return keep(out, end);
}

/* ---- The end of a map ------------------------------------------------------ */

static void renumber(tkz__span_map *map, size_t first)
{
    for (size_t i = first == 0 ? 1 : first; i < map->count; i++) {
        map->runs[i].source_start = map->runs[i - 1].source_start + map->runs[i - 1].source_size;
        map->runs[i].target_start = map->runs[i - 1].target_start + map->runs[i - 1].target_size;
    }
}

/* Puts a run before number `index`. Numbers are right again after renumber. */
static tkz_status insert_run(tkz__span_map *map, size_t index, uint64_t source_size,
                             uint64_t target_size, tkz_error *error)
{
    size_t behind = map->count - index;
    /* Appending makes the room; the runs then move up by one. */
    tkz_status status = tkz__span_map_append(map, 1, 0, false, error);
    if (status != TKZ_OK)
        return status;
    memmove(&map->runs[index + 1], &map->runs[index], behind * sizeof *map->runs);
    map->runs[index] = (tkz__span_run){.source_size = source_size, .target_size = target_size};
    if (index == 0)
        map->runs[0].source_start = map->runs[0].target_start = 0;
    return TKZ_OK;
}

/* Takes `size` bytes back from the end of what the map leads to: their sources become deletions, from
 * run number `*index` on. */
static tkz_status cut_map(tkz__span_map *map, size_t size, size_t *index, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    size_t first = map->count;
    size_t left = size;
    while (left > 0 && first > 0 && map->runs[first - 1].target_size <= left) {
        tkz__span_run *run = &map->runs[first - 1];
        left -= run->target_size;
        run->target_size = 0;
        run->identity = 0;
        first--;
    }
    if (left > 0 && first > 0) {
        tkz__span_run *run = &map->runs[first - 1];
        /* Of a replacement sentencepiece takes the end back to where its source began. */
        uint64_t source = run->identity ? left : run->source_size;
        run->target_size -= left;
        run->source_size -= source;
        status = insert_run(map, first, source, 0, error);
    }
    *index = first;
    renumber(map, first);
    return status;
}

/* Gives what rules deleted directly before run number `index` to the character before that, and
 * returns what number the run then has. */
static size_t join_deletions(tkz__span_map *map, const uint8_t *target, size_t index)
{
    size_t first = index;
    uint64_t deleted = 0;
    while (first > 0 && map->runs[first - 1].target_size == 0)
        deleted += map->runs[--first].source_size;
    if (first == index || first == 0)
        return index;
    tkz__span_run *last = &map->runs[first - 1];
    if (last->identity) {
        const uint8_t *end = target + last->target_start + last->target_size;
        uint64_t size = 1;
        while (size < last->target_size && size < 4 && (*(end - size) & 0xC0) == 0x80)
            size++;
        if (size < last->target_size) {
            last->source_size -= size;
            last->target_size -= size;
            last = &map->runs[first++];
            *last = (tkz__span_run){.source_size = size, .target_size = size};
        }
        last->identity = 0;
    }
    last->source_size += deleted;
    memmove(&map->runs[first], &map->runs[index], (map->count - index) * sizeof *map->runs);
    map->count -= index - first;
    renumber(map, first - 1);
    return first;
}

static tkz_status write_symbol(writer *out)
{
    size_t size;
    const char *symbol = symbol_of(out->options, &size);
    return tkz__edit_replace(out->edit, 0, symbol, size, out->error);
}

/* Removes trailing spaces, and writes the symbol behind the text if that is its place. */
static tkz_status write_end(writer *out)
{
    tkz__buffer *target = out->edit->target;
    tkz__span_map *map = out->edit->map;
    tkz_status status = TKZ_OK;
    size_t symbol_size, size = target->size - out->start, kept = size;
    const char *symbol = symbol_of(out->options, &symbol_size);
    size_t index = map == NULL ? 0 : map->count;
    if (out->options->remove_extra_whitespaces && size > 0)
        kept = without_trailing((const char *)target->data + out->start, size, symbol,
                                symbol_size);
    target->size = out->start + kept;
    if (map != NULL && kept < size)
        status = cut_map(map, size - kept, &index, out->error);
    if (map != NULL && status == TKZ_OK && kept > 0)
        index = join_deletions(map, target->data + out->start, index);
    if (!out->options->add_dummy_prefix || !out->options->treat_whitespace_as_suffix)
        return status;
    if (status == TKZ_OK)
        status = tkz__buffer_append(target, symbol, symbol_size, out->error);
    if (map != NULL && status == TKZ_OK) {
        status = insert_run(map, index, 0, symbol_size, out->error);
        renumber(map, index);
    }
    return status;
}

uint64_t tkz__spm_source_of(const tkz__span_map *map, uint64_t target)
{
    size_t low = 0, high = map->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (map->runs[middle].target_start + map->runs[middle].target_size > target)
            high = middle;
        else
            low = middle + 1;
    }
    if (low < map->count) {
        const tkz__span_run *run = &map->runs[low];
        return run->source_start + (run->identity ? target - run->target_start : 0);
    }
    /* Deletions at the end are behind it. */
    while (low > 0 && map->runs[low - 1].target_size == 0)
        low--;
    return low < map->count ? map->runs[low].source_start : tkz__span_map_source_size(map);
}

/* ---- Texts ---------------------------------------------------------------- */

/* Whether named rules write the character as one space, whatever follows it. */
static inline bool is_blank(const writer *out, char letter)
{
    const uint64_t controls = 1u << '\t' | 1u << '\n' | 1u << '\f' | 1u << '\r';
    uint8_t byte = (uint8_t)letter;
    return byte == ' ' || (byte < ' ' && out->source->named->nmt && (controls >> byte & 1) != 0);
}

/* Deletes the spaces that come next if the one before is written, all at once: no named rule begins
 * with a space. */
static inline tkz_status skip_extra_spaces(writer *out)
{
    size_t count = 0, left = (size_t)(out->end - out->text);
    if (out->source->model != NULL || !out->after_space)
        return TKZ_OK;
    while (count < left && out->text[count] == ' ')
        count++;
    return count == 0 ? TKZ_OK : record_change(out, count, 0);
}

/* Writes the ASCII spaces and line ends that come next, at least one: the indents of program code.
 * Only of named rules, and not where spaces are escaped. */
static tkz_status write_blanks(writer *out)
{
    tkz_status status = TKZ_OK;
    do {
        tkz__buffer *target = out->edit->target;
        if (out->after_space) {
            status = record_change(out, 1, 0);
        } else {
            status = make_room(out, 1);
            if (status != TKZ_OK)
                return status;
            target->data[target->size++] = ' ';
            out->after_space = out->options->remove_extra_whitespaces;
            if (out->text[0] == ' ')
                out->text++;
            else
                status = record_change(out, 1, 1);
        }
        if (status == TKZ_OK)
            status = skip_extra_spaces(out);
    } while (status == TKZ_OK && out->text < out->end && is_blank(out, out->text[0]));
    return status;
}

/* Deletes what becomes a leading space. */
static tkz_status remove_leading(writer *out)
{
    tkz_status status = TKZ_OK;
    while (out->text < out->end && status == TKZ_OK) {
        tkz__spm_piece piece;
        status = skip_extra_spaces(out);
        if (out->text == out->end || status != TKZ_OK)
            break;
        size_t length = match(out->source, out->text, (size_t)(out->end - out->text), &piece);
        if (piece.size != 1 || piece.text[0] != ' ')
            break;
        status = record_change(out, length, 0);
    }
    return status;
}

/* Start of the character that ends at `text`; not before `least`, where the rest of a broken one may
 * stand. */
static const char *character_before(const char *text, const char *least)
{
    do
        text--;
    while (text > least && ((uint8_t)*text & 0xC0) == 0x80);
    return text;
}

/* The end of a stretch that stays and that no named rule goes beyond; it may be empty. */
static const char *named_plain(writer *out)
{
    const tkz__spm_rules *rules = out->source->named;
    const char *end = out->batch.start + out->batch.size;
    if (out->text >= end) {
        tkz__doubtful_begin(&out->batch, out->text, out->end);
        tkz__spm_rules_doubtful(rules, stopping_spaces(out->options), out->text, out->batch.size,
                                (size_t)(out->end - out->text), out->batch.bits);
        end = out->batch.start + out->batch.size;
    }
    const char *place = tkz__doubtful_next(&out->batch, out->text);
    if (place == out->text)
        return place;
    /* What comes next may join the one before, which in turn joins nothing before it; at the end of
     * the batch nobody has looked. */
    if (place == end || tkz__spm_rules_may_join(rules, place, (size_t)(out->end - place)))
        return character_before(place, out->text);
    return place;
}

/* Where rules change nothing, spaces are escaped, none are removed and no map is kept, ASCII is copied
 * byte by byte without a search for the next space: in English every sixth is one. */
static bool escapes_only(const writer *out)
{
    const tkz__spm_model_rules *model = out->source->model;
    const tkz__spm_rules *named = model != NULL ? model->named : out->source->named;
    return out->edit->map == NULL && out->options->escape_whitespaces &&
           !out->options->remove_extra_whitespaces &&
           (model == NULL || model->charsmap.unit_count == 0) && !named->maps && !named->nmt &&
           !named->folds;
}

/* Copies ASCII up to what is none or may begin a symbol of the model. */
static tkz_status write_ascii(writer *out)
{
    enum { MOST = 1024, LOWER_BLOCK = 0x8196E2 };
    static const uint32_t no_symbols[256];
    const tkz__spm_model_rules *model = out->source->model;
    size_t left = (size_t)(out->end - out->text), size = left < MOST ? left : MOST, at = 0;
    tkz_status status = make_room(out, 3 * size + 4);
    if (status != TKZ_OK)
        return status;
    uint8_t *written = out->edit->target->data + out->edit->target->size;
    const uint32_t *symbols = model != NULL ? model->symbols.first : no_symbols;
    for (; at < size; at++) {
        uint8_t byte = (uint8_t)out->text[at];
        if (byte >= 0x80 || symbols[byte] != 0)
            break;
        /* Three bytes or one: which of them is nobody's guess. */
        tkz__store_u32(written, byte == ' ' ? LOWER_BLOCK : byte);
        written += byte == ' ' ? 3 : 1;
    }
    out->edit->target->size = (size_t)(written - out->edit->target->data);
    out->text += at;
    out->kept = out->text;
    return TKZ_OK;
}

tkz_status tkz__spm_normalize(const tkz__spm_source *source, const tkz__spm_options *options,
                              const char *text, size_t size, tkz__edit *edit, tkz_error *error)
{
    writer out = {.source = source,
                  .options = options,
                  .edit = edit,
                  .error = error,
                  .start = edit->target->size,
                  .text = text,
                  .end = text + size,
                  .kept = text,
                  .after_space = options->remove_extra_whitespaces};
    tkz_status status = TKZ_OK;
    if (options->remove_extra_whitespaces)
        status = remove_leading(&out);
    if (status != TKZ_OK || out.text == out.end)
        return status;
    if (options->add_dummy_prefix && !options->treat_whitespace_as_suffix)
        status = write_symbol(&out);
    bool by_blanks = source->model == NULL && !options->escape_whitespaces;
    bool by_bytes = escapes_only(&out);
    out.batch.start = out.text; /* nothing is scanned yet */
    out.batch.size = 0;
    while (status == TKZ_OK) {
        status = skip_extra_spaces(&out);
        if (out.text == out.end || status != TKZ_OK)
            break;
        if (by_bytes && (uint8_t)out.text[0] < 0x80) {
            const char *start = out.text;
            status = write_ascii(&out);
            if (status != TKZ_OK || out.text > start)
                continue;
        }
        const char *place =
            source->model != NULL
                ? out.text + plain(source, stopping_spaces(options), out.text,
                                   (size_t)(out.end - out.text))
                : named_plain(&out);
        status = write_plain(&out, place);
        if (out.text == out.end || status != TKZ_OK)
            break;
        if (by_blanks && is_blank(&out, out.text[0]))
            status = write_blanks(&out);
        else
            status = write_match(&out);
    }
    if (status == TKZ_OK)
        status = record_kept(&out);
    return status == TKZ_OK ? write_end(&out) : status;
}
