/* SPDX-License-Identifier: MIT */
/*
 * copy.h - a file or a tree copied so that every copy looks the same
 *
 * Content and modes are kept, symbolic links stay links, every time stamp is COPY_MTIME_S.
 * Owners, extended attributes and hard links are not kept.
 */
#ifndef GATE_COPY_H
#define GATE_COPY_H

#include "base/err.h"

#define COPY_MTIME_S 978307200 /* 2001-01-01 UTC: older than whatever a run writes */

/* `to` gets what `from` is. A directory joins one that is there; a file never replaces one.
 * Sockets, FIFOs and devices are an error: a copy of them would be another thing. */
MUST_CHECK int copy_tree(const char *from, const char *to, struct err *err);
/* The same for what `from` stands for when it is a symbolic link. */
MUST_CHECK int copy_program(const char *from, const char *to, struct err *err);
/* Gives a directory that was made empty the same time stamp. */
void copy_stamp(const char *path);

#endif
