/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: Unigram training. The input is options, lines NAME TAB VALUE up to an empty one, and lines of text behind it.
 * What is trained must be a model that can be read, in one go and in steps between which the state is saved; and the last
 * state, with bytes of the input in it and a hash that fits, must be refused or go on.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/little_endian.h"
#include "format/sentencepiece_file.h"
#include "tokenize/train.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NAME = 64, LINES = 64, LONGEST_INPUT = 4096 };

static void demand(bool condition)
{
    if (!condition)
        abort();
}

/* Sets what the lines say, as far as it is allowed; returns where the text begins. */
static size_t read_options(tkz_unigram_options *options, const char *text, size_t size)
{
    size_t at = 0;
    while (at < size && text[at] != '\n') {
        const char *end = memchr(text + at, '\n', size - at);
        size_t length = end != NULL ? (size_t)(end - text) - at : size - at;
        const char *tab = memchr(text + at, '\t', length);
        char name[NAME], value[NAME];
        if (tab != NULL && tab - (text + at) < NAME && length - (size_t)(tab - (text + at)) <= NAME) {
            size_t name_size = (size_t)(tab - (text + at)), value_size = length - name_size - 1;
            memcpy(name, text + at, name_size);
            memcpy(value, tab + 1, value_size);
            name[name_size] = value[value_size] = '\0';
            (void)!tkz_unigram_options_set(options, name, value, NULL);
        }
        at += length + (end != NULL);
    }
    return at < size ? at + 1 : at;
}

static tkz_word_list read_lines(const char *text, size_t size, uint64_t *offsets, uint64_t *counts)
{
    tkz_word_list lines = {text, offsets, counts, 0};
    offsets[0] = 0;
    for (size_t at = 0; at < size && lines.count < LINES; lines.count++) {
        const char *end = lines.count + 1 < LINES ? memchr(text + at, '\n', size - at) : NULL;
        at = end != NULL ? (size_t)(end - text) + 1 : size;
        offsets[lines.count + 1] = at;
        counts[lines.count] = 1 + at % 3;
    }
    return lines;
}

/* As the input's options say, but for what would take long: any number of ids is trained to with few lines. */
static tkz_status make(tkz_unigram_trainer **trainer, const tkz_unigram_options *options, const tkz_word_list *lines,
                       const tkz_bytes *state)
{
    tkz_status status = tkz_unigram_trainer_new(trainer, options, NULL, 0, lines, NULL, NULL, NULL);
    if (status != TKZ_OK || state->size == 0)
        return status;
    return tkz_unigram_trainer_restore(*trainer, state->data, state->size, NULL);
}

/* Trains in steps, each from the state that the one before has saved; it must come to the same as in one go. `state` is the
 * last one before the end. */
static void train_in_steps(const tkz_unigram_options *options, const tkz_word_list *lines,
                           tkz_status expected, tkz_bytes *state)
{
    bool is_done = false;
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && !is_done) {
        tkz_unigram_trainer *trainer;
        status = make(&trainer, options, lines, state);
        demand(status == TKZ_OK || state->size == 0);
        if (status == TKZ_OK)
            status = tkz_unigram_trainer_run(trainer, 1, NULL, NULL);
        is_done = status == TKZ_OK && tkz_unigram_trainer_is_done(trainer);
        if (status == TKZ_OK && !is_done) {
            tkz_bytes_free(state);
            demand(tkz_unigram_trainer_save(trainer, state, NULL) == TKZ_OK);
        }
        tkz_unigram_trainer_free(trainer);
    }
    demand(status == expected);
}

static void read_model(const tkz_bytes *model, uint32_t ids)
{
    extern const tkz__format tkz__format_sentencepiece;
    tkz__mapped_file file = {.data = model->data, .size = model->size};
    tkz__open_options options = {.compat = TKZ_COMPAT_FILE};
    tkz_tokenizer *tokenizer;
    demand(tkz__format_sentencepiece.open(&tokenizer, "input", &file, &options, NULL, NULL) == TKZ_OK);
    demand(tkz_tokenizer_size(tokenizer) == ids);
    tkz_tokenizer_free(tokenizer);
}

/* A state that anybody may have written. */
static void restore_changed(const tkz_unigram_options *options, const tkz_word_list *lines, tkz_bytes *state,
                            const uint8_t *data, size_t size)
{
    tkz_unigram_trainer *trainer;
    for (size_t i = 0; i < size && 32 + i * 5 < state->size - 8; i++)
        state->data[32 + i * 5] ^= data[i] & 3;
    tkz__store_u64(state->data + state->size - 8, tkz__hash64(state->data, state->size - 8));
    if (make(&trainer, options, lines, state) == TKZ_OK)
        (void)!tkz_unigram_trainer_run(trainer, 0, NULL, NULL);
    tkz_unigram_trainer_free(trainer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t offsets[LINES + 1], counts[LINES];
    tkz_unigram_options *options;
    tkz_bytes model, state = {0};
    tkz_unigram_report report = {0};
    if (size > LONGEST_INPUT)
        return 0;
    demand(tkz_unigram_options_new(&options, NULL, NULL) == TKZ_OK);
    size_t start = read_options(options, (const char *)data, size);
    tkz_word_list lines = read_lines((const char *)data + start, size - start, offsets, counts);
    tkz_status status = tkz_train_unigram(options, &lines, NULL, NULL, NULL, &model, &report, NULL);
    if (status == TKZ_OK)
        read_model(&model, report.size);
    tkz_bytes_free(&model);
    train_in_steps(options, &lines, status, &state);
    if (state.size > 0)
        restore_changed(options, &lines, &state, data, size);
    tkz_bytes_free(&state);
    tkz_unigram_options_free(options);
    return 0;
}
