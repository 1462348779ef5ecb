/* leak.c - loses memory; built with the sanitizers for addresses and leaks */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *volatile lost;

int
main(void)
{
	lost = malloc(4711);
	memset(lost, 1, 4711);
	lost = NULL;
	printf("lost\n");
	return 0;
}
