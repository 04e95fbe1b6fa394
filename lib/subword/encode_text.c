/* SPDX-License-Identifier: Apache-2.0
 *
 * One text to ids: text to chunks, chunks to pieces, pieces to ids. Leans on the
 * pre-tokenizer, the borders, the piece cache and matching.
 */
#include "subword/chunk_borders.h"
#include "subword/dropout.h"
#include "subword/encode_no_text.h"
#include "subword/encoder_parts.h"
#include "subword/hidden_tokens.h"
#include "subword/lone_characters.h"
#include "subword/merging.h"
#include "subword/whole_tokens.h"

typedef tkz__encoder_piece piece;

enum {
    BORDERS = 64,      /* that are looked for at a time */
    LONE_BLOCK = 1024, /* bytes of characters that stand alone, at a time */
    FEW_LONE = 24,     /* bytes of fewer of them, which are pieces as others */
    UNCUT = 3,         /* bytes of a chunk that is a piece as it is: one sign, mostly */
    LEAST_NATURAL = 3, /* bytes of its first symbol, if the text is natural */
    MOST_NATURAL = 64, /* bytes of a piece that matching is the faster way for */
    LONG_TEXT = 1 << 20, /* bytes of a text whose ids are many, and */
    SAMPLED = 1 << 16, /* of its start, which tells how many */
    LONG_ASCII = 256,  /* bytes of a chunk that are no word */
    STRAYS = TKZ__ENCODER_CHUNKS / 4 /* that are no text: more are likely to come */
};

#define NO_BUCKET UINT32_MAX /* of a piece that is not looked for in the cache */

tkz_status tkz__encoder_reserve_ids(tkz_encoder *encoder, size_t extra, tkz_error *error)
{
    size_t needed;
    if (!tkz__size_add(encoder->id_count, extra, &needed))
        return tkz__error_memory(error, extra);
    if (needed <= encoder->id_capacity)
        return TKZ_OK;
    return tkz__array_reserve(&encoder->allocator, (void **)&encoder->ids, &encoder->id_capacity,
                              needed, sizeof *encoder->ids, error);
}

tkz_status tkz__encoder_push(tkz_encoder *encoder, uint32_t id, tkz_error *error)
{
    tkz_status status = tkz__encoder_reserve_ids(encoder, 1, error);
    if (status == TKZ_OK)
        encoder->ids[encoder->id_count++] = id;
    return status;
}

tkz_status tkz__encoder_damaged(tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                          "the tokenizer image is damaged: it cannot encode; make or copy it "
                          "again");
}

/* ---- Pieces that are not in the cache ---------------------------------- */

/* Copies the bytes that have tokens. Neighbours of those that have none may merge (HF leaves out
 * what is
 * not in its vocabulary before it merges: src/models/bpe/model.rs). */
static size_t keep_bytes(const tkz__image *image, const uint8_t *bytes, size_t size, uint8_t *kept)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++) {
        if (tkz__image_item(image, TKZ__SECTION_SYMBOL_IDS, bytes[i]) != TKZ__NO_TOKEN)
            kept[count++] = bytes[i];
    }
    return count;
}

static tkz_status reserve_kept(tkz_encoder *encoder, size_t size, tkz_error *error)
{
    return tkz__array_reserve(&encoder->allocator, (void **)&encoder->kept,
                              &encoder->kept_capacity, size, 1, error);
}

tkz_status tkz__encoder_keep_bytes(tkz_encoder *encoder, const uint8_t **bytes, size_t *size,
                                   tkz_error *error)
{
    if (!encoder->image->drops_bytes)
        return TKZ_OK;
    tkz_status status = reserve_kept(encoder, *size, error);
    if (status != TKZ_OK)
        return status;
    *size = keep_bytes(encoder->image, *bytes, *size, encoder->kept);
    *bytes = encoder->kept;
    return TKZ_OK;
}

/* Do only the ranks of all merges say how a piece is encoded? */
static bool needs_ranks(const tkz_encoder *encoder, const uint8_t *bytes, size_t size)
{
    return (encoder->image->flags & TKZ__IMAGE_OUT_OF_ORDER) != 0 ||
           (encoder->tied->count > 0 && tkz__tied_tokens_in(encoder->tied, bytes, size));
}

