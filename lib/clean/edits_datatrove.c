/* SPDX-License-Identifier: Apache-2.0
 *
 * Editors of datatrove: the lines that C4 keeps (c4_filters.py), e-mail and IP addresses (pii.py). Leans on editor,
 * c4_text, char_class and utf8.
 */
#include "clean/c4_text.h"
#include "clean/editor.h"
#include "clean/text_lines.h"
#include "text/char_class.h"
#include "text/utf8.h"

/* ---- Lines of C4: pieces of the text that stay -------------------------------------------- */

enum { PUNCTUATION = 0, LEAST_WORDS = 1 };
enum { PUNCTUATION_C4 = 0, PUNCTUATION_JAPANESE = 1 }; /* then: any */

/* Bytes of the text that stay, or the end of a line between two that stay. */
typedef struct piece {
    size_t start;
    size_t end;
    bool is_line_end;
} piece;

typedef struct c4_walk {
    const tkz__normal_step *step;
    const char *text;
    uint32_t *line;  /* room for the longest line */
    piece *pieces;   /* room for all there can be */
    size_t count;
    size_t last_end; /* where the last line that stays ended, and its line end */
    size_t last_next;
    bool any;        /* a line stayed */
    uint64_t lines;  /* that went */
    uint64_t citations;
} c4_walk;

static bool ends_as_asked(const c4_walk *w, const tkz__c4_line *line)
{
    int64_t wanted = w->step->values[PUNCTUATION].number;
    if (wanted > PUNCTUATION_JAPANESE || tkz__c4_ends_well(line))
        return true;
    uint32_t last = line->size > 0 ? line->characters[line->size - 1] : 0;
    return wanted == PUNCTUATION_JAPANESE && (last == 0x3002 || last == 0xFF01 || last == 0xFF1F ||
                                              last == 0xFF0E || last == 0x300D || last == 0x300F);
}

/* Cuts citations out of the decoded line, which begins at byte `at`; what is left becomes pieces. */
static void cut_citations(c4_walk *w, tkz__c4_line *line, size_t at, uint64_t *citations)
{
    uint32_t *out = w->line;
    size_t kept = 0, start = at;
    for (size_t i = 0; i < line->size;) {
        size_t citation = line->characters[i] == '[' ? tkz__c4_citation(line->characters + i, line->size - i) : 0;
        if (citation == 0) {
            at += tkz__utf8_length(line->characters[i]);
            out[kept++] = line->characters[i++];
            continue;
        }
        if (at > start)
            w->pieces[w->count++] = (piece){start, at, false};
        for (; citation > 0; citation--)
            at += tkz__utf8_length(line->characters[i++]);
        start = at;
        ++*citations;
    }
    if (at > start)
        w->pieces[w->count++] = (piece){start, at, false};
    line->size = kept;
}

/* The line [start, end), whose line end reaches to `next`. */
static void take_line(c4_walk *w, size_t start, size_t end, size_t next)
{
    size_t read, before = w->count, first = 0;
    uint64_t citations = 0;
    bool too_long;
    size_t size = start < end ? tkz__utf8_decode_run(w->text + start, end - start, w->line, end - start, &read) : 0;
    while (first < size && tkz__is_python_space(w->line[first]))
        start += tkz__utf8_length(w->line[first++]);
    while (size > first && tkz__is_python_space(w->line[size - 1]))
        size--;
    tkz__c4_line line = {w->line + first, size - first};
    size_t words = tkz__c4_words(line.characters, line.size, &too_long);
    if (w->any)
        w->pieces[w->count++] = (piece){w->last_end, w->last_next, true};
    cut_citations(w, &line, start, &citations);
    line.characters = w->line;
    if (too_long || !ends_as_asked(w, &line) || words < (size_t)w->step->values[LEAST_WORDS].number ||
        tkz__c4_contains(&line, "javascript") || tkz__c4_has_policy(&line)) {
        w->count = before;
        w->lines++;
        return;
    }
    w->any = true;
    w->last_end = end;
    w->last_next = next;
    w->citations += citations;
}

