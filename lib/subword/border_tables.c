/* SPDX-License-Identifier: Apache-2.0
 *
 * Making the table of characters and the filter of chunk_borders.h. Leans on the
 * image and the decoder of text.
 *
 * Left of a place inside a symbol stands either a whole character or the last one to three
 * bytes of one; right of it a whole character or the first one to three bytes. These are
 * the atoms: `joined` says which left atom meets which right one in some symbol. A
 * character has a few atoms on each side, itself among them; characters with the same
 * atoms share a row or column.
 */
#include <stdlib.h>

#include "subword/chunk_borders.h"
#include "subword/whole_tokens.h"
#include "text/utf8.h"

/* Where the keys of atoms start: characters, then one byte at the edge of the place, then two. Three
 * bytes of a character of four are taken as two: such characters are told apart by groups only. */
enum {
    ONE_BYTE = TKZ__BORDER_CHARACTERS,
    TWO_BYTES = ONE_BYTE + 256,
    KEY_COUNT = TWO_BYTES + 65536,
    NO_ATOMS = KEY_COUNT, /* telling keys of characters without atoms */
    ANY_ENDING,           /* of a group outside the first plane, which may end in any bytes */
    KEY_END,
    MOST_ATOMS = 3 /* of a character: itself, one byte, two bytes */
};

/* The atoms of one side, numbered from 1 in the order in which they came. */
typedef struct atoms {
    uint32_t *numbers; /* KEY_COUNT; 0: no atom */
    uint32_t count;    /* greatest number + 1 */
    uint64_t *uses;    /* of each: see use_of */
} atoms;

/* Rows or columns: characters that the atoms of one side tell apart. */
typedef struct classes {
    uint32_t *of_character; /* TKZ__BORDER_CHARACTERS; class, then place */
    uint32_t *of_key;       /* KEY_END; class + 1 of a telling key, 0: none yet */
    uint32_t *members;      /* one character of each telling key */
    uint32_t *places;       /* of each class: how many are used more */
    uint32_t member_count;
    uint32_t count;
} classes;

typedef struct maker {
    const tkz__image_parts *parts;
    atoms left;
    atoms right;
    uint32_t *joined; /* bit matrix of atoms: left.count rows of `words` */
    uint32_t words;
    uint64_t use; /* of the symbol that is visited */
    classes rows;
    classes columns;
    uint32_t *row_entries; /* of each row in its place: see place_rows */
} maker;

static bool is_continuation(uint8_t byte)
{
    return (byte & 0xC0) == 0x80;
}

/* ---- Atoms ------------------------------------------------------------- */

/* Key of what stands left of a place, from the token's start; false if no text of whole characters
 * can have it there. */
static bool left_key(const uint8_t *bytes, size_t at, uint32_t *key)
{
    size_t start = at - 1;
    while (start > 0 && at - start < 4 && is_continuation(bytes[start]))
        start--;
    if (is_continuation(bytes[start])) {
        if (at - start > 3 || start > 0)
            return false;
        *key = at == 1 ? (uint32_t)ONE_BYTE + bytes[0]
                       : TWO_BYTES + ((uint32_t)bytes[at - 2] << 8 | bytes[at - 1]);
        return true;
    }
    uint32_t character;
    if (tkz__utf8_decode((const char *)bytes + start, at - start, &character) != at - start ||
        character > 0x10FFFF)
        return false;
    *key = tkz__border_number(character);
    return true;
}

/* The same for what stands right of it, up to the token's end. */
static bool right_key(const uint8_t *bytes, size_t size, uint32_t *key)
{
    uint32_t character;
    tkz__utf8_decode((const char *)bytes, size, &character);
    if (character <= 0x10FFFF) {
        *key = tkz__border_number(character);
        return true;
    }
    size_t wanted = bytes[0] < 0xC2 ? 0 : bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    if (size >= wanted)
        return false;
    for (size_t i = 1; i < size; i++) {
        if (!is_continuation(bytes[i]))
            return false;
    }
    *key = size == 1 ? (uint32_t)ONE_BYTE + bytes[0] : TWO_BYTES + ((uint32_t)bytes[0] << 8 | bytes[1]);
    return true;
}

typedef void (*visitor)(maker *made, uint32_t left, uint32_t right);

static void visit_places(maker *made, const uint8_t *bytes, size_t size, visitor visit)
{
    for (size_t at = 1; at < size; at++) {
        uint32_t left, right;
        if (!is_continuation(bytes[at]) && left_key(bytes, at, &left) &&
            right_key(bytes + at, size - at, &right))
            visit(made, left, right);
    }
}

