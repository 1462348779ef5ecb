/* SPDX-License-Identifier: MIT */
/*
 * bpf_marks.c - which processes the kernel half of a session has marked as those of its run
 *
 * The marks are the kernel half's own memory of each task (BPF_MAP_TYPE_TASK_STORAGE), which
 * can be looked up by pidfd. They outlive neither their task nor, in meaning, their run. Asked
 * through bpf(2) itself, which is all that is needed here of libbpf.
 */

#include "capture/bpf_marks.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MARK_BYTES 4096u /* the most that one may have */

/* 0: *run is that of the mark; else errno, ENOENT when there is none. */
static int
ask(const struct bpf_session *s, int pidfd, uint32_t *run)
{
	union bpf_attr attr;
	uint8_t mark[MARK_BYTES];

	if (s->mark_bytes < sizeof *run || s->mark_bytes > sizeof mark)
		return EINVAL;
	memset(&attr, 0, sizeof attr);
	attr.map_fd = (uint32_t)s->marks;
	attr.key = (uint64_t)(uintptr_t)&pidfd;
	attr.value = (uint64_t)(uintptr_t)mark;
	if (syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &attr, sizeof attr) < 0)
		return errno;
	memcpy(run, mark, sizeof *run); /* struct state begins with it */
	return 0;
}

bool
marks_can_tell(const struct bpf_session *session)
{
	int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
	uint32_t run = 0;
	int failed;

	if (self < 0)
		return false;
	failed = ask(session, self, &run);
	close(self);
	return !failed || failed == ENOENT;
}

bool
marks_has(const struct bpf_session *session, int pidfd)
{
	uint32_t run = 0;

	return !ask(session, pidfd, &run) && run == session->control->run;
}
