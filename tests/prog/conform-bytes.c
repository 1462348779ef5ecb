/* conform-bytes.c - bytes and descriptors on their ways: how many, how large, by which call */

#include "conform.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>

#define MIB (1 << 20)

/* Bytes that differ everywhere, the same in each run. */
static char *
pattern(size_t n)
{
	char *bytes = malloc(n);
	uint64_t x = 88172645463325252u;

	for (size_t i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		bytes[i] = (char)x;
	}
	return bytes;
}

/* Reads all that comes, in a process of its own; its status says whether it was n bytes. */
static pid_t
swallow(int fd, int other, size_t n)
{
	static char bytes[65536];
	size_t got = 0;
	ssize_t rc;
	pid_t pid = fork();

	if (pid)
		return pid;
	close(other);
	while ((rc = read(fd, bytes, sizeof bytes)) > 0)
		got += (size_t)rc;
	_exit(got == n ? 0 : 1);
}

/* One call: to a file, a pipe and a socket. */
static void
big(int argc, char **argv)
{
	size_t n = (size_t)(argc ? atoi(argv[0]) : 1) * MIB;
	char *bytes = pattern(n);
	int fd = open("big", O_CREAT | O_WRONLY, 0644), ends[2];
	pid_t pid;

	MUST(write(fd, bytes, n) == (ssize_t)n);
	WANT(1, "^CALL 1 write\\(%x, [0-9a-f]+, %zx\\) = %zu \\[1O> %zu/4096 ", fd, n, n, n);
	MUST(!pipe(ends));
	pid = swallow(ends[0], ends[1], n);
	MUST(write(ends[1], bytes, n) == (ssize_t)n);
	WANT(1, "^CALL 1 write\\(%x, [0-9a-f]+, %zx\\) = %zu \\[1O> %zu/4096 ", ends[1], n, n,
		n);
	close(ends[1]);
	print_wait("pipe", wait_for(pid));
	MUST(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	pid = swallow(ends[0], ends[1], n);
	MUST(send(ends[1], bytes, n, 0) == (ssize_t)n);
	close(ends[1]);
	print_wait("socket", wait_for(pid));
	/* And read in one call. */
	fd = open("big", O_RDONLY);
	MUST(read(fd, bytes, n) == (ssize_t)n);
	WANT(1, "^CALL 1 read\\(%x, [0-9a-f]+, %zx\\) = %zu \\[1I< %zu/4096 ", fd, n, n, n);
}

/* Sizes around all that a buffer could be. */
static void
sizes(int argc, char **argv)
{
	static const size_t all[] = { 0, 1, 7, 8, 63, 64, 65, 255, 256, 257, 1023, 1024, 1025,
		4095, 4096, 4097, 8191, 8192, 16383, 16384, 16385, 65535, 65536, 65537 };
	char *bytes = pattern(2 * 65537);
	int fd = open("sizes", O_CREAT | O_RDWR, 0644);

	(void)argc;
	(void)argv;
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		/* At an odd address, too. */
		MUST(write(fd, bytes, all[i]) == (ssize_t)all[i]);
		MUST(write(fd, bytes + 4095, all[i]) == (ssize_t)all[i]);
		WANT(all[i] ? 2 : 0, "^CALL 1 write\\(%x, .* = %zu \\[1O> %zu/%zu ", fd, all[i],
			all[i], all[i] < 4096 ? all[i] : 4096);
	}
	MUST(lseek(fd, 0, SEEK_SET) == 0);
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		MUST(read(fd, bytes, all[i]) == (ssize_t)all[i]);
}

