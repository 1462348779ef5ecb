/* query.c - what the examples of docs/expressions.md are asked of: a known number of known
 * calls
 *
 * Run in an empty directory. Its own calls stand in the region "work"; what the C library does
 * before and behind it is another matter on each machine.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void
files(void)
{
	char text[100];
	int fd = open("data", O_RDWR | O_CREAT | O_TRUNC, 0644);

	memset(text, 'x', sizeof text);
	for (int i = 0; i < 3; i++)
		if (write(fd, text, 100) != 100)
			_exit(9);
	if (write(fd, "y", 1) != 1 || pread(fd, text, 50, 0) != 50)
		_exit(9);
	fsync(fd);
	close(fd);
	access("missing", F_OK);
	access("missing", F_OK);
	access("/etc/no-such-file", F_OK);
	rename("data", "result");
	link("result", "second");
	unlink("second");
}

static void
processes(void)
{
	char text[8];
	int ends[2], status;
	pid_t pid;

	if (pipe(ends) < 0)
		_exit(9);
	pid = fork();
	if (pid == 0) {
		if (write(ends[1], "hello", 5) != 5)
			_exit(9);
		_exit(3);
	}
	if (read(ends[0], text, sizeof text) != 5)
		_exit(9);
	waitpid(pid, &status, 0);
	pid = fork();
	if (pid == 0) {
		raise(SIGKILL);
		_exit(0);
	}
	waitpid(pid, &status, 0);
}

static void
network(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sendto(fd, "message", 7, 0, (struct sockaddr *)&to, sizeof to);
	close(fd);
}

int
main(void)
{
	const struct timespec pause = { .tv_nsec = 20000000 };

	access("renacer:begin work", F_OK);
	files();
	processes();
	network();
	nanosleep(&pause, NULL);
	access("renacer:end work", F_OK);
	return 0;
}
