/* SPDX-License-Identifier: MIT */
/* effects_path_test.c - the final state of paths, durability, reads */

#include "unit/effects_run.h"

#include <errno.h>
#include <sys/mman.h>

#define FIELD(m_, key_, field_) made_text(m_, EFFECT_PATH, key_, field_)

static void
write_file(struct made *m, const char *path, int fd, int flags)
{
	made_call(m, 1, CALL_openat, fd, CWD, S(path), N(O_WRONLY | O_CREAT | flags), N(0644));
	made_call(m, 1, CALL_write, 1, N(fd), OUT("x"), N(1));
}

static void
a_written_file_is_told_by_its_state_after(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	write_file(&m, "../w/./out", 3, 0);
	made_state(&m, false, "/box/w/out", PATH_FILE, 0644, "x");
	made_finish(&m);
	assert_string_equal(FIELD(&m, "<cwd>/out", "state"), "present");
	assert_string_equal(FIELD(&m, "<cwd>/out", "type"), "file");
	assert_string_equal(FIELD(&m, "<cwd>/out", "mode"), "0644");
	assert_string_equal(FIELD(&m, "<cwd>/out", "text"), "x");
	assert_int_equal(made_count(&m, EFFECT_PATH), 1);
	made_free(&m);
}

static void
a_file_made_and_removed_is_nothing_and_one_that_was_there_is_removed(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	made_call(&m, 1, CALL_openat, 3, CWD, S("/v/a"), N(O_RDWR | O_CREAT | O_EXCL), N(0600));
	made_call(&m, 1, CALL_unlink, 0, S("/v/a"));
	made_call(&m, 1, CALL_unlink, 0, S("/v/b"));
	made_call(&m, 1, CALL_access, -ENOENT, S("/v/c"), N(0));
	made_call(&m, 1, CALL_openat, 4, CWD, S("/v/c"), N(O_RDWR | O_CREAT), N(0600));
	made_call(&m, 1, CALL_unlink, 0, S("/v/c"));
	made_call(&m, 1, CALL_openat, 5, CWD, S("/v/d"), N(O_RDWR | O_CREAT), N(0600));
	made_call(&m, 1, CALL_unlink, 0, S("/v/d")); /* perhaps it was there */
	made_call(&m, 1, CALL_mkdir, 0, S("/v/e"), N(0777));
	made_call(&m, 1, CALL_rmdir, 0, S("/v/e"));
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_PATH), 2);
	assert_string_equal(FIELD(&m, "/v/b", "state"), "removed");
	assert_string_equal(FIELD(&m, "/v/d", "state"), "removed");
	made_free(&m);
}

/* How semaphores and lock files are made: under a name of their own, linked to the real one. */
static void
the_second_name_of_a_file_stays_when_the_first_is_gone(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	write_file(&m, "first", 3, O_EXCL);
	made_call(&m, 1, CALL_link, 0, S("first"), S("second"));
	made_call(&m, 1, CALL_unlink, 0, S("first"));
	made_call(&m, 1, CALL_openat, 4, CWD, S("second"), N(O_RDWR));
	made_call(&m, 1, CALL_openat, 5, CWD, S("second"), N(O_WRONLY | O_CREAT), N(0600));
	made_state(&m, false, "/box/w/second", PATH_FILE, 0644, "x");
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_PATH), 1);
	assert_string_equal(FIELD(&m, "<cwd>/second", "text"), "x");
	made_free(&m);
}

static void
what_is_as_it_was_is_no_effect(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	made_state(&m, true, "/box/w/same", PATH_FILE, 0644, "x");
	made_state(&m, true, "/box/w/mode", PATH_FILE, 0644, "x");
	made_state(&m, true, "/box/w/gone", PATH_FILE, 0644, "x");
	write_file(&m, "same", 3, O_TRUNC);
	made_call(&m, 1, CALL_chmod, 0, S("mode"), N(0600));
	made_call(&m, 1, CALL_unlink, 0, S("gone"));
	write_file(&m, "brief", 4, 0); /* not there before, says the first state */
	made_call(&m, 1, CALL_unlink, 0, S("brief"));
	made_state(&m, false, "/box/w/same", PATH_FILE, 0644, "x");
	made_state(&m, false, "/box/w/mode", PATH_FILE, 0600, "x");
	made_state(&m, false, "/box/w/gone", PATH_ABSENT, 0, NULL);
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_PATH), 2);
	assert_string_equal(FIELD(&m, "<cwd>/mode", "mode"), "0600");
	assert_string_equal(FIELD(&m, "<cwd>/gone", "state"), "removed");
	made_free(&m);
}

