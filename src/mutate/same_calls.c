/* SPDX-License-Identifier: MIT */
/*
 * same_calls.c - operators that cut the same work into other calls
 */
#include "mutate/inner.h"
#include "mutate/ops.h"

#include <errno.h>
#include <string.h>

/* The one area of bytes of a plain write that is kept whole; NULL: another kind of call. */
static const struct area *
plain_write(const struct stage *s, size_t i)
{
	const struct step *step = stage_step(s, i);
	const struct call *c = &stage_event(s, i)->call;
	bool is_bytes = step->look.kind == LOOK_STREAM || step->look.kind == LOOK_FILE ||
			step->look.kind == LOOK_PIPE;

	if (step->kind != STEP_WRITE || !is_bytes || c->n_areas != 1 ||
		(step->id != CALL_write && step->id != CALL_pwrite64))
		return NULL;
	return c->areas[0].kept == step->n_bytes && c->areas[0].size == step->n_bytes &&
			       c->areas[0].kind == AREA_DATA_OUT && !c->areas[0].at_exit
		       ? &c->areas[0]
		       : NULL;
}

static void
find_long_writes(struct stage *s, struct sites *out)
{
	for (size_t i = 0; i < s->tape->n; i++)
		if (plain_write(s, i) && stage_step(s, i)->n_bytes > 1)
			sites_add(out, i, 0, 0);
}

/* The call as a write of n of the bytes, from `from`. */
static void
set_bytes(struct mutant *m, struct event *e, const struct area *all, uint64_t from, uint64_t n)
{
	struct area *a = arena_dup(m->arena, all, sizeof *all);

	a->bytes = all->bytes + from;
	a->address += from;
	a->kept = (uint32_t)n;
	a->size = n;
	a->has_digest = true;
	a->digest = (struct digest){ 0 };
	digest_add(&a->digest, a->bytes, n);
	e->call.areas = a;
	e->call.n_areas = 1;
	e->call.arg[1] = a->address;
	e->call.arg[2] = n;
	e->call.ret = (int64_t)n;
}

static bool
split_write(struct stage *s, const struct site *site, struct mutant *m)
{
	const struct area *all = plain_write(s, site->at);
	uint64_t n = all->size, half = (n + 2) / 3;
	struct event *first = mutant_edit(m, site->at);
	struct event *second = mutant_add(m, site->at + 1, EVENT_CALL, first->task);

	second->call = first->call;
	second->call.enter_seq = second->seq - 1;
	set_bytes(m, first, all, 0, half);
	set_bytes(m, second, all, half, n - half);
	if (stage_step(s, site->at)->id == CALL_pwrite64)
		second->call.arg[3] += half;
	m->what = arena_printf(m->arena, "%s was made in two calls", stage_say(s, m, site->at));
	return true;
}

/* The task's next write to the same object, all events between being its own calls. */
static size_t
next_own_write(const struct stage *s, size_t i)
{
	const struct event *a = stage_event(s, i);

	for (size_t k = i + 1; k < s->last; k++) {
		const struct event *b = stage_event(s, k);
		const struct step *step = stage_step(s, k);

		if (b->task != a->task || b->kind != EVENT_CALL || b->call.state != CALL_DONE ||
			step->kind == STEP_EXEC || step->kind == STEP_NONE)
			return 0;
		if (step->by_fd && step->look.id == stage_step(s, i)->look.id)
			return plain_write(s, k) && step->id == CALL_write &&
					       a->call.arg[0] == b->call.arg[0]
				       ? k
				       : 0;
	}
	return 0;
}

static void
find_joins(struct stage *s, struct sites *out)
{
	for (size_t i = 0; i < s->tape->n; i++) {
		size_t k = plain_write(s, i) && stage_step(s, i)->id == CALL_write
				   ? next_own_write(s, i)
				   : 0;

		if (k)
			sites_add(out, i, k, 0);
	}
}

static bool
join_writes(struct stage *s, const struct site *site, struct mutant *m)
{
	const struct area *a = plain_write(s, site->at), *b = plain_write(s, site->with);
	struct event *e = mutant_edit(m, site->at);
	struct area *all = arena_dup(m->arena, a, sizeof *a);
	uint8_t *bytes = arena_alloc(m->arena, a->size + b->size);

	memcpy(bytes, a->bytes, a->size);
	memcpy(bytes + a->size, b->bytes, b->size);
	all->bytes = bytes;
	set_bytes(m, e, all, 0, a->size + b->size);
	mutant_drop(m, site->with);
	m->what = arena_printf(m->arena, "%s and %s were one call", stage_say(s, m, site->at),
		stage_say(s, m, site->with));
	return true;
}

