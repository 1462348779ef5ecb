/* SPDX-License-Identifier: MIT */
/*
 * special.c - calls whose line is not simply their arguments and their result
 */
#include "decode/special.h"
#include "decode/flags.h"
#include "decode/kinds.h"
#include "decode/layouts.h"

#define FLAG_SETTLS 0x80000u
#define FLAG_PARENT_SETTID 0x100000u
#define FLAG_CHILD_CLEARTID 0x200000u
#define FLAG_CHILD_SETTID 0x1000000u
#define FLAG_PIDFD 0x1000u
#define CLONE_SIGNAL 0xffu

/* Which register holds what: clone(2), "C library/kernel differences". */
static void
clone_registers(enum arch arch, unsigned *child, unsigned *tls)
{
	*child = arch == ARCH_X86_64 || arch == ARCH_X32 ? 3 : 4;
	*tls = *child == 3 ? 4 : 3;
}

static void
show_clone(struct text *t)
{
	uint64_t flags = t->call->arg[0];
	unsigned child, tls;

	clone_registers(t->arch, &child, &tls);
	str_add(t->out, "child_stack=");
	text_address(t, t->call->arg[1]);
	str_add(t->out, ", flags=");
	if (flags & ~(uint64_t)CLONE_SIGNAL)
		flags_add(t->out, &flags_clone_flags, flags & ~(uint64_t)CLONE_SIGNAL);
	if (flags & CLONE_SIGNAL) {
		str_add(t->out, flags & ~(uint64_t)CLONE_SIGNAL ? "|" : "");
		text_signal(t, (int)(flags & CLONE_SIGNAL));
	} else if (!flags) {
		str_add_char(t->out, '0');
	}
	if (flags & (FLAG_PARENT_SETTID | FLAG_PIDFD)) {
		if (t->at_entry) {
			str_add(t->out, ", ");
			return;
		}
		str_add(t->out, flags & FLAG_PIDFD ? ", parent_tid=" : ", parent_tid=");
		kind_show(t, &t->args->arg[2]);
	}
	if (flags & FLAG_SETTLS) {
		str_add(t->out, ", tls=");
		text_address(t, t->call->arg[tls]);
	}
	if (flags & (FLAG_CHILD_SETTID | FLAG_CHILD_CLEARTID)) {
		str_add(t->out, ", child_tidptr=");
		text_address(t, t->call->arg[child]);
	}
}

static const struct {
	uint16_t id;
	void (*show)(struct text *t);
} forms[] = {
	{ CALL_clone, show_clone },
};

bool
special_args(struct text *t)
{
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		if (forms[i].id == t->id) {
			forms[i].show(t);
			return true;
		}
	}
	return false;
}

static void
result_poll(struct text *t)
{
	const struct layout *l = &layout_pollfd;
	uint64_t count = MIN(t->args->arg[1].value, MAX_ELEMENTS);
	unsigned n = 0;

	if (!t->call->ret) {
		str_add(t->out, " (Timeout)");
		return;
	}
	str_add(t->out, " ([");
	for (uint64_t i = 0; i < count; i++) {
		uint8_t bytes[8];
		uint64_t revents;

		if (!text_read(t, true, t->args->arg[0].value + 8 * i, bytes, sizeof(bytes)))
			break;
		revents = layout_get(t, l, bytes, sizeof(bytes), "revents");
		if (!revents)
			continue;
		str_add(t->out, n++ ? ", {fd=" : "{fd=");
		text_fd(t, (int)layout_get(t, l, bytes, sizeof(bytes), "fd"), false);
		str_add(t->out, ", revents=");
		flags_add(t->out, &flags_poll_events, revents);
		str_add_char(t->out, '}');
	}
	str_add_char(t->out, ']');
	str_add_char(t->out, ')');
}

static void
result_select(struct text *t)
{
	static const char *const names[] = { NULL, "in", "out", "except" };
	const char *between = " (";

	if (!t->call->ret) {
		str_add(t->out, " (Timeout)");
		return;
	}
	for (unsigned i = 1; i <= 3; i++) {
		size_t start = t->out->n;

		if (!t->args->arg[i].value)
			continue;
		str_addf(t->out, "%s%s ", between, names[i]);
		if (show_fds(t, true, t->args->arg[i].value, (int)t->args->arg[0].value))
			between = ", ";
		else
			str_cut(t->out, start);
	}
	if (*between == ',')
		str_add_char(t->out, ')');
}

static const struct {
	uint16_t id;
	void (*show)(struct text *t);
} results[] = {
	{ CALL_poll, result_poll },
	{ CALL_ppoll, result_poll },
	{ CALL_ppoll_time64, result_poll },
	{ CALL_select, result_select },
	{ CALL__newselect, result_select },
	{ CALL_pselect6, result_select },
	{ CALL_pselect6_time64, result_select },
};

void
special_result(struct text *t)
{
	for (size_t i = 0; t->is_ok && i < ARRAY_LEN(results); i++) {
		if (results[i].id == t->id)
			results[i].show(t);
	}
}
