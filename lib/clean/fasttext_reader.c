/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads fastText models: every count and size is checked against the bytes that are left before it is
 * used. The layout is that of facebookresearch/fastText src/fasttext.cc (loadModel), dictionary.cc
 * (load), densematrix.cc, quantmatrix.cc and productquantizer.cc. Leans on mapped_file.
 */
#include <math.h>
#include <string.h>

#include "clean/fasttext_model.h"

#define MAGIC 793712314u
#define CENTROIDS 256
/* Longer ones are of no use, and would make the time for a text grow with their square. */
#define LONGEST_NGRAM 255
/* fastText gives unbuilt nodes of the tree this count (src/loss.cc, buildTree). */
#define UNBUILT_COUNT 1000000000000000

typedef struct reader {
    const char *path;
    const uint8_t *data;
    size_t size;
    size_t place;
    tkz_error *error;
} reader;

static tkz_status corrupt(const reader *in, size_t place, const char *what)
{
    return tkz__error_set(in->error, TKZ_STATUS_CORRUPT, in->path, place,
                          "this fastText model is damaged: %s; fetch or train it again", what);
}

/* Steps over `count` items of `size` bytes. `*data` is where they begin, also when they are not all there. */
static tkz_status take(reader *in, const uint8_t **data, uint64_t count, uint64_t size,
                       const char *what)
{
    uint64_t left = in->size - in->place;
    *data = in->data + in->place;
    if (size != 0 && count > left / size)
        return tkz__error_set(in->error, TKZ_STATUS_TRUNCATED, in->path, in->size,
                              "the file ends inside %s of the fastText model; fetch it again", what);
    in->place += (size_t)(count * size);
    return TKZ_OK;
}

static tkz_status take_u32(reader *in, uint32_t *value, const char *what)
{
    const uint8_t *data;
    tkz_status status = take(in, &data, 1, 4, what);
    if (status == TKZ_OK)
        *value = tkz__load_u32(data);
    return status;
}

static tkz_status take_u64(reader *in, uint64_t *value, const char *what)
{
    const uint8_t *data;
    tkz_status status = take(in, &data, 1, 8, what);
    if (status == TKZ_OK)
        *value = tkz__load_u64(data);
    return status;
}

/* ---- Settings ----------------------------------------------------------- */

static tkz_status read_settings(reader *in, tkz_classifier *model)
{
    enum { DIM, WS, EPOCH, MIN_COUNT, NEG, WORD_NGRAMS, LOSS, MODEL, BUCKET, MINN, MAXN, RATE, COUNT };
    uint32_t head[2], settings[COUNT];
    const uint8_t *sampling;
    tkz_status status = take_u32(in, &head[0], "the head");
    if (status == TKZ_OK)
        status = take_u32(in, &head[1], "the head");
    if (status != TKZ_OK || head[0] != MAGIC)
        return tkz__error_set(in->error, TKZ_STATUS_BAD_FORMAT, in->path, 0,
                              "no fastText model: a .bin or .ftz begins with BA 16 4F 2F (a .vec holds "
                              "vectors of words and no classifier)");
    if (head[1] != 11 && head[1] != 12)
        return tkz__error_set(in->error, TKZ_STATUS_BAD_VERSION, in->path, 4,
                              "version %u of the fastText format; 11 and 12 are read", head[1]);
    for (size_t i = 0; i < COUNT; i++) {
        status = take_u32(in, &settings[i], "the settings");
        if (status != TKZ_OK)
            return status;
    }
    status = take(in, &sampling, 1, 8, "the settings");
    if (status != TKZ_OK)
        return status;
    if (settings[MODEL] == 1 || settings[MODEL] == 2)
        return tkz__error_set(in->error, TKZ_STATUS_UNSUPPORTED, in->path, 36,
                              "this fastText model holds vectors of words (%s) and no labels; a classifier "
                              "is trained with `fasttext supervised`",
                              settings[MODEL] == 1 ? "cbow" : "skipgram");
    if (settings[MODEL] != 3)
        return corrupt(in, 36, "the kind of model is none of fastText's");
    if (settings[LOSS] < TKZ__FASTTEXT_HIERARCHICAL || settings[LOSS] > TKZ__FASTTEXT_ONE_VS_ALL)
        return corrupt(in, 32, "the loss is none of fastText's");
    if (settings[DIM] == 0 || settings[DIM] > INT32_MAX)
        return corrupt(in, 8, "vectors have no columns");
    if (settings[BUCKET] > INT32_MAX)
        return corrupt(in, 40, "the number of n-gram buckets is negative");
    model->columns = settings[DIM];
    model->loss = (tkz__fasttext_loss)settings[LOSS];
    /* Version 11 wrote lengths that its classifiers did not use (src/fasttext.cc, loadModel). */
    model->longest = head[1] == 11 || settings[MAXN] > INT32_MAX ? 0 : settings[MAXN];
    model->shortest = settings[MINN] > INT32_MAX ? 0 : settings[MINN];
    model->word_ngrams = settings[WORD_NGRAMS] > INT32_MAX ? 1 : settings[WORD_NGRAMS];
    if (model->longest > LONGEST_NGRAM || model->word_ngrams > LONGEST_NGRAM)
        return tkz__error_set(in->error, TKZ_STATUS_LIMIT, in->path, 28,
                              "n-grams of %u words and of %u characters; at most %d are read",
                              model->word_ngrams, model->longest, LONGEST_NGRAM);
    if (model->longest > 0 || model->word_ngrams > 1) {
        if (settings[BUCKET] == 0)
            return corrupt(in, 40, "there are n-grams but no buckets for them");
        model->bucket_count = settings[BUCKET];
        model->bucket_inverse = UINT64_MAX / model->bucket_count + 1;
    }
    return TKZ_OK;
}

