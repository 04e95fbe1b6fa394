/* SPDX-License-Identifier: Apache-2.0
 *
 * The progress bar on standard error, and the way a signal stops a run. Leans on
 * the library's progress callback, which never comes from two threads at once.
 */
#include "tools/progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "tools/interrupt.h"

/* Ten times a second is as often as an eye needs. */
static const double REDRAW_SECONDS = 0.1;

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int terminal_width(void)
{
    struct winsize size;
    bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : 80;
}

/* What there is to do and has been done, in whatever the pass counts. */
struct measure {
    uint64_t done;
    uint64_t total; /* 0: not known */
    uint64_t before;
    bool is_bytes;
};

static struct measure measure_of(const struct progress_bar *bar, const tkz_progress *progress)
{
    if (progress->bytes_total == 0 && progress->steps_total > 0) {
        return (struct measure){progress->steps_done, progress->steps_total, bar->steps_before,
                                false};
    }
    return (struct measure){progress->bytes_done, progress->bytes_total, bar->bytes_before, true};
}

static void format_bar(char *text, size_t size, double share)
{
    enum { WIDTH = 20 };
    int full = (int)(share * WIDTH);
    char bar[WIDTH + 1];
    for (int i = 0; i < WIDTH; i++)
        bar[i] = i < full ? '#' : '.';
    bar[WIDTH] = '\0';
    (void)snprintf(text, size, " [%s] %3d %%", bar, (int)(share * 100));
}

static void format_remaining(char *text, size_t size, double seconds)
{
    unsigned long whole = seconds < 359999 ? (unsigned long)(seconds + 0.5) : 359999;
    if (whole >= 3600) {
        (void)snprintf(text, size, "  ETA %lu:%02lu:%02lu", whole / 3600, whole / 60 % 60,
                       whole % 60);
    } else {
        (void)snprintf(text, size, "  ETA %lu:%02lu", whole / 60, whole % 60);
    }
}

static void draw(struct progress_bar *bar, const tkz_progress *progress, double now)
{
    struct measure measure = measure_of(bar, progress);
    double elapsed = now - bar->pass_started;
    double rate = elapsed > 0.05 ? (double)(measure.done - measure.before) / elapsed : 0;
    char share_text[48] = "", rate_text[48] = "", documents[48] = "", remaining[48] = "";
    if (measure.total > 0) {
        double share = (double)measure.done / (double)measure.total;
        format_bar(share_text, sizeof share_text, share > 1 ? 1 : share);
    }
    if (measure.total > measure.done && rate > 0) {
        format_remaining(remaining, sizeof remaining,
                         (double)(measure.total - measure.done) / rate);
    }
    if (measure.is_bytes) {
        (void)snprintf(rate_text, sizeof rate_text, "  %.1f MB/s", rate / 1e6);
    } else {
        (void)snprintf(rate_text, sizeof rate_text, "  %llu of %llu steps",
                       (unsigned long long)measure.done, (unsigned long long)measure.total);
    }
    if (progress->documents > 0) {
        (void)snprintf(documents, sizeof documents, "  %llu documents",
                       (unsigned long long)progress->documents);
    }
    char line[320];
    int size = snprintf(line, sizeof line, "%s %u/%u%s%s%s%s", progress->pass,
                        progress->pass_index + 1, progress->pass_count, share_text, rate_text,
                        documents, remaining);
    int width = terminal_width() - 1;
    if (size > width)
        size = width;
    fprintf(stderr, "\r%.*s\033[K", size, line);
    fflush(stderr);
    bar->on_screen = true;
    bar->last_drawn = now;
}

static int32_t report(void *context, const tkz_progress *progress)
{
    struct progress_bar *bar = context;
    if (interrupted())
        return 1;
    if (!bar->shown)
        return 0;
    double now = seconds_now();
    if (bar->pass == NULL || bar->pass_index != progress->pass_index ||
        strcmp(bar->pass, progress->pass) != 0) {
        bar->pass = progress->pass;
        bar->pass_index = progress->pass_index;
        bar->pass_started = now;
        bar->bytes_before = progress->bytes_done;
        bar->steps_before = progress->steps_done;
    }
    if (now - bar->last_drawn >= REDRAW_SECONDS)
        draw(bar, progress, now);
    return 0;
}

void progress_start(struct progress_bar *bar, const struct arguments *arguments)
{
    *bar = (struct progress_bar){
        .shown = isatty(STDERR_FILENO) && !option_given(arguments, "quiet") &&
                 !option_given(arguments, "no-progress"),
        .callback = {.context = bar, .report = report},
    };
}

void progress_end(struct progress_bar *bar)
{
    if (!bar->on_screen)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    bar->on_screen = false;
}
