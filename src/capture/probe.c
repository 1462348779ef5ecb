/* SPDX-License-Identifier: MIT */
/* probe.c - what this machine allows: tried with a child of our own */

#include "capture/probe.h"

#include "capture/filter.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/* How far a trial came: the step that failed, and why. */
struct trial {
	const char *step; /* NULL: all went well */
	int number;
};

static struct trial
failed(const char *step)
{
	return (struct trial){ step, errno };
}

/* Seizes the child, stops it, asks for its call. */
static struct trial
trace(pid_t pid)
{
	struct __ptrace_syscall_info info = { 0 };
	int status;

	if (ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) < 0)
		return failed("PTRACE_SEIZE");
	if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0 || waitpid(pid, &status, __WALL) < 0)
		return failed("PTRACE_INTERRUPT");
	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof info, &info) < 0)
		return failed("PTRACE_GET_SYSCALL_INFO");
	return (struct trial){ 0 };
}

static struct trial
try_ptrace(void)
{
	struct trial trial;
	pid_t pid = fork();

	if (pid < 0)
		return failed("fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	trial = trace(pid);
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		continue;
	return trial;
}

/* Installs a filter for one call in a child, which says by its exit status what came of it. */
static struct trial
try_filter(void)
{
	struct call_set wanted = { 0 };
	struct sock_fprog prog;
	int status = 0;
	pid_t pid;

	filter_make(&prog, &wanted);
	pid = fork();
	if (!pid)
		_exit(filter_install(&prog));
	filter_free(&prog);
	if (pid < 0)
		return failed("fork");
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	errno = WEXITSTATUS(status);
	return errno ? failed("SECCOMP_SET_MODE_FILTER") : (struct trial){ 0 };
}

static int
yama_scope(void)
{
	FILE *file = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");
	int scope = 0;

	if (file && fscanf(file, "%d", &scope) != 1)
		scope = 0;
	if (file)
		fclose(file);
	return scope;
}

static const char *
ptrace_remedy(const struct trial *trial)
{
	if (!strcmp(trial->step, "PTRACE_GET_SYSCALL_INFO"))
		return "use Linux 5.3 or newer";
	if (!strcmp(trial->step, "fork"))
		return "raise the limit of processes (ulimit -u)";
	if (yama_scope() >= 3)
		return "boot with kernel.yama.ptrace_scope below 3: it cannot be lowered later";
	if (yama_scope() == 2)
		return "sysctl kernel.yama.ptrace_scope=1, or run with CAP_SYS_PTRACE";
	return "in a container: run it with --cap-add=SYS_PTRACE (or "
	       "--security-opt seccomp=unconfined); under another tracer: run without it";
}

void
probe_ptrace(struct backend_state *out, const struct capture_grant *grant)
{
	struct trial trial = try_ptrace();

	(void)grant;
	out->works = !trial.step;
	if (out->works) {
		snprintf(out->text, sizeof out->text, "a child was seized and stopped");
		return;
	}
	snprintf(out->text, sizeof out->text, "%s on a child of our own: %s", trial.step,
		strerror(trial.number));
	snprintf(out->remedy, sizeof out->remedy, "%s", ptrace_remedy(&trial));
}

void
probe_seccomp(struct backend_state *out, const struct capture_grant *grant)
{
	struct trial trial;

	probe_ptrace(out, grant);
	if (!out->works)
		return;
	trial = try_filter();
	out->works = !trial.step;
	if (trial.step) {
		snprintf(out->text, sizeof out->text, "%s in a child: %s", trial.step,
			strerror(trial.number));
		snprintf(out->remedy, sizeof out->remedy, "%s",
			"use a kernel with CONFIG_SECCOMP_FILTER, or the backend ptrace");
		return;
	}
	snprintf(out->text, sizeof out->text, "a filter was installed in a child%s",
		filter_is_free() ? "" : ", with no_new_privs for want of CAP_SYS_ADMIN");
}
