/* SPDX-License-Identifier: MIT */
/* protobuf.c - the wire format of Protocol Buffers, in both directions */

#include "export/protobuf.h"

#include "export/message.h"

#include <string.h>

#define VARINT_MOST 10 /* bytes of 64 bits, seven at a time */

static size_t
put_varint(uint8_t room[VARINT_MOST], uint64_t value)
{
	size_t n = 0;

	while (value >= 0x80) {
		room[n++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	room[n++] = (uint8_t)value;
	return n;
}

static void
add_varint(struct str *out, uint64_t value)
{
	uint8_t room[VARINT_MOST];

	str_add_n(out, room, put_varint(room, value));
}

static void
add_tag(struct str *out, uint32_t number, enum protobuf_type type)
{
	add_varint(out, (uint64_t)number << 3 | type);
}

static void
add_fixed(struct str *out, uint64_t value, size_t n)
{
	uint8_t room[8];

	for (size_t i = 0; i < n; i++)
		room[i] = (uint8_t)(value >> 8 * i);
	str_add_n(out, room, n);
}

static void
add_bytes(struct str *out, uint32_t number, const void *data, size_t n)
{
	add_tag(out, number, PROTOBUF_BYTES);
	add_varint(out, n);
	str_add_n(out, data, n);
}

/* The length of what was written from `start` on goes before it. */
static void
insert_length(struct str *out, size_t start)
{
	uint8_t room[VARINT_MOST];
	size_t size = out->n - start, n = put_varint(room, size);

	str_add_n(out, room, n);
	memmove(out->data + start + n, out->data + start, size);
	memcpy(out->data + start, room, n);
}

/* A receiver refuses a whole request for one text that is not UTF-8. */
static void
add_text(struct str *out, uint32_t number, const char *text, size_t n)
{
	size_t start, len;

	add_tag(out, number, PROTOBUF_BYTES);
	start = out->n;
	for (size_t i = 0; i < n; i += len) {
		len = utf8_len(text + i, n - i);
		if (len)
			str_add_n(out, text + i, len);
		else
			str_add(out, "\xef\xbf\xbd");
		len += !len;
	}
	insert_length(out, start);
}

static void add_attribute(struct str *out, const struct span_attribute *a);

/* The fields of an AnyValue; of those exactly one is there, whatever it holds. */
static void
add_value(struct str *out, const struct span_value *v)
{
	enum { TEXT = 1, BOOL, INT, DOUBLE, ARRAY, MAP, BYTES, ITEMS = 1 };
	uint64_t bits;
	size_t start, each;

	switch (v->kind) {
	case SPAN_NOTHING:
		break;
	case SPAN_TEXT:
		add_text(out, TEXT, v->text, v->n);
		break;
	case SPAN_BYTES:
		add_bytes(out, BYTES, v->text, v->n);
		break;
	case SPAN_BOOL:
		add_tag(out, BOOL, PROTOBUF_VARINT);
		add_varint(out, v->truth);
		break;
	case SPAN_INT:
		add_tag(out, INT, PROTOBUF_VARINT);
		add_varint(out, (uint64_t)v->integer);
		break;
	case SPAN_DOUBLE:
		memcpy(&bits, &v->number, sizeof bits);
		add_tag(out, DOUBLE, PROTOBUF_FIXED64);
		add_fixed(out, bits, 8);
		break;
	case SPAN_LIST:
	case SPAN_MAP:
		add_tag(out, v->kind == SPAN_LIST ? ARRAY : MAP, PROTOBUF_BYTES);
		start = out->n;
		for (size_t i = 0; i < v->n; i++) {
			add_tag(out, ITEMS, PROTOBUF_BYTES);
			each = out->n;
			if (v->kind == SPAN_LIST)
				add_value(out, &v->items[i]);
			else
				add_attribute(out, &v->pairs[i]);
			insert_length(out, each);
		}
		insert_length(out, start);
		break;
	}
}

static void
add_field(struct str *out, const struct field *f, const void *object)
{
	const void *at = field_at(f, object);
	size_t before = out->n, start;

	add_tag(out, f->number, PROTOBUF_BYTES);
	start = out->n;
	if (f->kind == FIELD_VALUE)
		add_value(out, at);
	else
		message_protobuf(out, f->message, at);
	if (out->n == start && f->kind == FIELD_MESSAGE)
		str_cut(out, before);
	else
		insert_length(out, start);
}

static void
add_list(struct str *out, const struct field *f, const void *object)
{
	const char *items = *(const char *const *)field_at(f, object);
	size_t n = field_count(f, object), start;

	for (size_t i = 0; i < n; i++) {
		add_tag(out, f->number, PROTOBUF_BYTES);
		start = out->n;
		message_protobuf(out, f->message, items + i * f->message->size);
		insert_length(out, start);
	}
}

static void
add_number(struct str *out, const struct field *f, const void *at)
{
	uint64_t value = f->kind == FIELD_FIXED64 ? *(const uint64_t *)at
			 : f->kind == FIELD_ENUM  ? (uint64_t) * (const int *)at
						  : *(const uint32_t *)at;

	if (!value)
		return;
	switch (f->kind) {
	case FIELD_FIXED64:
		add_tag(out, f->number, PROTOBUF_FIXED64);
		add_fixed(out, value, 8);
		break;
	case FIELD_FIXED32:
		add_tag(out, f->number, PROTOBUF_FIXED32);
		add_fixed(out, value, 4);
		break;
	default:
		add_tag(out, f->number, PROTOBUF_VARINT);
		add_varint(out, value);
	}
}

void
message_protobuf(struct str *out, const struct message *message, const void *object)
{
	static const uint8_t none[16];

	for (const struct field *f = message->fields; f->number; f++) {
		const void *at = field_at(f, object);
		const char *text = f->kind == FIELD_TEXT ? *(const char *const *)at : NULL;

		switch (f->kind) {
		case FIELD_TEXT:
			if (text && *text)
				add_text(out, f->number, text, strlen(text));
			break;
		case FIELD_ID:
			if (memcmp(at, none, f->n_offset) != 0)
				add_bytes(out, f->number, at, f->n_offset);
			break;
		case FIELD_LIST:
			add_list(out, f, object);
			break;
		case FIELD_MESSAGE:
		case FIELD_VALUE:
			add_field(out, f, object);
			break;
		default:
			add_number(out, f, at);
		}
	}
}

static void
add_attribute(struct str *out, const struct span_attribute *a)
{
	message_protobuf(out, &message_attribute, a);
}

static bool
read_varint(struct protobuf *p, uint64_t *out)
{
	*out = 0;
	for (unsigned i = 0; i < VARINT_MOST && p->at < p->end; i++) {
		uint8_t byte = *p->at++;

		*out |= (uint64_t)(byte & 0x7f) << 7 * i;
		if (!(byte & 0x80))
			return i < VARINT_MOST - 1 || byte <= 1;
	}
	return false;
}

static bool
read_fixed(struct protobuf *p, uint64_t *out, size_t n)
{
	*out = 0;
	if ((size_t)(p->end - p->at) < n)
		return false;
	for (size_t i = 0; i < n; i++)
		*out |= (uint64_t)p->at[i] << 8 * i;
	p->at += n;
	return true;
}

int
protobuf_next(struct protobuf *p, struct protobuf_field *out)
{
	uint64_t tag;

	*out = (struct protobuf_field){ 0 };
	if (p->at == p->end)
		return 0;
	if (!read_varint(p, &tag) || tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
		return -1;
	out->number = (uint32_t)(tag >> 3);
	out->type = (enum protobuf_type)(tag & 7);
	switch (out->type) {
	case PROTOBUF_VARINT:
		return read_varint(p, &out->value) ? 1 : -1;
	case PROTOBUF_FIXED64:
		return read_fixed(p, &out->value, 8) ? 1 : -1;
	case PROTOBUF_FIXED32:
		return read_fixed(p, &out->value, 4) ? 1 : -1;
	case PROTOBUF_BYTES:
		if (!read_varint(p, &out->value) || out->value > (uint64_t)(p->end - p->at))
			return -1;
		out->bytes = p->at;
		out->n = (size_t)out->value;
		p->at += out->n;
		return 1;
	}
	return -1; /* groups, which no message here has, and types that do not exist */
}
