/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * copy.h - works, and the first of them: bytes from an address on
 *
 * Most rows are done at once. What takes more steps lies on a small stack of works in the
 * scratch memory, and one loop (walk.h) does step by step of the last of them. So nothing is
 * nested, neither for the verifier, which walks each step once, nor on the stack, which is
 * short here.
 *
 * What a call says of lengths is the program's word: all is bounded.
 */
#ifndef CAPTURE_BPF_COPY_H
#define CAPTURE_BPF_COPY_H

#include "capture/bpf/rows.h"
#include "capture/bpf/snippet.h"

#define BYTES_MAX (1u << 24) /* of a row without a limit */

enum step {
	STEP_COPY,     /* n bytes in large pieces */
	STEP_PAGES,    /* n bytes up to the first page that is missing */
	STEP_STRING,   /* n bytes, or to its NUL */
	STEP_STRINGS,  /* array of pointers to them; n: where it began; size: of each at most */
	STEP_POINTERS, /* n pointers, each to size bytes */
	STEP_IOV,      /* n elements */
	STEP_MSG,      /* size: of the struct; left: payload that was moved */
	STEP_MMSG,     /* n messages; size: index of the next */
};

enum work_flags {
	WORK_IS_DATA = 4,  /* payload */
	WORK_IS_OUT = 1,   /* messages that leave */
	WORK_IS_BRIEF = 2, /* messages of which name and control say nothing */
};

static __always_inline int64_t
ret_of(struct scratch *s)
{
	return scratch_call(s)->ret;
}

static __always_inline bool
has_failed(struct scratch *s)
{
	return call_has_failed(scratch_call(s));
}

/* Zeros where it cannot be read. */
static __always_inline void
peek(void *value, uint32_t size, uint64_t address)
{
	if (address >= PAGE)
		bpf_probe_read_user(value, size, (const void *)address);
}

static __always_inline uint32_t
u32_at(uint64_t address)
{
	uint32_t value = 0;

	peek(&value, sizeof value, address);
	return value;
}

static __always_inline uint64_t
u64_at(uint64_t address)
{
	uint64_t value = 0;

	peek(&value, sizeof value, address);
	return value;
}

/* A pointer or a length of this architecture; 0 where it cannot be read. */
static __always_inline uint64_t
word_at(const struct scratch *s, uint64_t address)
{
	return s->word == 8 ? u64_at(address) : u32_at(address);
}

/* The work to be done next, of the row at hand; the rest of it is for the caller to fill. */
static __always_inline struct work *
push(struct scratch *s, enum step step, uint64_t address, uint64_t n, uint32_t size)
{
	struct work *k = &s->works[s->n_works++ % WORKS];

	*k = (struct work){
		.step = step, .hint = s->hint, .address = address, .n = n, .size = size
	};
	return k;
}

static __always_inline void
pop(struct scratch *s)
{
	s->n_works--;
}

#define SNIPPET_COST 24u /* bytes of the ring, beside its own */

/* The ring has no room for it: the task waits for us, and has it still. One that is at its end,
 * or not yet in its call, cannot wait. */
static __always_inline void
leave_for_later(struct scratch *s, uint64_t address, uint64_t size)
{
	note(s, address, size, s->may_stop ? SNIPPET_LATER : SNIPPET_CUT);
	s->must_stop = s->may_stop;
}

/* Is the row at hand of what an execve leads to? That can be had otherwise when there is no
 * room for it at the entry: from the new program, or from the old one when it goes on. */
static __always_inline bool
is_spare_row(struct scratch *s)
{
	const uint32_t gone = HINT_AT_ENTRY | HINT_IF_FAILED;
	const struct call_hints *hints = hints_of(scratch_call(s));
	uint32_t i = s->hint;

	if (i >= HINTS_MAX)
		return false;
	barrier_var(i);
	return (hints->hint[i].when & gone) == gone;
}

static __always_inline void
cut(struct scratch *s)
{
	s->is_cut = s->had_fault = 1;
	s->must_stop |= s->may_stop;
}

/* All of it, at once where that works; limit 0: none. Without room, what cannot wait is tried
 * all the same. */
__noinline int
copy(struct scratch *s, uint64_t address, uint64_t size, uint64_t limit)
{
	if (!s)
		return 0;
	size = least(size, limit ? limit : BYTES_MAX);
	if (!address || !size)
		return 0;
	if (size <= s->room) {
		s->room -= least(s->room, size + SNIPPET_COST);
	} else if (s->may_stop || is_spare_row(s)) {
		leave_for_later(s, address, size);
		return 0;
	}
	if (size <= PIECE && !put(s, address, (uint32_t)size))
		return 0;
	push(s, size <= PIECE ? STEP_PAGES : STEP_COPY, address, size, 0);
	return 0;
}

/* Payload, of which only as much is copied as there is room for. */
static __always_inline void
copy_data(struct scratch *s, uint64_t address, uint64_t size)
{
	uint32_t before = s->n_works;

	if (!address || !size)
		return;
	if (size > s->room) {
		leave_for_later(s, address, size);
		return;
	}
	copy(s, address, size, UINT32_MAX);
	if (s->n_works > before)
		s->works[before % WORKS].flags = WORK_IS_DATA;
}

static __noinline int
step_copy(struct scratch *s, struct work *k)
{
	uint32_t n = (uint32_t)least(k->n, PIECE);

	if (put(s, k->address, n)) {
		k->step = STEP_PAGES;
		return 0;
	}
	k->address += n;
	k->n -= n;
	if (!k->n)
		pop(s);
	return 0;
}

#define DEVICE_NULL (1u << 20 | 3)
#define DEVICE_ZERO (1u << 20 | 5)
#define MODE_KIND 0170000u
#define MODE_CHARACTERS 0020000u

/* Does the descriptor that the call names first lead to who takes bytes without a look? */
static __always_inline bool
is_to_nobody(struct scratch *s)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	uint64_t fd = (uint32_t)argument(scratch_call(s), 0);
	struct inode *inode;
	struct file *file = NULL;
	uint32_t device;

	if (!table || fd >= BPF_CORE_READ(table, max_fds))
		return false;
	bpf_probe_read_kernel(&file, sizeof file, BPF_CORE_READ(table, fd) + fd);
	inode = BPF_CORE_READ(file, f_inode);
	device = BPF_CORE_READ(inode, i_rdev);
	return (BPF_CORE_READ(inode, i_mode) & MODE_KIND) == MODE_CHARACTERS &&
	       (device == DEVICE_NULL || device == DEVICE_ZERO);
}

/* A page that is not there. Payload that went through the kernel all the same is there for who
 * reads it from outside; but nobody has to wait for what nobody has read. */
static __always_inline void
note_missing(struct scratch *s, const struct work *k)
{
	bool is_moved = (k->flags & WORK_IS_DATA) && ret_of(s) > 0 && s->may_stop;

	if (!is_moved) {
		note(s, k->address, k->n, SNIPPET_FAULT);
	} else if (is_to_nobody(s)) {
		note(s, k->address, k->n, SNIPPET_UNSEEN);
	} else {
		note(s, k->address, k->n, SNIPPET_LATER);
		s->must_stop = 1;
	}
}

static __noinline int
step_pages(struct scratch *s, struct work *k)
{
	uint32_t n = (uint32_t)least(k->n, to_page_end(k->address));

	if (put(s, k->address, n)) {
		note_missing(s, k);
		pop(s);
		return 0;
	}
	k->address += n;
	k->n -= n;
	if (!k->n)
		pop(s);
	return 0;
}

#endif
