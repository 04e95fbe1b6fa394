/* SPDX-License-Identifier: Apache-2.0
 *
 * The pre-tokenizer of tokenizer.json: one of ours by its steps, or else those steps, and the
 * decoder, which must not be another than ours. Leans on hf_file.h and split_spelling.
 */
#include <string.h>

#include "core/arena.h"
#include "format/hf_file.h"
#include "subword/split_steps.h"

/* What the file says, in two ways: as steps that name one of ours, and in full. */
typedef struct split_steps {
    tkz__split_step steps[TKZ__SPLIT_MOST_STEPS];
    size_t count;
    bool is_other;     /* there is a step that none of ours has */
    bool matches_only; /* the only step says: matches are chunks, what is between them vanishes */
    bool has_bytes;    /* ByteLevel was there */
    size_t read;
    tkz__arena patterns;
} split_steps;

/* Adds a step in full. */
static tkz_status spell(tkz__hf_file *file, split_steps *split, size_t object,
                        const tkz__split_spec *spec)
{
    if (split->read++ == TKZ__SPLIT_MOST_STEPS)
        return tkz__hf_unsupported(file, object, "pre_tokenizer: more than %d steps",
                                   TKZ__SPLIT_MOST_STEPS);
    tkz_status status = tkz__split_spec_append(spec, &file->steps, file->error);
    return tkz__format_error_at(status, file->path, object, file->error);
}

static void name_step(split_steps *split, tkz__split_step step)
{
    if (split->count < TKZ__SPLIT_MOST_STEPS)
        split->steps[split->count++] = step;
}

/* A NUL-terminated copy of a string. */
static tkz_status read_text(tkz__hf_file *file, size_t place, split_steps *split,
                            tkz__split_spec *spec)
{
    const char *text;
    size_t size;
    tkz_status status = tkz__hf_string(file, place, &text, &size);
    if (status != TKZ_OK)
        return status;
    spec->text = tkz__arena_allocate(&split->patterns, size + 1);
    if (spec->text == NULL)
        return tkz__error_memory(file->error, size + 1);
    memcpy(spec->text, text, size);
    spec->text[size] = '\0';
    spec->text_size = size;
    if (memchr(spec->text, '\0', size) != NULL)
        return tkz__hf_unsupported(file, place, "pre_tokenizer: a text with U+0000");
    return TKZ_OK;
}

/* A string that must be one character. */
static tkz_status read_character(tkz__hf_file *file, size_t place, split_steps *split,
                                 tkz__split_spec *spec)
{
    tkz_status status = read_text(file, place, split, spec);
    size_t characters = 0;
    for (size_t i = 0; status == TKZ_OK && i < spec->text_size; i++)
        characters += ((uint8_t)spec->text[i] & 0xC0) != 0x80;
    if (status == TKZ_OK && characters != 1)
        return tkz__hf_unsupported(file, place, "pre_tokenizer: a text that is not one character");
    return status;
}

/* ---- Split --------------------------------------------------------------- */

static tkz_status read_pattern(tkz__hf_file *file, size_t place, split_steps *split,
                               tkz__split_spec *spec)
{
    static const char *const keys[] = {"Regex", "String"};
    size_t places[2];
    file->json.position = place;
    tkz_status status = tkz__json_reader_members(&file->json, keys, 2, places);
    if (status != TKZ_OK)
        return status;
    spec->is_regex = places[0] != TKZ__JSON_ABSENT;
    if (!spec->is_regex && places[1] == TKZ__JSON_ABSENT)
        return tkz__hf_unsupported(file, place,
                                   "pre_tokenizer: a Split whose pattern is no Regex and no String");
    return read_text(file, places[spec->is_regex ? 0 : 1], split, spec);
}

