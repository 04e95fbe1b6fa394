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
 * are checked, so that a damaged file is an error and not a crash. Only dictionaries in UTF-8.
 * Errors: OPEN_FAILED (the file that is missing is named), NOT_FOUND (neither an installed name
 * nor a directory), CORRUPT, BAD_FORMAT, BAD_VERSION, LIMIT (paths too long), UNSUPPORTED (another
 * charset, or built without a morphological engine), IO, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_dictionary_open(tkz_dictionary **dictionary, const char *path,
                                                   const char *const *user_paths,
                                                   size_t user_count,
                                                   const tkz_allocator *allocator,
                                                   tkz_error *error);

/* Drops the caller's reference; taggers keep theirs. Accepts NULL. */
TKZ_API void tkz_dictionary_free(tkz_dictionary *dictionary);

/* Facts about a dictionary: its directory, charset ("UTF-8"), number of words with those of the
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
 * owned by the tagger and valid until its next call. Errors: LIMIT (MeCab's "too long sentence",
 * at about 2 MB of text without NUL, and any text of more than 16 MiB without NUL),
 * OUT_OF_MEMORY. After an error the tagger can be used again. */
TKZ_API TKZ_CHECKED tkz_status tkz_tagger_parse(tkz_tagger *tagger, const char *text, size_t size,
                                                const tkz_morpheme **morphemes, size_t *count,
                                                tkz_error *error);

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

#ifdef __cplusplus
}
#endif
#endif /* TOKENIZE_MORPH_H */