static void
vectors(int argc, char **argv)
{
	struct iovec list[1024], few[3] = { { "a", 1 }, { NULL, 0 }, { "bc", 2 } };
	char *bytes = pattern(1024 * 100);
	int fd = open("vectors", O_CREAT | O_RDWR, 0644), ends[2];
	size_t n = 0;

	(void)argc;
	(void)argv;
	for (size_t i = 0; i < 1024; i++) {
		list[i] = (struct iovec){ bytes + n, i % 100 };
		n += i % 100;
	}
	MUST(writev(fd, list, 1024) == (ssize_t)n);
	MUST(pwritev(fd, list, 1024, 100000) == (ssize_t)n);
	MUST(pwritev2(fd, few, 3, -1, RWF_DSYNC) == 3);
	MUST(preadv(fd, list, 1024, 0) == (ssize_t)n);
	MUST(!socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends));
	MUST(sendmsg(ends[0], &(struct msghdr){ .msg_iov = list, .msg_iovlen = 1024 }, 0) ==
		(ssize_t)n);
	MUST(recvmsg(ends[1], &(struct msghdr){ .msg_iov = list, .msg_iovlen = 1024 }, 0) ==
		(ssize_t)n);
	printf("%zu bytes\n", n);
	WANT(1, "^CALL 1 writev\\(.* = %zu ", n);
}

static void
messages(int argc, char **argv)
{
	struct mmsghdr list[64] = { 0 };
	struct iovec vectors[64][2];
	char *bytes = pattern(64 * 200), room[64][200];
	int ends[2], n;

	(void)argc;
	(void)argv;
	MUST(!socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
	for (size_t i = 0; i < 64; i++) {
		vectors[i][0] = (struct iovec){ bytes + i * 200, i };
		vectors[i][1] = (struct iovec){ bytes + i * 200 + 100, 2 * i % 100 };
		list[i].msg_hdr = (struct msghdr){ .msg_iov = vectors[i], .msg_iovlen = 2 };
	}
	for (int sent = 0; sent < 64; sent += n) {
		n = sendmmsg(ends[0], list + sent, (unsigned)(sent < 60 ? 8 : 64 - sent),
			MSG_DONTWAIT);
		MUST(n > 0);
		for (int i = 0; i < n; i++) {
			vectors[i][0] = (struct iovec){ room[i], 200 };
			list[i + 32 * (i >= 32)].msg_hdr.msg_iovlen = 1;
		}
		struct mmsghdr got[8] = { 0 };

		for (int i = 0; i < n; i++)
			got[i].msg_hdr =
				(struct msghdr){ .msg_iov = vectors[i], .msg_iovlen = 1 };
		MUST(recvmmsg(ends[1], got, (unsigned)n, MSG_DONTWAIT, NULL) == n);
		for (int i = 0; i < n; i++)
			printf("%u ", got[i].msg_len);
		for (size_t i = (size_t)(sent + n); i < 64; i++) {
			vectors[i][0] = (struct iovec){ bytes + i * 200, i };
			list[i].msg_hdr.msg_iovlen = 2;
		}
	}
	putchar('\n');
	WANT(8, "^CALL 1 sendmmsg\\(.* = 8 ");
}

/* Descriptors that travel: 253 at once, as many as the kernel takes. */
static void
passed(int argc, char **argv)
{
	static union {
		struct cmsghdr header;
		char room[CMSG_SPACE(253 * sizeof(int))];
	} control;
	struct iovec one = { "d", 1 };
	struct msghdr message = { .msg_iov = &one,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control };
	int ends[2], fds[253], fd = open("travels", O_CREAT | O_WRONLY, 0644), n = 0;
	char c;
	pid_t pid;

	(void)argc;
	(void)argv;
	for (int i = 0; i < 253; i++)
		fds[i] = fd;
	control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof fds),
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.header), fds, sizeof fds);
	MUST(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	pid = fork();
	if (!pid) {
		close(fd);
		one.iov_base = &c;
		MUST(recvmsg(ends[1], &message, 0) == 1 &&
			control.header.cmsg_type == SCM_RIGHTS);
		memcpy(fds, CMSG_DATA(&control.header), sizeof fds);
		for (int i = 0; i < 253; i++)
			n += dprintf(fds[i], "%d\n", i);
		printf("child wrote %d\n", n);
		fflush(stdout);
		_exit(0);
	}
	MUST(sendmsg(ends[0], &message, 0) == 1);
	print_wait("child", wait_for(pid));
}

