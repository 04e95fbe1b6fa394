/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads the sets of regular expressions: what a backslash stands for, and brackets with ranges,
 * brackets in them and intersections. Leans on pattern_parts.
 */
#include "text/pattern_parts.h"

enum {
    MOST_NESTED = 8,   /* brackets in brackets */
    MOST_NAMES = 300, /* classes by name in one expression: each takes some time */
    LONGEST_PROPERTY = 64
};

tkz_status tkz__pattern_refuse(const tkz__pattern_source *source, tkz_status status, size_t place,
                               const char *what)
{
    const char *more = status == TKZ_STATUS_UNSUPPORTED ? ", which this build does not read" : "";
    return tkz__error_set(source->error, status, NULL, place,
                          "the regular expression has at byte %zu %s%s", place, what, more);
}

static tkz_status unsupported(const tkz__pattern_source *source, size_t place, const char *what)
{
    return tkz__pattern_refuse(source, TKZ_STATUS_UNSUPPORTED, place, what);
}

static tkz_status malformed(const tkz__pattern_source *source, size_t place, const char *what)
{
    return tkz__pattern_refuse(source, TKZ_STATUS_BAD_FORMAT, place, what);
}

tkz_status tkz__pattern_read_character(tkz__pattern_source *source, uint32_t *character)
{
    source->at += tkz__utf8_next(source->text + source->at, source->size - source->at, character);
    if (*character == TKZ__UTF8_INVALID)
        return tkz__pattern_refuse(source, TKZ_STATUS_BAD_UTF8, source->at - 1, "a byte that is no UTF-8");
    return TKZ_OK;
}

static bool has(const tkz__pattern_source *source, const char *text)
{
    size_t size = strlen(text);
    return source->size - source->at >= size &&
           memcmp(source->text + source->at, text, size) == 0;
}

/* ---- Behind a backslash ------------------------------------------------- */

static tkz_status count_name(tkz__pattern_source *source)
{
    if (++source->names > MOST_NAMES)
        return tkz__pattern_refuse(source, TKZ_STATUS_LIMIT, source->at,
                                   "more than 300 classes by name");
    return TKZ_OK;
}

/* Up to `most` digits of base 16. */
static size_t read_hex(tkz__pattern_source *source, size_t most, uint32_t *value)
{
    size_t count = 0;
    *value = 0;
    for (; count < most && source->at < source->size; count++, source->at++) {
        char byte = source->text[source->at];
        uint32_t digit;
        if (byte >= '0' && byte <= '9')
            digit = (uint32_t)(byte - '0');
        else if ((byte | 32) >= 'a' && (byte | 32) <= 'f')
            digit = (uint32_t)((byte | 32) - 'a' + 10);
        else
            break;
        *value = *value << 4 | digit;
    }
    return count;
}

/* x41, x{3042}, u3042, U0001F600 (Rust), the letter being read. */
static tkz_status read_code(tkz__pattern_source *source, char letter, uint32_t *character)
{
    bool is_rust = source->dialect == TKZ__DIALECT_RUST;
    size_t place = source->at - 2;
    size_t digits = letter == 'x' ? 2 : letter == 'u' ? 4 : 8;
    bool braces = source->at < source->size && source->text[source->at] == '{';
    if (source->at == source->size && !is_rust) {
        *character = (uint8_t)letter;
        return TKZ_OK;
    }
    if (braces && !is_rust && letter != 'x')
        return unsupported(source, place, "\\u with braces");
    source->at += braces;
    size_t count = read_hex(source, braces ? 8 : digits, character);
    bool is_loose = letter == 'x' && !is_rust; /* Oniguruma reads anything there */
    if (braces && (source->at == source->size || source->text[source->at++] != '}'))
        return is_loose ? unsupported(source, place, "several code points in braces")
                        : malformed(source, place, "a code point that does not end");
    if (is_loose && (count == 0 || *character > 0x10FFFF))
        return unsupported(source, place, "\\x without a code point");
    if (count == 0 || (!braces && count != digits && !is_loose))
        return malformed(source, place, "a code point with too few digits");
    /* There it is a byte of a character. */
    if (letter == 'x' && !braces && !is_rust && *character >= 0x80)
        return unsupported(source, place, "\\x with a byte that is no character");
    if (*character > 0x10FFFF || *character - 0xD800 < 0x800)
        return malformed(source, place, "a code point that is no character");
    return TKZ_OK;
}