/* Python's strip of the whole: white space of the pieces at both ends goes. */
static size_t strip_pieces(c4_walk *w)
{
    size_t first = 0;
    uint32_t c;
    for (; first < w->count; first++) {
        piece *p = &w->pieces[first];
        while (!p->is_line_end && p->start < p->end) {
            size_t length = tkz__utf8_next(w->text + p->start, p->end - p->start, &c);
            if (!tkz__is_python_space(c))
                break;
            p->start += length;
        }
        if (!p->is_line_end && p->start < p->end)
            break;
    }
    for (; w->count > first; w->count--) {
        piece *p = &w->pieces[w->count - 1];
        while (!p->is_line_end && p->start < p->end) {
            size_t last = p->end - 1;
            while (last > p->start && ((uint8_t)w->text[last] & 0xC0) == 0x80)
                last--;
            (void)tkz__utf8_next(w->text + last, p->end - last, &c);
            if (!tkz__is_python_space(c))
                break;
            p->end = last;
        }
        if (!p->is_line_end && p->start < p->end)
            break;
    }
    return first;
}

static tkz_status write_pieces(const c4_walk *w, size_t first, size_t size, tkz__edit *edit,
                               tkz_error *error)
{
    size_t at = 0;
    tkz_status status = TKZ_OK;
    for (size_t i = first; i < w->count && status == TKZ_OK; i++) {
        const piece *p = &w->pieces[i];
        if (p->start > at)
            status = tkz__edit_replace(edit, p->start - at, "", 0, error);
        if (status == TKZ_OK && p->is_line_end && (p->end - p->start != 1 || w->text[p->start] != '\n'))
            status = tkz__edit_replace(edit, p->end - p->start, "\n", 1, error);
        else if (status == TKZ_OK)
            status = tkz__edit_copy(edit, w->text + p->start, p->end - p->start, error);
        at = p->end;
    }
    if (status == TKZ_OK && at < size)
        status = tkz__edit_replace(edit, size - at, "", 0, error);
    return status;
}

/* Calls take_line for every line, or, without a walk, counts what memory they need. */
static void each_line(const char *text, size_t size, c4_walk *w, size_t *longest, size_t *pieces)
{
    size_t start = 0;
    for (size_t at = 0; at < size;) {
        size_t ending = tkz__python_line_end_size(text, size, at);
        *pieces += text[at] == '[';
        if (ending == 0) {
            at++;
            continue;
        }
        if (w != NULL)
            take_line(w, start, at, at + ending);
        *longest = at - start > *longest ? at - start : *longest;
        *pieces += 2;
        start = at += ending;
    }
    *longest = size - start > *longest ? size - start : *longest;
    if (w != NULL && start < size)
        take_line(w, start, size, size);
}

static tkz_status c4_run(const tkz__normal_step *step, const char *text, size_t size,
                         tkz__edit *edit, tkz_error *error)
{
    c4_walk w = {.step = step, .text = text};
    size_t longest = 0, pieces = 3, again = 0;
    each_line(text, size, NULL, &longest, &pieces);
    w.line = tkz__arena_allocate(edit->scratch, (longest + 1) * sizeof *w.line);
    w.pieces = tkz__arena_allocate(edit->scratch, pieces * sizeof *w.pieces);
    if (w.line == NULL || w.pieces == NULL)
        return tkz__error_memory(error, longest * sizeof *w.line + pieces * sizeof *w.pieces);
    each_line(text, size, &w, &again, &pieces);
    tkz__edit_count(edit, 0, w.lines);
    tkz__edit_count(edit, 1, w.citations);
    return write_pieces(&w, strip_pieces(&w), size, edit, error);
}

