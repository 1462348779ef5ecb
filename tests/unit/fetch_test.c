/* SPDX-License-Identifier: MIT */
/* fetch_test.c - what a call needs read, from memory that ends where it likes */

#include "unit/test.h"

#include "base/mem.h"
#include "decode/arg.h"
#include "decode/decode.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The target's memory: one piece, unmapped before and behind it. */
struct memory {
	uint64_t address;
	const uint8_t *bytes;
	size_t n;
	unsigned n_reads;
};

struct kept {
	struct area areas[64];
	unsigned n;
	bool at_exit;
	struct memory *memory;
};

static size_t
read_memory(void *arg, uint64_t address, void *buf, size_t n)
{
	struct memory *m = arg;
	uint64_t offset = address - m->address;

	m->n_reads++;
	if (address < m->address || offset >= m->n)
		return 0;
	n = MIN(n, m->n - offset);
	memcpy(buf, m->bytes + offset, n);
	return n;
}

static void
keep(void *arg, uint8_t nr_arg, enum area_kind kind, uint64_t address, uint64_t size)
{
	struct kept *k = arg;
	uint64_t offset = address - k->memory->address;
	struct area *a;

	if (k->n == ARRAY_LEN(k->areas))
		return;
	a = &k->areas[k->n++];
	*a = (struct area){ .arg = nr_arg,
		.kind = kind,
		.at_exit = k->at_exit,
		.address = address,
		.size = size };
	if (address >= k->memory->address && offset < k->memory->n) {
		a->bytes = k->memory->bytes + offset;
		a->kept = (uint32_t)MIN(size, k->memory->n - offset);
	}
	a->is_missing = size && !a->kept;
}

static void
fetch(struct kept *k, struct call *call, struct memory *m, bool is_exit)
{
	struct fetch f = { .call = call,
		.peer = { read_memory, m, NULL },
		.is_exit = is_exit,
		.want_input = true,
		.take = keep,
		.take_arg = k };

	k->memory = m;
	k->at_exit = is_exit;
	decode_fetch(&f);
	call->areas = k->areas;
	call->n_areas = k->n;
}

static struct call
call_of(enum arch arch, enum call_id id, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	return (struct call){
		.nr = (uint32_t)decode_nr(arch, id), .arch = arch, .arg = { a, b, c, d }
	};
}

static void
a_path_ends_at_its_nul_or_where_memory_ends(void **state)
{
	static const uint8_t bytes[] = "/etc/passwd\0x";
	struct memory m = { 0xfff0, bytes, 12, 0 };
	struct kept k = { 0 };
	struct call call = call_of(ARCH_X86_64, CALL_openat, (uint64_t)-100, 0xfff0, 0, 0);
	size_t n = 0;

	(void)state;
	fetch(&k, &call, &m, false);
	assert_int_equal(k.n, 1);
	assert_int_equal(k.areas[0].kind, AREA_STRING);
	assert_int_equal(k.areas[0].arg, 1);
	assert_int_equal(k.areas[0].size, 11);
	assert_memory_equal(decode_string(&call, 1, &n), "/etc/passwd", 11);
	assert_int_equal(n, 11);
	assert_null(decode_string(&call, 0, &n));

	m.n = 5; /* no NUL: the kernel would say EFAULT */
	k.n = 0;
	fetch(&k, &call, &m, false);
	assert_int_equal(k.areas[0].kept, 5);
	assert_true(k.areas[0].size > 5);
}

static void
a_path_that_cannot_be_read_is_missing(void **state)
{
	struct memory m = { 0x1000, NULL, 0, 0 };
	struct kept k = { 0 };
	struct call call = call_of(ARCH_X86_64, CALL_unlink, 8, 0, 0, 0);
	size_t n;

	(void)state;
	fetch(&k, &call, &m, false);
	assert_int_equal(k.n, 1);
	assert_true(k.areas[0].is_missing);
	assert_null(decode_string(&call, 0, &n));
}

