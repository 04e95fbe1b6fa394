/* SPDX-License-Identifier: Apache-2.0
 *
 * How text is cut into words: three sources of borders, gone through side by side. Leans on
 * subword's pre-tokenizers and steps and on text's classes.
 */
#include "train/word_cut.h"

#include <stdio.h>
#include <string.h>

#include "text/char_class.h"
#include "text/utf8.h"
#include "train/word_table.h"

/* ---- Rules ---------------------------------------------------------------- */

static const struct cut_name {
    const char *name;
    uint32_t cut;
} cut_names[] = {
    {"digits", TKZ__CUT_DIGITS},
    {"lines", TKZ__CUT_LINES},
    {"punctuation", TKZ__CUT_PUNCTUATION},
    {"scripts", TKZ__CUT_SCRIPTS},
};
enum { CUT_NAMES = sizeof cut_names / sizeof cut_names[0] };

static tkz_status read_cuts(tkz__word_rules *rules, const char *cuts, tkz_error *error)
{
    while (*cuts != '\0') {
        size_t size = strcspn(cuts, ","), i = 0;
        while (i < CUT_NAMES && (strlen(cut_names[i].name) != size ||
                                 memcmp(cut_names[i].name, cuts, size) != 0))
            i++;
        if (i == CUT_NAMES)
            return tkz__error_set(error, TKZ_STATUS_NOT_FOUND, NULL, TKZ__NO_OFFSET,
                                  "no rule for cutting words is called \"%.*s\"; there are digits, "
                                  "lines, punctuation and scripts, with commas between",
                                  (int)(size < 40 ? size : 40), cuts);
        rules->cuts |= cut_names[i].cut;
        cuts += size;
        if (cuts[0] == ',' && cuts[1] != '\0')
            cuts++;
        else if (cuts[0] == ',')
            break;
    }
    size_t used = 0;
    for (size_t i = 0; i < CUT_NAMES; i++) {
        if ((rules->cuts & cut_names[i].cut) != 0)
            used += (size_t)snprintf(rules->cut_names + used, sizeof rules->cut_names - used,
                                     "%s%s", used > 0 ? "," : "", cut_names[i].name);
    }
    return TKZ_OK;
}

static tkz_status find_pre_tokenizer(tkz__word_rules *rules, const char *name, tkz_error *error)
{
    size_t size = strlen(name);
    if (strcmp(name, "none") == 0)
        return TKZ_OK;
    rules->pre_tokenizer = tkz__pre_tokenizer_find(name, size);
    if (rules->pre_tokenizer != NULL)
        return TKZ_OK;
    if (tkz__split_is_spelling(name, size))
        return tkz__split_steps_new(&rules->steps, name, size, &rules->allocator, error);
    return tkz__error_set(error, TKZ_STATUS_NOT_FOUND, NULL, TKZ__NO_OFFSET,
                          "there is no pre-tokenizer called \"%.200s\"", name);
}

tkz_status tkz__word_rules_init(tkz__word_rules *rules, const char *pre_tokenizer,
                                const char *cuts, const tkz_allocator *allocator, tkz_error *error)
{
    *rules = (tkz__word_rules){.allocator = tkz__allocator_or_default(allocator)};
    rules->pre_tokenizer_name =
        tkz__duplicate(&rules->allocator, pre_tokenizer, strlen(pre_tokenizer));
    tkz_status status = rules->pre_tokenizer_name != NULL
                            ? TKZ_OK
                            : tkz__error_memory(error, strlen(pre_tokenizer) + 1);
    if (status == TKZ_OK)
        status = find_pre_tokenizer(rules, pre_tokenizer, error);
    if (status == TKZ_OK && cuts != NULL)
        status = read_cuts(rules, cuts, error);
    if (status != TKZ_OK)
        tkz__word_rules_free(rules);
    return status;
}

void tkz__word_rules_free(tkz__word_rules *rules)
{
    tkz__split_steps_free(rules->steps);
    if (rules->pre_tokenizer_name != NULL)
        tkz__release(&rules->allocator, rules->pre_tokenizer_name,
                     strlen(rules->pre_tokenizer_name) + 1);
    memset(rules, 0, sizeof *rules);
}

/* ---- A text --------------------------------------------------------------- */

void tkz__word_cutter_init(tkz__word_cutter *cutter, const tkz__word_rules *rules)
{
    memset(cutter, 0, sizeof *cutter);
    cutter->rules = rules;
    cutter->has_splitter = rules->steps != NULL;
    if (cutter->has_splitter)
        tkz__splitter_init(&cutter->splitter, &rules->allocator);
}

