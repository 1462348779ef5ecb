/* SPDX-License-Identifier: MIT */
/* strace-calls.c - calls whose arguments take all the forms that strace gives them; the test
 * runs it under both programs, also built for i386 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static void
handle(int signal)
{
	(void)signal;
}

static void
futexes(void)
{
	int a = 0, b = 0;

	syscall(SYS_futex, &a, FUTEX_WAKE_OP_PRIVATE, 1, 1L, &b,
		FUTEX_OP(FUTEX_OP_SET, 0, FUTEX_OP_CMP_GT, 1));
	syscall(SYS_futex, &a, FUTEX_WAKE_OP, 1, 1L, &b,
		FUTEX_OP((FUTEX_OP_ADD | FUTEX_OP_OPARG_SHIFT), 3, FUTEX_OP_CMP_LE, 0xff));
	syscall(SYS_futex, &a, FUTEX_WAIT, 5, NULL);
	syscall(SYS_membarrier, 0, 0, 0);
}

static void
ipc(void)
{
	int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
	struct sembuf down = { 0, -1, IPC_NOWAIT };
	struct {
		long type;
		char text[8];
	} message = { 1, "hello" };
	struct shmid_ds shm;
	struct msqid_ds msg;
	struct semid_ds sem;

	shmctl(id, IPC_STAT, &shm);
	shmctl(id, IPC_RMID, NULL);
	id = semget(IPC_PRIVATE, 2, IPC_CREAT | 0600);
	semctl(id, 0, IPC_STAT, &sem);
	semctl(id, 0, SETVAL, 3);
	semctl(id, 0, GETVAL);
	semop(id, &down, 1);
	semctl(id, 0, IPC_RMID);
	id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
	msgctl(id, IPC_STAT, &msg);
	msgsnd(id, &message, sizeof message.text, 0);
	msgrcv(id, &message, sizeof message.text, 0, 0);
	msgctl(id, IPC_RMID, NULL);
}

static void
signals(void)
{
	struct sigaction action = { .sa_handler = handle };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct itimerspec soon = { { 0, 0 }, { 0, 1000000 } };
	sigset_t set;
	timer_t timer;

	sigaction(SIGUSR1, &action, NULL);
	sigaddset(&action.sa_mask, SIGUSR2);
	action.sa_flags = SA_SIGINFO | SA_RESTART;
	sigaction(SIGRTMIN + 2, &action, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGUSR1);
	sigqueue(getpid(), SIGRTMIN + 2, (union sigval){ .sival_int = 77 });
	raise(SIGUSR1);
	timer_create(CLOCK_MONOTONIC, &event, &timer);
	timer_settime(timer, 0, &soon, NULL);
	pause();
}

static void
children(void)
{
	siginfo_t info = { 0 };
	struct rlimit none = { 0, 0 };
	int status;
	pid_t pid;

	setrlimit(RLIMIT_CORE, &none);
	pid = fork();
	if (!pid)
		_exit(3);
	waitpid(pid, &status, 0);
	pid = fork();
	if (!pid) {
		*(volatile int *)0x10 = 1;
		_exit(0);
	}
	waitid(P_PID, (id_t)pid, &info, WEXITED);
	waitpid(-1, &status, WNOHANG);
}

static void
events(void)
{
	struct epoll_event event = { EPOLLIN, { .fd = 3 } };
	struct itimerspec soon = { { 0, 0 }, { 0, 1000000 } };
	struct pollfd poll_fd = { 0, POLLIN, 0 };
	int epoll = epoll_create1(EPOLL_CLOEXEC), fd = eventfd(1, EFD_NONBLOCK);
	int timer = timerfd_create(CLOCK_MONOTONIC, 0);
	char buf[8];

	poll(&poll_fd, 1, 0);
	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
	epoll_wait(epoll, &event, 1, 0);
	timerfd_settime(timer, 0, &soon, NULL);
	if (read(timer, buf, sizeof buf) < 0)
		_exit(9);
}

static void
sockets(void)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
		.sin6_port = htons(9) };
	struct sockaddr_in four = { .sin_family = AF_INET };
	char text[32], control[CMSG_SPACE(sizeof(int))];
	struct iovec parts[2] = { { "ab", 2 }, { "cde", 3 } };
	struct msghdr message = { .msg_iov = parts,
		.msg_iovlen = 2,
		.msg_control = control,
		.msg_controllen = sizeof control };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	socklen_t size = sizeof four;
	int pair[2], one = 1, fd;

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	writev(pair[0], parts, 2);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &pair[0], sizeof(int));
	sendmsg(pair[0], &message, MSG_NOSIGNAL);
	parts[0] = (struct iovec){ text, sizeof text };
	message.msg_iovlen = 1;
	recvmsg(pair[1], &message, 0);
	send(pair[0], "x", 1, 0);
	recv(pair[1], text, sizeof text, MSG_DONTWAIT);
	shutdown(pair[0], SHUT_WR);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	bind(fd, (struct sockaddr *)&four, sizeof four);
	listen(fd, 5);
	getsockname(fd, (struct sockaddr *)&four, &size);
	size = sizeof one;
	getsockopt(fd, SOL_SOCKET, SO_TYPE, &one, &size);
	fd = socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
	sendto(fd, "x", 1, 0, (struct sockaddr *)&six, sizeof six);
}

static void
files(void)
{
	struct timespec times[2] = { { 1, 2 }, { 0, UTIME_OMIT } };
	struct flock lock = { F_WRLCK, SEEK_SET, 0, 10, 0 };
	uint64_t how[3] = { O_RDONLY, 0, 0 };
	struct stat st;
	char buf[64];
	int fd;

	mknod("fifo", S_IFIFO | 0644, 0);
	unlink("fifo");
	if (symlink("a", "link") || rename("link", "moved") || unlink("moved") ||
		mkdir("dir", 0755) || rmdir("dir"))
		_exit(9);
	fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0640);
	if (ftruncate(fd, 5000) || pwrite(fd, "zz", 2, 100000) != 2)
		_exit(9);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_GETFL);
	fcntl(fd, F_SETLK, &lock);
	fsync(fd);
	setxattr("file", "user.a", "v", 1, 0);
	getxattr("file", "user.a", buf, sizeof buf);
	fchmod(fd, 0600);
	futimens(fd, times);
	lseek(fd, -5, SEEK_END);
	dup2(fd, 20);
	stat("file", &st);
	lstat("nothing", &st);
	syscall(SYS_openat2, AT_FDCWD, "file", how, sizeof how);
	syscall(SYS_faccessat2, AT_FDCWD, "/", R_OK, AT_EACCESS);
	unlink("file");
}

static void
others(void)
{
	void *m = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct termios terminal;
	struct rlimit limit;
	struct winsize size;
	cpu_set_t cpus;
	int n;

	m = mremap(m, 8192, 16384, MREMAP_MAYMOVE);
	madvise(m, 4096, MADV_WILLNEED);
	msync(m, 4096, MS_SYNC);
	getrlimit(RLIMIT_NOFILE, &limit);
	getpriority(PRIO_PROCESS, 0);
	prctl(PR_SET_NAME, "calls");
	prctl(PR_GET_DUMPABLE);
	sched_getaffinity(0, sizeof cpus, &cpus);
	tcgetattr(0, &terminal);
	ioctl(1, TIOCGWINSZ, &size);
	ioctl(0, FIONREAD, &n);
	memfd_create("m", MFD_CLOEXEC);
	umask(022);
	nanosleep(&(struct timespec){ 0, 1 }, NULL);
	if (getgroups(0, NULL) < 0)
		_exit(1);
	close_range(50, 60, 0);
}

int
main(int argc, char **argv)
{
	(void)argv;
	futexes();
	ipc();
	signals();
	children();
	events();
	sockets();
	files();
	others();
	if (argc > 1) /* no filter of strace keeps it away */
		syscall(999, 1, 2, 3, 4, 5, 6);
	return 7;
}
