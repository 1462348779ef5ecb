/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* message.h - the works on payload in pieces: vectors and messages */
#ifndef CAPTURE_BPF_MESSAGE_H
#define CAPTURE_BPF_MESSAGE_H

#include "capture/bpf/copy.h"

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

#endif
