/* SPDX-License-Identifier: MIT */
/*
 * memory.c - the memory of a task, read and written from outside
 *
 * process_vm_readv(2) stops at the first byte that it cannot read, but counts whole elements
 * of the remote vector only where a page was reached; split at page ends, one call gives all
 * that is there. It refuses pages without read permission (PROT_NONE, write-only maps) and
 * some device memory; PTRACE_PEEKDATA goes through as the kernel's own debugger access.
 */

#include "capture/memory.h"

#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#define PAGE 4096u
#define MAX_PIECES 64

/* One process_vm_readv() over at most MAX_PIECES pages. */
static size_t
read_pieces(pid_t tid, uint64_t address, void *buf, size_t n)
{
	struct iovec remote[MAX_PIECES], local = { buf, 0 };
	unsigned long n_pieces = 0;
	ssize_t got;

	while (n && n_pieces < MAX_PIECES) {
		size_t piece = MIN(n, PAGE - address % PAGE);

		remote[n_pieces].iov_base = (void *)(uintptr_t)address;
		remote[n_pieces++].iov_len = piece;
		local.iov_len += piece;
		address += piece;
		n -= piece;
	}
	got = process_vm_readv(tid, &local, 1, remote, n_pieces, 0);
	return got < 0 ? 0 : (size_t)got;
}

/* Word by word, up to the end of the page at most. */
static size_t
peek(pid_t tid, uint64_t address, void *buf, size_t n)
{
	size_t done = 0;

	n = MIN(n, PAGE - address % PAGE);
	while (done < n) {
		uint64_t at = (address + done) & ~(uint64_t)(sizeof(long) - 1);
		size_t skip = address + done - at, part = MIN(n - done, sizeof(long) - skip);
		long word;

		errno = 0;
		word = ptrace(PTRACE_PEEKDATA, tid, (void *)(uintptr_t)at, NULL);
		if (errno)
			break;
		memcpy((char *)buf + done, (char *)&word + skip, part);
		done += part;
	}
	return done;
}

size_t
memory_read(pid_t tid, uint64_t address, void *buf, size_t n)
{
	size_t done = 0;

	if (address > UINT64_MAX - n)
		n = UINT64_MAX - address;
	while (done < n) {
		size_t part = read_pieces(tid, address + done, (char *)buf + done, n - done);

		if (!part)
			part = peek(tid, address + done, (char *)buf + done, n - done);
		if (!part)
			break;
		done += part;
	}
	return done;
}

bool
memory_write(pid_t tid, uint64_t address, const void *data, size_t n)
{
	size_t done = 0;

	while (done < n) {
		uint64_t at = (address + done) & ~(uint64_t)(sizeof(long) - 1);
		size_t skip = address + done - at, part = MIN(n - done, sizeof(long) - skip);
		long word;

		errno = 0;
		word = ptrace(PTRACE_PEEKDATA, tid, (void *)(uintptr_t)at, NULL);
		if (errno)
			return false;
		memcpy((char *)&word + skip, (const char *)data + done, part);
		if (ptrace(PTRACE_POKEDATA, tid, (void *)(uintptr_t)at, (void *)word) < 0)
			return false;
		done += part;
	}
	return true;
}

bool
memory_is_absent(pid_t tid, uint64_t address)
{
	char byte;
	struct iovec local = { &byte, 1 }, remote = { (void *)(uintptr_t)address, 1 };

	return process_vm_readv(tid, &local, 1, &remote, 1, 0) < 0 && errno == EFAULT;
}
