/* SPDX-License-Identifier: MIT */
/*
 * context.h - what one program hands to the next in its environment: a trace context, a clock
 */
#ifndef BASE_CONTEXT_H
#define BASE_CONTEXT_H

#include "base/str.h"

/* The usual name of the variable that holds a Lamport clock, as a decimal number. */
#define LAMPORT_VARIABLE "RENACER_LOGICAL_CLOCK"

/* A traceparent: https://www.w3.org/TR/trace-context-2/ */
struct trace_parent {
	char trace_id[33], parent_id[17]; /* lower-case hex */
	uint8_t flags;                    /* bit 0 sampled, bit 1 random; others are zero */
};

/* n bytes, blanks and tabs around them aside. A later version is read as far as this one goes.
 * False: it is none, and nothing of it is to be used. */
MUST_CHECK bool trace_parent_read(struct trace_parent *out, const char *text, size_t n);
/* In the form that is passed on: version 00. */
void trace_parent_put(struct str *out, const struct trace_parent *parent);

/* A decimal number without sign, blanks or leading zeros. False: it is none, or too large to go
 * on from. */
MUST_CHECK bool lamport_read(uint64_t *out, const char *text);

#endif
