/* rules-evade.c - one deed in one of many ways, each of which a rule must see */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "deeds.h"

#define SECRET "box/secret"

static void
read_all(int fd)
{
	char room[64];

	MUST(fd >= 0 && read(fd, room, sizeof room) > 0);
	close(fd);
}

/*
 * Reading SECRET.
 */
static void
by_openat2(void)
{
	struct open_how how = { .flags = O_RDONLY };

	read_all((int)syscall(SYS_openat2, AT_FDCWD, SECRET, &how, sizeof how));
}

static void
by_dirfd(void)
{
	int dir = open("box", O_PATH | O_DIRECTORY);

	read_all(openat(dir, "secret", O_RDONLY));
}

static void
by_dots(void)
{
	read_all(open("box/../box/./secret", O_RDONLY));
}

static void
by_chdir(void)
{
	MUST(chdir("box") == 0);
	read_all(open("secret", O_RDONLY));
}

static void
by_symlink(void)
{
	MUST(symlink(SECRET, "soft") == 0);
	read_all(open("soft", O_RDONLY));
}

static void
by_old_symlink(void)
{
	read_all(open("old-soft", O_RDONLY));
}

static void
by_old_directory(void)
{
	read_all(open("old-box/secret", O_RDONLY));
}

static void
by_hard_link(void)
{
	MUST(link(SECRET, "hard") == 0);
	read_all(open("hard", O_RDONLY));
}

static void
by_proc_cwd(void)
{
	read_all(open("/proc/self/cwd/" SECRET, O_RDONLY));
}

static void
by_proc_fd(void)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", open(SECRET, O_PATH));
	read_all(open(path, O_RDONLY));
}

static void
by_proc_directory(void)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d/secret", open("box", O_PATH));
	read_all(open(path, O_RDONLY));
}

static void
by_chroot(void)
{
	MUST(chroot("box") == 0 && chdir("/") == 0);
	read_all(open("/secret", O_RDONLY));
}

static void
by_mmap(void)
{
	int fd = open(SECRET, O_RDWR);
	char *at = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	MUST(at != MAP_FAILED && *at);
}

static void
by_copy(void)
{
	int from = open(SECRET, O_RDWR), to = open("copy", O_CREAT | O_WRONLY, 0600);

	MUST(copy_file_range(from, NULL, to, NULL, 1, 0) == 1);
}

static void
by_sendfile(void)
{
	int from = open(SECRET, O_RDWR), to = open("copy", O_CREAT | O_WRONLY, 0600);

	MUST(sendfile(to, from, NULL, 1) == 1);
}

static void
by_splice(void)
{
	int from = open(SECRET, O_RDWR), ends[2];

	MUST(pipe(ends) == 0 && splice(from, NULL, ends[1], NULL, 1, 0) == 1);
}

static void
by_preadv2(void)
{
	char c;
	struct iovec v = { &c, 1 };

	MUST(preadv2(open(SECRET, O_RDWR), &v, 1, 0, 0) == 1);
}

static void
by_handle(void)
{
	struct {
		struct file_handle h;
		char room[128];
	} handle = { .h.handle_bytes = 128 };
	int mount, fd = open(".", O_RDONLY);

	MUST(name_to_handle_at(AT_FDCWD, SECRET, &handle.h, &mount, 0) == 0);
	read_all(open_by_handle_at(fd, &handle.h, O_RDONLY));
}

static void *
read_in_thread(void *unused)
{
	read_all(open(SECRET, O_RDONLY));
	return unused;
}

static void
by_thread(void)
{
	pthread_t thread;

	MUST(pthread_create(&thread, NULL, read_in_thread, NULL) == 0);
	pthread_join(thread, NULL);
}

static void
by_thread_chdir(void)
{
	pthread_t thread;

	MUST(chdir("box") == 0 && symlink("/nowhere", "x") == 0 && chdir("..") == 0);
	MUST(pthread_create(&thread, NULL, read_in_thread, NULL) == 0);
	pthread_join(thread, NULL);
}

