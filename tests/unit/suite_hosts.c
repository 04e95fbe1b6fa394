/* SPDX-License-Identifier: Apache-2.0
 *
 * The filters swallow_hosts and llm_jp_domain: hosts of URLs, lists and folders of them, what a document without URL is, memory that
 * ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "clean/url_host.h"
#include "core/memory.h"
#include "testing.h"
#include "tokenize/clean.h"

Suite *suite_hosts(void);

enum { PATH_SIZE = 160 };

static void write_file(const char *directory, const char *name, const char *content)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    (void)mkdir(path, 0700);
    *slash = '/';
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    (void)fputs(content, file);
    (void)fclose(file);
}

static tkz_status make_set(tkz_filter_set **set, const char *directory, const char *name, const char *more,
                           const tkz_allocator *allocator, tkz_error *error)
{
    char json[PATH_SIZE + 128];
    int size = snprintf(json, sizeof json, "[{\"name\": \"swallow_hosts\", \"file\": \"%s/%s\"%s}]", directory, name, more);
    return tkz_filter_set_new(set, json, (size_t)size, allocator, error);
}

/* The value of a document with this URL; `evidence`, of 64 bytes, receives the host. */
static double measure(const tkz_filter_set *set, const char *url, char *evidence)
{
    tkz_cleaner *cleaner;
    const char *host;
    double value;
    size_t size;
    ck_assert_status(tkz_cleaner_new(&cleaner, set, NULL, NULL));
    ck_assert_status(tkz_cleaner_set_url(cleaner, url, url != NULL ? strlen(url) : 0, NULL));
    ck_assert_status(tkz_cleaner_measure(cleaner, "あ", 3, &value, NULL));
    ck_assert_status(tkz_cleaner_evidence(cleaner, 0, &host, &size, NULL));
    (void)snprintf(evidence, 64, "%.*s", (int)size, host);
    tkz_cleaner_free(cleaner);
    return value;
}

static void check(const tkz_filter_set *set, const char *url, double value, const char *evidence)
{
    char found[64];
    ck_assert_double_eq(measure(set, url, found), value);
    ck_assert_str_eq(found, evidence);
}

/* What urllib.parse.urlparse(url).hostname of Python 3.11 gives; "" for None and for what it refuses. */
START_TEST(test_host)
{
    static const struct {
        const char *url, *host;
    } cases[] = {
        {"http://Example.COM/Path", "example.com"},
        {"https://user:pa@ss@example.com:8080?q#f", "example.com"},
        {"  \x01http://a.jp", "a.jp"},
        {"ht\ttp:\n//a\r.j\np/", "a.jp"},
        {"//a.jp:80", "a.jp"},
        {"a.jp/path", ""},
        {"http:a.jp", ""},
        {"http:/a.jp", ""},
        {"http://", ""},
        {"http://:80/", ""},
        {"http://user@/", ""},
        {"", ""},
        {"://a.jp", ""},
        {"1http://a.jp", ""},
        {"h_t://a.jp", ""},
        {"a+b-.1://a.jp", "a.jp"},
        {"http://[2001:DB8::1]:80/", "2001:db8::1"},
        {"http://[2001:db8::1", ""},
        {"http://a]b/", ""},
        {"http://[fe80::1%EN0]/", "fe80::1%EN0"},
        {"http://A%41B.jp", "a%41B.jp"},
        {"http://日本語.JP/", "日本語.jp"},
        {"http://ＥＸ.jp#x", "ｅｘ.jp"},
        {"http://İ.jp", "i\xCC\x87.jp"},
        {"http://ȺȺȺȺ", "ⱥⱥⱥⱥ"},
        {"http://a.jp.", "a.jp."},
        {"http://a.jp\\@b.jp/", "b.jp"},
        {"http://a.jp;x", "a.jp;x"},
    };
    tkz__buffer buffer;
    tkz__buffer_init(&buffer, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *host;
        size_t size;
        ck_assert_status(tkz__url_host(cases[i].url, strlen(cases[i].url), &buffer, &host, &size, NULL));
        ck_assert_msg(size == strlen(cases[i].host) && memcmp(host, cases[i].host, size) == 0, "%s: %.*s", cases[i].url,
                      (int)size, host);
    }
    tkz__buffer_free(&buffer);
}
END_TEST

