/* SPDX-License-Identifier: MIT */
/*
 * launch.c - the command: found, forked, given its descriptors, executed
 *
 * The child is made ready, waits at a pipe until the backend has hold of it, and executes. A
 * second pipe, which closes on exec, brings the errno of an exec that failed. Whatever the
 * child calls before its execve is ours and is not told.
 */

#include "capture/launch.h"

#include "base/clock.h"
#include "base/file.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin" /* when the environment has no PATH */

static const char *
env_get(const char *const *envp, const char *name)
{
	size_t n = strlen(name);

	for (; *envp; envp++) {
		if (!strncmp(*envp, name, n) && (*envp)[n] == '=')
			return *envp + n + 1;
	}
	return NULL;
}

/* 0, or why this file cannot be executed. Relative names are below cwd. */
static int
try_program(int cwd, const char *path)
{
	struct stat st;

	if (fstatat(cwd, path, &st, 0) < 0)
		return errno;
	if (!S_ISREG(st.st_mode))
		return EACCES;
	return faccessat(cwd, path, X_OK, AT_EACCESS) < 0 ? errno : 0;
}

/* The program that execvp(3) would take: NULL and errno when there is none. */
static const char *
find_program(struct arena *arena, int cwd, const char *name, const char *const *envp)
{
	const char *path = env_get(envp, "PATH"), *end;
	int failed = ENOENT;

	if (strchr(name, '/')) {
		failed = try_program(cwd, name);
		errno = failed;
		return failed ? NULL : arena_strdup(arena, name);
	}
	for (path = path ? path : DEFAULT_PATH; *name; path = end + 1) {
		const char *file;
		int rc;

		end = strchrnul(path, ':');
		file = end == path
			       ? name
			       : arena_printf(arena, "%.*s/%s", (int)(end - path), path, name);
		rc = try_program(cwd, file);
		if (!rc)
			return file;
		if (rc == EACCES)
			failed = rc;
		if (!*end)
			break;
	}
	errno = failed;
	return NULL;
}

static int
open_cwd(const struct capture_opts *opts, struct err *err)
{
	const char *path = opts->cwd ? opts->cwd : ".";
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? err_sys(err, "enter the directory '%s'", path) : fd;
}

static const char *
absolute(struct arena *arena, int cwd_fd, const char *cwd, const char *path)
{
	char room[PATH_MAX];
	const char *dir = cwd;
	ssize_t n;

	if (*path == '/')
		return path;
	if (!cwd) {
		char name[64];

		snprintf(name, sizeof name, "/proc/self/fd/%d", cwd_fd);
		n = readlink(name, room, sizeof room);
		dir = arena_strndup(arena, room, n < 0 ? 0 : (size_t)n);
	}
	while (!strncmp(path, "./", 2))
		path += 2;
	return *path ? arena_printf(arena, "%s/%s", strcmp(dir, "/") ? dir : "", path) : dir;
}

void
launch_fill_header(struct trace_header *h, struct arena *arena, const struct capture_opts *opts,
	const char *backend, uint32_t n_cpus)
{
	struct utsname host;

	h->home = arena_strdup(arena, opts->home);
	h->tmp = arena_strdup(arena, opts->tmp);
	h->sandbox = arena_strdup(arena, opts->sandbox);
	h->backend = backend;
	uname(&host);
	h->kernel = arena_strdup(arena, host.release);
	h->machine = arena_strdup(arena, host.machine);
	h->started_ns = clock_wall_ns();
	h->uid = getuid();
	h->gid = getgid();
	h->n_cpus = n_cpus;
	h->payload_limit = opts->payload_limit;
	h->is_subset = opts->wanted;
	h->aslr = true;
}

static void
name_command(const struct launch *l, int cwd, const char *program)
{
	struct trace_header *h = l->header;

	h->argv = arena_words(l->arena, l->opts->argv);
	h->cwd = absolute(l->arena, cwd, NULL, "");
	h->exe = absolute(l->arena, cwd, h->cwd, program);
}