void tkz__word_cutter_free(tkz__word_cutter *cutter)
{
    if (cutter->has_splitter)
        tkz__splitter_free(&cutter->splitter);
    memset(cutter, 0, sizeof *cutter);
}

tkz_status tkz__word_cutter_begin(tkz__word_cutter *cutter, const char *text, size_t size,
                                  const tkz__boundary_source *source, tkz_error *error)
{
    if (size >= UINT32_MAX)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a text to count has 4 GiB or more; cut it first");
    cutter->text = text;
    cutter->size = size;
    cutter->pieces = NULL;
    if (cutter->has_splitter) {
        tkz__split_text result;
        tkz_status status = tkz__splitter_run(&cutter->splitter, cutter->rules->steps, text, size,
                                              true, false, &result, error);
        if (status != TKZ_OK)
            return status;
        cutter->text = result.text;
        cutter->size = result.size;
        cutter->pieces = result.chunks;
        cutter->piece_count = result.chunk_count;
        cutter->piece_next = 0;
    }
    cutter->start = cutter->chunk_end = 0;
    cutter->scanned_base = cutter->scanned_count = cutter->scanned_next = 0;
    cutter->rule_end = cutter->rule_at = 0;
    cutter->rule_last = cutter->rule_script = 0;
    cutter->source = source;
    cutter->portion_start = cutter->portion_end = 0;
    cutter->end_count = cutter->end_next = 0;
    return TKZ_OK;
}

/* ---- Chunks --------------------------------------------------------------- */

/* Moves `chunk_end` to the end of the chunk that starts at `start`. */
static void next_chunk(tkz__word_cutter *cutter)
{
    if (cutter->pieces != NULL) {
        while (cutter->chunk_end <= cutter->start && cutter->piece_next < cutter->piece_count)
            cutter->chunk_end = cutter->pieces[cutter->piece_next++].end;
        return;
    }
    if (cutter->rules->pre_tokenizer == NULL) {
        cutter->chunk_end = cutter->size;
        return;
    }
    if (cutter->scanned_next == cutter->scanned_count) {
        cutter->scanned_base = cutter->chunk_end;
        cutter->scanned_count = cutter->rules->pre_tokenizer->cut(
            cutter->text + cutter->chunk_end, cutter->size - cutter->chunk_end, cutter->scanned,
            sizeof cutter->scanned / sizeof cutter->scanned[0]);
        cutter->scanned_next = 0;
    }
    cutter->chunk_end = cutter->scanned_base + cutter->scanned[cutter->scanned_next++];
}

/* ---- Borders of the rules -------------------------------------------------- */

static bool is_punctuation(uint32_t character)
{
    if (character < 128)
        return character > 32 && character < 127 && !(character >= '0' && character <= '9') &&
               !((character | 32) >= 'a' && (character | 32) <= 'z');
    return (tkz__char_flags(&tkz__class_table_16_0, character) & TKZ__CHAR_PUNCTUATION) != 0;
}

static bool is_digit(uint32_t character)
{
    return tkz__char_record(&tkz__class_table_16_0, character)->category == TKZ__CATEGORY_ND;
}

static bool is_space(uint32_t character)
{
    return (tkz__char_flags(&tkz__class_table_16_0, character) & TKZ__CHAR_WHITE_SPACE) != 0;
}

/* The script that a character counts as behind one of script `last`. */
static uint32_t script_of(uint32_t character, uint32_t last)
{
    uint32_t flags = tkz__char_flags(&tkz__class_table_16_0, character);
    uint32_t script = tkz__char_record(&tkz__class_table_16_0, character)->script;
    if ((flags & TKZ__CHAR_MARK) != 0)
        return last;
    if ((flags & TKZ__CHAR_KATAKANA) == 0)
        return script;
    const uint32_t hiragana = tkz__char_record(&tkz__class_table_16_0, 0x3042)->script;
    const uint32_t katakana = tkz__char_record(&tkz__class_table_16_0, 0x30A2)->script;
    /* U+30FC and the like belong to both. */
    return script != katakana && last == hiragana ? hiragana : katakana;
}

/* Is there a border between the last character and this one? */
static bool is_border(tkz__word_cutter *cutter, uint32_t character)
{
    uint32_t cuts = cutter->rules->cuts, last = cutter->rule_last;
    bool first = cutter->rule_at == 0, border = false;
    if ((cuts & TKZ__CUT_LINES) != 0)
        border = last == '\n';
    if ((cuts & TKZ__CUT_PUNCTUATION) != 0)
        border = border || is_punctuation(character) || is_punctuation(last);
    if ((cuts & TKZ__CUT_DIGITS) != 0)
        border = border || is_digit(character) || is_digit(last);
    if ((cuts & TKZ__CUT_SCRIPTS) != 0) {
        uint32_t script = script_of(character, cutter->rule_script);
        bool changes = is_space(character) || script != cutter->rule_script;
        border = border || (changes && !is_space(last));
        cutter->rule_script = script;
    }
    cutter->rule_last = character;
    return border && !first;
}

