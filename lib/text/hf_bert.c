/* SPDX-License-Identifier: Apache-2.0
 *
 * BertNormalizer of HF tokenizers 0.23 (src/normalizers/bert.rs): control characters
 * go, white space becomes a space, ideographs get spaces around them, accents go,
 * letters become lower-case. HF makes five passes; here one does, with what each
 * character becomes in a table, but for the few sequences that decomposition puts
 * into another order. Leans on hf_steps, unicode_normal, the class tables and
 * lowercase.
 */
#include <string.h>

#include "text/char_class.h"
#include "text/hf_steps.h"
#include "text/lowercase.h"
#include "text/unicode_normal.h"
#include "text/utf8.h"

static const tkz__unicode_target nfd = {TKZ__UNICODE_NFD, TKZ__UNICODE_VERSION(9, 0)};

typedef struct bert {
    bool clean_text;
    bool handle_chinese_chars;
    bool strip_accents;
    bool lowercase;
} bert;

static bert options_of(const tkz__normal_step *step)
{
    bert options = {
        .clean_text = step->values[TKZ__HF_BERT_CLEAN_TEXT].number != 0,
        .handle_chinese_chars = step->values[TKZ__HF_BERT_HANDLE_CHINESE_CHARS].number != 0,
        .lowercase = step->values[TKZ__HF_BERT_LOWERCASE].number != 0,
    };
    int64_t accents = step->values[TKZ__HF_BERT_STRIP_ACCENTS].number;
    options.strip_accents = accents == 0 ? options.lowercase : accents == 2;
    return options;
}

/* is_other() of the crate unicode_categories is without unassigned characters. */
static bool is_removed(uint32_t character)
{
    if (character == 0 || character == 0xFFFD)
        return true;
    if (character == '\t' || character == '\n' || character == '\r')
        return false;
    uint8_t category = tkz__char_record(&tkz__class_table_8_0, character)->category;
    return category == TKZ__CATEGORY_CC || category == TKZ__CATEGORY_CF ||
           category == TKZ__CATEGORY_CO;
}

/* Its list is that of the original BERT, which leaves out what came after 2015. */
static bool is_chinese(uint32_t character)
{
    return (character >= 0x4E00 && character <= 0x9FFF) ||
           (character >= 0x3400 && character <= 0x4DBF) ||
           (character >= 0x20000 && character <= 0x2A6DF) ||
           (character >= 0x2A700 && character <= 0x2B81F) ||
           (character >= 0x2B920 && character <= 0x2CEAF) ||
           (character >= 0xF900 && character <= 0xFAFF) ||
           (character >= 0x2F800 && character <= 0x2FA1F);
}

static size_t write_lowercase(uint32_t character, char *target)
{
    size_t size = tkz__utf8_encode(tkz__lowercase(character), target);
    if (character == 0x130)
        size += tkz__utf8_encode(0x307, target + size);
    return size;
}

/* Everything before the decomposition, and after it too where there is none. */
static size_t change_first(const void *data, uint32_t character, char *target)
{
    const bert *options = data;
    bool lowers = options->lowercase && !options->strip_accents;
    if (character - 0x20 < 0x5F) {
        if (!lowers || character - 'A' >= 26)
            return TKZ__HF_KEPT;
        target[0] = (char)(character + 32);
        return 1;
    }
    if (options->handle_chinese_chars && is_chinese(character)) {
        target[0] = ' ';
        size_t size = 1 + tkz__utf8_encode(character, target + 1);
        target[size] = ' ';
        return size + 1;
    }
    if (character - 0x3041 < 0xBF) /* kana: no rule but the ones above knows them */
        return TKZ__HF_KEPT;
    if (options->clean_text) {
        if (is_removed(character))
            return 0;
        if ((tkz__char_flags(&tkz__class_table_17_0, character) & TKZ__CHAR_WHITE_SPACE) != 0) {
            target[0] = ' ';
            return 1;
        }
    }
    if (!lowers || tkz__lowercase(character) == character)
        return TKZ__HF_KEPT;
    return write_lowercase(character, target);
}

/* Behind the decomposition. */
static size_t change_last(const void *data, uint32_t character, char *target)
{
    const bert *options = data;
    if (character >= 0x80 && tkz__char_record(&tkz__class_table_8_0, character)->category ==
                                 TKZ__CATEGORY_MN)
        return 0;
    if (!options->lowercase || tkz__lowercase(character) == character)
        return TKZ__HF_KEPT;
    return write_lowercase(character, target);
}

