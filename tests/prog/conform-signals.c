/* conform-signals.c - signals: how many, in which order, with what, and whom they interrupt */

#include "conform.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/time.h>

static volatile sig_atomic_t n_handled;

static void
handle(int signal)
{
	(void)signal;
	n_handled++;
}

static void catch (int signal, int flags, void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };

	if (!handler)
		action = (struct sigaction){ .sa_handler = handle, .sa_flags = flags };
	MUST(!sigaction(signal, &action, NULL));
}

static void
tick_each(long usec)
{
	struct itimerval timer = { { 0, usec }, { 0, usec } };

	MUST(!setitimer(ITIMER_REAL, &timer, NULL));
}

/* A child writes a byte now and then, we read them one by one under 1 kHz of signals. */
static void
read_under_ticks(int flags)
{
	int fds[2], n_read = 0, n_interrupted = 0;
	pid_t pid;
	char c;

	MUST(!pipe(fds));
	pid = fork();
	if (!pid) {
		for (int i = 0; i < 60; i++) {
			sleep_ms(2);
			MUST(write(fds[1], "x", 1) == 1);
		}
		_exit(0);
	}
	catch (SIGALRM, flags, NULL);
	tick_each(1000);
	while (n_read < 60) {
		if (read(fds[0], &c, 1) == 1) {
			n_read++;
			continue;
		}
		MUST(errno == EINTR);
		n_interrupted++;
	}
	tick_each(0);
	printf("read %d, signals %s, interrupted %s\n", n_read, yes(n_handled > 10),
		yes(n_interrupted > 0 && n_interrupted <= n_handled));
	WANT(60, "^CALL 1 read\\(%x, [0-9a-f]+, 1\\) = 1( |$)", fds[0]);
	print_wait("writer", wait_for(pid));
}

static void
timer_restart(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	read_under_ticks(SA_RESTART);
}

static void
timer_interrupt(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	read_under_ticks(0);
}

/* All signals blocked: a tracer that stops the program by a signal of its own must not rely on
 * one that can be. */
static void
blocked(int argc, char **argv)
{
	static char page[4096];
	int null = open("/dev/null", O_WRONLY), n = argc ? atoi(argv[0]) : 2000;
	sigset_t all, pending;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	catch (SIGALRM, 0, NULL);
	tick_each(1000);
	for (int i = 0; i < n; i++)
		MUST(write(null, page, sizeof page) == sizeof page);
	sleep_ms(5);
	tick_each(0);
	sigpending(&pending);
	for (int i = 1; i <= SIGRTMAX; i++)
		if (sigismember(&pending, i) > 0)
			printf("pending %d\n", i);
	printf("handled %d\n", n_handled);
	WANT(n, "^CALL 1 write\\(%x, [0-9a-f]+, 1000\\) = 4096", null);
}

static int order[200][3];
static volatile sig_atomic_t n_order;

static void
note(int signal, siginfo_t *info, void *context)
{
	(void)context;
	order[n_order][0] = signal - SIGRTMIN;
	order[n_order][1] = info->si_value.sival_int;
	order[n_order++][2] = info->si_code;
}

/* 90 of three real-time signals, sent by a child while they are blocked: none is merged, the
 * lower number comes first, those of one number in the order in which they were sent. */
static void
queued(int argc, char **argv)
{
	sigset_t set;
	pid_t pid;

	(void)argc;
	(void)argv;
	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (int i = 0; i < 3; i++)
		catch (SIGRTMIN + i, 0, note);
	pid = fork();
	if (!pid) {
		for (int i = 0; i < 90; i++)
			MUST(!sigqueue(
				getppid(), SIGRTMIN + i % 3, (union sigval){ .sival_int = i }));
		_exit(0);
	}
	print_wait("sender", wait_for(pid));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	for (int i = 0; i < n_order; i++)
		printf("%d:%d:%d ", order[i][0], order[i][1], order[i][2]);
	printf("\n%d arrived\n", n_order);
	WANT(90, "^SIGNAL 1 (3[4-9]) code -1 pid [0-9]+ ");
	WANT(90, "^CALL 1 rt_sigreturn\\(");
}

static int children[64][2];
static volatile sig_atomic_t n_children;

static void
note_child(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	children[n_children][0] = info->si_code;
	children[n_children++][1] = info->si_status;
}

static void
until_children(int n)
{
	sigset_t none;

	sigemptyset(&none);
	while (n_children < n)
		sigsuspend(&none);
}

static void
exit_4(void)
{
	_exit(4);
}

static void
stop_then_wait(void)
{
	raise(SIGSTOP);
	for (;;)
		pause();
}

/* How many SIGCHLD there are and what they say: of children that end, that are stopped, go on
 * and are killed. One at a time, so that none is merged with another. */