static void
changes_that_no_call_shows_are_found_by_the_two_states(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	made_state(&m, true, "/box", PATH_DIR, 0755, NULL);
	made_state(&m, true, "/box/a", PATH_FILE, 0644, "x");
	made_state(&m, true, "/box/b", PATH_FILE, 0644, "x");
	made_state(&m, true, "/box/c", PATH_FILE, 0644, "x");
	made_state(&m, false, "/box", PATH_DIR, 0755, NULL);
	made_state(&m, false, "/box/a", PATH_FILE, 0644, "y");
	made_state(&m, false, "/box/c", PATH_FILE, 0644, "x");
	made_state(&m, false, "/box/d", PATH_FILE, 0644, "z");
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_PATH), 3);
	assert_string_equal(FIELD(&m, "<sandbox>/a", "text"), "y");
	assert_string_equal(FIELD(&m, "<sandbox>/b", "state"), "removed");
	assert_string_equal(FIELD(&m, "<sandbox>/d", "text"), "z");
	made_free(&m);
}

/* What a save does, and what is said of its durability. */
static const struct {
	const char *name;
	bool fsync_file, fsync_late, sync_all, dsync, fsync_dir;
	int64_t synced, dir_synced; /* -1: not said */
} saves[] = {
	{ "nothing", false, false, false, false, false, -1, -1 },
	{ "fsync", true, false, false, false, false, 1, -1 },
	{ "fsync after the rename", false, true, false, false, false, -1, -1 },
	{ "sync", false, false, true, false, false, 1, -1 },
	{ "O_DSYNC", false, false, false, true, false, 1, -1 },
	{ "fsync of both", true, false, false, false, true, 1, 1 },
};

static void
durability_is_what_was_synced_before_the_rename(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof saves / sizeof saves[0]; i++) {
		struct made m = made_new(PROFILE_EFFECTS);

		write_file(&m, "new", 3, saves[i].dsync ? O_DSYNC : 0);
		if (saves[i].fsync_file)
			made_call(&m, 1, CALL_fsync, 0, N(3));
		if (saves[i].sync_all)
			made_call(&m, 1, CALL_sync, 0, N(0));
		made_call(&m, 1, CALL_rename, 0, S("new"), S("old"));
		if (saves[i].fsync_late)
			made_call(&m, 1, CALL_fdatasync, 0, N(3));
		made_call(&m, 1, CALL_openat, 4, CWD, S("."), N(O_DIRECTORY), N(0));
		if (saves[i].fsync_dir)
			made_call(&m, 1, CALL_fsync, 0, N(4));
		made_state(&m, false, "/box/w/old", PATH_FILE, 0644, "x");
		made_finish(&m);
		print_message("%s\n", saves[i].name);
		assert_string_equal(FIELD(&m, "<cwd>/old", "arrived"), "rename");
		assert_int_equal(
			made_number(&m, EFFECT_PATH, "<cwd>/old", "synced"), saves[i].synced);
		assert_int_equal(made_number(&m, EFFECT_PATH, "<cwd>/old", "dir_synced"),
			saves[i].dir_synced);
		made_free(&m);
	}
}

