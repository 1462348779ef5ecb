/* conform-jobs.c - stopped, continued, in the foreground or not: job control as a shell sees it
 */

#include "conform.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>

static void
sit(void)
{
	for (;;)
		pause();
}

/* Each stop and each continuation is told once, in order. */
static void
stops(int argc, char **argv)
{
	static const int all[] = { SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU };
	int status, fds[2];
	pid_t pid;
	char c;

	(void)argc;
	(void)argv;
	MUST(!pipe(fds));
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		MUST(write(fds[1], "r", 1) == 1);
		sit();
	}
	/* Else it might be stopped and ended before it has made a call. */
	MUST(read(fds[0], &c, 1) == 1);
	for (int i = 0; i < 4; i++) {
		kill(pid, all[i]);
		print_wait("stop", next_of(pid));
		/* A second stop of what stands still is not told. */
		kill(pid, SIGSTOP);
		sleep_ms(5);
		MUST(waitpid(pid, &status, WUNTRACED | WCONTINUED | WNOHANG) == 0);
		kill(pid, SIGCONT);
		print_wait("go on", next_of(pid));
		MUST(waitpid(pid, &status, WUNTRACED | WCONTINUED | WNOHANG) == 0);
	}
	/* A deadly signal waits until it goes on; SIGKILL does not. */
	kill(pid, SIGSTOP);
	print_wait("stop", next_of(pid));
	kill(pid, SIGTERM);
	sleep_ms(5);
	MUST(waitpid(pid, &status, WUNTRACED | WCONTINUED | WNOHANG) == 0);
	kill(pid, SIGCONT);
	status = next_of(pid);
	/* Both have happened: the kernel tells the last. */
	print_wait("end", WIFCONTINUED(status) ? next_of(pid) : status);
}

/* Stops itself; its own child lets it go on. */
static void
own_child(int argc, char **argv)
{
	int fds[2];
	char c;
	pid_t pid;

	(void)argc;
	(void)argv;
	MUST(!pipe(fds));
	pid = fork();
	if (!pid) {
		char stat[256];
		char name[64];
		int fd;

		snprintf(name, sizeof name, "/proc/%d/stat", getppid());
		do {
			sleep_ms(2);
			fd = open(name, O_RDONLY);
			MUST(read(fd, stat, sizeof stat) > 0);
			close(fd);
			/* T: stopped; t: the same, seen through a tracer */
		} while (!strstr(stat, ") T ") && !strstr(stat, ") t "));
		kill(getppid(), SIGCONT);
		_exit(0);
	}
	for (int i = 0; i < 1; i++) {
		raise(SIGSTOP);
		printf("went on\n");
	}
	close(fds[1]);
	MUST(read(fds[0], &c, 1) == 0);
	print_wait("child", wait_for(pid));
	WANT(1, "^SIGNAL 1 19 code -?[0-9]+ .* stop$");
}

#define N_HARD 64
#define N_FEWEST 230

/* Calls that fill what is between them and whoever watches, up to where it must be waited for,
 * and then a stop. */
static void
work_hard(int go, int done)
{
	char c = 0;

	for (int i = 0; i < N_HARD; i++) {
		MUST(read(go, &c, 1) == 1);
		for (int k = 0; k < N_FEWEST + i; k++)
			syscall(SYS_getppid);
		raise(SIGSTOP);
		MUST(write(done, &c, 1) == 1);
	}
	_exit(0);
}

/* A stop of its own lasts until somebody ends it. */
static void
own_stops(int argc, char **argv)
{
	int go[2], done[2], n_early = 0;
	pid_t pid;

	(void)argc;
	(void)argv;
	MUST(!pipe(go) && !pipe(done));
	pid = fork();
	if (!pid)
		work_hard(go[0], done[1]);
	for (int i = 0; i < N_HARD; i++) {
		struct pollfd poller = { .fd = done[0], .events = POLLIN };
		char c = 0;
		int status;

		MUST(write(go[1], &c, 1) == 1);
		MUST(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
		n_early += poll(&poller, 1, 2) > 0;
		kill(pid, SIGCONT);
		MUST(read(done[0], &c, 1) == 1);
	}
	printf("%d ended early\n", n_early);
	print_wait("child", wait_for(pid));
}

/* A handler for SIGTSTP that cleans up and stops by itself, as editors have one. */
static void
on_stop(int signal)
{
	struct sigaction action = { .sa_handler = SIG_DFL }, old;
	sigset_t set;

	MUST(write(1, "clean up\n", 9) == 9);
	sigaction(signal, &action, &old);
	raise(signal);
	sigemptyset(&set);
	sigaddset(&set, signal);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigaction(signal, &old, NULL);
	MUST(write(1, "set up\n", 7) == 7);
}

static void
edits(int argc, char **argv)
{
	int fds[2];
	pid_t pid;
	char c;

	(void)argc;
	(void)argv;
	MUST(!pipe(fds));
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		signal(SIGTSTP, on_stop);
		for (int i = 0; i < 2; i++) {
			raise(SIGTSTP);
			/* A second stop would make the kernel forget that it went on. */
			MUST(read(fds[0], &c, 1) == 1);
		}
		_exit(3);
	}
	for (int i = 0; i < 2; i++) {
		print_wait("editor", next_of(pid));
		kill(pid, SIGCONT);
		print_wait("editor", next_of(pid));
		MUST(write(fds[1], "x", 1) == 1);
	}
	print_wait("editor", next_of(pid));
}