static tkz_status read_behavior(tkz__hf_file *file, size_t place, tkz__split_spec *spec)
{
    static const char *const names[TKZ__BEHAVIORS] = {"Removed", "Isolated", "MergedWithPrevious",
                                                      "MergedWithNext", "Contiguous"};
    for (size_t i = 0; i < TKZ__BEHAVIORS; i++) {
        if (tkz__hf_is_string(file, place, names[i])) {
            spec->behavior = (tkz__split_behavior)i;
            return TKZ_OK;
        }
    }
    return tkz__hf_unsupported(file, place, "pre_tokenizer: a behavior that is not known");
}

/* One Split that keeps only what matches cuts as one that isolates if everything matches, which all
 * of our single patterns do. */
static tkz_status read_split(tkz__hf_file *file, size_t object, split_steps *split)
{
    static const char *const keys[] = {"pattern", "behavior", "invert"};
    size_t places[3];
    tkz__split_spec spec = tkz__split_spec_default(TKZ__SPLIT_PATTERN);
    file->json.position = object;
    tkz_status status = tkz__json_reader_members(&file->json, keys, 3, places);
    for (size_t i = 0; status == TKZ_OK && i < 3; i++)
        status = tkz__hf_required(file, object, places[i], keys[i]);
    if (status == TKZ_OK)
        status = tkz__hf_boolean(file, places[2], &spec.is_inverted);
    if (status == TKZ_OK)
        status = read_pattern(file, places[0], split, &spec);
    if (status == TKZ_OK)
        status = read_behavior(file, places[1], &spec);
    if (status != TKZ_OK)
        return status;
    bool matches_only = spec.is_inverted && spec.behavior == TKZ__BEHAVIOR_REMOVED;
    bool isolates = !spec.is_inverted && spec.behavior == TKZ__BEHAVIOR_ISOLATED;
    split->matches_only = split->matches_only || matches_only;
    split->is_other = split->is_other || !spec.is_regex || (!matches_only && !isolates);
    name_step(split, (tkz__split_step){TKZ__SPLIT_REGEX, spec.text});
    return spell(file, split, object, &spec);
}

/* ---- The others ---------------------------------------------------------- */

static tkz_status read_digits(tkz__hf_file *file, size_t object, split_steps *split)
{
    static const char *const keys[] = {"individual_digits"};
    size_t place;
    tkz__split_spec spec = tkz__split_spec_default(TKZ__SPLIT_NUMERIC);
    file->json.position = object;
    tkz_status status = tkz__json_reader_members(&file->json, keys, 1, &place);
    if (status == TKZ_OK)
        status = tkz__hf_required(file, object, place, keys[0]);
    if (status == TKZ_OK)
        status = tkz__hf_boolean(file, place, &spec.each);
    split->is_other = split->is_other || !spec.each;
    name_step(split, (tkz__split_step){TKZ__SPLIT_DIGITS, NULL});
    return status == TKZ_OK ? spell(file, split, object, &spec) : status;
}

static tkz_status read_byte_level(tkz__hf_file *file, size_t object, split_steps *split)
{
    static const char *const keys[] = {"add_prefix_space", "use_regex"};
    size_t places[2];
    tkz__split_spec spec = tkz__split_spec_default(TKZ__SPLIT_BYTES);
    split->has_bytes = true;
    file->json.position = object;
    tkz_status status = tkz__json_reader_members(&file->json, keys, 2, places);
    if (status == TKZ_OK)
        status = tkz__hf_required(file, object, places[0], keys[0]);
    if (status == TKZ_OK)
        status = tkz__hf_boolean(file, places[0], &spec.space_first);
    if (status == TKZ_OK)
        status = tkz__hf_boolean(file, places[1], &spec.is_regex);
    split->is_other = split->is_other || spec.space_first;
    if (spec.is_regex)
        name_step(split, (tkz__split_step){TKZ__SPLIT_BYTE_LEVEL, NULL});
    return status == TKZ_OK ? spell(file, split, object, &spec) : status;
}