static const tkz__hf_change first_changes = {change_first, NULL, 0};
static const tkz__hf_change last_changes = {change_last, NULL, 0};

/* One text between two changes, with the map that led to it. */
typedef struct stage {
    tkz__buffer text;
    tkz__span_map map;
    tkz__edit edit;
} stage;

static void stage_init(stage *made, const tkz__edit *edit)
{
    tkz__buffer_init(&made->text, &edit->target->allocator);
    tkz__span_map_init(&made->map, &edit->target->allocator);
    made->edit = (tkz__edit){.target = &made->text, .map = edit->map != NULL ? &made->map : NULL,
                             .scratch = edit->scratch};
}

static void stage_free(stage *made)
{
    tkz__buffer_free(&made->text);
    tkz__span_map_free(&made->map);
}

/* Gives the runs of three changes after one another to `edit`. */
static tkz_status record_all(const stage *first, const stage *second, const stage *third,
                             tkz__edit *edit, tkz_error *error)
{
    tkz__span_map two, three;
    tkz__span_map_init(&two, &edit->target->allocator);
    tkz__span_map_init(&three, &edit->target->allocator);
    tkz_status status = tkz__span_map_compose(&first->map, &second->map, &two, error);
    if (status == TKZ_OK)
        status = tkz__span_map_compose(&two, &third->map, &three, error);
    for (size_t i = 0; i < three.count && status == TKZ_OK; i++)
        status = tkz__edit_record(edit, three.runs[i].source_size, three.runs[i].target_size,
                                  three.runs[i].identity != 0, error);
    tkz__span_map_free(&two);
    tkz__span_map_free(&three);
    return status;
}

/* The passes one after the other. */
static tkz_status run_passes(const bert *options, const char *text, size_t size, tkz__edit *edit,
                             tkz_error *error)
{
    stage cleaned, decomposed, last;
    stage_init(&cleaned, edit);
    stage_init(&decomposed, edit);
    stage_init(&last, edit);
    last.edit.target = edit->target;
    tkz_status status =
        tkz__hf_change_run(&first_changes, NULL, options, text, size, &cleaned.edit, error);
    if (status == TKZ_OK)
        status = tkz__unicode_normalize(&nfd, (const char *)cleaned.text.data, cleaned.text.size,
                                        &decomposed.edit, error);
    if (status == TKZ_OK)
        status = tkz__hf_change_run(&last_changes, NULL, options, (const char *)decomposed.text.data,
                                    decomposed.text.size, &last.edit, error);
    if (status == TKZ_OK && edit->map != NULL)
        status = record_all(&cleaned, &decomposed, &last, edit, error);
    stage_free(&cleaned);
    stage_free(&decomposed);
    stage_free(&last);
    return status;
}

/* ---- One character ------------------------------------------------------ */

/* Room for what one character becomes: a decomposition between two spaces. */
#define LONGEST (TKZ__UNICODE_LONGEST + 2)

/* The decomposition of a character, which may be itself. `room` is where it may be written. */
static tkz__unicode_piece decompose(uint32_t character, char room[TKZ__UNICODE_LONGEST])
{
    tkz__unicode_piece piece = tkz__unicode_decompose(nfd.version, character, false, room);
    if (piece.size != 0)
        return piece;
    return (tkz__unicode_piece){room, tkz__utf8_encode(character, room)};
}

/* Appends the decomposition without marks, in lower case if asked for. */
static size_t write_stripped(const bert *options, uint32_t character, char *target)
{
    char room[TKZ__UNICODE_LONGEST];
    tkz__unicode_piece piece = decompose(character, room);
    size_t written = 0;
    for (size_t at = 0; at < piece.size;) {
        uint32_t part;
        size_t length = tkz__utf8_next(piece.text + at, piece.size - at, &part);
        size_t size = change_last(options, part, target + written);
        if (size == TKZ__HF_KEPT) {
            memcpy(target + written, piece.text + at, length);
            size = length;
        }
        written += size;
        at += length;
    }
    return written;
}

/* What a character becomes that has no part in a sequence: all passes on it alone. At most LONGEST
 * bytes. */
