/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * walk.h - from the rows of decode/hint.h to snippets
 *
 * Most rows are done at once. What takes more steps lies on a small stack of works in the
 * scratch memory, and one loop does step by step of the last of them. So nothing is nested,
 * neither for the verifier, which walks each step once, nor on the stack, which is short here.
 *
 * What a call says of lengths is the program's word: all is bounded.
 */
#ifndef CAPTURE_BPF_WALK_H
#define CAPTURE_BPF_WALK_H

#include "capture/bpf/rows.h"
#include "capture/bpf/snippet.h"

#define STEPS_MAX (1u << 20) /* of one call */
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

/* A pointer or a length of this architecture; 0 where it cannot be read. */
static __always_inline uint64_t
word_at(const struct scratch *s, uint64_t address)
{
	uint64_t wide = 0;
	uint32_t narrow = 0;

	if (address < PAGE)
		return 0;
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

	if (address >= PAGE)
		bpf_probe_read_user(&value, sizeof value, (const void *)address);
	return value;
}

static __always_inline uint64_t
u64_at(uint64_t address)
{
	uint64_t value = 0;

	if (address >= PAGE)
		bpf_probe_read_user(&value, sizeof value, (const void *)address);
	return value;
}

/* --- works --- */

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
	} else if (s->may_stop) {
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

/* --- strings --- */

/* When a page of the string is missing: to the end of this page, where its NUL may be. */
static __noinline int
string_page(struct scratch *s, struct work *k)
{
	uint32_t at, n = (uint32_t)least(k->n, to_page_end(k->address));
	long got;

	if (n > PAGE || put(s, k->address, n)) {
		note(s, k->address, 1, SNIPPET_FAULT);
		pop(s);
		return 0;
	}
	/* Where is the NUL? Measured by copying the copy, behind what is used. Without one, all
	 * n bytes are copied and one is made. */
	at = s->used % BPF_RECORD_MAX;
	got = bpf_probe_read_kernel_str(
		s->bytes + at, n + 1, s->bytes + (at - SNIPPET_PAD(n)) % BPF_RECORD_MAX);
	k->address += n;
	k->n -= n;
	if (got >= 0 && got <= n)
		pop(s);
	return 0;
}

static __noinline int
step_string(struct scratch *s, struct work *k)
{
	uint32_t at, n = (uint32_t)least(k->n, PAGE);
	long got = -1;

	if (!n || (s->may_stop && s->room < n)) {
		if (n)
			leave_for_later(s, k->address, k->n);
		pop(s);
		return 0;
	}
	make_room(s, PAGE);
	at = s->used % BPF_RECORD_MAX;
	/* One more than is wanted: the last byte is always made a NUL. */
	if (k->address >= PAGE)
		got = bpf_probe_read_user_str(s->bytes + at + sizeof(struct snippet), n + 1,
			(const void *)k->address);
	if (got < 0)
		return string_page(s, k);
	if (got > n)
		got = n;
	else
		pop(s);
	snippet_head(s, at, k->address, (uint32_t)got, SNIPPET_OK);
	s->room -= least(s->room, (uint64_t)got);
	k->address += got;
	k->n -= got;
	return 0;
}

static __noinline int
step_strings(struct scratch *s, struct work *k)
{
	uint64_t pointer = word_at(s, k->address);
	uint64_t start = k->n;

	k->address += s->word;
	if (pointer && k->address - start <= (uint64_t)HINT_STRINGS_MAX * s->word) {
		push(s, STEP_STRING, pointer, k->size, 0);
		return 0;
	}
	pop(s);
	return copy(s, start, k->address - start, 0);
}

static __noinline int
step_pointers(struct scratch *s, struct work *k)
{
	uint64_t pointer = k->n ? word_at(s, k->address) : 0;

	if (!pointer) {
		pop(s);
		return 0;
	}
	k->n--;
	k->address += s->word;
	return copy(s, pointer, k->size, 0);
}

/* --- payload --- */

static __noinline int
step_iov(struct scratch *s, struct work *k)
{
	struct {
		uint64_t base, n;
	} e;
	uint32_t narrow[2];
	long failed;

	if (s->word == 8) {
		failed = bpf_probe_read_user(&e, sizeof e, (const void *)k->address);
	} else {
		failed = bpf_probe_read_user(narrow, sizeof narrow, (const void *)k->address);
		e.base = narrow[0];
		e.n = narrow[1];
	}
	if (failed || !k->n || !k->left) {
		pop(s);
		return 0;
	}
	k->n--;
	k->address += 2 * s->word;
	e.n = least(e.n, k->left);
	if (e.base)
		k->left -= e.n;
	copy_data(s, e.base, e.n);
	return 0;
}

/* The array, and with `moved` what it leads to. The kernel refuses more elements, and calls
 * differ in how much of the register they look at. */
static __always_inline int
iov(struct scratch *s, uint64_t address, uint64_t n, uint64_t moved)
{
	if (moved && address && (uint32_t)n <= HINT_IOVS_MAX)
		push(s, STEP_IOV, address, (uint32_t)n, 0)->left = moved;
	return copy(s, address, least(n, HINT_IOVS_MAX) * 2 * s->word, 0);
}

/* How much goes out of a call: what it moved, or all that it was to move. */
static __always_inline uint64_t
out_max(struct scratch *s)
{
	return has_failed(s) ? UINT64_MAX : (uint64_t)ret_of(s);
}

static __always_inline uint64_t
result(struct scratch *s)
{
	return ret_of(s) < 0 ? 0 : (uint64_t)ret_of(s);
}

static __always_inline uint64_t
in_max(struct scratch *s)
{
	return shared.control.want_input ? result(s) : 0;
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
step_msg(struct scratch *s, struct work *k)
{
	uint64_t address = k->address, moved = k->left;
	bool is_brief = k->flags & WORK_IS_BRIEF;
	struct msg_wide m;

	pop(s);
	copy(s, address, k->size, 0);
	if (!msg_read(&m, s, address))
		return 0;
	if (!is_brief) {
		copy(s, m.name, (uint32_t)m.name_size, HINT_NAME_MAX); /* an int and a hole */
		copy(s, m.control, m.control_size, HINT_CONTROL_MAX);
	}
	return iov(s, m.iov, m.n_iov, moved);
}

static __noinline int
step_mmsg(struct scratch *s, struct work *k)
{
	uint32_t header = msg_size(s), size = header + s->word;
	uint64_t address = k->address, moved = UINT64_MAX;
	bool is_done = k->size < result(s), is_out = k->flags & WORK_IS_OUT;
	struct work *one;
	uint8_t byte;

	if (!k->n || bpf_probe_read_user(&byte, 1, (const void *)address)) {
		if (k->n)
			note(s, address, size, SNIPPET_FAULT);
		pop(s);
		return 0;
	}
	if (!is_out)
		moved = is_done && shared.control.want_input ? u32_at(address + header) : 0;
	k->n--;
	k->size++;
	k->address += size;
	one = push(s, STEP_MSG, address, 0, size);
	one->left = moved;
	one->flags = is_out || is_done ? 0 : WORK_IS_BRIEF;
	return 0;
}

/* --- rows --- */

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
next_step(uint32_t i, struct scratch **s)
{
	int is_over = step(*s);

	barrier_var(is_over); /* a compiler that knows step()'s results leaves out the test, and
				 the verifier knows nothing of a function's result */
	return is_over ? 1 : 0;
}

/* Appends what the rows of this moment (enum hint_when) lead to. */
__noinline int
walk(struct scratch *s, uint32_t when)
{
	const struct call_hints *hints;

	if (!s)
		return 0;
	hints = hints_of(scratch_call(s));
	s->word = hints->word;
	s->when = (uint8_t)when;
	s->n_works = 0;
	for (uint32_t i = 0; i < HINTS_MAX && i < hints->n; i++)
		row(s, i);
	if (!s->n_works)
		return 0;
	bpf_loop(STEPS_MAX, next_step, &s, 0);
	if (s->n_works)
		lose_here(LOSS_DEPTH);
	return 0;
}

#endif
