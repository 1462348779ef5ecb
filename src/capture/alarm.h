/* SPDX-License-Identifier: MIT */
/*
 * alarm.h - a signal to ourselves every few milliseconds, so that no wait lasts longer
 */
#ifndef CAPTURE_ALARM_H
#define CAPTURE_ALARM_H

#include "base/err.h"

#include <signal.h>
#include <time.h>

/* Zeroed is off. */
struct alarm {
	bool is_on;
	timer_t timer;
	struct sigaction old_action;
	sigset_t old_mask;
};

/* From now on a system call of this thread that waits ends with EINTR after period_ms. Timers
 * are not inherited by children; the handler is gone after their exec. */
MUST_CHECK int alarm_start(struct alarm *a, uint32_t period_ms, struct err *err);
void alarm_stop(struct alarm *a); /* leaves the signal as it was found */

#endif
