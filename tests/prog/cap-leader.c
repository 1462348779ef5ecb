/* cap-leader.c - the leader ends first; its threads go on, and one of them ends the process */

#include "want.h"

#include <pthread.h>
#include <sys/syscall.h>

static void *
last(void *arg)
{
	usleep(50000 * slow());
	for (int i = 0; i < 10; i++)
		syscall(SYS_getpgid, 0x5007001);
	exit(4);
	return arg;
}

int
main(void)
{
	pthread_t thread;

	begin();
	WANT(10, "^CALL 2 getpgid\\(5007001");
	WANT(1, "^CALL 1 exit\\(0, .* UNFINISHED");
	WANT(1, "^CALL 2 exit_group\\(4, .* UNFINISHED");
	WANT(1, "^EXIT 2 status 400 rss 0");
	WANT(1, "^EXIT 1 status 400 process rss 1");
	WANT(1, "^FOOTER complete .* tasks 2 processes 1 ");
	fflush(stdout);
	MUST(!pthread_create(&thread, NULL, last, NULL));
	pthread_exit(NULL);
}
