/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a text that comes in parts may be cut: before it is normalized, by the steps of its normalizer,
 * and before a model of pieces encodes it. Leans on the encoder's parts.
 *
 * A step that puts something before or behind a text does so where the text begins or ends, which it is told
 * (tkz__normalizer_take_parts). A replacement by an expression asks for a character before the place that its
 * matches never have (text/pattern_reach.c); a step behind others, that they leave the characters beside
 * the place as they are. sentencepiece's rules join characters with marks, half-width kana with theirs,
 * Hangul letters; none joins two of letters, signs of ASCII, kana and ideographs
 * (settled below), and what comes of these is no space.
 *
 * A model of characters may be cut where it cuts by itself, between characters that no piece joins.
 * There every path passes. The character before must be a piece of its own, so that no run of unknown
 * characters is open.
 */
#ifndef TKZ_SUBWORD_STREAM_PIECES_H
#define TKZ_SUBWORD_STREAM_PIECES_H

#include "subword/encoder_parts.h"
#include "text/pattern.h"
#include "text/spm_symbols.h"

/* What kinds of places a normalizer asks for; bits. */
enum {
    TKZ__STREAM_FORMS = 1,  /* normal forms of Unicode: before a character at which they begin anew */
    TKZ__STREAM_SPACES = 2, /* not beside spaces, which are counted */
    TKZ__STREAM_RULES = 4,  /* between characters that sentencepiece's rules leave alone */
    TKZ__STREAM_CONTROLS = 8, /* not before a control character, which may vanish */
    TKZ__STREAM_ENDS = 16, /* not beside white space, which is taken from the ends */
    TKZ__STREAM_CLUSTERS = 32 /* where a grapheme cluster ends */
};

/* What a replacement looks for; they belong to the normal form. */
typedef struct tkz__stream_taken {
    const tkz__pattern *pattern; /* NULL: the text */
    const char *text;
    size_t size;
} tkz__stream_taken;

/* Where a text may be cut before its normalizer. */
typedef struct tkz__stream_places {
    uint32_t kinds;
    tkz__spm_symbols symbols; /* none of which may be cut */
    tkz__buffer replaced; /* u32 of characters that a step replaces, which may go or become marks or spaces */
    tkz__buffer touched; /* characters that the model's own rules do not leave alone, as
                          * tkz__stream_charsmap_read has them; empty: there are none */
    tkz__buffer taken;   /* tkz__stream_taken of replacements of more than a character */
    bool is_strict;      /* a step behind them looks at the characters beside the place */
    bool is_changed;     /* while steps are read: one was no replacement */
    size_t before;       /* steps before one that looks at what they made; 0: there is none such */
    tkz__buffer plain;   /* a bit for each character that these steps leave as it is */
} tkz__stream_places;

void tkz__stream_places_init(tkz__stream_places *places, const tkz_allocator *allocator);
void tkz__stream_places_free(tkz__stream_places *places);

/* Reads the steps of a form (NULL: none), which must outlive the places, into empty places. Parts are
 * normalized with tkz__normalizer_take_parts. Errors: UNSUPPORTED (a step that may need the whole text),
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__stream_read_steps(tkz__stream_places *places, const tkz_normal_form *form,
                                              tkz_error *error);

/* Fills in `plain`, for the first steps of the form. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__stream_find_plain(tkz__stream_places *places, const tkz_normal_form *form,
                                              tkz_error *error);

/* The last such place in a text, 0 if there is none. */
size_t tkz__stream_cut_text(const tkz__stream_places *places, const char *text, size_t size);

/* The last place in a normalized text, of whole characters, where the model may be cut, 0 if there is
 * none. */
size_t tkz__stream_cut_pieces(const tkz_encoder *encoder, const uint8_t *text, size_t size);

/* May a chunk of the model be cut between these two characters (TKZ__UTF8_INVALID: a byte that is none)?
 * `encoder`: a tkz_encoder. */
bool tkz__stream_may_cut(const void *encoder, uint32_t before, uint32_t behind);

/* Has the model such characters? */
bool tkz__stream_cuts_chunks(const tkz_encoder *encoder);

/* Has the model such places? Errors: UNSUPPORTED. */
TKZ_CHECKED tkz_status tkz__stream_check_pieces(const tkz_encoder *encoder, tkz_error *error);

#endif
