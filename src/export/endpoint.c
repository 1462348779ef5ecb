/* SPDX-License-Identifier: MIT */
/* endpoint.c - where spans go: what options, configuration and environment say */

#include "export/endpoint.h"

#include "base/clock.h"
#include "base/str.h"
#include "export/url.h"

#include <string.h>
#include <strings.h>

const char *const otlp_protocol_names[] = { "auto", "http/protobuf", "http/json", "grpc",
	NULL };
const char *const otlp_compression_names[] = { "auto", "none", "gzip", NULL };

#define PREFIX "OTEL_EXPORTER_OTLP_"
#define GRPC_PATH "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
#define HTTP_PATH "/v1/traces"
#define GRPC_PORT 4317

struct finder {
	struct arena *arena;
	char *(*ask)(const char *name);
};

static const char *
ask(const struct finder *f, const char *name)
{
	const char *text = f->ask(name);

	return text && *text ? text : NULL;
}

/* *name is the variable that said it. */
static const char *
ask_both(const struct finder *f, const char *what, const char **name)
{
	const char *text;

	*name = arena_printf(f->arena, PREFIX "TRACES_%s", what);
	text = ask(f, *name);
	if (text)
		return text;
	*name = arena_printf(f->arena, PREFIX "%s", what);
	return ask(f, *name);
}

static int
wrong(struct err *err, const char *variable, const char *hint, const char *what)
{
	err_set(err, "the variable %s %s", variable, what);
	if (hint)
		err_hint(err, "%s", hint);
	return err_as(err, ERR_USAGE);
}

/* *out stays when nobody says anything. */
static int
find_choice(unsigned *out, const struct finder *f, const char *what, const char *const *names,
	struct err *err)
{
	const char *variable, *text = ask_both(f, what, &variable);

	if (*out || !text)
		return 0;
	for (unsigned i = 1; names[i]; i++)
		if (strcmp(names[i], text) == 0) {
			*out = i;
			return 0;
		}
	return wrong(err, variable,
		arena_printf(f->arena, "one of %s, %s%s%s", names[1], names[2],
			names[3] ? ", " : "", names[3] ? names[3] : ""),
		arena_printf(f->arena, "holds '%s'", text));
}

/* In milliseconds. */
static int
find_timeout(uint64_t *out, const struct finder *f, struct err *err)
{
	const char *variable, *text = ask_both(f, "TIMEOUT", &variable);
	uint64_t ms = 0;

	if (*out)
		return 0;
	*out = (uint64_t)OTLP_TIMEOUT_MS_USUAL * NS_PER_MS;
	if (!text)
		return 0;
	for (const char *p = text; *p; p++) {
		if (*p < '0' || *p > '9' || ms > UINT32_MAX)
			return wrong(err, variable, "milliseconds, as in 10000",
				arena_printf(f->arena, "holds '%s'", text));
		ms = ms * 10 + (uint64_t)(*p - '0');
	}
	if (!ms || ms > UINT32_MAX)
		return wrong(err, variable, "milliseconds, as in 10000",
			arena_printf(f->arena, "holds '%s'", text));
	*out = ms * NS_PER_MS;
	return 0;
}

/* A name and a value of HTTP (RFC 9110, 5.1 and 5.5): nothing that would begin another line. */
static bool
is_header(const char *name, const char *value)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789!#$%&'*+-.^_`|~";

	if (!*name || name[strspn(name, letters)])
		return false;
	for (; *value; value++)
		if (((unsigned char)*value < ' ' && *value != '\t') || *value == 0x7f)
			return false;
	return true;
}

/* Lists in the making. */
struct list {
	const struct finder *finder;
	const char **headers;
	struct span_attribute *attributes;
	size_t n, room;
	bool has_service;
};

static bool
add_header(void *arg, const char *key, const char *value)
{
	struct list *l = arg;

	if (!is_header(key, value))
		return false;
	l->headers = mem_grow(l->headers, l->n, &l->room, sizeof *l->headers);
	l->headers[l->n++] = arena_printf(l->finder->arena, "%s: %s", key, value);
	return true;
}

static int
find_headers(struct endpoint *out, const struct finder *f, struct err *err)
{
	const char *variable, *text = ask_both(f, "HEADERS", &variable);
	struct list l = { .finder = f };
	const char **kept;
	bool is_read = !text || pairs_read(f->arena, text, add_header, &l);

	kept = arena_array(f->arena, l.n + 1, sizeof *kept);
	if (l.n)
		memcpy(kept, l.headers, l.n * sizeof *kept);
	mem_free(l.headers);
	out->headers = kept;
	return is_read ? 0
		       : wrong(err, variable, "name=value,name=value, values with %XX",
				 "is no list of headers");
}

static void
add_attribute(struct list *l, const char *key, const char *value)
{
	l->attributes = mem_grow(l->attributes, l->n, &l->room, sizeof *l->attributes);
	l->attributes[l->n++] = (struct span_attribute){ key,
		{ .kind = SPAN_TEXT, .n = strlen(value), .text = value } };
}