static void
by_grandchild(void)
{
	int status;
	pid_t child = fork();

	if (!child) {
		if (fork())
			_exit(0);
		read_all(open(SECRET, O_RDONLY));
		_exit(0);
	}
	MUST(waitpid(child, &status, 0) == child);
}

static void
by_vfork(void)
{
	pid_t child = vfork();

	if (!child) {
		execl("/bin/cat", "cat", SECRET, (char *)NULL);
		_exit(1);
	}
	MUST(waitpid(child, NULL, 0) == child);
}

/* Sends a descriptor, or takes the one that comes. */
static int
pass_fd(int socket, int fd)
{
	char byte = 'x', room[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec v = { &byte, 1 };
	struct msghdr m = { .msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = room,
		.msg_controllen = sizeof room };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	if (fd < 0) {
		MUST(recvmsg(socket, &m, 0) == 1);
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof fd);
		return fd;
	}
	*c = (struct cmsghdr){ CMSG_LEN(sizeof fd), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	MUST(sendmsg(socket, &m, 0) == 1);
	return fd;
}

static void
by_rights(void)
{
	int ends[2];

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	if (!fork()) {
		pass_fd(ends[0], open(SECRET, O_PATH));
		_exit(0);
	}
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", pass_fd(ends[1], -1));
	read_all(open(path, O_RDONLY));
	wait(NULL);
}

static void
by_stdin(void)
{
	char c;

	MUST(read(0, &c, 1) == 1);
}

static void
by_absent(void)
{
	MUST(open("box/none", O_RDONLY) < 0);
}

/*
 * Writing to SECRET.
 */
static void
w_truncate(void)
{
	MUST(truncate(SECRET, 1) == 0);
}

static void
w_creat(void)
{
	MUST(creat(SECRET, 0600) >= 0);
}

static void
w_mmap(void)
{
	int fd = open(SECRET, O_RDWR);
	char *at = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	MUST(at != MAP_FAILED);
	*at = 'w';
}

static void
w_openat2(void)
{
	struct open_how how = { .flags = O_WRONLY };

	MUST(syscall(SYS_openat2, AT_FDCWD, SECRET, &how, sizeof how) >= 0);
}

static void
w_rename(void)
{
	close(creat("other", 0600));
	MUST(rename("other", SECRET) == 0);
}

static void
w_exchange(void)
{
	close(creat("other", 0600));
	MUST(syscall(SYS_renameat2, AT_FDCWD, "other", AT_FDCWD, SECRET, 2) == 0);
}

static void
w_link(void)
{
	close(creat("other", 0600));
	MUST(link("other", "box/linked") == 0);
}

static void
w_tmpfile(void)
{
	char path[64];
	int fd = open(".", O_TMPFILE | O_WRONLY, 0600);

	MUST(fd >= 0 && write(fd, "x", 1) == 1);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	MUST(linkat(AT_FDCWD, path, AT_FDCWD, "box/linked", AT_SYMLINK_FOLLOW) == 0);
}

static void
w_symlink(void)
{
	MUST(symlink("/etc/passwd", "box/linked") == 0);
}

static void
w_mknod(void)
{
	MUST(mknod("box/linked", S_IFREG | 0600, 0) == 0);
}

static void
w_socket(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = "box/linked" };

	MUST(bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&to, sizeof to) == 0);
}

static void
w_through_descriptor(void)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", open(SECRET, O_PATH));
	MUST(truncate(path, 1) == 0);
}

static void
w_through_link(void)
{
	MUST(symlink(SECRET, "soft") == 0 && truncate("soft", 1) == 0);
}

static void
w_chmod(void)
{
	MUST(fchmod(open(SECRET, O_RDONLY), 0640) == 0);
}

static void
w_times(void)
{
	MUST(futimens(open(SECRET, O_RDONLY), NULL) == 0);
}

