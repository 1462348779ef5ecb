/* SPDX-License-Identifier: MIT */
/*
 * durability.c - brings a file to its name, durable or not: durability DEED, durability list
 *
 * Each deed is named by what the rule must say of it: pass_… or fail_….
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define MUST(ok) ((ok) ? (void)0 : give_up(#ok))

static void
give_up(const char *what)
{
	fprintf(stderr, "durability: %s: %s\n", what, strerror(errno));
	exit(errno == EOPNOTSUPP || errno == ENOSYS ? 77 : 99);
}

static int
make(const char *name, int flags)
{
	int fd = open(name, flags | O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);

	MUST(fd >= 0);
	return fd;
}

static void
put(int fd)
{
	MUST(write(fd, "content\n", 8) == 8);
}

static void
put_flags(int fd, int flags)
{
	const struct iovec v = { "content\n", 8 };

	MUST(pwritev2(fd, &v, 1, 0, flags) == 8);
}

static void
sync_path(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	MUST(fd >= 0 && fsync(fd) == 0 && close(fd) == 0);
}

static void
place(const char *from, const char *to)
{
	MUST(rename(from, to) == 0);
	sync_path(".");
}

static void
pass_fsync(void)
{
	int fd = make("new", 0);

	put(fd);
	MUST(fsync(fd) == 0);
	place("new", "file");
}

static void
fail_without(void)
{
	put(make("new", 0));
	place("new", "file");
}

static void
fail_directory(void)
{
	int fd = make("new", 0);

	put(fd);
	MUST(fsync(fd) == 0 && rename("new", "file") == 0);
}

static void
pass_fdatasync(void)
{
	int fd = make("new", 0);

	put(fd);
	MUST(ftruncate(fd, 4) == 0 && fdatasync(fd) == 0);
	place("new", "file");
}

static void
fail_size_after(void)
{
	int fd = make("new", 0);

	put(fd);
	MUST(fdatasync(fd) == 0 && ftruncate(fd, 4) == 0);
	place("new", "file");
}

static void
fail_before_write(void)
{
	int fd = make("new", 0);

	MUST(fsync(fd) == 0);
	put(fd);
	place("new", "file");
}

static void
pass_closed_before(void)
{
	int fd = make("new", 0);

	put(fd);
	close(fd);
	sync_path("new");
	place("new", "file");
}

static void
pass_other_descriptor(void)
{
	int fd = make("new", 0), other = dup(fd);

	put(fd);
	MUST(fsync(other) == 0);
	place("new", "file");
}

static void
pass_other_link(void)
{
	int fd = make("new", 0);

	put(fd);
	MUST(fsync(fd) == 0);
	MUST(link("new", "twin") == 0);
	sync_path(".");
	put(fd);
	sync_path("twin"); /* the same file */
	place("new", "file");
}

static void
fail_other_file(void)
{
	put(make("new", 0));
	put(make("other", 0));
	sync_path("other");
	place("new", "file");
}

static void
pass_o_sync(void)
{
	put(make("new", O_SYNC));
	place("new", "file");
}

static void
pass_o_dsync(void)
{
	int fd = make("new", O_DSYNC);

	put(fd);
	put(fd);
	place("new", "file");
}

static void
fail_o_sync_empty(void)
{
	make("new", O_SYNC);
	place("new", "file");
}

static void
fail_o_sync_later(void)
{
	put(make("new", 0));
	put(open("new", O_WRONLY | O_SYNC | O_APPEND)); /* only what it wrote itself */
	place("new", "file");
}

static void
fail_o_sync_cut(void)
{
	int fd = make("new", O_SYNC);

	put(fd);
	MUST(ftruncate(fd, 3) == 0);
	place("new", "file");
}

static void
fail_o_sync_by_fcntl(void)
{
	int fd = make("new", 0);

	MUST(fcntl(fd, F_SETFL, O_SYNC) == 0); /* does nothing */
	put(fd);
	place("new", "file");
}

static void
pass_rwf_sync(void)
{
	put_flags(make("new", 0), RWF_SYNC);
	place("new", "file");
}

static void
pass_rwf_dsync(void)
{
	put_flags(make("new", 0), RWF_DSYNC);
	place("new", "file");
}

static void
fail_rwf_none(void)
{
	put_flags(make("new", 0), 0);
	place("new", "file");
}

static void
fail_range(void)
{
	int fd = make("new", 0);

	put(fd);
	MUST(sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER) ==
		0);
	place("new", "file");
}

static void
pass_sync(void)
{
	put(make("new", 0));
	sync();
	MUST(rename("new", "file") == 0);
	sync();
}

