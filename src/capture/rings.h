/* SPDX-License-Identifier: MIT */
/*
 * rings.h - the records of all CPUs, in one order that no cause contradicts
 *
 * Each ring is in order of time, and clocks of CPUs agree; so a record may be told when no CPU
 * can still bring an older one. How that is known stands at struct bpf_cpu: rings_look() reads
 * the clock, then asks each CPU whether it is just writing. Where it is not, whatever it writes
 * later is younger than our reading. A CPU that stands still in the middle (as a virtual one
 * may) holds up what is younger than its last answer, and nothing else.
 */
#ifndef CAPTURE_RINGS_H
#define CAPTURE_RINGS_H

#include "capture/bpf_session.h"

struct rings;

/* Clock of the records; NULL in a call below: CLOCK_MONOTONIC. */
typedef uint64_t rings_clock(void *arg);

/* What lies there already is of another run and is dropped. The arrays are borrowed. */
struct rings *rings_new(const struct bpf_ring *rings, const struct bpf_cpu *cpus, uint32_t n,
	rings_clock *clock, void *clock_arg);
/* Finds out what may be told now, and gives the room of what was read back. */
void rings_look(struct rings *r);
/* The next record that may be told, NULL: none before the next look. Borrowed until the next
 * call. Its size lies within its ring and has room for struct record; nothing else was checked.
 * *time_ns never falls from one to the next. */
const struct record *rings_next(struct rings *r, size_t *size, uint64_t *time_ns);
/* After rings_next() gave NULL: nothing lies in any ring, not even something too young. */
bool rings_are_empty(const struct rings *r);
/* Bytes in the fullest ring now; *size: of that ring. */
size_t rings_fill(struct rings *r, size_t *size);
/* Everything older than this was told, once rings_next() gave NULL. */
uint64_t rings_bound_ns(const struct rings *r);

/* Whoever reads may be slower than those who write. Up to so many bytes of records are kept in
 * memory of ours, so that a ring has room again before its records are told; 0, as at the
 * start: none. Before anything is read. */
void rings_keep(struct rings *r, size_t limit_bytes);
/* One record that was moved; the copy may be changed. Its size has room for struct record. */
typedef void rings_moved(void *arg, uint32_t cpu, struct record *rec, size_t size);
/* Moves what lies in rings that are filling into our memory, as far as the limit goes. The
 * record that was handed out is done with; what may be told and in which order stays as it
 * was. `moved` may be NULL. */
void rings_drain(struct rings *r, rings_moved *moved, void *arg);
/* All has been told: there may be as much again. The limit counts what is moved in between. */
void rings_calm(struct rings *r);
void rings_trim(struct rings *r); /* gives memory back that is not in use */
/* Memory taken from the system. */
size_t rings_kept_bytes(const struct rings *r);

/* Anything but zero is a fault of ours or of the kernel half. */
struct rings_faults {
	uint64_t n_torn;  /* a ring held no record where one had to be: all in it was dropped */
	uint64_t n_older; /* records that came when a younger one had been told */
	uint64_t n_stuck; /* looks at a CPU that did not finish writing for seconds */
};
struct rings_faults rings_faults(const struct rings *r);
void rings_free(struct rings *r);
AUTO_DEFINE(struct rings *, rings_free)

#endif
