/* cap-daemon.c - a daemon outlives the command: what it does is part of the run */

#include "want.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

int
main(void)
{
	pid_t pid;
	int fds[2];
	char c;

	begin();
	WANT(5, "^CALL 3 getpgid\\(5007001");
	WANT(1, "^EXIT 3 status 0 process");
	WANT(1, "^FOOTER complete .* tasks 3 processes 3 ");
	fflush(stdout);
	MUST(!pipe(fds));
	pid = fork();
	if (!pid) {
		setsid();
		pid = fork();
		if (pid)
			_exit(0);
		/* Until the command is gone. */
		close(fds[1]);
		MUST(read(fds[0], &c, 1) == 0);
		usleep(100000 * slow());
		for (int i = 0; i < 5; i++)
			syscall(SYS_getpgid, 0x5007001);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	return 0;
}
