/* SPDX-License-Identifier: MIT */
/* path.c - from a path as a program wrote it to one absolute name */
#include "effects/path.h"

#include "effects/msg.h"
#include "effects/names.h"
#include "effects/table.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stddef.h>
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

static const char *
path_of_open(const struct open_file *o)
{
	return o && o->kind == OBJECT_FILE && o->file->name ? o->file->name->path : NULL;
}

const char *
path_of_fd(const struct act *a, int64_t fd)
{
	return path_of_open(table_get(a->task->table, fd));
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

/* Whose directory below /proc that is, as "self" or by number. */
static const struct task *
task_below_proc(const struct act *a, const char *name, size_t n)
{
	char *end;
	unsigned long pid;

	if ((n == 4 && memcmp(name, "self", n) == 0) ||
		(n == 11 && memcmp(name, "thread-self", n) == 0))
		return a->task;
	pid = strtoul(name, &end, 10);
	return end == name + n && pid <= INT32_MAX && n
		       ? map_get_number(a->fx->by_pid, (uint32_t)pid)
		       : NULL;
}

/* What "/proc/self/cwd", "/proc/12/root" or "/proc/self/fd/3" is a link to, *rest is what
 * stands behind it; NULL: it is no such link. A descriptor alone is for path_fd() to tell. */
static const char *
behind_proc(const struct act *a, const char *path, const char **rest)
{
	const char *name = path + strlen("/proc/"), *end;
	const struct task *t;
	long fd;

	if (!str_has_prefix(path, "/proc/"))
		return NULL;
	t = task_below_proc(a, name, strcspn(name, "/"));
	name = strchr(name, '/');
	if (name && str_has_prefix(name, "/task/")) {
		name += strlen("/task/");
		t = task_below_proc(a, name, strcspn(name, "/"));
		name = strchr(name, '/');
	}
	if (!t || !name)
		return NULL;
	end = strchrnul(name + 1, '/');
	*rest = end;
	if (end - name == 4 && memcmp(name, "/cwd", 4) == 0)
		return t->place->cwd;
	if (end - name == 5 && memcmp(name, "/root", 5) == 0)
		return *t->place->root ? t->place->root : "/";
	if (!str_has_prefix(name, "/fd/"))
		return NULL;
	fd = strtol(name + strlen("/fd/"), (char **)(uintptr_t)rest, 10);
	if (**rest != '/' || fd < 0 || fd >= FD_MAX)
		return NULL;
	return path_of_open(table_get(t->table, fd));
}

/* "/proc/self/fd/3/a" is a in what that descriptor stands for. */
static void
leave_proc(const struct act *a, struct str *path, bool follow)
{
	AUTO(str_done) struct str was = { 0 };
	const char *base, *rest;

	for (int n_links = 0; n_links < MAX_LINKS; n_links++) {
		bool is_dev = str_has_prefix(path->data, "/dev/fd/");

		str_clear(&was);
		str_add(&was, is_dev ? "/proc/self" : "");
		str_add(&was, path->data + (is_dev ? strlen("/dev") : 0));
		base = behind_proc(a, str_text(&was), &rest);
		if (!base || (!*rest && !follow))
			return;
		rest += *rest == '/';
		str_clear(path);
		path_join(path, base, rest, strlen(rest));
	}
}

static void
leave_links(const struct act *a, struct str *path, bool follow)
{
	if (!path->n)
		return;
	leave_proc(a, path, follow);
	if (a->fx->has_links)
		follow_links(a, path, follow);
}

/* Behind a link ".." is where that leads to. It does not leave the first `floor` bytes. */
static void
add_path(const struct act *a, struct str *out, size_t floor, const char *path, size_t n)
{
	for (size_t i = 0; i < n;) {
		const char *slash = memchr(path + i, '/', n - i);
		size_t end = slash ? (size_t)(slash - path) : n;
		bool is_up = end - i == 2 && path[i] == '.' && path[i + 1] == '.';

		if (is_up)
			leave_links(a, out, true);
		if (is_up && out->n == 1) /* "/" */
			str_clear(out);
		add_component(out, MIN(floor, out->n), path + i, end - i);
		i = end + 1;
	}
}

/* base NULL: the root. A trailing slash follows a link as well. */
static void
resolve(const struct act *a, struct str *out, const char *base, const char *root,
	const char *text, size_t n)
{
	size_t n_root = strlen(root);

	str_clear(out);
	base = base ? base : root;
	add_components(out, 0, base, strlen(base));
	add_path(a, out, *root && path_is_below(base, root, n_root) ? n_root : 0, text, n);
	if (out->n == 0)
		str_add_char(out, '/');
}

void
path_resolve(const struct act *a, struct str *out, const char *text, size_t n, bool follow)
{
	const struct place *place = a->task->place;

	resolve(a, out, n && text[0] == '/' ? NULL : place->cwd, place->root, text, n);
	leave_links(a, out, follow || (n && text[n - 1] == '/'));
}

/* openat2(2): the directory is the root of the path. */
static bool
is_in_root(const struct act *a)
{
	uint64_t how = a->call->arg[2], resolve = 0;

	return decode_spec((enum arch)a->call->arch, a->call->nr)->id == CALL_openat2 &&
	       call_read(a->call, 2, how + offsetof(struct open_how, resolve), &resolve,
		       sizeof resolve) &&
	       resolve & RESOLVE_IN_ROOT;
}

const char *
path_of(const struct act *a, int dir, int arg, bool follow, bool second)
{
	struct str *out = second ? &a->fx->room2 : &a->fx->room;
	const struct place *place = a->task->place;
	const char *base = place->cwd, *text, *root = place->root;
	bool in_root = arg >= 0 && is_in_root(a);
	size_t n;

	if (arg < 0)
		return NULL;
	text = decode_string(a->call, (uint8_t)arg, &n);
	if (!text && a->call->arg[arg] != 0)
		return NULL;
	if (!text)
		n = 0;
	if (dir >= 0 && (int32_t)a->call->arg[dir] != AT_FDCWD &&
		(n == 0 || text[0] != '/' || in_root))
		base = path_of_fd(a, (int32_t)a->call->arg[dir]);
	if (!base || (n == 0 && dir < 0))
		return NULL;
	if (in_root)
		root = base;
	else if (n && text[0] == '/')
		base = NULL;
	resolve(a, out, base, root, n ? text : "", n);
	leave_links(a, out, follow || (n && text[n - 1] == '/'));
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