static void
w_unlink(void)
{
	MUST(unlinkat(open("box", O_PATH), "secret", 0) == 0);
}

static void
w_bytes(void)
{
	MUST(open("box/\xff\xfe", O_CREAT | O_WRONLY, 0600) >= 0);
}

/*
 * Talking to port 7 of 127.0.0.1.
 */
static struct sockaddr_in
loopback(void)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons(7),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static void
n_connected_udp(void)
{
	struct sockaddr_in to = loopback();
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	MUST(connect(fd, (struct sockaddr *)&to, sizeof to) == 0 && send(fd, "x", 1, 0) == 1);
}

static void
n_mapped(void)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(7) };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	MUST(inet_pton(AF_INET6, "::ffff:127.0.0.1", &to.sin6_addr) == 1);
	MUST(connect(fd, (struct sockaddr *)&to, sizeof to) < 0);
}

static void
n_sendto(void)
{
	struct sockaddr_in to = loopback();
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	MUST(sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof to) == 1);
}

static void
n_sendmsg(void)
{
	struct sockaddr_in to = loopback();
	struct iovec v = { "x", 1 };
	struct msghdr m = {
		.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &v, .msg_iovlen = 1
	};

	MUST(sendmsg(socket(AF_INET, SOCK_DGRAM, 0), &m, 0) == 1);
}

/* The text of the second address is in that of the first. */
static void
n_second_message(void)
{
	struct sockaddr_in to[2] = { loopback(), loopback() };
	struct iovec v = { "x", 1 };
	struct mmsghdr m[2] = { { { 0 }, 0 } };

	to[0].sin_port = htons(70);
	for (int i = 0; i < 2; i++)
		m[i].msg_hdr = (struct msghdr){ .msg_name = &to[i],
			.msg_namelen = sizeof to[i],
			.msg_iov = &v,
			.msg_iovlen = 1 };
	MUST(sendmmsg(socket(AF_INET, SOCK_DGRAM, 0), m, 2, 0) == 2);
}

static void
n_fast_open(void)
{
	struct sockaddr_in to = loopback();
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	MUST(sendto(fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&to, sizeof to) < 0);
}

static void
n_bind(void)
{
	struct sockaddr_in to = loopback();

	MUST(bind(socket(AF_INET, SOCK_DGRAM, 0), (struct sockaddr *)&to, sizeof to) == 0);
}

static void
n_rights(void)
{
	struct sockaddr_in to = loopback();
	int ends[2];

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	if (!fork()) {
		pass_fd(ends[0], socket(AF_INET, SOCK_DGRAM, 0));
		_exit(0);
	}
	MUST(sendto(pass_fd(ends[1], -1), "x", 1, 0, (struct sockaddr *)&to, sizeof to) == 1);
	wait(NULL);
}

static void
n_abstract(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = "\0secret" };

	MUST(connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&to,
		     offsetof(struct sockaddr_un, sun_path) + 7) < 0);
}

static void
n_comma(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = "/none, secret" };

	MUST(connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&to, sizeof to) < 0);
}

static void
n_vsock(void)
{
	struct {
		uint16_t family, reserved;
		uint32_t port, cid;
		char zero[4];
	} to = { 40, 0, 7, 2, { 0 } };
	int fd = socket(40, SOCK_STREAM, 0);

	MUST(connect(fd < 0 ? 99 : fd, (struct sockaddr *)&to, sizeof to) < 0);
}

static void
n_listen(void)
{
	MUST(listen(socket(AF_INET, SOCK_STREAM, 0), 1) == 0);
}

/*
 * Running /usr/bin/id.
 */
static char *const words[] = { "id", NULL }, *const no_words[] = { NULL };

static void
x_by_fd(void)
{
	syscall(SYS_execveat, open("/usr/bin/id", O_PATH | O_CLOEXEC), "", words, no_words,
		AT_EMPTY_PATH);
}

