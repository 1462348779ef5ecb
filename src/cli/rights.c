/* SPDX-License-Identifier: MIT */
/*
 * rights.c - whose rights we work with: privilege is used first, then given up for good
 *
 * SUDO_UID is believed only when root itself called us: of a setuid program the environment is
 * its caller's. The bounding set of capabilities is left as it is: it gives nothing, and
 * without it setuid programs that a target starts would not get what they get in a shell.
 */

#include "cli/rights.h"

#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of sudo about itself: no longer true of what we start. */
static const char *const sudo_variables[] = { "SUDO_COMMAND", "SUDO_GID", "SUDO_HOME",
	"SUDO_TTY", "SUDO_UID", "SUDO_USER" };

/* Decimal, nothing around it; (uid_t)-1 means "no change" to the kernel, and is nobody. */
static bool
read_id(uint32_t *out, const char *text)
{
	uint64_t n = 0;

	if (!text || !*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || n > UINT32_MAX)
			return false;
		n = n * 10 + (uint64_t)(*text - '0');
	}
	*out = (uint32_t)n;
	return n < UINT32_MAX;
}

static int
decide_by_sudo(struct rights *out, const struct rights_seen *seen, struct err *err)
{
	bool has_uid = read_id(&out->uid, seen->sudo_uid);

	if (!has_uid || !read_id(&out->gid, seen->sudo_gid)) {
		const char *bad = has_uid ? seen->sudo_gid : seen->sudo_uid;

		err_set(err, "%s is %s%s%s, not the number of a %s",
			has_uid ? "SUDO_GID" : "SUDO_UID", bad ? "'" : "",
			bad ? bad : "not set", bad ? "'" : "", has_uid ? "group" : "user");
		return err_hint(err, "use sudo, or say --as-root to stay root");
	}
	out->how = RIGHTS_SUDO;
	if (out->uid == 0)
		*out = (struct rights){ .how = RIGHTS_ROOT };
	return 0;
}

int
rights_decide(struct rights *out, const struct rights_seen *seen, bool keep, struct err *err)
{
	*out = (struct rights){ .uid = seen->uid, .gid = seen->gid };
	if (keep && (seen->uid != 0 || seen->euid != 0)) {
		err_set(err, "'--as-root', but it was not root who called");
		err_hint(err, "use sudo with it, or leave it out");
		return err_as(err, ERR_USAGE);
	}
	if (seen->is_secure || seen->uid != seen->euid || seen->gid != seen->egid)
		out->how = RIGHTS_FILE;
	else if (seen->uid == 0)
		out->how = keep ? RIGHTS_KEPT : RIGHTS_ROOT;
	if (out->how == RIGHTS_ROOT && seen->sudo_uid)
		return decide_by_sudo(out, seen, err);
	return 0;
}

static int
clear_capabilities(struct err *err)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0 ||
		prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
		syscall(SYS_capset, &head, none) < 0)
		return err_sys(err, "give up capabilities");
	return 0;
}

/* A user without an entry has the group that sudo names, and no other. */
static int
take_groups(const struct rights *r, const struct passwd *user, struct err *err)
{
	if ((user ? initgroups(user->pw_name, r->gid) : setgroups(0, NULL)) < 0)
		return err_sys(err, "take the groups of user %u", r->uid);
	return 0;
}

/* That it cannot be undone is tried, not believed. */
static int
take_ids(const struct rights *r, struct err *err)
{
	uid_t uid, euid, suid;
	gid_t gid, egid, sgid;

	if (setresgid(r->gid, r->gid, r->gid) < 0 || setresuid(r->uid, r->uid, r->uid) < 0)
		return err_sys(err, "become user %u", r->uid);
	if (clear_capabilities(err) < 0)
		return -1;
	if (getresuid(&uid, &euid, &suid) < 0 || getresgid(&gid, &egid, &sgid) < 0 ||
		uid != r->uid || euid != r->uid || suid != r->uid || gid != r->gid ||
		egid != r->gid || sgid != r->gid ||
		(r->uid != 0 && (setuid(0) == 0 || seteuid(0) == 0)))
		return err_set(err, "root could not be given up");
	return 0;
}

