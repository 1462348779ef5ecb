/* SPDX-License-Identifier: MIT */
/* otlp_json.c - messages of OTLP as JSON: names in lowerCamelCase, 64 bits as text */

#include "base/json.h"
#include "export/message.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void put_message(
	struct json_writer *w, const struct message *message, const void *object);

static void
put_number_text(struct json_writer *w, bool is_negative, uint64_t magnitude)
{
	char room[24];

	snprintf(room, sizeof room, "%s%llu", is_negative ? "-" : "",
		(unsigned long long)magnitude);
	json_text(w, room);
}

static void
put_double(struct json_writer *w, double value)
{
	if (isnan(value))
		json_text(w, "NaN");
	else if (isinf(value))
		json_text(w, value < 0 ? "-Infinity" : "Infinity");
	else
		json_double(w, value);
}

/* RFC 4648, section 4. */
static void
put_base64(struct json_writer *w, const uint8_t *data, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789+/";
	AUTO(str_done) struct str out = { 0 };

	for (size_t i = 0; i < n; i += 3) {
		uint32_t three = (uint32_t)data[i] << 16;

		three |= i + 1 < n ? (uint32_t)data[i + 1] << 8 : 0;
		three |= i + 2 < n ? data[i + 2] : 0;
		for (unsigned k = 0; k < 4; k++)
			str_add_char(
				&out, i + k <= n ? digits[three >> (18 - 6 * k) & 63] : '=');
	}
	json_text_n(w, str_text(&out), out.n);
}

static void put_value(struct json_writer *w, const struct span_value *v);

static void
put_values(struct json_writer *w, const struct span_value *v)
{
	json_begin(w, '{');
	json_key(w, "values");
	json_begin(w, '[');
	for (size_t i = 0; i < v->n; i++)
		if (v->kind == SPAN_MAP)
			put_message(w, &message_attribute, &v->pairs[i]);
		else
			put_value(w, &v->items[i]);
	json_end(w, ']');
	json_end(w, '}');
}

/* An object with the one field that there is, or none. */
static void
put_value(struct json_writer *w, const struct span_value *v)
{
	static const char *const keys[] = {
		[SPAN_TEXT] = "stringValue",
		[SPAN_BOOL] = "boolValue",
		[SPAN_INT] = "intValue",
		[SPAN_DOUBLE] = "doubleValue",
		[SPAN_LIST] = "arrayValue",
		[SPAN_MAP] = "kvlistValue",
		[SPAN_BYTES] = "bytesValue",
	};

	json_begin(w, '{');
	if (v->kind != SPAN_NOTHING)
		json_key(w, keys[v->kind]);
	switch (v->kind) {
	case SPAN_NOTHING:
		break;
	case SPAN_TEXT:
		json_text_n(w, v->n ? v->text : "", v->n);
		break;
	case SPAN_BYTES:
		put_base64(w, (const uint8_t *)v->text, v->n);
		break;
	case SPAN_BOOL:
		json_bool(w, v->truth);
		break;
	case SPAN_INT:
		put_number_text(w, v->integer < 0,
			v->integer < 0 ? 0 - (uint64_t)v->integer : (uint64_t)v->integer);
		break;
	case SPAN_DOUBLE:
		put_double(w, v->number);
		break;
	case SPAN_LIST:
	case SPAN_MAP:
		put_values(w, v);
		break;
	}
	json_end(w, '}');
}

static void
put_hex(struct json_writer *w, const uint8_t *id, size_t n)
{
	AUTO(str_done) struct str text = { 0 };

	for (size_t i = 0; i < n; i++)
		str_addf(&text, "%02x", id[i]);
	json_text(w, str_text(&text));
}

static bool is_empty(const struct message *message, const void *object);

/* What has the value that a reader takes when there is none. */
static bool
is_left_out(const struct field *f, const void *object)
{
	static const uint8_t none[16];
	const void *at = field_at(f, object);
	const char *text;

	switch (f->kind) {
	case FIELD_TEXT:
		text = *(const char *const *)at;
		return !text || !*text;
	case FIELD_ID:
		return memcmp(at, none, f->n_offset) == 0;
	case FIELD_FIXED64:
		return !*(const uint64_t *)at;
	case FIELD_ENUM:
		return !*(const int *)at;
	case FIELD_FIXED32:
	case FIELD_UINT:
		return !*(const uint32_t *)at;
	case FIELD_LIST:
		return !field_count(f, object);
	case FIELD_MESSAGE:
		return is_empty(f->message, at);
	case FIELD_VALUE:
		return false;
	}
	return false;
}

static bool
is_empty(const struct message *message, const void *object)
{
	for (const struct field *f = message->fields; f->number; f++)
		if (!is_left_out(f, object))
			return false;
	return true;
}

static void
put_list(struct json_writer *w, const struct field *f, const void *object)
{
	const char *items = *(const char *const *)field_at(f, object);
	size_t n = field_count(f, object);

	json_begin(w, '[');
	for (size_t i = 0; i < n; i++)
		put_message(w, f->message, items + i * f->message->size);
	json_end(w, ']');
}

static void
put_field(struct json_writer *w, const struct field *f, const void *object)
{
	const void *at = field_at(f, object);

	json_key(w, f->json);
	switch (f->kind) {
	case FIELD_TEXT:
		json_text(w, *(const char *const *)at);
		break;
	case FIELD_ID:
		put_hex(w, at, f->n_offset);
		break;
	case FIELD_FIXED64:
		put_number_text(w, false, *(const uint64_t *)at);
		break;
	case FIELD_ENUM:
		json_int(w, *(const int *)at);
		break;
	case FIELD_FIXED32:
	case FIELD_UINT:
		json_uint(w, *(const uint32_t *)at);
		break;
	case FIELD_LIST:
		put_list(w, f, object);
		break;
	case FIELD_MESSAGE:
		put_message(w, f->message, at);
		break;
	case FIELD_VALUE:
		put_value(w, at);
		break;
	}
}

static void
put_message(struct json_writer *w, const struct message *message, const void *object)
{
	json_begin(w, '{');
	for (const struct field *f = message->fields; f->number; f++)
		if (!is_left_out(f, object))
			put_field(w, f, object);
	json_end(w, '}');
}

void
message_json(struct str *out, const struct message *message, const void *object)
{
	struct json_writer w = { .out = out };

	put_message(&w, message, object);
}
