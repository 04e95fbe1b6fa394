/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs the steps of a pre-tokenizer: a list of parts goes from step to step, and the text with it
 * where a step changes it. Leans on split_steps.h, the scanners, and the class tables.
 *
 * Everything here follows tokenizers 0.23: src/pre_tokenizers for the steps,
 * src/tokenizer/normalizer.rs (split, prepend, replace) and src/tokenizer/pattern.rs for what
 * becomes of matches.
 */
#include "subword/split_steps.h"

#include <inttypes.h>
#include <string.h>

#include "core/little_endian.h"
#include "core/memory.h"
#include "subword/byte_level.h"
#include "subword/pre_tokenizer.h"
#include "subword/split_lowercase.h"
#include "subword/split_words.h"
#include "text/char_class.h"
#include "text/pattern_set.h"
#include "text/utf8.h"

/* A step that is ready to run. */
typedef struct step {
    tkz__split_spec spec;
    tkz__pattern *pattern; /* of those that look for matches */
    /* A scanner that cuts as the pattern does, all of the text, each match a chunk. */
    const tkz__pre_tokenizer *scanner;
    tkz__split_behavior behavior;
    bool is_inverted;
} step;

struct tkz__split_steps {
    tkz_allocator allocator;
    tkz__split_spec *specs;
    size_t count;
    /* More than specs: BertPreTokenizer is two. */
    step steps[2 * TKZ__SPLIT_MOST_STEPS];
    size_t step_count;
    bool is_words; /* one pass does it all: split_words.h */
    bool spells_bytes; /* what is behind ByteLevel stays in its characters */
};

/* ---- Classes that steps look for ----------------------------------------- */

/* char::is_numeric of Rust's standard library. */
static bool is_numeric(uint32_t character)
{
    return (tkz__char_flags(&tkz__class_table_17_0, character) & TKZ__CHAR_NUMBER) != 0;
}

/* ---- Making steps -------------------------------------------------------- */

static bool (*class_of(tkz__split_kind kind))(uint32_t character)
{
    return kind == TKZ__SPLIT_NUMERIC       ? is_numeric
           : kind == TKZ__SPLIT_PUNCTUATION ? tkz__split_is_punctuation
                                            : tkz__split_is_space;
}

/* A pattern, or the scanner that is known for it. */
static tkz_status make_pattern(tkz__split_steps *own, step *made, tkz__regex_dialect dialect,
                               tkz_error *error)
{
    const tkz__split_spec *spec = &made->spec;
    bool takes_all = made->behavior == TKZ__BEHAVIOR_ISOLATED ||
                     (made->behavior == TKZ__BEHAVIOR_REMOVED && made->is_inverted);
    if (takes_all)
        made->scanner = tkz__pre_tokenizer_by_dialect(dialect, spec->text, spec->text_size);
    if (made->scanner != NULL)
        return TKZ_OK;
    return tkz__pattern_new(&made->pattern, dialect, spec->text, spec->text_size, &own->allocator,
                            error);
}

static tkz_status make_step(tkz__split_steps *own, const tkz__split_spec *spec, tkz_error *error)
{
    static const char words[] = "\\w+|[^\\w\\s]+";
    step *made = &own->steps[own->step_count++];
    *made = (step){.spec = *spec, .behavior = spec->behavior, .is_inverted = spec->is_inverted};
    switch (spec->kind) {
    case TKZ__SPLIT_PATTERN:
        return spec->is_regex
                   ? make_pattern(own, made, TKZ__DIALECT_ONIGURUMA, error)
                   : tkz__pattern_of_text(&made->pattern, spec->text, spec->text_size,
                                          &own->allocator, error);
    case TKZ__SPLIT_TIKTOKEN:
        /* Matches are chunks; what is between them is lost (tiktoken src/lib.rs, find_iter). */
        made->behavior = TKZ__BEHAVIOR_REMOVED;
        made->is_inverted = true;
        return make_pattern(own, made, TKZ__DIALECT_RUST, error);
    case TKZ__SPLIT_WHITESPACE:
        made->behavior = TKZ__BEHAVIOR_REMOVED;
        made->is_inverted = true;
        return tkz__pattern_new(&made->pattern, TKZ__DIALECT_RUST, words, strlen(words),
                                &own->allocator, error);
    case TKZ__SPLIT_DELIMITER:
        made->behavior = TKZ__BEHAVIOR_REMOVED;
        return tkz__pattern_of_text(&made->pattern, spec->text, spec->text_size, &own->allocator,
                                    error);
    case TKZ__SPLIT_WHITESPACE_SPLIT:
        made->behavior = TKZ__BEHAVIOR_REMOVED;
        break;
    case TKZ__SPLIT_NUMERIC:
        made->behavior = spec->each ? TKZ__BEHAVIOR_ISOLATED : TKZ__BEHAVIOR_CONTIGUOUS;
        break;
    case TKZ__SPLIT_PUNCTUATION:
        break;
    case TKZ__SPLIT_METASPACE:
        made->behavior = TKZ__BEHAVIOR_MERGED_WITH_NEXT;
        return spec->each ? tkz__pattern_of_text(&made->pattern, spec->text, spec->text_size,
                                                 &own->allocator, error)
                          : TKZ_OK;
    case TKZ__SPLIT_BYTES:
        made->scanner = spec->is_regex ? tkz__pre_tokenizer_find("gpt2", 4) : NULL;
        return TKZ_OK;
    default:
        return TKZ_OK;
    }
    return tkz__pattern_of_class(&made->pattern, class_of(spec->kind), &own->allocator, error);
}

