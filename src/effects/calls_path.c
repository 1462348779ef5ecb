/* SPDX-License-Identifier: MIT */
/* calls_path.c - calls that take paths */
#include "effects/calls.h"

#include "effects/evidence.h"
#include "effects/msg.h"
#include "effects/names.h"
#include "effects/order.h"
#include "effects/path.h"
#include "effects/process.h"
#include "effects/stream.h"
#include "effects/table.h"
#include "effects/temp.h"
#include "effects/times.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/stat.h>

/* Numbers that both word sizes and all our architectures share. */
#define AT_EMPTY 0x1000
#define AT_NOFOLLOW 0x100
#define AT_FOLLOW 0x400
#define AT_RMDIR 0x200

static bool
is_missing(const struct act *a)
{
	return a->call->is_error && a->call->ret == -ENOENT;
}

/* A second open of what a descriptor stands for already. */
static bool
reopen(const struct act *a, const char *path, uint32_t flags)
{
	struct open_file *old = table_get(a->task->table, path_fd(a, path)), *o;

	if (!old)
		return false;
	o = open_new(old->kind, flags);
	o->file = old->file;
	o->pipe_end = old->pipe_end;
	if (o->kind == OBJECT_PIPE)
		o->pipe->n_users++;
	if (o->kind == OBJECT_SOCKET)
		o->socket->n_users++;
	table_give(a->fx, a->task->table, a->call->ret, o, flags & O_CLOEXEC, a->event->seq);
	return true;
}

static struct name *
open_name(struct act *a, const char *path, uint32_t flags, uint32_t mode)
{
	struct effects *fx = a->fx;
	struct name *n = names_get(fx, path);
	bool creates = flags & O_CREAT, writes = (flags & O_ACCMODE) != O_RDONLY;
	bool absent = n->is_gone || (!n->file && name_existed(fx, n) == EXISTED_NO);

	if (creates && (absent || (flags & O_EXCL))) {
		n = names_create(a, path, PATH_FILE);
		if (flags & O_EXCL)
			temp_notice(a, n, flags, mode);
		return n;
	}
	name_file(fx, n);
	if (flags & O_DIRECTORY)
		n->type = PATH_DIR;
	else if (writes && n->type == PATH_ABSENT)
		n->type = PATH_FILE;
	if (writes && !(flags & O_NOFOLLOW))
		n->by_open = true;
	if (creates && !n->touched) {
		n->touched = true; /* made, or left as it was: the state after tells */
		n->change_seq = a->event->seq;
		evidence_keep(&n->evidence, a);
	}
	if (flags & O_TRUNC)
		file_wrote(a, n->file, flags);
	return n;
}

static void
open_path(struct act *a, const char *path, uint32_t flags, uint32_t mode)
{
	struct open_file *o;
	struct name *n;

	if (is_missing(a)) {
		names_missed(a->fx, path);
		names_get(a->fx, path)->was_tried |= (flags & O_CREAT) != 0;
	}
	order_opened(a, path);
	if (a->call->is_error || reopen(a, path, flags))
		return;
	if (flags & O_PATH)
		flags = (flags & ~(uint32_t)(O_CREAT | O_TRUNC | O_EXCL | O_ACCMODE)) | O_PATH;
	if (!stream_device(a, path, &o)) {
		o = open_new(OBJECT_FILE, flags);
		if ((flags & O_TMPFILE) == O_TMPFILE) {
			o->kind = OBJECT_OTHER; /* has no name; linkat may give it one */
			o->made_seq = a->event->seq;
		} else {
			n = open_name(a, path, flags, mode);
			o->file = n->file;
			if (!o->file->name)
				o->file->name = n; /* the name it was known by is gone */
			if ((flags & O_ACCMODE) != O_RDONLY)
				o->file->name->touched = true;
		}
	}
	o->flags = flags;
	table_give(a->fx, a->task->table, a->call->ret, o, flags & O_CLOEXEC, a->event->seq);
}

