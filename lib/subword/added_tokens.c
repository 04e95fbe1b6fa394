/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding added tokens in text. Leans on the trie and the class tables of text.
 */
#include "subword/added_tokens.h"

#include "subword/symbol_trie.h"
#include "text/char_class.h"
#include "text/utf8.h"

/* \w and \s of the crate regex in HF tokenizers 0.23 (doc/compatibility.md, Unicode versions). */
#define CLASSES (&tkz__class_table_16_0)

/* ---- Making ------------------------------------------------------------ */

void tkz__added_finder_free(tkz__added_finder *finder, const tkz_allocator *allocator)
{
    tkz__buffer_free(&finder->nodes);
    tkz__buffer_free(&finder->ends);
    tkz__release_array(allocator, finder->tokens, finder->count, sizeof *finder->tokens);
    finder->tokens = NULL;
    finder->count = 0;
}

/* What the first three bytes of contents are, for each first byte. */
typedef struct openings {
    tkz__byte_rule of[256];
} openings;

static void add_opening(tkz__byte_rule *rule, const uint8_t *content, size_t size)
{
    for (size_t i = 0; i < 3; i++) {
        rule->halves[2 * i] |= i < size ? TKZ__HALF(content[i] >> 4) : TKZ__ANY_HALF;
        rule->halves[2 * i + 1] |= i < size ? TKZ__HALF(content[i] & 15) : TKZ__ANY_HALF;
    }
}

/* A rule for each first byte; for several if there are more of them than rules: what a rule finds is looked at
 * anyway. */
static void set_rules(tkz__added_finder *finder, const openings *all)
{
    tkz__byte_rule rules[TKZ__BYTE_RULE_LIMIT] = {{{0}}};
    for (unsigned byte = 0; byte < 256; byte++) {
        if (!finder->starts[byte])
            continue;
        tkz__byte_rule *rule = &rules[finder->start_count++ % TKZ__BYTE_RULE_LIMIT];
        finder->last_start = (uint8_t)byte;
        for (size_t i = 0; i < 6; i++)
            rule->halves[i] |= all->of[byte].halves[i];
    }
    tkz__byte_rules_set(&finder->rules, rules, TKZ__BYTE_RULE_LIMIT);
}

/* Adds a content; one that is there already stays, as the first of equal ones. */
static tkz_status add_content(tkz__added_finder *finder, openings *all, tkz__trie_builder *trie,
                              uint32_t number, const char *content, size_t size, tkz_error *error)
{
    if (size == 0)
        return TKZ_OK;
    finder->starts[(uint8_t)content[0]] = true;
    add_opening(&all->of[(uint8_t)content[0]], (const uint8_t *)content, size);
    if (size > finder->longest)
        finder->longest = size;
    return tkz__trie_builder_add(trie, (const uint8_t *)content, size, number, error);
}

static tkz_status add_token(tkz__added_finder *finder, openings *all, const tkz__image *image,
                            tkz__trie_builder *trie, uint32_t number, tkz_normalizer *normalizer,
                            tkz_error *error)
{
    const uint8_t *bytes;
    size_t size;
    if (!tkz__image_token(image, finder->tokens[number].id, &bytes, &size))
        return TKZ_OK;
    const char *content = (const char *)bytes;
    if (normalizer != NULL) {
        tkz_normalized normal;
        tkz_status status = tkz_normalizer_run(normalizer, content, size, 0, &normal, error);
        if (status != TKZ_OK)
            return status;
        content = normal.text;
        size = normal.size;
    }
    return add_content(finder, all, trie, number, content, size, error);
}

static uint32_t count_tokens(const tkz__image *image, bool normalized)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < image->added_count; i++) {
        uint32_t flags = tkz__image_item(image, TKZ__SECTION_ADDED, (size_t)i * 2 + 1);
        count += (flags & TKZ__ADDED_SILENT) == 0 &&
                 ((flags & TKZ__ADDED_NORMALIZED) != 0) == normalized;
    }
    return count;
}

static void list_tokens(tkz__added_finder *finder, const tkz__image *image, bool normalized)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < image->added_count; i++) {
        uint32_t id = tkz__image_item(image, TKZ__SECTION_ADDED, (size_t)i * 2);
        uint32_t flags = tkz__image_item(image, TKZ__SECTION_ADDED, (size_t)i * 2 + 1);
        if ((flags & TKZ__ADDED_SILENT) != 0 ||
            ((flags & TKZ__ADDED_NORMALIZED) != 0) != normalized)
            continue;
        /* A damaged image may name ids that do not exist. */
        if (id >= image->id_count)
            id = 0;
        finder->tokens[count++] = (tkz__added_token){id, flags};
        finder->ordinary_count += (flags & TKZ__ADDED_SPECIAL) == 0;
        finder->flags |= flags;
    }
}

tkz_status tkz__added_finder_make(tkz__added_finder *finder, const tkz__image *image,
                                  bool normalized, tkz_normalizer *normalizer,
                                  const tkz_allocator *allocator, tkz_error *error)
{
    memset(finder, 0, sizeof *finder);
    tkz__buffer_init(&finder->nodes, allocator);
    tkz__buffer_init(&finder->ends, allocator);
    uint32_t count = count_tokens(image, normalized);
    if (count == 0)
        return TKZ_OK;
    finder->tokens = tkz__allocate_array(allocator, count, sizeof *finder->tokens);
    if (finder->tokens == NULL)
        return tkz__error_memory(error, count * sizeof *finder->tokens);
    finder->count = count;
    list_tokens(finder, image, normalized);
    openings all = {0};
    tkz__trie_builder *trie = NULL;
    tkz_status status = tkz__trie_builder_new(&trie, allocator, error);
    /* The last one first: where two contents are equal, the token of the lower id is found. */
    for (uint32_t i = count; status == TKZ_OK && i > 0; i--) {
        bool as_is = !normalized || (finder->tokens[i - 1].flags & TKZ__ADDED_AS_IS) != 0;
        status = add_token(finder, &all, image, trie, i - 1, as_is ? NULL : normalizer, error);
    }
    if (status == TKZ_OK)
        status = tkz__trie_builder_write(trie, &finder->nodes, &finder->ends, error);
    tkz__trie_builder_free(trie);
    set_rules(finder, &all);
    if (status != TKZ_OK)
        tkz__added_finder_free(finder, allocator);
    return status;
}

