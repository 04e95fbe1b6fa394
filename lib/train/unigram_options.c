/* SPDX-License-Identifier: Apache-2.0
 *
 * The options of Unigram training, by the names that sentencepiece gives them (0.2.3:
 * src/sentencepiece_model.proto). Leans on unigram_options.h.
 */
#include "train/unigram_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "text/utf8.h"
#include "tokenize/text.h"

enum kind { BOOLEAN, INTEGER, NUMBER, TEXT, LIST, CHOICE };

#define MEMBER(member) offsetof(struct tkz_unigram_options, member)

struct option {
    tkz_unigram_option_info info;
    enum kind kind;
    size_t member;
    bool is_64; /* an integer of 64 bits */
};

#define OPTION(name, kind, member, type, text, value, low, high)                                   \
    {{name, type, text, value, low, high}, kind, MEMBER(member), false}
#define SWITCH(name, member, value, text)                                                          \
    OPTION(name, BOOLEAN, member, "true|false", text, value, 0, 1)

static const struct option options[] = {
    OPTION("compat", CHOICE, compat, "none|sentencepiece-0.2.0|sentencepiece-0.2.3",
           "whose arithmetic: ours, or that of a version of sentencepiece", "none", 0, 0),
    OPTION("vocab_size", INTEGER, vocab_size, "integer", "ids in all", "32000", 1, 16777216),
    OPTION("character_coverage", NUMBER, character_coverage, "number",
           "share of all characters that the alphabet covers", "0.9995", 0.98, 1),
    OPTION("seed_sentencepiece_size", INTEGER, seed_size, "integer",
           "pieces to begin with; 0: 8 times the vocabulary, at least 100000", "1000000", 0,
           4294967294.0),
    OPTION("shrinking_factor", NUMBER, shrinking_factor, "number",
           "share of the pieces that each pruning leaves", "0.75", 0.5, 0.95),
    OPTION("num_sub_iterations", INTEGER, sub_iterations, "integer",
           "rounds of EM between two prunings", "2", 1, 10),
    OPTION("max_sentencepiece_length", INTEGER, rules.longest, "integer",
           "characters of the longest piece", "16", 1, 512),
    SWITCH("split_by_unicode_script", rules.split_by_script, "true",
           "no piece has two scripts; Han, kana and U+30FC are one"),
    SWITCH("split_by_number", rules.split_by_number, "true", "digits are of a script too"),
    SWITCH("split_by_whitespace", rules.split_by_space, "true", "no piece has a space inside"),
    SWITCH("split_digits", rules.split_digits, "false", "each digit is a piece"),
    SWITCH("treat_whitespace_as_suffix", rules.space_is_suffix, "false",
           "a space goes with the word before it"),
    SWITCH("allow_whitespace_only_pieces", rules.keep_spaces, "false",
           "spaces alone may be a piece"),
    SWITCH("byte_fallback", byte_fallback, "false", "256 tokens for bytes of unknown characters"),
    SWITCH("hard_vocab_limit", hard_vocab_limit, "true",
           "fewer pieces than vocab_size are an error"),
    SWITCH("add_dummy_prefix", add_dummy_prefix, "true", "a space is put before each text"),
    SWITCH("remove_extra_whitespaces", remove_extra_whitespaces, "true",
           "spaces at both ends and those behind another are removed"),
    {{"max_sentence_length", "integer", "bytes of the longest line that is trained on; others are "
                                        "left out; 0: any", "0", 0, 1073741824},
     INTEGER, MEMBER(sentence_length), true},
    OPTION("unk_id", INTEGER, ids[TKZ__META_UNK], "integer", "id of the unknown token", "0", -1,
           16777215),
    OPTION("bos_id", INTEGER, ids[TKZ__META_BOS], "integer", "id of the start; -1: none", "1", -1,
           16777215),
    OPTION("eos_id", INTEGER, ids[TKZ__META_EOS], "integer", "id of the end; -1: none", "2", -1,
           16777215),
    OPTION("pad_id", INTEGER, ids[TKZ__META_PAD], "integer", "id of padding; -1: none", "-1", -1,
           16777215),
    OPTION("unk_piece", TEXT, names[TKZ__META_UNK], "text", "its name", "<unk>", 0, 0),
    OPTION("bos_piece", TEXT, names[TKZ__META_BOS], "text", "its name", "<s>", 0, 0),
    OPTION("eos_piece", TEXT, names[TKZ__META_EOS], "text", "its name", "</s>", 0, 0),
    OPTION("pad_piece", TEXT, names[TKZ__META_PAD], "text", "its name", "<pad>", 0, 0),
    OPTION("unk_surface", TEXT, unk_surface, "text", "what an unknown token decodes to",
           " \xE2\x81\x87 ", 0, 0),
    OPTION("required_chars", TEXT, required, "text", "characters that the alphabet has", "", 0, 0),
    OPTION("control_symbols", LIST, control, "texts, comma between",
           "tokens that no text encodes to", "", 0, 0),
    OPTION("user_defined_symbols", LIST, user, "texts, comma between",
           "tokens that are always one", "", 0, 0),
    OPTION("input_format", CHOICE, is_table, "text|tsv",
           "with sentencepiece-0.2.0: pieces to begin with are counted in lines, or in words of which "
           "each counts twice", "text", 0, 0),
    {{"memory", "integer", "bytes that training may take; 0: any", "0", 0, 1.8e19}, INTEGER,
     MEMBER(memory), true},
};

