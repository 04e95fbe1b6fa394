/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize dict build: runs MeCab's compiler as a process of its own, opens what
 * it made, and puts it under its name. Leans on mecab-dict-index.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tokenize/morph.h"
#include "tools/dict_actions.h"
#include "tools/files.h"
#include "tools/messages.h"

extern char **environ;

enum { PATH_SIZE = 4096 };

/* What a compiled dictionary consists of. */
static const char *const parts[] = {"sys.dic", "matrix.bin", "char.bin",
                                    "unk.dic", "dicrc",      "tokenize.image"};

__attribute__((format(printf, 2, 3))) static bool make_path(char path[PATH_SIZE],
                                                             const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(path, PATH_SIZE, format, arguments);
    va_end(arguments);
    if (size >= 0 && size < PATH_SIZE)
        return true;
    message("dict", "a path is longer than %d bytes", PATH_SIZE - 1);
    return false;
}

/* ---- The compiler ----------------------------------------------------------- */

/* Runs a program with its output, and with what it says where `with_errors`, to the descriptor
 * `output`. Its exit code, or -1 after which errno says why it could not be run. */
static int run_program(char *const *words, int output, bool with_errors)
{
    posix_spawn_file_actions_t actions;
    pid_t child;
    int state;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return -1;
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (with_errors)
        posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
    int failure = posix_spawnp(&child, words[0], &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure != 0) {
        errno = failure;
        return -1;
    }
    while (waitpid(child, &state, 0) < 0) {
        if (errno != EINTR)
            return -1;
    }
    return WIFEXITED(state) ? WEXITSTATUS(state) : 128;
}

/* The first line that a program prints. */
static bool first_line_of(char *const *words, char line[PATH_SIZE])
{
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    int code = run_program(words, ends[1], false); /* its few bytes fit into the pipe */
    close(ends[1]);
    ssize_t size = code == 0 ? read(ends[0], line, PATH_SIZE - 1) : -1;
    close(ends[0]);
    if (size <= 0)
        return false;
    line[size] = '\0';
    line[strcspn(line, "\n")] = '\0';
    return line[0] == '/';
}

/* Where the compiler is: on PATH, or where mecab-config says. */
static bool find_compiler(char path[PATH_SIZE])
{
    const char *list = getenv("PATH");
    for (const char *at = list != NULL ? list : ""; *at != '\0';) {
        size_t size = strcspn(at, ":");
        if (size > 0 && size < PATH_SIZE / 2 &&
            make_path(path, "%.*s/mecab-dict-index", (int)size, at) && access(path, X_OK) == 0)
            return true;
        at += size;
        at += *at == ':';
    }
    char folder[PATH_SIZE];
    char *const ask[] = {(char *)"mecab-config", (char *)"--libexecdir", NULL};
    char *const shipped = (char *)"/usr/lib/mecab/mecab-dict-index"; /* Debian, without mecab-config */
    if (first_line_of(ask, folder) && make_path(path, "%s/mecab-dict-index", folder) &&
        access(path, X_OK) == 0)
        return true;
    if (access(shipped, X_OK) == 0)
        return make_path(path, "%s", shipped);
    message("dict", "mecab-dict-index is neither on PATH nor where mecab-config --libexecdir says");
    hint("apt-get install mecab");
    return false;
}

/* Runs the compiler; what it says goes to standard error only if it fails. */
static int compile(char *const *words)
{
    FILE *log = tmpfile();
    if (log == NULL) {
        message("dict", "cannot keep what the compiler says: %s", strerror(errno));
        return EXIT_DATA;
    }
    int code = run_program(words, fileno(log), true);
    if (code < 0) {
        message(words[0], "cannot be run: %s", strerror(errno));
    } else if (code != 0) {
        int c;
        rewind(log);
        while ((c = getc(log)) != EOF)
            putc(c, stderr);
        message(words[0], "ends with code %d", code);
    }
    fclose(log);
    return code == 0 ? EXIT_DONE : EXIT_DATA;
}

/* ---- Dictionaries ------------------------------------------------------------- */

/* Removes a directory with the parts of a dictionary in it. */
static void remove_parts(const char *directory)
{
    char path[PATH_SIZE];
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (make_path(path, "%s/%s", directory, parts[i]))
            (void)unlink(path);
    }
    (void)rmdir(directory);
}

static int copy_settings(const char *source, const char *target)
{
    char from[PATH_SIZE], to[PATH_SIZE];
    char *data;
    size_t size;
    if (!make_path(from, "%s/dicrc", source) || !make_path(to, "%s/dicrc", target))
        return EXIT_USAGE;
    int code = read_whole(from, &data, &size);
    if (code != EXIT_DONE)
        return code;
    code = write_whole(to, data, size);
    free(data);
    return code;
}