/* ---- Dictionary --------------------------------------------------------- */

uint32_t tkz__fasttext_find(const tkz_classifier *model, const uint8_t *text, size_t size,
                            uint32_t hash)
{
    size_t mask = model->slot_count - 1;
    for (size_t slot = hash & mask;; slot = (slot + 1) & mask) {
        uint32_t number = model->slots[slot];
        if (number == TKZ__FASTTEXT_NO_WORD)
            return number;
        const tkz__fasttext_word *word = &model->words[number];
        if (word->hash == hash && word->size == size && memcmp(word->text, text, size) == 0)
            return number;
    }
}

/* A later word of the same spelling takes the place of an earlier one, as in Dictionary::load. */
static void enter_word(tkz_classifier *model, uint32_t number)
{
    const tkz__fasttext_word *word = &model->words[number];
    size_t mask = model->slot_count - 1, slot = word->hash & mask;
    while (model->slots[slot] != TKZ__FASTTEXT_NO_WORD) {
        const tkz__fasttext_word *other = &model->words[model->slots[slot]];
        if (other->hash == word->hash && other->size == word->size &&
            memcmp(other->text, word->text, word->size) == 0)
            break;
        slot = (slot + 1) & mask;
    }
    model->slots[slot] = number;
}

static tkz_status read_word(reader *in, tkz__fasttext_word *word, bool is_label, int64_t *count)
{
    const uint8_t *start = in->data + in->place, *rest;
    const uint8_t *end = memchr(start, 0, in->size - in->place);
    if (end == NULL || (size_t)(end - start) > UINT32_MAX)
        return tkz__error_set(in->error, TKZ_STATUS_TRUNCATED, in->path, in->size,
                              "the file ends inside a word of the fastText model; fetch it again");
    word->text = start;
    word->size = (uint32_t)(end - start);
    word->hash = TKZ__FASTTEXT_HASH;
    for (uint32_t i = 0; i < word->size; i++)
        word->hash = tkz__fasttext_hash(word->hash, start[i]);
    in->place += (size_t)word->size + 1;
    tkz_status status = take(in, &rest, 1, 9, "the words");
    if (status != TKZ_OK)
        return status;
    if (rest[8] != (is_label ? 1 : 0))
        return corrupt(in, in->place - 1, "words and labels are not in order");
    *count = (int64_t)tkz__load_u64(rest);
    return TKZ_OK;
}

static size_t table_slots(size_t items)
{
    size_t slots = 8;
    while (slots < 2 * items)
        slots *= 2;
    return slots;
}

