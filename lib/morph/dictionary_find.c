/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the dictionaries that have a name lie on this system. Leans on POSIX stat.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/error.h"
#include "tokenize/morph.h"

enum { MAXIMUM_PLACES = 8 };

typedef struct known_dictionary {
    const char *names[2]; /* the second may be NULL */
    const char *package;  /* of Debian and Ubuntu */
    const char *places[MAXIMUM_PLACES];
} known_dictionary;

/* Debian's and Ubuntu's packages first (var/lib), then what `make install` of the dictionary's own
 * source does, in distributions (/usr) and by hand (/usr/local). Among Debian's, those without
 * "-utf8" are in EUC-JP; they come last, so that opening one can say so. */
static const known_dictionary DICTIONARIES[] = {
    {{"ipadic", NULL},
     "mecab-ipadic-utf8",
     {"/var/lib/mecab/dic/ipadic-utf8", "/usr/lib/mecab/dic/ipadic-utf8",
      "/usr/lib/x86_64-linux-gnu/mecab/dic/ipadic-utf8", "/usr/lib/mecab/dic/ipadic",
      "/usr/lib64/mecab/dic/ipadic", "/usr/local/lib/mecab/dic/ipadic",
      "/usr/share/mecab/dic/ipadic", "/var/lib/mecab/dic/ipadic"}},
    {{"juman", "jumandic"},
     "mecab-jumandic-utf8",
     {"/var/lib/mecab/dic/juman-utf8", "/usr/lib/mecab/dic/juman-utf8",
      "/usr/lib/x86_64-linux-gnu/mecab/dic/juman-utf8", "/usr/lib/mecab/dic/jumandic",
      "/usr/lib64/mecab/dic/jumandic", "/usr/local/lib/mecab/dic/jumandic",
      "/usr/share/mecab/dic/juman", "/var/lib/mecab/dic/juman"}},
    {{"unidic", NULL},
     "unidic-mecab",
     {"/var/lib/mecab/dic/unidic", "/usr/lib/mecab/dic/unidic",
      "/usr/lib/x86_64-linux-gnu/mecab/dic/unidic", "/usr/lib64/mecab/dic/unidic",
      "/usr/local/lib/mecab/dic/unidic", "/usr/share/mecab/dic/unidic"}},
};

static const known_dictionary *known(const char *name)
{
    for (size_t i = 0; i < sizeof DICTIONARIES / sizeof *DICTIONARIES; i++) {
        for (size_t j = 0; j < 2 && DICTIONARIES[i].names[j] != NULL; j++) {
            if (strcmp(name, DICTIONARIES[i].names[j]) == 0)
                return &DICTIONARIES[i];
        }
    }
    return NULL;
}

/* Debian keeps the sources of a dictionary in a place of the same kind, without sys.dic. */
static bool is_compiled(const char *directory)
{
    char file[256];
    struct stat info;
    int length = snprintf(file, sizeof file, "%s/sys.dic", directory);
    return length < (int)sizeof file && stat(file, &info) == 0 && S_ISREG(info.st_mode);
}

tkz_status tkz_dictionary_find(const char *name, char *path, size_t capacity, tkz_error *error)
{
    if (name == NULL || path == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_dictionary_find",
                              TKZ__NO_OFFSET, "name and path must not be NULL");
    const known_dictionary *dictionary = known(name);
    if (dictionary == NULL)
        return tkz__error_set(error, TKZ_STATUS_NOT_FOUND, name, TKZ__NO_OFFSET,
                              "no dictionary is known by this name; known are ipadic, juman and "
                              "unidic (a directory is written with a slash)");
    for (size_t i = 0; i < MAXIMUM_PLACES && dictionary->places[i] != NULL; i++) {
        const char *place = dictionary->places[i];
        if (!is_compiled(place))
            continue;
        if (strlen(place) >= capacity)
            return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, name, TKZ__NO_OFFSET,
                                  "the path needs %zu bytes", strlen(place) + 1);
        memcpy(path, place, strlen(place) + 1);
        return TKZ_OK;
    }
    return tkz__error_set(error, TKZ_STATUS_NOT_FOUND, name, TKZ__NO_OFFSET,
                          "this dictionary is not installed (looked for sys.dic in %s and other "
                          "usual places). On Debian or Ubuntu: apt-get install %s",
                          dictionary->places[0], dictionary->package);
}
