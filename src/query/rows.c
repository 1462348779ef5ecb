/* SPDX-License-Identifier: MIT */
/*
 * rows.c - from an event to a row
 *
 * What a descriptor stands for is asked before the call is applied, since a close forgets it;
 * what the call made, after it.
 */
#include "query/access.h"
#include "query/inner.h"

#include "effects/look.h"
#include "query/fate.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

/* A program as a process ran it. */
struct program {
	uint32_t process;
	uint64_t exec_seq;
	int64_t argv; /* text, as it was known when the first row came */
};

struct owner {
	size_t task_key, image_key, image_before;
	uint64_t exec_seq;
	bool has_image;
	const char *mark; /* in the dictionary's arena; NULL: none */
};

struct builder {
	struct columns *c;
	struct effects *fx;
	struct arena *arena;
	struct map *by_task;      /* task -> key, of V_TASK */
	struct map *by_process;   /* process -> struct owner */
	struct map *by_call;      /* call id, or the number of an unknown one -> key */
	struct map *by_object;    /* kind and name, two numbers of texts -> key */
	struct map *by_made;      /* files without a name: seq -> number */
	struct map *by_place;     /* address of a stack's frame -> key */
	struct map *by_path;      /* address of a text in effects -> number */
	struct program *programs; /* programs[i] has the key i + 1 */
	size_t n_programs, programs_capacity;
	size_t n_tasks, n_calls, n_objects, n_places; /* keys given so far */
	struct str text;
	int64_t row[N_VECTORS];
	struct call_about about;
	int64_t fd;
	uint32_t fd_flags; /* as F_GETFL, of what the call works on; 0: not known */
	bool has_row;
	struct fates *fates; /* NULL: not wanted */
};

static int64_t
text_of(struct builder *b, const char *text)
{
	return text ? (int64_t)dict_add(&b->c->dict, text, NULL) : NO_VALUE;
}

/* A path that effects keeps, and will keep at that address. */
static int64_t
path_of(struct builder *b, const char *path)
{
	void **slot;

	if (!path || !*path)
		return NO_VALUE;
	slot = map_number(b->by_path, (uintptr_t)path);
	if (!*slot) {
		str_clear(&b->text);
		effects_put_path(b->fx, &b->text, path);
		*slot = (void *)(uintptr_t)dict_add(&b->c->dict, str_text(&b->text), path);
	}
	return (int64_t)(uintptr_t)*slot;
}

struct builder *
builder_new(struct columns *c)
{
	struct builder *b = mem_alloc(sizeof *b);

	b->c = c;
	b->arena = arena_new();
	b->by_task = map_new();
	b->by_process = map_new();
	b->by_call = map_new();
	b->by_object = map_new();
	b->by_place = map_new();
	b->by_path = map_new();
	b->by_made = map_new();
	if (columns_keep(c, V_LEFT))
		b->fates = fate_new();
	/* Texts of few kinds come first: their numbers are then small, and near each other. */
	for (int i = 1; i < 134; i++)
		text_of(b, decode_errno(i));
	return b;
}

void
builder_free(struct builder *b)
{
	if (!b)
		return;
	arena_free(b->arena);
	map_free(b->by_task);
	map_free(b->by_process);
	map_free(b->by_call);
	map_free(b->by_object);
	map_free(b->by_place);
	map_free(b->by_path);
	map_free(b->by_made);
	mem_free(b->programs);
	fate_free(b->fates);
	str_done(&b->text);
	mem_free(b);
}

static void
set(struct builder *b, enum column column, size_t key, int64_t value)
{
	if (b->c->wanted & COLUMN_BIT(column))
		attribute_set(&b->c->attribute[column], key, value);
}

