/* SPDX-License-Identifier: Apache-2.0
 *
 * Counts the words of documents and reads them, where no table is given. Leans on corpus_run and train_words.h.
 */
#include "tools/corpus_run.h"
#include "tools/messages.h"
#include "tools/train_words.h"

/* Counts into a table of this name; ends the run. */
static int count_into(const struct arguments *arguments, struct corpus_run *run, const char *path)
{
    int code = EXIT_DONE;
    corpus_run_set_text(run, "output", "counts", path);
    if (option_integer(arguments, "memory") > 0)
        code = corpus_run_make_work(run);
    if (code != EXIT_DONE) {
        corpus_run_drop(run);
        return code;
    }
    return corpus_run_finish(run, false, false);
}

int train_words_count(struct train_words *words, const struct arguments *arguments, struct corpus_run *run)
{
    struct work_folder folder = {0};
    char table[WORK_FOLDER_CAPACITY];
    int code = work_folder_make(&folder);
    if (code == EXIT_DONE)
        code = work_folder_file(&folder, "words.wct", table, sizeof table);
    if (code != EXIT_DONE) {
        work_folder_remove(&folder);
        corpus_run_drop(run);
        return code;
    }
    int counted = count_into(arguments, run, table);
    code = counted == EXIT_DONE || counted == EXIT_QUARANTINED
               ? train_words_read_path(words, arguments, table)
               : counted;
    work_folder_remove(&folder);
    return code == EXIT_DONE ? counted : code;
}
