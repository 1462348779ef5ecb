/* cap-untraced.c - a child that asks not to be traced is followed late, and counted */

#include "want.h"

#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

static int
child(void *arg)
{
	(void)arg;
	nanosleep(&(struct timespec){ 0, 200000000 }, NULL);
	_exit(syscall(SYS_getpgid, 0x7001) == -1 ? 5 : 6);
}

int
main(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	int status;
	pid_t pid;

	begin();
	pid = clone(child, stack + sizeof stack, CLONE_UNTRACED | SIGCHLD, NULL);
	MUST(pid > 0 && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 5);
	WANT(1, "^FOOTER incomplete lost 0 escaped 1 .*CLONE_UNTRACED");
	WANT(1, "^CALL 2 getpgid\\(7001");
	return 0;
}
