/* SPDX-License-Identifier: MIT */
/* calls_test.c - the table of calls, every row of it */

#include "unit/test.h"

#include "decode/arg.h"
#include "decode/decode.h"
#include "decode/flags.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
names_are_sorted_and_found_again(void **state)
{
	(void)state;
	for (enum call_id id = CALL_unknown + 1; id < N_CALL_IDS; id++) {
		const struct call_spec *spec = decode_spec_of(id);

		assert_int_equal(spec->id, id);
		assert_ptr_equal(decode_spec_by_name(spec->name), spec);
		if (id > CALL_unknown + 1)
			assert_true(strcmp(decode_spec_of(id - 1)->name, spec->name) < 0);
	}
	assert_null(decode_spec_by_name("unknown"));
	assert_null(decode_spec_by_name(""));
	assert_null(decode_spec_by_name("zzz"));
}

static void
numbers_lead_to_names_and_back(void **state)
{
	static const unsigned wanted[N_ARCHES] = { 383, 459, 370, 325 };

	(void)state;
	for (enum arch arch = 0; arch < N_ARCHES; arch++) {
		uint32_t base = arch == ARCH_X32 ? 0x40000000 : 0;
		unsigned n = 0;

		for (uint32_t nr = 0; nr < 1024; nr++) {
			const struct call_spec *spec = decode_spec(arch, base + nr);

			if (spec->id == CALL_unknown)
				continue;
			n++;
			assert_int_equal(decode_nr(arch, spec->id), base + nr);
		}
		assert_int_equal(n, wanted[arch]);
	}
}

static void
every_call_has_a_number_somewhere(void **state)
{
	(void)state;
	for (enum call_id id = CALL_unknown + 1; id < N_CALL_IDS; id++) {
		bool has = false;

		for (enum arch arch = 0; arch < N_ARCHES; arch++)
			has |= decode_nr(arch, id) >= 0;
		if (!has)
			fail_msg("%s is on no architecture", decode_spec_of(id)->name);
	}
}

static void
unlisted_number_is_unknown(void **state)
{
	static const uint32_t numbers[] = { 0xbad, 336 + 1, 0x40000000, UINT32_MAX };
	char room[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		assert_int_equal(decode_spec(ARCH_X86_64, numbers[i])->id, CALL_unknown);
	assert_int_equal(decode_spec(ARCH_X32, 0)->id, CALL_unknown);
	assert_string_equal(decode_name(ARCH_X86_64, 0xbad, room), "syscall_0xbad");
	assert_string_equal(decode_name(ARCH_X86_64, 0, room), "read");
	assert_int_equal(decode_nr(ARCH_AARCH64, CALL_open), -1);
}

/* Registers that the arguments of a row take, for a caller of that architecture. */
static unsigned
registers(const struct call_spec *spec)
{
	unsigned n = 0;

	for (unsigned i = 0; i < spec->n_args; i++)
		n += spec->args[i].kind == ARG_POSITION ? 2 : 1;
	return n;
}

static const struct {
	const char *name;
	uint32_t class;
} classes[] = { { "desc", CLASS_DESC }, { "file", CLASS_FILE }, { "network", CLASS_NETWORK },
	{ "process", CLASS_PROCESS }, { "memory", CLASS_MEMORY }, { "signal", CLASS_SIGNAL },
	{ "ipc", CLASS_IPC }, { "creds", CLASS_CREDS }, { "clock", CLASS_CLOCK },
	{ "pure", CLASS_PURE }, { "stat", CLASS_STAT }, { "fstat", CLASS_FSTAT },
	{ "lstat", CLASS_LSTAT }, { "statfs", CLASS_STATFS }, { "fstatfs", CLASS_FSTATFS } };

static uint32_t
classes_in(char *list)
{
	uint32_t all = 0;

	for (char *rest, *word = strtok_r(list, ",", &rest); word;
		word = strtok_r(NULL, ",", &rest)) {
		for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
			if (strcmp(word, classes[i].name) == 0)
				all |= classes[i].class;
		}
	}
	return all;
}

