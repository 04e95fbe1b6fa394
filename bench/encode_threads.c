/* SPDX-License-Identifier: Apache-2.0
 *
 * How encoding scales with threads, as bench/parts.h says.
 *     encode_threads MODEL RECORDS THREADS [ROUNDS]
 * Each part has an encoder of its own, new in each round.
 * Leans on the public headers and POSIX threads.
 */
#include "bench/parts.h"
#include "tokenize/subword.h"

static void need(tkz_status status, const tkz_error *error)
{
    if (status != TKZ_OK)
        bench_fail(error->where, error->message);
}

static void *encode_part(void *argument)
{
    bench_part *own = argument;
    tkz_error error;
    tkz_encoder *encoder;
    need(tkz_encoder_new(&encoder, own->shared, NULL, &error), &error);
    own->result = 0;
    bench_dealer dealer = {{0}};
    for (size_t at = 0; at + 4 <= own->size;) {
        uint64_t offsets[2] = {0, bench_record_size(own->data + at)};
        const tkz_batch *batch;
        if (bench_deal(&dealer, own->count, (size_t)offsets[1]) == own->number) {
            need(tkz_encoder_encode(encoder, own->data + at + 4, offsets, 1, &batch, &error),
                 &error);
            own->result += batch->offsets[1];
        }
        at += 4 + (size_t)offsets[1];
    }
    tkz_encoder_free(encoder);
    return NULL;
}

int main(int count, char **words)
{
    if (count < 4)
        bench_fail("usage", "encode_threads MODEL RECORDS THREADS [ROUNDS]");
    size_t size;
    char *data = bench_read_file(words[2], &size);
    tkz_error error;
    tkz_tokenizer *tokenizer;
    need(tkz_tokenizer_open(&tokenizer, words[1], NULL, &error), &error);
    bench_scale(encode_part, tokenizer, data, size, atoi(words[3]),
                count > 4 ? atoi(words[4]) : BENCH_ROUNDS);
    tkz_tokenizer_free(tokenizer);
    free(data);
    return EXIT_SUCCESS;
}
