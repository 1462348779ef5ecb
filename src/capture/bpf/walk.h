/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * walk.h - from the rows of decode/hint.h to snippets
 *
 * One loop does all: what is left to be done lies on a small stack of works in the scratch
 * memory, and each turn of the loop does one step of the last. So nothing is nested, neither
 * for the verifier, which walks each step once, nor on the stack, which is short here.
 *
 * What a call says of lengths is the program's word: all is bounded. What is cut is told.
 */
#ifndef CAPTURE_BPF_WALK_H
#define CAPTURE_BPF_WALK_H

#include "capture/bpf/snippet.h"

#define IOV_MAX 1024u
#define ROW_MAX (1u << 20)   /* bytes of a row that has no limit of its own */
#define STEPS_MAX (1u << 20) /* of one call */
#define ERRNO_MAX 4095

enum step {
	STEP_ROWS,     /* n: the next row */
	STEP_COPY,     /* n bytes in large pieces */
	STEP_PAGES,    /* n bytes up to the first page that is missing */
	STEP_STRING,   /* to its NUL */
	STEP_STRINGS,  /* array of pointers to them; n: where it began */
	STEP_POINTERS, /* n pointers, each to size bytes */
	STEP_IOV,      /* n elements */
	STEP_MSG,      /* n: payload that was moved; size: of the struct that is copied */
	STEP_MMSG,     /* n messages; size: index of the next */
};

static __always_inline bool
has_failed(const struct scratch *s)
{
	return s->ret < 0 && s->ret >= -ERRNO_MAX;
}

/* A pointer or a length of this architecture; 0 where it cannot be read. */
static __always_inline uint64_t
word_at(const struct scratch *s, uint64_t address)
{
	uint64_t wide = 0;
	uint32_t narrow = 0;

	if (s->word == 8) {
		bpf_probe_read_user(&wide, sizeof wide, (const void *)address);
		return wide;
	}
	bpf_probe_read_user(&narrow, sizeof narrow, (const void *)address);
	return narrow;
}

static __always_inline uint32_t
u32_at(uint64_t address)
{
	uint32_t value = 0;

	bpf_probe_read_user(&value, sizeof value, (const void *)address);
	return value;
}

static __always_inline uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* --- works --- */

static __always_inline void
push(struct scratch *s, enum step step, uint64_t address, uint64_t n, uint32_t size)
{
	s->works[s->n_works++ % WORKS] =
		(struct work){ .step = step, .address = address, .n = n, .size = size };
}

static __always_inline void
pop(struct scratch *s)
{
	s->n_works--;
}

/* All of it, at once where that works. */
static __noinline int
copy(struct walk *w, uint64_t address, uint64_t size)
{
	struct scratch *s = w->s;

	if (!size || (size <= PIECE && !put(w, address, (uint32_t)size)))
		return 0;
	push(s, size <= PIECE ? STEP_PAGES : STEP_COPY, address, size, 0);
	return 0;
}

/* What the row's limit leaves. */
static __always_inline void
copy_limited(struct walk *w, uint64_t address, uint64_t size)
{
	struct scratch *s = w->s;
	uint64_t n = least(size, s->row_left);

	copy(w, address, n);
	s->row_left -= (uint32_t)n;
	if (n < size)
		note(w, address + n, size - n, SNIPPET_CUT);
}

/* Payload: what the call's share leaves. */
static __always_inline void
copy_data(struct walk *w, uint64_t address, uint64_t size)
{
	struct scratch *s = w->s;
	uint64_t n = least(size, s->data_left);

	copy(w, address, n);
	s->data_left -= (uint32_t)n;
	if (n < size)
		note(w, address + n, size - n, SNIPPET_CUT);
}

static __noinline int
step_copy(struct walk *w, struct work *k)
{
	uint64_t address = k->address;
	uint32_t n = (uint32_t)least(k->n, PIECE);

	if (put(w, address, n)) {
		k->step = STEP_PAGES;
		return 0;
	}
	k->address += n;
	k->n -= n;
	if (!k->n)
		pop(w->s);
	return 0;
}

