/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokenizers: text to token ids and back.
 */
#ifndef TOKENIZE_SUBWORD_H
#define TOKENIZE_SUBWORD_H

#include "tokenize/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A vocabulary with all that belongs to it (pre-tokenizer, merges, special tokens). Immutable; any
 * thread. */
typedef struct tkz_tokenizer tkz_tokenizer;

/* Opens a tokenizer file, told apart by its content (`tokenize list formats`), or the directory of a
 * model that holds one. A native image is mapped: it must not be changed in place while the
 * tokenizer lives; other formats are read once. What a file asks for and this build cannot do
 * exactly is UNSUPPORTED, with the place. Errors: OPEN_FAILED, BAD_FORMAT, BAD_UTF8, BAD_VERSION,
 * CORRUPT, UNSUPPORTED, LIMIT, IO, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_tokenizer_open(tkz_tokenizer **tokenizer, const char *path,
                                                  const tkz_allocator *allocator,
                                                  tkz_error *error);
TKZ_API void tkz_tokenizer_free(tkz_tokenizer *tokenizer); /* drops one reference; accepts NULL */

/* Writes the tokenizer as bytes in a named format: "tkz" (native image), "hf" (tokenizer.json of HF
 * tokenizers) or "tiktoken" (a rank file, which holds no special tokens and no pattern). Free with tkz_bytes_free. Errors: NOT_FOUND (format), UNSUPPORTED (cannot be said
 * exactly), CORRUPT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_tokenizer_serialize(const tkz_tokenizer *tokenizer,
                                                       const char *format, tkz_bytes *bytes,
                                                       tkz_error *error);

/* Number of ids, 0 .. size-1. */
TKZ_API uint32_t tkz_tokenizer_size(const tkz_tokenizer *tokenizer);

/* The bytes of a token (not NUL-terminated, not always whole characters), owned by the tokenizer.
 * `*is_special` may be NULL. Errors: BAD_ID, CORRUPT. */
TKZ_API TKZ_CHECKED tkz_status tkz_tokenizer_token(const tkz_tokenizer *tokenizer, uint32_t id,
                                                   const uint8_t **bytes, size_t *size,
                                                   int32_t *is_special, tkz_error *error);

/* The id of a special token such as "<|endoftext|>". Errors: NOT_FOUND. */
TKZ_API TKZ_CHECKED tkz_status tkz_tokenizer_special(const tkz_tokenizer *tokenizer,
                                                     const char *content, size_t size,
                                                     uint32_t *id, tkz_error *error);

/* Per-thread worker that encodes and decodes. Holds a reference to its tokenizer. */
typedef struct tkz_encoder tkz_encoder;
TKZ_API TKZ_CHECKED tkz_status tkz_encoder_new(tkz_encoder **encoder, tkz_tokenizer *tokenizer,
                                               const tkz_allocator *allocator, tkz_error *error);
TKZ_API void tkz_encoder_free(tkz_encoder *encoder); /* accepts NULL */

/* Special tokens that stand in text, such as "<|endoftext|>". 0, as an encoder starts: they are text
 * like any other, so that nobody's text can end a document. 1: they become their ids. Added tokens
 * that are not special are always taken. Holds for the calls that follow. */
TKZ_API void tkz_encoder_allow_special(tkz_encoder *encoder, int32_t allow);

/* 1: each text gets the tokens that the model's template puts around a text, such as BOS. 0, as an
 * encoder starts: it does not. Holds for the calls that follow. */
TKZ_API void tkz_encoder_add_template(tkz_encoder *encoder, int32_t add);

/* Where the words of a text are, for a model whose pre-tokenizer is "morph": it cuts text into the words
 * of one dictionary, and knows the hash of that. Encoding with such a model is UNSUPPORTED without
 * this. NULL: none again. What `boundaries` refers to must outlive its use here. Holds for the calls
 * that follow. Errors: UNSUPPORTED (the model has no such pre-tokenizer), INVALID_ARGUMENT (the hash is
 * another). */
TKZ_API TKZ_CHECKED tkz_status tkz_encoder_set_boundaries(tkz_encoder *encoder,
                                                          const tkz_boundaries *boundaries,
                                                          tkz_error *error);

/* What batches tell of where in its text each token came from. */
enum tkz_offsets {
    TKZ_OFFSETS_NONE = 0,
    TKZ_OFFSETS_BYTES = 1,
    TKZ_OFFSETS_CHARACTERS = 2 /* code points, each invalid byte being one, as HF tokenizers has
                                * them: a token that has a part of a character has the whole */
};

