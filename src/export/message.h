/* SPDX-License-Identifier: MIT */
/*
 * message.h - messages of OTLP as tables, for the writers of both forms; export's own
 */
#ifndef EXPORT_MESSAGE_H
#define EXPORT_MESSAGE_H

#include "base/str.h"
#include "export/span.h"

enum field_kind {
	FIELD_TEXT,    /* const char *; NULL and "" are left out */
	FIELD_ID,      /* uint8_t[], as many as n_offset says; zeros are left out */
	FIELD_FIXED64, /* uint64_t; 0 is left out, here and below */
	FIELD_FIXED32, /* uint32_t */
	FIELD_UINT,    /* uint32_t */
	FIELD_ENUM,    /* int, not negative */
	FIELD_MESSAGE, /* a struct inside this one; left out when there is nothing in it */
	FIELD_LIST,    /* pointer to structs, and size_t at n_offset */
	FIELD_VALUE,   /* struct span_value: there even when it is empty */
};

struct message;
struct field {
	uint32_t number; /* 0 ends the table; growing: that is the order on the wire */
	const char *json;
	enum field_kind kind;
	size_t offset, n_offset;
	const struct message *message; /* of FIELD_MESSAGE and FIELD_LIST */
};
struct message {
	size_t size;
	const struct field *fields;
};

extern const struct message message_request, message_span, message_attribute;

/* What a request is made of. */
struct resource {
	const struct span_attribute *attributes;
	size_t n_attributes;
};
struct scope {
	const char *name, *version;
};
struct scope_spans {
	struct scope scope;
	const struct span *spans;
	size_t n_spans;
};
struct resource_spans {
	struct resource resource;
	const struct scope_spans *scopes;
	size_t n_scopes;
	const char *schema_url;
};
struct request {
	const struct resource_spans *resources;
	size_t n_resources;
};

/* The field of a struct. */
static inline const void *
field_at(const struct field *field, const void *object)
{
	return (const char *)object + field->offset;
}
static inline size_t
field_count(const struct field *field, const void *object)
{
	return *(const size_t *)(const void *)((const char *)object + field->n_offset);
}

/* Both append; of an empty message nothing. */
void message_protobuf(struct str *out, const struct message *message, const void *object);
void message_json(struct str *out, const struct message *message, const void *object);

#endif
