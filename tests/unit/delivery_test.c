/* SPDX-License-Identifier: MIT */
/* delivery_test.c - requests tried again, cut, counted; in a world without network and time */

#include "unit/test.h"

#include "export/delivery.h"

#include "base/clock.h"
#include "export/http_header.h"

#include <string.h>

/* What the server does with the next requests; the last one holds for all that follow. */
struct reply {
	long status;
	const char *type, *body;
	size_t n;
	uint64_t retry_after_ns, takes_ns;
	const char *failure; /* no answer came */
	bool may_retry, has_grpc_status;
	uint32_t grpc_status;
};

struct world {
	const struct reply *replies;
	size_t n_replies, n_posts, n_waits;
	uint64_t now_ns, waited_ns, longest_wait_ns;
	size_t interrupted_after; /* posts; 0: never */
	size_t largest, n_bytes;
	bool is_grpc_frame_right;
};
static struct world *world; /* post() has no argument of its own */

static int
post(struct http_answer *out, const struct http_post *p, struct err *err)
{
	const struct reply *r = &world->replies[MIN(world->n_posts, world->n_replies - 1)];
	const uint8_t *body = p->body;

	world->n_posts++;
	world->now_ns += MIN(r->takes_ns, p->timeout_ns);
	world->largest = MAX(world->largest, p->n);
	world->n_bytes += p->n;
	world->is_grpc_frame_right = p->n > 5 && body[0] == 0 &&
				     ((size_t)body[1] << 24 | (size_t)body[2] << 16 |
					     (size_t)body[3] << 8 | body[4]) == p->n - 5;
	*out = (struct http_answer){ .status = r->status,
		.retry_after_ns = r->retry_after_ns,
		.may_retry = r->may_retry,
		.has_grpc_status = r->has_grpc_status,
		.grpc_status = r->grpc_status };
	if (r->failure)
		return err_set(err, "%s", r->failure);
	if (r->type)
		snprintf(out->content_type, sizeof out->content_type, "%s", r->type);
	str_add_n(&out->body, r->body ? r->body : "", r->n);
	return 0;
}

static uint64_t
now_ns(void *arg)
{
	return ((struct world *)arg)->now_ns;
}

static void
wait_ns(void *arg, uint64_t ns)
{
	struct world *w = arg;

	w->n_waits++;
	w->now_ns += ns;
	w->waited_ns += ns;
	w->longest_wait_ns = MAX(w->longest_wait_ns, ns);
}

static uint32_t
random_number(void *arg)
{
	(void)arg;
	return 500;
}

static bool
is_interrupted(void *arg)
{
	const struct world *w = arg;

	return w->interrupted_after && w->n_posts >= w->interrupted_after;
}

#define PB "application/x-protobuf"
#define OK                                                                                     \
	{                                                                                      \
		.status = 200, .type = PB                                                      \
	}
#define NO(s)                                                                                  \
	{                                                                                      \
		.status = (s)                                                                  \
	}
#define SOME(text)                                                                             \
	{                                                                                      \
		.status = 200, .type = PB, .body = (text), .n = sizeof(text) - 1               \
	}
#define GRPC(s)                                                                                \
	{                                                                                      \
		.status = 200, .has_grpc_status = true, .grpc_status = (s)                     \
	}

