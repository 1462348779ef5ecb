/* SPDX-License-Identifier: MIT */
/* trace_test.c - what is written is read, and what is damaged is never read as something else
 */

#include "unit/test.h"

#include "store/trace.h"

#include "base/file.h"
#include "unit/trace_events.h"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const argv_of_test[] = { "./a b", "", "\xff\n", NULL };

static const struct trace_header header_of_test = { .argv = argv_of_test,
	.cwd = "/x",
	.exe = "/x/a b",
	.home = "",
	.tmp = NULL,
	.sandbox = "/s",
	.backend = "ptrace",
	.kernel = "6.18",
	.machine = "x86_64",
	.started_ns = UINT64_MAX,
	.uid = 1000,
	.gid = UINT32_MAX,
	.n_cpus = 2,
	.payload_limit = 4096,
	.is_subset = true,
	.aslr = false,
	.is_excerpt = true };

static const struct trace_footer footer_of_test = { .n_lost = 1,
	.n_escaped = 2,
	.n_rings = 3,
	.n_untraceable = UINT32_MAX,
	.was_cut = true,
	.n_events = 4,
	.n_calls = UINT64_MAX,
	.n_unfinished = 5,
	.n_restarted = 6,
	.n_calls_32bit = 7,
	.n_tasks = 8,
	.n_processes = 9,
	.n_seccomp_filters = 10,
	.wall_ns = 11,
	.reason = "it was cut" };

struct scene {
	char dir[64], path[96], partial[112];
	struct arena *arena;
	struct err err;
};

