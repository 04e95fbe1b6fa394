/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening dictionaries: whole, missing, damaged and hostile ones. Leans on the
 * dictionary in dict/test and on Debian's mecab-ipadic-utf8.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hash.h"
#include "morph/double_array_check.h"
#include "morph_fixture.h"

Suite *suite_dictionary(void);

static const char *const FILES[] = {"sys.dic", "matrix.bin", "char.bin", "unk.dic", "dicrc"};
enum { FILE_COUNT = 5 };

/* A copy of the dictionary to damage. */
static void copy_dictionary(char *path)
{
    char command[LONG_PATH];
    test_make_directory(path, SHORT_PATH);
    snprintf(command, sizeof command, "cp %s/* %s/", home, path);
    run(command);
}

static tkz_status try_open(const char *path, tkz_error *error)
{
    tkz_dictionary *dictionary;
    tkz_status status = tkz_dictionary_open(&dictionary, path, NULL, 0, NULL, error);
    ck_assert_int_eq(status == TKZ_OK, dictionary != NULL);
    tkz_dictionary_free(dictionary);
    return status;
}

/* ---- The dictionary ---- */

START_TEST(describes_its_files)
{
    tkz_dictionary *dictionary = open_dictionary(false);
    tkz_dictionary_info info, with_user;
    ck_assert_status(tkz_dictionary_describe(dictionary, &info, NULL));
    ck_assert_str_eq(info.path, home);
    ck_assert_str_eq(info.charset, "UTF-8");
    ck_assert_uint_eq(info.word_count, 35);
    ck_assert_uint_eq(info.left_size, 6);
    ck_assert_uint_eq(info.right_size, 6);

    tkz__hash_stream *stream = tkz__hash_stream_new();
    for (int i = 0; i < 4; i++) {
        char path[LONG_PATH];
        size_t size;
        join(path, home, FILES[i]);
        char *data = test_read_file(path, &size);
        tkz__hash_stream_add(stream, data, size);
        free(data);
    }
    ck_assert_uint_eq(info.hash, tkz__hash_stream_digest(stream));
    tkz__hash_stream_free(stream);
    tkz_dictionary_free(dictionary);

    dictionary = open_dictionary(true);
    ck_assert_status(tkz_dictionary_describe(dictionary, &with_user, NULL));
    ck_assert_uint_eq(with_user.word_count, 37);
    ck_assert_uint_ne(with_user.hash, info.hash);
    tkz_dictionary_free(dictionary);
    tkz_dictionary_free(NULL);
}
END_TEST