static void next_rule_end(tkz__word_cutter *cutter)
{
    while (cutter->rule_at < cutter->size) {
        uint32_t character;
        size_t at = cutter->rule_at;
        size_t length = tkz__utf8_next(cutter->text + at, cutter->size - at, &character);
        bool border = is_border(cutter, character);
        cutter->rule_at += length;
        if (border && at > cutter->start) {
            cutter->rule_end = at;
            return;
        }
    }
    cutter->rule_end = cutter->size;
}

/* ---- Borders of the source -------------------------------------------------- */

/* Shows the source the next lines. */
static tkz_status next_portion(tkz__word_cutter *cutter, tkz_error *error)
{
    enum { PORTION = 1 << 16 };
    size_t start = cutter->portion_end, end = cutter->size;
    if (end - start > PORTION) {
        const char *from = cutter->text + start + PORTION;
        const char *line_end = memchr(from, '\n', end - start - PORTION);
        if (line_end != NULL)
            end = (size_t)(line_end - cutter->text) + 1;
    }
    cutter->portion_start = start;
    cutter->portion_end = end;
    cutter->end_next = 0;
    return cutter->source->find(cutter->source->context, cutter->text + start, end - start,
                                &cutter->ends, &cutter->end_count, error);
}

/* The first end of the source behind `start`. */
static tkz_status source_end(tkz__word_cutter *cutter, size_t *end, tkz_error *error)
{
    for (;;) {
        while (cutter->end_next < cutter->end_count) {
            uint64_t place = cutter->ends[cutter->end_next];
            if (place > cutter->portion_end - cutter->portion_start)
                place = cutter->portion_end - cutter->portion_start;
            if (cutter->portion_start + place > cutter->start) {
                *end = cutter->portion_start + (size_t)place;
                return TKZ_OK;
            }
            cutter->end_next++;
        }
        if (cutter->portion_end == cutter->size) {
            *end = cutter->size;
            return TKZ_OK;
        }
        tkz_status status = next_portion(cutter, error);
        if (status != TKZ_OK)
            return status;
    }
}

/* ---- Words ---------------------------------------------------------------- */

/* Goes over pieces that are words as they are. */
static size_t take_pieces(tkz__word_cutter *cutter, uint32_t *ends, size_t room)
{
    size_t count = 0, start = cutter->start;
    while (count < room && cutter->piece_next < cutter->piece_count) {
        size_t end = cutter->pieces[cutter->piece_next].end;
        if (end <= start || end - start > TKZ__WORD_LIMIT)
            break;
        cutter->piece_next++;
        ends[count++] = (uint32_t)end;
        start = end;
    }
    cutter->start = cutter->chunk_end = start;
    return count;
}

/* Keeps a word within the limit, at a character's end. */
static size_t within_limit(tkz__word_cutter *cutter, size_t end)
{
    if (end - cutter->start <= TKZ__WORD_LIMIT)
        return end;
    cutter->cut_words++;
    end = cutter->start + TKZ__WORD_LIMIT;
    for (int i = 0; i < 3 && tkz__utf8_is_stray(cutter->text, end, cutter->size); i++)
        end--;
    return end;
}

tkz_status tkz__word_cutter_next(tkz__word_cutter *cutter, uint32_t *ends, size_t room,
                                 size_t *count, tkz_error *error)
{
    bool are_words = cutter->pieces != NULL && cutter->rules->cuts == 0 && cutter->source == NULL;
    *count = 0;
    if (are_words && cutter->chunk_end <= cutter->start)
        *count = take_pieces(cutter, ends, room);
    while (*count < room && cutter->start < cutter->size) {
        if (cutter->chunk_end <= cutter->start)
            next_chunk(cutter);
        size_t end = cutter->chunk_end, other;
        if (cutter->rules->cuts != 0) {
            if (cutter->rule_end <= cutter->start)
                next_rule_end(cutter);
            if (cutter->rule_end < end)
                end = cutter->rule_end;
        }
        if (cutter->source != NULL) {
            tkz_status status = source_end(cutter, &other, error);
            if (status != TKZ_OK)
                return status;
            if (other < end)
                end = other;
        }
        cutter->start = within_limit(cutter, end);
        ends[(*count)++] = (uint32_t)cutter->start;
    }
    return TKZ_OK;
}
