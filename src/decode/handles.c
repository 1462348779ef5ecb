/* SPDX-License-Identifier: MIT */
/*
 * handles.c - structs whose size is in them: capabilities, file handles, clone's arguments
 */
#include "decode/kinds.h"
#include "decode/flags.h"

#define CAPS_V1 0x19980330

static void
show_cap_words(struct text *t, const uint8_t *bytes, unsigned n)
{
	static const char *const names[] = { "effective", "permitted", "inheritable" };

	for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
		uint64_t mask = load_uint(bytes + 4 * i, 4);

		if (n == 2)
			mask |= load_uint(bytes + 12 + 4 * i, 4) << 32;
		str_addf(t->out, i ? ", %s=" : "{%s=", names[i]);
		flags_add(t->out, &flags_capabilities, mask);
	}
	str_add_char(t->out, '}');
}

static void
show_caps(struct text *t, const struct arg *a, bool at_exit)
{
	uint8_t header[4], bytes[24];
	unsigned n;

	if (!text_read(t, false, arg_len(t->args, a), header, sizeof(header))) {
		text_address(t, a->value);
		return;
	}
	n = load_uint(header, 4) == CAPS_V1 ? 1 : 2;
	if (text_read(t, at_exit, a->value, bytes, 12 * n))
		show_cap_words(t, bytes, n);
	else
		text_address(t, a->value);
}

void
show_caps_in(struct text *t, const struct arg *a)
{
	show_caps(t, a, false);
}

void
show_caps_out(struct text *t, const struct arg *a)
{
	if (t->is_ok)
		show_caps(t, a, true);
	else
		text_address(t, a->value);
}

static void
show_handle(struct text *t, bool at_exit, uint64_t address)
{
	uint8_t bytes[8];
	uint32_t n;

	if (!text_read(t, at_exit, address, bytes, sizeof(bytes))) {
		text_address(t, address);
		return;
	}
	n = (uint32_t)load_uint(bytes, 4);
	str_addf(t->out, "{handle_bytes=%u, handle_type=%#x", n,
		(unsigned)load_uint(bytes + 4, 4));
	if (n && n <= 128 && !t->how->hide_addresses) {
		str_add(t->out, ", f_handle=0x");
		for (uint32_t i = 0; i < n && text_read(t, at_exit, address + 8 + i, bytes, 1);
			i++)
			str_addf(t->out, "%02x", bytes[0]);
	}
	str_add_char(t->out, '}');
}

void
show_file_handle_in(struct text *t, const struct arg *a)
{
	show_handle(t, false, a->value);
}

void
show_file_handle_both(struct text *t, const struct arg *a)
{
	uint8_t bytes[4];

	if (!text_read(t, false, a->value, bytes, sizeof(bytes))) {
		text_address(t, a->value);
		return;
	}
	str_addf(t->out, "{handle_bytes=%u}", (unsigned)load_uint(bytes, 4));
	if (t->is_ok && !t->at_entry) {
		str_add(t->out, " => ");
		show_handle(t, true, a->value);
	}
}

/* struct clone_args of clone(2), all members of 8 bytes. */
enum {
	CL_FLAGS,
	CL_PIDFD,
	CL_CHILD_TID,
	CL_PARENT_TID,
	CL_EXIT_SIGNAL,
	CL_STACK,
	CL_STACK_SIZE,
	CL_TLS,
	CL_SET_TID,
	CL_SET_TID_SIZE,
	CL_CGROUP,
	N_CL
};

#define FLAG_PIDFD 0x1000u
#define FLAG_SETTLS 0x80000u
#define FLAG_PARENT_SETTID 0x100000u
#define FLAG_CHILD_CLEARTID 0x200000u
#define FLAG_CHILD_SETTID 0x1000000u
#define FLAG_INTO_CGROUP 0x200000000u

static void
show_clone_fields(struct text *t, const uint64_t *f)
{
	str_add(t->out, "{flags=");
	flags_add(t->out, &flags_clone3_flags, f[CL_FLAGS]);
	if (f[CL_FLAGS] & FLAG_PIDFD) {
		str_add(t->out, ", pidfd=");
		text_address(t, f[CL_PIDFD]);
	}
	if (f[CL_FLAGS] & (FLAG_CHILD_CLEARTID | FLAG_CHILD_SETTID)) {
		str_add(t->out, ", child_tid=");
		text_address(t, f[CL_CHILD_TID]);
	}
	if (f[CL_FLAGS] & FLAG_PARENT_SETTID) {
		str_add(t->out, ", parent_tid=");
		text_address(t, f[CL_PARENT_TID]);
	}
	str_add(t->out, ", exit_signal=");
	text_signal(t, (int)f[CL_EXIT_SIGNAL]);
	str_add(t->out, ", stack=");
	text_address(t, f[CL_STACK]);
	str_addf(t->out, ", stack_size=%#llx", (unsigned long long)f[CL_STACK_SIZE]);
	if (f[CL_FLAGS] & FLAG_SETTLS) {
		str_add(t->out, ", tls=");
		text_address(t, f[CL_TLS]);
	}
	if (f[CL_SET_TID] || f[CL_SET_TID_SIZE]) {
		str_add(t->out, ", set_tid=");
		text_address(t, f[CL_SET_TID]);
		str_addf(t->out, ", set_tid_size=%llu", (unsigned long long)f[CL_SET_TID_SIZE]);
	}
	if (f[CL_FLAGS] & FLAG_INTO_CGROUP)
		str_addf(t->out, ", cgroup=%llu", (unsigned long long)f[CL_CGROUP]);
	str_add_char(t->out, '}');
}

static void
show_clone_results(struct text *t, const uint64_t *f)
{
	uint8_t bytes[4];
	const char *before = " => {";

	if (f[CL_FLAGS] & FLAG_PIDFD && text_read(t, true, f[CL_PIDFD], bytes, 4)) {
		str_addf(t->out, "%spidfd=[", before);
		text_fd(t, (int)load_uint(bytes, 4), true);
		str_add_char(t->out, ']');
		before = ", ";
	}
	if (f[CL_FLAGS] & FLAG_PARENT_SETTID &&
		text_read(t, true, f[CL_PARENT_TID], bytes, 4)) {
		str_addf(t->out, "%sparent_tid=[", before);
		text_pid(t, (int32_t)load_uint(bytes, 4));
		str_add_char(t->out, ']');
		before = ", ";
	}
	if (*before == ',')
		str_add_char(t->out, '}');
}

void
show_clone_args(struct text *t, const struct arg *a)
{
	uint64_t size = arg_len(t->args, a), fields[N_CL] = { 0 };
	uint8_t bytes[8];

	for (unsigned i = 0; i < N_CL && (i + 1) * 8 <= size; i++) {
		if (!text_read(t, false, a->value + 8 * i, bytes, sizeof(bytes))) {
			text_address(t, a->value);
			return;
		}
		fields[i] = load_uint(bytes, sizeof(bytes));
	}
	show_clone_fields(t, fields);
	if (t->is_ok && !t->at_entry)
		show_clone_results(t, fields);
}
