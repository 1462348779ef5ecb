/* SPDX-License-Identifier: MIT */
/*
 * hint_walk.h - the rows of decode/hint.h walked over any memory: what each of them means
 *
 * As plain as it can be, and slow. The kernel half must take at least what this takes.
 */
#ifndef UNIT_HINT_WALK_H
#define UNIT_HINT_WALK_H

#include "decode/arg.h"
#include "decode/hint.h"
#include "decode/message.h"

struct hint_walk {
	const struct call_hints *hints;
	const uint64_t *arg; /* six */
	int64_t ret;
	bool is_exit, has_failed, want_input;
	/* As much as is mapped, from address on. */
	size_t (*read)(void *to, uint64_t address, void *buf, size_t n);
	/* These bytes are copied, up to the first that cannot be read. */
	void (*take)(void *to, uint64_t address, uint64_t n);
	void *to;
};

static inline uint64_t
walk_load(const struct hint_walk *w, uint64_t address, unsigned n)
{
	uint8_t bytes[8] = { 0 };

	w->take(w->to, address, n);
	return w->read(w->to, address, bytes, n) == n ? load_uint(bytes, n) : 0;
}

static inline uint64_t
walk_count(const struct hint_walk *w, const struct hint *h)
{
	return h->len == HINT_NO_REG ? UINT64_MAX : w->arg[h->len];
}

static inline uint64_t
walk_ret(const struct hint_walk *w)
{
	return w->has_failed || w->ret < 0 ? 0 : (uint64_t)w->ret;
}

/* n bytes, at most limit; limit 0: all. */
static inline void
walk_bytes(const struct hint_walk *w, uint64_t address, uint64_t n, uint64_t limit)
{
	n = limit ? MIN(n, limit) : n;
	if (address && n)
		w->take(w->to, address, n);
}

static inline void
walk_many(const struct hint_walk *w, const struct hint *h, uint64_t address, uint64_t count)
{
	uint64_t size = MAX(h->size, 1), most = UINT64_MAX / size;

	walk_bytes(w, address, MIN(count, most) * size, h->limit);
}

/* A header of h->size bytes, and n of payload. */
static inline void
walk_headed(const struct hint_walk *w, const struct hint *h, uint64_t address, uint64_t n)
{
	walk_bytes(w, address, h->size, 0);
	walk_bytes(w, address ? address + h->size : 0, n, 0);
}

static inline void
walk_string(const struct hint_walk *w, uint64_t address, uint64_t limit)
{
	char c = 1;

	for (uint64_t n = 0; address && n < limit && c; n++) {
		w->take(w->to, address + n, 1);
		if (!w->read(w->to, address + n, &c, 1))
			return;
	}
}

static inline void
walk_strings(const struct hint_walk *w, const struct hint *h, uint64_t address)
{
	unsigned word = w->hints->word;

	for (uint64_t i = 0; address && i <= HINT_STRINGS_MAX; i++) {
		uint64_t next = walk_load(w, address + i * word, word);

		if (!next)
			return;
		walk_string(w, next, h->limit);
	}
}

static inline void
walk_pointers(const struct hint_walk *w, const struct hint *h, uint64_t address)
{
	unsigned word = w->hints->word;
	uint64_t n = MIN(walk_count(w, h), HINT_IOVS_MAX);

	walk_bytes(w, address, n * word, 0);
	for (uint64_t i = 0; address && i < n; i++) {
		uint64_t next = walk_load(w, address + i * word, word);

		if (!next)
			return;
		walk_bytes(w, next, h->size, 0);
	}
}

/* The array, and `left` bytes of what it points to; returns what is left of these. */
static inline uint64_t
walk_iovs(const struct hint_walk *w, uint64_t address, uint64_t count, uint64_t left)
{
	unsigned word = w->hints->word;

	walk_bytes(w, address, MIN(count, HINT_IOVS_MAX) * 2 * word, 0);
	count = (uint32_t)count; /* calls differ in how much of the register they look at */
	for (uint64_t i = 0; address && i < count && count <= HINT_IOVS_MAX && left; i++) {
		uint8_t bytes[16];
		struct iov v;

		if (w->read(w->to, address + i * 2 * word, bytes, 2 * word) != 2 * word)
			return left;
		v = iov_load(bytes, word);
		v.size = MIN(v.size, left);
		walk_bytes(w, v.base, v.size, 0);
		left -= v.base ? v.size : 0;
	}
	return left;
}

/* How many bytes of payload go out of a call, or come in. */
static inline uint64_t
walk_out_max(const struct hint_walk *w)
{
	return w->has_failed ? UINT64_MAX : walk_ret(w);
}

static inline uint64_t
walk_in_max(const struct hint_walk *w)
{
	return w->want_input ? walk_ret(w) : 0;
}

