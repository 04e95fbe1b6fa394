/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: tokenizer files. The first byte of the input says which format the rest
 * is: j tokenizer.json, k tekken.json, r ranks of tiktoken, i native image. What opens
 * is encoded with, decoded, written as tokenizer.json and read again.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "format/hf_file.h"
#include "subword/tokenizer.h"
#include "subword/tokenizer_image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const tkz__format tkz__format_tekken, tkz__format_tiktoken;

static const char text[] = "don't \xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E \x00\xFF 12345\r\n\n  <s>abc";

static void demand(bool condition)
{
    if (!condition)
        abort();
}

/* A native image that was damaged may give anything, but not read outside of it. */
static void use(tkz_tokenizer *tokenizer, bool is_good)
{
    tkz_encoder *encoder;
    const tkz_batch *batch;
    const uint8_t *bytes;
    size_t size;
    const uint64_t offsets[2] = {0, sizeof text};
    tkz_tokenizer_facts facts;
    tkz_tokenizer_describe(tokenizer, &facts);
    tkz_status status = tkz_encoder_new(&encoder, tokenizer, NULL, NULL);
    demand(status == TKZ_OK || !is_good);
    if (status != TKZ_OK)
        return;
    status = tkz_encoder_encode(encoder, text, offsets, 1, &batch, NULL);
    /* A regular expression may need too many steps. */
    if (status == TKZ_STATUS_LIMIT && facts.pre_tokenizer->pattern != NULL) {
        tkz_encoder_free(encoder);
        return;
    }
    demand(status == TKZ_OK || !is_good);
    if (status == TKZ_OK)
        status = tkz_encoder_decode(encoder, batch->ids, (size_t)batch->offsets[1], 0, &bytes,
                                    &size, NULL);
    demand(status == TKZ_OK || !is_good);
    if (is_good && facts.losses == 0)
        demand(size == sizeof text && memcmp(bytes, text, size) == 0);
    tkz_encoder_free(encoder);
}

/* What is written as tokenizer.json is read as the same tokenizer, and written alike. The image of ranks
 * says that they are ids, which that of a list of merges does not. */
static void write_and_read(const tkz_tokenizer *tokenizer)
{
    tkz_bytes json, first, second, rewritten;
    tkz_tokenizer *again;
    if (tkz_tokenizer_serialize(tokenizer, "hf", &json, NULL) != TKZ_OK)
        return;
    demand(tkz__hf_open(&again, "written", json.data, json.size, NULL, NULL) == TKZ_OK);
    demand(tkz_tokenizer_serialize(tokenizer, "tkz", &first, NULL) == TKZ_OK);
    demand(tkz_tokenizer_serialize(again, "tkz", &second, NULL) == TKZ_OK);
    bool by_rank = (tkz__tokenizer_image(tokenizer)->flags & TKZ__IMAGE_BY_RANK) != 0;
    demand(by_rank || (first.size == second.size &&
                       memcmp(first.data, second.data, first.size) == 0));
    demand(tkz_tokenizer_serialize(again, "hf", &rewritten, NULL) == TKZ_OK);
    demand(rewritten.size == json.size && memcmp(rewritten.data, json.data, json.size) == 0);
    tkz_tokenizer_free(again);
    tkz_bytes_free(&json);
    tkz_bytes_free(&first);
    tkz_bytes_free(&second);
    tkz_bytes_free(&rewritten);
}

static tkz_status open_image(tkz_tokenizer **tokenizer, const uint8_t *data, size_t size)
{
    tkz__buffer image;
    tkz__buffer_init(&image, NULL);
    demand(tkz__buffer_append(&image, data, size, NULL) == TKZ_OK);
    tkz_status status = tkz__tokenizer_from_image(tokenizer, &image, NULL);
    tkz__buffer_free(&image);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tkz_tokenizer *tokenizer = NULL;
    tkz_error error = {0};
    tkz_status status;
    if (size < 2)
        return 0;
    tkz__mapped_file file = {data + 1, size - 1};
    tkz__open_options options = {.compat = TKZ_COMPAT_FILE};
    if (data[0] == 'j') {
        status = tkz__hf_open(&tokenizer, "file", file.data, file.size, NULL, &error);
    } else if (data[0] == 'k') {
        status = tkz__format_tekken.open(&tokenizer, "file", &file, &options, NULL, &error);
    } else if (data[0] == 'r') {
        options.named = tkz__pre_tokenizer_find("gpt2", 4);
        status = tkz__format_tiktoken.open(&tokenizer, "file", &file, &options, NULL, &error);
    } else if (data[0] == 'i') {
        status = open_image(&tokenizer, file.data, file.size);
    } else {
        return 0;
    }
    if (status != TKZ_OK) {
        demand(data[0] == 'i' || error.message[0] != '\0');
        return 0;
    }
    bool is_good = tkz_tokenizer_verify(tokenizer, NULL) == TKZ_OK;
    demand(is_good || data[0] == 'i');
    use(tokenizer, is_good);
    if (data[0] != 'i') /* an image may hold provenance, which no other format does */
        write_and_read(tokenizer);
    tkz_tokenizer_free(tokenizer);
    return 0;
}
