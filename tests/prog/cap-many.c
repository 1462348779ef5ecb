/* cap-many.c THREADS PROCESSES CALLS - many tasks at once; nothing is lost */

#include "want.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static long n_calls;

static void *
work(void *arg)
{
	for (long i = 0; i < n_calls; i++)
		syscall(SYS_getpgid, 0x5007001);
	return arg;
}

int
main(int argc, char **argv)
{
	long n_threads = argc > 1 ? atol(argv[1]) : 1000, n = 0;
	long n_processes = argc > 2 ? atol(argv[2]) : 500;
	pthread_t *threads = calloc((size_t)n_threads, sizeof *threads);
	pthread_attr_t small;
	int status, gate[2];
	char c;

	begin();
	n_calls = argc > 3 ? atol(argv[3]) : 10;
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 65536);
	for (; n < n_threads; n++)
		MUST(!pthread_create(&threads[n], &small, work, NULL));
	for (n = 0; n < n_threads; n++)
		pthread_join(threads[n], NULL);
	/* All wait until the last is born. */
	MUST(!pipe(gate));
	for (n = 0; n < n_processes; n++) {
		pid_t pid = fork();

		MUST(pid >= 0);
		if (pid)
			continue;
		close(gate[1]);
		if (read(gate[0], &c, 1) == 0)
			work(NULL);
		_exit(3);
	}
	close(gate[1]);
	for (n = 0; n < n_processes; n++)
		MUST(wait(&status) > 0 && WEXITSTATUS(status) == 3);
	WANT((n_threads + n_processes) * n_calls,
		"^CALL [0-9]+ getpgid\\(5007001, .* = -3 error$");
	WANT(n_threads + n_processes + 1, "^CALL [0-9]+ exit(_group)?\\([03], .* UNFINISHED");
	WANT(1, "^FOOTER complete .* tasks %ld processes %ld ", n_threads + n_processes + 1,
		n_processes + 1);
	return 0;
}