/* ---- Finding ----------------------------------------------------------- */

static bool has_flag(const char *text, size_t size, uint32_t flag, size_t *length)
{
    uint32_t character;
    *length = tkz__utf8_decode(text, size, &character);
    return character <= 0x10FFFF && (tkz__char_flags(CLASSES, character) & flag) != 0;
}

/* Where the character before text[at] starts; `at` is above 0. */
static size_t before(const char *text, size_t at)
{
    size_t start = at - 1;
    while (start > 0 && at - start < 4 && ((uint8_t)text[start] & 0xC0) == 0x80)
        start--;
    uint32_t character;
    return tkz__utf8_decode(text + start, at - start, &character) == at - start ? start : at - 1;
}

static bool stands_alone(const char *text, size_t size, size_t start, size_t end)
{
    size_t length;
    if (start > 0) {
        size_t last = before(text, start);
        if (has_flag(text + last, start - last, TKZ__CHAR_WORD, &length))
            return false;
    }
    return end == size || !has_flag(text + end, size - end, TKZ__CHAR_WORD, &length);
}

static size_t white_space_before(const char *text, size_t start, size_t least)
{
    size_t length;
    while (start > least) {
        size_t last = before(text, start);
        if (!has_flag(text + last, start - last, TKZ__CHAR_WHITE_SPACE, &length))
            break;
        start = last;
    }
    return start > least ? start : least;
}

static size_t white_space_behind(const char *text, size_t size, size_t end)
{
    size_t length;
    while (end < size && has_flag(text + end, size - end, TKZ__CHAR_WHITE_SPACE, &length))
        end += length;
    return end;
}

/* The longest content that text[at ..] starts with; its number, or TKZ__NO_TOKEN. */
static uint32_t longest_content(const tkz__added_finder *finder, const char *text, size_t size,
                                size_t at, size_t *length)
{
    return tkz__trie_longest(finder->nodes.data, finder->ends.data,
                             (uint32_t)(finder->nodes.size / TKZ__TRIE_NODE_SIZE),
                             (const uint8_t *)text + at, size - at, length);
}

/* The next byte of text[at .. limit) that some content may start with, or the limit. Many models have contents
 * that all start with "<", and the C library finds that by vectors: byte by byte it was an eighth of
 * the time of encoding with Qwen 3. Those of Gemma 3 start with five bytes, of which one is that of "\u2581" and
 * of the usual signs of Japanese. */
static size_t next_start(const tkz__added_finder *finder, const char *text, size_t size, size_t at,
                         size_t limit)
{
    if (finder->start_count == 1) {
        const char *found = memchr(text + at, finder->last_start, limit - at);
        return found != NULL ? (size_t)(found - text) : limit;
    }
    size_t end = size - limit < 2 ? size : limit + 2;
    size_t found = tkz__byte_rules_find(&finder->rules, text, at, end);
    return found < limit ? found : limit;
}

bool tkz__added_finder_is_idle(const tkz__added_finder *finder, bool allow_special)
{
    return finder->count == 0 || (!allow_special && finder->ordinary_count == 0);
}

size_t tkz__added_finder_reach(const tkz__added_finder *finder, const char *text, size_t at,
                               size_t taken)
{
    return (finder->flags & TKZ__ADDED_LSTRIP) != 0 ? white_space_before(text, at, taken) : at;
}

bool tkz__added_finder_next(const tkz__added_finder *finder, const char *text, size_t size,
                            size_t limit, bool allow_special, size_t taken, size_t *at,
                            tkz__added_match *match)
{
    if (tkz__added_finder_is_idle(finder, allow_special))
        return false;
    while (*at < limit) {
        size_t start = *at, length;
        if (!finder->starts[(uint8_t)text[start]]) {
            *at = next_start(finder, text, size, start + 1, limit);
            continue;
        }
        uint32_t number = longest_content(finder, text, size, start, &length);
        if (number >= finder->count) {
            *at = start + 1;
            continue;
        }
        size_t content = start, end = start + length;
        *at = end;
        const tkz__added_token *token = &finder->tokens[number];
        if ((token->flags & TKZ__ADDED_SPECIAL) != 0 && !allow_special)
            continue;
        if ((token->flags & TKZ__ADDED_SINGLE_WORD) != 0 &&
            !stands_alone(text, size, start, end))
            continue;
        if ((token->flags & TKZ__ADDED_LSTRIP) != 0)
            start = white_space_before(text, start, taken);
        /* What the last match took in behind it is white space up to there: not read again. */
        if ((token->flags & TKZ__ADDED_RSTRIP) != 0)
            end = end < taken ? taken : white_space_behind(text, size, end);
        /* Taken in as a whole by the last match: HF panics here ("AddedVocabulary bad split"). */
        if (end < start)
            end = start;
        *match = (tkz__added_match){start, end, content, token->id};
        return true;
    }
    return false;
}
