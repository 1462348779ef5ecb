/* SPDX-License-Identifier: MIT */
/* calls_fd.c - calls that take or make descriptors */
#include "effects/calls.h"

#include "effects/evidence.h"
#include "effects/facts.h"
#include "effects/loader.h"
#include "effects/msg.h"
#include "effects/listing.h"
#include "effects/names.h"
#include "effects/order.h"
#include "effects/path.h"
#include "effects/process.h"
#include "effects/stream.h"
#include "effects/table.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

static int64_t
arg_fd(const struct act *a, int arg)
{
	return (int32_t)a->call->arg[arg];
}

static struct open_file *
open_at(const struct act *a, int arg)
{
	return table_get(a->task->table, arg_fd(a, arg));
}

void
on_close(struct act *a)
{
	table_close(a->fx, a->task->table, arg_fd(a, 0), a->call->enter_seq);
}

void
on_close_range(struct act *a)
{
	uint64_t first = (uint32_t)a->call->arg[0], last = (uint32_t)a->call->arg[1];
	struct table *t;

	if (a->call->arg[2] & CLOSE_RANGE_UNSHARE)
		task_own_table(a->fx, a->task);
	t = a->task->table;
	if (!(a->call->arg[2] & CLOSE_RANGE_CLOEXEC)) {
		table_close_range(a->fx, t, first, last);
		return;
	}
	for (uint64_t fd = first; fd <= last && fd < t->n; fd++)
		t->slots[fd].cloexec = true;
}

void
on_dup(struct act *a)
{
	struct open_file *o = open_at(a, 0);

	if (!o)
		o = open_new(OBJECT_UNKNOWN, 0);
	table_give(a->fx, a->task->table, a->call->ret, o, false, a->event->seq);
}

/* Column: the argument with flags, -1 for dup2. */
void
on_dup2(struct act *a)
{
	bool cloexec = a->col[0] >= 0 && a->call->arg[a->col[0]] & O_CLOEXEC;
	struct open_file *o = open_at(a, 0);

	if (arg_fd(a, 0) == arg_fd(a, 1))
		return;
	if (!o)
		o = open_new(OBJECT_UNKNOWN, 0);
	table_set(a->fx, a->task->table, a->call->ret, o, cloexec, a->event->seq);
}

/* fcntl(2): what else F_SETFL is given, O_SYNC too, changes nothing. */
#define SETTABLE (O_APPEND | O_ASYNC | O_DIRECT | O_NOATIME | O_NONBLOCK)

void
on_fcntl(struct act *a)
{
	uint64_t command = a->call->arg[1], value = a->call->arg[2];
	struct slot *s = table_slot(a->task->table, arg_fd(a, 0));

	if (!s)
		return;
	if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
		table_give(a->fx, a->task->table, a->call->ret, s->open,
			command == F_DUPFD_CLOEXEC, a->event->seq);
	else if (command == F_SETFD)
		s->cloexec = value & FD_CLOEXEC;
	else if (command == F_SETFL)
		s->open->flags =
			(s->open->flags & ~(uint32_t)SETTABLE) | ((uint32_t)value & SETTABLE);
}

void
on_ioctl(struct act *a)
{
	struct slot *s = table_slot(a->task->table, arg_fd(a, 0));
	uint32_t request = (uint32_t)a->call->arg[1];

	if (s && request == FIOCLEX)
		s->cloexec = true;
	else if (s && request == FIONCLEX)
		s->cloexec = false;
	else if (s && s->open->kind == OBJECT_FILE && s->open->file->name &&
		 (request == FS_IOC_SETFLAGS || request == FS_IOC32_SETFLAGS))
		names_touch(a, s->open->file->name->path);
	else if (s && request == _IOW(0x94, 9, int) && s->open->kind == OBJECT_FILE)
		file_wrote(a, s->open->file, s->open->flags); /* FICLONE */
	else if (s && request == _IOW(0x94, 13, uint64_t[4]) && s->open->kind == OBJECT_FILE)
		file_wrote(a, s->open->file, s->open->flags); /* FICLONERANGE */
}