static tkz_status read_punctuation(tkz__hf_file *file, size_t object, split_steps *split)
{
    static const char *const keys[] = {"behavior"};
    size_t place;
    tkz__split_spec spec = tkz__split_spec_default(TKZ__SPLIT_PUNCTUATION);
    file->json.position = object;
    tkz_status status = tkz__json_reader_members(&file->json, keys, 1, &place);
    if (status == TKZ_OK && place != TKZ__JSON_ABSENT)
        status = read_behavior(file, place, &spec);
    return status == TKZ_OK ? spell(file, split, object, &spec) : status;
}

static tkz_status read_delimiter(tkz__hf_file *file, size_t object, split_steps *split)
{
    static const char *const keys[] = {"delimiter"};
    size_t place;
    tkz__split_spec spec = tkz__split_spec_default(TKZ__SPLIT_DELIMITER);
    file->json.position = object;
    tkz_status status = tkz__json_reader_members(&file->json, keys, 1, &place);
    if (status == TKZ_OK)
        status = tkz__hf_required(file, object, place, keys[0]);
    if (status == TKZ_OK)
        status = read_character(file, place, split, &spec);
    return status == TKZ_OK ? spell(file, split, object, &spec) : status;
}

static tkz_status read_fixed_length(tkz__hf_file *file, size_t object, split_steps *split)
{
    static const char *const keys[] = {"length"};
    size_t place;
    tkz__split_spec spec = tkz__split_spec_default(TKZ__SPLIT_FIXED_LENGTH);
    file->json.position = object;
    tkz_status status = tkz__json_reader_members(&file->json, keys, 1, &place);
    if (status == TKZ_OK && place != TKZ__JSON_ABSENT) {
        file->json.position = place;
        status = tkz__json_reader_u32(&file->json, &spec.length);
    }
    if (status == TKZ_OK && (spec.length == 0 || spec.length > TKZ__SPLIT_MOST_LENGTH))
        return tkz__hf_unsupported(file, place, "pre_tokenizer: FixedLength.length: %u",
                                   spec.length);
    return status == TKZ_OK ? spell(file, split, object, &spec) : status;
}

/* `add_prefix_space` false is the older way to say that nothing is put first. */
static tkz_status read_metaspace(tkz__hf_file *file, size_t object, split_steps *split)
{
    static const char *const keys[] = {"replacement", "prepend_scheme", "split",
                                       "add_prefix_space"};
    size_t places[4];
    tkz__split_spec spec = tkz__split_spec_default(TKZ__SPLIT_METASPACE);
    bool space = true;
    file->json.position = object;
    tkz_status status = tkz__json_reader_members(&file->json, keys, 4, places);
    if (status == TKZ_OK)
        status = tkz__hf_required(file, object, places[0], keys[0]);
    if (status == TKZ_OK)
        status = read_character(file, places[0], split, &spec);
    if (status == TKZ_OK)
        status = tkz__hf_boolean(file, places[2], &spec.each);
    if (status == TKZ_OK)
        status = tkz__hf_boolean(file, places[3], &space);
    if (status != TKZ_OK)
        return status;
    bool has_scheme = places[1] != TKZ__JSON_ABSENT;
    uint8_t scheme = 0;
    while (has_scheme && scheme < TKZ__PREPENDS &&
           !tkz__hf_is_string(file, places[1], tkz__prepend_names[scheme]))
        scheme++;
    if (scheme == TKZ__PREPENDS)
        return tkz__hf_unsupported(file, places[1], "pre_tokenizer: Metaspace.prepend_scheme");
    spec.prepend = scheme;
    if (file->compat == TKZ_COMPAT_SENTENCEPIECE) /* which cuts no text */
        spec.each = false;
    /* As in HF: without a scheme it is `always`, which contradicts add_prefix_space false. */
    if (!space && spec.prepend != TKZ__PREPEND_NEVER)
        return tkz__hf_unsupported(file, places[3],
                                   "pre_tokenizer: Metaspace.add_prefix_space false with another "
                                   "prepend_scheme than never");
    return spell(file, split, object, &spec);
}

