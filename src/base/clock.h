/* SPDX-License-Identifier: MIT */
/* clock.h - the one place that asks for the time; everything else is told */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/base.h"

#define NS_PER_S 1000000000l /* long: no product of a few of them is cut */
#define NS_PER_MS 1000000l

uint64_t clock_monotonic_ns(void); /* CLOCK_MONOTONIC */
uint64_t clock_wall_ns(void);      /* CLOCK_REALTIME: since 1970 */

#endif
