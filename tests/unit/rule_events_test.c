/* SPDX-License-Identifier: MIT */
/* rule_events_test.c - rules over the events of a run: what each type demands, and that none of
 * them passes on what was not seen */

#include "unit/effects_run.h"

#include "base/str.h"
#include "judge/judge.h"
#include "judge/rule_table.h"
#include "query/columns.h"

#include <errno.h>
#include <sys/socket.h>

/* A run of two processes, as rules see it. */
struct seen {
	struct made made;
	struct columns *columns;
	struct rule_run run;
	struct facts facts;
	struct golden *golden; /* what a recording noted for the rule */
};

enum hole { WHOLE, LOST, ESCAPED, RINGS, UNTRACEABLE, CUT, SUBSET, EMPTY, N_HOLES };

static void
loopback(uint8_t *address)
{
	static const uint8_t bytes[16] = { AF_INET, 0, 0, 80, 127, 0, 0, 1 };

	memcpy(address, bytes, sizeof bytes);
}

static void
do_things(struct made *m)
{
	uint8_t address[16];

	loopback(address);
	made_exec(m, 1, "/usr/bin/prog");
	made_call(m, 1, CALL_openat, 3, CWD, S("/etc/hosts"), N(O_RDONLY), N(0));
	made_call(m, 1, CALL_read, 5, N(3), READ("hello"), N(5));
	made_call(m, 1, CALL_close, 0, N(3));
	made_call(m, 1, CALL_openat, -ENOENT, CWD, S("/etc/none"), N(O_RDONLY), N(0));
	made_call(m, 1, CALL_openat, 3, CWD, S("/v/new"), N(O_WRONLY | O_CREAT), N(0644));
	made_call(m, 1, CALL_write, 3, N(3), OUT("abc"), N(3));
	made_call(m, 1, CALL_fsync, 0, N(3));
	made_call(m, 1, CALL_close, 0, N(3));
	made_call(m, 1, CALL_rename, 0, S("/v/new"), S("/v/good"));
	made_call(m, 1, CALL_openat, 4, CWD, S("/v"), N(O_RDONLY | O_DIRECTORY), N(0));
	made_call(m, 1, CALL_fsync, 0, N(4));
	made_call(m, 1, CALL_close, 0, N(4));
	made_call(m, 1, CALL_openat, 5, CWD, S("/w/new"), N(O_WRONLY | O_CREAT), N(0644));
	made_call(m, 1, CALL_write, 3, N(5), OUT("abc"), N(3));
	made_call(m, 1, CALL_rename, 0, S("/w/new"), S("/w/bad"));
	made_call(m, 1, CALL_socket, 6, N(AF_INET), N(SOCK_STREAM), N(0));
	made_call(m, 1, CALL_connect, 0, N(6), GOT(address, sizeof address), N(16));
	made_call(m, 1, CALL_close, 0, N(6));
	made_start(m, 2, 1, 2, 0);
	made_exec(m, 2, "/usr/bin/child");
	made_call(m, 2, CALL_getpid, 40002);
	made_exit(m, 2, 0);
	made_call(m, 1, CALL_wait4, 40002, N(40002), N(0), N(0), N(0));
}

static const struct trace_footer footers[N_HOLES] = {
	[WHOLE] = { .n_events = 1 },
	[LOST] = { .n_lost = 1 },
	[ESCAPED] = { .n_escaped = 1 },
	[RINGS] = { .n_rings = 1 },
	[UNTRACEABLE] = { .n_untraceable = 1 },
	[CUT] = { .was_cut = true },
};

