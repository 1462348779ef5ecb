/* SPDX-License-Identifier: MIT */
/*
 * delivery.c - spans to their receiver: requests cut to size, tried again, counted
 *
 * Of answers only those are tried again that the specification names: 429, 502, 503 and 504,
 * of gRPC seven codes; a receiver that says how long to wait is waited for so long. A request
 * has its time for all its attempts; what one lost for want of a receiver is not tried with the
 * next one again.
 */

#include "export/delivery.h"

#include "base/clock.h"
#include "base/file.h"
#include "export/gzip.h"
#include "export/otlp.h"

#include <string.h>

#define FIRST_WAIT_NS ((uint64_t)200 * NS_PER_MS)
#define LONGEST_WAIT_NS ((uint64_t)5 * NS_PER_S)

enum { GRPC_OK = 0, GRPC_RESOURCE_EXHAUSTED = 8 };

struct delivery {
	const struct endpoint *endpoint;
	struct delivery_world world;
	struct delivered count;
	bool has_given_up;
	size_t limit_bytes;
	struct str file; /* what is to be written there */
	struct str trouble;
	uint64_t n_warnings;
	struct str warning; /* the first one that came with success */
	struct str refusal; /* the first reason of each kind */
	struct str loss;
};

struct delivery *
delivery_new(const struct endpoint *endpoint, const struct delivery_world *world)
{
	struct delivery *d = mem_alloc(sizeof *d);

	d->endpoint = endpoint;
	d->world = *world;
	d->limit_bytes = REQUEST_BYTES_MOST;
	return d;
}

void
delivery_free(struct delivery *d)
{
	if (!d)
		return;
	str_done(&d->file);
	str_done(&d->trouble);
	str_done(&d->warning);
	str_done(&d->refusal);
	str_done(&d->loss);
	mem_free(d);
}

static enum otlp_form
form_of(const struct delivery *d)
{
	return d->endpoint->protocol == OTLP_HTTP_JSON ? OTLP_JSON : OTLP_PROTOBUF;
}

/* What an attempt came to. */
enum result {
	TAKEN,
	TRY_AGAIN,
	TOO_LARGE,
	REFUSED,  /* this request will never be taken; another one may */
	GIVEN_UP, /* nor will another */
};

struct attempt {
	uint64_t wait_ns; /* TRY_AGAIN: as the receiver says; 0: nothing */
	struct str why;
};

static bool
is_one_of(const long *list, size_t n, long value)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == value)
			return true;
	return false;
}

static void
say_answer(struct str *out, const struct http_answer *a)
{
	struct otlp_answer told;
	bool is_json = strcmp(a->content_type, "application/json") == 0;

	str_addf(out, "it answered %ld", a->status);
	if (a->body.n && (is_json || strcmp(a->content_type, "application/x-protobuf") == 0) &&
		otlp_answer_read(&told, is_json ? OTLP_JSON : OTLP_PROTOBUF, true, a->body.data,
			a->body.n) &&
		*told.message)
		str_addf(out, ": %s", told.message);
}

/* Of what was taken, the receiver may say more. */
static enum result
read_success(struct delivery *d, const struct http_answer *a, const uint8_t *body, size_t n,
	size_t n_spans)
{
	struct otlp_answer told;
	uint64_t refused;
	bool is_read;

	if (*a->content_type && d->endpoint->protocol != OTLP_GRPC) {
		bool is_json = strcmp(a->content_type, "application/json") == 0;

		is_read = (is_json || strcmp(a->content_type, "application/x-protobuf") == 0) &&
			  otlp_answer_read(
				  &told, is_json ? OTLP_JSON : OTLP_PROTOBUF, false, body, n);
	} else {
		is_read = otlp_answer_read(&told, form_of(d), false, body, n);
	}
	if (!is_read && n) {
		told = (struct otlp_answer){ 0 };
		snprintf(told.message, sizeof told.message,
			"its answer of %zu bytes is none of OTLP", n);
	} else if (!is_read) {
		told = (struct otlp_answer){ 0 };
	}
	refused = told.n_rejected > 0 ? MIN((uint64_t)told.n_rejected, (uint64_t)n_spans) : 0;
	d->count.n_taken += n_spans - refused;
	d->count.n_refused += refused;
	if (refused && !d->refusal.n)
		str_add(&d->refusal, *told.message ? told.message : "it does not say why");
	else if (!refused && *told.message && !d->n_warnings++)
		str_add(&d->warning, told.message);
	return TAKEN;
}

static enum result
judge_http(struct delivery *d, const struct http_answer *a, size_t n_spans, struct attempt *out)
{
	static const long again[] = { 429, 502, 503, 504 };
	static const long never[] = { 401, 403, 404, 405, 407, 415, 501 };

	if (a->status == 200)
		return read_success(
			d, a, (const uint8_t *)str_text(&a->body), a->body.n, n_spans);
	say_answer(&out->why, a);
	out->wait_ns = a->retry_after_ns;
	if (is_one_of(again, ARRAY_LEN(again), a->status))
		return TRY_AGAIN;
	if (a->status == 413)
		return TOO_LARGE;
	if (a->status < 400 || is_one_of(never, ARRAY_LEN(never), a->status))
		return GIVEN_UP;
	return REFUSED;
}