static const tkz_normal_option c4_options[] = {
    {"punctuation", "c4|japanese|any", "c4",
     "what a line must end in: . ? ! \" or ' but not in ...; of those or \xE3\x80\x82\xEF\xBC\x8E\xEF\xBC\x81\xEF\xBC\x9F\xE3\x80\x8D\xE3\x80\x8F; anything", 0, 0},
    {"least_words", NULL, "3", "words between white space that a line must have; 0 for Japanese", 0, 1000},
};
static const char *const c4_counts[] = {"lines", "citations"};

/* ---- E-mail addresses --------------------------------------------------------------------- */

static bool is_alphanumeric(uint8_t c)
{
    return (uint8_t)(c - '0') < 10 || (uint8_t)((c | 0x20) - 'a') < 26;
}

static bool in_local_part(uint8_t c)
{
    return is_alphanumeric(c) || (c != '\0' && strchr("!#$%&'*+/=?^_`{|}~-", c) != NULL);
}

/* \w of Python's re: letters, numbers of all kinds, and the underscore. */
static bool is_word(uint32_t c)
{
    int category = tkz__char_record(&tkz__class_table_15_0, c)->category;
    return c == '_' || category <= TKZ__CATEGORY_LO ||
           (category >= TKZ__CATEGORY_ND && category <= TKZ__CATEGORY_NO);
}

/* \b at `at`, where a character of ASCII stands. */
static bool is_border(const char *text, size_t at)
{
    uint32_t before = 0;
    size_t start = at;
    if (at == 0)
        return is_word((uint8_t)text[at]);
    do
        start--;
    while (start > 0 && ((uint8_t)text[start] & 0xC0) == 0x80);
    (void)tkz__utf8_next(text + start, at - start, &before);
    return is_word(before) != is_word((uint8_t)text[at]);
}

/* Where the local part before the @ at `sign` begins, not before `from`; SIZE_MAX: there is none. */
static size_t local_part(const char *text, size_t from, size_t sign)
{
    size_t start = sign, found = SIZE_MAX;
    while (start > from) {
        uint8_t c = (uint8_t)text[start - 1];
        bool is_dot = c == '.';
        if (is_dot ? start == sign || text[start] == '.' : !in_local_part(c))
            break;
        start--;
        if (!is_dot && is_border(text, start))
            found = start;
    }
    return found;
}

/* Digits of an octet 0 to 255 at `at`, with at most one zero in front as [01]?[0-9][0-9]? has it, the longest as the
 * pattern's alternatives find it; 0: there is none. */
static size_t octet(const char *text, size_t size, size_t at)
{
    size_t digits = 0;
    while (digits < 3 && at + digits < size && (uint8_t)(text[at + digits] - '0') < 10)
        digits++;
    if (digits < 3 || text[at] == '0' || text[at] == '1')
        return digits;
    bool fits = text[at] == '2' && (text[at + 1] < '5' || (text[at + 1] == '5' && text[at + 2] <= '5'));
    return fits ? 3 : 2;
}

/* Three octets with a dot behind each; where they end, 0: they are not there. */
static size_t three_octets(const char *text, size_t size, size_t at)
{
    for (int i = 0; i < 3; i++) {
        size_t digits = octet(text, size, at);
        if (digits == 0 || at + digits >= size || text[at + digits] != '.')
            return 0;
        at += digits + 1;
    }
    return at;
}

/* "[10.0.0.1]" or "[10.0.0.name:]" behind the @; where it ends, 0: it is not there. */
static size_t literal_end(const char *text, size_t size, size_t at)
{
    size_t last = three_octets(text, size, at + 1), digits = last == 0 ? 0 : octet(text, size, last);
    if (last == 0)
        return 0;
    if (digits > 0 && last + digits < size && text[last + digits] == ']')
        return last + digits + 1;
    size_t end = last;
    while (end < size && (is_alphanumeric((uint8_t)text[end]) || text[end] == '-'))
        end++;
    bool fits = end > last && is_alphanumeric((uint8_t)text[end - 1]) && end + 1 < size && text[end] == ':' &&
                text[end + 1] == ']';
    return fits ? end + 2 : 0;
}