/* p{Lu}, P{Lu}, p{^Lu}, pL (Rust), the letter being read. Cases are one in Rust only. */
static tkz_status read_property(tkz__pattern_source *source, bool negated, bool folds,
                                tkz__char_set *set, tkz__char_set *scratch)
{
    size_t place = source->at - 2;
    bool is_rust = source->dialect == TKZ__DIALECT_RUST;
    const char *name = source->text + source->at;
    size_t size = 1;
    tkz_status status = count_name(source);
    if (status != TKZ_OK)
        return status;
    if (source->at == source->size)
        return malformed(source, place, "\\p without a name");
    if (*name == '{') {
        const char *end = memchr(name, '}', source->size - source->at);
        if (end == NULL || end - name > LONGEST_PROPERTY)
            return malformed(source, place, "a property whose name does not end");
        source->at += (size_t)(end - name) + 1;
        name++;
        size = (size_t)(end - name);
        if (size > 0 && *name == '^') {
            name++;
            size--;
            negated = !negated;
        }
    } else if (is_rust) {
        source->at++;
    }
    memset(scratch, 0, sizeof *scratch);
    if (!tkz__set_add_property(scratch, source->dialect, name, size))
        return unsupported(source, place, "a property that is not known here");
    if (folds && is_rust)
        tkz__set_fold(scratch);
    if (negated)
        tkz__set_invert(scratch);
    tkz__set_unite(set, scratch);
    return TKZ_OK;
}

/* d, w, s, h and their negations. */
static tkz_status read_letter(tkz__pattern_source *source, char letter, bool in_brackets,
                              tkz__char_set *set, tkz__char_set *scratch)
{
    bool negated = letter < 'a';
    tkz_status status = count_name(source);
    if (status != TKZ_OK)
        return status;
    memset(scratch, 0, sizeof *scratch);
    letter = (char)(letter | 32);
    if (letter == 'w' && (!in_brackets || source->dialect == TKZ__DIALECT_RUST))
        tkz__set_add_word(scratch, source->dialect);
    else
        (void)tkz__set_add_letter(scratch, letter);
    if (negated)
        tkz__set_invert(scratch);
    tkz__set_unite(set, scratch);
    return TKZ_OK;
}

static tkz_status read_class(tkz__pattern_source *source, char letter, bool in_brackets,
                             bool folds, tkz__char_set *set)
{
    tkz__char_set *scratch = tkz__allocate(source->allocator, sizeof *scratch);
    if (scratch == NULL)
        return tkz__error_memory(source->error, sizeof *scratch);
    tkz_status status = (letter | 32) == 'p'
                            ? read_property(source, letter == 'P', folds, set, scratch)
                            : read_letter(source, letter, in_brackets, set, scratch);
    tkz__release(source->allocator, scratch, sizeof *scratch);
    return status;
}

/* Up to three digits of base 8, the first being read; one that is none is itself. In Rust they are back
 * references, and none in brackets. */
static tkz_status read_octal(tkz__pattern_source *source, char digit, uint32_t *character)
{
    size_t place = source->at - 2;
    if (source->dialect == TKZ__DIALECT_RUST)
        return unsupported(source, place, "a number behind a backslash");
    *character = (uint8_t)digit;
    if (digit >= '8')
        return TKZ_OK;
    *character = (uint32_t)(digit - '0');
    for (size_t count = 1; count < 3 && source->at < source->size; count++, source->at++) {
        char next = source->text[source->at];
        if (next < '0' || next > '7')
            break;
        *character = *character << 3 | (uint32_t)(next - '0');
    }
    if (*character > 0xFF)
        return malformed(source, place, "an octal number beyond 377");
    if (*character == 0 || *character >= 0x80)
        return unsupported(source, place, "an octal number that is no character");
    return TKZ_OK;
}

/* Outside of brackets p{Word} of Oniguruma is w. */
static bool is_word_property(const tkz__pattern_source *source)
{
    return source->dialect == TKZ__DIALECT_ONIGURUMA &&
           (has(source, "{Word}") || has(source, "{word}"));
}

