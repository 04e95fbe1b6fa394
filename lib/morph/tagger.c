/* SPDX-License-Identifier: Apache-2.0
 *
 * The tagger: texts cut at NUL bytes into sentences, their words with features or
 * in an output format. Leans on the best path.
 */
#include "morph/tagger.h"

#include <string.h>

#include "core/buffer.h"
#include "morph/character_offsets.h"
#include "morph/word_lines.h"

enum { STARTS, ENDS, START_CHARACTERS, END_CHARACTERS, WORD_PLACES };

struct tkz_tagger {
    tkz_allocator allocator;
    tkz_dictionary *dictionary;
    tkz__best_path path;
    const char *text;
    size_t size;
    size_t next; /* where the next sentence begins */
    tkz_morpheme *morphemes;
    size_t count;
    size_t capacity;
    tkz__buffer output;
    tkz__kept_lines kept_lines; /* made when the default format is written */
    uint32_t requests; /* enum tkz_tagger_request */
    uint64_t *word_places[WORD_PLACES]; /* what tkz_tagger_words gives out */
    size_t word_place_capacities[WORD_PLACES];
    uint16_t *word_ids;
    size_t word_id_capacity;
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
    tkz__buffer_init(&made->output, &memory);
    tkz__best_path_init(&made->path, dictionary, &memory);
    made->dictionary = dictionary;
    tkz__dictionary_retain(dictionary);
    *tagger = made;
    return TKZ_OK;
}

void tkz_tagger_free(tkz_tagger *tagger)
{
    if (tagger == NULL)
        return;
    tkz__best_path_free(&tagger->path);
    tkz_dictionary_free(tagger->dictionary);
    tkz__buffer_free(&tagger->output);
    tkz_allocator allocator = tagger->allocator;
    tkz__release_array(&allocator, tagger->morphemes, tagger->capacity,
                       sizeof *tagger->morphemes);
    for (size_t i = 0; i < WORD_PLACES; i++)
        tkz__release_array(&allocator, tagger->word_places[i], tagger->word_place_capacities[i],
                           sizeof *tagger->word_places[i]);
    tkz__kept_lines_free(&tagger->kept_lines, &allocator);
    tkz__release_array(&allocator, tagger->word_ids, tagger->word_id_capacity,
                       sizeof *tagger->word_ids);
    tkz__release(&allocator, tagger, sizeof *tagger);
}

tkz_status tkz_tagger_set_requests(tkz_tagger *tagger, uint32_t requests, tkz_error *error)
{
    if ((requests & ~(uint32_t)TKZ_TAGGER_CHARACTERS) != 0)
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "requests", TKZ__NO_OFFSET,
                              "no requests are called %#x", (unsigned)requests);
    tagger->requests = requests;
    return TKZ_OK;
}

/* ---- Words ---- */

void tkz__tagger_begin(tkz_tagger *tagger, const char *text, size_t size)
{
    tagger->text = text;
    tagger->size = size;
    tagger->next = 0;
    tkz__best_path_begin(&tagger->path, text, 0, 0);
}

/* Begins the next sentence, which a NUL or the end of the text ends. */
static void begin_sentence(tkz_tagger *tagger)
{
    size_t start = tagger->next;
    const char *nul = memchr(tagger->text + start, '\0', tagger->size - start);
    size_t end = nul != NULL ? (size_t)(nul - tagger->text) : tagger->size;
    tkz__best_path_begin(&tagger->path, tagger->text, start, end);
    tagger->next = end + 1;
}

tkz_status tkz__tagger_next(tkz_tagger *tagger, const tkz__path_word **words, size_t *count,
                            tkz_error *error)
{
    for (;;) {
        tkz_status status = tkz__best_path_next(&tagger->path, words, count, error);
        if (status != TKZ_OK || *count > 0 || tagger->next >= tagger->size)
            return status;
        begin_sentence(tagger);
    }
}

static tkz_status begin_text(tkz_tagger *tagger, const char *text, size_t size, tkz_error *error)
{
    if (text == NULL && size > 0)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_tagger_parse",
                              TKZ__NO_OFFSET, "text is NULL");
    tkz__tagger_begin(tagger, text, size);
    return TKZ_OK;
}