/* One of tkz_offsets; NONE, as an encoder starts, costs nothing. Holds for the calls that follow. */
TKZ_API void tkz_encoder_want_offsets(tkz_encoder *encoder, int32_t want);

/* BPE dropout: a merge whose turn it is is passed over with this probability, 0 to 1, and tried again
 * after the next one in its chunk, as in HF tokenizers 0.23; at 1 every byte is a token. 0, as an
 * encoder starts, whatever the model file says: encoding is the same each time unless the caller
 * asks for something else. Which merges are passed over depends on the seed and on the bytes of
 * the text (or segment), so that neither threads nor batches nor the order of texts matter; take another
 * seed for each pass over the same texts. Tokens that are whole chunks without being made by merges do
 * not come up, as in HF. The first call makes a table of all merges (12 bytes a merge, 4 an id), which
 * stays; a chunk of n bytes takes n log n / (1 - p). Holds for the calls that follow. Errors:
 * INVALID_ARGUMENT (the probability), UNSUPPORTED (a model without merges), CORRUPT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_encoder_set_dropout(tkz_encoder *encoder, double probability,
                                                       uint64_t seed, tkz_error *error);

/* Sampling of a Unigram model: each chunk of a text gets a path drawn with a probability in proportion to
 * exp(alpha * score), of all paths (`candidates` -1) or of the 1 to 1024 best ones, as sentencepiece's
 * SampleEncode does it (Kudo, Subword Regularization, 2018). `candidates` 0, as an encoder starts: the
 * best path. What is drawn depends on the seed and the bytes of the text, as with dropout. Memory of a
 * text grows with its paths: some 100 bytes a character. Holds for the calls that follow. Errors:
 * INVALID_ARGUMENT (alpha below 0 or no number, candidates), UNSUPPORTED (no Unigram model). */
TKZ_API TKZ_CHECKED tkz_status tkz_encoder_set_sampling(tkz_encoder *encoder, int32_t candidates,
                                                        double alpha, uint64_t seed,
                                                        tkz_error *error);

/* The bytes (or characters) of a text that a token came from: [start, end), from the start of that
 * text. Tokens may begin and end inside a character. Where a normalizer changed the text, the bytes
 * that became what the token covers, as a whole. */
typedef struct tkz_token_span {
    uint64_t start;
    uint64_t end;
} tkz_token_span;

/* Ids of a batch: those of row i are ids[offsets[i]] .. ids[offsets[i+1]-1]. Row i is text i, or pair i,
 * unless truncation makes windows: then `sources` says whose row it is. */
typedef struct tkz_batch {
    const uint32_t *ids;
    const uint64_t *offsets; /* count + 1 of them */
    size_t count;            /* rows */
    const tkz_token_span *spans; /* one for each id; NULL unless wanted */
    /* One for each id; NULL unless masks are wanted: */
    const uint32_t *types;    /* type id: that of the template, else 0 of first, 1 of second texts */
    const uint8_t *attention; /* 0: padding */
    const uint8_t *special;   /* 1: of the template, or padding */
    const uint64_t *sources;  /* one for each row: its text or pair; NULL: row i is that of i */
} tkz_batch;