void
on_pipe(struct act *a)
{
	uint64_t flags = a->col[0] >= 0 ? a->call->arg[a->col[0]] : 0;
	struct pipe *p;
	int32_t fds[2];

	if (!call_read(a->call, 0, a->call->arg[0], fds, sizeof fds))
		return;
	p = mem_alloc(sizeof *p);
	p->n_users = 2;
	p->channel = channel_new();
	p->maker = a->task->nr;
	p->ordinal = ++a->task->process->n_made;
	for (int i = 0; i < 2; i++) {
		struct open_file *o = open_new(OBJECT_PIPE,
			(i ? O_WRONLY : O_RDONLY) | (uint32_t)(flags & O_NONBLOCK));

		o->pipe = p;
		o->pipe_end = (uint8_t)i;
		table_give(a->fx, a->task->table, fds[i], o, flags & O_CLOEXEC, a->event->seq);
	}
}

/* What it holds from the beginning nobody put in. */
static struct channel *
new_counter(uint64_t value)
{
	struct channel *ch = channel_new();

	if ((uint32_t)value)
		channel_forgive(ch);
	return ch;
}

static const char *
word_of_new(enum call_id id)
{
	static const struct {
		enum call_id id;
		const char *word;
	} words[] = {
		{ CALL_eventfd, "eventfd" },
		{ CALL_eventfd2, "eventfd" },
		{ CALL_epoll_create, "epoll" },
		{ CALL_epoll_create1, "epoll" },
		{ CALL_inotify_init, "inotify" },
		{ CALL_inotify_init1, "inotify" },
		{ CALL_fanotify_init, "fanotify" },
		{ CALL_signalfd, "signalfd" },
		{ CALL_signalfd4, "signalfd" },
		{ CALL_timerfd_create, "timerfd" },
		{ CALL_memfd_create, "memfd" },
		{ CALL_memfd_secret, "memfd" },
		{ CALL_pidfd_open, "pidfd" },
		{ CALL_open_by_handle_at, "file" },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (words[i].id == id)
			return words[i].word;
	return NULL;
}

/* Column: the argument with flags (-1: none, -2: always close-on-exec), the bit that means
 * close-on-exec is O_CLOEXEC in all of them but memfd_create, whose bit stands in column 1. */
void
on_new_fd(struct act *a)
{
	uint64_t bit = a->col[1] > 0 ? (uint64_t)a->col[1] : O_CLOEXEC;
	bool cloexec = a->col[0] == -2 || (a->col[0] >= 0 && a->call->arg[a->col[0]] & bit);
	struct open_file *o = open_new(OBJECT_OTHER, O_RDWR);

	o->word = word_of_new(a->id);
	if (a->id == CALL_pidfd_open)
		o->pid = (int32_t)a->call->arg[0];
	if (a->id == CALL_eventfd || a->id == CALL_eventfd2)
		o->counter = new_counter(a->call->arg[0]);
	/* epoll_create1, eventfd2 and signalfd4 may be given an old descriptor. */
	if (a->id == CALL_signalfd || a->id == CALL_signalfd4)
		if (arg_fd(a, 0) >= 0) {
			open_hold(o);
			open_drop(a->fx, o);
			return;
		}
	table_give(a->fx, a->task->table, a->call->ret, o, cloexec, a->event->seq);
}

void
on_pidfd_getfd(struct act *a)
{
	const struct open_file *pidfd = open_at(a, 0);
	const struct task *from = pidfd && pidfd->kind == OBJECT_OTHER && pidfd->pid
					  ? map_get_number(a->fx->by_pid, (uint32_t)pidfd->pid)
					  : NULL;
	struct open_file *o = from ? table_get(from->table, arg_fd(a, 1)) : NULL;

	if (!o)
		o = open_new(OBJECT_UNKNOWN, 0);
	table_give(a->fx, a->task->table, a->call->ret, o, true, a->event->seq);
}

/* Failures too: a reader that left early makes the amount that reached the pipe a matter of
 * luck. */
void
on_write(struct act *a)
{
	struct open_file *o = open_at(a, 0);

	if (a->call->is_error) {
		if (a->call->ret == -EPIPE && o && o->kind == OBJECT_PIPE)
			o->pipe->is_broken = true;
		return;
	}
	open_wrote(a, o, (uint64_t)a->call->ret, true);
}

void
on_read(struct act *a)
{
	open_was_read(a, open_at(a, 0), (uint64_t)a->call->ret, true);
}

void
on_getdents(struct act *a)
{
	struct open_file *o = open_at(a, 0);

	if (!o || o->kind != OBJECT_FILE)
		return;
	o->file->was_read = true;
	listing_note(a, o);
	if (o->file->name && !o->file->is_new) {
		o->file->name->was_listed = true;
		name_was_read(a, o->file->name);
	}
}

/* sendfile, splice, tee, copy_file_range: columns are the destination and the source. */
void
on_transfer(struct act *a)
{
	if (a->call->ret <= 0)
		return;
	open_wrote(a, open_at(a, a->col[0]), (uint64_t)a->call->ret, false);
	open_was_read(a, open_at(a, a->col[1]), (uint64_t)a->call->ret, false);
}

/* ftruncate, fallocate (content), fchmod and friends (column 0 is 1), fchown (2). */
void
on_fchange(struct act *a)
{
	struct open_file *o = open_at(a, 0);

	if (!o || o->kind != OBJECT_FILE)
		return;
	if (a->col[0] == 0)
		file_wrote(a, o->file, o->flags);
	else if (o->file->name)
		names_touch(a, o->file->name->path);
	if (a->col[0] == 2)
		o->file->had_chown = true;
}

void
on_fsync(struct act *a)
{
	struct open_file *o = open_at(a, 0);

	if (!o || o->kind != OBJECT_FILE)
		return;
	file_synced(a->fx, o->file, a->event->seq);
	order_synced(a, o->file);
}

void
on_sync(struct act *a)
{
	a->fx->sync_seq = a->event->seq;
	order_synced_all(a);
}

void
on_mmap(struct act *a)
{
	uint64_t arg[6];
	const uint64_t *v = a->call->arg;
	struct open_file *o;

	memory_mapped(a);
	/* i386's old mmap takes a pointer to its arguments. */
	if (a->id == CALL_mmap && a->call->arch == ARCH_I386) {
		uint32_t narrow[6];

		if (!call_read(a->call, 0, a->call->arg[0], narrow, sizeof narrow))
			return;
		for (int i = 0; i < 6; i++)
			arg[i] = narrow[i];
		v = arg;
	}
	if (v[3] & MAP_ANONYMOUS)
		return;
	o = table_get(a->task->table, (int32_t)v[4]);
	if (!o || o->kind != OBJECT_FILE)
		return;
	if ((v[3] & MAP_TYPE) != MAP_PRIVATE && (v[2] & PROT_WRITE)) {
		a->fx->n_mapped += !o->file->is_mapped;
		o->file->is_mapped = true;
		file_wrote(a, o->file, 0);
	} else if (v[2] != PROT_NONE) {
		loader_note_map(a, o, v[2]);
		open_was_read(a, o, 0, false);
	}
}

/* Which mapping is not followed: all that the run may have written through one are synced. */
void
on_msync(struct act *a)
{
	if (!(a->call->arg[2] & MS_SYNC) || !a->fx->n_mapped)
		return;
	for (size_t i = 0; i < a->fx->n_files; i++)
		if (a->fx->files[i]->is_mapped) {
			file_synced(a->fx, a->fx->files[i], a->event->seq);
			order_synced(a, a->fx->files[i]);
		}
}