static size_t change_one(const bert *options, uint32_t character, char target[LONGEST])
{
    size_t size = change_first(options, character, target);
    if (!options->strip_accents)
        return size != TKZ__HF_KEPT ? size : tkz__utf8_encode(character, target);
    if (size == TKZ__HF_KEPT)
        return write_stripped(options, character, target);
    if (size < 2) /* nothing, or a space */
        return size;
    size = 1 + write_stripped(options, character, target + 1);
    target[size] = ' ';
    return size + 1;
}

/* Whether the order of what a character becomes depends on its neighbours: it has a combining class,
 * but is none of the marks that go. Those are spacing marks such as U+302E, and what came between
 * Unicode 8.0 and 9.0. Without them the other marks may go before the rest is put in order. */
static bool is_entangled(const bert *options, uint32_t character)
{
    char room[LONGEST];
    if (!options->strip_accents || change_first(options, character, room) != TKZ__HF_KEPT)
        return false;
    tkz__unicode_piece piece = decompose(character, room);
    for (size_t at = 0; at < piece.size;) {
        uint32_t part;
        at += tkz__utf8_next(piece.text + at, piece.size - at, &part);
        if (tkz__unicode_combining_class(nfd.version, part) != 0 &&
            tkz__char_record(&tkz__class_table_8_0, part)->category != TKZ__CATEGORY_MN)
            return true;
    }
    return false;
}

/* ---- The table ---------------------------------------------------------- */

/* Entries for U+0000..33FF and U+F900..FFFF; ideographs and Hangul between them need none. */
enum {
    TABLE_LOW = 0x3400,
    TABLE_HIGH = 0xF900,
    TABLE_SIZE = TABLE_LOW + 0x10000 - TABLE_HIGH,
    GONE = 0,     /* nothing is left of the character */
    ODD = 0xFFFF, /* it becomes several, or is entangled */
};

/* What a form keeps: the one character that each becomes. */
typedef struct plan {
    bert options;
    uint16_t becomes[TABLE_SIZE];
} plan;

static uint16_t entry_of(const bert *options, uint32_t character)
{
    char target[LONGEST];
    uint32_t single;
    if (is_entangled(options, character))
        return ODD;
    size_t size = change_one(options, character, target);
    if (size == 0)
        return character == 0 ? ODD : GONE; /* U+0000 would seem to stay */
    if (tkz__utf8_next(target, size, &single) != size || single == 0 || single >= 0xFFFF)
        return ODD;
    return (uint16_t)single;
}

tkz_status tkz__hf_bert_prepare(tkz__normal_step *step, const tkz_allocator *allocator,
                                tkz_error *error)
{
    plan *made = tkz__allocate_zeroed(allocator, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->options = options_of(step);
    for (uint32_t i = 0; i < TABLE_SIZE; i++)
        made->becomes[i] =
            entry_of(&made->options, i < TABLE_LOW ? i : i - TABLE_LOW + TABLE_HIGH);
    step->state = made;
    return TKZ_OK;
}

void tkz__hf_bert_dispose(tkz__normal_step *step, const tkz_allocator *allocator)
{
    tkz__release(allocator, step->state, sizeof(plan));
}

/* What a character becomes: itself, another one, GONE or ODD. */
static inline uint32_t becomes(const plan *chosen, uint32_t character)
{
    if (character < TABLE_LOW)
        return chosen->becomes[character];
    if (character - TABLE_HIGH < 0x10000 - TABLE_HIGH)
        return chosen->becomes[character - TABLE_HIGH + TABLE_LOW];
    bool ideograph = character - 0x4E00 < 0x5200 || character - 0x3400 < 0x19C0;
    return ideograph && !chosen->options.handle_chinese_chars ? character : ODD;
}

/* ---- Stretches ---------------------------------------------------------- */

#define EIGHT(byte) (0x0101010101010101u * (uint64_t)(byte))

/* Whether eight bytes are ASCII that stays whatever the options are. A byte behind one that is not
 * may be held against it; the table then decides. */
static inline bool eight_stay(const char *text)
{
    uint64_t bytes;
    memcpy(&bytes, text, 8);
    uint64_t delete = bytes ^ EIGHT(0x7F);
    uint64_t wrong = bytes | (bytes - EIGHT(0x20)) | ((delete - EIGHT(1)) & ~delete);
    uint64_t capital = (bytes + EIGHT(0x80 - 'A')) & ~(bytes + EIGHT(0x80 - 'Z' - 1));
    return ((wrong | capital) & EIGHT(0x80)) == 0;
}

size_t tkz__hf_bert_unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    const plan *chosen = step->state;
    size_t at = 0;
    while (at < size) {
        uint32_t character;
        if (size - at >= 8 && eight_stay(text + at)) {
            at += 8;
            continue;
        }
        size_t length = tkz__utf8_next(text + at, size - at, &character);
        if (character != TKZ__UTF8_INVALID && becomes(chosen, character) != character)
            break;
        at += length;
    }
    return at;
}

