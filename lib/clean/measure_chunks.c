/* SPDX-License-Identifier: Apache-2.0
 *
 * Words as HojiChar's filters see them: MeCab is given 100,000 characters for one sentence, in which line feeds are
 * white space like any other, and no sequence of words goes from one such stretch to the next
 * (hojichar/filters/document_filters.py, _chunk_text). Leans on measuring.
 */
#include "clean/measuring.h"

/* max_parse_chars and ngram_size of WordRepetitionRatioFilter. */
enum { CHUNK = 100000, SEQUENCE = 7 };

tkz_status tkz__measure_chunks(tkz__measuring *measuring, tkz_error *error)
{
    tkz__chunk_measures *found = &measuring->measures.chunks;
    tkz__document_words *words = &measuring->words;
    tkz__ngram_counts counts[TKZ__NGRAM_MOST + 1];
    tkz_status status = tkz__document_words_find_chunks(words, measuring->text, measuring->size, CHUNK, SEQUENCE,
                                                        &found->sequences, &found->words, error);
    /* The words are no longer those of lines. */
    measuring->done &= ~(uint32_t)TKZ__MEASURE_WORDS;
    if (status == TKZ_OK)
        status = tkz__ngram_counter_run(&measuring->ngrams, words->names, words->count,
                                        (tkz__ngram_orders){SEQUENCE, SEQUENCE}, counts, NULL, error);
    /* A sequence with a border in it is the only one of its kind. */
    if (status == TKZ_OK)
        found->repeated = counts[SEQUENCE].total - counts[SEQUENCE].distinct + counts[SEQUENCE].repeated;
    return status;
}
