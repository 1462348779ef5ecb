/* SPDX-License-Identifier: MIT */
/*
 * adversary.c - one small thing done in two ways that an outsider can tell apart
 *
 * adversary NAME does what NAME says; the file "variant" in the working directory holds the
 * way. The script adversary-pairs.sh records the one and checks the other.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define MUST(x) must((long)(x), #x)

static long
must(long rc, const char *what)
{
	if (rc < 0) {
		perror(what);
		exit(99);
	}
	return rc;
}

static int
make(const char *name)
{
	return (int)MUST(open(name, O_RDWR | O_CREAT | O_TRUNC, 0644));
}

static char
variant(void)
{
	char c = 'a';
	int fd = (int)MUST(open("variant", O_RDONLY));

	MUST(read(fd, &c, 1));
	close(fd);
	return c;
}

static void
by_sendfile(char v)
{
	off_t at = v - 'a';
	int in = make("in");

	MUST(write(in, "hello", 5));
	MUST(sendfile(1, in, &at, 3));
}

static void
by_splice(char v)
{
	int ends[2];

	MUST(pipe(ends));
	MUST(write(ends[1], &v, 1));
	MUST(splice(ends[0], NULL, 1, NULL, 1, 0));
}

static void
by_tee(char v)
{
	int ends[2];

	MUST(pipe(ends));
	MUST(write(ends[1], &v, 1));
	MUST(tee(ends[0], 1, 1, 0));
}

static void
by_vmsplice(char v)
{
	static char kept; /* the pipe holds the page itself: a stack goes on changing */
	struct iovec piece = { &kept, 1 };

	kept = v;
	MUST(vmsplice(1, &piece, 1, 0));
}

static void
by_copy_range(char v)
{
	loff_t at = v - 'a';
	int in = make("in");

	MUST(write(in, "hello", 5));
	MUST(syscall(SYS_copy_file_range, in, &at, make("out"), NULL, 3, 0));
}

static void
by_mapping(char v)
{
	int fd = make("mapped");
	char *p;

	MUST(ftruncate(fd, 4096));
	p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	MUST(p == MAP_FAILED ? -1 : 0);
	MUST(mprotect(p, 4096, PROT_READ | PROT_WRITE));
	p[4000] = v;
}

static void
by_hole(char v)
{
	char block[8192];
	int fd = make("holey");

	memset(block, 'x', sizeof block);
	MUST(write(fd, block, sizeof block));
	MUST(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (v - 'a') * 4096, 4096));
}

static void
at_offset(char v)
{
	int fd = make("sparse");

	MUST(pwrite(fd, "x", 1, 100 + v));
	MUST(pwrite(fd, &v, 1, 0));
}

static void
unlinked_and_linked_back(char v)
{
	char name[64];
	int fd = (int)MUST(open(".", O_TMPFILE | O_RDWR, 0644));

	MUST(write(fd, &v, 1));
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	MUST(linkat(AT_FDCWD, name, AT_FDCWD, "back", AT_SYMLINK_FOLLOW));
}

static void
through_link(char v)
{
	MUST(symlink("real", "link"));
	MUST(write((int)MUST(open("link", O_WRONLY | O_CREAT, 0644)), &v, 1));
}

static void
exchanged(char v)
{
	close(make("one"));
	MUST(fchmod(make("two"), 0600));
	MUST(renameat2(AT_FDCWD, "one", AT_FDCWD, "two", v == 'a' ? RENAME_EXCHANGE : 0));
}

static void
hard_linked(char v)
{
	int fd = make("one");

	if (v == 'a')
		MUST(link("one", "two"));
	else
		close(make("two"));
	close(fd);
}

static void
attribute(char v)
{
	MUST(fsetxattr(make("marked"), "user.mark", &v, 1, 0));
}

static void
attribute_lost(char v)
{
	int fd = make("marked");

	if (v == 'a')
		MUST(fsetxattr(fd, "user.mark", "", 0, 0));
}

static void
device(char v)
{
	if (mknod("null", S_IFCHR | 0644, makedev(1, v == 'a' ? 3 : 5)) < 0)
		MUST(mkfifo("null", v == 'a' ? 0644 : 0600)); /* not root */
}

static void
long_argument(char v)
{
	static char word[100001];

	memset(word, 'w', sizeof word - 1);
	word[50000] = v;
	MUST(execl("/bin/true", "true", word, NULL));
}

static void
longer_argument(char v)
{
	static char word[100001];

	memset(word, 'w', sizeof word - 2 + (v == 'a'));
	MUST(execl("/bin/true", "true", word, NULL));
}