/* What the child needs; it allocates nothing. */
struct child {
	const char *program;
	const char *const *argv, *const *envp;
	int cwd, go, report;
	const int *stdio;
	const struct launch *launch;
	bool is_apart, keep_fds;
};

static void __attribute__((noreturn)) child_fails(int report, int number)
{
	if (write(report, &number, sizeof number) < 0)
		_exit(126);
	_exit(127);
}

/* The descriptors become 0, 1, 2 in whatever order they come: first out of the way, then in
 * place. */
static int
place_stdio(const int stdio[3])
{
	int moved[3];

	for (int i = 0; i < 3; i++) {
		moved[i] = stdio[i] < 0 ? -1 : fcntl(stdio[i], F_DUPFD_CLOEXEC, 3);
		if (stdio[i] >= 0 && moved[i] < 0)
			return errno;
	}
	for (int i = 0; i < 3; i++) {
		if (moved[i] >= 0 && dup2(moved[i], i) < 0)
			return errno;
	}
	return 0;
}

/* A signal that is ignored where we were started (nohup, cron) would be ignored in the target,
 * and change what it does. */
static void
default_signals(void)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Without setsid(2): as a leader the target could not make a session of its own. */
static void
leave_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (fd >= 0) {
		ioctl(fd, TIOCNOTTY);
		close(fd);
	}
}

/* A process group apart from ours, for "kill 0" in a target would end us, too. Nor may the
 * target lead it: its setsid(2) would fail. So a process that is gone at once makes the group,
 * and while it is a zombie the group can be joined. No tracer follows it. */
static void
leave_group(void)
{
	pid_t leader = (pid_t)syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, 0, 0, 0, 0);

	if (!leader) {
		_exit(setpgid(0, 0) < 0);
	} else if (leader > 0) {
		siginfo_t end;

		while (waitid(P_PID, (id_t)leader, &end, WEXITED | WNOWAIT) < 0 &&
			errno == EINTR) {
		}
		setpgid(0, leader);
		while (waitpid(leader, NULL, 0) < 0 && errno == EINTR) {
		}
	}
}

/* A crash leaves no core file: whether it would is a matter of the machine. */
static void
leave_no_core(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_CORE, &limit) == 0) {
		limit.rlim_cur = 0;
		setrlimit(RLIMIT_CORE, &limit);
	}
}

/* Nothing of ours above 2 reaches the target. The short way is of Linux 5.11, and a container's
 * filter may not know it. */
static int
close_at_exec(void)
{
	const struct dirent *entry;
	DIR *dir;

	if (syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC) == 0)
		return 0;
	dir = opendir("/proc/self/fd");
	if (!dir)
		return errno;
	while ((entry = readdir(dir))) {
		int fd = atoi(entry->d_name);

		if (fd > 2 && fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
			break;
	}
	closedir(dir);
	return entry ? EBADF : 0;
}

static void __attribute__((noreturn)) run_child(const struct child *c)
{
	int failed = place_stdio(c->stdio);
	char go;

	default_signals();
	capture_grant_leave(c->launch->opts->grant);
	if (c->is_apart) {
		leave_terminal();
		leave_group();
		leave_no_core();
	}
	if (!failed && fchdir(c->cwd) < 0)
		failed = errno;
	if (!failed && !c->keep_fds)
		failed = close_at_exec();
	if (!failed && c->launch->prepare)
		failed = c->launch->prepare(c->launch->arg);
	if (failed)
		child_fails(c->report, failed);
	if (read(c->go, &go, 1) != 1)
		_exit(127); /* the tracer is gone */
	if (c->launch->depart)
		failed = c->launch->depart(c->launch->arg);
	if (!failed) {
		execve(c->program, (char *const *)c->argv, (char *const *)c->envp);
		failed = errno;
	}
	child_fails(c->report, failed);
}

/* fork(2) with the address space randomized or not, as it will be inherited by exec. */
static pid_t
fork_child(const struct launch *l, const struct child *c)
{
	int was = personality(0xffffffff);
	pid_t pid;

	if (!l->opts->aslr && was >= 0 &&
		personality((unsigned long)was | ADDR_NO_RANDOMIZE) >= 0)
		l->header->aslr = false;
	pid = fork();
	if (!pid)
		run_child(c);
	if (!l->opts->aslr && was >= 0)
		personality((unsigned long)was);
	return pid;
}

