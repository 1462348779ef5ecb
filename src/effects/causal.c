/* SPDX-License-Identifier: MIT */
/*
 * causal.c - what happened before what
 *
 * A chain is a row of tasks each of which knew of the end of the one before: all events of a
 * chain are in order, so that one number says how much of it is known. The first child of a
 * shell and the hundredth are one chain when the shell waited for each.
 */
#include "effects/causal.h"

#include <string.h>

#define MAX_LOOKS 64 /* chains asked whether they can go on, for one new task */

struct reach {
	uint32_t chain;
	uint64_t tick;
};

/* Sorted by chain; shared as long as nobody learns anything. */
struct known {
	uint32_t n_users;
	size_t n;
	struct reach reach[];
};

struct clock {
	struct stamp at; /* chain 0: the task never started */
	struct known *firm, *all;
	uint64_t heard;            /* the highest scalar clock learned */
	struct stamp by, released; /* the latest learned since the last event; and for it */
	bool has_ended;
};

struct causal {
	bool has_all;
	uint64_t lamport, now_ns;
	struct clock *clocks; /* by task */
	size_t n_clocks;
	uint64_t *ends; /* by chain: its last tick, of those without a task */
	size_t n_chains, chains_capacity;
	uint32_t *idle; /* chains without a task */
	size_t n_idle, idle_capacity;
};

static struct known *
known_hold(struct known *k)
{
	if (k)
		k->n_users++;
	return k;
}

static void
known_drop(struct known *k)
{
	if (k && --k->n_users == 0)
		mem_free(k);
}

static uint64_t
known_tick(const struct known *k, uint32_t chain)
{
	size_t low = 0, high = k ? k->n : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (k->reach[middle].chain == chain)
			return k->reach[middle].tick;
		if (k->reach[middle].chain < chain)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

static void
known_add(struct known *k, struct reach r)
{
	if (k->n && k->reach[k->n - 1].chain == r.chain)
		k->reach[k->n - 1].tick = MAX(k->reach[k->n - 1].tick, r.tick);
	else
		k->reach[k->n++] = r;
}

static bool
is_within(const struct known *inner, const struct known *outer)
{
	size_t at = 0;

	if (!inner || inner == outer)
		return true;
	for (size_t i = 0; i < inner->n; i++) {
		while (outer && at < outer->n && outer->reach[at].chain < inner->reach[i].chain)
			at++;
		if (!outer || at == outer->n ||
			outer->reach[at].chain != inner->reach[i].chain ||
			outer->reach[at].tick < inner->reach[i].tick)
			return false;
	}
	return true;
}

/* Both, and one event more. */
static struct known *
known_join(const struct known *a, const struct known *b, struct stamp s)
{
	static const struct known nothing = { .n = 0 };
	const struct known *x = a ? a : &nothing, *y = b ? b : &nothing;
	size_t i = 0, j = 0;
	struct reach own = { s.chain, s.tick };
	bool has_own = s.chain == 0;
	struct known *k = mem_alloc(sizeof *k + (x->n + y->n + 1) * sizeof *k->reach);

	k->n_users = 1;
	while (i < x->n || j < y->n || !has_own) {
		uint32_t of_a = i < x->n ? x->reach[i].chain : UINT32_MAX;
		uint32_t of_b = j < y->n ? y->reach[j].chain : UINT32_MAX;

		if (!has_own && own.chain <= MIN(of_a, of_b)) {
			known_add(k, own);
			has_own = true;
		} else {
			known_add(k, of_a <= of_b ? x->reach[i++] : y->reach[j++]);
		}
	}
	return k;
}

static void
known_learn(struct known **slot, const struct known *more, struct stamp s)
{
	struct known *was = *slot;

	if ((s.chain == 0 || known_tick(was, s.chain) >= s.tick) && is_within(more, was))
		return;
	*slot = known_join(was, more, s);
	known_drop(was);
}

struct causal *
causal_new(bool has_all, uint64_t lamport)
{
	struct causal *c = mem_alloc(sizeof *c);

	c->has_all = has_all;
	c->lamport = lamport;
	return c;
}

void
causal_free(struct causal *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_clocks; i++) {
		known_drop(c->clocks[i].firm);
		known_drop(c->clocks[i].all);
	}
	mem_free(c->clocks);
	mem_free(c->ends);
	mem_free(c->idle);
	mem_free(c);
}

void
causal_time(struct causal *c, uint64_t now_ns)
{
	c->now_ns = now_ns;
}

static struct clock *
clock_of(const struct causal *c, uint32_t task)
{
	return task < c->n_clocks && c->clocks[task].at.chain ? &c->clocks[task] : NULL;
}

/* A chain whose last task's end is known to the new one, or a new chain. */
static uint32_t
take_chain(struct causal *c, const struct known *known)
{
	for (size_t i = c->n_idle, looks = 0; i-- > 0 && looks < MAX_LOOKS; looks++) {
		uint32_t chain = c->idle[i];

		if (known_tick(known, chain) < c->ends[chain])
			continue;
		memmove(c->idle + i, c->idle + i + 1, (c->n_idle - i - 1) * sizeof *c->idle);
		c->n_idle--;
		return chain;
	}
	if (c->n_chains == 0) { /* chain 0 is nobody's */
		c->ends = mem_grow(c->ends, 0, &c->chains_capacity, sizeof *c->ends);
		c->n_chains = 1;
	}
	c->ends = mem_grow(c->ends, c->n_chains, &c->chains_capacity, sizeof *c->ends);
	c->ends[c->n_chains] = 0;
	return (uint32_t)c->n_chains++;
}