static size_t encode_by_rank(const tkz_encoder *encoder, const uint8_t *bytes, size_t size,
                                  uint32_t *ids)
{
    tkz__dropout never = {.bound = 0};
    size_t count = tkz__ranked_merge(encoder->merger, &never, bytes, size, ids);
    if (count == 0)
        return SIZE_MAX;
    return tkz__hidden_tokens_expand(encoder->image, ids, count, size);
}

/* Puts ids in the place of the symbols of `size` bytes; SIZE_MAX if the image is damaged. */
static size_t ids_of_symbols(const tkz__image *image, uint32_t *symbols, size_t count, size_t size)
{
    uint32_t greatest = 0;
    for (size_t i = 0; i < count; i++) {
        symbols[i] = tkz__image_item(image, TKZ__SECTION_SYMBOL_IDS, symbols[i]);
        greatest = symbols[i] > greatest ? symbols[i] : greatest;
    }
    if (__builtin_expect(greatest < image->id_count, 1))
        return count;
    return greatest < image->token_count ? tkz__hidden_tokens_expand(image, symbols, count, size)
                                         : SIZE_MAX;
}

static size_t ids_of_bytes(const tkz__image *image, const uint8_t *bytes, size_t size,
                           uint32_t *ids)
{
    for (size_t i = 0; i < size; i++)
        ids[i] = bytes[i];
    return ids_of_symbols(image, ids, size, size);
}

/* Encodes a piece into `ids`, which has room for one id a byte. `is_whole`: the piece is a chunk.
 * Returns the number of ids, which may be 0 where bytes have no tokens; SIZE_MAX if the image is
 * damaged. */
static size_t encode_bytes(const tkz_encoder *encoder, const uint8_t *bytes, size_t size,
                           bool is_whole, uint64_t *scratch, uint32_t *ids)
{
    const tkz__image *image = encoder->image;
    if (is_whole) {
        ids[0] = tkz__whole_tokens_find(image, bytes, size);
        if (ids[0] != TKZ__NO_TOKEN)
            return 1;
    }
    if (image->drops_bytes) {
        size = keep_bytes(image, bytes, size, encoder->kept);
        bytes = encoder->kept;
        if (size == 0)
            return 0;
    }
    if (needs_ranks(encoder, bytes, size))
        return encode_by_rank(encoder, bytes, size, ids);
    size_t symbols = 1, length;
    if (tkz__pair_memory_no_merge(image, &encoder->memory->pairs, bytes, size))
        return ids_of_bytes(image, bytes, size, ids);
    ids[0] = tkz__match_longest(image, bytes, size, &length);
    if (ids[0] == TKZ__NO_TOKEN)
        return SIZE_MAX; /* every byte is a symbol, if the image is sound */
    /* Natural text matches long symbols at once; what is longer than any word is not natural. */
    if (length < size) {
        if (length >= LEAST_NATURAL && size <= MOST_NATURAL)
            symbols = tkz__match_piece(image, encoder->memory, bytes, size, scratch, ids);
        else
            symbols = tkz__merge_piece(image, encoder->memory, bytes, size, scratch, ids);
    }
    if (symbols == 0)
        return SIZE_MAX;
    return ids_of_symbols(image, ids, symbols, size);
}

tkz_status tkz__encode_piece(tkz_encoder *encoder, const uint8_t *bytes, size_t size,
                             bool is_whole, tkz_error *error)
{
    tkz_status status = tkz__encoder_reserve_ids(encoder, size, error);
    if (status == TKZ_OK && encoder->image->drops_bytes)
        status = reserve_kept(encoder, size, error);
    if (status == TKZ_OK && needs_ranks(encoder, bytes, size))
        status = tkz__ranked_merger_reserve(encoder->merger, size, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&encoder->allocator, (void **)&encoder->scratch,
                                    &encoder->scratch_capacity, tkz__match_scratch(size),
                                    sizeof *encoder->scratch, error);
    if (status != TKZ_OK)
        return status;
    size_t count = encode_bytes(encoder, bytes, size, is_whole, encoder->scratch,
                                encoder->ids + encoder->id_count);
    if (count == SIZE_MAX)
        return tkz__encoder_damaged(error);
    encoder->id_count += count;
    return TKZ_OK;
}

