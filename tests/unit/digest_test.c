/* SPDX-License-Identifier: MIT */
/* digest_test.c - published vectors, and the law that a cut changes nothing */

#include "unit/test.h"

#include "base/digest.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* The examples of FIPS 180-4 (NIST "SHA256.pdf") and NIST CAVP SHA256ShortMsg. */
static void
sha256_gives_the_published_values(void **state)
{
	static const struct {
		const char *text;
		size_t repeat;
		const char *wanted;
	} cases[] = {
		{ "", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", 1,
			"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
		{ "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
		  "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
			1, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
		{ "a", 1000000,
			"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
		{ "\xd3", 1,
			"28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct sha256 s;
		char hex[SHA256_HEX];

		sha256_init(&s);
		for (size_t k = 0; k < cases[i].repeat; k++)
			sha256_add(&s, cases[i].text, strlen(cases[i].text));
		sha256_done(&s, hex);
		assert_string_equal(hex, cases[i].wanted);
	}
}

static void
sha256_does_not_depend_on_how_it_is_fed(void **state)
{
	unsigned char data[300];
	char whole[SHA256_HEX], parts[SHA256_HEX];

	(void)state;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (unsigned char)(i * 7);
	for (size_t n = 0; n <= sizeof data; n++) {
		struct sha256 s;

		sha256_init(&s);
		sha256_add(&s, data, n);
		sha256_done(&s, whole);
		sha256_init(&s);
		for (size_t at = 0, step = 1; at < n; at += step, step = step % 70 + 1) {
			step = MIN(step, n - at);
			sha256_add(&s, data + at, step);
		}
		sha256_done(&s, parts);
		assert_string_equal(whole, parts);
	}
}

/* What the header promises: Python's (256**n + int.from_bytes(b, "big")) % p, computed there.
 */
static void
the_join_digest_is_the_number_modulo_two_primes(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		const char *wanted;
	} cases[] = {
		{ "", 0, "00000000000000010000000000000001" },
		{ "a", 1, "00000000000001610000000000000161" },
		{ "\0", 1, "00000000000001000000000000000100" },
		{ "\0\0", 2, "00000000000100000000000000010000" },
		{ "hello, world", 12, "050b67368805b8a914749fe54f32963d" },
		{ "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", 64,
			"06e8992828345f3e0a6dd57bfbdb2531" },
		{ "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
		  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab"
		  "cdefxyz",
			147, "166de976c3da3bb30a66919e30837a17" },
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
		  "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
		  "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
		  "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
			64, "01bdf00df7bb6f5a10e3e1fbda324ffb" },
	};
	char hex[DIGEST_HEX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct digest d = { 0 };

		digest_add(&d, cases[i].text, cases[i].n);
		digest_hex(&d, hex);
		assert_string_equal(hex, cases[i].wanted);
	}
}

static void
a_stream_has_one_digest_however_it_is_cut(void **state)
{
	enum { SIZE = 20000 };
	AUTO(mem_free) unsigned char *data = mem_alloc(SIZE);
	unsigned seed = 1;

	(void)state;
	for (size_t i = 0; i < SIZE; i++)
		data[i] = (unsigned char)(rand_r(&seed) >> 8);
	for (int round = 0; round < 300; round++) {
		size_t n = (size_t)rand_r(&seed) % SIZE, most = 1 + (size_t)rand_r(&seed) % 700;
		struct digest whole = { 0 }, fed = { 0 }, joined = { 0 };

		digest_add(&whole, data, n);
		for (size_t at = 0, part; at < n; at += part) {
			struct digest piece = { 0 };

			part = (size_t)rand_r(&seed) % (most + 1);
			part = MIN(part, n - at);
			digest_add(&fed, data + at, part);
			digest_add(&piece, data + at, part);
			digest_join(&joined, &piece);
		}
		assert_true(digest_is_equal(&whole, &fed));
		assert_true(digest_is_equal(&whole, &joined));
	}
}

static void
joining_nothing_changes_nothing(void **state)
{
	struct digest d = { 0 }, nothing = { 0 }, before;

	(void)state;
	digest_join(&d, &nothing);
	assert_true(digest_is_equal(&d, &nothing));
	digest_add(&d, "x", 1);
	before = d;
	digest_join(&d, &nothing);
	digest_add(&d, NULL, 0);
	assert_true(digest_is_equal(&d, &before));
	digest_join(&nothing, &d);
	assert_true(digest_is_equal(&nothing, &before));
}

static void
small_changes_are_seen(void **state)
{
	unsigned char data[200] = { 0 };
	struct digest plain = { 0 };
	char hex[DIGEST_HEX], other[DIGEST_HEX];

	(void)state;
	digest_add(&plain, data, sizeof data);
	digest_hex(&plain, hex);
	for (size_t i = 0; i < sizeof data; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			struct digest d = { 0 };

			data[i] = (unsigned char)(1 << bit);
			digest_add(&d, data, sizeof data);
			assert_false(digest_is_equal(&d, &plain));
		}
		data[i] = 0;
	}
	/* Leading zeros are bytes, too. */
	for (size_t n = 0; n < sizeof data; n++) {
		struct digest d = { 0 };

		digest_add(&d, data, n);
		digest_hex(&d, other);
		assert_string_not_equal(hex, other);
	}
}

static void
the_length_of_terabytes_joins_quickly(void **state)
{
	struct digest d = { 0 }, big = { .n = (uint64_t)1 << 62, .h = { 1, 2 } };

	(void)state;
	digest_add(&d, "a", 1);
	digest_join(&d, &big);
	assert_true(d.n == ((uint64_t)1 << 62) + 1);
	assert_true(d.h[0] < DIGEST_P0 && d.h[1] < DIGEST_P1);
}

typedef unsigned __int128 wide;
static const uint64_t primes[2] = { DIGEST_P0, DIGEST_P1 };

/* A byte at a time, with a division for each. */
static void
add_plainly(struct digest *d, const unsigned char *data, size_t n)
{
	for (unsigned i = 0; i < 2; i++)
		for (size_t at = 0; at < n; at++)
			d->h[i] = (uint64_t)(((wide)d->h[i] * 256 + data[at]) % primes[i]);
	d->n += n;
}

static void
every_length_and_the_largest_sums_give_the_plain_value(void **state)
{
	unsigned char data[400];
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < 20; round++) {
		for (size_t i = 0; i < sizeof data; i++)
			data[i] = round % 2 ? (unsigned char)(rand_r(&seed) >> 8) : 0xff;
		for (size_t n = 0; n <= sizeof data; n++) {
			struct digest fast = { 0, { DIGEST_P0 - 1, DIGEST_P1 - 1 } }, plain;

			plain = fast;
			digest_add(&fast, data, n);
			add_plainly(&plain, data, n);
			assert_true(digest_is_equal(&fast, &plain));
		}
	}
}