/* Bytes that no buffer of the program ever held. */
static void
moved(int argc, char **argv)
{
	char *bytes = pattern(100000);
	int in = open("in", O_CREAT | O_RDWR, 0644), out = open("out", O_CREAT | O_RDWR, 0644);
	int first[2], second[2];
	off_t at = 1000;
	loff_t from = 0, to = 50000;

	(void)argc;
	(void)argv;
	MUST(write(in, bytes, 100000) == 100000 && !pipe(first) && !pipe(second));
	MUST(sendfile(out, in, &at, 30000) == 30000);
	MUST(copy_file_range(in, &from, out, &to, 20000, 0) == 20000);
	from = 5000;
	MUST(splice(in, &from, first[1], NULL, 4096, 0) == 4096);
	MUST(tee(first[0], second[1], 4096, 0) == 4096);
	MUST(splice(first[0], NULL, out, NULL, 4096, 0) == 4096);
	MUST(vmsplice(first[1], &(struct iovec){ bytes, 5000 }, 1, 0) == 5000);
	MUST(splice(first[0], NULL, 1, NULL, 10, 0) <= 10);
	MUST(splice(second[0], NULL, out, NULL, 4096, 0) == 4096);
}

/* A server and a client, over the loopback and over a path. */
static void
talk(int family, const struct sockaddr *address, socklen_t size)
{
	char *bytes = pattern(300000), room[1000];
	struct sockaddr_storage bound;
	socklen_t n = sizeof bound;
	int server = socket(family, SOCK_STREAM, 0), s;
	size_t got = 0;
	ssize_t rc;
	pid_t pid;

	MUST(server >= 0 && !bind(server, address, size) && !listen(server, 1));
	MUST(!getsockname(server, (struct sockaddr *)&bound, &n));
	pid = fork();
	if (!pid) {
		s = socket(family, SOCK_STREAM, 0);
		MUST(!connect(s, (struct sockaddr *)&bound, n));
		for (size_t sent = 0; sent < 300000; sent += 30000)
			MUST(send(s, bytes + sent, 30000, 0) == 30000);
		MUST(!shutdown(s, SHUT_WR) && recv(s, room, sizeof room, 0) == 4);
		_exit(4);
	}
	s = accept(server, NULL, NULL);
	while ((rc = recv(s, room, sizeof room, MSG_WAITALL)) > 0)
		got += (size_t)rc;
	MUST(send(s, "done", 4, 0) == 4);
	printf("received %zu\n", got);
	print_wait("client", wait_for(pid));
}

static void
sockets(int argc, char **argv)
{
	struct sockaddr_un path = { .sun_family = AF_UNIX, .sun_path = "socket" };
	struct sockaddr_in loopback = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	(void)argc;
	(void)argv;
	talk(AF_UNIX, (struct sockaddr *)&path, sizeof path);
	talk(AF_INET, (struct sockaddr *)&loopback, sizeof loopback);
}

static long n_writes;

static void *
write_all(void *arg)
{
	static const char bytes[4096] = "page";
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	for (long i = 0; i < n_writes; i++)
		MUST(pwrite(fd, bytes, sizeof bytes, i) == sizeof bytes);
	return arg;
}

