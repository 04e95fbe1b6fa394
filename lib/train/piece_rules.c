/* SPDX-License-Identifier: Apache-2.0
 *
 * What a piece of sentencepiece may hold together. Leans on piece_rules.h and text's class tables.
 */
#include "train/piece_rules.h"

#include "text/char_class.h"
#include "text/pattern_set.h"

enum { PROLONGED = 0x30FC };

tkz__piece_scripts tkz__piece_scripts_find(void)
{
    return (tkz__piece_scripts){tkz__script_find("Hani", 4), tkz__script_find("Hira", 4),
                                tkz__script_find("Kana", 4), tkz__script_find("Zinh", 4)};
}

int tkz__piece_script(const tkz__piece_scripts *scripts, uint32_t character)
{
    int script = tkz__char_record(&tkz__class_table_15_0, character)->script;
    if (script == scripts->hiragana || script == scripts->katakana || character == PROLONGED)
        return scripts->han;
    return script == scripts->inherited ? TKZ__PIECE_INHERITED : script;
}

bool tkz__piece_is_digit(uint32_t character)
{
    return (character >= '0' && character <= '9') || (character >= 0xFF10 && character <= 0xFF19);
}

void tkz__piece_rules_init(tkz__piece_rules *rules)
{
    rules->scripts = tkz__piece_scripts_find();
}

/* Its script; what inherits one has `before`. */
static int script_of(const tkz__piece_rules *rules, uint32_t character, int before)
{
    if (!rules->split_by_number && tkz__piece_is_digit(character))
        return TKZ__PIECE_ANY_SCRIPT;
    int script = tkz__piece_script(&rules->scripts, character);
    return script == TKZ__PIECE_INHERITED ? before : script;
}

bool tkz__piece_rules_refuse(const tkz__piece_rules *rules, uint32_t character)
{
    return character == TKZ__PIECE_UNKNOWN || character == 0 || character == rules->boundary ||
           character == ' ' || character > 0x10FFFF;
}

/* A space at place `at`, in a piece that is not of spaces alone, or must not be. */
static bool space_fits(const tkz__piece_rules *rules, size_t at, size_t count)
{
    if (rules->space_is_suffix)
        return at == count - 1 || (!rules->split_by_space && at > 0);
    return at == 0 || (!rules->split_by_space && at < count - 1);
}

bool tkz__piece_rules_allow(const tkz__piece_rules *rules, const uint32_t *characters,
                            size_t count)
{
    bool all_spaces = true;
    int before = TKZ__PIECE_ANY_SCRIPT;
    if (count == 0 || count > rules->longest)
        return false;
    for (size_t i = 0; i < count; i++)
        all_spaces = all_spaces && characters[i] == TKZ__PIECE_SPACE;
    for (size_t i = 0; i < count; i++) {
        uint32_t character = characters[i];
        if (tkz__piece_rules_refuse(rules, character))
            return false;
        if (character == TKZ__PIECE_SPACE) {
            if (!(rules->keep_spaces && all_spaces) && !space_fits(rules, i, count))
                return false;
            continue;
        }
        if (rules->split_digits && tkz__piece_is_digit(character) && count > 1)
            return false;
        int script = script_of(rules, character, before);
        if (rules->split_by_script && script != TKZ__PIECE_ANY_SCRIPT &&
            before != TKZ__PIECE_ANY_SCRIPT && script != before)
            return false;
        before = script;
    }
    return true;
}

bool tkz__piece_rules_part(const tkz__piece_rules *rules, uint32_t left, uint32_t right)
{
    if (rules->split_digits && (tkz__piece_is_digit(left) || tkz__piece_is_digit(right)))
        return true;
    bool is_space = left == TKZ__PIECE_SPACE, before_space = right == TKZ__PIECE_SPACE;
    if (is_space || before_space) {
        if (!rules->split_by_space || (rules->keep_spaces && is_space && before_space))
            return false;
        return rules->space_is_suffix ? is_space : before_space;
    }
    int one = script_of(rules, left, TKZ__PIECE_ANY_SCRIPT);
    int other = script_of(rules, right, TKZ__PIECE_ANY_SCRIPT);
    return rules->split_by_script && one != TKZ__PIECE_ANY_SCRIPT &&
           other != TKZ__PIECE_ANY_SCRIPT && one != other;
}
