/* SPDX-License-Identifier: MIT */
/*
 * otlp.h - runs as spans to a collector or a file: what both programs share
 *
 * Spans are put together when the run is over, and sent then. What goes wrong is told, and
 * changes nothing else.
 */
#ifndef CLI_OTLP_H
#define CLI_OTLP_H

#include "base/context.h"
#include "effects/effects.h"
#include "export/delivery.h"
#include "export/spans.h"

/* What options say; part of a struct of values. */
struct otlp_values {
	const char *url, *service_name;
	unsigned protocol;
	uint64_t max_calls, min_us;
	bool arguments;
};
#define OTLP_DEFAULTS                                                                          \
	{                                                                                      \
		.max_calls = SPANS_CALLS_USUAL                                                 \
	}

/* Rows of a table of options; at: where the struct of values has these. */
/* clang-format off */
#define OTLP_OPTIONS(at) \
	{ "otlp-protocol", 0, OPTION_CHOICE, (at) + offsetof(struct otlp_values, protocol), "NAME", "auto (grpc at port 4317), http/protobuf, http/json, grpc", otlp_protocol_names }, \
	{ "otlp-service-name", 0, OPTION_TEXT, (at) + offsetof(struct otlp_values, service_name), "NAME", "service.name (renacer)", NULL }, \
	{ "otlp-calls", 0, OPTION_NUMBER, (at) + offsetof(struct otlp_values, max_calls), "N", "the N calls that took longest become spans (1000)", NULL }, \
	{ "otlp-min-us", 0, OPTION_NUMBER, (at) + offsetof(struct otlp_values, min_us), "N", "shorter calls, in microseconds, become none (0)", NULL }, \
	{ "otlp-arguments", 0, OPTION_FLAG, (at) + offsetof(struct otlp_values, arguments), NULL, "tell what programs were given, which may be secret", NULL }
/* clang-format on */

struct otlp_wish {
	struct endpoint_wish endpoint;
	uint64_t max_calls, min_ns;
	bool arguments;
	/* As lamport_trace_parent() takes it; NULL: TRACEPARENT or OTEL_TRACEPARENT, if there
	 * is one. */
	const char *trace_parent;
	const char *program;                  /* in what is told on stderr */
	bool (*is_interrupted)(void *unused); /* ends sending; NULL: nothing does */
};
struct otlp_wish otlp_wish_of(const struct otlp_values *values, const char *trace_parent);

struct otlp;

/* What is wrong with options or variables is ERR_USAGE; nothing is sent yet. *out NULL:
 * OTEL_SDK_DISABLED says that nothing is to be. A variable that holds no traceparent is told on
 * stderr, and left alone. */
MUST_CHECK int otlp_open(struct otlp **out, const struct otlp_wish *wish, struct err *err);
void otlp_free(struct otlp *o);
AUTO_DEFINE(struct otlp *, otlp_free)
/* What the target of the next run gets as TRACEPARENT if it is to get one; borrowed. */
const char *otlp_trace_parent(struct otlp *o);

/* One run, a trace of its own. name: of its root; NULL: the program's. */
struct otlp_run {
	const char *name;
	struct redaction *redactions;
	size_t n_redactions;
	bool is_subset;
	bool is_live; /* it was made on this machine */
};
/* The header is used until otlp_end_run(). What is given back is for spans_root_…(). */
struct spans *otlp_begin_run(
	struct otlp *o, const struct trace_header *header, const struct otlp_run *run);
void otlp_event(struct otlp *o, const struct event *event);
/* Sends it. footer NULL: the trace was cut. */
void otlp_end_run(struct otlp *o, const struct trace_footer *footer);
/* Of the run that was ended last, as hex; "" before. Borrowed. */
const char *otlp_trace_id(const struct otlp *o);

/* Nothing more will come: a file is written. What all runs came to is then told: */
void otlp_close(struct otlp *o);
/* "12 spans sent to http://…; 30 calls are no spans (5 too short, 25 beyond the limit)". */
const char *otlp_summary(struct otlp *o);
/* A line each; "": all is well. */
const char *otlp_trouble(struct otlp *o);
uint64_t otlp_not_taken(const struct otlp *o); /* how many spans */
/* The same two on stderr, for renacer. */
void otlp_tell(struct otlp *o);

#endif
