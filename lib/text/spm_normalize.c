/* SPDX-License-Identifier: Apache-2.0
 *
 * sentencepiece's Normalizer::Normalize (src/normalizer.cc, release 0.2.3) on spans:
 * what its rules make of the text, and its treatment of spaces. Leans on edit,
 * spm_rules and charsmap.
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

static size_t charsmap_match(const tkz__charsmap *charsmap, const char *text, size_t size,
                             tkz__spm_piece *piece)
{
    uint32_t character;
    size_t length = tkz__charsmap_longest(charsmap, text, size, &piece->text, &piece->size);
    if (length != 0)
        return length;
    length = tkz__utf8_next(text, size, &character);
    piece->text = character == TKZ__UTF8_INVALID ? "\xEF\xBF\xBD" : text;
    piece->size = character == TKZ__UTF8_INVALID ? 3 : length;
    return length;
}

static size_t match(const tkz__spm_source *source, const char *text, size_t size,
                    tkz__spm_piece *piece)
{
    if (source->charsmap != NULL)
        return charsmap_match(source->charsmap, text, size, piece);
    return tkz__spm_rules_match(source->named, text, size, piece);
}

static size_t charsmap_plain(const tkz__charsmap *charsmap, tkz__spm_spaces spaces,
                             const char *text, size_t size)
{
    size_t at = 0;
    while (at < size) {
        tkz__spm_piece piece;
        bool next_is_space = at + 1 < size && text[at + 1] == ' ';
        if (text[at] == ' ' && (spaces == TKZ__SPM_SPACES_ALL ||
                                (spaces == TKZ__SPM_SPACES_DOUBLE && next_is_space)))
            break;
        size_t length = charsmap_match(charsmap, text + at, size - at, &piece);
        if (piece.text != text + at)
            break;
        at += length;
    }
    return at;
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
    tkz__spm_spaces spaces = stopping_spaces(options);
    size_t length = source->charsmap != NULL
                        ? charsmap_plain(source->charsmap, spaces, text, size)
                        : tkz__spm_rules_plain(source->named, spaces, text, size);
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

/* How many bytes a match has to look at: of named rules, those of the next character if the one
 * behind it stays, because such a one joins nothing. */
static inline size_t match_limit(const writer *out)
{
    size_t left = (size_t)(out->end - out->text);
    uint8_t lead = (uint8_t)out->text[0];
    size_t length = (size_t)1 + (lead >= 0xC0) + (lead >= 0xE0) + (lead >= 0xF0);
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
    if (text == out->text && size == length)
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

/* Takes `size` bytes back from the end of what the map leads to: their sources become deletions. */
static tkz_status cut_map(tkz__span_map *map, size_t size, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    size_t first = map->count;
    size_t left = size;
    while (left > 0 && first > 0) {
        tkz__span_run *run = &map->runs[first - 1];
        if (run->target_size > left)
            break;
        left -= run->target_size;
        run->target_size = 0;
        run->identity = 0;
        first--;
    }
    if (left > 0 && first > 0) {
        tkz__span_run *run = &map->runs[first - 1];
        run->target_size -= left;
        if (run->identity) {
            run->source_size -= left;
            size_t behind = map->count - first;
            /* Appending makes the room; the runs then move up by one. */
            status = tkz__span_map_append(map, left, 0, false, error);
            if (status != TKZ_OK)
                return status;
            memmove(&map->runs[first + 1], &map->runs[first], behind * sizeof *map->runs);
            map->runs[first] = (tkz__span_run){.source_size = left};
        }
    }
    for (size_t i = first == 0 ? 1 : first; i < map->count; i++) {
        map->runs[i].source_start = map->runs[i - 1].source_start + map->runs[i - 1].source_size;
        map->runs[i].target_start = map->runs[i - 1].target_start + map->runs[i - 1].target_size;
    }
    return TKZ_OK;
}

static tkz_status remove_trailing(writer *out)
{
    tkz__buffer *target = out->edit->target;
    size_t symbol_size;
    const char *symbol = symbol_of(out->options, &symbol_size);
    size_t size = target->size - out->start;
    size_t kept = size == 0 ? 0
                            : without_trailing((const char *)target->data + out->start, size,
                                               symbol, symbol_size);
    target->size = out->start + kept;
    if (kept == size || out->edit->map == NULL)
        return TKZ_OK;
    return cut_map(out->edit->map, size - kept, out->error);
}

static tkz_status write_symbol(writer *out)
{
    size_t size;
    const char *symbol = symbol_of(out->options, &size);
    return tkz__edit_replace(out->edit, 0, symbol, size, out->error);
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
    if (out->source->charsmap != NULL || !out->after_space)
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
    bool by_blanks = source->charsmap == NULL && !options->escape_whitespaces;
    out.batch.start = out.text; /* nothing is scanned yet */
    out.batch.size = 0;
    while (status == TKZ_OK) {
        status = skip_extra_spaces(&out);
        if (out.text == out.end || status != TKZ_OK)
            break;
        const char *place =
            source->charsmap != NULL
                ? out.text + charsmap_plain(source->charsmap, stopping_spaces(options), out.text,
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
    if (status == TKZ_OK && options->remove_extra_whitespaces)
        status = remove_trailing(&out);
    if (status == TKZ_OK && options->add_dummy_prefix && options->treat_whitespace_as_suffix)
        status = write_symbol(&out);
    return status;
}
