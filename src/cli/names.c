/* SPDX-License-Identifier: MIT */
/* names.c - what exports ask about calls, answered by the tables of decode */

#include "cli/names.h"

#include <string.h>

static void
add_name(void *arg, const struct call *call, struct str *out)
{
	char room[32];

	(void)arg;
	str_add(out, decode_name((enum arch)call->arch, call->nr, room));
}

/* What stands between the parentheses of the printed call. */
static void
add_arguments(void *arg, const struct call *call, struct str *out)
{
	const struct names *n = arg;
	AUTO(str_done) struct str text = { 0 };
	const char *open, *close;

	decode_call(&text, call, &n->how);
	open = strchr(str_text(&text), '(');
	close = strrchr(str_text(&text), ')');
	if (open && close && close > open)
		str_add_n(out, open + 1, (size_t)(close - open) - 1);
}

static void
add_error(void *arg, int number, struct str *out)
{
	const char *name = decode_errno(number);

	(void)arg;
	if (name)
		str_add(out, name);
	else
		str_addf(out, "%d", number);
}

static void
add_signal(void *arg, int number, struct str *out)
{
	char room[16];

	(void)arg;
	str_add(out, decode_signal_name(number, room));
}

static bool
add_path(void *arg, const struct call *call, struct str *out)
{
	struct call_about about;
	const char *path;
	size_t n;

	(void)arg;
	decode_about(&about, call);
	path = about.n_paths ? decode_string(call, (uint8_t)about.path[0], &n) : NULL;
	if (!path || !n)
		return false;
	str_add_printable(out, path, n);
	return true;
}

static bool
add_peer(void *arg, const struct call *call, struct str *out)
{
	struct call_about about;
	const struct area *area;

	(void)arg;
	decode_about(&about, call);
	if (about.address < 0)
		return false;
	area = decode_area(call, (uint8_t)about.address, AREA_STRUCT);
	return area && area->kept && decode_address(out, area->bytes, area->kept);
}

/* What was too much for a pattern may hold what it was to find. */
static void
hide(void *arg, struct str *text)
{
	const struct names *n = arg;
	bool gave_up = false;

	redactions_apply(n->redactions, n->n_redactions, text, &gave_up);
	if (!gave_up)
		return;
	str_clear(text);
	str_add(text, "<too long to be redacted>");
}

void
names_init(struct names *n, struct redaction *redactions, size_t n_redactions)
{
	*n = (struct names){
		.names = { n, add_name, add_arguments, add_error, add_signal, add_path,
			add_peer, hide },
		.how = { .string_limit = 32, .list_limit = 32 },
		.redactions = redactions,
		.n_redactions = n_redactions,
	};
}
