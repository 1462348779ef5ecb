/* cap-32bit.c - calls by int $0x80 are those of i386 */

#include "want.h"

#include <sys/mman.h>

#if defined(__x86_64__)
static long
call32(long nr, long a, long b, long c)
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(a), "c"(b), "d"(c)
			 : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

int
main(void)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	begin();
	MUST(low != MAP_FAILED);
	MUST(call32(20, 0, 0, 0) == getpid()); /* getpid */
	strcpy(low, "/dev/null");
	MUST(call32(5, (long)low, 0, 0) == 3); /* open */
	WANT(1, "^CALL 1 open\\(.* = 3.*/dev/null");
	MUST(call32(6, 3, 0, 0) == 0); /* close */
	MUST(call32(6, 3, 0, 0) == -EBADF);
	WANT(1, "^CALL 1 close\\(3, .* = -9 error");
	WANT(1, "^FOOTER complete .* 32bit 4 ");
	return 0;
}
#else
int
main(void)
{
	return 0;
}
#endif
