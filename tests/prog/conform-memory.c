/* conform-memory.c - what calls point to: all of it, at its worst moments */

#include "conform.h"
#include "edges.h"

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/poll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/xattr.h>

static void *volatile nowhere = (void *)8;
extern char **environ;

static void
say(const char *what, long rc)
{
	printf("%s: %s\n", what, rc < 0 ? errno_name() : "worked");
}

/* A bad pointer in each place that a call has for one. */
static void
bad_pointers(int argc, char **argv)
{
	int fd = open("file", O_RDWR | O_CREAT, 0644), zero = open("/dev/zero", O_RDONLY),
	    ends[2];
	struct iovec half[2] = { { "good", 4 }, { nowhere, 4 } };
	struct msghdr message = { .msg_iov = half, .msg_iovlen = 2 };
	struct msghdr no_name = { .msg_name = nowhere, .msg_namelen = 16 };
	struct msghdr no_control = { .msg_control = nowhere, .msg_controllen = 64 };
	char *bad = nowhere, *args[] = { "true", bad, NULL };

	(void)argc;
	(void)argv;
	MUST(!socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
	say("open", open(bad, O_RDONLY));
	say("stat", stat(bad, (struct stat *)(void *)args));
	say("stat into", syscall(SYS_newfstatat, AT_FDCWD, "file", bad, 0));
	say("access", access(bad, R_OK));
	say("rename from", rename(bad, "x"));
	say("rename to", rename("file", bad));
	say("link", link("file", bad));
	say("symlink", symlink(bad, "x"));
	say("readlink", readlink("/proc/self/exe", bad, 100));
	say("mkdir", mkdir(bad, 0755));
	say("unlink", unlink(bad));
	say("chdir", chdir(bad));
	say("truncate", truncate(bad, 0));
	say("getcwd", syscall(SYS_getcwd, bad, 100));
	say("write", write(fd, bad, 10));
	say("write to null", write(open("/dev/null", O_WRONLY), bad, 10));
	say("read", read(zero, bad, 10));
	say("writev", writev(fd, (void *)bad, 2));
	say("writev, second", writev(fd, half, 2));
	say("pwritev", pwritev(fd, half + 1, 1, 0));
	say("sendmsg", sendmsg(ends[0], (void *)bad, 0));
	say("sendmsg, second", sendmsg(ends[0], &message, 0));
	say("sendmsg, name", sendmsg(ends[0], &no_name, 0));
	say("sendmsg, control", sendmsg(ends[0], &no_control, 0));
	say("sendto", sendto(ends[0], bad, 10, 0, NULL, 0));
	say("sendto, name", sendto(ends[0], "x", 1, 0, (void *)bad, 16));
	say("recvmsg", recvmsg(ends[0], (void *)bad, MSG_DONTWAIT));
	say("bind", bind(ends[0], (void *)bad, 16));
	say("connect", connect(ends[0], (void *)bad, 16));
	say("getsockname", getsockname(ends[0], (void *)bad, (socklen_t *)(void *)bad));
	say("setsockopt", setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, bad, 16));
	say("poll", poll((void *)bad, 2, 0));
	say("select", select(3, (void *)bad, NULL, NULL, NULL));
	say("epoll_ctl", epoll_ctl(epoll_create1(0), EPOLL_CTL_ADD, ends[0], (void *)bad));
	say("pipe", syscall(SYS_pipe2, bad, 0));
	say("nanosleep", syscall(SYS_nanosleep, bad, NULL));
	say("clock_gettime", syscall(SYS_clock_gettime, 0, bad));
	say("sigaction", syscall(SYS_rt_sigaction, SIGUSR1, bad, NULL, 8));
	say("sigprocmask", syscall(SYS_rt_sigprocmask, SIG_BLOCK, bad, NULL, 8));
	say("getrlimit", syscall(SYS_prlimit64, 0, 0, NULL, bad));
	say("uname", syscall(SYS_uname, bad));
	say("wait4", syscall(SYS_wait4, -1, bad, WNOHANG, NULL));
	say("utimensat", syscall(SYS_utimensat, AT_FDCWD, "file", bad, 0));
	say("setxattr", setxattr("file", bad, "x", 1, 0));
	say("setxattr, value", setxattr("file", "user.x", bad, 10, 0));
	say("getdents", syscall(SYS_getdents64, open(".", O_RDONLY), bad, 4096));
	say("ioctl", ioctl(ends[0], FIONREAD, bad));
	say("fcntl", fcntl(fd, F_GETLK, bad));
	say("futex", syscall(SYS_futex, bad, 1, 1, NULL, NULL, 0));
	say("execve", execve(bad, args, environ));
	say("execve, argv", execve("/bin/true", (void *)bad, environ));
	say("execve, argument", execve("/bin/true", args, environ));
	say("execve, environment", execve("/bin/true", args + 2, (void *)bad));
	say("clone3", syscall(SYS_clone3, bad, 64));
	say("process_vm_readv", process_vm_readv(getpid(), half, 1, (void *)bad, 1, 0));
}

