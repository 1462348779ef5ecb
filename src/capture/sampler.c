/* SPDX-License-Identifier: MIT */
/*
 * sampler.c - the processor time that tasks take between their calls
 *
 * Events may come here long after they happened (ebpf), and looks at a task then fall into a
 * call that is not known yet. So looks are kept with their times, and which of them lie between
 * two calls is decided when the second one is told. What was used before the first of these and
 * behind the last is not counted: the truth is never less.
 */

#include "capture/sampler.h"

#include "base/clock.h"
#include "base/mem.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PERIOD_NS ((uint64_t)SAMPLER_MS * NS_PER_MS)
#define FINENESS 16 /* looks are so much closer together than the time is long */
#define LONGEST_NS NS_PER_S
#define LOOKS_AT_ONCE 64 /* tasks: who waits for us must not wait long */

struct look {
	uint64_t time_ns, cpu_ns;
};

struct sampled {
	uint32_t task;
	pid_t tid;
	size_t place;             /* in live */
	uint64_t since_ns;        /* its last call returned, or it began */
	uint64_t due_ns, rest_ns; /* the next look, and from there to the one behind it */
	struct look *looks;       /* in the order of time */
	size_t n_looks, looks_capacity;
};

/* The first number of schedstat; it grows while the task runs, with every tick of the clock. */
static bool
read_proc(void *arg, pid_t tid, uint64_t *cpu_ns)
{
	char path[40], text[64];
	ssize_t n;
	int fd;

	(void)arg;
	snprintf(path, sizeof path, "/proc/%d/schedstat", (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	*cpu_ns = strtoull(text, NULL, 10);
	return true;
}

void
sampler_start(struct sampler *s, sampler_read *read, void *arg)
{
	*s = (struct sampler){ .is_on = true, .read = read ? read : read_proc, .arg = arg };
}

static void
forget(struct sampler *s, struct sampled *t)
{
	s->live[t->place] = s->live[--s->n_live];
	s->live[t->place]->place = t->place;
	s->by_task[t->task] = NULL;
	mem_free(t->looks);
	mem_free(t);
}

void
sampler_done(struct sampler *s)
{
	while (s->n_live)
		forget(s, s->live[s->n_live - 1]);
	mem_free(s->live);
	mem_free(s->by_task);
	*s = (struct sampler){ .is_on = false };
}

static void
begin(struct sampler *s, const struct event *event)
{
	struct sampled *t = mem_alloc(sizeof *t);

	while (s->n_by_task <= event->task) {
		size_t n = MAX(64, 2 * s->n_by_task);

		s->by_task = mem_resize(s->by_task, n, sizeof(void *));
		memset(s->by_task + s->n_by_task, 0, (n - s->n_by_task) * sizeof(void *));
		s->n_by_task = n;
	}
	if (s->by_task[event->task])
		forget(s, s->by_task[event->task]);
	*t = (struct sampled){ .task = event->task,
		.tid = event->start.tid,
		.place = s->n_live,
		.since_ns = event->time_ns,
		.due_ns = event->time_ns + PERIOD_NS,
		.rest_ns = PERIOD_NS };
	s->live = mem_grow(s->live, s->n_live, &s->live_capacity, sizeof(void *));
	s->live[s->n_live++] = t;
	s->by_task[event->task] = t;
}

/* What it used from its last call to end_ns, as far as looks know. */
static uint64_t
used_until(const struct sampled *t, uint64_t end_ns)
{
	const struct look *first = NULL, *last = NULL;

	for (size_t i = 0; i < t->n_looks && t->looks[i].time_ns <= end_ns; i++) {
		if (t->looks[i].time_ns < t->since_ns)
			continue;
		first = first ? first : &t->looks[i];
		last = &t->looks[i];
	}
	return first && last->cpu_ns > first->cpu_ns ? last->cpu_ns - first->cpu_ns : 0;
}

/* Its call returned: what was seen before that is over. */
static void
begin_anew(struct sampled *t, uint64_t now_ns)
{
	size_t n_old = 0;

	t->since_ns = now_ns;
	t->due_ns = now_ns + PERIOD_NS;
	t->rest_ns = PERIOD_NS;
	while (n_old < t->n_looks && t->looks[n_old].time_ns < now_ns)
		n_old++;
	t->n_looks -= n_old;
	if (t->n_looks && n_old)
		memmove(t->looks, t->looks + n_old, t->n_looks * sizeof *t->looks);
}

void
sampler_event(struct sampler *s, struct event *event)
{
	struct sampled *t;

	event->busy_ns = 0;
	if (!s->is_on)
		return;
	if (event->kind == EVENT_START) {
		begin(s, event);
		return;
	}
	if (event->kind != EVENT_CALL && event->kind != EVENT_EXIT)
		return;
	t = event->task < s->n_by_task ? s->by_task[event->task] : NULL;
	if (!t)
		return;
	if (t->n_looks)
		event->busy_ns = used_until(
			t, event->kind == EVENT_CALL ? event->call.enter_ns : event->time_ns);
	if (event->kind == EVENT_EXIT)
		forget(s, t);
	else
		begin_anew(t, event->time_ns);
}

/* A task that computes is looked at again after a part of the time that it has done so; of one
 * that does not, nothing is expected soon. */
static void
look_at(struct sampler *s, struct sampled *t, uint64_t now_ns)
{
	uint64_t cpu_ns, longer = MIN(2 * t->rest_ns, LONGEST_NS);
	bool is_first = !t->n_looks;

	if (!s->read(s->arg, t->tid, &cpu_ns)) {
		t->due_ns = now_ns + LONGEST_NS;
		return;
	}
	if (is_first || cpu_ns > t->looks[t->n_looks - 1].cpu_ns) {
		t->looks = mem_grow(t->looks, t->n_looks, &t->looks_capacity, sizeof *t->looks);
		t->looks[t->n_looks++] = (struct look){ now_ns, cpu_ns };
		longer = is_first ? PERIOD_NS
				  : MAX(PERIOD_NS, (now_ns - t->since_ns) / FINENESS);
	}
	t->rest_ns = longer;
	t->due_ns = now_ns + t->rest_ns;
}

void
sampler_look(struct sampler *s, uint64_t now_ns)
{
	size_t n_looks = 0;

	if (!s->is_on || now_ns < s->due_ns)
		return;
	for (size_t i = 0; i < s->n_live && n_looks < LOOKS_AT_ONCE; i++) {
		struct sampled *t;

		s->at = s->at + 1 < s->n_live ? s->at + 1 : 0;
		t = s->live[s->at];
		if (now_ns < t->due_ns)
			continue;
		look_at(s, t, now_ns);
		n_looks++;
	}
	s->due_ns = now_ns + (n_looks < LOOKS_AT_ONCE ? PERIOD_NS / 2 : NS_PER_MS);
}