tkz_status tkz__pattern_read_escape(tkz__pattern_source *source, bool in_brackets, bool folds,
                                    bool *is_class, uint32_t *character, tkz__char_set *set)
{
    static const char plain[] = "tnrfvae";
    static const char values[] = "\t\n\r\f\v\a\033";
    size_t place = source->at - 1;
    *is_class = false;
    if (source->at == source->size)
        return malformed(source, place, "a backslash at the end");
    tkz_status status = tkz__pattern_read_character(source, character);
    if (status != TKZ_OK)
        return status;
    if (*character >= 0x80)
        return TKZ_OK;
    char letter = (char)*character;
    if (letter == '\0')
        return unsupported(source, place, "U+0000");
    if ((letter | 32) == 'p' && source->dialect == TKZ__DIALECT_ONIGURUMA && !has(source, "{"))
        return TKZ_OK; /* the letter itself */
    if (strchr("dDwWsShHpP", letter) != NULL) {
        *is_class = true;
        if (!in_brackets && (letter | 32) == 'p' && is_word_property(source)) {
            source->at += strlen("{word}");
            letter = letter == 'p' ? 'w' : 'W';
        }
        return read_class(source, letter, in_brackets, folds, set);
    }
    const char *found = strchr(plain, letter);
    if (found != NULL) {
        *character = (uint8_t)values[found - plain];
        return TKZ_OK;
    }
    if (letter == 'x' || letter == 'u' || (letter == 'U' && source->dialect == TKZ__DIALECT_RUST))
        return read_code(source, letter, character);
    if (letter == 'b' && in_brackets && source->dialect == TKZ__DIALECT_ONIGURUMA) {
        *character = '\b';
        return TKZ_OK;
    }
    if (letter >= '0' && letter <= '9')
        return read_octal(source, letter, character);
    bool is_letter = (letter | 32) >= 'a' && (letter | 32) <= 'z';
    if (source->dialect == TKZ__DIALECT_RUST ? is_letter || letter == '<' || letter == '>'
                                             : strchr("cCMoyY", letter) != NULL)
        return unsupported(source, place, "a backslash before this letter or sign");
    return TKZ_OK;
}

/* ---- Brackets ----------------------------------------------------------- */

typedef struct bracket {
    tkz__char_set own;    /* since the bracket or the last && */
    tkz__char_set before; /* what stands before the last && */
    bool has_before;
    bool is_negated;
    enum { NOTHING, CHARACTER, WHOLE } last; /* what a `-` would come behind */
    uint32_t character;
} bracket;

typedef struct bracket_reader {
    tkz__pattern_source *source;
    bool folds;
    bracket *stack[MOST_NESTED];
    size_t depth;
} bracket_reader;

/* A bracket begins with ]: whether that is one of its characters. In Oniguruma another one without a
 * backslash must follow, anywhere in the expression. */
static bool begins_with_end(const tkz__pattern_source *source)
{
    if (source->dialect == TKZ__DIALECT_RUST)
        return true;
    for (size_t at = source->at + 1; at < source->size; at++) {
        if (source->text[at] == ']')
            return true;
        at += source->text[at] == '\\';
    }
    return false;
}

