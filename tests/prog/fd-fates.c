/* SPDX-License-Identifier: MIT */
/*
 * fd-fates.c - leaves descriptors behind, or not, in one of the ways there are: fd-fates NAME
 *
 * Without NAME: a line for each, its name, and how many calls made descriptors that were its
 * own and still there at an end, or when a program was executed; and how many made some at all.
 */
#include <fcntl.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int
check(long result)
{
	if (result < 0) {
		perror("fd-fates");
		_exit(99);
	}
	return (int)result;
}

static int
take(int flags)
{
	return check(open("/dev/null", O_RDONLY | flags));
}

static void
take_three(void)
{
	for (int i = 0; i < 3; i++)
		take(0);
}

/* A process of its own that shares the table, and ends. */
static pid_t
start_sharer(void)
{
	pid_t child = check(syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0));

	if (child)
		return child;
	take_three();
	_exit(0);
}

static void
sharer_takes(void)
{
	check(waitpid(start_sharer(), NULL, 0));
}

static void
sharer_takes_and_parent_closes(void)
{
	sharer_takes();
	check(close_range(3, 5, 0));
}

/* Whoever ends last leaves what both took. */
static void
nobody_waits(void)
{
	start_sharer();
	take(0);
}

static void
parent_parts(void)
{
	sharer_takes();
	take(0);
	check(unshare(CLONE_FILES));
	check(close_range(3, 5, CLOSE_RANGE_UNSHARE));
}

static void *
thread_takes(void *is_alone)
{
	if (is_alone)
		check(unshare(CLONE_FILES));
	take_three();
	return NULL;
}

static void
run_thread(void *is_alone)
{
	pthread_t thread;

	check(-pthread_create(&thread, NULL, thread_takes, is_alone));
	check(-pthread_join(thread, NULL));
}

static void
a_thread(void)
{
	run_thread(NULL);
}

/* Its table ends with it; what it was a copy of is closed later. */
static void
a_thread_that_parts(void)
{
	int fd = take(0);

	run_thread(&fd);
	close(fd);
}

static void
put_over(void)
{
	int fd = take(0);

	check(dup2(fd, 20));
	check(dup3(fd, 20, O_CLOEXEC));
	close(fd);
}

static void
send_right(int socket, int *right, bool is_sent)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)),
			      .cmsg_level = SOL_SOCKET,
			      .cmsg_type = SCM_RIGHTS } };
	char byte = 'x';
	struct iovec io = { &byte, 1 };
	struct msghdr message = { .msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof control.room };

	memcpy(CMSG_DATA(&control.head), right, sizeof *right);
	check(is_sent ? sendmsg(socket, &message, 0) : recvmsg(socket, &message, 0));
}

static void
received(void)
{
	int ends[2], fd = take(0);

	check(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	send_right(ends[0], &fd, true);
	send_right(ends[1], &fd, false);
	check(close_range(3, 5, 0));
}

static void
executed(void)
{
	take(O_CLOEXEC);
	take(0);
	execl("/bin/true", "true", (char *)NULL);
}

/* The child's program is handed what the parent made, and has nothing to answer for. */
static void
handed_on(void)
{
	int fd = take(0);
	pid_t child = check(fork());

	if (!child)
		executed();
	check(waitpid(child, NULL, 0));
	close(fd);
}

static void
of_all_kinds(void)
{
	int pidfd = check(syscall(SYS_pidfd_open, getpid(), 0));

	take(O_PATH);
	check(syscall(SYS_pidfd_getfd, pidfd, 0, 0));
	check(memfd_create("memory", 0));
	/* Where this is forbidden or unknown, the open descriptor is another one. */
	if (syscall(SYS_open_tree, AT_FDCWD, "/", 0) < 0)
		take(0);
}

static void
of_a_child(void)
{
	int pidfd = -1;
	pid_t child = check(syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &pidfd, 0, 0));

	if (!child)
		_exit(0);
	check(waitpid(child, NULL, 0));
}

static void
closed_pairs(void)
{
	for (int i = 0; i < 4; i++) {
		int ends[2];

		check(i % 2 ? pipe(ends) : socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
		close(check(fcntl(ends[0], F_DUPFD, 30)));
		close(ends[0]);
		close(ends[1]);
	}
}

static const struct {
	const char *name;
	void (*run)(void);
	int n_exit, n_exec, n;
} rows[] = {
	{ "sharer-takes", sharer_takes, 3, 0, 3 },
	{ "sharer-takes-and-parent-closes", sharer_takes_and_parent_closes, 0, 0, 3 },
	{ "nobody-waits", nobody_waits, 4, 0, 4 },
	{ "parent-parts", parent_parts, 1, 0, 4 },
	{ "a-thread", a_thread, 3, 0, 3 },
	{ "a-thread-that-parts", a_thread_that_parts, 3, 0, 4 },
	{ "put-over", put_over, 1, 0, 3 },
	{ "received", received, 1, 0, 3 },
	{ "executed", executed, 0, 1, 2 },
	{ "handed-on", handed_on, 0, 1, 3 },
	{ "of-all-kinds", of_all_kinds, 5, 0, 5 },
	{ "of-a-child", of_a_child, 1, 0, 1 },
	{ "closed-pairs", closed_pairs, 0, 0, 8 },
};

int
main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (argc < 2)
			printf("%s %d %d %d\n", rows[i].name, rows[i].n_exit, rows[i].n_exec,
				rows[i].n);
		else if (!strcmp(rows[i].name, argv[1]))
			return rows[i].run(), 0;
	}
	return argc < 2 ? 0 : 2;
}
