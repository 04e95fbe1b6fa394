/* SPDX-License-Identifier: Apache-2.0
 *
 * The morphological interface of a build without an engine (configure
 * --without-mecab): every function says so. Leans on error.
 */
#include "core/error.h"
#include "morph/tagger.h"

static tkz_status absent(tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, "morphological analysis", TKZ__NO_OFFSET,
                          "this build of libtokenize has no morphological analysis; install MeCab "
                          "(on Debian or Ubuntu: apt-get install libmecab-dev mecab "
                          "mecab-ipadic-utf8) and configure without --without-mecab");
}

tkz_status tkz_dictionary_open(tkz_dictionary **dictionary, const char *path,
                               const char *const *user_paths, size_t user_count,
                               const tkz_allocator *allocator, tkz_error *error)
{
    (void)path, (void)user_paths, (void)user_count, (void)allocator;
    *dictionary = NULL;
    return absent(error);
}

/* No object exists in this build, so those that take one have nothing to do. */
void tkz_dictionary_free(tkz_dictionary *dictionary)
{
    (void)dictionary;
}

tkz_status tkz_dictionary_describe(const tkz_dictionary *dictionary, tkz_dictionary_info *info,
                                   tkz_error *error)
{
    (void)dictionary, (void)info;
    return absent(error);
}

tkz_status tkz_tagger_new(tkz_tagger **tagger, tkz_dictionary *dictionary,
                          const tkz_allocator *allocator, tkz_error *error)
{
    (void)dictionary, (void)allocator;
    *tagger = NULL;
    return absent(error);
}

void tkz_tagger_free(tkz_tagger *tagger)
{
    (void)tagger;
}

tkz_status tkz_tagger_parse(tkz_tagger *tagger, const char *text, size_t size,
                            const tkz_morpheme **morphemes, size_t *count, tkz_error *error)
{
    (void)tagger, (void)text, (void)size;
    *morphemes = NULL;
    *count = 0;
    return absent(error);
}

tkz_status tkz__tagger_find_words(tkz_tagger *tagger, const char *text, size_t size,
                                  const tkz_morpheme **morphemes, size_t *count, tkz_error *error)
{
    return tkz_tagger_parse(tagger, text, size, morphemes, count, error);
}

tkz_status tkz_tagger_format(tkz_tagger *tagger, const char *text, size_t size, int32_t format,
                             const char **output, size_t *output_size, tkz_error *error)
{
    (void)tagger, (void)text, (void)size, (void)format;
    *output = NULL;
    *output_size = 0;
    return absent(error);
}