static __noinline int
step_pages(struct walk *w, struct work *k)
{
	uint32_t n = (uint32_t)least(k->n, to_page_end(k->address));

	if (put(w, k->address, n)) {
		note(w, k->address, k->n, SNIPPET_FAULT);
		pop(w->s);
		return 0;
	}
	k->address += n;
	k->n -= n;
	if (!k->n)
		pop(w->s);
	return 0;
}

/* --- strings --- */

/* When a page of the string is missing: to the end of this page, where its NUL may be. */
static __noinline int
string_page(struct walk *w, struct work *k)
{
	struct scratch *s = w->s;
	uint32_t at, n = (uint32_t)least(s->row_left, to_page_end(k->address));
	long got;

	if (put(w, k->address, n)) {
		note(w, k->address, 1, SNIPPET_FAULT);
		pop(s);
		return 0;
	}
	/* Where is the NUL? Measured by copying the copy, behind what is used. Without one, all
	 * n bytes are copied and one is made. */
	at = s->used % BPF_RECORD_MAX;
	if (n > PAGE)
		return 0;
	got = bpf_probe_read_kernel_str(
		s->bytes + at, n + 1, s->bytes + (at - SNIPPET_PAD(n)) % BPF_RECORD_MAX);
	k->address += n;
	s->row_left -= n;
	if (got >= 0 && got <= n)
		pop(s);
	return 0;
}

static __noinline int
step_string(struct walk *w, struct work *k)
{
	struct scratch *s = w->s;
	uint32_t at, n = (uint32_t)least(s->row_left, PAGE);
	long got;

	if (!n) {
		note(w, k->address, 1, SNIPPET_CUT);
		pop(s);
		return 0;
	}
	room(s, w->turn, PAGE);
	at = s->used % BPF_RECORD_MAX;
	/* One more than is wanted: the last byte is always made a NUL. */
	got = bpf_probe_read_user_str(
		s->bytes + at + sizeof(struct snippet), n + 1, (const void *)k->address);
	if (got < 0)
		return string_page(w, k);
	if (got > n)
		got = n;
	else
		pop(s);
	snippet_head(s, at, k->address, (uint32_t)got, SNIPPET_OK);
	k->address += got;
	s->row_left -= (uint32_t)got;
	return 0;
}

static __noinline int
step_strings(struct walk *w, struct work *k)
{
	struct scratch *s = w->s;
	uint64_t pointer = word_at(s, k->address);

	k->address += s->word;
	if (pointer && s->row_left) {
		push(s, STEP_STRING, pointer, 0, 0);
		return 0;
	}
	pop(s);
	if (pointer)
		note(w, pointer, 1, SNIPPET_CUT);
	copy(w, k->n, k->address - k->n);
	return 0;
}

static __noinline int
step_pointers(struct walk *w, struct work *k)
{
	struct scratch *s = w->s;
	uint64_t pointer;

	if (!k->n) {
		pop(s);
		return 0;
	}
	k->n--;
	pointer = word_at(s, k->address);
	k->address += s->word;
	if (pointer)
		copy_limited(w, pointer, k->size);
	return 0;
}

/* --- payload --- */

/* How much of the payload there is: what the call moved, or what it was asked to move. */
static __always_inline uint64_t
moved(const struct scratch *s, uint64_t asked, bool is_out)
{
	if (!has_failed(s))
		return least(asked, (uint64_t)s->ret);
	return is_out ? asked : 0;
}

static __noinline int
step_iov(struct walk *w, struct work *k)
{
	struct scratch *s = w->s;
	uint64_t base, n;

	if (!k->n || !s->moved) {
		pop(s);
		return 0;
	}
	k->n--;
	base = word_at(s, k->address);
	n = least(word_at(s, k->address + s->word), s->moved);
	k->address += 2 * s->word;
	s->moved -= n;
	if (n)
		copy_data(w, base, n);
	return 0;
}

