/* SPDX-License-Identifier: MIT */
/*
 * dir-remove.c - rm -rf for what a program left behind, whatever it left
 *
 * Never through a symbolic link. Directories that nobody may list are opened up first. Each
 * level holds a descriptor, so what lies deeper than DEPTH is moved up to the top and found
 * there by the next pass: neither descriptors nor the stack run out.
 */

#include "base/file.h"

#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH 64
/* Somebody may still be writing there; that ends as "directory not empty". */
#define PASSES 10000

struct removal {
	dev_t device; /* of the top: what is mounted below is not ours */
	int top;      /* the directory being removed, -1: not opened yet */
	unsigned depth;
	unsigned long n_moved;
};

static int remove_below(struct removal *r, int parent, const char *name, struct err *err);

/* Everything one pass over the directory shows; *found: whether there was anything. */
static int
remove_entries(struct removal *r, DIR *dir, bool *found, struct err *err)
{
	struct dirent *entry;

	*found = false;
	rewinddir(dir);
	while ((errno = 0, entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		*found = true;
		if (remove_below(r, dirfd(dir), entry->d_name, err) < 0)
			return -1;
	}
	return errno ? err_sys(err, "read directory") : 0;
}

/* Opens the directory, made ours to list and change. -1: see errno. */
static int
open_up(int parent, const char *name)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(parent, name, flags);

	if (fd < 0 && errno == EACCES && fchmodat(parent, name, 0700, 0) == 0)
		fd = openat(parent, name, flags);
	if (fd >= 0)
		fchmod(fd, 0700);
	return fd;
}

static int
empty_directory(
	struct removal *r, int parent, const char *name, const struct stat *st, struct err *err)
{
	bool found = true, is_top = r->top < 0;
	int fd = open_up(parent, name), rc = 0;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		err_sys(err, "remove '%s'", name);
		fd_close(fd);
		return -1;
	}
	if (is_top) {
		r->top = fd;
		r->device = st->st_dev;
	}
	r->depth++;
	for (int pass = 0; found && rc == 0 && pass < PASSES; pass++)
		rc = remove_entries(r, dir, &found, err);
	r->depth--;
	closedir(dir);
	return rc;
}

/* Too deep: the next pass over the top finds it there, under a name of ours. */
static int
move_up(struct removal *r, int parent, const char *name, struct err *err)
{
	AUTO(str_done) struct str to = { 0 };

	do {
		str_clear(&to);
		str_addf(&to, ".moved-up-%lu", r->n_moved++);
	} while (faccessat(r->top, to.data, F_OK, AT_SYMLINK_NOFOLLOW) == 0);
	/* A directory that is moved has its ".." changed, so it must be ours to write. */
	if (fchmodat(parent, name, 0700, 0) < 0 || renameat(parent, name, r->top, to.data) < 0)
		return err_sys(err, "move '%s'", name);
	return 0;
}

static int
remove_below(struct removal *r, int parent, const char *name, struct err *err)
{
	struct stat st;
	int sys;

	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT || errno == ENOTDIR)
		return 0;
	sys = errno;
	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(st.st_mode)) {
		errno = sys;
		return err_sys(err, "remove '%s'", name);
	}
	/* The kernel looks for a mount before it looks whether the directory is empty. The
	 * device is no sign of one: a directory of the same file system may be mounted (mount
	 * --bind). */
	if (unlinkat(parent, name, AT_REMOVEDIR) == 0)
		return 0;
	if (errno == EBUSY || (r->top >= 0 && st.st_dev != r->device))
		return err_set(err, "remove '%s': something is mounted there", name);
	if (r->depth > DEPTH)
		return move_up(r, parent, name, err);
	if (empty_directory(r, parent, name, &st, err) < 0)
		return -1;
	return unlinkat(parent, name, AT_REMOVEDIR) < 0 ? err_sys(err, "remove '%s'", name) : 0;
}

int
dir_remove(const char *path, struct err *err)
{
	struct removal r = { .top = -1 };

	return remove_below(&r, AT_FDCWD, path, err);
}