/* Links of equal files, and a copy: only the call tells them apart. */
static void
a_hard_link_says_of_what(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	write_file(&m, "one", 3, O_EXCL);
	write_file(&m, "two", 4, O_EXCL);
	made_call(&m, 1, CALL_rename, 0, S("two"), S("deux"));
	made_call(&m, 1, CALL_link, 0, S("deux"), S("linked"));
	made_call(&m, 1, CALL_link, 0, S("one"), S("published"));
	made_call(&m, 1, CALL_unlink, 0, S("one"));
	made_state(&m, false, "/box/w/deux", PATH_FILE, 0644, "x");
	made_state(&m, false, "/box/w/linked", PATH_FILE, 0644, "x");
	made_state(&m, false, "/box/w/published", PATH_FILE, 0644, "x");
	made_finish(&m);
	assert_string_equal(FIELD(&m, "<cwd>/deux", "arrived"), "rename");
	assert_string_equal(FIELD(&m, "<cwd>/deux", "link_of"), "(no such field)");
	assert_string_equal(FIELD(&m, "<cwd>/linked", "arrived"), "link");
	assert_string_equal(FIELD(&m, "<cwd>/linked", "link_of"), "<cwd>/deux");
	assert_string_equal(FIELD(&m, "<cwd>/published", "arrived"), "link");
	assert_string_equal(FIELD(&m, "<cwd>/published", "link_of"), "(no such field)");
	made_free(&m);
}

static void
a_directory_takes_what_is_below_along(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	made_call(&m, 1, CALL_mkdir, 0, S("d"), N(0755));
	write_file(&m, "d/f", 3, 0);
	made_call(&m, 1, CALL_chdir, 0, S("d"));
	made_call(&m, 1, CALL_rename, 0, S("/box/w/d"), S("/box/w/e"));
	write_file(&m, "g", 4, 0); /* the working directory moved along */
	made_state(&m, false, "/box/w/e", PATH_DIR, 0755, NULL);
	made_state(&m, false, "/box/w/e/f", PATH_FILE, 0644, "x");
	made_state(&m, false, "/box/w/e/g", PATH_FILE, 0644, "x");
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_PATH), 3);
	assert_string_equal(FIELD(&m, "<cwd>/e/f", "text"), "x");
	assert_string_equal(FIELD(&m, "<cwd>/e/g", "text"), "x");
	made_free(&m);
}

static void
exchanged_names_have_each_others_content(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	made_state(&m, true, "/box/a", PATH_FILE, 0644, "1");
	made_state(&m, true, "/box/b", PATH_FILE, 0644, "2");
	made_call(&m, 1, CALL_renameat2, 0, CWD, S("/box/a"), CWD, S("/box/b"), N(2));
	made_state(&m, false, "/box/a", PATH_FILE, 0644, "2");
	made_state(&m, false, "/box/b", PATH_FILE, 0644, "1");
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_PATH), 2);
	assert_string_equal(FIELD(&m, "<sandbox>/a", "text"), "2");
	made_free(&m);
}

static void
writing_through_a_link_changes_what_it_points_to(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	write_file(&m, "/v/link", 3, 0); /* a link that was there: only the state after tells */
	made_call(&m, 1, CALL_symlink, 0, S("real"), S("made"));
	write_file(&m, "made", 4, 0); /* a link of this run: known at once */
	made_state(&m, false, "/box/w/real", PATH_FILE, 0644, "x");
	made_state(&m, false, "/box/w/made", PATH_SYMLINK, 0777, "real");
	made_state(&m, false, "/v/link", PATH_SYMLINK, 0777, "target");
	made_state(&m, false, "/v/target", PATH_FILE, 0644, "x");
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_PATH), 3);
	assert_string_equal(FIELD(&m, "/v/target", "text"), "x");
	assert_string_equal(FIELD(&m, "<cwd>/real", "text"), "x");
	assert_string_equal(FIELD(&m, "<cwd>/made", "target"), "real");
	made_free(&m);
}

static void
a_shared_writable_mapping_is_a_write(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	made_call(&m, 1, CALL_openat, 3, CWD, S("/v/f"), N(O_RDWR), N(0));
	made_call(&m, 1, CALL_mmap, 0x7000, N(0), N(4096), N(PROT_READ | PROT_WRITE),
		N(MAP_SHARED), N(3), N(0));
	made_state(&m, false, "/v/f", PATH_FILE, 0644, "x");
	made_finish(&m);
	assert_string_equal(FIELD(&m, "/v/f", "text"), "x");
	made_free(&m);
}

