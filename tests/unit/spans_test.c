/* SPDX-License-Identifier: MIT */
/* spans_test.c - from events to spans: who hangs below whom, what is left out, what is hidden
 */

#include "unit/test.h"

#include "export/slowest.h"
#include "export/spans.h"

#include "base/mem.h"

#include <string.h>

static void
name_call(void *arg, const struct call *call, struct str *out)
{
	(void)arg;
	if (call->nr == 59)
		str_add(out, "execve");
	else
		str_addf(out, "call%u", call->nr);
}

static void
name_number(void *arg, int number, struct str *out)
{
	(void)arg;
	str_addf(out, "E%d", number);
}

static bool
name_path(void *arg, const struct call *call, struct str *out)
{
	(void)arg;
	if (call->nr == 2)
		str_add(out, "/home/secret/x");
	return call->nr == 2;
}

static bool
name_peer(void *arg, const struct call *call, struct str *out)
{
	static const char *const peers[] = { "inet:127.0.0.1:80", "inet6:[::1]:8080",
		"unix:@x:y", "netlink:1" };

	(void)arg;
	if (call->nr < 100 || call->nr >= 100 + ARRAY_LEN(peers))
		return false;
	str_add(out, peers[call->nr - 100]);
	return true;
}

/* As a redaction would. */
static void
hide(void *arg, struct str *text)
{
	char *at;

	(void)arg;
	while (text->n && (at = strstr(text->data, "secret")))
		memcpy(at, "******", 6);
}

static const struct export_names names = { NULL, name_call, name_call, name_number, name_number,
	name_path, name_peer, hide };

static const char *const argv[] = { "prog", "--token=secret", NULL };
static const struct trace_header header = { .argv = argv,
	.exe = "/bin/prog",
	.cwd = "/home/secret",
	.backend = "ptrace",
	.machine = "x86_64",
	.started_ns = 1000000 };
static const struct spans_opts usual = { .names = &names,
	.trace_id = { 1, 2, 3 },
	.seed = 7,
	.max_calls = 1000,
	.want_arguments = true };

static void
start(struct spans *s, uint32_t task, uint32_t parent, uint32_t process, enum start_how how)
{
	const struct event e = { .kind = EVENT_START,
		.task = task,
		.time_ns = task * 10,
		.start = { parent, process, (uint8_t)how, (int32_t)process + 100,
			(int32_t)task + 100, 0 } };

	spans_event(s, &e);
}

static void
call(struct spans *s, uint32_t task, uint32_t nr, uint64_t enter_ns, uint64_t exit_ns,
	int64_t ret)
{
	static uint64_t seq;
	const struct event e = { .kind = EVENT_CALL,
		.task = task,
		.seq = ++seq,
		.time_ns = exit_ns,
		.call = { .nr = nr, .enter_ns = enter_ns, .ret = ret, .is_error = ret < 0 } };

	spans_event(s, &e);
}

static void
end(struct spans *s, uint32_t task, int32_t status, bool is_process)
{
	const struct event e = { .kind = EVENT_EXIT,
		.task = task,
		.time_ns = 500,
		.exit = {
			.status = status, .is_process = is_process, .peak_rss_bytes = 4096 } };

	spans_event(s, &e);
}

static const struct span_value *
find(const struct span_attribute *a, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(a[i].key, key) == 0)
			return &a[i].value;
	return NULL;
}

static const char *
text_of(const struct span *s, const char *key)
{
	const struct span_value *v = find(s->attributes, s->n_attributes, key);

	return v && v->kind == SPAN_TEXT ? v->text : NULL;
}

static int64_t
number_of(const struct span *s, const char *key)
{
	const struct span_value *v = find(s->attributes, s->n_attributes, key);

	return v && v->kind == SPAN_INT ? v->integer : -999;
}

static bool
is_below(const struct span *child, const struct span *parent)
{
	return memcmp(child->parent, parent->id, sizeof child->parent) == 0;
}

