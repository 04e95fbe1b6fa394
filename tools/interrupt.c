/* SPDX-License-Identifier: Apache-2.0
 *
 * Signals: SIGINT, SIGTERM and SIGHUP ask the running command to stop cleanly.
 */
#include "tools/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t signal_came;

/* A read of standard input may be waiting for a pipe that never gets more. Behind the interrupted
 * call we put a descriptor that cannot be read, so the next read fails; an end of input in its
 * place would look like a complete, shorter input. Only functions safe in a handler are used. */
static void handle_signal(int number)
{
    (void)number;
    int saved = errno;
    signal_came = 1;
    int unreadable = open("/dev/null", O_WRONLY);
    if (unreadable >= 0) {
        (void)dup2(unreadable, STDIN_FILENO);
        (void)close(unreadable);
    }
    errno = saved;
}

void interrupt_install(void)
{
    struct sigaction action = {.sa_handler = handle_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    const int stopping[] = {SIGINT, SIGTERM, SIGHUP};
    for (unsigned i = 0; i < sizeof stopping / sizeof stopping[0]; i++) {
        struct sigaction old;
        /* A signal that our parent had ignored, as nohup does, stays ignored. */
        if (sigaction(stopping[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN)
            continue;
        (void)sigaction(stopping[i], &action, NULL);
    }
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&ignore.sa_mask);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    /* A file that may not grow (ulimit -f) is an error of writing too: what is half written is removed. */
    (void)sigaction(SIGXFSZ, &ignore, NULL);
}

bool interrupted(void)
{
    return signal_came != 0;
}
