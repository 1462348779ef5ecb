/* SPDX-License-Identifier: MIT */
/* sha256_test.c - the two ways through a block agree; the file itself is included to reach them
 */

#include "unit/test.h"

#include "base/sha256.c"

#include <stdlib.h>

static void
both_ways_through_a_block_agree(void **state)
{
#ifdef __x86_64__
	uint8_t data[64 * 5];
	unsigned seed = 1;

	(void)state;
	if (!has_instructions())
		skip();
	for (int round = 0; round < 200; round++) {
		struct sha256 plain, fast;
		size_t n_blocks = (size_t)round % 6;

		for (size_t i = 0; i < sizeof data; i++)
			data[i] = (uint8_t)(rand_r(&seed) >> 8);
		sha256_init(&plain);
		sha256_init(&fast);
		add_blocks_plainly(plain.state, data, n_blocks);
		add_blocks_by_instruction(fast.state, data, n_blocks);
		assert_memory_equal(plain.state, fast.state, sizeof plain.state);
	}
#else
	(void)state;
	skip();
#endif
}

/* FIPS 180-4 example: one block, "abc". */
static void
the_plain_way_gives_the_published_value(void **state)
{
	static const uint32_t wanted[8] = { 0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223,
		0xb00361a3, 0x96177a9c, 0xb410ff61, 0xf20015ad };
	uint8_t block[64] = "abc\x80";
	struct sha256 s;

	(void)state;
	block[63] = 24;
	sha256_init(&s);
	add_blocks_plainly(s.state, block, 1);
	assert_memory_equal(s.state, wanted, sizeof wanted);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways_through_a_block_agree),
		cmocka_unit_test(the_plain_way_gives_the_published_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