/* Where the sequences end that an entangled character at `at` may be in: before a character that
 * stays in its place whatever comes. */
static size_t tangle_end(const char *text, size_t at, size_t size)
{
    while (at < size) {
        uint32_t character;
        size_t length = tkz__utf8_next(text + at, size - at, &character);
        if (character - 0x20 < 0x5F || character - 0x3041 < 0x56 || character - 0x4E00 < 0x5200)
            break;
        at += length;
    }
    return at;
}

/* ---- Writing ------------------------------------------------------------ */

/* What is free in the target whenever a character is written. */
enum { ROOM = 64 };

typedef struct writer {
    const plan *chosen;
    tkz__edit *edit;
    tkz_error *error;
    size_t kept; /* bytes that are copied, but not in the map yet */
} writer;

static tkz_status record_kept(writer *out)
{
    size_t kept = out->kept;
    out->kept = 0;
    return tkz__edit_record(out->edit, kept, kept, true, out->error);
}

/* Records that `source_size` bytes became the `target_size` bytes that were just written. */
static inline tkz_status record_change(writer *out, size_t source_size, size_t target_size)
{
    if (out->edit->map == NULL)
        return TKZ_OK;
    tkz_status status = record_kept(out);
    return status == TKZ_OK
               ? tkz__edit_record(out->edit, source_size, target_size, false, out->error)
               : status;
}

/* What a character becomes, `length` bytes at `text`, into `target`. */
static size_t change_odd(const bert *options, uint32_t character, const char *text, size_t length,
                         char *target)
{
    if (character - 0x4E00 < 0x5200 && options->handle_chinese_chars) {
        target[0] = ' ';
        memcpy(target + 1, text, length);
        target[1 + length] = ' ';
        return length + 2;
    }
    if (character - 0xAC00 >= 11172)
        return change_one(options, character, target);
    char room[TKZ__UNICODE_LONGEST];
    tkz__unicode_piece piece = {text, length};
    if (options->strip_accents)
        piece = decompose(character, room);
    memcpy(target, piece.text, piece.size);
    return piece.size;
}

/* Writes a character that is ODD, of `length` bytes at the start of `text`, or all of a sequence that
 * it is entangled in. `*taken`: how much of the text that was. */
static tkz_status write_odd(writer *out, uint32_t character, const char *text, size_t size,
                            size_t length, size_t *taken)
{
    const bert *options = &out->chosen->options;
    tkz__buffer *target = out->edit->target;
    *taken = length;
    if (character - 0x4E00 >= 0x5200 && character - 0xAC00 >= 11172 &&
        is_entangled(options, character)) {
        *taken = tangle_end(text, length, size);
        tkz_status status = record_kept(out);
        return status == TKZ_OK ? run_passes(options, text, *taken, out->edit, out->error) : status;
    }
    char *place = (char *)target->data + target->size;
    size_t written = change_odd(options, character, text, length, place);
    bool needed = written == 0 && tkz__utf8_is_stray(text, length, size);
    if (needed)
        memcpy(place, text, length);
    if (needed || (written == length && memcmp(place, text, length) == 0)) {
        target->size += length;
        out->kept += length;
        return TKZ_OK;
    }
    target->size += written;
    return record_change(out, length, written);
}

/* Writes the one character that stands in the place of another of `length` bytes at `text`, or GONE;
 * the latter not where broken bytes around it would make a character. */
static inline tkz_status write_single(writer *out, uint32_t entry, const char *text, size_t size,
                                      size_t length)
{
    tkz__buffer *target = out->edit->target;
    char *place = (char *)target->data + target->size;
    if (entry == GONE && tkz__utf8_is_stray(text, length, size)) {
        memcpy(place, text, length);
        target->size += length;
        out->kept += length;
        return TKZ_OK;
    }
    size_t written = entry == GONE ? 0 : tkz__utf8_encode(entry, place);
    target->size += written;
    return record_change(out, length, written);
}

