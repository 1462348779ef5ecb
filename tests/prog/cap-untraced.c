/* cap-untraced.c - a child that asks not to be traced is a child like any */

#include "want.h"

#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

static int
child(void *arg)
{
	(void)arg;
	nanosleep(&(struct timespec){ 0, 200000000 }, NULL);
	_exit(syscall(SYS_getpgid, 0x5007001) == -1 ? 5 : 6);
}

int
main(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	int status;
	pid_t pid;

	begin();
	struct {
		uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, rest[6];
	} args = {
		.flags = CLONE_UNTRACED,
		.exit_signal = SIGCHLD,
	};
	for (int i = 0; i < 50; i++) {
		pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
		if (pid == 0)
			_exit(7);
		MUST(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
		MUST(WEXITSTATUS(status) == 7 && args.flags == CLONE_UNTRACED);
	}
	pid = clone(child, stack + sizeof stack, CLONE_UNTRACED | SIGCHLD, NULL);
	MUST(pid > 0 && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 5);
	WANT(51, "^START [0-9]+ (fork|clone) parent 1");
	WANT(1, "^FOOTER complete lost 0 escaped 0 ");
	WANT(1, "^CALL 52 getpgid\\(5007001");
	return 0;
}