static void visit_token(maker *made, uint32_t id, visitor visit)
{
    const tkz__image_parts *parts = made->parts;
    uint32_t start = parts->token_offsets[id];
    visit_places(made, parts->token_bytes + start, parts->token_offsets[id + 1] - start, visit);
}

/* How much a symbol is used, by Zipf's law: symbols stand in the order in which they were learned.
 */
static uint64_t use_of(uint32_t symbol)
{
    return UINT32_MAX / (symbol + 1);
}

/* Calls `visit` for every place between two characters inside every symbol, and inside every token
 * that only a whole chunk can be: such a chunk must come out in one piece. */
static void visit_all(maker *made, const tkz__whole_tokens *whole, visitor visit)
{
    const tkz__image_parts *parts = made->parts;
    for (uint32_t symbol = TKZ__SYMBOL_BYTES; symbol < parts->symbol_count; symbol++) {
        uint8_t byte;
        size_t size;
        const uint8_t *bytes = tkz__image_parts_symbol(parts, symbol, &byte, &size);
        made->use = use_of(symbol);
        visit_places(made, bytes, size, visit);
    }
    made->use = 0;
    for (uint32_t i = 0; i < whole->count; i++)
        visit_token(made, whole->ids[i], visit);
    /* Where merges act out of order none is a symbol. */
    bool out_of_order = (parts->flags & TKZ__IMAGE_OUT_OF_ORDER) != 0;
    for (uint32_t i = 0; out_of_order && i < parts->merge_count; i++)
        visit_token(made, parts->merges[i].result, visit);
}

static void number_atoms(maker *made, uint32_t left, uint32_t right)
{
    if (made->left.numbers[left] == 0)
        made->left.numbers[left] = made->left.count++;
    if (made->right.numbers[right] == 0)
        made->right.numbers[right] = made->right.count++;
}

static void join_atoms(maker *made, uint32_t left, uint32_t right)
{
    uint32_t row = made->left.numbers[left], column = made->right.numbers[right];
    made->left.uses[row] += made->use;
    made->right.uses[column] += made->use;
    made->joined[(size_t)row * made->words + column / 32] |= UINT32_C(1) << (column % 32);
}

/* ---- Characters -------------------------------------------------------- */

/* Writes the bytes of the character with this number; 0 for surrogates, which are none. */
static size_t encode_number(uint32_t number, uint8_t bytes[4])
{
    if (number - 0xD800 < 0x800)
        return 0;
    uint32_t character =
        number < 0x10000 ? number : 0x10000 + ((number - 0x10000) << TKZ__BORDER_GROUP_BITS);
    return tkz__utf8_encode(character, (char *)bytes);
}

/* Keys of the atoms that a character may have, the longest last. Returns how many. */
static size_t keys_of(uint32_t number, bool is_left, uint32_t keys[MOST_ATOMS])
{
    uint8_t bytes[4];
    size_t size = encode_number(number, bytes);
    if (size == 0)
        return 0;
    keys[0] = number;
    if (size == 1)
        return 1;
    keys[1] = ONE_BYTE + (is_left ? bytes[size - 1] : bytes[0]);
    if (size == 2)
        return 2;
    keys[2] = TWO_BYTES + (is_left ? (uint32_t)bytes[size - 2] << 8 | bytes[size - 1]
                                   : (uint32_t)bytes[0] << 8 | bytes[1]);
    return 3;
}

/* What tells a character from others: itself if it is an atom, otherwise the most of its bytes that
 * are one; the atoms of fewer bytes follow from those. */
static uint32_t telling_key(const atoms *side, uint32_t number, bool is_left)
{
    uint32_t keys[MOST_ATOMS];
    size_t count = keys_of(number, is_left, keys);
    if (side->numbers[number] != 0)
        return number;
    if (is_left && number >= 0x10000)
        return ANY_ENDING;
    while (count > 1) {
        count--;
        if (side->numbers[keys[count]] != 0)
            return keys[count];
    }
    return NO_ATOMS;
}