static size_t
task_key(struct builder *b, uint32_t task, const struct look_task *look)
{
	void **slot = map_number(b->by_task, task);
	size_t key;

	if (*slot)
		return (uintptr_t)*slot;
	key = ++b->n_tasks;
	*slot = (void *)key;
	set(b, COLUMN_TASK, key, task);
	set(b, COLUMN_PROCESS, key, look->process);
	set(b, COLUMN_PARENT, key, look->parent ? look->parent : NO_VALUE);
	set(b, COLUMN_PID, key, look->pid);
	set(b, COLUMN_TID, key, look->tid);
	return key;
}

static int64_t
argv_text(struct builder *b, const char *const *argv, size_t n)
{
	if (!n)
		return NO_VALUE;
	str_clear(&b->text);
	for (size_t i = 0; i < n; i++)
		str_addf(&b->text, "%s%s", i ? " " : "", argv[i]);
	return text_of(b, str_text(&b->text));
}

static size_t
new_image(struct builder *b, const struct look_task *look)
{
	size_t key = b->n_programs + 1;
	struct program *p;

	b->programs = mem_grow(
		b->programs, b->n_programs, &b->programs_capacity, sizeof *b->programs);
	p = &b->programs[b->n_programs++];
	*p = (struct program){ look->process, look->exec_seq, NO_VALUE };
	if (b->c->wanted & COLUMN_BIT(COLUMN_ARGV))
		p->argv = argv_text(b, look->argv, look->n_argv);
	set(b, COLUMN_EXEC, key, path_of(b, look->exe));
	return key;
}

static struct owner *
owner_of(struct builder *b, const struct look_task *look)
{
	void **slot = map_number(b->by_process, look->process);
	struct owner *o = *slot;

	if (!o)
		o = *slot = arena_alloc(b->arena, sizeof *o);
	if (!o->has_image || o->exec_seq != look->exec_seq) {
		o->image_before = o->image_key;
		o->image_key = new_image(b, look);
		o->exec_seq = look->exec_seq;
		o->has_image = true;
	}
	return o;
}

/* execve is a call of the program that made it, also when the kernel told first of the new
 * one. */
static bool
was_before(const struct builder *b, const struct event *event, const struct owner *o)
{
	return event->kind == EVENT_CALL && o->image_before &&
	       (b->about.id == CALL_execve || b->about.id == CALL_execveat) &&
	       o->exec_seq > event->call.enter_seq;
}

static struct owner *
put_task(struct builder *b, const struct event *event)
{
	struct look_task look;
	struct owner *o;

	if (!effects_look_task(b->fx, event->task, &look))
		return NULL;
	o = owner_of(b, &look);
	b->row[V_TASK] = (int64_t)task_key(b, event->task, &look);
	b->row[V_IMAGE] = (int64_t)(was_before(b, event, o) ? o->image_before : o->image_key);
	return o;
}

static size_t
call_key(struct builder *b, const struct call *call, enum call_id id)
{
	uint64_t known = id == CALL_unknown ? (uint64_t)call->nr << 32 | call->arch << 16 : id;
	void **slot = map_number(b->by_call, known);
	char room[32];
	uint32_t classes;
	size_t key;

	if (*slot)
		return (uintptr_t)*slot;
	key = ++b->n_calls;
	*slot = (void *)key;
	classes = decode_spec_of(id)->classes;
	set(b, COLUMN_SYSCALL, key,
		text_of(b, id == CALL_unknown
				   ? decode_name((enum arch)call->arch, call->nr, room)
				   : decode_spec_of(id)->name));
	set(b, COLUMN_FAMILY, key,
		text_of(b, id == CALL_unknown ? "unknown" : effects_family(id)));
	set(b, COLUMN_CLASS, key, classes ? (int64_t)classes : NO_VALUE);
	return key;
}

/* Which of the run's files without a name, from 1. */
static size_t
nameless(struct builder *b, uint64_t made_seq)
{
	void **slot = map_number(b->by_made, made_seq);

	if (!*slot)
		*slot = (void *)map_count(b->by_made);
	return (uintptr_t)*slot;
}

