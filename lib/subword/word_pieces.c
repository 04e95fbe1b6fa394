/* SPDX-License-Identifier: Apache-2.0
 *
 * Encoding by the longest piece first, by words, and by characters. Leans on the tables that
 * word_piece_tables.c makes.
 *
 * WordPiece and WordLevel are those of HF tokenizers 0.23 (src/models/wordpiece,
 * src/models/wordlevel), characters and words of a whole text those of sentencepiece 0.2.3
 * (src/char_model.cc, src/word_model.cc; SplitIntoWords and PopulateSentencePieceText for where words
 * begin and what becomes of unknown ones).
 */
#include "subword/word_pieces.h"

#include "subword/symbol_trie.h"
#include "text/utf8.h"

void tkz__word_pieces_worker_init(tkz__word_pieces_worker *worker, const tkz_allocator *allocator)
{
    *worker = (tkz__word_pieces_worker){.allocator = *allocator};
}

enum { BUCKETS = 1 << TKZ__PIECE_BUCKET_BITS };

void tkz__word_pieces_worker_free(tkz__word_pieces_worker *worker)
{
    tkz__release(&worker->allocator, worker->cache, BUCKETS * sizeof *worker->cache);
    worker->cache = NULL;
}

/* ---- The trie ------------------------------------------------------------ */

/* As tkz__trie_longest, from a node on that is in the trie. */
static inline uint32_t longest_from(const tkz__word_trie *trie, uint32_t node, const uint8_t *bytes,
                                    size_t size, size_t *length)
{
    uint32_t found = 0;
    uint32_t base = tkz__image_u32(trie->nodes + (size_t)node * TKZ__TRIE_NODE_SIZE) &
                    ~TKZ__TRIE_END_BIT;
    size_t longest = 0;
    for (size_t at = 0; at < size; at++) {
        uint32_t child = base ^ bytes[at];
        if (child >= trie->count)
            break;
        const uint8_t *entry = trie->nodes + (size_t)child * TKZ__TRIE_NODE_SIZE;
        if (tkz__image_u32(entry + 4) != node)
            break;
        node = child;
        base = tkz__image_u32(entry);
        if ((base & TKZ__TRIE_END_BIT) != 0) {
            base &= ~TKZ__TRIE_END_BIT;
            found = node;
            longest = at + 1;
        }
    }
    *length = longest;
    return longest == 0 ? TKZ__NO_TOKEN : tkz__image_u32(trie->ends + (size_t)found * 4);
}

/* The token of exactly these bytes, or TKZ__NO_TOKEN. */
static uint32_t exactly(const tkz__word_trie *trie, const uint8_t *bytes, size_t size)
{
    size_t length;
    uint32_t id = longest_from(trie, 0, bytes, size, &length);
    return length == size ? id : TKZ__NO_TOKEN;
}

/* ---- Tokens -------------------------------------------------------------- */

/* One call of encode. There is room for a token of each byte. */
typedef struct run {
    const tkz__word_pieces *model;
    const uint8_t *text;
    tkz__token_list *tokens;
    bool is_damaged;  /* the tables name a token that is none */
    bool was_unknown; /* the token put last */
} run;

static void put(run *now, uint32_t id, size_t end)
{
    if (id >= now->model->token_count) {
        now->is_damaged = true;
        return;
    }
    tkz__token_list_put(now->tokens, id, end);
    now->was_unknown = false;
}

/* In sentencepiece all bytes but the last stand for nothing of the text. */
static void put_bytes(run *now, size_t start, size_t end)
{
    bool at_last = now->model->settings.sentencepiece;
    for (size_t at = start; at < end; at++)
        put(now, tkz__image_u32(now->model->byte_ids + 4 * (size_t)now->text[at]),
            at + 1 == end ? end
            : at_last     ? start
                          : at + 1);
}

static void put_unknown(run *now, size_t start, size_t end)
{
    const tkz__piece_settings *settings = &now->model->settings;
    if (now->model->byte_ids != NULL) {
        put_bytes(now, start, end);
    } else if (settings->fuse_unknown && now->was_unknown) {
        if (now->tokens->wants_ends)
            now->tokens->ends[now->tokens->count - 1] = (uint32_t)end;
    } else if (settings->unknown != UINT32_MAX) {
        put(now, settings->unknown, end);
        now->was_unknown = true;
    }
}

