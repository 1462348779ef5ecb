/* SPDX-License-Identifier: MIT */
/*
 * names.c - errors and signals by name
 */
#include "decode/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name, *text;
} errors[] = {
#define ERROR(number_, name_, text_) [number_] = { #name_, text_ },
#include "decode/errno.def"
#undef ERROR
};

const char *
decode_errno(int number)
{
	return number > 0 && number < (int)ARRAY_LEN(errors) ? errors[number].name : NULL;
}

const char *
errno_text(int number)
{
	return number > 0 && number < (int)ARRAY_LEN(errors) ? errors[number].text : NULL;
}

/* Numbers of x86 and aarch64: signal(7). */
static const char *const signals[] = { NULL, "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP",
	"SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV", "SIGUSR2", "SIGPIPE",
	"SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP",
	"SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF",
	"SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS", "SIGRTMIN" };

#define RT_MIN 32
#define RT_MAX 64

const char *
decode_signal_name(int number, char room[16])
{
	if (number > 0 && number <= RT_MIN)
		return signals[number];
	if (number > RT_MIN && number <= RT_MAX)
		snprintf(room, 16, "SIGRT_%d", number - RT_MIN);
	else
		snprintf(room, 16, "%d", number);
	return room;
}

int
decode_signal_number(const char *name)
{
	static const struct {
		const char *name;
		int number;
	} others[] = { { "IOT", 6 }, { "CLD", 17 }, { "POLL", 29 } };
	char *end;
	long n;

	if (strncmp(name, "SIG", 3) == 0)
		name += 3;
	for (int i = 1; i <= RT_MIN; i++) {
		if (strcmp(name, signals[i] + 3) == 0)
			return i;
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		if (strcmp(name, others[i].name) == 0)
			return others[i].number;
	}
	if (strncmp(name, "RT_", 3) != 0 || name[3] < '1' || name[3] > '9')
		return 0;
	n = strtol(name + 3, &end, 10);
	return *end || n > RT_MAX - RT_MIN ? 0 : RT_MIN + (int)n;
}
