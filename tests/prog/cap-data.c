/* cap-data.c - payloads: whole digests, short writes, ends of memory, bad pointers */

#include "edges.h"
#include "want.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>

static void *volatile nowhere = (void *)8;
static volatile int too_many = 2000;

/* A path that ends with the last byte of memory, and one that has no end. */
static void
paths(void)
{
	char *end = pages(2) + 2 * PAGE;

	memcpy(end - 10, "/dev/full", 10);
	MUST(open(end - 10, O_RDONLY) >= 0);
	WANT(1, "^CALL 1 openat\\(.* = [0-9]+ \\[1s> 9/9  \"/dev/full\"\\]$");
	memset(end - 5000, '/', 5000);
	MUST(open(end - 5000, O_RDONLY) == -1);
	WANT(1, "^CALL 1 openat\\(.* = -(14|36) error \\[1s>!? ?[0-9]{4}");
	MUST(open(nowhere, O_RDONLY) == -1 && errno == EFAULT);
	WANT(1, "^CALL 1 openat\\(.*, 8, .* = -14 error \\[1s>!");
}

static void
writes(void)
{
	int null = open("/dev/null", O_WRONLY), pipes[2];
	size_t n = 10 * 1024 * 1024 + 17;
	char *big = malloc(n), *end = pages(1) + PAGE;
	ssize_t short_n;

	memset(big, 'b', n);
	MUST(write(null, big, n) == (ssize_t)n);
	WANT(1, "^CALL 1 write\\(.* = %zu \\[1O> %zu/4096 ", n, n);
	MUST(write(null, big, 0) == 0);
	WANT(1, "^CALL 1 write\\(%x, .* = 0( \\[1O> 0/0.*)?$", null);
	/* What did not fit was not written. */
	MUST(!pipe2(pipes, O_NONBLOCK));
	short_n = write(pipes[1], big, n);
	MUST(short_n > 0 && short_n < (ssize_t)n);
	WANT(1, "^CALL 1 write\\(%x, .* = %zd \\[1O> %zd/4096 ", pipes[1], short_n, short_n);
	/* The last bytes of memory, and more than there is. */
	memset(end - 8, 'e', 8);
	MUST(write(null, end - 8, 8) == 8);
	WANT(1, "^CALL 1 write\\(.* = 8 \\[1O> 8/8 [0-9a-f]+ \"eeeeeeee\"\\]$");
	MUST(write(pipes[1], nowhere, 8) == -1);
	WANT(1, "^CALL 1 write\\(%x, 8, 8\\) = -[0-9]+ error \\[1O>! 8/0", pipes[1]);
	/* Pages that only a debugger may read; who does not stop for each call tells nothing of
	 * them. */
	MUST(!mprotect(end - PAGE, PAGE, PROT_NONE));
	MUST(write(null, end - 4, 4) == 4); /* null looks at nothing */
	WANT(1, "^CALL 1 write\\(.* = 4 \\[1O>(! 4/0.*| 4/4 [0-9a-f]+ \"eeee\"\\])$");
	free(big);
}

static void
vectors(void)
{
	struct iovec list[1024];
	int null = open("/dev/null", O_WRONLY);

	for (int i = 0; i < 1024; i++)
		list[i] = (struct iovec){ "vector", 6 };
	MUST(writev(null, list, 1024) == 6144);
	WANT(1, "^CALL 1 writev\\(.* = 6144 (.*\"vector\"\\]){10}");
	MUST(writev(null, list, too_many) == -1 && errno == EINVAL);
	MUST(writev(null, nowhere, 2) == -1 && errno == EFAULT);
	WANT(1, "^CALL 1 writev\\(.*, 8, 2\\) = -14 error");
}

static void
reads(void)
{
	int zero = open("/dev/zero", O_RDONLY);
	char *buf = malloc(100000);

	MUST(read(zero, buf, 100000) == 100000);
	WANT(1, "^CALL 1 read\\(.* = 100000 \\[1I< 100000/4096 ");
	free(buf);
}

int
main(void)
{
	begin();
	paths();
	writes();
	vectors();
	reads();
	WANT(1, "^FOOTER complete ");
	return 0;
}