/* ---- The longest piece first --------------------------------------------- */

static bool is_longer_than(const uint8_t *text, size_t size, uint32_t characters)
{
    size_t count = 0;
    for (size_t at = 0; size > characters && at < size; at++)
        count += (text[at] & 0xC0) != 0x80;
    return count > characters;
}

/* A word that cannot be cut into pieces as a whole is unknown as a whole. */
static void encode_word(run *now, size_t size)
{
    const tkz__word_pieces *model = now->model;
    size_t first = now->tokens->count;
    bool known = !is_longer_than(now->text, size, model->settings.word_limit);
    uint32_t node = 0;
    for (size_t at = 0, length; known && at < size; at += length) {
        length = 0;
        uint32_t id = TKZ__NO_TOKEN;
        if (node != TKZ__NO_TOKEN)
            id = longest_from(&model->pieces, node, now->text + at, size - at, &length);
        known = length > 0;
        if (known)
            put(now, id, at + length);
        node = model->middle;
    }
    if (!known) {
        now->tokens->count = first;
        put_unknown(now, 0, size);
    }
}

/* ---- Words and characters ------------------------------------------------ */

static void put_whole(run *now, size_t start, size_t end)
{
    uint32_t id = exactly(&now->model->pieces, now->text + start, end - start);
    if (id == TKZ__NO_TOKEN)
        put_unknown(now, start, end);
    else
        put(now, id, end);
}

static bool is_space_mark(const uint8_t *text, size_t size)
{
    return size >= 3 && text[0] == 0xE2 && text[1] == 0x96 && text[2] == 0x81;
}

/* sentencepiece begins a word at each U+2581. */
static void encode_words(run *now, size_t size)
{
    size_t start = 0;
    for (size_t at = 1; at < size; at++) {
        if (is_space_mark(now->text + at, size - at)) {
            put_whole(now, start, at);
            start = at;
        }
    }
    put_whole(now, start, size);
}

static void encode_characters(run *now, size_t size)
{
    const tkz__word_pieces *model = now->model;
    for (size_t at = 0, length; at < size; at += length) {
        uint32_t character;
        length = 0;
        if (model->frozen.count > 0)
            longest_from(&model->frozen, 0, now->text + at, size - at, &length);
        if (length == 0)
            length = tkz__utf8_next((const char *)now->text + at, size - at, &character);
        put_whole(now, at, at + length);
    }
}

/* ---- The start of a text ------------------------------------------------------ */

/* May what is unknown, and ends here, go on behind? */
static bool goes_on(const tkz__word_pieces *model, const uint8_t *piece, size_t size)
{
    return model->byte_ids == NULL && model->settings.fuse_unknown &&
           exactly(&model->pieces, piece, size) == TKZ__NO_TOKEN;
}

/* Do all of the bytes stand in the trie, so that more may? */
static bool is_open(const tkz__word_trie *trie, const uint8_t *bytes, size_t size)
{
    uint32_t node = 0;
    for (size_t at = 0; at < size; at++) {
        const uint8_t *entry = trie->nodes + (size_t)node * TKZ__TRIE_NODE_SIZE;
        uint32_t child = (tkz__image_u32(entry) & ~TKZ__TRIE_END_BIT) ^ bytes[at];
        if (child >= trie->count ||
            tkz__image_u32(trie->nodes + (size_t)child * TKZ__TRIE_NODE_SIZE + 4) != node)
            return false;
        node = child;
    }
    return true;
}

static size_t last_character(const tkz__word_pieces *model, const uint8_t *text, size_t size)
{
    size_t last = 0;
    for (size_t at = 0, length; at < size; at += length) {
        uint32_t character;
        length = 0;
        if (model->frozen.count > 0 && is_open(&model->frozen, text + at, size - at))
            break;
        if (model->frozen.count > 0)
            longest_from(&model->frozen, 0, text + at, size - at, &length);
        if (length == 0)
            length = tkz__utf8_next((const char *)text + at, size - at, &character);
        if (!goes_on(model, text + at, length))
            last = at + length;
    }
    return last;
}

