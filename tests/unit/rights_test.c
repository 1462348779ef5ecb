/* SPDX-License-Identifier: MIT */
/* rights_test.c - whom a process becomes that was lent more rights than its caller has */

#include "unit/test.h"

#include "cli/rights.h"

#define ROOT .uid = 0, .euid = 0, .gid = 0, .egid = 0
#define USER .uid = 1000, .euid = 1000, .gid = 100, .egid = 100

static const struct {
	struct rights_seen seen;
	bool keep;
	enum rights_how how;
	uid_t uid;
	gid_t gid;
} decided[] = {
	{ { USER }, false, RIGHTS_PLAIN, 1000, 100 },
	/* A user's SUDO_UID is the user's own text. */
	{ { USER, .sudo_uid = "0", .sudo_gid = "0" }, false, RIGHTS_PLAIN, 1000, 100 },
	{ { USER, .sudo_uid = "1001", .sudo_gid = "7" }, false, RIGHTS_PLAIN, 1000, 100 },
	{ { ROOT }, false, RIGHTS_ROOT, 0, 0 },
	{ { ROOT }, true, RIGHTS_KEPT, 0, 0 },
	{ { ROOT, .sudo_gid = "7" }, false, RIGHTS_ROOT, 0, 0 },
	{ { ROOT, .sudo_uid = "0", .sudo_gid = "0" }, false, RIGHTS_ROOT, 0, 0 },
	{ { ROOT, .sudo_uid = "1000", .sudo_gid = "100" }, false, RIGHTS_SUDO, 1000, 100 },
	{ { ROOT, .sudo_uid = "1000", .sudo_gid = "0" }, false, RIGHTS_SUDO, 1000, 0 },
	{ { ROOT, .sudo_uid = "4294967294", .sudo_gid = "4294967294" }, false, RIGHTS_SUDO,
		4294967294u, 4294967294u },
	{ { ROOT, .sudo_uid = "1000", .sudo_gid = "100" }, true, RIGHTS_KEPT, 0, 0 },
	/* With rights of the file, the environment is the caller's, whoever he says he is. */
	{ { USER, .is_secure = true }, false, RIGHTS_FILE, 1000, 100 },
	{ { .uid = 1000,
		  .euid = 0,
		  .gid = 100,
		  .egid = 100,
		  .is_secure = true,
		  .sudo_uid = "1001",
		  .sudo_gid = "7" },
		false, RIGHTS_FILE, 1000, 100 },
	{ { .uid = 1000, .euid = 0, .gid = 100, .egid = 100, .sudo_uid = "0", .sudo_gid = "0" },
		false, RIGHTS_FILE, 1000, 100 },
	{ { .uid = 1000, .euid = 1000, .gid = 100, .egid = 42 }, false, RIGHTS_FILE, 1000,
		100 },
};

static void
who_called_is_whom_we_become(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(decided); i++) {
		struct rights rights;
		struct err err = { 0 };

		if (rights_decide(&rights, &decided[i].seen, decided[i].keep, &err) < 0)
			fail_msg("row %zu: %s", i, err.text);
		if (rights.how != decided[i].how || rights.uid != decided[i].uid ||
			rights.gid != decided[i].gid)
			fail_msg("row %zu: how %d, uid %u, gid %u", i, rights.how, rights.uid,
				rights.gid);
	}
}

static const struct {
	struct rights_seen seen;
	bool keep;
	enum err_kind kind;
	const char *text;
} refused[] = {
	{ { ROOT, .sudo_uid = "", .sudo_gid = "0" }, false, ERR_TOOL,
		"SUDO_UID is '', not the number of a user" },
	{ { ROOT, .sudo_uid = "joe", .sudo_gid = "0" }, false, ERR_TOOL,
		"SUDO_UID is 'joe', not the number of a user" },
	{ { ROOT, .sudo_uid = "-1", .sudo_gid = "0" }, false, ERR_TOOL,
		"SUDO_UID is '-1', not the number of a user" },
	{ { ROOT, .sudo_uid = " 1000", .sudo_gid = "0" }, false, ERR_TOOL,
		"SUDO_UID is ' 1000', not the number of a user" },
	{ { ROOT, .sudo_uid = "4294967295", .sudo_gid = "0" }, false, ERR_TOOL,
		"SUDO_UID is '4294967295', not the number of a user" },
	/* 2^64 and 2^32, which wrap to root. */
	{ { ROOT, .sudo_uid = "18446744073709551616", .sudo_gid = "0" }, false, ERR_TOOL,
		"SUDO_UID is '18446744073709551616', not the number of a user" },
	{ { ROOT, .sudo_uid = "4294967296", .sudo_gid = "0" }, false, ERR_TOOL,
		"SUDO_UID is '4294967296', not the number of a user" },
	{ { ROOT, .sudo_uid = "1000" }, false, ERR_TOOL,
		"SUDO_GID is not set, not the number of a group" },
	{ { ROOT, .sudo_uid = "1000", .sudo_gid = "1x" }, false, ERR_TOOL,
		"SUDO_GID is '1x', not the number of a group" },
	{ { USER }, true, ERR_USAGE, "'--as-root', but it was not root who called" },
	{ { .uid = 1000, .euid = 0, .gid = 100, .egid = 100, .is_secure = true }, true,
		ERR_USAGE, "'--as-root', but it was not root who called" },
};

static void
what_names_nobody_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct rights rights;
		struct err err = { 0 };

		if (rights_decide(&rights, &refused[i].seen, refused[i].keep, &err) == 0)
			fail_msg("row %zu was taken", i);
		assert_string_equal(err.text, refused[i].text);
		assert_int_equal(err.kind, refused[i].kind);
		assert_non_null(err.hint);
		err_done(&err);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_called_is_whom_we_become),
		cmocka_unit_test(what_names_nobody_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
