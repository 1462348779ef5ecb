#include "calc.h"

int
square(int n)
{
	return n * n;
}
