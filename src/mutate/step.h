/* SPDX-License-Identifier: MIT */
/*
 * step.h - what each event of a tape is about: which object, in which way
 *
 * One walk over the tape beside `effects`, which knows descriptors and directories. Whether
 * anybody cares is not asked here.
 */
#ifndef MUTATE_STEP_H
#define MUTATE_STEP_H

#include "effects/look.h"
#include "mutate/tape.h"

enum step_kind {
	STEP_NONE,     /* no call, or one that this room does not know */
	STEP_WRITE,    /* bytes went out of the program */
	STEP_TRANSFER, /* the same, by a call that shows none of them: sendfile, splice */
	STEP_READ,     /* bytes came in */
	STEP_OPEN,     /* a file was opened or made; call.ret is the descriptor */
	STEP_CLOSE,
	STEP_SYNC, /* one object's content became durable */
	STEP_SYNC_ALL,
	STEP_RENAME, /* name to `to` */
	STEP_LINK,   /* `name` got the second name `to` */
	STEP_SYMLINK,
	STEP_MKDIR,
	STEP_REMOVE, /* unlink, rmdir */
	STEP_LOOK,   /* stat and its kin: nothing changes */
	STEP_EXEC,
	STEP_CONNECT,
	STEP_NOISE, /* of the class `noise`: futex, brk, mmap without a file, … */
	STEP_RANDOM,
	N_STEP_KINDS,
};

struct step {
	uint8_t kind;
	bool is_ok; /* a finished call without error */
	bool by_fd; /* about a descriptor, `look` is what it stands for */
	enum call_id id;
	struct look look;  /* before the call; of STEP_OPEN, STEP_CONNECT: after it */
	const char *other; /* of a write to descriptor 1 or 2: the stream that the other one of
			      the two stands for; NULL: none */
	const char *name, *to; /* absolute paths; NULL: none */
	uint64_t n_bytes;      /* of STEP_WRITE and STEP_READ: so many were moved */
};

struct steps {
	struct effects *effects; /* finished; owns the names */
	struct golden *golden;   /* what the tape comes to */
	struct step *items;      /* one an event of the tape */
	const struct tape *tape;
};

/* opts: those of the run. */
MUST_CHECK int steps_take(struct steps *out, const struct tape *tape,
	const struct effects_opts *opts, struct err *err);
void steps_done(struct steps *s);

#endif
