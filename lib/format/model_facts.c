/* SPDX-License-Identifier: Apache-2.0
 *
 * What a tokenizer is, counted from its image. Leans on subword.
 */
#include <string.h>

#include "format/format.h"
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
    facts->merges -= image->composing_count;
    uint32_t made = 0, made_and_added = 0;
    for (uint32_t symbol = 0; symbol < image->symbol_count; symbol++) {
        uint32_t id = tkz__image_item(image, TKZ__SECTION_SYMBOL_IDS, symbol);
        if (id >= image->id_count)
            continue;
        made++;
        facts->bytes += symbol < TKZ__SYMBOL_BYTES && image->kind == TKZ__MODEL_BYTE_BPE;
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

/* Pieces that stand for bytes. */
static uint32_t count_byte_pieces(const tkz__image *image)
{
    uint32_t count = 0;
    for (uint32_t id = 0; image->pieces.byte_fallback && id < image->id_count; id++) {
        const uint8_t *bytes;
        size_t size;
        count += tkz__image_token(image, id, &bytes, &size) && tkz__piece_byte(bytes, size) >= 0;
    }
    return count;
}

/* Does the normalizer only write spaces in another way, which the decoder undoes? */
static bool keeps_text(const char *normalizer)
{
    static const char identity[] = "identity-spm1";
    return normalizer == NULL || (strncmp(normalizer, identity, sizeof identity - 1) == 0 &&
                                  strstr(normalizer, "remove_extra_whitespaces=false") != NULL);
}

static uint32_t losses_of_pieces(const tkz_tokenizer *tokenizer, const tkz_tokenizer_facts *facts)
{
    static const char sentencepiece[] = "sentencepiece";
    const tkz__piece_settings *pieces = tkz__tokenizer_pieces(tokenizer);
    uint32_t losses = keeps_text(facts->normalizer) ? 0 : TKZ_LOSS_NORMALIZER;
    if (!pieces->byte_fallback)
        losses |= TKZ_LOSS_UNKNOWN;
    if (facts->decoder_size >= sizeof sentencepiece - 1 &&
        memcmp(facts->decoder, sentencepiece, sizeof sentencepiece - 1) == 0)
        losses |= TKZ_LOSS_MARK;
    else
        losses |= TKZ_LOSS_DECODER;
    return losses;
}

int32_t tkz__format_compat(const tkz_tokenizer *tokenizer)
{
    const tkz__image *image = tkz__tokenizer_image(tokenizer);
    if (image->kind == TKZ__MODEL_BYTE_BPE || image->kind == TKZ__MODEL_PLAMO)
        return TKZ_COMPAT_FILE;
    return image->pieces.sentencepiece ? TKZ_COMPAT_SENTENCEPIECE : TKZ_COMPAT_HF;
}

void tkz_tokenizer_describe(const tkz_tokenizer *tokenizer, tkz_tokenizer_facts *facts)
{
    const tkz__image *image = tkz__tokenizer_image(tokenizer);
    static const char *const kinds[TKZ__MODEL_KINDS] = {
        [TKZ__MODEL_BYTE_BPE] = "byte-level BPE", [TKZ__MODEL_CHARACTER_BPE] = "character BPE",
        [TKZ__MODEL_UNIGRAM] = "Unigram",         [TKZ__MODEL_WORD_PIECE] = "WordPiece",
        [TKZ__MODEL_WORD_LEVEL] = "words",        [TKZ__MODEL_CHARACTER] = "characters",
        [TKZ__MODEL_PLAMO] = "PLaMo",             [TKZ__MODEL_MARKED_BPE] = "character BPE"};
    *facts = (tkz_tokenizer_facts){
        .kind = kinds[image->kind],
        .whole_chunks = (image->flags & TKZ__IMAGE_WHOLE_CHUNKS) != 0,
        .dropout = image->dropout,
        .compat = tkz__format_compat(tokenizer),
        .before = image->prefix_count,
        .behind = image->suffix_count,
        .pre_tokenizer = &tkz__tokenizer_pre_tokenizer(tokenizer)->info,
    };
    const tkz_normal_form *form = tkz__tokenizer_normal_form(tokenizer);
    if (form != NULL)
        facts->normalizer = tkz_normal_form_name(form);
    count_added(tokenizer, facts);
    count_ids(image, facts);
    if (tkz__image_merges(image->kind))
        count_symbols(tokenizer, image, facts);
    if (image->kind == TKZ__MODEL_MARKED_BPE)
        facts->merges = image->merge_count;
    facts->decoder = tkz__tokenizer_decoder(tokenizer, &facts->decoder_size);
    if (image->kind != TKZ__MODEL_BYTE_BPE) {
        facts->bytes = count_byte_pieces(image);
        facts->unmerged -= facts->bytes < facts->unmerged ? facts->bytes : facts->unmerged;
        facts->losses |= losses_of_pieces(tokenizer, facts);
        if (image->kind == TKZ__MODEL_UNIGRAM && facts->bytes < TKZ__SYMBOL_BYTES)
            facts->losses |= TKZ_LOSS_UNKNOWN;
    } else if (form != NULL) {
        facts->losses |= TKZ_LOSS_NORMALIZER;
    }
    const tkz__split_steps *steps = tkz__tokenizer_steps(tokenizer);
    if (steps != NULL && tkz__split_steps_change(steps))
        facts->losses |= TKZ_LOSS_CUTS;
    if (facts->bytes < TKZ__SYMBOL_BYTES && image->kind == TKZ__MODEL_BYTE_BPE)
        facts->losses |= TKZ_LOSS_BYTES;
    if (facts->left_space + facts->right_space > 0)
        facts->losses |= TKZ_LOSS_SPACES;
}

tkz_status tkz_tokenizer_verify(const tkz_tokenizer *tokenizer, tkz_error *error)
{
    return tkz__tokenizer_verify_image(tokenizer, error);
}