/* Pipes have no name of their own: "pipe:2.1" is the first that process 2 made. */
static const char *
name_of_object(struct builder *b, const struct look *look)
{
	if (look->name || (!look->ordinal && !look->made_seq))
		return look->name;
	str_clear(&b->text);
	if (look->ordinal)
		str_addf(&b->text, "%s:%u.%u", look->word, look->maker, look->ordinal);
	else
		str_addf(&b->text, "nameless:%zu", nameless(b, look->made_seq));
	return str_text(&b->text);
}

static size_t
object_key(struct builder *b, const struct look *look)
{
	const uint64_t pair[2] = { (uint64_t)text_of(b, look->word),
		(uint64_t)(look->path ? path_of(b, look->path)
				      : text_of(b, name_of_object(b, look))) };
	void **slot = map_slot(b->by_object, pair, sizeof pair);

	if (!*slot) {
		*slot = (void *)++b->n_objects;
		set(b, COLUMN_FD_KIND, b->n_objects, (int64_t)pair[0]);
		set(b, COLUMN_FD_NAME, b->n_objects, (int64_t)pair[1]);
	}
	return (uintptr_t)*slot;
}

static void
put_fd(struct builder *b, uint32_t task, int64_t fd, bool has_path)
{
	struct look look;

	b->fd = fd;
	if (fd < 0)
		return;
	b->row[V_FD] = fd;
	effects_look_fd(b->fx, task, fd, &look);
	b->fd_flags = look.flags;
	if (look.kind == LOOK_NOTHING)
		return;
	if (columns_keep(b->c, V_OBJECT))
		b->row[V_OBJECT] = (int64_t)object_key(b, &look);
	if (!has_path)
		b->row[V_PATH] = path_of(b, look.path);
}

/* Where bytes come from, and where they go: which of its descriptors is which. */
static bool
is_transfer(enum call_id id, int *from)
{
	*from = id == CALL_sendfile || id == CALL_sendfile64;
	return *from || id == CALL_splice || id == CALL_tee || id == CALL_copy_file_range;
}

static int64_t
path_behind(struct builder *b, uint32_t task, int64_t fd)
{
	struct look look;

	effects_look_fd(b->fx, task, fd, &look);
	return path_of(b, look.path);
}

/* What opens gets a descriptor, which tells where a link led; what changes does not. */
static enum look_links
links_of(enum call_id id)
{
	switch (id) {
	case CALL_readlink:
	case CALL_readlinkat:
		return LOOK_NAMED;
	case CALL_truncate:
	case CALL_truncate64:
	case CALL_chmod:
	case CALL_chown:
	case CALL_utime:
	case CALL_utimes:
	case CALL_futimesat:
	case CALL_setxattr:
	case CALL_removexattr:
		return LOOK_FOLLOWS;
	default:
		return LOOK_BEHIND;
	}
}

static void
put_paths(struct builder *b, const struct event *event)
{
	const struct call_about *about = &b->about;
	int64_t paths[2] = { NO_VALUE, NO_VALUE };
	int from;

	for (unsigned i = 0; i < about->n_paths; i++)
		paths[i] = path_of(b, effects_look_path(b->fx, event, about->dir[i],
					      about->path[i], links_of(about->id)));
	if (about->n_paths == 1)
		b->row[V_PATH] = paths[0];
	if (about->n_paths == 2) {
		b->row[V_FROM] = paths[0];
		b->row[V_TO] = paths[1];
	}
	if (about->n_fds == 2 && is_transfer(about->id, &from)) {
		b->row[V_FROM] = path_behind(b, event->task, about->fd[from]);
		b->row[V_TO] = path_behind(b, event->task, about->fd[!from]);
		b->row[V_PATH] = NO_VALUE;
	}
}

/* AT_EMPTY_PATH: the directory's descriptor is what the call works on. */
static int64_t
empty_path_fd(const struct builder *b, const struct call *call)
{
	const struct call_about *about = &b->about;
	size_t n = 1;
	const char *text;

	if (!about->n_paths || about->n_fds || about->dir[0] < 0)
		return -1;
	text = decode_string(call, (uint8_t)about->path[0], &n);
	if ((text && n) || (!text && call->arg[about->path[0]]))
		return -1;
	return (int32_t)call->arg[about->dir[0]];
}