/* Encodes `count` texts: text i is data[offsets[i]] .. data[offsets[i+1]-1], UTF-8; invalid bytes
 * are encoded as they are. Bytes that the vocabulary has no token for are left out. The result is
 * owned by the encoder and valid until its next call. Errors: INVALID_ARGUMENT (offsets not
 * ascending), LIMIT (a text of 4 GiB or more), UNSUPPORTED (a character that is no piece of a Unigram
 * model that has no token for such), CORRUPT (damaged image), OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_encoder_encode(tkz_encoder *encoder, const char *data,
                                                  const uint64_t *offsets, size_t count,
                                                  const tkz_batch **batch, tkz_error *error);

/* The next bytes of one text that comes in parts, cut anywhere, also inside characters. The batch has
 * one row: ids that no later byte can change, and their spans where wanted, from the start of the
 * whole text. All rows joined are what tkz_encoder_encode gives for the whole text, whatever its
 * size; of the template, what stands before a text is in the first row, and what stands behind it
 * in the last. `is_last` gives all that is left, and the next call begins a new text. Settings are
 * those at the first call of a text; other calls on the encoder may come between.
 * Held back, up to twice: the last two chunks of the pre-tokenizer, as much as the longest added
 * token, and with a normalizer what follows the last character of ASCII, kana or U+4E00..9FFF. Of
 * Unigram, BPE of characters and PLaMo's models, whose chunk is the whole text, what follows the last place
 * that no piece crosses, a few characters in most texts; of WordPiece, words and BPE with marks what follows
 * the last chunk; behind steps with a regular expression what follows its last match that saw no end of what
 * is there. So a chunk of megabytes (one word, white space) is held as a whole, as is white space that added
 * tokens may take in, unknown characters that become one token, and what follows the last character that a
 * Replace by a regular expression never takes. After a failure the text is given up: the next call begins a
 * new one. Owned as by tkz_encoder_encode. Errors: UNSUPPORTED, where there is no bound to what has to be
 * held, or the reason that the message says (WordPiece, words and BPE with marks without a pre-tokenizer that
 * cuts; words of a dictionary; a pre-tokenizer with an expression that may match nothing, or that looks back
 * and takes every character; a normalizer with other steps than Unicode's forms, sentencepiece's and HF's; a
 * Replace by an expression that takes every character or has \X or \G, or one that may match nothing before
 * a step that looks at what stands beside it: encode the text whole; truncation, padding, masks, dropout or
 * sampling), LIMIT (a chunk of 4 GiB), CORRUPT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_encoder_encode_next(tkz_encoder *encoder, const char *data,
                                                       size_t size, int32_t is_last,
                                                       const tkz_batch **batch, tkz_error *error);

/* The 1 to 1024 best encodings of one text by a Unigram model, the best first, as sentencepiece's
 * NBestEncode gives them: row i of the batch is the i-th, its score (the sum of the logarithms of
 * the pieces' probabilities; 0 where only one is asked for) is (*scores)[i]. There may be fewer.
 * Added tokens are not looked for, the template is not added. Owned by the encoder until its next call.
 * Errors: INVALID_ARGUMENT (count), UNSUPPORTED (no Unigram model, or one that cuts texts into chunks),
 * LIMIT, CORRUPT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_encoder_encode_best(tkz_encoder *encoder, const char *text,
                                                       size_t size, uint32_t count,
                                                       const tkz_batch **batch,
                                                       const double **scores, tkz_error *error);

/* The entropy of the encodings of a text by a Unigram model, in nats, where each has a probability in proportion
 * to exp(alpha * score): sentencepiece's CalculateEntropy. Errors: as tkz_encoder_encode_best;
 * INVALID_ARGUMENT (alpha). */
TKZ_API TKZ_CHECKED tkz_status tkz_encoder_entropy(tkz_encoder *encoder, const char *text,
                                                   size_t size, double alpha, double *entropy,
                                                   tkz_error *error);

/* What a segment of a text is. */
enum tkz_segment_kind {
    TKZ_SEGMENT_TEXT = 0,    /* special tokens in it are text like any other */
    TKZ_SEGMENT_CONTROL = 1, /* special tokens in it are taken */
    TKZ_SEGMENT_TOKEN = 2    /* one token by its id, no text */
};

typedef struct tkz_segment {
    const char *data; /* NULL for TOKEN */
    size_t size;      /* below 4 GiB; 0 for TOKEN */
    int32_t kind;     /* of tkz_segment_kind */
    uint32_t id;      /* of TOKEN, else 0 */
} tkz_segment;

/* Encodes one text that is given in segments, as chats are: what a template wrote is CONTROL or
 * TOKEN, what people wrote is TEXT and can never become a special token. Each segment is encoded as a
 * text by itself, and the ids are joined: chunks, added tokens and normalization end at its borders.
 * The batch has one row, with the model's template around it where that is added; spans are from the
 * start of the joined segments, those of a TOKEN empty. Special tokens are taken as the kinds say,
 * whatever tkz_encoder_allow_special says. Errors: as tkz_encoder_encode, INVALID_ARGUMENT (a kind),
 * BAD_ID (a TOKEN, with the number of its segment as offset). */
TKZ_API TKZ_CHECKED tkz_status tkz_encoder_encode_segments(tkz_encoder *encoder,
                                                           const tkz_segment *segments,
                                                           size_t count, const tkz_batch **batch,
                                                           tkz_error *error);

