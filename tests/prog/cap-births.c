/* cap-births.c - every way to make a task, and everything each of them calls */

#include "want.h"

#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define N_MARKS 10

/* Each task makes a call that nothing else makes, a known number of times. */
static void
mark(int kind)
{
	for (int i = 0; i < N_MARKS; i++)
		syscall(SYS_getpgid, 0x5007000 + kind);
}

static void
want_marks(int kind, int n)
{
	WANT(N_MARKS * n, "^CALL [0-9]+ getpgid\\(%x, ", 0x5007000 + kind);
}

static void
reap(pid_t pid, int wanted)
{
	int status;

	MUST(pid > 0 && waitpid(pid, &status, __WALL) == pid);
	MUST(WIFEXITED(status) && WEXITSTATUS(status) == wanted);
}

static int
child(void *arg)
{
	mark((int)(long)arg);
	_exit(5);
}

static void *
thread(void *arg)
{
	mark((int)(long)arg);
	return NULL;
}

static void
forks(void)
{
	pid_t pid = (pid_t)syscall(SYS_fork);

	if (!pid)
		child((void *)1);
	reap(pid, 5);
	want_marks(1, 1);
	pid = vfork();
	if (!pid) {
		mark(2);
		_exit(6);
	}
	reap(pid, 6);
	want_marks(2, 1);
}

static void
clones(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	struct clone_args args = { .exit_signal = SIGCHLD };
	int status;
	pid_t pid = clone(child, stack + sizeof stack, SIGCHLD, (void *)3);

	reap(pid, 5);
	/* A sibling: its parent is ours. */
	pid = fork();
	if (!pid) {
		pid = clone(child, stack + sizeof stack, CLONE_PARENT | SIGCHLD, (void *)4);
		_exit(pid > 0 ? 0 : 1);
	}
	reap(pid, 0);
	MUST(waitpid(-1, &status, 0) > 0 && WEXITSTATUS(status) == 5);
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	if (!pid)
		child((void *)5);
	reap(pid, 5);
	/* No signal at its end: only __WALL sees it. */
	pid = clone(child, stack + sizeof stack, 0, (void *)6);
	reap(pid, 5);
	for (int kind = 3; kind <= 6; kind++)
		want_marks(kind, 1);
}

static void
spawn(void)
{
	char *argv[] = { "true", NULL };
	pid_t pid;

	MUST(!posix_spawnp(&pid, "true", NULL, NULL, argv, argv + 1));
	reap(pid, 0);
	WANT(1, "^EXEC [0-9]+ from 0 x86_64 /(usr/)?bin/true$");
}

static void
threads(void)
{
	pthread_t list[8];

	for (long i = 0; i < 8; i++)
		MUST(!pthread_create(&list[i], NULL, thread, (void *)7));
	for (int i = 0; i < 8; i++)
		pthread_join(list[i], NULL);
	want_marks(7, 8);
}

int
main(void)
{
	begin();
	forks();
	clones();
	spawn();
	threads();
	/* What ends with SIGCHLD the kernel calls a fork, whatever call made it. */
	WANT(5, "^START [0-9]+ fork parent");
	WANT(2, "^START [0-9]+ vfork parent");
	WANT(1, "^START [0-9]+ clone parent");
	WANT(8, "^START [0-9]+ thread parent 1 process 1$");
	WANT(1, "^FOOTER complete .* tasks 17 processes 9 ");
	return 0;
}