/* A terminal of our own: who is in the background is stopped when it reads, and ^C goes to the
 * foreground. */
static void
session(int master, const char *name)
{
	int tty, status;
	pid_t pid;
	char c;

	close(master);
	MUST(setsid() > 0 && (tty = open(name, O_RDWR)) >= 0);
	MUST(tcgetpgrp(tty) == getpgrp());
	signal(SIGTTOU, SIG_IGN);
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		signal(SIGTTOU, SIG_DFL);
		MUST(read(tty, &c, 1) == 1 && c == 'y');
		sit();
	}
	setpgid(pid, pid);
	print_wait("reads in the background", next_of(pid));
	MUST(write(tty, "1", 1) == 1);
	MUST(!tcsetpgrp(tty, pid) && !kill(-pid, SIGCONT));
	print_wait("brought to the front", next_of(pid));
	MUST(write(tty, "2", 1) == 1);
	status = next_of(pid);
	print_wait("after ^C", status);
	MUST(!tcsetpgrp(tty, getpgrp()));
	fflush(stdout);
	_exit(0);
}

static void
terminal(int argc, char **argv)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	struct termios mode;
	pid_t pid;
	char c;

	(void)argc;
	(void)argv;
	MUST(master >= 0 && !grantpt(master) && !unlockpt(master));
	tcgetattr(master, &mode);
	mode.c_lflag &= ~(tcflag_t)(ECHO | ICANON);
	mode.c_oflag = 0;
	tcsetattr(master, TCSANOW, &mode);
	pid = fork();
	if (!pid)
		session(master, ptsname(master));
	MUST(read(master, &c, 1) == 1 && c == '1');
	MUST(read(master, &c, 1) == 1 && c == '2');
	MUST(write(master, "y", 1) == 1);
	sleep_ms(30);
	MUST(write(master, "\3", 1) == 1);
	print_wait("session", wait_for(pid));
}

/* A stopped group that loses its last relative in the session gets SIGHUP and SIGCONT. */
static void
orphaned(int argc, char **argv)
{
	int fds[2], status = 0;
	pid_t pid;
	char text[20];
	ssize_t n;

	(void)argc;
	(void)argv;
	MUST(!pipe(fds));
	pid = fork();
	if (!pid) {
		pid_t grand;

		setpgid(0, 0);
		grand = fork();
		if (!grand) {
			setpgid(0, 0);
			close(fds[0]);
			raise(SIGSTOP);
			_exit(1);
		}
		setpgid(grand, grand);
		MUST(waitpid(grand, &status, WUNTRACED) == grand && WIFSTOPPED(status));
		_exit(0);
	}
	close(fds[1]);
	print_wait("parent", wait_for(pid));
	/* The pipe ends when the grandchild does. */
	n = read(fds[0], text, sizeof text);
	printf("grandchild is gone: %s\n", yes(n == 0));
	WANT(1, "^EXIT 3 status 1 process");
}

static void
read_for_ever(void)
{
	int fds[2];
	char c;

	MUST(!pipe(fds));
	MUST(read(fds[0], &c, 1) == 1);
}

static void
write_for_ever(void)
{
	static char bytes[1 << 20];
	int fds[2];

	MUST(!pipe(fds));
	MUST(write(fds[1], bytes, sizeof bytes) > 0);
}

static void
sleep_for_ever(void)
{
	sleep_ms(1000000);
}

static void
lock_for_ever(void)
{
	static int word;

	syscall(SYS_futex, &word, 0, 0, NULL, NULL, 0);
}

/* Killed inside calls: they have begun, and never return. */
static void
killed(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*work)(void);
	} all[] = { { "read", read_for_ever }, { "write", write_for_ever },
		{ "sleep", sleep_for_ever }, { "futex", lock_for_ever }, { "pause", sit } };
	pid_t pids[5];

	(void)argc;
	(void)argv;
	for (int i = 0; i < 5; i++)
		pids[i] = child_of(all[i].work);
	sleep_ms(100);
	for (int i = 0; i < 5; i++) {
		kill(pids[i], SIGKILL);
		print_wait(all[i].name, wait_for(pids[i]));
	}
	WANT(1, "^CALL 2 read\\(.* UNFINISHED");
	WANT(1, "^CALL 3 write\\(.*, 100000\\) .* UNFINISHED");
	WANT(1, "^CALL 4 clock_nanosleep\\(.* UNFINISHED");
	WANT(1, "^CALL 5 futex\\(.* UNFINISHED");
	WANT(1, "^CALL 6 pause\\(.* UNFINISHED");
}

static const struct part parts[] = { { "stops", stops }, { "own-child", own_child },
	{ "own-stops", own_stops }, { "edits", edits }, { "terminal", terminal },
	{ "orphaned", orphaned }, { "killed", killed } };

int
main(int argc, char **argv)
{
	return RUN_PART(parts);
}
