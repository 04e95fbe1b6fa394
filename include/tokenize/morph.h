/* SPDX-License-Identifier: Apache-2.0
 *
 * Morphological analysis with MeCab-format dictionaries: the same words as mecab
 * finds, with byte offsets into the caller's text.
 */
#ifndef TOKENIZE_MORPH_H
#define TOKENIZE_MORPH_H

#include "tokenize/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A dictionary: immutable, shared by any number of taggers in any threads. */
typedef struct tkz_dictionary tkz_dictionary;

/* Opens the compiled dictionary in directory `path` (sys.dic, matrix.bin, char.bin, unk.dic,
 * dicrc) and `user_count` compiled user dictionaries, which are searched behind it in this order.
 * No rc file is read. `path` without a slash is first taken as a name for tkz_dictionary_find,
 * then as a directory ("./ipadic" is always a directory). Sizes, indices and numbers in the files
 * are checked, so that a damaged file is an error and not a crash. Dictionaries in UTF-8, EUC-JP and
 * Shift_JIS: text goes in and comes out in their charset.
 * Errors: OPEN_FAILED (the file that is missing is named), NOT_FOUND (neither an installed name
 * nor a directory), CORRUPT, BAD_FORMAT, BAD_VERSION, LIMIT (paths too long), UNSUPPORTED (UTF-16
 * and unknown charsets), IO, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_dictionary_open(tkz_dictionary **dictionary, const char *path,
                                                   const char *const *user_paths,
                                                   size_t user_count,
                                                   const tkz_allocator *allocator,
                                                   tkz_error *error);

/* Makes the derived image of the dictionary in directory `path` (or of this name) and writes it there
 * as "tokenize.image": the size of matrix.bin and about 30 bytes for each word. A dictionary that
 * has one opens in milliseconds and is analysed with faster; the words found are the same. `sample`
 * is some text like that to be analysed (some MB are best, none is possible): what its words use
 * comes first in the image. tkz_dictionary_open uses an image as long as the files are those that it
 * was made of, and refuses one that others than the caller and the system may write.
 * Errors: as tkz_dictionary_open; NO_SPACE; LIMIT (a word of more than 64 KiB). */
TKZ_API TKZ_CHECKED tkz_status tkz_dictionary_make_image(const char *path, const char *sample,
                                                         size_t sample_size,
                                                         const tkz_allocator *allocator,
                                                         tkz_error *error);

/* Drops the caller's reference; taggers keep theirs. Accepts NULL. */
TKZ_API void tkz_dictionary_free(tkz_dictionary *dictionary);

/* Checks all that opening checks where there is no image: every unit and every word of sys.dic, which
 * an image vouches for otherwise. 50 ms for IPADIC. Errors: CORRUPT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_dictionary_verify(const tkz_dictionary *dictionary,
                                                     tkz_error *error);

/* Facts about a dictionary: its directory, charset (such as "UTF-8"), number of words with those of the
 * user dictionaries, left and right context ids, and a hash of its files (XXH3 of sys.dic,
 * matrix.bin, char.bin, unk.dic and of the user dictionaries, one behind the other in this order).
 * Every call reads all files to compute the hash: 20 ms for the 53 MB of IPADIC. Strings are
 * owned by the dictionary. */
typedef struct tkz_dictionary_info {
    const char *path;
    const char *charset;
    uint64_t word_count;
    uint32_t left_size;
    uint32_t right_size;
    uint64_t hash;
} tkz_dictionary_info;
TKZ_API TKZ_CHECKED tkz_status tkz_dictionary_describe(const tkz_dictionary *dictionary,
                                                       tkz_dictionary_info *info,
                                                       tkz_error *error);

/* Where the dictionary called `name` ("ipadic", "juman", "unidic") lies on this system, looked for
 * in the usual places of Debian and MeCab; `path` receives at most `capacity` bytes with NUL.
 * NOT_FOUND names the package to install, or the known names; INVALID_ARGUMENT: `capacity` is too
 * small. */
