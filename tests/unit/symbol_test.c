/* SPDX-License-Identifier: MIT */
/*
 * symbol_test.c - this very program is what is looked up: its functions, its lines, its stack
 *
 * The stack needs a process that is stopped, so one test forks.
 */

#include "unit/test.h"

#include "base/file.h"
#include "base/mem.h"
#include "symbol/maps.h"
#include "symbol/symbol.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __clang__
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE __attribute__((noinline, noclone))
#endif

NOINLINE static uint64_t
return_address(void)
{
	__asm__ volatile("");
	return (uint64_t)(uintptr_t)__builtin_return_address(0);
}

static const unsigned inner_line = __LINE__ + 5;
static inline __attribute__((always_inline)) uint64_t
inner(void)
{
	__asm__ volatile("");
	uint64_t address = return_address();
	__asm__ volatile("");
	return address;
}

static const unsigned outer_line = __LINE__ + 4;
NOINLINE static uint64_t
outer(void)
{
	uint64_t address = inner();
	__asm__ volatile("");
	return address;
}

static void
maps_are_read_line_by_line(void **state)
{
	static const char text[] = "55d0c0a3b000-55d0c0a3d000 r--p 00000000 fe:01 1234         "
				   "              /usr/bin/cat\n"
				   "55d0c0a3d000-55d0c0a42000 r-xp 00002000 fe:01 1234         "
				   "              /usr/bin/cat\n"
				   "7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n"
				   "7f0000001000-7f0000002000 r-xp 00001000 fe:01 99   /a "
				   "b/c\\012d\\134 (deleted)\n"
				   "nonsense\n"
				   "7f0000003000-7f0000003000 r-xp 00000000 00:00 0\n"
				   "7ffd2b5fe000-7ffd2b600000 r-xp 00000000 00:00 0            "
				   "              [vdso]\n"
				   "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0    "
				   "              [vsyscall]";
	AUTO(arena_free) struct arena *arena = arena_new();
	struct symbol_mapping *maps;

	(void)state;
	assert_int_equal(maps_parse(&maps, arena, text), 6);
	assert_true(maps[0].start == 0x55d0c0a3b000 && maps[0].end == 0x55d0c0a3d000);
	assert_false(maps[0].is_exec);
	assert_string_equal(maps[0].path, "/usr/bin/cat");
	assert_true(maps[1].is_exec && maps[1].offset == 0x2000);
	assert_null(maps[2].path);
	assert_string_equal(maps[3].path, "/a b/c\nd\\134 (deleted)");
	assert_string_equal(maps[4].path, "[vdso]");
	assert_true(maps[5].start == 0xffffffffff600000 && maps[5].is_exec);
	assert_int_equal(maps_parse(&maps, arena, ""), 0);
}

static void
names_are_shown_as_people_write_them(void **state)
{
	static const char *const names[][2] = {
		{ "main", "main" },
		{ "_ZN3foo3barEi", "foo::bar(int)" },
		{ "_ZNSt6vectorIiSaIiEE9push_backERKi",
			"std::vector<int, std::allocator<int> >::push_back(int const&)" },
		{ "_ZN3std2rt10lang_start17h0123456789abcdefE", "std::rt::lang_start" },
		{ "_ZN4core3ops8function6FnOnce40call_once$u7b$$u7b$vtable.shim$u7d$$u7d$"
		  "17h0123456789abcdefE",
			"core::ops::function::FnOnce::call_once{{vtable.shim}}" },
		{ "_ZN40_$LT$a..B$u20$as$u20$core..ops..Drop$GT$4drop17h0123456789abcdefE",
			"<a::B as core::ops::Drop>::drop" },
		/* A length that is wrong. */
		{ "_ZN54_$LT$a..B$GT$4drop17h0123456789abcdefE",
			"_ZN54_$LT$a..B$GT$4drop17h0123456789abcdefE" },
		/* Rust's newer scheme; binutils' c++filt says the same, lifetimes aside. */
		{ "_RNvNtNtCs1234_7mycrate3foo3bar3baz", "mycrate::foo::bar::baz" },
		{ "_RNvMNtCsgEmfK2I1SDS_4core3stre4trim", "<str>::trim" },
		{ "_RINvNtCs1234_1a1b1fhKj10_TmlERShE",
			"a::b::f::<u8, 16, (u32, i32), &[u8]>" },
		{ "_RNCNvCs1234_1a1fs_0", "a::f::{closure#1}" },
		{ "_RNvXCs1234_1aNtB2_1TNtB2_5Trait1f", "<a::T as a::Trait>::f" },
		{ "_RINvCs1234_1a1fFUKCPhEuDNtB2_1TEL_E.llvm.123",
			"a::f::<unsafe extern \"C\" fn(*const u8), dyn a::T>" },
		{ "_RINvCs1234_1a1fAhj4_Kb1_Kinff_EB2_", "a::f::<[u8; 4], true, -255>" },
		{ "_R", "_R" },
		{ "_RB_", "_RB_" },
		{ "_RNvB_1a", "_RNvB_1a" },
		{ "_RNvC1a9bc", "_RNvC1a9bc" },
		{ "_RC99999999999999999999a", "_RC99999999999999999999a" },
		{ "_Z", "_Z" },
		{ "_Znonsense", "_Znonsense" },
		{ "", "" },
	};
	AUTO(str_done) struct str deep = { 0 }, shown = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		AUTO(str_done) struct str s = { 0 };

		symbol_demangle(&s, names[i][0]);
		assert_string_equal(str_text(&s), names[i][1]);
	}
	str_add(&deep, "_Z1f");
	for (int i = 0; i < 1000000; i++)
		str_add_char(&deep, 'P');
	str_add_char(&deep, 'i');
	symbol_demangle(&shown, deep.data);
	assert_string_equal(shown.data, deep.data);
	str_clear(&deep);
	str_clear(&shown);
	str_add(&deep, "_R");
	for (int i = 0; i < 1000000; i++)
		str_add(&deep, "Nv");
	symbol_demangle(&shown, deep.data);
	assert_string_equal(shown.data, deep.data);
}

