/* SPDX-License-Identifier: MIT */
/* trace_events.h - events made up for tests of the trace file, and their comparison */
#ifndef TESTS_TRACE_EVENTS_H
#define TESTS_TRACE_EVENTS_H

#include "base/mem.h"
#include "model/event.h"

#include <stdio.h>
#include <string.h>

/* xorshift64* (Marsaglia; Vigna 2016): the same events on every machine. */
static inline uint64_t
next_random(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 0x2545f4914f6cdd1du;
}

/* Numbers as they come: often small, sometimes at the edge of a type, sometimes any. */
static inline uint64_t
random_number(uint64_t *seed)
{
	static const uint64_t edges[] = { 0, 1, 0x7f, 0x80, 0x3fff, 0x4000, INT32_MAX,
		(uint64_t)INT32_MIN, UINT32_MAX, INT64_MAX, (uint64_t)INT64_MIN, UINT64_MAX };
	uint64_t r = next_random(seed);

	switch (r % 4) {
	case 0:
		return edges[(r >> 8) % ARRAY_LEN(edges)];
	case 1:
		return next_random(seed);
	default:
		return (r >> 8) % 1000;
	}
}

static inline char *
random_text(struct arena *arena, uint64_t *seed)
{
	uint64_t r = next_random(seed);
	size_t n = r % 5 == 0 ? 0 : (r >> 8) % 60;
	char *text;

	if (r % 7 == 0)
		return NULL;
	text = arena_alloc(arena, n + 1);
	for (size_t i = 0; i < n; i++)
		text[i] = (char)(next_random(seed) % 255 + 1);
	return text;
}

static inline uint8_t *
random_bytes(struct arena *arena, uint64_t *seed, size_t n)
{
	uint8_t *bytes = arena_alloc(arena, n + 1);
	bool is_dull = next_random(seed) % 2; /* so that some come again */

	for (size_t i = 0; i < n; i++)
		bytes[i] = is_dull ? (uint8_t)n : (uint8_t)next_random(seed);
	return n ? bytes : NULL;
}

static inline void
random_area(struct area *a, struct arena *arena, uint64_t *seed)
{
	uint64_t r = next_random(seed);

	a->arg = r % 6;
	a->kind = (r >> 4) % 4;
	a->at_exit = r >> 8 & 1;
	a->has_digest = r >> 9 & 1;
	a->is_missing = r >> 10 & 1;
	a->kept = (uint32_t)((r >> 16) % 8 ? (r >> 20) % 20 : (r >> 20) % 3000);
	a->size = a->kept + ((r >> 11 & 1) ? random_number(seed) % 100000 : 0);
	a->address = random_number(seed);
	a->bytes = random_bytes(arena, seed, a->kept);
	if (!a->has_digest)
		return;
	if (r >> 12 & 1) {
		digest_add(&a->digest, a->bytes, a->kept);
		return;
	}
	a->digest = (struct digest){ random_number(seed),
		{ next_random(seed), next_random(seed) } };
}

static inline const struct stack *
random_stack(struct arena *arena, uint64_t *seed)
{
	uint32_t n = (uint32_t)(next_random(seed) % 5);
	struct stack *s;

	if (!n)
		return NULL;
	s = arena_alloc(arena, sizeof *s + n * sizeof *s->frames);
	s->n = n;
	for (uint32_t i = 0; i < n; i++) {
		struct stack_frame *f = arena_alloc(arena, sizeof *f);

		f->module = random_text(arena, seed);
		f->function = random_text(arena, seed);
		f->file = random_text(arena, seed);
		f->offset = random_number(seed);
		f->function_offset = random_number(seed);
		f->line = (uint32_t)random_number(seed);
		f->is_inlined = next_random(seed) & 1;
		s->frames[i] = i && f->is_inlined ? s->frames[i - 1] : f;
	}
	return s;
}

