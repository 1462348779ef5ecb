/* SPDX-License-Identifier: MIT */
/* file_test.c - whole files and directories in a scratch directory, with what can go wrong */

#include "unit/test.h"

#include "base/file.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY 65534

/* The tests run inside a directory of their own, by relative names. */
struct scratch {
	char path[64];
	int back; /* where we came from */
};

static int
set_up(void **state)
{
	struct scratch *s = mem_alloc(sizeof *s);

	strcpy(s->path, "/tmp/renacer-file-test-XXXXXX");
	s->back = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = s;
	umask(022);
	return mkdtemp(s->path) && chmod(s->path, 0777) == 0 && chdir(s->path) == 0 ? 0 : -1;
}

static int
tear_down(void **state)
{
	struct scratch *s = *state;
	struct err err = { 0 };
	int rc = fchdir(s->back);

	fd_close(s->back);
	rc |= dir_remove(s->path, &err);
	rc |= access(s->path, F_OK) == 0;
	err_done(&err);
	mem_free(s);
	return rc;
}

static void
assert_holds(const char *path, const char *wanted)
{
	AUTO(str_done) struct str s = { 0 };
	struct err err = { 0 };

	assert_int_equal(file_read(&s, path, 0, &err), 0);
	assert_string_equal(str_text(&s), wanted);
}

static void
assert_writes(const char *path, const char *text, mode_t mode)
{
	struct err err = { 0 };

	if (file_write(path, text, strlen(text), mode, &err) < 0)
		fail_msg("%s", err.text);
}

/* Nothing but what is named may be in the directory. */
static void
assert_only(const char *name)
{
	AUTO(str_done) struct str left = { 0 };
	DIR *dir = opendir(".");
	struct dirent *entry;

	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, name) != 0 && strcmp(entry->d_name, ".") != 0 &&
			strcmp(entry->d_name, "..") != 0)
			str_addf(&left, "%s ", entry->d_name);
	closedir(dir);
	assert_string_equal(str_text(&left), "");
}

static void
a_file_is_read_whole_or_not_at_all(void **state)
{
	AUTO(str_done) struct str s = { 0 };
	AUTO(mem_free) char *big = mem_alloc(100000);
	struct err err = { 0 };

	(void)state;
	memset(big, 'x', 100000);
	assert_int_equal(file_write("big", big, 100000, 0644, &err), 0);
	assert_int_equal(file_read(&s, "big", 100000, &err), 0);
	assert_int_equal(s.n, 100000);
	assert_memory_equal(s.data, big, 100000);
	str_clear(&s);
	assert_int_equal(file_read(&s, "big", 99999, &err), -1);
	assert_string_equal(err.text, "read 'big': larger than 99999 bytes");
	assert_int_equal(file_read(&s, "none", 0, &err), -1);
	assert_int_equal(err.sys, ENOENT);
	assert_int_equal(file_read(&s, ".", 0, &err), -1);
	assert_int_equal(err.sys, EISDIR);
	assert_writes("empty", "", 0644);
	assert_holds("empty", "");
	err_done(&err);
}

static void
writing_replaces_in_one_step_and_leaves_nothing_beside(void **state)
{
	struct stat before, after;

	(void)state;
	assert_writes("f", "one", 0644);
	assert_int_equal(stat("f", &before), 0);
	assert_int_equal(before.st_mode & 07777, 0644);
	umask(077);
	assert_writes("f", "two", 0666);
	umask(022);
	assert_holds("f", "two");
	assert_int_equal(stat("f", &after), 0);
	assert_int_equal(after.st_mode & 07777, 0600);
	assert_true(before.st_ino != after.st_ino);
	assert_only("f");
}

static void
a_name_as_long_as_names_can_be_is_written(void **state)
{
	char name[256];

	(void)state;
	memset(name, 'n', 255);
	name[255] = '\0';
	assert_writes(name, "x", 0644);
	assert_holds(name, "x");
}

