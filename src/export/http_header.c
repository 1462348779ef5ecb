/* SPDX-License-Identifier: MIT */
/* http_header.c - lines of an answer's head, and of what follows its body */

#include "export/http_header.h"

#include <string.h>
#include <strings.h>

static void
read_type(struct http_answer *out, const char *value, size_t n)
{
	size_t k = 0;

	while (k < n && k < sizeof out->content_type - 1 && value[k] != ';' &&
		value[k] != ' ') {
		char c = value[k];

		out->content_type[k++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
	}
	out->content_type[k] = '\0';
}

static void
read_status(struct http_answer *out, const char *value, size_t n)
{
	uint32_t number = 0;

	for (size_t i = 0; i < n; i++) {
		if (value[i] < '0' || value[i] > '9' || number > 1000)
			return;
		number = number * 10 + (uint32_t)(value[i] - '0');
	}
	out->grpc_status = number;
	out->has_grpc_status = n > 0;
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-encoded, as far as it is not broken. */
static void
read_message(struct http_answer *out, const char *value, size_t n)
{
	AUTO(str_done) struct str raw = { 0 }, clean = { 0 };
	size_t len, k;

	for (size_t i = 0; i < n; i++) {
		if (value[i] == '%' && i + 2 < n && hex(value[i + 1]) >= 0 &&
			hex(value[i + 2]) >= 0) {
			str_add_char(&raw, (char)(hex(value[i + 1]) << 4 | hex(value[i + 2])));
			i += 2;
		} else {
			str_add_char(&raw, value[i]);
		}
	}
	str_add_printable(&clean, str_text(&raw), raw.n);
	for (k = 0; k < clean.n; k += len) {
		len = utf8_len(clean.data + k, clean.n - k);
		if (k + len >= sizeof out->grpc_message)
			break;
	}
	memcpy(out->grpc_message, str_text(&clean), k);
	out->grpc_message[k] = '\0';
}

void
http_header(struct http_answer *out, const char *line, size_t n)
{
	static const struct {
		const char *name;
		void (*read)(struct http_answer *out, const char *value, size_t n);
	} rows[] = {
		{ "content-type", read_type },
		{ "grpc-status", read_status },
		{ "grpc-message", read_message },
	};
	const char *colon = memchr(line, ':', n), *value;
	size_t n_name, n_value;

	if (n >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		out->content_type[0] = '\0';
		out->has_grpc_status = false;
		return;
	}
	if (!colon)
		return;
	n_name = (size_t)(colon - line);
	value = colon + 1;
	n_value = n - n_name - 1;
	while (n_value && strchr(" \t", *value))
		value++, n_value--;
	while (n_value && strchr(" \t\r\n", value[n_value - 1]))
		n_value--;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strlen(rows[i].name) == n_name &&
			strncasecmp(rows[i].name, line, n_name) == 0)
			rows[i].read(out, value, n_value);
}

void
http_answer_done(struct http_answer *a)
{
	str_done(&a->body);
}
