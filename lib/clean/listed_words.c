/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a word list, and the walk over a document: at each place the words that begin there, one of
 * them is taken, and the walk goes on behind it. Leans on word_trie, line_borders and
 * line_file.
 */
#include "clean/listed_words.h"

#include <limits.h>
#include <string.h>

#include "clean/line_borders.h"
#include "clean/line_file.h"
#include "index/word_trie.h"
#include "text/char_class.h"
#include "text/utf8.h"

struct tkz__word_list {
    tkz__word_trie trie;
    const tkz__word_filter *shared; /* with other lists of a set; NULL: with none */
    uint32_t rules;
    tkz_allocator allocator;
};

/* ---- Reading ------------------------------------------------------------- */

static bool is_space(uint32_t character)
{
    return (tkz__char_flags(&tkz__class_table_16_0, character) & TKZ__CHAR_WHITE_SPACE) != 0;
}

/* The small letter of ASCII that Python's re takes for the same with IGNORECASE, or the character. */
static uint32_t fold(uint32_t character)
{
    switch (character) {
    case 0x130: /* LATIN CAPITAL LETTER I WITH DOT ABOVE */
    case 0x131: /* LATIN SMALL LETTER DOTLESS I */
        return 'i';
    case 0x17F: /* LATIN SMALL LETTER LONG S */
        return 's';
    case 0x212A: /* KELVIN SIGN */
        return 'k';
    default:
        return character - 'A' < 26 ? character + 0x20 : character;
    }
}

static tkz_status add_line(void *context, const char *line, size_t size, tkz_error *error)
{
    tkz__word_list *list = context;
    uint32_t symbols[TKZ__WORD_LONGEST + 2];
    size_t count = 0, start = 0;
    for (size_t at = 0; at < size && count < TKZ__WORD_LONGEST + 2;)
        at += tkz__utf8_next(line + at, size - at, &symbols[count++]);
    if (list->rules & TKZ__WORDS_STRIP) {
        while (count > start && is_space(symbols[count - 1]))
            count--;
        while (start < count && is_space(symbols[start]))
            start++;
    }
    for (size_t i = start; i < count && (list->rules & TKZ__WORDS_FOLD); i++)
        symbols[i] = fold(symbols[i]);
    return count == start ? TKZ_OK
                          : tkz__word_trie_add(&list->trie, symbols + start, count - start, error);
}

tkz_status tkz__word_list_open(tkz__word_list **list, const char *path, uint32_t rules,
                               const tkz_allocator *allocator, tkz_error *error)
{
    tkz__word_list *made = tkz__allocate_zeroed(allocator, sizeof *made);
    *list = NULL;
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = *allocator;
    made->rules = rules;
    tkz_status status = tkz__word_trie_init(&made->trie, allocator, error);
    if (status == TKZ_OK)
        status = tkz__line_file_read(path, add_line, made, error);
    if (status == TKZ_OK && made->trie.word_count == 0)
        status = tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, path, TKZ__NO_OFFSET,
                                "there are no words in this list; it has one a line");
    if (status != TKZ_OK) {
        tkz__word_list_free(made);
        return status;
    }
    *list = made;
    return TKZ_OK;
}

void tkz__word_list_free(tkz__word_list *list)
{
    if (list == NULL)
        return;
    tkz_allocator allocator = list->allocator;
    tkz__word_trie_free(&list->trie);
    tkz__release(&allocator, list, sizeof *list);
}

tkz_status tkz__filter_open_words(const tkz__chosen_filter *chosen, void **resource,
                                  const tkz_allocator *allocator, tkz_error *error)
{
    return tkz__word_list_open((tkz__word_list **)resource, chosen->file, 0, allocator, error);
}

void tkz__filter_close_words(void *resource, const tkz_allocator *allocator)
{
    (void)allocator;
    tkz__word_list_free(resource);
}

void tkz__word_list_share(tkz__word_list *list, tkz__word_filter *filter)
{
    tkz__word_filter_add(filter, &list->trie);
    list->shared = filter;
}

/* Which words of the list were seen in a document. */
typedef struct seen_words {
    uint64_t *rounds; /* of each word: the last document it stood in */
    size_t count;
    uint64_t round;
    uint64_t types;
    tkz_allocator allocator;
} seen_words;

/* ---- Finding ------------------------------------------------------------- */

/* The choice among the words at one place. */
typedef struct choice {
    uint32_t rules;
    const uint32_t *characters; /* all of the document */
    size_t count;
    size_t start;
    const tkz__line_borders *borders; /* NULL: they do not matter */
    uint32_t word;
    size_t size; /* 0: none yet */
} choice;

static bool is_katakana(uint32_t character)
{
    return (character >= 0x30A1 && character <= 0x30F4) || character == 0x30FC;
}