static void
places_are_written_as_strace_writes_them(void **state)
{
	static const struct {
		struct symbol_place place;
		const char *wanted;
	} cases[] = {
		{ { 0 }, "[0x1234]" },
		{ { .module = "/lib/x.so", .module_offset = 0xf8350 },
			"/lib/x.so() [0xf8350]" },
		{ { .module = "/lib/x.so",
			  .module_offset = 0xf8350,
			  .function = "__write",
			  .function_offset = 16 },
			"/lib/x.so(__write+0x10) [0xf8350]" },
		{ { .module = "a\n", .function = "f", .file = "x.c", .line = 7 },
			"a\\x0a(f+0x0) [0x0] at x.c:7" },
		{ { .module = "a", .function = "f", .file = "x.c", .is_inlined = true },
			"a(f inlined) [0x0] at x.c" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(str_done) struct str s = { 0 };

		symbol_text(&s, &cases[i].place, 0x1234);
		assert_string_equal(s.data, cases[i].wanted);
	}
}

/* First in a test: skip() does not come back, so nothing may be held yet. */
static void
needs_libdw(void)
{
	if (!symbol_is_available())
		skip();
}

/* Below valgrind the processor runs valgrind's code, on its stack. */
static void
needs_real_processor(void)
{
	const char *preload = getenv("LD_PRELOAD");

	if (preload && strstr(preload, "vgpreload"))
		skip();
}

static struct symbol_space *
space_of_self(struct symbols *symbols)
{
	struct symbol_space *space = NULL;
	struct err err = { 0 };

	if (symbol_space_of_process(&space, symbols, getpid(), &err) < 0)
		fail_msg("%s", err.text);
	return space;
}

static void
it_says_whether_it_can(void **state)
{
	AUTO(symbols_free) struct symbols *symbols = symbols_new();
	AUTO(symbol_space_free) struct symbol_space *space = NULL;
	struct err err = { 0 };
	int rc = symbol_space_of_process(&space, symbols, getpid(), &err);

	(void)state;
	assert_int_equal(rc, symbol_is_available() ? 0 : -1);
	if (rc < 0) {
		assert_non_null(strstr(err.text, "libdw"));
		assert_non_null(err.hint);
	}
	err_done(&err);
}

static void
an_address_has_its_function_and_line(void **state)
{
	needs_libdw();
	AUTO(symbols_free) struct symbols *symbols = symbols_new();
	struct symbol_frame frame = { outer(), true };
	struct symbol_place places[4];
	AUTO(symbol_space_free) struct symbol_space *space = NULL;

	(void)state;
	space = space_of_self(symbols);
	/* Twice: the second answer comes from what was kept. */
	for (int round = 0; round < 2; round++) {
		assert_int_equal(symbol_find(space, &frame, places, 4), 2);
		assert_string_equal(places[0].function, "inner");
		assert_true(places[0].is_inlined);
		assert_true(str_has_suffix(places[0].file, "symbol_test.c"));
		assert_int_equal(places[0].line, inner_line);
		assert_string_equal(places[1].function, "outer");
		assert_false(places[1].is_inlined);
		assert_int_equal(places[1].line, outer_line);
		assert_true(places[1].function_offset ==
			    frame.address - (uint64_t)(uintptr_t)outer);
		assert_true(str_has_suffix(places[1].module, "symbol_test"));
		assert_true(places[1].module_offset == places[0].module_offset);
	}
	/* With room for one place it is the real function. */
	assert_int_equal(symbol_find(space, &frame, places, 1), 1);
	assert_string_equal(places[0].function, "outer");
}

static void
an_address_of_nothing_is_a_place_without_a_module(void **state)
{
	needs_libdw();
	static const uint64_t addresses[] = { 0, 1, 0x10, UINT64_MAX, 0x7fffffffffff };
	AUTO(symbols_free) struct symbols *symbols = symbols_new();
	AUTO(symbol_space_free) struct symbol_space *space = NULL;

	(void)state;
	space = space_of_self(symbols);
	for (size_t i = 0; i < ARRAY_LEN(addresses) * 2; i++) {
		struct symbol_frame frame = { addresses[i / 2], i % 2 };
		struct symbol_place place = { .module = "?", .function = "?" };

		assert_int_equal(symbol_find(space, &frame, &place, 1), 1);
		assert_null(place.module);
		assert_null(place.function);
	}
}

/* The mappings of this program, as a trace would have kept them. */
static size_t
recorded(struct symbol_mapping **maps, struct arena *arena)
{
	AUTO(str_done) struct str text = { 0 };
	struct err err = { 0 };

	assert_int_equal(file_read(&text, "/proc/self/maps", 0, &err), 0);
	return maps_parse(maps, arena, text.data);
}

static void
recorded_mappings_answer_as_the_process_does(void **state)
{
	needs_libdw();
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(symbols_free) struct symbols *symbols = symbols_new();
	AUTO(symbol_space_free) struct symbol_space *space = NULL;
	struct symbol_frame frame = { outer(), true },
			    libc = { (uint64_t)(uintptr_t)strtol, false };
	struct symbol_place places[4];
	struct symbol_mapping *maps;
	struct err err = { 0 };
	size_t n = recorded(&maps, arena);

	(void)state;
	assert_int_equal(symbol_space_of_mappings(&space, symbols, maps, n, &err), 0);
	assert_int_equal(symbol_find(space, &frame, places, 4), 2);
	assert_int_equal(places[0].line, inner_line);
	assert_true(symbol_find(space, &libc, places, 4) >= 1);
	assert_non_null(places[0].module);
}

static void
code_mapped_later_is_found_after_a_word(void **state)
{
	needs_libdw();
	AUTO(symbols_free) struct symbols *symbols = symbols_new();
	AUTO(symbol_space_free) struct symbol_space *space = NULL;
	struct symbol_frame frame = { outer(), true }, later;
	struct symbol_place place;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *copy;

	(void)state;
	space = space_of_self(symbols);
	symbol_find(space, &frame, &place, 1);
	/* The program once more, elsewhere, as dlopen() would: its code only. */
	assert_int_equal(fstat(fd, &st), 0);
	copy = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	assert_true(copy != MAP_FAILED);
	later = (struct symbol_frame){ (uint64_t)(uintptr_t)copy + place.module_offset, true };
	symbol_space_changed(space);
	symbol_find(space, &later, &place, 1);
	assert_string_equal(place.function, "outer");
	symbol_find(space, &frame, &place, 1);
	assert_string_equal(place.function, "outer");
	munmap(copy, (size_t)st.st_size);
	symbol_space_changed(space);
	symbol_find(space, &later, &place, 1);
	assert_null(place.module);
	symbol_find(space, &frame, &place, 1);
	assert_string_equal(place.function, "outer");
	fd_close(fd);
}

NOINLINE static void
stop_here(void)
{
	raise(SIGSTOP);
	__asm__ volatile("");
}

NOINLINE static void
stop_further_down(int depth)
{
	if (depth)
		stop_further_down(depth - 1);
	else
		stop_here();
	__asm__ volatile("");
}

static void
a_stopped_task_has_its_stack(void **state)
{
	needs_libdw();
	needs_real_processor();
	AUTO(symbols_free) struct symbols *symbols = symbols_new();
	AUTO(symbol_space_free) struct symbol_space *space = NULL;
	struct symbol_frame frames[40];
	struct err err = { 0 };
	size_t n_down = 0, n_here = 0, n_main = 0;
	pid_t child;
	int status, n;

	(void)state;
	child = fork();
	if (child == 0) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0) < 0)
			_exit(77);
		stop_further_down(5);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_true(WIFSTOPPED(status));
	assert_int_equal(symbol_space_of_process(&space, symbols, child, &err), 0);
	n = symbol_stack(space, child, frames, 40, &err);
	if (n < 0)
		fail_msg("%s", err.text);
	assert_true(n > 8 && !frames[0].is_return && frames[1].is_return);
	for (int i = 0; i < n; i++) {
		struct symbol_place place;

		symbol_find(space, &frames[i], &place, 1);
		if (!place.function)
			continue;
		n_here += strcmp(place.function, "stop_here") == 0;
		n_down += strcmp(place.function, "stop_further_down") == 0;
		n_main += strcmp(place.function, "main") == 0;
	}
	assert_int_equal(n_here, 1);
	assert_int_equal(n_down, 6);
	assert_int_equal(n_main, 1);
	assert_int_equal(symbol_stack(space, child, frames, 3, &err), 3);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	/* It is gone: an error or nothing, no crash. */
	symbol_space_changed(space);
	if (symbol_stack(space, child, frames, 40, &err) < 0)
		assert_true(err_is_set(&err));
	err_done(&err);
}

