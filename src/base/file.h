/* SPDX-License-Identifier: MIT */
/*
 * file.h - whole files: read in one go, written so that nobody sees half of one
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/err.h"
#include "base/str.h"

#include <sys/types.h>

static inline void fd_close_auto(int *fd); /* AUTO(fd_close) int fd = open(…); -1 is fine */
void fd_close(int fd);

/* Appends the whole file; more than limit bytes is an error (0: no limit). err->sys holds
 * ENOENT and friends. */
MUST_CHECK int file_read(struct str *out, const char *path, size_t limit, struct err *err);
/* The same from a descriptor, to its end. */
MUST_CHECK int fd_read(struct str *out, int fd, size_t limit, struct err *err);
/* All of it, through short writes and EINTR. */
MUST_CHECK int fd_write(int fd, const void *data, size_t n, struct err *err);
/* Writes a new file beside the old one, syncs it, renames it over; the old one stays when
 * anything fails. A symbolic link stays, what it leads to is replaced; a device or a pipe is
 * written. mode as for open(2): less the umask. "-" is standard output. */
MUST_CHECK int file_write(
	const char *path, const void *data, size_t n, mode_t mode, struct err *err);
/* mkdir -p. */
MUST_CHECK int dir_make(const char *path, mode_t mode, struct err *err);
/* Makes a new one where files for a while go (TMPDIR, or /tmp); NULL: it could not. The name
 * begins with `prefix`, and is the caller's. */
MUST_CHECK char *dir_make_scratch(const char *prefix, struct err *err);
/* rm -rf, never through a symbolic link; a path that is not there is fine. */
MUST_CHECK int dir_remove(const char *path, struct err *err);

static inline void
fd_close_auto(int *fd)
{
	if (*fd >= 0)
		fd_close(*fd);
}

#endif
