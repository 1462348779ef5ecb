#include <stdio.h>

int
main(void)
{
	puts("needle");
	return 0;
}