static void
see(struct seen *s, const struct rule_needs *needs, enum hole hole)
{
	static const char *const argv[] = { "prog", NULL };
	struct trace_header header = { .argv = argv, .cwd = "/", .exe = "/usr/bin/prog" };
	struct effects_opts opts = { .clocks = needs->clocks,
		.critical = needs->critical,
		.peak_memory = needs->peak_memory,
		.leaks = needs->leaks };
	struct err err = { 0 };

	*s = (struct seen){ .made = { .arch = ARCH_X86_64 } };
	s->columns = columns_new(needs->columns ? needs->columns : 1);
	columns_watch(s->columns, &opts);
	opts.profile = PROFILE_EFFECTS;
	s->made.fx = effects_new(&header, &opts);
	made_start(&s->made, 1, 0, 1, 0);
	if (hole != EMPTY)
		do_things(&s->made);
	made_finish(&s->made);
	assert_int_equal(columns_finish(s->columns, &footers[hole], &err), 0);
	s->facts = *effects_facts(s->made.fx);
	s->facts.footer = footers[hole];
	s->facts.has_all_calls = s->facts.has_memory_calls = hole != SUBSET;
	s->facts.peak_rss_bytes = 4096;
	s->facts.has_peak_rss = hole != SUBSET && hole != EMPTY;
	s->run = (struct rule_run){
		.facts = &s->facts, .columns = s->columns, .effects = s->made.fx
	};
}

static void
unsee(struct seen *s)
{
	columns_free(s->columns);
	golden_free(s->golden);
	made_free(&s->made);
}

struct row {
	const char *body;
	enum verdict_kind kind;
	const char *text; /* part of it */
};

#define EVENTS(type_, where_) "type = '" type_ "'\nwhere = \"" where_ "\"\n"
#define POLICY(type_) "type = '" type_ "'\n"