static tkz_status make_steps(tkz__split_steps *own, const tkz__split_spec *spec, tkz_error *error)
{
    tkz__split_spec first = {.kind = TKZ__SPLIT_WHITESPACE_SPLIT};
    tkz__split_spec second = {.kind = TKZ__SPLIT_PUNCTUATION, .behavior = TKZ__BEHAVIOR_ISOLATED};
    if (spec->kind != TKZ__SPLIT_BERT)
        return make_step(own, spec, error);
    tkz_status status = make_step(own, &first, error);
    return status == TKZ_OK ? make_step(own, &second, error) : status;
}

/* A dictionary's words are those of whole texts.
 * Behind ByteLevel the text is one of characters that stand for bytes: there must be no others in it.
 * And for a Metaspace that asks what the document begins with, HF takes all parts that came from its
 * first character: there is one where nothing was put before it. */
static tkz_status check_order(const tkz__split_steps *own, tkz_error *error)
{
    bool has_bytes = false, has_prefix = false;
    for (size_t i = 0; i < own->count; i++) {
        tkz__split_kind kind = own->specs[i].kind;
        if (has_bytes && (kind == TKZ__SPLIT_BYTES || kind == TKZ__SPLIT_METASPACE))
            return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                                  "a pre-tokenizer with byte_level or metaspace behind byte_level");
        if (has_prefix && kind == TKZ__SPLIT_METASPACE &&
            own->specs[i].prepend == TKZ__PREPEND_FIRST)
            return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                                  "a pre-tokenizer with a metaspace that comes first behind another");
        if (i > 0 && kind == TKZ__SPLIT_MORPH)
            return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                                  "a pre-tokenizer with words of a dictionary that are not first");
        has_bytes = has_bytes || kind == TKZ__SPLIT_BYTES;
        has_prefix = has_prefix || (kind == TKZ__SPLIT_METASPACE &&
                                    own->specs[i].prepend != TKZ__PREPEND_NEVER);
    }
    return TKZ_OK;
}