/* ---- Rows of one length ------------------------------------------------ */

enum tkz_side { TKZ_SIDE_RIGHT = 0, TKZ_SIDE_LEFT = 1 };

/* Which text of a pair is cut. */
enum tkz_truncation_strategy {
    TKZ_TRUNCATE_LONGEST = 0, /* the longer one, then both alike */
    TKZ_TRUNCATE_FIRST = 1,
    TKZ_TRUNCATE_SECOND = 2
};

/* Rows that are too long are cut, as HF tokenizers 0.23 does. */
typedef struct tkz_truncation {
    uint64_t max_length; /* most ids of a row, those of the template counted */
    uint64_t stride;     /* ids that a window has in common with the one before it */
    int32_t strategy;    /* of tkz_truncation_strategy */
    int32_t side;        /* of tkz_side: where ids are cut off */
    int32_t windows;     /* 1: what is cut off makes rows of its own, behind the first one */
} tkz_truncation;

/* Rows that are too short are filled. */
typedef struct tkz_padding {
    uint64_t length;   /* of every row; 0: of the longest in the batch that is no later window */
    uint64_t multiple; /* rounded up to a multiple of this; 0: not */
    uint32_t id;
    uint32_t type;
    int32_t side; /* of tkz_side: where ids are added */
} tkz_padding;

/* NULL: no more truncation, or padding. Hold for the batches that follow; counts are of whole texts.
 * Errors: INVALID_ARGUMENT (no such strategy or side), BAD_ID (of padding), LIMIT (a length or multiple of
 * 2^32 and more). */
TKZ_API TKZ_CHECKED tkz_status tkz_encoder_set_truncation(tkz_encoder *encoder,
                                                          const tkz_truncation *truncation,
                                                          tkz_error *error);
TKZ_API TKZ_CHECKED tkz_status tkz_encoder_set_padding(tkz_encoder *encoder,
                                                       const tkz_padding *padding,
                                                       tkz_error *error);

/* 1: batches have types and masks. 0, as an encoder starts: they do not. */
TKZ_API void tkz_encoder_want_masks(tkz_encoder *encoder, int32_t want);

/* Encodes `count` pairs: pair i is the texts 2i and 2i+1 of `data`, whose `offsets` are 2 * count + 1.
 * A row is the model's template of two texts, with its ids if tkz_encoder_add_template says so. Spans
 * start anew with the second text. Errors: as tkz_encoder_encode; UNSUPPORTED (the model has no template
 * of two texts). Both also give, with truncation: INVALID_ARGUMENT (nothing is left beside the template,
 * or windows would not advance), LIMIT (only the other text of a pair may be cut, and has too few ids). */
TKZ_API TKZ_CHECKED tkz_status tkz_encoder_encode_pairs(tkz_encoder *encoder, const char *data,
                                                        const uint64_t *offsets, size_t count,
                                                        const tkz_batch **batch,
                                                        tkz_error *error);

/* Numbers of tokens of a batch, as tkz_encoder_encode would give them, in memory that does not grow
 * with the texts. `*counts`: one for each text, owned by the encoder until its next call. Errors: as
 * tkz_encoder_encode. */
TKZ_API TKZ_CHECKED tkz_status tkz_encoder_count(tkz_encoder *encoder, const char *data,
                                                 const uint64_t *offsets, size_t count,
                                                 const uint64_t **counts, tkz_error *error);

/* Bytes of `count` ids, special tokens as their content unless `skip_special`. Owned by the encoder
 * until its next call. Errors: BAD_ID with the index as offset, CORRUPT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_encoder_decode(tkz_encoder *encoder, const uint32_t *ids,
                                                  size_t count, int32_t skip_special,
                                                  const uint8_t **bytes, size_t *size,
                                                  tkz_error *error);

/* The next ids of a stream: gives the bytes of whole characters only; the start of one whose end may
 * come with the next ids (1 to 3 bytes) is held back until then. `is_last`: 1 gives what is held, and
 * the next call begins a new stream. Other calls on the encoder may come between. On failure what was
 * held stays. Owned and errors: as tkz_encoder_decode. */
TKZ_API TKZ_CHECKED tkz_status tkz_encoder_decode_next(tkz_encoder *encoder, const uint32_t *ids,
                                                       size_t count, int32_t skip_special,
                                                       int32_t is_last, const uint8_t **bytes,
                                                       size_t *size, tkz_error *error);

