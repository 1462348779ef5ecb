/* SPDX-License-Identifier: MIT */
/* export_test.c - a trace as CSV and as collapsed stacks */

#include "unit/test.h"

#include "export/csv.h"
#include "export/folded.h"

#include "base/mem.h"

#include <string.h>

static void
name_call(void *arg, const struct call *call, struct str *out)
{
	(void)arg;
	str_addf(out, "call%u", call->nr);
}

static void
name_arguments(void *arg, const struct call *call, struct str *out)
{
	(void)arg;
	if (call->nr == 1)
		str_add(out, "3, \"a,b\"");
}

static void
name_number(void *arg, int number, struct str *out)
{
	(void)arg;
	str_addf(out, "E%d", number);
}

static const struct export_names names = { NULL, name_call, name_arguments, name_number,
	name_number, NULL, NULL, NULL };

static void
each_event_is_a_row(void **state)
{
	static const struct {
		struct event event;
		const char *row;
	} rows[] = {
		{ { EVENT_CALL, 2, 9, 500, .call = { .nr = 1, .enter_ns = 400, .ret = 3 } },
			"9,400,100,2,call,call1,\"3, \"\"a,b\"\"\",3,,done\r\n" },
		{ { EVENT_CALL, 2, 9, 5, .call = { .nr = 2, .ret = -2, .is_error = true } },
			"9,0,5,2,call,call2,,-1,E2,done\r\n" },
		{ { EVENT_CALL, 2, 9, 5, .call = { .nr = 2, .state = CALL_UNFINISHED } },
			"9,0,5,2,call,call2,,,,unfinished\r\n" },
		{ { EVENT_CALL, 2, 9, 5, .call = { .ret = INT64_MIN } },
			"9,0,5,2,call,call0,,-9223372036854775808,,done\r\n" },
		{ { EVENT_START, 2, 1, 0, .start = { 1, 2, START_FORK, 77, 78, 0 } },
			"1,0,,2,start,fork,parent=1 process=2 pid=77 tid=78,,,\r\n" },
		{ { EVENT_HELD, 1, 1, 0, .held = { 1, 0, "pipe:[1]" } },
			"1,0,,1,held,pipe:[1],,1,,\r\n" },
		{ { EVENT_EXEC, 1, 1, 0, .exec = { .path = "/a \"b\",\n\xff" } },
			"1,0,,1,exec,\"/a \"\"b\"\",\\x0a\\xff\",,,,\r\n" },
		{ { EVENT_SIGNAL, 1, 1, 0, .signal = { .signal = 17, .code = 1, .pid = 5 } },
			"1,0,,1,signal,E17,code=1 pid=5 uid=0,,,delivered\r\n" },
		{ { EVENT_EXIT, 1, 1, 0, .exit = { .status = 3 << 8, .is_process = true } },
			"1,0,,1,exit,process,,3,,\r\n" },
		{ { EVENT_EXIT, 1, 1, 0, .exit = { .status = 9 } },
			"1,0,,1,exit,thread,,,E9,\r\n" },
		{ { EVENT_PATH, 0, 1, 0,
			  .path = { .path = "/x", .type = PATH_DIR, .mode = 0755, .size = 7 } },
			"1,0,,0,path,/x,dir mode=0755 size=7,,,after\r\n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(str_done) struct str out = { 0 };

		csv_event(&out, &rows[i].event, &names);
		assert_string_equal(out.data, rows[i].row);
	}
	(void)state;
}

static size_t
count_columns(const char *line)
{
	size_t n = 1;
	bool is_quoted = false;

	for (; *line; line++) {
		is_quoted ^= *line == '"';
		n += *line == ',' && !is_quoted;
	}
	return n;
}

static void
every_row_has_the_columns_of_the_header(void **state)
{
	AUTO(str_done) struct str header = { 0 };
	struct event event = { 0 };

	csv_header(&header);
	assert_int_equal(count_columns(header.data), 10);
	for (int kind = 0; kind < N_EVENT_KINDS; kind++) {
		AUTO(str_done) struct str out = { 0 };

		event.kind = (uint8_t)kind;
		csv_event(&out, &event, &names);
		assert_int_equal(count_columns(out.data), 10);
		assert_string_equal(out.data + out.n - 2, "\r\n");
	}
	(void)state;
}

static void
add_start(struct folded *f, uint32_t task, uint32_t parent, uint32_t process)
{
	struct event e = { .kind = EVENT_START, .task = task };

	e.start.parent = parent;
	e.start.process = process;
	folded_event(f, &e, &names);
}

static void
add_exec(struct folded *f, uint32_t task, const char *path)
{
	struct event e = { .kind = EVENT_EXEC, .task = task, .exec.path = path };

	folded_event(f, &e, &names);
}

static void
add_call(struct folded *f, uint32_t task, uint32_t nr, uint64_t ns)
{
	struct event e = { .kind = EVENT_CALL, .task = task, .time_ns = ns, .call.nr = nr };

	folded_event(f, &e, &names);
}

static void
stacks_are_programs_and_the_call(void **state)
{
	static const char *const wanted[] = { "make;call1 2\nmake;make;call2 1\n"
					      "make;cc 1;call2 2\n[unknown];call3 1\n",
		"make;call1 30\nmake;make;call2 5\nmake;cc 1;call2 7\n" };

	for (int weight = FOLDED_CALLS; weight <= FOLDED_TIME; weight++) {
		AUTO(folded_free) struct folded *f = folded_new(weight);
		AUTO(str_done) struct str out = { 0 };

		add_start(f, 1, 0, 1);
		add_exec(f, 1, "/usr/bin/make");
		add_call(f, 1, 1, 10);
		add_start(f, 2, 1, 2);
		add_call(f, 2, 2, 5); /* forked, nothing executed yet */
		add_exec(f, 2, "/usr/bin/cc 1");
		add_start(f, 3, 2, 2); /* a thread of it */
		add_call(f, 2, 2, 3);
		add_call(f, 3, 2, 4);
		add_call(f, 1, 1, 20);
		add_call(f, 99, 3, 0); /* a task that nobody announced */
		folded_print(&out, f);
		assert_string_equal(out.data, wanted[weight]);
	}
	(void)state;
}

static void
frames_cannot_break_the_line(void **state)
{
	AUTO(folded_free) struct folded *f = folded_new(FOLDED_CALLS);
	AUTO(str_done) struct str out = { 0 };

	add_start(f, 1, 0, 1);
	add_exec(f, 1, "/bin/a;b\nc\t\xff");
	add_call(f, 1, 1, 1);
	add_exec(f, 1, "/bin/");
	add_call(f, 1, 1, 1);
	add_exec(f, 1, NULL);
	add_call(f, 1, 1, 1);
	folded_print(&out, f);
	assert_string_equal(out.data, "a:b\\x0ac \\xff;call1 1\n[unknown];call1 2\n");
	(void)state;
}

static void
a_thousand_generations_are_cut_and_not_lost(void **state)
{
	AUTO(folded_free) struct folded *f = folded_new(FOLDED_CALLS);
	AUTO(str_done) struct str out = { 0 };
	const char *last;

	for (uint32_t task = 1; task <= 1000; task++) {
		add_start(f, task, task - 1, task);
		add_exec(f, task, "sh");
		add_call(f, task, 1, 1);
	}
	folded_print(&out, f);
	last = strstr(out.data, "[deeper];call1 900\n");
	assert_non_null(last);
	assert_string_equal(last, "[deeper];call1 900\n");
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_event_is_a_row),
		cmocka_unit_test(every_row_has_the_columns_of_the_header),
		cmocka_unit_test(stacks_are_programs_and_the_call),
		cmocka_unit_test(frames_cannot_break_the_line),
		cmocka_unit_test(a_thousand_generations_are_cut_and_not_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
