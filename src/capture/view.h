/* SPDX-License-Identifier: MIT */
/*
 * view.h - the memory of a task that stands still: what was read near by is not read again
 *
 * To read another task's memory costs as much for one byte as for five hundred, and what a call
 * points to lies close together: a string is looked at for its end and then taken, pointers to
 * strings stand in a row. So small reads fetch what follows on the same page as well, and later
 * ones are answered from that. What other threads write meanwhile may be missed; the two
 * readings of one string cannot differ.
 */
#ifndef CAPTURE_VIEW_H
#define CAPTURE_VIEW_H

#include "decode/decode.h"

#include <sys/types.h>

#define VIEW_BYTES 512u
#define N_VIEWS 4u

/* Never copied, never cleared as a whole: only view_begin() makes it valid. */
struct view {
	pid_t tid;
	uint32_t n, next; /* parts in use, the one to be replaced next */
	struct view_part {
		uint64_t address;
		size_t n;
		uint8_t bytes[VIEW_BYTES];
	} parts[N_VIEWS];
};

/* Forgets everything: the task has run, or it is another one. */
void view_begin(struct view *v, pid_t tid);
/* As memory_read(). */
size_t view_read(struct view *v, uint64_t address, void *buf, size_t n);
struct peer view_peer(struct view *v);
/* What is large and read once goes past the view. */
struct peer view_peer_direct(struct view *v);

#endif
