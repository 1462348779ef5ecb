/* SPDX-License-Identifier: MIT */
/*
 * ebpf.c - a run under the eBPF backend: the backend's functions, and looking into the rings
 *
 * Nobody wakes us, for that would cost the target more than all the rest: we look, and sleep a
 * little when nothing was there. Events are handed out one by one; the record behind them stays
 * in its ring until the next one is asked for.
 */

#include "capture/ebpf.h"

#include "base/clock.h"
#include "base/mem.h"
#include "capture/backend.h"
#include "capture/cpu.h"
#include "capture/launch.h"
#include "capture/probe.h"
#include "capture/urgent.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SHORT_SLEEP_NS 200000
#define LONG_SLEEP_NS 1000000
#define N_SHORT 10 /* looks in vain before the long sleep */
#define N_CALM 100 /* and before memory is given back: to get it anew is dear */
#define FLOW_RECORDS                                                                           \
	64 /* from one glance at the rings to the next, while there are records                \
	    */

void
drain_doubt(struct drain *d, const char *fmt, ...)
{
	va_list ap;

	if (d->footer.reason[0])
		return;
	va_start(ap, fmt);
	vsnprintf(d->footer.reason, sizeof d->footer.reason, fmt, ap);
	va_end(ap);
}

static struct event *
place(struct drain *d, struct event *event, const struct task *t)
{
	d->seq = MAX(d->seq + 1, d->now_ns);
	event->seq = d->seq;
	event->task = t->number;
	event->time_ns = d->now_ns;
	d->footer.n_events++;
	return event;
}

struct event *
drain_event(struct drain *d, enum event_kind kind, const struct task *t)
{
	struct event *event = place(d, queue_push(&d->queue), t);

	event->kind = kind;
	return event;
}

struct event *
drain_call(struct drain *d, const struct task *t)
{
	return place(d, queue_push_call(&d->queue, &t->call), t);
}

struct drain *
drain_new(const struct capture_opts *opts, struct bpf_session *session, rings_clock *clock,
	void *clock_arg)
{
	struct drain *d = mem_alloc(sizeof *d);

	d->opts = *opts;
	d->arena = arena_new();
	d->has_wanted = opts->wanted;
	if (opts->wanted)
		d->wanted = *opts->wanted;
	d->opts.wanted = NULL;
	d->first_status = -1;
	if (opts->want_busy && !opts->wanted)
		sampler_start(&d->sampler, NULL, NULL);
	d->session = session;
	d->rings = rings_new(session->rings, session->cpus, session->n_cpus, clock, clock_arg);
	d->misses_before = -1;
	return d;
}

/* --- from records to events --- */

/* What a record of each kind holds at least. */
static const size_t sizes[N_RECORD_KINDS] = {
	[RECORD_ENTRY] = sizeof(struct record_call),
	[RECORD_MORE] = sizeof(struct record_call),
	[RECORD_CALL] = sizeof(struct record_call),
	[RECORD_FORK] = sizeof(struct record_fork),
	[RECORD_EXEC] = sizeof(struct record_exec),
	[RECORD_EXIT] = sizeof(struct record_exit),
	[RECORD_SIGNAL] = sizeof(struct record_signal),
	[RECORD_STRINGS] = sizeof(struct record_strings),
};

static bool
exec_is_sound(const struct record_exec *rec)
{
	uint64_t left = rec->head.size - sizeof *rec, sum = 0;
	const uint32_t parts[] = { rec->n_path, rec->n_filename, rec->n_args };

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		sum += ((uint64_t)parts[i] + 7) & ~(uint64_t)7;
	return sum <= left && rec->arch < HINT_ARCHES;
}

static bool
is_sound(const struct record *rec, size_t size)
{
	if (size < sizeof *rec || rec->size != size || rec->kind >= N_RECORD_KINDS ||
		!sizes[rec->kind] || size < sizes[rec->kind])
		return false;
	switch (rec->kind) {
	case RECORD_ENTRY:
	case RECORD_MORE:
	case RECORD_CALL:
		return ((const struct record_call *)rec)->arch < HINT_ARCHES;
	case RECORD_EXEC:
		return exec_is_sound((const struct record_exec *)rec);
	case RECORD_STRINGS:
		return ((const struct record_strings *)rec)->n <=
		       size - sizeof(struct record_strings);
	case RECORD_FORK: {
		const struct record_fork *fork = (const struct record_fork *)rec;

		return fork->child_tid > 0 && fork->child_pid > 0 && fork->how > START_FIRST &&
		       fork->how <= START_THREAD;
	}
	default:
		return true;
	}
}

