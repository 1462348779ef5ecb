/* SPDX-License-Identifier: MIT */
/* otlp.c - the messages of OTLP as tables, and requests cut to size */

#include "export/otlp.h"

#include "export/message.h"

#include <stddef.h>

#define SCHEMA_URL "https://opentelemetry.io/schemas/1.44.0"
#define ENVELOPE_BYTES 64 /* around each span, generously: tags, lengths, commas */

#define AT(type, field) offsetof(struct type, field)
#define LIST(type, field) AT(type, field), AT(type, n_##field)

/* clang-format off */
static const struct field attribute_fields[] = {
	{ 1, "key", FIELD_TEXT, AT(span_attribute, key), 0, NULL },
	{ 2, "value", FIELD_VALUE, AT(span_attribute, value), 0, NULL },
	{ 0 },
};
const struct message message_attribute = { sizeof(struct span_attribute), attribute_fields };

static const struct field event_fields[] = {
	{ 1, "timeUnixNano", FIELD_FIXED64, AT(span_event, time_ns), 0, NULL },
	{ 2, "name", FIELD_TEXT, AT(span_event, name), 0, NULL },
	{ 3, "attributes", FIELD_LIST, LIST(span_event, attributes), &message_attribute },
	{ 4, "droppedAttributesCount", FIELD_UINT, AT(span_event, n_dropped), 0, NULL },
	{ 0 },
};
static const struct message message_event = { sizeof(struct span_event), event_fields };

/* Inside the status of a span, from where that begins. */
static const struct field status_fields[] = {
	{ 2, "message", FIELD_TEXT, AT(span, status.message) - AT(span, status), 0, NULL },
	{ 3, "code", FIELD_ENUM, AT(span, status.code) - AT(span, status), 0, NULL },
	{ 0 },
};
static const struct message message_status = { 0, status_fields };

static const struct field span_fields[] = {
	{ 1, "traceId", FIELD_ID, AT(span, trace_id), 16, NULL },
	{ 2, "spanId", FIELD_ID, AT(span, id), 8, NULL },
	{ 3, "traceState", FIELD_TEXT, AT(span, trace_state), 0, NULL },
	{ 4, "parentSpanId", FIELD_ID, AT(span, parent), 8, NULL },
	{ 5, "name", FIELD_TEXT, AT(span, name), 0, NULL },
	{ 6, "kind", FIELD_ENUM, AT(span, kind), 0, NULL },
	{ 7, "startTimeUnixNano", FIELD_FIXED64, AT(span, start_ns), 0, NULL },
	{ 8, "endTimeUnixNano", FIELD_FIXED64, AT(span, end_ns), 0, NULL },
	{ 9, "attributes", FIELD_LIST, LIST(span, attributes), &message_attribute },
	{ 10, "droppedAttributesCount", FIELD_UINT, AT(span, n_dropped_attributes), 0, NULL },
	{ 11, "events", FIELD_LIST, LIST(span, events), &message_event },
	{ 12, "droppedEventsCount", FIELD_UINT, AT(span, n_dropped_events), 0, NULL },
	{ 15, "status", FIELD_MESSAGE, AT(span, status), 0, &message_status },
	{ 16, "flags", FIELD_FIXED32, AT(span, flags), 0, NULL },
	{ 0 },
};
const struct message message_span = { sizeof(struct span), span_fields };

static const struct field scope_fields[] = {
	{ 1, "name", FIELD_TEXT, AT(scope, name), 0, NULL },
	{ 2, "version", FIELD_TEXT, AT(scope, version), 0, NULL },
	{ 0 },
};
static const struct message message_scope = { sizeof(struct scope), scope_fields };

static const struct field scope_spans_fields[] = {
	{ 1, "scope", FIELD_MESSAGE, AT(scope_spans, scope), 0, &message_scope },
	{ 2, "spans", FIELD_LIST, LIST(scope_spans, spans), &message_span },
	{ 0 },
};
static const struct message message_scope_spans = { sizeof(struct scope_spans), scope_spans_fields };

static const struct field resource_fields[] = {
	{ 1, "attributes", FIELD_LIST, LIST(resource, attributes), &message_attribute },
	{ 0 },
};
static const struct message message_resource = { sizeof(struct resource), resource_fields };

static const struct field resource_spans_fields[] = {
	{ 1, "resource", FIELD_MESSAGE, AT(resource_spans, resource), 0, &message_resource },
	{ 2, "scopeSpans", FIELD_LIST, LIST(resource_spans, scopes), &message_scope_spans },
	{ 3, "schemaUrl", FIELD_TEXT, AT(resource_spans, schema_url), 0, NULL },
	{ 0 },
};
static const struct message message_resource_spans = { sizeof(struct resource_spans), resource_spans_fields };

static const struct field request_fields[] = {
	{ 1, "resourceSpans", FIELD_LIST, LIST(request, resources), &message_resource_spans },
	{ 0 },
};
const struct message message_request = { sizeof(struct request), request_fields };
/* clang-format on */

static void
put(struct str *out, enum otlp_form form, const struct message *message, const void *object)
{
	if (form == OTLP_JSON)
		message_json(out, message, object);
	else
		message_protobuf(out, message, object);
}

size_t
otlp_fit(enum otlp_form form, const struct span *spans, size_t n, size_t limit_bytes)
{
	AUTO(str_done) struct str one = { 0 };
	size_t sum = 0, i;

	for (i = 0; i < n; i++) {
		str_clear(&one);
		put(&one, form, &message_span, &spans[i]);
		sum += one.n + ENVELOPE_BYTES;
		if (sum > limit_bytes && i)
			break;
	}
	return i;
}

void
otlp_request(struct str *out, enum otlp_form form, const struct span_source *source,
	const struct span *spans, size_t n)
{
	const struct scope_spans scope = { { source->scope, source->version }, spans, n };
	const struct resource_spans resource = { { source->attributes, source->n_attributes },
		&scope, 1, SCHEMA_URL };
	const struct request request = { &resource, 1 };

	assert(n);
	put(out, form, &message_request, &request);
}
