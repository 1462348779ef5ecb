/* SPDX-License-Identifier: MIT */
/*
 * snapshot.c - the state of paths, read from the file system itself
 *
 * A file is opened only when lstat(2) says that it is a regular one, and not followed, so that
 * neither a FIFO nor a device nor a link that appears in between can hold us up. Trees are
 * walked with a list of our own, not by recursion: depth is the target's choice.
 */
#include "effects/snapshot.h"

#include "base/file.h"
#include "base/str.h"
#include "effects/attributes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 65536

static enum path_type
type_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return PATH_FILE;
	case S_IFDIR:
		return PATH_DIR;
	case S_IFLNK:
		return PATH_SYMLINK;
	case S_IFIFO:
		return PATH_FIFO;
	case S_IFSOCK:
		return PATH_SOCKET;
	case S_IFCHR:
		return PATH_CHAR;
	case S_IFBLK:
		return PATH_BLOCK;
	}
	return PATH_UNREADABLE;
}

/* Digest, size and first bytes; false when it cannot be read to its end. */
static bool
read_content(struct path_state *out, struct arena *arena, int fd, size_t head_limit)
{
	AUTO(mem_free) uint8_t *block = mem_alloc(BLOCK);
	AUTO(mem_free) uint8_t *head = mem_alloc(MIN(head_limit, (size_t)out->size) + 1);
	size_t room = MIN(head_limit, (size_t)out->size);
	struct sha256 sum;
	uint64_t size = 0;

	sha256_init(&sum);
	for (;;) {
		ssize_t n = read(fd, block, BLOCK);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0)
			break;
		if (size < room)
			memcpy(head + size, block, MIN((size_t)n, room - size));
		size += (uint64_t)n;
		sha256_add(&sum, block, (size_t)n);
	}
	sha256_done(&sum, out->sha256);
	out->size = size;
	out->n_head = (uint32_t)MIN(size, (uint64_t)room);
	out->head = arena_dup(arena, head, out->n_head);
	return true;
}

static void
snapshot_file(struct path_state *out, struct arena *arena, const char *path, size_t head_limit)
{
	AUTO(fd_close)
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
		!read_content(out, arena, fd, MIN(head_limit, (size_t)UINT32_MAX)))
		out->type = PATH_UNREADABLE;
}

static void
snapshot_link(struct path_state *out, struct arena *arena, const char *path)
{
	char target[PATH_MAX + 1];
	ssize_t n = readlink(path, target, sizeof target);

	if (n < 0)
		out->type = PATH_UNREADABLE;
	else
		out->target = arena_strndup(arena, target, (size_t)n);
}

void
snapshot_path(struct path_state *out, struct arena *arena, const char *path, size_t head_limit)
{
	struct stat st;

	*out = (struct path_state){ .path = arena_strdup(arena, path) };
	if (lstat(path, &st) < 0) {
		out->type = errno == ENOENT || errno == ENOTDIR ? PATH_ABSENT : PATH_UNREADABLE;
		return;
	}
	out->type = (uint8_t)type_of(st.st_mode);
	out->mode = st.st_mode & 07777u;
	out->uid = st.st_uid;
	out->gid = st.st_gid;
	out->inode = st.st_ino;
	out->device = st.st_dev;
	out->n_links = st.st_nlink;
	if (out->type == PATH_CHAR || out->type == PATH_BLOCK)
		out->rdev = st.st_rdev;
	if (out->type != PATH_SYMLINK)
		out->attributes = attributes_take(arena, path);
	if (out->type == PATH_FILE) {
		out->size = (uint64_t)st.st_size;
		snapshot_file(out, arena, path, head_limit);
	} else if (out->type == PATH_SYMLINK) {
		snapshot_link(out, arena, path);
	}
}

struct list {
	char **paths; /* owned */
	size_t n, capacity;
};

static void
list_add(struct list *l, const char *dir, const char *name)
{
	AUTO(str_done) struct str path = { 0 };

	str_addf(&path, "%s%s%s", dir, strcmp(dir, "/") == 0 ? "" : "/", name);
	l->paths = mem_grow(l->paths, l->n, &l->capacity, sizeof *l->paths);
	l->paths[l->n++] = str_take(&path);
}

static void
list_free(struct list *l)
{
	for (size_t i = 0; i < l->n; i++)
		mem_free(l->paths[i]);
	mem_free(l->paths);
}

/* A directory that cannot be listed is one whose content is not known. */
static bool
list_dir(struct list *l, const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		return false;
	for (errno = 0; (entry = readdir(dir)); errno = 0)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			list_add(l, path, entry->d_name);
	closedir(dir);
	return true;
}

static int
compare_paths(const void *x, const void *y)
{
	return strcmp(*(char *const *)x, *(char *const *)y);
}

int
snapshot_tree(const char *root, size_t head_limit,
	int (*visit)(void *arg, const struct path_state *state, struct err *err), void *arg,
	struct err *err)
{
	struct list all = { 0 };
	int rc = 0;

	list_add(&all, "/", root + strspn(root, "/"));
	for (size_t i = 0; i < all.n; i++) {
		struct stat st;

		if (lstat(all.paths[i], &st) == 0 && S_ISDIR(st.st_mode))
			(void)list_dir(&all, all.paths[i]);
	}
	qsort(all.paths, all.n, sizeof *all.paths, compare_paths);
	for (size_t i = 0; i < all.n && rc == 0; i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		struct path_state state;

		snapshot_path(&state, arena, all.paths[i], head_limit);
		if (state.type == PATH_DIR && access(all.paths[i], R_OK | X_OK) < 0)
			state.type = PATH_UNREADABLE;
		rc = visit(arg, &state, err);
	}
	list_free(&all);
	return rc;
}