static inline void
random_call(struct call *c, struct arena *arena, uint64_t *seed)
{
	uint64_t r = next_random(seed);
	struct area *areas;

	c->nr = r % 3 ? (uint32_t)(r >> 8) % 400 : (uint32_t)random_number(seed);
	c->arch = (r >> 20) % N_ARCHES;
	c->state = (r >> 24) % 4;
	c->is_error = r >> 28 & 1;
	for (int i = 0; i < 6; i++)
		c->arg[i] = random_number(seed);
	c->ret = (int64_t)random_number(seed);
	c->enter_ns = random_number(seed);
	c->enter_seq = random_number(seed);
	c->ip = random_number(seed);
	c->n_areas = (r >> 32) % 4;
	areas = arena_array(arena, c->n_areas, sizeof *areas);
	for (uint32_t i = 0; i < c->n_areas; i++)
		random_area(&areas[i], arena, seed);
	c->areas = c->n_areas ? areas : NULL;
	c->stack = random_stack(arena, seed);
}

static inline void
random_path(struct path_state *s, struct arena *arena, uint64_t *seed)
{
	uint64_t r = next_random(seed);

	s->path = random_text(arena, seed);
	s->target = random_text(arena, seed);
	s->is_before = r & 1;
	s->type = (r >> 1) % (PATH_UNREADABLE + 1);
	s->mode = (uint32_t)random_number(seed);
	s->uid = (uint32_t)random_number(seed);
	s->gid = (uint32_t)random_number(seed);
	s->size = random_number(seed);
	s->inode = random_number(seed);
	s->device = random_number(seed);
	s->n_links = random_number(seed);
	s->rdev = random_number(seed);
	s->attributes = random_number(seed) % 2 ? "user.a=1\n" : NULL;
	s->n_head = (r >> 8) % 200;
	s->head = random_bytes(arena, seed, s->n_head);
	for (int i = 0; i < 64 && r >> 16 & 1; i++)
		s->sha256[i] = "0123456789abcdef"[next_random(seed) % 16];
}

static inline void
random_event(struct event *e, enum event_kind kind, struct arena *arena, uint64_t *seed)
{
	*e = (struct event){ .kind = kind };
	e->task = (uint32_t)random_number(seed);
	e->seq = random_number(seed);
	e->time_ns = random_number(seed);
	if ((kind == EVENT_CALL || kind == EVENT_EXIT) && next_random(seed) % 2)
		e->busy_ns = random_number(seed);
	switch (kind) {
	case EVENT_START:
		e->start = (struct task_start){ (uint32_t)random_number(seed),
			(uint32_t)random_number(seed), next_random(seed) % (START_ATTACHED + 1),
			(int32_t)random_number(seed), (int32_t)random_number(seed),
			random_number(seed) };
		break;
	case EVENT_HELD:
		e->held = (struct held_fd){ (int32_t)random_number(seed),
			(uint32_t)random_number(seed), random_text(arena, seed) };
		break;
	case EVENT_EXEC:
		e->exec = (struct task_exec){ (uint32_t)random_number(seed),
			random_text(arena, seed), next_random(seed) % N_ARCHES,
			next_random(seed) & 1 };
		break;
	case EVENT_CALL:
		random_call(&e->call, arena, seed);
		break;
	case EVENT_SIGNAL:
		e->signal = (struct signal_info){ (int32_t)random_number(seed),
			(int32_t)random_number(seed), (int32_t)random_number(seed),
			(int32_t)random_number(seed), (int32_t)random_number(seed),
			random_number(seed), (int32_t)random_number(seed), random_number(seed),
			random_number(seed), next_random(seed) & 1 };
		break;
	case EVENT_EXIT:
		e->exit =
			(struct task_exit){ (int32_t)random_number(seed), next_random(seed) & 1,
				random_number(seed), random_number(seed), random_number(seed) };
		break;
	case EVENT_PATH:
		random_path(&e->path, arena, seed);
		break;
	case N_EVENT_KINDS:
		break;
	}
}

static inline bool
same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static inline bool
same_bytes(const uint8_t *a, const uint8_t *b, size_t n)
{
	return n == 0 ? a == b : memcmp(a, b, n) == 0;
}

static inline bool
same_area(const struct area *a, const struct area *b)
{
	return a->arg == b->arg && a->kind == b->kind && a->at_exit == b->at_exit &&
	       a->has_digest == b->has_digest && a->is_missing == b->is_missing &&
	       a->kept == b->kept && a->address == b->address && a->size == b->size &&
	       same_bytes(a->bytes, b->bytes, a->kept) &&
	       digest_is_equal(&a->digest, &b->digest);
}

