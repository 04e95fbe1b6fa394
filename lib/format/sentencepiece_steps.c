/* SPDX-License-Identifier: Apache-2.0
 *
 * The normalizer and the decoder of a SentencePiece model as steps of ours. Leans on
 * sentencepiece_file.h, decode_spelling and spm_symbols.
 */
#include <string.h>

#include "core/hash.h"
#include "format/sentencepiece_file.h"
#include "io/json_scanner.h"
#include "subword/decode_spelling.h"
#include "text/spm_symbols.h"

/* Charsmaps that are those of sentencepiece 0.2.3's rules by name, by XXH3 and size: steps with those
 * rules give the same (tests/oracle/compare_sentencepiece_normal) and are faster. */
static const struct {
    uint64_t hash;
    size_t size;
    const char *step;
} named[] = {
    {UINT64_C(0xedf7915188a2f2a0), 240007, "nmt_nfkc-spm1"},
    {UINT64_C(0xacd06df6534a537f), 240008, "nfkc-spm1"},
    {UINT64_C(0x98dcc712f112634c), 247164, "nmt_nfkc_cf-spm1"},
    {UINT64_C(0xef21918d2007efee), 247165, "nfkc_cf-spm1"},
};

static tkz_status append_flag(tkz__buffer *steps, const char *name, bool value, tkz_error *error)
{
    return tkz__buffer_append_format(steps, error, ":%s=%s", name, value ? "true" : "false");
}

/* A value of an option: signs of the grammar behind backslashes. */
static tkz_status append_escaped(tkz__buffer *steps, const tkz__buffer *value, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < value->size; i++) {
        if (value->data[i] != 0 && strchr(",:=\\", value->data[i]) != NULL)
            status = tkz__buffer_append_byte(steps, '\\', error);
        if (status == TKZ_OK)
            status = tkz__buffer_append_byte(steps, value->data[i], error);
    }
    return status;
}

static tkz_status append_option(tkz__buffer *steps, const char *name, const tkz__buffer *value,
                                tkz_error *error)
{
    if (value->size == 0)
        return TKZ_OK;
    tkz_status status = tkz__buffer_append_format(steps, error, ":%s=", name);
    return status == TKZ_OK ? append_escaped(steps, value, error) : status;
}

/* The name of the step for a charsmap; NULL: it is one of the model's own. */
static const char *step_name(const uint8_t *charsmap, size_t size)
{
    if (size == 0)
        return "identity-spm1";
    uint64_t hash = tkz__hash64(charsmap, size);
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        if (named[i].size == size && named[i].hash == hash)
            return named[i].step;
    }
    return NULL;
}

tkz_status tkz__spm_spell_map(const uint8_t *charsmap, size_t size, tkz__buffer *steps,
                              tkz_error *error)
{
    tkz__buffer map;
    tkz__buffer_init(&map, &steps->allocator);
    tkz_status status = tkz__append_base64(&map, charsmap, size, error);
    if (status == TKZ_OK)
        status = append_option(steps, "map", &map, error);
    tkz__buffer_free(&map);
    return status;
}

/* The step of a spec. `symbols`: as its option has them. */
static tkz_status append_step(const tkz__spm_file *file, const tkz__spm_normalizer_spec *spec,
                              bool as_suffix, const tkz__buffer *symbols, tkz__buffer *steps)
{
    tkz_error *error = file->error;
    const uint8_t *charsmap = file->data + spec->charsmap_start;
    const char *name = step_name(charsmap, spec->charsmap_size);
    tkz_status status =
        tkz__buffer_append_text(steps, name == NULL ? "charsmap-spm1" : name, error);
    if (status == TKZ_OK)
        status = append_flag(steps, "add_dummy_prefix", spec->add_dummy_prefix, error);
    if (status == TKZ_OK)
        status =
            append_flag(steps, "remove_extra_whitespaces", spec->remove_extra_whitespaces, error);
    if (status == TKZ_OK)
        status = append_flag(steps, "escape_whitespaces", spec->escape_whitespaces, error);
    if (status == TKZ_OK && as_suffix)
        status = append_flag(steps, "treat_whitespace_as_suffix", true, error);
    if (status == TKZ_OK && symbols != NULL)
        status = append_option(steps, "symbols", symbols, error);
    return status == TKZ_OK && name == NULL
               ? tkz__spm_spell_map(charsmap, spec->charsmap_size, steps, error)
               : status;
}

tkz_status tkz__spm_spell_normalizer(const tkz__spm_file *file, tkz__buffer *steps)
{
    tkz__buffer symbols;
    tkz_status status = TKZ_OK;
    tkz__buffer_init(&symbols, &file->allocator);
    for (size_t id = 0; status == TKZ_OK && id < file->piece_count; id++) {
        const tkz__spm_piece_entry *piece = &file->pieces[id];
        if (piece->type == TKZ__PIECE_USER_DEFINED)
            status = tkz__spm_symbols_spell(&symbols, (const char *)file->data + piece->text_start,
                                            piece->text_size, file->error);
    }
    if (status == TKZ_OK)
        status = append_step(file, &file->normalizer, file->treat_whitespace_as_suffix, &symbols,
                             steps);
    tkz__buffer_free(&symbols);
    return status;
}

tkz_status tkz__spm_spell_decoder(const tkz__spm_file *file, tkz__buffer *steps)
{
    static char usual_surface[] = " \xE2\x81\x87 ";
    tkz__buffer denormalizer;
    tkz__buffer_init(&denormalizer, &file->allocator);
    tkz__decode_spec spec = {.kind = TKZ__DECODE_SENTENCEPIECE,
                             .prefix = file->normalizer.add_dummy_prefix,
                             .extra = file->normalizer.remove_extra_whitespaces,
                             .text = usual_surface,
                             .text_size = sizeof usual_surface - 1};
    if (file->has_unk_surface) {
        spec.text = (char *)file->data + file->unk_surface_start;
        spec.text_size = file->unk_surface_size;
    }
    tkz_status status = TKZ_OK;
    if (file->denormalizer.charsmap_size > 0) {
        status = append_step(file, &file->denormalizer, false, NULL, &denormalizer);
        spec.second = (char *)denormalizer.data;
        spec.second_size = denormalizer.size;
    }
    if (status == TKZ_OK)
        status = tkz__decode_spec_append(&spec, steps, file->error);
    tkz__buffer_free(&denormalizer);
    return status;
}