/* A piece that is too long for the cache of short ones. */
static __attribute__((noinline)) tkz_status encode_long_piece(tkz_encoder *encoder,
                                                              const piece *own,
                                                              const uint8_t *bytes,
                                                              tkz_error *error)
{
    if (own->bucket == NO_BUCKET)
        return tkz__encode_piece(encoder, bytes, own->size, own->is_whole, error);
    tkz__long_piece *entry = encoder->long_cache + own->bucket;
    tkz__long_piece_key key = tkz__long_piece_key_at_end(bytes, own->size, own->size, own->is_whole);
    if (tkz__long_piece_is(entry, &key)) {
        /* There is room for all eight: a piece of this size is counted as fifteen ids at least. */
        uint32_t *ids = encoder->ids + encoder->id_count;
        memcpy(ids, entry->ids, sizeof entry->ids);
        encoder->id_count += ids[0] >> 24;
        ids[0] &= 0xFFFFFF;
        return TKZ_OK;
    }
    size_t before = encoder->id_count;
    tkz_status status = tkz__encode_piece(encoder, bytes, own->size, own->is_whole, error);
    size_t count = encoder->id_count - before;
    if (status == TKZ_OK && count <= TKZ__LONG_PIECE_MOST_IDS)
        tkz__long_piece_keep(entry, &key, encoder->ids + before, count);
    return status;
}

/* A short piece that the cache does not know. There is room for its ids. */
static tkz_status encode_new_piece(tkz_encoder *encoder, const piece *own, const uint8_t *bytes,
                                   tkz_error *error)
{
    uint64_t scratch[TKZ__PIECE_MOST_BYTES / 64 + 1];
    uint32_t *ids = encoder->ids + encoder->id_count;
    size_t count = encode_bytes(encoder, bytes, own->size,
                                (own->key.high & TKZ__PIECE_WHOLE) != 0, scratch, ids);
    if (count == SIZE_MAX)
        return tkz__encoder_damaged(error);
    if (count <= TKZ__PIECE_MOST_IDS && own->bucket != NO_BUCKET)
        tkz__piece_keep(encoder->cache + own->bucket, own->key, ids, count);
    encoder->id_count += count;
    return TKZ_OK;
}

/* ---- Pieces to ids ----------------------------------------------------- */

void tkz__encoder_fuse_unknown(tkz_encoder *encoder, size_t first)
{
    uint32_t unknown = encoder->image->pieces.unknown;
    size_t made = first;
    for (size_t i = first; i < encoder->id_count; i++) {
        bool is_unknown = encoder->ids[i] == unknown;
        if (!is_unknown || !encoder->after_unknown)
            encoder->ids[made++] = encoder->ids[i];
        encoder->after_unknown = is_unknown;
    }
    encoder->id_count = made;
}

/* The pieces that are collected, in the order of the text. */
static tkz_status encode_pieces(tkz_encoder *encoder, const uint8_t *text, tkz_error *error)
{
    size_t count = encoder->piece_count;
    encoder->piece_count = 0;
    if (encoder->counts_only) {
        encoder->counted += encoder->id_count;
        encoder->id_count = 0;
    }
    size_t first = encoder->id_count;
    tkz_status status = tkz__encoder_reserve_ids(encoder, count * TKZ__PIECE_MOST_BYTES, error);
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        const piece *next = &encoder->pieces[i];
        if (next->size > TKZ__PIECE_MOST_BYTES) {
            status = encode_long_piece(encoder, next, text + next->start, error);
            if (status == TKZ_OK)
                status = tkz__encoder_reserve_ids(encoder, (count - i) * TKZ__PIECE_MOST_BYTES, error);
            continue;
        }
        const tkz__piece_entry *found =
            next->bucket == NO_BUCKET
                ? NULL
                : tkz__piece_find(encoder->cache + next->bucket, next->key);
        if (found == NULL) {
            status = encode_new_piece(encoder, next, text + next->start, error);
            continue;
        }
        /* All four are copied, those beyond the count into room that is free. */
        uint32_t *ids = encoder->ids + encoder->id_count;
        memcpy(ids, found->ids, sizeof found->ids);
        encoder->id_count += ids[0] >> 24;
        ids[0] &= 0xFFFFFF;
    }
    if (encoder->fuses_unknown)
        tkz__encoder_fuse_unknown(encoder, first);
    return status;
}

/* ---- Chunks to pieces -------------------------------------------------- */

/* Collects a piece and asks for its bucket, so that the memory answers while others are collected;
 * all are encoded when there is no more room. */
