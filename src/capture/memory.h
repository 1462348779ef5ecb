/* SPDX-License-Identifier: MIT */
/*
 * memory.h - the memory of a task, read and written from outside
 */
#ifndef CAPTURE_MEMORY_H
#define CAPTURE_MEMORY_H

#include "base/base.h"

#include <sys/types.h>

/* Fills buf from address; returns how many bytes could be read: all that is mapped from there
 * on, page by page, 0 for none. */
size_t memory_read(pid_t tid, uint64_t address, void *buf, size_t n);
/* All or nothing. The task must be in a ptrace stop. */
bool memory_write(pid_t tid, uint64_t address, const void *data, size_t n);
/* Nothing that could be read is mapped there. False also when we may not know. */
bool memory_is_absent(pid_t tid, uint64_t address);

#endif
