/* SPDX-License-Identifier: MIT */
/* path.c - from a path as a program wrote it to one absolute name */
#include "effects/path.h"

#include "effects/names.h"
#include "effects/table.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINKS 40 /* as the kernel's */

static void
add_component(struct str *out, size_t start, const char *text, size_t n)
{
	if (n == 0 || (n == 1 && text[0] == '.'))
		return;
	if (n == 2 && text[0] == '.' && text[1] == '.') {
		while (out->n > start && out->data[out->n - 1] != '/')
			str_cut(out, out->n - 1);
		if (out->n > start)
			str_cut(out, out->n - 1);
		return;
	}
	str_add_char(out, '/');
	str_add_n(out, text, n);
}

static void
add_components(struct str *out, size_t start, const char *path, size_t n)
{
	for (size_t i = 0; i < n;) {
		const char *slash = memchr(path + i, '/', n - i);
		size_t end = slash ? (size_t)(slash - path) : n;

		add_component(out, start, path + i, end - i);
		i = end + 1;
	}
}

void
path_join(struct str *out, const char *base, const char *path, size_t n)
{
	size_t start = out->n;

	if (n == 0 || path[0] != '/')
		add_components(out, start, base, strlen(base));
	add_components(out, start, path, n);
	if (out->n == start)
		str_add_char(out, '/');
}

size_t
path_parent(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash != path ? (size_t)(slash - path) : 1;
}

const char *
path_last(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool
path_is_below(const char *path, const char *dir, size_t n)
{
	return strncmp(path, dir, n) == 0 && (path[n] == '\0' || path[n] == '/' || n == 1);
}

const char *
path_of_fd(const struct act *a, int64_t fd)
{
	const struct open_file *o = table_get(a->task->table, fd);

	return o && o->kind == OBJECT_FILE && o->file->name ? o->file->name->path : NULL;
}

/* Replaces every leading part of *path that is a known symbolic link; the last component only
 * when follow says so. */
static void
follow_links(const struct act *a, struct str *path, bool follow)
{
	AUTO(str_done) struct str next = { 0 };

	for (int n_links = 0; n_links < MAX_LINKS; n_links++) {
		const struct name *link = NULL;
		size_t end = 0;

		for (size_t i = 1; i <= path->n && !link; i++) {
			bool last = i == path->n;

			if ((!last && path->data[i] != '/') || (last && !follow))
				continue;
			link = map_get(a->fx->names, path->data, i);
			if (link && (link->type != PATH_SYMLINK || !link->target))
				link = NULL;
			end = i;
		}
		if (!link)
			return;
		str_clear(&next);
		if (link->target[0] != '/')
			str_add_n(&next, link->path, path_parent(link->path));
		str_add_char(&next, '/');
		str_add(&next, link->target);
		str_add_n(&next, path->data + end, path->n - end);
		str_clear(path);
		path_join(path, "/", next.data, next.n);
	}
}

/* "/proc/self/fd/3/a" is a in what that descriptor stands for. */
static void
leave_descriptor(const struct act *a, struct str *path)
{
	AUTO(str_done) struct str head = { 0 };
	const char *slash =
		str_has_prefix(path->data, "/proc/") ? strstr(path->data, "/fd/") : NULL;
	const char *base;

	if (!slash && str_has_prefix(path->data, "/dev/fd/"))
		slash = path->data + strlen("/dev");
	slash = slash ? strchr(slash + strlen("/fd/"), '/') : NULL;
	if (!slash)
		return;
	str_add_n(&head, path->data, (size_t)(slash - path->data));
	base = path_of_fd(a, path_fd(a, head.data));
	if (!base)
		return;
	str_clear(&head);
	path_join(&head, base, slash + 1, strlen(slash + 1));
	str_clear(path);
	str_add_n(path, head.data, head.n);
}

const char *
path_of(const struct act *a, int dir, int arg, bool follow, bool second)
{
	struct str *out = second ? &a->fx->room2 : &a->fx->room;
	const struct place *place = a->task->place;
	const char *base = place->cwd, *text;
	size_t n;

	if (arg < 0)
		return NULL;
	text = decode_string(a->call, (uint8_t)arg, &n);
	if (!text && a->call->arg[arg] != 0)
		return NULL;
	if (!text)
		n = 0;
	if (dir >= 0 && (int32_t)a->call->arg[dir] != AT_FDCWD && (n == 0 || text[0] != '/'))
		base = path_of_fd(a, (int32_t)a->call->arg[dir]);
	if (!base || (n == 0 && dir < 0))
		return NULL;
	str_clear(out);
	if (n && text[0] == '/') {
		add_components(out, 0, place->root, strlen(place->root));
		add_components(out, out->n, text, n); /* ".." does not leave the root */
		if (out->n == 0)
			str_add_char(out, '/');
	} else {
		path_join(out, base, n ? text : ".", n ? n : 1);
	}
	leave_descriptor(a, out);
	if (a->fx->has_links)
		follow_links(a, out, follow || (n && text[n - 1] == '/'));
	return out->data;
}

static int64_t
number_after(const char *path, const char *prefix)
{
	size_t n = strlen(prefix);
	char *end;
	long fd;

	if (strncmp(path, prefix, n) != 0 || path[n] < '0' || path[n] > '9')
		return -1;
	fd = strtol(path + n, &end, 10);
	return *end == '\0' && fd < FD_MAX ? fd : -1;
}

int64_t
path_fd(const struct act *a, const char *path)
{
	static const char *const std[] = { "/dev/stdin", "/dev/stdout", "/dev/stderr" };
	static const char *const dirs[] = { "/dev/fd/", "/proc/self/fd/",
		"/proc/thread-self/fd/" };
	char own[40];
	int64_t fd;

	if (strncmp(path, "/dev/", 5) != 0 && strncmp(path, "/proc/", 6) != 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(std); i++)
		if (strcmp(path, std[i]) == 0)
			return (int64_t)i;
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
		if ((fd = number_after(path, dirs[i])) >= 0)
			return fd;
	snprintf(own, sizeof own, "/proc/%d/fd/", (int)a->task->process->pid);
	return number_after(path, own);
}
