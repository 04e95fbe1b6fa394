/* SPDX-License-Identifier: Apache-2.0
 *
 * The report of a run, as tables for people. Leans on jansson and on the table;
 * the members of a report are described in doc/report.md.
 */
#include "tools/summary.h"

#include <string.h>

#include "tools/messages.h"
#include "tools/table.h"

static uint64_t count_of(const json_t *object, const char *key)
{
    json_int_t value = json_integer_value(json_object_get(object, key));
    return value > 0 ? (uint64_t)value : 0;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

/* ---- Tables ------------------------------------------------------------- */

static void add_row(struct table *table, const char *label, uint64_t number, const char *note)
{
    table_add(table, "%s", label);
    table_add_count(table, number);
    table_add(table, "%s", note);
}

static void add_count(struct table *table, const json_t *object, const char *key, const char *label)
{
    if (json_object_get(object, key) != NULL)
        add_row(table, label, count_of(object, key), "");
}

/* A count with its share of the whole. */
static void add_share(struct table *table, const json_t *object, const char *key, const char *label,
                      uint64_t whole)
{
    char note[32] = "";
    if (json_object_get(object, key) == NULL)
        return;
    uint64_t number = count_of(object, key);
    if (whole > 0) {
        (void)snprintf(note, sizeof note, "%.1f %%", 100.0 * (double)number / (double)whole);
    }
    add_row(table, label, number, note);
}

static void add_reasons(struct table *table, const json_t *reasons)
{
    const char *reason;
    json_t *number;
    json_object_foreach((json_t *)reasons, reason, number)
    {
        char label[128];
        (void)snprintf(label, sizeof label, "    %s", reason);
        json_int_t value = json_integer_value(number);
        if (value > 0)
            add_row(table, label, (uint64_t)value, "");
    }
}

static void add_documents(struct table *table, const json_t *report)
{
    const json_t *documents = json_object_get(report, "documents");
    uint64_t whole = count_of(documents, "in");
    add_count(table, documents, "in", "documents in");
    if (json_object_get(documents, "normalized") != NULL)
        add_share(table, documents, "normalized", "  normalized", whole);
    if (json_object_get(documents, "edited") != NULL)
        add_share(table, documents, "edited", "  edited", whole);
    if (json_object_get(documents, "without_url") != NULL)
        add_share(table, documents, "without_url", "  without URL", whole);
    add_reasons(table, json_object_get(report, "changes"));
    add_share(table, documents, "kept", "  kept", whole);
    add_share(table, documents, "dropped", "  dropped", whole);
    add_reasons(table, json_object_get(documents, "dropped_by_reason"));
    if (count_of(documents, "bad") > 0) {
        add_share(table, documents, "bad", "  bad", whole);
        add_reasons(table, json_object_get(documents, "bad_by_reason"));
    }
}

static void add_sizes(struct table *table, const json_t *report)
{
    const json_t *bytes = json_object_get(report, "bytes");
    add_count(table, bytes, "in", "bytes in");
    uint64_t stored = count_of(bytes, "stored_in"); /* 0 where not known, as for a pipe */
    if (stored != 0 && stored != count_of(bytes, "in"))
        add_row(table, "  as stored", stored, "");
    add_count(table, bytes, "text_kept", "  text kept");
    const json_t *vocabulary = json_object_get(report, "vocabulary");
    add_count(table, vocabulary, "types", "different words");
    add_count(table, vocabulary, "tokens", "  occurrences");
    add_count(table, vocabulary, "size", "vocabulary size");
    if (json_object_get(vocabulary, "not_exported") != NULL) {
        table_add(table, "  tokenizer.json");
        table_add(table, "not written");
        table_add(table, "%s", "");
    }
    const json_t *words = vocabulary == NULL ? json_object_get(report, "words") : NULL;
    add_count(table, words, "types", "different words");
    add_count(table, words, "tokens", "  occurrences");
    const json_t *mean = json_object_get(words, "mean_characters");
    if (mean != NULL) {
        table_add(table, "%s", "  characters each");
        table_add(table, "%.2f", json_number_value(mean));
        table_add(table, "at most %llu", (unsigned long long)count_of(words, "longest"));
    }
}

static void add_encoding(struct table *table, const json_t *report)
{
    const json_t *encoding = json_object_get(report, "encoding");
    uint64_t tokens = count_of(encoding, "tokens"), characters = count_of(encoding, "characters");
    add_count(table, encoding, "tokens", "tokens");
    if (tokens > 0 && characters > 0) {
        table_add(table, "characters per token");
        table_add(table, "%.3f", (double)characters / (double)tokens);
        table_add(table, "%s", "");
    }
    const json_t *heldout = json_object_get(encoding, "heldout");
    const json_t *ratio = json_object_get(heldout, "characters_per_token");
    if (ratio != NULL) {
        table_add(table, "  held-out documents");
        table_add(table, "%.3f", json_number_value(ratio));
        table_add(table, "on %llu documents", (unsigned long long)count_of(heldout, "documents"));
    }
}

static void print_passes(const json_t *passes, FILE *stream)
{
    if (json_array_size(passes) == 0)
        return;
    struct table table = {.columns = 3, .right_aligned = 6};
    table_add(&table, "pass");
    table_add(&table, "seconds");
    table_add(&table, "MB/s");
    size_t index;
    json_t *pass;
    json_array_foreach((json_t *)passes, index, pass)
    {
        const json_t *rate = json_object_get(pass, "megabytes_per_second");
        table_add(&table, "%s", text_of(pass, "name"));
        table_add(&table, "%.2f", json_number_value(json_object_get(pass, "seconds")));
        if (rate != NULL) {
            table_add(&table, "%.1f", json_number_value(rate));
        } else {
            table_add(&table, "%s", "");
        }
    }
    fputc('\n', stream);
    table_print(&table, stream);
}

void summary_print(const json_t *report, FILE *stream)
{
    struct table table = {.columns = 3, .right_aligned = 2};
    add_documents(&table, report);
    add_sizes(&table, report);
    add_encoding(&table, report);
    table_print(&table, stream);
    print_passes(json_object_get(report, "passes"), stream);
}

/* ---- Words that are none ------------------------------------------------ */

/* Above this mean, what was counted are clauses: most are seen once, and merges across them are
 * learned badly and slowly. */
static const double clause_characters = 16;

void summary_warn_of_clauses(const json_t *report)
{
    const json_t *words = json_object_get(report, "words");
    double mean = json_number_value(json_object_get(words, "mean_characters"));
    if (mean > clause_characters) {
        message(NULL, "warning: a word has %.1f characters on average: these are clauses", mean);
        hint("cut at morphemes (--boundaries) or at least at scripts and punctuation (--cut)");
    }
    uint64_t cut = count_of(words, "cut_words");
    if (cut > 0)
        message(NULL, "warning: %llu words above 1 MiB were cut into pieces of that size",
                (unsigned long long)cut);
}

/* ---- Bad records -------------------------------------------------------- */

json_int_t summary_print_bad(const json_t *report)
{
    const json_t *documents = json_object_get(report, "documents");
    json_int_t bad = (json_int_t)count_of(documents, "bad");
    const json_t *first = json_object_get(documents, "bad_first");
    size_t index;
    json_t *record;
    json_array_foreach((json_t *)first, index, record)
    {
        uint64_t line = count_of(record, "line");
        const char *source = text_of(record, "source"), *reason = text_of(record, "reason");
        const char *text = text_of(record, "message");
        if (strcmp(source, "-") == 0)
            source = "standard input";
        char place[32] = "";
        if (line > 0)
            (void)snprintf(place, sizeof place, ":%llu", (unsigned long long)line);
        message(NULL, "%s%s: %s%s%s", source, place, reason, text[0] != '\0' ? ": " : "", text);
    }
    json_int_t more = bad - (json_int_t)json_array_size(first);
    if (more > 0)
        message(NULL, "and %lld more bad records", (long long)more);
    return bad;
}

/* ---- What to type next -------------------------------------------------- */

static const char *first_file(const json_t *report, const char *kind)
{
    size_t index;
    json_t *file;
    json_array_foreach(json_object_get(report, "files"), index, file)
    {
        if (strcmp(text_of(file, "kind"), kind) == 0)
            return text_of(file, "name");
    }
    return NULL;
}

/* Length of a token shard's name without .bin or .idx. */
static size_t prefix_size(const char *name)
{
    size_t size = strlen(name);
    bool has_suffix = size > 4 && (strcmp(name + size - 4, ".bin") == 0 ||
                                   strcmp(name + size - 4, ".idx") == 0);
    return has_suffix ? size - 4 : size;
}

static size_t count_files(const json_t *report, const char *kind)
{
    size_t index, count = 0;
    json_t *file;
    json_array_foreach(json_object_get(report, "files"), index, file)
    {
        count += strcmp(text_of(file, "kind"), kind) == 0;
    }
    return count;
}

/* Every token shard once, as Megatron wants them behind --data-path. */
static void print_data_path(const json_t *report, const char *directory, FILE *stream)
{
    enum { MOST_NAMED = 8 }; /* files; a shard has two. More would fill the screen */
    if (count_files(report, "tokens") > MOST_NAMED) {
        fprintf(stream, "  --data-path $(ls %s/*.idx | sed 's/[.]idx$//')    (for Megatron)\n",
                directory);
        return;
    }
    const char *last = "";
    size_t last_size = 0, index;
    json_t *file;
    fputs("  --data-path", stream);
    json_array_foreach(json_object_get(report, "files"), index, file)
    {
        const char *name = text_of(file, "name");
        size_t size = prefix_size(name);
        if (strcmp(text_of(file, "kind"), "tokens") != 0)
            continue;
        if (size == last_size && memcmp(name, last, size) == 0)
            continue;
        fprintf(stream, " %s/%.*s", directory, (int)size, name);
        last = name;
        last_size = size;
    }
    fputs("    (for Megatron)\n", stream);
}

void summary_print_next(const json_t *report, FILE *stream)
{
    const char *directory = text_of(report, "directory");
    if (directory[0] == '\0')
        return;
    const char *tokens = first_file(report, "tokens");
    const char *tokenizer = first_file(report, "tokenizer");
    fprintf(stream, "\nThe results are in %s. Next:\n  tokenize check --deep %s\n", directory,
            directory);
    if (tokens == NULL)
        return;
    if (tokenizer != NULL) {
        fprintf(stream, "  tokenize decode -t %s/%s %s/%.*s | head\n", directory, tokenizer,
                directory, (int)prefix_size(tokens), tokens);
    }
    print_data_path(report, directory, stream);
}
