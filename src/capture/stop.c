/* SPDX-License-Identifier: MIT */
/*
 * stop.c - what kind of stop it is, and who deals with it
 *
 * Under PTRACE_SEIZE a stop tells itself apart: SIGTRAP|0x80 is a call, a number in the third
 * byte is an event (PTRACE_EVENT_STOP with a stopping signal is a group-stop), all else is a
 * signal about to be delivered. See ptrace(2), "Stopped states".
 */

#include "capture/restart.h"
#include "capture/tracer.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

static void
tell_signal(struct tracer *r, struct task *t, const siginfo_t *info, bool is_stop)
{
	struct signal_info *out = &tracer_event(r, EVENT_SIGNAL, t)->signal;

	out->signal = info->si_signo;
	out->code = info->si_code;
	out->error = info->si_errno;
	out->is_stop = is_stop;
	if (info->si_code > 0 && (info->si_signo == SIGSEGV || info->si_signo == SIGBUS ||
					 info->si_signo == SIGILL || info->si_signo == SIGFPE ||
					 info->si_signo == SIGTRAP))
		out->address = (uintptr_t)info->si_addr;
	else if (info->si_code == SI_USER || info->si_code == SI_TKILL ||
		 info->si_code == SI_QUEUE || info->si_code == SI_TIMER ||
		 info->si_signo == SIGCHLD) {
		out->pid = info->si_pid; /* where a timer's id and overruns are, too */
		out->uid = (int32_t)info->si_uid;
	}
	if (info->si_code == SI_QUEUE || info->si_code == SI_TIMER)
		out->address = (uintptr_t)info->si_value.sival_ptr;
	if (info->si_code > 0 && info->si_signo == SIGCHLD) {
		out->status = info->si_status;
		out->user_ticks = (uint64_t)info->si_utime;
		out->system_ticks = (uint64_t)info->si_stime;
	}
}

static void
signal_stop(struct tracer *r, struct task *t, int signal)
{
	siginfo_t info = { .si_signo = signal };

	/* A stop does interrupt, even when nothing but SIGCONT comes after it. */
	t->is_hidden = !t->was_stopped && restart_hide(t, signal, tracer_now(r));
	if (signal == SIGCONT)
		t->was_stopped = false;
	if (!t->is_hidden)
		calls_flush(r, t);
	/* Fails when the task was killed meanwhile; then there is nothing to deliver. */
	if (!ptrace(PTRACE_GETSIGINFO, t->tid, NULL, &info))
		tell_signal(r, t, &info, false);
	tracer_resume(r, t, signal);
}

/* A group-stop lasts until SIGCONT: the task must not run, but must hear of that. */
static void
group_stop(struct tracer *r, struct task *t, int signal)
{
	siginfo_t info = { .si_signo = signal };

	t->was_stopped = true;
	tell_signal(r, t, &info, true);
	tracer_resume_with(r, t, PTRACE_LISTEN, 0);
}

static void
trap_stop(struct tracer *r, struct task *t, int signal)
{
	if (t->phase == TASK_EXPECTED)
		t->phase = TASK_LIVE;
	if (t->is_interrupted)
		restart_after_interrupt(t->tid);
	t->is_interrupted = false;
	if (signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU)
		group_stop(r, t, signal);
	else
		tracer_resume(r, t, 0);
}

void
stop_handle(struct tracer *r, struct task *t, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16;
	unsigned long message = 0;

	if (!event && signal == (SIGTRAP | 0x80)) {
		calls_stop(r, t);
		return;
	}
	if (!event) {
		signal_stop(r, t, signal);
		return;
	}
	if (event != PTRACE_EVENT_SECCOMP)
		calls_flush(r, t);
	if (event == PTRACE_EVENT_STOP) {
		trap_stop(r, t, signal);
		return;
	}
	if (event == PTRACE_EVENT_SECCOMP) {
		calls_seccomp(r, t);
		return;
	}
	ptrace(PTRACE_GETEVENTMSG, t->tid, NULL, &message);
	if (event == PTRACE_EVENT_EXIT)
		life_ending(r, t);
	else if (event == PTRACE_EVENT_EXEC)
		life_exec(r, t, (pid_t)message);
	else if (message)
		life_born(r, t, event, (pid_t)message);
	if (!r->stopped)
		tracer_resume(r, task_find(&r->tasks, t->tid), 0);
}
