/* SPDX-License-Identifier: Apache-2.0
 *
 * The derived image of a dictionary: the same words with it, and images that are
 * stale, damaged or not ours. Leans on the dictionary in dict/test.
 */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "morph/best_path.h"
#include "morph/dictionary.h"
#include "morph_fixture.h"

Suite *suite_dictionary_image(void);

static const char SAMPLE[] = "今日は東京都に行きます。猫が魚を食べた。\n";

/* A copy of the dictionary to make an image in. */
static void copy_dictionary(char *path)
{
    char command[LONG_PATH];
    test_make_directory(path, SHORT_PATH);
    snprintf(command, sizeof command, "cp %s/* %s/", home, path);
    run(command);
}

static tkz_tagger *open_at(const char *path, bool with_user, bool expects_image)
{
    char user[LONG_PATH];
    join(user, path, "user.dic");
    const char *users[] = {user};
    tkz_dictionary *dictionary;
    tkz_tagger *tagger;
    tkz_error error;
    ck_assert_msg(tkz_dictionary_open(&dictionary, path, users, with_user, NULL, &error) == TKZ_OK,
                  "%s: %s", error.where, error.message);
    ck_assert_int_eq(dictionary->image.file.data != NULL, expects_image);
    ck_assert_status(tkz_tagger_new(&tagger, dictionary, NULL, NULL));
    tkz_dictionary_free(dictionary);
    return tagger;
}

static void make_image(const char *path)
{
    tkz_error error;
    ck_assert_msg(tkz_dictionary_make_image(path, SAMPLE, strlen(SAMPLE), NULL, &error) == TKZ_OK,
                  "%s: %s", error.where, error.message);
}

/* Both taggers must print the same. */
static void check_same(tkz_tagger *one, tkz_tagger *two, const char *text, size_t size)
{
    char *exact = malloc(size + (size == 0)); /* so that a sanitizer sees a step behind it */
    memcpy(exact, text, size);
    const char *expected, *found;
    size_t expected_size, found_size;
    ck_assert_status(tkz_tagger_format(one, exact, size, TKZ_MORPH_FORMAT_DEFAULT, &expected,
                                       &expected_size, NULL));
    ck_assert_status(tkz_tagger_format(two, exact, size, TKZ_MORPH_FORMAT_DEFAULT, &found,
                                       &found_size, NULL));
    ck_assert_uint_eq(found_size, expected_size);
    ck_assert_mem_eq(found, expected, found_size);
    free(exact);
}

/* Pieces of text and of characters in any order. */
static size_t random_text(char *text, size_t capacity, uint64_t *state)
{
    static const char *const pieces[] = {
        "東京", "都",   "は",  "。",  " ",    "\t",   "　",   "カ",           "漢",   "abc",
        "1",    "\r\n", "😀",  "に",  "\xE3", "\x81", "\xFF", "\xF0\x9F",     "\xC2", "食べ",
        "ー",   "ます", "New", " Yo", "rk",   "\xC1\x81", "\xE0\x80\x81", "猫が見た", "アアアアアアアア"};
    size_t size = 0, wanted = test_random(state) % capacity;
    while (size + 40 < wanted) {
        uint64_t choice = test_random(state) % 32;
        if (choice < sizeof pieces / sizeof *pieces) {
            memcpy(text + size, pieces[choice], strlen(pieces[choice]));
            size += strlen(pieces[choice]);
        } else {
            text[size++] = (char)test_random(state);
        }
    }
    return size;
}

/* Windows of `window` bytes, so that most of them end inside of a sentence. */
static void compare_paths(const char *text, size_t size, tkz_dictionary *dictionary, size_t window,
                          size_t chunk, size_t ranks)
{
    tkz_allocator memory = tkz__allocator_or_default(NULL);
    tkz__best_path whole, cut;
    tkz__best_path_init(&whole, dictionary, &memory);
    tkz__best_path_init(&cut, dictionary, &memory);
    whole.window = size + 1;
    cut.window = window;
    cut.longer.chunk = chunk;
    cut.ranks = ranks;
    tkz__best_path_begin(&whole, text, 0, size);
    tkz__best_path_begin(&cut, text, 0, size);
    const tkz__path_word *expected, *found;
    size_t expected_count, found_count, at = 0;
    ck_assert_status(tkz__best_path_next(&whole, &expected, &expected_count, NULL));
    do {
        ck_assert_status(tkz__best_path_next(&cut, &found, &found_count, NULL));
        for (size_t i = 0; i < found_count; i++, at++) {
            ck_assert_uint_lt(at, expected_count);
            ck_assert_uint_eq(found[i].start, expected[at].start);
            ck_assert_uint_eq(found[i].end, expected[at].end);
            ck_assert_uint_eq(found[i].number, expected[at].number);
        }
    } while (found_count > 0);
    ck_assert_uint_eq(at, expected_count);
    tkz__best_path_free(&whole);
    tkz__best_path_free(&cut);
}