/* The child ended: it has said why, or was ended by somebody else. */
static int
explain_end(int report, const char *program, struct err *err)
{
	int failed;

	if (read(report, &failed, sizeof failed) != sizeof failed)
		return err_set(err, "the child ended before it could execute the command");
	errno = failed;
	err_sys(err, "execute '%s'", program);
	if (failed == ENOEXEC)
		err_hint(err, "a script needs a first line such as #!/bin/sh");
	return -1;
}

static int
start_child(struct launch *l, struct child *c, struct err *err)
{
	int go[2], report[2], rc;

	if (pipe2(go, O_CLOEXEC) < 0)
		return err_sys(err, "make a pipe");
	AUTO(fd_close) int go_read = go[0];
	AUTO(fd_close) int go_write = go[1];

	if (pipe2(report, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(err, "make a pipe");
	AUTO(fd_close) int report_read = report[0];
	AUTO(fd_close) int report_write = report[1];

	c->go = go_read;
	c->report = report_write;
	l->report = report_read;
	l->pid = fork_child(l, c);
	if (l->pid < 0)
		return err_sys(err, "fork");
	fd_close(report_write);
	report_write = -1; /* so that its end is seen; NOLINT(*DeadStores): AUTO reads it */
	if ((l->begin && l->begin(l->arg, err) < 0) || fd_write(go_write, "g", 1, err) < 0)
		return -1;
	rc = l->await(l->arg, err);
	return rc > 0 ? explain_end(report_read, c->program, err) : rc;
}

/* errno says why find_program() found none. */
static int
explain_missing(const struct child *c, struct err *err)
{
	const char *name = c->argv[0], *path = env_get(c->envp, "PATH");

	err_sys(err, "execute '%s'", name);
	if (err->sys == EACCES)
		return err_hint(err, "it is not executable: chmod +x, or name its interpreter");
	if (err->sys != ENOENT)
		return -1;
	if (strchr(name, '/'))
		return err_hint(err, name[0] == '/'
					     ? "is it built, or installed?"
					     : "is it built? a name with a '/' is looked "
					       "for in the directory where it runs");
	return err_hint(err, "its PATH is '%s'", path ? path : DEFAULT_PATH);
}

int
launch_run(struct launch *l, struct err *err)
{
	const struct capture_opts *opts = l->opts;
	const char *const *envp = opts->envp ? opts->envp : (const char *const *)environ;
	struct child child = { .argv = opts->argv,
		.envp = envp,
		.stdio = opts->stdio,
		.launch = l,
		.is_apart = opts->is_apart,
		.keep_fds = opts->keep_fds };
	AUTO(fd_close) int cwd = open_cwd(opts, err);

	if (cwd < 0)
		return -1;
	child.cwd = cwd;
	child.program = find_program(l->arena, cwd, opts->argv[0], envp);
	if (!child.program)
		return explain_missing(&child, err);
	name_command(l, cwd, child.program);
	return start_child(l, &child, err);
}

bool
launch_is_i386(const struct capture_opts *opts)
{
	const char *const *envp = opts->envp ? opts->envp : (const char *const *)environ;
	AUTO(arena_free) struct arena *arena = arena_new();
	struct err err = { 0 };
	AUTO(fd_close) int cwd = open_cwd(opts, &err);
	const char *program = cwd < 0 ? NULL : find_program(arena, cwd, opts->argv[0], envp);
	AUTO(fd_close) int fd = program ? openat(cwd, program, O_RDONLY | O_CLOEXEC) : -1;
	Elf32_Ehdr head;

	err_drop(&err); /* whoever starts it will find that out again, and say so */
	return fd >= 0 && read(fd, &head, sizeof head) == sizeof head &&
	       !memcmp(head.e_ident, ELFMAG, SELFMAG) && head.e_ident[EI_CLASS] == ELFCLASS32 &&
	       head.e_machine == EM_386;
}
