/* SPDX-License-Identifier: MIT */
/*
 * control.c - control messages: descriptors, credentials and times that travel beside the data
 */
#include "decode/kinds.h"
#include "base/mem.h"
#include "decode/flags.h"
#include "decode/message.h"

#define LEVEL_SOCKET 1
#define TYPE_RIGHTS 1
#define TYPE_CREDENTIALS 2

static void
show_rights(struct text *t, const uint8_t *data, size_t n)
{
	str_add_char(t->out, '[');
	for (size_t i = 0; i + 4 <= n; i += 4) {
		if (i)
			str_add(t->out, ", ");
		text_fd(t, (int)load_uint(data + i, 4), false);
	}
	str_add_char(t->out, ']');
}

static void
show_credentials(struct text *t, const uint8_t *data)
{
	str_add(t->out, "{pid=");
	text_pid(t, (int32_t)load_uint(data, 4));
	str_addf(t->out, ", uid=%u, gid=%u}", (unsigned)load_uint(data + 4, 4),
		(unsigned)load_uint(data + 8, 4));
}

static void
show_one(struct text *t, const struct control *c, const uint8_t *data, size_t n)
{
	str_addf(t->out, "{cmsg_len=%llu, cmsg_level=", (unsigned long long)c->size);
	flags_add_value(t->out, &flags_socket_levels, c->level);
	str_add(t->out, ", cmsg_type=");
	if (c->level == LEVEL_SOCKET)
		flags_add_value(t->out, &flags_scm_types, c->type);
	else
		str_addf(t->out, "%#x", c->type);
	if (n) {
		str_add(t->out, ", cmsg_data=");
		if (c->level == LEVEL_SOCKET && c->type == TYPE_RIGHTS)
			show_rights(t, data, n);
		else if (c->level == LEVEL_SOCKET && c->type == TYPE_CREDENTIALS && n >= 12)
			show_credentials(t, data);
		else
			str_add_quoted(t->out, data, n, t->how->string_limit);
	}
	str_add_char(t->out, '}');
}

void
show_control(struct text *t, bool at_exit, uint64_t address, uint64_t n)
{
	AUTO(mem_free) uint8_t *bytes = mem_alloc(MIN(n, MAX_CONTROL));
	size_t got = text_read_some(t, at_exit, address, bytes, MIN(n, MAX_CONTROL)), at = 0;
	struct control c;

	if (!control_load(&c, bytes, got, 0, t->word)) {
		text_address(t, address);
		return;
	}
	str_add_char(t->out, '[');
	do {
		size_t data = at + c.header;
		size_t size = c.size > c.header ? MIN(c.size - c.header, got - data) : 0;

		if (at)
			str_add(t->out, ", ");
		show_one(t, &c, bytes + data, size);
		at = c.next;
	} while (at && control_load(&c, bytes, got, at, t->word));
	str_add_char(t->out, ']');
}
