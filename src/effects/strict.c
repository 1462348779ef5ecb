/* SPDX-License-Identifier: MIT */
/*
 * strict.c - profile strict: what each call becomes while the trace is read
 *
 * Of a call that only asks the runtime's own files, or that a signal or an empty pipe sent
 * back, nothing is kept but its number. out_calls.c makes the golden's lines from what is kept
 * here.
 */
#include "effects/strict.h"

#include "effects/doubt.h"
#include "effects/flows.h"
#include "effects/msg.h"
#include "effects/net.h"
#include "effects/path.h"
#include "effects/process.h"
#include "effects/startup.h"
#include "effects/table.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

struct strict {
	struct str text; /* of the call in hand */
	struct line line;
	bool is_wanted;
	uint32_t n_objects;
	struct map *foreign; /* numbers of objects that are the runtime's own */
};

void
strict_start(struct effects *fx)
{
	fx->strict = mem_alloc(sizeof *fx->strict);
	fx->strict->foreign = map_new();
}

void
strict_free(struct effects *fx)
{
	if (!fx->strict)
		return;
	for (size_t i = 0; i < fx->n_tasks; i++)
		if (fx->tasks[i])
			lines_free(fx->tasks[i]->lines);
	for (size_t i = 0; i < fx->n_processes; i++) {
		struct manners *m = fx->processes[i]->manners;

		if (m)
			map_free(m->made);
		mem_free(m);
	}
	doubt_free(fx);
	map_free(fx->strict->foreign);
	str_done(&fx->strict->text);
	mem_free(fx->strict);
}

static struct manners *
manners_of(struct process *p)
{
	if (!p->manners) {
		p->manners = mem_alloc(sizeof *p->manners);
		p->manners->made = map_new();
	}
	return p->manners;
}

static struct lines *
lines_of(struct task *t)
{
	if (!t->lines)
		t->lines = mem_alloc(sizeof *t->lines);
	return t->lines;
}

/* Does what comes out of it come in pieces that time decides? */
static bool
comes_in_pieces(const struct open_file *o)
{
	if (!o)
		return false;
	if (o->flags & O_NONBLOCK || o->kind == OBJECT_PIPE || o->kind == OBJECT_SOCKET ||
		o->kind == OBJECT_OTHER)
		return true;
	if (o->kind != OBJECT_STREAM)
		return false;
	if (o->stream->is_fifo || strcmp(o->stream->key, "tty") == 0)
		return true;
	return o->stream->held && (str_has_prefix(o->stream->held, "pipe:") ||
					  str_has_prefix(o->stream->held, "socket:"));
}

/* Threads that wake each other, and ask who is awake: how often is a matter of time. */
static bool
is_wake(const struct act *a, const struct open_file *o)
{
	if (a->id == CALL_epoll_ctl)
		return true;
	if (!o || o->kind == OBJECT_SOCKET || o->kind == OBJECT_FILE ||
		o->kind == OBJECT_STREAM)
		return false;
	if (o->kind == OBJECT_PIPE)
		return o->pipe->maker &&
		       task_get(a->fx, o->pipe->maker)->process == a->task->process &&
		       a->task->process->n_threads > 1;
	return o->made &&
	       (strcmp(o->made, "eventfd") == 0 || strcmp(o->made, "timerfd_create") == 0);
}

#define WAKE_BYTES 16 /* room for those by which threads wake each other, as in Go */

/* Does what the process writes follow from how these bytes come? A wake-up has none that
 * anybody would write, and whether one is waited for at all is a matter of time. */
static bool
reads_pieces(const struct act *a, const struct open_file *o)
{
	if (!comes_in_pieces(o))
		return false;
	if (!is_wake(a, o))
		return true;
	return o && o->kind == OBJECT_PIPE &&
	       (a->id != CALL_read || a->call->arg[2] > WAKE_BYTES);
}

/* Looks, reads, and what is done to a descriptor of one's own. */
static bool
is_quiet(const struct act *a, const struct line *line)
{
	static const enum call_id asking[] = { CALL_close, CALL_lseek, CALL__llseek, CALL_fcntl,
		CALL_fcntl64, CALL_ioctl, CALL_flock, CALL_statfs, CALL_fstatfs, CALL_getxattr,
		CALL_lgetxattr, CALL_fgetxattr, CALL_listxattr, CALL_inotify_add_watch };

	if (strcmp(line->family, "open") == 0)
		return strstr(str_text(&a->fx->strict->text), "O_RDONLY") &&
		       !strstr(str_text(&a->fx->strict->text), "|O_CREAT") &&
		       !strstr(str_text(&a->fx->strict->text), "|O_TRUNC");
	if (line->kind == CANON_READ || line->kind == CANON_LIST)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(asking); i++)
		if (a->id == asking[i])
			return true;
	return strcmp(line->family, "stat") == 0 || strcmp(line->family, "access") == 0 ||
	       strcmp(line->family, "readlink") == 0 || strcmp(line->family, "dup") == 0;
}