/* The Huffman tree of the labels by their counts, from the least; the same order of nodes as in
 * HierarchicalSoftmaxLoss::buildTree. `counts` has 2 * label_count - 1 places. */
static void build_tree(tkz_classifier *model, int64_t *counts)
{
    size_t labels = model->label_count, leaf = labels, node = labels;
    for (size_t i = 0; i < labels; i++)
        model->tree[i] = (tkz__fasttext_node){-1, -1};
    for (size_t i = labels; i < 2 * labels - 1; i++)
        counts[i] = UNBUILT_COUNT;
    for (size_t i = labels; i < 2 * labels - 1; i++) {
        size_t least[2];
        for (size_t j = 0; j < 2; j++)
            least[j] = leaf > 0 && counts[leaf - 1] < counts[node] ? --leaf : node++;
        model->tree[i] = (tkz__fasttext_node){(int32_t)least[0], (int32_t)least[1]};
        counts[i] = counts[least[0]] + counts[least[1]];
    }
}

static tkz_status read_words(reader *in, tkz_classifier *model, int64_t *label_counts)
{
    uint32_t size = model->word_count + model->label_count;
    int64_t sum = 0;
    for (uint32_t i = 0; i < size; i++) {
        int64_t count = 0;
        size_t start = in->place;
        bool is_label = i >= model->word_count;
        tkz_status status = read_word(in, &model->words[i], is_label, &count);
        if (status != TKZ_OK)
            return status;
        enter_word(model, i);
        if (!is_label || label_counts == NULL)
            continue;
        /* With a count beyond these the tree would hold nodes that were never made. */
        if (count < 0 || count >= UNBUILT_COUNT || (sum += count) >= INT64_MAX / 4)
            return corrupt(in, start, "a label has an impossible count");
        label_counts[i - model->word_count] = count;
    }
    if (label_counts != NULL)
        build_tree(model, label_counts);
    return TKZ_OK;
}

static tkz_status read_kept(reader *in, tkz_classifier *model, uint64_t count)
{
    const uint8_t *pairs;
    size_t start = in->place;
    tkz_status status = take(in, &pairs, count, 8, "the list of n-grams that pruning left");
    if (status != TKZ_OK || count == 0)
        return status;
    model->kept_slots = table_slots((size_t)count);
    model->kept = tkz__allocate_array(&model->allocator, model->kept_slots, sizeof *model->kept);
    if (model->kept == NULL)
        return tkz__error_memory(in->error, model->kept_slots * sizeof *model->kept);
    memset(model->kept, 0xFF, model->kept_slots * sizeof *model->kept);
    model->kept_bits = tkz__allocate_zeroed(&model->allocator, model->kept_slots);
    if (model->kept_bits == NULL)
        return tkz__error_memory(in->error, model->kept_slots);
    for (uint64_t i = 0; i < count; i++) {
        int32_t bucket = (int32_t)tkz__load_u32(pairs + 8 * i);
        int32_t row = (int32_t)tkz__load_u32(pairs + 8 * i + 4);
        if (bucket < 0 || row < 0)
            return corrupt(in, start + (size_t)(8 * i), "a pruned n-gram has a negative number");
        size_t slot = tkz__fasttext_kept_slot((uint32_t)bucket, model->kept_slots);
        while (model->kept[slot].bucket != -1 && model->kept[slot].bucket != bucket)
            slot = (slot + 1) & (model->kept_slots - 1);
        model->kept[slot] = (tkz__fasttext_kept){bucket, row};
        size_t bit = tkz__fasttext_kept_bit((uint32_t)bucket, model->kept_slots);
        model->kept_bits[bit / 64] |= UINT64_C(1) << bit % 64;
    }
    return TKZ_OK;
}

static tkz_status allocate_dictionary(reader *in, tkz_classifier *model)
{
    size_t size = (size_t)model->word_count + model->label_count;
    model->slot_count = table_slots(size);
    model->words = tkz__allocate_array(&model->allocator, size, sizeof *model->words);
    model->slots = tkz__allocate_array(&model->allocator, model->slot_count, sizeof *model->slots);
    if (model->words == NULL || model->slots == NULL)
        return tkz__error_memory(in->error, size * sizeof *model->words);
    memset(model->slots, 0xFF, model->slot_count * sizeof *model->slots);
    if (model->loss != TKZ__FASTTEXT_HIERARCHICAL)
        return TKZ_OK;
    size_t nodes = 2 * (size_t)model->label_count - 1;
    model->tree = tkz__allocate_array(&model->allocator, nodes, sizeof *model->tree);
    return model->tree == NULL ? tkz__error_memory(in->error, nodes * sizeof *model->tree) : TKZ_OK;
}

