/* SPDX-License-Identifier: MIT */
/*
 * grant.h - what was opened while there was privilege; the part for capture's own files
 */
#ifndef CAPTURE_GRANT_H
#define CAPTURE_GRANT_H

#include "capture/capture.h"

/* A session for this run: of opts->grant, borrowed; where that has none left, or there is no
 * grant, one for this run alone if we still may (*is_own: the caller frees it). -1: there is
 * none, with the reason and its remedy. */
MUST_CHECK int grant_session(struct bpf_session **out, bool *is_own,
	const struct capture_opts *opts, struct err *err);
/* How long it took to open what is open in it. */
uint64_t grant_opening_ns(const struct capture_grant *grant);
/* In a child: it has none of it any more, and whoever traces it finds nothing. */
void grant_forget(const struct capture_grant *grant);

#endif
