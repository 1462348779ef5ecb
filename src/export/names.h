/* SPDX-License-Identifier: MIT */
/*
 * names.h - how exports come by the meaning of numbers: from whoever asks for the export
 */
#ifndef EXPORT_NAMES_H
#define EXPORT_NAMES_H

#include "base/str.h"
#include "model/event.h"

struct export_names {
	void *arg;
	/* Each appends: "openat"; "AT_FDCWD, \"x\", O_RDONLY"; "ENOENT"; "SIGCHLD". */
	void (*call)(void *arg, const struct call *call, struct str *out);
	void (*arguments)(void *arg, const struct call *call, struct str *out);
	void (*error)(void *arg, int number, struct str *out);
	void (*signal)(void *arg, int number, struct str *out);
};

#endif