static inline bool
same_frame(const struct stack_frame *a, const struct stack_frame *b)
{
	return same_text(a->module, b->module) && same_text(a->function, b->function) &&
	       same_text(a->file, b->file) && a->offset == b->offset &&
	       a->function_offset == b->function_offset && a->line == b->line &&
	       a->is_inlined == b->is_inlined;
}

static inline bool
same_stack(const struct stack *a, const struct stack *b)
{
	if (!a || !b || a->n != b->n)
		return a == b;
	for (uint32_t i = 0; i < a->n; i++)
		if (!same_frame(a->frames[i], b->frames[i]))
			return false;
	return true;
}

static inline bool
same_call(const struct call *a, const struct call *b)
{
	for (uint32_t i = 0; i < a->n_areas && a->n_areas == b->n_areas; i++)
		if (!same_area(&a->areas[i], &b->areas[i]))
			return false;
	return a->nr == b->nr && a->arch == b->arch && a->state == b->state &&
	       a->is_error == b->is_error && memcmp(a->arg, b->arg, sizeof a->arg) == 0 &&
	       a->ret == b->ret && a->enter_ns == b->enter_ns && a->enter_seq == b->enter_seq &&
	       a->ip == b->ip && a->n_areas == b->n_areas && same_stack(a->stack, b->stack);
}

static inline bool
same_path(const struct path_state *a, const struct path_state *b)
{
	return same_text(a->path, b->path) && same_text(a->target, b->target) &&
	       a->is_before == b->is_before && a->type == b->type && a->mode == b->mode &&
	       a->uid == b->uid && a->gid == b->gid && a->size == b->size &&
	       a->inode == b->inode && a->device == b->device && a->n_links == b->n_links &&
	       a->rdev == b->rdev &&
	       !strcmp(a->attributes ? a->attributes : "-",
		       b->attributes ? b->attributes : "-") &&
	       strcmp(a->sha256, b->sha256) == 0 && a->n_head == b->n_head &&
	       same_bytes(a->head, b->head, a->n_head);
}

static inline bool
same_event(const struct event *a, const struct event *b)
{
	if (a->kind != b->kind || a->task != b->task || a->seq != b->seq ||
		a->time_ns != b->time_ns || a->busy_ns != b->busy_ns)
		return false;
	switch ((enum event_kind)a->kind) {
	case EVENT_START:
		return a->start.parent == b->start.parent &&
		       a->start.process == b->start.process && a->start.how == b->start.how &&
		       a->start.pid == b->start.pid && a->start.tid == b->start.tid &&
		       a->start.clone_flags == b->start.clone_flags;
	case EVENT_HELD:
		return a->held.fd == b->held.fd && a->held.flags == b->held.flags &&
		       same_text(a->held.name, b->held.name);
	case EVENT_EXEC:
		return a->exec.from == b->exec.from && a->exec.arch == b->exec.arch &&
		       a->exec.is_secure == b->exec.is_secure &&
		       same_text(a->exec.path, b->exec.path);
	case EVENT_CALL:
		return same_call(&a->call, &b->call);
	case EVENT_SIGNAL:
		return a->signal.signal == b->signal.signal &&
		       a->signal.code == b->signal.code && a->signal.error == b->signal.error &&
		       a->signal.pid == b->signal.pid && a->signal.uid == b->signal.uid &&
		       a->signal.address == b->signal.address &&
		       a->signal.status == b->signal.status &&
		       a->signal.user_ticks == b->signal.user_ticks &&
		       a->signal.system_ticks == b->signal.system_ticks &&
		       a->signal.is_stop == b->signal.is_stop;
	case EVENT_EXIT:
		return a->exit.status == b->exit.status &&
		       a->exit.is_process == b->exit.is_process &&
		       a->exit.peak_rss_bytes == b->exit.peak_rss_bytes &&
		       a->exit.user_ns == b->exit.user_ns &&
		       a->exit.system_ns == b->exit.system_ns;
	case EVENT_PATH:
		return same_path(&a->path, &b->path);
	case N_EVENT_KINDS:
		break;
	}
	return false;
}

#endif