static inline tkz_status add_short_piece(tkz_encoder *encoder, const uint8_t *text,
                                         tkz__piece_key key, size_t start, size_t size,
                                         tkz_error *error)
{
    uint32_t bucket = (uint32_t)tkz__piece_bucket_of(key);
    __builtin_prefetch(encoder->cache + bucket);
    piece *own = &encoder->pieces[encoder->piece_count++];
    own->key = key;
    own->bucket = bucket;
    own->start = (uint32_t)start;
    own->size = (uint32_t)size;
    return encoder->piece_count < TKZ__ENCODER_PIECES ? TKZ_OK
                                                      : encode_pieces(encoder, text, error);
}

/* The same for one that is too long for that cache. Away from the loop over short ones. */
static __attribute__((noinline)) tkz_status add_long_piece(tkz_encoder *encoder,
                                                           const uint8_t *text, size_t size,
                                                           size_t start, size_t end,
                                                           bool is_whole, tkz_error *error)
{
    piece *own = &encoder->pieces[encoder->piece_count++];
    own->bucket = NO_BUCKET;
    own->start = (uint32_t)start;
    own->size = (uint32_t)(end - start);
    own->is_whole = is_whole;
    if (end - start <= TKZ__LONG_PIECE_MOST_BYTES) {
        tkz__long_piece_key key =
            tkz__long_piece_key_at_end(text + start, end - start, size - start, is_whole);
        own->bucket = (uint32_t)tkz__long_piece_place(&key);
        __builtin_prefetch(encoder->long_cache + own->bucket);
    }
    return encoder->piece_count < TKZ__ENCODER_PIECES ? TKZ_OK
                                                      : encode_pieces(encoder, text, error);
}

/* Always inline: a call costs byte-level models 8 % of their instructions on Japanese. */
static inline __attribute__((always_inline)) tkz_status
add_piece(tkz_encoder *encoder, const uint8_t *text, size_t size, size_t start, size_t end,
          uint64_t whole, tkz_error *error)
{
    if (__builtin_expect(end - start <= TKZ__PIECE_MOST_BYTES, 1)) {
        tkz__piece_key key = tkz__piece_key_at_end(text + start, end - start, size - start);
        key.high |= whole;
        return add_short_piece(encoder, text, key, start, end - start, error);
    }
    return add_long_piece(encoder, text, size, start, end, whole != 0, error);
}

/* A short chunk that is no text is encoded as it is: most such are new ones, and have few merges. */
static tkz_status add_no_text(tkz_encoder *encoder, const uint8_t *text, tkz__piece_key key,
                              size_t start, size_t size, tkz_error *error)
{
    encoder->strays++;
    encoder->pieces[encoder->piece_count++] =
        (piece){.key = key, .bucket = NO_BUCKET, .start = (uint32_t)start, .size = (uint32_t)size};
    return encoder->piece_count < TKZ__ENCODER_PIECES ? TKZ_OK
                                                      : encode_pieces(encoder, text, error);
}

/* Do many characters come that stand alone? Fewer are pieces as others: to encode those before them first
 * leaves the memory no time to answer (Gemma 3 on Japanese: 7 %). */
static bool are_many_lone(const tkz__image *image, const uint8_t *text, size_t size)
{
    uint32_t ids[FEW_LONE];
    size_t count, few = size < FEW_LONE ? size : FEW_LONE;
    return few - tkz__lone_characters_encode(image, text, few, ids, &count) < 3;
}

/* Characters that stand alone, from `*at` on; ids go straight behind those of the pieces. */
static tkz_status add_lone(tkz_encoder *encoder, const uint8_t *text, size_t *at, size_t end,
                           tkz_error *error)
{
    for (;;) {
        size_t size = end - *at < LONE_BLOCK ? end - *at : LONE_BLOCK, count = 0, done = 0;
        tkz_status status = encode_pieces(encoder, text, error);
        if (status == TKZ_OK)
            status = tkz__encoder_reserve_ids(encoder, size, error);
        if (status == TKZ_OK)
            done = tkz__lone_characters_encode(encoder->image, text + *at, size,
                                               encoder->ids + encoder->id_count, &count);
        encoder->id_count += count;
        *at += done;
        /* A block may end within a character. */
        if (status != TKZ_OK || size - done >= 3 || *at == end || size < LONE_BLOCK)
            return status;
    }
}

