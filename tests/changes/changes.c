/* SPDX-License-Identifier: MIT */
/*
 * changes.c - small deeds, each with the mistake that BAD=1 makes in it
 *
 * Compiled twice; the first argument says which deed. tests/cli/changes.sh knows what the gate
 * has to say of each.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static int
put(const char *path, int flags, mode_t mode, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | flags, mode);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		exit(9);
	return fd;
}

static void
save(bool is_synced, bool is_late)
{
	int fd = put("data.new", O_TRUNC, 0644, "saved\n");

	if (is_late)
		rename("data.new", "data.db");
	if (is_synced)
		fdatasync(fd);
	if (!is_late)
		rename("data.new", "data.db");
	close(fd);
}

static void
lost_fdatasync(void)
{
	save(!BAD, false);
}
static void
late_fdatasync(void)
{
	save(true, BAD);
}

static void
in_place(void)
{
	if (BAD) {
		close(put("data.db", O_TRUNC, 0644, "saved\n"));
		return;
	}
	close(put("data.new", O_TRUNC, 0644, "saved\n"));
	rename("data.new", "data.db");
}

static void
lost_umask(void)
{
	if (!BAD)
		umask(077);
	close(put("secret", 0, 0666, "key\n"));
}

static void
lost_setuid_bit(void)
{
	close(put("tool", 0, 0755, "#!/bin/sh\n"));
	chmod("tool", BAD ? 0755 : 04755);
}

static void
short_write(void)
{
	char page[5000];
	int fd = open("page", O_WRONLY | O_CREAT, 0644);

	memset(page, 'p', sizeof page);
	if (write(fd, page, BAD ? 4096 : sizeof page) < 0)
		exit(9);
	close(fd);
}

static void
lost_append(void)
{
	close(put("log", O_APPEND, 0644, "first\n"));
	close(put("log", BAD ? O_TRUNC : O_APPEND, 0644, "second\n"));
}

static void
lock_left(void)
{
	close(put("app.lock", O_EXCL, 0644, "locked\n"));
	if (!BAD)
		unlink("app.lock");
}

static void
copy_for_link(void)
{
	close(put("one", 0, 0644, "same\n"));
	if (BAD)
		close(put("two", 0, 0644, "same\n"));
	else if (link("one", "two"))
		exit(9);
}

static void
link_for_file(void)
{
	close(put("one", 0, 0644, "same\n"));
	if (!BAD)
		close(put("two", 0, 0644, "same\n"));
	else if (symlink("one", "two"))
		exit(9);
}

static void
lost_xattr(void)
{
	close(put("tagged", 0, 0644, "x\n"));
	if (!BAD && setxattr("tagged", "user.origin", "here", 4, 0))
		exit(9);
}

static void
other_signal(void)
{
	raise(BAD ? SIGKILL : SIGTERM);
}

static void
swallowed_error(void)
{
	if (open("absent.conf", O_RDONLY) < 0 && !BAD)
		exit(3);
}

static void
error_to_stdout(void)
{
	fprintf(BAD ? stdout : stderr, "cannot open it\n");
}

static void
lost_flush(void)
{
	printf("result 42\n");
	if (!BAD)
		fflush(stdout);
	_exit(0);
}

static void
orphan(void)
{
	if (BAD && fork() == 0)
		_exit(0);
}

static void
child_word(void)
{
	if (fork() == 0) {
		execl("/usr/bin/env", "env", "true", BAD ? "--force" : "--dry-run", NULL);
		_exit(127);
	}
	wait(NULL);
}

static void
empty_file(void)
{
	close(put("report", 0, 0644, BAD ? "" : "total 3\n"));
}

static void
lost_msync(void)
{
	int fd = put("image", O_TRUNC, 0644, "0123456789");
	char *p;

	close(fd);
	fd = open("image", O_RDWR);
	p = mmap(NULL, 10, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	p[0] = 'x';
	if (!BAD)
		msync(p, 10, MS_SYNC);
	munmap(p, 10);
	close(fd);
}

static void
fifo_for_file(void)
{
	if (!BAD)
		close(put("inbox", 0, 0644, ""));
	else if (mkfifo("inbox", 0644))
		exit(9);
}

static void
other_port(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	to.sin_port = htons(BAD ? 1 : atoi(getenv("PEER")));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	(void)!connect(fd, (struct sockaddr *)&to, sizeof to);
	close(fd);
}

static void
directory_left(void)
{
	mkdir("work", 0755);
	if (!BAD)
		rmdir("work");
}

static void
owner(void)
{
	if (BAD && setuid(65534))
		exit(9);
	printf("ready\n");
}

static const struct {
	const char *name;
	void (*deed)(void);
} deeds[] = { { "c-lost-fdatasync", lost_fdatasync }, { "c-late-fdatasync", late_fdatasync },
	{ "c-in-place", in_place }, { "c-lost-umask", lost_umask },
	{ "c-lost-setuid-bit", lost_setuid_bit }, { "c-short-write", short_write },
	{ "c-lost-append", lost_append }, { "c-lock-left", lock_left },
	{ "c-copy-for-link", copy_for_link }, { "c-link-for-file", link_for_file },
	{ "c-lost-xattr", lost_xattr }, { "c-other-signal", other_signal },
	{ "c-swallowed-error", swallowed_error }, { "c-error-to-stdout", error_to_stdout },
	{ "c-lost-flush", lost_flush }, { "c-orphan", orphan }, { "c-child-word", child_word },
	{ "c-empty-file", empty_file }, { "c-lost-msync", lost_msync },
	{ "c-fifo-for-file", fifo_for_file }, { "c-other-port", other_port },
	{ "c-directory-left", directory_left }, { "c-setuid", owner } };

int
main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof deeds / sizeof *deeds; i++)
		if (strcmp(deeds[i].name, argv[1]) == 0) {
			deeds[i].deed();
			return 0;
		}
	return 8;
}