/* Beyond the limit classes are shared, which is coarser and still right. */
static void classify(classes *made, const atoms *side, bool is_left)
{
    for (uint32_t number = 0; number < TKZ__BORDER_CHARACTERS; number++) {
        if (number - 0xD800 < 0x800)
            continue;
        uint32_t key = telling_key(side, number, is_left);
        if (made->of_key[key] == 0) {
            made->of_key[key] = made->member_count % TKZ__BORDER_COLUMNS + 1;
            made->members[made->member_count++] = number;
        }
        made->of_character[number] = made->of_key[key] - 1;
    }
    made->count = made->member_count < TKZ__BORDER_COLUMNS ? made->member_count
                                                         : TKZ__BORDER_COLUMNS;
}

/* A class and how much its symbols are used. */
typedef struct used_class {
    uint64_t use;
    uint32_t number;
} used_class;

static int compare_uses(const void *first, const void *second)
{
    const used_class *one = first, *two = second;
    if (one->use != two->use)
        return one->use > two->use ? -1 : 1;
    return one->number < two->number ? -1 : one->number > two->number;
}

/* Numbers the classes anew: the most used one is 0. */
static void place_classes(classes *made, const atoms *side, bool is_left, used_class *order)
{
    for (uint32_t i = 0; i < made->count; i++)
        order[i] = (used_class){.use = 0, .number = i};
    for (uint32_t i = 0; i < made->member_count; i++) {
        uint32_t keys[MOST_ATOMS];
        size_t count = keys_of(made->members[i], is_left, keys);
        for (size_t k = 0; k < count; k++)
            order[i % TKZ__BORDER_COLUMNS].use += side->uses[side->numbers[keys[k]]];
    }
    qsort(order, made->count, sizeof *order, compare_uses);
    for (uint32_t place = 0; place < made->count; place++)
        made->places[order[place].number] = place;
    for (uint32_t number = 0; number < TKZ__BORDER_CHARACTERS; number++)
        made->of_character[number] = made->places[made->of_character[number]];
}

/* ---- Matrix ------------------------------------------------------------ */

static void add_joined(const maker *made, uint32_t atom, uint32_t *row)
{
    const uint32_t *source = made->joined + (size_t)atom * made->words;
    for (uint32_t word = 0; word < made->words; word++)
        row[word] |= source[word];
}

/* All right atoms that the left atoms of a character are joined with, as bits. */
static void collect_row(const maker *made, uint32_t number, uint32_t *row)
{
    memset(row, 0, made->words * sizeof *row);
    uint32_t keys[MOST_ATOMS];
    size_t count = keys_of(number, true, keys);
    for (size_t i = 0; i < count; i++)
        add_joined(made, made->left.numbers[keys[i]], row);
    for (uint32_t key = ONE_BYTE; number >= 0x10000 && key < KEY_COUNT; key++) {
        if (made->left.numbers[key] != 0)
            add_joined(made, made->left.numbers[key], row);
    }
}

/* The columns of each right atom: those of atom a are columns[starts[a]] to columns[starts[a + 1] - 1].
 * Atom 0 has none: it is no atom. */
typedef struct column_lists {
    uint32_t *starts;
    uint32_t *columns;
} column_lists;

static void list_columns(const maker *made, column_lists *lists)
{
    uint32_t keys[MOST_ATOMS];
    /* First their numbers, each one place further; then each start moves up to the next. */
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (uint32_t k = 0; k < made->columns.member_count; k++) {
            size_t count = keys_of(made->columns.members[k], false, keys);
            for (size_t i = 0; i < count; i++) {
                uint32_t atom = made->right.numbers[keys[i]];
                if (atom != 0 && pass == 0)
                    lists->starts[atom + 1]++;
                else if (atom != 0)
                    lists->columns[lists->starts[atom]++] =
                        made->columns.places[k % TKZ__BORDER_COLUMNS];
            }
        }
        for (uint32_t atom = made->right.count; atom > 0 && pass == 1; atom--)
            lists->starts[atom] = lists->starts[atom - 1];
        for (uint32_t atom = 0; atom < made->right.count && pass == 0; atom++)
            lists->starts[atom + 1] += lists->starts[atom];
    }
    lists->starts[0] = 0;
}

/* The rows and columns that are joined, as a matrix of bits. `row` is scratch for one row of atoms. */
static void fill_matrix(const maker *made, const column_lists *lists, uint32_t *matrix,
                        size_t words, uint32_t *row)
{
    for (uint32_t i = 0; i < made->rows.member_count; i++) {
        collect_row(made, made->rows.members[i], row);
        uint32_t *target = matrix + words * made->rows.places[i % TKZ__BORDER_COLUMNS];
        for (uint32_t word = 0; word < made->words; word++) {
            for (uint32_t bits = row[word]; bits != 0; bits &= bits - 1) {
                uint32_t atom = word * 32 + (uint32_t)__builtin_ctz(bits);
                for (uint32_t k = lists->starts[atom]; k < lists->starts[atom + 1]; k++)
                    target[lists->columns[k] / 32] |= UINT32_C(1) << (lists->columns[k] % 32);
            }
        }
    }
}

