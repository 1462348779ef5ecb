/* SPDX-License-Identifier: MIT */
/* spelling_test.c - names of files and addresses that nothing has */

#include "unit/test.h"

#include "base/regex.h"
#include "query/spelling.h"

#include <string.h>

/* why: what the reason says; NULL: something may be spelled so. */
struct spelled {
	const char *pattern;
	bool is_glob;
	const char *why;
};

/* clang-format off */
static const struct spelled paths[] = {
	{ "/etc/passwd", true, NULL },
	{ "/", true, NULL },
	{ "/*", true, NULL },
	{ "**", true, NULL },
	{ "**/id_*", true, NULL },
	{ "*/x", true, NULL },
	{ "[/]etc/x", true, NULL },
	{ "\\/etc/x", true, NULL },
	{ "<cwd>", true, NULL },
	{ "<home>/.ssh/**", true, NULL },
	{ "<*>/x", true, NULL },
	{ "<tmp>/a..b/.c", true, NULL },
	{ "", true, "empty" },
	{ "curl", true, "absolute" },
	{ "*.key", true, "absolute" },
	{ "etc/passwd", true, "absolute" },
	{ "./conf", true, "absolute" },
	{ "<here>/x", true, "absolute" },
	{ "~/.ssh/**", true, "replaces" },
	{ "$HOME/x", true, "replaces" },
	{ "/etc/", true, "slash" },
	{ "/etc//x", true, "without" },
	{ "/a/../b", true, "without" },
	{ "/a/./b", true, "without" },
	{ "/a/..", true, "without" },
	{ "/etc/passwd", false, NULL },
	{ "**/x", false, "absolute" },
};

static const struct spelled peers[] = {
	{ "inet:127.0.0.1:80", true, NULL },
	{ "inet:10.*", true, NULL },
	{ "inet:1[0-9].*:443", true, NULL },
	{ "inet*", true, NULL },
	{ "in**", true, NULL },
	{ "*:443", true, NULL },
	{ "inet6:[::1]:80", true, NULL },
	{ "inet6:\\[::1]:80", true, NULL },
	{ "unix:/run/x", true, NULL },
	{ "unix:@x", true, NULL },
	{ "unix:*", true, NULL },
	{ "unix:<cwd>/x", true, NULL },
	{ "netlink:kernel:00000000", true, NULL },
	{ "family-40:*", true, NULL },
	{ "", true, "empty" },
	{ "127.0.0.1:80", true, "begin" },
	{ "10.0.0.0/8", true, "begin" },
	{ "localhost:*", true, "begin" },
	{ "tcp:*", true, "begin" },
	{ "/run/x", true, "begin" },
	{ "inet:localhost:80", true, "numbers" },
	{ "inet:10.0.0.0/8", true, "numbers" },
	{ "inet:127.0.0.1", true, "port" },
	{ "unix:run/x", true, "absolute" },
	{ "inet:127.0.0.1:80", false, NULL },
	{ "inet:10.*", false, "port" },
};
/* clang-format on */

typedef bool (*misspelled_fn)(
	struct misspelling *out, struct arena *arena, const char *pattern, bool is_glob);

static void
each(const struct spelled *all, size_t n, misspelled_fn ask)
{
	AUTO(arena_free) struct arena *arena = arena_new();

	for (size_t i = 0; i < n; i++) {
		struct misspelling m = { 0 };
		bool is_wrong = ask(&m, arena, all[i].pattern, all[i].is_glob);

		if (is_wrong != (all[i].why != NULL) ||
			(is_wrong && !strstr(m.why, all[i].why)))
			fail_msg("'%s': %s", all[i].pattern, is_wrong ? m.why : "may match");
	}
}

static void
paths_are_absolute_and_without_detours(void **state)
{
	(void)state;
	each(paths, ARRAY_LEN(paths), path_is_misspelled);
}

static void
addresses_have_a_family_and_a_port(void **state)
{
	(void)state;
	each(peers, ARRAY_LEN(peers), peer_is_misspelled);
}

static void
the_bracket_of_an_address_is_no_set(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();

	(void)state;
	assert_true(glob_matches(peer_glob(arena, "inet6:[::1]:*"), "inet6:[::1]:80"));
	assert_false(glob_matches(peer_glob(arena, "inet6:[::1]:*"), "inet6:[::2]:80"));
	assert_true(glob_matches(peer_glob(arena, "inet6:\\[::1]:*"), "inet6:[::1]:80"));
	assert_true(glob_matches(peer_glob(arena, "inet6:[[]::1]:*"), "inet6:[::1]:80"));
	assert_true(glob_matches(peer_glob(arena, "inet6:[*"), "inet6:[::1]:80"));
	assert_string_equal(peer_glob(arena, "inet:1[0]:*"), "inet:1[0]:*");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_are_absolute_and_without_detours),
		cmocka_unit_test(addresses_have_a_family_and_a_port),
		cmocka_unit_test(the_bracket_of_an_address_is_no_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