tkz_status tkz__split_steps_new(tkz__split_steps **steps, const char *text, size_t size,
                                const tkz_allocator *allocator, tkz_error *error)
{
    tkz__split_steps *made = tkz__allocate_zeroed(allocator, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = *allocator;
    tkz_status status =
        tkz__split_specs_read(&made->specs, &made->count, text, size, allocator, error);
    if (status == TKZ_OK)
        status = check_order(made, error);
    made->is_words =
        status == TKZ_OK && made->count == 1 && tkz__split_is_words(made->specs[0].kind);
    for (size_t i = 0; status == TKZ_OK && i < made->count && !made->is_words; i++)
        status = make_steps(made, &made->specs[i], error);
    if (status == TKZ_OK)
        *steps = made;
    else
        tkz__split_steps_free(made);
    return status;
}

void tkz__split_steps_free(tkz__split_steps *steps)
{
    if (steps == NULL)
        return;
    tkz_allocator allocator = steps->allocator;
    for (size_t i = 0; i < steps->step_count; i++)
        tkz__pattern_free(steps->steps[i].pattern);
    tkz__split_specs_free(steps->specs, steps->count, &allocator);
    tkz__release(&allocator, steps, sizeof *steps);
}

/* ---- Pieces -------------------------------------------------------------- */

/* One run of the steps. */
typedef struct run {
    tkz__splitter *own;
    const char *text; /* that the pieces are of */
    size_t size;
    bool is_changed;
    bool at_start; /* the first piece begins where the document does */
    bool want_map;
    tkz_error *error;
} run;

static tkz_status push(run *now, size_t start, size_t end)
{
    tkz__piece_list *list = &now->own->next;
    if (start == end)
        return TKZ_OK;
    if (list->count == list->capacity) {
        tkz_status status =
            tkz__array_reserve(&now->own->allocator, (void **)&list->items, &list->capacity,
                               list->count + 1, sizeof *list->items, now->error);
        if (status != TKZ_OK)
            return status;
    }
    list->items[list->count++] = (tkz__split_piece){(uint32_t)start, (uint32_t)end};
    return TKZ_OK;
}

/* What is made of the matches of one piece: the last part is held until it is known what comes. */
typedef struct cut {
    tkz__split_behavior behavior;
    bool is_inverted;
    bool has_part;
    bool is_match; /* the last one */
    size_t start, end;
} cut;

static tkz_status flush(run *now, cut *own)
{
    if (!own->has_part)
        return TKZ_OK;
    own->has_part = false;
    return push(now, own->start, own->end);
}

/* A match, or what is between two; parts come in order and without gaps. */
static tkz_status feed(run *now, cut *own, size_t start, size_t end, bool is_match)
{
    bool joins = false;
    is_match = is_match != own->is_inverted;
    switch (own->behavior) {
    case TKZ__BEHAVIOR_REMOVED:
        return is_match ? TKZ_OK : push(now, start, end);
    case TKZ__BEHAVIOR_CONTIGUOUS:
        joins = is_match == own->is_match;
        break;
    case TKZ__BEHAVIOR_MERGED_WITH_PREVIOUS:
        joins = is_match && !own->is_match;
        break;
    case TKZ__BEHAVIOR_MERGED_WITH_NEXT:
        joins = !is_match && own->is_match;
        break;
    default:
        return push(now, start, end);
    }
    own->is_match = is_match;
    if (joins && own->has_part) {
        own->end = end;
        return TKZ_OK;
    }
    tkz_status status = flush(now, own);
    own->has_part = true;
    own->start = start;
    own->end = end;
    return status;
}

/* Is it the mark of Metaspace, whose first byte it has? */
static bool is_mark(const char *text, size_t size, const tkz__split_spec *spec)
{
    if (size < spec->text_size)
        return false;
    for (size_t i = 1; i < spec->text_size; i++)
        if (text[i] != spec->text[i])
            return false;
    return true;
}

/* Cuts a piece before each mark of Metaspace; a mark is one character, so its bytes are found nowhere else. */
static tkz_status cut_by_mark(run *now, const tkz__split_spec *spec, size_t start, size_t end)
{
    tkz_status status = TKZ_OK;
    size_t from = start;
    for (size_t at = start; status == TKZ_OK && at < end;) {
        const char *mark = memchr(now->text + at, spec->text[0], end - at);
        if (mark == NULL)
            break;
        at = (size_t)(mark - now->text);
        if (is_mark(mark, end - at, spec)) {
            status = push(now, from, at);
            from = at;
        }
        at++;
    }
    return status == TKZ_OK ? push(now, from, end) : status;
}

/* Cuts a piece by the matches of a pattern. */
static tkz_status cut_by_pattern(run *now, const step *what, size_t start, size_t end)
{
    tkz__pattern_search *search = &now->own->search;
    cut own = {.behavior = what->behavior, .is_inverted = what->is_inverted};
    size_t done = 0, from, to;
    bool found;
    tkz__pattern_search_text(search, what->pattern, now->text + start, end - start);
    tkz_status status = tkz__pattern_search_next(search, &from, &to, &found, now->error);
    while (status == TKZ_OK && found) {
        if (from > done)
            status = feed(now, &own, start + done, start + from, false);
        if (status == TKZ_OK)
            status = feed(now, &own, start + from, start + to, true);
        done = to;
        if (status == TKZ_OK)
            status = tkz__pattern_search_next(search, &from, &to, &found, now->error);
    }
    if (status == TKZ_OK && start + done < end)
        status = feed(now, &own, start + done, end, false);
    return status == TKZ_OK ? flush(now, &own) : status;
}

enum { SCANNED = 256 /* chunks at a time */ };

static tkz_status cut_by_scanner(run *now, const tkz__pre_tokenizer *scanner, size_t start,
                                 size_t end)
{
    tkz_status status = TKZ_OK;
    for (size_t at = start; status == TKZ_OK && at < end;) {
        uint32_t ends[SCANNED];
        size_t count = scanner->cut(now->text + at, end - at, ends, SCANNED);
        size_t from = 0;
        for (size_t i = 0; status == TKZ_OK && i < count; i++) {
            status = push(now, at + from, at + ends[i]);
            from = ends[i];
        }
        at += from;
    }
    return status;
}

static tkz_status cut_by_length(run *now, uint32_t length, size_t start, size_t end)
{
    tkz_status status = TKZ_OK;
    size_t from = start;
    uint32_t count = 0, character;
    for (size_t at = start; status == TKZ_OK && at < end;) {
        at += tkz__utf8_next(now->text + at, end - at, &character);
        if (++count == length || at == end) {
            status = push(now, from, at);
            from = at;
            count = 0;
        }
    }
    return status;
}

enum { ANY_SCRIPT = -1 };

/* fixed_script() of unicode_scripts: Japanese is one; its table is that of Unicode 9.0, and a character
 * that is not assigned there is as a space. */
static int script_of(uint32_t character, const int scripts[4])
{
    if (character == ' ')
        return ANY_SCRIPT;
    int script = tkz__char_record(&tkz__class_table_9_0, character)->script;
    if (character == 0x30FC || script == scripts[1] || script == scripts[2])
        return scripts[0];
    return script == scripts[3] ? ANY_SCRIPT : script;
}

/* What stands before the first script is lost, as in HF. */
static tkz_status cut_by_scripts(run *now, size_t start, size_t end)
{
    const int scripts[4] = {tkz__script_find("Hani", 4), tkz__script_find("Hira", 4),
                            tkz__script_find("Kana", 4), tkz__script_find("Zzzz", 4)};
    int last = ANY_SCRIPT;
    size_t from = end;
    tkz_status status = TKZ_OK;
    for (size_t at = start; status == TKZ_OK && at < end;) {
        uint32_t character;
        size_t length = tkz__utf8_next(now->text + at, end - at, &character);
        int script = script_of(character, scripts);
        if (script != ANY_SCRIPT && script != last) {
            if (from < at)
                status = push(now, from, at);
            from = at;
        }
        last = script != ANY_SCRIPT ? script : last;
        at += length;
    }
    return status == TKZ_OK ? push(now, from, end) : status;
}

/* The words that the boundary source finds in a piece; white space between them is lost. */
static tkz_status cut_by_words(run *now, const step *what, size_t start, size_t end)
{
    const tkz__splitter *own = now->own;
    const tkz_word_range *words;
    size_t count = 0;
    uint64_t done = 0;
    if (own->words == NULL)
        return tkz__error_set(now->error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "the model cuts text into the words of the dictionary with the hash "
                              "%016" PRIx64 ", which encoding needs: give it as boundaries (--boundaries)",
                              what->spec.dictionary);
    tkz_status status = own->boundaries.find(own->words, now->text + start, end - start, &words,
                                             &count, now->error);
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        if (words[i].start < done || words[i].end <= words[i].start || words[i].end > end - start)
            return tkz__error_set(now->error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                                  "the boundary source gives words that are empty, out of order or "
                                  "beyond the text");
        done = words[i].end;
        status = push(now, start + (size_t)words[i].start, start + (size_t)done);
    }
    return status;
}