enum { OPTIONS = sizeof options / sizeof options[0] };

size_t tkz_unigram_option_count(void)
{
    return OPTIONS;
}

const tkz_unigram_option_info *tkz_unigram_option_at(size_t index)
{
    return index < OPTIONS ? &options[index].info : NULL;
}

/* ---- Values ---------------------------------------------------------------------------- */

static tkz_status refuse(const struct option *option, const char *value, tkz_error *error)
{
    if (option->kind == INTEGER || option->kind == NUMBER)
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, option->info.name, TKZ__NO_OFFSET,
                              "'%s' is not within %g to %g", value, option->info.minimum,
                              option->info.maximum);
    return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, option->info.name, TKZ__NO_OFFSET,
                          "'%s' is not one of %s", value, option->info.type);
}

static tkz_status set_boolean(const struct option *option, void *member, const char *value,
                              tkz_error *error)
{
    bool is_true = strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
    if (!is_true && strcmp(value, "false") != 0 && strcmp(value, "0") != 0)
        return refuse(option, value, error);
    memcpy(member, &is_true, sizeof is_true);
    return TKZ_OK;
}

static tkz_status set_integer(const struct option *option, void *member, const char *value,
                              tkz_error *error)
{
    char *end;
    errno = 0;
    bool is_negative = value[0] == '-';
    uint64_t number = strtoull(is_negative ? value + 1 : value, &end, 10);
    double signed_number = is_negative ? -(double)number : (double)number;
    const char *first = is_negative ? value + 1 : value;
    if (*first < '0' || *first > '9' || *end != '\0' || errno != 0 ||
        signed_number < option->info.minimum || signed_number > option->info.maximum)
        return refuse(option, value, error);
    uint32_t narrow = is_negative ? (uint32_t)-number : (uint32_t)number;
    if (option->is_64)
        memcpy(member, &number, sizeof number);
    else
        memcpy(member, &narrow, sizeof narrow);
    return TKZ_OK;
}

static tkz_status set_number(const struct option *option, void *member, const char *value,
                             tkz_error *error)
{
    char *end;
    double number = strtod(value, &end);
    if (*value == '\0' || *end != '\0' ||
        !(number >= option->info.minimum && number <= option->info.maximum))
        return refuse(option, value, error);
    memcpy(member, &number, sizeof number);
    return TKZ_OK;
}

static tkz_status set_text(const struct option *option, tkz__buffer *member, const char *value,
                           tkz_error *error)
{
    for (size_t size = strlen(value), at = 0; at < size;) {
        uint32_t character;
        at += tkz__utf8_next(value + at, size - at, &character);
        if (character == TKZ__UTF8_INVALID)
            return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, option->info.name, at,
                                  "the text is not UTF-8");
    }
    tkz__buffer_clear(member);
    return tkz__buffer_append_text(member, value, error);
}

