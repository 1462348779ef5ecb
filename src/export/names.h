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
	/* The path that the call names, the address that it speaks to ("inet:127.0.0.1:80"):
	 * false when there is none. NULL: nobody asks. */
	bool (*path)(void *arg, const struct call *call, struct str *out);
	bool (*peer)(void *arg, const struct call *call, struct str *out);
	/* Replaces what must not leave in any text. NULL: nothing is. */
	void (*redact)(void *arg, struct str *text);
};

#endif
