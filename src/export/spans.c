/* SPDX-License-Identifier: MIT */
/*
 * spans.c - from the events of a run to the spans of a trace
 *
 * Tasks are spans from their start to their end; calls are kept by export/slowest.h and become
 * spans last, so that the program of a process is known by then.
 */

#include "export/spans.h"

#include "base/map.h"
#include "export/spans_own.h"

#include <string.h>
#include <sys/wait.h>

#define TASKS_MOST 10000u   /* that become spans */
#define ARGUMENTS_MOST 128u /* of one program */

/* splitmix64 (Steele, Lea, Flood): every count gives another number. */
static void
make_id(uint64_t seed, uint64_t *count, uint8_t out[8])
{
	uint64_t z;

	do {
		z = seed + ++*count * 0x9e3779b97f4a7c15u;
		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
		z = (z ^ z >> 27) * 0x94d049bb133111ebu;
		z ^= z >> 31;
	} while (!z); /* which is no identifier */
	for (unsigned i = 0; i < 8; i++)
		out[i] = (uint8_t)(z >> 8 * i);
}

static void
read_hex(uint8_t *out, const char *text)
{
	for (; *text; text += 2) {
		unsigned high = (unsigned)(text[0] <= '9' ? text[0] - '0' : text[0] - 'a' + 10);
		unsigned low = (unsigned)(text[1] <= '9' ? text[1] - '0' : text[1] - 'a' + 10);

		*out++ = (uint8_t)(high << 4 | low);
	}
}

static void
put_hex(char *out, const uint8_t *id, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*out++ = digits[id[i] >> 4];
		*out++ = digits[id[i] & 15];
	}
	*out = '\0';
}

/* They are sent, so they are sampled; that a number is random only its maker knows. */
static uint32_t
flags_of(const struct spans_opts *opts)
{
	enum { SAMPLED = 1, RANDOM = 2 };

	return SPAN_HAS_IS_REMOTE | SAMPLED |
	       (opts->parent ? opts->parent->flags & RANDOM : RANDOM);
}

void
spans_begin(struct spans *s, struct span *span, const struct span *parent)
{
	memcpy(span->trace_id, s->opts.trace_id, sizeof span->trace_id);
	make_id(s->opts.seed, &s->n_ids, span->id);
	span->trace_state = s->opts.trace_state;
	span->flags = flags_of(&s->opts);
	span->kind = SPAN_INTERNAL;
	if (parent)
		memcpy(span->parent, parent->id, sizeof span->parent);
}

static struct unit *
unit_new(struct spans *s)
{
	struct unit *u = arena_alloc(s->wording.arena, sizeof *u);

	u->process = u;
	u->above = u;
	u->exe = "";
	s->units = mem_grow(s->units, s->n_units, &s->room, sizeof(struct unit *));
	s->units[s->n_units++] = u;
	return u;
}

struct spans *
spans_new(const struct trace_header *header, const struct spans_opts *opts)
{
	struct spans *s = mem_alloc(sizeof *s);

	s->header = header;
	s->opts = *opts;
	s->wording = (struct wording){ arena_new(), opts->names };
	s->tasks = map_new();
	s->slowest = slowest_new(opts->max_calls, opts->min_ns);
	s->root = unit_new(s);
	s->root->is_kept = true;
	if (opts->parent)
		read_hex(s->opts.trace_id, opts->parent->trace_id);
	spans_begin(s, &s->root->span, NULL);
	s->root->span.start_ns = header->started_ns;
	if (opts->parent) {
		read_hex(s->root->span.parent, opts->parent->parent_id);
		s->root->span.flags |= SPAN_IS_REMOTE;
	}
	return s;
}

void
spans_free(struct spans *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_units; i++) {
		attributes_done(&s->units[i]->attributes);
		events_done(&s->units[i]->events);
	}
	slowest_free(s->slowest);
	map_free(s->tasks);
	arena_free(s->wording.arena);
	mem_free(s->units);
	mem_free(s->list);
	mem_free(s);
}

void
spans_context(const struct spans_opts *opts, struct trace_parent *out)
{
	uint64_t count = 0; /* the root comes first */
	uint8_t id[8];

	make_id(opts->seed, &count, id);
	put_hex(out->parent_id, id, sizeof id);
	put_hex(out->trace_id, opts->trace_id, sizeof opts->trace_id);
	if (opts->parent)
		memcpy(out->trace_id, opts->parent->trace_id, sizeof out->trace_id);
	out->flags = (uint8_t)flags_of(opts);
}