static tkz_status read_dictionary(reader *in, tkz_classifier *model)
{
    uint32_t size;
    uint64_t tokens, pruned;
    size_t start = in->place;
    const char *what = "the dictionary";
    tkz_status status = take_u32(in, &size, what);
    if (status == TKZ_OK)
        status = take_u32(in, &model->word_count, what);
    if (status == TKZ_OK)
        status = take_u32(in, &model->label_count, what);
    if (status == TKZ_OK)
        status = take_u64(in, &tokens, what);
    if (status == TKZ_OK)
        status = take_u64(in, &pruned, what);
    if (status != TKZ_OK)
        return status;
    if (size > INT32_MAX || (uint64_t)model->word_count + model->label_count != size)
        return corrupt(in, start, "the numbers of words and labels do not add up");
    if (model->label_count == 0)
        return corrupt(in, start + 8, "there are no labels");
    /* An entry is at least its NUL, its count and its type. */
    if (size > (in->size - in->place) / 10)
        return tkz__error_set(in->error, TKZ_STATUS_TRUNCATED, in->path, in->size,
                              "the file is too short for the %u words that it announces", size);
    status = allocate_dictionary(in, model);
    if (status != TKZ_OK)
        return status;
    int64_t *counts = NULL;
    size_t nodes = 2 * (size_t)model->label_count - 1;
    if (model->tree != NULL) {
        counts = tkz__allocate_array(&model->allocator, nodes, sizeof *counts);
        if (counts == NULL)
            return tkz__error_memory(in->error, nodes * sizeof *counts);
    }
    status = read_words(in, model, counts);
    tkz__release_array(&model->allocator, counts, nodes, sizeof *counts);
    model->is_pruned = (int64_t)pruned >= 0;
    if (status == TKZ_OK && model->is_pruned)
        status = read_kept(in, model, pruned);
    return status;
}

/* ---- Matrices ----------------------------------------------------------- */

static tkz_status read_dense(reader *in, const tkz_classifier *model, tkz__fasttext_matrix *matrix,
                             const char *what)
{
    uint64_t columns;
    size_t start = in->place;
    tkz_status status = take_u64(in, &matrix->rows, what);
    if (status == TKZ_OK)
        status = take_u64(in, &columns, what);
    if (status != TKZ_OK)
        return status;
    if (columns != model->columns || matrix->rows > INT32_MAX)
        return corrupt(in, start, "a matrix has impossible rows or columns");
    matrix->columns = model->columns;
    return take(in, &matrix->values, matrix->rows, 4 * columns, what);
}

/* A product quantizer of `columns`: its head, and where its centroids are. */
static tkz_status read_quantizer(reader *in, uint32_t columns, uint32_t *parts,
                                 uint32_t *part_columns, uint32_t *last_columns,
                                 const uint8_t **centroids, const char *what)
{
    uint32_t own;
    size_t start = in->place;
    tkz_status status = take_u32(in, &own, what);
    if (status == TKZ_OK)
        status = take_u32(in, parts, what);
    if (status == TKZ_OK)
        status = take_u32(in, part_columns, what);
    if (status == TKZ_OK)
        status = take_u32(in, last_columns, what);
    if (status != TKZ_OK)
        return status;
    if (own != columns || *parts == 0 || *part_columns == 0 || *last_columns == 0 ||
        *last_columns > *part_columns ||
        (uint64_t)(*parts - 1) * *part_columns + *last_columns != columns)
        return corrupt(in, start, "the parts of a quantizer do not add up to its columns");
    return take(in, centroids, columns, 4 * CENTROIDS, what);
}