/* Looks up addresses all over the file, mapped as the real program is mapped. */
static void
ask_all_over(const char *path, struct symbol_mapping *maps, size_t n)
{
	AUTO(symbols_free) struct symbols *symbols = symbols_new();
	AUTO(symbol_space_free) struct symbol_space *space = NULL;
	struct symbol_mapping code[8];
	struct err err = { 0 };
	size_t n_code = 0;

	for (size_t i = 0; i < n && n_code < 8; i++)
		if (maps[i].path && str_has_suffix(maps[i].path, "symbol_test")) {
			code[n_code] = maps[i];
			code[n_code].is_exec = true;
			code[n_code++].path = path;
		}
	assert_true(n_code > 0);
	assert_int_equal(symbol_space_of_mappings(&space, symbols, code, n_code, &err), 0);
	for (size_t i = 0; i < n_code; i++)
		for (uint64_t a = code[i].start; a < code[i].end;
			a += 1 + (code[i].end - a) / 7) {
			struct symbol_frame frame = { a, a % 2 };
			struct symbol_place places[20];
			size_t found = symbol_find(space, &frame, places, 20);

			assert_true(found >= 1 && found <= 20);
		}
}

static void
damaged_files_are_survived(void **state)
{
	needs_libdw();
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(str_done) struct str self = { 0 };
	struct symbol_mapping *maps;
	struct err err = { 0 };
	size_t n = recorded(&maps, arena);
	unsigned seed = 1;
	char path[40];
	int fd = memfd_create("damaged", MFD_CLOEXEC);

	(void)state;
	assert_int_equal(file_read(&self, "/proc/self/exe", 0, &err), 0);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	for (int round = 0; round < 60; round++) {
		AUTO(mem_free) char *damaged = mem_alloc(self.n);
		size_t size = round % 3 ? self.n : (size_t)rand_r(&seed) % self.n;

		memcpy(damaged, self.data, self.n);
		for (int i = 0; i < round * 4; i++) {
			/* Headers are where damage tells most. */
			size_t at = (size_t)rand_r(&seed) % (i % 2 ? self.n : 1024);

			damaged[at] = (char)rand_r(&seed);
		}
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, damaged, size, 0), size);
		ask_all_over(path, maps, n);
	}
	fd_close(fd);
}