static inline void
walk_message(const struct hint_walk *w, uint64_t address, bool is_full, uint64_t n_data)
{
	unsigned word = w->hints->word;
	uint8_t bytes[MESSAGE_MAX];
	struct message m;

	walk_bytes(w, address, message_size(word), 0);
	if (!address ||
		w->read(w->to, address, bytes, message_size(word)) != message_size(word))
		return;
	message_load(&m, bytes, word);
	walk_iovs(w, m.iov, m.n_iov, n_data);
	if (!is_full)
		return;
	walk_bytes(w, m.name, m.n_name, HINT_NAME_MAX);
	walk_bytes(w, m.control, m.n_control, HINT_CONTROL_MAX);
}

static inline void
walk_messages(const struct hint_walk *w, const struct hint *h, uint64_t address, bool is_out)
{
	unsigned word = w->hints->word;
	uint64_t n = MIN(walk_count(w, h), HINT_MESSAGES_MAX), step = mmsg_size(word);

	for (uint64_t i = 0; address && i < n; i++, address += step) {
		uint64_t size = walk_load(w, address + message_size(word), 4);
		bool is_done = i < walk_ret(w);
		uint8_t byte;

		walk_message(w, address, is_out || is_done,
			is_out                     ? UINT64_MAX
			: is_done && w->want_input ? size
						   : 0);
		walk_bytes(w, address, step, 0);
		if (!w->read(w->to, address, &byte, 1))
			return;
	}
}

static inline void
walk_sigset_pair(const struct hint_walk *w, const struct hint *h, uint64_t address)
{
	unsigned word = w->hints->word;

	if (address)
		walk_bytes(w, walk_load(w, address, word), walk_load(w, address + word, word),
			h->limit);
}

static inline void
walk_clone_args(const struct hint_walk *w, const struct hint *h, uint64_t address)
{
	walk_bytes(w, address, MAX(walk_count(w, h), 32), h->limit);
	if (!address)
		return;
	walk_bytes(w, walk_load(w, address + 8, 8), 4, 0);
	walk_bytes(w, walk_load(w, address + 24, 8), 4, 0);
}

static inline void
walk_row(const struct hint_walk *w, const struct hint *h, uint64_t at)
{
	uint64_t count = walk_count(w, h);

	switch ((enum hint_op)h->op) {
	case HINT_NONE:
	case N_HINT_OPS:
		return;
	case HINT_BYTES:
		return walk_bytes(w, at, h->size, 0);
	case HINT_COUNTED:
		return walk_many(w, h, at, count);
	case HINT_BITS:
		return walk_bytes(w, at, (MIN(count, UINT32_MAX) + 63) / 64 * 8, h->limit);
	case HINT_RESULT:
		return walk_many(w, h, at, MIN(walk_ret(w), count));
	case HINT_POINTED:
		return walk_bytes(w, at, count ? walk_load(w, count, 4) : 0, h->limit);
	case HINT_STRING:
		return walk_string(w, at, h->limit);
	case HINT_STRINGS:
		return walk_strings(w, h, at);
	case HINT_POINTERS:
		return walk_pointers(w, h, at);
	case HINT_DATA_OUT:
		return walk_bytes(w, at, MIN(count, walk_out_max(w)), 0);
	case HINT_DATA_ALL:
		return walk_headed(w, h, at, count);
	case HINT_DATA_IN:
		return walk_headed(w, h, at, MIN(walk_ret(w), count));
	case HINT_IOV_OUT:
		walk_iovs(w, at, count, walk_out_max(w));
		return;
	case HINT_IOV_IN:
		walk_iovs(w, at, count, walk_in_max(w));
		return;
	case HINT_MSG_OUT:
		return walk_message(w, at, true, walk_out_max(w));
	case HINT_MSG_IN:
		return walk_message(w, at, !w->has_failed, walk_in_max(w));
	case HINT_MMSG_OUT:
		return walk_messages(w, h, at, true);
	case HINT_MMSG_IN:
		return walk_messages(w, h, at, false);
	case HINT_SIGSET_PAIR:
		return walk_sigset_pair(w, h, at);
	case HINT_CLONE_ARGS:
		return walk_clone_args(w, h, at);
	}
}

static inline bool
walk_has(const struct hint_walk *w, const struct hint *h)
{
	if (h->when & HINT_IS_INPUT && !w->want_input)
		return false;
	if (!w->is_exit)
		return hint_is_early(h, w->arg);
	return h->when & HINT_AT_EXIT && !(h->when & HINT_IF_OK && w->has_failed) &&
	       !(h->when & HINT_IF_FAILED && !w->has_failed);
}

static inline void
hint_walk(const struct hint_walk *w)
{
	if (!hint_leads(w->hints, w->arg))
		return;
	for (unsigned i = 0; i < w->hints->n; i++) {
		const struct hint *h = &w->hints->hint[i];
		uint64_t at = w->arg[h->reg];

		if (walk_has(w, h))
			walk_row(w, h, w->hints->word == 4 ? (uint32_t)at : at);
	}
}

#endif
