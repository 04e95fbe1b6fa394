/* SPDX-License-Identifier: Apache-2.0
 *
 * What the suites of morphological analysis share: the dictionary in dict/test,
 * compiled by mecab-dict-index (Debian: mecab), and ways to open it.
 */
#ifndef TKZ_TESTS_MORPH_FIXTURE_H
#define TKZ_TESTS_MORPH_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>

#include "testing.h"
#include "tokenize/morph.h"

enum { SHORT_PATH = 64, LONG_PATH = 512 };

static char home[SHORT_PATH]; /* the compiled dictionary, for all cases */

static inline void run(const char *command)
{
    ck_assert_msg(system(command) == 0, "failed: %s", command);
}

static inline void compile_dictionary(void)
{
    const char *source = getenv("srcdir");
    char command[2048];
    test_make_directory(home, sizeof home);
    snprintf(command, sizeof command,
             "set -e; tool=$(mecab-config --libexecdir)/mecab-dict-index; src='%s/dict/test'; "
             "{ $tool -f utf-8 -t utf-8 -d \"$src\" -o %s; cp \"$src/dicrc\" %s/dicrc; "
             "chmod u+w %s/dicrc; "
             "$tool -f utf-8 -t utf-8 -d %s -u %s/user.dic \"$src/user/user.csv\"; } "
             ">%s/log 2>&1",
             source != NULL ? source : ".", home, home, home, home, home, home);
    run(command);
}

static inline void remove_dictionary(void)
{
    test_remove_tree(home);
}

static inline void join(char *path, const char *directory, const char *name)
{
    ck_assert_int_lt(snprintf(path, LONG_PATH, "%s/%s", directory, name), LONG_PATH);
}

static inline tkz_dictionary *open_dictionary(bool with_user)
{
    char user[LONG_PATH];
    join(user, home, "user.dic");
    const char *users[] = {user};
    tkz_dictionary *dictionary;
    tkz_error error;
    tkz_status status =
        tkz_dictionary_open(&dictionary, home, users, with_user ? 1 : 0, NULL, &error);
    ck_assert_msg(status == TKZ_OK, "%s: %s", error.where, error.message);
    return dictionary;
}

static inline tkz_tagger *open_tagger(bool with_user)
{
    tkz_dictionary *dictionary = open_dictionary(with_user);
    tkz_tagger *tagger;
    ck_assert_status(tkz_tagger_new(&tagger, dictionary, NULL, NULL));
    tkz_dictionary_free(dictionary);
    return tagger;
}

static inline tkz_tagger *open_ipadic(void)
{
    tkz_dictionary *dictionary;
    tkz_tagger *tagger;
    tkz_error error;
    tkz_status status = tkz_dictionary_open(&dictionary, "ipadic", NULL, 0, NULL, &error);
    ck_assert_msg(status == TKZ_OK, "%s: %s", error.where, error.message);
    ck_assert_status(tkz_tagger_new(&tagger, dictionary, NULL, NULL));
    tkz_dictionary_free(dictionary);
    return tagger;
}

#endif
