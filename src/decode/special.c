/* SPDX-License-Identifier: MIT */
/*
 * special.c - calls whose line is not simply their arguments and their result
 */
#include "decode/special.h"
#include "decode/flags.h"
#include "decode/kinds.h"
#include "decode/layouts.h"

#include <fcntl.h>
#include <sys/prctl.h>

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
		str_add(t->out, ", parent_tid=");
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

/* The offset is one number in two registers, the high half first. */
static void
show_llseek(struct text *t)
{
	const struct arg *args = t->args->arg;

	kind_show(t, &args[0]);
	str_add(t->out, ", ");
	text_signed(t, (int64_t)(args[1].value << 32 | (uint32_t)args[2].value));
	str_add(t->out, ", ");
	kind_show(t, &args[3]);
	str_add(t->out, ", ");
	kind_show(t, &args[4]);
}

/* The kernel chooses an entry and writes its number back; the result tells that. */
static void
show_thread_area(struct text *t)
{
	size_t n = layout_size(&layout_user_desc, t->arch);
	uint64_t address = t->args->arg[0].value;
	uint8_t bytes[16];

	if (n <= sizeof bytes && text_read(t, false, address, bytes, n))
		layout_show(t, &layout_user_desc, bytes, n);
	else
		text_address(t, address);
}

static const struct {
	uint16_t id;
	void (*show)(struct text *t);
} forms[] = {
	{ CALL__llseek, show_llseek },
	{ CALL_set_thread_area, show_thread_area },
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

/* What is left of the timeout, which Linux writes back. */
static void
show_left(struct text *t, const char *before)
{
	for (unsigned i = 0; i < t->args->n; i++) {
		const struct arg *a = &t->args->arg[i];
		uint8_t bytes[16];
		size_t n;

		if (a->spec->kind != ARG_PTR_LEFT)
			continue;
		n = layout_size(a->spec->ref, t->arch);
		if (n > sizeof(bytes) || !text_read(t, true, a->value, bytes, n))
			return;
		str_addf(t->out, "%sleft ", before);
		layout_show(t, a->spec->ref, bytes, n);
	}
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
	show_left(t, ", ");
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
	if (*between != ',')
		return;
	show_left(t, between);
	str_add_char(t->out, ')');
}

/* F_GETFD, F_GETFL and F_GET_SEALS answer with flags: "= 0x1 (flags FD_CLOEXEC)". */
static void
result_fcntl(struct text *t)
{
	uint64_t ret = (uint64_t)t->call->ret;
	uint32_t op = (uint32_t)t->call->arg[1];

	if (op == F_GETFD && ret)
		str_add(t->out, " (flags "), flags_add(t->out, &flags_fcntl_fd_flags, ret);
	else if (op == F_GETFL)
		str_add(t->out, " (flags "), text_value(t, ARG_FLAGS, &flags_open_flags, ret);
	else if (op == F_GET_SEALS && ret)
		str_add(t->out, " (seals "), flags_add(t->out, &flags_fcntl_seals, ret);
	else if (op == F_GETLEASE)
		str_add(t->out, " ("), flags_add_value(t->out, &flags_fcntl_lease, ret);
	else
		return;
	str_add_char(t->out, ')');
}

static void
result_clock(struct text *t)
{
	str_add(t->out, " (");
	flags_add_value(t->out, &flags_adjtimex_states, (uint64_t)t->call->ret);
	str_add_char(t->out, ')');
}

static void
result_policy(struct text *t)
{
	str_add(t->out, " (");
	flags_add(t->out, &flags_sched_policies, (uint64_t)t->call->ret);
	str_add_char(t->out, ')');
}

static void
result_signal(struct text *t)
{
	str_add(t->out, " (");
	text_signal(t, (int)t->call->ret);
	str_add_char(t->out, ')');
}

static void
result_thread_area(struct text *t)
{
	uint8_t before[4], after[4];
	uint64_t address = t->args->arg[0].value;

	if (text_read(t, false, address, before, 4) && text_read(t, true, address, after, 4) &&
		(int32_t)load_uint(before, 4) == -1)
		str_addf(t->out, " (entry_number=%d)", (int)load_uint(after, 4));
}

static bool
is_membarrier_query(const struct text *t)
{
	return t->id == CALL_membarrier && !(uint32_t)t->call->arg[0];
}

static void
result_membarrier(struct text *t)
{
	if (!is_membarrier_query(t) || !t->call->ret)
		return;
	for (uint64_t left = (uint64_t)t->call->ret, bit; left; left -= bit) {
		const char *name;

		bit = left & -left;
		name = flag_name(&flags_membarrier_cmds, bit);
		str_add(t->out, left == (uint64_t)t->call->ret ? " (" : "|");
		if (!name)
			bit = left; /* newer ones, as one number */
		if (name)
			str_add(t->out, name);
		else
			str_addf(t->out, "%#llx", (unsigned long long)left);
	}
	str_add_char(t->out, ')');
}

static void
result_prctl(struct text *t)
{
	static const char *const dumpable[] = { "DISABLE", "USER", "ROOT" };

	if (t->call->arg[0] == PR_GET_DUMPABLE && (uint64_t)t->call->ret < ARRAY_LEN(dumpable))
		str_addf(t->out, " (SUID_DUMP_%s)", dumpable[t->call->ret]);
}

enum ret_kind
special_ret(const struct text *t, enum ret_kind usual)
{
	uint32_t op = (uint32_t)t->call->arg[1];

	if (is_membarrier_query(t))
		return RET_HEX;
	if (t->id != CALL_fcntl && t->id != CALL_fcntl64)
		return usual;
	if (op == F_DUPFD || op == F_DUPFD_CLOEXEC)
		return RET_FD;
	if (op == F_GETFD || op == F_GETFL || op == F_GET_SEALS || op == F_GETLEASE)
		return RET_HEX;
	return op == F_GETOWN ? RET_PID : usual;
}

static const struct {
	uint16_t id;
	void (*show)(struct text *t);
} results[] = {
	{ CALL_adjtimex, result_clock },
	{ CALL_clock_adjtime, result_clock },
	{ CALL_clock_adjtime64, result_clock },
	{ CALL_fcntl, result_fcntl },
	{ CALL_fcntl64, result_fcntl },
	{ CALL_sched_getscheduler, result_policy },
	{ CALL_rt_sigtimedwait, result_signal },
	{ CALL_rt_sigtimedwait_time64, result_signal },
	{ CALL_poll, result_poll },
	{ CALL_membarrier, result_membarrier },
	{ CALL_prctl, result_prctl },
	{ CALL_set_thread_area, result_thread_area },
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