static tkz_status cut_piece(run *now, const step *what, size_t start, size_t end)
{
    if (what->scanner != NULL)
        return cut_by_scanner(now, what->scanner, start, end);
    if (what->pattern != NULL && what->spec.kind == TKZ__SPLIT_METASPACE)
        return cut_by_mark(now, &what->spec, start, end);
    if (what->pattern != NULL)
        return cut_by_pattern(now, what, start, end);
    if (what->spec.kind == TKZ__SPLIT_FIXED_LENGTH)
        return cut_by_length(now, what->spec.length, start, end);
    if (what->spec.kind == TKZ__SPLIT_SCRIPTS)
        return cut_by_scripts(now, start, end);
    if (what->spec.kind == TKZ__SPLIT_MORPH)
        return cut_by_words(now, what, start, end);
    return push(now, start, end); /* nothing cuts */
}

static void take_next(run *now)
{
    tkz__splitter *own = now->own;
    tkz__piece_list list = own->pieces;
    own->pieces = own->next;
    own->next = list;
    own->next.count = 0;
}

static tkz_status cut_pieces(run *now, const step *what)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < now->own->pieces.count; i++)
        status = cut_piece(now, what, now->own->pieces.items[i].start,
                           now->own->pieces.items[i].end);
    take_next(now);
    return status;
}

/* ---- Changed text -------------------------------------------------------- */

/* Writes `target` in the place of `source_size` bytes; a copy if they are equal by `identity`. */
static tkz_status write(run *now, size_t source_size, const char *target, size_t target_size,
                        bool identity)
{
    tkz__splitter *own = now->own;
    tkz_status status = tkz__buffer_append(&own->next_text, target, target_size, now->error);
    if (status == TKZ_OK && own->next_text.size >= UINT32_MAX)
        return tkz__error_set(now->error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a text has 4 GiB or more when it is pre-tokenized; cut it first");
    return status == TKZ_OK && now->want_map
               ? tkz__span_map_append(&own->next_map, source_size, target_size, identity,
                                      now->error)
               : status;
}

static tkz_status copy(run *now, size_t start, size_t end)
{
    return start == end ? TKZ_OK : write(now, end - start, now->text + start, end - start, true);
}

/* Leaves out a part, each character as a run of its own: what stays beside it may have come from the
 * same character, but not from the others. */
static tkz_status leave_out(run *now, size_t start, size_t end)
{
    uint32_t character;
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && now->want_map && start < end) {
        size_t length = tkz__utf8_next(now->text + start, end - start, &character);
        status = write(now, length, "", 0, false);
        start += length;
    }
    return status;
}

