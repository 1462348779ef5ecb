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
	const char *word; /* file dir fifo pipe socket tty device queue epoll eventfd …, or
			     "other"; of what the run was given, what its name tells */
	const char *path; /* of a file or a device as it was opened or is called now; or NULL */
	const void *id;   /* the same for all descriptors of one object */
	uint32_t flags;   /* as F_GETFL */
	uint32_t maker, ordinal; /* of a pipe: the task that made it, and which of its process's
				    it is; 0: no pipe */
	uint64_t made_seq; /* of a file without a name, of a pair of sockets: of the call that
			      made it; else 0 */
	int socket_type;   /* SOCK_STREAM, …; of sockets */
	bool is_internal;  /* a socket whose other end the run holds, as far as is known now */
	bool is_sealed;    /* a socket that speaks TLS or SSH */
};

void effects_look_fd(const struct effects *fx, uint32_t task, int64_t fd, struct look *out);
/* Which links are gone through beside those to directories: none; "/proc/self/fd/3", when what
 * it stands for is known; and symbolic ones that the run made. */
enum look_links { LOOK_NAMED, LOOK_BEHIND, LOOK_FOLLOWS };

/* The absolute path that two arguments of the call mean (dir -1: the working directory), real
 * bytes, borrowed until the effects are freed. NULL: it cannot be told. */
const char *effects_look_path(
	struct effects *fx, const struct event *event, int dir, int arg, enum look_links links);

/* A task, and the program that its process runs at this moment. */
struct look_task {
	uint32_t process, parent; /* numbers of their leaders; parent 0: none of ours */
	int32_t pid, tid;
	const char *exe; /* "": not known */
	const char *const *argv;
	size_t n_argv;
	uint64_t
		exec_seq; /* of its EVENT_EXEC; 0: it was there from the beginning, or forked */
};
bool effects_look_task(const struct effects *fx, uint32_t task, struct look_task *out);
/* The words of the program that was executed then, which may be known only later; borrowed as
 * all is. False: no such program. */
bool effects_look_argv(const struct effects *fx, uint32_t process, uint64_t exec_seq,
	const char *const **argv, size_t *n_argv);
/* Who a call of a socket speaks or listens to, appended: the address in its arguments, else
 * what the socket is connected or bound to, as decode_address() says. False: nobody, or not
 * known. */
bool effects_look_peer(struct effects *fx, const struct event *event,
	const struct call_about *about, int64_t fd, struct str *out);
/* After effects_finish(), with opts.regions: "start-up", "main" or "shut-down" of the program
 * that the process executed at exec_seq (as effects_look_task() says). NULL: not told. */
const char *effects_region(
	const struct effects *fx, uint32_t process, uint64_t exec_seq, uint64_t seq);
/* Payload bytes that a finished call moved; -1: it is none that moves any. */
int64_t effects_look_bytes(const struct event *event, enum call_id id);
/* The family of a call (effects/families.def), its own name when it has none. */
const char *effects_family(enum call_id id);
/* An absolute path in canonical spelling, "<cwd>/a", appended. */
void effects_put_path(struct effects *fx, struct str *out, const char *path);

/* The same, as it is called in every run: '*' for what looks drawn in names that the run made,
 * and its makers' numbers aliased. When all names are known. */
void effects_put_lasting_path(struct effects *fx, struct str *out, const char *path);

/* The path that a LOOK_FILE's id has now; NULL: none. */
const char *effects_path_of_file(const void *id);
/* Would a change of this path be told at all: is it no cache, and not ignored on request? */
bool effects_would_tell(struct effects *fx, const char *path);

#endif
