/* SPDX-License-Identifier: MIT */
/* critical.c - the critical path: which task the run waited for, at each moment of it */
#include "effects/critical.h"

#include "effects/alias.h"
#include "effects/edges.h"
#include "effects/edges_own.h"
#include "effects/process.h"
#include "effects/state.h"

#include <errno.h>
#include <string.h>

/* A task went on because another one let it. */
struct link {
	uint64_t exit_ns; /* when it went on */
	uint64_t by_ns;   /* when it was let */
	uint32_t by;      /* task */
	uint16_t call;    /* enum call_id in which it was blocked; 0: it was started */
};

struct life {
	struct link *links; /* in order of time */
	size_t n, capacity;
	uint64_t end_ns; /* of its last event */
	/* The last call that waited for any of several things (poll), and may have been ended
	 * by what the next call finds. */
	uint64_t wait_enter_ns, wait_exit_ns;
	uint16_t wait_call;
	struct stamp signal; /* whoever sent the last one; task 0: used up */
	/* The last call, when it was interrupted: by a signal that is told after it. */
	struct link cut;
	uint64_t cut_enter_ns;
};

struct critical {
	struct life *lives; /* by task number */
	size_t n;
	uint64_t from_ns; /* the first exec */
	bool has_exec;
	uint32_t last; /* task whose end came last */
};

static const enum call_id waits[] = { CALL_poll, CALL_ppoll, CALL_ppoll_time64, CALL_select,
	CALL__newselect, CALL_pselect6, CALL_pselect6_time64, CALL_epoll_wait, CALL_epoll_pwait,
	CALL_epoll_pwait2 };

static bool
is_wait(enum call_id id)
{
	for (size_t i = 0; i < ARRAY_LEN(waits); i++)
		if (waits[i] == id)
			return true;
	return false;
}

static struct life *
life_of(struct effects *fx, uint32_t task)
{
	struct critical *c = fx->critical;
	size_t more;

	if (!c)
		c = fx->critical = mem_alloc(sizeof *c);
	if (task >= c->n) {
		more = MAX(c->n * 2, (size_t)task + 16);
		c->lives = mem_resize(c->lives, more, sizeof *c->lives);
		memset(c->lives + c->n, 0, (more - c->n) * sizeof *c->lives);
		c->n = more;
	}
	return &c->lives[task];
}

void
critical_free(struct critical *c)
{
	for (size_t i = 0; c && i < c->n; i++)
		mem_free(c->lives[i].links);
	if (c)
		mem_free(c->lives);
	mem_free(c);
}

static void
add_link(struct life *life, struct link link)
{
	life->links = mem_grow(life->links, life->n, &life->capacity, sizeof *life->links);
	life->links[life->n++] = link;
	life->wait_exit_ns = 0;
}

static enum call_id
id_of(const struct call *call)
{
	return call->arch < N_ARCHES ? decode_spec((enum arch)call->arch, call->nr)->id
				     : CALL_unknown;
}

static void
note_cut(struct life *life, const struct event *event)
{
	const struct call *call = &event->call;
	bool is_cut = call->state == CALL_RESTARTED || (call->is_error && call->ret == -EINTR);

	life->cut = (struct link){ 0 };
	life->cut_enter_ns = call->enter_ns;
	if (is_cut)
		life->cut = (struct link){ .exit_ns = event->time_ns,
			.call = (uint16_t)id_of(call) };
}

/* Most calls return before the signal is delivered that made them (pause, sigsuspend); what the
 * kernel runs again has it in the middle. */
static void
note_signal(struct life *life, struct stamp by)
{
	struct link cut = life->cut;

	life->signal = by;
	if (!by.task || !cut.exit_ns || by.time_ns <= life->cut_enter_ns)
		return;
	cut.by = by.task;
	cut.by_ns = MIN(by.time_ns, cut.exit_ns);
	add_link(life, cut);
	life->cut = (struct link){ 0 };
}

/* Who releases is seen to have done so when its call ends, which may be a little later. */
static void
note_call(struct life *life, const struct event *event, struct stamp by)
{
	const struct call *call = &event->call;
	enum call_id id = id_of(call);
	uint64_t enter = call->enter_ns, exit = event->time_ns;

	if (!by.task && life->signal.task && life->signal.time_ns > enter)
		by = life->signal;
	life->signal = (struct stamp){ 0 };
	if (by.task && by.time_ns > enter) {
		add_link(life,
			(struct link){ exit, MIN(by.time_ns, exit), by.task, (uint16_t)id });
	} else if (by.task && life->wait_exit_ns && by.time_ns > life->wait_enter_ns) {
		exit = life->wait_exit_ns;
		add_link(life,
			(struct link){ exit, MIN(by.time_ns, exit), by.task, life->wait_call });
	} else if (is_wait(id)) {
		life->wait_enter_ns = enter;
		life->wait_exit_ns = exit;
		life->wait_call = (uint16_t)id;
	}
}