START_TEST(finds_the_same_words)
{
    char path[SHORT_PATH];
    copy_dictionary(path);
    for (int with_user = 0; with_user < 2; with_user++) {
        tkz_tagger *files = open_at(home, with_user, false);
        make_image(path);
        tkz_tagger *image = open_at(path, with_user, true);
        uint64_t state = 7;
        for (int round = 0; round < 4000 / TEST_SHORTER; round++) {
            char text[700];
            check_same(files, image, text, random_text(text, sizeof text, &state));
        }
        tkz_tagger_free(files);
        tkz_tagger_free(image);
    }
    test_remove_tree(path);
}
END_TEST

/* Surfaces that end inside of a character, as in Debian's JUMANDIC, and such beyond U+FFFF. */
START_TEST(finds_surfaces_of_odd_bytes)
{
    char path[SHORT_PATH], command[2048];
    test_make_directory(path, sizeof path);
    snprintf(command, sizeof command,
             "set -e; tool=$(mecab-config --libexecdir)/mecab-dict-index; mkdir %s/s; "
             "cp '%s'/dict/test/* %s/s 2>/dev/null || true; "
             "printf '\\343\\201\\257\\343\\201,1,1,-9000,x,y,z\\n\\360\\237\\230\\200,1,1,-9000,x,e,z\\n"
             "\\347\\214\\253\\360\\237\\230\\200,1,1,-9500,x,e,z\\n\\201,1,1,-9000,x,y,z\\n' >>%s/s/words.csv; "
             "$tool -f utf-8 -t utf-8 -d %s/s -o %s >/dev/null 2>&1; cp %s/s/dicrc %s/",
             path, getenv("srcdir") != NULL ? getenv("srcdir") : ".", path, path, path, path, path,
             path);
    run(command);
    tkz_tagger *files = open_at(path, false, false);
    make_image(path);
    tkz_tagger *image = open_at(path, false, true);
    static const char *const texts[] = {"はあは", "猫は\xE3\x81", "猫😀😀", "は\x81は\xE3\x81\x82",
                                        "東は\xE3\x81\xE3\x81\x81"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check_same(files, image, texts[i], strlen(texts[i]));
    const tkz_morpheme *m;
    size_t count;
    ck_assert_status(tkz_tagger_parse(image, "はあ", 6, &m, &count, NULL));
    ck_assert_uint_eq(m[0].end, 5); /* inside of the second character */
    uint64_t state = 11;
    for (int round = 0; round < 3000 / TEST_SHORTER; round++) {
        char text[700];
        check_same(files, image, text, random_text(text, sizeof text, &state));
    }
    tkz_tagger_free(files);
    tkz_tagger_free(image);
    test_remove_tree(path);
}
END_TEST

START_TEST(cuts_long_sentences_exactly)
{
    char path[SHORT_PATH];
    copy_dictionary(path);
    tkz_dictionary *files, *image;
    ck_assert_status(tkz_dictionary_open(&files, path, NULL, 0, NULL, NULL));
    make_image(path);
    ck_assert_status(tkz_dictionary_open(&image, path, NULL, 0, NULL, NULL));
    static const size_t windows[] = {1, 7, 30, 64, 300};
    uint64_t state = 3;
    for (int round = 0; round < 200 / TEST_SHORTER; round++) {
        char text[3000];
        size_t size = random_text(text, sizeof text, &state);
        for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
            compare_paths(text, size, files, windows[i], windows[i], TKZ__KEY_RANKS);
            compare_paths(text, size, image, windows[i], windows[i], TKZ__KEY_RANKS);
            compare_paths(text, size, image, 1, windows[i], TKZ__KEY_RANKS); /* long stretches */
            compare_paths(text, size, image, 300, 300, 2); /* more left words than ranks */
        }
    }
    tkz_dictionary_free(files);
    tkz_dictionary_free(image);
    test_remove_tree(path);
}
END_TEST

START_TEST(is_of_its_files)
{
    char path[SHORT_PATH], file[LONG_PATH];
    tkz_error error;
    tkz_dictionary *dictionary;
    copy_dictionary(path);
    mode_t before = umask(0);
    make_image(path);
    umask(before);
    tkz_tagger_free(open_at(path, false, true)); /* nobody else was given the right to write it */
    join(file, path, TKZ__DICTIONARY_IMAGE_NAME);
    ck_assert_int_eq(chmod(file, 0666), 0);
    ck_assert_int_eq(tkz_dictionary_open(&dictionary, path, NULL, 0, NULL, &error),
                     TKZ_STATUS_OPEN_FAILED);
    ck_assert_ptr_nonnull(strstr(error.message, "others"));
    ck_assert_int_eq(chmod(file, 0644), 0);
    tkz_tagger_free(open_at(path, false, true));

    size_t size;
    join(file, path, "matrix.bin");
    char *bytes = test_read_file(file, &size);
    bytes[10] ^= 1;
    test_write_file(file, bytes, size);
    free(bytes);
    tkz_tagger_free(open_at(path, false, false)); /* of other files: not used */
    ck_assert_int_eq(tkz_dictionary_make_image("/nonexistent", NULL, 0, NULL, &error),
                     TKZ_STATUS_OPEN_FAILED);
    test_remove_tree(path);
}
END_TEST

