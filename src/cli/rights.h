/* SPDX-License-Identifier: MIT */
/*
 * rights.h - whose rights we work with: privilege is used first, then given up for good
 *
 * Who types sudo wants to see more, not to run the target as root. So under sudo(8) what needs
 * privilege is opened before anything of the target's or the configuration's is read, and then
 * this process becomes who called sudo, and so does all that it starts and writes.
 */
#ifndef CLI_RIGHTS_H
#define CLI_RIGHTS_H

#include "base/err.h"
#include "base/str.h"
#include "capture/capture.h"

#include <sys/types.h>

enum rights_how {
	RIGHTS_PLAIN, /* who called us; nothing to give up */
	RIGHTS_ROOT,  /* root who stays root: nobody is known to have called */
	RIGHTS_KEPT,  /* root who was asked to stay */
	RIGHTS_SUDO,  /* root on behalf of somebody: becomes that user */
	RIGHTS_FILE,  /* the program's file lent rights: setuid, setgid, capabilities */
};

struct rights {
	enum rights_how how;
	uid_t uid; /* of whom to become */
	gid_t gid;
	char *environment; /* RIGHTS_FILE: as it was handed to us, each with its NUL; owned */
	size_t n_environment;
};

/* What the decision rests on. */
struct rights_seen {
	uid_t uid, euid;
	gid_t gid, egid;
	bool is_secure;                  /* AT_SECURE: the file lent us something */
	const char *sudo_uid, *sudo_gid; /* variables; NULL: not set */
};

/* Pure. keep: --as-root, which only root itself may say. -1: the variables are not numbers of a
 * user and a group, or there is no root to keep. */
MUST_CHECK int rights_decide(
	struct rights *out, const struct rights_seen *seen, bool keep, struct err *err);
/* The same for this process. */
MUST_CHECK int rights_find(struct rights *out, bool keep, struct err *err);
/* Becomes whom rights_find() found: ids, groups, capabilities, HOME and what else names a user
 * in the environment. has_secret: what is open in this process must not be reached by others of
 * that user, so none of them may trace it. There is no way back. */
MUST_CHECK int rights_drop(struct rights *rights, bool has_secret, struct err *err);
/* After rights_drop() with a secret, once that is closed: this process may be traced again, and
 * may trace children of its own before they have executed something. */
MUST_CHECK int rights_unveil(const struct rights *rights, struct err *err);
void rights_done(struct rights *rights);
static inline void
rights_done_auto(struct rights *rights)
{
	rights_done(rights);
}
struct rights_wish {
	bool as_root;
	size_t n_runs; /* at a time; 0: nothing is traced */
	enum capture_backend backend;
	/* If there is privilege: asked for n_runs in a child that has given up all of it, since
	 * to answer it reads what is the caller's. NULL: n_runs is what it is. */
	size_t (*foresee)(const void *arg);
	const void *arg;
};
/* All of it in its order: what runs need is opened, privilege is given up. The caller frees
 * *grant. */
MUST_CHECK int rights_begin(
	struct capture_grant **grant, const struct rights_wish *wish, struct err *err);
/* For doctor: "targets run as user 1000, who called sudo". */
void rights_say(struct str *out, const struct rights *rights);

/* For as long as files are made by a process that stays root: they are to be who called's.
 * NULL: nothing happens. */
void rights_lend(const struct rights *rights);
void rights_take_back(const struct rights *rights);

#endif
