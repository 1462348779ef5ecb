/* cap-busy.c - threads that compute are not kept on the one CPU where tracing is cheapest */

#include "want.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

#define LONGEST_S 20

static atomic_bool is_enough;
static atomic_int first_cpu = -1;

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Computes until the two of them have been on different CPUs; makes no call meanwhile. */
static void *
compute(void *arg)
{
	double end = seconds() + LONGEST_S;
	int nobody = -1;

	atomic_compare_exchange_strong(&first_cpu, &nobody, sched_getcpu());
	while (!atomic_load(&is_enough) && seconds() < end) {
		if (sched_getcpu() != atomic_load(&first_cpu))
			atomic_store(&is_enough, true);
	}
	return arg;
}

int
main(void)
{
	pthread_t threads[2];
	cpu_set_t cpus;

	begin();
	for (int i = 0; i < 2; i++)
		MUST(!pthread_create(&threads[i], NULL, compute, NULL));
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	MUST(!sched_getaffinity(0, sizeof cpus, &cpus));
	MUST(CPU_COUNT(&cpus) == atoi(getenv("WANT_CPUS")));
	MUST(CPU_COUNT(&cpus) == 1 || is_enough);
	WANT(2, "^START [0-9]+ thread parent 1");
	return 0;
}