static tkz_status read_quantized(reader *in, const tkz_classifier *model,
                                 tkz__fasttext_matrix *matrix, const char *what)
{
    const uint8_t *has_norms;
    uint64_t columns;
    uint32_t codes, ignored[3];
    size_t start = in->place;
    tkz_status status = take(in, &has_norms, 1, 1, what);
    if (status == TKZ_OK)
        status = take_u64(in, &matrix->rows, what);
    if (status == TKZ_OK)
        status = take_u64(in, &columns, what);
    if (status == TKZ_OK)
        status = take_u32(in, &codes, what);
    if (status != TKZ_OK)
        return status;
    if (columns != model->columns || matrix->rows > INT32_MAX)
        return corrupt(in, start, "a quantized matrix has impossible rows or columns");
    matrix->columns = model->columns;
    matrix->is_quantized = true;
    status = take(in, &matrix->codes, codes, 1, what);
    if (status == TKZ_OK)
        status = read_quantizer(in, model->columns, &matrix->parts, &matrix->part_columns,
                                &matrix->last_columns, &matrix->centroids, what);
    if (status == TKZ_OK && matrix->rows * matrix->parts != codes)
        return corrupt(in, start + 17, "a quantized matrix has too many or too few codes");
    if (status != TKZ_OK || *has_norms == 0)
        return status;
    status = take(in, &matrix->norm_codes, matrix->rows, 1, what);
    if (status == TKZ_OK)
        status = read_quantizer(in, 1, &ignored[0], &ignored[1], &ignored[2], &matrix->norms, what);
    return status;
}

/* Every row that a text can name must be there. */
static tkz_status check_rows(reader *in, const tkz_classifier *model, size_t input_place,
                             size_t output_place)
{
    uint64_t needed = model->word_count;
    if (!model->is_pruned)
        needed += model->bucket_count;
    for (size_t i = 0; i < model->kept_slots; i++) {
        uint64_t row = (uint64_t)model->word_count + (uint32_t)model->kept[i].row + 1;
        if (model->kept[i].bucket != -1 && row > needed)
            needed = row;
    }
    if (model->input.rows < needed)
        return corrupt(in, input_place, "the input matrix has fewer rows than words and n-grams");
    if (model->output.rows != model->label_count)
        return corrupt(in, output_place, "the output matrix has not one row for each label");
    return TKZ_OK;
}

static tkz_status read_matrices(reader *in, tkz_classifier *model)
{
    const uint8_t *flag;
    size_t input_place = in->place, output_place;
    tkz_status status = take(in, &flag, 1, 1, "the input matrix");
    if (status != TKZ_OK)
        return status;
    bool quantized = *flag != 0;
    if (!quantized && model->is_pruned)
        return corrupt(in, input_place, "it is pruned but not quantized, as the first pruned models "
                                        "were (facebookresearch/fastText#332)");
    status = quantized ? read_quantized(in, model, &model->input, "the input matrix")
                       : read_dense(in, model, &model->input, "the input matrix");
    output_place = in->place;
    if (status == TKZ_OK)
        status = take(in, &flag, 1, 1, "the output matrix");
    if (status != TKZ_OK)
        return status;
    status = quantized && *flag != 0
                 ? read_quantized(in, model, &model->output, "the output matrix")
                 : read_dense(in, model, &model->output, "the output matrix");
    return status == TKZ_OK ? check_rows(in, model, input_place, output_place) : status;
}

/* ---- Life --------------------------------------------------------------- */

/* Every n-gram is a row somewhere in the input matrix: where its pages are small, finding the page takes longer than adding
 * the row, and rows that do not begin with a cache line take one more of it. Labels by a model of lid.176's shape, with a matrix
 * of 17 MB, took two thirds of the time with a copy in large pages. Below one such page there is nothing to gain; above
 * LARGEST_COPY, memory beside the file is too dear. */
enum { LEAST_COPY = 2 << 20, LARGEST_COPY = 256 << 20 };

static tkz_status copy_input(tkz_classifier *model, tkz_error *error)
{
    tkz__fasttext_matrix *input = &model->input;
    uint64_t size = input->rows * input->columns * 4; /* in the file, so no overflow */
    if (input->is_quantized || size < LEAST_COPY || size > LARGEST_COPY)
        return TKZ_OK;
    void *table = tkz__allocate_table(&model->allocator, (size_t)size, &model->input_block);
    if (table == NULL)
        return tkz__error_memory(error, (size_t)size);
    model->input_block_size = tkz__table_block_size((size_t)size);
    memcpy(table, input->values, (size_t)size);
    input->values = table;
    return TKZ_OK;
}