static bool
makes_fd(const struct builder *b, const struct call *call)
{
	return decode_spec_of(b->about.id)->ret == RET_FD && !call->is_error &&
	       call->state == CALL_DONE && call->ret >= 0;
}

static void
put_objects(struct builder *b, const struct event *event)
{
	int64_t fd = b->about.n_fds ? b->about.fd[0] : empty_path_fd(b, &event->call);
	bool has_path = b->about.n_paths > 0 && b->about.n_fds;

	b->fd = -1;
	b->fd_flags = 0;
	if (columns_keep(b->c, V_ACCESS) || columns_keep(b->c, V_FD) ||
		columns_keep(b->c, V_OBJECT) || columns_keep(b->c, V_PATH) ||
		columns_keep(b->c, V_PEER))
		put_fd(b, event->task, fd, has_path);
	if (columns_keep(b->c, V_PATH) || columns_keep(b->c, V_FROM) ||
		columns_keep(b->c, V_TO))
		put_paths(b, event);
}

static void
put_outcome(struct builder *b, const struct event *event)
{
	static const char *const states[] = { [CALL_DONE] = "done",
		[CALL_RESTARTED] = "restarted",
		[CALL_UNFINISHED] = "unfinished",
		[CALL_DENIED] = "denied" };
	const struct call *call = &event->call;
	bool has_result = call->state == CALL_DONE || call->state == CALL_DENIED;
	const char *error = call->is_error ? decode_errno((int)-call->ret) : NULL;
	char room[32];
	int64_t bytes;

	b->row[V_STATE] = text_of(b, states[call->state & 3]);
	if (call->is_error && !error)
		error = (snprintf(room, sizeof room, "errno %lld", -(long long)call->ret),
			room);
	if (has_result && call->is_error)
		b->row[V_ERRNO] = text_of(b, error);
	else if (has_result)
		b->row[V_RESULT] = MAX(call->ret, INT64_MIN + 1);
	bytes = effects_look_bytes(event, b->about.id);
	if (bytes >= 0)
		b->row[V_BYTES] = bytes;
}

/* A path as the compiler named it has no canonical spelling. */
static size_t
place_key(struct builder *b, const struct stack_frame *f)
{
	void **slot = map_number(b->by_place, (uintptr_t)f);
	size_t key;

	if (*slot)
		return (uintptr_t)*slot;
	key = ++b->n_places;
	*slot = (void *)key;
	set(b, COLUMN_FUNCTION, key, text_of(b, f->function));
	set(b, COLUMN_FILE, key, text_of(b, f->file));
	set(b, COLUMN_LINE, key, f->line ? (int64_t)f->line : NO_VALUE);
	return key;
}

static void
put_place(struct builder *b, const struct event *event)
{
	const struct stack *stack = event->call.stack;
	const struct stack_frame *f;

	if (!columns_keep(b->c, V_PLACE))
		return;
	/* The execve that starts the command is the tracer's. */
	b->c->n_unfollowed += !stack && (b->about.id != CALL_execve || b->c->n_calls > 0);
	f = stack_place(stack);
	if (f)
		b->row[V_PLACE] = (int64_t)place_key(b, f);
}

static void
put_call(struct builder *b, const struct event *event)
{
	const struct call *call = &event->call;
	uint64_t enter = MIN(call->enter_ns, event->time_ns);
	uint32_t bits;

	b->row[V_CALL] = (int64_t)call_key(b, call, b->about.id);
	b->row[V_START] = (int64_t)MIN(enter, (uint64_t)INT64_MAX);
	b->row[V_DURATION] = (int64_t)MIN(event->time_ns - enter, (uint64_t)INT64_MAX);
	put_outcome(b, event);
	put_place(b, event);
	if (!columns_keep(b->c, V_ACCESS))
		return;
	bits = access_of(call, b->about.id, effects_family(b->about.id), b->fd_flags);
	if (bits)
		b->row[V_ACCESS] = bits;
}

