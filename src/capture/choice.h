/* SPDX-License-Identifier: MIT */
/*
 * choice.h - which backend a run gets, and why
 */
#ifndef CAPTURE_CHOICE_H
#define CAPTURE_CHOICE_H

#include "capture/capture.h"

struct choice {
	enum capture_backend backend; /* never BACKEND_AUTO */
	struct bpf_session *session;  /* of BACKEND_EBPF */
	bool is_own;                  /* choice_done() closes the session */
	char why[320];
};

/* A run for which this was asked may get ebpf. */
bool choice_may_be_ebpf(enum capture_backend wish);
/* Nothing is remembered from one choice to the next. -1: the backend that was named cannot do
 * what is asked for, or does not work here. */
MUST_CHECK int choice_make(
	struct choice *out, const struct capture_opts *opts, struct err *err);
void choice_done(struct choice *choice);

#endif