static void
make_room(struct causal *c, uint32_t task)
{
	size_t more = MAX(c->n_clocks * 2, (size_t)task + 16);

	if (task < c->n_clocks)
		return;
	c->clocks = mem_resize(c->clocks, more, sizeof *c->clocks);
	memset(c->clocks + c->n_clocks, 0, (more - c->n_clocks) * sizeof *c->clocks);
	c->n_clocks = more;
}

void
causal_start(struct causal *c, uint32_t task, uint32_t parent)
{
	struct clock *clock, *of;

	make_room(c, task);
	clock = &c->clocks[task];
	if (clock->at.chain)
		return;
	of = parent == task ? NULL : clock_of(c, parent);
	clock->heard = of ? MAX(of->at.lamport, of->heard) : c->lamport;
	if (of) {
		clock->firm = known_hold(of->firm);
		known_learn(&clock->firm, NULL, of->at);
	}
	if (of && c->has_all) {
		clock->all = known_hold(of->all);
		known_learn(&clock->all, NULL, of->at);
	}
	clock->at.chain = take_chain(c, clock->firm);
	clock->at.tick = c->ends[clock->at.chain];
	clock->at.task = task;
	clock->at.time_ns = c->now_ns;
}

void
causal_learn(struct causal *c, uint32_t task, const struct moment *m, bool is_firm)
{
	struct clock *clock = clock_of(c, task);

	if (!clock || m->at.chain == 0)
		return;
	clock->heard = MAX(clock->heard, m->at.lamport);
	if (m->at.task != task && m->at.time_ns >= clock->by.time_ns)
		clock->by = m->at;
	if (is_firm)
		known_learn(&clock->firm, m->firm, m->at);
	if (c->has_all)
		known_learn(&clock->all, m->all, m->at);
}

struct stamp
causal_step(struct causal *c, uint32_t task)
{
	struct clock *clock = clock_of(c, task);

	if (!clock || clock->has_ended)
		return (struct stamp){ 0 };
	clock->at.tick++;
	clock->at.lamport = MAX(clock->at.lamport, clock->heard) + 1;
	clock->at.time_ns = c->now_ns;
	clock->released = clock->by;
	clock->by = (struct stamp){ 0 };
	return clock->at;
}

struct stamp
causal_released(const struct causal *c, uint32_t task)
{
	const struct clock *clock = clock_of(c, task);

	return clock ? clock->released : (struct stamp){ 0 };
}

struct moment
causal_now(const struct causal *c, uint32_t task)
{
	const struct clock *clock = clock_of(c, task);

	if (!clock)
		return (struct moment){ 0 };
	return (struct moment){ clock->at, known_hold(clock->firm), known_hold(clock->all) };
}

void
causal_end(struct causal *c, uint32_t task)
{
	struct clock *clock = clock_of(c, task);

	if (!clock || clock->has_ended)
		return;
	clock->has_ended = true;
	c->ends[clock->at.chain] = clock->at.tick;
	c->idle = mem_grow(c->idle, c->n_idle, &c->idle_capacity, sizeof *c->idle);
	c->idle[c->n_idle++] = clock->at.chain;
	known_drop(TAKE(clock->firm));
	known_drop(TAKE(clock->all));
}

bool
causal_knows(const struct causal *c, uint32_t task, struct stamp s)
{
	const struct clock *clock = clock_of(c, task);

	if (!clock || s.chain == 0)
		return false;
	return (s.chain == clock->at.chain && s.tick <= clock->at.tick) ||
	       known_tick(clock->firm, s.chain) >= s.tick;
}

bool
moment_knows(const struct moment *m, struct stamp s, bool is_firm)
{
	if (s.chain == 0 || m->at.chain == 0)
		return false;
	return (s.chain == m->at.chain && s.tick <= m->at.tick) ||
	       known_tick(is_firm ? m->firm : m->all, s.chain) >= s.tick;
}

struct moment
moment_copy(const struct moment *m)
{
	return (struct moment){ m->at, known_hold(m->firm), known_hold(m->all) };
}

void
moment_done(struct moment *m)
{
	known_drop(m->firm);
	known_drop(m->all);
	*m = (struct moment){ 0 };
}

void
moment_join(struct moment *into, const struct moment *m)
{
	uint64_t lamport = MAX(into->at.lamport, m->at.lamport);
	struct stamp latest = m->at.time_ns >= into->at.time_ns ? m->at : into->at;

	if (m->at.chain == 0)
		return;
	if (into->at.chain == 0) {
		*into = moment_copy(m);
		return;
	}
	if (into->at.chain == m->at.chain && m->at.tick > into->at.tick) {
		known_learn(&into->firm, m->firm, (struct stamp){ 0 });
		known_learn(&into->all, m->all, (struct stamp){ 0 });
		into->at = m->at;
	} else {
		known_learn(&into->firm, m->firm, m->at);
		known_learn(&into->all, m->all, m->at);
	}
	into->at.lamport = lamport;
	into->at.task = latest.task;
	into->at.time_ns = latest.time_ns;
}

size_t
causal_chains(const struct causal *c)
{
	return c->n_chains ? c->n_chains - 1 : 0;
}