static const struct trace_footer whole = { .n_calls = 3 };

static void
tasks_hang_below_who_started_them(void **state)
{
	const struct event exec = { .kind = EVENT_EXEC,
		.task = 2,
		.time_ns = 30,
		.exec = { .path = "/usr/bin/other" } };
	AUTO(spans_free) struct spans *s = spans_new(&header, &usual);
	struct spans_told told;
	const struct span *x;

	(void)state;
	start(s, 1, 0, 1, START_FIRST);
	start(s, 2, 1, 2, START_FORK);
	start(s, 3, 1, 1, START_THREAD);
	start(s, 4, 3, 4, START_VFORK);
	spans_event(s, &exec);
	call(s, 3, 1, 40, 60, 5);
	call(s, 2, 1, 70, 75, -2);
	end(s, 2, 3 << 8, true);
	end(s, 4, 9, true);
	end(s, 3, 0, false);
	end(s, 1, 0, true);
	spans_finish(s, &whole, &told);
	x = told.spans;
	assert_int_equal(told.n, 7);
	assert_int_equal(told.n_tasks, 4);
	assert_int_equal(told.n_calls, 2);
	assert_string_equal(x[0].name, "prog");
	assert_string_equal(x[1].name, "prog");
	assert_string_equal(x[2].name, "other");
	assert_string_equal(x[3].name, "thread");
	assert_string_equal(x[4].name, "prog");
	assert_memory_equal(x[0].parent, "\0\0\0\0\0\0\0\0", 8);
	assert_true(is_below(&x[1], &x[0]) && is_below(&x[2], &x[1]));
	assert_true(is_below(&x[3], &x[1]) && is_below(&x[4], &x[1]));
	assert_true(is_below(&x[5], &x[3]) && is_below(&x[6], &x[2]));
	assert_int_equal(x[5].start_ns, 1000040);
	assert_int_equal(x[5].end_ns, 1000060);
	assert_int_equal(x[2].status.code, SPAN_ERROR);
	assert_string_equal(x[2].status.message, "exited 3");
	assert_string_equal(text_of(&x[2], "error.type"), "3");
	assert_string_equal(text_of(&x[4], "error.type"), "E9");
	assert_int_equal(number_of(&x[4], "process.exit.code"), -999);
	assert_int_equal(number_of(&x[1], "process.exit.code"), 0);
	assert_int_equal(number_of(&x[2], "process.parent_pid"), 101);
	assert_int_equal(number_of(&x[3], "thread.id"), 103);
	assert_int_equal(number_of(&x[6], "renacer.syscall.result"), -1);
	assert_string_equal(text_of(&x[6], "error.type"), "E2");
	/* The run ended as its first program did. */
	assert_int_equal(x[0].status.code, SPAN_UNSET);
	for (size_t i = 0; i < told.n; i++) {
		assert_memory_equal(x[i].trace_id, usual.trace_id, 16);
		assert_true(x[i].start_ns <= x[i].end_ns);
		assert_int_equal(x[i].flags, 0x103);
		for (size_t k = 0; k < i; k++)
			assert_memory_not_equal(x[i].id, x[k].id, 8);
	}
}