static void fill_morpheme(const tkz_tagger *tagger, tkz_morpheme *morpheme,
                          const tkz__path_word *found, uint64_t space_start)
{
    const tkz__compiled_dictionary *lexicon;
    const tkz__word *word = tkz__dictionary_word(tagger->dictionary, found->number, &lexicon);
    const char *feature = tkz__feature_of(tagger->dictionary, lexicon, word);
    size_t feature_size = strlen(feature);
    *morpheme = (tkz_morpheme){
        .start = found->start,
        .end = found->end,
        .space_start = space_start,
        .feature = feature,
        .feature_size = feature_size <= UINT32_MAX ? (uint32_t)feature_size : UINT32_MAX,
        .word_cost = word->cost,
        .left_id = word->left_id,
        .right_id = word->right_id,
        .part_of_speech_id = word->part_of_speech_id,
        .is_unknown = lexicon == &tagger->dictionary->unknown,
    };
}

/* Sets the places in characters of morphemes from number `first` on. */
static void place_characters(const tkz_tagger *tagger, tkz__character_place *place, size_t first)
{
    tkz__local_charset charset = tagger->dictionary->property.charset;
    for (size_t i = first; i < tagger->count; i++) {
        tkz_morpheme *m = &tagger->morphemes[i];
        m->start_character =
            tkz__character_place_of(place, charset, tagger->text, tagger->size, m->start);
        m->end_character =
            tkz__character_place_of(place, charset, tagger->text, tagger->size, m->end);
    }
}

static tkz_status collect_morphemes(tkz_tagger *tagger, tkz_error *error)
{
    uint64_t space_start = 0;
    tkz__character_place place = {0, 0};
    for (;;) {
        const tkz__path_word *words;
        size_t count, first = tagger->count;
        tkz_status status = tkz__tagger_next(tagger, &words, &count, error);
        if (status != TKZ_OK || count == 0)
            return status;
        status = tkz__array_reserve(&tagger->allocator, (void **)&tagger->morphemes,
                                    &tagger->capacity, tagger->count + count,
                                    sizeof *tagger->morphemes, error);
        if (status != TKZ_OK)
            return status;
        for (size_t i = 0; i < count; i++) {
            fill_morpheme(tagger, &tagger->morphemes[tagger->count++], &words[i], space_start);
            space_start = words[i].end;
        }
        if ((tagger->requests & TKZ_TAGGER_CHARACTERS) != 0)
            place_characters(tagger, &place, first);
    }
}

tkz_status tkz_tagger_parse(tkz_tagger *tagger, const char *text, size_t size,
                            const tkz_morpheme **morphemes, size_t *count, tkz_error *error)
{
    *morphemes = NULL;
    *count = 0;
    tagger->count = 0;
    tkz_status status = begin_text(tagger, text, size, error);
    if (status == TKZ_OK)
        status = collect_morphemes(tagger, error);
    if (status == TKZ_OK) {
        *morphemes = tagger->morphemes;
        *count = tagger->count;
    }
    return status;
}

/* ---- Words as arrays ---- */

static bool has_characters(const tkz_tagger *tagger)
{
    return (tagger->requests & TKZ_TAGGER_CHARACTERS) != 0;
}

static tkz_status reserve_words(tkz_tagger *tagger, size_t count, tkz_error *error)
{
    size_t used = has_characters(tagger) ? WORD_PLACES : START_CHARACTERS;
    tkz_status status = tkz__array_reserve(&tagger->allocator, (void **)&tagger->word_ids,
                                           &tagger->word_id_capacity, count,
                                           sizeof *tagger->word_ids, error);
    for (size_t i = 0; i < used && status == TKZ_OK; i++)
        status = tkz__array_reserve(&tagger->allocator, (void **)&tagger->word_places[i],
                                    &tagger->word_place_capacities[i], count,
                                    sizeof *tagger->word_places[i], error);
    return status;
}