static void
passed_descriptor(char v)
{
	char room[CMSG_SPACE(sizeof(int))], byte = 0;
	struct iovec piece = { &byte, 1 };
	struct msghdr m = { .msg_iov = &piece,
		.msg_iovlen = 1,
		.msg_control = room,
		.msg_controllen = sizeof room };
	struct cmsghdr *c;
	int pair[2], fd;

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	if (!MUST(fork())) {
		MUST(recvmsg(pair[1], &m, 0));
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof fd);
		MUST(write(fd, &v, 1));
		_exit(0);
	}
	fd = make("passed");
	memset(room, 0, sizeof room);
	c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	MUST(sendmsg(pair[0], &m, 0));
	MUST(wait(NULL));
}

static void
abstract_name(char v)
{
	struct sockaddr_un name = { AF_UNIX, { 0, 'r', 't', v } };
	int fd = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));

	MUST(bind(fd, (struct sockaddr *)&name, sizeof name.sun_family + 4));
	MUST(listen(fd, 1));
}

static void
standard_output_moved(char v)
{
	MUST(write(1, "1", 1));
	MUST(dup2(make("moved"), 1));
	MUST(write(1, &v, 1));
}

static void
shared_descriptors(char v)
{
	/* The child closes the parent's standard output: the next open is descriptor 1. */
	if (!MUST(syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0))) {
		syscall(SYS_close, 1);
		syscall(SYS_exit_group, 0);
	}
	MUST(wait(NULL));
	MUST(open("one", O_CREAT | O_WRONLY, 0644));
	MUST(write(1, &v, 1));
}

static void
late_daemon(char v)
{
	if (!MUST(fork())) {
		setsid();
		if (!MUST(fork())) {
			usleep(100000);
			MUST(write(make("late"), &v, 1));
		}
		_exit(0);
	}
	MUST(wait(NULL));
}

static void *
execute(void *v)
{
	char word[2] = { *(char *)v };

	execl("/bin/echo", "echo", word, NULL);
	return NULL;
}

static void
from_thread(char v)
{
	pthread_t thread;

	MUST(-pthread_create(&thread, NULL, execute, &v));
	pause();
}

static void
memory_program(char v)
{
	char *argv[] = { "m", (char[]){ v, 0 }, NULL }, *envp[] = { NULL };
	int m = memfd_create("m", 0), f = (int)MUST(open("/bin/echo", O_RDONLY));

	MUST(sendfile(m, f, NULL, 1 << 24));
	MUST(fexecve(m, argv, envp));
}

static void
odd_names(char v)
{
	char bad[] = { '\xff', v, 0 };

	close(make("two\nlines"));
	close(make("<cwd>"));
	close(make("<tmp:1>"));
	close(make("\x1b[31m"));
	close(make(bad));
}

static void
size_limit(char v)
{
	struct rlimit limit = { 10, 10 };
	int fd = make("full");

	signal(SIGXFSZ, v == 'a' ? SIG_IGN : SIG_DFL);
	MUST(setrlimit(RLIMIT_FSIZE, &limit));
	MUST(write(fd, "0123456789", 10));
	if (!MUST(fork())) {
		if (write(fd, &v, 1) < 0)
			_exit(1);
		_exit(0);
	}
	MUST(wait(NULL));
}

static void
time_chosen(char v)
{
	struct timespec times[2] = { { 0, UTIME_OMIT }, { 915148800 + (v == 'b'), 0 } };

	close(make("old"));
	MUST(utimensat(AT_FDCWD, "old", times, 0));
}

/* Where the file system has no such flags, the file's mode differs instead. */
static void
file_flags(char v)
{
	int fd = make("flagged"), flags = FS_NODUMP_FL;

	if (v == 'b' && ioctl(fd, FS_IOC_SETFLAGS, &flags) < 0)
		MUST(fchmod(fd, 0600));
}

static void
left_queue(char v)
{
	char name[] = "adversary-a";

	name[10] = v;
	MUST(syscall(SYS_mq_unlink, name) < 0 && errno != ENOENT ? -1 : 0);
	MUST(syscall(SYS_mq_open, name, O_CREAT | O_RDWR, 0600, NULL));
}

static void
left_memory(char v)
{
	MUST(shmget(0x5eed0000 + v, 4096, IPC_CREAT | 0600));
}

static void
left_semaphores(char v)
{
	int id = (int)MUST(semget(0x5eed0000, 1, IPC_CREAT | 0600));

	if (v == 'b')
		MUST(semctl(id, 0, IPC_RMID));
}