/* The one row of x86_64.tbl: number, name, count of arguments, classes. */
static void
check_row(char *line)
{
	char *rest = line, *name, *count, *list;
	int nr = atoi(strsep(&rest, "\t"));
	const struct call_spec *spec;
	unsigned n;

	name = strsep(&rest, "\t");
	count = strsep(&rest, "\t");
	list = strsep(&rest, "\t");
	spec = decode_spec(ARCH_X86_64, (uint32_t)nr);
	assert_string_equal(spec->name, name);
	n = (unsigned)atoi(count);
	/* preadv and pwritev are told there with four registers of their five. */
	if (spec->id == CALL_preadv || spec->id == CALL_pwritev)
		n++;
	/* Its argument is the stack pointer, which is no register of arguments. */
	if (spec->id == CALL_rt_sigreturn || spec->id == CALL_sigreturn)
		n++;
	if (registers(spec) != n)
		fail_msg("%s has %u registers, wanted %u", name, registers(spec), n);
	if ((spec->classes & ~(uint32_t)CLASS_NOISE) != classes_in(list))
		fail_msg("%s has other classes: %#x", name, spec->classes);
}

static void
arguments_and_classes_are_those_of_the_source_table(void **state)
{
	FILE *in = fopen("tools/data/syscalls/x86_64.tbl", "r");
	char line[256];
	unsigned n = 0;

	(void)state;
	if (!in)
		skip(); /* not run from the root of the sources */
	while (fgets(line, sizeof(line), in)) {
		if (*line == '#' || atoi(line) > 469)
			continue;
		line[strcspn(line, "\n")] = '\0';
		check_row(line);
		n++;
	}
	fclose(in);
	assert_int_equal(n, 383);
}

static bool
needs_len(uint8_t kind)
{
	switch (kind) {
	case ARG_DATA_OUT:
	case ARG_DATA_IN:
	case ARG_RAW_IN:
	case ARG_RAW_OUT:
	case ARG_IOV_OUT:
	case ARG_IOV_IN:
	case ARG_MMSG_OUT:
	case ARG_ADDRESS_IN:
	case ARG_ADDRESS_OUT:
	case ARG_ARRAY_IN:
	case ARG_POLLFDS:
		return true;
	}
	return false;
}

static void
each_argument_is_well_formed(void **state)
{
	(void)state;
	for (enum call_id id = CALL_unknown + 1; id < N_CALL_IDS; id++) {
		const struct call_spec *spec = decode_spec_of(id);

		assert_true(spec->n_args <= 6);
		for (unsigned i = 0; i < spec->n_args; i++) {
			const struct arg_spec *a = &spec->args[i];

			assert_true(a->kind < N_ARG_KINDS);
			assert_true(*a->name);
			if (needs_len(a->kind) != (a->len != NO_LEN) && a->len == NO_LEN)
				fail_msg("%s: %s needs a length", spec->name, a->name);
			if (a->len != NO_LEN)
				assert_true(a->len < spec->n_args && a->len != i);
			if (a->kind == ARG_FLAGS || a->kind == ARG_ENUM)
				assert_non_null(a->ref);
		}
	}
}

