/* cap-odd.c - numbers that no call has */

#include "want.h"

#include <sys/syscall.h>

int
main(void)
{
	static const long numbers[] = { 1000, 1024, 2000, 0x12345678, -1 };

	begin();
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		MUST(syscall(numbers[i]) == -1);
		WANT(1, "^CALL 1 syscall_0x%x\\(.* = -38 error$", (unsigned)numbers[i]);
	}
	return 0;
}