TKZ_API TKZ_CHECKED tkz_status tkz_dictionary_find(const char *name, char *path, size_t capacity,
                                                   tkz_error *error);

/* One word of a sentence. */
typedef struct tkz_morpheme {
    uint64_t start; /* byte offset of the surface in the text */
    uint64_t end;
    uint64_t space_start;  /* white space before the surface begins here; = start if none */
    const char *feature;   /* comma separated, in UTF-8; not NUL-terminated */
    uint32_t feature_size; /* bytes */
    int32_t word_cost;
    uint16_t left_id;
    uint16_t right_id;
    uint16_t part_of_speech_id;
    uint8_t is_unknown; /* 1 if no dictionary has the word */
    uint64_t start_character; /* characters of the text that begin before `start`; 0 if not asked for */
    uint64_t end_character;
} tkz_morpheme;

/* Analyses text; one thread at a time. */
typedef struct tkz_tagger tkz_tagger;
TKZ_API TKZ_CHECKED tkz_status tkz_tagger_new(tkz_tagger **tagger, tkz_dictionary *dictionary,
                                              const tkz_allocator *allocator, tkz_error *error);
TKZ_API void tkz_tagger_free(tkz_tagger *tagger); /* accepts NULL */

/* Finds the best words of one sentence or line of `size` bytes, which may be any bytes. What is
 * white space is the dictionary's affair (SPACE in char.def: usually space, TAB, LF, VT, but not
 * CR and U+3000). NUL bytes are word borders: the text between two of them is analysed as a
 * sentence of its own, and they count as white space before the next word. Words are ascending
 * and each begins at or behind the end of the one before: `space_start` of a word is the end of
 * the word before it, or 0. White space behind the last word belongs to no word. `*morphemes` is
 * owned by the tagger and valid until its next call. A text may have any
 * length: a sentence is analysed in windows that end where nothing behind them can change the words
 * before. Errors: LIMIT (no such place in 1 GiB), OUT_OF_MEMORY. After an error the tagger can be
 * used again. */
TKZ_API TKZ_CHECKED tkz_status tkz_tagger_parse(tkz_tagger *tagger, const char *text, size_t size,
                                                const tkz_morpheme **morphemes, size_t *count,
                                                tkz_error *error);

/* What the next analyses are to give beside bytes. Characters are those of the dictionary's charset; in
 * UTF-8 each byte but those from 80 to BF begins one, also in broken text. */
enum tkz_tagger_request {
    TKZ_TAGGER_CHARACTERS = 1, /* places in characters */
};
/* Default: none. Errors: INVALID_OPTION. */
TKZ_API TKZ_CHECKED tkz_status tkz_tagger_set_requests(tkz_tagger *tagger, uint32_t requests,
                                                       tkz_error *error);

/* Words without their features: arrays of `count` items each. */
typedef struct tkz_tagged_words {
    size_t count;
    const uint64_t *starts; /* bytes of the text, as in tkz_morpheme */
    const uint64_t *ends;
    const uint16_t *part_of_speech_ids;
    const uint64_t *start_characters; /* NULL without TKZ_TAGGER_CHARACTERS */
    const uint64_t *end_characters;
} tkz_tagged_words;

/* The words of tkz_tagger_parse as arrays, for those who need no features: faster, and what a binding
 * hands on without a copy. Owned by the tagger and valid until its next call. Errors: as
 * tkz_tagger_parse. */
TKZ_API TKZ_CHECKED tkz_status tkz_tagger_words(tkz_tagger *tagger, const char *text, size_t size,
                                                tkz_tagged_words *words, tkz_error *error);

enum tkz_morph_format {
    TKZ_MORPH_FORMAT_DEFAULT = 0, /* surface TAB feature LF ... EOS LF, as `mecab` prints */
    TKZ_MORPH_FORMAT_WAKATI = 1,  /* surfaces with a space behind each, LF, as `mecab -Owakati` */
};

