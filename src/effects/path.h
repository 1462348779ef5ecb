/* SPDX-License-Identifier: MIT */
/*
 * path.h - from a path as a program wrote it to one absolute name
 */
#ifndef EFFECTS_PATH_H
#define EFFECTS_PATH_H

#include "effects/state.h"

/* Appends base/path without ".", ".." and double slashes; an absolute path stands alone. The
 * result is absolute. */
void path_join(struct str *out, const char *base, const char *path, size_t n);
/* "/" or the path up to the last slash; never empty. */
size_t path_parent(const char *path);
const char *path_last(const char *path);
/* Is path equal to dir or below it? n is dir's length. */
bool path_is_below(const char *path, const char *dir, size_t n);

/* The absolute path that a call's arguments mean, in fx->room or fx->room2 (second). dir and
 * arg are argument numbers; dir -1: the working directory. follow: a symbolic link that is
 * known stands for its target. NULL: not readable, or relative to something unknown. An empty
 * path (AT_EMPTY_PATH) is that of the descriptor itself. */
const char *path_of(const struct act *a, int dir, int arg, bool follow, bool second);
/* The same of a text that is a path: a socket's address. In *out. */
void path_resolve(
	const struct act *a, struct str *out, const char *text, size_t n, bool follow);
/* The current path behind a descriptor, NULL: it is none. */
const char *path_of_fd(const struct act *a, int64_t fd);
/* The descriptor that "/proc/self/fd/N", "/dev/stdout" and the like stand for; -1: none. */
int64_t path_fd(const struct act *a, const char *path);

#endif
