/* SPDX-License-Identifier: MIT */
/* file.c - whole files: read in one go, written so that nobody sees half of one */

#include "base/file.h"

#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
fd_close(int fd)
{
	/* Linux frees the descriptor even when close() says EINTR: never retried. */
	if (fd >= 0)
		close(fd);
}

int
fd_read(struct str *out, int fd, size_t limit, struct err *err)
{
	char block[16384];
	size_t total = 0;
	ssize_t n;

	for (;;) {
		n = read(fd, block, sizeof block);
		if (n == 0)
			return 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "read");
		total += (size_t)n;
		if (limit && total > limit)
			return err_set(err, "larger than %zu bytes", limit);
		str_add_n(out, block, (size_t)n);
	}
}

int
file_read(struct str *out, const char *path, size_t limit, struct err *err)
{
	AUTO(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return err_sys(err, "open '%s'", path);
	if (fd_read(out, fd, limit, err) < 0)
		return err_wrap(err, "read '%s'", path);
	return 0;
}

int
fd_write(int fd, const void *data, size_t n, struct err *err)
{
	const char *p = data;

	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0 && errno == EAGAIN) {
			/* Whoever gave us the descriptor made it non-blocking. */
			poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
			continue;
		}
		if (done < 0)
			return err_sys(err, "write");
		if (done == 0)
			return err_set(err, "write: nothing was taken");
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

static int
fill_and_rename(int fd, const char *temporary, const char *path, const void *data, size_t n,
	struct err *err)
{
	if (fd_write(fd, data, n, err) < 0)
		return -1;
	if (fsync(fd) < 0)
		return err_sys(err, "sync");
	if (rename(temporary, path) < 0)
		return err_sys(err, "rename");
	return 0;
}

/* A new file in the directory of path, its name in *name. -1: see errno. The name does not grow
 * from that of path, which may be as long as names can be. */
static int
create_beside(struct str *name, const char *path, mode_t mode)
{
	const char *slash = strrchr(path, '/');
	int fd = -1;

	errno = EEXIST;
	for (int attempt = 0; fd < 0 && errno == EEXIST && attempt < 1000; attempt++) {
		str_clear(name);
		str_add_n(name, path, slash ? (size_t)(slash + 1 - path) : 0);
		str_addf(name, ".%ld-%d.partial", (long)getpid(), attempt);
		fd = open(name->data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	}
	return fd;
}

/* A device or a pipe (/dev/stdout, a process substitution) is written, not replaced. */
static int
write_through(const char *path, const void *data, size_t n, struct err *err)
{
	AUTO(fd_close) int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return err_sys(err, "open '%s'", path);
	return fd_write(fd, data, n, err) < 0 ? err_wrap(err, "write '%s'", path) : 0;
}

int
file_write(const char *path, const void *data, size_t n, mode_t mode, struct err *err)
{
	AUTO(str_done) struct str temporary = { 0 };
	AUTO(mem_free) char *real = NULL;
	struct stat st;

	if (strcmp(path, "-") == 0)
		return fd_write(STDOUT_FILENO, data, n, err);
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return write_through(path, data, n, err);
	/* A symbolic link stays one: the file it leads to is replaced. */
	real = realpath(path, NULL);
	AUTO(fd_close) int fd = create_beside(&temporary, real ? real : path, mode);
	if (fd < 0)
		return err_sys(err, "create '%s'", path);
	if (fill_and_rename(fd, temporary.data, real ? real : path, data, n, err) < 0) {
		unlink(temporary.data);
		return err_wrap(err, "write '%s'", path);
	}
	return 0;
}

int
dir_make(const char *path, mode_t mode, struct err *err)
{
	AUTO(mem_free) char *copy = mem_strdup(path);
	struct stat st;

	for (char *p = copy + 1; *copy; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(copy, mode) < 0 && errno != EEXIST && errno != EISDIR)
			return err_sys(err, "create directory '%s'", copy);
		*p = c;
		if (c == '\0')
			break;
	}
	if (*path && stat(path, &st) == 0 && !S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return err_sys(err, "create directory '%s'", path);
	}
	return 0;
}

char *
dir_make_scratch(const char *prefix, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	struct str name = { 0 };

	str_addf(&name, "%s/%sXXXXXX", tmp && *tmp ? tmp : "/tmp", prefix);
	if (mkdtemp(name.data))
		return str_take(&name);
	err_sys(err, "make a directory like '%s'", name.data);
	str_done(&name);
	return NULL;
}
