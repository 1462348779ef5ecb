/* SPDX-License-Identifier: MIT */
/*
 * signal.c - a signal that a task received, as strace writes it
 */
#include "decode/decode.h"
#include "decode/names.h"

#include <signal.h>

/* The names of si_code by signal; SIG 0 holds those that every signal can have. */
static const struct {
	int signal, code;
	const char *name;
} codes[] = {
#define CODE(signal_, code_, name_) { signal_, code_, #name_ },
#include "decode/codes.def"
#undef CODE
};

const char *
signal_code_name(int signal, int code)
{
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		bool fits = codes[i].signal == signal || !codes[i].signal;

		if (fits && codes[i].code == code)
			return codes[i].name;
	}
	return NULL;
}

static bool
is_fault(int signal)
{
	return signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE ||
	       signal == SIGTRAP;
}

static void
add_ticks(struct str *out, const char *name, uint64_t ticks)
{
	str_addf(out, ", %s=%llu", name, (unsigned long long)ticks);
	if (ticks)
		str_addf(out, " /* %llu.%02u s */", (unsigned long long)ticks / 100,
			(unsigned)(ticks % 100));
}

/* What SIGCHLD tells of the child: its status is a number only when it exited by itself. */
static void
add_child(struct str *out, const struct signal_info *info)
{
	char room[16];

	if (info->code == CLD_EXITED)
		str_addf(out, ", si_status=%d", info->status);
	else
		str_addf(out, ", si_status=%s", decode_signal_name(info->status, room));
	add_ticks(out, "si_utime", info->user_ticks);
	add_ticks(out, "si_stime", info->system_ticks);
}

static void
add_value(struct str *out, uint64_t value)
{
	str_addf(out, ", si_int=%d, si_ptr=", (int)value);
	if (value)
		str_addf(out, "%#llx", (unsigned long long)value);
	else
		str_add(out, "NULL");
}

void
decode_signal(struct str *out, const struct signal_info *info)
{
	char room[16];
	const char *name = decode_signal_name(info->signal, room);
	const char *code = signal_code_name(info->signal, info->code);

	if (info->is_stop) {
		str_addf(out, "--- stopped by %s ---", name);
		return;
	}
	str_addf(out, "--- %s {si_signo=%s, si_code=", name, name);
	if (code)
		str_add(out, code);
	else
		str_addf(out, "%d", info->code);
	if (info->error)
		str_addf(out, ", si_errno=%d", info->error);
	if (info->code == SI_TIMER)
		str_addf(
			out, ", si_timerid=%#x, si_overrun=%d", (unsigned)info->pid, info->uid);
	else if (info->code <= 0 || info->signal == SIGCHLD)
		str_addf(out, ", si_pid=%d, si_uid=%u", info->pid, (unsigned)info->uid);
	if (info->code == SI_QUEUE || info->code == SI_TIMER)
		add_value(out, info->address);
	else if (info->code > 0 && info->signal == SIGCHLD)
		add_child(out, info);
	else if (is_fault(info->signal) && info->code != SI_KERNEL && info->address)
		str_addf(out, ", si_addr=%#llx", (unsigned long long)info->address);
	else if (is_fault(info->signal))
		str_add(out, ", si_addr=NULL");
	str_add(out, "} ---");
}