static void
hand_on(struct drain *d, struct task *t, const struct record *rec)
{
	switch (rec->kind) {
	case RECORD_ENTRY:
		ebpf_entry(d, t, (const struct record_call *)rec);
		break;
	case RECORD_MORE:
		ebpf_more(d, t, (const struct record_call *)rec);
		break;
	case RECORD_CALL:
		ebpf_call(d, t, (const struct record_call *)rec);
		break;
	case RECORD_FORK:
		ebpf_fork(d, t, (const struct record_fork *)rec);
		break;
	case RECORD_EXEC:
		ebpf_exec(d, t, (const struct record_exec *)rec);
		break;
	case RECORD_EXIT:
		ebpf_exit(d, t, (const struct record_exit *)rec);
		break;
	case RECORD_SIGNAL:
		ebpf_signal(d, t, (const struct record_signal *)rec);
		break;
	default: /* RECORD_STRINGS */
		ebpf_strings(d, (const struct record_strings *)rec);
	}
}

/* A signal that is ignored may be sent to who has just ended. */
static bool
is_unheard(const struct record *rec)
{
	return rec->kind == RECORD_SIGNAL &&
	       ((const struct record_signal *)rec)->fate == SIGNAL_IGNORED;
}

void
drain_take(struct drain *d, const struct record *rec, size_t size, uint64_t time_ns)
{
	struct task *t;

	if (!is_sound(rec, size)) {
		d->n_unsound++;
		return;
	}
	d->now_ns = MAX(d->now_ns, time_ns > d->started_ns ? time_ns - d->started_ns : 0);
	t = task_find(&d->tasks, rec->tid);
	if (!t) {
		d->n_strange += !is_unheard(rec);
		return;
	}
	if (!t->number)
		ebpf_start(d, t);
	if (ebpf_is_own_signal(rec))
		return;
	if (!is_unheard(rec)) /* a call goes on as if there were none */
		ebpf_flush(d, t, rec);
	ebpf_settle(d, t, rec);
	hand_on(d, t, rec);
	if (rec->kind == RECORD_CALL && !t->is_held)
		ebpf_settle(d, t, NULL);
}

int
drain_pop(struct drain *d, struct event *event)
{
	if (queue_pop(&d->queue, event))
		return 1;
	while (d->dead) {
		struct task *t = d->dead;

		d->dead = t->next;
		task_free(t);
	}
	queue_clear(&d->queue);
	return 0;
}

/* --- looking --- */

static void
rest(struct drain *d)
{
	struct timespec pause = { .tv_nsec = d->n_idle < N_SHORT ? SHORT_SLEEP_NS
								 : LONG_SLEEP_NS };
	size_t size, fill = rings_fill(d->rings, &size);

	if (fill < size / 8)
		nanosleep(&pause, NULL);
}

/* Asks the caller. */
static void
tick(struct drain *d, uint64_t now)
{
	if (d->is_killing || !d->opts.tick || !d->opts.tick_ms || now < d->next_tick_ns)
		return;
	d->next_tick_ns = now + (uint64_t)d->opts.tick_ms * NS_PER_MS;
	if (!d->opts.tick(d->opts.tick_arg))
		return;
	d->footer.was_cut = true;
	drain_doubt(d, "the run was stopped before it had ended");
	ebpf_kill(d);
}

/* Processes may be left by the command for a while. Their ends may lie in records that nobody
 * has looked at; so what counts is up to when all has been told. */
static void
look_at_deadline(struct drain *d)
{
	uint64_t told_ns = rings_bound_ns(d->rings);

	if (d->is_killing || !d->deadline_ns || told_ns < d->started_ns + d->deadline_ns)
		return;
	d->footer.was_cut = true;
	drain_doubt(d, "processes outlived the command by more than %u ms", d->opts.linger_ms);
	ebpf_kill(d);
}

static void
reaped(struct drain *d, int status, uint64_t now)
{
	d->first_status = status;
	if (d->opts.linger_ms)
		d->deadline_ns = now + (uint64_t)d->opts.linger_ms * NS_PER_MS;
}

void
ebpf_pass(struct drain *d, size_t fill, size_t size, uint64_t now_ns)
{
	uint32_t is_leaving;
	int status;

	if (now_ns) {
		tick(d, now_ns);
		sampler_look(&d->sampler, now_ns);
	}
	ebpf_meet(d);
	status = hold_pass(d->hold, fill, size);
	is_leaving = hold_is_leaving(d->hold);
	if (d->session->control->is_leaving != is_leaving) /* each call reads beside it */
		d->session->control->is_leaving = is_leaving;
	if (status != -1)
		reaped(d, status, clock_monotonic_ns() - d->started_ns);
}