/* Strings that end with the last byte of memory, and some that never end. */
static void
crossing(int argc, char **argv)
{
	char *end = pages(2) + 2 * PAGE, *args[] = { end - 5, NULL };
	pid_t pid;

	(void)argc;
	(void)argv;
	memcpy(end - 5, "made", 5);
	say("mkdir", mkdir(end - 5, 0755));
	say("rename", rename(end - 5, "renamed"));
	say("symlink", symlink(end - 5, "link"));
	say("setxattr", lsetxattr("renamed", "user.mark", end - 5, 4, 0));
	memcpy(end - 10, "/bin/true", 10);
	args[0] = end - 10;
	pid = fork();
	if (!pid) {
		execve(end - 10, args, environ);
		_exit(1);
	}
	print_wait("execve", wait_for(pid));
	memset(end - 100, 'x', 100);
	say("mkdir, no end", mkdir(end - 100, 0755));
	say("open, no end", open(end - 100, O_RDONLY));
	say("symlink, no end", symlink(end - 100, "second"));
	say("execve, no end", execve(end - 100, args, environ));
	args[0] = end - 100;
	say("execve, argument without end", execve("/bin/true", args, environ));
	memset(end - 8192, 'y', 8192);
	say("open, too long", open(end - 8192, O_RDONLY));
	say("write, half", write(open("half", O_CREAT | O_WRONLY, 0644), end - 100, 200));
	say("write, half to a pipe", ({
		int p[2];
		MUST(!pipe(p));
		write(p[1], end - 100, 200);
	}));
}

/* Never touched before the kernel reads it: on pages of their own. */
static const char untouched[3][PAGE] __attribute__((aligned(PAGE))) = { "./no-such-program",
	"an argument from a page nobody has read", "VARIABLE=from another such page" };
static const char far_path[2][PAGE]
	__attribute__((aligned(PAGE))) = { "/bin/echo", "an argument that was never read" };
static const char far_name[PAGE] __attribute__((aligned(PAGE))) = "a-name-never-touched";

static void
untouched_strings(int argc, char **argv)
{
	char *args[] = { (char *)untouched[1], (char *)untouched[1], NULL };
	char *environment[] = { (char *)untouched[2], NULL };
	char *echo[] = { "echo", (char *)far_path[1], NULL };
	pid_t pid;

	(void)argc;
	(void)argv;
	say("execve", execve(untouched[0], args, environment));
	say("open", open(far_name, O_CREAT | O_WRONLY, 0644));
	fflush(stdout);
	pid = fork();
	if (!pid) {
		execve(far_path[0], echo, environment);
		_exit(1);
	}
	print_wait("execve", wait_for(pid));
	WANT(1, "^CALL 1 execve\\(.* = -2 error .*\"./no-such-program\"");
	WANT(1, "^CALL 1 openat\\(.*\"a-name-never-touched\"");
	WANT(1, "^CALL 2 execve\\(.* = 0 .*\"/bin/echo\".*\"an argument that was never read\"");
}

/* The largest arguments that there can be: 128 KiB each, 2 MiB in all (a quarter of the stack).
 */
static void
large_arguments(int argc, char **argv)
{
	char *args[20] = { "true" }, *big = malloc(131072);
	pid_t pid;

	(void)argc;
	(void)argv;
	memset(big, 'a', 131071);
	big[131071] = 0;
	for (int n = 1; n <= 17; n++) {
		args[n] = big;
		if (n % 4 != 3 && n < 15)
			continue;
		pid = fork();
		if (!pid) {
			execve("/bin/true", args, environ);
			_exit(errno);
		}
		printf("%d of them: ", n);
		print_wait("true", wait_for(pid));
	}
	big = realloc(big, 131073);
	memset(big, 'b', 131072);
	big[131072] = 0;
	args[1] = big;
	args[2] = NULL;
	say("one byte more", execve("/bin/true", args, environ));
}

static void
large_environment(int argc, char **argv)
{
	char **many = calloc(20002, sizeof *many), *args[] = { "true", NULL };
	pid_t pid;

	(void)argc;
	(void)argv;
	for (int i = 0; i < 20000; i++)
		MUST(asprintf(&many[i], "VARIABLE_%05d=%d", i, i) > 0);
	pid = fork();
	if (!pid) {
		execve("/bin/true", args, many);
		_exit(1);
	}
	print_wait("environment", wait_for(pid));
	args[0] = NULL;
	pid = fork();
	if (!pid) {
		execve("/bin/true", args, many + 19999);
		_exit(1);
	}
	print_wait("no arguments", wait_for(pid));
}