static void
x_by_dirfd(void)
{
	syscall(SYS_execveat, open("/usr/bin", O_PATH), "id", words, no_words, 0);
}

static void
x_by_proc(void)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", open("/usr/bin/id", O_PATH));
	execve(path, words, no_words);
}

static void
x_by_symlink(void)
{
	MUST(symlink("/usr/bin/id", "harmless") == 0);
	execve("harmless", words, no_words);
}

static void
x_by_vfork(void)
{
	if (!vfork()) {
		execve("/usr/bin/id", words, no_words);
		_exit(1);
	}
	wait(NULL);
}

static void
x_by_script(void)
{
	int fd = open("script", O_CREAT | O_WRONLY, 0700);
	static const char text[] = "#!/usr/bin/true\n";

	MUST(write(fd, text, sizeof text - 1) > 0);
	close(fd);
	execve("script", words, no_words);
}

static void *
exec_in_thread(void *unused)
{
	execve("/usr/bin/id", words, no_words);
	return unused;
}

static void
x_by_thread(void)
{
	pthread_t thread;

	MUST(pthread_create(&thread, NULL, exec_in_thread, NULL) == 0);
	pthread_join(thread, NULL);
}

static void
x_by_memfd(void)
{
	int from = open("/usr/bin/id", O_RDONLY), to = memfd_create("m", 0);

	MUST(sendfile(to, from, NULL, 1 << 24) > 0);
	syscall(SYS_execveat, to, "", words, no_words, AT_EMPTY_PATH);
}

static void
x_by_loader(void)
{
	execl("/lib64/ld-linux-x86-64.so.2", "ld", "/usr/bin/id", (char *)NULL);
}

static void
x_absent(void)
{
	MUST(execve("/opt/none/id", words, no_words) < 0);
}

static void
x_not_permitted(void)
{
	close(open("plain", O_CREAT | O_WRONLY, 0600));
	MUST(execve("plain", words, no_words) < 0);
}

/*
 * A file that comes to its name "good" without having been synced.
 */
static int
new_file(const char *path, int flags)
{
	int fd = open(path, O_CREAT | O_RDWR | flags, 0600);

	MUST(fd >= 0);
	return fd;
}

static void
sync_here(void)
{
	MUST(fsync(open(".", O_RDONLY)) == 0);
}

static void
come_to_name(void)
{
	MUST(rename("new", "good") == 0);
	sync_here();
}

static void
d_copy(void)
{
	MUST(copy_file_range(open(SECRET, O_RDONLY), NULL, new_file("new", 0), NULL, 4, 0) ==
		4);
	come_to_name();
}

static void
d_sendfile(void)
{
	int fd = new_file("new", 0);

	MUST(fsync(fd) == 0 && sendfile(fd, open(SECRET, O_RDONLY), NULL, 4) == 4);
	come_to_name();
}

static void
d_link(void)
{
	MUST(write(new_file("new", 0), "x", 1) == 1 && link("new", "good") == 0);
	sync_here();
}

static void
d_tmpfile(void)
{
	char path[64];
	int fd = open(".", O_TMPFILE | O_WRONLY, 0600);

	MUST(fd >= 0 && write(fd, "x", 1) == 1);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	MUST(linkat(AT_FDCWD, path, AT_FDCWD, "good", AT_SYMLINK_FOLLOW) == 0);
	sync_here();
}

static void
d_empty_path(void)
{
	int fd = open(".", O_TMPFILE | O_WRONLY, 0600);

	MUST(fd >= 0 && write(fd, "x", 1) == 1);
	MUST(linkat(fd, "", AT_FDCWD, "good", AT_EMPTY_PATH) == 0);
	sync_here();
}

static void
d_mmap(void)
{
	int fd = new_file("new", 0);
	char *at;

	MUST(ftruncate(fd, 1) == 0 && fsync(fd) == 0);
	at = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	MUST(at != MAP_FAILED);
	*at = 1;
	come_to_name();
}