/* A chunk of a model of which the characters are known that stand alone. */
static __attribute__((noinline)) tkz_status add_character_chunk(tkz_encoder *encoder,
                                                                const uint8_t *text, size_t size,
                                                                size_t start, size_t end,
                                                                tkz_error *error)
{
    for (size_t at = start; at < end;) {
        bool are_many = are_many_lone(encoder->image, text + at, end - at);
        tkz_status status = are_many ? add_lone(encoder, text, &at, end, error) : TKZ_OK;
        uint32_t ends[BORDERS];
        size_t count = 0, from = 0;
        if (at < end && are_many)
            count = tkz__borders_cut_joined(encoder->image, text + at, end - at, size - at, ends,
                                            BORDERS);
        else if (at < end)
            count = tkz__borders_cut(encoder->image, text + at, end - at, size - at, ends, BORDERS);
        for (size_t i = 0; status == TKZ_OK && i < count; i++) {
            status = add_piece(encoder, text, size, at + from, at + ends[i], 0, error);
            from = ends[i];
        }
        if (status != TKZ_OK)
            return status;
        at += from;
    }
    return TKZ_OK;
}

/* How many bytes of ASCII `bytes` begins with; of the last 7 it may miss some. */
static size_t count_ascii(const uint8_t *bytes, size_t size)
{
    size_t at = 0;
    while (at + 8 <= size && (tkz__piece_word(bytes + at) & UINT64_C(0x8080808080808080)) == 0)
        at += 8;
    return at;
}

/* Letters or signs of ASCII that go on for longer than any word are merged as they are: pieces of
 * them are new ones. Moves `*at` to a place where the chunk may be cut, behind most of them, if there are
 * many. */
static tkz_status add_long_ascii(tkz_encoder *encoder, const uint8_t *text, size_t size, size_t *at,
                                 size_t end, uint64_t whole, tkz_error *error)
{
    size_t run = end - *at < LONG_ASCII ? 0 : count_ascii(text + *at, end - *at), cut = end;
    if (run < LONG_ASCII)
        return TKZ_OK;
    if (run < end - *at) {
        uint32_t ends[BORDERS];
        size_t from = *at + run - 8;
        (void)tkz__borders_cut(encoder->image, text + from, end - from, size - from, ends, BORDERS);
        cut = from + ends[0];
    }
    tkz_status status = add_long_piece(encoder, text, size, *at, cut, whole != 0 && cut == end, error);
    *at = cut;
    return status;
}

/* A chunk is cut where no symbol joins its characters. `whole`: the flag for a piece that is a
 * whole chunk. */
static tkz_status add_cut_chunk(tkz_encoder *encoder, const uint8_t *text, size_t size,
                                size_t start, size_t end, uint64_t whole, tkz_error *error)
{
    size_t at = start;
    tkz_status status = add_long_ascii(encoder, text, size, &at, end, whole, error);
    while (status == TKZ_OK && at < end) {
        uint32_t ends[BORDERS];
        size_t count = tkz__borders_cut(encoder->image, text + at, end - at, size - at, ends,
                                        BORDERS);
        uint64_t flag = at == start && ends[0] == end - start ? whole : 0;
        size_t from = 0;
        for (size_t i = 0; status == TKZ_OK && i < count; i++) {
            status = add_piece(encoder, text, size, at + from, at + ends[i], flag, error);
            from = ends[i];
        }
        at += from;
    }
    return status;
}

/* A chunk of the pre-tokenizer. Short ones of ASCII, most words of English and code, are pieces as
 * they are; others are cut. */
static inline tkz_status add_chunk(tkz_encoder *encoder, const uint8_t *text, size_t size,
                                   size_t start, size_t end, uint64_t whole, tkz_error *error)
{
    if (end - start <= TKZ__PIECE_MOST_BYTES) {
        tkz__piece_key key = tkz__piece_key_at_end(text + start, end - start, size - start);
        if (tkz__piece_is_ascii(key)) {
            key.high |= whole;
            return add_short_piece(encoder, text, key, start, end - start, error);
        }
        if (__builtin_expect(tkz__piece_is_no_text(key), 0)) {
            key.high |= whole;
            return add_no_text(encoder, text, key, start, end - start, error);
        }
        if (end - start <= UNCUT) {
            key.high |= whole;
            return add_short_piece(encoder, text, key, start, end - start, error);
        }
    }
    if (tkz__lone_characters_known(encoder->image))
        return add_character_chunk(encoder, text, size, start, end, error);
    if (!encoder->cuts_chunks)
        return add_piece(encoder, text, size, start, end, whole, error);
    return add_cut_chunk(encoder, text, size, start, end, whole, error);
}