/* Whoever waits for several things does next what time says. */
static bool
waits_for_many(const struct act *a)
{
	switch (a->id) {
	case CALL_poll:
	case CALL_ppoll:
	case CALL_ppoll_time64:
		return a->call->arg[1] > 0 && a->call->arg[2] != 0;
	case CALL_select:
	case CALL__newselect:
	case CALL_pselect6:
	case CALL_pselect6_time64:
		return a->call->arg[0] > 0;
	case CALL_epoll_wait:
	case CALL_epoll_pwait:
	case CALL_epoll_pwait2:
		return true;
	default:
		return false;
	}
}

/* Bash and others are told of ended children by a signal, or ask now and then. */
static void
note_manners(const struct act *a)
{
	struct manners *m = manners_of(a->task->process);
	uint64_t handler = 0;

	if (a->id == CALL_rt_sigaction && a->call->arg[0] == SIGCHLD &&
		call_read(a->call, 1, a->call->arg[1], &handler,
			a->call->arch == ARCH_I386 ? 4 : 8))
		m->waits_loosely |= handler > 1;
	if (waits_for_many(a))
		m->polls = true;
	if (a->id == CALL_poll)
		m->polled_at_once |= a->call->arg[1] == 3 && a->call->arg[2] == 0;
	if (a->id == CALL_wait4 || a->id == CALL_waitpid)
		m->waits_loosely |= a->call->arg[2] & WNOHANG;
	if (a->id == CALL_waitid)
		m->waits_loosely |= a->call->arg[3] & WNOHANG;
}

/* Nothing happened: the kernel, or the program, tries again; or gives back to a pipe what it
 * read too much of, which is as much as came at once. */
static bool
is_vain(const struct act *a)
{
	return a->call->state == CALL_RESTARTED ||
	       (a->call->is_error && (a->call->ret == -EINTR || a->call->ret == -EAGAIN ||
					     a->call->ret == -ESPIPE));
}

static void
begin_line(const struct act *a, struct strict *s)
{
	enum canon_kind kind;
	int64_t fd = canon_fd(a);
	const struct open_file *o = table_get(a->task->table, fd);
	const char *path;

	s->line = (struct line){ .family = canon_family(a, &kind), .n = 1 };
	s->line.kind = (uint8_t)kind;
	s->line.seq = a->event->seq;
	str_clear(&s->text);
	if (kind == CANON_NOISE)
		return;
	s->line.is_std = fd >= 0 && fd < 3;
	if (o && o->kind == OBJECT_PIPE && !o->pipe->nr)
		o->pipe->nr = ++s->n_objects;
	if (o)
		s->line.object = o->kind == OBJECT_PIPE ? o->pipe->nr : o->nr;
	path = canon_path(a);
	if (path)
		s->line.path = arena_intern(a->fx->arena, path, strlen(path));
	if (kind == CANON_READ && comes_in_pieces(o)) {
		s->line.is_elastic = true;
		manners_of(a->task->process)->reads_pieces |= reads_pieces(a, o);
	}
	if (kind == CANON_WRITE && o && comes_in_pieces(o))
		s->line.is_elastic = o->flags & O_NONBLOCK;
	s->line.is_passage = comes_in_pieces(o);
	s->line.wakes = is_wake(a, o);
	canon_put(a, &s->text);
	s->line.is_quiet = is_quiet(a, &s->line);
}

/* What a task was in when another one ended its process. And whether a thread came to its own
 * end before that: who waits for it by a lock does not wait for so long. */
static bool
is_luck(const struct act *a)
{
	if (a->id == CALL_exit && a->task->thread)
		return true;
	return a->call->state == CALL_UNFINISHED && a->id != CALL_exit &&
	       a->id != CALL_exit_group;
}

void
strict_before(const struct act *a)
{
	struct strict *s = a->fx->strict;

	if (!s)
		return;
	s->is_wanted = true;
	note_manners(a);
	if (is_vain(a) || is_luck(a))
		s->is_wanted = false;
	if (s->is_wanted)
		begin_line(a, s);
	if (s->is_wanted && s->line.kind == CANON_NOISE)
		s->is_wanted = false;
	if (!s->is_wanted)
		lines_of(a->task)->n_left_out++;
}