START_TEST(test_endings)
{
    static const char json[] = "[{\"name\": \"swallow_hosts\"}]";
    tkz_filter_set *set;
    tkz_verdict verdict;
    ck_assert_status(tkz_filter_set_new(&set, json, sizeof json - 1, NULL, NULL));
    ck_assert_str_eq(tkz_filter_set_needs_url(set), "swallow_hosts");
    ck_assert_ptr_null(tkz_filter_set_files_hash(set, 0));
    check(set, "https://mi.5ch.net/test", 1, "mi.5ch.net");
    check(set, "https://5ch.net/", 0, "5ch.net"); /* as the reference has it: the dot belongs to the ending */
    check(set, "https://notwikipedia.org/", 1, "notwikipedia.org");
    check(set, "https://ja.wikipedia.org.example.jp/", 0, "ja.wikipedia.org.example.jp");
    check(set, NULL, -1, "");
    check(set, "ja.wikipedia.org", -1, "");
    static const int kept[] = {1, 1, 0, 0};
    for (int i = 0; i < 4; i++) {
        tkz_filter_set_judge(set, (double[]){i - 1}, &verdict);
        ck_assert_int_eq(verdict.keep, kept[i]);
    }
    ck_assert_str_eq(verdict.reason, "listed_host");
    tkz_filter_set_free(set);

    static const char strict[] = "[{\"name\": \"length\"}, {\"name\": \"swallow_hosts\", \"minimum\": 0}]";
    ck_assert_status(tkz_filter_set_new(&set, strict, sizeof strict - 1, NULL, NULL));
    tkz_filter_set_judge(set, (double[]){100, -1}, &verdict);
    ck_assert_int_eq(verdict.keep, 0);
    ck_assert_str_eq(verdict.reason, "no_host");
    tkz_filter_set_free(set);
}
END_TEST

START_TEST(test_domains)
{
    static const char json[] = "[{\"name\": \"llm_jp_domain\"}]";
    tkz_filter_set *set;
    tkz_verdict verdict;
    ck_assert_status(tkz_filter_set_new(&set, json, sizeof json - 1, NULL, NULL));
    ck_assert_str_eq(tkz_filter_set_needs_url(set), "llm_jp_domain");
    check(set, "https://www.example.co.jp/", 0, "www.example.co.jp");
    check(set, "http://EXAMPLE.Tokyo:80/", 0, "example.tokyo");
    check(set, "http://jp/", 0, "jp"); /* one label is the last one too */
    check(set, "http://example.jpn/", 1, "example.jpn");
    check(set, "http://example.p/", 1, "example.p");
    check(set, "http://example.com./", 1, "example.com.");
    check(set, "http://192.0.2.1/", 1, "192.0.2.1");
    check(set, "http://[2001:db8::1]/", 1, "2001:db8::1");
    check(set, "https://ja.wikipedia.org/", 2, "ja.wikipedia.org");
    check(set, "http://ja.wikipedia.org/", 0, "ja.wikipedia.org"); /* as the reference has it */
    check(set, "https://ja.wikipedia.org", 0, "ja.wikipedia.org");
    check(set, "https://en.wikipedia.org/", 0, "en.wikipedia.org");
    check(set, "example.com", -1, "");
    check(set, NULL, -1, "");
    static const int kept[] = {1, 1, 0, 0};
    for (int i = 0; i < 4; i++) {
        tkz_filter_set_judge(set, (double[]){i - 1}, &verdict);
        ck_assert_int_eq(verdict.keep, kept[i]);
    }
    ck_assert_str_eq(verdict.reason, "other_domain");
    tkz_filter_set_free(set);
}
END_TEST

START_TEST(test_list)
{
    char directory[64];
    tkz_filter_set *set;
    test_make_directory(directory, sizeof directory);
    write_file(directory, "hosts", "\xEF\xBB\xBFlisted.jp\r\n  Other.JP\t\n\nlisted.jp\n127.0.0.1\npage.jp/path\nwww.deep.example.org\n日本.jp");
    ck_assert_status(make_set(&set, directory, "hosts", "", NULL, NULL));
    ck_assert_str_eq(tkz_filter_set_value_name(set, 0), "swallow_hosts:hosts");
    check(set, "http://LISTED.jp:8080/", 2, "listed.jp");
    check(set, "http://other.jp/", 2, "other.jp");
    check(set, "http://日本.jp/", 2, "日本.jp");
    check(set, "http://127.0.0.1/", 2, "127.0.0.1");
    check(set, "http://www.listed.jp/", 0, "www.listed.jp");
    check(set, "http://page.jp/path", 0, "page.jp");
    check(set, "http://ja.wikipedia.org/", 1, "ja.wikipedia.org");
    char hash[64];
    (void)snprintf(hash, sizeof hash, "%s", tkz_filter_set_files_hash(set, 0));
    tkz_filter_set_free(set);

    ck_assert_status(make_set(&set, directory, "hosts", ", \"parents\": true", NULL, NULL));
    ck_assert_str_eq(tkz_filter_set_files_hash(set, 0), hash);
    check(set, "http://www.listed.jp/", 2, "listed.jp");
    check(set, "http://a.b.c.listed.jp/", 2, "listed.jp");
    check(set, "http://notlisted.jp/", 0, "notlisted.jp");
    check(set, "http://deep.example.org/", 0, "deep.example.org");
    check(set, "http://listed.jp./", 0, "listed.jp.");
    check(set, "http://9.127.0.0.1/", 0, "9.127.0.0.1");
    check(set, "http://[::127.0.0.1]/", 0, "::127.0.0.1");
    tkz_filter_set_free(set);

    /* The same letters cut in another place are another list. */
    write_file(directory, "hosts", "listed.jpother.jp\n127.0.0.1\nwww.deep.example.org\n日本.jp");
    ck_assert_status(make_set(&set, directory, "hosts", "", NULL, NULL));
    ck_assert_str_ne(tkz_filter_set_files_hash(set, 0), hash);
    tkz_filter_set_free(set);
    test_remove_tree(directory);
}
END_TEST

