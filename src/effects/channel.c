/* SPDX-License-Identifier: MIT */
/* channel.c - what one task puts in and another takes out */
#include "effects/channel.h"

#include <string.h>

/* A pipe may hold 64 Ki writes of a byte, and more when somebody enlarged it. What is put in
 * beyond that forgets where the oldest came from. */
#define MAX_MARKS 65536

struct mark {
	uint64_t end; /* of what was put in then, counted from the first ever */
	struct moment at;
};

struct channel {
	uint32_t n_users;
	bool has_strangers; /* somebody not traced puts in, too */
	bool has_ended;
	uint64_t n_put, n_taken;
	struct mark *marks; /* from first, n of them */
	size_t first, n, capacity;
	struct moment closed;
};

struct channel *
channel_new(void)
{
	struct channel *ch = mem_alloc(sizeof *ch);

	ch->n_users = 1;
	return ch;
}

struct channel *
channel_share(struct channel *ch)
{
	ch->n_users++;
	return ch;
}

static void
forget_first(struct channel *ch)
{
	moment_done(&ch->marks[ch->first].at);
	ch->first++;
	if (--ch->n == 0)
		ch->first = 0;
}

void
channel_drop(struct channel *ch)
{
	if (!ch || --ch->n_users > 0)
		return;
	while (ch->n)
		forget_first(ch);
	moment_done(&ch->closed);
	mem_free(ch->marks);
	mem_free(ch);
}

void
channel_put(struct channel *ch, uint64_t n, const struct moment *at)
{
	if (n == 0)
		return;
	if (ch->n == MAX_MARKS)
		forget_first(ch);
	if (ch->first && ch->first + ch->n == ch->capacity) {
		memmove(ch->marks, ch->marks + ch->first, ch->n * sizeof *ch->marks);
		ch->first = 0;
	}
	ch->marks = mem_grow(ch->marks, ch->first + ch->n, &ch->capacity, sizeof *ch->marks);
	ch->n_put += n;
	ch->marks[ch->first + ch->n++] = (struct mark){ ch->n_put, moment_copy(at) };
}

void
channel_take(struct channel *ch, uint64_t n, struct causal *c, uint32_t task, bool is_firm)
{
	uint64_t to = ch->n_taken + n;

	while (ch->n && n) {
		const struct mark *m = &ch->marks[ch->first];
		uint64_t end = m->end;

		causal_learn(c, task, &m->at, is_firm);
		if (end <= to)
			forget_first(ch);
		if (end >= to)
			break;
	}
	ch->n_taken = to;
	/* Somebody put in what we did not see; what comes next is where we think it is. */
	ch->n_put = MAX(ch->n_put, ch->n_taken);
}

void
channel_take_all(struct channel *ch, struct causal *c, uint32_t task, bool is_firm)
{
	channel_take(ch, ch->n_put - ch->n_taken, c, task, is_firm);
}

bool
channel_lacks(const struct channel *ch, uint64_t n)
{
	return !ch->has_strangers && ch->n_taken + n > ch->n_put;
}

void
channel_forgive(struct channel *ch)
{
	ch->has_strangers = true;
}

void
channel_close(struct channel *ch, const struct moment *at, bool is_end)
{
	moment_join(&ch->closed, at);
	ch->has_ended |= is_end;
}

bool
channel_has_ended(const struct channel *ch)
{
	return ch->has_ended || ch->has_strangers;
}

void
channel_find_end(struct channel *ch, struct causal *c, uint32_t task, bool is_firm)
{
	causal_learn(c, task, &ch->closed, is_firm);
}
