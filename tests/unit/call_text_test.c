/* SPDX-License-Identifier: MIT */
/* call_text_test.c - calls, results, signals and addresses as text */

#include "unit/test.h"

#include "decode/decode.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <string.h>

static const struct decode_text plain = { .string_limit = 32, .list_limit = 32 };
static const struct decode_text canonical = {
	.string_limit = 32, .list_limit = 32, .hide_addresses = true
};

static struct area
area(uint8_t arg, enum area_kind kind, bool at_exit, uint64_t address, const void *bytes,
	uint32_t n)
{
	return (struct area){ .arg = arg,
		.kind = (uint8_t)kind,
		.at_exit = at_exit,
		.address = address,
		.bytes = bytes,
		.kept = n,
		.size = n };
}

static void
assert_line(const struct call *call, const struct decode_text *how, const char *wanted)
{
	AUTO(str_done) struct str line = { 0 };

	decode_call(&line, call, how);
	str_add_char(&line, ' ');
	decode_result(&line, call, how);
	assert_string_equal(str_text(&line), wanted);
}

static void
a_failed_open_names_its_error(void **state)
{
	struct area areas[] = { area(1, AREA_STRING, false, 0x1000, "/none", 5) };
	struct call call = { .nr = 257,
		.arg = { 0xffffff9c, 0x1000, 02000000 | 0101, 0644 },
		.is_error = true,
		.ret = -ENOENT,
		.areas = areas,
		.n_areas = 1 };

	(void)state;
	assert_line(&call, &plain,
		"openat(AT_FDCWD, \"/none\", O_WRONLY|O_CREAT|O_CLOEXEC, 0644)"
		" = -1 ENOENT (No such file or directory)");
	call.arg[2] = 0;
	assert_line(&call, &plain,
		"openat(AT_FDCWD, \"/none\", O_RDONLY) = -1 ENOENT (No such file or "
		"directory)");
}

static void
what_was_read_is_shown_after_the_call(void **state)
{
	static const char text[] = "0123456789abcdef0123456789abcdef012345";
	struct area areas[] = { area(1, AREA_DATA_IN, true, 0x1000, text, 38) };
	struct call call = {
		.nr = 0, .arg = { 3, 0x1000, 100 }, .ret = 38, .areas = areas, .n_areas = 1
	};

	(void)state;
	assert_line(
		&call, &plain, "read(3, \"0123456789abcdef0123456789abcdef\"..., 100) = 38");
	call.state = CALL_UNFINISHED;
	call.n_areas = 0;
	assert_line(&call, &plain, "read(3, 0x1000, 100) = ?");
	call.state = CALL_RESTARTED;
	call.ret = -512;
	assert_line(&call, &plain,
		"read(3, 0x1000, 100) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)");
}

static void
canonical_text_has_no_addresses_pids_and_times(void **state)
{
	struct {
		int64_t sec, nsec;
	} when = { 12345, 678 };
	struct area areas[] = { area(0, AREA_STRUCT, false, 0x7ffc1000, &when, 16) };
	struct call map = {
		.nr = 9, .arg = { 0, 8192, 3, 0x22, 0xffffffff, 0 }, .ret = 0x7f1234567000
	};
	struct call pid = { .nr = 39, .ret = 4711 };
	struct call kill = { .nr = 62, .arg = { 4711, 15 } };
	struct call sleep = {
		.nr = 35, .arg = { 0x7ffc1000, 0 }, .areas = areas, .n_areas = 1
	};

	(void)state;
	assert_line(&map, &canonical,
		"mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = @");
	assert_line(&pid, &canonical, "getpid() = <pid>");
	assert_line(&kill, &canonical, "kill(<pid>, SIGTERM) = 0");
	assert_line(&sleep, &canonical, "nanosleep({...}, NULL) = 0");
	assert_line(&sleep, &plain, "nanosleep({tv_sec=12345, tv_nsec=678}, NULL) = 0");
}

static void
unknown_calls_show_their_registers(void **state)
{
	struct call call = {
		.nr = 0xbad, .arg = { 1, 2, 3, 4, 5, 6 }, .is_error = true, .ret = -ENOSYS
	};

	(void)state;
	assert_line(&call, &plain,
		"syscall_0xbad(0x1, 0x2, 0x3, 0x4, 0x5, 0x6)"
		" = -1 ENOSYS (Function not implemented)");
}

/* Like any other path, whatever the limit of strings is. */
static void
the_current_directory_is_told_whole(void **state)
{
	static const char path[] = "/a/directory/with/a/longer/name/than/strings/have";
	struct area areas[] = { area(0, AREA_DATA_IN, true, 0x1000, path, sizeof path) };
	struct call call = { .nr = 79,
		.arg = { 0x1000, 4096 },
		.ret = sizeof path,
		.areas = areas,
		.n_areas = 1 };
	AUTO(str_done) struct str wanted = { 0 };

	(void)state;
	str_addf(&wanted, "getcwd(\"%s\", 4096) = %zu", path, sizeof path);
	assert_line(&call, &plain, wanted.data);
}

static void
poll_tells_what_happened_to_whom(void **state)
{
	uint8_t before[16] = { 3, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0 };
	uint8_t after[16] = { 3, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 4, 0, 4, 0 };
	struct area areas[] = { area(0, AREA_STRUCT, false, 0x1000, before, 16),
		area(0, AREA_STRUCT, true, 0x1000, after, 16) };
	struct call call = {
		.nr = 7, .arg = { 0x1000, 2, 1000 }, .ret = 1, .areas = areas, .n_areas = 2
	};

	(void)state;
	assert_line(&call, &plain,
		"poll([{fd=3, events=POLLIN}, {fd=4, events=POLLOUT}], 2, 1000)"
		" = 1 ([{fd=4, revents=POLLOUT}])");
	call.ret = 0;
	assert_line(&call, &plain,
		"poll([{fd=3, events=POLLIN}, {fd=4, events=POLLOUT}], 2, 1000) = 0 (Timeout)");
}