static void
begin_row(struct builder *b, const struct event *event)
{
	for (int i = 0; i < N_VECTORS; i++)
		b->row[i] = NO_VALUE;
	b->row[V_SEQ] = (int64_t)MIN(event->seq, (uint64_t)INT64_MAX);
	b->row[V_START] = b->row[V_END] = (int64_t)MIN(event->time_ns, (uint64_t)INT64_MAX);
	if (event->busy_ns)
		b->row[V_BUSY] = (int64_t)MIN(event->busy_ns, (uint64_t)INT64_MAX);
	b->has_row = true;
}

void
builder_before(void *columns, struct effects *fx, const struct event *event)
{
	struct builder *b = ((struct columns *)columns)->builder;

	b->fx = fx;
	b->has_row = false;
	if (event->kind == EVENT_PATH || event->kind == EVENT_HELD)
		return;
	if (event->kind == EVENT_CALL && event->call.arch >= N_ARCHES)
		return;
	begin_row(b, event);
	if (event->kind != EVENT_CALL)
		return;
	decode_about(&b->about, &event->call);
	put_objects(b, event);
}

/* A socket that is bound to a path makes a file there. */
static void
put_bound(struct builder *b, const struct event *event)
{
	AUTO(str_done) struct str address = { 0 };

	if (b->about.id != CALL_bind || !columns_keep(b->c, V_PATH) ||
		!effects_look_peer(b->fx, event, &b->about, b->fd, &address) ||
		!str_has_prefix(address.data, "unix:/"))
		return;
	b->row[V_PATH] =
		path_of(b, arena_intern(b->c->dict.arena, address.data + 5, address.n - 5));
}

static void
put_made(struct builder *b, const struct event *event)
{
	bool wants = columns_keep(b->c, V_FD) || columns_keep(b->c, V_OBJECT) ||
		     columns_keep(b->c, V_PATH) || columns_keep(b->c, V_PEER);

	if (wants && makes_fd(b, &event->call))
		put_fd(b, event->task, event->call.ret, b->about.n_paths > 0);
	put_bound(b, event);
	if (!columns_keep(b->c, V_PEER) ||
		!(decode_spec_of(b->about.id)->classes & (CLASS_NETWORK | CLASS_DESC)))
		return;
	str_clear(&b->text);
	if (effects_look_peer(b->fx, event, &b->about, b->fd, &b->text))
		b->row[V_PEER] = text_of(b, str_text(&b->text));
}

static void
put_life(struct builder *b, const struct event *event)
{
	static const char *const kinds[N_EVENT_KINDS] = { [EVENT_START] = "start",
		[EVENT_EXEC] = "exec",
		[EVENT_SIGNAL] = "signal",
		[EVENT_EXIT] = "exit" };
	char room[16];
	const struct task_exit *x = &event->exit;

	b->row[V_EVENT] = text_of(b, kinds[event->kind]);
	if (event->kind == EVENT_SIGNAL)
		b->row[V_SIGNAL] = text_of(b, decode_signal_name(event->signal.signal, room));
	if (event->kind != EVENT_EXIT)
		return;
	if (WIFSIGNALED(x->status))
		b->row[V_SIGNAL] = text_of(b, decode_signal_name(WTERMSIG(x->status), room));
	else
		b->row[V_STATUS] = WEXITSTATUS(x->status);
	if (!x->is_process)
		return;
	b->row[V_RSS] = (int64_t)MIN(x->peak_rss_bytes, (uint64_t)INT64_MAX);
	b->row[V_CPU] = (int64_t)MIN(x->user_ns + x->system_ns, (uint64_t)INT64_MAX);
}

/* "begin NAME" and "end NAME" of a marker call: the calls between them are marked, neither of
 * the two is. Returns what the call itself has. */