/* 256^n by squaring, with divisions. */
static uint64_t
power_plainly(uint64_t n, uint64_t p)
{
	uint64_t result = 1, square = 256;

	for (; n; n >>= 1) {
		if (n & 1)
			result = (uint64_t)((wide)result * square % p);
		square = (uint64_t)((wide)square * square % p);
	}
	return result;
}

static void
every_bit_of_a_length_counts_when_joining(void **state)
{
	static const uint64_t lengths[] = { 3, 0xffff, 0x10001, UINT64_MAX - 5 };

	(void)state;
	for (unsigned k = 0; k < 64 + ARRAY_LEN(lengths); k++) {
		uint64_t n = k < 64 ? (uint64_t)1 << k : lengths[k - 64];
		struct digest d = { 5, { DIGEST_P0 - 1, 12345 } };
		struct digest next = { n, { DIGEST_P0 - 1, DIGEST_P1 - 1 } }, before = d;

		digest_join(&d, &next);
		assert_true(d.n == before.n + n);
		for (unsigned i = 0; i < 2; i++)
			assert_true(d.h[i] == ((wide)before.h[i] * power_plainly(n, primes[i]) +
						      next.h[i]) %
						      primes[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_gives_the_published_values),
		cmocka_unit_test(sha256_does_not_depend_on_how_it_is_fed),
		cmocka_unit_test(the_join_digest_is_the_number_modulo_two_primes),
		cmocka_unit_test(a_stream_has_one_digest_however_it_is_cut),
		cmocka_unit_test(joining_nothing_changes_nothing),
		cmocka_unit_test(small_changes_are_seen),
		cmocka_unit_test(the_length_of_terabytes_joins_quickly),
		cmocka_unit_test(every_length_and_the_largest_sums_give_the_plain_value),
		cmocka_unit_test(every_bit_of_a_length_counts_when_joining),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
