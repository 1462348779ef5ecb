/* SPDX-License-Identifier: MIT */
/*
 * unread-strings.c - becomes `sh`, with arguments and an environment that nobody has read
 *
 * They lie in a file that is mapped and not touched: for the kernel they are a page fault away,
 * for a tracer that cannot wait for one they are not there. A first try fails, and leaves them
 * as they were, but for what the kernel has read.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096
#define LONG (25 * PAGE)

/* A string of its own page or pages. */
static char *
string_at(char *base, int fd, size_t *used, const char *text, size_t pad)
{
	size_t at = *used, n = strlen(text);

	for (size_t i = 0; i < pad; i += 64)
		if (pwrite(fd,
			    "................................................................",
			    64, (off_t)(at + n + i)) != 64)
			return NULL;
	if (pwrite(fd, text, n, (off_t)at) != (ssize_t)n ||
		pwrite(fd, "", 1, (off_t)(at + n + pad)) != 1)
		return NULL;
	*used = (at + n + pad) / PAGE * PAGE + PAGE;
	return base + at;
}

int
main(int argc, char **argv)
{
	int fd = open("strings", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char *base = mmap(NULL, 64 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	const char *word = argc > 1 ? argv[1] : "word";
	size_t used = 0;
	char *args[6], *env[4];

	if (fd < 0 || base == MAP_FAILED || ftruncate(fd, 64 * PAGE) < 0)
		return 1;
	args[0] = string_at(base, fd, &used, "sh", 0);
	args[1] = string_at(base, fd, &used, "-c", 0);
	args[2] = string_at(base, fd, &used, "echo ${#1} ${#LONG} $SHORT", 0);
	args[3] = string_at(base, fd, &used, word, 0);
	args[4] = string_at(base, fd, &used, word, LONG);
	args[5] = NULL;
	env[0] = string_at(base, fd, &used, "SHORT=", 0);
	env[1] = string_at(base, fd, &used, "LONG=", LONG);
	env[2] = string_at(base, fd, &used, word, 0);
	env[3] = NULL;
	for (int i = 0; i < 5; i++)
		if (!args[i] || (i < 3 && !env[i]))
			return 1;
	close(fd);
	execve("/absent/program", args, env);
	execve("/bin/sh", args, env);
	return 1;
}
