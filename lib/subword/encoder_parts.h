/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of an encoder, for its files. Leans on the image and the piece
 * cache.
 */
#ifndef TKZ_SUBWORD_ENCODER_PARTS_H
#define TKZ_SUBWORD_ENCODER_PARTS_H

#include "subword/batch_rows.h"
#include "subword/character_index.h"
#include "subword/decode_steps.h"
#include "subword/engine.h"
#include "subword/matching.h"
#include "subword/long_piece_cache.h"
#include "subword/piece_cache.h"
#include "subword/ranked_merging.h"
#include "subword/split_steps.h"
#include "subword/tied_tokens.h"
#include "subword/tokenizer.h"
#include "subword/tokenizer_image.h"

/* How many pieces and chunks are worked on at a time: the first is enough to hide the latency of
 * the cache, and both stay in the first-level cache. */
enum { TKZ__ENCODER_PIECES = 128, TKZ__ENCODER_CHUNKS = 128 };

/* A part of the text that is encoded by itself. */
typedef struct tkz__encoder_piece {
    tkz__piece_key key; /* of a short one */
    uint32_t bucket;
    uint32_t start;
    uint32_t size;
    uint32_t is_whole; /* it is a chunk, of a tokenizer that has tokens for whole chunks only */
} tkz__encoder_piece;

/* The bytes of a token of up to 15 bytes, for decoding by one look-up. */
typedef struct tkz__short_token {
    uint8_t bytes[15];
    uint8_t size; /* TKZ__NO_SHORT_TOKEN: it is longer, or not there; TKZ__BYTE_TOKEN: it stands for a
                   * byte, the first of `bytes` */
} tkz__short_token;

enum { TKZ__NO_SHORT_TOKEN = 255, TKZ__BYTE_TOKEN = 254 };

/* What the caller chose; holds until it is changed. */
typedef struct tkz__encoder_settings {
    bool allow_special;
    bool add_template;
    int32_t offsets; /* of tkz_offsets */
    uint64_t dropout_bound; /* tkz__random_bound of its probability; 0: off */
    uint64_t dropout_seed;
    bool samples; /* paths of a Unigram model are drawn */
    int32_t sample_candidates;
    double sample_alpha;
    uint64_t sample_seed;
    tkz_boundaries boundaries; /* `open` NULL: there are none */
} tkz__encoder_settings;

struct tkz_encoder {
    tkz_allocator allocator;
    tkz_tokenizer *tokenizer;
    const tkz__image *image;
    void *caches; /* where these are, of models that merge: */
    tkz__piece_bucket *cache;
    tkz__long_piece *long_cache;
    tkz__match_memory *memory; /* of matching, as is: */
    uint64_t *scratch;
    size_t scratch_capacity;
    uint8_t *kept; /* a piece without the bytes that have no tokens */
    size_t kept_capacity;
    uint32_t *ids;
    size_t id_count;
    size_t id_capacity;
    uint64_t *offsets;
    size_t offset_capacity;
    tkz_token_span *spans; /* of the ids, where wanted */
    size_t span_count;
    size_t span_capacity;
    tkz_normalizer *normalizer; /* NULL: text is not changed */
    const tkz__split_steps *steps; /* NULL: the pre-tokenizer cuts by itself */
    tkz__splitter splitter;
    const tkz__split_piece *first_chunk; /* of the text that steps cut */
    const tkz__split_piece *next_chunk;
    const tkz__split_piece *last_chunk; /* behind its last */
    tkz__encoder_settings settings;
    bool counts_only; /* ids are counted and thrown away */
    uint64_t counted;
    bool cuts_chunks;           /* pieces may be less than a chunk */
    bool fuses_unknown;         /* neighbouring unknown tokens of a chunk become one */
    bool after_unknown;         /* the last id of the chunk at work is unknown */
    const tkz__tied_tokens *tied;
    uint32_t strays;            /* chunks of late that are no text */
    tkz__ranked_merger *merger; /* NULL until dropout or the tokenizer asks for it */
    tkz__dropout dropout;       /* of the text that is encoded */
    tkz__engine_worker engine; /* of a model without merges, and */
    tkz__token_list tokens;    /* what it made of the last text, if ends are wanted */
    uint64_t sample_state;     /* of the text that is encoded */
    double *path_scores;       /* of the best encodings */
    size_t path_score_capacity;
    tkz__short_token *short_tokens; /* one for each id, once much is decoded; NULL before */
    size_t decoded_ids; /* as long as there are none */
    tkz__token_decoder *text_decoder;   /* where steps make text of tokens; NULL until it is asked for */
    tkz__token_decoder *stream_decoder; /* the same for a stream */
    tkz__character_index characters; /* of the last document */
    struct tkz__encode_stream *stream; /* NULL until the first part of one comes */
    tkz__buffer decoded;
    uint8_t held[4]; /* of decoding a stream: the start of a character whose end has not come */
    size_t held_size;
    tkz__batch_rows rows;
    uint64_t *places; /* where the texts begin that rows are made of, in what spans count */
    size_t place_capacity;
    tkz_batch batch;
    size_t piece_count;
    tkz__encoder_piece pieces[TKZ__ENCODER_PIECES];
};

