/* SPDX-License-Identifier: MIT */
/* effects.c - from the events of a run to what an outsider could observe */
#include "effects/effects.h"

#include "effects/alias.h"
#include "effects/anon.h"
#include "effects/calls.h"
#include "effects/critical.h"
#include "effects/deed.h"
#include "effects/edges.h"
#include "effects/event_log.h"
#include "effects/evidence.h"
#include "effects/facts.h"
#include "effects/flows.h"
#include "effects/leaks.h"
#include "effects/left.h"
#include "effects/listing.h"
#include "effects/hold.h"
#include "effects/msg.h"
#include "effects/names.h"
#include "effects/net.h"
#include "effects/order.h"
#include "effects/out.h"
#include "effects/path.h"
#include "effects/process.h"
#include "effects/region.h"
#include "effects/segment.h"
#include "effects/stream.h"
#include "effects/strict.h"
#include "effects/table.h"
#include "effects/tries.h"

#include <stdlib.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#define TEXT_LIMIT 65536

static void
copy_header(struct effects *fx, const struct trace_header *h)
{
	struct arena *a = fx->arena;

	fx->header = *h;
	fx->header.argv = arena_words(a, h->argv);
	fx->header.cwd = arena_strdup(a, h->cwd);
	fx->header.exe = arena_strdup(a, h->exe);
	fx->header.home = arena_strdup(a, h->home);
	fx->header.tmp = arena_strdup(a, h->tmp);
	fx->header.sandbox = arena_strdup(a, h->sandbox);
	fx->header.backend = arena_strdup(a, h->backend);
	fx->header.kernel = arena_strdup(a, h->kernel);
	fx->header.machine = arena_strdup(a, h->machine);
}

struct effects *
effects_new(const struct trace_header *header, const struct effects_opts *opts)
{
	struct effects *fx = mem_alloc(sizeof *fx);

	fx->arena = arena_new();
	copy_header(fx, header);
	fx->opts = *opts;
	if (!fx->opts.text_limit)
		fx->opts.text_limit = TEXT_LIMIT;
	fx->by_pid = map_new();
	fx->names = map_new();
	fx->streams = map_new();
	fx->peers = map_new();
	fx->deeds = map_new();
	fx->left = map_new();
	fx->left_ids = map_new();
	fx->tries = map_new();
	listing_init(fx);
	fx->seen_times = map_new();
	fx->chosen_times = map_new();
	fx->named = map_new();
	fx->scripts = map_new();
	fx->text_dirs = map_new();
	fx->ports = map_new();
	fx->strangers = map_new();
	fx->total = tally_new();
	fx->causal = causal_new(opts->clocks, opts->lamport);
	edges_init(fx);
	order_init(fx);
	if (opts->profile == PROFILE_STRICT || opts->regions)
		strict_start(fx);
	alias_roots(fx);
	return fx;
}

static void
names_free(struct effects *fx)
{
	size_t at = 0;
	void *value;

	while (map_next(fx->names, &at, NULL, NULL, &value)) {
		struct name *n = value;

		evidence_free(n->evidence);
		evidence_free(n->read_evidence);
	}
	for (size_t i = 0; i < fx->n_files; i++)
		moment_done(&fx->files[i]->unlocked);
	map_free(fx->names);
	for (size_t i = 0; i < fx->n_files; i++)
		if (fx->files[i]->written)
			segments_free(fx->files[i]->written);
	mem_free(fx->files);
}

void
effects_free(struct effects *fx)
{
	if (!fx)
		return;
	flows_free(fx);
	strict_free(fx);
	regions_free(fx);
	rights_free(fx);
	for (size_t i = 0; i < fx->n_processes; i++) {
		tally_free(fx->processes[i]->tally);
		anon_free(fx->processes[i]->anon);
	}
	tasks_free(fx);
	names_free(fx);
	streams_free(fx);
	net_free(fx);
	deeds_free(fx);
	held_free(fx);
	order_done(fx);
	event_log_free(fx->log);
	critical_free(fx->critical);
	mem_free(fx->leaks);
	map_free(fx->leaks_told);
	edges_done(fx);
	causal_free(fx->causal);
	left_free(fx);
	tries_free(fx);
	map_free(fx->listings);
	map_free(fx->seen_times);
	map_free(fx->chosen_times);
	map_free(fx->by_pid);
	map_free(fx->named);
	map_free(fx->scripts);
	map_free(fx->text_dirs);
	map_free(fx->families);
	map_free(fx->ports);
	map_free(fx->strangers);
	tally_free(fx->total);
	str_done(&fx->room);
	str_done(&fx->room2);
	arena_free(fx->arena);
	mem_free(fx);
}

