/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a template. Leans on its parts.
 *
 * The codes are those of Writer::writeNode in mecab/src/writer.cpp of taku910/mecab, which reads a
 * template anew for each word and finds what is wrong with it then.
 */
#include <string.h>

#include "morph/template_parts.h"

/* What is read, and where. */
typedef struct reader {
    tkz__template *template;
    const char *text;
    size_t size;
    size_t at;
} reader;

void tkz__template_init(tkz__template *template, const tkz_allocator *allocator)
{
    memset(template, 0, sizeof *template);
    template->allocator = *allocator;
    tkz__buffer_init(&template->text, allocator);
    tkz__buffer_init(&template->source, allocator);
}

void tkz__template_free(tkz__template *template)
{
    tkz_allocator allocator = template->allocator;
    tkz__buffer_free(&template->text);
    tkz__buffer_free(&template->source);
    tkz__release_array(&allocator, template->parts, template->capacity,
                       sizeof *template->parts);
    tkz__release_array(&allocator, template->fields, template->field_capacity,
                       sizeof *template->fields);
    tkz__template_init(template, &allocator);
}

static tkz_status fault(const reader *r, tkz_error *error, const char *what)
{
    return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "template", r->at, "%s", what);
}

static tkz_status add_part(reader *r, tkz__template_part part, tkz_error *error)
{
    tkz__template *template = r->template;
    tkz_status status =
        tkz__array_reserve(&template->allocator, (void **)&template->parts, &template->capacity,
                           template->count + 1, sizeof *template->parts, error);
    if (status == TKZ_OK)
        template->parts[template->count++] = part;
    return status;
}

/* Adds a byte that is written as it is, to the part before where that is of such bytes too. */
static tkz_status add_byte(reader *r, char byte, tkz_error *error)
{
    tkz__template *template = r->template;
    uint32_t start = (uint32_t)template->text.size;
    tkz_status status = tkz__buffer_append_byte(&template->text, (uint8_t)byte, error);
    if (status != TKZ_OK)
        return status;
    tkz__template_part *last = template->count > 0 ? &template->parts[template->count - 1] : NULL;
    if (last != NULL && last->code == TKZ__PART_TEXT) {
        last->count++;
        return TKZ_OK;
    }
    return add_part(r, (tkz__template_part){TKZ__PART_TEXT, 0, start, 1, 0}, error);
}

/* The byte that stands behind a backslash at `at`; anything unknown is NUL, as in MeCab. */
static tkz_status read_escape(reader *r, char *byte, tkz_error *error)
{
    static const char names[] = "abtnvfrs\\";
    static const char bytes[] = "\a\b\t\n\v\f\r \\";
    if (++r->at >= r->size)
        return fault(r, error, "a backslash ends the template; write \\\\ for one");
    char name = r->text[r->at++];
    const char *found = name != '\0' ? strchr(names, name) : NULL;
    *byte = found != NULL ? bytes[found - names] : '\0';
    return TKZ_OK;
}

/* The separator of fields or paths: a byte, or an escape. */
static tkz_status read_separator(reader *r, char *separator, tkz_error *error)
{
    if (r->at >= r->size)
        return fault(r, error, "a separator is missing at the end");
    if (r->text[r->at] == '\\')
        return read_escape(r, separator, error);
    *separator = r->text[r->at++];
    return TKZ_OK;
}

static tkz_status add_field(reader *r, uint32_t number, tkz_error *error)
{
    tkz__template *template = r->template;
    tkz_status status = tkz__array_reserve(
        &template->allocator, (void **)&template->fields, &template->field_capacity,
        template->field_count + 1, sizeof *template->fields, error);
    if (status == TKZ_OK)
        template->fields[template->field_count++] = number;
    return status;
}