static void
set_program(struct spans *s, struct unit *u, const char *path)
{
	u->exe = wording_text(&s->wording, path, strlen(path));
}

static const struct span_value *
keep_arguments(struct spans *s, const struct span_value *items, size_t n)
{
	return arena_dup(s->wording.arena, items, n * sizeof *items);
}

static struct span_value
argument(struct spans *s, const char *text, size_t n)
{
	const char *kept = wording_text(&s->wording, text, n);

	return (struct span_value){ .kind = SPAN_TEXT, .n = strlen(kept), .text = kept };
}

/* The first program's, which no call may have been seen to execute. */
static void
set_first(struct spans *s, struct unit *u)
{
	const struct trace_header *h = s->header;
	struct span_value items[ARGUMENTS_MOST];
	size_t n = 0;

	if (h->exe)
		set_program(s, u, h->exe);
	if (!s->opts.want_arguments || !h->argv)
		return;
	for (; h->argv[n] && n < ARGUMENTS_MOST; n++)
		items[n] = argument(s, h->argv[n], strlen(h->argv[n]));
	u->arguments = keep_arguments(s, items, n);
	u->n_arguments = n;
	if (h->argv[n])
		attributes_bool(&u->attributes, "renacer.process.command_args.cut", true);
}

struct unit *
spans_unit(const struct spans *s, uint32_t task)
{
	struct unit *u = map_get_number(s->tasks, task);

	return u ? u : s->root;
}

static void
on_start(struct spans *s, const struct event *e)
{
	const struct task_start *start = &e->start;
	const struct unit *parent = spans_unit(s, start->parent);
	struct unit *u = unit_new(s);

	*map_number(s->tasks, e->task) = u;
	u->is_thread = start->process != e->task;
	u->process = u->is_thread ? spans_unit(s, start->process) : u;
	u->pid = start->pid;
	u->tid = start->tid;
	parent = u->is_thread ? u->process : parent->process;
	u->exe = parent->exe;
	u->span.start_ns = s->header->started_ns + e->time_ns;
	u->is_kept = s->n_units - 1 <= TASKS_MOST;
	if (!u->is_kept) {
		s->n_dropped_tasks++;
		u->above = parent->above;
		return;
	}
	spans_begin(s, &u->span, &parent->above->span);
	attributes_int(&u->attributes, "process.pid", start->pid);
	if (u->is_thread)
		attributes_int(&u->attributes, "thread.id", start->tid);
	else if (parent != s->root)
		attributes_int(&u->attributes, "process.parent_pid", parent->pid);
	if (start->how == START_FIRST)
		set_first(s, u);
}

static void
on_exec(struct spans *s, const struct event *e)
{
	struct unit *u = spans_unit(s, e->task)->process;
	struct attributes a = { 0 };

	if (u == s->root || !e->exec.path)
		return;
	set_program(s, u, e->exec.path);
	attributes_text(&a, &s->wording, "process.executable.path", e->exec.path);
	events_add(&u->events, &s->wording, "exec", s->header->started_ns + e->time_ns, &a);
}

/* What a program was given stands in the call that began it. */
static void
on_execve(struct spans *s, struct unit *u, const struct call *call, uint8_t argv)
{
	struct span_value items[ARGUMENTS_MOST];
	size_t n = 0;

	if (u == s->root || !s->opts.want_arguments)
		return;
	for (uint32_t i = 0; i < call->n_areas && n < ARGUMENTS_MOST; i++) {
		const struct area *a = &call->areas[i];

		if (a->arg == argv && a->kind == AREA_STRING && !a->is_missing)
			items[n++] = argument(s, (const char *)a->bytes, a->kept);
	}
	if (!n)
		return;
	u->arguments = keep_arguments(s, items, n);
	u->n_arguments = n;
}

static const char *
word(struct spans *s, const struct str *text)
{
	return arena_intern(s->wording.arena, str_text(text), text->n);
}

static void
set_place(struct spans *s, struct kept_call *k, const struct stack *stack)
{
	const struct stack_frame *place = stack_place(stack);

	if (!place || stack_is_cut(stack))
		return;
	if (place->function)
		k->function = arena_intern(
			s->wording.arena, place->function, strlen(place->function));
	if (place->file)
		k->file = arena_intern(s->wording.arena, place->file, strlen(place->file));
	k->line = place->line;
}

static char *
text_of(bool (*ask)(void *arg, const struct call *call, struct str *out), void *arg,
	const struct call *call)
{
	struct str text = { 0 };

	if (ask && ask(arg, call, &text))
		return str_take(&text);
	str_done(&text);
	return NULL;
}

