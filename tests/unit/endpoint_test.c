/* SPDX-License-Identifier: MIT */
/* endpoint_test.c - where spans go: options, configuration, environment */

#include "unit/test.h"

#include "export/endpoint.h"

#include "base/clock.h"
#include "export/url.h"

#include <string.h>

#define P "OTEL_EXPORTER_OTLP_"
#define T "OTEL_EXPORTER_OTLP_TRACES_"

/* The environment of the row at hand. */
static const char *const *environment;

static char *
ask(const char *name)
{
	size_t n = strlen(name);

	for (const char *const *e = environment; *e; e++)
		if (strncmp(*e, name, n) == 0 && (*e)[n] == '=')
			return (char *)(uintptr_t)(*e + n + 1);
	return NULL;
}

/* clang-format off */
static const struct {
	const char *environment[5];
	struct endpoint_wish wish;
	const char *url, *shown;
	enum otlp_protocol protocol;
} rows[] = {
	{ { NULL }, { 0 }, "http://localhost:4318/v1/traces", "http://localhost:4318/v1/traces", OTLP_HTTP_PROTOBUF },
	{ { NULL }, { .url = "http://h" }, "http://h/v1/traces", NULL, OTLP_HTTP_PROTOBUF },
	{ { NULL }, { .url = "http://h/" }, "http://h/v1/traces", NULL, OTLP_HTTP_PROTOBUF },
	{ { NULL }, { .url = "http://h/a" }, "http://h/a/v1/traces", NULL, OTLP_HTTP_PROTOBUF },
	{ { NULL }, { .url = "http://h/a/" }, "http://h/a/v1/traces", NULL, OTLP_HTTP_PROTOBUF },
	{ { NULL }, { .url = "http://h/v1/traces" }, "http://h/v1/traces", NULL, OTLP_HTTP_PROTOBUF },
	{ { NULL }, { .url = "HTTPS://h:1/x?k=v#f" }, "https://h:1/x/v1/traces?k=v", "https://h:1/x/v1/traces", OTLP_HTTP_PROTOBUF },
	{ { NULL }, { .url = "http://[::1]:4318" }, "http://[::1]:4318/v1/traces", "http://[::1]:4318/v1/traces", OTLP_HTTP_PROTOBUF },
	{ { NULL }, { .url = "http://ann:secret@h:9" }, "http://ann:secret@h:9/v1/traces", "http://h:9/v1/traces", OTLP_HTTP_PROTOBUF },
	/* The port that everybody knows. */
	{ { NULL }, { .url = "http://localhost:4317" }, "http://localhost:4317/opentelemetry.proto.collector.trace.v1.TraceService/Export", NULL, OTLP_GRPC },
	{ { NULL }, { .url = "http://localhost:4317", .protocol = OTLP_HTTP_JSON }, "http://localhost:4317/v1/traces", NULL, OTLP_HTTP_JSON },
	{ { P "PROTOCOL=http/json" }, { .url = "http://localhost:4317" }, "http://localhost:4317/v1/traces", NULL, OTLP_HTTP_JSON },
	{ { P "PROTOCOL=grpc" }, { 0 }, "http://localhost:4317/opentelemetry.proto.collector.trace.v1.TraceService/Export", NULL, OTLP_GRPC },
	/* What is said of traces goes before what is said of all, and that before nothing. */
	{ { P "ENDPOINT=http://all/x" }, { 0 }, "http://all/x/v1/traces", NULL, OTLP_HTTP_PROTOBUF },
	{ { P "ENDPOINT=http://all", T "ENDPOINT=http://t/mine" }, { 0 }, "http://t/mine", NULL, OTLP_HTTP_PROTOBUF },
	{ { T "ENDPOINT=http://t" }, { 0 }, "http://t/", NULL, OTLP_HTTP_PROTOBUF },
	{ { T "ENDPOINT=", P "ENDPOINT=http://all" }, { 0 }, "http://all/v1/traces", NULL, OTLP_HTTP_PROTOBUF },
	{ { P "ENDPOINT=http://all", T "ENDPOINT=http://t" }, { .url = "http://mine" }, "http://mine/v1/traces", NULL, OTLP_HTTP_PROTOBUF },
	{ { P "PROTOCOL=grpc", T "PROTOCOL=http/json" }, { 0 }, "http://localhost:4318/v1/traces", NULL, OTLP_HTTP_JSON },
};
/* clang-format on */

