/* SPDX-License-Identifier: Apache-2.0
 *
 * The tokenizer in a GGUF model of llama.cpp. It encodes as the model's own tokenizer, from which
 * the file
 * was made; where llama.cpp does otherwise, this does not follow it. Leans on gguf_file.h.
 */
#include <string.h>

#include "format/gguf_file.h"

static bool probe(const uint8_t *data, size_t size)
{
    return size >= 4 && memcmp(data, "GGUF", 4) == 0;
}

/* BOS and EOS as llama.cpp takes them where the file does not say it (src/llama-vocab.cpp, load). */
typedef struct defaults {
    bool adds_bos;
    bool adds_eos;
    uint32_t bos;
    uint32_t eos;
} defaults;

#define NO_ID UINT32_MAX

/* BOS, the text, EOS; of two texts one behind the other. */
static tkz_status give_template(tkz__gguf_file *file, const defaults *usual)
{
    bool adds_bos = usual->adds_bos || file->adds_bos, adds_eos = usual->adds_eos;
    uint32_t bos = usual->bos, eos = usual->eos, count = 0;
    tkz__template_item items[9];
    tkz_status status = tkz__gguf_flag(file, TKZ__GGUF_ADD_BOS, &adds_bos);
    if (status == TKZ_OK)
        status = tkz__gguf_flag(file, TKZ__GGUF_ADD_EOS, &adds_eos);
    if (status == TKZ_OK)
        status = tkz__gguf_id(file, TKZ__GGUF_BOS, &bos);
    if (status == TKZ_OK)
        status = tkz__gguf_id(file, TKZ__GGUF_EOS, &eos);
    if (status != TKZ_OK || (!adds_bos && !adds_eos))
        return status;
    if ((adds_bos && bos >= file->token_count) || (adds_eos && eos >= file->token_count))
        return tkz__error_set(file->error, TKZ_STATUS_BAD_FORMAT, file->path, TKZ__NO_OFFSET,
                              "tokenizer.ggml.%s_token_id: it is not there, and is to be added",
                              adds_bos && bos >= file->token_count ? "bos" : "eos");
    uint32_t single = 1 + adds_bos + adds_eos;
    for (uint32_t i = 0; i < 3; i++) { /* the template of one text, then that of two */
        uint32_t text = i / 2;
        if (adds_bos)
            items[count++] = (tkz__template_item){bos, text};
        items[count++] =
            (tkz__template_item){text == 0 ? TKZ__TEMPLATE_FIRST : TKZ__TEMPLATE_SECOND, text};
        if (adds_eos)
            items[count++] = (tkz__template_item){eos, text};
    }
    return tkz__tokenizer_builder_set_template(file->builder, items, single, 2 * single,
                                               file->error);
}

static const struct {
    const char *name;
    tkz_status (*give)(tkz__gguf_file *file);
    defaults usual;
} models[] = {
    {"gpt2", tkz__gguf_give_bytes, {false, false, NO_ID, NO_ID}},
    {"llama", tkz__gguf_give_merges, {true, false, 1, 2}},
    {"plamo2", tkz__gguf_give_plamo, {false, false, NO_ID, NO_ID}},
    {"t5", tkz__gguf_give_unigram, {false, true, NO_ID, 1}},
};
enum { MODELS = sizeof models / sizeof models[0] };

static tkz_status finish(tkz__gguf_file *file, size_t model, tkz_tokenizer **tokenizer)
{
    tkz_status status = models[model].give(file);
    if (status == TKZ_OK)
        status = give_template(file, &models[model].usual);
    if (status != TKZ_OK)
        return status;
    return tkz__format_error_at(
        tkz__tokenizer_builder_finish(file->builder, tokenizer, file->error), file->path,
        TKZ__NO_OFFSET, file->error);
}

static tkz_status refuse(const tkz__gguf_file *file, tkz__gguf_text name)
{
    const char *text = tkz__gguf_bytes(file, name);
    if (tkz__gguf_equals(file, name, "rwkv"))
        return tkz__error_set(file->error, TKZ_STATUS_UNSUPPORTED, file->path, name.start,
                              "tokenizer.ggml.model: \"rwkv\" takes the longest token of bytes "
                              "first, for which this build has no engine");
    return tkz__error_set(file->error, TKZ_STATUS_UNSUPPORTED, file->path, name.start,
                          "tokenizer.ggml.model: \"%.*s\" is no model that this build reads",
                          tkz__format_shown(text, name.size, 40), text);
}

static tkz_status build(tkz__gguf_file *file, tkz_tokenizer **tokenizer)
{
    tkz__gguf_text name;
    tkz_status status = tkz__gguf_read(file);
    if (status == TKZ_OK)
        status = tkz__gguf_string(file, TKZ__GGUF_MODEL, &name);
    if (status != TKZ_OK)
        return status;
    if (tkz__gguf_equals(file, name, "bert"))
        return tkz__gguf_open_words(file, tokenizer);
    for (size_t i = 0; i < MODELS; i++) {
        if (tkz__gguf_equals(file, name, models[i].name))
            return finish(file, i, tokenizer);
    }
    return refuse(file, name);
}

static tkz_status open_file(tkz_tokenizer **tokenizer, const char *path, tkz__mapped_file *mapped,
                            const tkz__open_options *options, const tkz_allocator *allocator,
                            tkz_error *error)
{
    tkz__gguf_file file = {.path = path,
                           .data = mapped->data,
                           .size = mapped->size,
                           .error = error,
                           .as_hf = options->compat == TKZ_COMPAT_HF,
                           .allocator = tkz__allocator_or_default(allocator)};
    tkz_status status = build(&file, tokenizer);
    tkz__tokenizer_builder_free(file.builder);
    if (file.tokens != NULL)
        tkz__release_array(&file.allocator, file.tokens, file.token_count, sizeof *file.tokens);
    return status;
}

extern const tkz__format tkz__format_gguf;
const tkz__format tkz__format_gguf = {
    .info = {"gguf", "the tokenizer in a GGUF model of llama.cpp", 1, 0},
    .probe = probe,
    .open = open_file,
};