static tkz_status set_list(tkz__text_list *list, const char *value, tkz_error *error)
{
    tkz__buffer_clear(&list->bytes);
    list->count = 0;
    for (const char *at = value; *at != '\0';) {
        size_t size = strcspn(at, ",");
        tkz_status status = TKZ_OK;
        if (size > 0)
            status = tkz__buffer_append_u32(&list->bytes, (uint32_t)size, error);
        if (size > 0 && status == TKZ_OK)
            status = tkz__buffer_append(&list->bytes, at, size, error);
        if (status != TKZ_OK)
            return status;
        list->count += size > 0;
        at += size + (at[size] == ',');
    }
    return TKZ_OK;
}

static tkz_status set_choice(const struct option *option, void *member, const char *value,
                             tkz_error *error)
{
    int number = 0;
    for (const char *at = option->info.type; *at != '\0'; number++) {
        size_t size = strcspn(at, "|");
        if (strlen(value) == size && memcmp(value, at, size) == 0) {
            memcpy(member, &number, sizeof number);
            return TKZ_OK;
        }
        at += size + (at[size] == '|');
    }
    return refuse(option, value, error);
}

static tkz_status set_option(tkz_unigram_options *target, const struct option *option, const char *value,
                             tkz_error *error)
{
    void *member = (char *)target + option->member;
    switch (option->kind) {
    case BOOLEAN: return set_boolean(option, member, value, error);
    case INTEGER: return set_integer(option, member, value, error);
    case NUMBER: return set_number(option, member, value, error);
    case TEXT: return set_text(option, member, value, error);
    case LIST: return set_list(member, value, error);
    case CHOICE: break;
    }
    return set_choice(option, member, value, error);
}

tkz_status tkz_unigram_options_set(tkz_unigram_options *target, const char *name,
                                   const char *value, tkz_error *error)
{
    for (size_t i = 0; i < OPTIONS; i++) {
        if (strcmp(options[i].info.name, name) != 0)
            continue;
        tkz_status status = set_option(target, &options[i], value, error);
        /* What sentencepiece writes for a symbol in a text: kUPPBoundaryChar, later
         * kPretokenizationBoundaryChar. */
        target->rules.boundary = target->compat == TKZ__COMPAT_0_2_0 ? '\t' : 0x1F;
        return status;
    }
    return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, name, TKZ__NO_OFFSET,
                          "Unigram training has no option of this name");
}

/* Puts a text with U+2581 in the place of spaces. */
static tkz_status put_token(tkz__byte_map *map, const char *name, const char *text, size_t size, tkz_error *error)
{
    uint64_t *value;
    tkz__buffer marked;
    tkz_status status = TKZ_OK;
    if (size == 0 || tkz_utf8_valid_prefix(text, size) != size || memchr(text, '\0', size) != NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, name, TKZ__NO_OFFSET,
                              "a token must be UTF-8 of one character or more, none of them NUL");
    tkz__buffer_init(&marked, &map->allocator);
    for (size_t i = 0; status == TKZ_OK && i < size; i++)
        status = text[i] == ' ' ? tkz__buffer_append_text(&marked, "\xE2\x96\x81", error)
                                : tkz__buffer_append_byte(&marked, (uint8_t)text[i], error);
    if (status == TKZ_OK)
        status = tkz__byte_map_insert(map, marked.data, marked.size, &value, NULL, error);
    tkz__buffer_free(&marked);
    return status;
}

tkz_status tkz_unigram_options_require_token(tkz_unigram_options *target, const char *token, size_t size,
                                             tkz_error *error)
{
    return put_token(&target->required_tokens, "require_token", token, size, error);
}

tkz_status tkz_unigram_options_forbid(tkz_unigram_options *target, const char *token, size_t size, tkz_error *error)
{
    return put_token(&target->forbidden, "forbid", token, size, error);
}