/* The array, and with `moved` what it leads to. */
static __always_inline int
iov(struct walk *w, uint64_t address, uint64_t n, uint64_t moved)
{
	struct scratch *s = w->s;

	n = least(n, IOV_MAX);
	s->moved = moved;
	if (moved)
		push(s, STEP_IOV, address, n, 0);
	copy_limited(w, address, n * 2 * s->word);
	return 0;
}

/* --- messages --- */

/* struct msghdr: name, its length, iov, its length, control, its length, flags. */
struct msg_wide {
	uint64_t name, name_size, iov, n_iov, control, control_size, flags;
};

struct msg_narrow {
	uint32_t name, name_size, iov, n_iov, control, control_size, flags;
};

static __always_inline uint32_t
msg_size(const struct scratch *s)
{
	return s->word == 8 ? sizeof(struct msg_wide) : sizeof(struct msg_narrow);
}

static __always_inline bool
msg_read(struct msg_wide *m, const struct scratch *s, uint64_t address)
{
	struct msg_narrow n;

	if (s->word == 8)
		return !bpf_probe_read_user(m, sizeof *m, (const void *)address);
	if (bpf_probe_read_user(&n, sizeof n, (const void *)address))
		return false;
	*m = (struct msg_wide){ n.name, n.name_size, n.iov, n.n_iov, n.control, n.control_size,
		n.flags };
	return true;
}

static __noinline int
step_msg(struct walk *w, struct work *k)
{
	uint64_t address = k->address, moved = k->n;
	struct msg_wide m;

	pop(w->s);
	copy_limited(w, address, k->size);
	if (!msg_read(&m, w->s, address))
		return 0;
	if (m.name)
		copy_limited(w, m.name, (uint32_t)m.name_size); /* an int and a hole */
	if (m.control)
		copy_limited(w, m.control, m.control_size);
	return iov(w, m.iov, m.n_iov, moved);
}

static __noinline int
step_mmsg(struct walk *w, struct work *k)
{
	struct scratch *s = w->s;
	uint32_t header = msg_size(s), size = header + s->word;
	uint64_t address = k->address, n = 0;

	if (!k->n) {
		pop(s);
		return 0;
	}
	if (!has_failed(s))
		n = k->size < s->ret ? u32_at(address + header) : 0;
	else if (s->is_out)
		n = UINT64_MAX;
	k->n--;
	k->size++;
	k->address += size;
	push(s, STEP_MSG, address, n, size);
	return 0;
}

/* --- rows --- */

static __noinline int
row_data(struct walk *w, uint32_t op, uint64_t address, uint64_t n)
{
	struct scratch *s = w->s;

	s->is_out = op == HINT_DATA_OUT || op == HINT_IOV_OUT || op == HINT_MSG_OUT ||
		    op == HINT_MMSG_OUT;
	switch (op) {
	case HINT_DATA_OUT:
	case HINT_DATA_IN:
		copy_data(w, address, moved(s, n, s->is_out));
		return 0;
	case HINT_IOV_OUT:
	case HINT_IOV_IN:
		return iov(w, address, n, moved(s, UINT64_MAX, s->is_out));
	case HINT_MSG_OUT:
	case HINT_MSG_IN:
		push(s, STEP_MSG, address, moved(s, UINT64_MAX, s->is_out), msg_size(s));
		return 0;
	}
	push(s, STEP_MMSG, address, least(n, IOV_MAX), 0);
	return 0;
}

static __always_inline void
row_pair(struct walk *w, uint64_t address)
{
	struct scratch *s = w->s;
	uint64_t set = word_at(s, address);

	copy_limited(w, address, 2 * s->word);
	if (set)
		copy_limited(w, set, word_at(s, address + s->word));
}

static __always_inline void
row_clone(struct walk *w, uint64_t address, uint64_t size)
{
	uint64_t at[2] = { 0, 0 };

	/* struct clone_args is the same everywhere: flags, pidfd, child_tid, parent_tid, … */
	bpf_probe_read_user(&at[0], sizeof at[0], (const void *)(address + 8));
	bpf_probe_read_user(&at[1], sizeof at[1], (const void *)(address + 24));
	copy_limited(w, address, size);
	if (at[0])
		copy_limited(w, at[0], 4);
	if (at[1])
		copy_limited(w, at[1], 4);
}