/* Where the domain at `at` ends: labels with dots behind them, and one more; 0: there is none. */
static size_t domain_end(const char *text, size_t size, size_t at)
{
    size_t labels = 0, end = 0;
    if (at < size && text[at] == '[')
        return literal_end(text, size, at);
    while (at < size && is_alphanumeric((uint8_t)text[at])) {
        size_t last = at; /* the last letter or digit of the label */
        size_t here = at;
        for (; here < size && (is_alphanumeric((uint8_t)text[here]) || text[here] == '-'); here++)
            last = text[here] != '-' ? here : last;
        if (labels > 0)
            end = last + 1;
        if (here == size || text[here] != '.' || last + 1 != here)
            break;
        labels++;
        at = here + 1;
    }
    return end;
}

/* ---- IP addresses --------------------------------------------------------------------------- */

static bool is_in(uint32_t address, uint32_t network, unsigned bits)
{
    return address >> (32 - bits) == network >> (32 - bits);
}

/* As Python's ipaddress has it from 3.12.4 and 3.11.10 on (the IANA registry of special addresses). */
static bool is_global(uint32_t address)
{
    static const struct {
        uint32_t network;
        unsigned bits;
    } private[] = {{0x00000000, 8},  {0x0A000000, 8},  {0x64400000, 10}, {0x7F000000, 8},  {0xA9FE0000, 16},
                   {0xAC100000, 12}, {0xC0000000, 24}, {0xC0000200, 24}, {0xC0A80000, 16}, {0xC6120000, 15},
                   {0xC6336400, 24}, {0xCB007100, 24}, {0xF0000000, 4}};
    if (address == 0xC0000009 || address == 0xC000000A)
        return true;
    for (size_t i = 0; i < sizeof private / sizeof *private; i++)
        if (is_in(address, private[i].network, private[i].bits))
            return false;
    return true;
}

/* Whether the matched digits are an address as ipaddress reads them: no zero in front of another digit. */
static bool is_address(const char *text, size_t at, size_t end, uint32_t *address)
{
    *address = 0;
    for (; at < end; at++) {
        uint32_t part = 0;
        if (text[at] == '0' && at + 1 < end && text[at + 1] != '.')
            return false;
        for (; at < end && text[at] != '.'; at++)
            part = part * 10 + (uint32_t)(text[at] - '0');
        *address = *address << 8 | part;
    }
    return true;
}

/* ---- Both ----------------------------------------------------------------------------------- */

enum { EMAILS = 0, ADDRESSES = 1, PUBLIC = 2 };

static const char *const email_masks[] = {"email@example.com", "firstname.lastname@example.org"};
static const char *const address_masks[] = {"22.214.171.124", "126.96.36.199",  "188.8.131.52",
                                            "184.108.40.206", "220.127.116.11", "18.104.22.168"};
enum { EMAIL_MASKS = 2, ADDRESS_MASKS = 6 };

typedef struct masks {
    const tkz__normal_step *step;
    const char *text;
    tkz__edit *edit;
    size_t emails;
    size_t addresses;
} masks;

static tkz_status put_mask(masks *m, size_t size, const char *mask, tkz_error *error)
{
    return tkz__edit_replace(m->edit, size, mask, strlen(mask), error);
}

/* [at, end) without IP addresses. */
static tkz_status mask_addresses(masks *m, size_t at, size_t end, tkz_error *error)
{
    const char *text = m->text;
    size_t copied = at;
    tkz_status status = TKZ_OK;
    bool wanted = m->step->values[ADDRESSES].number != 0;
    while (wanted && at < end && status == TKZ_OK) {
        size_t last = (uint8_t)(text[at] - '0') < 10 ? three_octets(text, end, at) : 0;
        size_t digits = last == 0 ? 0 : octet(text, end, last);
        uint32_t address;
        if (digits == 0) {
            at++;
            continue;
        }
        size_t next = last + digits;
        if (is_address(text, at, next, &address) && (m->step->values[PUBLIC].number == 0 || is_global(address))) {
            status = tkz__edit_copy(m->edit, text + copied, at - copied, error);
            if (status == TKZ_OK)
                status = put_mask(m, next - at, address_masks[m->addresses++ % ADDRESS_MASKS], error);
            copied = next;
        }
        at = next;
    }
    return status == TKZ_OK ? tkz__edit_copy(m->edit, text + copied, end - copied, error) : status;
}