/* Sizes of structs as the kernel's headers give them, by architecture. */
static void
layouts_have_the_sizes_of_the_kernel(void **state)
{
	static const struct {
		const struct layout *layout;
		size_t x86_64, i386, x32, aarch64;
	} cases[] = { { &layout_stat, 144, 64, 144, 128 }, { &layout_stat64, 0, 96, 0, 0 },
		{ &layout_statx, 256, 256, 256, 256 }, { &layout_timespec, 16, 8, 16, 16 },
		{ &layout_itimerspec64, 32, 32, 32, 32 }, { &layout_rusage, 144, 72, 144, 144 },
		{ &layout_sigaction, 32, 20, 24, 32 }, { &layout_siginfo, 128, 128, 128, 128 },
		{ &layout_pollfd, 8, 8, 8, 8 }, { &layout_epoll_event, 12, 12, 12, 16 },
		{ &layout_flock64_got, 32, 24, 32, 32 }, { &layout_flock_got, 32, 16, 32, 32 },
		{ &layout_utsname, 390, 390, 390, 390 }, { &layout_statfs, 120, 64, 120, 120 },
		{ &layout_statfs64, 0, 84, 0, 0 }, { &layout_sysinfo, 112, 0, 112, 112 },
		{ &layout_timex, 208, 128, 208, 208 }, { &layout_timex64, 0, 0, 0, 0 },
		{ &layout_rlimit64, 16, 16, 16, 16 }, { &layout_termios, 36, 36, 36, 36 },
		{ &layout_io_uring_params, 120, 120, 120, 120 },
		{ &layout_tms, 32, 16, 32, 32 }, { &layout_sembuf, 6, 6, 6, 6 },
		{ &layout_iocb, 64, 64, 64, 64 }, { &layout_open_how, 24, 24, 24, 24 },
		{ &layout_sigaltstack, 24, 12, 12, 24 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const size_t wanted[] = { cases[i].x86_64, cases[i].i386, cases[i].x32,
			cases[i].aarch64 };

		for (enum arch arch = 0; arch < N_ARCHES; arch++) {
			size_t size = layout_size(cases[i].layout, arch);

			if (wanted[arch] && size != wanted[arch])
				fail_msg("%s of %s has %zu bytes, wanted %zu",
					cases[i].layout->name, decode_arch_name(arch), size,
					wanted[arch]);
		}
	}
}

/* FUTEX_PRIVATE_FLAG alone is FUTEX_WAIT_PRIVATE: a field that is wider comes first. */
static bool
is_part_of_field(const struct flag_table *table, unsigned i)
{
	for (unsigned k = 0; k < i; k++) {
		const struct flag_row *row = &table->rows[k];

		if (row->mask != row->value && row->mask != ROW_ONLY &&
			(row->mask & table->rows[i].mask) == table->rows[i].mask)
			return true;
	}
	return false;
}

/* A row that an earlier one always takes the bits of would never be written. */
static void
check_table(const char *name, const struct flag_table *table)
{
	for (unsigned i = 0; i < table->n; i++) {
		const struct flag_row *row = &table->rows[i];
		AUTO(str_done) struct str s = { 0 };

		assert_true((row->value & ~row->mask) == 0);
		flags_add(&s, table, row->value);
		/* The name stands in the text of its own value: nothing hides it. */
		if (!is_part_of_field(table, i) && !strstr(str_text(&s), row->text))
			fail_msg("%s: %s gives %s", name, row->text, str_text(&s));
		for (unsigned k = 0; k < i; k++) {
			if (row->mask == table->rows[k].mask &&
				row->value == table->rows[k].value)
				fail_msg("%s: %s is there twice", name, row->text);
		}
	}
}

static void
no_flag_hides_another(void **state)
{
	(void)state;
#define TABLE(name_, ...) check_table(#name_, &flags_##name_);
#define TABLE_BY_ARCH(name_, ...)                                                              \
	check_table(#name_, &flags_##name_);                                                   \
	check_table(#name_, flags_##name_.aarch64);
#define TABLE_AARCH64(...)
#include "decode/flags.def"
#undef TABLE
#undef TABLE_BY_ARCH
#undef TABLE_AARCH64
}

static void
flags_are_spelled_as_strace_does(void **state)
{
	static const struct {
		const struct flag_table *table;
		uint64_t value;
		const char *wanted;
	} cases[] = {
		{ &flags_open_flags, 0, "O_RDONLY" },
		{ &flags_open_flags, 02001, "O_WRONLY|O_APPEND" },
		{ &flags_open_flags, 0x101002, "O_RDWR|O_SYNC" },
		{ &flags_open_flags, 0x410002, "O_RDWR|O_TMPFILE" },
		{ &flags_open_flags, 0x80000000, "O_RDONLY|0x80000000" },
		{ &flags_mmap_prot, 0, "PROT_NONE" },
		{ &flags_mmap_flags, 0x22, "MAP_PRIVATE|MAP_ANONYMOUS" },
		{ &flags_at_flags, 0, "0" },
		{ &flags_at_flags, 1, "0x1 /* AT_??? */" },
		{ &flags_futex_ops, 0x189, "FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME" },
		{ &flags_futex_ops, 0x81, "FUTEX_WAKE_PRIVATE" },
		{ &flags_statx_masks, 0xfff, "STATX_ALL" },
		{ &flags_access_modes, 0, "F_OK" },
		{ &flags_socket_types, 0x80801, "SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(str_done) struct str s = { 0 };

		flags_add(&s, cases[i].table, cases[i].value);
		assert_string_equal(str_text(&s), cases[i].wanted);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_sorted_and_found_again),
		cmocka_unit_test(numbers_lead_to_names_and_back),
		cmocka_unit_test(every_call_has_a_number_somewhere),
		cmocka_unit_test(unlisted_number_is_unknown),
		cmocka_unit_test(arguments_and_classes_are_those_of_the_source_table),
		cmocka_unit_test(each_argument_is_well_formed),
		cmocka_unit_test(layouts_have_the_sizes_of_the_kernel),
		cmocka_unit_test(no_flag_hides_another),
		cmocka_unit_test(flags_are_spelled_as_strace_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