static int
set_up(void **state)
{
	struct scene *s = mem_alloc(sizeof *s);

	strcpy(s->dir, "/tmp/trace_test.XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->path, sizeof s->path, "%s/t.rtrace", s->dir);
	snprintf(s->partial, sizeof s->partial, "%s.partial", s->path);
	s->arena = arena_new();
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *s = *state;
	struct err err = { 0 };

	assert_int_equal(dir_remove(s->dir, &err), 0);
	arena_free(s->arena);
	err_done(&s->err);
	mem_free(s);
	return 0;
}

static void
must(struct scene *s, int rc)
{
	if (rc >= 0)
		return;
	print_message("%s\n", s->err.text);
	fail();
}

/* The error names what is wanted; the err is then forgotten. */
static void
refused(struct scene *s, int rc, const char *wanted)
{
	assert_int_equal(rc, -1);
	assert_non_null(s->err.text);
	if (!strstr(s->err.text, wanted)) {
		print_message("'%s' does not say '%s'\n", s->err.text, wanted);
		fail();
	}
	err_done(&s->err);
	s->err = (struct err){ 0 };
}

static void
write_trace(struct scene *s, const struct event *events, size_t n)
{
	AUTO(trace_writer_free) struct trace_writer *w = NULL;

	must(s, trace_writer_open(&w, s->path, &header_of_test, &s->err));
	for (size_t i = 0; i < n; i++)
		must(s, trace_write(w, &events[i], &s->err));
	must(s, trace_writer_end(w, &footer_of_test, &s->err));
}

static void
assert_event(const struct event *got, const struct event *wanted, size_t i)
{
	if (same_event(got, wanted))
		return;
	print_message("event %zu (kind %d) differs\n", i, wanted->kind);
	fail();
}

static void
read_trace(struct scene *s, const struct event *events, size_t n)
{
	AUTO(trace_reader_free) struct trace_reader *r = NULL;
	struct event event;

	must(s, trace_reader_open(&r, s->path, &s->err));
	for (size_t i = 0; i < n; i++) {
		int rc = trace_read(r, &event, &s->err);

		must(s, rc);
		assert_int_equal(rc, 1);
		assert_event(&event, &events[i], i);
	}
	assert_int_equal(trace_read(r, &event, &s->err), 0);
	assert_int_equal(trace_read(r, &event, &s->err), 0);
	assert_non_null(trace_reader_footer(r));
}

static struct event *
random_events(struct scene *s, size_t n, uint64_t seed)
{
	struct event *events = arena_array(s->arena, n, sizeof *events);

	for (size_t i = 0; i < n; i++)
		random_event(&events[i], i % N_EVENT_KINDS, s->arena, &seed);
	return events;
}

static void
every_kind_comes_back_with_the_largest_and_the_smallest_values(void **state)
{
	struct scene *s = *state;
	static const uint8_t bytes[700] = { 1, 2, 3 };
	const struct area areas[] = {
		{ 5, AREA_DATA_IN, true, true, true, 0, UINT64_MAX, UINT64_MAX, NULL,
			{ UINT64_MAX, { UINT64_MAX, UINT64_MAX } } },
		{ 0 }, { 1, AREA_STRING, false, false, false, 700, 0, 700, bytes, { 0 } },
		{ 2, AREA_STRUCT, false, true, false, 512, 1, 512, bytes,
			{ 0, { 0, 0 } } }, /* not the digest of the bytes: kept as it is */
	};
	const struct event events[] = {
		{ EVENT_START, UINT32_MAX, UINT64_MAX, UINT64_MAX,
			.start = { UINT32_MAX, UINT32_MAX, START_ATTACHED, INT32_MAX, INT32_MIN,
				UINT64_MAX } },
		{ EVENT_START, 0, 0, 0, .start = { 0 } },
		{ EVENT_HELD, 1, 1, 1, .held = { INT32_MIN, UINT32_MAX, NULL } },
		{ EVENT_HELD, 1, 0, UINT64_MAX, .held = { -1, 0, "" } },
		{ EVENT_EXEC, 1, UINT64_MAX, 0,
			.exec = { UINT32_MAX, "/\xff\x01", N_ARCHES - 1, true } },
		{ EVENT_EXEC, 1, 2, 2, .exec = { 0, NULL, 0, false } },
		{ EVENT_CALL, 1, 3, 3,
			.call = { UINT32_MAX, N_ARCHES - 1, CALL_DENIED, true,
				{ UINT64_MAX, 0, 1, INT64_MAX, 0, UINT64_MAX }, INT64_MIN,
				UINT64_MAX, UINT64_MAX, UINT64_MAX, 4, areas } },
		{ EVENT_CALL, 1, 4, 4, .call = { 0 } },
		{ EVENT_CALL, 1, 4, 4, .call = { .ret = INT64_MAX, .ip = 1 } },
		{ EVENT_SIGNAL, 1, 5, 5,
			.signal = { INT32_MIN, INT32_MAX, INT32_MIN, -1, -1, UINT64_MAX,
				INT32_MIN, UINT64_MAX, UINT64_MAX, true } },
		{ EVENT_SIGNAL, 1, 5, 5, .signal = { 0 } },
		{ EVENT_EXIT, 1, 6, 6, .exit = { INT32_MIN, true, UINT64_MAX, UINT64_MAX, 1 } },
		{ EVENT_EXIT, 1, 6, 6, .exit = { 0 } },
		{ EVENT_PATH, 0, 7, 7,
			.path = { "/p", true, PATH_UNREADABLE, UINT32_MAX, UINT32_MAX,
				UINT32_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX,
				"0123456789abcdef0123456789abcdef"
				"0123456789abcdef0123456789abcdef",
				"/t", UINT64_MAX, "user.a=1\n", bytes, 700 } },
		{ EVENT_PATH, 0, 7, 7, .path = { 0 } },
	};

	write_trace(s, events, ARRAY_LEN(events));
	read_trace(s, events, ARRAY_LEN(events));
}

static void
random_events_come_back_over_many_blocks(void **state)
{
	struct scene *s = *state;
	size_t n = 20000;
	struct event *events = random_events(s, n, 20261121);

	write_trace(s, events, n);
	read_trace(s, events, n);
}

static void
a_trace_without_events_comes_back(void **state)
{
	write_trace(*state, NULL, 0);
	read_trace(*state, NULL, 0);
}

static void
header_and_footer_come_back(void **state)
{
	struct scene *s = *state;
	AUTO(trace_reader_free) struct trace_reader *r = NULL;
	const struct trace_header *h;
	struct event event;

	write_trace(s, NULL, 0);
	must(s, trace_reader_open(&r, s->path, &s->err));
	h = trace_reader_header(r);
	for (int i = 0; i < 3; i++)
		assert_string_equal(h->argv[i], argv_of_test[i]);
	assert_null(h->argv[3]);
	assert_string_equal(h->cwd, "/x");
	assert_string_equal(h->exe, "/x/a b");
	assert_string_equal(h->home, "");
	assert_null(h->tmp);
	assert_string_equal(h->sandbox, "/s");
	assert_string_equal(h->backend, "ptrace");
	assert_string_equal(h->kernel, "6.18");
	assert_string_equal(h->machine, "x86_64");
	assert_true(h->started_ns == UINT64_MAX && h->n_cpus == 2 && h->uid == 1000 &&
		    h->gid == UINT32_MAX && h->payload_limit == 4096);
	assert_true(h->is_subset && !h->aslr && h->is_excerpt);
	assert_null(trace_reader_footer(r)); /* not yet read */
	assert_int_equal(trace_read(r, &event, &s->err), 0);
	assert_memory_equal(trace_reader_footer(r), &footer_of_test, sizeof footer_of_test);
}

/* Reads a file of any bytes: how many events were equal to the wanted before the end or an
 * error; an unequal one fails the test. */
static size_t
read_prefix(struct scene *s, const struct event *events, size_t n, bool *is_whole)
{
	AUTO(trace_reader_free) struct trace_reader *r = NULL;
	struct event event;
	size_t i = 0;
	int rc = trace_reader_open(&r, s->path, &s->err);

	*is_whole = false;
	while (rc >= 0 && (rc = trace_read(r, &event, &s->err)) > 0) {
		assert_true(i < n);
		assert_event(&event, &events[i], i);
		i++;
	}
	if (rc < 0) {
		assert_non_null(strstr(s->err.text, s->path));
		assert_true(strstr(s->err.text, "byte") || strstr(s->err.text, "cut"));
		err_done(&s->err);
		s->err = (struct err){ 0 };
		return i;
	}
	*is_whole = trace_reader_footer(r) != NULL;
	return i;
}

static void
replace_file(struct scene *s, const void *data, size_t n)
{
	int fd = open(s->path, O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	must(s, fd_write(fd, data, n, &s->err));
	close(fd);
}

#define N_SMALL 21

static void
small_trace(struct scene *s, struct event **events, struct str *file)
{
	*events = random_events(s, N_SMALL, 7);
	write_trace(s, *events, N_SMALL);
	must(s, file_read(file, s->path, 0, &s->err));
}

static void
a_file_cut_at_any_byte_gives_a_prefix_and_no_footer(void **state)
{
	struct scene *s = *state;
	AUTO(str_done) struct str file = { 0 };
	struct event *events;
	bool is_whole;
	size_t last = 0;

	small_trace(s, &events, &file);
	for (size_t n = 0; n < file.n; n++) {
		size_t got;

		replace_file(s, file.data, n);
		got = read_prefix(s, events, N_SMALL, &is_whole);
		assert_false(is_whole);
		assert_true(got >= last);
		last = got;
	}
	/* The last frame is the footer: all events are there before it. */
	assert_int_equal(last, N_SMALL);
}

static void
a_cut_file_keeps_its_whole_blocks(void **state)
{
	struct scene *s = *state;
	AUTO(str_done) struct str file = { 0 };
	size_t n = 20000;
	struct event *events = random_events(s, n, 3);
	bool is_whole;

	write_trace(s, events, n);
	must(s, file_read(&file, s->path, 0, &s->err));
	replace_file(s, file.data, file.n * 3 / 4);
	assert_in_range(read_prefix(s, events, n, &is_whole), n / 2, n - 1);
	assert_false(is_whole);
}

static void
a_flipped_bit_anywhere_is_an_error(void **state)
{
	struct scene *s = *state;
	AUTO(str_done) struct str file = { 0 };
	struct event *events;
	bool is_whole;

	small_trace(s, &events, &file);
	for (size_t bit = 0; bit < 8 * file.n; bit++) {
		file.data[bit / 8] ^= (char)(1 << bit % 8);
		replace_file(s, file.data, file.n);
		read_prefix(s, events, N_SMALL, &is_whole);
		assert_false(is_whole);
		file.data[bit / 8] ^= (char)(1 << bit % 8);
	}
}

static void
a_byte_behind_the_footer_is_an_error(void **state)
{
	struct scene *s = *state;
	AUTO(str_done) struct str file = { 0 };
	struct event *events;
	bool is_whole;

	small_trace(s, &events, &file);
	for (size_t n = 1; n < 70; n++) {
		str_add_char(&file, 'R');
		replace_file(s, file.data, file.n);
		assert_int_equal(read_prefix(s, events, N_SMALL, &is_whole), N_SMALL);
		assert_false(is_whole);
	}
}

static void
the_name_appears_when_the_trace_is_whole(void **state)
{
	struct scene *s = *state;
	struct trace_writer *w = NULL;
	struct stat st;

	replace_file(s, "old", 3);
	must(s, trace_writer_open(&w, s->path, &header_of_test, &s->err));
	assert_int_equal(stat(s->path, &st), 0);
	assert_int_equal(st.st_size, 3);
	must(s, trace_writer_end(w, &footer_of_test, &s->err));
	assert_int_equal(stat(s->partial, &st), -1);
	assert_int_equal(stat(s->path, &st), 0);
	assert_true(st.st_size > 3);
	trace_writer_free(w);
	read_trace(s, NULL, 0);
}

static void
an_unended_trace_stays_beside_and_is_readable(void **state)
{
	struct scene *s = *state;
	struct event *events = random_events(s, 20000, 5);
	struct trace_writer *w = NULL;
	struct stat st;
	bool is_whole;

	must(s, trace_writer_open(&w, s->path, &header_of_test, &s->err));
	for (size_t i = 0; i < 20000; i++)
		must(s, trace_write(w, &events[i], &s->err));
	trace_writer_free(w);
	assert_int_equal(stat(s->path, &st), -1);
	assert_int_equal(rename(s->partial, s->path), 0);
	assert_in_range(read_prefix(s, events, 20000, &is_whole), 1000, 20000);
	assert_false(is_whole);
}

static void
two_writers_of_one_file_do_not_mix(void **state)
{
	struct scene *s = *state;
	AUTO(trace_writer_free) struct trace_writer *a = NULL, *b = NULL;

	must(s, trace_writer_open(&a, s->path, &header_of_test, &s->err));
	refused(s, trace_writer_open(&b, s->path, &header_of_test, &s->err),
		"is being written by another process");
	must(s, trace_writer_end(a, &footer_of_test, &s->err));
	must(s, trace_writer_open(&b, s->path, &header_of_test, &s->err));
}

static void
nothing_follows_the_end(void **state)
{
	struct scene *s = *state;
	AUTO(trace_writer_free) struct trace_writer *w = NULL;
	struct event event = { .kind = EVENT_EXIT };

	must(s, trace_writer_open(&w, s->path, &header_of_test, &s->err));
	must(s, trace_writer_end(w, &footer_of_test, &s->err));
	refused(s, trace_write(w, &event, &s->err), "earlier");
	refused(s, trace_writer_end(w, &footer_of_test, &s->err), "earlier");
}

static void
a_full_device_is_an_error(void **state)
{
	struct scene *s = *state;
	AUTO(trace_writer_free) struct trace_writer *w = NULL;

	refused(s, trace_writer_open(&w, "/dev/full", &header_of_test, &s->err),
		"No space left on device");
	assert_int_equal(s->err.sys, 0);
}

static void
a_disk_that_fills_up_is_an_error_and_leaves_whole_blocks(void **state)
{
	struct scene *s = *state;
	AUTO(trace_writer_free) struct trace_writer *w = NULL;
	struct rlimit old, small = { 200000, 200000 };
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
	struct event *events = random_events(s, 20000, 9);
	size_t i = 0;
	bool is_whole;

	getrlimit(RLIMIT_FSIZE, &old);
	small.rlim_max = old.rlim_max;
	must(s, trace_writer_open(&w, s->path, &header_of_test, &s->err));
	setrlimit(RLIMIT_FSIZE, &small);
	while (i < 20000 && trace_write(w, &events[i], &s->err) == 0)
		i++;
	setrlimit(RLIMIT_FSIZE, &old);
	signal(SIGXFSZ, handler);
	assert_in_range(i, 1, 19999);
	refused(s, -1, "File too large");
	refused(s, trace_write(w, &events[i], &s->err), "earlier");
	refused(s, trace_writer_end(w, &footer_of_test, &s->err), "earlier");
	assert_int_equal(rename(s->partial, s->path), 0);
	assert_in_range(read_prefix(s, events, 20000, &is_whole), 0, i);
	assert_false(is_whole);
}

static void
a_directory_or_an_absent_folder_is_an_error(void **state)
{
	struct scene *s = *state;
	AUTO(trace_writer_free) struct trace_writer *w = NULL;
	AUTO(trace_reader_free) struct trace_reader *r = NULL;

	refused(s, trace_writer_open(&w, s->dir, &header_of_test, &s->err), "Is a directory");
	refused(s, trace_writer_open(&w, "/absent/t", &header_of_test, &s->err),
		"No such file");
	refused(s, trace_reader_open(&r, s->dir, &s->err), "Is a directory");
	refused(s, trace_reader_open(&r, s->path, &s->err), "No such file");
}

static void
what_the_format_cannot_say_is_refused(void **state)
{
	struct scene *s = *state;
	static const struct area bad_areas[] = { { .arg = 6 }, { .kind = 4 },
		{ .kept = 2, .size = 1, .bytes = (const uint8_t *)"ab" } };
	const struct event events[] = {
		{ .kind = N_EVENT_KINDS },
		{ .kind = 0x80 },
		{ .kind = EVENT_START, .start.how = START_ATTACHED + 1 },
		{ .kind = EVENT_EXEC, .exec.arch = N_ARCHES },
		{ .kind = EVENT_CALL, .call.arch = N_ARCHES },
		{ .kind = EVENT_CALL, .call.state = CALL_DENIED + 1 },
		{ .kind = EVENT_CALL, .call = { .n_areas = 1, .areas = &bad_areas[0] } },
		{ .kind = EVENT_CALL, .call = { .n_areas = 1, .areas = &bad_areas[1] } },
		{ .kind = EVENT_CALL, .call = { .n_areas = 1, .areas = &bad_areas[2] } },
		{ .kind = EVENT_CALL, .call = { .n_areas = 1u << 30, .areas = bad_areas } },
		{ .kind = EVENT_PATH, .path.type = PATH_UNREADABLE + 1 },
		{ .kind = EVENT_PATH, .path.sha256 = "abc" },
	};

	for (size_t i = 0; i < ARRAY_LEN(events); i++) {
		AUTO(trace_writer_free) struct trace_writer *w = NULL;

		must(s, trace_writer_open(&w, s->path, &header_of_test, &s->err));
		refused(s, trace_write(w, &events[i], &s->err), "cannot be stored");
	}
}

static void
an_event_of_many_megabytes_comes_back_and_too_many_are_refused(void **state)
{
	struct scene *s = *state;
	size_t n = 70u << 20;
	AUTO(mem_free) uint8_t *bytes = mem_alloc(n);
	struct area area = { .kind = AREA_DATA_OUT, .kept = 30u << 20, .size = n };
	struct event event = { .kind = EVENT_CALL, .call = { .n_areas = 1, .areas = &area } };
	AUTO(trace_writer_free) struct trace_writer *w = NULL;

	area.bytes = bytes;
	write_trace(s, &event, 1);
	read_trace(s, &event, 1);
	area.kept = (uint32_t)n;
	must(s, trace_writer_open(&w, s->path, &header_of_test, &s->err));
	assert_int_equal(trace_write(w, &event, &s->err), -1);
	assert_non_null(s->err.hint);
	refused(s, -1, "bytes at once");
}

static void
memory_of_the_writer_stays_flat(void **state)
{
	struct scene *s = *state;
	AUTO(trace_writer_free) struct trace_writer *w = NULL;
	struct event *events = random_events(s, 1000, 11);
	size_t early = 0;

	must(s, trace_writer_open(&w, s->path, &header_of_test, &s->err));
	for (size_t i = 0; i < 200000; i++) {
		must(s, trace_write(w, &events[i % 1000], &s->err));
		if (i == 50000)
			early = mallinfo2().uordblks + mallinfo2().hblkhd;
	}
	/* A block in the making may be larger or smaller: one block is the tolerance. */
	assert_true(mallinfo2().uordblks + mallinfo2().hblkhd <= early + (512u << 10));
}

static void
files_are_told_apart_by_their_first_bytes(void **state)
{
	struct scene *s = *state;
	static const struct {
		const char *bytes;
		size_t n;
		enum file_kind kind;
	} rows[] = {
		{ "\x89RTRC\r\n\x1a", 8, FILE_TRACE },
		{ "\x89RTRC\r\n", 7, FILE_UNKNOWN },
		{ "\x89RTRC\n\n\x1a", 8, FILE_UNKNOWN },
		{ "{\"renacer_golden\":1,", 20, FILE_GOLDEN },
		{ "{\"renacer\":1}", 13, FILE_UNKNOWN },
		{ "\x28\xb5\x2f\xfd....", 8, FILE_GOLDEN_ZST },
		{ "", 0, FILE_UNKNOWN },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		enum file_kind kind;

		replace_file(s, rows[i].bytes, rows[i].n);
		must(s, store_file_kind(&kind, s->path, &s->err));
		assert_int_equal(kind, rows[i].kind);
	}
	unlink(s->path);
	refused(s, store_file_kind(&(enum file_kind){ 0 }, s->path, &s->err), "No such file");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_kind_comes_back_with_the_largest_and_the_smallest_values),
		TEST(random_events_come_back_over_many_blocks),
		TEST(a_trace_without_events_comes_back),
		TEST(header_and_footer_come_back),
		TEST(a_file_cut_at_any_byte_gives_a_prefix_and_no_footer),
		TEST(a_cut_file_keeps_its_whole_blocks),
		TEST(a_flipped_bit_anywhere_is_an_error),
		TEST(a_byte_behind_the_footer_is_an_error),
		TEST(the_name_appears_when_the_trace_is_whole),
		TEST(an_unended_trace_stays_beside_and_is_readable),
		TEST(two_writers_of_one_file_do_not_mix),
		TEST(nothing_follows_the_end),
		TEST(a_full_device_is_an_error),
		TEST(a_disk_that_fills_up_is_an_error_and_leaves_whole_blocks),
		TEST(a_directory_or_an_absent_folder_is_an_error),
		TEST(what_the_format_cannot_say_is_refused),
		TEST(an_event_of_many_megabytes_comes_back_and_too_many_are_refused),
		TEST(memory_of_the_writer_stays_flat),
		TEST(files_are_told_apart_by_their_first_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
