/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* walk.h - from the rows of decode/hint.h to snippets, by works (copy.h) */
#ifndef CAPTURE_BPF_WALK_H
#define CAPTURE_BPF_WALK_H

#include "capture/bpf/message.h"
#include "capture/bpf/strings.h"

#define STEPS_MAX (1u << 20) /* of one call */

static __noinline int
row_data(struct scratch *s, const struct hint *h, uint64_t address, uint64_t n)
{
	switch (h->op) {
	case HINT_DATA_OUT:
		copy_data(s, address, least(n, out_max(s)));
		return 0;
	case HINT_DATA_IN:
		n = least(n, result(s));
		break;
	case HINT_DATA_ALL:
		break;
	case HINT_IOV_OUT:
		return iov(s, address, n, out_max(s));
	case HINT_IOV_IN:
		return iov(s, address, n, in_max(s));
	}
	if (h->size)
		copy(s, address, h->size, 0);
	copy_data(s, address + h->size, n);
	return 0;
}

static __always_inline void
row_message(struct scratch *s, const struct hint *h, uint64_t address, uint64_t n)
{
	bool is_out = h->op == HINT_MSG_OUT || h->op == HINT_MMSG_OUT;
	struct work *k;

	if (h->op == HINT_MSG_OUT || h->op == HINT_MSG_IN) {
		k = push(s, STEP_MSG, address, 0, msg_size(s));
		k->left = is_out ? out_max(s) : in_max(s);
		k->flags = !is_out && has_failed(s) ? WORK_IS_BRIEF : 0;
	} else {
		k = push(s, STEP_MMSG, address, least(n, HINT_MESSAGES_MAX), 0);
		k->flags = is_out ? WORK_IS_OUT : 0;
	}
}

static __noinline int
row_clone(struct scratch *s, const struct hint *h, uint64_t address, uint64_t n)
{
	/* struct clone_args is the same everywhere: flags, pidfd, child_tid, parent_tid, … */
	copy(s, u64_at(address + 8), 4, 0);
	copy(s, u64_at(address + 24), 4, 0);
	return copy(s, address, n < 32 ? 32 : n, h->limit);
}

static __noinline int
row_memory(struct scratch *s, const struct hint *h, uint64_t address, uint64_t n)
{
	uint64_t size = h->size;

	switch (h->op) {
	case HINT_STRING:
		push(s, STEP_STRING, address, h->limit, 0);
		return 0;
	case HINT_STRINGS:
		push(s, STEP_STRINGS, address, address, h->limit);
		return 0;
	case HINT_POINTERS:
		n = least(n, HINT_IOVS_MAX);
		push(s, STEP_POINTERS, address, n, h->size);
		size = n * s->word;
		break;
	case HINT_COUNTED:
		size *= least(n, BYTES_MAX);
		break;
	case HINT_RESULT:
		size *= least(least(n, result(s)), BYTES_MAX);
		break;
	case HINT_BITS:
		size = (least(n, UINT32_MAX) + 63) / 64 * 8;
		break;
	case HINT_POINTED:
		size = u32_at(n);
		break;
	case HINT_SIGSET_PAIR:
		copy(s, word_at(s, address), word_at(s, address + s->word), h->limit);
		return copy(s, address, 2 * s->word, 0);
	case HINT_CLONE_ARGS:
		return row_clone(s, h, address, n);
	}
	return copy(s, address, size, h->op == HINT_BYTES ? 0 : h->limit);
}

__noinline int
row(struct scratch *s, uint32_t i)
{
	const struct call_hints *hints;
	const struct hint *h;
	uint64_t address, n;

	if (!s)
		return 0;
	hints = hints_of(scratch_call(s));
	if (i >= HINTS_MAX)
		return 0;
	barrier_var(i); /* bounded where it is used: the verifier forgets */
	h = &hints->hint[i];
	address = argument(scratch_call(s), h->reg);
	if (s->word == 4)
		address = (uint32_t)address;
	if (!address || !row_applies(scratch_call(s), s->when, h))
		return 0;
	n = h->len == HINT_NO_REG ? UINT64_MAX : argument(scratch_call(s), h->len);
	s->hint = (uint8_t)i;
	if (h->op >= HINT_MSG_OUT && h->op <= HINT_MMSG_IN)
		row_message(s, h, address, n);
	else if (h->op >= HINT_DATA_OUT && h->op <= HINT_IOV_IN)
		row_data(s, h, address, n);
	else
		row_memory(s, h, address, n);
	return 0;
}

/* A step of the last work. 1: there is none. */
__noinline int
step(struct scratch *s)
{
	struct work *k;

	if (!s || !s->n_works)
		return 1;
	k = &s->works[(s->n_works - 1) % WORKS];
	s->hint = k->hint;
	switch (k->step) {
	case STEP_COPY:
		return step_copy(s, k);
	case STEP_PAGES:
		return step_pages(s, k);
	case STEP_STRING:
		return step_string(s, k);
	case STEP_STRINGS:
		return step_strings(s, k);
	case STEP_POINTERS:
		return step_pointers(s, k);
	case STEP_IOV:
		return step_iov(s, k);
	case STEP_MSG:
		return step_msg(s, k);
	case STEP_MMSG:
		return step_mmsg(s, k);
	}
	return 1;
}

static long
next_step(struct scratch **s)
{
	int is_over = step(*s);

	barrier_var(is_over); /* a compiler that knows step()'s results leaves out the test, and
				 the verifier knows nothing of a function's result */
	return is_over ? 1 : 0;
}

LOOP(walk_on, struct scratch *, next_step, STEPS_MAX)

/* Appends what the rows of this moment (enum hint_when) lead to. */
static __always_inline void
walk(struct scratch *s, uint32_t when)
{
	const struct call_hints *hints;

	hints = hints_of(scratch_call(s));
	s->word = hints->word;
	s->when = (uint8_t)when;
	s->n_works = 0;
	/* The work that is pushed last is done first: a path goes before the environment, for
	 * which there may be no room. */
	for (uint32_t i = HINTS_MAX; i-- > 0;) {
		if (i < hints->n)
			row(s, i);
	}
	if (!s->n_works)
		return;
	walk_on(&s);
	if (s->n_works)
		lose_here(LOSS_DEPTH);
}

#endif
