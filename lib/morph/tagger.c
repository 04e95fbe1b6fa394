/* SPDX-License-Identifier: Apache-2.0
 *
 * The tagger: any text cut into pieces that libmecab can take, its nodes turned
 * into words with offsets into the text. Leans on the dictionary and libmecab.
 *
 * What libmecab 0.996 cannot take (doc/mecab-compatibility.md): a sentence that does not end in NUL
 * in memory, NUL inside a sentence, and 65 535 bytes of white space before a word. Therefore each
 * piece between two NULs is copied to a buffer of our own with a NUL behind it, and long white
 * space is shortened in the copy, which changes no word because the length of white space has no
 * part in any cost.
 */
#include "morph/tagger.h"

#include <limits.h>
#include <string.h>

#include "core/buffer.h"
#include "morph/dictionary.h"

enum {
    /* A piece beyond it is refused: libmecab takes 16 bytes for a byte of text and 100 for a
     * candidate, its sum of costs ends at 2^31, and its command takes no line over 5 MiB. */
    MAXIMUM_PIECE = 16 << 20,
    /* White space longer than twice this is shortened to it on both sides: far beyond any word of
     * a dictionary that has spaces inside, far below the 65 535 bytes of MeCab's look-ahead. */
    KEPT_SPACE = 8192,
    /* After a piece of this size the lattice gives its memory back, which libmecab never does. */
    LARGE_PIECE = 1 << 20,
};

/* `removed` bytes of white space are missing in the sentence in front of `position`. */
typedef struct gap {
    size_t position;
    size_t removed;
} gap;

struct tkz_tagger {
    tkz_allocator allocator;
    tkz_dictionary *dictionary;
    mecab_t *engine;
    mecab_lattice_t *lattice; /* made when needed */
    tkz__buffer sentence;     /* the piece at work, with NUL behind it */
    gap *gaps;
    size_t gap_count;
    size_t gap_capacity;
    tkz_morpheme *morphemes;
    size_t count;
    size_t capacity;
    tkz__buffer output;
};

tkz_status tkz_tagger_new(tkz_tagger **tagger, tkz_dictionary *dictionary,
                          const tkz_allocator *allocator, tkz_error *error)
{
    *tagger = NULL;
    if (dictionary == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_tagger_new",
                              TKZ__NO_OFFSET, "a dictionary is needed");
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    tkz_tagger *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    tkz__buffer_init(&made->sentence, &memory);
    tkz__buffer_init(&made->output, &memory);
    made->dictionary = dictionary;
    tkz__dictionary_retain(dictionary);
    made->engine = mecab_model_new_tagger(dictionary->model);
    if (made->engine == NULL) {
        tkz_tagger_free(made);
        return tkz__error_set(error, TKZ_STATUS_INTERNAL, "tkz_tagger_new", TKZ__NO_OFFSET,
                              "MeCab makes no tagger: %s", mecab_strerror(NULL));
    }
    *tagger = made;
    return TKZ_OK;
}

void tkz_tagger_free(tkz_tagger *tagger)
{
    if (tagger == NULL)
        return;
    if (tagger->lattice != NULL)
        mecab_lattice_destroy(tagger->lattice);
    if (tagger->engine != NULL)
        mecab_destroy(tagger->engine);
    tkz_dictionary_free(tagger->dictionary);
    tkz__buffer_free(&tagger->sentence);
    tkz__buffer_free(&tagger->output);
    tkz_allocator allocator = tagger->allocator;
    tkz__release_array(&allocator, tagger->gaps, tagger->gap_capacity, sizeof *tagger->gaps);
    tkz__release_array(&allocator, tagger->morphemes, tagger->capacity,
                       sizeof *tagger->morphemes);
    tkz__release(&allocator, tagger, sizeof *tagger);
}

/* ---- The piece that libmecab sees ---- */

static tkz_status add_gap(tkz_tagger *tagger, size_t removed, tkz_error *error)
{
    tkz_status status =
        tkz__array_reserve(&tagger->allocator, (void **)&tagger->gaps, &tagger->gap_capacity,
                           tagger->gap_count + 1, sizeof *tagger->gaps, error);
    if (status == TKZ_OK)
        tagger->gaps[tagger->gap_count++] = (gap){tagger->sentence.size, removed};
    return status;
}

/* The first border between characters at or behind `position`. */
static size_t character_border(const char *text, size_t position, size_t end)
{
    while (position < end && ((unsigned char)text[position] & 0xC0) == 0x80)
        position++;
    return position;
}