static void
pass_syncfs(void)
{
	int fd = make("new", 0), here = open(".", O_RDONLY | O_DIRECTORY);

	put(fd);
	MUST(syncfs(fd) == 0 && rename("new", "file") == 0 && syncfs(here) == 0);
}

static void
fail_syncfs_elsewhere(void)
{
	int proc = open("/proc/self", O_RDONLY | O_DIRECTORY);

	put(make("new", 0));
	MUST(proc >= 0 && syncfs(proc) == 0);
	place("new", "file");
}

static int
make_nameless(void)
{
	int fd = open(".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0644);

	MUST(fd >= 0);
	return fd;
}

static void
name(int fd, const char *to)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	MUST(linkat(AT_FDCWD, path, AT_FDCWD, to, AT_SYMLINK_FOLLOW) == 0);
	sync_path(".");
}

static void
pass_nameless(void)
{
	int fd = make_nameless();

	put(fd);
	MUST(fsync(fd) == 0);
	name(fd, "file");
}

static void
fail_nameless(void)
{
	int fd = make_nameless();

	put(fd);
	name(fd, "file");
}

static void
pass_nameless_dup(void)
{
	int fd = make_nameless(), other = fcntl(fd, F_DUPFD, 100);

	put(other);
	MUST(fsync(fd) == 0);
	name(other, "file");
}

static void
fail_nameless_dup(void)
{
	int fd = make_nameless(), other = fcntl(fd, F_DUPFD, 100);

	put(other);
	name(fd, "file");
}

static void
fail_nameless_child(void)
{
	int fd = make_nameless(), status;
	pid_t child;

	put(fd);
	child = fork();
	if (!child) {
		name(fd, "file");
		_exit(0);
	}
	MUST(waitpid(child, &status, 0) == child && status == 0);
}

static void
pass_tree(void)
{
	int fd;

	MUST(mkdir("tree", 0755) == 0);
	fd = make("tree/a", 0);
	put(fd);
	MUST(fsync(fd) == 0);
	place("tree", "done");
}

static void
fail_tree(void)
{
	MUST(mkdir("tree", 0755) == 0);
	put(make("tree/a", 0));
	place("tree", "done");
}

static void
exchange(const char *a, const char *b)
{
	MUST(syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) == 0);
	sync_path(".");
}

static void
two_files(int synced)
{
	int a = make("a", 0), b = make("b", 0);

	put(a);
	put(b);
	MUST(fsync(a) == 0 && (!synced || fsync(b) == 0));
}

static void
pass_exchange(void)
{
	two_files(1);
	exchange("a", "b");
}

static void
fail_exchange(void)
{
	two_files(0);
	exchange("a", "b");
}

static void
fail_second_write(void)
{
	int fd = make("new", 0);

	put(fd);
	MUST(fsync(fd) == 0);
	put(fd);
	place("new", "file");
}

static void
fail_by_copy(void)
{
	int from = make("from", 0), in, out;

	put(from);
	MUST(fsync(from) == 0);
	in = open("from", O_RDONLY);
	out = make("new", 0);
	MUST(in >= 0 && copy_file_range(in, NULL, out, NULL, 8, 0) == 8);
	place("new", "file");
}

#define DEED(name_)                                                                            \
	{                                                                                      \
#name_, name_                                                                  \
	}
static const struct {
	const char *name;
	void (*run)(void);
} deeds[] = { DEED(pass_fsync), DEED(fail_without), DEED(fail_directory), DEED(pass_fdatasync),
	DEED(fail_size_after), DEED(fail_before_write), DEED(pass_closed_before),
	DEED(pass_other_descriptor), DEED(pass_other_link), DEED(fail_other_file),
	DEED(pass_o_sync), DEED(pass_o_dsync), DEED(fail_o_sync_empty), DEED(fail_o_sync_later),
	DEED(fail_o_sync_cut), DEED(fail_o_sync_by_fcntl), DEED(pass_rwf_sync),
	DEED(pass_rwf_dsync), DEED(fail_rwf_none), DEED(fail_range), DEED(pass_sync),
	DEED(pass_syncfs), DEED(fail_syncfs_elsewhere), DEED(pass_nameless),
	DEED(fail_nameless), DEED(pass_nameless_dup), DEED(fail_nameless_dup),
	DEED(fail_nameless_child), DEED(pass_tree), DEED(fail_tree), DEED(pass_exchange),
	DEED(fail_exchange), DEED(fail_second_write), DEED(fail_by_copy) };

int
main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof deeds / sizeof *deeds; i++) {
		if (!strcmp(argv[1], "list"))
			puts(deeds[i].name);
		if (strcmp(argv[1], deeds[i].name) != 0)
			continue;
		deeds[i].run();
		return 0;
	}
	return argc == 2 && !strcmp(argv[1], "list") ? 0 : 2;
}