/* One message, not compressed: none was asked for that is. */
static enum result
judge_grpc(struct delivery *d, const struct http_answer *a, size_t n_spans, struct attempt *out)
{
	static const long again[] = { 1, 4, 10, 11, 14, 15 };
	static const long never[] = { 2, 7, 12, 16 };
	const uint8_t *body = (const uint8_t *)str_text(&a->body);
	size_t n = a->body.n >= 5 ? a->body.n - 5 : 0;

	if (a->status != 200 || !a->has_grpc_status) {
		str_addf(&out->why, "it answered %ld, and not as gRPC does", a->status);
		return a->status == 429 || (a->status >= 502 && a->status <= 504) ? TRY_AGAIN
										  : GIVEN_UP;
	}
	if (a->grpc_status == GRPC_OK)
		return read_success(d, a, body + (n ? 5 : 0), n, n_spans);
	str_addf(&out->why, "it answered with gRPC status %u%s%s", a->grpc_status,
		*a->grpc_message ? ": " : "", a->grpc_message);
	if (is_one_of(again, ARRAY_LEN(again), (long)a->grpc_status))
		return TRY_AGAIN;
	if (a->grpc_status == GRPC_RESOURCE_EXHAUSTED)
		return TOO_LARGE; /* or a quota: then smaller ones fail as well */
	return is_one_of(never, ARRAY_LEN(never), (long)a->grpc_status) ? GIVEN_UP : REFUSED;
}

static enum result
attempt(struct delivery *d, const struct str *body, size_t n_spans, uint64_t timeout_ns,
	struct attempt *out)
{
	static const char *const kinds[][5] = {
		[OTLP_HTTP_PROTOBUF] = { "Content-Type: application/x-protobuf" },
		[OTLP_HTTP_JSON] = { "Content-Type: application/json" },
		[OTLP_GRPC] = { "Content-Type: application/grpc+proto", "TE: trailers" },
	};
	static const char *const zipped[][5] = {
		[OTLP_HTTP_PROTOBUF] = { "Content-Type: application/x-protobuf",
			"Content-Encoding: gzip" },
		[OTLP_HTTP_JSON] = { "Content-Type: application/json",
			"Content-Encoding: gzip" },
		[OTLP_GRPC] = { "Content-Type: application/grpc+proto", "TE: trailers",
			"grpc-encoding: gzip" },
	};
	const struct endpoint *e = d->endpoint;
	const struct http_post post = {
		.url = e->url,
		.headers = e->headers,
		.more = (e->is_gzip ? zipped : kinds)[e->protocol],
		.body = body->data,
		.n = body->n,
		.timeout_ns = timeout_ns,
		.is_grpc = e->protocol == OTLP_GRPC,
		.ca = e->ca,
		.certificate = e->certificate,
		.key = e->key,
		.is_interrupted = d->world.is_interrupted,
		.arg = d->world.arg,
	};
	struct http_answer answer = { 0 };
	struct err err = { 0 };
	enum result result;

	d->count.n_attempts++;
	if (d->world.post(&answer, &post, &err) < 0) {
		str_addf(&out->why, "%s%s%s%s", err.text, err.hint ? " (" : "",
			err.hint ? err.hint : "", err.hint ? ")" : "");
		result = answer.may_retry ? TRY_AGAIN : GIVEN_UP;
		err_drop(&err); /* told with the spans that are lost by it */
	} else {
		result = (post.is_grpc ? judge_grpc : judge_http)(d, &answer, n_spans, out);
	}
	http_answer_done(&answer);
	return result;
}

/* Twice as long each time, and never in step with others. */
static uint64_t
next_wait(const struct delivery *d, uint64_t *step_ns, uint64_t asked_ns)
{
	uint64_t wait_ns =
		*step_ns / 2 + *step_ns * (d->world.random(d->world.arg) % 1000) / 1000;

	*step_ns = MIN(*step_ns * 2, LONGEST_WAIT_NS);
	return MAX(wait_ns, asked_ns);
}

static bool
is_interrupted(const struct delivery *d)
{
	return d->world.is_interrupted && d->world.is_interrupted(d->world.arg);
}

/* Until it is taken or refused, or its time is up. */
static enum result
try_all(struct delivery *d, const struct str *body, size_t n_spans, struct str *why)
{
	uint64_t end_ns = d->world.now_ns(d->world.arg) + d->endpoint->timeout_ns;
	uint64_t step_ns = FIRST_WAIT_NS, now_ns, wait_ns;
	enum result result;

	for (unsigned n = 1;; n++) {
		struct attempt one = { 0 };

		now_ns = d->world.now_ns(d->world.arg);
		result = attempt(d, body, n_spans, end_ns - MIN(now_ns, end_ns - 1), &one);
		str_clear(why);
		str_add(why, str_text(&one.why));
		str_done(&one.why);
		if (result != TRY_AGAIN)
			return result;
		wait_ns = next_wait(d, &step_ns, one.wait_ns);
		now_ns = d->world.now_ns(d->world.arg);
		if (is_interrupted(d)) {
			str_add(why, ", and we were interrupted");
			return GIVEN_UP;
		}
		if (now_ns + wait_ns >= end_ns) {
			if (n > 1)
				str_addf(why, " (after %u attempts)", n);
			if (one.wait_ns)
				str_addf(why, ", and asks to wait %llu s",
					(unsigned long long)(one.wait_ns / NS_PER_S));
			return GIVEN_UP;
		}
		d->world.wait_ns(d->world.arg, wait_ns);
	}
}