/* Field numbers behind "%f" or "%F" and its separator: "[0,2,1]". A missing number is 0. */
static tkz_status read_fields(reader *r, char separator, tkz_error *error)
{
    if (r->at >= r->size || r->text[r->at] != '[')
        return fault(r, error, "%f and %F are followed by field numbers: %f[0], %F-[0,1]");
    r->at++;
    tkz__template_part part = {TKZ__PART_FIELDS, separator, (uint32_t)r->template->field_count, 0, 0};
    for (uint32_t number = 0; r->at < r->size; r->at++) {
        char c = r->text[r->at];
        if (c >= '0' && c <= '9') {
            number = number * 10 + (uint32_t)(c - '0');
            if (number > TKZ__FIELD_LIMIT)
                number = TKZ__FIELD_LIMIT; /* no feature has it */
            continue;
        }
        if (c != ',' && c != ']')
            break;
        tkz_status status = add_field(r, number, error);
        if (status != TKZ_OK)
            return status;
        part.count++;
        number = 0;
        if (c == ']') {
            r->at++;
            return add_part(r, part, error);
        }
    }
    return fault(r, error, "field numbers are digits with commas between, ended by ]");
}

/* "%pp": a letter for what to write of each path, and a separator. */
static tkz_status read_paths(reader *r, tkz_error *error)
{
    uint8_t code = TKZ__PART_PATH_IDS;
    switch (r->at < r->size ? r->text[r->at] : '\0') {
    case 'i':
        break;
    case 'c':
        code = TKZ__PART_PATH_COSTS;
        break;
    case 'P':
        code = TKZ__PART_PATH_PROBABILITIES;
        break;
    default:
        return fault(r, error, "%pp is followed by i, c or P and a separator");
    }
    r->at++;
    char separator;
    tkz_status status = read_separator(r, &separator, error);
    return status == TKZ_OK ? add_part(r, (tkz__template_part){code, separator, 0, 0, 0}, error)
                            : status;
}

/* Codes that are one part each: the letters behind '%' and behind "%p". */
typedef struct code_name {
    char letter;
    uint8_t code;
} code_name;

static const code_name plain_codes[] = {
    {'S', TKZ__PART_SENTENCE},       {'L', TKZ__PART_SENTENCE_SIZE},
    {'m', TKZ__PART_SURFACE},        {'M', TKZ__PART_SPACED_SURFACE},
    {'h', TKZ__PART_PART_OF_SPEECH}, {'c', TKZ__PART_WORD_COST},
    {'H', TKZ__PART_FEATURE},        {'t', TKZ__PART_CATEGORY},
    {'s', TKZ__PART_STATUS},         {'P', TKZ__PART_PROBABILITY},
};
static const code_name node_codes[] = {
    {'i', TKZ__PART_ID},           {'S', TKZ__PART_SPACE},
    {'s', TKZ__PART_START},        {'e', TKZ__PART_END},
    {'C', TKZ__PART_CONNECTION},   {'w', TKZ__PART_WORD_COST},
    {'c', TKZ__PART_COST},         {'n', TKZ__PART_STEP_COST},
    {'b', TKZ__PART_IS_BEST},      {'P', TKZ__PART_PROBABILITY},
    {'A', TKZ__PART_ALPHA},        {'B', TKZ__PART_BETA},
    {'l', TKZ__PART_LENGTH},       {'L', TKZ__PART_SPACED_LENGTH},
};

static bool find_code(const code_name *names, size_t count, char letter, uint8_t *code)
{
    for (size_t i = 0; i < count; i++) {
        if (names[i].letter == letter) {
            *code = names[i].code;
            return true;
        }
    }
    return false;
}

/* Behind "%p". */
static tkz_status read_node_code(reader *r, tkz_error *error)
{
    char letter = r->at < r->size ? r->text[r->at] : '\0';
    uint8_t code;
    if (letter == 'p') {
        r->at++;
        return read_paths(r, error);
    }
    if (letter == 'h') {
        char side = ++r->at < r->size ? r->text[r->at] : '\0';
        if (side != 'l' && side != 'r')
            return fault(r, error, "%ph is followed by l or r");
        code = side == 'l' ? TKZ__PART_LEFT_ID : TKZ__PART_RIGHT_ID;
    } else if (!find_code(node_codes, sizeof node_codes / sizeof *node_codes, letter, &code)) {
        return fault(r, error, "%p is followed by one of i S s e C w c n b P A B l L h p");
    }
    r->at++;
    return add_part(r, (tkz__template_part){code, 0, 0, 0, 0}, error);
}