/* The name of the service has been said elsewhere, or is said here. */
static bool
add_resource(void *arg, const char *key, const char *value)
{
	struct list *l = arg;

	if (strcmp(key, "service.name") != 0)
		add_attribute(l, key, value);
	else if (!l->has_service)
		l->attributes[0].value = (struct span_value){
			.kind = SPAN_TEXT, .n = strlen(value), .text = value
		};
	return true;
}

static int
find_attributes(
	struct endpoint *out, const struct finder *f, const char *service, struct err *err)
{
	static const char variable[] = "OTEL_RESOURCE_ATTRIBUTES";
	const char *text = ask(f, variable);
	struct list l = { .finder = f };
	bool is_read;

	if (!service)
		service = ask(f, "OTEL_SERVICE_NAME");
	l.has_service = service != NULL;
	add_attribute(&l, "service.name", service ? service : OTLP_SERVICE_USUAL);
	is_read = !text || pairs_read(f->arena, text, add_resource, &l);
	out->attributes = arena_dup(f->arena, l.attributes, l.n * sizeof *l.attributes);
	out->n_attributes = l.n;
	mem_free(l.attributes);
	return is_read ? 0 : wrong(err, variable, "key=value,key=value", "is no list of pairs");
}

/* is_whole: the URL was said of traces alone, and is used as it is. */
static const char *
complete(struct endpoint *out, const struct finder *f, const struct url *url, bool is_whole)
{
	const char *scheme = url->is_secure ? "https" : "http", *path = url->path;
	size_t n = strlen(path);

	if (out->protocol == OTLP_GRPC)
		path = GRPC_PATH;
	else if (is_whole)
		path = n ? path : "/";
	else if (!str_has_suffix(path, HTTP_PATH))
		path = arena_printf(f->arena, "%.*s" HTTP_PATH,
			(int)(n && path[n - 1] == '/' ? n - 1 : n), path);
	out->shown = arena_printf(f->arena, "%s://%s%s%s", scheme, url->host,
		url->port ? arena_printf(f->arena, ":%u", url->port) : "", path);
	return arena_printf(f->arena, "%s://%s%s%s", scheme, url->authority, path,
		out->protocol == OTLP_GRPC ? "" : url->query);
}

static int
find_url(struct endpoint *out, const struct finder *f, const char *wish, struct err *err)
{
	const char *variable, *text = wish ? wish : ask_both(f, "ENDPOINT", &variable);
	bool is_whole = !wish && text && strstr(variable, "TRACES");
	struct url url;

	if (text && str_has_prefix(text, "file:")) {
		out->file = arena_strdup(f->arena, text + strlen("file:"));
		out->shown = out->file;
		if (!out->protocol)
			out->protocol = OTLP_HTTP_JSON;
		if (*out->file)
			return 0;
		err_set(err, "'file:' names no file");
		err_hint(err, "file:run.jsonl");
		return err_as(err, ERR_USAGE);
	}
	if (!text)
		text = out->protocol == OTLP_GRPC ? "http://localhost:4317"
						  : "http://localhost:4318";
	if (url_read(&url, f->arena, text, err) < 0)
		return wish ? err_wrap(err, "the endpoint")
			    : err_wrap(err, "the variable %s", variable);
	/* By its number everybody knows the port that speaks nothing but gRPC. */
	if (!out->protocol)
		out->protocol = url.port == GRPC_PORT ? OTLP_GRPC : OTLP_HTTP_PROTOBUF;
	out->url = complete(out, f, &url, is_whole);
	return 0;
}

int
endpoint_find(struct endpoint *out, struct arena *arena, const struct endpoint_wish *wish,
	char *(*ask_for)(const char *name), struct err *err)
{
	const struct finder f = { arena, ask_for };
	const char *ignored, *disabled = ask(&f, "OTEL_SDK_DISABLED");
	unsigned protocol = wish->protocol, compression = wish->compression;

	*out = (struct endpoint){ .timeout_ns = wish->timeout_ns };
	if (find_choice(&protocol, &f, "PROTOCOL", otlp_protocol_names, err) < 0 ||
		find_choice(&compression, &f, "COMPRESSION", otlp_compression_names, err) < 0 ||
		find_timeout(&out->timeout_ns, &f, err) < 0)
		return -1;
	out->protocol = (enum otlp_protocol)protocol;
	out->is_gzip = compression == OTLP_GZIP;
	out->is_disabled = disabled && strcasecmp(disabled, "true") == 0;
	out->ca = ask_both(&f, "CERTIFICATE", &ignored);
	out->certificate = ask_both(&f, "CLIENT_CERTIFICATE", &ignored);
	out->key = ask_both(&f, "CLIENT_KEY", &ignored);
	if (find_url(out, &f, wish->url, err) < 0 || find_headers(out, &f, err) < 0)
		return -1;
	return find_attributes(out, &f, wish->service_name, err);
}

static char *
ask_nobody(const char *name)
{
	(void)name;
	return NULL;
}

int
endpoint_check_url(const char *url, struct err *err)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct endpoint_wish wish = { .url = url };
	struct endpoint e;

	return endpoint_find(&e, arena, &wish, ask_nobody, err);
}