/* fastText looks logistic values up (src/loss.cc, SIGMOID_TABLE_SIZE, MAX_SIGMOID). */
static void make_sigmoids(tkz_classifier *model)
{
    for (int i = 0; i < TKZ__FASTTEXT_SIGMOIDS; i++) {
        float x = (float)(i * 2 * 8) / 512.0f - 8.0f;
        model->sigmoids[i] = (float)(1.0 / (1.0 + (double)expf(-x)));
    }
}

tkz_status tkz__fasttext_read(tkz_classifier **classifier, const char *path, const uint8_t *data,
                              size_t size, const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    reader in = {path, data, size, 0, error};
    *classifier = NULL;
    tkz_classifier *model = tkz__allocate_zeroed(&memory, sizeof *model);
    if (model == NULL)
        return tkz__error_memory(error, sizeof *model);
    model->allocator = memory;
    tkz_status status = read_settings(&in, model);
    if (status == TKZ_OK)
        status = read_dictionary(&in, model);
    if (status == TKZ_OK)
        status = read_matrices(&in, model);
    if (status == TKZ_OK)
        status = copy_input(model, error);
    if (status == TKZ_OK)
        status = tkz__fasttext_make_panels(&model->output, &memory, error);
    if (status != TKZ_OK) {
        tkz_classifier_free(model);
        return status;
    }
    make_sigmoids(model);
    *classifier = model;
    return TKZ_OK;
}

tkz_status tkz_classifier_open(tkz_classifier **classifier, const char *path,
                               const tkz_allocator *allocator, tkz_error *error)
{
    tkz__mapped_file file;
    if (classifier == NULL || path == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_classifier_open",
                              TKZ__NO_OFFSET, "classifier and path must not be NULL");
    *classifier = NULL;
    tkz_status status = tkz__mapped_file_open(&file, path, error);
    if (status != TKZ_OK)
        return status;
    status = tkz__fasttext_read(classifier, path, file.data, file.size, allocator, error);
    if (status != TKZ_OK) {
        tkz__mapped_file_close(&file);
        return status;
    }
    (*classifier)->file = file;
    (*classifier)->owns_file = true;
    return TKZ_OK;
}

void tkz_classifier_free(tkz_classifier *classifier)
{
    if (classifier == NULL)
        return;
    tkz_allocator memory = classifier->allocator;
    size_t size = (size_t)classifier->word_count + classifier->label_count;
    if (classifier->owns_file)
        tkz__mapped_file_close(&classifier->file);
    tkz__release_array(&memory, classifier->words, size, sizeof *classifier->words);
    tkz__release_array(&memory, classifier->slots, classifier->slot_count,
                       sizeof *classifier->slots);
    tkz__release(&memory, classifier->kept_bits, classifier->kept_slots);
    tkz__release_array(&memory, classifier->kept, classifier->kept_slots,
                       sizeof *classifier->kept);
    tkz__release_array(&memory, classifier->tree, 2 * (size_t)classifier->label_count - 1,
                       sizeof *classifier->tree);
    tkz__release(&memory, classifier->input_block, classifier->input_block_size);
    tkz__fasttext_free_panels(&classifier->output, &memory);
    tkz__release(&memory, classifier, sizeof *classifier);
}

size_t tkz_classifier_label_count(const tkz_classifier *classifier)
{
    return classifier->label_count;
}

const char *tkz_classifier_label(const tkz_classifier *classifier, size_t index)
{
    return index < classifier->label_count
               ? (const char *)classifier->words[classifier->word_count + index].text
               : NULL;
}

size_t tkz_classifier_find_label(const tkz_classifier *classifier, const char *label)
{
    static const char prefix[] = "__label__";
    for (size_t i = 0; i < classifier->label_count; i++) {
        const char *own = tkz_classifier_label(classifier, i);
        if (strcmp(own, label) == 0 || (strncmp(own, prefix, sizeof prefix - 1) == 0 &&
                                        strcmp(own + sizeof prefix - 1, label) == 0))
            return i;
    }
    return SIZE_MAX;
}
