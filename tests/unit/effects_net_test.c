/* SPDX-License-Identifier: MIT */
/* effects_net_test.c - datagrams: whose port the kernel chose, who serves, who only asks */

#include "unit/effects_run.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum { SERVER = 5, CLIENT = 6 };

static struct made_arg
inet(struct sockaddr_in *room, int port)
{
	*room = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	return GOT(room, sizeof *room);
}

static void
bind_to(struct made *m, int fd, int port)
{
	struct sockaddr_in a;

	made_call(m, 1, CALL_socket, fd, N(AF_INET), N(SOCK_DGRAM), N(0));
	made_call(m, 1, CALL_bind, 0, N(fd), inet(&a, port), N(sizeof a));
}

static void
ask_name(struct made *m, int fd, int port)
{
	struct sockaddr_in a;
	uint32_t n = sizeof a;

	made_call(m, 1, CALL_getsockname, 0, N(fd), inet(&a, port), GOT(&n, sizeof n));
}

static void
send_to(struct made *m, int fd, int port)
{
	struct sockaddr_in a;

	made_call(m, 1, CALL_sendto, 4, N(fd), OUT("ping"), N(4), N(0), inet(&a, port),
		N(sizeof a));
}

/* port 0: the call does not ask from whom. */
static void
receive(struct made *m, int fd, int port)
{
	struct sockaddr_in a;
	uint32_t n = sizeof a;

	if (port)
		made_call(m, 1, CALL_recvfrom, 4, N(fd), GOT("ping", 4), N(64), N(0),
			inet(&a, port), GOT(&n, sizeof n));
	else
		made_call(
			m, 1, CALL_recvfrom, 4, N(fd), GOT("ping", 4), N(64), N(0), N(0), N(0));
}

static void
only_the_server_of_two_sockets_of_the_run_is_told(void **state)
{
	static const bool flags[] = { false, true };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct made m = made_new(PROFILE_EFFECTS);
		bool client_asks = flags[i & 1], is_bound = flags[i >> 1];

		bind_to(&m, SERVER, 0);
		ask_name(&m, SERVER, 40001);
		if (is_bound)
			bind_to(&m, CLIENT, 0);
		else
			made_call(&m, 1, CALL_socket, CLIENT, N(AF_INET), N(SOCK_DGRAM), N(0));
		send_to(&m, CLIENT, 40001);
		receive(&m, SERVER, 40002);
		send_to(&m, SERVER, 40002);
		receive(&m, CLIENT, 0);
		send_to(&m, CLIENT, 40001);
		receive(&m, SERVER, 40002);
		if (client_asks) /* Python does, when it forgets a socket */
			ask_name(&m, CLIENT, 40002);
		made_finish(&m);
		assert_int_equal(made_count(&m, EFFECT_NET), 1);
		assert_non_null(
			made_effect(&m, EFFECT_NET, "listen udp inet:127.0.0.1:<port:1>"));
		made_free(&m);
	}
}

static void
a_socket_that_asks_for_its_name_before_it_speaks_is_known(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	bind_to(&m, SERVER, 7000);
	made_call(&m, 1, CALL_socket, CLIENT, N(AF_INET), N(SOCK_DGRAM), N(0));
	ask_name(&m, CLIENT, 40002);
	send_to(&m, CLIENT, 7000);
	receive(&m, SERVER, 40002);
	send_to(&m, SERVER, 40002);
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_NET), 1);
	made_free(&m);
}

static void
an_answer_to_somebody_outside_is_told_without_the_number(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	bind_to(&m, SERVER, 7000);
	send_to(&m, CLIENT, 9); /* not a socket of ours: nobody spoke to the server */
	receive(&m, SERVER, 45678);
	send_to(&m, SERVER, 45678);
	made_finish(&m);
	assert_non_null(made_effect(&m, EFFECT_NET, "listen udp inet:127.0.0.1:7000"));
	assert_non_null(made_effect(&m, EFFECT_NET, "send inet:127.0.0.1:<port:1>"));
	made_free(&m);
}

static void
more_strangers_than_sockets_of_the_run_are_outside(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	bind_to(&m, SERVER, 7000);
	bind_to(&m, CLIENT, 0);
	send_to(&m, CLIENT, 7000);
	receive(&m, SERVER, 40002);
	receive(&m, SERVER, 40003);
	send_to(&m, SERVER, 40002);
	send_to(&m, SERVER, 40003);
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_NET), 2);
	assert_null(made_effect(&m, EFFECT_NET, "listen udp inet:127.0.0.1:0"));
	made_free(&m);
}

static void
a_port_that_the_run_names_keeps_its_number(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	bind_to(&m, CLIENT, 0);
	send_to(&m, CLIENT, 48125);
	receive(&m, CLIENT, 48125);
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_NET), 1);
	assert_non_null(made_effect(&m, EFFECT_NET, "send inet:127.0.0.1:48125"));
	made_free(&m);
}

static void
who_waits_before_it_speaks_is_a_server(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	bind_to(&m, SERVER, 0);
	receive(&m, SERVER, 0);
	made_finish(&m);
	assert_non_null(made_effect(&m, EFFECT_NET, "listen udp inet:127.0.0.1:0"));
	made_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_server_of_two_sockets_of_the_run_is_told),
		cmocka_unit_test(a_socket_that_asks_for_its_name_before_it_speaks_is_known),
		cmocka_unit_test(an_answer_to_somebody_outside_is_told_without_the_number),
		cmocka_unit_test(more_strangers_than_sockets_of_the_run_are_outside),
		cmocka_unit_test(a_port_that_the_run_names_keeps_its_number),
		cmocka_unit_test(who_waits_before_it_speaks_is_a_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
