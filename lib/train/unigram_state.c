/* SPDX-License-Identifier: Apache-2.0
 *
 * The state of a Unigram trainer as bytes, so that an interrupted training goes on. Leans on
 * unigram_trainer.h.
 *
 * Little-endian: 8 bytes of magic; u32 version; u32 number of sizes; u64 hashes of options and of words; u64 of pieces at the
 * beginning, u32 prunings, u32 characters of the longest of those pieces (u32 0: no seeds yet); for each size, the largest
 * first, u32 of it and u32 1 if it is done, then the bits of its likelihood (u64), u32 prunings, u32 ids, u64 bytes of the
 * model, the model; u64 pieces by now; for each the bits of its score (u64), u32 length, and its characters (u32 each); u64 XXH3
 * of all before it. The first pieces are the alphabet, then what is required. Between two steps nothing else is known: where the pieces stand in
 * the text follows from them.
 */
#include <math.h>
#include <string.h>

#include "core/hash.h"
#include "core/little_endian.h"
#include "train/unigram_trainer.h"

enum { VERSION = 1, HEAD = 48, TAIL = 8 };

static const char magic[8] = {'T', 'K', 'Z', 'U', 'N', 'I', '\r', '\n'};

static uint64_t bits_of(double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static double number_of(uint64_t bits)
{
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

/* ---- Saving ------------------------------------------------------------------------- */

static tkz_status put_target(tkz__buffer *buffer, const tkz__unigram_target *target, tkz_error *error)
{
    tkz_status status = tkz__buffer_append_u32(buffer, target->size, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_u32(buffer, target->is_done, error);
    if (status != TKZ_OK || !target->is_done)
        return status;
    status = tkz__buffer_append_u64(buffer, bits_of(target->report.likelihood), error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_u32(buffer, target->report.prunings, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_u32(buffer, target->report.size, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_u64(buffer, target->model.size, error);
    return status == TKZ_OK ? tkz__buffer_append(buffer, target->model.data, target->model.size, error) : status;
}

/* There is room for all of them. */
static void put_pieces(tkz__buffer *buffer, const tkz__unigram_pieces *pieces)
{
    uint8_t *at = buffer->data + buffer->size;
    for (size_t i = 0; i < pieces->count; i++) {
        const uint32_t *text = tkz__unigram_pieces_text(pieces, i);
        uint32_t length = pieces->pieces[i].length;
        tkz__store_u64(at, bits_of(pieces->scores[i]));
        tkz__store_u32(at + 8, length);
        at += 12;
        for (uint32_t k = 0; k < length; k++, at += 4)
            tkz__store_u32(at, text[k]);
    }
    buffer->size = (size_t)(at - buffer->data);
}

static tkz_status put_head(tkz__buffer *buffer, const tkz_unigram_trainer *trainer, tkz_error *error)
{
    uint64_t options = 0;
    uint8_t head[HEAD];
    tkz_status status = tkz__unigram_options_hash(trainer->options, &options, error);
    memcpy(head, magic, sizeof magic);
    tkz__store_u32(head + 8, VERSION);
    tkz__store_u32(head + 12, (uint32_t)trainer->target_count);
    tkz__store_u64(head + 16, options);
    tkz__store_u64(head + 24, trainer->words_hash);
    tkz__store_u64(head + 32, trainer->report.seeds);
    tkz__store_u32(head + 40, trainer->report.prunings);
    tkz__store_u32(head + 44, trainer->has_pieces ? trainer->em.longest_piece : 0);
    return status == TKZ_OK ? tkz__buffer_append(buffer, head, sizeof head, error) : status;
}

tkz_status tkz_unigram_trainer_save(const tkz_unigram_trainer *trainer, tkz_bytes *bytes, tkz_error *error)
{
    const tkz__unigram_pieces *pieces = &trainer->pieces;
    tkz__buffer buffer;
    memset(bytes, 0, sizeof *bytes);
    tkz__buffer_init(&buffer, &trainer->allocator);
    tkz_status status = put_head(&buffer, trainer, error);
    for (size_t i = 0; status == TKZ_OK && i < trainer->target_count; i++)
        status = put_target(&buffer, &trainer->targets[i], error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_u64(&buffer, pieces->count, error);
    if (status == TKZ_OK)
        status = tkz__buffer_reserve(&buffer, pieces->count * 12 + pieces->texts.size * 4 + TAIL, error);
    if (status == TKZ_OK) {
        put_pieces(&buffer, pieces);
        status = tkz__buffer_append_u64(&buffer, tkz__hash64(buffer.data, buffer.size), error);
    }
    if (status == TKZ_OK)
        tkz__buffer_release(&buffer, bytes);
    tkz__buffer_free(&buffer);
    return status;
}

/* ---- Restoring ------------------------------------------------------------------------- */

static tkz_status refuse(tkz_error *error, tkz_status status, const char *why)
{
    return tkz__error_set(error, status, NULL, TKZ__NO_OFFSET, "%s", why);
}

static tkz_status damaged(tkz_error *error)
{
    return refuse(error, TKZ_STATUS_CORRUPT, "the saved state of Unigram training is damaged");
}

/* Is it a whole state, of this training? */
static tkz_status check_state(const tkz_unigram_trainer *trainer, const uint8_t *data, size_t size, tkz_error *error)
{
    uint64_t options;
    tkz_status status = tkz__unigram_options_hash(trainer->options, &options, error);
    if (status != TKZ_OK)
        return status;
    if (size < HEAD + TAIL || memcmp(data, magic, sizeof magic) != 0)
        return refuse(error, TKZ_STATUS_BAD_FORMAT, "this is no saved state of Unigram training");
    if (tkz__load_u32(data + 8) != VERSION)
        return refuse(error, TKZ_STATUS_BAD_VERSION, "this state of Unigram training was saved by another release");
    if (tkz__load_u64(data + size - TAIL) != tkz__hash64(data, size - TAIL))
        return damaged(error);
    if (tkz__load_u64(data + 16) != options)
        return refuse(error, TKZ_STATUS_INVALID_ARGUMENT, "the saved state is of a training with other options");
    if (tkz__load_u32(data + 12) != trainer->target_count)
        return refuse(error, TKZ_STATUS_INVALID_ARGUMENT, "the saved state is of a training to other sizes");
    if (tkz__load_u64(data + 24) != trainer->words_hash)
        return refuse(error, TKZ_STATUS_INVALID_ARGUMENT, "the saved state is of a training on other lines");
    return TKZ_OK;
}

/* What is read, and how much of it is left. */
struct source {
    const uint8_t *at;
    size_t left;
};

/* The next `size` bytes, or NULL. */
static const uint8_t *take(struct source *source, uint64_t size)
{
    const uint8_t *at = source->at;
    if (size > source->left)
        return NULL;
    source->at += size;
    source->left -= (size_t)size;
    return at;
}

static tkz_status read_model(tkz__unigram_target *target, struct source *source, const tkz_allocator *allocator,
                             tkz_error *error)
{
    const uint8_t *facts = take(source, 24), *model = NULL;
    tkz__buffer buffer;
    uint64_t size = facts != NULL ? tkz__load_u64(facts + 16) : 0;
    if (facts != NULL)
        model = take(source, size);
    if (model == NULL)
        return damaged(error);
    target->report.likelihood = number_of(tkz__load_u64(facts));
    target->report.prunings = tkz__load_u32(facts + 8);
    target->report.size = tkz__load_u32(facts + 12);
    tkz__buffer_init(&buffer, allocator);
    tkz_status status = tkz__buffer_append(&buffer, model, (size_t)size, error);
    if (status == TKZ_OK)
        tkz__buffer_release(&buffer, &target->model);
    tkz__buffer_free(&buffer);
    target->is_done = status == TKZ_OK;
    return status;
}

/* The sizes, of which the first ones are done. */
static tkz_status read_targets(tkz_unigram_trainer *trainer, struct source *source, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < trainer->target_count; i++) {
        tkz__unigram_target *target = &trainer->targets[i];
        const uint8_t *facts = take(source, 8);
        if (facts == NULL || (tkz__load_u32(facts + 4) != 0 && trainer->done_count < i))
            return damaged(error);
        if (tkz__load_u32(facts) != target->size)
            return refuse(error, TKZ_STATUS_INVALID_ARGUMENT, "the saved state is of a training to other sizes");
        if (tkz__load_u32(facts + 4) == 0)
            continue;
        target->report = trainer->report;
        status = read_model(target, source, &trainer->allocator, error);
        trainer->done_count += target->is_done;
    }
    return status;
}

/* Are the characters ones that text may have, and those of piece `index` of the alphabet that letter? */
static bool are_characters(const tkz_unigram_trainer *trainer, size_t index, const uint32_t *characters, uint32_t length)
{
    const tkz__unigram_sentences *sentences = &trainer->sentences;
    for (uint32_t i = 0; i < length; i++)
        if (tkz__piece_rules_refuse(&trainer->options->rules, characters[i]))
            return false;
    return index >= sentences->alphabet_count ||
           (length == 1 && characters[0] == sentences->alphabet[index].character);
}

static tkz_status read_piece(tkz_unigram_trainer *trainer, struct source *source, size_t index, uint32_t longest,
                             tkz_error *error)
{
    enum { LONGEST = 512 }; /* that max_sentencepiece_length may be */
    uint32_t characters[LONGEST];
    const uint8_t *facts = take(source, 12), *text;
    if (facts == NULL)
        return damaged(error);
    double score = number_of(tkz__load_u64(facts));
    uint32_t length = tkz__load_u32(facts + 8);
    if (length == 0 || length > longest || longest > LONGEST || !(score <= 0) || !isfinite(score))
        return damaged(error);
    text = take(source, (uint64_t)length * 4);
    for (uint32_t i = 0; text != NULL && i < length; i++)
        characters[i] = tkz__load_u32(text + (size_t)i * 4);
    if (text == NULL || !are_characters(trainer, index, characters, length))
        return damaged(error);
    bool is_kept = index < trainer->sentences.alphabet_count + trainer->sentences.required.count;
    tkz_status status = tkz__unigram_pieces_add(&trainer->pieces, characters, length, 0, is_kept, error);
    if (status == TKZ_OK)
        tkz__unigram_pieces_score(&trainer->pieces, index, score);
    return status;
}

/* The pieces, the alphabet first. `longest`: of the longest that there was at the beginning. */
static tkz_status read_pieces(tkz_unigram_trainer *trainer, struct source *source, uint32_t longest, tkz_error *error)
{
    const uint8_t *number = take(source, 8);
    uint64_t count = number != NULL ? tkz__load_u64(number) : 0;
    if (number == NULL || (longest > 0 && (count < trainer->sentences.alphabet_count + trainer->sentences.required.count ||
                                                    count > trainer->report.seeds)) ||
        (longest == 0 && count > 0))
        return damaged(error);
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < count; i++)
        status = read_piece(trainer, source, i, longest, error);
    if (status != TKZ_OK || longest == 0)
        return status;
    status = tkz__unigram_trainer_place(trainer, error);
    if (status == TKZ_OK)
        status = tkz__unigram_em_widen(&trainer->em, longest, error);
    return status;
}

tkz_status tkz_unigram_trainer_restore(tkz_unigram_trainer *trainer, const void *data, size_t size, tkz_error *error)
{
    const uint8_t *bytes = data;
    if (trainer->has_pieces || trainer->done_count > 0)
        return refuse(error, TKZ_STATUS_INVALID_ARGUMENT, "this trainer has run already");
    tkz_status status = check_state(trainer, bytes, size, error);
    if (status != TKZ_OK)
        return status;
    struct source source = {bytes + HEAD, size - HEAD - TAIL};
    trainer->report.seeds = tkz__load_u64(bytes + 32);
    trainer->report.prunings = tkz__load_u32(bytes + 40);
    status = read_targets(trainer, &source, error);
    if (status == TKZ_OK)
        status = read_pieces(trainer, &source, tkz__load_u32(bytes + 44), error);
    if (status == TKZ_OK && source.left > 0)
        status = damaged(error);
    return status;
}
