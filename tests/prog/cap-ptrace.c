/* cap-ptrace.c - a target that wants to trace: it cannot, and the trace says that it is not
 * whole */

#include "want.h"

#include <sys/ptrace.h>
#include <sys/wait.h>

int
main(void)
{
	pid_t pid;

	begin();
	WANT(1, "^FOOTER incomplete .* untraceable 1 .*ptrace");
	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0);
	waitpid(pid, NULL, 0);
	return 0;
}