static void
datagram_to_nobody(char v)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = "\0adversary-x" };
	int fd = (int)MUST(socket(AF_UNIX, SOCK_DGRAM, 0));

	to.sun_path[11] = v;
	if (sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(sa_family_t) + 12) == 1)
		exit(99);
}

static void
no_such_program(char v)
{
	char path[] = "/usr/bin/no-such-program-x";

	path[sizeof path - 2] = v;
	if (!MUST(fork())) {
		execl(path, path, NULL);
		_exit(0);
	}
	MUST(wait(NULL));
}

static void
directory_mode(char v)
{
	umask(0);
	MUST(mkdir("dir", v == 'a' ? 0755 : 0775));
}

static void
left_fifo(char v)
{
	MUST(mkfifo(v == 'a' ? "fifo-a" : "fifo-b", 0600));
}

static void
left_socket(char v)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "socket-x" };
	int fd = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));

	at.sun_path[7] = v;
	MUST(bind(fd, (struct sockaddr *)&at, sizeof at));
}

/* It looks like a name of mkstemp's, but the program chose it. */
static void
chosen_name(char v)
{
	char name[] = "/tmp/adversary-Qx7Kp0";

	name[sizeof name - 2] = v;
	close((int)MUST(open(name, O_RDWR | O_CREAT | O_EXCL, 0600)));
	MUST(unlink(name));
	name[14] = '_';
	MUST(mkdir(name, 0700));
	MUST(rmdir(name));
	name[5] = 'A';
	MUST(symlink(name, "link"));
}

/* Two temporary files; what is said of them is said of the other one. */
static void
swapped_names(char v)
{
	char one[] = "one-XXXXXX", other[] = "two-XXXXXX";

	MUST(write((int)MUST(mkstemp(one)), "1", 1));
	MUST(write((int)MUST(mkstemp(other)), "2", 1));
	printf("%s\n", v == 'a' ? one : other);
}

/* A program that names its temporary files otherwise. */
static void
other_prefix(char v)
{
	char one[] = "sessXXXXXX", other[] = "tempXXXXXX";

	close((int)MUST(mkstemp(v == 'a' ? one : other)));
}

static void
fixed_temporary(char v)
{
	char name[] = "work-XXXXXX";

	if (v == 'a')
		close((int)MUST(mkstemp(name)));
	else
		close(make("work-1"));
}

/* The number that is printed is another process's. */
static void
other_process(char v)
{
	pid_t child = (pid_t)MUST(fork());

	if (!child)
		_exit(0);
	MUST(wait(NULL));
	printf("%d\n", v == 'a' ? child : getpid());
}

/* Both write, the one after it was told that the other one has. */
static void
told_order(char v)
{
	int ask[2], answer[2];
	char c;

	MUST(pipe(ask));
	MUST(pipe(answer));
	if (!MUST(fork())) {
		MUST(read(ask[0], &c, 1));
		MUST(write(1, "child\n", 6));
		MUST(write(answer[1], "x", 1));
		_exit(0);
	}
	if (v == 'a')
		MUST(write(1, "parent\n", 7));
	MUST(write(ask[1], "x", 1));
	MUST(read(answer[0], &c, 1));
	if (v == 'b')
		MUST(write(1, "parent\n", 7));
	MUST(wait(NULL));
}

/* The same, appended to a file. */
static void
told_lines(char v)
{
	close(1);
	MUST(open("told", O_WRONLY | O_CREAT | O_APPEND, 0600));
	told_order(v);
}

/* Under a tracer it fails, nobody sees the stop, and the wait does not end. */
static void
traced_child(char v)
{
	pid_t child = (pid_t)MUST(fork());

	(void)v;
	if (!child) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		_exit(0);
	}
	MUST(waitpid(child, NULL, 0));
	kill(child, SIGKILL);
}

static void
literal_target(char v)
{
	char target[4096] = "<cwd>";

	if (v == 'a')
		MUST(getcwd(target, sizeof target - 2) ? 0 : -1);
	MUST(symlink(strcat(target, "/x"), "link"));
}

/* Things that are there before the run; the script makes them so. */
#define OUTER_QUEUE "adversary-outer"
#define OUTER_KEY 0x5eed0100
#define OUTER_FIFO "/tmp/adversary-outer"

static void
outer_queue(char v)
{
	char old[8192];
	int fd = (int)MUST(syscall(SYS_mq_open, OUTER_QUEUE, O_RDWR | O_NONBLOCK, 0, NULL));

	while (syscall(SYS_mq_timedreceive, fd, old, sizeof old, NULL, NULL) >= 0)
		;
	MUST(syscall(SYS_mq_timedsend, fd, &v, 1, 0, NULL));
}