static void
what_is_no_program_is_passed_over(void **state)
{
	needs_libdw();
	static const char *const paths[] = { "/etc/passwd", "/dev/zero", "/dev/null", "/",
		"/none", "", "[heap]", "//anon", "/proc/self/mem", "/proc/self/maps" };
	AUTO(arena_free) struct arena *arena = arena_new();
	struct symbol_mapping *maps;
	size_t n = recorded(&maps, arena);
	char fifo[] = "/tmp/renacer-symbol-test-XXXXXX/f";
	char *slash = strrchr(fifo, '/');

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		ask_all_over(paths[i], maps, n);
	*slash = '\0';
	assert_non_null(mkdtemp(fifo));
	*slash = '/';
	assert_int_equal(mkfifo(fifo, 0600), 0);
	ask_all_over(fifo, maps, n);
	unlink(fifo);
	*slash = '\0';
	rmdir(fifo);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(maps_are_read_line_by_line),
		cmocka_unit_test(names_are_shown_as_people_write_them),
		cmocka_unit_test(places_are_written_as_strace_writes_them),
		cmocka_unit_test(it_says_whether_it_can),
		cmocka_unit_test(an_address_has_its_function_and_line),
		cmocka_unit_test(an_address_of_nothing_is_a_place_without_a_module),
		cmocka_unit_test(recorded_mappings_answer_as_the_process_does),
		cmocka_unit_test(code_mapped_later_is_found_after_a_word),
		cmocka_unit_test(a_stopped_task_has_its_stack),
		cmocka_unit_test(damaged_files_are_survived),
		cmocka_unit_test(what_is_no_program_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