/* ---- Batches on several threads ---------------------------------------- */

/* Encodes a batch by all threads of an executor. One call at a time. */
typedef struct tkz_batch_encoder tkz_batch_encoder;

/* As many encoders as the executor is wide; NULL: one, on the calling thread. The executor must
 * outlive it. Holds a reference to the tokenizer. */
TKZ_API TKZ_CHECKED tkz_status tkz_batch_encoder_new(tkz_batch_encoder **batch_encoder,
                                                     tkz_tokenizer *tokenizer,
                                                     const tkz_executor *executor,
                                                     const tkz_allocator *allocator,
                                                     tkz_error *error);
TKZ_API void tkz_batch_encoder_free(tkz_batch_encoder *batch_encoder); /* accepts NULL */

/* The encoder whose settings hold for the calls that follow: give it to tkz_encoder_allow_special and
 * its like. Owned by the batch encoder; to be used by itself only between two calls. */
TKZ_API tkz_encoder *tkz_batch_encoder_settings(tkz_batch_encoder *batch_encoder);

/* As tkz_encoder_encode, and the same result whatever the number of threads. Texts are shared out,
 * one text is not divided. The result is owned by the batch encoder and valid until its next call. On
 * failure the error is that of the first text that has one. Errors: as tkz_encoder_encode, and those
 * of the executor. */
TKZ_API TKZ_CHECKED tkz_status tkz_batch_encoder_encode(tkz_batch_encoder *batch_encoder,
                                                        const char *data, const uint64_t *offsets,
                                                        size_t count, const tkz_batch **batch,
                                                        tkz_error *error);

/* ---- What this build offers, for `tokenize list` ----------------------- */

/* Pre-tokenizers by name. NULL beyond the end; static strings. */
typedef struct tkz_pre_tokenizer_info {
    const char *name;
    const char *pattern;
    const char *unicode_version;
    const char *text;
} tkz_pre_tokenizer_info;
TKZ_API size_t tkz_pre_tokenizer_count(void);
TKZ_API const tkz_pre_tokenizer_info *tkz_pre_tokenizer_at(size_t index);

/* Tokenizer file formats. */
typedef struct tkz_format_info {
    const char *name; /* "tkz", "hf" */
    const char *text;
    int32_t reads;  /* 1 if tkz_tokenizer_open reads it */
    int32_t writes; /* 1 if tkz_tokenizer_serialize writes it */
} tkz_format_info;
TKZ_API size_t tkz_format_count(void);
TKZ_API const tkz_format_info *tkz_format_at(size_t index);

/* ---- Model files of other tools ---------------------------------------- */

/* Opens a file that does not say how text is cut into chunks: a rank file of tiktoken, vocab.json
 * with merges.txt beside it. `pre_tokenizer` is one of the names above, or "regex:" and a regular
 * expression as tiktoken reads it. And vocab.txt of BERT, whose text is then cut into the words of a
 * MeCab dictionary, as BertJapaneseTokenizer of transformers does it: "morph:" and the hash of the
 * dictionary (tkz_boundaries) in 16 digits of base 16, behind it, where wanted, ":lowercase"
 * (do_lower_case) and ":characters" (subword_tokenizer_type "character"). Errors: those of tkz_tokenizer_open (also of the expression),
 * NOT_FOUND (the name), INVALID_ARGUMENT (the file says it itself). */
TKZ_API TKZ_CHECKED tkz_status tkz_tokenizer_open_as(tkz_tokenizer **tokenizer, const char *path,
                                                     const char *pre_tokenizer,
                                                     const tkz_allocator *allocator,
                                                     tkz_error *error);

/* sentencepiece and HF tokenizers give the pieces of one vocabulary, Unigram or BPE of characters, other
 * ids in some texts: sums of scores have 32 or 64 bits, pieces of equal scores go from the left or by a
 * list of merges, texts are normalized in other ways. */
enum tkz_compat {
    TKZ_COMPAT_FILE = 0, /* as the program whose file it is */
    TKZ_COMPAT_SENTENCEPIECE = 1,
    TKZ_COMPAT_HF = 2
};

/* Opens a file to be encoded as one of tkz_compat. A SentencePiece model as HF: as the tokenizer.json
 * that is made of it, which tkz_tokenizer_serialize then writes. tokenizer.json as SENTENCEPIECE: its
 * Unigram, or BPE with the order of the merges for scores, in sentencepiece's arithmetic. Where both
 * give the same, either may be asked for. Errors: those of tkz_tokenizer_open, INVALID_ARGUMENT,
 * UNSUPPORTED (that program has no such model, or the file is an image that was made the other way). */