/* The same, written in one of mecab's output formats; `*output` is owned by the tagger until its
 * next call. One call writes one sentence with one end mark: LF and NUL bytes in the text end no
 * sentence here, the caller cuts lines. Errors: as tkz_tagger_parse; INVALID_OPTION (format). */
TKZ_API TKZ_CHECKED tkz_status tkz_tagger_format(tkz_tagger *tagger, const char *text, size_t size,
                                                 int32_t format, const char **output,
                                                 size_t *output_size, tkz_error *error);

/* A sentence whose text comes in pieces, such as a line that is not held whole: its words are written as soon
 * as nothing that may follow can change them, in memory for some megabytes of text and for the longest
 * stretch of it in which no word is certain. Worker of one thread. Errors of making: OUT_OF_MEMORY,
 * INVALID_ARGUMENT (no dictionary), INVALID_OPTION (format). */
typedef struct tkz_tagger_stream tkz_tagger_stream;
struct tkz_morph_style; /* how a lattice is written, below */
TKZ_API TKZ_CHECKED tkz_status tkz_tagger_stream_new(tkz_tagger_stream **stream,
                                                     tkz_dictionary *dictionary, int32_t format,
                                                     const tkz_allocator *allocator,
                                                     tkz_error *error);
TKZ_API void tkz_tagger_stream_free(tkz_tagger_stream *stream); /* accepts NULL */

/* Has sentences written in `style`, of the same dictionary, which lives as long as the stream: the bytes of
 * tkz_lattice_format_text. NULL: in the stream's own format. Between sentences only. Sentences may then have at most
 * 4 GiB, as templates tell places. Errors: OUT_OF_MEMORY; INVALID_ARGUMENT (inside of a sentence); UNSUPPORTED
 * (tkz_morph_style_can_stream says no). */
TKZ_API TKZ_CHECKED tkz_status tkz_tagger_stream_set_style(tkz_tagger_stream *stream,
                                                           const struct tkz_morph_style *style,
                                                           tkz_error *error);

/* Takes the next piece, cut anywhere. `*output`, owned by the stream until its next call, is what
 * can be written by now, often nothing; all pieces of it and that of the end together are what
 * tkz_tagger_format writes. After an error the stream can be ended, which drops the sentence.
 * Errors: as tkz_tagger_parse. */
TKZ_API TKZ_CHECKED tkz_status tkz_tagger_stream_add(tkz_tagger_stream *stream, const char *text,
                                                     size_t size, const char **output,
                                                     size_t *output_size, tkz_error *error);

/* Ends the sentence: the rest of it and the end mark. The next piece begins another one. */
TKZ_API TKZ_CHECKED tkz_status tkz_tagger_stream_end(tkz_tagger_stream *stream,
                                                     const char **output, size_t *output_size,
                                                     tkz_error *error);

/* The words of a dictionary as a boundary source, those of tkz_tagger_parse of the whole text, for
 * tkz_encoder_set_boundaries. The caller keeps the dictionary while the source or a worker of it is in
 * use. Its hash is that of tkz_dictionary_describe. Errors: as that, and UNSUPPORTED for a dictionary
 * that is not in UTF-8. */
TKZ_API TKZ_CHECKED tkz_status tkz_dictionary_boundaries(tkz_dictionary *dictionary,
                                                         tkz_boundaries *boundaries,
                                                         tkz_error *error);

/* ---- The whole lattice ------------------------------------------------ */

/* Every word that may stand in a sentence, with costs, all paths through them in the order of their
 * cost, and probabilities: slower than a tagger, and more memory (about 70 bytes for each candidate,
 * 24 for each byte of text). Worker of one thread on a shared dictionary. */
typedef struct tkz_lattice tkz_lattice;
TKZ_API TKZ_CHECKED tkz_status tkz_lattice_new(tkz_lattice **lattice, tkz_dictionary *dictionary,
                                               const tkz_allocator *allocator, tkz_error *error);
TKZ_API void tkz_lattice_free(tkz_lattice *lattice); /* accepts NULL */

