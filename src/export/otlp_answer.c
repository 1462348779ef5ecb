/* SPDX-License-Identifier: MIT */
/* otlp_answer.c - what a server says to a request, in both forms */

#include "base/json.h"
#include "export/otlp.h"
#include "export/protobuf.h"

#include <string.h>

/* A number and a text: ExportTracePartialSuccess has them as fields 1 and 2, and so has
 * google.rpc.Status. */
enum { NUMBER = 1, TEXT = 2 };

static void
keep_text(struct otlp_answer *out, const void *text, size_t n)
{
	AUTO(str_done) struct str clean = { 0 };
	size_t len, i;

	str_add_printable(&clean, text, n);
	for (i = 0; i < clean.n; i += len) {
		len = utf8_len(clean.data + i, clean.n - i);
		if (i + len >= sizeof out->message)
			break;
	}
	if (i)
		memcpy(out->message, clean.data, i);
	out->message[i] = '\0';
}

static bool
read_pair(struct otlp_answer *out, int64_t *number, const uint8_t *data, size_t n)
{
	struct protobuf p = { data, data + n };
	struct protobuf_field f;
	int rc;

	while ((rc = protobuf_next(&p, &f)) > 0) {
		if (f.number == NUMBER && f.type == PROTOBUF_VARINT)
			*number = (int64_t)f.value;
		else if (f.number == TEXT && f.type == PROTOBUF_BYTES)
			keep_text(out, f.bytes, f.n);
	}
	return rc == 0;
}

static bool
read_protobuf(struct otlp_answer *out, bool is_failure, const uint8_t *data, size_t n)
{
	struct protobuf p = { data, data + n };
	struct protobuf_field f;
	int64_t code = 0;
	int rc;

	if (is_failure) {
		if (!read_pair(out, &code, data, n))
			return false;
		out->code = (int32_t)code;
		return true;
	}
	while ((rc = protobuf_next(&p, &f)) > 0)
		if (f.number == 1 && f.type == PROTOBUF_BYTES &&
			!read_pair(out, &out->n_rejected, f.bytes, f.n))
			return false;
	return rc == 0;
}

/* A number, or a number as text. */
static bool
read_number(int64_t *out, const struct json *j)
{
	int64_t sign = 1, sum = 0;
	const char *p;

	if (!j || j->kind == JSON_NULL)
		return true;
	if (j->kind == JSON_INT && !j->is_unsigned) {
		*out = j->integer;
		return true;
	}
	if (j->kind != JSON_TEXT)
		return false;
	p = j->text;
	if (*p == '-')
		sign = -1, p++;
	if (!*p || strlen(p) > 18)
		return false;
	for (; *p; p++) {
		if (*p < '0' || *p > '9')
			return false;
		sum = sum * 10 + (*p - '0');
	}
	*out = sign * sum;
	return true;
}

static bool
read_json(struct otlp_answer *out, bool is_failure, const char *data, size_t n)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct json *pair, *text;
	struct json *tree = NULL;
	struct err err = { 0 };
	int64_t number = 0;

	if (json_parse(&tree, arena, data, n, &err) < 0) {
		err_drop(&err); /* that it is none is all there is to say */
		return false;
	}
	if (!tree || tree->kind != JSON_OBJECT)
		return false;
	pair = is_failure ? tree : json_get(tree, "partialSuccess");
	if (!pair || pair->kind == JSON_NULL)
		return true;
	text = json_get(pair, is_failure ? "message" : "errorMessage");
	if (pair->kind != JSON_OBJECT ||
		!read_number(&number, json_get(pair, is_failure ? "code" : "rejectedSpans")))
		return false;
	if (text && text->kind == JSON_TEXT)
		keep_text(out, text->text, text->n);
	if (is_failure)
		out->code = (int32_t)number;
	else
		out->n_rejected = number;
	return true;
}

bool
otlp_answer_read(struct otlp_answer *out, enum otlp_form form, bool is_failure,
	const void *body, size_t n)
{
	bool is_read;

	*out = (struct otlp_answer){ 0 };
	is_read = form == OTLP_JSON ? read_json(out, is_failure, body, n)
				    : read_protobuf(out, is_failure, body, n);
	if (!is_read)
		*out = (struct otlp_answer){ 0 };
	return is_read;
}
