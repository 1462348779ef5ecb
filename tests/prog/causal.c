/* SPDX-License-Identifier: MIT */
/*
 * causal.c - tasks that know of each other: prints which marks come before which
 *
 * A mark is a call that fails and that nobody else makes: fcntl(77, F_SETOWN, number).
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void
mark(int number)
{
	(void)fcntl(77, F_SETOWN, number);
}

static void
order(int before, int after)
{
	printf("%d %d\n", before, after);
}

static void
want(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static void
pipe_and_wait(void)
{
	int ends[2];
	char byte;

	want(pipe(ends) == 0, "pipe");
	mark(10);
	if (fork() == 0) {
		mark(11);
		want(read(ends[0], &byte, 1) == 1, "read");
		mark(13);
		_exit(0);
	}
	mark(12);
	want(write(ends[1], "x", 1) == 1, "write");
	wait(NULL);
	mark(14);
	close(ends[0]);
	close(ends[1]);
	order(10, 11);
	order(12, 13);
	order(13, 14);
}

static void
socket_and_end(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t n = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM, 0), c;
	char byte;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	want(bind(listener, (struct sockaddr *)&address, n) == 0, "bind");
	want(getsockname(listener, (struct sockaddr *)&address, &n) == 0, "getsockname");
	want(listen(listener, 1) == 0, "listen");
	if (fork() == 0) {
		c = socket(AF_INET, SOCK_STREAM, 0);
		mark(20);
		want(connect(c, (struct sockaddr *)&address, n) == 0, "connect");
		want(read(c, &byte, 1) == 1, "read");
		mark(23);
		want(write(c, "y", 1) == 1, "write");
		_exit(0);
	}
	c = accept(listener, NULL, NULL);
	mark(21);
	mark(22);
	want(write(c, "x", 1) == 1, "write");
	want(read(c, &byte, 1) == 1, "read");
	mark(24);
	wait(NULL);
	close(c);
	close(listener);
	order(20, 21);
	order(22, 23);
	order(23, 24);
}

static void *
thread(void *arg)
{
	(void)arg;
	usleep(50000); /* so that it is waited for: a join of who has ended asks for nothing */
	mark(30);
	return NULL;
}

static void
thread_and_counter(void)
{
	int counter = eventfd(0, 0);
	uint64_t one = 1;
	pthread_t t;

	want(pthread_create(&t, NULL, thread, NULL) == 0, "pthread_create");
	pthread_join(t, NULL);
	mark(31);
	order(30, 31);
	if (fork() == 0) {
		mark(32);
		want(write(counter, &one, sizeof one) == sizeof one, "write");
		_exit(0);
	}
	want(read(counter, &one, sizeof one) == sizeof one, "read");
	mark(33);
	wait(NULL);
	close(counter);
	order(32, 33);
}

static void
lock_and_signal(void)
{
	int ready[2], mine = open("lock", O_RDWR | O_CREAT, 0600), other;
	sigset_t set, old;
	char byte;
	pid_t child;

	want(pipe(ready) == 0, "pipe");
	want(flock(mine, LOCK_EX) == 0, "flock");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &old);
	child = fork();
	if (child == 0) {
		close(mine);
		other = open("lock", O_RDWR);
		want(write(ready[1], "r", 1) == 1, "write");
		want(flock(other, LOCK_EX) == 0, "flock");
		mark(41);
		close(other);
		_exit(0);
	}
	want(read(ready[0], &byte, 1) == 1, "read");
	mark(40);
	flock(mine, LOCK_UN);
	wait(NULL);
	sigprocmask(SIG_SETMASK, &old, NULL);
	close(ready[0]);
	close(ready[1]);
	order(40, 41);
}

static void
end_of_pipe(void)
{
	int ends[2];
	char byte;

	want(pipe(ends) == 0, "pipe");
	if (fork() == 0) {
		mark(50);
		_exit(0);
	}
	close(ends[1]);
	want(read(ends[0], &byte, 1) == 0, "read");
	mark(51);
	wait(NULL);
	close(ends[0]);
	order(50, 51);
}

int
main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	pipe_and_wait();
	socket_and_end();
	thread_and_counter();
	lock_and_signal();
	end_of_pipe();
	return 0;
}
