/* SPDX-License-Identifier: Apache-2.0
 *
 * Ground floor of the public interface: status codes, error detail, memory,
 * executors and progress. Every other public header includes this one.
 */
#ifndef TOKENIZE_BASE_H
#define TOKENIZE_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define TKZ_API __attribute__((visibility("default")))
#define TKZ_CHECKED __attribute__((warn_unused_result))
#else
#define TKZ_API
#define TKZ_CHECKED
#endif

/* ---- Version ---------------------------------------------------------- */

/* Release of the library that is loaded, such as "0.1.0". Static string. */
TKZ_API const char *tkz_version(void);

/* What this build can do, space separated, such as "icu-72.1 zstd-1.5.4 mecab-0.996".
 * Static string. */
TKZ_API const char *tkz_features(void);

/* ---- Numbers ---------------------------------------------------------- */

#define TKZ_NUMBER_TEXT_SIZE 32

/* Writes a finite number with the fewest significant digits, of 15, 16 and 17, that are read back as the same: 0.1 stays 0.1, and
 * a value beside its bound differs from it. NUL-terminated, in the C locale as JSON has numbers ("1e+20", "3"). Any thread. */
TKZ_API void tkz_number_text(double number, char text[TKZ_NUMBER_TEXT_SIZE]);

/* ---- Status ----------------------------------------------------------- */

/* Result of every function that can fail: 0 is success, negative an error.
 * The list is append-only; a number never changes its meaning. Bands:
 * -1xx the caller's mistake, -2xx bad data, -3xx input, output and format,
 * -4xx limits, -9xx the object may only be freed. */
typedef int32_t tkz_status;

/* X(name, number, English text) */
#define TKZ_STATUS_LIST(X)                                                                        \
    X(OK, 0, "success")                                                                           \
    X(INVALID_ARGUMENT, -101, "invalid argument")                                                 \
    X(INVALID_OPTION, -102, "unknown option or value out of range")                               \
    X(INVALID_RECIPE, -103, "invalid recipe")                                                     \
    X(UNSUPPORTED, -104, "not supported by this build")                                           \
    X(NOT_FOUND, -105, "no such name")                                                            \
    X(BUSY, -106, "object is in use")                                                             \
    X(BAD_UTF8, -201, "invalid UTF-8")                                                            \
    X(BAD_JSON, -202, "invalid JSON")                                                             \
    X(MISSING_FIELD, -203, "record lacks a required field")                                       \
    X(LONE_SURROGATE, -204, "lone surrogate in a JSON string")                                    \
    X(BAD_ID, -205, "token id out of range")                                                      \
    X(COUNTS_DISAGREE, -206, "independent counts disagree")                                       \
    X(EMPTY_INPUT, -207, "input holds nothing to work on")                                        \
    X(BAD_ENCODING, -208, "bytes that are no character of the charset")                           \
    X(IO, -301, "input or output error")                                                          \
    X(OPEN_FAILED, -302, "cannot open")                                                           \
    X(TRUNCATED, -303, "input ends too early")                                                    \
    X(CORRUPT, -304, "data is corrupt")                                                           \
    X(BAD_FORMAT, -305, "format not recognised")                                                  \
    X(BAD_VERSION, -306, "format version not supported")                                          \
    X(NO_SPACE, -307, "no space left on device")                                                  \
    X(EXISTS, -308, "output exists already")                                                      \
    X(OUT_OF_MEMORY, -401, "out of memory")                                                       \
    X(LIMIT, -402, "limit exceeded")                                                              \
    X(OVERFLOW, -403, "number too large")                                                         \
    X(CANCELLED, -404, "cancelled")                                                               \
    X(THREAD, -405, "cannot start a thread")                                                      \
    X(POISONED, -901, "object is unusable after an earlier error")                                \
    X(INTERNAL, -999, "internal error, please report it")

enum tkz_status_code {
#define TKZ_STATUS_ENUM(name, number, text) TKZ_STATUS_##name = number,
    TKZ_STATUS_LIST(TKZ_STATUS_ENUM)
#undef TKZ_STATUS_ENUM
};

#define TKZ_OK TKZ_STATUS_OK

/* Name of a status ("BAD_JSON"), or "UNKNOWN". Static string. */
TKZ_API const char *tkz_status_name(tkz_status status);

/* English sentence for a status. Static string. */
TKZ_API const char *tkz_status_text(tkz_status status);

/* Detail of one failure, filled in by the function that failed. The caller
 * owns it (it holds no pointers) and may pass NULL wherever one is taken.
 * Fixed size: it will never grow. */
typedef struct tkz_error {
    int32_t code;      /* the tkz_status that was returned */
    uint32_t line;     /* line number in `where` from 1, or 0 */
    uint64_t offset;   /* byte offset in `where`, or UINT64_MAX */
    char where[112];   /* file, option or object; UTF-8, NUL-terminated */
    char message[384]; /* what happened and what to do; UTF-8, NUL-terminated */
} tkz_error;

/* Makes `error` hold "success". Accepts NULL. */
TKZ_API void tkz_error_clear(tkz_error *error);

/* ---- Memory ----------------------------------------------------------- */

