/* SPDX-License-Identifier: MIT */
/*
 * otlp.h - spans in the OpenTelemetry protocol: requests written, answers read
 *
 * Sources: opentelemetry-proto 1.11 (trace_service.proto, trace.proto, common.proto), and the
 * specification of OTLP 1.11 for the JSON form (names in lowerCamelCase, identifiers as hex,
 * numbers of 64 bits as text) and for what a server answers.
 */
#ifndef EXPORT_OTLP_H
#define EXPORT_OTLP_H

#include "base/str.h"
#include "export/span.h"

enum otlp_form { OTLP_PROTOBUF, OTLP_JSON };

/* How many of the spans, from the first on, fit into a request of that many bytes; at least
 * one when there is any. */
size_t otlp_fit(enum otlp_form form, const struct span *spans, size_t n, size_t limit_bytes);
/* Appends one ExportTraceServiceRequest. Several of them in protobuf, one behind the other, are
 * one again; those in JSON hold no newline. n > 0: receivers are not sent empty envelopes. */
void otlp_request(struct str *out, enum otlp_form form, const struct span_source *source,
	const struct span *spans, size_t n);

/* What a server said. Texts are printable, and cut to what a message can hold. */
struct otlp_answer {
	int64_t n_rejected; /* of spans; the request as a whole was taken */
	int32_t code;       /* of a google.rpc.Status; 0: none */
	char message[300];  /* "" when it said nothing */
};
/* The body of an answer: is_failure tells which of the two messages it is. False: it is
 * neither, and *out is empty. */
MUST_CHECK bool otlp_answer_read(struct otlp_answer *out, enum otlp_form form, bool is_failure,
	const void *body, size_t n);

#endif