/* clang-format off */
static const struct row rows[] = {
	{ EVENTS("count", "syscall == 'openat'") "max = 5\n", VERDICT_PASS, "5 events where syscall == 'openat'; wanted: at most 5" },
	{ EVENTS("count", "syscall == 'openat'") "max = 4\n", VERDICT_FAIL, "5 events" },
	{ EVENTS("count", "syscall == 'openat'") "min = 6\n", VERDICT_FAIL, "wanted: at least 6" },
	{ EVENTS("count", "syscall == 'openat'") "min = 1\nmax = 9\n", VERDICT_PASS, "from 1 to 9" },
	{ EVENTS("count", "syscall == 'mkdir'") "max = 4\n", VERDICT_ERROR, "nothing was tested" },
	{ EVENTS("count", "syscall == 'mkdir'") "max = 4\nallow_empty = true\n", VERDICT_PASS, "allow_empty = true" },
	{ EVENTS("never", "syscall == 'mkdir'"), VERDICT_PASS, "no event where" },
	{ EVENTS("never", "path ~ '/etc/hosts'"), VERDICT_FAIL, "3 events where" },
	{ EVENTS("never", "path ~ '/etc/**'") "among = \"syscall == 'write'\"\n", VERDICT_PASS, "2 events looked at" },
	{ EVENTS("never", "path ~ '/etc/**'") "among = \"syscall == 'mkdir'\"\n", VERDICT_ERROR, "nothing was tested" },
	{ EVENTS("exists", "syscall == 'fsync' and path == '/v/new'"), VERDICT_PASS, "1 event" },
	{ EVENTS("exists", "syscall == 'fsync' and path == '/w/new'"), VERDICT_FAIL, "no event" },
	{ EVENTS("all", "syscall == 'write'") "must = \"bytes == 3\"\n", VERDICT_PASS, "0 of 2 events" },
	{ EVENTS("all", "syscall == 'write'") "must = \"path ~ '/v/*'\"\n", VERDICT_FAIL, "1 of 2 events" },
	{ EVENTS("all", "syscall == 'mkdir'") "must = \"bytes == 3\"\n", VERDICT_ERROR, "nothing was tested" },
	{ "type = 'before'\nfirst = \"syscall == 'fsync'\"\nthen = \"syscall == 'rename'\"\n", VERDICT_PASS, "0 of 2" },
	{ "type = 'before'\nfirst = \"syscall == 'connect'\"\nthen = \"syscall == 'rename'\"\n", VERDICT_FAIL, "2 of 2" },
	{ "type = 'before'\nfirst = \"syscall == 'getpid'\"\nthen = \"syscall == 'wait4'\"\n", VERDICT_PASS, "0 of 1" },
	{ "type = 'before'\nfirst = \"syscall == 'getpid'\"\nthen = \"syscall == 'wait4'\"\nper = 'process'\n", VERDICT_FAIL, "1 of 1" },
	{ "type = 'before'\nfirst = \"syscall == 'rename'\"\nthen = \"syscall == 'mkdir'\"\n", VERDICT_ERROR, "nothing was tested" },
	{ EVENTS("between", "syscall == 'write'") "from = \"syscall == 'openat'\"\nto = \"syscall == 'close'\"\nmax = 1\n", VERDICT_PASS, "the most in one is 1" },
	{ EVENTS("between", "syscall == 'write'") "from = \"syscall == 'openat'\"\nto = \"syscall == 'close'\"\nmax = 0\n", VERDICT_FAIL, "3 of 5 intervals" },
	{ EVENTS("between", "syscall == 'write'") "from = \"syscall == 'mkdir'\"\nto = \"syscall == 'close'\"\nmax = 0\n", VERDICT_ERROR, "nothing" },
	{ "type = 'within'\nfrom = \"syscall == 'socket'\"\nto = \"syscall == 'connect'\"\nmax_duration_ms = 1\n", VERDICT_PASS, "0 of 1" },
	{ "type = 'within'\nfrom = \"syscall == 'socket'\"\nto = \"syscall == 'connect'\"\nmax_duration_ms = 0.001\n", VERDICT_FAIL, "1 of 1" },
	{ "type = 'within'\nfrom = \"syscall == 'socket'\"\nto = \"syscall == 'mkdir'\"\nmax_duration_ms = 1\n", VERDICT_FAIL, "1 not at all" },
	{ "type = 'within'\nfrom = \"syscall == 'mkdir'\"\nto = \"syscall == 'openat'\"\nmax_duration_ms = 1\n", VERDICT_ERROR, "nothing" },
	{ EVENTS("latency", "syscall == 'fsync'") "p50_ms = 1000\np99_9_ms = 1000\n", VERDICT_PASS, "p50" },
	{ EVENTS("latency", "syscall == 'fsync'") "max_ms = 0.000001\n", VERDICT_FAIL, "max" },
	{ EVENTS("latency", "syscall == 'mkdir'") "max_ms = 1\n", VERDICT_ERROR, "nothing" },
	{ EVENTS("bytes", "syscall == 'write'") "max_bytes = 6\n", VERDICT_PASS, "6 bytes by 2 calls" },
	{ EVENTS("bytes", "syscall == 'write'") "max_bytes = 5\n", VERDICT_FAIL, "6 bytes" },
	{ EVENTS("bytes", "syscall == 'write'") "min_bytes = 7\n", VERDICT_FAIL, "at least 7 bytes" },
	{ EVENTS("bytes", "syscall == 'close'") "max_bytes = 5\n", VERDICT_ERROR, "nothing" },
	{ "type = 'coverage'\npaths = ['/etc/hosts', '/v/*']\n", VERDICT_PASS, "2 of 2" },
	{ "type = 'coverage'\npaths = ['/etc/hosts', '/etc/none']\n", VERDICT_FAIL, "not '/etc/none'" },
	{ "type = 'coverage'\npaths = ['/etc/hosts', '/etc/none']\nmin_share = 0.5\n", VERDICT_PASS, "1 of 2" },
	{ "type = 'fd_leak'\nmax = 1\n", VERDICT_PASS, "1 descriptor left open" },
	{ "type = 'fd_leak'\n", VERDICT_FAIL, "1 descriptor left open" },
	{ "type = 'fd_leak'\nwhere = \"path ~ '/v/**'\"\n", VERDICT_PASS, "0 descriptors" },
	{ "type = 'fd_leak'\nwhere = \"path ~ '/x/**'\"\n", VERDICT_ERROR, "nothing" },
	{ POLICY("exec_policy") "allow = ['/usr/bin/*']\n", VERDICT_PASS, "2 programs" },
	{ POLICY("exec_policy") "deny = ['/usr/bin/child']\n", VERDICT_FAIL, "'/usr/bin/child' is not permitted" },
	{ POLICY("exec_policy") "allow = ['/usr/bin/*']\ndeny = ['/usr/bin/child']\n", VERDICT_FAIL, "never '/usr/bin/child'" },
	{ POLICY("network_policy") "allow = ['**127.0.0.1**']\n", VERDICT_PASS, "1 address" },
	{ POLICY("network_policy") "deny = ['**127.0.0.1**']\n", VERDICT_FAIL, "not permitted" },
	{ POLICY("path_policy") "allow = ['/etc/*', '/v', '/v/*', '/w/*', '/usr/bin/*']\n", VERDICT_PASS, "paths in" },
	{ POLICY("path_policy") "deny = ['/etc/none']\n", VERDICT_FAIL, "'/etc/none' is not permitted" },
	{ POLICY("path_policy") "access = 'write'\nallow = ['/v/*', '/w/*']\n", VERDICT_PASS, "paths in" },
	{ POLICY("path_policy") "access = 'write'\nallow = ['/v/*']\n", VERDICT_FAIL, "'/w/new' is not permitted" },
	{ "type = 'durability'\npaths = ['/v/**']\n", VERDICT_PASS, "1 written file renamed or linked 0 not synced" },
	{ "type = 'durability'\n", VERDICT_FAIL, "1 not synced before, the directory of 1 not synced after" },
	{ "type = 'durability'\npaths = ['/x/**']\n", VERDICT_ERROR, "nothing" },
	{ "type = 'custom'\nexpression = \"count(syscall == 'openat') == 5\"\n", VERDICT_PASS, "= 5" },
	{ "type = 'custom'\nexpression = \"count(syscall == 'openat') == 4\"\n", VERDICT_FAIL, "= 5" },
	{ "type = 'anti_pattern'\npattern = 'tiny-write'\nthreshold = 0.5\n", VERDICT_PASS, "no tiny-write among" },
	{ "type = 'anti_pattern'\npattern = 'PcieBottleneck'\nthreshold = 0.5\n", VERDICT_INCONCLUSIVE, "" },
	{ "type = 'cluster'\n", VERDICT_PASS, "7 clusters as in the golden; 3 of no cluster: getpid 1, rename 2" },
	{ "type = 'cluster'\ncluster = 'Networking'\n", VERDICT_PASS, "1 cluster as in the golden" },
	{ "type = 'cluster'\nunexpected = 'deny'\n", VERDICT_FAIL, "Networking: 2 calls, not expected" },
	{ "type = 'cluster'\nwhere = \"syscall == 'mkdir'\"\n", VERDICT_ERROR, "nothing was tested" },
	{ "type = 'sequence'\nwhere = \"syscall != 'mkdir'\"\n", VERDICT_PASS, "0 of " },
	{ "type = 'sequence'\nn = 8\nthreshold = 0\nwhere = \"syscall != 'mkdir'\"\n", VERDICT_PASS, "0 of " },
	{ "type = 'sequence'\nwhere = \"syscall == 'mkdir'\"\n", VERDICT_ERROR, "nothing was tested" },
	{ "type = 'time_attribution'\ncluster = 'FileIO'\nmax_share = 0.999\n", VERDICT_PASS, "FileIO" },
	{ "type = 'time_attribution'\ncluster = 'FileIO'\nmax_share = 0.01\n", VERDICT_FAIL, "a hot spot" },
	{ "type = 'time_attribution'\nwhere = \"syscall == 'mkdir'\"\n", VERDICT_ERROR, "nothing was tested" },
	{ "type = 'critical_path'\nmax_duration_ms = 1000\n", VERDICT_PASS, "wall clock of the run" },
	{ "type = 'critical_path'\nmax_duration_ms = 1000\nclock = 'on_path'\n", VERDICT_PASS, "on the critical path" },
	{ "type = 'span_count'\nmax_spans = 1000\n", VERDICT_PASS, "calls" },
	{ "type = 'memory_usage'\nmax_bytes = 1000\n", VERDICT_PASS, "memory" },
	{ "type = 'memory_usage'\nmax_bytes = 10000\ntracking_mode = 'rss'\n", VERDICT_PASS, "VmHWM" },
	{ "type = 'memory_usage'\nmax_bytes = 10000\ntracking_mode = 'peak'\n", VERDICT_PASS, "mapped at one time" },
};
/* clang-format on */