START_TEST(is_found_by_name)
{
    char path[256];
    tkz_error error;
    ck_assert_status(tkz_dictionary_find("ipadic", path, sizeof path, &error));
    ck_assert_ptr_nonnull(strstr(path, "ipadic"));
    ck_assert_int_eq(tkz_dictionary_find("ipadic", path, strlen(path), &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_dictionary_find("kotoba", path, sizeof path, &error),
                     TKZ_STATUS_NOT_FOUND);
    ck_assert_ptr_nonnull(strstr(error.message, "ipadic, juman and unidic"));
    ck_assert_int_eq(try_open("kotoba", &error), TKZ_STATUS_NOT_FOUND);

    tkz_status status = tkz_dictionary_find("unidic", path, sizeof path, &error);
    if (status != TKZ_OK) {
        ck_assert_int_eq(status, TKZ_STATUS_NOT_FOUND);
        ck_assert_ptr_nonnull(strstr(error.message, "apt-get install unidic-mecab"));
    }

    tkz_dictionary *dictionary;
    tkz_dictionary_info info;
    ck_assert_status(tkz_dictionary_find("ipadic", path, sizeof path, &error));
    ck_assert_status(tkz_dictionary_open(&dictionary, "ipadic", NULL, 0, NULL, NULL));
    ck_assert_status(tkz_dictionary_describe(dictionary, &info, NULL));
    ck_assert_str_eq(info.path, path);
    ck_assert_uint_gt(info.word_count, 300000);
    tkz_dictionary_free(dictionary);
}
END_TEST

/* A directory in the current directory needs no slash in its name. */
START_TEST(is_found_in_the_current_directory)
{
    int before = open(".", O_RDONLY | O_DIRECTORY);
    ck_assert_int_ge(before, 0);
    ck_assert_int_eq(chdir("/tmp"), 0);
    ck_assert_status(try_open(home + strlen("/tmp/"), NULL));
    ck_assert_int_eq(fchdir(before), 0);
    close(before);
}
END_TEST

START_TEST(names_the_file_that_is_missing)
{
    for (int i = 0; i < FILE_COUNT; i++) {
        char path[SHORT_PATH], file[LONG_PATH];
        tkz_error error;
        copy_dictionary(path);
        join(file, path, FILES[i]);
        ck_assert_int_eq(unlink(file), 0);
        ck_assert_int_eq(try_open(path, &error), TKZ_STATUS_OPEN_FAILED);
        ck_assert_str_eq(error.where, file);
        ck_assert_ptr_nonnull(strstr(error.message, FILES[i]));
        ck_assert_ptr_nonnull(strstr(error.message, "apt-get install mecab-ipadic-utf8"));
        ck_assert_int_eq(mkdir(file, 0700), 0);
        ck_assert_int_eq(try_open(path, &error), TKZ_STATUS_OPEN_FAILED);
        test_remove_tree(path);
    }
    tkz_error error;
    ck_assert_int_eq(try_open("/nonexistent", &error), TKZ_STATUS_OPEN_FAILED);
    ck_assert_int_eq(try_open("", &error), TKZ_STATUS_INVALID_ARGUMENT);
}
END_TEST

/* Writes `size` bytes at `offset` of a file of the dictionary and returns what opening says. */
static tkz_status try_patched(const char *name, size_t offset, const void *data, size_t size,
                              tkz_error *error)
{
    char path[SHORT_PATH], file[LONG_PATH];
    copy_dictionary(path);
    join(file, path, name);
    size_t file_size;
    char *bytes = test_read_file(file, &file_size);
    ck_assert_uint_le(offset + size, file_size);
    memcpy(bytes + offset, data, size);
    test_write_file(file, bytes, file_size);
    free(bytes);
    tkz_status status = try_open(path, error);
    test_remove_tree(path);
    return status;
}

START_TEST(refuses_other_charsets)
{
    tkz_error error;
    ck_assert_int_eq(try_patched("sys.dic", 40, "UTF-16", 7, &error), TKZ_STATUS_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(error.message, "\"UTF-16\""));
    ck_assert_int_eq(try_patched("sys.dic", 40, "EUC-JP", 7, &error), TKZ_STATUS_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(error.message, "EUC-JP")); /* unk.dic is in UTF-8 */
    ck_assert_int_eq(try_patched("unk.dic", 40, "cp932", 6, &error), TKZ_STATUS_UNSUPPORTED);
    ck_assert_status(try_patched("sys.dic", 40, "UTF8\0", 6, &error));
}
END_TEST

/* A 32-bit number changed in a header. */
static tkz_status try_number(const char *name, size_t offset, uint32_t number)
{
    tkz_error error;
    return try_patched(name, offset, &number, sizeof number, &error);
}

START_TEST(refuses_what_is_inconsistent)
{
    ck_assert_int_eq(try_number("sys.dic", 0, 1), TKZ_STATUS_CORRUPT);      /* magic */
    ck_assert_int_eq(try_number("sys.dic", 4, 103), TKZ_STATUS_BAD_VERSION);
    ck_assert_int_eq(try_number("sys.dic", 8, 2), TKZ_STATUS_BAD_FORMAT);   /* type */
    ck_assert_int_eq(try_number("sys.dic", 12, 36), TKZ_STATUS_CORRUPT);    /* words */
    ck_assert_int_eq(try_number("sys.dic", 16, 7), TKZ_STATUS_CORRUPT);     /* left ids */
    ck_assert_int_eq(try_number("sys.dic", 16, 5), TKZ_STATUS_CORRUPT);
    ck_assert_int_eq(try_number("sys.dic", 24, 0), TKZ_STATUS_CORRUPT);     /* size of a part */
    ck_assert_int_eq(try_number("sys.dic", 24, UINT32_MAX), TKZ_STATUS_CORRUPT);
    ck_assert_int_eq(try_number("unk.dic", 20, 7), TKZ_STATUS_BAD_FORMAT);  /* right ids */
    ck_assert_int_eq(try_number("matrix.bin", 0, 0x00060007), TKZ_STATUS_CORRUPT);
    ck_assert_int_eq(try_number("matrix.bin", 0, 0), TKZ_STATUS_CORRUPT);
    ck_assert_int_eq(try_number("char.bin", 0, 0), TKZ_STATUS_BAD_FORMAT);
    ck_assert_int_eq(try_number("char.bin", 0, 8), TKZ_STATUS_CORRUPT);
    ck_assert_int_eq(try_number("char.bin", 4 + 7 * 32, 7 << 18), TKZ_STATUS_CORRUPT);
    ck_assert_status(try_number("sys.dic", 4, 102));

    tkz_error error;
    char name[32];
    memset(name, 'x', sizeof name); /* the name of a category, without its end */
    ck_assert_int_eq(try_patched("char.bin", 4, name, 32, &error), TKZ_STATUS_CORRUPT);
    /* No category of this name in unk.dic. */
    ck_assert_int_eq(try_patched("char.bin", 4, "NAMELESS", 9, &error), TKZ_STATUS_CORRUPT);
    ck_assert_ptr_nonnull(strstr(error.message, "NAMELESS"));
}
END_TEST

START_TEST(needs_the_setting_of_dicrc)
{
    char path[SHORT_PATH], file[LONG_PATH];
    tkz_error error;
    copy_dictionary(path);
    join(file, path, "dicrc");
    test_write_file(file, "cost-factor = 800\n", 18);
    ck_assert_int_eq(try_open(path, &error), TKZ_STATUS_CORRUPT);
    ck_assert_ptr_nonnull(strstr(error.message, "bos-feature"));
    test_write_file(file, "bos-feature = x\nno setting\n", 27);
    ck_assert_int_eq(try_open(path, &error), TKZ_STATUS_CORRUPT);
    ck_assert_ptr_nonnull(strstr(error.message, "no \"=\""));
    test_write_file(file, "", 0);
    ck_assert_int_eq(try_open(path, &error), TKZ_STATUS_CORRUPT);

    /* A user dictionary or an output format in dicrc has no say. */
    const char text[] = "bos-feature = BOS/EOS,*,*\nuserdic = /nonexistent\n"
                        "output-format-type = nonexistent\ndicdir = /nonexistent\n";
    test_write_file(file, text, strlen(text));
    ck_assert_status(try_open(path, &error));
    test_remove_tree(path);
}
END_TEST

static const char *const SENTENCES[] = {
    "今日は東京都に行きます。明日、New Yorkの学校で 本を見た。",
    "猫が魚を食べますカタカナabc123漢字ひらがな😀。\t \xE3\x81\xFF\x80",
};

/* Whatever opened must analyse text without leaving its memory. */
static void analyse_with(const char *path)
{
    tkz_dictionary *dictionary;
    if (tkz_dictionary_open(&dictionary, path, NULL, 0, NULL, NULL) != TKZ_OK)
        return;
    tkz_tagger *tagger;
    ck_assert_status(tkz_tagger_new(&tagger, dictionary, NULL, NULL));
    tkz_dictionary_free(dictionary);
    for (size_t i = 0; i < sizeof SENTENCES / sizeof *SENTENCES; i++) {
        const char *output;
        size_t size;
        tkz_status status = tkz_tagger_format(tagger, SENTENCES[i], strlen(SENTENCES[i]),
                                              TKZ_MORPH_FORMAT_DEFAULT, &output, &size, NULL);
        ck_assert(status == TKZ_OK || status == TKZ_STATUS_LIMIT);
    }
    tkz_tagger_free(tagger);
}

START_TEST(refuses_truncated_files)
{
    for (int i = 0; i < 4; i++) {
        char path[SHORT_PATH], file[LONG_PATH];
        copy_dictionary(path);
        join(file, path, FILES[i]);
        size_t size;
        char *bytes = test_read_file(file, &size);
        for (size_t step = 0; step < 60; step++) {
            size_t cut = step < 30 ? step * 4 : size * (step - 30) / 30;
            if (cut >= size)
                continue;
            test_write_file(file, bytes, cut);
            ck_assert_int_ne(try_open(path, NULL), TKZ_OK);
        }
        char *longer = calloc(1, size + 8);
        memcpy(longer, bytes, size);
        test_write_file(file, longer, size + 8);
        ck_assert_int_ne(try_open(path, NULL), TKZ_OK);
        free(longer);
        free(bytes);
        test_remove_tree(path);
    }
}
END_TEST

START_TEST(survives_altered_files)
{
    uint64_t state = 20;
    for (int i = 0; i < FILE_COUNT; i++) {
        char path[SHORT_PATH], file[LONG_PATH];
        copy_dictionary(path);
        join(file, path, FILES[i]);
        size_t size;
        char *bytes = test_read_file(file, &size);
        char *altered = malloc(size);
        for (int round = 0; round < 300; round++) {
            memcpy(altered, bytes, size);
            int count = 1 + (int)(test_random(&state) % 4);
            for (int k = 0; k < count; k++) /* half of them in the header */
                altered[test_random(&state) % (round % 2 == 0 && size > 400 ? 400 : size)] =
                    (char)test_random(&state);
            test_write_file(file, altered, size);
            analyse_with(path);
        }
        free(altered);
        free(bytes);
        test_remove_tree(path);
    }
}
END_TEST

/* ---- Double arrays ---- */

enum { UNITS = 1000 };
typedef struct test_unit {
    int32_t base;
    uint32_t check;
} test_unit;

static const char *check_array(const test_unit *units, uint32_t words)
{
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    const char *what;
    uint32_t where;
    ck_assert_status(tkz__double_array_check((const uint8_t *)units, UNITS, words, &allocator,
                                             &what, &where, NULL));
    return what;
}

/* One key, "a", with one word. */
static void make_array(test_unit *units)
{
    memset(units, 0, UNITS * sizeof *units);
    units[0] = (test_unit){1, 0};
    units[1 + 'a' + 1] = (test_unit){200, 1};
    units[200] = (test_unit){-(1 + 1), 200}; /* first word 0, one of them */
}

START_TEST(proves_that_look_ups_stay_inside)
{
    test_unit units[UNITS];
    make_array(units);
    ck_assert_ptr_null(check_array(units, 1));
    ck_assert_ptr_nonnull(check_array(units, 0));
    units[99].base = UNITS - 257;
    ck_assert_ptr_null(check_array(units, 1));
    units[99].base = UNITS - 256;
    ck_assert_ptr_nonnull(check_array(units, 1));
    units[99].base = INT32_MAX;
    ck_assert_ptr_nonnull(check_array(units, 1));
    make_array(units);
    units[99].base = -5; /* a state before the array */
    ck_assert_ptr_nonnull(check_array(units, 1));
    make_array(units);
    units[0].base = -2;
    ck_assert_ptr_nonnull(check_array(units, 1));
    make_array(units);
    units[200].base = INT32_MIN;
    ck_assert_ptr_nonnull(check_array(units, 1));
    make_array(units);
    units[100] = (test_unit){200, 1}; /* "b" leads to the state of "a" */
    ck_assert_ptr_nonnull(check_array(units, 1));
    make_array(units);
    units[300] = (test_unit){400, 200}; /* a circle of the states 200 and 400 */
    units[500] = (test_unit){200, 400};
    units[99] = (test_unit){0, 0};
    ck_assert_ptr_nonnull(check_array(units, 1));
}
END_TEST

/* Words that begin one another: a, aa, aaa, ... */
static tkz_status open_with_nested(int count, tkz_error *error)
{
    char path[SHORT_PATH], table[LONG_PATH], compiled[LONG_PATH], command[2048];
    test_make_directory(path, sizeof path);
    join(table, path, "nested.csv");
    join(compiled, path, "nested.dic");
    FILE *file = fopen(table, "w");
    ck_assert_ptr_nonnull(file);
    for (int i = 1; i <= count; i++) {
        for (int k = 0; k < i; k++)
            fputc('a', file);
        fputs(",1,1,100,x,y,z\n", file);
    }
    ck_assert_int_eq(fclose(file), 0);
    snprintf(command, sizeof command,
             "$(mecab-config --libexecdir)/mecab-dict-index -f utf-8 -t utf-8 -d %s -u %s %s "
             ">/dev/null 2>&1",
             home, compiled, table);
    run(command);
    tkz_dictionary *dictionary;
    const char *users[] = {compiled};
    tkz_status status = tkz_dictionary_open(&dictionary, home, users, 1, NULL, error);
    tkz_dictionary_free(dictionary);
    test_remove_tree(path);
    return status;
}

START_TEST(refuses_too_many_nested_words)
{
    tkz_error error;
    ck_assert_status(open_with_nested(512, &error));
    ck_assert_int_eq(open_with_nested(513, &error), TKZ_STATUS_CORRUPT);
    ck_assert_ptr_nonnull(strstr(error.message, "512"));
}
END_TEST

/* ---- User dictionaries ---- */

static tkz_status open_with_users(const char *path, const char *const *users, size_t count,
                                  tkz_error *error)
{
    tkz_dictionary *dictionary;
    tkz_status status = tkz_dictionary_open(&dictionary, path, users, count, NULL, error);
    tkz_dictionary_free(dictionary);
    return status;
}

START_TEST(refuses_wrong_user_dictionaries)
{
    tkz_error error;
    char system_path[LONG_PATH], user_path[LONG_PATH];
    join(system_path, home, "sys.dic");
    join(user_path, home, "user.dic");
    const char *users[100] = {system_path};
    ck_assert_int_eq(open_with_users(home, users, 1, &error), TKZ_STATUS_BAD_FORMAT);
    ck_assert_ptr_nonnull(strstr(error.message, "system dictionary, not a user dictionary"));
    users[0] = "/nonexistent";
    ck_assert_int_eq(open_with_users(home, users, 1, &error), TKZ_STATUS_OPEN_FAILED);
    users[0] = user_path;
    ck_assert_int_eq(open_with_users("ipadic", users, 1, &error), TKZ_STATUS_BAD_FORMAT);
    ck_assert_ptr_nonnull(strstr(error.message, "1316"));
    ck_assert_int_eq(open_with_users(home, NULL, 1, &error), TKZ_STATUS_INVALID_ARGUMENT);

    for (int i = 0; i < 100; i++)
        users[i] = user_path;
    ck_assert_status(open_with_users(home, users, 100, &error));
}
END_TEST

START_TEST(takes_any_path)
{
    char path[SHORT_PATH], odd[LONG_PATH], command[2048], user[LONG_PATH];
    test_make_directory(path, sizeof path);
    join(odd, path, "a, \"b\" c");
    ck_assert_int_eq(mkdir(odd, 0700), 0);
    snprintf(command, sizeof command, "cp %s/* '%s'", home, odd);
    run(command);
    join(user, odd, "user.dic");
    const char *users[] = {user, user};
    tkz_dictionary *dictionary;
    tkz_tagger *tagger;
    ck_assert_status(tkz_dictionary_open(&dictionary, odd, users, 2, NULL, NULL));
    ck_assert_status(tkz_tagger_new(&tagger, dictionary, NULL, NULL));
    const tkz_morpheme *m;
    size_t count;
    ck_assert_status(tkz_tagger_parse(tagger, "New York", 8, &m, &count, NULL));
    ck_assert_uint_eq(count, 1);
    tkz_tagger_free(tagger);
    tkz_dictionary_free(dictionary);
    test_remove_tree(path);
}
END_TEST

Suite *suite_dictionary(void)
{
    Suite *suite = suite_create("dictionary");
    TCase *cases = tcase_create("dictionary");
    tcase_add_unchecked_fixture(cases, compile_dictionary, remove_dictionary);
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, describes_its_files);
    tcase_add_test(cases, is_found_by_name);
    tcase_add_test(cases, is_found_in_the_current_directory);
    tcase_add_test(cases, names_the_file_that_is_missing);
    tcase_add_test(cases, refuses_other_charsets);
    tcase_add_test(cases, refuses_what_is_inconsistent);
    tcase_add_test(cases, needs_the_setting_of_dicrc);
    tcase_add_test(cases, refuses_truncated_files);
    tcase_add_test(cases, survives_altered_files);
    tcase_add_test(cases, refuses_wrong_user_dictionaries);
    tcase_add_test(cases, proves_that_look_ups_stay_inside);
    tcase_add_test(cases, refuses_too_many_nested_words);
    tcase_add_test(cases, takes_any_path);
    suite_add_tcase(suite, cases);
    return suite;
}
