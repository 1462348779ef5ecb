/* SPDX-License-Identifier: MIT */
/* propose_test.c - what init writes: TOML that says what was meant, with the room that is due
 */

#include "unit/test.h"

#include "base/toml.h"
#include "gate/propose_own.h"

#include <string.h>

static void
any_text_comes_back_from_toml(void **state)
{
	static const char *const texts[] = { "", "plain", "a \"quoted\" one", "back\\slash",
		"line\nbreak\ttab", "\x01\x1f\x7f", "grün ✓", "'single'", "# no comment",
		"\\u0041", "ends in \\" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		AUTO(str_done) struct str out = { 0 };
		struct err err = { 0 };
		struct toml *root = NULL;

		str_add(&out, "a = ");
		proposal_text(&out, texts[i]);
		str_add(&out, "\n");
		if (toml_parse(&root, arena, "t.toml", out.data, out.n, &err) < 0)
			fail_msg("'%s': %s", texts[i], err.text);
		assert_string_equal(root->first->text, texts[i]);
	}
}

static void
names_have_the_letters_that_targets_may_have(void **state)
{
	static const struct {
		const char *command, *name;
	} rows[] = {
		{ "ls", "ls" },
		{ "/usr/bin/gcc-12", "gcc-12" },
		{ "./a b", "a-b" },
		{ "../x/[", "target" },
		{ "-x", "target" },
		{ ".hidden", "target" },
		{ "caf\xc3\xa9", "caf--" },
		{ "0123456789012345678901234567890123456789012345678901234567890123456789",
			"012345678901234567890123456789012345678901234567890123456789" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		const char *argv[] = { rows[i].command, NULL };
		struct proposal p = { .arena = arena, .argv = argv };

		proposal_name(&p);
		assert_string_equal(p.name, rows[i].name);
	}
}

static void
set_number(struct golden *g, const char *name, uint64_t low, uint64_t high, const char *by)
{
	struct golden_number *n = golden_number_add(g, name);
	const char **list = arena_array(g->arena, 1, sizeof *list);

	list[0] = by;
	n->low = low;
	n->high = high;
	n->by = list;
	n->n_by = by != NULL;
}

/* The line of `syscalls` for numbers as given. */
static const char *
limit_of(struct arena *arena, uint64_t low, uint64_t high, const char *by, uint64_t processes,
	bool varies)
{
	AUTO(golden_free) struct golden *g = golden_new();
	AUTO(str_done) struct str out = { 0 };
	const char *argv[] = { "x", NULL };
	struct proposal p = {
		.arena = arena, .argv = argv, .name = "x", .golden = g, .varies = varies
	};
	const char *line;

	set_number(g, "syscalls", low, high, by);
	set_number(g, "processes", processes, processes, NULL);
	proposal_target(&p, &out, false);
	line = strstr(str_text(&out), "syscalls = ");
	assert_non_null(line);
	line += strlen("syscalls = \"");
	return arena_strndup(arena, line, strcspn(line, "\""));
}

static void
limits_have_the_room_that_the_recordings_show(void **state)
{
	static const struct {
		uint64_t low, high;
		const char *by;
		uint64_t processes;
		bool varies;
		const char *limit;
	} rows[] = {
		{ 100, 100, NULL, 1, false, "+0" },
		{ 100, 100, "getrandom 1", 1, false, "+0" },   /* malloc's own */
		{ 100, 100, "getrandom 2", 1, false, "+10%" }, /* a name is drawn */
		{ 20, 20, "getrandom 2", 1, false, "+30%" },
		{ 100, 100, NULL, 2, false, "+10%" },
		{ 100, 100, NULL, 1, true, "+10%" },
		{ 90, 100, NULL, 1, false, "+20%" },
		{ 60, 100, NULL, 1, false, "+80%" },
		{ 1, 3, NULL, 1, false, "+134%" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();

		assert_string_equal(limit_of(arena, rows[i].low, rows[i].high, rows[i].by,
					    rows[i].processes, rows[i].varies),
			rows[i].limit);
	}
}

/* Everything at once, with texts that TOML must escape. */
static void
a_proposal_is_toml_and_so_are_its_comments(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(golden_free) struct golden *g = golden_new();
	AUTO(str_done) struct str out = { 0 }, open = { 0 };
	const char *argv[] = { "sh", "-c", "echo \"a\\b\"\n", NULL };
	const char *odd[] = { "/tmp/a \"b\"", "<cwd>/x\\y" };
	struct name_list list = { .items = odd, .n = 2 };
	struct proposal p = { .arena = arena,
		.argv = argv,
		.name = "sh",
		.golden = g,
		.expect_exit = 3,
		.sandbox = true,
		.writes_here = true,
		.programs = list,
		.peers = list,
		.written = list,
		.inputs = list,
		.packs = list };
	struct toml *root = NULL;
	struct err err = { 0 };

	(void)state;
	set_number(g, "syscalls", 10, 12, NULL);
	proposal_write(&p, &out);
	if (toml_parse(&root, arena, "t.toml", out.data, out.n, &err) < 0)
		fail_msg("%s", err.text);
	/* What is commented out is TOML, too: remarks aside, which say a sentence. */
	for (char *line = out.data, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		*end = '\0';
		if (strstr(line, "# [[") == line || strstr(line, "# allow = ") == line ||
			strstr(line, "# name = ") == line || strstr(line, "# type = ") == line)
			str_addf(&open, "%s\n", line + 2);
	}
	if (toml_parse(&root, arena, "u.toml", open.data, open.n, &err) < 0)
		fail_msg("%s in\n%s", err.text, open.data);
	assert_non_null(strstr(open.data, "path_policy"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_text_comes_back_from_toml),
		cmocka_unit_test(names_have_the_letters_that_targets_may_have),
		cmocka_unit_test(limits_have_the_room_that_the_recordings_show),
		cmocka_unit_test(a_proposal_is_toml_and_so_are_its_comments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
