/* SPDX-License-Identifier: MIT */
/* copy.c - a file or a tree copied so that every copy looks the same */

#include "gate/copy.h"

#include "base/file.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_LIMIT 200 /* of directories: a tree deeper than this is a loop of mounts */

static const struct timespec stamps[2] = { { .tv_sec = COPY_MTIME_S },
	{ .tv_sec = COPY_MTIME_S } };

static int copy_at(int from_dir, int to_dir, const char *from, const char *to, unsigned depth,
	struct err *err);

void
copy_stamp(const char *path)
{
	utimensat(AT_FDCWD, path, stamps, AT_SYMLINK_NOFOLLOW);
}

static int
copy_bytes(int in, int out, struct err *err)
{
	char block[65536];
	ssize_t n;

	if (ioctl(out, FICLONE, in) == 0)
		return 0;
	for (;;) {
		n = read(in, block, sizeof block);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "read");
		if (n == 0)
			return 0;
		if (fd_write(out, block, (size_t)n, err) < 0)
			return -1;
	}
}

static int
copy_file(int from_dir, int to_dir, const char *from, const char *to, const struct stat *st,
	struct err *err)
{
	AUTO(fd_close) int in = openat(from_dir, from, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	AUTO(fd_close) int out = -1;

	if (in < 0)
		return err_sys(err, "open");
	out = openat(to_dir, to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0 && errno == EEXIST)
		return err_set(err, "two fixtures give this file");
	if (out < 0)
		return err_sys(err, "create the copy");
	if (copy_bytes(in, out, err) < 0)
		return -1;
	if (fchmod(out, st->st_mode & 07777) < 0)
		return err_sys(err, "set the mode");
	return futimens(out, stamps) < 0 ? err_sys(err, "set the time") : 0;
}

static int
copy_link(int from_dir, int to_dir, const char *from, const char *to, struct err *err)
{
	char text[PATH_MAX + 1];
	ssize_t n = readlinkat(from_dir, from, text, PATH_MAX);

	if (n < 0)
		return err_sys(err, "read the link");
	text[n] = '\0';
	if (symlinkat(text, to_dir, to) < 0)
		return err_sys(err, "create the link");
	utimensat(to_dir, to, stamps, AT_SYMLINK_NOFOLLOW);
	return 0;
}

static int
copy_entries(DIR *dir, int out, unsigned depth, struct err *err)
{
	struct dirent *entry;

	while ((errno = 0, entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		if (copy_at(dirfd(dir), out, name, name, depth + 1, err) < 0)
			return -1;
	}
	return errno ? err_sys(err, "list") : 0;
}

static int
copy_dir(int from_dir, int to_dir, const char *from, const char *to, mode_t mode,
	unsigned depth, struct err *err)
{
	AUTO(fd_close) int out = -1;
	int in, rc;
	DIR *dir;

	if (depth > DEPTH_LIMIT)
		return err_set(err, "more than %d directories deep", DEPTH_LIMIT);
	if (mkdirat(to_dir, to, 0700) < 0 && errno != EEXIST)
		return err_sys(err, "create the directory");
	out = openat(to_dir, to, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (out < 0)
		return err_sys(err, "open the copy");
	in = openat(from_dir, from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (in < 0)
		return err_sys(err, "open");
	dir = fdopendir(in);
	if (!dir) {
		fd_close(in);
		return err_sys(err, "list");
	}
	rc = copy_entries(dir, out, depth, err);
	closedir(dir);
	if (rc < 0)
		return -1;
	/* Last: a mode without w, and the time, are changed by what is put inside. */
	if (fchmod(out, mode & 07777) < 0)
		return err_sys(err, "set the mode");
	return futimens(out, stamps) < 0 ? err_sys(err, "set the time") : 0;
}

static int
copy_at(int from_dir, int to_dir, const char *from, const char *to, unsigned depth,
	struct err *err)
{
	struct stat st;
	int rc;

	if (fstatat(from_dir, from, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		err_sys(err, "look at");
		return err_wrap(err, "'%s'", from);
	}
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
		rc = copy_file(from_dir, to_dir, from, to, &st, err);
		break;
	case S_IFLNK:
		rc = copy_link(from_dir, to_dir, from, to, err);
		break;
	case S_IFDIR:
		rc = copy_dir(from_dir, to_dir, from, to, st.st_mode, depth, err);
		break;
	default:
		rc = err_set(err, "neither file, directory nor symbolic link");
	}
	return rc < 0 ? err_wrap(err, "'%s'", from) : 0;
}

int
copy_tree(const char *from, const char *to, struct err *err)
{
	if (copy_at(AT_FDCWD, AT_FDCWD, from, to, 0, err) < 0)
		return err_wrap(err, "copy");
	return 0;
}

int
copy_program(const char *from, const char *to, struct err *err)
{
	struct stat st;

	if (stat(from, &st) < 0)
		return err_sys(err, "copy '%s'", from);
	if (copy_file(AT_FDCWD, AT_FDCWD, from, to, &st, err) < 0)
		return err_wrap(err, "copy '%s'", from);
	return 0;
}
