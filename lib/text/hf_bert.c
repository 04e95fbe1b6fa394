/* SPDX-License-Identifier: Apache-2.0
 *
 * BertNormalizer of HF tokenizers 0.23 (src/normalizers/bert.rs): control characters
 * go, white space becomes a space, ideographs get spaces around them, accents go,
 * letters become lower-case. Leans on hf_steps, unicode_normal, the class tables and
 * lowercase.
 */
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

size_t tkz__hf_bert_unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    bert options = options_of(step);
    size = tkz__hf_change_unchanged(&first_changes, &options, text, size);
    if (!options.strip_accents)
        return size;
    size = tkz__unicode_unchanged(&nfd, text, size);
    return tkz__hf_change_unchanged(&last_changes, &options, text, size);
}

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
    made->edit = (tkz__edit){&made->text, edit->map != NULL ? &made->map : NULL,
                              edit->scratch};
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

tkz_status tkz__hf_bert_run(const tkz__normal_step *step, const char *text, size_t size,
                            tkz__edit *edit, tkz_error *error)
{
    bert options = options_of(step);
    if (!options.strip_accents)
        return tkz__hf_change_run(&first_changes, &options, text, size, edit, error);
    stage cleaned, decomposed, last;
    stage_init(&cleaned, edit);
    stage_init(&decomposed, edit);
    stage_init(&last, edit);
    last.edit.target = edit->target;
    tkz_status status =
        tkz__hf_change_run(&first_changes, &options, text, size, &cleaned.edit, error);
    if (status == TKZ_OK)
        status = tkz__unicode_normalize(&nfd, (const char *)cleaned.text.data, cleaned.text.size,
                                        &decomposed.edit, error);
    if (status == TKZ_OK)
        status = tkz__hf_change_run(&last_changes, &options, (const char *)decomposed.text.data,
                                    decomposed.text.size, &last.edit, error);
    if (status == TKZ_OK && edit->map != NULL)
        status = record_all(&cleaned, &decomposed, &last, edit, error);
    stage_free(&cleaned);
    stage_free(&decomposed);
    stage_free(&last);
    return status;
}