static void
outer_message(char v)
{
	struct {
		long type;
		char text[8];
	} m = { 1, "" };
	int id = (int)MUST(msgget(OUTER_KEY, 0));

	while (msgrcv(id, &m, sizeof m.text, 0, IPC_NOWAIT) >= 0)
		;
	m.type = 1;
	m.text[0] = v;
	MUST(msgsnd(id, &m, 1, 0));
}

static void
outer_fifo(char v)
{
	MUST(write((int)MUST(open(OUTER_FIFO, O_RDWR | O_NONBLOCK)), &v, 1));
}

static void
outer_priority(char v)
{
	if (v == 'b')
		MUST(setpriority(PRIO_PROCESS, (id_t)getppid(), 0));
}

static void
outer_knob(char v)
{
	char path[64], value[16];
	int fd;
	long n;

	snprintf(path, sizeof path, "/proc/%d/oom_score_adj", (int)getppid());
	fd = (int)MUST(open(path, O_RDWR));
	n = MUST(read(fd, value, sizeof value));
	if (v == 'b')
		MUST(pwrite(fd, value, (size_t)n, 0));
}

static void
ended_after_signal(char v)
{
	int ends[2], child;
	char c = v;

	MUST(pipe(ends));
	child = (int)MUST(fork());
	if (!child) {
		MUST(read(ends[0], &c, 1));
		_exit(v == 'b' ? 3 : 0);
	}
	MUST(kill(child, SIGCONT));
	MUST(write(ends[1], &c, 1));
	MUST(waitpid(child, NULL, 0));
}

static void
cached_note(char v)
{
	MUST(mkdir("__pycache__", 0755));
	if (v == 'b')
		make("__pycache__/note");
}

static void
prepare(void)
{
	MUST(syscall(SYS_mq_open, OUTER_QUEUE, O_CREAT | O_RDWR, 0600, NULL));
	MUST(msgget(OUTER_KEY, IPC_CREAT | 0600));
	MUST(mkfifo(OUTER_FIFO, 0600) < 0 && errno != EEXIST ? -1 : 0);
}

static const struct {
	const char *name;
	void (*run)(char v);
} deeds[] = {
	{ "sendfile", by_sendfile },
	{ "splice", by_splice },
	{ "tee", by_tee },
	{ "vmsplice", by_vmsplice },
	{ "copy-range", by_copy_range },
	{ "mapping", by_mapping },
	{ "hole", by_hole },
	{ "offset", at_offset },
	{ "linked-back", unlinked_and_linked_back },
	{ "through-link", through_link },
	{ "exchanged", exchanged },
	{ "hard-linked", hard_linked },
	{ "attribute", attribute },
	{ "attribute-lost", attribute_lost },
	{ "device", device },
	{ "long-argument", long_argument },
	{ "longer-argument", longer_argument },
	{ "passed", passed_descriptor },
	{ "abstract", abstract_name },
	{ "moved-stdout", standard_output_moved },
	{ "shared-table", shared_descriptors },
	{ "late-daemon", late_daemon },
	{ "from-thread", from_thread },
	{ "memory-program", memory_program },
	{ "odd-names", odd_names },
	{ "trace-me", traced_child },
	{ "size-limit", size_limit },
	{ "time-chosen", time_chosen },
	{ "file-flags", file_flags },
	{ "left-queue", left_queue },
	{ "left-memory", left_memory },
	{ "left-semaphores", left_semaphores },
	{ "datagram", datagram_to_nobody },
	{ "no-program", no_such_program },
	{ "directory-mode", directory_mode },
	{ "left-fifo", left_fifo },
	{ "left-socket", left_socket },
	{ "chosen-name", chosen_name },
	{ "swapped-names", swapped_names },
	{ "other-prefix", other_prefix },
	{ "fixed-temporary", fixed_temporary },
	{ "other-process", other_process },
	{ "told-order", told_order },
	{ "told-lines", told_lines },
	{ "literal-target", literal_target },
	{ "outer-queue", outer_queue },
	{ "outer-message", outer_message },
	{ "outer-fifo", outer_fifo },
	{ "outer-priority", outer_priority },
	{ "outer-knob", outer_knob },
	{ "ended-after-signal", ended_after_signal },
	{ "cached-note", cached_note },
};

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--prepare") == 0) {
		prepare();
		return 0;
	}
	for (size_t i = 0; argc > 1 && i < sizeof deeds / sizeof *deeds; i++) {
		if (strcmp(argv[1], deeds[i].name) == 0) {
			deeds[i].run(variant());
			return 0;
		}
	}
	for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
		puts(deeds[i].name);
	return 98;
}
