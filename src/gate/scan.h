/* SPDX-License-Identifier: MIT */
/*
 * scan.h - durations and sizes as people write them: "500ms", "64MiB"
 *
 * A whole number and a unit, nothing between or behind. Errors say what was wanted; the caller
 * adds the place.
 */
#ifndef GATE_SCAN_H
#define GATE_SCAN_H

#include "base/err.h"

/* Units: ns us ms s m h. */
MUST_CHECK int scan_duration(uint64_t *ns, const char *text, struct err *err);
/* Units: B kB MB GB (powers of 1000), KiB MiB GiB (powers of 1024), or none: bytes. */
MUST_CHECK int scan_size(uint64_t *bytes, const char *text, struct err *err);

#endif