/* Appends text[start, end), which is all white space or holds none worth shortening. */
static tkz_status append_stretch(tkz_tagger *tagger, const char *text, size_t start, size_t end,
                                 bool is_space, tkz_error *error)
{
    if (!is_space || end - start <= 2 * KEPT_SPACE)
        return tkz__buffer_append(&tagger->sentence, text + start, end - start, error);
    size_t first_end = character_border(text, start + KEPT_SPACE, end);
    size_t last_start = character_border(text, end - KEPT_SPACE, end);
    tkz_status status =
        tkz__buffer_append(&tagger->sentence, text + start, first_end - start, error);
    if (status == TKZ_OK && last_start > first_end)
        status = add_gap(tagger, last_start - first_end, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append(&tagger->sentence, text + last_start, end - last_start, error);
    return status;
}

/* Copies a piece that may hold too much white space. */
static tkz_status copy_shortened(tkz_tagger *tagger, const char *text, size_t size,
                                 tkz_error *error)
{
    const tkz__char_property *property = &tagger->dictionary->property;
    size_t start = 0;
    bool in_space = false;
    tkz_status status = TKZ_OK;
    for (size_t i = 0; i < size && status == TKZ_OK;) {
        bool is_space;
        size_t length = tkz__char_property_step(property, text + i, size - i, &is_space);
        if (is_space != in_space) {
            status = append_stretch(tagger, text, start, i, in_space, error);
            start = i;
            in_space = is_space;
        }
        i += length;
    }
    return status == TKZ_OK ? append_stretch(tagger, text, start, size, in_space, error) : status;
}

static tkz_status set_sentence(tkz_tagger *tagger, const char *text, size_t size, tkz_error *error)
{
    tagger->gap_count = 0;
    tkz__buffer_clear(&tagger->sentence);
    tkz_status status = tkz__buffer_reserve(&tagger->sentence, size + 1, error);
    if (status == TKZ_OK)
        status = size <= 2 * KEPT_SPACE
                     ? tkz__buffer_append(&tagger->sentence, text, size, error)
                     : copy_shortened(tagger, text, size, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_byte(&tagger->sentence, '\0', error);
    return status;
}

static tkz_status run_engine(tkz_tagger *tagger, tkz_error *error)
{
    if (tagger->lattice == NULL) {
        tagger->lattice = mecab_model_new_lattice(tagger->dictionary->model);
        if (tagger->lattice == NULL)
            return tkz__error_memory(error, 0);
        mecab_lattice_set_request_type(tagger->lattice, MECAB_ONE_BEST);
    }
    mecab_lattice_set_sentence2(tagger->lattice, (const char *)tagger->sentence.data,
                                tagger->sentence.size - 1);
    if (mecab_parse_lattice(tagger->engine, tagger->lattice))
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_LIMIT, "tkz_tagger_parse", TKZ__NO_OFFSET,
                          "MeCab gives up (%s); cut the text into lines or sentences",
                          mecab_lattice_strerror(tagger->lattice));
}

/* ---- Words out of nodes ---- */

static void fill_morpheme(tkz_morpheme *morpheme, const mecab_node_t *node, bool with_features)
{
    size_t feature_size = with_features ? strlen(node->feature) : 0;
    morpheme->feature = with_features ? node->feature : NULL;
    morpheme->feature_size = feature_size <= UINT32_MAX ? (uint32_t)feature_size : UINT32_MAX;
    morpheme->word_cost = node->wcost;
    morpheme->left_id = node->lcAttr;
    morpheme->right_id = node->rcAttr;
    morpheme->part_of_speech_id = node->posid;
    morpheme->is_unknown = node->stat == MECAB_UNK_NODE;
}

static tkz_status lost_text(uint64_t offset, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_LIMIT, "tkz_tagger_parse", offset,
                          "MeCab loses text behind more than 65 535 bytes of white space here");
}

/* Appends the words of the analysed piece, which begins at `base` in the text. `*space_start` is
 * where white space before the next word begins. Every byte must be in a word or be white
 * space, else libmecab has lost some. */
static tkz_status collect_words(tkz_tagger *tagger, uint64_t base, bool with_features,
                                uint64_t *space_start, tkz_error *error)
{
    const char *sentence = (const char *)tagger->sentence.data;
    size_t size = tagger->sentence.size - 1;
    size_t done = 0;    /* end of the last word in the sentence */
    size_t removed = 0; /* by the gaps before it */
    size_t next_gap = 0;
    const mecab_node_t *node = mecab_lattice_get_bos_node(tagger->lattice);
    for (node = node->next; node != NULL && node->stat != MECAB_EOS_NODE; node = node->next) {
        size_t start = (size_t)(node->surface - sentence);
        size_t end = start + node->length;
        if (start < done || end > size || end == start ||
            start - done != (size_t)(node->rlength - node->length))
            return lost_text(base + done + removed, error);
        tkz_status status = tkz__array_reserve(&tagger->allocator, (void **)&tagger->morphemes,
                                               &tagger->capacity, tagger->count + 1,
                                               sizeof *tagger->morphemes, error);
        if (status != TKZ_OK)
            return status;
        tkz_morpheme *morpheme = &tagger->morphemes[tagger->count++];
        fill_morpheme(morpheme, node, with_features);
        while (next_gap < tagger->gap_count && tagger->gaps[next_gap].position <= start)
            removed += tagger->gaps[next_gap++].removed;
        morpheme->start = base + start + removed;
        while (next_gap < tagger->gap_count && tagger->gaps[next_gap].position < end)
            removed += tagger->gaps[next_gap++].removed;
        morpheme->end = base + end + removed;
        morpheme->space_start = *space_start;
        *space_start = morpheme->end;
        done = end;
    }
    if (tkz__char_property_skip_space(&tagger->dictionary->property, sentence, size, done) != size)
        return lost_text(base + done + removed, error);
    return TKZ_OK;
}

