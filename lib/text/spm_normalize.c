/* SPDX-License-Identifier: Apache-2.0
 *
 * sentencepiece's Normalizer::Normalize (src/normalizer.cc, release 0.2.3) on spans:
 * what its rules make of the text, and its treatment of spaces. Leans on edit,
 * spm_rules and charsmap.
 */
#include "text/spm_normalize.h"

#include <string.h>

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

/* A prefix that is copied, apart from spaces at its ends. */
static size_t plain(const tkz__spm_source *source, const tkz__spm_options *options,
                    const char *text, size_t size)
{
    tkz__spm_spaces spaces = options->escape_whitespaces         ? TKZ__SPM_SPACES_ALL
                             : options->remove_extra_whitespaces ? TKZ__SPM_SPACES_DOUBLE
                                                                 : TKZ__SPM_SPACES_COPIED;
    if (source->charsmap != NULL)
        return charsmap_plain(source->charsmap, spaces, text, size);
    return tkz__spm_rules_plain(source->named, spaces, text, size);
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
    size_t length = plain(source, options, text, size);
    if (!options->remove_extra_whitespaces)
        return length;
    size_t symbol_size;
    const char *symbol = symbol_of(options, &symbol_size);
    return without_trailing(text, length, symbol, symbol_size);
}

/* ---- Writing ------------------------------------------------------------ */

typedef struct writer {
    const tkz__spm_options *options;
    tkz__edit *edit;
    tkz_error *error;
    size_t start; /* of what is written here, in the target */
    bool after_space; /* a space would be an extra one */
} writer;

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
    return status == TKZ_OK ? tkz__edit_record(out->edit, source_size, target->size - before,
                                               false, out->error)
                            : status;
}

/* Writes a match of `source_size` bytes. `copied`: the piece is the source itself. */
static tkz_status write_match(writer *out, size_t source_size, const tkz__spm_piece *piece,
                              bool copied)
{
    const char *text = piece->text;
    size_t size = piece->size;
    while (out->after_space && size > 0 && text[0] == ' ') {
        text++;
        size--;
    }
    copied = copied && size == piece->size;
    if (size > 0)
        out->after_space =
            out->options->remove_extra_whitespaces && text[size - 1] == ' ';
    if (out->options->escape_whitespaces && memchr(text, ' ', size) != NULL)
        return write_escaped(out, source_size, text, size);
    if (copied)
        return tkz__edit_copy(out->edit, text, size, out->error);
    return tkz__edit_replace(out->edit, source_size, text, size, out->error);
}

/* Writes a plain stretch: spaces in it stand alone. */
static tkz_status write_plain(writer *out, const char *text, size_t size)
{
    tkz_status status = TKZ_OK;
    for (; size > 0 && out->after_space && text[0] == ' ' && status == TKZ_OK; text++, size--)
        status = tkz__edit_replace(out->edit, 1, "", 0, out->error);
    if (size == 0 || status != TKZ_OK)
        return status;
    out->after_space = out->options->remove_extra_whitespaces && text[size - 1] == ' ';
    return tkz__edit_copy(out->edit, text, size, out->error);
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

/* Deletes the spaces at the start of `text` if the one before is written, all at once: no named rule
 * begins with a space. Returns how many. */
static size_t skip_extra_spaces(writer *out, const tkz__spm_source *source, const char *text,
                                size_t size, tkz_status *status)
{
    size_t count = 0;
    if (source->charsmap != NULL || !out->after_space)
        return 0;
    while (count < size && text[count] == ' ')
        count++;
    if (count > 0)
        *status = tkz__edit_replace(out->edit, count, "", 0, out->error);
    return count;
}

/* Deletes what becomes a leading space; `*at` is where the text begins. */
static tkz_status remove_leading(writer *out, const tkz__spm_source *source, const char *text,
                                 size_t size, size_t *at)
{
    tkz_status status = TKZ_OK;
    while (*at < size && status == TKZ_OK) {
        tkz__spm_piece piece;
        *at += skip_extra_spaces(out, source, text + *at, size - *at, &status);
        if (*at == size || status != TKZ_OK)
            break;
        size_t length = match(source, text + *at, size - *at, &piece);
        if (piece.size != 1 || piece.text[0] != ' ')
            break;
        status = tkz__edit_replace(out->edit, length, "", 0, out->error);
        *at += length;
    }
    return status;
}

tkz_status tkz__spm_normalize(const tkz__spm_source *source, const tkz__spm_options *options,
                              const char *text, size_t size, tkz__edit *edit, tkz_error *error)
{
    writer out = {options, edit, error, edit->target->size, options->remove_extra_whitespaces};
    tkz_status status = TKZ_OK;
    size_t at = 0;
    if (options->remove_extra_whitespaces)
        status = remove_leading(&out, source, text, size, &at);
    if (status != TKZ_OK || at == size)
        return status;
    if (options->add_dummy_prefix && !options->treat_whitespace_as_suffix)
        status = write_symbol(&out);
    while (at < size && status == TKZ_OK) {
        at += skip_extra_spaces(&out, source, text + at, size - at, &status);
        if (at == size || status != TKZ_OK)
            break;
        size_t length = plain(source, options, text + at, size - at);
        status = write_plain(&out, text + at, length);
        at += length;
        if (at == size || status != TKZ_OK)
            break;
        tkz__spm_piece piece;
        length = match(source, text + at, size - at, &piece);
        status = write_match(&out, length, &piece, piece.text == text + at);
        at += length;
    }
    if (status == TKZ_OK && options->remove_extra_whitespaces)
        status = remove_trailing(&out);
    if (status == TKZ_OK && options->add_dummy_prefix && options->treat_whitespace_as_suffix)
        status = write_symbol(&out);
    return status;
}