/* Columns: directory, path, flags, mode; flags -1: creat. */
void
on_open(struct act *a)
{
	uint32_t flags = a->col[2] < 0 ? O_CREAT | O_TRUNC | O_WRONLY
				       : (uint32_t)a->call->arg[a->col[2]];
	uint32_t mode = a->col[3] < 0 ? 0 : (uint32_t)a->call->arg[a->col[3]];
	bool follow =
		!(flags & O_NOFOLLOW) && (flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
	const char *path = path_of(a, a->col[0], a->col[1], follow, false);

	if (path)
		open_path(a, path, flags, mode);
	else if (!a->call->is_error)
		table_give(a->fx, a->task->table, a->call->ret, open_new(OBJECT_UNKNOWN, flags),
			flags & O_CLOEXEC, a->event->seq);
}

void
on_openat2(struct act *a)
{
	uint64_t how[2] = { 0 };
	const char *path;

	if (!call_read(a->call, 2, a->call->arg[2], how, sizeof how))
		return;
	path = path_of(a, 0, 1, !(how[0] & O_NOFOLLOW), false);
	if (path)
		open_path(a, path, (uint32_t)how[0], (uint32_t)how[1]);
}

void
on_mkdir(struct act *a)
{
	const char *path = path_of(a, a->col[0], a->col[1], false, false);
	struct name *n;

	if (!path)
		return;
	n = names_create(a, path, PATH_DIR);
	temp_notice(a, n, O_CREAT | O_EXCL | O_DIRECTORY, (uint32_t)a->call->arg[a->col[2]]);
}

void
on_mknod(struct act *a)
{
	const char *path = path_of(a, a->col[0], a->col[1], false, false);
	uint32_t mode = (uint32_t)a->call->arg[a->col[2]];

	if (path)
		names_create(a, path,
			S_ISFIFO(mode)   ? PATH_FIFO
			: S_ISCHR(mode)  ? PATH_CHAR
			: S_ISBLK(mode)  ? PATH_BLOCK
			: S_ISSOCK(mode) ? PATH_SOCKET
					 : PATH_FILE);
}

void
on_unlink(struct act *a)
{
	const char *path = path_of(a, a->col[0], a->col[1], false, false);

	if (path && is_missing(a))
		names_missed(a->fx, path);
	if (path && !a->call->is_error)
		names_remove(a, path);
}

/* Columns: directory, path, directory, path; renameat2 has its flags in argument 4. */
void
on_rename(struct act *a)
{
	const char *from = path_of(a, a->col[0], a->col[1], false, false);
	const char *to = path_of(a, a->col[2], a->col[3], false, true);
	uint64_t flags = a->id == CALL_renameat2 ? a->call->arg[4] : 0;

	if (!from || !to)
		return;
	if (flags & RENAME_EXCHANGE)
		names_swap(a, from, to);
	else
		names_rename(a, from, to);
}

void
on_link(struct act *a)
{
	uint64_t flags = a->id == CALL_linkat ? a->call->arg[4] : 0;
	const char *from = path_of(a, a->col[0], a->col[1], flags & AT_FOLLOW, false);
	const char *to = path_of(a, a->col[2], a->col[3], false, true);
	int64_t fd;

	if (!to)
		return;
	fd = from ? path_fd(a, from) : -1;
	if (from && fd < 0)
		names_link(a, from, to);
	else /* a file of O_TMPFILE, or behind a descriptor, gets a name */
		names_create(a, to, PATH_FILE)->arrived = ARRIVED_BY_LINK;
}

/* Columns: target, directory, path. */
void
on_symlink(struct act *a)
{
	const char *path = path_of(a, a->col[1], a->col[2], false, false), *target;
	struct name *n;
	size_t n_target;

	if (!path)
		return;
	n = names_create(a, path, PATH_SYMLINK);
	target = decode_string(a->call, (uint8_t)a->col[0], &n_target);
	if (target && n_target) {
		n->target = arena_strndup(a->fx->arena, target, n_target);
		a->fx->has_links = true;
	}
}

/* Columns: directory, path, buffer. What it says is what open will follow. */
void
on_readlink(struct act *a)
{
	const char *path = path_of(a, a->col[0], a->col[1], false, false);
	char target[4096];
	struct name *n;
	size_t size;

	if (path && is_missing(a))
		names_missed(a->fx, path);
	if (!path || a->call->is_error || a->call->ret <= 0 || str_has_prefix(path, "/proc/"))
		return;
	size = (size_t)a->call->ret;
	if (size >= sizeof target ||
		!call_read(a->call, a->col[2], a->call->arg[a->col[2]], target, size) ||
		memchr(target, '\0', size))
		return;
	n = names_get(a->fx, path);
	if (n->target)
		return;
	n->type = PATH_SYMLINK;
	n->target = arena_strndup(a->fx->arena, target, size);
	a->fx->has_links = true;
}

/* Columns: directory, path, flags (-1: follows, -2: does not), 1 for a change of owner. A
 * missing path means the descriptor. */
void
on_touch(struct act *a)
{
	uint64_t flags = a->col[2] >= 0    ? a->call->arg[a->col[2]]
			 : a->col[2] == -2 ? AT_NOFOLLOW
					   : 0;
	const char *path = path_of(a, a->col[0], a->col[1], !(flags & AT_NOFOLLOW), false);
	struct name *n;
	int64_t fd;

	if (path && is_missing(a))
		names_missed(a->fx, path);
	if (!path || a->call->is_error)
		return;
	fd = path_fd(a, path);
	if (fd >= 0)
		path = path_of_fd(a, fd);
	if (!path || str_has_prefix(path, "/dev/") || str_has_prefix(path, "/proc/"))
		return;
	n = names_touch(a, path);
	if (!(flags & AT_NOFOLLOW))
		n->by_open = true;
	a->fx->last_touched = n;
	if (a->col[3] == 1)
		n->file->had_chown = true;
}

void
on_truncate(struct act *a)
{
	const char *path = path_of(a, a->col[0], a->col[1], true, false);
	struct name *n;

	if (!path)
		return;
	n = names_touch(a, path);
	n->by_open = true;
	file_wrote(a, n->file, 0);
}

static void
move_to(struct act *a, const char *path)
{
	struct place *p = a->task->place;
	char *cwd = mem_strdup(path);

	mem_free(p->cwd);
	p->cwd = cwd;
}

void
on_chdir(struct act *a)
{
	const char *path = path_of(a, -1, 0, true, false);

	if (path)
		move_to(a, path);
}

void
on_fchdir(struct act *a)
{
	const char *path = path_of_fd(a, (int32_t)a->call->arg[0]);

	if (path)
		move_to(a, path);
}

/* stat, access: what is not there was not there before the run made it. */
void
on_look(struct act *a)
{
	const char *path;

	if (a->col[2] >= 0)
		times_seen(a, a->col[2]);
	if (!is_missing(a))
		return;
	path = path_of(a, a->col[0], a->col[1], false, false);
	if (path)
		names_missed(a->fx, path);
}