tkz_status tkz_unigram_options_new(tkz_unigram_options **result, const tkz_allocator *allocator,
                                   tkz_error *error)
{
    tkz_allocator own = tkz__allocator_or_default(allocator);
    tkz_unigram_options *made = tkz__allocate_zeroed(&own, sizeof *made);
    *result = NULL;
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = own;
    for (size_t i = 0; i < TKZ__META_NAMES; i++)
        tkz__buffer_init(&made->names[i], &own);
    tkz__buffer_init(&made->unk_surface, &own);
    tkz__buffer_init(&made->required, &own);
    tkz__byte_map_init(&made->required_tokens, &own);
    tkz__byte_map_init(&made->forbidden, &own);
    tkz__buffer_init(&made->control.bytes, &own);
    tkz__buffer_init(&made->user.bytes, &own);
    tkz__piece_rules_init(&made->rules);
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < OPTIONS; i++)
        status = set_option(made, &options[i], options[i].info.default_value, error);
    made->sentence_length = UINT64_MAX;
    made->rules.boundary = 0x1F;
    if (status == TKZ_OK)
        *result = made;
    else
        tkz_unigram_options_free(made);
    return status;
}

void tkz_unigram_options_free(tkz_unigram_options *target)
{
    if (target == NULL)
        return;
    tkz_allocator allocator = target->allocator;
    for (size_t i = 0; i < TKZ__META_NAMES; i++)
        tkz__buffer_free(&target->names[i]);
    tkz__buffer_free(&target->unk_surface);
    tkz__buffer_free(&target->required);
    tkz__byte_map_free(&target->required_tokens);
    tkz__byte_map_free(&target->forbidden);
    tkz__buffer_free(&target->control.bytes);
    tkz__buffer_free(&target->user.bytes);
    tkz__release(&allocator, target, sizeof *target);
}

/* Bytes of the member that an option sets, but for texts. */
static size_t member_size(const struct option *option)
{
    switch (option->kind) {
    case BOOLEAN: return sizeof(bool);
    case NUMBER: return sizeof(double);
    default: return option->is_64 ? sizeof(uint64_t) : sizeof(uint32_t);
    }
}

static tkz_status put_texts(tkz__buffer *buffer, const tkz__byte_map *map, tkz_error *error)
{
    tkz_status status = tkz__buffer_append_u64(buffer, map->count, error);
    for (size_t i = 0; status == TKZ_OK && i < map->count; i++)
        status = tkz__buffer_append_u64(buffer, map->entries[i].key_size, error);
    return status == TKZ_OK ? tkz__buffer_append(buffer, map->keys, map->key_size, error) : status;
}

tkz_status tkz__unigram_options_hash(const tkz_unigram_options *source, uint64_t *hash, tkz_error *error)
{
    tkz__buffer buffer;
    tkz_status status = TKZ_OK;
    tkz__buffer_init(&buffer, &source->allocator);
    for (size_t i = 0; status == TKZ_OK && i < OPTIONS; i++) {
        const struct option *option = &options[i];
        const void *member = (const char *)source + option->member;
        bool is_text = option->kind == TEXT || option->kind == LIST;
        const tkz__buffer *text = option->kind == LIST ? &((const tkz__text_list *)member)->bytes : member;
        if (strcmp(option->info.name, "vocab_size") == 0 || strcmp(option->info.name, "memory") == 0)
            continue;
        if (is_text)
            status = tkz__buffer_append_u64(&buffer, text->size, error);
        if (status == TKZ_OK && is_text)
            status = tkz__buffer_append(&buffer, text->data, text->size, error);
        else if (status == TKZ_OK)
            status = tkz__buffer_append(&buffer, member, member_size(option), error);
    }
    if (status == TKZ_OK && source->seed_size == 0) /* then the size decides how many there are */
        status = tkz__buffer_append_u32(&buffer, source->vocab_size, error);
    if (status == TKZ_OK && source->required_tokens.count > 0)
        status = put_texts(&buffer, &source->required_tokens, error);
    if (status == TKZ_OK && source->forbidden.count > 0)
        status = put_texts(&buffer, &source->forbidden, error);
    if (status == TKZ_OK)
        *hash = tkz__hash64(buffer.data, buffer.size);
    tkz__buffer_free(&buffer);
    return status;
}

bool tkz__text_list_next(const tkz__text_list *list, size_t *at, const char **text, size_t *size)
{
    if (*at >= list->bytes.size)
        return false;
    *size = tkz__load_u32(list->bytes.data + *at);
    *text = (const char *)list->bytes.data + *at + 4;
    *at += 4 + *size;
    return true;
}