static void
keep_call(struct spans *s, const struct event *e, const struct str *name)
{
	const struct export_names *names = s->opts.names;
	const struct call *c = &e->call;
	AUTO(str_done) struct str error = { 0 };
	struct kept_call k = {
		.enter_ns = MIN(c->enter_ns, e->time_ns),
		.exit_ns = e->time_ns,
		.seq = e->seq,
		.task = e->task,
		.state = c->state,
		.is_error = c->is_error,
		.ret = c->ret,
	};

	k.name = word(s, name);
	if (c->is_error) {
		names->error(names->arg, (int)-c->ret, &error);
		k.error = word(s, &error);
	}
	set_place(s, &k, c->stack);
	k.path = text_of(names->path, names->arg, c);
	k.peer = text_of(names->peer, names->arg, c);
	slowest_add(s->slowest, &k);
}

static void
on_call(struct spans *s, const struct event *e)
{
	const struct call *c = &e->call;
	struct unit *u = spans_unit(s, e->task);
	AUTO(str_done) struct str name = { 0 };
	bool has_result = c->state == CALL_DONE || c->state == CALL_DENIED;

	s->n_calls++;
	u->n_calls++;
	u->n_failed += has_result && c->is_error;
	s->opts.names->call(s->opts.names->arg, c, &name);
	if (has_result && !c->is_error && strcmp(str_text(&name), "execve") == 0)
		on_execve(s, u->process, c, 1);
	else if (has_result && !c->is_error && strcmp(str_text(&name), "execveat") == 0)
		on_execve(s, u->process, c, 2);
	if (slowest_takes(s->slowest, e->time_ns - MIN(c->enter_ns, e->time_ns)))
		keep_call(s, e, &name);
}

static void
on_signal(struct spans *s, const struct event *e)
{
	struct unit *u = spans_unit(s, e->task);
	AUTO(str_done) struct str name = { 0 };
	struct attributes a = { 0 };

	s->opts.names->signal(s->opts.names->arg, e->signal.signal, &name);
	attributes_text(&a, &s->wording, "renacer.signal.name", str_text(&name));
	events_add(&u->events, &s->wording, e->signal.is_stop ? "stop" : "signal",
		s->header->started_ns + e->time_ns, &a);
}

static void
tell_end(struct spans *s, struct unit *u, int32_t status)
{
	AUTO(str_done) struct str text = { 0 };

	if (WIFEXITED(status))
		attributes_int(&u->attributes, "process.exit.code", WEXITSTATUS(status));
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return;
	if (WIFSIGNALED(status))
		s->opts.names->signal(s->opts.names->arg, WTERMSIG(status), &text);
	else
		str_addf(&text, "%d", WEXITSTATUS(status));
	attributes_text(&u->attributes, &s->wording, "error.type", str_text(&text));
	u->span.status.code = SPAN_ERROR;
	u->span.status.message = arena_printf(s->wording.arena, "%s %s",
		WIFSIGNALED(status) ? "killed by" : "exited", str_text(&text));
}

static void
on_exit(struct spans *s, const struct event *e)
{
	struct unit *u = spans_unit(s, e->task), *p = u->process;
	const struct task_exit *x = &e->exit;

	if (u == s->root)
		return;
	u->span.end_ns = s->header->started_ns + e->time_ns;
	u->has_ended = true;
	if (!x->is_process)
		return;
	p->span.end_ns = u->span.end_ns;
	p->has_ended = true;
	tell_end(s, p, x->status);
	attributes_int(&p->attributes, "renacer.process.user_ns", (int64_t)x->user_ns);
	attributes_int(&p->attributes, "renacer.process.system_ns", (int64_t)x->system_ns);
	attributes_int(
		&p->attributes, "renacer.process.peak_rss_bytes", (int64_t)x->peak_rss_bytes);
}

void
spans_event(struct spans *s, const struct event *e)
{
	static void (*const on[N_EVENT_KINDS])(struct spans *, const struct event *) = {
		[EVENT_START] = on_start,
		[EVENT_EXEC] = on_exec,
		[EVENT_CALL] = on_call,
		[EVENT_SIGNAL] = on_signal,
		[EVENT_EXIT] = on_exit,
	};

	assert(e->kind < N_EVENT_KINDS);
	/* States of files are taken when the run is over. */
	if (e->kind != EVENT_PATH)
		s->last_ns = MAX(s->last_ns, e->time_ns);
	if (on[e->kind])
		on[e->kind](s, e);
}
