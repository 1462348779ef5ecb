/* opaque.c - bytes that reach stdout without ever being in the program's memory at a write */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

/* opaque FILE OFFSET WORD: a letter, three bytes of FILE by sendfile, WORD by tee and splice.
 */
int
main(int argc, char **argv)
{
	off_t offset = argc > 3 ? atoi(argv[2]) : 0;
	size_t n = argc > 3 ? strlen(argv[3]) : 0;
	int file = argc > 3 ? open(argv[1], O_RDONLY) : -1;
	int ends[2];

	if (file < 0 || pipe(ends) < 0)
		return 2;
	if (write(1, "a", 1) != 1 || sendfile(1, file, &offset, 3) != 3)
		return 3;
	if (write(ends[1], argv[3], n) != (ssize_t)n || tee(ends[0], 1, n, 0) != (ssize_t)n)
		return 4;
	return splice(ends[0], NULL, 1, NULL, n, 0) == (ssize_t)n ? 0 : 5;
}
