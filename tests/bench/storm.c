/* SPDX-License-Identifier: MIT */
/*
 * storm.c - nothing but cheap system calls, and how long they took
 *
 *     storm writes N     N writes of 64 bytes to /dev/null
 *     storm large N      N writes of 4 KiB to /dev/null
 *     storm paths N      N rounds of openat, newfstatat, read, close: four calls each
 *     storm threads N    the same writes by four threads at once, N in all
 *     storm mixed N      N rounds of getppid 99 times and openat of nothing once
 *
 * Prints calls made and nanoseconds taken, measured around the loop, so that the start of the
 * tracer and of the program are not in it.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static uint64_t
writes_of(uint64_t n, ssize_t size)
{
	char text[4096];
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	memset(text, 'x', sizeof(text));
	for (uint64_t i = 0; i < n; i++)
		if (write(fd, text, (size_t)size) != size)
			exit(1);
	close(fd);
	return n;
}

static uint64_t
writes(uint64_t n)
{
	return writes_of(n, 64);
}

static uint64_t
large(uint64_t n)
{
	return writes_of(n, 4096);
}

static uint64_t
paths(uint64_t n)
{
	char text[64];
	struct stat st;

	for (uint64_t i = 0; i < n; i++) {
		int fd = open("/etc/hostname", O_RDONLY | O_CLOEXEC);

		if (fd < 0 || stat("/etc/hostname", &st) < 0 ||
			read(fd, text, sizeof(text)) < 0)
			exit(1);
		close(fd);
	}
	return 4 * n;
}

static void *
quarter(void *n)
{
	writes(*(uint64_t *)n);
	return NULL;
}

static uint64_t
threads(uint64_t n)
{
	uint64_t each = n / 4;
	pthread_t list[4];

	for (int i = 0; i < 4; i++)
		if (pthread_create(&list[i], NULL, quarter, &each))
			exit(1);
	for (int i = 0; i < 4; i++)
		pthread_join(list[i], NULL);
	return 4 * each;
}

static uint64_t
mixed(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		for (int k = 0; k < 99; k++)
			syscall(SYS_getppid);
		if (open("/nonexistent", O_RDONLY | O_CLOEXEC) >= 0)
			exit(1);
	}
	return 100 * n;
}

static const struct {
	const char *name;
	uint64_t (*run)(uint64_t n);
} storms[] = { { "writes", writes }, { "large", large }, { "paths", paths },
	{ "threads", threads }, { "mixed", mixed } };

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int
main(int argc, char **argv)
{
	for (size_t i = 0; argc == 3 && i < sizeof(storms) / sizeof(storms[0]); i++) {
		if (strcmp(storms[i].name, argv[1]) == 0) {
			uint64_t before = now_ns();
			uint64_t calls = storms[i].run(strtoull(argv[2], NULL, 10));

			printf("%" PRIu64 " %" PRIu64 "\n", calls, now_ns() - before);
			return 0;
		}
	}
	fprintf(stderr, "usage: storm writes|large|paths|threads|mixed N\n");
	return 2;
}
