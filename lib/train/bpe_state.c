/* SPDX-License-Identifier: Apache-2.0
 *
 * The state of a BPE trainer as bytes, so that an interrupted training goes on. Leans on
 * bpe_trainer.h.
 *
 * Little-endian: 8 bytes of magic; u32 version, u32 symbols of the alphabet; u64 hashes of options and
 * of words; u64 number of merges; for each merge the u32 of its left and right token (symbols by
 * number, then what the merges before made); u64 XXH3 of all before it.
 */
#include <string.h>

#include "core/hash.h"
#include "core/little_endian.h"
#include "train/bpe_trainer.h"

enum { VERSION = 1, HEAD = 40, MERGE = 8, TAIL = 8 };

static const char magic[8] = {'T', 'K', 'Z', 'B', 'P', 'E', '\r', '\n'};

tkz_status tkz_bpe_trainer_save(const tkz_bpe_trainer *trainer, tkz_bytes *bytes, tkz_error *error)
{
    uint64_t options = 0;
    uint32_t alphabet = trainer->alphabet.count;
    size_t merges = tkz__bpe_trainer_merges(trainer);
    tkz__buffer buffer;
    memset(bytes, 0, sizeof *bytes);
    tkz__buffer_init(&buffer, &trainer->allocator);
    tkz_status status = tkz__bpe_options_hash(trainer->options, &options, error);
    if (status == TKZ_OK)
        status = tkz__buffer_reserve(&buffer, HEAD + merges * MERGE + TAIL, error);
    if (status == TKZ_OK) {
        uint8_t *data = buffer.data;
        memcpy(data, magic, sizeof magic);
        tkz__store_u32(data + 8, VERSION);
        tkz__store_u32(data + 12, alphabet);
        tkz__store_u64(data + 16, options);
        tkz__store_u64(data + 24, trainer->words_hash);
        tkz__store_u64(data + 32, merges);
        for (size_t i = 0; i < merges; i++) {
            tkz__store_u32(data + HEAD + i * MERGE, trainer->tokens.tokens[alphabet + i].left);
            tkz__store_u32(data + HEAD + i * MERGE + 4, trainer->tokens.tokens[alphabet + i].right);
        }
        buffer.size = HEAD + merges * MERGE;
        tkz__store_u64(data + buffer.size, tkz__hash64(data, buffer.size));
        buffer.size += TAIL;
        tkz__buffer_release(&buffer, bytes);
    }
    tkz__buffer_free(&buffer);
    return status;
}

static tkz_status refuse(tkz_error *error, tkz_status status, const char *why)
{
    return tkz__error_set(error, status, NULL, TKZ__NO_OFFSET, "%s", why);
}

/* Is it a whole state, of this training? */
static tkz_status check_state(const tkz_bpe_trainer *trainer, const uint8_t *data, size_t size,
                              tkz_error *error)
{
    uint64_t options;
    tkz_status status = tkz__bpe_options_hash(trainer->options, &options, error);
    if (status != TKZ_OK)
        return status;
    if (size < HEAD + TAIL || memcmp(data, magic, sizeof magic) != 0)
        return refuse(error, TKZ_STATUS_BAD_FORMAT, "this is no saved state of BPE training");
    if (tkz__load_u32(data + 8) != VERSION)
        return refuse(error, TKZ_STATUS_BAD_VERSION,
                      "this state of BPE training was saved by another release");
    if ((size - HEAD - TAIL) % MERGE != 0 ||
        tkz__load_u64(data + 32) != (size - HEAD - TAIL) / MERGE ||
        tkz__load_u64(data + size - TAIL) != tkz__hash64(data, size - TAIL))
        return refuse(error, TKZ_STATUS_CORRUPT, "the saved state of BPE training is damaged");
    if (tkz__load_u64(data + 16) != options)
        return refuse(error, TKZ_STATUS_INVALID_ARGUMENT,
                      "the saved state is of a training with other options");
    if (tkz__load_u64(data + 24) != trainer->words_hash ||
        tkz__load_u32(data + 12) != trainer->alphabet.count)
        return refuse(error, TKZ_STATUS_INVALID_ARGUMENT,
                      "the saved state is of a training on other words");
    return TKZ_OK;
}

tkz_status tkz_bpe_trainer_restore(tkz_bpe_trainer *trainer, const void *data, size_t size,
                                   tkz_error *error)
{
    const uint8_t *bytes = data;
    if (trainer->has_merger || tkz__bpe_trainer_merges(trainer) > 0)
        return refuse(error, TKZ_STATUS_INVALID_ARGUMENT, "this trainer has run already");
    tkz_status status = check_state(trainer, bytes, size, error);
    if (status != TKZ_OK)
        return status;
    size_t merges = (size - HEAD - TAIL) / MERGE;
    if (merges > trainer->options->size - trainer->base)
        return refuse(error, TKZ_STATUS_INVALID_ARGUMENT,
                      "the saved state has more merges than the vocabulary has room for");
    for (size_t i = 0; status == TKZ_OK && i < merges; i++) {
        uint32_t left = tkz__load_u32(bytes + HEAD + i * MERGE);
        uint32_t right = tkz__load_u32(bytes + HEAD + i * MERGE + 4);
        if (left >= trainer->tokens.count || right >= trainer->tokens.count ||
            !tkz__bpe_tokens_may_join(&trainer->tokens, left, right))
            status = refuse(error, TKZ_STATUS_CORRUPT,
                            "the saved state has a merge that training cannot make");
        else
            status = tkz__bpe_tokens_join(&trainer->tokens, left, right, error);
    }
    if (status == TKZ_OK && trainer->transition != 0 &&
        tkz_bpe_trainer_size(trainer) >= trainer->transition)
        return tkz__bpe_trainer_begin_second(trainer, error);
    if (status == TKZ_OK)
        status = tkz__bpe_replay(&trainer->words, &trainer->tokens, trainer->alphabet.count,
                                 &trainer->allocator, error);
    return status;
}