/* Chunks from at[0] on, behind many that were no text. `*done`: see tkz__encode_no_text. */
static tkz_status try_no_text(tkz_encoder *encoder, const uint8_t *text, size_t at,
                              const uint32_t *ends, size_t count, bool *done, tkz_error *error)
{
    const tkz__image *image = encoder->image;
    *done = false;
    if (image->kind != TKZ__MODEL_BYTE_BPE || !encoder->cuts_chunks ||
        (image->flags & TKZ__IMAGE_OUT_OF_ORDER) != 0 || encoder->tied->count > 0 ||
        image->token_count > image->id_count)
        return TKZ_OK;
    tkz_status status = encode_pieces(encoder, text, error);
    return status == TKZ_OK
               ? tkz__encode_no_text(encoder, text + at, ends, count,
                                     image->whole_mask != 0, done, error)
               : status;
}

/* Room for the ids of all of a long text, of which the first bytes gave `made`: little by little costs a tenth of
 * the time of what is no text. */
static tkz_status reserve_rest(tkz_encoder *encoder, size_t made, size_t done, size_t size,
                               tkz_error *error)
{
    double rest = (double)made / (double)done * (double)(size - done);
    return encoder->counts_only ? TKZ_OK
                                : tkz__encoder_reserve_ids(encoder, (size_t)(rest * 1.0625), error);
}

/* All chunks but the last `open` of the text (0 or few); each call of `cut` finds many more than
 * that, and what is open of them is found again by the next. */
static tkz_status encode_chunks(tkz_encoder *encoder, const char *text, size_t size, size_t open,
                                size_t *end, tkz_error *error)
{
    uint64_t whole = encoder->image->whole_mask != 0 ? TKZ__PIECE_WHOLE : 0;
    const uint8_t *bytes = (const uint8_t *)text;
    size_t at = 0, before = encoder->id_count;
    size_t sampled = size < LONG_TEXT ? SIZE_MAX : SAMPLED;
    encoder->piece_count = 0;
    encoder->after_unknown = false;
    encoder->strays = 0;
    while (at < size) {
        if (at >= sampled) {
            tkz_status status = reserve_rest(encoder, encoder->id_count - before, at, size, error);
            if (status != TKZ_OK)
                return status;
            sampled = SIZE_MAX;
        }
        uint32_t ends[TKZ__ENCODER_CHUNKS];
        size_t count = tkz__encoder_cut(encoder, text, at, size, ends, TKZ__ENCODER_CHUNKS);
        size_t from = 0;
        if (count <= open)
            break;
        if (__builtin_expect(encoder->strays >= STRAYS, 0)) {
            bool done;
            tkz_status status = try_no_text(encoder, bytes, at, ends, count - open, &done, error);
            if (status != TKZ_OK)
                return status;
            if (done) {
                at += ends[count - open - 1];
                continue;
            }
        }
        encoder->strays = 0;
        for (size_t i = 0; i < count - open; i++) {
            tkz_status status =
                add_chunk(encoder, bytes, size, at + from, at + ends[i], whole, error);
            if (status == TKZ_OK && encoder->fuses_unknown) {
                status = encode_pieces(encoder, bytes, error);
                encoder->after_unknown = false;
            }
            if (status != TKZ_OK)
                return status;
            from = ends[i];
        }
        at += from;
    }
    *end = at;
    return encode_pieces(encoder, bytes, error);
}

tkz_status tkz__encode_text_start(tkz_encoder *encoder, const char *text, size_t size, size_t open,
                                  size_t *end, tkz_error *error)
{
    if (!tkz__image_merges(encoder->image->kind)) { /* the text is whole, here too */
        *end = size;
        return tkz__encode_by_engine(encoder, text, size, error);
    }
    if (tkz__dropout_is_on(encoder)) { /* the text is whole: streams do without */
        *end = size;
        return tkz__dropout_encode_text(encoder, text, size, error);
    }
    if (encoder->image->drops_bytes) {
        tkz_status status = reserve_kept(encoder, TKZ__PIECE_MOST_BYTES, error);
        if (status != TKZ_OK)
            return status;
    }
    return encode_chunks(encoder, text, size, open, end, error);
}

tkz_status tkz__encode_text(tkz_encoder *encoder, const char *text, size_t size, tkz_error *error)
{
    size_t end;
    return tkz__encode_text_start(encoder, text, size, 0, &end, error);
}