/* ---- Filter ------------------------------------------------------------ */

/* Bits of a row for each that is set in it, at least, as chunk_borders.h says; fewer where all rows
 * would not fit. */
enum { BITS_PER_PAIR = 32 };

static uint32_t count_bits(const uint32_t *row, size_t words)
{
    uint32_t count = 0;
    for (size_t i = 0; i < words; i++)
        count += (uint32_t)__builtin_popcount(row[i]);
    return count;
}

/* How many of the bits of a column a row with `count` set bits does without. */
static uint32_t bits_spared(uint32_t count, uint32_t bits_per_pair)
{
    uint32_t bits = TKZ__BORDER_COLUMNS, spared = 0;
    while (bits / 2 >= TKZ__BORDER_LEAST_ROW && bits / 2 >= count * bits_per_pair) {
        bits /= 2;
        spared++;
    }
    return spared;
}

/* Where each row begins and how long it is, as in the upper half of what a character is. Returns the
 * 64-bit words of all rows; more than there is room for: SIZE_MAX. */
static size_t place_rows(const maker *made, const uint32_t *matrix, size_t words,
                         uint32_t bits_per_pair)
{
    size_t at = 0;
    for (uint32_t row = 0; row < made->rows.count; row++) {
        uint32_t spared = bits_spared(count_bits(matrix + row * words, words), bits_per_pair);
        if (at >= TKZ__BORDER_ROW_WORDS)
            return SIZE_MAX;
        made->row_entries[row] = (uint32_t)at << 16 | spared << TKZ__BORDER_COLUMN_BITS;
        at += TKZ__BORDER_COLUMNS / TKZ__BORDER_LEAST_ROW >> spared;
    }
    return at;
}

static void fill_bits(const maker *made, const uint32_t *matrix, size_t words, uint8_t *bits)
{
    for (uint32_t row = 0; row < made->rows.count; row++) {
        for (uint32_t word = 0; word < words; word++) {
            for (uint32_t left = matrix[row * words + word]; left != 0; left &= left - 1) {
                uint32_t column = word * 32 + (uint32_t)__builtin_ctz(left);
                uint32_t bit = tkz__border_bit(made->row_entries[row], column);
                bits[bit >> 3] |= (uint8_t)(1 << (bit & 7));
            }
        }
    }
}

/* ---- All --------------------------------------------------------------- */

static tkz_status write_filter(const maker *made, tkz__buffer *bits, uint32_t *row,
                               tkz_error *error)
{
    size_t words = ((size_t)made->columns.count + 31) / 32;
    size_t matrix_words = words * made->rows.count;
    /* One allocation: the matrix, and the lists of columns. */
    size_t starts = (size_t)made->right.count + 1;
    size_t items = matrix_words + starts + (size_t)made->columns.member_count * MOST_ATOMS;
    uint32_t *matrix = tkz__allocate_zeroed(&bits->allocator, items * sizeof *matrix);
    if (matrix == NULL)
        return tkz__error_memory(error, items * sizeof *matrix);
    column_lists lists = {matrix + matrix_words, matrix + matrix_words + starts};
    list_columns(made, &lists);
    fill_matrix(made, &lists, matrix, words, row);
    size_t wanted = SIZE_MAX, count = TKZ__BORDER_LEAST_BITS;
    for (uint32_t most = BITS_PER_PAIR; wanted == SIZE_MAX; most /= 2)
        wanted = place_rows(made, matrix, words, most);
    while (count < wanted * TKZ__BORDER_LEAST_ROW)
        count *= 2;
    tkz_status status = tkz__buffer_append_fill(bits, 0, count / 8, error);
    if (status == TKZ_OK)
        fill_bits(made, matrix, words, bits->data);
    tkz__release(&bits->allocator, matrix, items * sizeof *matrix);
    return status;
}

/* Of models whose merges are of bytes nobody asks. */
static bool is_lone(const maker *made, uint32_t number)
{
    return made->parts->kind == TKZ__MODEL_CHARACTER_BPE && number - 0xD800 >= 0x800 &&
           telling_key(&made->left, number, true) == NO_ATOMS &&
           telling_key(&made->right, number, false) == NO_ATOMS;
}

