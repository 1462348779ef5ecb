/* cap-signals.c - signals arrive with what was sent along; stops and job control work as ever
 */

#include "want.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

static volatile sig_atomic_t value, sender, code, n_seen;

static void
handle(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	value = info->si_value.sival_int;
	sender = info->si_pid;
	code = info->si_code;
	n_seen++;
}

static void
queued(void)
{
	struct sigaction action = { .sa_sigaction = handle, .sa_flags = SA_SIGINFO };

	sigaction(SIGRTMIN + 3, &action, NULL);
	MUST(!sigqueue(getpid(), SIGRTMIN + 3, (union sigval){ .sival_int = 4711 }));
	MUST(n_seen == 1 && value == 4711 && sender == getpid() && code == SI_QUEUE);
	WANT(1, "^SIGNAL 1 %d code -1 pid %d ", SIGRTMIN + 3, getpid());
}

static void
fault(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		*(volatile int *)0x1230 = 1;
		_exit(0);
	}
	MUST(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
		WTERMSIG(status) == SIGSEGV);
	WANT(1, "^SIGNAL 2 11 code 1 pid 0 address 1230$");
	WANT(1, "^EXIT 2 status (b|8b) process");
}

/* The parent sees the child stop, go on, and end. */
static void
job_control(int signal)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		setpgid(0, 0);
		raise(signal);
		/* Who has ended has not been continued, for waitpid(2). */
		nanosleep(&(struct timespec){ 0, 50000000 }, NULL);
		_exit(8);
	}
	MUST(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status) &&
		WSTOPSIG(status) == signal);
	/* It stays stopped: nothing moves for a while. */
	nanosleep(&(struct timespec){ 0, 50000000 }, NULL);
	MUST(waitpid(pid, &status, WUNTRACED | WCONTINUED | WNOHANG) == 0);
	kill(pid, SIGCONT);
	MUST(waitpid(pid, &status, WCONTINUED) == pid && WIFCONTINUED(status));
	MUST(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 8);
}

/* Killed while stopped. */
static void
killed(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		raise(SIGSTOP);
		_exit(0);
	}
	MUST(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
	/* Its parent may hear of the stop before its tracer does, who then never would. */
	nanosleep(&(struct timespec){ 0, 50000000 }, NULL);
	kill(pid, SIGKILL);
	MUST(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
		WTERMSIG(status) == SIGKILL);
	WANT(1, "^EXIT 5 status 9 process");
}

/* Killed in the middle of a call. */
static void
cut_off(void)
{
	int status, fds[2];
	pid_t pid;

	MUST(!pipe(fds));
	pid = fork();
	if (!pid) {
		char c;

		if (read(fds[0], &c, 1) == 1)
			_exit(1);
		_exit(2);
	}
	nanosleep(&(struct timespec){ 0, 50000000 }, NULL);
	kill(pid, SIGKILL);
	MUST(waitpid(pid, &status, 0) == pid && WTERMSIG(status) == SIGKILL);
	WANT(1, "^CALL 6 read\\(%x, .* UNFINISHED", fds[0]);
	WANT(1, "^EXIT 6 status 9 process");
}

int
main(void)
{
	begin();
	queued();
	fault();
	job_control(SIGSTOP);
	job_control(SIGTSTP);
	WANT(1, "^SIGNAL 3 19 code 0 .* stop$");
	WANT(1, "^SIGNAL 4 20 code 0 .* stop$");
	killed();
	cut_off();
	WANT(1, "^FOOTER complete .* tasks 6 processes 6 ");
	return 0;
}