static const char *
name_of_call(size_t i)
{
	return i < N_CALL_IDS - 1 ? decode_spec_of((enum call_id)(i + 1))->name : NULL;
}

static struct rule *
read_rule(struct arena *arena, const char *body, bool allow_empty)
{
	const char *text = arena_printf(arena, "[[assertion]]\nname = 'n'\n%s%s", body,
		allow_empty ? "allow_empty = true\n" : "");
	struct rule *rule = NULL;
	struct err err = { 0 };
	struct toml *doc;

	assert_int_equal(toml_parse(&doc, arena, "t.toml", text, strlen(text), &err), 0);
	if (rule_read(&rule, arena, toml_get(doc, "assertion")->first, name_of_call, &err) <
		0) {
		err_print(&err, "rule_events_test", stderr);
		fail_msg("refused: %s", body);
	}
	return rule;
}

/* The numbers that a recording of such a run leaves. */
static struct golden *
recorded(struct arena *arena, const struct rule *rule, enum hole hole)
{
	struct golden *golden = golden_new();
	struct rule_needs needs = { 0 };
	struct seen seen;

	rule_needs(rule, &needs);
	see(&seen, &needs, hole);
	rule_note(golden, arena, rule, "t", &seen.run);
	unsee(&seen);
	return golden;
}