TKZ_API TKZ_CHECKED tkz_status tkz_tokenizer_open_compat(tkz_tokenizer **tokenizer,
                                                         const char *path, int32_t compat,
                                                         const tkz_allocator *allocator,
                                                         tkz_error *error);

/* The format of a file, told from its content as tkz_tokenizer_open tells it. Static. Errors: those
 * of opening, BAD_FORMAT and UNSUPPORTED if it is of none that is read. */
TKZ_API TKZ_CHECKED tkz_status tkz_tokenizer_file_format(const char *path,
                                                         const tkz_format_info **format,
                                                         tkz_error *error);

/* Why decoding the ids of a text may not give that text back; bits. */
enum tkz_tokenizer_loss {
    TKZ_LOSS_NORMALIZER = 1, /* text is normalized first */
    TKZ_LOSS_BYTES = 2,      /* some bytes have no token and vanish */
    TKZ_LOSS_SPACES = 4,     /* some added tokens take in the white space beside them */
    TKZ_LOSS_CUTS = 8,       /* the steps that cut text may change it or leave out some */
    TKZ_LOSS_UNKNOWN = 16,   /* characters that are no piece become the unknown token, or vanish */
    TKZ_LOSS_MARK = 32,      /* U+2581 in a text comes back as a space; all else may be lossless */
    TKZ_LOSS_DECODER = 64    /* the steps that make text of tokens may not undo those before them */
};

/* What a tokenizer is. */
typedef struct tkz_tokenizer_facts {
    int32_t compat;            /* of tkz_compat: the program that it encodes like; FILE where nothing
                                * differs between them, or neither has such a model */
    const char *kind;          /* "byte-level BPE", "character BPE", "Unigram", "WordPiece", "words",
                                * "characters"; static */
    uint32_t ids;              /* greatest id + 1 */
    uint32_t holes;            /* ids below that without a token */
    uint32_t bytes;            /* single bytes that have a token: 256, or text is lost; of pieces: those
                                * that stand for the bytes of unknown characters */
    uint32_t merges;           /* that can happen without dropout */
    uint32_t unmerged;         /* tokens of the vocabulary that merging never makes */
    int32_t out_of_order;      /* 1: merges act out of the order of their ranks, so that encoding is
                                * slower, and which ones happen is not known: `merges` counts all
                                * and `unmerged` none then */
    double dropout;            /* that the model says; encoders start without. 0: none */
    int32_t whole_chunks;      /* 1: they are found where they are a whole chunk */
    uint32_t added;            /* added tokens; of them: */
    uint32_t special;          /* taken from text only where that is allowed */
    uint32_t single_word;      /* only where no word character stands beside them */
    uint32_t left_space;       /* taking in the white space before them */
    uint32_t right_space;      /* and behind them */
    uint32_t normalized;       /* looked for in normalized text */
    uint32_t silent;           /* never looked for */
    uint32_t before;           /* tokens that the model's template puts before a text */
    uint32_t behind;           /* and behind it */
    uint32_t longest;          /* the first id of the longest token, and its bytes */
    uint64_t longest_size;
    uint32_t losses;           /* of tkz_tokenizer_loss; 0: lossless */
    /* One of the list, or one called "steps" whose pattern is the text of its steps, owned by the
     * tokenizer. */
    const tkz_pre_tokenizer_info *pre_tokenizer;
    const char *normalizer;    /* its steps in full, owned by the tokenizer; NULL: none */
    const char *decoder;       /* the steps that make text of tokens, owned by the tokenizer, */
    size_t decoder_size;       /* not NUL-terminated; 0: tokens are bytes */
} tkz_tokenizer_facts;
TKZ_API void tkz_tokenizer_describe(const tkz_tokenizer *tokenizer, tkz_tokenizer_facts *facts);

/* Checks every byte of the tokenizer: checksums, tokens, merges and all tables made from them. Takes
 * about as long as making them. Errors: CORRUPT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_tokenizer_verify(const tkz_tokenizer *tokenizer,
                                                    tkz_error *error);

#ifdef __cplusplus
}
#endif
#endif /* TOKENIZE_SUBWORD_H */