static void
the_nearest_word_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		struct err err = { 0 };
		struct endpoint e;

		environment = rows[i].environment;
		assert_int_equal(endpoint_find(&e, arena, &rows[i].wish, ask, &err), 0);
		assert_string_equal(e.url, rows[i].url);
		if (rows[i].shown)
			assert_string_equal(e.shown, rows[i].shown);
		assert_int_equal(e.protocol, rows[i].protocol);
		assert_null(e.file);
		assert_int_equal(e.timeout_ns, (uint64_t)10 * NS_PER_S);
	}
}

static void
a_file_is_an_endpoint(void **state)
{
	static const char *const nothing[] = { NULL };
	const struct endpoint_wish wish = { .url = "file:a b.jsonl" };
	AUTO(arena_free) struct arena *arena = arena_new();
	struct err err = { 0 };
	struct endpoint e;

	(void)state;
	environment = nothing;
	assert_int_equal(endpoint_find(&e, arena, &wish, ask, &err), 0);
	assert_string_equal(e.file, "a b.jsonl");
	assert_int_equal(e.protocol, OTLP_HTTP_JSON);
}

static void
the_rest_of_the_environment_is_read(void **state)
{
	static const char *const all[] = { P "HEADERS= a=1 ,authorization=Bearer%20x%2Cy,,b=",
		P "COMPRESSION=gzip", T "TIMEOUT=250", P "CERTIFICATE=/ca", P "CLIENT_KEY=/key",
		P "CLIENT_CERTIFICATE=/crt", "OTEL_SERVICE_NAME=svc",
		"OTEL_RESOURCE_ATTRIBUTES=service.name=other,team=a%3Db, x = y ",
		"OTEL_SDK_DISABLED=TRUE", NULL };
	const struct endpoint_wish none = { 0 };
	AUTO(arena_free) struct arena *arena = arena_new();
	struct err err = { 0 };
	struct endpoint e;

	(void)state;
	environment = all;
	assert_int_equal(endpoint_find(&e, arena, &none, ask, &err), 0);
	assert_true(e.is_gzip && e.is_disabled);
	assert_int_equal(e.timeout_ns, 250 * NS_PER_MS);
	assert_string_equal(e.headers[0], "a: 1");
	assert_string_equal(e.headers[1], "authorization: Bearer x,y");
	assert_string_equal(e.headers[2], "b: ");
	assert_null(e.headers[3]);
	assert_string_equal(e.ca, "/ca");
	assert_string_equal(e.key, "/key");
	assert_string_equal(e.certificate, "/crt");
	assert_int_equal(e.n_attributes, 3);
	assert_string_equal(e.attributes[0].key, "service.name");
	assert_string_equal(e.attributes[0].value.text, "svc");
	assert_string_equal(e.attributes[1].key, "team");
	assert_string_equal(e.attributes[1].value.text, "a=b");
	assert_string_equal(e.attributes[2].key, "x");
	assert_string_equal(e.attributes[2].value.text, "y");
}

