/* SPDX-License-Identifier: MIT */
/*
 * delivery.h - spans to their receiver: requests cut to size, tried again, counted
 *
 * What became of each span is known in the end: taken, refused by the receiver, or not
 * delivered, with the reason. A receiver that cannot be reached is asked no more.
 */
#ifndef EXPORT_DELIVERY_H
#define EXPORT_DELIVERY_H

#include "export/endpoint.h"
#include "export/http.h"

#define REQUEST_BYTES_MOST ((size_t)7 << 19) /* 3.5 MiB: servers refuse what is above 4 */

/* How requests are made and time goes by; for tests. */
struct delivery_world {
	int (*post)(struct http_answer *out, const struct http_post *post, struct err *err);
	uint64_t (*now_ns)(void *arg);
	void (*wait_ns)(void *arg, uint64_t ns); /* may end early when interrupted */
	uint32_t (*random)(void *arg);
	bool (*is_interrupted)(void *arg);
	void *arg;
};

struct delivered {
	uint64_t n_spans; /* the sum of the next three */
	uint64_t n_taken, n_refused, n_lost;
	uint64_t n_requests, n_attempts;
};

struct delivery;

/* The endpoint outlives it. */
struct delivery *delivery_new(
	const struct endpoint *endpoint, const struct delivery_world *world);
void delivery_free(struct delivery *d);
AUTO_DEFINE(struct delivery *, delivery_free)
void delivery_send(struct delivery *d, const struct span_source *source,
	const struct span *spans, size_t n);
/* Into a file everything is written now, and only now. */
void delivery_end(struct delivery *d);
const struct delivered *delivery_count(const struct delivery *d);
/* Sentences on what was not as it should be, a line each; "" when all was. Borrowed until the
 * next call. */
const char *delivery_trouble(struct delivery *d);

#endif