void
critical_note(struct effects *fx, const struct event *event)
{
	struct stamp by = causal_released(fx->causal, event->task);
	struct life *life;

	if (event->kind == EVENT_PATH || event->kind == EVENT_HELD)
		return;
	life = life_of(fx, event->task);
	life->end_ns = MAX(life->end_ns, event->time_ns);
	if (event->kind == EVENT_START && event->start.parent)
		add_link(life, (struct link){ event->time_ns, event->time_ns,
				       event->start.parent, 0 });
	else if (event->kind == EVENT_CALL && event->call.state != CALL_RESTARTED)
		note_call(life, event, by);
	else if (event->kind == EVENT_SIGNAL)
		note_signal(life, by);
	else if (event->kind == EVENT_EXIT)
		fx->critical->last = event->task;
	if (event->kind == EVENT_CALL)
		note_cut(life, event);
	if (event->kind == EVENT_EXEC && !fx->critical->has_exec) {
		fx->critical->has_exec = true;
		fx->critical->from_ns = event->time_ns;
	}
}

/* The walk back. Each link is passed once at most, so that it ends even where clocks are equal.
 */
struct walk {
	struct effects *fx;
	uint64_t from_ns; /* of the run */
	struct arena *arena;
	size_t *left; /* by task: links that were not passed */
	struct path_step *steps;
	size_t n, capacity;
};

static void
add_step(struct walk *w, uint32_t task, uint64_t from_ns, uint64_t to_ns, const char *released)
{
	const struct task *t = task_get(w->fx, task);
	AUTO(str_done) struct str program = { 0 };

	if (t)
		alias_path(w->fx, &program, process_program(t->process));
	w->steps = mem_grow(w->steps, w->n, &w->capacity, sizeof *w->steps);
	w->steps[w->n++] = (struct path_step){
		.task = task,
		.process = t ? t->process->nr : task,
		.program = arena_intern(w->arena, str_text(&program), program.n),
		.from_ns = from_ns,
		.to_ns = to_ns,
		.released = released,
	};
}

static const struct link *
last_link(struct walk *w, uint32_t task, uint64_t at_ns)
{
	const struct life *life = &w->fx->critical->lives[task];
	size_t *left = &w->left[task];

	while (*left && life->links[*left - 1].exit_ns > at_ns)
		--*left;
	return *left ? &life->links[--*left] : NULL;
}

static void
walk_back(struct walk *w, uint32_t task, uint64_t at_ns)
{
	const struct critical *c = w->fx->critical;
	uint64_t from_ns = w->from_ns;
	const char *released = NULL;
	const struct link *link;

	while (at_ns > from_ns && task < c->n) {
		link = last_link(w, task, at_ns);
		add_step(w, task, MAX(link ? link->by_ns : from_ns, from_ns), at_ns, released);
		if (!link)
			return;
		released =
			link->call ? decode_spec_of((enum call_id)link->call)->name : "start";
		at_ns = MIN(at_ns, link->by_ns);
		task = link->by;
	}
}

/* Into the arena, first things first; steps of no time go. */
static size_t
turn(struct walk *w, struct path_step **out)
{
	size_t n = 0;

	*out = arena_array(w->arena, w->n + 1, sizeof **out);
	for (size_t i = w->n; i-- > 0;) {
		if (w->steps[i].from_ns == w->steps[i].to_ns && w->n > 1)
			continue;
		(*out)[n++] = w->steps[i];
	}
	mem_free(w->steps);
	mem_free(w->left);
	return n;
}

size_t
critical_path(struct effects *fx, struct arena *arena, uint32_t task, struct path_step **out)
{
	const struct critical *c = fx->critical;
	struct walk w = { .fx = fx, .arena = arena };

	*out = NULL;
	if (!c || (!task && !c->last))
		return 0;
	if (!task)
		task = c->last;
	if (task >= c->n || !c->lives[task].end_ns)
		return 0;
	w.from_ns = MAX(c->from_ns, effects_facts(fx)->began_ns);
	w.left = mem_array(c->n, sizeof *w.left);
	for (size_t i = 0; i < c->n; i++)
		w.left[i] = c->lives[i].n;
	walk_back(&w, task, c->lives[task].end_ns);
	return turn(&w, out);
}

void
critical_wanted(struct call_set *out)
{
	/* Whether SIGCHLD is heard is known from the handler that was set. */
	static const enum call_id blocking[] = { CALL_futex, CALL_futex_time64, CALL_pause,
		CALL_rt_sigsuspend, CALL_sigsuspend, CALL_rt_sigtimedwait, CALL_rt_sigaction,
		CALL_sigaction };

	for (int id = 1; id < N_CALL_IDS; id++)
		if (edges_are_firm((enum call_id)id) || edges_tell_arg((enum call_id)id) >= 0)
			call_set_add(out, (enum call_id)id);
	for (size_t i = 0; i < ARRAY_LEN(blocking); i++)
		call_set_add(out, blocking[i]);
	for (size_t i = 0; i < ARRAY_LEN(waits); i++)
		call_set_add(out, waits[i]);
}