static void
a_string_without_end_is_cut(void **state)
{
	size_t n = 3 << 20;
	AUTO(mem_free) uint8_t *bytes = mem_alloc(n);
	struct memory m = { 0x10000, bytes, n, 0 };
	struct kept k = { 0 };
	struct call call = call_of(ARCH_X86_64, CALL_unlink, 0x10000, 0, 0, 0);

	(void)state;
	memset(bytes, 'a', n);
	fetch(&k, &call, &m, false);
	assert_int_equal(k.n, 1);
	assert_true(k.areas[0].size <= 4097);
}

static void
data_is_offered_once_on_its_own_side(void **state)
{
	static const uint8_t bytes[64] = "hello";
	struct memory m = { 0x1000, bytes, sizeof(bytes), 0 };
	struct kept k = { 0 };
	struct call out = call_of(ARCH_X86_64, CALL_write, 1, 0x1000, 5, 0);
	struct call in = call_of(ARCH_X86_64, CALL_read, 0, 0x1000, 60, 0);

	(void)state;
	fetch(&k, &out, &m, false);
	fetch(&k, &out, &m, true);
	assert_int_equal(k.n, 1);
	assert_int_equal(k.areas[0].kind, AREA_DATA_OUT);
	assert_int_equal(k.areas[0].size, 5);
	k.n = 0;
	in.ret = 3;
	fetch(&k, &in, &m, false);
	assert_int_equal(k.n, 0);
	fetch(&k, &in, &m, true);
	assert_int_equal(k.n, 1);
	assert_int_equal(k.areas[0].kind, AREA_DATA_IN);
	assert_int_equal(k.areas[0].size, 3);
	k.n = 0;
	in.is_error = true;
	in.ret = -EBADF;
	fetch(&k, &in, &m, true);
	assert_int_equal(k.n, 0);
}

static void
iovecs_of_both_widths_give_their_pieces(void **state)
{
	uint64_t wide[] = { 0x2000, 3, 0x2003, 4 };
	uint32_t narrow[] = { 0x2000, 3, 0x2003, 4 };
	struct memory m = { 0x1000, (const uint8_t *)wide, sizeof(wide), 0 };
	struct kept k = { 0 };
	struct call call = call_of(ARCH_X86_64, CALL_writev, 1, 0x1000, 2, 0);

	(void)state;
	fetch(&k, &call, &m, false);
	assert_int_equal(k.n, 3);
	assert_int_equal(k.areas[1].address, 0x2000);
	assert_int_equal(k.areas[2].size, 4);
	k.n = 0;
	m.bytes = (const uint8_t *)narrow;
	m.n = sizeof(narrow);
	call = call_of(ARCH_I386, CALL_writev, 1, 0x1000, 2, 0);
	fetch(&k, &call, &m, false);
	assert_int_equal(k.n, 3);
	assert_int_equal(k.areas[2].address, 0x2003);
	assert_int_equal(k.areas[2].kind, AREA_DATA_OUT);
}

static void
received_pieces_end_with_the_result(void **state)
{
	uint64_t wide[] = { 0x2000, 3, 0x3000, 4, 0x4000, 5 };
	struct memory m = { 0x1000, (const uint8_t *)wide, sizeof(wide), 0 };
	struct kept k = { 0 };
	struct call call = call_of(ARCH_X86_64, CALL_readv, 1, 0x1000, 3, 0);

	(void)state;
	call.ret = 5;
	fetch(&k, &call, &m, true);
	assert_int_equal(k.n, 2);
	assert_int_equal(k.areas[0].size, 3);
	assert_int_equal(k.areas[1].size, 2);
}

static void
an_argv_that_leads_to_itself_ends(void **state)
{
	/* Every pointer leads to the array, which holds no NULL. */
	uint64_t n = 1 << 20;
	AUTO(mem_free) uint64_t *cells = mem_array(n, sizeof(*cells));
	struct memory m = { 0x100000, (const uint8_t *)cells, n * 8, 0 };
	struct kept k = { 0 };
	struct call call = call_of(ARCH_X86_64, CALL_execve, 0, 0x100000, 0, 0);

	(void)state;
	for (uint64_t i = 0; i < n; i++)
		cells[i] = 0x100000;
	fetch(&k, &call, &m, false);
	assert_true(m.n_reads <= 4 * MAX_ARGV);
}