/* An image does not vouch for what becomes of sys.dic later. */
START_TEST(files_are_verified)
{
    enum { UNITS = 72 }; /* of the double array: where they begin */
    char path[SHORT_PATH], file[LONG_PATH];
    tkz_error error;
    tkz_dictionary *dictionary;
    copy_dictionary(path);
    make_image(path);
    ck_assert_status(tkz_dictionary_open(&dictionary, path, NULL, 0, NULL, NULL));
    ck_assert_ptr_nonnull(dictionary->image.file.data);
    ck_assert_status(tkz_dictionary_verify(dictionary, NULL));
    join(file, path, "sys.dic");
    FILE *stream = fopen(file, "r+b");
    ck_assert_ptr_nonnull(stream);
    ck_assert_int_eq(fseek(stream, UNITS, SEEK_SET), 0);
    ck_assert_uint_eq(fwrite("\xff\xff\xff\x7f", 1, 4, stream), 4);
    ck_assert_int_eq(fclose(stream), 0);
    ck_assert_int_eq(tkz_dictionary_verify(dictionary, &error), TKZ_STATUS_CORRUPT);
    ck_assert_ptr_nonnull(strstr(error.where, "sys.dic"));
    tkz_dictionary_free(dictionary);
    test_remove_tree(path);
}
END_TEST

/* Damaged images are refused or analyse something, and never leave their memory. */
START_TEST(survives_altered_bytes)
{
    char path[SHORT_PATH], file[LONG_PATH];
    copy_dictionary(path);
    make_image(path);
    join(file, path, TKZ__DICTIONARY_IMAGE_NAME);
    size_t size;
    char *bytes = test_read_file(file, &size);
    char *altered = malloc(size);
    uint64_t state = 23;
    for (int round = 0; round < 600; round++) {
        memcpy(altered, bytes, size);
        /* The header, the characters, or what stands behind them. */
        size_t start = round % 3 == 0 ? 0 : round % 3 == 1 ? 300 : 300 + 4 * 65536;
        size_t length = round % 3 == 0 ? 100 : round % 3 == 1 ? 4 * 65536 : size - start;
        for (int k = 0; k < 1 + round % 30; k++)
            altered[start + test_random(&state) % length] = (char)test_random(&state);
        size_t cut = round % 10 == 9 ? test_random(&state) % size : size;
        test_write_file(file, altered, cut);
        tkz_dictionary *dictionary;
        if (tkz_dictionary_open(&dictionary, path, NULL, 0, NULL, NULL) != TKZ_OK)
            continue;
        tkz_tagger *tagger;
        ck_assert_status(tkz_tagger_new(&tagger, dictionary, NULL, NULL));
        tkz_dictionary_free(dictionary);
        char text[700];
        const char *output;
        size_t text_size = random_text(text, sizeof text, &state), output_size;
        ck_assert_status(tkz_tagger_format(tagger, text, text_size, TKZ_MORPH_FORMAT_DEFAULT,
                                           &output, &output_size, NULL));
        tkz_tagger_free(tagger);
    }
    free(altered);
    free(bytes);
    test_remove_tree(path);
}
END_TEST

static tkz_status make_open_and_format(void *context, const tkz_allocator *allocator)
{
    const char *path = context;
    tkz_dictionary *dictionary = NULL;
    tkz_tagger *tagger = NULL;
    const char *output;
    size_t size;
    tkz_status status = tkz_dictionary_make_image(path, SAMPLE, strlen(SAMPLE), allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_dictionary_open(&dictionary, path, NULL, 0, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_tagger_new(&tagger, dictionary, allocator, NULL);
    tkz_dictionary_free(dictionary);
    if (status == TKZ_OK)
        status = tkz_tagger_format(tagger, SAMPLE, strlen(SAMPLE), TKZ_MORPH_FORMAT_DEFAULT,
                                   &output, &size, NULL);
    tkz_tagger_free(tagger);
    return status;
}

START_TEST(reports_failed_allocations)
{
    char path[SHORT_PATH];
    copy_dictionary(path);
    test_all_allocation_failures(make_open_and_format, path);
    test_remove_tree(path);
}
END_TEST

Suite *suite_dictionary_image(void)
{
    Suite *suite = suite_create("dictionary_image");
    TCase *cases = tcase_create("image");
    tcase_add_unchecked_fixture(cases, compile_dictionary, remove_dictionary);
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, finds_the_same_words);
    tcase_add_test(cases, finds_surfaces_of_odd_bytes);
    tcase_add_test(cases, cuts_long_sentences_exactly);
    tcase_add_test(cases, is_of_its_files);
    tcase_add_test(cases, files_are_verified);
    tcase_add_test(cases, survives_altered_bytes);
    tcase_add_test(cases, reports_failed_allocations);
    suite_add_tcase(suite, cases);
    return suite;
}
