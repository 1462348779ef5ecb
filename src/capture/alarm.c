/* SPDX-License-Identifier: MIT */
/* alarm.c - a signal to ourselves every few milliseconds, so that no wait lasts longer */

#include "capture/alarm.h"

#include <unistd.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

/* One that no convention uses; the very last is valgrind's own. */
static int
alarm_signal(void)
{
	return SIGRTMAX - 2;
}

/* Being called is all that is wanted of it: it ends waitpid(2). */
static void
wake(int signal)
{
	(void)signal;
}

int
alarm_start(struct alarm *a, uint32_t period_ms, struct err *err)
{
	struct sigaction action = { .sa_handler = wake }; /* no SA_RESTART */
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID,
		.sigev_signo = alarm_signal(),
		.sigev_notify_thread_id = gettid() };
	struct timespec period = { period_ms / 1000, (long)(period_ms % 1000) * 1000000 };
	struct itimerspec times = { .it_interval = period, .it_value = period };
	sigset_t set;

	if (timer_create(CLOCK_MONOTONIC, &event, &a->timer) < 0)
		return err_sys(err, "make a timer");
	sigaction(alarm_signal(), &action, &a->old_action);
	sigemptyset(&set);
	sigaddset(&set, alarm_signal());
	sigprocmask(SIG_UNBLOCK, &set, &a->old_mask);
	a->is_on = true;
	if (timer_settime(a->timer, 0, &times, NULL) < 0) {
		err_sys(err, "start a timer");
		alarm_stop(a);
		return -1;
	}
	return 0;
}

void
alarm_stop(struct alarm *a)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	if (!a->is_on)
		return;
	a->is_on = false;
	timer_delete(a->timer);
	/* One may be on its way; ignoring it throws it away. */
	sigaction(alarm_signal(), &ignore, NULL);
	sigaction(alarm_signal(), &a->old_action, NULL);
	sigprocmask(SIG_SETMASK, &a->old_mask, NULL);
}