static void add_words(tkz_tagger *tagger, const tkz__path_word *words, size_t count,
                      tkz__character_place *place)
{
    tkz__local_charset charset = tagger->dictionary->property.charset;
    for (size_t i = 0; i < count; i++) {
        size_t at = tagger->count++;
        const tkz__compiled_dictionary *lexicon;
        tagger->word_places[STARTS][at] = words[i].start;
        tagger->word_places[ENDS][at] = words[i].end;
        tagger->word_ids[at] = tkz__dictionary_word(tagger->dictionary, words[i].number, &lexicon)
                                   ->part_of_speech_id;
        if (!has_characters(tagger))
            continue;
        tagger->word_places[START_CHARACTERS][at] =
            tkz__character_place_of(place, charset, tagger->text, tagger->size, words[i].start);
        tagger->word_places[END_CHARACTERS][at] =
            tkz__character_place_of(place, charset, tagger->text, tagger->size, words[i].end);
    }
}

tkz_status tkz_tagger_words(tkz_tagger *tagger, const char *text, size_t size, tkz_tagged_words *words,
                            tkz_error *error)
{
    *words = (tkz_tagged_words){0};
    tagger->count = 0;
    tkz__character_place place = {0, 0};
    tkz_status status = begin_text(tagger, text, size, error);
    for (size_t count = 1; status == TKZ_OK && count > 0;) {
        const tkz__path_word *found;
        status = tkz__tagger_next(tagger, &found, &count, error);
        if (status == TKZ_OK)
            status = reserve_words(tagger, tagger->count + count, error);
        if (status == TKZ_OK)
            add_words(tagger, found, count, &place);
    }
    if (status != TKZ_OK)
        return status;
    *words = (tkz_tagged_words){
        .count = tagger->count,
        .starts = tagger->word_places[STARTS],
        .ends = tagger->word_places[ENDS],
        .part_of_speech_ids = tagger->word_ids,
        .start_characters = has_characters(tagger) ? tagger->word_places[START_CHARACTERS] : NULL,
        .end_characters = has_characters(tagger) ? tagger->word_places[END_CHARACTERS] : NULL,
    };
    return TKZ_OK;
}

/* ---- Output formats ---- */

tkz__best_path *tkz__tagger_path(tkz_tagger *tagger)
{
    return &tagger->path;
}

tkz__buffer *tkz__tagger_output(tkz_tagger *tagger)
{
    return &tagger->output;
}

tkz_status tkz__tagger_check_format(int32_t format, tkz_error *error)
{
    if (format == TKZ_MORPH_FORMAT_DEFAULT || format == TKZ_MORPH_FORMAT_WAKATI)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "format", TKZ__NO_OFFSET,
                          "no output format has the number %d", (int)format);
}

tkz_status tkz__tagger_write(tkz_tagger *tagger, const char *text, const tkz__path_word *words,
                             size_t count, int32_t format, tkz_error *error)
{
    tagger->text = text;
    const tkz__found_words found = {tagger->dictionary, text, tagger->path.end, words, count};
    if (format != TKZ_MORPH_FORMAT_DEFAULT)
        return tkz__surfaces_append(&found, &tagger->output, error);
    tkz_status status = TKZ_OK;
    if (tagger->kept_lines.places == NULL)
        status = tkz__kept_lines_make(&tagger->kept_lines, tagger->path.graph.number_count,
                                      &tagger->allocator, error);
    if (status == TKZ_OK)
        status = tkz__word_lines_append(&found, &tagger->kept_lines, &tagger->output, error);
    return status;
}

tkz_status tkz_tagger_format(tkz_tagger *tagger, const char *text, size_t size, int32_t format,
                             const char **output, size_t *output_size, tkz_error *error)
{
    *output = NULL;
    *output_size = 0;
    tkz_status status = tkz__tagger_check_format(format, error);
    if (status == TKZ_OK)
        status = begin_text(tagger, text, size, error);
    tkz__buffer_clear(&tagger->output);
    size_t count = 1;
    while (status == TKZ_OK && count > 0) {
        const tkz__path_word *words;
        status = tkz__tagger_next(tagger, &words, &count, error);
        if (status == TKZ_OK && count > 0)
            status = tkz__tagger_write(tagger, text, words, count, format, error);
    }
    if (status == TKZ_OK)
        status = tkz__buffer_append_text(
            &tagger->output, format == TKZ_MORPH_FORMAT_DEFAULT ? "EOS\n" : "\n", error);
    if (status != TKZ_OK)
        return status;
    *output = (const char *)tagger->output.data;
    *output_size = tagger->output.size;
    return TKZ_OK;
}
