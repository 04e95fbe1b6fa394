/* SPDX-License-Identifier: Apache-2.0
 *
 * A model without some of its tokens: the rules, and the model that is left. Leans on
 * vocabulary_prune.h and on text's patterns.
 */
#include "train/vocabulary_prune.h"

#include <inttypes.h>
#include <string.h>

#include "core/byte_map.h"
#include "text/pattern.h"
#include "tokenize/text.h"

/* ---- States --------------------------------------------------------------------------- */

void tkz__pruner_drop(tkz__pruner *pruner, uint32_t id)
{
    pruner->states[id] |= TKZ__PRUNE_GONE;
    pruner->tokens--;
}

/* A byte of byte-level BPE, or a character where none may be unknown. */
static bool is_symbol(const tkz__pruner *pruner, const uint8_t *bytes, size_t size)
{
    if (tkz__tokenizer_kind(pruner->tokenizer) == TKZ__MODEL_BYTE_BPE)
        return size == 1;
    return !tkz__tokenizer_pieces(pruner->tokenizer)->byte_fallback &&
           tkz_utf8_count((const char *)bytes, size) == 1;
}

static void find_kept(tkz__pruner *pruner)
{
    for (uint32_t id = 0; id < pruner->count; id++) {
        const uint8_t *bytes;
        size_t size;
        tkz__piece_type type = tkz__tokenizer_type(pruner->tokenizer, id);
        if (tkz_tokenizer_token(pruner->tokenizer, id, &bytes, &size, NULL, NULL) != TKZ_OK)
            continue;
        pruner->tokens++;
        if (is_symbol(pruner, bytes, size) || tkz__vocabulary_is_wall(pruner->tokenizer, id) ||
            type == TKZ__PIECE_USER_DEFINED || (pruner->notes[id] & TKZ__ID_ORDINARY) == 0)
            pruner->states[id] = TKZ__PRUNE_KEPT;
    }
    for (uint32_t i = 0; i < tkz__tokenizer_added_count(pruner->tokenizer); i++) {
        uint32_t flags, id = tkz__tokenizer_added(pruner->tokenizer, i, &flags);
        if (id < pruner->count)
            pruner->states[id] = TKZ__PRUNE_KEPT;
    }
}

/* ---- The model without them ------------------------------------------------------------- */

/* Of those that stay, ids 0, 1, ... where `is_dense`, else their own. */
static void number_ids(tkz__pruner *pruner, bool is_dense)
{
    uint32_t next = 0;
    for (uint32_t id = 0; id < pruner->count; id++) {
        bool stays = (pruner->notes[id] & TKZ__ID_THERE) != 0 &&
                     (pruner->states[id] & TKZ__PRUNE_GONE) == 0;
        pruner->new_ids[id] = !stays ? TKZ__NO_TOKEN : is_dense ? next : id;
        next += stays;
    }
}

static tkz_status make_bare(tkz__pruner *pruner, tkz_tokenizer **bare)
{
    number_ids(pruner, false);
    const tkz__tokenizer_edit edit = {.new_ids = pruner->new_ids, .is_bare = true};
    return tkz__tokenizer_edit_make(pruner->tokenizer, &edit, &pruner->allocator, bare,
                                    pruner->error);
}

tkz_status tkz__pruner_count(tkz__pruner *pruner)
{
    tkz_tokenizer *bare;
    tkz__vocabulary_rows rows;
    tkz_status status = make_bare(pruner, &bare);
    if (status != TKZ_OK)
        return status;
    status = tkz__vocabulary_rows_make(&rows, bare, pruner->words, pruner->has_marks,
                                       &pruner->allocator, pruner->error);
    tkz_tokenizer_free(bare);
    if (status != TKZ_OK)
        return status;
    memset(pruner->frequencies, 0, pruner->count * sizeof *pruner->frequencies);
    for (size_t word = 0; word < rows.count; word++)
        for (uint64_t i = rows.offsets[word]; i < rows.offsets[word + 1]; i++)
            if (rows.ids[i] < pruner->count &&
                __builtin_add_overflow(pruner->frequencies[rows.ids[i]],
                                       pruner->words->counts[word],
                                       &pruner->frequencies[rows.ids[i]]))
                pruner->frequencies[rows.ids[i]] = UINT64_MAX;
    tkz__vocabulary_rows_free(&rows);
    return TKZ_OK;
}

/* ---- Do tokens encode to themselves? ------------------------------------------------------ */