static tkz_status open_bracket(bracket_reader *reader)
{
    tkz__pattern_source *source = reader->source;
    if (reader->depth == MOST_NESTED)
        return tkz__pattern_refuse(source, TKZ_STATUS_LIMIT, source->at - 1,
                                   "brackets more than 8 deep");
    bracket *made = tkz__allocate_zeroed(source->allocator, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(source->error, sizeof *made);
    reader->stack[reader->depth++] = made;
    made->is_negated = has(source, "^");
    source->at += made->is_negated;
    if (has(source, "]") && !begins_with_end(source))
        return malformed(source, source->at, "a bracket without anything in it");
    if (has(source, "]")) {
        source->at++;
        tkz__set_add(&made->own, ']');
        made->character = ']';
        made->last = source->dialect == TKZ__DIALECT_RUST ? WHOLE : CHARACTER;
    }
    return TKZ_OK;
}

/* Rust folds each part. */
static void end_part(const bracket_reader *reader, bracket *own)
{
    if (reader->folds && reader->source->dialect == TKZ__DIALECT_RUST)
        tkz__set_fold(&own->own);
    if (own->has_before)
        tkz__set_intersect(&own->before, &own->own);
    else
        own->before = own->own;
    own->has_before = true;
    memset(&own->own, 0, sizeof own->own);
    own->last = NOTHING;
}

/* The last bracket ends: its set goes to the one around it, or to `set`. */
static tkz_status close_bracket(bracket_reader *reader, tkz__char_set *set)
{
    tkz__pattern_source *source = reader->source;
    bracket *own = reader->stack[--reader->depth];
    tkz_status status = TKZ_OK;
    end_part(reader, own);
    if (reader->folds && reader->depth == 0 && source->dialect == TKZ__DIALECT_ONIGURUMA) {
        if (!own->is_negated && tkz__set_folds_to_several(&own->before))
            status = unsupported(source, source->at - 1,
                                 "a bracket without case, of which a letter is several others");
        tkz__set_fold(&own->before);
    }
    if (own->is_negated)
        tkz__set_invert(&own->before);
    if (reader->depth > 0) {
        bracket *around = reader->stack[reader->depth - 1];
        tkz__set_unite(&around->own, &own->before);
        around->last = WHOLE;
    } else {
        *set = own->before;
    }
    tkz__release(source->allocator, own, sizeof *own);
    return status;
}

/* [:name:], behind the first two characters. */
static tkz_status read_posix(const bracket_reader *reader, bracket *own, tkz__char_set *scratch)
{
    tkz__pattern_source *source = reader->source;
    size_t place = source->at - 2;
    bool negated = has(source, "^");
    source->at += negated;
    size_t start = source->at;
    while (source->at < source->size && source->text[source->at] != ':')
        source->at++;
    size_t size = source->at - start;
    tkz_status status = count_name(source);
    if (status != TKZ_OK)
        return status;
    memset(scratch, 0, sizeof *scratch);
    if (!has(source, ":]") ||
        !tkz__set_add_posix(scratch, source->dialect, source->text + start, size))
        return unsupported(source, place, "[: without the name of a class");
    source->at += 2;
    if (reader->folds && source->dialect == TKZ__DIALECT_RUST)
        tkz__set_fold(scratch);
    if (negated)
        tkz__set_invert(scratch);
    tkz__set_unite(&own->own, scratch);
    own->last = WHOLE;
    return TKZ_OK;
}

/* A character of a bracket, plain or behind a backslash. *is_class: it was a class, which is added. */
static tkz_status read_member(const bracket_reader *reader, bracket *own, bool *is_class,
                              uint32_t *character)
{
    tkz__pattern_source *source = reader->source;
    *is_class = false;
    tkz_status status = tkz__pattern_read_character(source, character);
    if (status == TKZ_OK && *character == '\\')
        status = tkz__pattern_read_escape(source, true, reader->folds, is_class, character,
                                          &own->own);
    return status;
}

/* A `-`, which is read, between two things or beside one. */
static tkz_status read_dash(const bracket_reader *reader, bracket *own)
{
    tkz__pattern_source *source = reader->source;
    size_t place = source->at - 1;
    bool at_start = own->last == NOTHING && !own->has_before;
    if (has(source, "]") || (at_start && !has(source, "-") && !has(source, "&&"))) {
        tkz__set_add(&own->own, '-');
        own->last = WHOLE; /* a range from it on would be read in other ways */
        return TKZ_OK;
    }
    if (own->last != CHARACTER || has(source, "-") || has(source, "[") || has(source, "&&"))
        return unsupported(source, place, "a - that may mean two things; put a backslash before it");
    bool is_class;
    uint32_t character;
    tkz_status status = source->at == source->size
                            ? malformed(source, place, "a bracket that does not end")
                            : read_member(reader, own, &is_class, &character);
    if (status != TKZ_OK)
        return status;
    if (is_class || character < own->character)
        return malformed(source, place, "a range that ends before it begins");
    tkz__set_add_range(&own->own, own->character, character);
    own->last = WHOLE;
    return TKZ_OK;
}

/* One thing in the innermost bracket but its end. */
static tkz_status read_item(bracket_reader *reader, tkz__char_set *scratch)
{
    tkz__pattern_source *source = reader->source;
    bracket *own = reader->stack[reader->depth - 1];
    if (has(source, "[:")) {
        source->at += 2;
        return read_posix(reader, own, scratch);
    }
    if (has(source, "[")) {
        source->at++;
        return open_bracket(reader);
    }
    if (has(source, "&&")) {
        if (has(source, "&&&"))
            return unsupported(source, source->at, "&&& in a bracket");
        source->at += 2;
        end_part(reader, own);
        return TKZ_OK;
    }
    if (source->dialect == TKZ__DIALECT_RUST && (has(source, "~~") || has(source, "--")))
        return unsupported(source, source->at, "a difference of sets");
    if (has(source, "-")) {
        source->at++;
        return read_dash(reader, own);
    }
    bool is_class;
    tkz_status status = read_member(reader, own, &is_class, &own->character);
    if (status == TKZ_OK && !is_class)
        tkz__set_add(&own->own, own->character);
    own->last = is_class ? WHOLE : CHARACTER;
    return status;
}

static tkz_status read_all(bracket_reader *reader, tkz__char_set *set, tkz__char_set *scratch)
{
    tkz__pattern_source *source = reader->source;
    size_t place = source->at - 1;
    tkz_status status = open_bracket(reader);
    while (status == TKZ_OK && reader->depth > 0) {
        if (source->at == source->size)
            return malformed(source, place, "a bracket that does not end");
        if (!has(source, "]")) {
            status = read_item(reader, scratch);
            continue;
        }
        source->at++;
        status = close_bracket(reader, set);
    }
    return status;
}

tkz_status tkz__pattern_read_brackets(tkz__pattern_source *source, bool folds, tkz__char_set *set)
{
    bracket_reader reader = {.source = source, .folds = folds};
    tkz__char_set *scratch = tkz__allocate(source->allocator, sizeof *scratch);
    if (scratch == NULL)
        return tkz__error_memory(source->error, sizeof *scratch);
    tkz_status status = read_all(&reader, set, scratch);
    while (reader.depth > 0)
        tkz__release(source->allocator, reader.stack[--reader.depth], sizeof(bracket));
    tkz__release(source->allocator, scratch, sizeof *scratch);
    return status;
}
