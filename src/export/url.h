/* SPDX-License-Identifier: MIT */
/*
 * url.h - the pieces of an http URL, and lists of pairs as environments hold them; export's own
 */
#ifndef EXPORT_URL_H
#define EXPORT_URL_H

#include "base/err.h"
#include "base/mem.h"

struct url {
	bool is_secure;               /* https */
	const char *authority, *host; /* with user and password, and without; as written */
	uint32_t port;                /* 0: not said */
	const char *path;             /* "" or from its '/' on, without the query */
	const char *query;            /* "" or from its '?' on */
};

/* Texts are the arena's. What is wrong is ERR_USAGE. */
MUST_CHECK int url_read(
	struct url *out, struct arena *arena, const char *text, struct err *err);

/* "a=1,b=%20": calls visit for each pair, the value decoded, blanks around both gone. False:
 * it is no such list, or visit said so. */
MUST_CHECK bool pairs_read(struct arena *arena, const char *text,
	bool (*visit)(void *arg, const char *key, const char *value), void *arg);

#endif
