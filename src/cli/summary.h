/* SPDX-License-Identifier: MIT */
/*
 * summary.h - a trace in another form than lines: counted (-c), as CSV, as folded stacks
 */
#ifndef CLI_SUMMARY_H
#define CLI_SUMMARY_H

#include "base/err.h"
#include "decode/decode.h"
#include "model/event.h"

#include <stdio.h>

struct summary;

/* format: enum trace_format; FORMAT_TEXT counts. shown: NULL is all; borrowed. */
struct summary *summary_new(unsigned format, const struct call_set *shown, bool has_lamport);
/* Of the next event: CSV has it as its last column. */
void summary_lamport(struct summary *s, uint64_t clock);
/* CSV rows go to out at once. */
MUST_CHECK int summary_event(
	struct summary *s, const struct event *event, FILE *out, struct err *err);
MUST_CHECK int summary_print(struct summary *s, FILE *out, struct err *err);
void summary_free(struct summary *s);

#endif
