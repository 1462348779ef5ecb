/* cap-seccomp.c - the target's own filters: what they refuse is told as refused */

#include "edges.h"
#include "want.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static volatile sig_atomic_t n_trapped;

static void
trapped(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	n_trapped += info->si_syscall == SYS_getpgid;
}

static int
in_child(void (*work)(void))
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		work();
		_exit(0);
	}
	MUST(waitpid(pid, &status, 0) == pid);
	return status;
}

static void
with_errno(void)
{
	MUST(filter(SECCOMP_RET_ERRNO | 77, 0) >= 0);
	MUST(syscall(SYS_getpgid, 0x5007001) == -1 && errno == 77);
	/* A real failure is not a refusal. */
	MUST(syscall(SYS_close, 12345) == -1 && errno == EBADF);
	/* A filter is inherited. */
	if (!fork()) {
		MUST(syscall(SYS_getpgid, 0x5007002) == -1 && errno == 77);
		_exit(0);
	}
	MUST(wait(NULL) > 0);
}

static void
with_trap(void)
{
	struct sigaction action = { .sa_sigaction = trapped, .sa_flags = SA_SIGINFO };

	sigaction(SIGSYS, &action, NULL);
	MUST(filter(SECCOMP_RET_TRAP, 0) >= 0);
	syscall(SYS_getpgid, 0x5007003);
	MUST(n_trapped == 1);
}

static void
with_kill(void)
{
	MUST(filter(SECCOMP_RET_KILL_PROCESS, 0) >= 0);
	syscall(SYS_getpgid, 0x5007004);
	_exit(1);
}

/* Without a tracer that asks for it, this is ENOSYS. */
static void
with_trace(void)
{
	MUST(filter(SECCOMP_RET_TRACE | 1, 0) >= 0);
	MUST(syscall(SYS_getpgid, 0x5007005) == -1 && errno == ENOSYS);
}

static void *
other(void *arg)
{
	usleep(50000 * slow());
	MUST(syscall(SYS_getpgid, 0x5007006) == -1 && errno == 78);
	return arg;
}

static void
for_all_threads(void)
{
	pthread_t thread;

	MUST(!pthread_create(&thread, NULL, other, NULL));
	MUST(filter(SECCOMP_RET_ERRNO | 78, SECCOMP_FILTER_FLAG_TSYNC) >= 0);
	pthread_join(thread, NULL);
}

static void
strict(void)
{
	MUST(!prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0));
	syscall(SYS_exit, 3);
}

int
main(int argc, char **argv)
{
	int status;

	(void)argv;
	begin();
	MUST(in_child(with_errno) == 0);
	WANT(1, "^CALL 2 getpgid\\(5007001, .* = -77 error DENIED");
	WANT(1, "^CALL 3 getpgid\\(5007002, .* = -77 error DENIED");
	WANT(1, "^CALL 2 close\\(3039, .* = -9 error$");
	MUST(in_child(with_trap) == 0);
	WANT(1, "^CALL 4 getpgid\\(5007003, .* DENIED");
	status = in_child(with_kill);
	MUST(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
	WANT(1, "^CALL 5 getpgid\\(5007004, .* (UNFINISHED|DENIED)");
	MUST(in_child(with_trace) == 0);
	WANT(1, "^CALL 6 getpgid\\(5007005, .* = -38 error DENIED");
	MUST(in_child(for_all_threads) == 0);
	WANT(1, "^CALL 8 getpgid\\(5007006, .* = -78 error DENIED");
	MUST(prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 0);
	if (argc > 1)
		MUST(WEXITSTATUS(in_child(strict)) == 3);
	WANT(1, "^FOOTER complete .* tasks %d processes %d filters %d: ", 8 + (argc > 1),
		7 + (argc > 1), 5 + (argc > 1));
	return 0;
}