/* A character that something is put before: both come from it, as HF has it. */
static tkz_status write_with_prefix(run *now, const char *prefix, size_t prefix_size,
                                    const char *character, size_t size, size_t source_size)
{
    char both[8];
    memcpy(both, prefix, prefix_size);
    memcpy(both + prefix_size, character, size);
    return write(now, source_size, both, prefix_size + size, false);
}

/* ByteLevel: a space before a piece that begins without one. */
static tkz_status write_bytes(run *now, const tkz__split_spec *spec, size_t start, size_t end)
{
    uint32_t character;
    if (!spec->space_first || now->text[start] == ' ')
        return copy(now, start, end);
    size_t length = tkz__utf8_next(now->text + start, end - start, &character);
    tkz_status status =
        write_with_prefix(now, " ", 1, now->text + start, length, length);
    return status == TKZ_OK ? copy(now, start + length, end) : status;
}

/* Where the first space is in eight bytes, as bits; 64: nowhere. (The lowest byte that the usual test for a zero byte finds
 * is one: Warren, Hacker's Delight, section 6-1.) */
static unsigned find_space(uint64_t bytes)
{
    uint64_t ones = UINT64_C(0x0101010101010101), other = bytes ^ ones * ' ';
    uint64_t zeros = (other - ones) & ~other & ones * 0x80;
    return zeros == 0 ? 64 : (unsigned)__builtin_ctzll(zeros) & ~7U;
}

/* Puts the mark in the place of spaces where nobody asks for a map. Words are short: eight bytes are copied whether they are
 * wanted or not. */
static tkz_status write_marks(run *now, const tkz__split_spec *spec, size_t start, size_t end)
{
    enum { BLOCK = 1 << 12, OVER = 8 };
    tkz__buffer *target = &now->own->next_text;
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && start < end) {
        size_t stop = end - start > BLOCK ? start + BLOCK : end;
        status = tkz__buffer_reserve(target, (stop - start) * spec->text_size + OVER, now->error);
        if (status != TKZ_OK)
            break;
        uint8_t *to = target->data + target->size;
        while (start < stop) {
            uint64_t bytes = stop - start >= 8 ? tkz__load_u64(now->text + start) : (uint8_t)now->text[start];
            unsigned most = stop - start >= 8 ? 8 : 1, before = find_space(bytes) / 8;
            tkz__store_u64(to, bytes);
            if (before >= most) {
                to += most;
                start += most;
                continue;
            }
            memcpy(to + before, spec->text, spec->text_size);
            to += before + spec->text_size;
            start += before + 1;
        }
        target->size = (size_t)(to - target->data);
        status = write(now, 0, "", 0, true); /* checks the limit */
    }
    return status;
}

/* Metaspace: spaces become the character, which comes before a piece that begins without it. */
static tkz_status write_metaspace(run *now, const tkz__split_spec *spec, bool is_first,
                                  bool goes_on, size_t start, size_t end)
{
    const char *text = now->text;
    const char *mark = spec->text;
    size_t mark_size = spec->text_size;
    tkz_status status = TKZ_OK;
    bool begins = text[start] == ' ' || (end - start >= mark_size &&
                                         memcmp(text + start, mark, mark_size) == 0);
    bool wanted = spec->prepend == TKZ__PREPEND_ALWAYS ||
                  (spec->prepend == TKZ__PREPEND_FIRST && is_first);
    if (!begins && wanted && !goes_on) {
        uint32_t character;
        size_t length = tkz__utf8_next(text + start, end - start, &character);
        status = write_with_prefix(now, mark, mark_size, text + start, length, length);
        start += length;
    }
    if (status == TKZ_OK && !now->want_map)
        return write_marks(now, spec, start, end);
    while (status == TKZ_OK && start < end) {
        const char *space = memchr(text + start, ' ', end - start);
        size_t to = space != NULL ? (size_t)(space - text) : end;
        status = copy(now, start, to);
        if (status == TKZ_OK && space != NULL)
            status = write(now, 1, mark, mark_size, false);
        start = to + (space != NULL);
    }
    return status;
}

