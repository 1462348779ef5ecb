/* cap-eintr.c - signals that are ignored interrupt nothing; those that are handled do */

#include "want.h"

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

static void
sleep_ms(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

static double
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e3 + ts.tv_nsec / 1e6;
}

/* A child that sends the signal to us n times, `ms` apart, and ends. */
static pid_t
pester(int signal, int n, long ms)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	for (int i = 0; i < n; i++) {
		sleep_ms(ms);
		kill(getppid(), signal);
	}
	_exit(0);
}

static void
epoll(void)
{
	int ep = epoll_create1(0);
	struct epoll_event event;
	double start = now_ms();
	pid_t pid = pester(SIGURG, 3, 30);

	/* Its end sends SIGCHLD, too. */
	MUST(epoll_wait(ep, &event, 1, 300) == 0);
	WANT(1, "^CALL 1 epoll_wait\\(.* = 0( |$)");
	WANT(0, "^CALL 1 epoll_wait\\(.* = -4");
	MUST(now_ms() - start >= 299);
	waitpid(pid, NULL, 0);
	close(ep);
}

static void
semaphore(void)
{
	int id = semget(IPC_PRIVATE, 1, 0600);
	struct sembuf down = { 0, -1, 0 };
	pid_t pid;

	MUST(id >= 0);
	pid = fork();
	if (!pid) {
		struct sembuf up = { 0, 1, 0 };

		sleep_ms(30);
		kill(getppid(), SIGWINCH);
		sleep_ms(30);
		semop(id, &up, 1);
		_exit(0);
	}
	MUST(semop(id, &down, 1) == 0);
	WANT(1, "^CALL 1 sem(timed)?op\\(.* = 0( |$)");
	MUST(waitpid(pid, NULL, 0) == pid);
	semctl(id, 0, IPC_RMID);
}

static void
timed_socket(void)
{
	struct timeval limit = { 5, 0 };
	int pair[2];
	char c;
	pid_t pid;

	MUST(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	pid = fork();
	if (!pid) {
		sleep_ms(30);
		kill(getppid(), SIGURG);
		sleep_ms(30);
		MUST(write(pair[1], "x", 1) == 1);
		_exit(0);
	}
	MUST(recv(pair[0], &c, 1, 0) == 1);
	WANT(1, "^CALL 1 recvfrom\\(.* = 1( |$)");
	WANT(0, "^CALL 1 recvfrom\\(.* = -");
	waitpid(pid, NULL, 0);
}

static void
wait_for_signal(void)
{
	struct timespec limit = { 0, 200000000 };
	double start = now_ms();
	sigset_t set;
	pid_t pid;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	pid = pester(SIGURG, 2, 20);
	MUST(sigtimedwait(&set, NULL, &limit) == -1 && errno == EAGAIN);
	MUST(now_ms() - start >= 199);
	WANT(1, "^CALL 1 rt_sigtimedwait\\(.* = -11 error");
	waitpid(pid, NULL, 0);
}

/* The kernel runs it again as restart_syscall; the trace holds one call. */
static void
sleeping(void)
{
	double start = now_ms();
	pid_t pid = pester(SIGURG, 3, 20);

	sleep_ms(150);
	MUST(now_ms() - start >= 149);
	WANT(0, "^CALL 1 (restart_syscall|clock_nanosleep.* RESTARTED)");
	waitpid(pid, NULL, 0);
}

static volatile sig_atomic_t n_handled;

static void
handle(int signal)
{
	(void)signal;
	n_handled++;
}

/* A handler does interrupt; what natively is EINTR stays EINTR. */
static void
handled(void)
{
	struct sigaction action = { .sa_handler = handle };
	int ep = epoll_create1(0);
	struct epoll_event event;
	pid_t pid;

	sigaction(SIGUSR1, &action, NULL);
	pid = pester(SIGUSR1, 1, 30);
	MUST(epoll_pwait(ep, &event, 1, 5000, NULL) == -1 && errno == EINTR && n_handled == 1);
	WANT(1, "^CALL 1 epoll_pwait\\(.* = -4 error$");
	waitpid(pid, NULL, 0);
	pid = pester(SIGUSR1, 1, 30);
	MUST(poll(NULL, 0, 5000) == -1 && errno == EINTR && n_handled == 2);
	WANT(1, "^CALL 1 poll\\(.* RESTARTED");
	waitpid(pid, NULL, 0);
	close(ep);
}

/* 500 signals with a handler that restarts: each read goes on, nothing is lost. */
static void
storm(void)
{
	struct sigaction action = { .sa_handler = handle, .sa_flags = SA_RESTART };
	struct itimerval often = { { 0, 500 }, { 0, 500 } }, never = { 0 };
	char bytes[100];
	int fds[2];
	pid_t pid;

	sigaction(SIGALRM, &action, NULL);
	MUST(!pipe(fds));
	pid = fork();
	if (!pid) {
		for (int i = 0; i < 100; i++) {
			sleep_ms(2);
			MUST(write(fds[1], "y", 1) == 1);
		}
		_exit(0);
	}
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < 100; i++)
		MUST(read(fds[0], bytes + i, 1) == 1);
	setitimer(ITIMER_REAL, &never, NULL);
	WANT(100, "^CALL 1 read\\(%x, [0-9a-f]+, 1\\) = 1( |$)", fds[0]);
	waitpid(pid, NULL, 0);
}

/* To be stopped and continued does interrupt epoll_wait, natively too (signal(7)). */
static void
stopped(void)
{
	int ep = epoll_create1(0);
	struct epoll_event event;
	pid_t pid = fork();
	int status;

	if (!pid) {
		MUST(epoll_pwait(ep, &event, 1, 5000, NULL) == -1 && errno == EINTR);
		_exit(7);
	}
	sleep_ms(50 * (long)slow());
	kill(pid, SIGSTOP);
	MUST(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status) &&
		WSTOPSIG(status) == SIGSTOP);
	sleep_ms(20);
	kill(pid, SIGCONT);
	MUST(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 7);
	close(ep);
}

int
main(void)
{
	begin();
	epoll();
	semaphore();
	timed_socket();
	wait_for_signal();
	sleeping();
	handled();
	storm();
	stopped();
	return 0;
}
