/* SPDX-License-Identifier: Apache-2.0
 *
 * The program that a regular expression is compiled to, for its compiler and its matcher. Leans on
 * pattern_set.
 */
#ifndef TKZ_TEXT_PATTERN_PARTS_H
#define TKZ_TEXT_PATTERN_PARTS_H

#include "text/pattern_set.h"
#include "text/utf8.h"

typedef enum tkz__pattern_code {
    TKZ__CODE_MATCH,
    TKZ__CODE_ONE,    /* the character, or one of the class */
    TKZ__CODE_REPEAT, /* `least` to `most` of them, as `mode` says */
    TKZ__CODE_SPLIT,  /* goes on behind it, else `jump` away; or first away (LAZY) */
    TKZ__CODE_JUMP,
    TKZ__CODE_TEXT_START,
    TKZ__CODE_TEXT_END,
    TKZ__CODE_LAST_LINE_END, /* \Z: the end, or a newline before it */
    TKZ__CODE_LINE_START,
    TKZ__CODE_LINE_END,
    TKZ__CODE_WORD_BORDER,
    TKZ__CODE_NO_WORD_BORDER,
    TKZ__CODE_SEARCH_START, /* where the search began */
    TKZ__CODE_LAST_END,     /* and no empty match was passed over there */
    TKZ__CODE_BACK, /* `least` characters back, else up to `most` */
    TKZ__CODE_SAVE, /* the slot `least` is the place */
    TKZ__CODE_AT,   /* the place is that of the slot `least` */
    TKZ__CODE_REFER, /* what stands between the slot `least` and the next one */
    TKZ__CODE_CLUSTER, /* up to the end of a grapheme cluster */
    TKZ__CODE_CHECK, /* goes on behind it where the slot `least` is set, else `jump` away */
    /* What stands up to the CUT is matched without a way back into it. `jump` leads behind the CUT. */
    TKZ__CODE_ATOMIC,
    TKZ__CODE_LOOK,    /* and the place is as before */
    TKZ__CODE_LOOK_NOT,
    TKZ__CODE_CUT, /* `mode` is the code that it ends */
    TKZ__CODE_FAIL
} tkz__pattern_code;

enum { TKZ__REPEAT_GREEDY, TKZ__REPEAT_LAZY, TKZ__REPEAT_POSSESSIVE };

enum { TKZ__PATTERN_MOST_CODE = 1 << 16, TKZ__PATTERN_MOST_CLASSES = 256 };

/* The slot of where a match starts, behind \K. */
enum { TKZ__SLOT_KEEP };

#define TKZ__NO_CLASS UINT16_MAX
#define TKZ__NO_STARTS UINT32_MAX

typedef struct tkz__pattern_step {
    uint8_t code;
    uint8_t mode;
    uint16_t class_index; /* TKZ__NO_CLASS: `character` alone */
    uint32_t character;
    int32_t jump; /* from this step */
    uint32_t least;
    uint32_t most;
    uint32_t starts; /* of a SPLIT: bytes that what follows may start with; and at + 1 what is away */
} tkz__pattern_step;

/* 256 characters of a class. */
typedef struct tkz__class_page {
    uint64_t words[4];
} tkz__class_page;

enum { TKZ__CLASS_PAGES = TKZ__SET_INVALID / 256 + 1 };

/* A bit for each byte. */
typedef struct tkz__byte_set {
    uint64_t words[4];
} tkz__byte_set;

/* A class: numbers of pages, which all classes share. */
typedef struct tkz__pattern_class {
    uint16_t pages[TKZ__CLASS_PAGES];
    tkz__byte_set starts; /* that its characters may start with */
} tkz__pattern_class;

struct tkz__pattern {
    tkz_allocator allocator;
    tkz__pattern_step *steps;
    size_t step_count;
    size_t step_capacity;
    tkz__pattern_class *classes;
    size_t class_count;
    size_t class_capacity;
    tkz__class_page *pages;
    size_t page_count;
    size_t page_capacity;
    tkz__byte_set *starts; /* the first is that of the whole expression */
    size_t start_count;
    size_t start_capacity;
    uint16_t word_class; /* of word borders */
    uint16_t slot_count; /* places that a search remembers; 0: none */
    bool has_starts;     /* a match begins with one of the first set */
    bool at_lines;       /* a match begins at the start of a line */
};