/* A word in lower case. Bytes that are no character stay. */
static tkz_status write_lowercase(run *now, size_t start, size_t end)
{
    tkz_status status = TKZ_OK;
    size_t same = start;
    for (size_t at = start; status == TKZ_OK && at < end;) {
        uint32_t character;
        char written[TKZ__SPLIT_LOWERCASE_MOST];
        size_t length = tkz__utf8_next(now->text + at, end - at, &character);
        size_t size = tkz__split_lowercase(now->text + start, end - start, at - start, length,
                                           character, written);
        if (size > 0) {
            status = copy(now, same, at);
            if (status == TKZ_OK)
                status = write(now, length, written, size, false);
            same = at + length;
        }
        at += length;
    }
    return status == TKZ_OK ? copy(now, same, end) : status;
}

/* The characters of the byte-level alphabet in the place of bytes, as steps behind ByteLevel see them.
 * All of a character come from it, as HF has it. */
static tkz_status write_alphabet(run *now, size_t start, size_t end)
{
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && start < end) {
        uint32_t character;
        char written[16];
        size_t size = 0, plain = start;
        while (plain < end && (uint8_t)now->text[plain] - 0x21u < 0x7F - 0x21u)
            plain++;
        status = copy(now, start, plain);
        start = plain;
        if (status != TKZ_OK || start == end)
            break;
        size_t length = tkz__utf8_next(now->text + start, end - start, &character);
        for (size_t i = 0; i < length; i++)
            size += tkz__utf8_encode(tkz__byte_level_character((uint8_t)now->text[start + i]),
                                     written + size);
        status = write(now, length, written, size, false);
        start += length;
    }
    return status;
}

/* The byte that such a character stands for: tkz__byte_level_character the other way. */
static uint8_t byte_of(uint32_t character)
{
    uint32_t number = character - 0x100;
    if (character < 0x100)
        return (uint8_t)character;
    return (uint8_t)(number < 33 ? number : number < 67 ? number + 127 - 33 : 173);
}

/* And back: the bytes of such characters. */
static tkz_status write_bytes_of_alphabet(run *now, size_t start, size_t end)
{
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && start < end) {
        size_t plain = start;
        while (plain < end && (uint8_t)now->text[plain] < 0x80)
            plain++;
        status = copy(now, start, plain);
        start = plain;
        if (status != TKZ_OK || start == end)
            break;
        uint32_t character;
        size_t length = tkz__utf8_next(now->text + start, end - start, &character);
        char byte = (char)byte_of(character);
        status = write(now, length, &byte, 1, false);
        start += length;
    }
    return status;
}

/* The text that was written is the text now. */
static tkz_status take_text(run *now)
{
    tkz__splitter *own = now->own;
    tkz__buffer buffer = own->text;
    own->text = own->next_text;
    own->next_text = buffer;
    now->text = own->text.size > 0 ? (const char *)own->text.data : "";
    now->size = own->text.size;
    tkz_status status = TKZ_OK;
    tkz__span_map map = own->map;
    if (now->want_map && now->is_changed) {
        tkz__span_map_clear(&own->composed);
        status = tkz__span_map_compose(&own->map, &own->next_map, &own->composed, now->error);
        own->map = own->composed;
        own->composed = map;
    } else if (now->want_map) {
        own->map = own->next_map;
        own->next_map = map;
    }
    now->is_changed = true;
    return status;
}

/* How pieces are written again. */
typedef enum rewriting {
    AS_THEY_ARE,
    AS_THE_STEP_SAYS,
    AS_ALPHABET,
    AS_BYTES
} rewriting;

static tkz_status rewrite_piece(run *now, rewriting how, const step *what, bool is_first,
                                size_t start, size_t end)
{
    switch (how) {
    case AS_ALPHABET:
        return write_alphabet(now, start, end);
    case AS_BYTES:
        return write_bytes_of_alphabet(now, start, end);
    case AS_THE_STEP_SAYS:
        return what->spec.kind == TKZ__SPLIT_BYTES ? write_bytes(now, &what->spec, start, end)
               : what->spec.kind == TKZ__SPLIT_LOWERCASE
                   ? write_lowercase(now, start, end)
                   : write_metaspace(now, &what->spec, is_first, start == 0 && now->own->goes_on,
                                     start, end);
    default:
        return copy(now, start, end);
    }
}

/* Writes all pieces again, without gaps. `what`: the step that says how. */
static tkz_status rewrite(run *now, rewriting how, const step *what)
{
    tkz__splitter *own = now->own;
    tkz_status status = TKZ_OK;
    size_t done = 0;
    bool starts = own->pieces.count > 0 && own->pieces.items[0].start == 0;
    now->at_start = now->at_start && starts;
    tkz__buffer_clear(&own->next_text);
    tkz__span_map_clear(&own->next_map);
    for (size_t i = 0; status == TKZ_OK && i < own->pieces.count; i++) {
        size_t start = own->pieces.items[i].start, end = own->pieces.items[i].end;
        size_t from = own->next_text.size;
        status = leave_out(now, done, start);
        done = end;
        if (status != TKZ_OK)
            break;
        status = rewrite_piece(now, how, what, i == 0 && now->at_start, start, end);
        if (status == TKZ_OK)
            status = push(now, from, own->next_text.size);
    }
    if (status == TKZ_OK)
        status = leave_out(now, done, now->size);
    take_next(now);
    return status == TKZ_OK ? take_text(now) : status;
}