/* An option goes before the variable, that before the attribute, that before the usual name. */
static void
a_service_has_one_name(void **state)
{
	static const struct {
		const char *environment[3], *wish, *name;
	} names[] = {
		{ { NULL }, NULL, "renacer" },
		{ { "OTEL_RESOURCE_ATTRIBUTES=service.name=r" }, NULL, "r" },
		{ { "OTEL_RESOURCE_ATTRIBUTES=service.name=r", "OTEL_SERVICE_NAME=s" }, NULL,
			"s" },
		{ { "OTEL_SERVICE_NAME=s" }, "w", "w" },
		{ { "OTEL_SERVICE_NAME=" }, NULL, "renacer" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct endpoint_wish wish = { .service_name = names[i].wish };
		AUTO(arena_free) struct arena *arena = arena_new();
		struct err err = { 0 };
		struct endpoint e;

		environment = names[i].environment;
		assert_int_equal(endpoint_find(&e, arena, &wish, ask, &err), 0);
		assert_int_equal(e.n_attributes, 1);
		assert_string_equal(e.attributes[0].value.text, names[i].name);
	}
}

static void
what_is_wrong_is_said_without_its_secrets(void **state)
{
	static const struct {
		const char *environment[2];
		const char *url, *text;
	} wrong[] = {
		{ { NULL }, "localhost:4317", "'localhost:4317' is no http or https URL" },
		{ { NULL }, "http://", "names no host" },
		{ { NULL }, "http://:80", "names no host" },
		{ { NULL }, "http://h:0", "names no host" },
		{ { NULL }, "http://h:65536", "names no host" },
		{ { NULL }, "http://h:", "names no host" },
		{ { NULL }, "http://[::1", "names no host" },
		{ { NULL }, "http://[::1]x", "names no host" },
		{ { NULL }, "http://a b", "is no URL" },
		{ { NULL }, "http://h/\n", "is no URL" },
		{ { NULL }, "ftp://h", "is no http or https URL" },
		{ { NULL }, "file:", "'file:' names no file" },
		{ { NULL }, "http://ann:secret@h:x", "'h:x' names no host" },
		{ { NULL }, "http://ann:se@cret@h:x", "'h:x' names no host" },
		{ { P "ENDPOINT=h" }, NULL, "the variable " P "ENDPOINT: 'h' is no http" },
		{ { T "PROTOCOL=udp" }, NULL, "the variable " T "PROTOCOL holds 'udp'" },
		{ { P "COMPRESSION=br" }, NULL, "the variable " P "COMPRESSION holds 'br'" },
		{ { P "TIMEOUT=10s" }, NULL, "the variable " P "TIMEOUT holds '10s'" },
		{ { P "TIMEOUT=0" }, NULL, "the variable " P "TIMEOUT holds '0'" },
		{ { P "TIMEOUT=-1" }, NULL, "the variable " P "TIMEOUT holds '-1'" },
		{ { P "TIMEOUT=99999999999999999999" }, NULL, "TIMEOUT holds" },
		{ { P "HEADERS=secret" }, NULL, "the variable " P "HEADERS is no list" },
		{ { P "HEADERS=a=%0d%0aX: secret" }, NULL, "the variable " P "HEADERS is no" },
		{ { P "HEADERS=a b=secret" }, NULL, "the variable " P "HEADERS is no list" },
		{ { P "HEADERS=a=secret%" }, NULL, "the variable " P "HEADERS is no list" },
		{ { P "HEADERS=a=secret%4" }, NULL, "the variable " P "HEADERS is no list" },
		{ { P "HEADERS=a=secret%00" }, NULL, "the variable " P "HEADERS is no list" },
		{ { P "HEADERS==secret" }, NULL, "the variable " P "HEADERS is no list" },
		{ { "OTEL_RESOURCE_ATTRIBUTES=secret" }, NULL,
			"the variable OTEL_RESOURCE_ATTRIBUTES is no list of pairs" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		const struct endpoint_wish wish = { .url = wrong[i].url };
		AUTO(arena_free) struct arena *arena = arena_new();
		struct err err = { 0 };
		struct endpoint e;

		environment = wrong[i].environment;
		assert_int_equal(endpoint_find(&e, arena, &wish, ask, &err), -1);
		assert_int_equal(err.kind, ERR_USAGE);
		assert_non_null(strstr(err.text, wrong[i].text));
		assert_null(strstr(err.text, "secret"));
		err_done(&err);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nearest_word_counts),
		cmocka_unit_test(a_file_is_an_endpoint),
		cmocka_unit_test(the_rest_of_the_environment_is_read),
		cmocka_unit_test(a_service_has_one_name),
		cmocka_unit_test(what_is_wrong_is_said_without_its_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