static uint32_t entry_of(const maker *made, uint32_t number)
{
    return is_lone(made, number) ? TKZ__LONE_ENTRY
                                 : made->row_entries[made->rows.of_character[number]] |
                                       made->columns.of_character[number];
}

/* `row`: scratch for a row of atoms. */
static tkz_status write_tables(const maker *made, tkz__buffer *characters, tkz__buffer *bits,
                               uint32_t *row, tkz_error *error)
{
    tkz_status status = write_filter(made, bits, row, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_fill(characters, 0, (size_t)TKZ__BORDER_CHARACTERS * 4, error);
    for (uint32_t number = 0; status == TKZ_OK && number < TKZ__BORDER_CHARACTERS; number++)
        tkz__store_u32(characters->data + 4 * (size_t)number, entry_of(made, number));
    return status;
}

/* The arrays whose sizes are known: one allocation, zeroed. */
enum { FIXED_ITEMS = 2 * KEY_COUNT + 2 * KEY_END + 4 * TKZ__BORDER_CHARACTERS + 3 * TKZ__BORDER_COLUMNS };

static void share_out(maker *made, uint32_t *items)
{
    made->left.numbers = items;
    made->right.numbers = made->left.numbers + KEY_COUNT;
    made->rows.of_key = made->right.numbers + KEY_COUNT;
    made->columns.of_key = made->rows.of_key + KEY_END;
    made->rows.of_character = made->columns.of_key + KEY_END;
    made->columns.of_character = made->rows.of_character + TKZ__BORDER_CHARACTERS;
    made->rows.members = made->columns.of_character + TKZ__BORDER_CHARACTERS;
    made->columns.members = made->rows.members + TKZ__BORDER_CHARACTERS;
    made->rows.places = made->columns.members + TKZ__BORDER_CHARACTERS;
    made->columns.places = made->rows.places + TKZ__BORDER_COLUMNS;
    made->row_entries = made->columns.places + TKZ__BORDER_COLUMNS;
}

/* What is left when the atoms are numbered: the matrix of atoms, and one row more, scratch. */
static tkz_status join_and_write(maker *made, const tkz__whole_tokens *whole,
                                 tkz__buffer *characters, tkz__buffer *bits, tkz_error *error)
{
    const tkz_allocator *allocator = &characters->allocator;
    made->words = (made->right.count + 31) / 32;
    size_t joined_size = ((size_t)made->left.count + 1) * made->words * sizeof *made->joined;
    size_t uses_size = ((size_t)made->left.count + made->right.count) * sizeof *made->left.uses;
    size_t order_size = TKZ__BORDER_COLUMNS * sizeof(used_class);
    tkz_status status = TKZ_OK;
    made->joined = tkz__allocate_zeroed(allocator, joined_size);
    made->left.uses = tkz__allocate_zeroed(allocator, uses_size);
    used_class *order = tkz__allocate(allocator, order_size);
    if (made->joined == NULL || made->left.uses == NULL || order == NULL) {
        status = tkz__error_memory(error, joined_size + uses_size + order_size);
    } else {
        made->right.uses = made->left.uses + made->left.count;
        visit_all(made, whole, join_atoms);
        classify(&made->rows, &made->left, true);
        classify(&made->columns, &made->right, false);
        place_classes(&made->rows, &made->left, true, order);
        place_classes(&made->columns, &made->right, false, order);
        status = write_tables(made, characters, bits,
                              made->joined + (size_t)made->left.count * made->words, error);
    }
    tkz__release(allocator, order, order_size);
    tkz__release(allocator, made->left.uses, uses_size);
    tkz__release(allocator, made->joined, joined_size);
    return status;
}

tkz_status tkz__border_tables_make(const tkz__image_parts *parts, const tkz__whole_tokens *whole,
                                   tkz__buffer *characters, tkz__buffer *bits, tkz_error *error)
{
    const tkz_allocator *allocator = &characters->allocator;
    maker made = {.parts = parts, .left = {.count = 1}, .right = {.count = 1}};
    uint32_t *items = tkz__allocate_zeroed(allocator, FIXED_ITEMS * sizeof *items);
    if (items == NULL)
        return tkz__error_memory(error, FIXED_ITEMS * sizeof *items);
    share_out(&made, items);
    visit_all(&made, whole, number_atoms);
    tkz_status status = join_and_write(&made, whole, characters, bits, error);
    tkz__release(allocator, items, FIXED_ITEMS * sizeof *items);
    return status;
}
