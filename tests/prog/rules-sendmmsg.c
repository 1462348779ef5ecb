/* SPDX-License-Identifier: MIT */
/* rules-sendmmsg.c - two messages to two addresses by one call: 127.0.0.1, ports 9001 and 7001
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>

int
main(void)
{
	struct sockaddr_in to[2] = { { .sin_family = AF_INET, .sin_port = htons(9001) },
		{ .sin_family = AF_INET, .sin_port = htons(7001) } };
	struct iovec piece = { "x", 1 };
	struct mmsghdr messages[2] = { { { 0 }, 0 } };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	for (int i = 0; i < 2; i++) {
		to[i].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		messages[i].msg_hdr = (struct msghdr){ .msg_name = &to[i],
			.msg_namelen = sizeof to[i],
			.msg_iov = &piece,
			.msg_iovlen = 1 };
	}
	if (fd >= 0 && sendmmsg(fd, messages, 2, 0) == 2)
		return 0;
	perror("sendmmsg");
	return 1;
}