static void
d_exchange(void)
{
	close(new_file("good", 0));
	MUST(write(new_file("new", 0), "x", 1) == 1);
	MUST(syscall(SYS_renameat2, AT_FDCWD, "new", AT_FDCWD, "good", 2) == 0);
	sync_here();
}

static void
d_range(void)
{
	int fd = new_file("new", 0);

	MUST(write(fd, "x", 1) == 1 && sync_file_range(fd, 0, 1, 7) == 0);
	come_to_name();
}

static void
d_again(void)
{
	struct iovec v = { "x", 1 };
	int fd = new_file("new", 0);

	MUST(write(fd, "x", 1) == 1 && fsync(fd) == 0 && pwritev2(fd, &v, 1, 1, 0) == 1);
	come_to_name();
}

static void
d_directory(void)
{
	MUST(mkdir("d", 0700) == 0 && write(new_file("d/f", 0), "x", 1) == 1);
	MUST(rename("d", "good") == 0);
	sync_here();
}

static void
d_failed_sync(void)
{
	MUST(write(new_file("new", 0), "x", 1) == 1 && fsync(open("new", O_PATH)) < 0);
	come_to_name();
}

static void
d_other_directory(void)
{
	int fd = new_file("new", 0);

	MUST(write(fd, "x", 1) == 1 && fsync(fd) == 0 && rename("new", "box/good") == 0);
	sync_here();
}

static const struct deed deeds[] = {
	DEED(by_openat2),
	DEED(by_dirfd),
	DEED(by_dots),
	DEED(by_chdir),
	DEED(by_symlink),
	DEED(by_old_symlink),
	DEED(by_old_directory),
	DEED(by_hard_link),
	DEED(by_proc_cwd),
	DEED(by_proc_fd),
	DEED(by_proc_directory),
	DEED(by_chroot),
	DEED(by_mmap),
	DEED(by_copy),
	DEED(by_sendfile),
	DEED(by_splice),
	DEED(by_preadv2),
	DEED(by_handle),
	DEED(by_thread),
	DEED(by_thread_chdir),
	DEED(by_grandchild),
	DEED(by_vfork),
	DEED(by_rights),
	DEED(by_stdin),
	DEED(by_absent),
	DEED(w_truncate),
	DEED(w_through_link),
	DEED(w_through_descriptor),
	DEED(w_creat),
	DEED(w_mmap),
	DEED(w_openat2),
	DEED(w_rename),
	DEED(w_exchange),
	DEED(w_link),
	DEED(w_tmpfile),
	DEED(w_symlink),
	DEED(w_mknod),
	DEED(w_socket),
	DEED(w_chmod),
	DEED(w_times),
	DEED(w_unlink),
	DEED(w_bytes),
	DEED(n_connected_udp),
	DEED(n_mapped),
	DEED(n_sendto),
	DEED(n_sendmsg),
	DEED(n_second_message),
	DEED(n_fast_open),
	DEED(n_bind),
	DEED(n_rights),
	DEED(n_abstract),
	DEED(n_comma),
	DEED(n_vsock),
	DEED(n_listen),
	DEED(x_by_fd),
	DEED(x_by_dirfd),
	DEED(x_by_proc),
	DEED(x_by_symlink),
	DEED(x_by_vfork),
	DEED(x_by_script),
	DEED(x_by_thread),
	DEED(x_by_memfd),
	DEED(x_by_loader),
	DEED(x_absent),
	DEED(x_not_permitted),
	DEED(d_copy),
	DEED(d_sendfile),
	DEED(d_link),
	DEED(d_tmpfile),
	DEED(d_empty_path),
	DEED(d_mmap),
	DEED(d_exchange),
	DEED(d_range),
	DEED(d_again),
	DEED(d_directory),
	DEED(d_failed_sync),
	DEED(d_other_directory),
};

int
main(int argc, char **argv)
{
	return deeds_run(deeds, sizeof deeds / sizeof *deeds, argc, argv);
}