/* Katakana with katakana beside it is a part of a longer word. */
static bool is_part(const choice *c, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!is_katakana(c->characters[c->start + i]))
            return false;
    size_t end = c->start + size;
    return (c->start > 0 && is_katakana(c->characters[c->start - 1])) ||
           (end < c->count && is_katakana(c->characters[end]));
}

static bool choose(void *context, uint32_t word, size_t size)
{
    choice *c = context;
    if ((c->rules & TKZ__WORDS_KATAKANA_WHOLE) && is_part(c, size))
        return true;
    if (c->borders != NULL && !tkz__line_borders_fit(c->borders, c->start, size))
        return true;
    if (c->size == 0 || !(c->rules & TKZ__WORDS_FIRST) || word < c->word) {
        c->word = word;
        c->size = size;
    }
    return true;
}

/* A walk over the words of the document, one after the other. */
typedef struct walk {
    const tkz__word_list *list;
    tkz__measuring *measuring;
    tkz__word_hits *hits;
    seen_words *seen; /* a round for each word, or NULL */
    const tkz__span_sink *sink;
    tkz__line_borders borders;
    size_t behind; /* the last word */
    tkz_error *error;
} walk;

/* Takes the word at a place, if there is one. */
static tkz_status take_word(walk *w, size_t place)
{
    const tkz__word_list *list = w->list;
    const uint32_t *characters = w->measuring->characters;
    size_t count = w->measuring->count;
    choice c = {.rules = list->rules, .characters = characters, .count = count, .start = place};
    tkz__word_trie_visit(&list->trie, characters + place, count - place, choose, &c);
    if (c.size > 0 && (list->rules & TKZ__WORDS_ON_BORDERS)) {
        tkz_status status = tkz__line_borders_find(&w->borders, place, w->error);
        if (status != TKZ_OK)
            return status;
        c.borders = &w->borders;
        c.size = 0;
        tkz__word_trie_visit(&list->trie, characters + place, count - place, choose, &c);
    }
    if (c.size == 0)
        return TKZ_OK;
    w->behind = place + c.size;
    w->hits->words++;
    w->hits->characters += c.size;
    if (w->seen != NULL && w->seen->rounds[c.word] != w->seen->round) {
        w->seen->rounds[c.word] = w->seen->round;
        w->seen->types++;
    }
    if (w->sink == NULL)
        return TKZ_OK;
    return tkz__measuring_add_span(w->measuring, place, c.size, w->sink, w->error);
}

/* Bytes that are kept from one document to the next. */
enum { KEPT_PLACES = 1 << 20 };

/* Where words of any list of the set may begin, a bit for each character: once for all of them. */
static tkz_status find_places(tkz__measuring *measuring, tkz_error *error)
{
    tkz__buffer *places = &measuring->places;
    if (measuring->placed)
        return TKZ_OK;
    if (places->capacity > KEPT_PLACES && measuring->count / CHAR_BIT < places->capacity)
        tkz__buffer_free(places);
    tkz__buffer_clear(places);
    tkz_status status =
        tkz__buffer_reserve(places, (measuring->count / TKZ__WORD_PLACES + 1) * sizeof(uint64_t), error);
    if (status != TKZ_OK)
        return status;
    uint64_t *bits = (uint64_t *)(void *)places->data;
    for (size_t at = 0; at < measuring->count; at += TKZ__WORD_PLACES)
        bits[at / TKZ__WORD_PLACES] =
            tkz__word_filter_places(measuring->word_filter, measuring->characters + at, measuring->count - at);
    measuring->placed = true;
    return TKZ_OK;
}

static tkz_status find_words(const tkz__word_list *list, tkz__measuring *measuring,
                             tkz__word_hits *hits, seen_words *seen, const tkz__span_sink *sink,
                             tkz_error *error)
{
    const tkz__word_trie *trie = &list->trie;
    walk w = {.list = list, .measuring = measuring, .hits = hits, .seen = seen, .sink = sink,
              .borders = {.measuring = measuring}, .error = error};
    bool shared = list->shared != NULL && list->shared == measuring->word_filter;
    *hits = (tkz__word_hits){0};
    tkz_status status = tkz__measuring_decode(measuring, error);
    if (status == TKZ_OK && shared)
        status = find_places(measuring, error);
    const uint64_t *bits = (const uint64_t *)(const void *)measuring->places.data;
    const uint32_t *characters = measuring->characters;
    size_t count = measuring->count;
    for (size_t at = 0; at < count && status == TKZ_OK; at += TKZ__WORD_PLACES) {
        uint64_t places = shared ? bits[at / TKZ__WORD_PLACES]
                                 : tkz__word_filter_places(&trie->filter, characters + at, count - at);
        for (; places != 0 && status == TKZ_OK; places &= places - 1) {
            size_t place = at + (size_t)__builtin_ctzll(places);
            if (place >= w.behind && tkz__word_filter_may_begin(&trie->filter, characters + place, count - place))
                status = take_word(&w, place);
        }
    }
    return status;
}

