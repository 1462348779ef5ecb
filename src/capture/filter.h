/* SPDX-License-Identifier: MIT */
/*
 * filter.h - seccomp filters: one that stops for the calls that somebody asked for, and one
 * that refuses rings
 */
#ifndef CAPTURE_FILTER_H
#define CAPTURE_FILTER_H

#include "base/base.h"
#include "decode/decode.h"

#include <linux/filter.h>

/* What the tracer is told (PTRACE_GETEVENTMSG) when it was our filter that stopped a call, and
 * not one of the target's own. */
#define FILTER_MARK 0x5247u

/* It can be installed without no_new_privs: we have CAP_SYS_ADMIN. */
bool filter_is_free(void);
/* The program for these calls (NULL: all) and those of ours.h; free with filter_free(). */
void filter_make(struct sock_fprog *prog, const struct call_set *wanted);
void filter_free(struct sock_fprog *prog);
/* In the child, before exec: 0, or an errno. */
int filter_install(const struct sock_fprog *prog);
/* The same; io_uring_setup(2) then fails with ENOSYS, in all architectures. */
int filter_refuse_rings(void);

#endif