/* What the next analyses are to give beside the best path; the sum of these. */
enum tkz_lattice_request {
    TKZ_LATTICE_NBEST = 1,     /* tkz_lattice_next; formats show the paths before a word */
    TKZ_LATTICE_MARGINALS = 2, /* probabilities; formats show the paths before a word */
    TKZ_LATTICE_ALL = 4,       /* all words take the place of those of the path, as mecab -a */
    /* Mistakes of MeCab that show in its output are made too (doc/mecab-compatibility.md). */
    TKZ_LATTICE_AS_MECAB = 8,
    TKZ_LATTICE_CHARACTERS = 16, /* places in characters, as TKZ_TAGGER_CHARACTERS */
};
/* Default: none. Errors: INVALID_OPTION. */
TKZ_API TKZ_CHECKED tkz_status tkz_lattice_set_requests(tkz_lattice *lattice, uint32_t requests,
                                                        tkz_error *error);

/* How steep probabilities are: a path of cost c weighs exp(-theta * c). Finite, above 0; default 0.75.
 * Kept in single precision, as MeCab keeps it. Without effect under TKZ_LATTICE_AS_MECAB, as in
 * mecab. Errors: INVALID_OPTION. */
TKZ_API TKZ_CHECKED tkz_status tkz_lattice_set_theta(tkz_lattice *lattice, double theta,
                                                     tkz_error *error);

/* Characters that may follow the first one of an unknown word made of a run of one kind: 1 to
 * 65535, default 24. Analysis takes that many steps for each character in such a run.
 * Errors: INVALID_OPTION. */
TKZ_API TKZ_CHECKED tkz_status tkz_lattice_set_grouping(tkz_lattice *lattice, uint32_t characters,
                                                        tkz_error *error);

/* The feature that all unknown words are given, copied; of size 0: each has that of unk.dic (or the
 * unk-feature of dicrc), the default. Takes effect with the next sentence.
 * Errors: OUT_OF_MEMORY, INVALID_OPTION (a NUL in it). */
TKZ_API TKZ_CHECKED tkz_status tkz_lattice_set_unknown_feature(tkz_lattice *lattice,
                                                               const char *feature, size_t size,
                                                               tkz_error *error);

/* What the next sentence must keep to; used up by it. Positions are bytes of it, 0 to its size. */
enum tkz_lattice_border {
    TKZ_LATTICE_BORDER_ANY = 0,    /* lifts an earlier constraint at the position */
    TKZ_LATTICE_BORDER_FIXED = 1,  /* no word goes beyond it */
    TKZ_LATTICE_BORDER_INSIDE = 2, /* no word ends there */
};
/* Errors: INVALID_OPTION, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_lattice_constrain_border(tkz_lattice *lattice,
                                                            uint64_t position, int32_t border,
                                                            tkz_error *error);
/* One word at [start, end) whose feature matches `pattern`: fields parted by commas, each equal or
 * "*"; "*" alone is any. White space counts as part of the word behind it. Where no word of the
 * dictionary and no unknown word matches, a word of cost 0 with the pattern as its feature stands
 * there. Errors: INVALID_ARGUMENT, LIMIT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_lattice_constrain_word(tkz_lattice *lattice, uint64_t start,
                                                          uint64_t end, const char *pattern,
                                                          size_t pattern_size, tkz_error *error);
TKZ_API void tkz_lattice_clear_constraints(tkz_lattice *lattice);

/* Analyses one sentence of any bytes; `text` is copied. NUL counts as white space. The words of the
 * best path are those of tkz_tagger_parse, but for what is around NUL, and costs do not overflow.
 * Errors: LIMIT (2 GiB), OUT_OF_MEMORY, INVALID_ARGUMENT (a constraint is behind the end, or cannot
 * be met). After an error the lattice can be used again. */
TKZ_API TKZ_CHECKED tkz_status tkz_lattice_parse(tkz_lattice *lattice, const char *text,
                                                 size_t size, tkz_error *error);

/* The same for a sentence of which words are known, in the lines that mecab -p reads: "surface TAB
 * pattern" is one word as of tkz_lattice_constrain_word, "surface" alone a stretch that no word leaves;
 * a line "EOS" ends them. */