/* The child that a wait has collected; NULL: none has ended, or none of ours. */
static const struct task *
collected(const struct act *a)
{
	uint64_t pid = a->call->ret > 0 ? (uint64_t)a->call->ret : 0;
	int32_t info[5] = { 0 };
	int where = a->call->arch == ARCH_I386 ? 3 : 4; /* of si_pid in siginfo_t */

	if (a->id == CALL_waitid && !(a->call->arg[3] & WNOWAIT) &&
		call_read(a->call, 2, a->call->arg[2], info, sizeof info))
		pid = (uint32_t)info[where];
	return pid ? map_get_number(a->fx->by_pid, (uint32_t)pid) : NULL;
}

/* An object without a name is one by its maker. */
static void
name_made(const struct act *a, const struct line *line)
{
	struct open_file *o = table_get(a->task->table, a->call->ret);
	struct manners *m = manners_of(a->task->process);

	if (!o || o->made || (o->kind != OBJECT_SOCKET && o->kind != OBJECT_OTHER))
		return;
	o->made = line->path ? line->path : line->family;
	o->maker = a->task->process->nr;
	o->ordinal = (uint32_t)++ * (uintptr_t *)map_text(m->made, o->made);
	o->nr = ++a->fx->strict->n_objects;
}

/* The C library asks a name service; all that is done to that socket is its own. */
static void
note_runtime_socket(const struct act *a, struct line *line)
{
	const struct open_file *o =
		table_get(a->task->table, line->kind == CANON_FD ? a->call->ret : canon_fd(a));

	if (!o)
		return;
	line->object = o->kind == OBJECT_PIPE ? o->pipe->nr : o->nr;
	if (a->id == CALL_connect && net_is_runtime(str_text(&a->fx->strict->text)))
		*map_number(a->fx->strict->foreign, o->nr) = a->fx;
}

bool
strict_is_left(const struct effects *fx, const struct line *line)
{
	return line->kind == CANON_WRITE && flow_is_left(fx, line->object);
}

bool
strict_is_foreign(const struct effects *fx, const struct line *line)
{
	return line->object && map_get_number(fx->strict->foreign, line->object);
}

/* False: nothing happened that has a line. */
static bool
end_wait(const struct act *a, struct strict *s)
{
	const struct task *child = collected(a);

	if (a->call->is_error || !child)
		return false;
	s->line.child = child->nr;
	str_clear(&s->text);
	str_add(&s->text, "wait(");
	canon_put_task(&s->text, child);
	str_add_char(&s->text, ')');
	return true;
}

/* A thread is no process, though the same calls make both. */
static void
note_thread(const struct act *a, struct strict *s)
{
	const struct task *t = map_get_number(a->fx->by_pid, (uint32_t)a->call->ret);

	if (!t || !t->thread)
		return;
	s->line.family = "thread";
	str_clear(&s->text);
	str_add(&s->text, "thread()");
}

void
strict_after(const struct act *a)
{
	struct strict *s = a->fx->strict;
	struct line *line;
	bool is_ok = !a->call->is_error && a->call->state == CALL_DONE;

	if (!s || !s->is_wanted)
		return;
	line = &s->line;
	line->is_error = a->call->is_error;
	line->is_missing = a->call->is_error && a->call->ret == -ENOENT;
	line->is_exec = is_ok && strcmp(line->family, "exec") == 0;
	if (line->kind == CANON_WAIT && !end_wait(a, s)) {
		lines_of(a->task)->n_left_out++;
		return;
	}
	if (is_ok && line->kind == CANON_FD)
		name_made(a, line);
	if (is_ok && line->kind == CANON_TASK)
		note_thread(a, s);
	note_runtime_socket(a, line);
	if (is_ok && (line->kind == CANON_READ || line->kind == CANON_WRITE)) {
		line->has_bytes = !line->is_elastic;
		line->bytes = (uint64_t)a->call->ret;
	} else {
		canon_put_result(a, (enum canon_kind)line->kind, &s->text);
	}
	doubt_note(a, line);
	line->text = arena_intern(a->fx->arena, str_text(&s->text), s->text.n);
	line->n_before = lines_of(a->task)->n_left_out;
	lines_of(a->task)->n_left_out = 0;
	startup_mark(a, manners_of(a->task->process), line);
	lines_add(a->task->lines, line);
}