static bool has_gaps(const run *now)
{
    const tkz__piece_list *list = &now->own->pieces;
    size_t done = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].start != done)
            return true;
        done = list->items[i].end;
    }
    return done != now->size;
}

static bool changes(const step *what)
{
    return what->spec.kind == TKZ__SPLIT_METASPACE || what->spec.kind == TKZ__SPLIT_LOWERCASE ||
           (what->spec.kind == TKZ__SPLIT_BYTES && what->spec.space_first);
}

static bool has_step_behind_bytes(const tkz__split_steps *steps)
{
    for (size_t i = 0; i + 1 < steps->step_count; i++) {
        if (steps->steps[i].spec.kind == TKZ__SPLIT_BYTES)
            return true;
    }
    return false;
}

/* ---- The run ------------------------------------------------------------- */

bool tkz__split_steps_change(const tkz__split_steps *steps)
{
    if (steps->is_words || steps->spells_bytes)
        return true;
    for (size_t i = 0; i < steps->step_count; i++) {
        const step *what = &steps->steps[i];
        bool leaves_out = what->scanner == NULL && what->pattern != NULL &&
                          what->behavior == TKZ__BEHAVIOR_REMOVED;
        if (changes(what) || leaves_out || what->spec.kind == TKZ__SPLIT_SCRIPTS ||
            what->spec.kind == TKZ__SPLIT_MORPH)
            return true;
    }
    return false;
}

static bool has_bytes(const tkz__split_steps *steps)
{
    for (size_t i = 0; i < steps->step_count; i++) {
        if (steps->steps[i].spec.kind == TKZ__SPLIT_BYTES)
            return true;
    }
    return false;
}

void tkz__split_steps_spell_bytes(tkz__split_steps *steps)
{
    steps->spells_bytes = has_bytes(steps);
}

bool tkz__split_steps_morph(const tkz__split_steps *steps, uint64_t *hash)
{
    if (steps->count == 0 || steps->specs[0].kind != TKZ__SPLIT_MORPH)
        return false;
    *hash = steps->specs[0].dictionary;
    return true;
}

static bool is_local(const tkz__split_spec *spec)
{
    uint32_t character;
    if (spec->kind == TKZ__SPLIT_NUMERIC)
        return true;
    if (spec->behavior == TKZ__BEHAVIOR_REMOVED)
        return false;
    return spec->kind == TKZ__SPLIT_PUNCTUATION ||
           (spec->kind == TKZ__SPLIT_PATTERN && !spec->is_regex && spec->text_size > 0 &&
            tkz__utf8_decode(spec->text, spec->text_size, &character) == spec->text_size);
}

bool tkz__split_steps_local(const tkz__split_steps *steps)
{
    bool all = !steps->is_words;
    for (size_t i = 0; i < steps->count; i++)
        all = all && is_local(&steps->specs[i]);
    return all;
}

bool tkz__split_steps_cut_words(const tkz__split_steps *steps)
{
    return steps->is_words;
}

bool tkz__split_steps_mark(const tkz__split_steps *steps, tkz__split_marks *marks)
{
    size_t count = steps->count;
    const tkz__split_spec *last = count > 0 ? &steps->specs[count - 1] : NULL;
    if (count == 0 || count > 2 || last->kind != TKZ__SPLIT_METASPACE ||
        (count == 2 && steps->specs[0].kind != TKZ__SPLIT_WHITESPACE_SPLIT))
        return false;
    *marks = (tkz__split_marks){last->text, last->text_size, last->each, count == 2};
    return true;
}

/* White space is in no word, and BertPreTokenizer makes a word of each punctuation character. */
size_t tkz__split_steps_last_cut(const tkz__split_steps *steps, const char *text, size_t size)
{
    bool at_signs = steps->is_words && steps->specs[0].kind == TKZ__SPLIT_BERT;
    bool is_behind = false; /* the character behind the place is one of these */
    for (size_t at = size; steps->is_words && at > 0;) {
        uint32_t character;
        size_t start = at - 1;
        while (start > 0 && at - start < 4 && ((uint8_t)text[start] & 0xC0) == 0x80)
            start--;
        bool is_whole = tkz__utf8_decode(text + start, at - start, &character) == at - start;
        bool cuts = is_whole && (tkz__split_is_space(character) ||
                                 (at_signs && tkz__split_is_punctuation(character)));
        if (at < size && (cuts || is_behind))
            return at;
        is_behind = cuts;
        at = is_whole ? start : at - 1;
    }
    return 0;
}

