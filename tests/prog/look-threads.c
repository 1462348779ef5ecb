/* SPDX-License-Identifier: MIT */
/* look-threads.c - three threads that work for some seconds, for a tracer that comes and goes;
 * the exit status says that none of them was disturbed */
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

static void *
work(void *arg)
{
	int rounds = *(int *)arg;

	while (rounds--)
		if (nanosleep(&(struct timespec){ 0, 10000000 }, NULL) < 0)
			exit(9);
	return NULL;
}

int
main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 200;
	pthread_t threads[3];

	for (int i = 0; i < 3; i++)
		if (pthread_create(&threads[i], NULL, work, &rounds))
			return 8;
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