static void
judge(struct outcome *out, struct arena *arena, const struct rule *rule, enum hole hole)
{
	struct rule_needs needs = { 0 };
	struct seen seen;

	rule_needs(rule, &needs);
	see(&seen, &needs, hole);
	seen.run.golden = seen.golden = recorded(arena, rule, WHOLE);
	rule_judge(out, arena, rule, "t", &seen.run);
	unsee(&seen);
}

static void
each_type_holds_and_breaks(void **state)
{
	bool passed[N_RULE_KINDS] = { false }, failed[N_RULE_KINDS] = { false };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		struct rule *rule = read_rule(arena, rows[i].body, false);
		enum rule_kind kind = rule_kind_find(rule_type(rule));
		struct outcome out;

		judge(&out, arena, rule, WHOLE);
		if (out.kind != rows[i].kind || !strstr(out.text, rows[i].text))
			fail_msg("%s: %s: %s", rows[i].body, verdict_names[out.kind], out.text);
		passed[kind] |= out.kind == VERDICT_PASS;
		failed[kind] |= out.kind == VERDICT_FAIL;
		rule_done(rule);
	}
	for (int k = 0; k < N_RULE_KINDS; k++) {
		if (!passed[k])
			fail_msg("no %s passes here", rule_types[k].name);
		/* Those are broken in rule_test.c and tests/cli/rules.sh. */
		if (!failed[k] && k != RULE_ANTI_PATTERN && k != RULE_CRITICAL_PATH &&
			k != RULE_SPAN_COUNT && k != RULE_MEMORY_USAGE && k != RULE_SEQUENCE)
			fail_msg("no %s fails here", rule_types[k].name);
	}
}

static bool
takes_allow_empty(const struct rule *rule)
{
	return rule_key_find(rule_kind_find(rule_type(rule)), "allow_empty");
}

/* Whatever a rule demands: nothing seen, or not all of it, is never a pass. What a clock or the
 * kernel's own count of memory tells is whole even if some calls were not asked for. */
static bool
may_pass(const char *body, enum hole hole)
{
	return hole == SUBSET && strstr(body, "critical_path");
}