/* Bytes that another thread changes all the time: what is told is what was written, or at least
 * it has its length; the program's own output is all that is looked at. */
static atomic_bool is_over;
static char shared_bytes[8192];

static void *
change(void *arg)
{
	for (unsigned i = 0; !atomic_load(&is_over); i++) {
		((volatile char *)shared_bytes)[i % sizeof shared_bytes]++;
		if (i % 4096 == 0)
			sched_yield();
	}
	return arg;
}

static void
changing(int argc, char **argv)
{
	int fd = open("changing", O_CREAT | O_WRONLY, 0644);
	pthread_t thread;

	(void)argc;
	(void)argv;
	MUST(!pthread_create(&thread, NULL, change, NULL));
	for (int i = 0; i < 200; i++)
		MUST(pwrite(fd, shared_bytes, sizeof shared_bytes, 0) == sizeof shared_bytes);
	atomic_store(&is_over, true);
	pthread_join(thread, NULL);
	MUST(!ftruncate(fd, 0));
	WANT(200, "^CALL 1 pwrite64\\(.*, 2000\\) = 8192");
}

/* Sources and targets that are files. */
static void
mapped(int argc, char **argv)
{
	int in = open("in", O_CREAT | O_RDWR, 0644), out = open("out", O_CREAT | O_RDWR, 0644);
	char *p, *q;

	(void)argc;
	(void)argv;
	for (int i = 0; i < 64; i++)
		MUST(dprintf(in, "%04d %1018s\n", i, "mapped") == 1024);
	p = mmap(NULL, 65536 + PAGE, PROT_READ, MAP_SHARED, in, 0);
	MUST(p != MAP_FAILED);
	MUST(write(out, p, 65536) == 65536);
	say("behind the end", write(out, p + 65536, 10));
	MUST(!ftruncate(in, 10));
	say("of what was cut off", write(out, p + PAGE, 10));
	q = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, out, 0);
	MUST(pread(in, q + 100, 10, 0) == 10);
	MUST(write(1, q + 100, 5) == 5);
	MUST(write(1, "\n", 1) == 1);
}

/* Memory that others read and write, and pages that answer late. */
static void *
answer(void *arg)
{
	int fd = *(int *)arg;
	struct uffd_msg message;
	static char page[PAGE] __attribute__((aligned(PAGE)));
	struct uffdio_copy copy = { .src = (uintptr_t)page, .len = PAGE };

	strcpy(page, "late-name");
	MUST(read(fd, &message, sizeof message) == sizeof message);
	sleep_ms(20);
	copy.dst = message.arg.pagefault.address & ~(uint64_t)(PAGE - 1);
	MUST(!ioctl(fd, UFFDIO_COPY, &copy));
	return NULL;
}

static void
late_pages(int argc, char **argv)
{
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_t thread;

	(void)argc;
	(void)argv;
	if (fd < 0) {
		printf("no userfaultfd\n");
		return;
	}
	MUST(!ioctl(fd, UFFDIO_API, &api));
	range.range.start = (uintptr_t)p;
	range.range.len = PAGE;
	MUST(!ioctl(fd, UFFDIO_REGISTER, &range));
	MUST(!pthread_create(&thread, NULL, answer, &fd));
	say("open", open(p, O_CREAT | O_WRONLY, 0644));
	pthread_join(thread, NULL);
	WANT(1, "^CALL 1 openat\\(.*\"late-name\"");
}

static void
others_memory(int argc, char **argv)
{
	static char bytes[PAGE] = "from the parent", got[PAGE];
	struct iovec mine = { got, 16 }, theirs = { bytes, 16 };
	pid_t pid = fork();

	(void)argc;
	(void)argv;
	if (!pid) {
		strcpy(bytes, "from the child!");
		raise(SIGSTOP);
		printf("child sees: %s\n", bytes);
		fflush(stdout);
		_exit(0);
	}
	MUST(waitpid(pid, NULL, WUNTRACED) == pid);
	MUST(process_vm_readv(pid, &mine, 1, &theirs, 1, 0) == 16);
	printf("read: %s\n", got);
	fflush(stdout);
	strcpy(got, "from elsewhere!");
	MUST(process_vm_writev(pid, &mine, 1, &theirs, 1, 0) == 16);
	kill(pid, SIGCONT);
	print_wait("child", wait_for(pid));
}

static const struct part parts[] = { { "bad", bad_pointers }, { "crossing", crossing },
	{ "untouched", untouched_strings }, { "arguments", large_arguments },
	{ "environment", large_environment }, { "changing", changing }, { "mapped", mapped },
	{ "late", late_pages }, { "others", others_memory } };

int
main(int argc, char **argv)
{
	return RUN_PART(parts);
}