/* Where an object takes its memory from. Given to root constructors (NULL =
 * malloc) and inherited by what they make. The functions must be callable
 * from every thread that uses the object. `allocate` returns NULL when there
 * is no memory; `reallocate` then leaves the old block alone. Sizes passed to
 * `reallocate` and `release` are those of the allocation. */
typedef struct tkz_allocator {
    void *context;
    void *(*allocate)(void *context, size_t size);
    void *(*reallocate)(void *context, void *block, size_t old_size, size_t new_size);
    void (*release)(void *context, void *block, size_t size);
} tkz_allocator;

/* ---- Executors -------------------------------------------------------- */

/* Runs `count` tasks, `task(argument, 0..count-1)`, each exactly once and
 * possibly at the same time, and returns when all are done. A task may wait
 * for another one of the same call, therefore `width` tasks must truly run
 * together: a call with count > width is refused by libtokenize. */
typedef struct tkz_executor {
    void *context;
    uint32_t width; /* tasks that run at the same time, at least 1 */
    tkz_status (*run)(void *context, uint32_t count, void (*task)(void *argument, uint32_t index),
                      void *argument);
} tkz_executor;

/* Our ready executor: a fixed set of threads, created and freed explicitly.
 * One call of `run` at a time. */
typedef struct tkz_pool tkz_pool;

/* Starts `thread_count` workers (1..1024); the calling thread counts as one of
 * them, so 1 starts none. Errors: INVALID_ARGUMENT, OUT_OF_MEMORY, THREAD. */
TKZ_API TKZ_CHECKED tkz_status tkz_pool_new(tkz_pool **pool, uint32_t thread_count,
                                            const tkz_allocator *allocator, tkz_error *error);
TKZ_API void tkz_pool_free(tkz_pool *pool); /* accepts NULL */

/* The executor face of a pool; valid until the pool is freed. */
TKZ_API const tkz_executor *tkz_pool_executor(tkz_pool *pool);

/* Number of processors that this process may use, at least 1. */
TKZ_API uint32_t tkz_processor_count(void);

/* ---- Progress and cancellation ---------------------------------------- */

/* A snapshot handed to the callback, never from two threads at once. */
typedef struct tkz_progress {
    const char *pass;      /* name of the pass, static string */
    uint32_t pass_index;   /* from 0 */
    uint32_t pass_count;
    uint64_t bytes_done;   /* of bytes_total, as stored on disk */
    uint64_t bytes_total;  /* 0 when not known, as for a pipe */
    uint64_t documents;    /* documents seen in this pass */
    uint64_t steps_done;   /* for passes without bytes: merges made */
    uint64_t steps_total;
} tkz_progress;

/* Called from time to time. Nonzero from `report` stops the run cleanly with
 * TKZ_STATUS_CANCELLED. */
typedef struct tkz_progress_callback {
    void *context;
    int32_t (*report)(void *context, const tkz_progress *progress);
} tkz_progress_callback;

/* ---- Spans ------------------------------------------------------------ */

/* One stretch of a changed text: `source_size` bytes became `target_size` bytes. Stretches adjoin
 * on both sides. `identity` is 1 where the bytes are the same ones, so that positions inside
 * correspond; else the stretch maps as a whole. */
typedef struct tkz_span {
    uint64_t source_start;
    uint64_t target_start;
    uint64_t source_size;
    uint64_t target_size;
    int32_t identity;
} tkz_span;

/* ---- Word boundaries ---------------------------------------------------- */

/* A word of a text: bytes [start, end). */
typedef struct tkz_word_range {
    uint64_t start;
    uint64_t end;
} tkz_word_range;

/* A boundary source: knows where the words of a text are, and is handed to whoever needs them. That of
 * a dictionary is tkz_dictionary_boundaries. `open` makes a worker, on any thread; a worker belongs to
 * one thread at a time. */
typedef struct tkz_boundaries {
    void *context;
    uint64_t hash; /* two sources of one hash find the same words */
    tkz_status (*open)(void *context, void **worker, const tkz_allocator *allocator,
                       tkz_error *error);
    void (*close)(void *worker);
    /* `*words`: ascending and within the text, not empty; what lies between two is white space. Owned
     * by the worker, until its next call. */
    tkz_status (*find)(void *worker, const char *text, size_t size, const tkz_word_range **words,
                       size_t *count, tkz_error *error);
    /* NULL: the source knows where words are and nothing more. Else what it says of word `index` of those found
     * last, comma separated as a dictionary has it, its part of speech first. The source's own, as long as it
     * lives. */
    const char *(*feature)(void *worker, size_t index, size_t *size);
} tkz_boundaries;

/* ---- Buffers ---------------------------------------------------------- */

/* Bytes that the library made and handed over. Free with tkz_bytes_free. */
typedef struct tkz_bytes {
    uint8_t *data;
    size_t size;
    size_t capacity;
    tkz_allocator allocator;
} tkz_bytes;

TKZ_API void tkz_bytes_free(tkz_bytes *bytes); /* accepts NULL and an all-zero struct */

#ifdef __cplusplus
}
#endif
#endif /* TOKENIZE_BASE_H */
