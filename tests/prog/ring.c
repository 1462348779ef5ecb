/* SPDX-License-Identifier: MIT */
/* ring.c - says a line through io_uring: ring copy (or by write, without a ring), ring needs */

#include <linux/io_uring.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char by_ring[] = "by a ring\n", by_call[] = "by a call\n";

/* 0: the line is said. */
static int
say_by_ring(int ring, const struct io_uring_params *params)
{
	char *queue = mmap(NULL, params->sq_off.array + params->sq_entries * 4,
		PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
	struct io_uring_sqe *entries = mmap(NULL, params->sq_entries * sizeof *entries,
		PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);

	if (queue == MAP_FAILED || entries == MAP_FAILED)
		return 1;
	entries[0] = (struct io_uring_sqe){ .opcode = IORING_OP_WRITE,
		.fd = STDOUT_FILENO,
		.addr = (uintptr_t)by_ring,
		.len = sizeof by_ring - 1,
		.off = UINT64_MAX };
	*(unsigned *)(void *)(queue + params->sq_off.array) = 0;
	__atomic_store_n(
		(unsigned *)(void *)(queue + params->sq_off.tail), 1, __ATOMIC_RELEASE);
	return syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1;
}

int
main(int argc, char **argv)
{
	struct io_uring_params params = { 0 };
	int ring = (int)syscall(SYS_io_uring_setup, 4, &params);

	if (argc != 2)
		return 2;
	if (ring >= 0)
		return say_by_ring(ring, &params);
	if (strcmp(argv[1], "needs") == 0)
		return 3;
	return write(STDOUT_FILENO, by_call, sizeof by_call - 1) < 0;
}