static const char *
note_mark(struct builder *b, const struct event *event, struct owner *o)
{
	const struct call *call = &event->call;
	size_t n = 0;
	const char *path, *word;
	AUTO(mem_free) char *text = NULL;

	if (!call->is_error || call->ret != -ENOENT || b->about.n_paths != 1)
		return o->mark;
	path = decode_string(call, (uint8_t)b->about.path[0], &n);
	text = mem_alloc(n + 1);
	if (n)
		memcpy(text, path, n);
	word = strstr(text, "renacer:");
	if (!word || (word != text && word[-1] != '/'))
		return o->mark;
	word += strlen("renacer:");
	if (!str_has_prefix(word, "begin ") && !str_has_prefix(word, "end "))
		return o->mark;
	o->mark = word[0] == 'b' ? arena_strdup(b->arena, word + strlen("begin ")) : NULL;
	return NULL;
}

static void
push_row(struct builder *b)
{
	struct columns *c = b->c;

	for (int i = 0; i < N_VECTORS; i++)
		if (columns_keep(c, (enum vector_id)i) && i != V_REGION && i != V_LEFT)
			vector_add(&c->vector[i], b->row[i]);
	c->n_rows++;
	c->n_calls += b->row[V_EVENT] == c->call_event;
}

void
builder_after(void *columns, struct effects *fx, const struct event *event)
{
	struct builder *b = ((struct columns *)columns)->builder;
	struct owner *o;

	if (!b->has_row)
		return;
	o = put_task(b, event);
	if (event->kind == EVENT_CALL) {
		b->row[V_EVENT] = b->c->call_event;
		put_call(b, event);
		put_made(b, event);
		if (b->fates)
			fate_call(b->fates, fx, event, &b->about, makes_fd(b, &event->call));
		if (o && columns_keep(b->c, V_MARK))
			b->row[V_MARK] = text_of(b, note_mark(b, event, o));
	} else {
		put_life(b, event);
		if (b->fates)
			fate_other(b->fates);
	}
	push_row(b);
}

static void
fill_argv(struct builder *b)
{
	const char *const *argv;
	size_t n;

	for (size_t i = 0; i < b->n_programs; i++) {
		const struct program *p = &b->programs[i];
		int64_t text = p->argv;

		if (effects_look_argv(b->fx, p->process, p->exec_seq, &argv, &n))
			text = argv_text(b, argv, n);
		set(b, COLUMN_ARGV, i + 1, text);
	}
}

static void
fill_regions(struct builder *b)
{
	struct columns *c = b->c;
	const char *name;

	for (size_t row = 0; row < c->n_rows; row++) {
		int64_t image = vector_get(&c->vector[V_IMAGE], row);
		uint64_t seq = (uint64_t)vector_get(&c->vector[V_SEQ], row);

		name = NULL;
		if (image > 0 && vector_get(&c->vector[V_EVENT], row) == c->call_event)
			name = effects_region(b->fx, b->programs[image - 1].process,
				b->programs[image - 1].exec_seq, seq);
		c->has_regions |= name != NULL;
		vector_add(&c->vector[V_REGION], text_of(b, name));
	}
}

bool
builder_is_subset(const struct builder *b)
{
	return b->fx && !effects_facts(b->fx)->has_all_calls;
}

void
builder_finish(struct builder *b)
{
	struct columns *c = b->c;

	for (int i = 0; i < N_VECTORS; i++)
		if (i != V_REGION && i != V_LEFT)
			vector_seal(&c->vector[i]);
	if (!b->fx) /* nothing ever happened */
		return;
	c->has_busy = effects_facts(b->fx)->has_busy;
	if (b->fates)
		fate_fill(b->fates, b->fx, &c->vector[V_SEQ], &c->vector[V_LEFT]);
	c->has_stacks = effects_facts(b->fx)->has_stacks;
	if (c->wanted & COLUMN_BIT(COLUMN_ARGV))
		fill_argv(b);
	if (c->wanted & COLUMN_BIT(COLUMN_REGION))
		fill_regions(b);
}
