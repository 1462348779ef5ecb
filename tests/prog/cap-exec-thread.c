/* cap-exec-thread.c - execve by a thread that is not the leader: the thread becomes the leader
 */

#include "want.h"

#include <pthread.h>
#include <sys/syscall.h>

static char *self;

static void *
wait_for_ever(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void *
become(void *arg)
{
	char *argv[] = { self, "again", NULL };

	usleep(30000 * slow());
	execv(self, argv);
	return arg;
}

int
main(int argc, char **argv)
{
	pthread_t thread;

	if (argc > 1) {
		MUST(syscall(SYS_gettid) == getpid());
		syscall(SYS_getpgid, 0x5007001);
		return 3;
	}
	begin();
	self = argv[0];
	/* The leader and two more die in the middle of a call. */
	WANT(3, "^CALL [134] (pause|futex)\\(.* UNFINISHED");
	WANT(1, "^EXEC 1 from 2 x86_64 ");
	WANT(1, "^CALL 1 execve\\(.* = 0 .*again");
	WANT(1, "^CALL 1 getpgid\\(5007001");
	WANT(1, "^EXIT 2 status 0 rss");
	WANT(1, "^EXIT 1 status 300 process rss 1");
	WANT(1, "^FOOTER complete .* tasks 4 processes 1 ");
	fflush(stdout);
	MUST(!pthread_create(&thread, NULL, become, NULL));
	MUST(!pthread_create(&thread, NULL, wait_for_ever, NULL));
	MUST(!pthread_create(&thread, NULL, wait_for_ever, NULL));
	pthread_join(thread, NULL);
	return 9;
}
