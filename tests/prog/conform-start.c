/* conform-start.c - what a program finds when it starts: nothing of the tracer's */

#include "conform.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>

extern char **environ;

static void
signals(void)
{
	struct sigaction action;
	stack_t stack;
	sigset_t mask;

	for (int i = 1; i <= SIGRTMAX; i++) {
		if (sigaction(i, NULL, &action) == 0 && action.sa_handler != SIG_DFL)
			printf("signal %d: %s\n", i,
				action.sa_handler == SIG_IGN ? "ignored" : "handled");
	}
	sigprocmask(SIG_BLOCK, NULL, &mask);
	for (int i = 1; i <= SIGRTMAX; i++)
		if (sigismember(&mask, i) > 0)
			printf("signal %d: blocked\n", i);
	sigpending(&mask);
	for (int i = 1; i <= SIGRTMAX; i++)
		if (sigismember(&mask, i) > 0)
			printf("signal %d: pending\n", i);
	sigaltstack(NULL, &stack);
	printf("signal stack: %s\n", stack.ss_flags & SS_DISABLE ? "none" : "some");
}

static void
limits(void)
{
	struct rlimit limit;

	for (int i = 0; i < RLIM_NLIMITS; i++) {
		getrlimit((__rlimit_resource_t)i, &limit);
		printf("limit %d: %ld %ld\n", i, (long)limit.rlim_cur, (long)limit.rlim_max);
	}
}

static void
timers(void)
{
	struct itimerval timer;
	long slack = prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);

	for (int i = 0; i < 3; i++) {
		getitimer((__itimer_which_t)i, &timer);
		printf("timer %d: %s\n", i,
			timer.it_value.tv_sec || timer.it_value.tv_usec ? "runs" : "off");
	}
	printf("slack %ld\n", slack);
}

static void
descriptors(void)
{
	struct stat st;

	for (int fd = 0; fd < 2000; fd++) {
		int flags = fcntl(fd, F_GETFD), status = fcntl(fd, F_GETFL);

		if (flags < 0)
			continue;
		fstat(fd, &st);
		printf("fd %d: type 0%o flags %d status 0%o offset %ld\n", fd,
			st.st_mode & S_IFMT, flags, status, (long)lseek(fd, 0, SEEK_CUR));
	}
}

/* Those that say whose process this is, and what it may. */
static void
processes(void)
{
	struct sched_param param;
	mode_t mask = umask(0);

	umask(mask);
	sched_getparam(0, &param);
	printf("leads group %d session %d; umask 0%o nice %d policy %d %d\n",
		getpgrp() == getpid(), getsid(0) == getpid(), mask,
		getpriority(PRIO_PROCESS, 0), sched_getscheduler(0), param.sched_priority);
	printf("group of parent %s, session of parent %s\n",
		yes(getpgrp() == getpgid(getppid())), yes(getsid(0) == getsid(getppid())));
	printf("ids %d %d %d %d\n", getuid(), geteuid(), getgid(), getegid());
	printf("dumpable %d keepcaps %d subreaper %d no_new_privs %d seccomp %d secure %d\n",
		prctl(PR_GET_DUMPABLE), prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0), ({
			int is;
			prctl(PR_GET_CHILD_SUBREAPER, &is, 0, 0, 0);
			is;
		}),
		prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), prctl(PR_GET_SECCOMP, 0, 0, 0, 0),
		(int)getauxval(AT_SECURE));
	printf("death signal %d\n", ({
		int n;
		prctl(PR_GET_PDEATHSIG, &n, 0, 0, 0);
		n;
	}));
	printf("children %s\n", waitpid(-1, NULL, WNOHANG) == -1 ? errno_name() : "some");
}

static void
machine(void)
{
	cpu_set_t set;

	MUST(!sched_getaffinity(0, sizeof set, &set));
	printf("CPUs %d, online %ld, configured %ld\n", CPU_COUNT(&set),
		sysconf(_SC_NPROCESSORS_ONLN), sysconf(_SC_NPROCESSORS_CONF));
	printf("page %ld hwcap %lx clktck %lu\n", sysconf(_SC_PAGESIZE), getauxval(AT_HWCAP),
		getauxval(AT_CLKTCK));
	printf("vdso %s\n", yes(getauxval(AT_SYSINFO_EHDR) != 0));
}

/* Lines of /proc/self/status that a tracer could change. TracerPid names a ptrace(2) tracer,
 * and Cpus_allowed the one CPU that it keeps both on: those are not hidden, and not told here.
 * Seccomp is a line of the filter that backend "seccomp" works with. */
static void
status(void)
{
	static const char *const told[] = { "State", "NoNewPrivs", "SigPnd", "ShdPnd", "SigBlk",
		"SigIgn", "SigCgt", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "Threads",
		"FDSize", "Groups", "THP_enabled", "Speculation_Store_Bypass" };
	FILE *file = fopen("/proc/self/status", "r");
	char line[4096];

	MUST(file);
	while (fgets(line, sizeof line, file)) {
		for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
			if (!strncmp(line, told[i], strlen(told[i])) &&
				line[strlen(told[i])] == ':')
				fputs(line, stdout);
	}
	fclose(file);
}

int
main(int argc, char **argv)
{
	begin();
	descriptors();
	for (int i = 0; i < argc; i++)
		printf("argument %d: %s\n", i, argv[i]);
	for (char **e = environ; *e; e++)
		printf("environment: %s\n", *e);
	signals();
	limits();
	timers();
	processes();
	machine();
	status();
	return 0;
}
