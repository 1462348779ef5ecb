/* SPDX-License-Identifier: MIT */
/*
 * snapshot.h - the state of paths, read from the file system itself
 *
 * Because it is read after the run, bytes that arrived by mmap, sendfile, splice or io_uring
 * count.
 */
#ifndef EFFECTS_SNAPSHOT_H
#define EFFECTS_SNAPSHOT_H

#include "base/err.h"
#include "base/mem.h"
#include "model/event.h"

/* Fills *out (strings in the arena). What cannot be read is a state (PATH_UNREADABLE), not an
 * error. head_limit: bytes of content kept for showing. Never follows a symbolic link in the
 * last component, never blocks on a FIFO or a device. */
void snapshot_path(
	struct path_state *out, struct arena *arena, const char *path, size_t head_limit);
/* The path and everything below it, sorted by bytes. */
MUST_CHECK int snapshot_tree(const char *root, size_t head_limit,
	int (*visit)(void *arg, const struct path_state *state, struct err *err), void *arg,
	struct err *err);

#endif