static inline bool tkz__encoder_wants_spans(const tkz_encoder *encoder)
{
    return encoder->settings.offsets != TKZ_OFFSETS_NONE;
}

/* Makes room for the offsets of `count` rows, and begins without ids. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__encoder_begin_rows(tkz_encoder *encoder, size_t count,
                                               tkz_error *error);

/* The result: all ids there are, of one row. */
const tkz_batch *tkz__encoder_end_row(tkz_encoder *encoder);

/* Makes the batch of `count` texts that were encoded without a template. `places`: count + 1, where
 * each begins, in what spans count. Errors: as tkz__batch_rows_make. */
TKZ_CHECKED tkz_status tkz__encoder_make_rows(tkz_encoder *encoder, const uint64_t *places,
                                              size_t count, bool pairs, tkz_error *error);

/* What spans count of the last text that was encoded, of `size` bytes: bytes, or characters. */
uint64_t tkz__encoder_extent(const tkz_encoder *encoder, size_t size);

/* Ascending offsets, and every text below 4 GiB: positions in it have 32 bits. Errors:
 * INVALID_ARGUMENT, LIMIT. */
TKZ_CHECKED tkz_status tkz__encoder_check_offsets(const uint64_t *offsets, size_t count,
                                                  tkz_error *error);

/* Makes room for `extra` more ids. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__encoder_reserve_ids(tkz_encoder *encoder, size_t extra,
                                                tkz_error *error);

/* Where bytes have no tokens: a copy of those that have some, which are what is encoded; it may be
 * empty. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__encoder_keep_bytes(tkz_encoder *encoder, const uint8_t **bytes,
                                               size_t *size, tkz_error *error);

/* Appends the ids of a piece of any size, without the cache. `is_whole`: it is a chunk, which may
 * have a token
 * of its own. Errors: CORRUPT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__encode_piece(tkz_encoder *encoder, const uint8_t *bytes, size_t size,
                                         bool is_whole, tkz_error *error);

/* CORRUPT: what the image says cannot be. */
tkz_status tkz__encoder_damaged(tkz_error *error);