tkz_status tkz__word_list_find(const tkz__word_list *list, tkz__measuring *measuring,
                               tkz__word_hits *hits, const tkz__span_sink *sink, tkz_error *error)
{
    return find_words(list, measuring, hits, NULL, sink, error);
}

/* The choice among English words at one place. */
typedef struct english_choice {
    const uint32_t *behind; /* the place, and how many characters there are */
    size_t left;
    uint32_t word;
    size_t size; /* 0: none yet */
} english_choice;

/* What may stand behind a word: `*more` characters of it belong to the occurrence. */
static bool may_end(const uint32_t *behind, size_t left, size_t *more)
{
    *more = left > 0 && (behind[0] == ' ' || behind[0] == ',' || behind[0] == '.');
    return *more > 0 || left == 0 || (left == 1 && behind[0] == '\n');
}

static bool choose_english(void *context, uint32_t word, size_t size)
{
    english_choice *c = context;
    size_t more;
    if (may_end(c->behind + size, c->left - size, &more) && (c->size == 0 || word < c->word)) {
        c->word = word;
        c->size = size;
    }
    return true;
}

tkz_status tkz__word_list_find_english(const tkz__word_list *list, tkz__measuring *measuring,
                                       tkz__word_hits *hits, tkz_error *error)
{
    *hits = (tkz__word_hits){0};
    tkz_status status = tkz__measuring_decode(measuring, error);
    size_t count = measuring->count, more;
    tkz__buffer_clear(&measuring->joined);
    if (status == TKZ_OK)
        status = tkz__buffer_reserve(&measuring->joined, (count + 1) * sizeof(uint32_t), error);
    if (status != TKZ_OK)
        return status;
    uint32_t *folded = (uint32_t *)(void *)measuring->joined.data;
    for (size_t i = 0; i < count; i++)
        folded[i] = fold(measuring->characters[i]);
    for (size_t i = 0; i < count;) {
        size_t start = i > 0 || folded[0] == ' ' ? i + 1 : 0;
        english_choice c = {0};
        if (start < count && (start == 0 || folded[i] == ' ')) {
            c = (english_choice){.behind = folded + start, .left = count - start};
            tkz__word_trie_visit(&list->trie, folded + start, count - start, choose_english, &c);
        }
        if (c.size == 0) {
            i++;
            continue;
        }
        hits->words++;
        hits->characters += c.size;
        i = start + c.size;
        (void)may_end(folded + i, count - i, &more);
        i += more;
    }
    return status;
}

static void free_seen(void *object)
{
    seen_words *seen = object;
    tkz_allocator allocator = seen->allocator;
    tkz__release_array(&allocator, seen->rounds, seen->count, sizeof *seen->rounds);
    tkz__release(&allocator, seen, sizeof *seen);
}

/* Those of the worker, made with the first document. */
static tkz_status need_seen(const tkz__word_list *list, tkz__measuring *measuring,
                            seen_words **seen, tkz_error *error)
{
    *seen = tkz__measuring_kept(measuring, list);
    if (*seen != NULL)
        return TKZ_OK;
    size_t count = list->trie.word_count;
    seen_words *made = tkz__allocate_zeroed(&measuring->allocator, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = measuring->allocator;
    made->count = count;
    made->rounds = tkz__allocate_array(&measuring->allocator, count, sizeof *made->rounds);
    if (made->rounds == NULL) {
        tkz__release(&measuring->allocator, made, sizeof *made);
        return tkz__error_memory(error, count * sizeof *made->rounds);
    }
    memset(made->rounds, 0, count * sizeof *made->rounds);
    *seen = made;
    return tkz__measuring_keep(measuring, list, made, free_seen, error);
}

tkz_status tkz__word_list_types(const tkz__word_list *list, tkz__measuring *measuring,
                                uint64_t *types, tkz_error *error)
{
    tkz__word_hits hits;
    seen_words *seen;
    tkz_status status = need_seen(list, measuring, &seen, error);
    if (status != TKZ_OK)
        return status;
    seen->round++;
    seen->types = 0;
    status = find_words(list, measuring, &hits, seen, NULL, error);
    *types = seen->types;
    return status;
}

tkz_status tkz__word_list_spans(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                                const tkz__span_sink *sink, tkz_error *error)
{
    tkz__word_hits hits;
    return tkz__word_list_find(chosen->resource, measuring, &hits, sink, error);
}
