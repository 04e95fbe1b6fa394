/* SPDX-License-Identifier: Apache-2.0
 *
 * The one table of recipe options, and the check of a value against it. Leans
 * on jansson. Types may be alternatives ("object|boolean"); a range is
 * "minimum..maximum" for numbers and "a|b|c" for strings.
 */
#include <stdlib.h>
#include <string.h>

#include "pipeline/recipe.h"

static const tkz_recipe_option options[] = {
    {"input", "object", "", "", "What goes in."},
    {"input.files", "array", "", "", "Files to read, in this order; \"-\" is standard input. "
                                     "Plain, gzip or zstd, told apart by content."},
    {"input.format", "string", "\"auto\"", "auto|jsonl|lines|document",
     "jsonl: one JSON object a line; lines: one document a line; document: one document a file; "
     "auto: jsonl for a file that starts with '{', otherwise lines."},
    {"input.sources", "array", "", "",
     "Sources that words are counted apart for, as \"NAME=GLOB\": a file belongs to the first one "
     "whose pattern fits its name, else to \"other\"."},
    {"input.text_key", "string", "\"text\"", "", "Top-level member that holds the text."},
    {"input.id_key", "string", "\"id\"", "", "Top-level member that names the document."},
    {"input.url_key", "string", "\"url\"", "",
     "Top-level member that holds the document's URL, for filters that look at it."},
    {"input.surrogates", "string", "\"reject\"", "reject|replace",
     "Lone surrogate escapes such as \\ud800: a bad record, or U+FFFD."},
    {"input.record_limit", "integer", "268435456", "1024..536870912",
     "Bytes above which a record is bad (too_large)."},
    {"input.frame_size", "integer", "1048576", "1024..8388608",
     "Bytes at which the input is cut into frames, at the next record end. Part of the result: "
     "output frames follow input frames."},
    {"normalize", "string", "", "",
     "Normal form that every text is brought to first, such as \"ja-v1\" or "
     "\"nfkc-16.0,control-v1\"; see tokenize list normalizers. The name is kept with its "
     "version."},
    {"edit", "string", "", "",
     "Editors that every text goes through behind the normal form and before the filters, in this order, such as "
     "\"mojibake,swallow_punctuation,pii\"; see tokenize list editors. The name is kept with its version."},
    {"clean", "array", "", "", "Filters in order, as {\"name\": ..., parameter: value}; see "
                               "tokenize list filters."},
    {"words", "string", "", "",
     "The words that filters of words count and the editor ng_words asks for: a dictionary's name (ipadic) or "
     "directory, or \"white-space\" for what stands between white space."},
    {"statistics", "object", "", "",
     "Figures of the corpus in the report: amounts before and behind every filter, spread of every "
     "value, scripts, members, samples. All values of every document are measured for them."},
    {"statistics.members", "array", "[\"source\",\"license\",\"licence\"]", "",
     "Top-level members of the records whose values are counted."},
    {"statistics.samples", "integer", "5", "0..100",
     "Documents shown of each reason and of those kept; chosen by the hash of their text."},
    {"dedup", "object", "", "", "Removal of repeated documents."},
    {"dedup.method", "string", "\"exact\"", "exact",
     "exact: the same text, byte for byte; the first copy stays."},
    {"vocabulary", "object", "", "", "The vocabulary: a file, or how to train one."},
    {"vocabulary.file", "string", "", "", "A tokenizer file to use instead of training."},
    {"vocabulary.size", "integer", "32000", "257..16777216",
     "Ids in all, special tokens and the 256 bytes included."},
    {"vocabulary.pre_tokenizer", "string", "\"llama3\"", "",
     "Cuts text into the chunks that merges never cross; see tokenize list pre-tokenizers. For "
     "counting alone also \"none\", or a tokenizer file whose pre-tokenizer is taken."},
    {"vocabulary.cut", "string", "", "",
     "Where words end besides when they are counted, with commas between: digits, lines, "
     "punctuation, scripts. Encoding does not need it."},
    {"vocabulary.boundaries", "string", "", "",
     "Morpheme boundaries that training must not cross: a dictionary's name (ipadic) or "
     "directory. Encoding does not need it."},
    {"vocabulary.minimum_count", "integer", "2", "1..9007199254740992",
     "Pairs seen less often are not merged."},
    {"vocabulary.specials", "array", "[\"<|endoftext|>\"]", "",
     "Special tokens; their ids are 0, 1, ..."},
    {"vocabulary.holdout", "number", "0", "0..0.5",
     "Share of documents, chosen by their content, that training does not see and that "
     "characters per token are measured on."},
    {"encode", "object", "", "", "How token ids are made."},
    {"encode.append", "string", "", "",
     "Special token behind every document; \"\" for none. Default: <|endoftext|> for token "
     "shards, none for ids."},
    {"encode.compat", "string", "", "sentencepiece|hf",
     "Encode as this program does with the vocabulary, whatever file it is in; see tokenize encode "
     "--compat. Default: as the program whose file it is."},
    {"encode.special", "boolean", "false", "",
     "Special tokens that stand in text, such as <|endoftext|>, become their ids; false: they are "
     "text like any other."},
    {"encode.template", "boolean", "false", "",
     "Each document gets the tokens that the model's template puts around a text, such as BOS."},
    {"encode.boundaries", "string", "", "",
     "For a model whose pre-tokenizer is morph: the dictionary whose words it cuts text into, a name "
     "(ipadic) or a directory."},
    {"encode.dropout", "number", "0", "0..1",
     "BPE dropout: each merge is passed over with this probability, as HF tokenizers does it."},
    {"encode.sampling", "boolean", "false", "",
     "Unigram models: each document gets an encoding drawn at random, as sentencepiece's sampling "
     "does it; false: the best one."},
    {"encode.alpha", "number", "0.1", "0..1000",
     "Of sampling: an encoding is drawn in proportion to exp(alpha * score)."},
    {"encode.candidates", "integer", "0", "0..1024",
     "Of sampling: it is drawn from so many best ones; 0: from all."},
    {"encode.seed", "integer", "0", "0..9007199254740992",
     "Of dropout and sampling: what is passed over or drawn in a document depends on it and on the "
     "document's text alone."},
    {"work", "string", "", "",
     "Directory for what is kept between passes. Default: work in the output directory."},
    {"output", "object", "", "", "What comes out: a directory, or streams."},
    {"output.directory", "string", "", "",
     "Directory of shards with a manifest; a run into it can be interrupted and resumed."},
    {"output.text", "object|boolean", "", "", "Cleaned text as .jsonl.zst shards."},
    {"output.text.shard_size", "integer", "1073741824", "1024..1099511627776",
     "Stored bytes of a text shard, at most."},
    {"output.text.level", "integer", "3", "1..19", "zstd level."},
    {"output.tokens", "object|boolean", "", "", "Token ids as Megatron .bin/.idx shards."},
    {"output.tokens.shard_size", "integer", "4294967296", "1024..1099511627776",
     "Bytes of a .bin file, at most."},
    {"output.rejects", "string|boolean", "", "",
     "Keep dropped documents with their reasons: true or false for a directory, a file name for "
     "streams."},
    {"output.records", "string", "", "", "Stream: kept records as JSON lines (.zst: compressed)."},
    {"output.ids", "string", "", "", "Stream: token ids, a line for each document."},
    {"output.ids_format", "string", "\"text\"", "text|json",
     "text: ids with spaces between; json: {\"id\":..., \"ids\":[...]}."},
    {"output.counts", "string", "", "", "Stream: the table of word counts."},
    {"output.tokenizer", "string", "", "", "File for the trained tokenizer (native image)."},
    {"output.tokenizer_hf", "string", "", "", "File for it as tokenizer.json."},
    {"output.scores", "string", "", "",
     "Stream: a line for each document with every value that the filters measure, kept or not; "
     "tokenize clean --from-scores moves thresholds without the text."},
    {"output.bad", "string", "", "", "Stream: quarantined records with reason and place."},
};

