/* SPDX-License-Identifier: MIT */
/* ring_ops.c - the names of io_uring's operations, and a sentence's part that counts them */

#include "capture/ring_ops.h"

#include "base/base.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define SHOWN_MAX 8u
#define OTHERS_BYTES 32u /* of ", 18446744073709551615 others)" */

/* enum io_uring_op: its numbers never change. */
static const char *const names[] = { "nop", "readv", "writev", "fsync", "read_fixed",
	"write_fixed", "poll_add", "poll_remove", "sync_file_range", "sendmsg", "recvmsg",
	"timeout", "timeout_remove", "accept", "async_cancel", "link_timeout", "connect",
	"fallocate", "openat", "close", "files_update", "statx", "read", "write", "fadvise",
	"madvise", "send", "recv", "openat2", "epoll_ctl", "splice", "provide_buffers",
	"remove_buffers", "tee", "shutdown", "renameat", "unlinkat", "mkdirat", "symlinkat",
	"linkat", "msg_ring", "fsetxattr", "setxattr", "fgetxattr", "getxattr", "socket",
	"uring_cmd", "send_zc", "sendmsg_zc", "read_multishot", "waitid", "futex_wait",
	"futex_wake", "futex_waitv", "fixed_fd_install", "ftruncate", "bind", "listen",
	"recv_zc", "epoll_wait", "readv_fixed", "writev_fixed", "pipe", "nop128",
	"uring_cmd128" };

const char *
ring_op_name(size_t opcode)
{
	return opcode < ARRAY_LEN(names) ? names[opcode] : NULL;
}

/* The most frequent one that comes behind (count, opcode) in the order; n: none does. Before
 * all is (UINT64_MAX, -1). */
static size_t
next_of(const uint64_t *counts, size_t n, uint64_t count, int64_t opcode)
{
	size_t best = n;

	for (size_t i = 0; i < n; i++) {
		bool is_behind =
			counts[i] < count || (counts[i] == count && (int64_t)i > opcode);

		if (counts[i] && is_behind && (best == n || counts[i] > counts[best]))
			best = i;
	}
	return best;
}

static int
say(char *to, size_t room, uint64_t count, size_t opcode, bool is_first)
{
	const char *name = ring_op_name(opcode), *before = is_first ? " (" : ", ";

	if (name)
		return snprintf(to, room, "%s%llu %s", before, (unsigned long long)count, name);
	return snprintf(
		to, room, "%s%llu operation %zu", before, (unsigned long long)count, opcode);
}

void
ring_ops_add(char *text, size_t room, const uint64_t *counts, size_t n)
{
	uint64_t left = 0, count = UINT64_MAX;
	size_t at = strlen(text);
	int64_t opcode = -1;
	char part[64];
	bool is_first = true;

	for (size_t i = 0; i < n; i++)
		left += counts[i];
	for (unsigned shown = 0; left && shown < SHOWN_MAX; shown++, is_first = false) {
		size_t next = next_of(counts, n, count, opcode);
		int length = say(part, sizeof part, counts[next], next, is_first);
		bool is_last = counts[next] == left;

		if (at + (size_t)length + (is_last ? 2 : OTHERS_BYTES) > room)
			break;
		memcpy(text + at, part, (size_t)length + 1);
		at += (size_t)length;
		left -= count = counts[next];
		opcode = (int64_t)next;
	}
	if (is_first)
		return;
	if (left)
		at += (size_t)snprintf(
			text + at, room - at, ", %llu others", (unsigned long long)left);
	memcpy(text + at, ")", 2);
}