/* One look into all rings, and all that is to be done now and then. Whatever was to be told
 * when this begins has been told, up to the bound of the look before. */
static void
look(struct drain *d)
{
	uint64_t now;
	size_t size, fill;

	if (rings_are_empty(d->rings))
		hold_resume(d->hold, rings_bound_ns(d->rings));
	d->n_idle = d->n_read ? 0 : d->n_idle + 1;
	d->n_read = 0;
	if (d->n_idle == N_SHORT)
		rings_calm(d->rings);
	if (d->n_idle == N_CALM)
		rings_trim(d->rings);
	ebpf_look_after(d, clock_monotonic_ns() - d->started_ns);
	look_at_deadline(d);
	rest(d);
	now = clock_monotonic_ns() - d->started_ns;
	fill = rings_fill(d->rings, &size);
	ebpf_pass(d, fill, size, now);
	rings_look(d->rings);
	if (d->first_status != -1 && !d->tasks.n)
		d->is_over = true;
}

static int
ebpf_next(void *state, struct event *event, struct err *err)
{
	struct drain *d = state;
	const struct record *rec;
	uint64_t time_ns;
	size_t size;

	(void)err;
	if (d->is_stopped)
		ebpf_let_go(d);
	while (!drain_pop(d, event)) {
		if (d->is_over) {
			ebpf_finish(d);
			return 0;
		}
		if (d->n_read % FLOW_RECORDS == FLOW_RECORDS - 1)
			ebpf_flow(d); /* nothing points to the last record any more */
		rec = rings_next(d->rings, &size, &time_ns);
		if (rec) {
			d->n_read++;
			drain_take(d, rec, size, time_ns);
		} else {
			look(d);
		}
	}
	sampler_event(&d->sampler, event);
	return 1;
}

/* --- the backend --- */

void
drain_free(struct drain *d)
{
	struct event event;

	if (!d)
		return;
	drain_pop(d, &event);
	rings_free(d->rings);
	task_table_done(&d->tasks);
	hold_free(d->hold);
	while (d->dead) {
		struct task *t = d->dead;

		d->dead = t->next;
		task_free(t);
	}
	queue_done(&d->queue);
	copies_done(&d->late);
	str_done(&d->strings);
	mem_free(d->is_apart);
	mem_free(d->spared);
	sampler_done(&d->sampler);
	mem_free(d->held);
	arena_free(d->arena);
	mem_free(d);
}

static void
ebpf_free(void *state)
{
	struct drain *d = state;
	struct err err = { 0 };
	struct event event;

	if (!d)
		return;
	d->opts.tick_ms = 0;
	d->deadline_ns = 0;
	if (!d->is_over && d->hold) {
		ebpf_kill(d);
		while (ebpf_next(d, &event, &err) > 0)
			continue;
		err_drop(&err); /* nobody is left to be told */
	}
	if (d->is_urgent)
		urgency_end();
	bpf_session_end(d->session);
	guard_free(d->guard);
	drain_free(d);
}

static int
ebpf_begin(void **out, const struct capture_opts *opts, struct err *err)
{
	struct placement placement;
	struct drain *d;

	if (opts->attach) {
		err_set(err, "backend ebpf cannot attach to a process that runs");
		return err_hint(err, "use backend ptrace");
	}
	d = drain_new(opts, opts->session, NULL, NULL);
	placement_init(&placement, CPU_SPREAD);
	launch_fill_header(&d->header, d->arena, opts, capture_backend_names[BACKEND_EBPF],
		placement_n_cpus(&placement));
	placement_done(&placement);
	ebpf_flow_begin(d);
	d->header.is_sampled = d->sampler.is_on;
	d->started_ns = clock_monotonic_ns();
	d->misses_before = bpf_session_misses(opts->session);
	if (guard_new(&d->guard, opts->session, err) < 0 || ebpf_first(d, err) < 0) {
		ebpf_free(d);
		return -1;
	}
	*out = d;
	return 0;
}

static const struct trace_header *
ebpf_header(const void *state)
{
	return &((const struct drain *)state)->header;
}

static const struct trace_footer *
ebpf_footer(const void *state)
{
	return &((const struct drain *)state)->footer;
}

static int
ebpf_status(const void *state)
{
	return ((const struct drain *)state)->first_status;
}

const struct backend_ops ebpf_backend = {
	.name = "ebpf",
	.start = ebpf_begin,
	.next = ebpf_next,
	.header = ebpf_header,
	.footer = ebpf_footer,
	.status = ebpf_status,
	.free = ebpf_free,
	.probe = probe_ebpf,
};
