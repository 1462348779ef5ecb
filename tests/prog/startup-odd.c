/* SPDX-License-Identifier: MIT */
/* startup-odd.c - a program that does things before main() begins and after it has ended */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static void
touch(const char *path)
{
	close(open(path, O_WRONLY | O_CREAT, 0600));
}

__attribute__((constructor)) static void
early(void)
{
	touch("early");
}

static void
late(void)
{
	touch("late");
	(void)access("also-late", F_OK);
}

int
main(int argc, char **argv)
{
	(void)argv;
	(void)atexit(late);
	(void)access("looked-before-main", F_OK);
	if (argc > 1)
		(void)access("renacer:main", F_OK);
	(void)access("renacer:begin the work", F_OK);
	(void)!write(1, "work\n", 5);
	(void)access("renacer:end the work", F_OK);
	if (argc > 1)
		(void)access("renacer:end", F_OK);
	return 0;
}