static void
roots_and_processes_inside_a_file_are_aliased(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	write_file(&m, "conf", 3, 0);
	write_file(&m, "my.pid", 4, 0);
	made_state(&m, false, "/box/w/conf", PATH_FILE, 0644, "dir=/box/data\n");
	made_state(&m, false, "/box/w/my.pid", PATH_FILE, 0644, "40001\n");
	made_finish(&m);
	assert_string_equal(FIELD(&m, "<cwd>/conf", "text"), "dir=<sandbox>/data\n");
	assert_int_equal(made_number(&m, EFFECT_PATH, "<cwd>/conf", "size"), 19);
	assert_string_equal(FIELD(&m, "<cwd>/my.pid", "text"), "<pid:1>\n");
	made_free(&m);
}

/* A path opened and read: is it the program's? */
static const struct {
	const char *path, *key; /* NULL: no effect */
} reads[] = {
	{ "/box/w/input", "<cwd>/input" },
	{ "/etc/myapp.conf", "/etc/myapp.conf" },
	{ "/home/u/.config/x", "<home>/.config/x" },
	{ "/usr/lib/python3.11/os.py", NULL },
	{ "/lib/x86_64-linux-gnu/libc.so.6", NULL },
	{ "/etc/ld.so.cache", NULL },
	{ "/etc/nsswitch.conf", NULL },
	{ "/proc/meminfo", NULL },
	{ "/usr/share/zoneinfo/UTC", NULL },
	{ "/box/w/__pycache__/m.pyc", NULL },
	{ "/dev/urandom", NULL },
	{ "/usr/share/dict/words", NULL },
	{ "/usr/share/dict/named", "/usr/share/dict/named" },
};

static void
only_the_programs_own_reads_are_effects(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++) {
		struct made m = made_new(PROFILE_EFFECTS);

		made_call(&m, 1, CALL_execve, 0, S("/usr/bin/prog"),
			WORDS("prog", "/usr/share/dict/named"), N(0));
		made_exec(&m, 1, "/usr/bin/prog");
		made_call(&m, 1, CALL_openat, 3, CWD, S(reads[i].path), N(O_RDONLY), N(0));
		made_call(&m, 1, CALL_read, 0, N(3), N(0), N(10));
		made_finish(&m);
		print_message("%s\n", reads[i].path);
		assert_int_equal(made_count(&m, EFFECT_READ), reads[i].key != NULL);
		if (reads[i].key)
			assert_non_null(made_effect(&m, EFFECT_READ, reads[i].key));
		made_free(&m);
	}
}

static void
what_the_run_made_itself_is_not_read_from_outside(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	made_call(&m, 1, CALL_stat, -ENOENT, S("f"), N(0));
	write_file(&m, "f", 3, 0);
	made_call(&m, 1, CALL_openat, 4, CWD, S("f"), N(O_RDONLY), N(0));
	made_call(&m, 1, CALL_read, 1, N(4), N(0), N(1));
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_READ), 0);
	made_free(&m);
}

/* Who waits for a file may have it open before we hear of the end of the rename that made it.
 */
static void
what_was_made_at_that_moment_is_not_read_from_outside(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	write_file(&m, "f", 3, 0);
	made_call(&m, 1, CALL_openat, -ENOENT, CWD, S("flag"), N(O_RDONLY), N(0));
	made_call(&m, 1, CALL_openat, 4, CWD, S("flag"), N(O_RDONLY), N(0));
	made_call(&m, 1, CALL_read, 1, N(4), N(0), N(1));
	made_call(&m, 1, CALL_rename, 0, S("f"), S("flag"));
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_READ), 0);
	made_free(&m);
}

static void
ignored_paths_are_left_out(void **state)
{
	static struct ignored globs[] = { { .glob = "<cwd>/log/**" } };
	struct made m = made_with(PROFILE_EFFECTS,
		(struct effects_opts){ .ignore_paths = globs, .n_ignore_paths = 1 });

	(void)state;
	write_file(&m, "log/a", 3, 0);
	write_file(&m, "out", 4, 0);
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_PATH), 1);
	assert_non_null(made_effect(&m, EFFECT_PATH, "<cwd>/out"));
	made_free(&m);
}

