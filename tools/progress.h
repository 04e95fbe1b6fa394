/* SPDX-License-Identifier: Apache-2.0
 *
 * The progress bar on standard error, and the way a signal stops a run.
 */
#ifndef TOOLS_PROGRESS_H
#define TOOLS_PROGRESS_H

#include <stdbool.h>

#include "tools/options.h"
#include "tokenize/base.h"

struct progress_bar {
    bool shown;           /* drawn at all */
    bool on_screen;       /* a bar is there now and must be erased */
    double last_drawn;    /* seconds */
    double pass_started;  /* seconds */
    uint32_t pass_index;
    const char *pass;
    uint64_t bytes_before; /* done in this pass when it was first seen, as after a resume */
    uint64_t steps_before;
    tkz_progress_callback callback; /* hand this to the library */
};

/* Ready for a command that has --quiet and --no-progress: drawn only on a terminal. */
void progress_start(struct progress_bar *bar, const struct arguments *arguments);

/* Erases the bar. Call before any other output. */
void progress_end(struct progress_bar *bar);

#endif /* TOOLS_PROGRESS_H */