/* clang-format off */
static const struct {
	const char *name;
	struct reply replies[5];
	size_t n_replies;
	enum otlp_protocol protocol;
	uint64_t n_taken, n_refused, n_lost;
	size_t n_posts;
	const char *trouble;
} rows[] = {
	{ "taken", { OK }, 1, OTLP_HTTP_PROTOBUF, 3, 0, 0, 1, "" },
	{ "a moment later", { NO(503), OK }, 2, OTLP_HTTP_PROTOBUF, 3, 0, 0, 2, "" },
	{ "all four", { NO(429), NO(502), NO(503), NO(504), OK }, 5, OTLP_HTTP_PROTOBUF, 3, 0, 0, 5, "" },
	{ "refused connection, then not", { { .failure = "refused", .may_retry = true }, OK }, 2, OTLP_HTTP_PROTOBUF, 3, 0, 0, 2, "" },
	{ "a bad certificate stays bad", { { .failure = "certificate" }, OK }, 2, OTLP_HTTP_PROTOBUF, 0, 0, 3, 1, "3 of 3 spans were not delivered to shown: certificate\n" },
	{ "400 is never tried again", { { .status = 400, .type = PB, .body = "\x08\x03\x12\x02hi", .n = 6 }, OK }, 2, OTLP_HTTP_PROTOBUF, 0, 0, 3, 1, "not delivered to shown: it answered 400: hi\n" },
	{ "nor is 500", { NO(500), OK }, 2, OTLP_HTTP_PROTOBUF, 0, 0, 3, 1, "it answered 500\n" },
	{ "redirections are not followed", { NO(307), OK }, 2, OTLP_HTTP_PROTOBUF, 0, 0, 3, 1, "it answered 307\n" },
	{ "partly", { SOME("\x0a\x08\x08\x02\x12\x04oops") }, 1, OTLP_HTTP_PROTOBUF, 1, 2, 0, 1, "shown refused 2 of 3 spans: oops\n" },
	{ "more refused than sent", { SOME("\x0a\x02\x08\x63") }, 1, OTLP_HTTP_PROTOBUF, 0, 3, 0, 1, "shown refused 3 of 3 spans: it does not say why\n" },
	{ "a negative number refused", { SOME("\x0a\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01") }, 1, OTLP_HTTP_PROTOBUF, 3, 0, 0, 1, "" },
	{ "with a remark", { SOME("\x0a\x06\x12\x04oops") }, 1, OTLP_HTTP_PROTOBUF, 3, 0, 0, 1, "shown took the spans and says: oops\n" },
	{ "an answer that is none", { SOME("<html>") }, 1, OTLP_HTTP_PROTOBUF, 3, 0, 0, 1, "shown took the spans and says: its answer of 6 bytes is none of OTLP\n" },
	{ "an answer of another kind", { { .status = 200, .type = "text/html", .body = "hi", .n = 2 } }, 1, OTLP_HTTP_PROTOBUF, 3, 0, 0, 1, "its answer of 2 bytes is none of OTLP\n" },
	{ "gRPC", { GRPC(0) }, 1, OTLP_GRPC, 3, 0, 0, 1, "" },
	{ "gRPC, a moment later", { GRPC(14), GRPC(0) }, 2, OTLP_GRPC, 3, 0, 0, 2, "" },
	{ "gRPC, no such service", { GRPC(12), GRPC(0) }, 2, OTLP_GRPC, 0, 0, 3, 1, "it answered with gRPC status 12\n" },
	{ "gRPC, bad argument", { GRPC(3), GRPC(0) }, 2, OTLP_GRPC, 0, 0, 3, 1, "it answered with gRPC status 3\n" },
	{ "gRPC, partly", { { .status = 200, .has_grpc_status = true, .body = "\0\0\0\0\x04\x0a\x02\x08\x01", .n = 9 } }, 1, OTLP_GRPC, 2, 1, 0, 1, "shown refused 1 of 3 spans: it does not say why\n" },
	{ "no gRPC at all", { NO(404), GRPC(0) }, 2, OTLP_GRPC, 0, 0, 3, 1, "it answered 404, and not as gRPC does\n" },
};
/* clang-format on */

static struct delivery *
begin(struct world *w, const struct endpoint *e)
{
	const struct delivery_world calls = { post, now_ns, wait_ns, random_number,
		is_interrupted, w };

	world = w;
	return delivery_new(e, &calls);
}

static const struct span_source source = { .scope = "t" };