/* Behind '%'. */
static tkz_status read_code(reader *r, tkz_error *error)
{
    if (++r->at >= r->size)
        return fault(r, error, "a % ends the template; write %% for one");
    char letter = r->text[r->at++];
    uint8_t code;
    char separator = '\t';
    tkz_status status = TKZ_OK;
    switch (letter) {
    case '%':
        return add_byte(r, '%', error);
    case 'p':
        return read_node_code(r, error);
    case 'F':
        status = read_separator(r, &separator, error);
        return status == TKZ_OK ? read_fields(r, separator, error) : status;
    case 'f':
        return read_fields(r, separator, error);
    default:
        break;
    }
    if (find_code(plain_codes, sizeof plain_codes / sizeof *plain_codes, letter, &code))
        return add_part(r, (tkz__template_part){code, 0, 0, 0, 0}, error);
    r->at--;
    return fault(r, error, "no code has this letter behind %; write %% for a percent sign");
}

static tkz_status read_template(reader *r, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    while (r->at < r->size && status == TKZ_OK) {
        char byte = r->text[r->at];
        if (byte == '%') {
            status = read_code(r, error);
        } else if (byte == '\\') {
            status = read_escape(r, &byte, error);
            if (status == TKZ_OK)
                status = add_byte(r, byte, error);
        } else {
            r->at++;
            status = add_byte(r, byte, error);
        }
    }
    return status;
}

/* ---- What the parts depend on ---- */

enum dependence {
    ON_NOTHING,
    ON_WORD,  /* which word it is */
    ON_PLACE, /* where it stands in which sentence */
    ON_COSTS, /* the costs of the path up to it */
    ON_PATHS, /* other results of the analysis */
};

static enum dependence dependence_of(uint8_t code)
{
    switch (code) {
    case TKZ__PART_TEXT:
        return ON_NOTHING;
    case TKZ__PART_PART_OF_SPEECH:
    case TKZ__PART_WORD_COST:
    case TKZ__PART_FEATURE:
    case TKZ__PART_STATUS:
    case TKZ__PART_LEFT_ID:
    case TKZ__PART_RIGHT_ID:
    case TKZ__PART_FIELDS:
        return ON_WORD;
    case TKZ__PART_SENTENCE:
    case TKZ__PART_SENTENCE_SIZE:
    case TKZ__PART_SURFACE:
    case TKZ__PART_SPACED_SURFACE:
    case TKZ__PART_SPACE:
    case TKZ__PART_START:
    case TKZ__PART_END:
    case TKZ__PART_LENGTH:
    case TKZ__PART_SPACED_LENGTH:
        return ON_PLACE;
    case TKZ__PART_CONNECTION:
    case TKZ__PART_COST:
    case TKZ__PART_STEP_COST:
        return ON_COSTS;
    default:
        return ON_PATHS;
    }
}

/* Marks the runs of parts that depend on the word alone; a text between other parts is none. */
static void mark_kept(tkz__template *template)
{
    template->is_light = true;
    for (size_t i = 0; i < template->count;) {
        size_t end = i;
        bool is_of_word = false;
        for (; end < template->count && dependence_of(template->parts[end].code) <= ON_WORD; end++)
            is_of_word |= dependence_of(template->parts[end].code) == ON_WORD;
        if (is_of_word)
            template->parts[i].kept = (uint32_t)(end - i);
        template->has_kept |= is_of_word;
        if (end < template->count) {
            enum dependence dependence = dependence_of(template->parts[end].code);
            template->is_light &= dependence <= ON_PLACE;
            template->needs_costs |= dependence == ON_COSTS;
        }
        i = end + 1;
    }
}

tkz_status tkz__template_compile(tkz__template *template, const char *text, size_t size,
                                 tkz_error *error)
{
    tkz__template_free(template);
    if (size > UINT32_MAX / 2)
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "template", TKZ__NO_OFFSET,
                              "a template has at most 2 GiB");
    reader r = {template, text, size, 0};
    tkz_status status = read_template(&r, error);
    if (status == TKZ_OK && size > 0)
        status = tkz__buffer_append(&template->source, text, size, error);
    if (status == TKZ_OK)
        mark_kept(template);
    else
        tkz__template_free(template);
    return status;
}