/* Texts of all tokens, one row each: an id whose token has gone or never was has an empty one. */
static tkz_status check_all(tkz__pruner *pruner, uint8_t *reached)
{
    tkz__buffer text;
    tkz_tokenizer *bare = NULL;
    tkz__vocabulary_rows rows;
    tkz__buffer_init(&text, &pruner->allocator);
    size_t places = (size_t)pruner->count + 1;
    uint64_t *offsets = tkz__allocate_array(&pruner->allocator, places, sizeof *offsets);
    tkz_status status = offsets != NULL ? make_bare(pruner, &bare)
                                        : tkz__error_memory(pruner->error,
                                                            places * sizeof *offsets);
    for (uint32_t id = 0; status == TKZ_OK && id < pruner->count; id++) {
        const uint8_t *bytes;
        size_t size;
        offsets[id] = text.size;
        if (pruner->new_ids[id] != TKZ__NO_TOKEN &&
            tkz_tokenizer_token(pruner->tokenizer, id, &bytes, &size, NULL, NULL) == TKZ_OK)
            status = tkz__buffer_append(&text, bytes, size, pruner->error);
    }
    if (status == TKZ_OK) {
        offsets[pruner->count] = text.size;
        const tkz_word_list words = {(const char *)text.data, offsets, NULL, pruner->count};
        status = tkz__vocabulary_rows_make(&rows, bare, &words, false, &pruner->allocator,
                                           pruner->error);
    }
    if (status == TKZ_OK) {
        for (uint32_t id = 0; id < pruner->count; id++)
            reached[id] = rows.offsets[id + 1] - rows.offsets[id] == 1 &&
                          rows.ids[rows.offsets[id]] == id;
        tkz__vocabulary_rows_free(&rows);
    }
    tkz_tokenizer_free(bare);
    tkz__release_array(&pruner->allocator, offsets, places, sizeof *offsets);
    tkz__buffer_free(&text);
    return status;
}

/* Drops what was reached before and is no longer, until nothing changes: each round takes at least one. */
static tkz_status drop_dependent(tkz__pruner *pruner, const uint8_t *before, uint8_t *now,
                                 uint32_t *dropped)
{
    for (;;) {
        uint32_t count = *dropped;
        tkz_status status = check_all(pruner, now);
        if (status != TKZ_OK)
            return status;
        for (uint32_t id = 0; id < pruner->count; id++) {
            if (before[id] == 0 || now[id] != 0 || !tkz__pruner_may_go(pruner, id))
                continue;
            tkz__pruner_drop(pruner, id);
            ++*dropped;
        }
        if (*dropped == count)
            return TKZ_OK;
    }
}

/* ---- Rules ------------------------------------------------------------------------------- */

typedef struct rule_book {
    const tkz_prune_rules *rules;
    tkz__byte_map listed;
    tkz__pattern *pattern; /* NULL: none */
    tkz__pattern_search search;
} rule_book;

static tkz_status open_book(tkz__pruner *pruner, rule_book *book)
{
    const tkz_piece_list *list = book->rules->list;
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && list != NULL && i < list->count; i++) {
        uint64_t *value;
        status = tkz__byte_map_insert(&book->listed, list->data + list->offsets[i],
                                      (size_t)(list->offsets[i + 1] - list->offsets[i]), &value,
                                      NULL, pruner->error);
    }
    if (status == TKZ_OK && book->rules->matching != NULL)
        status = tkz__pattern_new(&book->pattern, TKZ__DIALECT_ONIGURUMA, book->rules->matching,
                                  book->rules->matching_size, &pruner->allocator, pruner->error);
    return status;
}

static tkz_status is_named(rule_book *book, const uint8_t *bytes, size_t size, bool *named,
                           tkz_error *error)
{
    size_t start, end;
    *named = tkz__byte_map_find(&book->listed, bytes, size) != NULL ||
             (book->rules->longest_characters > 0 &&
              tkz_utf8_count((const char *)bytes, size) > book->rules->longest_characters);
    if (*named || book->pattern == NULL)
        return TKZ_OK;
    tkz__pattern_search_allow(&book->search, size);
    tkz__pattern_search_text(&book->search, book->pattern, (const char *)bytes, size);
    return tkz__pattern_search_next(&book->search, &start, &end, named, error);
}

static tkz_status drop_named(tkz__pruner *pruner, const tkz_prune_rules *rules, uint32_t *dropped)
{
    rule_book book = {.rules = rules};
    tkz__byte_map_init(&book.listed, &pruner->allocator);
    tkz__pattern_search_init(&book.search, &pruner->allocator);
    tkz_status status = open_book(pruner, &book);
    for (uint32_t id = 0; status == TKZ_OK && id < pruner->count; id++) {
        const uint8_t *bytes;
        size_t size;
        bool named;
        if (!tkz__pruner_may_go(pruner, id) ||
            tkz_tokenizer_token(pruner->tokenizer, id, &bytes, &size, NULL, NULL) != TKZ_OK)
            continue;
        status = is_named(&book, bytes, size, &named, pruner->error);
        if (status != TKZ_OK || !named)
            continue;
        tkz__pruner_drop(pruner, id);
        ++*dropped;
    }
    tkz__pattern_free(book.pattern);
    tkz__pattern_search_free(&book.search);
    tkz__byte_map_free(&book.listed);
    return status;
}

