/* SPDX-License-Identifier: MIT */
/* event.c - the words of what a trace is made of */

#include "model/event.h"

const char *const path_type_names[N_PATH_TYPES] = {
	[PATH_ABSENT] = "absent",
	[PATH_FILE] = "file",
	[PATH_DIR] = "dir",
	[PATH_SYMLINK] = "symlink",
	[PATH_FIFO] = "fifo",
	[PATH_SOCKET] = "socket",
	[PATH_CHAR] = "char",
	[PATH_BLOCK] = "block",
	[PATH_UNREADABLE] = "unreadable",
};
