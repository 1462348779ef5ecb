/* SPDX-License-Identifier: MIT */
/*
 * attributes.c - the extended attributes of a path: what users and administrators set
 *
 * xattr(7). Labels that the system gives by itself (security.selinux, trusted) are none of a
 * program's doing and differ between machines.
 */
#include "effects/attributes.h"

#include "base/digest.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define LONG_VALUE 256

static bool
is_told(const char *name)
{
	static const char *const others[] = { "security.capability", "system.posix_acl_access",
		"system.posix_acl_default" };

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (strcmp(name, others[i]) == 0)
			return true;
	return str_has_prefix(name, "user.") && !str_has_prefix(name, "user.overlay.");
}

static void
add_value(struct str *out, const char *value, size_t n)
{
	struct sha256 sum;
	char hex[SHA256_HEX];

	if (n <= LONG_VALUE) {
		str_add_escaped(out, value, n);
		return;
	}
	sha256_init(&sum);
	sha256_add(&sum, value, n);
	sha256_done(&sum, hex);
	str_addf(out, "sha256:%s", hex);
}

static int
compare_names(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static void
add_one(struct str *out, const char *path, const char *name)
{
	AUTO(mem_free) char *value = mem_alloc(XATTR_SIZE_MAX);
	ssize_t n = lgetxattr(path, name, value, XATTR_SIZE_MAX);

	if (n < 0)
		return;
	str_add_escaped(out, name, strlen(name));
	str_add_char(out, '=');
	add_value(out, value, (size_t)n);
	str_add_char(out, '\n');
}

/* chattr(1): what a program asked for, not what file systems give by themselves. */
static void
add_flags(struct str *out, const char *path)
{
	static const struct {
		int bit;
		const char *word;
	} words[] = { { FS_IMMUTABLE_FL, "immutable" }, { FS_APPEND_FL, "append-only" },
		{ FS_NODUMP_FL, "no-dump" }, { FS_NOATIME_FL, "no-atime" },
		{ FS_SYNC_FL, "synchronous" } };
	int fd, flags = 0;
	struct stat st;

	if (lstat(path, &st) < 0 || !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
		return;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0)
		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			if (flags & words[i].bit)
				str_addf(out, "chattr=%s\n", words[i].word);
	close(fd);
}

const char *
attributes_take(struct arena *arena, const char *path)
{
	char list[4096]; /* enough for most; more are asked for below */
	AUTO(mem_free) char *more = NULL;
	AUTO(mem_free) const char **names = NULL;
	AUTO(str_done) struct str out = { 0 };
	char *all = list;
	ssize_t size = llistxattr(path, list, sizeof list);
	size_t n = 0;

	if (size < 0 && errno == ERANGE) {
		all = more = mem_alloc(XATTR_LIST_MAX);
		size = llistxattr(path, more, XATTR_LIST_MAX);
	}
	add_flags(&out, path);
	size = MAX(size, 0);
	names = mem_array((size_t)size, sizeof *names);
	for (char *name = all; name < all + size; name += strlen(name) + 1)
		if (is_told(name))
			names[n++] = name;
	if (n)
		qsort(names, n, sizeof *names, compare_names);
	for (size_t i = 0; i < n; i++)
		add_one(&out, path, names[i]);
	return out.n ? arena_strdup(arena, out.data) : NULL;
}

void
attributes_put(struct golden *g, struct effect *e, const char *attributes)
{
	AUTO(mem_free) const char **lines = NULL;
	size_t n = 0;

	if (!attributes)
		return;
	lines = mem_array(strlen(attributes), sizeof *lines);
	for (const char *end; *attributes; attributes = end + 1) {
		end = strchrnul(attributes, '\n');
		lines[n++] = arena_strndup(g->arena, attributes, (size_t)(end - attributes));
		if (!*end)
			break;
	}
	effect_list(g, e, "attributes", lines, n);
}
