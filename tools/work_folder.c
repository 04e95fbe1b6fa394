/* SPDX-License-Identifier: Apache-2.0
 *
 * A temporary directory for the time of a run. Leans on files and messages.
 *
 * A file in it, `in-use`, is locked (flock) as long as its process lives, whatever ends it. So a later run knows which
 * directories nobody uses. It removes only what was locked once, or is empty; a process whose new directory is taken that
 * way, or is just being looked at, makes another one. Locks may end at the machine, where the directory is one of a
 * network; so the file says whose it is, and those of others stay.
 */
#include "tools/work_folder.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/files.h"
#include "tools/messages.h"

/* What mkdtemp makes of its template: a fixed beginning, and so many letters and digits. */
static const char beginning[] = "tokenize.";
enum { RANDOM_LETTERS = 6 };

static const char lock_name[] = "in-use";

/* How often another process may take a new directory for an old one before that is an error. */
enum { ATTEMPTS = 20 };

/* ---- The name of this machine ----------------------------------------------- */

enum { HOST_CAPACITY = 256 };

static void write_host(char host[HOST_CAPACITY])
{
    if (gethostname(host, HOST_CAPACITY) != 0)
        host[0] = '\0';
    host[HOST_CAPACITY - 1] = '\0';
}

static bool is_of_this_machine(int lock)
{
    char host[HOST_CAPACITY], written[HOST_CAPACITY] = "";
    write_host(host);
    ssize_t size = pread(lock, written, sizeof written - 1, 0);
    return size > 0 && strcmp(host, written) == 0;
}

/* ---- Removing --------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *place)
{
    (void)info, (void)type, (void)place;
    return remove(path);
}

static bool remove_tree(const char *path)
{
    return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0;
}

static bool has_our_form(const char *name)
{
    size_t size = sizeof beginning - 1;
    if (strncmp(name, beginning, size) != 0 || strlen(name) != size + RANDOM_LETTERS)
        return false;
    for (const char *c = name + size; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c))
            return false;
    return true;
}

/* A directory of this user, in which nobody else may write? */
static bool is_own_folder(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid() &&
           (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Removes a directory whose process is gone. What goes wrong is no matter of this run. */
static void remove_if_left(const char *path)
{
    char lock_path[WORK_FOLDER_CAPACITY];
    int length = snprintf(lock_path, sizeof lock_path, "%s/%s", path, lock_name);
    if (length < 0 || (size_t)length >= sizeof lock_path || !is_own_folder(path))
        return;
    int lock = open(lock_path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (lock < 0) {
        if (errno == ENOENT)
            (void)rmdir(path); /* killed between the two calls of work_folder_make, or not one of those: then it stays */
        return;
    }
    if (flock(lock, LOCK_EX | LOCK_NB) == 0 && is_of_this_machine(lock))
        (void)remove_tree(path);
    (void)close(lock);
}

static void remove_left_folders(const char *parent)
{
    DIR *stream = opendir(parent);
    if (stream == NULL)
        return;
    for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
        char path[WORK_FOLDER_CAPACITY];
        if (!has_our_form(entry->d_name))
            continue;
        int length = snprintf(path, sizeof path, "%s/%s", parent, entry->d_name);
        if (length > 0 && (size_t)length < sizeof path)
            remove_if_left(path);
    }
    (void)closedir(stream);
}

void work_folder_remove(struct work_folder *folder)
{
    if (folder->path[0] == '\0')
        return;
    if (!remove_tree(folder->path))
        message(folder->path, "cannot remove this temporary directory: %s", strerror(errno));
    if (folder->lock >= 0)
        (void)close(folder->lock);
    folder->path[0] = '\0';
    folder->lock = -1;
}

/* ---- Making ----------------------------------------------------------------- */

/* Locks the new directory; false: another process has taken it for an old one, and it is gone. */
static bool lock_folder(struct work_folder *folder)
{
    char path[WORK_FOLDER_CAPACITY + sizeof lock_name], host[HOST_CAPACITY];
    (void)snprintf(path, sizeof path, "%s/%s", folder->path, lock_name);
    folder->lock = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (folder->lock < 0)
        return errno != ENOENT; /* any other fault shows when the run writes there */
    if (flock(folder->lock, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK)
            return true; /* no locks in this file system: nobody else gets one either, and it is never removed */
        work_folder_remove(folder);
        return false;
    }
    write_host(host);
    /* Before this is written nobody removes the directory; where it cannot be, as on a full disk, nobody ever does. */
    ssize_t written = write(folder->lock, host, strlen(host));
    (void)written;
    return true;
}

int work_folder_file(const struct work_folder *folder, const char *name, char *path, size_t capacity)
{
    int length = snprintf(path, capacity, "%s/%s", folder->path, name);
    if (length > 0 && (size_t)length < capacity)
        return EXIT_DONE;
    message("TMPDIR", "the name of this directory is too long");
    return EXIT_USAGE;
}

int work_folder_make(struct work_folder *folder)
{
    const char *parent = temporary_folder();
    *folder = (struct work_folder){.lock = -1};
    remove_left_folders(parent);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        int size = snprintf(folder->path, sizeof folder->path, "%s/%sXXXXXX", parent, beginning);
        if (size < 0 || (size_t)size >= sizeof folder->path) {
            folder->path[0] = '\0';
            message("TMPDIR", "the name of this directory is too long");
            return EXIT_USAGE;
        }
        if (mkdtemp(folder->path) == NULL)
            break;
        if (lock_folder(folder))
            return EXIT_DONE;
    }
    message(parent, "cannot make a temporary directory here: %s", strerror(errno));
    hint("set TMPDIR to a directory with room for the corpus");
    folder->path[0] = '\0';
    return EXIT_DATA;
}
