/* SPDX-License-Identifier: Apache-2.0
 *
 * A vocabulary whose tokens and merges are written in GPT-2's byte characters or as they are, as
 * HF's model files have them: collected by spelling, then handed to a builder. Leans on
 * subword.
 */
#ifndef TKZ_FORMAT_SPELLED_VOCABULARY_H
#define TKZ_FORMAT_SPELLED_VOCABULARY_H

#include "core/buffer.h"
#include "core/byte_map.h"
#include "subword/tokenizer_builder.h"

enum { TKZ__SPELLED_BATCH = 32 /* merges that are looked up together */ };

/* A merge that has been read and not looked up. */
typedef struct tkz__spelled_pair {
    size_t start; /* of its spelling in `unread` */
    size_t left;
    size_t size;
    size_t whole; /* where what both make starts in `unread` */
    size_t whole_size;
    uint64_t offset;
    uint64_t hashes[3]; /* left, right, whole */
} tkz__spelled_pair;

typedef struct tkz__spelled_vocabulary {
    const char *where; /* name of the file, for errors */
    tkz_error *error;
    uint64_t greatest_id; /* that an entry may have */
    bool is_plain; /* spellings are the bytes themselves */
    bool is_marked; /* of MARKED_BPE: what a merge makes lacks the first bytes of the right half: */
    size_t mark_size;
    tkz__byte_map spellings;   /* to id, place in the file and what is known */
    struct tkz__spelled_merge *merges; /* in rank order */
    size_t merge_count;
    size_t merge_capacity;
    uint32_t *last_merges; /* number + 1 of the last merge that makes each entry; 0: none */
    size_t last_count;
    tkz__spelled_pair pairs[TKZ__SPELLED_BATCH];
    size_t pair_count;
    tkz__buffer unread; /* spellings of the pairs */
    tkz__buffer bytes;         /* scratch */
} tkz__spelled_vocabulary;

/* An added token, in the order in which the file has them. */
typedef struct tkz__spelled_added {
    const char *content; /* UTF-8 */
    size_t size;
    uint32_t id;
    uint32_t flags; /* TKZ__ADDED_ */
    uint64_t offset; /* in the file */
} tkz__spelled_added;

/* For a file of `size` bytes. */
void tkz__spelled_vocabulary_init(tkz__spelled_vocabulary *vocabulary, const char *where,
                                  size_t size, const tkz_allocator *allocator, tkz_error *error);
void tkz__spelled_vocabulary_free(tkz__spelled_vocabulary *vocabulary);

/* An entry, which the file has at `offset`. Errors: BAD_FORMAT (spelled twice, empty), LIMIT (the
 * id), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__spelled_vocabulary_add(tkz__spelled_vocabulary *vocabulary,
                                                   const char *spelling, size_t size, uint32_t id,
                                                   uint64_t offset);

/* The id of an entry, or TKZ__NO_TOKEN. */
uint32_t tkz__spelled_vocabulary_find(const tkz__spelled_vocabulary *vocabulary,
                                      const char *spelling, size_t size);

/* The id of entry number `index` of vocabulary->spellings, which is below their count. */
uint32_t tkz__spelled_vocabulary_id(const tkz__spelled_vocabulary *vocabulary, size_t index);

/* The next merge in rank order, when all entries are there: `spelling` is both halves joined, the
 * left one of `left` bytes. Of a merge that is there twice the later one counts, as in HF
 * (models/bpe/model.rs: collected into a map). Errors: BAD_FORMAT (a half or the whole is no entry),
 * LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__spelled_vocabulary_join(tkz__spelled_vocabulary *vocabulary,
                                                    const char *spelling, size_t left, size_t size,
                                                    uint64_t offset);
/* Behind the last merge: some errors come only then. */
TKZ_CHECKED tkz_status tkz__spelled_vocabulary_end_joins(tkz__spelled_vocabulary *vocabulary);

/* Takes the merges for scores of what they make, the first -1, and forgets them: scores[id], of `count`
 * ids, more than the greatest; what no merge makes keeps its score. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__spelled_vocabulary_take_scores(tkz__spelled_vocabulary *vocabulary,
                                                           double *scores, size_t count);

/* Gives it all to the builder. Entries that no bytes can be spelled like are ids with a content and
 * no more. `whole_chunks`: entries count even where no merge names them. Errors: BAD_FORMAT (an id
 * has two tokens), UNSUPPORTED (an added token takes the place of an entry that encoding needs),
 * LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__spelled_vocabulary_give(tkz__spelled_vocabulary *vocabulary,
                                                    const tkz__spelled_added *added, size_t count,
                                                    bool whole_chunks,
                                                    tkz__tokenizer_builder *builder);

/* The first byte, if any, that is spelled like no entry; 256 if there is none. */
uint32_t tkz__spelled_vocabulary_missing_byte(const tkz__spelled_vocabulary *vocabulary);

#endif
