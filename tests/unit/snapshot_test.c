/* SPDX-License-Identifier: MIT */
/* snapshot_test.c - the state of paths of every type, and of trees */

#include "unit/test.h"

#include "base/file.h"
#include "base/str.h"
#include "effects/snapshot.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char root[] = "/tmp/snapshot-test-XXXXXX";

static void
put(const char *name, const char *text, mode_t mode)
{
	char path[200];
	int fd;

	snprintf(path, sizeof path, "%s/%s", root, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	assert_int_equal(chmod(path, mode), 0);
}

static int
make_tree(void **state)
{
	char path[200];
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	(void)state;
	assert_non_null(mkdtemp(root));
	put("file", "abc", 04755);
	put("b\xff", "", 0644);
	snprintf(path, sizeof path, "%s/dir", root);
	assert_int_equal(mkdir(path, 0700), 0);
	put("dir/x", "x", 0644);
	put("dir.a", "sorts before what is in dir", 0644);
	snprintf(path, sizeof path, "%s/link", root);
	assert_int_equal(symlink("/nowhere/\n", path), 0);
	snprintf(path, sizeof path, "%s/loop", root);
	assert_int_equal(symlink(".", path), 0);
	snprintf(path, sizeof path, "%s/fifo", root);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s/sock", root);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	close(fd);
	return 0;
}

static int
remove_tree(void **state)
{
	struct err err = { 0 };

	(void)state;
	return dir_remove(root, &err);
}

static const struct {
	const char *path; /* below the root unless absolute */
	enum path_type type;
	uint64_t size;
	const char *sha256, *target, *head;
} states[] = {
	{ "file", PATH_FILE, 3,
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", NULL,
		"ab" },
	{ "b\xff", PATH_FILE, 0,
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", NULL, "" },
	{ "dir", PATH_DIR, 0, "", NULL, "" },
	{ "link", PATH_SYMLINK, 0, "", "/nowhere/\n", "" },
	{ "fifo", PATH_FIFO, 0, "", NULL, "" },
	{ "sock", PATH_SOCKET, 0, "", NULL, "" },
	{ "/dev/null", PATH_CHAR, 0, "", NULL, "" },
	{ "none", PATH_ABSENT, 0, "", NULL, "" },
	{ "file/below", PATH_ABSENT, 0, "", NULL, "" },
};

static void
every_type_has_its_state_and_nothing_blocks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		struct path_state s;
		char path[200];

		snprintf(path, sizeof path, "%s/%s", root, states[i].path);
		snapshot_path(&s, arena, states[i].path[0] == '/' ? states[i].path : path, 2);
		print_message("%s\n", states[i].path);
		assert_int_equal(s.type, states[i].type);
		assert_int_equal(s.size, states[i].size);
		assert_string_equal(s.sha256, states[i].sha256);
		assert_int_equal(s.n_head, strlen(states[i].head));
		if (s.n_head)
			assert_memory_equal(s.head, states[i].head, s.n_head);
		if (states[i].target)
			assert_string_equal(s.target, states[i].target);
	}
}

static void
the_mode_has_all_its_bits(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct path_state s;
	char path[200];

	(void)state;
	snprintf(path, sizeof path, "%s/file", root);
	snapshot_path(&s, arena, path, 0);
	assert_int_equal(s.mode, 04755);
	assert_int_equal(s.n_head, 0);
}

static int
list(void *arg, const struct path_state *s, struct err *err)
{
	(void)err;
	str_addf(arg, "%s\n", s->path + strlen(root));
	return 0;
}

static int
refuse(void *arg, const struct path_state *s, struct err *err)
{
	(void)s;
	++*(int *)arg;
	return err_set(err, "no more");
}

static void
a_tree_is_walked_in_the_order_of_bytes(void **state)
{
	AUTO(str_done) struct str text = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(snapshot_tree(root, 10, list, &text, &err), 0);
	assert_string_equal(text.data,
		"\n/b\xff\n/dir\n/dir.a\n/dir/x\n/fifo\n/file\n/link\n/loop\n/sock\n");
}

static void
a_visitor_may_stop_the_walk(void **state)
{
	struct err err = { 0 };
	int n = 0;

	(void)state;
	assert_int_equal(snapshot_tree(root, 10, refuse, &n, &err), -1);
	assert_int_equal(n, 1);
	err_done(&err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_has_its_state_and_nothing_blocks),
		cmocka_unit_test(the_mode_has_all_its_bits),
		cmocka_unit_test(a_tree_is_walked_in_the_order_of_bytes),
		cmocka_unit_test(a_visitor_may_stop_the_walk),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
