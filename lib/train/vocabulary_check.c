/* SPDX-License-Identifier: Apache-2.0
 *
 * What is odd in a vocabulary, token by token. Leans on vocabulary_rows and core's byte map.
 */
#include <string.h>

#include "core/byte_map.h"
#include "tokenize/text.h"
#include "tokenize/vocabulary.h"
#include "train/vocabulary_rows.h"

/* Is a token one that text should become: of the vocabulary, not added, no control or byte piece? */
static bool is_plain(const tkz_tokenizer *tokenizer, const uint8_t *notes, uint32_t id)
{
    tkz__piece_type type = tkz__tokenizer_type(tokenizer, id);
    return (notes[id] & TKZ__ID_ORDINARY) != 0 && !tkz__tokenizer_is_special(tokenizer, id) &&
           !tkz__vocabulary_is_wall(tokenizer, id) && type != TKZ__PIECE_USER_DEFINED &&
           type != TKZ__PIECE_UNUSED;
}

/* Tokens that encode to something else, by a row for each id; of the others it is empty. */
static tkz_status check_rows(const tkz_tokenizer *tokenizer, const uint8_t *notes,
                             const tkz_allocator *allocator, tkz_vocabulary_findings *findings,
                             tkz_error *error)
{
    uint32_t count = tkz_tokenizer_size(tokenizer);
    size_t places = (size_t)count + 1;
    tkz__buffer text;
    tkz_tokenizer *bare = NULL;
    tkz__vocabulary_rows rows;
    tkz__buffer_init(&text, allocator);
    uint64_t *offsets = tkz__allocate_array(allocator, places, sizeof *offsets);
    tkz_status status = offsets != NULL
                            ? tkz__vocabulary_bare(tokenizer, allocator, &bare, error)
                            : tkz__error_memory(error, places * sizeof *offsets);
    for (uint32_t id = 0; status == TKZ_OK && id < count; id++) {
        const uint8_t *bytes;
        size_t size;
        offsets[id] = text.size;
        if (is_plain(tokenizer, notes, id) &&
            tkz_tokenizer_token(tokenizer, id, &bytes, &size, NULL, NULL) == TKZ_OK)
            status = tkz__buffer_append(&text, bytes, size, error);
    }
    if (status == TKZ_OK) {
        offsets[count] = text.size;
        const tkz_word_list words = {(const char *)text.data, offsets, NULL, count};
        status = tkz__vocabulary_rows_make(&rows, bare, &words, false, allocator, error);
    }
    for (uint32_t id = 0; status == TKZ_OK && id < count; id++) {
        uint64_t size = rows.offsets[id + 1] - rows.offsets[id];
        if (offsets[id + 1] > offsets[id] &&
            (size != 1 || rows.ids[rows.offsets[id]] != id) && findings->unreachable++ == 0)
            findings->example = id;
    }
    if (status == TKZ_OK)
        tkz__vocabulary_rows_free(&rows);
    tkz_tokenizer_free(bare);
    tkz__release_array(allocator, offsets, places, sizeof *offsets);
    tkz__buffer_free(&text);
    return status;
}

/* Merges that stand before the one that makes a half of theirs, so that it is there too late. */
static tkz_status check_merges(const tkz_tokenizer *tokenizer, const tkz_allocator *allocator,
                               tkz_vocabulary_findings *findings, tkz_error *error)
{
    const tkz__image *image = tkz__tokenizer_image(tokenizer);
    uint32_t count = tkz_tokenizer_size(tokenizer), left, right, result;
    if (!tkz__image_merges(image->kind) || (image->flags & TKZ__IMAGE_BY_SCORE) != 0)
        return TKZ_OK;
    uint32_t *made = tkz__allocate_zeroed(allocator, (size_t)count * sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, (size_t)count * sizeof *made);
    for (uint32_t i = tkz__tokenizer_merge_count(tokenizer); i-- > 0;) {
        tkz__tokenizer_merge(tokenizer, i, &left, &right, &result);
        if (result < count)
            made[result] = i + 1; /* the first that makes it, at the end */
    }
    for (uint32_t i = 0; i < tkz__tokenizer_merge_count(tokenizer); i++) {
        tkz__tokenizer_merge(tokenizer, i, &left, &right, &result);
        findings->late_merges += (left < count && made[left] > i + 1) ||
                                 (right < count && made[right] > i + 1);
    }
    tkz__release(allocator, made, (size_t)count * sizeof *made);
    return TKZ_OK;
}

/* Broken characters, and pieces that stand with and without U+2581. */
static tkz_status check_texts(const tkz_tokenizer *tokenizer, const uint8_t *notes,
                              const tkz_allocator *allocator, tkz_vocabulary_findings *findings,
                              tkz_error *error)
{
    enum { MARK = 3 };
    tkz__byte_map texts;
    tkz_status status = TKZ_OK;
    const uint8_t *bytes;
    size_t size;
    tkz__byte_map_init(&texts, allocator);
    for (uint32_t id = 0; status == TKZ_OK && id < tkz_tokenizer_size(tokenizer); id++) {
        uint64_t *value;
        if (!is_plain(tokenizer, notes, id) ||
            tkz_tokenizer_token(tokenizer, id, &bytes, &size, NULL, NULL) != TKZ_OK)
            continue;
        findings->tokens++;
        findings->broken += tkz_utf8_valid_prefix((const char *)bytes, size) != size;
        status = tkz__byte_map_insert(&texts, bytes, size, &value, NULL, error);
    }
    for (size_t i = 0; status == TKZ_OK && i < texts.count; i++) {
        bytes = tkz__byte_map_key(&texts, &texts.entries[i]);
        size = texts.entries[i].key_size;
        findings->marked_twins += size > MARK && memcmp(bytes, "\xE2\x96\x81", MARK) == 0 &&
                                  tkz__byte_map_find(&texts, bytes + MARK, size - MARK) != NULL;
    }
    tkz__byte_map_free(&texts);
    return status;
}

tkz_status tkz_vocabulary_check(const tkz_tokenizer *tokenizer, const tkz_allocator *allocator,
                                tkz_vocabulary_findings *findings, tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    uint32_t count = tkz_tokenizer_size(tokenizer);
    memset(findings, 0, sizeof *findings);
    uint8_t *notes = tkz__allocate(&memory, count);
    if (notes == NULL)
        return tkz__error_memory(error, count);
    tkz__tokenizer_note_ids(tokenizer, notes);
    tkz_status status = check_texts(tokenizer, notes, &memory, findings, error);
    if (status == TKZ_OK)
        status = check_merges(tokenizer, &memory, findings, error);
    if (status == TKZ_OK)
        status = check_rows(tokenizer, notes, &memory, findings, error);
    for (findings->multiple = 1;
         findings->multiple < 1024 && count % (findings->multiple * 2) == 0;)
        findings->multiple *= 2;
    tkz__release(&memory, notes, count);
    return status;
}
