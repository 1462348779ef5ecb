/* SPDX-License-Identifier: MIT */
/* ring_ops_test.c - operations of io_uring, named and counted */

#include "unit/test.h"

#include "capture/ring_ops.h"

#include "base/base.h"

#include <linux/io_uring.h>
#include <string.h>

#define TEXT 64u

struct op {
	size_t opcode;
	uint64_t n;
};

static void
the_most_frequent_come_first_and_the_rest_is_counted(void **state)
{
	static const struct {
		struct op ops[12];
		const char *text;
		size_t room;
	} rows[] = {
		{ { { 0 } }, "a ring", TEXT },
		{ { { IORING_OP_WRITE, 1 } }, "a ring (1 write)", TEXT },
		{ { { IORING_OP_READ, 3 }, { IORING_OP_OPENAT, 12 } },
			"a ring (12 openat, 3 read)", TEXT },
		{ { { IORING_OP_READ, 3 }, { IORING_OP_OPENAT, 3 } },
			"a ring (3 openat, 3 read)", TEXT },
		{ { { 255, 7 } }, "a ring (7 operation 255)", TEXT },
		{ { { IORING_OP_WRITE, UINT64_MAX } }, "a ring (18446744073709551615 write)",
			TEXT },
		{ { { 0, 10 }, { 1, 9 }, { 2, 8 }, { 3, 7 }, { 4, 6 }, { 5, 5 }, { 6, 4 },
			  { 7, 3 }, { 8, 2 }, { 9, 1 } },
			"a ring (10 nop, 9 readv, 36 others)", TEXT },
		/* The last one needs no room for others. */
		{ { { IORING_OP_WRITE, 1 } }, "a ring (1 write)", 17 },
		{ { { IORING_OP_WRITE, 1 } }, "a ring", 16 },
		{ { { IORING_OP_WRITE, 2 }, { IORING_OP_READ, 1 } }, "a ring", 17 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t counts[256] = { 0 };
		char text[TEXT] = "a ring";

		for (size_t j = 0; j < ARRAY_LEN(rows[i].ops); j++)
			counts[rows[i].ops[j].opcode] += rows[i].ops[j].n;
		ring_ops_add(text, rows[i].room, counts, ARRAY_LEN(counts));
		assert_string_equal(text, rows[i].text);
	}
}

/* Every kind of operation at once, and every room: the text ends within it. */
static void
no_room_is_too_small(void **state)
{
	uint64_t counts[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		counts[i] = UINT64_MAX / 256 - i;
	for (size_t room = 2; room < 400; room++) {
		char text[400];

		memset(text, '#', sizeof text);
		memcpy(text, "r", 2);
		ring_ops_add(text, room, counts, ARRAY_LEN(counts));
		assert_true(strnlen(text, sizeof text) < room);
		for (size_t i = MAX(room, 2); i < sizeof text; i++)
			assert_int_equal(text[i], '#');
	}
}

static void
names_are_those_of_the_kernel(void **state)
{
	static const struct {
		size_t opcode;
		const char *name;
	} rows[] = { { IORING_OP_NOP, "nop" }, { IORING_OP_WRITE_FIXED, "write_fixed" },
		{ IORING_OP_SENDMSG, "sendmsg" }, { IORING_OP_TIMEOUT, "timeout" },
		{ IORING_OP_CONNECT, "connect" }, { IORING_OP_CLOSE, "close" },
		{ IORING_OP_STATX, "statx" }, { IORING_OP_READ, "read" },
		{ IORING_OP_WRITE, "write" }, { IORING_OP_RECV, "recv" },
		{ IORING_OP_SPLICE, "splice" }, { IORING_OP_SHUTDOWN, "shutdown" },
		{ IORING_OP_LINKAT, "linkat" }, { IORING_OP_MSG_RING, "msg_ring" },
		{ IORING_OP_SOCKET, "socket" }, { IORING_OP_SENDMSG_ZC, "sendmsg_zc" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(ring_op_name(rows[i].opcode), rows[i].name);
	assert_null(ring_op_name(255));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_most_frequent_come_first_and_the_rest_is_counted),
		cmocka_unit_test(no_room_is_too_small),
		cmocka_unit_test(names_are_those_of_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