static void
child_signals(int argc, char **argv)
{
	sigset_t set;
	pid_t pid;

	(void)argv;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	catch (SIGCHLD, argc ? SA_NOCLDSTOP : 0, note_child);
	for (int i = 1; i <= 20; i++) {
		pid = child_of(exit_4);
		until_children(i);
		MUST(wait_for(pid) == 4 << 8);
	}
	pid = child_of(stop_then_wait);
	if (!argc)
		until_children(21);
	print_wait("child", ({
		int s;
		MUST(waitpid(pid, &s, WUNTRACED) == pid);
		s;
	}));
	kill(pid, SIGCONT);
	if (!argc)
		until_children(22);
	print_wait("child", ({
		int s;
		MUST(waitpid(pid, &s, WCONTINUED) == pid);
		s;
	}));
	kill(pid, SIGKILL);
	until_children(argc ? 21 : 23);
	print_wait("child", wait_for(pid));
	for (int i = 0; i < n_children; i++)
		printf("%d:%d ", children[i][0], children[i][1]);
	printf("\n%d signals\n", n_children);
	MUST(waitpid(-1, NULL, 0) == -1 && errno == ECHILD);
}

/* Every way to wait for a signal. */
static void
waits(int argc, char **argv)
{
	struct timespec limit = { 5, 0 };
	struct signalfd_siginfo got;
	siginfo_t info;
	sigset_t set, none;
	int fd;

	(void)argc;
	(void)argv;
	sigemptyset(&none);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	catch (SIGUSR1, 0, NULL);
	kill(getpid(), SIGUSR1);
	MUST(sigwaitinfo(&set, &info) == SIGUSR1 && info.si_pid == getpid());
	printf("sigwaitinfo: code %d\n", info.si_code);
	raise(SIGUSR1);
	MUST(sigtimedwait(&set, &info, &limit) == SIGUSR1);
	printf("sigtimedwait: code %d\n", info.si_code);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = 77 });
	MUST(read(fd, &got, sizeof got) == sizeof got);
	printf("signalfd: %u code %d value %d\n", got.ssi_signo, got.ssi_code, got.ssi_int);
	kill(getpid(), SIGUSR1);
	MUST(sigsuspend(&none) == -1 && errno == EINTR);
	printf("sigsuspend: handled %d\n", n_handled);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	kill(getpid(), SIGUSR1);
	printf("at once: handled %d\n", n_handled);
}

static sigjmp_buf back;
static volatile sig_atomic_t fault_code;
static void *volatile fault_at;

static void
leap(int signal, siginfo_t *info, void *context)
{
	(void)context;
	fault_code = info->si_code;
	fault_at = info->si_addr;
	siglongjmp(back, signal);
}

static volatile int zero, one = 1;

static void
fault(int which, char *pages)
{
	switch (which) {
	case 0:
		*(volatile int *)0x1230 = 1;
		break;
	case 1:
		*(volatile char *)pages = 1;
		break; /* may only be read */
	case 2:
		one = one / zero;
		break;
	case 3:
		__asm__ volatile("ud2");
		break;
	case 4:
		one = *(volatile char *)(pages + 4096);
		break; /* behind the file's end */
	case 5:
		__asm__ volatile("int3");
		break;
	case 6:
		raise(SIGABRT);
		break;
	}
}

static void
faults(int argc, char **argv)
{
	static const int all[] = { SIGSEGV, SIGFPE, SIGILL, SIGBUS, SIGTRAP, SIGABRT };
	int fd = open("one-byte", O_RDWR | O_CREAT, 0644), got;
	char *pages;

	(void)argc;
	(void)argv;
	MUST(write(fd, "x", 1) == 1);
	pages = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0);
	for (int i = 0; i < 6; i++)
		catch (all[i], 0, leap);
	for (int which = 0; which < 7; which++) {
		fault_at = NULL;
		got = sigsetjmp(back, 1);
		if (!got)
			fault(which, pages);
		printf("fault %d: signal %d code %d", which, got, fault_code);
		if (which == 0 || which == 1 || which == 4)
			printf(" at %s", fault_at == (void *)0x1230 ? "1230"
					 : fault_at == pages        ? "page"
								    : "behind");
		putchar('\n');
	}
}

static volatile sig_atomic_t depth, deepest;

static void
nest(int signal)
{
	if (++depth > deepest)
		deepest = depth;
	if (depth < 5)
		raise(signal);
	depth--;
}

/* SA_NODEFER, SA_RESETHAND, SA_ONSTACK. */
static void
flags(int argc, char **argv)
{
	static char room[65536];
	struct sigaction action = { .sa_handler = nest, .sa_flags = SA_NODEFER | SA_ONSTACK };
	stack_t stack = { .ss_sp = room, .ss_size = sizeof room };
	int status;
	pid_t pid;

	(void)argc;
	(void)argv;
	MUST(!sigaltstack(&stack, NULL));
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	printf("depth %d\n", deepest);
	pid = fork();
	if (!pid) {
		catch (SIGUSR2, (int)SA_RESETHAND, NULL);
		raise(SIGUSR2);
		raise(SIGUSR2);
		_exit(1);
	}
	status = wait_for(pid);
	print_wait("reset", status);
}

static int thread_got[4];

static void
note_thread(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	thread_got[info->si_value.sival_int]++;
	if (syscall(SYS_gettid) == getpid())
		thread_got[info->si_value.sival_int] += 100;
}