static void
the_run_hangs_below_its_parent(void **state)
{
	struct trace_parent parent = { .flags = 0 }, context;
	struct spans_opts opts = usual;
	struct spans_told told;

	(void)state;
	assert_true(trace_parent_read(
		&parent, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", 55));
	opts.parent = &parent;
	opts.trace_state = "a=b";
	AUTO(spans_free) struct spans *s = spans_new(&header, &opts);
	start(s, 1, 0, 1, START_FIRST);
	spans_finish(s, &whole, &told);
	spans_context(&opts, &context);
	assert_string_equal(context.trace_id, "0af7651916cd43dd8448eb211c80319c");
	assert_int_equal(context.flags, 1);
	assert_memory_equal(told.spans[0].trace_id,
		"\x0a\xf7\x65\x19\x16\xcd\x43\xdd\x84\x48\xeb\x21\x1c\x80\x31\x9c", 16);
	assert_memory_equal(told.spans[0].parent, "\xb7\xad\x6b\x71\x69\x20\x33\x31", 8);
	assert_int_equal(told.spans[0].flags, 0x301);
	assert_int_equal(told.spans[1].flags, 0x101);
	assert_string_equal(told.spans[1].trace_state, "a=b");
	/* What the target is given is the root itself. */
	for (int i = 0; i < 8; i++) {
		char two[3];

		snprintf(two, sizeof two, "%02x", told.spans[0].id[i]);
		assert_memory_equal(context.parent_id + 2 * i, two, 2);
	}
}

static void
what_is_left_out_is_counted(void **state)
{
	struct spans_opts opts = usual;
	struct spans_told told;

	(void)state;
	opts.max_calls = 3;
	opts.min_ns = 5;
	AUTO(spans_free) struct spans *s = spans_new(&header, &opts);
	start(s, 1, 0, 1, START_FIRST);
	/* Of 4, 5, … 13 nanoseconds; the slowest first, so that they are not simply the last.
	 */
	for (uint32_t i = 0; i < 10; i++)
		call(s, 1, i, 100 * i, 100 * i + 13 - i, 0);
	spans_finish(s, &whole, &told);
	assert_int_equal(told.n_calls, 3);
	assert_int_equal(told.n_short, 1);
	assert_int_equal(told.n_many, 6);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(told.spans[2 + i].end_ns - told.spans[2 + i].start_ns, 13 - i);
	assert_int_equal(number_of(&told.spans[0], "renacer.calls"), 10);
	assert_int_equal(number_of(&told.spans[0], "renacer.calls.exported"), 3);
	assert_int_equal(number_of(&told.spans[0], "renacer.calls.too_short"), 1);
	assert_int_equal(number_of(&told.spans[0], "renacer.calls.beyond_limit"), 6);
	assert_int_equal(number_of(&told.spans[1], "renacer.calls"), 10);
}

static void
no_calls_at_all_are_a_limit_too(void **state)
{
	struct spans_opts opts = usual;
	struct spans_told told;

	(void)state;
	opts.max_calls = 0;
	AUTO(spans_free) struct spans *s = spans_new(&header, &opts);
	start(s, 1, 0, 1, START_FIRST);
	call(s, 1, 1, 1, 2, 0);
	spans_finish(s, &whole, &told);
	assert_int_equal(told.n_calls, 0);
	assert_int_equal(told.n_many, 1);
}

static void
tasks_beyond_the_limit_are_counted_and_their_calls_kept(void **state)
{
	AUTO(spans_free) struct spans *s = spans_new(&header, &usual);
	struct spans_told told;

	(void)state;
	start(s, 1, 0, 1, START_FIRST);
	for (uint32_t i = 2; i <= 10003; i++)
		start(s, i, 1, i, START_FORK);
	start(s, 10004, 10003, 10004, START_FORK);
	call(s, 10004, 1, 200000, 300000, 0);
	spans_finish(s, &whole, &told);
	assert_int_equal(told.n_tasks, 10000);
	assert_int_equal(told.n_dropped_tasks, 4);
	assert_int_equal(told.n_calls, 1);
	assert_true(is_below(&told.spans[told.n - 1], &told.spans[1]));
	assert_int_equal(number_of(&told.spans[0], "renacer.tasks.beyond_limit"), 4);
}

static bool
holds(const struct span_value *v, const char *text)
{
	if (v->kind == SPAN_TEXT)
		return strstr(v->text, text) != NULL;
	for (size_t i = 0; v->kind == SPAN_LIST && i < v->n; i++)
		if (holds(&v->items[i], text))
			return true;
	return false;
}

static void
no_text_leaves_unseen(void **state)
{
	static const struct area args[] = {
		{ .arg = 1,
			.kind = AREA_STRING,
			.kept = 8,
			.bytes = (const uint8_t *)"a secret" },
		{ .arg = 2,
			.kind = AREA_STRING,
			.kept = 8,
			.bytes = (const uint8_t *)"b=secret" },
	};
	const struct event execve = { .kind = EVENT_CALL,
		.task = 1,
		.time_ns = 20,
		.call = { .nr = 59, .n_areas = 2, .areas = args } };
	const struct event exec = {
		.kind = EVENT_EXEC, .task = 1, .time_ns = 15, .exec = { .path = "/secret/bin" }
	};
	const struct spans_pair pair = { "renacer.finding.text", "a secret difference" };
	AUTO(spans_free) struct spans *s = spans_new(&header, &usual);
	struct spans_told told;

	(void)state;
	start(s, 1, 0, 1, START_FIRST);
	spans_event(s, &exec);
	spans_event(s, &execve);
	call(s, 1, 2, 30, 40, 3);
	spans_root_text(s, "renacer.verdict.text", "secret");
	spans_root_status(s, SPAN_ERROR, "secret");
	spans_root_event(s, "renacer.finding", &pair, 1);
	spans_finish(s, &whole, &told);
	for (size_t i = 0; i < told.n; i++) {
		const struct span *x = &told.spans[i];

		assert_null(strstr(x->name, "secret"));
		assert_true(!x->status.message || !strstr(x->status.message, "secret"));
		for (size_t k = 0; k < x->n_attributes; k++)
			assert_false(holds(&x->attributes[k].value, "secret"));
		for (size_t e = 0; e < x->n_events; e++)
			for (size_t k = 0; k < x->events[e].n_attributes; k++)
				assert_false(
					holds(&x->events[e].attributes[k].value, "secret"));
	}
	/* Arguments are those of argv alone: the environment is told nowhere. */
	const struct span_value *list = find(
		told.spans[1].attributes, told.spans[1].n_attributes, "process.command_args");

	assert_non_null(list);
	assert_int_equal(list->n, 1);
	assert_string_equal(list->items[0].text, "a ******");
	assert_string_equal(text_of(&told.spans[3], "file.path"), "/home/******/x");
	assert_int_equal(told.spans[0].status.code, SPAN_ERROR);
}

static void
arguments_are_told_only_when_asked_for(void **state)
{
	struct spans_opts opts = usual;
	struct spans_told told;

	(void)state;
	opts.want_arguments = false;
	AUTO(spans_free) struct spans *s = spans_new(&header, &opts);
	start(s, 1, 0, 1, START_FIRST);
	spans_finish(s, &whole, &told);
	assert_null(find(
		told.spans[1].attributes, told.spans[1].n_attributes, "process.command_args"));
}

static void
peers_and_places_are_told_as_the_conventions_say(void **state)
{
	static const struct {
		uint32_t nr;
		const char *address, *transport;
		int64_t port;
	} rows[] = {
		{ 100, "127.0.0.1", NULL, 80 },
		{ 101, "::1", NULL, 8080 },
		{ 102, "@x:y", "unix", -999 },
		{ 103, "1", NULL, -999 },
	};
	AUTO(stacks_free) struct stacks *stacks = stacks_new();
	const struct stack_frame frame = {
		.module = "/bin/prog", .function = "main", .file = "src/main.c", .line = 12
	};
	const struct stack_frame *frames[] = { stacks_frame(stacks, &frame) };
	AUTO(spans_free) struct spans *s = spans_new(&header, &usual);
	struct event e = { .kind = EVENT_CALL, .task = 1, .time_ns = 900 };
	struct spans_told told;

	(void)state;
	start(s, 1, 0, 1, START_FIRST);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		call(s, 1, rows[i].nr, 100 + i, 200 + i, 0);
	e.call = (struct call){ .enter_ns = 890, .stack = stacks_add(stacks, frames, 1) };
	spans_event(s, &e);
	spans_finish(s, &whole, &told);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct span *x = &told.spans[2 + i];
		const char *transport = text_of(x, "network.transport");

		assert_string_equal(text_of(x, "network.peer.address"), rows[i].address);
		assert_int_equal(number_of(x, "network.peer.port"), rows[i].port);
		assert_true(!transport == !rows[i].transport);
	}
	assert_string_equal(text_of(&told.spans[6], "code.function.name"), "main");
	assert_string_equal(text_of(&told.spans[6], "code.file.path"), "src/main.c");
	assert_int_equal(number_of(&told.spans[6], "code.line.number"), 12);
}

static void
a_trace_that_was_cut_says_so(void **state)
{
	const struct trace_footer cut = { .was_cut = true, .reason = "stopped" };
	const struct trace_footer *const footers[] = { &cut, NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(footers); i++) {
		AUTO(spans_free) struct spans *s = spans_new(&header, &usual);
		const struct span_value *v;
		struct spans_told told;

		start(s, 1, 0, 1, START_FIRST);
		call(s, 1, 1, 100, 900, 0);
		spans_finish(s, footers[i], &told);
		v = find(told.spans[0].attributes, told.spans[0].n_attributes,
			"renacer.trace.complete");
		assert_true(v && v->kind == SPAN_BOOL && !v->truth);
		assert_non_null(text_of(&told.spans[0], "renacer.trace.reason"));
		/* Who was not seen to end ended no earlier than the last that was seen. */
		assert_int_equal(told.spans[1].end_ns, 1000900);
		v = find(told.spans[1].attributes, told.spans[1].n_attributes,
			"renacer.unfinished");
		assert_true(v && v->truth);
	}
}

static void
a_run_without_events_is_a_root(void **state)
{
	AUTO(spans_free) struct spans *s = spans_new(&header, &usual);
	struct spans_told told;

	(void)state;
	spans_finish(s, NULL, &told);
	assert_int_equal(told.n, 1);
	assert_string_equal(told.spans[0].name, "run");
}

static void
events_and_texts_have_their_bounds(void **state)
{
	AUTO(spans_free) struct spans *s = spans_new(&header, &usual);
	AUTO(mem_free) char *text = mem_alloc(10001);
	const struct event signal = {
		.kind = EVENT_SIGNAL, .task = 1, .time_ns = 50, .signal = { .signal = 10 }
	};
	struct spans_told told;

	(void)state;
	for (int i = 0; i < 5000; i++)
		memcpy(text + 2 * i, "\xc3\xa9", 2);
	start(s, 1, 0, 1, START_FIRST);
	for (int i = 0; i < 250; i++)
		spans_event(s, &signal);
	spans_root_text(s, "k", text);
	spans_finish(s, &whole, &told);
	assert_int_equal(told.spans[1].n_events, 100);
	assert_int_equal(told.spans[1].n_dropped_events, 150);
	text[0] = '\0';
	assert_in_range(strlen(text_of(&told.spans[0], "k")), 4000, 4096);
	assert_true(utf8_is_valid(
		text_of(&told.spans[0], "k"), strlen(text_of(&told.spans[0], "k"))));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tasks_hang_below_who_started_them),
		cmocka_unit_test(the_run_hangs_below_its_parent),
		cmocka_unit_test(what_is_left_out_is_counted),
		cmocka_unit_test(no_calls_at_all_are_a_limit_too),
		cmocka_unit_test(tasks_beyond_the_limit_are_counted_and_their_calls_kept),
		cmocka_unit_test(no_text_leaves_unseen),
		cmocka_unit_test(arguments_are_told_only_when_asked_for),
		cmocka_unit_test(peers_and_places_are_told_as_the_conventions_say),
		cmocka_unit_test(a_trace_that_was_cut_says_so),
		cmocka_unit_test(a_run_without_events_is_a_root),
		cmocka_unit_test(events_and_texts_have_their_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
