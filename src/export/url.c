/* SPDX-License-Identifier: MIT */
/* url.c - the pieces of an http URL, and lists of pairs as environments hold them */

#include "export/url.h"

#include "base/str.h"

#include <string.h>
#include <strings.h>

static int
wrong(struct err *err, const char *text, const char *what)
{
	const char *scheme = strstr(text, "://"), *at = strrchr(text, '@');

	/* What stands before an '@' may be a password. */
	err_set(err, "'%s' %s", at ? at + 1 : text, what);
	if (!scheme)
		err_hint(err, "as in http://localhost:4318, or file:PATH");
	return err_as(err, ERR_USAGE);
}

static bool
is_plain(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || (unsigned char)*text >= 0x7f)
			return false;
	return true;
}

/* "host", "host:1", "[::1]:1". */
static bool
read_port(struct url *out, struct arena *arena, const char *host)
{
	const char *bracket = *host == '[' ? strchr(host, ']') : host;
	const char *colon = bracket ? strchr(bracket, ':') : NULL;
	uint32_t port = 0;

	if (!bracket || !*host || colon == host || (*host == '[' && bracket[1] && !colon))
		return false;
	out->host = colon ? arena_strndup(arena, host, (size_t)(colon - host)) : host;
	if (!colon)
		return true;
	for (const char *p = colon + 1; *p; p++) {
		if (*p < '0' || *p > '9' || port > 65535)
			return false;
		port = port * 10 + (uint32_t)(*p - '0');
	}
	out->port = port;
	return port && port <= 65535;
}

int
url_read(struct url *out, struct arena *arena, const char *text, struct err *err)
{
	const char *rest, *end, *at;

	*out = (struct url){ .path = "", .query = "" };
	if (!is_plain(text))
		return wrong(err, text, "is no URL: blanks and other letters are written %XX");
	if (strncasecmp(text, "http://", 7) == 0)
		rest = text + 7;
	else if (strncasecmp(text, "https://", 8) == 0)
		rest = text + 8;
	else
		return wrong(err, text, "is no http or https URL");
	out->is_secure = rest == text + 8;
	end = rest + strcspn(rest, "/?#");
	out->authority = arena_strndup(arena, rest, (size_t)(end - rest));
	at = strrchr(out->authority, '@');
	if (!read_port(out, arena, at ? at + 1 : out->authority))
		return wrong(err, text, "names no host, or a port that there is not");
	rest = end + strcspn(end, "?#");
	out->path = arena_strndup(arena, end, (size_t)(rest - end));
	out->query = arena_strndup(arena, rest, strcspn(rest, "#"));
	return 0;
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "%41" is "A". NULL: it is broken, or would be a NUL. */
static const char *
decode(struct arena *arena, const char *text, size_t n)
{
	char *out = arena_strndup(arena, text, n);
	size_t k = 0;

	for (size_t i = 0; i < n; i++, k++) {
		int high, low;

		out[k] = text[i];
		if (text[i] != '%')
			continue;
		high = i + 1 < n ? hex(text[i + 1]) : -1;
		low = i + 2 < n ? hex(text[i + 2]) : -1;
		if (high < 0 || low < 0 || high + low == 0)
			return NULL;
		out[k] = (char)(high << 4 | low);
		i += 2;
	}
	out[k] = '\0';
	return out;
}

static const char *
trim(const char *text, size_t *n)
{
	while (*n && (*text == ' ' || *text == '\t'))
		text++, --*n;
	while (*n && (text[*n - 1] == ' ' || text[*n - 1] == '\t'))
		--*n;
	return text;
}

bool
pairs_read(struct arena *arena, const char *text,
	bool (*visit)(void *arg, const char *key, const char *value), void *arg)
{
	for (;; text++) {
		size_t n = strcspn(text, ","), n_key, n_value;
		const char *end = text + n, *equals, *key, *value;

		trim(text, &n);
		if (n) {
			equals = memchr(text, '=', (size_t)(end - text));
			if (!equals)
				return false;
			n_key = (size_t)(equals - text);
			key = trim(text, &n_key);
			n_value = (size_t)(end - equals) - 1;
			value = trim(equals + 1, &n_value);
			value = decode(arena, value, n_value);
			if (!n_key || !value ||
				!visit(arg, arena_strndup(arena, key, n_key), value))
				return false;
		}
		text = end;
		if (!*text)
			return true;
	}
}