TKZ_API TKZ_CHECKED tkz_status tkz_lattice_parse_partial(tkz_lattice *lattice, const char *lines,
                                                         size_t size, tkz_error *error);

/* Makes the best path, at the next call the second best and so on the current one; `*found` is 0 when
 * there is none left. Paths of equal cost come in MeCab's order (of its builds with libstdc++). Paths
 * may differ in features alone. Errors: OUT_OF_MEMORY; INVALID_ARGUMENT: no sentence was analysed with
 * TKZ_LATTICE_NBEST. */
TKZ_API TKZ_CHECKED tkz_status tkz_lattice_next(tkz_lattice *lattice, int32_t *found,
                                                tkz_error *error);

/* A word of a lattice. */
typedef struct tkz_lattice_word {
    tkz_morpheme morpheme; /* `space_start` is where white space before it begins */
    int64_t cost;          /* of the best path up to and with it */
    int32_t connection_cost; /* between it and the word before it in the current path */
    uint32_t id;           /* MeCab's number of the node */
    float probability;     /* 0 without TKZ_LATTICE_MARGINALS */
    uint8_t category;      /* of its first character: place in char.def */
    uint8_t is_best;       /* 1 in the path of the lowest cost */
} tkz_lattice_word;

/* The words of the current path, after tkz_lattice_parse the best one; with TKZ_LATTICE_ALL all words.
 * `*cost` (may be NULL) is the sum of the costs of the current path. Valid until the lattice's next
 * call. Errors: OUT_OF_MEMORY; INVALID_ARGUMENT: no sentence has been analysed. */
TKZ_API TKZ_CHECKED tkz_status tkz_lattice_words(tkz_lattice *lattice,
                                                 const tkz_lattice_word **words, size_t *count,
                                                 int64_t *cost, tkz_error *error);

/* Why a stretch was cut as it was: the words of the best path there, and the best other words that
 * lead from its beginning to its end. Costs are those of the stretch, with the connections to the words
 * on both sides. */
typedef struct tkz_lattice_rival {
    uint64_t start; /* bytes of the sentence; white space before the first word is in it */
    uint64_t end;
    const tkz_lattice_word *best;
    const tkz_lattice_word *other;
    size_t best_count;
    size_t other_count;
    int64_t best_cost;
    int64_t other_cost;              /* best_cost or more */
    int32_t best_following_cost;     /* connection to the word behind the stretch */
    int32_t other_following_cost;
} tkz_lattice_rival;

/* The decisions that cost less than `margin` more to take otherwise, ascending by where they begin, of
 * which each other word appears in one only. Changes the current path to the best one.
 * Errors: OUT_OF_MEMORY; INVALID_ARGUMENT: no sentence has been analysed. */
TKZ_API TKZ_CHECKED tkz_status tkz_lattice_rivals(tkz_lattice *lattice, int64_t margin,
                                                  const tkz_lattice_rival **rivals, size_t *count,
                                                  tkz_error *error);

/* The name of the category of characters (char.def) at place `index`, as tkz_lattice_word has it, such as
 * "KANJI"; NULL behind the last. Owned by the dictionary. */
TKZ_API const char *tkz_dictionary_category(const tkz_dictionary *dictionary, uint32_t index);

/* ---- Output ----------------------------------------------------------- */

/* How a lattice is written: one of mecab's formats. Immutable while lattices use it. */
typedef struct tkz_morph_style tkz_morph_style;

/* Begins as what `dictionary` asks for in its dicrc (output-format-type), else as mecab's default.
 * Errors: OUT_OF_MEMORY, INVALID_OPTION (dicrc asks for what it does not define). */
TKZ_API TKZ_CHECKED tkz_status tkz_morph_style_new(tkz_morph_style **style,
                                                   tkz_dictionary *dictionary,
                                                   const tkz_allocator *allocator,
                                                   tkz_error *error);
TKZ_API void tkz_morph_style_free(tkz_morph_style *style); /* accepts NULL */