static void
find_moves(struct stage *s, struct sites *out, bool waiting_only)
{
	for (size_t i = s->began; i < s->tape->n; i++) {
		const struct step *step = stage_step(s, i);
		bool waits = step->look.kind == LOOK_PIPE || step->look.kind == LOOK_SOCKET;

		if (step->is_ok && step->by_fd && (waits || !waiting_only) &&
			(step->kind == STEP_READ || step->kind == STEP_WRITE))
			sites_add(out, i, 0, (uint32_t)i % 2);
	}
}

static void
find_interruptible(struct stage *s, struct sites *out)
{
	find_moves(s, out, false);
}

/* The same call before itself, with this outcome. */
static struct event *
add_attempt(struct stage *s, const struct site *site, struct mutant *m)
{
	const struct event *e = stage_event(s, site->at);
	struct event *try = mutant_add(m, site->at, EVENT_CALL, e->task);

	try->call = e->call;
	try->call.enter_seq = try->seq - 1;
	try->call.n_areas = 0;
	for (uint32_t k = 0; k < e->call.n_areas; k++) {
		struct area *areas = mutant_areas(m, try);

		/* What the kernel reads is read at the entry; nothing was filled in. */
		if (e->call.areas[k].kind != AREA_DATA_IN && !e->call.areas[k].at_exit)
			areas[try->call.n_areas++] = e->call.areas[k];
	}
	return try;
}

static bool
interrupted(struct stage *s, const struct site *site, struct mutant *m)
{
	struct event *try = add_attempt(s, site, m);
	bool restarts = site->how == 1 || s->golden->profile == PROFILE_STRICT;

	try->call.state = restarts ? CALL_RESTARTED : CALL_DONE;
	try->call.is_error = !restarts;
	try->call.ret = restarts ? 0 : -EINTR;
	m->what = arena_printf(m->arena, "%s was interrupted by a signal, and made again%s",
		stage_say(s, m, site->at), restarts ? " by the kernel" : "");
	return true;
}

static void
find_waiting(struct stage *s, struct sites *out)
{
	find_moves(s, out, true);
}

static bool
try_again(struct stage *s, const struct site *site, struct mutant *m)
{
	struct event *try = add_attempt(s, site, m);

	try->call.is_error = true;
	try->call.ret = -EAGAIN;
	m->what = arena_printf(
		m->arena, "%s failed with EAGAIN first", stage_say(s, m, site->at));
	return true;
}

static void
find_reads(struct stage *s, struct sites *out)
{
	for (size_t i = s->began; i < s->tape->n; i++) {
		const struct step *step = stage_step(s, i);

		if ((step->kind == STEP_READ && step->is_ok && step->look.kind == LOOK_FILE) ||
			step->kind == STEP_LOOK)
			sites_add(out, i, 0, 0);
	}
}

static bool
read_again(struct stage *s, const struct site *site, struct mutant *m)
{
	const struct event *e = stage_event(s, site->at);
	struct event *again = mutant_add(m, site->at + 1, EVENT_CALL, e->task);

	again->call = e->call;
	again->call.enter_seq = again->seq - 1;
	m->what = arena_printf(m->arena, "%s was made twice", stage_say(s, m, site->at));
	return true;
}

static const enum call_id noise[] = { CALL_futex, CALL_sched_yield, CALL_madvise, CALL_munmap,
	CALL_mprotect, CALL_clock_nanosleep };

static void
find_places(struct stage *s, struct sites *out)
{
	for (size_t i = s->began; i < s->last; i++)
		if (stage_event(s, i)->kind == EVENT_CALL)
			sites_add(out, i, 0, (uint32_t)(i % ARRAY_LEN(noise)));
}

static bool
add_noise(struct stage *s, const struct site *site, struct mutant *m)
{
	enum call_id id = noise[site->how];

	if (!(decode_spec_of(id)->classes & CLASS_NOISE))
		return false;
	mutant_add_call(m, site->at, stage_event(s, site->at)->task, id, 0);
	m->what = arena_printf(m->arena, "a call of %s came before %s",
		decode_spec_of(id)->name, stage_say(s, m, site->at));
	return true;
}

const struct operator op_split_write = { "split-write", false, LOOSE | BIT(COUNTS),
	"a short write would fail the gate", find_long_writes, split_write };
const struct operator op_join_writes = { "join-writes", false, LOOSE | BIT(COUNTS),
	"another buffer size would fail the gate", find_joins, join_writes };
const struct operator op_interrupted = { "interrupted", false, ALL_PROFILES,
	"a signal at another moment would fail the gate", find_interruptible, interrupted };
const struct operator op_try_again = { "try-again", false, LOOSE | BIT(COUNTS),
	"a peer that is a little later would fail the gate", find_waiting, try_again };
const struct operator op_read_again = { "read-again", false,
	BIT(EFFECTS) | BIT(TRANSPILE) | BIT(COUNTS),
	"a file looked at twice would fail the gate", find_reads, read_again };
const struct operator op_noise = { "noise", false, ALL_PROFILES,
	"the allocator or a lock would fail the gate", find_places, add_noise };
