/* SPDX-License-Identifier: Apache-2.0
 *
 * Signals: SIGINT, SIGTERM and SIGHUP ask the running command to stop cleanly.
 */
#ifndef TOOLS_INTERRUPT_H
#define TOOLS_INTERRUPT_H

#include <stdbool.h>

/* Installs the handlers, and ignores SIGPIPE so that a reader that goes away shows as EPIPE, and SIGXFSZ (ulimit -f). The
 * second signal of a kind ends the process at once. */
void interrupt_install(void);

/* True once a signal has come. */
bool interrupted(void);

#endif /* TOOLS_INTERRUPT_H */
