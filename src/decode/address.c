/* SPDX-License-Identifier: MIT */
/*
 * address.c - socket addresses: strace's form and the canonical one
 */
#include "decode/kinds.h"
#include "decode/flags.h"

#include <arpa/inet.h>
#include <string.h>

enum {
	FAMILY_UNSPEC = 0,
	FAMILY_UNIX = 1,
	FAMILY_INET = 2,
	FAMILY_INET6 = 10,
	FAMILY_NETLINK = 16,
	FAMILY_PACKET = 17
};

#define SOCKADDR_MAX 128

static unsigned
port_of(const uint8_t *bytes)
{
	return (unsigned)bytes[2] << 8 | bytes[3];
}

/* A path to its NUL; an abstract name, all of it, after '@'. */
static void
show_unix(struct str *s, const uint8_t *bytes, size_t n)
{
	const char *path = (const char *)bytes + 2;

	if (n <= 2)
		return;
	str_add(s, ", sun_path=");
	if (*path) {
		str_add_quoted(s, path, strnlen(path, n - 2), SIZE_MAX);
	} else {
		str_add_char(s, '@');
		str_add_quoted(s, path + 1, n - 3, SIZE_MAX);
	}
}

/* ip_local_port_range as Linux sets it: the kernel chose such a port, and will choose another.
 */
#define EPHEMERAL_FIRST 32768
#define EPHEMERAL_LAST 60999

static void
show_port(struct text *t, const char *name, unsigned port)
{
	bool varies = port >= EPHEMERAL_FIRST && port <= EPHEMERAL_LAST;

	if (t->how->hide_addresses && varies)
		str_addf(t->out, ", %s=<port>", name);
	else
		str_addf(t->out, ", %s=htons(%u)", name, port);
}

static void
show_inet(struct text *t, const uint8_t *bytes, size_t n)
{
	char text[INET_ADDRSTRLEN];

	if (n < 8)
		return;
	inet_ntop(AF_INET, bytes + 4, text, sizeof(text));
	show_port(t, "sin_port", port_of(bytes));
	str_addf(t->out, ", sin_addr=inet_addr(\"%s\")", text);
}

static void
show_inet6(struct text *t, const uint8_t *bytes, size_t n)
{
	char text[INET6_ADDRSTRLEN];
	uint32_t flow;

	if (n < 24)
		return;
	memcpy(&flow, bytes + 4, sizeof(flow));
	inet_ntop(AF_INET6, bytes + 8, text, sizeof(text));
	show_port(t, "sin6_port", port_of(bytes));
	str_addf(t->out, ", sin6_flowinfo=htonl(%u)", ntohl(flow));
	str_addf(t->out, ", inet_pton(AF_INET6, \"%s\", &sin6_addr)", text);
	if (n >= 28)
		str_addf(t->out, ", sin6_scope_id=%u", (unsigned)load_uint(bytes + 24, 4));
}

static void
show_netlink(struct text *t, const uint8_t *bytes, size_t n)
{
	uint32_t pid;

	if (n < 12)
		return;
	pid = (uint32_t)load_uint(bytes + 4, 4);
	str_add(t->out, ", nl_pid=");
	text_pid(t, pid);
	str_addf(t->out, ", nl_groups=%08x", (unsigned)load_uint(bytes + 8, 4));
}

static void
show_packet(struct str *s, const uint8_t *bytes, size_t n)
{
	if (n < 12)
		return;
	str_addf(s, ", sll_protocol=htons(%#x), sll_ifindex=%d, sll_hatype=%#x", port_of(bytes),
		(int)load_uint(bytes + 4, 4), (unsigned)load_uint(bytes + 8, 2));
	str_addf(s, ", sll_pkttype=%u, sll_halen=%u", bytes[10], bytes[11]);
}

void
show_sockaddr(struct text *t, bool at_exit, uint64_t address, uint64_t n)
{
	uint8_t bytes[SOCKADDR_MAX];
	size_t size = MIN(n, sizeof(bytes));
	unsigned family;

	if (!address || size < 2 || !text_read(t, at_exit, address, bytes, size)) {
		text_address(t, address);
		return;
	}
	family = (unsigned)load_uint(bytes, 2);
	str_add(t->out, "{sa_family=");
	flags_add_value(t->out, &flags_address_families, family);
	if (family == FAMILY_UNIX) {
		show_unix(t->out, bytes, size);
	} else if (family == FAMILY_INET) {
		show_inet(t, bytes, size);
	} else if (family == FAMILY_INET6) {
		show_inet6(t, bytes, size);
	} else if (family == FAMILY_NETLINK) {
		show_netlink(t, bytes, size);
	} else if (family == FAMILY_PACKET) {
		show_packet(t->out, bytes, size);
	} else if (size > 2) {
		str_add(t->out, ", sa_data=");
		str_add_quoted(t->out, bytes + 2, size - 2, SIZE_MAX);
	}
	str_add_char(t->out, '}');
}

static void
add_unix(struct str *out, const uint8_t *bytes, size_t n)
{
	const char *path = (const char *)bytes + 2;

	str_add(out, "unix:");
	if (n > 2 && *path) {
		str_add_escaped(out, path, strnlen(path, n - 2));
	} else if (n > 2) {
		str_add_char(out, '@');
		str_add_escaped(out, path + 1, n - 3);
	}
}

static void
add_inet6(struct str *out, const uint8_t *bytes, size_t n)
{
	char text[INET6_ADDRSTRLEN];
	unsigned scope = n >= 28 ? (unsigned)load_uint(bytes + 24, 4) : 0;

	inet_ntop(AF_INET6, bytes + 8, text, sizeof(text));
	str_addf(out, "inet6:[%s", text);
	if (scope)
		str_addf(out, "%%%u", scope);
	str_addf(out, "]:%u", port_of(bytes));
}

bool
decode_address(struct str *out, const void *address, size_t n)
{
	const uint8_t *bytes = address;
	unsigned family = n >= 2 ? (unsigned)load_uint(bytes, 2) : FAMILY_UNSPEC;
	char text[INET_ADDRSTRLEN];

	if (n < 2 || (family == FAMILY_INET && n < 8) || (family == FAMILY_INET6 && n < 24) ||
		(family == FAMILY_NETLINK && n < 12))
		return false;
	n = MIN(n, SOCKADDR_MAX);
	if (family == FAMILY_UNIX) {
		add_unix(out, bytes, n);
	} else if (family == FAMILY_INET) {
		inet_ntop(AF_INET, bytes + 4, text, sizeof(text));
		str_addf(out, "inet:%s:%u", text, port_of(bytes));
	} else if (family == FAMILY_INET6) {
		add_inet6(out, bytes, n);
	} else if (family == FAMILY_NETLINK) {
		/* The pid is the kernel's (0) or an arbitrary port. */
		str_addf(out, "netlink:%s:%08x", load_uint(bytes + 4, 4) ? "user" : "kernel",
			(unsigned)load_uint(bytes + 8, 4));
	} else {
		str_addf(out, "family-%u:", family);
		for (size_t i = 2; i < n; i++)
			str_addf(out, "%02x", bytes[i]);
	}
	return true;
}
