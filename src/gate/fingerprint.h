/* SPDX-License-Identifier: MIT */
/*
 * fingerprint.h - what a golden was recorded on: architecture, C library, interpreter, build-id
 *
 * A difference never fails anything; it explains a failure.
 */
#ifndef GATE_FINGERPRINT_H
#define GATE_FINGERPRINT_H

#include "base/mem.h"
#include "model/event.h"
#include "model/golden.h"

/* Of the program that header->exe is, or that its first line names ("#!"). project: directory
 * whose programs are the thing under test, and so no interpreter. path: of the target's
 * environment, to find what `#!/usr/bin/env NAME` means; NULL: none. */
struct fingerprint fingerprint_take(struct arena *arena, const struct trace_header *header,
	const char *project, const char *path);
/* "recorded with libc 'glibc 2.36', now 'musl'; …" in the arena; NULL when nothing differs.
 * What is not known on one side is no difference. The build-id differs whenever the program was
 * built anew: is_rebuilt alone says so. */
const char *fingerprint_differences(struct arena *arena, const struct fingerprint *golden,
	const struct fingerprint *run, bool *is_rebuilt);

#endif