/* Up to eight characters of ASCII that become one each; eight bytes can be read and written. */
static inline __attribute__((always_inline)) size_t
write_ascii(const plan *chosen, const char *text, char *place, bool maps)
{
    size_t at = 0;
    if (eight_stay(text)) {
        memcpy(place, text, 8);
        return 8;
    }
    for (; at < 8 && (uint8_t)text[at] < 0x80; at++) {
        uint32_t entry = chosen->becomes[(uint8_t)text[at]];
        if (entry - 1 >= 0x7F || (maps && entry != (uint8_t)text[at]))
            break;
        place[at] = (char)entry;
    }
    return at;
}

/* What the text around is mostly made of, written without asking what each character is: what stays
 * and what becomes another one is the same to it, unless there is a map to be kept. Stops where there
 * is more to do, 8 bytes before the end, or without room. Returns how much of the text that was. */
static inline __attribute__((always_inline)) size_t
write_usual(const plan *chosen, const char *text, size_t size, tkz__buffer *target, bool maps)
{
    size_t at = 0;
    char *place = (char *)target->data + target->size;
    const char *limit = (char *)target->data + target->capacity - ROOM;
    while (size - at >= 8 && place <= limit) {
        uint8_t lead = (uint8_t)text[at];
        if (lead < 0x80) {
            size_t taken = write_ascii(chosen, text + at, place, maps);
            if (taken == 0)
                break;
            place += taken;
            at += taken;
            continue;
        }
        uint32_t character;
        size_t length = lead < 0xE0 ? 1 : tkz__utf8_next(text + at, size - at, &character);
        if (length != 3)
            break;
        if (character - 0x4E00 < 0x5200 && chosen->options.handle_chinese_chars) {
            if (maps)
                break;
            place[0] = ' ';
            memcpy(place + 1, text + at, 3);
            place[4] = ' ';
            place += 5;
            at += 3;
            continue;
        }
        uint32_t entry = becomes(chosen, character);
        if (entry < 0x800 || entry == ODD || (maps && entry != character))
            break;
        place[0] = (char)(0xE0 | entry >> 12);
        place[1] = (char)(0x80 | (entry >> 6 & 0x3F));
        place[2] = (char)(0x80 | (entry & 0x3F));
        place += 3;
        at += 3;
    }
    target->size = (size_t)(place - (char *)target->data);
    return at;
}

/* Room for `left` more bytes of text, as if half of them were ideographs; it grows where they are
 * more. */
static tkz_status make_room(tkz__buffer *target, size_t left, tkz_error *error)
{
    return target->capacity - target->size >= 2 * ROOM
               ? TKZ_OK
               : tkz__buffer_reserve(target, left + left / 4 + 2 * ROOM, error);
}

/* The same for any one character. */
static tkz_status write_character(writer *out, const char *text, size_t size, size_t *length)
{
    uint32_t character;
    *length = tkz__utf8_next(text, size, &character);
    uint32_t entry = character == TKZ__UTF8_INVALID ? character : becomes(out->chosen, character);
    if (entry == character) {
        tkz__buffer *target = out->edit->target;
        memcpy(target->data + target->size, text, *length);
        target->size += *length;
        out->kept += *length;
        return TKZ_OK;
    }
    return entry == ODD ? write_odd(out, character, text, size, *length, length)
                        : write_single(out, entry, text, size, *length);
}

static tkz_status run_changes(writer *out, const char *text, size_t size)
{
    tkz__buffer *target = out->edit->target;
    tkz_status status = TKZ_OK;
    for (size_t at = 0, length; at < size && status == TKZ_OK; at += length) {
        status = make_room(target, size - at, out->error);
        if (status != TKZ_OK)
            break;
        if (out->edit->map == NULL) {
            at += write_usual(out->chosen, text + at, size - at, target, false);
        } else {
            length = write_usual(out->chosen, text + at, size - at, target, true);
            out->kept += length;
            at += length;
        }
        length = 0;
        if (at < size && target->capacity - target->size >= ROOM)
            status = write_character(out, text + at, size - at, &length);
    }
    return status == TKZ_OK ? record_kept(out) : status;
}

tkz_status tkz__hf_bert_run(const tkz__normal_step *step, const char *text, size_t size,
                            tkz__edit *edit, tkz_error *error)
{
    writer out = {step->state, edit, error, 0};
    return run_changes(&out, text, size);
}