void tkz__splitter_init(tkz__splitter *splitter, const tkz_allocator *allocator)
{
    *splitter = (tkz__splitter){.allocator = *allocator};
    tkz__pattern_search_init(&splitter->search, allocator);
    tkz__buffer_init(&splitter->text, allocator);
    tkz__buffer_init(&splitter->next_text, allocator);
    tkz__span_map_init(&splitter->map, allocator);
    tkz__span_map_init(&splitter->next_map, allocator);
    tkz__span_map_init(&splitter->composed, allocator);
}

static void close_words(tkz__splitter *splitter)
{
    if (splitter->boundaries.open != NULL)
        splitter->boundaries.close(splitter->words);
    splitter->boundaries = (tkz_boundaries){.open = NULL};
    splitter->words = NULL;
}

void tkz__splitter_free(tkz__splitter *splitter)
{
    const tkz_allocator *allocator = &splitter->allocator;
    tkz__pattern_search_free(&splitter->search);
    tkz__release_array(allocator, splitter->pieces.items, splitter->pieces.capacity,
                       sizeof *splitter->pieces.items);
    tkz__release_array(allocator, splitter->next.items, splitter->next.capacity,
                       sizeof *splitter->next.items);
    tkz__buffer_free(&splitter->text);
    tkz__buffer_free(&splitter->next_text);
    tkz__span_map_free(&splitter->map);
    tkz__span_map_free(&splitter->next_map);
    tkz__span_map_free(&splitter->composed);
    close_words(splitter);
}

tkz_status tkz__splitter_use(tkz__splitter *splitter, const tkz_boundaries *boundaries,
                             tkz_error *error)
{
    const tkz_boundaries *own = &splitter->boundaries;
    if (own->open == boundaries->open && own->context == boundaries->context &&
        own->hash == boundaries->hash)
        return TKZ_OK;
    close_words(splitter);
    if (boundaries->open == NULL)
        return TKZ_OK;
    tkz_status status =
        boundaries->open(boundaries->context, &splitter->words, &splitter->allocator, error);
    if (status == TKZ_OK)
        splitter->boundaries = *boundaries;
    return status;
}

static tkz_status run_words(tkz__splitter *own, const tkz__split_steps *steps, const char *text,
                            size_t size, bool want_map, tkz__split_text *result,
                            tkz_error *error)
{
    own->pieces.count = 0;
    tkz__buffer_clear(&own->text);
    tkz__span_map_clear(&own->map);
    tkz_status status = tkz__split_words(text, size, steps->specs[0].kind, &own->allocator,
                                         &own->text, &own->pieces,
                                         want_map ? &own->map : NULL, error);
    *result = (tkz__split_text){own->text.size > 0 ? (const char *)own->text.data : "",
                                own->text.size,
                                own->pieces.items,
                                own->pieces.count,
                                want_map ? &own->map : NULL};
    return status;
}

tkz_status tkz__splitter_run(tkz__splitter *splitter, const tkz__split_steps *steps,
                             const char *text, size_t size, bool at_start, bool want_map,
                             tkz__split_text *result, tkz_error *error)
{
    if (steps->is_words)
        return run_words(splitter, steps, text, size, want_map, result, error);
    run now = {.own = splitter, .text = text, .size = size, .at_start = at_start,
               .want_map = want_map, .error = error};
    splitter->pieces.count = splitter->next.count = 0;
    tkz_status status = push(&now, 0, size);
    take_next(&now);
    for (size_t i = 0; status == TKZ_OK && i < steps->step_count; i++) {
        const step *what = &steps->steps[i];
        if (changes(what))
            status = rewrite(&now, AS_THE_STEP_SAYS, what);
        else if (i > 0 && steps->steps[i - 1].spec.kind == TKZ__SPLIT_BYTES)
            status = rewrite(&now, AS_ALPHABET, NULL);
        tkz__pattern_search_allow(&splitter->search, now.size);
        if (status == TKZ_OK)
            status = cut_pieces(&now, what);
    }
    bool is_alphabet = has_step_behind_bytes(steps);
    rewriting last = is_alphabet == steps->spells_bytes ? AS_THEY_ARE
                     : is_alphabet                      ? AS_BYTES
                                                        : AS_ALPHABET;
    if (status == TKZ_OK && (last != AS_THEY_ARE || has_gaps(&now)))
        status = rewrite(&now, last, NULL);
    *result = (tkz__split_text){now.text, now.size, splitter->pieces.items, splitter->pieces.count,
                                now.is_changed && want_map ? &splitter->map : NULL};
    return status;
}
