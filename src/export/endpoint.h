/* SPDX-License-Identifier: MIT */
/*
 * endpoint.h - where spans go, and how: what options, configuration and environment say
 *
 * Sources: the specification of the OTLP exporter (variables OTEL_EXPORTER_OTLP_*), and of the
 * SDK's variables (OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_SDK_DISABLED). What was
 * said by option or configuration goes before what the environment says, and there what is said
 * of traces before what is said of everything. An empty variable is none.
 */
#ifndef EXPORT_ENDPOINT_H
#define EXPORT_ENDPOINT_H

#include "base/err.h"
#include "base/mem.h"
#include "export/span.h"

enum otlp_protocol { OTLP_UNSAID, OTLP_HTTP_PROTOBUF, OTLP_HTTP_JSON, OTLP_GRPC };
extern const char *const otlp_protocol_names[]; /* ends in NULL; "auto" first */
enum otlp_compression { OTLP_COMPRESSION_UNSAID, OTLP_NO_COMPRESSION, OTLP_GZIP };
extern const char *const otlp_compression_names[]; /* the same */

#define OTLP_SERVICE_USUAL "renacer"
#define OTLP_TIMEOUT_MS_USUAL 10000u

/* What somebody said; NULL and 0 are nothing. */
struct endpoint_wish {
	const char *url; /* http://…, https://…, or file:PATH */
	const char *service_name;
	enum otlp_protocol protocol;
	enum otlp_compression compression;
	uint64_t timeout_ns;
};

struct endpoint {
	const char *file;                        /* NULL: it is url; "-" is stdout */
	const char *url;                         /* complete */
	const char *shown;                       /* for people: without a password in it */
	enum otlp_protocol protocol;             /* never OTLP_UNSAID */
	bool is_gzip, is_disabled;               /* OTEL_SDK_DISABLED: nothing is to be sent */
	uint64_t timeout_ns;                     /* of one request, with all its attempts */
	const char *const *headers;              /* "Name: value", ends in NULL; secrets */
	const char *ca, *certificate, *key;      /* paths; NULL: as the system has it */
	const struct span_attribute *attributes; /* service.name, and those that the user set */
	size_t n_attributes;
};

/* Everything is the arena's. ask: getenv(). What is wrong is ERR_USAGE, and names the option or
 * variable; values of headers are never told. */
MUST_CHECK int endpoint_find(struct endpoint *out, struct arena *arena,
	const struct endpoint_wish *wish, char *(*ask)(const char *name), struct err *err);
/* Only whether it could be one: for whoever reads a configuration. */
MUST_CHECK int endpoint_check_url(const char *url, struct err *err);

#endif