static void
no_rule_passes_on_a_trace_with_holes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (int hole = LOST; hole < N_HOLES; hole++) {
			AUTO(arena_free) struct arena *arena = arena_new();
			struct rule *rule = read_rule(arena, rows[i].body, false);
			struct outcome out;

			judge(&out, arena, rule, (enum hole)hole);
			if (out.kind == VERDICT_PASS &&
				!may_pass(rows[i].body, (enum hole)hole))
				fail_msg(
					"hole %d: %s passes: %s", hole, rows[i].body, out.text);
			if (takes_allow_empty(rule) && !strstr(rows[i].body, "allow_empty")) {
				rule_done(rule);
				rule = read_rule(arena, rows[i].body, true);
				judge(&out, arena, rule, (enum hole)hole);
				if (out.kind == VERDICT_PASS)
					fail_msg("hole %d, allow_empty: %s passes: %s", hole,
						rows[i].body, out.text);
			}
			rule_done(rule);
		}
}

static void
no_rule_passes_on_what_was_not_kept(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		struct rule *rule = read_rule(arena, rows[i].body, false);
		struct rule_needs needs = { 0 };
		struct rule_run bare;
		struct outcome out;
		struct seen seen;

		rule_needs(rule, &needs);
		see(&seen, &needs, WHOLE);
		bare = (struct rule_run){ .facts = &seen.facts };
		bare.golden = seen.golden = recorded(arena, rule, WHOLE);
		rule_judge(&out, arena, rule, "t", &bare);
		if (needs.columns && out.kind == VERDICT_PASS)
			fail_msg("without events: %s", rows[i].body);
		rule_judge(&out, arena, rule, "t", NULL);
		assert_int_equal(out.kind, VERDICT_ERROR);
		bare.facts = NULL;
		rule_judge(&out, arena, rule, "t", &bare);
		assert_int_equal(out.kind, VERDICT_ERROR);
		unsee(&seen);
		rule_done(rule);
	}
}

/* Held against a golden of another run, or of none: no pass. */
static void
what_a_golden_does_not_say_is_no_pass(void **state)
{
	static const char *const bodies[] = { "type = 'cluster'\n",
		"type = 'sequence'\nwhere = \"syscall != 'mkdir'\"\n" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		struct rule *rule = read_rule(arena, bodies[i], false);
		struct rule_needs needs = { 0 };
		struct outcome out;
		struct seen seen;

		rule_needs(rule, &needs);
		see(&seen, &needs, WHOLE);
		rule_judge(&out, arena, rule, "t", &seen.run);
		assert_int_equal(out.kind, VERDICT_ERROR);
		seen.run.golden = seen.golden = golden_new();
		rule_judge(&out, arena, rule, "t", &seen.run);
		assert_int_equal(out.kind, VERDICT_ERROR);
		assert_non_null(strstr(out.text, "record it again"));
		golden_free(seen.golden);
		seen.run.golden = seen.golden = recorded(arena, rule, EMPTY);
		rule_judge(&out, arena, rule, "t", &seen.run);
		assert_int_equal(out.kind, VERDICT_FAIL);
		assert_non_null(strstr(out.text, "new"));
		assert_non_null(strstr(out.text, "connect"));
		unsee(&seen);
		rule_done(rule);
	}
}

static void
a_broken_rule_shows_its_events(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct rule *rule = read_rule(arena, EVENTS("never", "syscall == 'rename'"), false);
	struct outcome out;

	(void)state;
	judge(&out, arena, rule, WHOLE);
	assert_int_equal(out.kind, VERDICT_FAIL);
	assert_int_equal(out.n_events, 20);
	if (!str_has_prefix(out.evidence,
		    "rename(\"/v/new\", \"/v/good\") = 0, by /usr/bin/prog "
		    "(task 1), at "))
		fail_msg("%s", out.evidence);
	assert_non_null(strstr(out.detail, "/w/bad"));
	assert_string_equal(out.wanted, "none");
	rule_done(rule);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_holds_and_breaks),
		cmocka_unit_test(no_rule_passes_on_a_trace_with_holes),
		cmocka_unit_test(no_rule_passes_on_what_was_not_kept),
		cmocka_unit_test(what_a_golden_does_not_say_is_no_pass),
		cmocka_unit_test(a_broken_rule_shows_its_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