static pthread_barrier_t barrier;

static void *
take_signals(void *arg)
{
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return arg;
}

/* Signals to one thread go to that thread: ten each, all different real-time ones. */
static void
to_threads(int argc, char **argv)
{
	pthread_t threads[4];

	(void)argc;
	(void)argv;
	pthread_barrier_init(&barrier, NULL, 5);
	for (int i = 0; i < 4; i++) {
		catch (SIGRTMIN + i, SA_RESTART, note_thread);
		MUST(!pthread_create(&threads[i], NULL, take_signals, NULL));
	}
	pthread_barrier_wait(&barrier);
	for (int n = 0; n < 10; n++)
		for (int i = 0; i < 4; i++)
			MUST(!pthread_sigqueue(
				threads[i], SIGRTMIN + i, (union sigval){ .sival_int = i }));
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		printf("thread %d: %d\n", i, thread_got[i]);
	}
	WANT(40, "^SIGNAL [2-5] (3[4-9]) code -1 pid ");
}

static void
pipe_closed(void)
{
	int fds[2];

	MUST(!pipe(fds));
	close(fds[0]);
	if (write(fds[1], "x", 1) < 0)
		_exit(1);
}

static void
alarmed(void)
{
	struct itimerval soon = { { 0, 0 }, { 0, 20000 } };

	setitimer(ITIMER_REAL, &soon, NULL);
	for (;;)
		pause();
}

static void
pause_for_ever(void)
{
	for (;;)
		pause();
}

static void
divide(void)
{
	one = one / zero;
}

/* What its parent sees of a process that a signal ends. */
static void
deaths(int argc, char **argv)
{
	pid_t pid;

	(void)argc;
	(void)argv;
	print_wait("SIGPIPE", wait_for(child_of(pipe_closed)));
	print_wait("SIGALRM", wait_for(child_of(alarmed)));
	print_wait("abort", wait_for(child_of(abort)));
	print_wait("division", wait_for(child_of(divide)));
	for (int signal = 1; signal <= SIGRTMAX; signal++) {
		if (signal == 32 || signal == 33 || signal == SIGCHLD || signal == SIGCONT ||
			signal == SIGURG || signal == SIGWINCH || signal == SIGSTOP ||
			signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU)
			continue;
		pid = child_of(pause_for_ever);
		kill(pid, signal);
		printf("%d ", signal);
		print_wait("sent", wait_for(pid));
	}
}

/* To a group: everybody gets it once. */
static void
group(int argc, char **argv)
{
	pid_t leader = 0, pids[5];

	(void)argc;
	(void)argv;
	for (int i = 0; i < 5; i++) {
		pids[i] = fork();
		if (!pids[i]) {
			setpgid(0, leader);
			pause_for_ever();
		}
		leader = leader ? leader : pids[0];
		setpgid(pids[i], leader);
	}
	MUST(!kill(-leader, SIGTERM));
	for (int i = 0; i < 5; i++)
		print_wait("member", wait_for(pids[i]));
	MUST(kill(-leader, 0) == -1 && errno == ESRCH);
}

/* Signals that nobody hears of: ignored by the program or by themselves, to itself and to a
 * child that has ended. */
static void
unheard(int argc, char **argv)
{
	sigset_t set;
	pid_t pid;

	(void)argc;
	(void)argv;
	signal(SIGUSR1, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	for (int i = 0; i < 3; i++)
		MUST(!kill(getpid(), SIGUSR1));
	MUST(!raise(SIGTSTP) && !raise(SIGWINCH) && !raise(SIGURG) && !raise(SIGCONT));
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	MUST(!kill(getpid(), SIGUSR1));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	WANT(4, "^SIGNAL 1 %d code 0 ", SIGUSR1);
	WANT(1, "^SIGNAL 1 %d code -6 pid [0-9]+ address 0$", SIGTSTP);
	WANT(1, "^SIGNAL 1 %d code -6 ", SIGWINCH);
	WANT(1, "^SIGNAL 1 %d code -6 ", SIGURG);
	WANT(1, "^SIGNAL 1 %d code -6 ", SIGCONT);
	for (int i = 0; i < 10; i++)
		MUST(wait_for(child_of(exit_4)) == 4 << 8);
	pid = child_of(exit_4);
	MUST(!waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT));
	MUST(!kill(pid, SIGWINCH) && wait_for(pid) == 4 << 8);
	WANT(11, "^SIGNAL 1 %d code 1 ", SIGCHLD);
	WANT(0, "^SIGNAL ([2-9]|1[0-9])");
	printf("unheard\n");
}

static const struct part parts[] = { { "timer-restart", timer_restart },
	{ "timer-interrupt", timer_interrupt }, { "blocked", blocked }, { "queued", queued },
	{ "children", child_signals }, { "waits", waits }, { "faults", faults },
	{ "flags", flags }, { "threads", to_threads }, { "deaths", deaths }, { "group", group },
	{ "unheard", unheard } };

int
main(int argc, char **argv)
{
	return RUN_PART(parts);
}