void
effects_wanted(struct call_set *out, enum profile profile)
{
	*out = (struct call_set){ { 0 } };
	for (int id = 1; id < N_CALL_IDS; id++)
		if (profile == PROFILE_STRICT || handler_of((enum call_id)id) ||
			edges_are_firm((enum call_id)id))
			call_set_add(out, (enum call_id)id);
	call_set_add(out, CALL_getrandom);
}

/* mkstemp and its like draw eight bytes right before they make the name. */
static void
note_random(const struct act *a)
{
	a->task->drew_random =
		a->id == CALL_getrandom && !a->call->is_error && a->call->ret == 8;
}

/* Did the call do what it is for? Who kills its own group does not live to see that it did, nor
 * who is killed when it has just become another program. */
static bool
took_effect(const struct act *a)
{
	const struct process *p = a->task->process;

	if (a->call->state != CALL_UNFINISHED)
		return a->call->state == CALL_DONE;
	if (a->id == CALL_execve || a->id == CALL_execveat)
		return p->images[p->n_images - 1].exec_seq > a->call->enter_seq;
	return a->id == CALL_kill;
}

static void
one_call(struct effects *fx, const struct event *event)
{
	const struct call *call = &event->call;
	const struct handler *h;
	struct act a = {
		.fx = fx, .task = task_get(fx, event->task), .event = event, .call = call
	};

	if (!a.task || call->arch >= N_ARCHES)
		return;
	a.id = decode_spec((enum arch)call->arch, call->nr)->id;
	if (call->state == CALL_RESTARTED)
		return;
	edges_call(&a);
	fx->saw_memory_calls |= a.id == CALL_brk || a.id == CALL_mremap;
	tally_call(&a);
	if (fx->opts.peak_memory && call->state == CALL_DONE && !call->is_error)
		anon_call(&a);
	strict_before(&a);
	h = took_effect(&a) ? handler_of(a.id) : NULL;
	if (h && (!call->is_error || h->on_failure)) {
		a.col = h->col;
		h->run(&a);
	}
	strict_after(&a);
	if (call->state != CALL_DONE)
		return;
	note_random(&a);
}

static struct path_state *
copy_state(struct effects *fx, const struct path_state *s)
{
	struct path_state *copy = arena_dup(fx->arena, s, sizeof *s);

	copy->path = arena_strdup(fx->arena, s->path);
	copy->target = arena_strdup(fx->arena, s->target);
	copy->attributes = arena_strdup(fx->arena, s->attributes);
	copy->sha256[sizeof copy->sha256 - 1] = '\0';
	copy->head = NULL;
	if (s->n_head && !s->is_before && s->head)
		copy->head = arena_dup(fx->arena, s->head, s->n_head);
	copy->n_head = copy->head ? s->n_head : 0;
	return copy;
}

static void
one_path(struct effects *fx, const struct path_state *s)
{
	AUTO(str_done) struct str clean = { 0 };
	struct name *n;

	if (!s->path || s->path[0] != '/' || s->type > PATH_UNREADABLE)
		return;
	path_join(&clean, "/", s->path, strlen(s->path));
	n = names_get(fx, clean.data);
	if (!s->is_before) {
		n->after = copy_state(fx, s);
		fx->has_after_tree |= fx->header.sandbox && !n->touched &&
				      strcmp(clean.data, fx->header.sandbox) == 0;
		return;
	}
	n->before = copy_state(fx, s);
	fx->has_before = true;
	n->type = s->type;
	if (s->type == PATH_SYMLINK && s->target) {
		n->target = n->before->target;
		fx->has_links = true;
	}
}

static void
note_fork(struct effects *fx, const struct event *event)
{
	struct task *t = task_get(fx, event->task);
	struct moment of = causal_now(fx->causal, event->start.parent);

	causal_start(fx->causal, event->task, event->start.parent);
	if (t && t->process->nr == t->nr)
		t->process->forked = of.at;
	/* A child in its parent's memory has none of its own (vfork). */
	if (!t || t->process->nr != t->nr)
		;
	else if (event->start.clone_flags & CLONE_VM || event->start.how == START_VFORK)
		t->process->memory_of = t->process->parent ? t->process->parent->nr : 0;
	else if (fx->opts.peak_memory)
		anon_start(fx, t->process->parent, t->process);
	moment_done(&of);
}