static tkz_status read_step(tkz__hf_file *file, size_t object, const char *type, void *context)
{
    static const struct {
        const char *type;
        tkz_status (*read)(tkz__hf_file *file, size_t object, split_steps *split);
    } read[] = {
        {"Split", read_split},
        {"Digits", read_digits},
        {"ByteLevel", read_byte_level},
        {"Punctuation", read_punctuation},
        {"CharDelimiterSplit", read_delimiter},
        {"FixedLength", read_fixed_length},
        {"Metaspace", read_metaspace},
    };
    static const struct {
        const char *type;
        tkz__split_kind kind;
    } plain[] = {
        {"Whitespace", TKZ__SPLIT_WHITESPACE},
        {"WhitespaceSplit", TKZ__SPLIT_WHITESPACE_SPLIT},
        {"BertPreTokenizer", TKZ__SPLIT_BERT},
        {"UnicodeScripts", TKZ__SPLIT_SCRIPTS},
    };
    split_steps *split = context;
    split->is_other = split->is_other || split->has_bytes;
    for (size_t i = 0; i < sizeof read / sizeof read[0]; i++) {
        if (strcmp(type, read[i].type) == 0) {
            split->is_other = split->is_other || i > 2;
            return read[i].read(file, object, split);
        }
    }
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        tkz__split_spec spec = tkz__split_spec_default(plain[i].kind);
        split->is_other = true;
        if (strcmp(type, plain[i].type) == 0)
            return spell(file, split, object, &spec);
    }
    return tkz__hf_unsupported(file, object, "pre_tokenizer: %s is not known", type);
}

/* ---- Which it is --------------------------------------------------------- */

/* None of ours: the steps as they are. They are made once here, so that what is wrong with them is said
 * with the place in the file. */
static tkz_status take_steps(tkz__hf_file *file, size_t part)
{
    tkz__split_steps *made;
    tkz_status status = tkz__split_steps_new(&made, (const char *)file->steps.data,
                                             file->steps.size, &file->allocator, file->error);
    if (status != TKZ_OK)
        return tkz__format_error_at(status, file->path, part, file->error);
    tkz__split_steps_free(made);
    status = tkz__buffer_append_byte(&file->steps, '\0', file->error);
    if (status != TKZ_OK)
        return status;
    file->own_pre_tokenizer = tkz__pre_tokenizer_of_steps((const char *)file->steps.data);
    file->pre_tokenizer = &file->own_pre_tokenizer;
    return TKZ_OK;
}

/* BPE behind ByteLevel is one of bytes; any other is one of characters. Other models have tokens in the
 * characters of ByteLevel, which its step gives and no pre-tokenizer by name does. */
static tkz_status choose(tkz__hf_file *file, const split_steps *split)
{
    size_t part = file->parts[TKZ__HF_PRE_TOKENIZER];
    if (split->has_bytes && file->kind != TKZ__MODEL_BYTE_BPE)
        return take_steps(file, part);
    if (!split->has_bytes && file->kind == TKZ__MODEL_BYTE_BPE)
        file->kind = TKZ__MODEL_CHARACTER_BPE;
    if (split->read == 0) {
        file->pre_tokenizer = &tkz__pre_tokenizer_none;
        return TKZ_OK;
    }
    if (split->has_bytes && !split->is_other && split->count > 0 &&
        (split->count == 1 || !split->matches_only))
        file->pre_tokenizer = tkz__pre_tokenizer_by_steps(split->steps, split->count);
    return file->pre_tokenizer != NULL ? TKZ_OK : take_steps(file, part);
}

tkz_status tkz__hf_read_pre_tokenizer(tkz__hf_file *file)
{
    split_steps split = {.count = 0};
    tkz__arena_init(&split.patterns, &file->allocator);
    tkz_status status = tkz__hf_each(file, file->parts[TKZ__HF_PRE_TOKENIZER], "pretokenizers",
                                     read_step, &split);
    if (status == TKZ_OK)
        status = choose(file, &split);
    tkz__arena_free(&split.patterns);
    return status;
}