static void
socketcall_gives_what_the_inner_call_needs(void **state)
{
	struct {
		uint32_t args[4];
		char data[8];
	} target = { { 3, 0x1010, 5, 0 }, "hello" };
	struct memory m = { 0x1000, (const uint8_t *)&target, sizeof(target), 0 };
	struct kept k = { 0 };
	struct call call = call_of(ARCH_I386, CALL_socketcall, 9, 0x1000, 0, 0);
	struct decode_text how = { .string_limit = 32, .list_limit = 32 };
	AUTO(str_done) struct str s = { 0 };

	(void)state;
	fetch(&k, &call, &m, false);
	assert_int_equal(k.n, 2);
	assert_int_equal(k.areas[1].kind, AREA_DATA_OUT);
	call.ret = 5;
	decode_call(&s, &call, &how);
	assert_string_equal(str_text(&s), "send(3, \"hello\", 5, 0)");
}

static void
offsets_of_32_bit_callers_take_two_registers(void **state)
{
	struct call call = { .nr = (uint32_t)decode_nr(ARCH_I386, CALL_pread64),
		.arch = ARCH_I386,
		.arg = { 3, 0, 16, 5, 1 },
		.is_error = true,
		.ret = -EFAULT };
	struct decode_text how = { .string_limit = 32, .list_limit = 32 };
	AUTO(str_done) struct str s = { 0 };

	(void)state;
	decode_call(&s, &call, &how);
	decode_result(&s, &call, &how);
	assert_string_equal(
		str_text(&s), "pread64(3, NULL, 16, 4294967301)= -1 EFAULT (Bad address)");
}

/* What no flag asks for, or a call that found nothing does not fill in, may lead anywhere. */
static void
memory_that_the_kernel_does_not_look_at_is_not_asked_for(void **state)
{
	static const struct {
		uint16_t id;
		uint8_t n_areas;
		uint64_t first;
		int64_t ret;
	} rows[] = {
		{ CALL_clone, 0, 0x400 | 17, 5 },     /* CLONE_FILES */
		{ CALL_clone, 0, 0x1200000 | 17, 5 }, /* CLONE_CHILD_SETTID, CLEARTID */
		{ CALL_clone, 1, 0x100000 | 17, 5 },  /* CLONE_PARENT_SETTID */
		{ CALL_clone, 1, 0x1000 | 17, 5 },    /* CLONE_PIDFD */
		{ CALL_wait4, 0, (uint64_t)-1, 0 },   /* WNOHANG, and nobody has ended */
		{ CALL_wait4, 2, (uint64_t)-1, 5 },
	};

	(void)state;
	for (int arch = ARCH_X86_64; arch <= ARCH_X32; arch++) {
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			struct memory m = { 0x1000, NULL, 0, 0 };
			struct kept k = { 0 };
			struct call call = call_of((enum arch)arch, rows[i].id, rows[i].first,
				0x2000, 0x3000, 0x4000);

			call.state = CALL_DONE;
			call.ret = rows[i].ret;
			fetch(&k, &call, &m, false);
			assert_int_equal(k.n, 0);
			fetch(&k, &call, &m, true);
			assert_int_equal(k.n, rows[i].n_areas);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_ends_at_its_nul_or_where_memory_ends),
		cmocka_unit_test(a_path_that_cannot_be_read_is_missing),
		cmocka_unit_test(a_string_without_end_is_cut),
		cmocka_unit_test(data_is_offered_once_on_its_own_side),
		cmocka_unit_test(iovecs_of_both_widths_give_their_pieces),
		cmocka_unit_test(received_pieces_end_with_the_result),
		cmocka_unit_test(an_argv_that_leads_to_itself_ends),
		cmocka_unit_test(memory_that_the_kernel_does_not_look_at_is_not_asked_for),
		cmocka_unit_test(socketcall_gives_what_the_inner_call_needs),
		cmocka_unit_test(offsets_of_32_bit_callers_take_two_registers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
