/* SPDX-License-Identifier: MIT */
/*
 * http.h - one POST, and what came back
 *
 * libcurl is looked for when the first one is made, not when the program starts: it brings
 * twenty libraries along, and most runs send nothing.
 */
#ifndef EXPORT_HTTP_H
#define EXPORT_HTTP_H

#include "base/err.h"
#include "base/str.h"

struct http_post {
	const char *url;
	const char *const *headers; /* "Name: value", ends in NULL; added to `more` */
	const char *const *more;    /* the same; NULL: none */
	const void *body;
	size_t n;
	uint64_t timeout_ns;
	bool is_grpc;                       /* HTTP/2 without asking, and trailers count */
	const char *ca, *certificate, *key; /* paths; NULL: as the system has it */
	bool (*is_interrupted)(void *arg);  /* asked now and then; NULL: never */
	void *arg;
};

#define HTTP_BODY_MOST ((size_t)4 << 20)

struct http_answer {
	long status;             /* 0: none came */
	struct str body;         /* at most HTTP_BODY_MOST */
	char content_type[80];   /* "" when none; without parameters, lower case */
	uint64_t retry_after_ns; /* 0: not said */
	bool has_grpc_status;
	uint32_t grpc_status;
	char grpc_message[300]; /* printable */
	bool may_retry;         /* of -1: it may work in a moment */
	bool is_cut;            /* the body was longer */
};

void http_answer_done(struct http_answer *a);
/* -1: http_post() can send nothing here; says why. */
MUST_CHECK int http_available(struct err *err);
/* -1: no answer came (refused, timeout, TLS, not installed). http_answer_done() is due in any
 * case. */
MUST_CHECK int http_post(
	struct http_answer *out, const struct http_post *post, struct err *err);

#endif