/* Appends an id. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__encoder_push(tkz_encoder *encoder, uint32_t id, tkz_error *error);

/* Appends an id, and its span where wanted. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__encoder_push_token(tkz_encoder *encoder, uint32_t id, uint64_t start,
                                               uint64_t end, tkz_error *error);

/* Appends the ids of the template that stand before a text, or behind it, if they are wanted; they
 * come from no bytes of the text. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__encoder_push_template(tkz_encoder *encoder, bool behind,
                                                  uint64_t place, tkz_error *error);

/* A part of a document as it is encoded. */
typedef struct tkz__document_part {
    const char *text;
    size_t size;
    uint64_t start; /* in the document */
    bool is_mapped; /* the normalizer's last run tells where its bytes came from */
    tkz__span_map origins; /* the same, as sentencepiece's offsets ask for it; a view on what that run gave */
    const tkz__span_map *cuts; /* of what steps made of the part from `cut_start` on; NULL: as it was */
    size_t cut_start;
} tkz__document_part;

/* Where the chunks of `text` from `at` on end: those of the steps, which ran over all of it, or what
 * the pre-tokenizer finds. As its `cut`. */
static inline size_t tkz__encoder_cut(tkz_encoder *encoder, const char *text, size_t at,
                                      size_t size, uint32_t *ends, size_t room)
{
    if (encoder->steps == NULL)
        return encoder->image->pre_tokenizer->cut(text + at, size - at, ends, room);
    size_t count = 0;
    for (; count < room && encoder->next_chunk < encoder->last_chunk; count++)
        ends[count] = encoder->next_chunk++->end - (uint32_t)at;
    return count;
}

/* Appends the spans of the ids from number `first` on, which text[at, end) of a part gave. Errors:
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__encoder_push_spans(tkz_encoder *encoder,
                                               const tkz__document_part *part, size_t at,
                                               size_t end, size_t first, tkz_error *error);

/* Appends the ids of a text of less than 4 GiB, and their spans where wanted. Errors: as
 * tkz__encode_document. */
TKZ_CHECKED tkz_status tkz__encode_inside(tkz_encoder *encoder, const char *text, size_t size,
                                          tkz_error *error);

/* The same with the template around it, if that is wanted. Errors: CORRUPT, LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__encode_document(tkz_encoder *encoder, const char *text, size_t size,
                                            tkz_error *error);

/* Appends the ids of a text in which no added token is looked for, of less than 4 GiB. Errors:
 * CORRUPT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__encode_text(tkz_encoder *encoder, const char *text, size_t size,
                                        tkz_error *error);

/* The same for the start of a text of which more will come: of all chunks but the last `open`, which
 * the rest may change. `*end`: where they end, 0 if there are none. */
TKZ_CHECKED tkz_status tkz__encode_text_start(tkz_encoder *encoder, const char *text, size_t size,
                                              size_t open, size_t *end, tkz_error *error);

/* tkz__encode_text for a model without merges. Errors: CORRUPT, LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__encode_by_engine(tkz_encoder *encoder, const char *text, size_t size,
                                             tkz_error *error);

/* The spans of tokens whose ends an engine told, from byte `at` of a part on. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__encoder_push_engine_spans(tkz_encoder *encoder,
                                                      const tkz__document_part *part, size_t at,
                                                      const tkz__token_list *tokens,
                                                      tkz_error *error);

/* The spans of a document, from number `first` on, in characters. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__encoder_spans_to_characters(tkz_encoder *encoder, const char *text,
                                                        size_t size, size_t first,
                                                        tkz_error *error);

/* Makes one of neighbouring unknown tokens, from number `first` on; what came before them in their
 * chunk
 * tells `after_unknown`. */
void tkz__encoder_fuse_unknown(tkz_encoder *encoder, size_t first);

/* Makes ready to draw the paths of a text, and draws that of a chunk. Errors: CORRUPT, LIMIT,
 * OUT_OF_MEMORY. */
void tkz__encoder_start_sampling(tkz_encoder *encoder, const char *text, size_t size);
TKZ_CHECKED tkz_status tkz__encoder_sample_chunk(tkz_encoder *encoder, const uint8_t *text,
                                                 size_t size, tkz_error *error);

/* Frees what encoding in parts holds; accepts NULL. */
void tkz__encode_stream_free(struct tkz__encode_stream *stream, const tkz_allocator *allocator);

#endif