static __noinline int
row_memory(struct walk *w, const struct hint *h, uint64_t address, uint64_t n)
{
	struct scratch *s = w->s;
	uint64_t size = h->size;

	switch (h->op) {
	case HINT_STRING:
		push(s, STEP_STRING, address, 0, 0);
		return 0;
	case HINT_STRINGS:
		push(s, STEP_STRINGS, address, address, 0);
		return 0;
	case HINT_POINTERS:
		n = least(n, ROW_MAX);
		push(s, STEP_POINTERS, address, n, h->size);
		size = n * s->word;
		break;
	case HINT_COUNTED:
		size *= least(n, ROW_MAX);
		break;
	case HINT_RESULT:
		size *= least(moved(s, n, false), ROW_MAX);
		break;
	case HINT_POINTED:
		size = u32_at(n);
		break;
	case HINT_SIGSET_PAIR:
		row_pair(w, address);
		return 0;
	case HINT_CLONE_ARGS:
		row_clone(w, address, n);
		return 0;
	}
	copy_limited(w, address, size);
	return 0;
}

static __always_inline bool
applies(const struct scratch *s, const struct hint *h)
{
	if (!(h->when & s->when))
		return false;
	if ((h->when & HINT_IF_OK) && has_failed(s))
		return false;
	return !(h->when & HINT_IS_INPUT) || shared.control.want_input;
}

static __noinline int
step_rows(struct walk *w, struct work *k)
{
	struct scratch *s = w->s;
	uint64_t i = k->n++, address, n;
	const struct hint *h;

	if (i >= HINTS_MAX || i >= w->hints->n) {
		pop(s);
		return 0;
	}
	h = &w->hints->hint[i];
	address = s->arg[h->reg & 7];
	if (!address || !applies(s, h))
		return 0;
	n = h->len == HINT_NO_REG ? UINT64_MAX : s->arg[h->len & 7];
	s->hint = (uint8_t)i;
	s->row_left = h->limit ? h->limit : ROW_MAX;
	if (h->op >= HINT_DATA_OUT && h->op <= HINT_MMSG_IN)
		return row_data(w, h->op, address, n);
	return row_memory(w, h, address, n);
}

static long
step(uint32_t i, struct walk *w)
{
	struct scratch *s = w->s;
	struct work *k;

	if (!s->n_works)
		return 1;
	k = &s->works[(s->n_works - 1) % WORKS];
	switch (k->step) {
	case STEP_ROWS:
		return step_rows(w, k);
	case STEP_COPY:
		return step_copy(w, k);
	case STEP_PAGES:
		return step_pages(w, k);
	case STEP_STRING:
		return step_string(w, k);
	case STEP_STRINGS:
		return step_strings(w, k);
	case STEP_POINTERS:
		return step_pointers(w, k);
	case STEP_IOV:
		return step_iov(w, k);
	case STEP_MSG:
		return step_msg(w, k);
	case STEP_MMSG:
		return step_mmsg(w, k);
	}
	return 1;
}

/* Appends what the rows of this moment (enum hint_when) lead to. */
static __always_inline void
walk(struct scratch *s, struct turn *t, const struct call_hints *hints, uint32_t when)
{
	struct walk w = { .s = s, .turn = t, .hints = hints };

	s->word = hints->word;
	s->when = (uint8_t)when;
	s->data_left = shared.control.data_bytes;
	s->n_works = 0;
	push(s, STEP_ROWS, 0, 0, 0);
	bpf_loop(STEPS_MAX, step, &w, 0);
	if (s->n_works)
		lose(t->mine, LOSS_DEPTH);
}

static __always_inline const struct call_hints *
hints_of(const struct record_call *call)
{
	uint32_t arch = call->arch;

	/* Bounded in a way that the verifier follows: not by a division. */
	if (arch >= HINT_ARCHES)
		arch = 0;
	barrier_var(arch);
	return &shared.control.calls[arch][call->nr % HINT_NRS];
}

#endif
