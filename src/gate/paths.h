/* SPDX-License-Identifier: MIT */
/* paths.h - paths as text: joined, cleaned, compared; nothing is looked up */
#ifndef GATE_PATHS_H
#define GATE_PATHS_H

#include "base/mem.h"

/* path as seen from dir, without "." and ".." where text alone can remove them; an absolute
 * path stays what it is. In the arena. */
const char *paths_join(struct arena *arena, const char *dir, const char *path);
/* What of path lies below dir: "a/b", "" for dir itself; NULL when it is elsewhere. Both clean.
 */
const char *paths_below(const char *dir, const char *path);
/* The last component; "/" for the root. */
const char *paths_last(const char *path);

#endif
