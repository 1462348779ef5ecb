/* SPDX-License-Identifier: MIT */
/* clock.c - the one place that asks for the time; everything else is told */

#include "base/clock.h"

#include <time.h>

static uint64_t
now(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

uint64_t
clock_monotonic_ns(void)
{
	return now(CLOCK_MONOTONIC);
}

uint64_t
clock_wall_ns(void)
{
	return now(CLOCK_REALTIME);
}
