/* SPDX-License-Identifier: MIT */
/*
 * look.h - what the arguments of a call stand for at this point of the run
 *
 * For whoever feeds events and wants to know, before each, which object it is about. It says
 * nothing of whether that matters to anybody.
 */
#ifndef EFFECTS_LOOK_H
#define EFFECTS_LOOK_H

#include "effects/effects.h"

enum look_kind { LOOK_NOTHING, LOOK_FILE, LOOK_STREAM, LOOK_PIPE, LOOK_SOCKET, LOOK_OTHER };

struct look {
	enum look_kind kind;
	const char *name; /* of a file its absolute path, NULL when it has none any more; of a
			     stream its key; else NULL. Borrowed until the effects are freed */
	const void *id;   /* the same for all descriptors of one object */
	uint32_t flags;   /* as F_GETFL */
	int socket_type;  /* SOCK_STREAM, …; of sockets */
	bool is_internal; /* a socket whose other end the run holds, as far as is known now */
	bool is_sealed;   /* a socket that speaks TLS or SSH */
};

void effects_look_fd(const struct effects *fx, uint32_t task, int64_t fd, struct look *out);
/* The absolute path that two arguments of the call mean (dir -1: the working directory), real
 * bytes, borrowed until the effects are freed. NULL: it cannot be told. */
const char *effects_look_path(struct effects *fx, const struct event *event, int dir, int arg);

/* The path that a LOOK_FILE's id has now; NULL: none. */
const char *effects_path_of_file(const void *id);
/* Would a change of this path be told at all: is it no cache, and not ignored on request? */
bool effects_would_tell(struct effects *fx, const char *path);

#endif