/* Names of temporary files, the call that makes them, and what they become. */
static const struct {
	const char *path;
	bool is_dir, drew;
	int flags;
	uint32_t mode;
	const char *key;
} temps[] = {
	{ "/tmp/tmp.aB3dE9fGhI", false, true, 0, 0600, "<tmp>/tmp.<tmp:1>" },
	{ "/tmp/ccqwerty.s", false, false, 0, 0600, "<tmp>/cc<tmp:1>.s" },
	{ "/tmp/tmpab_9xyz1", false, false, O_NOFOLLOW, 0600, "<tmp>/tmp<tmp:1>" },
	{ "/box/w/tmpab_9xyz1.json", false, false, O_NOFOLLOW, 0600, "<cwd>/tmp<tmp:1>.json" },
	{ "/box/w/go-3318571238", false, false, 0, 0600, "<cwd>/go-<tmp:1>" },
	{ "/tmp/pre-lflj4f", true, false, 0, 0700, "<tmp>/pre-<tmp:1>" },
	{ "/box/w/output", false, false, 0, 0600, "<cwd>/output" },
	{ "/box/w/secret.key", false, true, 0, 0644, "<cwd>/secret.key" },
	{ "/box/w/results", true, false, 0, 0755, "<cwd>/results" },
	{ "/tmp/session.db", false, false, 0, 0644, "<tmp>/session.db" },
	{ "/box/w/state.40001", false, false, 0, 0644, "<cwd>/state.<pid:1>" },
};

static void
random_parts_of_names_are_aliased_and_chosen_names_are_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof temps / sizeof temps[0]; i++) {
		struct made m = made_new(PROFILE_EFFECTS);

		if (temps[i].drew)
			made_call(&m, 1, CALL_getrandom, 8, N(0x9000), N(8), N(1));
		if (temps[i].is_dir)
			made_call(&m, 1, CALL_mkdir, 0, S(temps[i].path), N(temps[i].mode));
		else
			made_call(&m, 1, CALL_openat, 3, CWD, S(temps[i].path),
				N(O_RDWR | O_CREAT | O_EXCL | temps[i].flags),
				N(temps[i].mode));
		made_finish(&m);
		print_message("%s\n", temps[i].path);
		assert_int_equal(made_count(&m, EFFECT_PATH), 1);
		assert_non_null(made_effect(&m, EFFECT_PATH, temps[i].key));
		made_free(&m);
	}
}

static void
numbered_files_keep_their_numbers(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	write_file(&m, "frame.40000", 3, O_EXCL);
	write_file(&m, "frame.40001", 4, O_EXCL); /* the number of the process, by chance */
	made_finish(&m);
	assert_non_null(made_effect(&m, EFFECT_PATH, "<cwd>/frame.40001"));
	made_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_written_file_is_told_by_its_state_after),
		cmocka_unit_test(
			a_file_made_and_removed_is_nothing_and_one_that_was_there_is_removed),
		cmocka_unit_test(the_second_name_of_a_file_stays_when_the_first_is_gone),
		cmocka_unit_test(what_is_as_it_was_is_no_effect),
		cmocka_unit_test(changes_that_no_call_shows_are_found_by_the_two_states),
		cmocka_unit_test(durability_is_what_was_synced_before_the_rename),
		cmocka_unit_test(a_hard_link_says_of_what),
		cmocka_unit_test(a_directory_takes_what_is_below_along),
		cmocka_unit_test(exchanged_names_have_each_others_content),
		cmocka_unit_test(writing_through_a_link_changes_what_it_points_to),
		cmocka_unit_test(a_shared_writable_mapping_is_a_write),
		cmocka_unit_test(roots_and_processes_inside_a_file_are_aliased),
		cmocka_unit_test(only_the_programs_own_reads_are_effects),
		cmocka_unit_test(what_the_run_made_itself_is_not_read_from_outside),
		cmocka_unit_test(what_was_made_at_that_moment_is_not_read_from_outside),
		cmocka_unit_test(ignored_paths_are_left_out),
		cmocka_unit_test(numbered_files_keep_their_numbers),
		cmocka_unit_test(random_parts_of_names_are_aliased_and_chosen_names_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