static void
a_link_stays_and_its_file_is_replaced(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(mkdir("d", 0755), 0);
	assert_writes("d/f", "old", 0644);
	assert_int_equal(symlink("d/f", "link"), 0);
	assert_writes("link", "new", 0644);
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_holds("d/f", "new");
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	assert_writes("dangling", "x", 0644);
	assert_holds("dangling", "x");
}

static void
the_old_file_stays_when_writing_fails(void **state)
{
	struct rlimit was, small = { 1000, RLIM_INFINITY };
	AUTO(mem_free) char *big = mem_alloc(5000);
	struct err err = { 0 };
	int rc;

	(void)state;
	assert_writes("f", "old", 0644);
	/* A limit on file size stands for a full disk: the write stops in the middle. */
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	small.rlim_max = was.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	rc = file_write("f", big, 5000, 0644, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	assert_int_equal(rc, -1);
	assert_int_equal(err.sys, EFBIG);
	assert_string_equal(err.text, "write 'f': write: File too large");
	assert_holds("f", "old");
	assert_only("f");
	assert_int_equal(file_write("none/f", "x", 1, 0644, &err), -1);
	assert_string_equal(err.text, "create 'none/f': No such file or directory");
	assert_int_equal(mkdir("d", 0755), 0);
	assert_int_equal(file_write("d", "x", 1, 0644, &err), -1);
	assert_int_equal(err.sys, EISDIR);
	err_done(&err);
}

static void
a_full_device_is_an_error_and_stays_a_device(void **state)
{
	struct err err = { 0 };
	struct stat st;

	(void)state;
	assert_int_equal(file_write("/dev/full", "x", 1, 0644, &err), -1);
	assert_int_equal(err.sys, ENOSPC);
	assert_string_equal(err.text, "write '/dev/full': write: No space left on device");
	assert_writes("/dev/null", "x", 0644);
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
	err_done(&err);
}

static void
a_pipe_is_read_and_written_through_its_limits(void **state)
{
	AUTO(str_done) struct str s = { 0 };
	AUTO(mem_free) char *data = mem_alloc(30000);
	struct err err = { 0 };
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	memset(data, 'p', 30000);
	assert_int_equal(fd_write(ends[1], data, 30000, &err), 0);
	fd_close(ends[1]);
	assert_int_equal(fd_read(&s, ends[0], 0, &err), 0);
	assert_int_equal(s.n, 30000);
	fd_close(ends[0]);
	assert_int_equal(fd_write(-1, "x", 1, &err), -1);
	assert_int_equal(err.sys, EBADF);
	assert_int_equal(fd_write(-1, NULL, 0, &err), 0);
	err_done(&err);
}

static void
directories_are_made_with_their_parents(void **state)
{
	struct err err = { 0 };
	struct stat st;

	(void)state;
	assert_int_equal(dir_make("a//b/c/", 0755, &err), 0);
	assert_int_equal(dir_make("a/b/c", 0755, &err), 0);
	assert_int_equal(dir_make("/", 0755, &err), 0);
	assert_int_equal(dir_make(".", 0755, &err), 0);
	assert_int_equal(stat("a/b/c", &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_writes("f", "x", 0644);
	assert_int_equal(dir_make("f/g", 0755, &err), -1);
	assert_int_equal(err.sys, ENOTDIR);
	assert_int_equal(dir_make("f", 0755, &err), -1);
	assert_int_equal(err.sys, ENOTDIR);
	assert_string_equal(err.text, "create directory 'f': Not a directory");
	err_done(&err);
}

static void
assert_removes(const char *path)
{
	struct err err = { 0 };

	if (dir_remove(path, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW), -1);
}

static void
removing_never_follows_a_link(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(dir_make("keep/in", 0755, &err), 0);
	assert_writes("keep/in/f", "kept", 0644);
	assert_int_equal(dir_make("tree/sub", 0755, &err), 0);
	assert_int_equal(symlink("../../keep", "tree/sub/link"), 0);
	assert_int_equal(symlink("../keep/in/f", "tree/file-link"), 0);
	assert_int_equal(symlink("loop", "tree/loop"), 0);
	assert_removes("tree");
	assert_holds("keep/in/f", "kept");
	assert_int_equal(symlink("keep", "link"), 0);
	assert_removes("link");
	assert_holds("keep/in/f", "kept");
	assert_int_equal(symlink("keep", "link"), 0);
	assert_int_equal(dir_remove("link/", &err), 0);
	assert_holds("keep/in/f", "kept");
}

static void
what_is_not_there_is_removed_already(void **state)
{
	(void)state;
	assert_removes("none");
	assert_removes("none/below");
	assert_writes("f", "x", 0644);
	assert_removes("f/below");
	assert_removes("f");
}

/* As root nothing is forbidden, so this is done as nobody. */
static void
directories_nobody_may_list_are_removed(void **state)
{
	struct err err = { 0 };
	bool is_root = geteuid() == 0;

	(void)state;
	if (is_root)
		assert_int_equal(seteuid(NOBODY), 0);
	assert_int_equal(dir_make("tree/dark/deep", 0755, &err), 0);
	assert_writes("tree/dark/deep/f", "x", 0444);
	assert_int_equal(mkdir("tree/odd\n\xff name", 0755), 0);
	assert_int_equal(chmod("tree/dark/deep", 0), 0);
	assert_int_equal(chmod("tree/dark", 0), 0);
	assert_int_equal(chmod("tree", 0500), 0);
	assert_removes("tree");
	if (is_root)
		assert_int_equal(seteuid(0), 0);
}

static void
what_may_not_be_removed_says_why(void **state)
{
	struct err err = { 0 };
	bool is_root = geteuid() == 0;
	int rc;

	(void)state;
	assert_int_equal(mkdir("closed", 0755), 0);
	assert_writes("closed/f", "x", 0644);
	assert_int_equal(chmod("closed", 0555), 0);
	if (is_root)
		assert_int_equal(seteuid(NOBODY), 0);
	rc = dir_remove("closed/f", &err);
	if (is_root)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(rc, -1);
	assert_string_equal(err.text, "remove 'closed/f': Permission denied");
	assert_int_equal(chmod("closed", 0755), 0);
	err_done(&err);
}

/* Deeper than there are descriptors, with the mode of some of them against us. */
static void
a_tree_of_any_depth_is_removed(void **state)
{
	struct rlimit was, few = { 150, 0 };
	int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_int_equal(mkdir("tree", 0755), 0);
	assert_int_equal(chdir("tree"), 0);
	for (int i = 0; i < 3000; i++) {
		assert_int_equal(mkdir("d", 0755), 0);
		assert_int_equal(mkdir(".moved-up-0", 0700), 0);
		assert_int_equal(chdir("d"), 0);
	}
	assert_int_equal(fchdir(here), 0);
	fd_close(here);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	few.rlim_max = was.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_removes("tree");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
}

static void
many_entries_are_removed(void **state)
{
	(void)state;
	assert_int_equal(mkdir("tree", 0755), 0);
	for (int i = 0; i < 3000; i++) {
		char name[40];

		snprintf(name, sizeof name, "tree/entry-%d", i);
		assert_int_equal(i % 3 ? mkdir(name, 0) : mkfifo(name, 0600), 0);
	}
	assert_removes("tree");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_read_whole_or_not_at_all),
		TEST(writing_replaces_in_one_step_and_leaves_nothing_beside),
		TEST(a_name_as_long_as_names_can_be_is_written),
		TEST(a_link_stays_and_its_file_is_replaced),
		TEST(the_old_file_stays_when_writing_fails),
		TEST(a_full_device_is_an_error_and_stays_a_device),
		TEST(a_pipe_is_read_and_written_through_its_limits),
		TEST(directories_are_made_with_their_parents),
		TEST(removing_never_follows_a_link),
		TEST(what_is_not_there_is_removed_already),
		TEST(directories_nobody_may_list_are_removed),
		TEST(what_may_not_be_removed_says_why),
		TEST(a_tree_of_any_depth_is_removed),
		TEST(many_entries_are_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
