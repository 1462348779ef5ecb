/* SPDX-License-Identifier: MIT */
/* look-tree.c - processes that are hard to find for whoever knows their parents only, a line
 * for each; they last until they are ended. The argument is a mark for ps(1). */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MOST_S 60 /* should nobody end them */

static void
say(const char *what)
{
	dprintf(1, "%s\n", what);
}

static void
last(void)
{
	time_t end = time(NULL) + MOST_S;

	while (time(NULL) < end)
		sleep(1);
	_exit(0);
}

/* Nobody's child, in no session of ours, deaf, with nothing open. */
static void
daemonize(void)
{
	setsid();
	if (fork())
		_exit(0);
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_IGN);
	say("daemon");
	for (int fd = 0; fd < 1024; fd++)
		close(fd);
	last();
}

static void *
outlive(void *arg)
{
	(void)arg;
	usleep(10000);
	say("headless");
	last();
	return NULL;
}

/* The first thread has ended, and another works on. */
static void
lose_leader(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, outlive, NULL))
		_exit(8);
	pthread_exit(NULL);
}

/* A process that is always another one: each lives for a millisecond. */
static void
hand_on(void)
{
	time_t end = time(NULL) + MOST_S;

	say("runner");
	while (time(NULL) < end) {
		if (fork() > 0)
			_exit(0);
		usleep(1000);
	}
	_exit(0);
}

int
main(void)
{
	static void (*const kinds[])(void) = { daemonize, lose_leader, hand_on };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (fork() == 0)
			kinds[i]();
	say("root");
	last();
	return 0;
}