size_t tkz__word_pieces_last_cut(const tkz__word_pieces *model, const uint8_t *text, size_t size)
{
    size_t last = 0, start = 0;
    if (model->kind == TKZ__MODEL_CHARACTER)
        return last_character(model, text, size);
    for (size_t at = 1; at < size; at++) {
        if (!is_space_mark(text + at, size - at))
            continue;
        if (!goes_on(model, text + start, at - start))
            last = at;
        start = at;
    }
    return last;
}

/* ---- A chunk ------------------------------------------------------------- */

static tkz_status damaged(tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                          "the tokenizer image is damaged: its pieces name a token that is not "
                          "there; make or copy it again");
}

static tkz_status encode(const tkz__word_pieces *model, const uint8_t *text, size_t size,
                         tkz__token_list *tokens, tkz_error *error)
{
    tkz_status status = tkz__token_list_reserve(tokens, size, error);
    if (status != TKZ_OK)
        return status;
    run now = {.model = model, .text = text, .tokens = tokens};
    if (model->kind == TKZ__MODEL_WORD_PIECE)
        encode_word(&now, size);
    else if (model->kind == TKZ__MODEL_CHARACTER)
        encode_characters(&now, size);
    else if (model->settings.sentencepiece)
        encode_words(&now, size);
    else
        put_whole(&now, 0, size);
    return now.is_damaged ? damaged(error) : TKZ_OK;
}

/* ---- Words that came before ---------------------------------------------- */

/* Texts repeat their words: a table of short ones that were encoded, without ends. */
static tkz_status encode_cached(tkz__word_pieces_worker *worker, const tkz__word_pieces *model,
                                const uint8_t *text, size_t size, tkz__token_list *tokens,
                                tkz_error *error)
{
    if (worker->cache == NULL) {
        worker->cache = tkz__allocate_zeroed(&worker->allocator, BUCKETS * sizeof *worker->cache);
        if (worker->cache == NULL)
            return tkz__error_memory(error, BUCKETS * sizeof *worker->cache);
    }
    tkz__piece_key key = tkz__piece_key_at_end(text, size, size);
    tkz__piece_bucket *bucket = worker->cache + tkz__piece_bucket_of(key);
    const tkz__piece_entry *known = tkz__piece_find(bucket, key);
    size_t first = tokens->count;
    tkz_status status;
    if (known == NULL) {
        status = encode(model, text, size, tokens, error);
        size_t count = tokens->count - first;
        if (status == TKZ_OK && count > 0 && count <= TKZ__PIECE_MOST_IDS)
            tkz__piece_keep(bucket, key, tokens->ids + first, count);
        return status;
    }
    status = tkz__token_list_reserve(tokens, TKZ__PIECE_MOST_IDS, error);
    if (status != TKZ_OK)
        return status;
    uint32_t *ids = tokens->ids + first;
    memcpy(ids, known->ids, sizeof known->ids);
    tokens->count += ids[0] >> 24;
    ids[0] &= 0xFFFFFF;
    return TKZ_OK;
}

void tkz__word_pieces_expect(const tkz__word_pieces_worker *worker, const uint8_t *text, size_t size,
                             size_t readable)
{
    if (worker->cache == NULL || size == 0 || size > TKZ__PIECE_MOST_BYTES)
        return;
    tkz__piece_key key = tkz__piece_key_at_end(text, size, readable);
    __builtin_prefetch(worker->cache + tkz__piece_bucket_of(key));
}

tkz_status tkz__word_pieces_encode(tkz__word_pieces_worker *worker, const tkz__word_pieces *model,
                                   const uint8_t *text, size_t size, tkz__token_list *tokens,
                                   tkz_error *error)
{
    if (size == 0)
        return TKZ_OK;
    if (model->kind == TKZ__MODEL_WORD_PIECE && size <= TKZ__PIECE_MOST_BYTES &&
        !tokens->wants_ends)
        return encode_cached(worker, model, text, size, tokens, error);
    return encode(model, text, size, tokens, error);
}