static void
addresses_have_one_canonical_form(void **state)
{
	struct {
		uint8_t bytes[32];
		size_t n;
		const char *wanted;
	} cases[] = {
		{ { 2, 0, 0, 80, 127, 0, 0, 1 }, 16, "inet:127.0.0.1:80" },
		{ { 2, 0, 0, 80, 127, 0, 0 }, 7, NULL },
		{ { 10, 0, 1, 187, 0, 0, 0, 0, [23] = 1 }, 28, "inet6:[::1]:443" },
		{ { 1, 0, '/', 'a' }, 4, "unix:/a" },
		{ { 1, 0, '/', 'a', 0, 'x' }, 6, "unix:/a" },
		{ { 1, 0, 0, 'a', 'b' }, 5, "unix:@ab" },
		{ { 1, 0 }, 2, "unix:" },
		{ { 16, 0 }, 12, "netlink:kernel:00000000" },
		{ { 38, 0, 1, 2 }, 4, "family-38:0102" },
		{ { 2 }, 1, NULL },
		{ { 0 }, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(str_done) struct str s = { 0 };
		bool is_ok = decode_address(&s, cases[i].bytes, cases[i].n);

		assert_int_equal(is_ok, cases[i].wanted != NULL);
		if (is_ok)
			assert_string_equal(str_text(&s), cases[i].wanted);
	}
}

static void
signals_have_names_both_ways(void **state)
{
	char room[16];

	(void)state;
	for (int i = 1; i <= 64; i++)
		assert_int_equal(decode_signal_number(decode_signal_name(i, room)), i);
	assert_string_equal(decode_signal_name(9, room), "SIGKILL");
	assert_string_equal(decode_signal_name(32, room), "SIGRTMIN");
	assert_string_equal(decode_signal_name(35, room), "SIGRT_3");
	assert_string_equal(decode_signal_name(65, room), "65");
	assert_int_equal(decode_signal_number("TERM"), SIGTERM);
	assert_int_equal(decode_signal_number("SIGNAL"), 0);
	assert_int_equal(decode_signal_number("SIGRT_33"), 0);
	assert_int_equal(decode_signal_number(""), 0);
}

static void
errors_have_the_names_of_this_kernel(void **state)
{
	(void)state;
	for (int i = 1; i < 134; i++) {
		const char *name = strerrorname_np(i);

		if (name && i != EDEADLK && i != EAGAIN && i != EOPNOTSUPP)
			assert_string_equal(decode_errno(i), name);
	}
	assert_string_equal(decode_errno(516), "ERESTART_RESTARTBLOCK");
	assert_null(decode_errno(0));
	assert_null(decode_errno(-1));
	assert_null(decode_errno(41));
	assert_null(decode_errno(100000));
}

static void
a_signal_says_where_it_comes_from(void **state)
{
	static const struct {
		struct signal_info info;
		const char *wanted;
	} cases[] = {
		{ { .signal = 15, .code = 0, .pid = 7, .uid = 1 },
			"--- SIGTERM {si_signo=SIGTERM, si_code=SI_USER, si_pid=7, si_uid=1} "
			"---" },
		{ { .signal = 11, .code = 1, .address = 0x10 },
			"--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x10} "
			"---" },
		{ { .signal = 14, .code = 0x80 },
			"--- SIGALRM {si_signo=SIGALRM, si_code=SI_KERNEL} ---" },
		{ { .signal = 17,
			  .code = 1,
			  .pid = 5,
			  .status = 3,
			  .user_ticks = 2,
			  .system_ticks = 1 },
			"--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=5, "
			"si_uid=0, si_status=3, si_utime=2 /* 0.02 s */, si_stime=1 /* 0.01 s "
			"*/} ---" },
		{ { .signal = 17, .code = 2, .pid = 5, .status = 9 },
			"--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_KILLED, si_pid=5, "
			"si_uid=0, si_status=SIGKILL, si_utime=0, si_stime=0} ---" },
		{ { .signal = 17, .code = 0, .pid = 5 },
			"--- SIGCHLD {si_signo=SIGCHLD, si_code=SI_USER, si_pid=5, si_uid=0} "
			"---" },
		{ { .signal = 10, .code = -1, .pid = 5, .address = 0x7 },
			"--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_QUEUE, si_pid=5, si_uid=0, "
			"si_int=7, si_ptr=0x7} ---" },
		{ { .signal = 10, .code = -2, .pid = 1, .uid = 2 },
			"--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_TIMER, si_timerid=0x1, "
			"si_overrun=2, si_int=0, si_ptr=NULL} ---" },
		{ { .signal = 19, .is_stop = true }, "--- stopped by SIGSTOP ---" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(str_done) struct str s = { 0 };

		decode_signal(&s, &cases[i].info);
		assert_string_equal(str_text(&s), cases[i].wanted);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failed_open_names_its_error),
		cmocka_unit_test(what_was_read_is_shown_after_the_call),
		cmocka_unit_test(canonical_text_has_no_addresses_pids_and_times),
		cmocka_unit_test(unknown_calls_show_their_registers),
		cmocka_unit_test(the_current_directory_is_told_whole),
		cmocka_unit_test(poll_tells_what_happened_to_whom),
		cmocka_unit_test(addresses_have_one_canonical_form),
		cmocka_unit_test(signals_have_names_both_ways),
		cmocka_unit_test(errors_have_the_names_of_this_kernel),
		cmocka_unit_test(a_signal_says_where_it_comes_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
