/* SPDX-License-Identifier: MIT */
/* file.c - whole files: read in one go, written so that nobody sees half of one */

#include "base/file.h"

#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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
		if (done < 0)
			return err_sys(err, "write");
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

static int
fill_and_rename(int fd, const char *temporary, const char *path, const void *data, size_t n,
	mode_t mode, struct err *err)
{
	if (fd_write(fd, data, n, err) < 0)
		return -1;
	if (fchmod(fd, mode) < 0)
		return err_sys(err, "set the mode");
	if (fsync(fd) < 0)
		return err_sys(err, "sync");
	if (rename(temporary, path) < 0)
		return err_sys(err, "rename");
	return 0;
}

int
file_write(const char *path, const void *data, size_t n, mode_t mode, struct err *err)
{
	AUTO(str_done) struct str temporary = { 0 };
	struct stat st;
	int rc;

	if (strcmp(path, "-") == 0)
		return fd_write(STDOUT_FILENO, data, n, err);
	/* A device or a pipe (/dev/stdout, a process substitution) is written, not replaced. */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		AUTO(fd_close) int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

		if (fd < 0)
			return err_sys(err, "open '%s'", path);
		return fd_write(fd, data, n, err) < 0 ? err_wrap(err, "write '%s'", path) : 0;
	}
	str_addf(&temporary, "%s.XXXXXX", path);
	AUTO(fd_close) int fd = mkostemp(temporary.data, O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "create '%s'", path);
	rc = fill_and_rename(fd, temporary.data, path, data, n, mode, err);
	if (rc < 0) {
		unlink(temporary.data);
		return err_wrap(err, "write '%s'", path);
	}
	return 0;
}

int
dir_make(const char *path, mode_t mode, struct err *err)
{
	AUTO(mem_free) char *copy = mem_strdup(path);

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
	return 0;
}

static int remove_below(int parent, const char *name, struct err *err);

static int
remove_entries(DIR *dir, int fd, struct err *err)
{
	struct dirent *entry;

	while ((errno = 0, entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (remove_below(fd, entry->d_name, err) < 0)
			return -1;
	}
	return errno ? err_sys(err, "read directory") : 0;
}

static int
remove_below(int parent, const char *name, struct err *err)
{
	DIR *dir;
	int fd, rc;

	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM && errno != EACCES)
		return err_sys(err, "remove '%s'", name);
	/* A program may leave directories nobody may list: they are ours, so open them up. */
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == EACCES && fchmodat(parent, name, 0700, 0) == 0)
		fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "remove '%s'", name);
	fchmod(fd, 0700);
	dir = fdopendir(fd);
	if (!dir) {
		fd_close(fd);
		return err_sys(err, "list '%s'", name);
	}
	rc = remove_entries(dir, fd, err);
	closedir(dir);
	if (rc < 0)
		return -1;
	return unlinkat(parent, name, AT_REMOVEDIR) < 0 ? err_sys(err, "remove '%s'", name) : 0;
}

int
dir_remove(const char *path, struct err *err)
{
	return remove_below(AT_FDCWD, path, err);
}