size_t tkz_recipe_option_count(void)
{
    return sizeof options / sizeof options[0];
}

const tkz_recipe_option *tkz_recipe_option_at(size_t index)
{
    return index < tkz_recipe_option_count() ? &options[index] : NULL;
}

const tkz_recipe_option *tkz__recipe_option_find(const char *path)
{
    for (size_t i = 0; i < tkz_recipe_option_count(); i++) {
        if (strcmp(options[i].path, path) == 0)
            return &options[i];
    }
    return NULL;
}

static const char *type_name(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "object";
    case JSON_ARRAY:
        return "array";
    case JSON_STRING:
        return "string";
    case JSON_INTEGER:
        return "integer";
    case JSON_REAL:
        return "number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "boolean";
    default:
        return "null";
    }
}

/* True if `word` is one of the alternatives in `list` ("a|b|c"). */
static bool is_alternative(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *start = list; start != NULL;) {
        const char *end = strchr(start, '|');
        size_t size = end != NULL ? (size_t)(end - start) : strlen(start);
        if (size == length && memcmp(start, word, size) == 0)
            return true;
        start = end != NULL ? end + 1 : NULL;
    }
    return false;
}

/* `range` is "minimum..maximum", or "" for any. strtod would take the first dot for its own. */
static bool in_range(const char *range, double value)
{
    char minimum[32];
    const char *dots = strstr(range, "..");
    if (dots == NULL || (size_t)(dots - range) >= sizeof minimum)
        return true;
    memcpy(minimum, range, (size_t)(dots - range));
    minimum[dots - range] = '\0';
    return value >= strtod(minimum, NULL) && value <= strtod(dots + 2, NULL);
}

tkz_status tkz__recipe_option_check(const tkz_recipe_option *option, const json_t *value,
                                    tkz_error *error)
{
    const char *type = type_name(value);
    bool integer_as_number = json_is_integer(value) && is_alternative(option->type, "number");
    if (!is_alternative(option->type, type) && !integer_as_number)
        return tkz__error_set(error, TKZ_STATUS_INVALID_RECIPE, option->path, TKZ__NO_OFFSET,
                              "this is of type %s, but must be of type %s", type, option->type);
    if (json_is_number(value) && !in_range(option->range, json_number_value(value)))
        return tkz__error_set(error, TKZ_STATUS_INVALID_RECIPE, option->path, TKZ__NO_OFFSET,
                              "%.15g is out of range; it must be in %s", json_number_value(value),
                              option->range);
    if (json_is_string(value) && option->range[0] != '\0' &&
        !is_alternative(option->range, json_string_value(value)))
        return tkz__error_set(error, TKZ_STATUS_INVALID_RECIPE, option->path, TKZ__NO_OFFSET,
                              "\"%s\" is not known; it must be one of %s",
                              json_string_value(value), option->range);
    return TKZ_OK;
}
