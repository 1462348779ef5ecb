/* SPDX-License-Identifier: MIT */
/*
 * proc.h - what /proc says of a task; see proc(5)
 *
 * A task can be gone at any time: then numbers are 0 and texts are empty.
 */
#ifndef CAPTURE_PROC_H
#define CAPTURE_PROC_H

#include "base/str.h"

#include <sys/types.h>

struct proc_status {
	pid_t process, parent;   /* Tgid, PPid */
	uint64_t peak_rss_bytes; /* VmHWM */
	uint64_t blocked;        /* signal masks: bit n - 1 is signal n */
	uint64_t ignored, caught;
	uint64_t pending;     /* signals for this thread alone */
	uint64_t all_pending; /* for any thread of its process */
	uint32_t euid, egid;
	bool no_new_privs, has_capabilities; /* permitted ones */
	bool is_found;
};

struct proc_status proc_status(pid_t tid);
char proc_state(pid_t tid); /* 'R', 'S', 'T', …; 0: gone */
/* Time of children that were waited for, in nanoseconds; as coarse as clock ticks. */
void proc_children_times(pid_t tid, uint64_t *user_ns, uint64_t *system_ns);
/* A link: "exe", "cwd", "fd/3". Appends to *out; false when it cannot be read. */
bool proc_link(struct str *out, pid_t tid, const char *name);
/* The program that runs was to get rights of its own (setuid, setgid, file capabilities), and
 * did not get them although nothing but we stood in the way. */
bool proc_lost_rights(pid_t tid, bool is_nnp_ours); /* no_new_privs was set by us */
/* AT_SECURE of the program that runs. */
bool proc_is_secure(pid_t tid);
/* Each open descriptor in order, with its flags as F_GETFL and O_CLOEXEC. */
void proc_each_fd(pid_t tid, void (*visit)(void *arg, int fd, uint32_t flags, const char *name),
	void *arg);
/* The tasks of a process; visit returns false to stop. */
void proc_each_task(pid_t pid, bool (*visit)(void *arg, pid_t tid), void *arg);

#endif