static inline bool tkz__byte_set_has(const tkz__byte_set *set, uint8_t byte)
{
    return set->words[byte / 64] >> (byte % 64) & 1;
}

static inline bool tkz__class_has(const tkz__pattern *pattern, uint16_t class_index,
                                  uint32_t character)
{
    const tkz__class_page *page =
        &pattern->pages[pattern->classes[class_index].pages[character / 256]];
    return page->words[character % 256 / 64] >> (character % 64) & 1;
}

/* Adds the class of a set, or finds it. Errors: LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__pattern_add_class(tkz__pattern *pattern, const tkz__char_set *set,
                                              uint16_t *index, tkz_error *error);

/* Reads what stands behind `[` up to its `]`; *at: behind it. `folds`: cases are one. Errors:
 * UNSUPPORTED, BAD_FORMAT, LIMIT, OUT_OF_MEMORY. */
typedef struct tkz__pattern_source {
    const char *text;
    size_t size;
    size_t at;
    tkz__regex_dialect dialect;
    uint32_t names; /* classes that were read: each takes about a millisecond */
    const tkz_allocator *allocator;
    tkz_error *error;
} tkz__pattern_source;
TKZ_CHECKED tkz_status tkz__pattern_read_brackets(tkz__pattern_source *source, bool folds,
                                                  tkz__char_set *set);

/* Reads what stands behind a backslash, in brackets or outside: a character (*is_class false) or a class,
 * which is added to the set. `folds`: cases are one, if they are in such a class. Errors: as above. */
TKZ_CHECKED tkz_status tkz__pattern_read_escape(tkz__pattern_source *source, bool in_brackets,
                                                bool folds, bool *is_class, uint32_t *character,
                                                tkz__char_set *set);

/* Reads the next character. Errors: BAD_UTF8. */
TKZ_CHECKED tkz_status tkz__pattern_read_character(tkz__pattern_source *source,
                                                   uint32_t *character);

/* Adds the other cases of all characters of a set: simple case folding of Unicode 16.0. */
void tkz__set_fold(tkz__char_set *set);

/* The character that stands for all cases of one. */
uint32_t tkz__pattern_fold(uint32_t character);

/* Is the full case folding of a character, or of one of a set, several characters? */
bool tkz__folds_to_several(uint32_t character);
bool tkz__set_folds_to_several(const tkz__char_set *set);

/* Do such foldings begin with these two, which are folded? */
bool tkz__is_folded_pair(uint32_t first, uint32_t second);

/* Where the character before `at` begins, which is behind `low`. */
static inline size_t tkz__pattern_step_back(const char *text, size_t low, size_t at)
{
    if (((uint8_t)text[at - 1] & 0x80) == 0)
        return at - 1;
    for (size_t length = 2; length <= 4 && length <= at - low; length++) {
        uint32_t character;
        if (((uint8_t)text[at - length] & 0xC0) == 0x80)
            continue;
        if (tkz__utf8_next(text + at - length, length, &character) == length)
            return at - length;
        break;
    }
    return at - 1;
}

/* Behind the cluster that begins at `at`, as Oniguruma's \X takes it: the rules of UAX #29 without those
 * of Indic conjuncts, each border by what stands before it in the whole text. *steps: characters that
 * were read, to which it adds. */
size_t tkz__pattern_cluster(const char *text, size_t size, size_t at, uint64_t *steps);

/* "at byte N: WHAT". */
tkz_status tkz__pattern_refuse(const tkz__pattern_source *source, tkz_status status, size_t place,
                               const char *what);

/* An empty pattern, or NULL. */
tkz__pattern *tkz__pattern_allocate(const tkz_allocator *allocator);

/* Fills in `starts` of the whole and of each SPLIT, when the steps are complete. */
TKZ_CHECKED tkz_status tkz__pattern_find_starts(tkz__pattern *pattern, tkz_error *error);

#endif