/* gRPC's messages have a head of their own: is it compressed, and how long. */
static int
frame(struct str *out, const struct delivery *d, const struct str *message, struct err *err)
{
	AUTO(str_done) struct str zipped = { 0 };
	const struct str *body = message;
	uint8_t head[5];

	if (d->endpoint->is_gzip) {
		if (gzip(&zipped, message->data, message->n, err) < 0)
			return -1;
		body = &zipped;
	}
	if (d->endpoint->protocol == OTLP_GRPC) {
		head[0] = d->endpoint->is_gzip;
		for (unsigned i = 0; i < 4; i++)
			head[1 + i] = (uint8_t)(body->n >> (24 - 8 * i));
		str_add_n(out, head, sizeof head);
	}
	str_add_n(out, body->data, body->n);
	return 0;
}

static enum result
send_request(struct delivery *d, const struct str *message, size_t n_spans, struct str *why)
{
	AUTO(str_done) struct str body = { 0 };
	struct err err = { 0 };

	if (frame(&body, d, message, &err) < 0) {
		str_add(why, err.text);
		err_drop(&err); /* told with the spans that are lost by it */
		return REFUSED;
	}
	d->count.n_requests++;
	return try_all(d, &body, n_spans, why);
}

static void
lose(struct delivery *d, size_t n, const struct str *why)
{
	d->count.n_lost += n;
	if (!d->loss.n)
		str_add(&d->loss, str_text(why));
}

/* One request; how many spans it dealt with, 0: the next one must be smaller. */
static size_t
send_some(struct delivery *d, const struct span_source *source, const struct span *spans,
	size_t n)
{
	AUTO(str_done) struct str message = { 0 }, why = { 0 };
	size_t fit = otlp_fit(form_of(d), spans, n, d->limit_bytes);
	enum result result;

	otlp_request(&message, form_of(d), source, spans, fit);
	if (d->endpoint->file) {
		str_add_n(&d->file, message.data, message.n);
		if (form_of(d) == OTLP_JSON)
			str_add_char(&d->file, '\n');
		d->count.n_requests++;
		d->count.n_taken += fit;
		return fit;
	}
	result = send_request(d, &message, fit, &why);
	if (result == TOO_LARGE && fit > 1) {
		d->limit_bytes = message.n / 2;
		return 0;
	}
	if (result == GIVEN_UP)
		d->has_given_up = true;
	if (result != TAKEN)
		lose(d, fit, &why);
	return fit;
}

void
delivery_send(struct delivery *d, const struct span_source *source, const struct span *spans,
	size_t n)
{
	const struct str interrupted = { (char[]){ "interrupted" }, 11, 12 };

	d->count.n_spans += n;
	while (n) {
		size_t done;

		if (!d->has_given_up && is_interrupted(d)) {
			d->has_given_up = true;
			lose(d, 0, &interrupted);
		}
		if (d->has_given_up) {
			d->count.n_lost += n;
			return;
		}
		done = send_some(d, source, spans, n);
		spans += done;
		n -= done;
	}
}

void
delivery_end(struct delivery *d)
{
	struct err err = { 0 };

	if (!d->endpoint->file || !d->file.n)
		return;
	if (file_write(d->endpoint->file, d->file.data, d->file.n, 0666, &err) < 0) {
		str_add(&d->loss, err.text);
		d->count.n_lost += d->count.n_taken;
		d->count.n_taken = 0;
		err_drop(&err); /* told with the spans that are lost by it */
	}
	str_clear(&d->file);
}

const struct delivered *
delivery_count(const struct delivery *d)
{
	return &d->count;
}

const char *
delivery_trouble(struct delivery *d)
{
	const struct delivered *c = &d->count;
	const char *to = d->endpoint->shown;

	str_clear(&d->trouble);
	if (c->n_lost)
		str_addf(&d->trouble, "%llu of %llu spans were not delivered to %s: %s\n",
			(unsigned long long)c->n_lost, (unsigned long long)c->n_spans, to,
			str_text(&d->loss));
	if (c->n_refused)
		str_addf(&d->trouble, "%s refused %llu of %llu spans: %s\n", to,
			(unsigned long long)c->n_refused, (unsigned long long)c->n_spans,
			str_text(&d->refusal));
	if (d->n_warnings)
		str_addf(&d->trouble, "%s took the spans and says: %s\n", to,
			str_text(&d->warning));
	return str_text(&d->trouble);
}
