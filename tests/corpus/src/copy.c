/* SPDX-License-Identifier: MIT */
/* copy.c - copies a file line by line and says how many: built static (musl) and for i386 */
#include <stdio.h>

int
main(int argc, char **argv)
{
	char line[512];
	unsigned n = 0;
	FILE *in = argc == 3 ? fopen(argv[1], "r") : NULL;
	FILE *out = in ? fopen(argv[2], "w") : NULL;

	if (!out) {
		perror("copy");
		return 1;
	}
	while (fgets(line, sizeof(line), in)) {
		fputs(line, out);
		n++;
	}
	if (fclose(out) != 0)
		return 1;
	printf("%u lines, pointers of %u bits\n", n, (unsigned)sizeof(void *) * 8);
	return 0;
}