static tkz_status analyse_piece(tkz_tagger *tagger, const char *text, uint64_t base, size_t size,
                                bool with_features, uint64_t *space_start, tkz_error *error)
{
    if (size > MAXIMUM_PIECE)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, "tkz_tagger_parse", base,
                              "%zu bytes in one sentence, at most %d can be analysed; cut the "
                              "text into lines or sentences",
                              size, MAXIMUM_PIECE);
    tkz_status status = set_sentence(tagger, text, size, error);
    if (status == TKZ_OK)
        status = run_engine(tagger, error);
    if (status == TKZ_OK)
        status = collect_words(tagger, base, with_features, space_start, error);
    if (size > LARGE_PIECE && tagger->lattice != NULL) {
        mecab_lattice_destroy(tagger->lattice);
        tagger->lattice = NULL;
        tkz__buffer_free(&tagger->sentence);
    }
    return status;
}

static tkz_status analyse(tkz_tagger *tagger, const char *text, size_t size, bool with_features,
                          tkz_error *error)
{
    tagger->count = 0;
    if (text == NULL && size > 0)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_tagger_parse",
                              TKZ__NO_OFFSET, "text is NULL");
    uint64_t space_start = 0;
    for (size_t position = 0; position < size;) {
        const char *nul = memchr(text + position, '\0', size - position);
        size_t end = nul != NULL ? (size_t)(nul - text) : size;
        if (end > position) {
            tkz_status status = analyse_piece(tagger, text + position, position, end - position,
                                              with_features, &space_start, error);
            if (status != TKZ_OK)
                return status;
        }
        position = end + 1;
    }
    return TKZ_OK;
}

tkz_status tkz_tagger_parse(tkz_tagger *tagger, const char *text, size_t size,
                            const tkz_morpheme **morphemes, size_t *count, tkz_error *error)
{
    *morphemes = NULL;
    *count = 0;
    tkz_status status = analyse(tagger, text, size, true, error);
    if (status == TKZ_OK) {
        *morphemes = tagger->morphemes;
        *count = tagger->count;
    }
    return status;
}

tkz_status tkz__tagger_find_words(tkz_tagger *tagger, const char *text, size_t size,
                                  const tkz_morpheme **morphemes, size_t *count, tkz_error *error)
{
    *morphemes = NULL;
    *count = 0;
    tkz_status status = analyse(tagger, text, size, false, error);
    if (status == TKZ_OK) {
        *morphemes = tagger->morphemes;
        *count = tagger->count;
    }
    return status;
}

/* ---- Output formats ---- */

/* Appends bytes for which room has been made. */
static void put(tkz__buffer *output, const char *data, size_t size)
{
    memcpy(output->data + output->size, data, size);
    output->size += size;
}

static tkz_status write_default(tkz_tagger *tagger, const char *text, tkz_error *error)
{
    tkz__buffer *output = &tagger->output;
    for (size_t i = 0; i < tagger->count; i++) {
        const tkz_morpheme *m = &tagger->morphemes[i];
        size_t surface_size = (size_t)(m->end - m->start);
        tkz_status status =
            tkz__buffer_reserve(output, surface_size + m->feature_size + 2, error);
        if (status != TKZ_OK)
            return status;
        put(output, text + m->start, surface_size);
        put(output, "\t", 1);
        put(output, m->feature, m->feature_size);
        put(output, "\n", 1);
    }
    return tkz__buffer_append(output, "EOS\n", 4, error);
}

static tkz_status write_wakati(tkz_tagger *tagger, const char *text, tkz_error *error)
{
    tkz__buffer *output = &tagger->output;
    for (size_t i = 0; i < tagger->count; i++) {
        const tkz_morpheme *m = &tagger->morphemes[i];
        size_t surface_size = (size_t)(m->end - m->start);
        tkz_status status = tkz__buffer_reserve(output, surface_size + 1, error);
        if (status != TKZ_OK)
            return status;
        put(output, text + m->start, surface_size);
        put(output, " ", 1);
    }
    return tkz__buffer_append(output, "\n", 1, error);
}

tkz_status tkz_tagger_format(tkz_tagger *tagger, const char *text, size_t size, int32_t format,
                             const char **output, size_t *output_size, tkz_error *error)
{
    *output = NULL;
    *output_size = 0;
    if (format != TKZ_MORPH_FORMAT_DEFAULT && format != TKZ_MORPH_FORMAT_WAKATI)
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "format", TKZ__NO_OFFSET,
                              "no output format has the number %d", (int)format);
    bool is_default = format == TKZ_MORPH_FORMAT_DEFAULT;
    tkz__buffer_clear(&tagger->output);
    tkz_status status = analyse(tagger, text, size, is_default, error);
    if (status == TKZ_OK)
        status = is_default ? write_default(tagger, text, error)
                            : write_wakati(tagger, text, error);
    if (status != TKZ_OK)
        return status;
    *output = (const char *)tagger->output.data;
    *output_size = tagger->output.size;
    return TKZ_OK;
}