/* ---- All of it ---------------------------------------------------------------------------- */

static tkz_status make_model(tkz__pruner *pruner, tkz_tokenizer **pruned)
{
    static const char provenance[] = "{\"trainer\":\"prune\"}";
    number_ids(pruner, true);
    const tkz__tokenizer_edit edit = {.new_ids = pruner->new_ids, .provenance = provenance,
                                      .provenance_size = sizeof provenance - 1};
    return tkz__tokenizer_edit_make(pruner->tokenizer, &edit, &pruner->allocator, pruned,
                                    pruner->error);
}

static tkz_status prune(tkz__pruner *pruner, const tkz_prune_rules *rules, uint8_t *before,
                        uint8_t *now, tkz_tokenizer **pruned, tkz_pruning *pruning)
{
    bool is_bpe = tkz__tokenizer_kind(pruner->tokenizer) != TKZ__MODEL_UNIGRAM, is_short = false;
    tkz_status status = check_all(pruner, before);
    pruning->before = pruner->tokens;
    if (status == TKZ_OK)
        status = drop_named(pruner, rules, &pruning->named);
    if (status == TKZ_OK && is_bpe && pruning->named > 0)
        status = drop_dependent(pruner, before, now, &pruning->dependent);
    uint32_t left = pruner->tokens;
    if (status == TKZ_OK && rules->size > 0 && left > rules->size)
        status = is_bpe ? tkz__prune_leaves(pruner, rules->size, &is_short)
                        : tkz__prune_likelihood(pruner, rules->size, &is_short);
    pruning->rare = left - pruner->tokens;
    pruning->after = pruner->tokens;
    pruning->is_short = is_short;
    if (status == TKZ_OK)
        status = check_all(pruner, now);
    for (uint32_t id = 0; status == TKZ_OK && id < pruner->count; id++)
        pruning->unreachable += before[id] != 0 && now[id] == 0 && is_bpe &&
                                (pruner->states[id] & TKZ__PRUNE_GONE) == 0;
    return status == TKZ_OK ? make_model(pruner, pruned) : status;
}

tkz_status tkz_vocabulary_prune(const tkz_tokenizer *tokenizer, const tkz_prune_rules *rules,
                                const tkz_word_list *words, const tkz_allocator *allocator,
                                tkz_tokenizer **pruned, tkz_pruning *pruning, tkz_error *error)
{
    tkz__pruner own = {.tokenizer = tokenizer, .words = words, .error = error,
                       .allocator = tkz__allocator_or_default(allocator),
                       .count = tkz_tokenizer_size(tokenizer),
                       .has_marks = tkz__vocabulary_has_marks(tokenizer)};
    tkz__model_kind kind = tkz__tokenizer_kind(tokenizer);
    *pruned = NULL;
    memset(pruning, 0, sizeof *pruning);
    if (kind != TKZ__MODEL_UNIGRAM && kind != TKZ__MODEL_BYTE_BPE &&
        kind != TKZ__MODEL_CHARACTER_BPE)
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "only a BPE or a Unigram model can be pruned");
    if (rules->size > 0 && words == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "size", TKZ__NO_OFFSET,
                              "words must say which tokens are rare");
    uint8_t *bytes = tkz__allocate_array(&own.allocator, own.count, 4);
    own.frequencies = tkz__allocate_array(&own.allocator, own.count, sizeof *own.frequencies);
    own.new_ids = tkz__allocate_array(&own.allocator, own.count, sizeof *own.new_ids);
    tkz_status status = TKZ_OK;
    if (bytes == NULL || own.frequencies == NULL || own.new_ids == NULL)
        status = tkz__error_memory(error, own.count * sizeof *own.frequencies);
    if (status == TKZ_OK) {
        memset(bytes, 0, (size_t)own.count * 4);
        own.states = bytes;
        own.notes = bytes + own.count;
        tkz__tokenizer_note_ids(tokenizer, own.notes);
        find_kept(&own);
        status = prune(&own, rules, bytes + 2 * (size_t)own.count, bytes + 3 * (size_t)own.count,
                       pruned, pruning);
    }
    tkz__release_array(&own.allocator, bytes, own.count, 4);
    tkz__release_array(&own.allocator, own.frequencies, own.count, sizeof *own.frequencies);
    tkz__release_array(&own.allocator, own.new_ids, own.count, sizeof *own.new_ids);
    return status;
}