static void
put(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

/* What names the user in the environment; the rest is as sudo passed it on. */
static void
name_user(const struct passwd *user)
{
	put("HOME", user && *user->pw_dir ? user->pw_dir : "/");
	put("USER", user ? user->pw_name : NULL);
	put("LOGNAME", user ? user->pw_name : NULL);
	if (getenv("USERNAME"))
		put("USERNAME", user ? user->pw_name : NULL);
	if (user && *user->pw_shell)
		put("SHELL", user->pw_shell);
	unsetenv("MAIL");
	for (size_t i = 0; i < ARRAY_LEN(sudo_variables); i++)
		unsetenv(sudo_variables[i]);
}

/* The loader takes variables such as LD_LIBRARY_PATH and TMPDIR from programs whose file lends
 * rights, and the target would miss them. They still stand where the kernel put them, but only
 * in a process that may be traced /proc/self/environ can be read: nobody of this user can do
 * that while we have more rights than he, and there is nothing to hide yet. */
static int
read_environment(struct rights *r, struct err *err)
{
	AUTO(str_done) struct str all = { 0 };
	int rc;

	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
		return err_sys(err, "PR_SET_DUMPABLE");
	rc = file_read(&all, "/proc/self/environ", 0, err);
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		rc = err_sys(err, "PR_SET_DUMPABLE");
	r->n_environment = all.n;
	r->environment = str_take(&all);
	return rc;
}

/* The strings become those of the environment itself, and stay for ever. */
static void
restore_environment(struct rights *r)
{
	char *text = TAKE(r->environment), *end = text + r->n_environment;

	clearenv();
	for (; text < end; text += strlen(text) + 1)
		if (strchr(text, '='))
			putenv(text);
}

int
rights_find(struct rights *out, bool keep, struct err *err)
{
	struct rights_seen seen = {
		.uid = getuid(),
		.euid = geteuid(),
		.gid = getgid(),
		.egid = getegid(),
		.is_secure = getauxval(AT_SECURE),
		.sudo_uid = getenv("SUDO_UID"),
		.sudo_gid = getenv("SUDO_GID"),
	};

	if (rights_decide(out, &seen, keep, err) < 0)
		return -1;
	return out->how == RIGHTS_FILE ? read_environment(out, err) : 0;
}

/* With a changed id the kernel makes the process one that nobody of its user may trace, nor
 * seize a child of it before that has executed something. */
static int
set_secrecy(bool has_secret, struct err *err)
{
	if (prctl(PR_SET_DUMPABLE, !has_secret, 0, 0, 0) < 0)
		return err_sys(err, "PR_SET_DUMPABLE");
	return 0;
}

int
rights_drop(struct rights *r, bool has_secret, struct err *err)
{
	const struct passwd *user;

	switch (r->how) {
	case RIGHTS_PLAIN:
	case RIGHTS_ROOT:
	case RIGHTS_KEPT:
		return 0;
	case RIGHTS_SUDO:
		errno = 0;
		user = getpwuid(r->uid);
		if (!user && errno && errno != ENOENT && errno != ESRCH)
			return err_sys(err, "look up user %u", r->uid);
		if (take_groups(r, user, err) < 0)
			return -1;
		name_user(user);
		break;
	case RIGHTS_FILE:
		restore_environment(r);
		break;
	}
	return take_ids(r, err) < 0 ? -1 : set_secrecy(has_secret, err);
}

int
rights_unveil(const struct rights *r, struct err *err)
{
	return r->how == RIGHTS_SUDO || r->how == RIGHTS_FILE ? set_secrecy(false, err) : 0;
}

/* Of the child nothing is believed but a number, and that is held to what a status can be. */
static size_t
ask_child(struct rights *rights, const struct rights_wish *wish)
{
	struct err err = { 0 };
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (rights_drop(rights, true, &err) < 0)
			_exit(0);
		_exit((int)MIN(wish->foresee(wish->arg), (size_t)INT8_MAX));
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return wish->n_runs;
	return pid > 0 && WIFEXITED(status) ? (size_t)WEXITSTATUS(status) : wish->n_runs;
}

int
rights_begin(struct capture_grant **grant, const struct rights_wish *wish, struct err *err)
{
	AUTO(rights_done) struct rights rights = { 0 };
	AUTO(capture_grant_free) struct capture_grant *g = NULL;
	size_t n_runs;

	if (rights_find(&rights, wish->as_root, err) < 0)
		return -1;
	n_runs = wish->n_runs;
	if (n_runs && wish->foresee && rights.how != RIGHTS_PLAIN)
		n_runs = ask_child(&rights, wish);
	if (n_runs)
		g = capture_grant_new(n_runs, wish->backend);
	if (rights_drop(&rights, capture_grant_is_open(g), err) < 0)
		return -1;
	*grant = TAKE(g);
	return 0;
}

void
rights_done(struct rights *r)
{
	mem_free(TAKE(r->environment));
}

void
rights_say(struct str *out, const struct rights *r)
{
	switch (r->how) {
	case RIGHTS_PLAIN:
		str_addf(out, "targets run as user %u", r->uid);
		break;
	case RIGHTS_ROOT:
		str_add(out, "targets run as root: no SUDO_UID says who called");
		break;
	case RIGHTS_KEPT:
		str_add(out, "targets run as root, as --as-root says");
		break;
	case RIGHTS_SUDO:
		str_addf(out, "targets run as user %u, who called sudo", r->uid);
		break;
	case RIGHTS_FILE:
		str_addf(out,
			"targets run as user %u, without the rights of this program's file",
			r->uid);
		break;
	}
}

/* Neither can fail for root, and to go on as the wrong user would be worse than to end. */
void
rights_lend(const struct rights *r)
{
	if (r && (setegid(r->gid) < 0 || seteuid(r->uid) < 0))
		abort();
}

void
rights_take_back(const struct rights *r)
{
	if (r && (seteuid(0) < 0 || setegid(0) < 0))
		abort();
}