static void
each_answer_has_its_end(void **state)
{
	static const struct span spans[3] = { { .name = "a" }, { .name = "b" },
		{ .name = "c" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct endpoint e = { .url = "http://h",
			.shown = "shown",
			.protocol = rows[i].protocol,
			.timeout_ns = (uint64_t)10 * NS_PER_S };
		struct world w = { .replies = rows[i].replies, .n_replies = rows[i].n_replies };
		AUTO(delivery_free) struct delivery *d = begin(&w, &e);
		const struct delivered *c = delivery_count(d);

		delivery_send(d, &source, spans, 3);
		delivery_end(d);
		if (c->n_taken != rows[i].n_taken || c->n_refused != rows[i].n_refused ||
			c->n_lost != rows[i].n_lost || w.n_posts != rows[i].n_posts ||
			!strstr(delivery_trouble(d), rows[i].trouble) ||
			!*rows[i].trouble != !*delivery_trouble(d))
			fail_msg("%s: taken %d refused %d lost %d posts %d: %s", rows[i].name,
				(int)c->n_taken, (int)c->n_refused, (int)c->n_lost,
				(int)w.n_posts, delivery_trouble(d));
		assert_int_equal(c->n_spans, 3);
		if (e.protocol == OTLP_GRPC)
			assert_true(w.is_grpc_frame_right);
	}
}

static const struct endpoint http = { .url = "http://h",
	.shown = "shown",
	.protocol = OTLP_HTTP_PROTOBUF,
	.timeout_ns = (uint64_t)10 * NS_PER_S };

static void
who_is_busy_for_ever_is_left_in_time(void **state)
{
	static const struct reply busy = NO(503);
	static const struct span span = { .name = "a" };
	struct world w = { .replies = &busy, .n_replies = 1 };
	AUTO(delivery_free) struct delivery *d = begin(&w, &http);

	(void)state;
	delivery_send(d, &source, &span, 1);
	assert_in_range(w.n_posts, 4, 12);
	assert_true(w.now_ns <= http.timeout_ns);
	assert_true(w.longest_wait_ns <= (uint64_t)5 * NS_PER_S);
	assert_non_null(strstr(delivery_trouble(d), "it answered 503 (after "));
	/* Nor is it asked again for what comes later. */
	w.n_posts = 0;
	delivery_send(d, &source, &span, 1);
	assert_int_equal(w.n_posts, 0);
	assert_int_equal(delivery_count(d)->n_lost, 2);
}

static void
who_says_how_long_to_wait_is_waited_for(void **state)
{
	static const struct reply replies[] = { { .status = 429, .retry_after_ns = 3000000000 },
		OK };
	static const struct reply later = { .status = 429, .retry_after_ns = 60000000000 };
	static const struct span span = { .name = "a" };
	struct world w = { .replies = replies, .n_replies = 2 };
	AUTO(delivery_free) struct delivery *d = begin(&w, &http);

	(void)state;
	delivery_send(d, &source, &span, 1);
	assert_int_equal(w.waited_ns, 3000000000);
	assert_int_equal(delivery_count(d)->n_taken, 1);
	w = (struct world){ .replies = &later, .n_replies = 1 };
	delivery_send(d, &source, &span, 1);
	assert_int_equal(w.n_posts, 1);
	assert_int_equal(w.waited_ns, 0);
	assert_non_null(strstr(delivery_trouble(d), "asks to wait 60 s"));
}

static void
who_hangs_costs_the_time_of_one_request(void **state)
{
	static const struct reply hangs = {
		.failure = "timed out", .may_retry = true, .takes_ns = UINT64_MAX
	};
	static const struct span span = { .name = "a" };
	struct world w = { .replies = &hangs, .n_replies = 1 };
	AUTO(delivery_free) struct delivery *d = begin(&w, &http);

	(void)state;
	for (int i = 0; i < 5; i++)
		delivery_send(d, &source, &span, 1);
	assert_int_equal(w.n_posts, 1);
	assert_int_equal(w.now_ns, http.timeout_ns);
	assert_int_equal(delivery_count(d)->n_lost, 5);
}

static void
what_is_too_large_is_sent_in_pieces(void **state)
{
	enum { N = 64 };
	static const struct reply replies[] = { NO(413), NO(413), OK };
	struct span spans[N];
	struct world w = { .replies = replies, .n_replies = 3 };
	AUTO(delivery_free) struct delivery *d = begin(&w, &http);

	(void)state;
	for (int i = 0; i < N; i++)
		spans[i] = (struct span){ .name = "a span with a name" };
	delivery_send(d, &source, spans, N);
	assert_int_equal(delivery_count(d)->n_taken, N);
	assert_true(w.n_posts > 5);
}

static void
what_is_too_large_in_one_piece_is_lost(void **state)
{
	static const struct reply replies = NO(413);
	static const struct span spans[3] = { { .name = "a" } };
	struct world w = { .replies = &replies, .n_replies = 1 };
	AUTO(delivery_free) struct delivery *d = begin(&w, &http);

	(void)state;
	delivery_send(d, &source, spans, 3);
	assert_int_equal(delivery_count(d)->n_lost, 3);
	assert_in_range(w.n_posts, 3, 8);
}

static void
no_request_is_larger_than_servers_take(void **state)
{
	enum { N = 2000, SIZE = 4000 };
	static const struct reply ok = OK;
	AUTO(mem_free) struct span *spans = mem_array(N, sizeof *spans);
	AUTO(mem_free) char *name = mem_alloc(SIZE + 1);
	struct world w = { .replies = &ok, .n_replies = 1 };
	AUTO(delivery_free) struct delivery *d = begin(&w, &http);

	(void)state;
	memset(name, 'x', SIZE);
	for (int i = 0; i < N; i++)
		spans[i].name = name;
	delivery_send(d, &source, spans, N);
	assert_int_equal(delivery_count(d)->n_taken, N);
	assert_true(w.n_posts >= 3);
	assert_true(w.largest < (size_t)4 << 20);
	assert_true(w.n_bytes > (size_t)N * SIZE);
}

static void
an_interrupt_ends_it(void **state)
{
	static const struct reply busy = NO(503);
	static const struct span span = { .name = "a" };
	struct world w = { .replies = &busy, .n_replies = 1, .interrupted_after = 2 };
	AUTO(delivery_free) struct delivery *d = begin(&w, &http);

	(void)state;
	delivery_send(d, &source, &span, 1);
	assert_int_equal(w.n_posts, 2);
	assert_non_null(strstr(delivery_trouble(d), "interrupted"));
}

static void
lines_of_a_head_are_read(void **state)
{
	static const char *const lines[] = { "HTTP/2 200 \r\n",
		"content-type: Application/JSON; charset=utf-8\r\n", "GRPC-Status:  14 \r\n",
		"grpc-message: a%20b%zz%\r\n", "x: y\r\n", "nothing\r\n", "\r\n" };
	struct http_answer a = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		http_header(&a, lines[i], strlen(lines[i]));
	assert_string_equal(a.content_type, "application/json");
	assert_true(a.has_grpc_status);
	assert_int_equal(a.grpc_status, 14);
	assert_string_equal(a.grpc_message, "a b%zz%");
	/* 100 Continue and a proxy's answer are not the answer. */
	http_header(&a, "HTTP/1.1 200 OK", 15);
	assert_false(a.has_grpc_status);
	http_header(&a, "grpc-status: 1x", 15);
	http_header(&a, "grpc-status:", 12);
	assert_false(a.has_grpc_status);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_answer_has_its_end),
		cmocka_unit_test(who_is_busy_for_ever_is_left_in_time),
		cmocka_unit_test(who_says_how_long_to_wait_is_waited_for),
		cmocka_unit_test(who_hangs_costs_the_time_of_one_request),
		cmocka_unit_test(what_is_too_large_is_sent_in_pieces),
		cmocka_unit_test(what_is_too_large_in_one_piece_is_lost),
		cmocka_unit_test(no_request_is_larger_than_servers_take),
		cmocka_unit_test(an_interrupt_ends_it),
		cmocka_unit_test(lines_of_a_head_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