/* Sets all of the style by name, as mecab -O: "wakati", "none", "dump", "em"; "default" or "" for
 * mecab's own default; or a NAME for which dicrc has node-format-NAME (yomi, chasen, simple and so on,
 * each dictionary its own; with unk-, bos-, eos- and eon-format-NAME). Errors: OUT_OF_MEMORY;
 * NOT_FOUND: dicrc has no such name; INVALID_OPTION: what it has is no template. */
TKZ_API TKZ_CHECKED tkz_status tkz_morph_style_set_name(tkz_morph_style *style, const char *name,
                                                        tkz_error *error);

/* Sets one template, as mecab -F, -U, -B, -E and -S. The first template after a name drops all that
 * the name stands for; those not set are mecab's defaults, and unknown words are written as known ones
 * until their template is set. The codes of templates are in
 * doc/mecab-compatibility.md.
 * Errors: OUT_OF_MEMORY; INVALID_OPTION: it is no template, and why. */
enum tkz_morph_template {
    TKZ_MORPH_TEMPLATE_WORD = 0,    /* -F: a word */
    TKZ_MORPH_TEMPLATE_UNKNOWN = 1, /* -U: an unknown word */
    TKZ_MORPH_TEMPLATE_BEGIN = 2,   /* -B: before a sentence */
    TKZ_MORPH_TEMPLATE_END = 3,     /* -E: behind a sentence */
    TKZ_MORPH_TEMPLATE_LAST = 4,    /* -S: behind the last of N results */
};
TKZ_API TKZ_CHECKED tkz_status tkz_morph_style_set_template(tkz_morph_style *style,
                                                            int32_t which, const char *text,
                                                            size_t size, tkz_error *error);

/* 1 if the style has a name that is not mecab's default, from dicrc or tkz_morph_style_set_name. */
TKZ_API int32_t tkz_morph_style_is_named(const tkz_morph_style *style);

/* 1 if the words of the best path can be written in this style before the sentence ends: its templates ask for
 * neither the whole sentence (%S, %L) nor what only a lattice knows (%t, %pi, dump, em). */
TKZ_API int32_t tkz_morph_style_can_stream(const tkz_morph_style *style);

/* The format (enum tkz_morph_format) in which a tagger writes the same bytes faster, or -1. */
TKZ_API int32_t tkz_morph_style_tagger_format(const tkz_morph_style *style);

/* Writes the current path of a sentence; with TKZ_LATTICE_ALL all its words. `*output` is owned by
 * the lattice until its next call. Errors: OUT_OF_MEMORY; INVALID_OPTION: a template asks for what a
 * word has not (a field behind its last one, paths before BOS); INVALID_ARGUMENT: no sentence has
 * been analysed. */
TKZ_API TKZ_CHECKED tkz_status tkz_lattice_format(tkz_lattice *lattice,
                                                  const tkz_morph_style *style,
                                                  const char **output, size_t *output_size,
                                                  tkz_error *error);

/* tkz_lattice_parse and tkz_lattice_format in one, and faster where the style and the requests need
 * nothing but the best path. The sentence cannot be asked for more afterwards.
 * Errors: as these two. */
TKZ_API TKZ_CHECKED tkz_status tkz_lattice_format_text(tkz_lattice *lattice,
                                                       const tkz_morph_style *style,
                                                       const char *text, size_t size,
                                                       const char **output, size_t *output_size,
                                                       tkz_error *error);

/* Writes the best `count` paths (fewer where there are not so many), then the end that
 * TKZ_MORPH_TEMPLATE_LAST makes. Errors: as tkz_lattice_next and tkz_lattice_format. */
TKZ_API TKZ_CHECKED tkz_status tkz_lattice_format_best(tkz_lattice *lattice,
                                                       const tkz_morph_style *style,
                                                       uint32_t count, const char **output,
                                                       size_t *output_size, tkz_error *error);

#ifdef __cplusplus
}
#endif
#endif /* TOKENIZE_MORPH_H */
