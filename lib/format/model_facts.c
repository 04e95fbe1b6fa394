/* SPDX-License-Identifier: Apache-2.0
 *
 * What a tokenizer is, counted from its image. Leans on subword.
 */
#include "subword/tokenizer.h"
#include "subword/split_steps.h"
#include "subword/tokenizer_image.h"

static void count_added(const tkz_tokenizer *tokenizer, tkz_tokenizer_facts *facts)
{
    facts->added = tkz__tokenizer_added_count(tokenizer);
    for (uint32_t i = 0; i < facts->added; i++) {
        uint32_t flags;
        tkz__tokenizer_added(tokenizer, i, &flags);
        facts->special += (flags & TKZ__ADDED_SPECIAL) != 0;
        facts->single_word += (flags & TKZ__ADDED_SINGLE_WORD) != 0;
        facts->left_space += (flags & TKZ__ADDED_LSTRIP) != 0;
        facts->right_space += (flags & TKZ__ADDED_RSTRIP) != 0;
        facts->normalized += (flags & TKZ__ADDED_NORMALIZED) != 0;
        facts->silent += (flags & TKZ__ADDED_SILENT) != 0;
    }
}

static void count_ids(const tkz__image *image, tkz_tokenizer_facts *facts)
{
    facts->ids = image->id_count;
    for (uint32_t id = 0; id < image->id_count; id++) {
        const uint8_t *bytes;
        size_t size;
        facts->holes += !tkz__image_token(image, id, &bytes, &size);
        if (size > facts->longest_size) {
            facts->longest_size = size;
            facts->longest = id;
        }
    }
}

/* Ids that are added only are neither made by merging nor of the vocabulary. */
static void count_symbols(const tkz_tokenizer *tokenizer, const tkz__image *image,
                          tkz_tokenizer_facts *facts)
{
    facts->out_of_order = (image->flags & TKZ__IMAGE_OUT_OF_ORDER) != 0;
    facts->merges = facts->out_of_order ? image->merge_count
                                        : image->symbol_count - TKZ__SYMBOL_BYTES;
    uint32_t made = 0, made_and_added = 0;
    for (uint32_t symbol = 0; symbol < image->symbol_count; symbol++) {
        uint32_t id = tkz__image_item(image, TKZ__SECTION_SYMBOL_IDS, symbol);
        if (id >= image->id_count)
            continue;
        made++;
        facts->bytes += symbol < TKZ__SYMBOL_BYTES;
        /* Few are added, and a search goes over those only. */
        if (facts->added == 0)
            continue;
        uint32_t low = 0, high = facts->added;
        while (low < high) {
            uint32_t middle = low + (high - low) / 2, flags;
            if (tkz__tokenizer_added(tokenizer, middle, &flags) < id)
                low = middle + 1;
            else
                high = middle;
        }
        uint32_t flags;
        made_and_added += low < facts->added && tkz__tokenizer_added(tokenizer, low, &flags) == id;
    }
    uint32_t only_added = facts->added - made_and_added;
    uint32_t others = facts->holes + made + only_added;
    facts->unmerged = facts->ids > others && !facts->out_of_order ? facts->ids - others : 0;
}

void tkz_tokenizer_describe(const tkz_tokenizer *tokenizer, tkz_tokenizer_facts *facts)
{
    const tkz__image *image = tkz__tokenizer_image(tokenizer);
    *facts = (tkz_tokenizer_facts){
        .whole_chunks = (image->flags & TKZ__IMAGE_WHOLE_CHUNKS) != 0,
        .dropout = image->dropout,
        .before = image->prefix_count,
        .behind = image->suffix_count,
        .pre_tokenizer = &tkz__tokenizer_pre_tokenizer(tokenizer)->info,
    };
    const tkz_normal_form *form = tkz__tokenizer_normal_form(tokenizer);
    if (form != NULL)
        facts->normalizer = tkz_normal_form_name(form);
    count_added(tokenizer, facts);
    count_ids(image, facts);
    count_symbols(tokenizer, image, facts);
    if (form != NULL)
        facts->losses |= TKZ_LOSS_NORMALIZER;
    const tkz__split_steps *steps = tkz__tokenizer_steps(tokenizer);
    if (steps != NULL && tkz__split_steps_change(steps))
        facts->losses |= TKZ_LOSS_CUTS;
    if (facts->bytes < TKZ__SYMBOL_BYTES)
        facts->losses |= TKZ_LOSS_BYTES;
    if (facts->left_space + facts->right_space > 0)
        facts->losses |= TKZ_LOSS_SPACES;
}

tkz_status tkz_tokenizer_verify(const tkz_tokenizer *tokenizer, tkz_error *error)
{
    return tkz__tokenizer_verify_image(tokenizer, error);
}
