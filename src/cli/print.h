/* SPDX-License-Identifier: MIT */
/*
 * print.h - events as text in strace's form, a line each
 *
 * One difference from strace is meant: a call is printed once, when it has returned, also when
 * other tasks ran in between; there are no "<unfinished ...>" and "resumed" halves to join.
 */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include "base/err.h"
#include "decode/decode.h"
#include "model/event.h"

#include <stdio.h>

struct print_opts {
	uint32_t string_limit;
	bool verbose;
	bool timing;                  /* -T */
	bool stacks, source;          /* -k -s */
	unsigned clock;               /* -t -tt -ttt: 1 to 3 */
	bool relative;                /* -r */
	bool lamport;                 /* the clock before each line: printer_lamport() */
	bool only_good, only_bad;     /* -z -Z */
	bool no_signals;              /* -e signal=none */
	bool pid_always;              /* "1234  " before each line, as strace -f -o does */
	unsigned column;              /* where "=" goes: 40 */
	const struct call_set *shown; /* NULL: all */
};

struct printer;

struct printer *printer_new(
	FILE *out, const struct trace_header *header, const struct print_opts *opts);
MUST_CHECK int printer_event(struct printer *p, const struct event *event, struct err *err);
void printer_lamport(struct printer *p, uint64_t clock); /* of the next event */
void printer_free(struct printer *p);
AUTO_DEFINE(struct printer *, printer_free)

#endif