/* Of a program's memory, by exec or exit. */
static void
life_ended(struct effects *fx, uint32_t nr)
{
	const struct task *t = task_get(fx, nr);

	if (t && fx->opts.peak_memory)
		anon_gone(fx, t->process);
}

static void
apply(struct effects *fx, const struct event *event)
{
	fx->acting = event->task;
	causal_time(fx->causal, event->time_ns);
	if (fx->opts.leaks)
		leaks_note(fx, event);
	if (event->kind != EVENT_CALL && event->kind != EVENT_START)
		edges_event(fx, event);
	switch ((enum event_kind)event->kind) {
	case EVENT_START:
		task_start(fx, event);
		note_fork(fx, event);
		edges_event(fx, event);
		break;
	case EVENT_HELD:
		task_held(fx, event);
		break;
	case EVENT_EXEC:
		task_exec(fx, event);
		life_ended(fx, event->task);
		break;
	case EVENT_CALL:
		one_call(fx, event);
		break;
	case EVENT_EXIT:
		task_exit(fx, event);
		if (event->exit.is_process)
			life_ended(fx, event->task);
		causal_end(fx->causal, event->task);
		break;
	case EVENT_PATH:
		one_path(fx, &event->path);
		break;
	case EVENT_SIGNAL: /* what it does shows elsewhere */
	case N_EVENT_KINDS:
		break;
	}
}

/* In causal order: what brought the event about was told before. */
void
effects_apply(struct effects *fx, const struct event *event)
{
	const struct effects_watch *watch = fx->opts.watch;

	if (fx->opts.before)
		fx->opts.before(fx->opts.visit_arg, event);
	if (watch)
		watch->before(watch->arg, fx, event);
	apply(fx, event);
	if (watch)
		watch->after(watch->arg, fx, event);
	if (fx->opts.clocks || fx->opts.visit)
		event_log_add(fx, event);
	if (fx->opts.critical)
		critical_note(fx, event);
}

int
effects_event(struct effects *fx, const struct event *event, struct err *err)
{
	if (fx->is_finished)
		return err_set(err, "an event came after the effects were finished");
	if (event->kind != EVENT_PATH) {
		if (!fx->first_ns)
			fx->first_ns = event->time_ns;
		fx->last_ns = event->time_ns;
	}
	held_add(fx, event);
	return 0;
}

static int
compare_paths(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* What a link that was written through stands for now; the file system is asked, as snapshots
 * ask it. */
static void
add_link_targets(struct map *paths, const char *path)
{
	AUTO(str_done) struct str at = { 0 }, next = { 0 };
	char target[4096];

	str_add(&at, path);
	for (int hops = 0; hops < 40; hops++) {
		ssize_t n = readlink(at.data, target, sizeof target);

		if (n <= 0 || n == sizeof target)
			return;
		str_clear(&next);
		if (target[0] != '/') {
			str_add_n(&next, at.data, path_parent(at.data));
			str_add_char(&next, '/');
		}
		str_add_n(&next, target, (size_t)n);
		str_clear(&at);
		path_join(&at, "/", next.data, next.n);
		*map_text(paths, at.data) = paths;
	}
}

void
effects_paths(struct effects *fx, void (*visit)(void *arg, const char *path), void *arg)
{
	AUTO(map_free) struct map *paths = map_new();
	AUTO(mem_free) const char **sorted = NULL;
	size_t at = 0, n = 0;
	const void *key;
	void *value;

	held_flush(fx);
	while (map_next(fx->names, &at, NULL, NULL, &value)) {
		const struct name *name = value;

		if (!name->touched)
			continue;
		*map_text(paths, name->path) = paths;
		if (name->by_open)
			add_link_targets(paths, name->path);
	}
	sorted = mem_array(map_count(paths), sizeof *sorted);
	for (at = 0; map_next(paths, &at, &key, NULL, NULL);)
		sorted[n++] = key;
	qsort(sorted, n, sizeof *sorted, compare_paths);
	for (size_t i = 0; i < n; i++)
		visit(arg, sorted[i]);
}

void
effects_received(struct effects *fx, const char *stream, const struct received *received)
{
	struct stream *s = map_get_text(fx->streams, stream);

	if (s)
		s->received = received;
}

uint64_t
effects_written(const struct effects *fx, const char *stream)
{
	const struct stream *s = map_get_text(fx->streams, stream);

	return s ? s->n_written : 0;
}

const struct facts *
effects_facts(const struct effects *fx)
{
	return &fx->facts;
}