/* Threads that write as fast as they can: storm THREADS WRITES. */
static void
storm(int argc, char **argv)
{
	long n = argc > 0 ? atol(argv[0]) : 16;
	pthread_t threads[64];

	n_writes = argc > 1 ? atol(argv[1]) : 2000;
	MUST(n <= 64);
	for (long i = 0; i < n; i++)
		MUST(!pthread_create(&threads[i], NULL, write_all, (void *)i));
	for (long i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	printf("%ld by %ld writes\n", n, n_writes);
	WANT(n * n_writes, "^CALL [0-9]+ pwrite64\\(.*, 1000\\) = 4096 \\[1O> 4096/4096 ");
}

/* Who does not ask for an address need not say how much room it has. */
static void
nameless(int argc, char **argv)
{
	int listener = socket(AF_UNIX, SOCK_STREAM, 0),
	    client = socket(AF_UNIX, SOCK_STREAM, 0), fd;
	struct sockaddr_un name = { AF_UNIX, "" };
	socklen_t *untouched = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char c = 'x';

	(void)argc;
	(void)argv;
	strcpy(name.sun_path, "socket");
	MUST(untouched != MAP_FAILED && !bind(listener, (void *)&name, sizeof name));
	MUST(!listen(listener, 2));
	MUST(!connect(client, (void *)&name, sizeof name));
	fd = accept(listener, NULL, untouched);
	MUST(fd >= 0 && send(client, &c, 1, 0) == 1);
	MUST(recvfrom(fd, &c, 1, 0, NULL, untouched) == 1);
	close(client);
	client = socket(AF_UNIX, SOCK_STREAM, 0);
	MUST(!connect(client, (void *)&name, sizeof name));
	MUST(accept4(listener, NULL, untouched, SOCK_CLOEXEC) >= 0);
	printf("accepted\n");
}

/* A child that moves more at once than is copied: does its parent hear of it? -v: how often. */
static void
unnoticed(int argc, char **argv)
{
	size_t n = 4 * (size_t)MIB;
	char *bytes = pattern(n);
	int n_unheard = 0, status = 0;

	(void)argv;
	for (int i = 0; i < 5; i++) {
		int n_heard = 0;
		pid_t pid = fork();

		if (!pid) {
			int fd = open("large", O_CREAT | O_WRONLY, 0644);

			_exit(write(fd, bytes, n) == (ssize_t)n ? 0 : 1);
		}
		while (waitpid(pid, &status, WUNTRACED | WCONTINUED) == pid &&
			(WIFSTOPPED(status) || WIFCONTINUED(status)))
			n_heard++;
		MUST(WIFEXITED(status) && !WEXITSTATUS(status));
		n_unheard += !n_heard;
		sleep_ms(200); /* whoever was watched closely is so no longer */
	}
	if (argc)
		printf("%d\n", n_unheard);
	/* On a busy machine now and then one is heard. */
	printf("unnoticed: %s\n", yes(n_unheard > 1));
}

/* One call that takes long, for its reader is slow: it moves all of it. The parent hears of
 * nothing but the end. */
static void
lasting(int argc, char **argv)
{
	size_t n = 8 * (size_t)MIB, got = 0;
	char *bytes = pattern(n), *there = malloc(n);
	int ends[2], status;
	ssize_t rc;
	pid_t pid;

	(void)argc;
	(void)argv;
	MUST(pipe(ends) == 0);
	pid = fork();
	if (!pid) {
		close(ends[0]);
		_exit(write(ends[1], bytes, n) == (ssize_t)n ? 0 : 1);
	}
	close(ends[1]);
	while ((rc = read(ends[0], there + got, 65536)) > 0) {
		got += (size_t)rc;
		if (got % MIB == 0)
			sleep_ms(60);
	}
	printf("lasting: %s\n", yes(got == n && !memcmp(bytes, there, n)));
	MUST(waitpid(pid, &status, WUNTRACED | WCONTINUED) == pid);
	printf("whole: %s\n", yes(WIFEXITED(status) && !WEXITSTATUS(status)));
}

static const struct part parts[] = { { "big", big }, { "sizes", sizes }, { "vectors", vectors },
	{ "messages", messages }, { "passed", passed }, { "moved", moved },
	{ "sockets", sockets }, { "storm", storm }, { "unnoticed", unnoticed },
	{ "nameless", nameless }, { "lasting", lasting } };

int
main(int argc, char **argv)
{
	return RUN_PART(parts);
}