START_TEST(test_folder)
{
    char directory[64];
    tkz_filter_set *set;
    tkz_error error;
    test_make_directory(directory, sizeof directory);
    ck_assert_int_eq(make_set(&set, directory, ".", "", NULL, &error), TKZ_STATUS_BAD_FORMAT);
    ck_assert_ptr_nonnull(strstr(error.message, "no hosts in this folder"));
    write_file(directory, "adult/domains", "adult.jp\nboth.jp\n");
    write_file(directory, "adult/urls", "adult.jp/page\nbare.jp\n");
    write_file(directory, "blog/domains", "blog.jp\n"); /* a category that Swallow does not take */
    write_file(directory, "games/domains", "games.jp\nboth.jp\n");
    write_file(directory, "mixed_adult/domains", "mixed.jp\n");
    write_file(directory, "custom/domains", "custom.jp\n");
    ck_assert_status(make_set(&set, directory, ".", "", NULL, NULL));
    static const char *const listed[] = {"adult.jp", "bare.jp", "both.jp", "games.jp", "mixed.jp", "custom.jp", NULL};
    for (size_t i = 0; listed[i] != NULL; i++) {
        char url[64];
        (void)snprintf(url, sizeof url, "http://%s/", listed[i]);
        check(set, url, 2, listed[i]);
    }
    check(set, "http://blog.jp/", 0, "blog.jp");
    tkz_filter_set_free(set);

    ck_assert_status(make_set(&set, directory, ".", ", \"compat\": true", NULL, NULL));
    check(set, "http://mixed.jp/", 0, "mixed.jp");
    tkz_filter_set_free(set);

    write_file(directory, "global_usage", "NAME: adult\nDEFAULT_TYPE:\tblack\n\nNAME:    games\nDEFAULT_TYPE: white\n\n"
                                          "NAME: a_name_that_is_longer_than_all_of_the_categories\nDEFAULT_TYPE: black\n");
    ck_assert_status(make_set(&set, directory, ".", "", NULL, NULL));
    check(set, "http://adult.jp/", 2, "adult.jp");
    check(set, "http://games.jp/", 0, "games.jp");
    check(set, "http://mixed.jp/", 0, "mixed.jp");
    check(set, "http://custom.jp/", 2, "custom.jp");
    tkz_filter_set_free(set);
    test_remove_tree(directory);
}
END_TEST

START_TEST(test_bad_lists)
{
    char directory[64];
    tkz_filter_set *set;
    tkz_error error;
    test_make_directory(directory, sizeof directory);
    ck_assert_int_eq(make_set(&set, directory, "missing", "", NULL, &error), TKZ_STATUS_OPEN_FAILED);
    write_file(directory, "hosts", "\n/only/a/path\n");
    ck_assert_int_eq(make_set(&set, directory, "hosts", "", NULL, &error), TKZ_STATUS_BAD_FORMAT);
    ck_assert_ptr_nonnull(strstr(error.message, "no hosts in this list"));
    write_file(directory, "hosts", "a.jp\n\xFF\n");
    ck_assert_int_eq(make_set(&set, directory, "hosts", "", NULL, &error), TKZ_STATUS_BAD_UTF8);
    ck_assert_uint_eq(error.line, 2);
    test_remove_tree(directory);
}
END_TEST

/* A host as long as a document, with as many domains above it, takes time for its length and not for the square of it. */
START_TEST(test_long_host)
{
    enum { LABELS = 1 << 20 };
    char directory[64], found[64], *url = malloc(2 * LABELS + 32);
    tkz_filter_set *set;
    ck_assert_ptr_nonnull(url);
    strcpy(url, "http://");
    for (size_t i = 0; i < LABELS; i++)
        memcpy(url + 7 + 2 * i, "a.", 2);
    strcpy(url + 7 + 2 * LABELS, "listed.jp");
    test_make_directory(directory, sizeof directory);
    write_file(directory, "hosts", "listed.jp\n");
    ck_assert_status(make_set(&set, directory, "hosts", ", \"parents\": true", NULL, NULL));
    clock_t start = clock();
    ck_assert_double_eq(measure(set, url, found), 2);
    ck_assert(clock() - start < (clock_t)20 * CLOCKS_PER_SEC); /* with the square it was two minutes */
    ck_assert_str_eq(found, "listed.jp");
    tkz_filter_set_free(set);
    test_remove_tree(directory);
    free(url);
}
END_TEST