static tkz_status pii_run(const tkz__normal_step *step, const char *text, size_t size,
                          tkz__edit *edit, tkz_error *error)
{
    masks m = {.step = step, .text = text, .edit = edit};
    size_t done = 0, at = 0;
    tkz_status status = TKZ_OK;
    while (step->values[EMAILS].number != 0 && status == TKZ_OK) {
        const char *sign = at < size ? memchr(text + at, '@', size - at) : NULL;
        if (sign == NULL)
            break;
        size_t place = (size_t)(sign - text), start = local_part(text, done, place);
        size_t end = start == SIZE_MAX ? 0 : domain_end(text, size, place + 1);
        at = place + 1;
        if (end == 0)
            continue;
        status = mask_addresses(&m, done, start, error);
        if (status == TKZ_OK)
            status = put_mask(&m, end - start, email_masks[m.emails++ % EMAIL_MASKS], error);
        done = at = end;
    }
    if (status == TKZ_OK)
        status = mask_addresses(&m, done, size, error);
    tkz__edit_count(edit, 0, m.emails);
    tkz__edit_count(edit, 1, m.addresses);
    return status;
}

static size_t pii_unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    (void)step;
    for (size_t at = 0; at < size; at++) /* an address has a dot behind a digit, an e-mail an @ */
        if (text[at] == '@' || (text[at] == '.' && at > 0 && (uint8_t)(text[at - 1] - '0') < 10))
            return 0;
    return size;
}

static const tkz_normal_option pii_options[] = {
    {"emails", "false|true", "true", "e-mail addresses become email@example.com and firstname.lastname@example.org in turn", 0, 0},
    {"addresses", "false|true", "true", "IP addresses become six others in turn", 0, 0},
    {"public", "false|true", "true", "only addresses that are not reserved for special purposes", 0, 0},
};
static const char *const pii_counts[] = {"emails", "addresses"};

/* ---- The table ------------------------------------------------------------------------------ */

static const tkz__editor editors[] = {
    {.kind = {.info = {.name = "c4_lines-v1",
                       .text = "Only lines stay that C4 keeps: with words enough, none above 1000 characters, that end in a mark, "
                               "without javascript and phrases of policies; without citations such as [1], and without white "
                               "space around them.",
                       TKZ__EDITOR_OPTIONS(c4_options)},
              TKZ__EDITOR_COUNTS(c4_counts),
              .run = c4_run},
     .source = "datatrove 0.10.1, c4_filters.py, C4QualityFilter: what it does to lines; what it drops documents for are "
               "the filters c4_sentences, c4_lorem_ipsum and c4_braces, which stand behind the editor"},
    {.kind = {.info = {.name = "datatrove_pii-v1",
                       .text = "E-mail and IP addresses become others, as FineWeb-2 has them; pii-v1 is ours for Japan.",
                       TKZ__EDITOR_OPTIONS(pii_options)},
              TKZ__EDITOR_COUNTS(pii_counts),
              .unchanged = pii_unchanged,
              .run = pii_run},
     .source = "datatrove 0.10.1, formatters/pii.py, PIIFormatter",
     .difference = "the replacements begin anew in every document, there they go on from document to document of a process; "
                   "192.0.0.0/24 is as in Python from 3.12.4 on"},
};

extern const tkz__editor_family tkz__edits_datatrove;
const tkz__editor_family tkz__edits_datatrove = {editors, sizeof editors / sizeof editors[0]};
