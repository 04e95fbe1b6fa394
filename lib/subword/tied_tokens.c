/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens whose merges have one rank with those of others. Leans on the image and the
 * trie.
 */
#include "subword/tied_tokens.h"

#include "subword/symbol_trie.h"

void tkz__tied_tokens_free(tkz__tied_tokens *tied)
{
    tkz__buffer_free(&tied->nodes);
    tkz__buffer_free(&tied->ends);
    tied->node_count = tied->count = 0;
}

static tkz_status add(tkz__tied_tokens *tied, const tkz__image *image, uint32_t id,
                      tkz__trie_builder *trie, tkz_error *error)
{
    const uint8_t *bytes;
    size_t size;
    if (id >= image->token_count || !tkz__image_token(image, id, &bytes, &size))
        return TKZ_OK; /* a damaged image */
    tied->count++;
    return tkz__trie_builder_add(trie, bytes, size, id, error);
}

/* Merges of one rank stand side by side. */
static tkz_status add_all(tkz__tied_tokens *tied, const tkz__image *image,
                          tkz__trie_builder *trie, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (uint32_t i = 1; status == TKZ_OK && i < image->merge_count; i++) {
        tkz__image_merge before = tkz__image_merge_at(image, i - 1);
        tkz__image_merge merge = tkz__image_merge_at(image, i);
        if (merge.result == before.result ||
            tkz__image_merge_rank(image, i) != tkz__image_merge_rank(image, i - 1))
            continue;
        status = add(tied, image, before.result, trie, error);
        if (status == TKZ_OK)
            status = add(tied, image, merge.result, trie, error);
    }
    return status;
}

tkz_status tkz__tied_tokens_make(tkz__tied_tokens *tied, const tkz__image *image,
                                 const tkz_allocator *allocator, tkz_error *error)
{
    *tied = (tkz__tied_tokens){.count = 0};
    tkz__buffer_init(&tied->nodes, allocator);
    tkz__buffer_init(&tied->ends, allocator);
    if (image->sizes[TKZ__SECTION_RANKS] == 0)
        return TKZ_OK;
    tkz__trie_builder *trie = NULL;
    tkz_status status = tkz__trie_builder_new(&trie, allocator, error);
    if (status == TKZ_OK)
        status = add_all(tied, image, trie, error);
    if (status == TKZ_OK && tied->count > 0)
        status = tkz__trie_builder_write(trie, &tied->nodes, &tied->ends, error);
    tkz__trie_builder_free(trie);
    if (status != TKZ_OK)
        tkz__tied_tokens_free(tied);
    tied->node_count = (uint32_t)(tied->ends.size / 4);
    return status;
}

bool tkz__tied_tokens_in(const tkz__tied_tokens *tied, const uint8_t *bytes, size_t size)
{
    size_t length;
    for (size_t at = 0; tied->count > 0 && at < size; at++) {
        if (tkz__trie_longest(tied->nodes.data, tied->ends.data, tied->node_count, bytes + at,
                              size - at, &length) != TKZ__NO_TOKEN)
            return true;
    }
    return false;
}