/* More hosts than the first table has room for. */
START_TEST(test_many)
{
    char directory[64], path[PATH_SIZE], url[64];
    tkz_filter_set *set;
    test_make_directory(directory, sizeof directory);
    (void)snprintf(path, sizeof path, "%s/hosts", directory);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < 3000; i++)
        (void)fprintf(file, "host%d.example.jp\n", i);
    (void)fclose(file);
    ck_assert_status(make_set(&set, directory, "hosts", "", NULL, NULL));
    for (int i = 0; i < 3010; i++) {
        char found[64];
        (void)snprintf(url, sizeof url, "http://host%d.example.jp/", i);
        ck_assert_double_eq(measure(set, url, found), i < 3000 ? 2 : 0);
    }
    tkz_filter_set_free(set);
    test_remove_tree(directory);
}
END_TEST

START_TEST(test_arguments)
{
    static const char json[] = "[{\"name\": \"length\"}, {\"name\": \"swallow_hosts\"}]";
    tkz_filter_set *set;
    tkz_cleaner *cleaner;
    tkz_error error;
    double values[2];
    const char *host;
    size_t size;
    ck_assert_status(tkz_filter_set_new(&set, json, sizeof json - 1, NULL, NULL));
    ck_assert_status(tkz_cleaner_new(&cleaner, set, NULL, NULL));
    ck_assert_int_eq(tkz_cleaner_set_url(NULL, "", 0, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_cleaner_set_url(cleaner, NULL, 1, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_status(tkz_cleaner_set_url(cleaner, "http://a.jp", 11, NULL));
    ck_assert_int_eq(tkz_cleaner_set_url(cleaner, "http://\xFF", 8, &error), TKZ_STATUS_BAD_UTF8);
    ck_assert_uint_eq(error.offset, 7);
    ck_assert_status(tkz_cleaner_measure(cleaner, "", 0, values, NULL)); /* the URL from before is gone */
    ck_assert_double_eq(values[1], -1);
    ck_assert_int_eq(tkz_cleaner_evidence(NULL, 0, &host, &size, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_cleaner_evidence(cleaner, 2, &host, &size, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_cleaner_evidence(cleaner, 0, NULL, &size, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_status(tkz_cleaner_evidence(cleaner, 0, &host, &size, NULL)); /* length has none */
    ck_assert_uint_eq(size, 0);
    tkz_cleaner_free(cleaner);
    tkz_filter_set_free(set);
}
END_TEST

static tkz_status use_with(void *context, const tkz_allocator *allocator)
{
    tkz_filter_set *set;
    tkz_cleaner *cleaner;
    const char *host;
    double value;
    size_t size;
    tkz_status status = make_set(&set, context, ".", "", allocator, NULL);
    if (status != TKZ_OK)
        return status;
    status = tkz_cleaner_new(&cleaner, set, allocator, NULL);
    if (status == TKZ_OK) {
        status = tkz_cleaner_set_url(cleaner, "http://adult.jp/", 16, NULL);
        if (status == TKZ_OK)
            status = tkz_cleaner_measure(cleaner, "日本語", 9, &value, NULL);
        if (status == TKZ_OK)
            status = tkz_cleaner_evidence(cleaner, 0, &host, &size, NULL);
        tkz_cleaner_free(cleaner);
    }
    tkz_filter_set_free(set);
    return status;
}

START_TEST(test_failing_allocator)
{
    char directory[64];
    test_make_directory(directory, sizeof directory);
    write_file(directory, "adult/domains", "adult.jp\nother.jp\n");
    test_all_allocation_failures(use_with, directory);
    test_remove_tree(directory);
}
END_TEST

Suite *suite_hosts(void)
{
    Suite *suite = suite_create("hosts");
    TCase *tests = tcase_create("hosts");
    tcase_add_test(tests, test_host);
    tcase_add_test(tests, test_endings);
    tcase_add_test(tests, test_domains);
    tcase_add_test(tests, test_list);
    tcase_add_test(tests, test_folder);
    tcase_add_test(tests, test_bad_lists);
    tcase_add_test(tests, test_long_host);
    tcase_add_test(tests, test_many);
    tcase_add_test(tests, test_arguments);
    tcase_add_test(tests, test_failing_allocator);
    suite_add_tcase(suite, tests);
    return suite;
}
