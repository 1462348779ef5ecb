/* leak.c - loses memory; built with the sanitizers for addresses and leaks. N: after so many
 * writes, faster than anybody follows */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *volatile lost;

int
main(int argc, char **argv)
{
	int fd = open("/dev/null", O_WRONLY), n = argc > 1 ? atoi(argv[1]) : 0;
	static char bytes[512];

	while (n-- > 0) {
		if (write(fd, bytes, sizeof bytes) != sizeof bytes)
			return 3;
	}
	lost = malloc(4711);
	memset(lost, 1, 4711);
	lost = NULL;
	printf("lost\n");
	return 0;
}
