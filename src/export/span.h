/* SPDX-License-Identifier: MIT */
/*
 * span.h - what collectors of traces know: spans with attributes, as plain data
 *
 * The names are OpenTelemetry's (opentelemetry-proto, trace/v1 and common/v1). Everything is
 * borrowed from whoever made the spans. Text may be any bytes: what is not UTF-8 is replaced
 * when it is written.
 */
#ifndef EXPORT_SPAN_H
#define EXPORT_SPAN_H

#include "base/base.h"

enum span_value_kind {
	SPAN_NOTHING,
	SPAN_TEXT,
	SPAN_BOOL,
	SPAN_INT,
	SPAN_DOUBLE,
	SPAN_LIST,
	SPAN_MAP,
	SPAN_BYTES,
};

struct span_attribute;

struct span_value {
	enum span_value_kind kind;
	size_t n; /* bytes of text, items of a list, pairs of a map */
	union {
		const char *text; /* SPAN_TEXT and SPAN_BYTES */
		bool truth;
		int64_t integer;
		double number;
		const struct span_value *items;
		const struct span_attribute *pairs;
	};
};

struct span_attribute {
	const char *key;
	struct span_value value;
};

struct span_event {
	uint64_t time_ns; /* since 1970, here and below */
	const char *name;
	const struct span_attribute *attributes;
	size_t n_attributes;
	uint32_t n_dropped; /* attributes that were left out */
};

/* Values as on the wire. */
enum span_kind { SPAN_INTERNAL = 1, SPAN_SERVER = 2, SPAN_CLIENT = 3 };
enum span_status { SPAN_UNSET = 0, SPAN_OK = 1, SPAN_ERROR = 2 };
enum { SPAN_HAS_IS_REMOTE = 0x100, SPAN_IS_REMOTE = 0x200 }; /* of flags; below: W3C's */

struct span {
	uint8_t trace_id[16], id[8];
	uint8_t parent[8]; /* zeros: none */
	const char *trace_state;
	uint32_t flags;
	const char *name;
	int kind; /* enum span_kind */
	uint64_t start_ns, end_ns;
	const struct span_attribute *attributes;
	size_t n_attributes;
	uint32_t n_dropped_attributes;
	const struct span_event *events;
	size_t n_events;
	uint32_t n_dropped_events;
	struct {
		const char *message;
		int code; /* enum span_status */
	} status;
};

/* Who speaks. */
struct span_source {
	const struct span_attribute *attributes; /* of the resource: service.name, … */
	size_t n_attributes;
	const char *scope, *version; /* the instrument: ours */
};

#endif
