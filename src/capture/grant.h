/* SPDX-License-Identifier: MIT */
/*
 * grant.h - what was opened while there was privilege; the part for capture's own files
 */
#ifndef CAPTURE_GRANT_H
#define CAPTURE_GRANT_H

#include "capture/capture.h"

/* Run nr of those at a time; borrowed. -1: there is none, with the reason and its remedy. */
MUST_CHECK int grant_session(struct bpf_session **out, const struct capture_grant *grant,
	size_t nr, struct err *err);
/* A new one, for its caller to free; needs privilege. */
MUST_CHECK int grant_open_session(struct bpf_session **out, struct err *err);

#endif