/* Opens what was made, with all checks. */
static int try_dictionary(const char *path, const char *user)
{
    tkz_dictionary *dictionary;
    tkz_error error;
    tkz_status status =
        tkz_dictionary_open(&dictionary, path, &user, user != NULL ? 1 : 0, NULL, &error);
    tkz_dictionary_free(dictionary);
    return status == TKZ_OK ? EXIT_DONE : message_model_failure(status, &error);
}

/* Adds the derived image to a dictionary, in the order that --sample tells. */
int dict_image(const struct arguments *arguments, const char *path)
{
    const char *sample = option_text(arguments, "sample");
    char *text = NULL;
    size_t size = 0;
    tkz_error error;
    int code = sample != NULL ? read_whole(sample, &text, &size) : EXIT_DONE;
    if (code != EXIT_DONE)
        return code;
    tkz_status status = tkz_dictionary_make_image(path, text, size, NULL, &error);
    free(text);
    return status == TKZ_OK ? EXIT_DONE : message_model_failure(status, &error);
}

static int publish(const char *made, const char *target)
{
    if (rename(made, target) == 0)
        return EXIT_DONE;
    message(target, "cannot be put there: %s", strerror(errno));
    return EXIT_DATA;
}

static int build_system(const struct arguments *arguments, const char *compiler,
                        const char *source, const char *target)
{
    char made[PATH_SIZE];
    if (!make_path(made, "%s.part-%ld", target, (long)getpid()))
        return EXIT_USAGE;
    if (mkdir(made, 0777) != 0) {
        message(made, "cannot be made: %s", strerror(errno));
        return EXIT_DATA;
    }
    char *const words[] = {(char *)compiler, (char *)"-d", (char *)source, (char *)"-o", made,
                           (char *)"-f", (char *)option_text(arguments, "charset"),
                           (char *)"-t", (char *)"utf-8", NULL};
    char slashed[PATH_SIZE];
    int code = compile(words);
    if (code == EXIT_DONE)
        code = copy_settings(source, made);
    if (code == EXIT_DONE) /* a name with a slash is always a directory */
        code = make_path(slashed, "%s/", made) ? try_dictionary(slashed, NULL) : EXIT_USAGE;
    if (code == EXIT_DONE)
        code = dict_image(arguments, slashed);
    if (code == EXIT_DONE)
        code = publish(made, target);
    if (code != EXIT_DONE)
        remove_parts(made);
    return code;
}

static int build_user(const struct arguments *arguments, const char *compiler, const char *source,
                      const char *target, const char *owner)
{
    char made[PATH_SIZE];
    if (!make_path(made, "%s.part-%ld", target, (long)getpid()))
        return EXIT_USAGE;
    char *const words[] = {(char *)compiler, (char *)"-d", (char *)owner, (char *)"-u", made,
                           (char *)"-f", (char *)option_text(arguments, "charset"),
                           (char *)"-t", (char *)"utf-8", (char *)source, NULL};
    int code = compile(words);
    if (code == EXIT_DONE)
        code = try_dictionary(owner, made);
    if (code == EXIT_DONE)
        code = publish(made, target);
    if (code != EXIT_DONE)
        (void)unlink(made);
    return code;
}

/* The directory of the dictionary that a user dictionary is for. */
static int find_owner(const char *name, char path[PATH_SIZE])
{
    tkz_dictionary *dictionary;
    tkz_dictionary_info info;
    tkz_error error;
    tkz_status status = tkz_dictionary_open(&dictionary, name, NULL, 0, NULL, &error);
    if (status == TKZ_OK)
        status = tkz_dictionary_describe(dictionary, &info, &error);
    int code = EXIT_DONE;
    if (status != TKZ_OK)
        code = message_model_failure(status, &error);
    else if (!make_path(path, "%s%s", info.path, strchr(info.path, '/') != NULL ? "" : "/"))
        code = EXIT_USAGE;
    tkz_dictionary_free(dictionary);
    return code;
}

int dict_build(const struct arguments *arguments, const char *source)
{
    const char *target = option_text(arguments, "output");
    const char *owner = option_text(arguments, "for");
    char compiler[PATH_SIZE], directory[PATH_SIZE];
    struct stat info;
    if (target == NULL || target[0] == '\0') {
        message("dict", "--output names what is made");
        return EXIT_USAGE;
    }
    if (stat(source, &info) != 0 || S_ISDIR(info.st_mode) != (owner == NULL)) {
        message(source, owner == NULL ? "is no directory of source files"
                                      : "is no file of words");
        return EXIT_USAGE;
    }
    if (owner == NULL && stat(target, &info) == 0) {
        message(target, "exists already; choose another name or remove it first");
        return EXIT_DATA;
    }
    if (!find_compiler(compiler))
        return EXIT_DATA;
    if (owner == NULL)
        return build_system(arguments, compiler, source, target);
    int code = find_owner(owner, directory);
    return code == EXIT_DONE ? build_user(arguments, compiler, source, target, directory) : code;
}
