/* SPDX-License-Identifier: MIT */
/*
 * http.c - one POST by libcurl, which is looked for when it is needed
 *
 * A connection serves one request: libcurl 7.88 fails the second one of HTTP/2 without TLS on
 * the same connection (curl issue 10634), and there are few. Redirections are not followed, as
 * headers may hold keys that are for this server only.
 */

#include "export/http.h"

#include "base/clock.h"
#include "export/http_header.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <signal.h>
#include <string.h>

struct curl {
	void *library, *handle;
	__typeof__(&curl_easy_init) init;
	__typeof__(&curl_easy_setopt) set;
	__typeof__(&curl_easy_perform) perform;
	__typeof__(&curl_easy_getinfo) get;
	__typeof__(&curl_easy_cleanup) cleanup;
	__typeof__(&curl_easy_strerror) strerror;
	__typeof__(&curl_slist_append) append;
	__typeof__(&curl_slist_free_all) free_all;
	struct curl_slist *headers;
	char why[CURL_ERROR_SIZE];
};

static bool
find_functions(struct curl *c)
{
	c->init = (__typeof__(c->init))dlsym(c->library, "curl_easy_init");
	c->set = (__typeof__(c->set))dlsym(c->library, "curl_easy_setopt");
	c->perform = (__typeof__(c->perform))dlsym(c->library, "curl_easy_perform");
	c->get = (__typeof__(c->get))dlsym(c->library, "curl_easy_getinfo");
	c->cleanup = (__typeof__(c->cleanup))dlsym(c->library, "curl_easy_cleanup");
	c->strerror = (__typeof__(c->strerror))dlsym(c->library, "curl_easy_strerror");
	c->append = (__typeof__(c->append))dlsym(c->library, "curl_slist_append");
	c->free_all = (__typeof__(c->free_all))dlsym(c->library, "curl_slist_free_all");
	return c->init && c->set && c->perform && c->get && c->cleanup && c->strerror &&
	       c->append && c->free_all;
}

/* Never closed again: it has its own ends at exit. */
static int
find_library(struct curl *c, struct err *err)
{
	static const char *const names[] = { "libcurl.so.4", "libcurl-gnutls.so.4" };

	for (size_t i = 0; i < ARRAY_LEN(names) && !c->library; i++)
		c->library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	if (!c->library) {
		err_set(err, "libcurl is not installed");
		return err_hint(err, "apt-get install libcurl4, or write to file:PATH");
	}
	if (!find_functions(c))
		return err_set(err, "libcurl is too old: it lacks functions that are needed");
	c->handle = c->init();
	return c->handle ? 0 : err_set(err, "libcurl could not begin");
}

static size_t
on_header(char *data, size_t size, size_t n, void *arg)
{
	http_header(arg, data, size * n);
	return size * n;
}

/* What is too much is read and forgotten. */
static size_t
on_body(char *data, size_t size, size_t n, void *arg)
{
	struct http_answer *out = arg;
	size_t room = HTTP_BODY_MOST - out->body.n;

	out->is_cut |= size * n > room;
	str_add_n(&out->body, data, MIN(size * n, room));
	return size * n;
}

static int
on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct http_post *post = arg;

	(void)a, (void)b, (void)c, (void)d;
	return post->is_interrupted && post->is_interrupted(post->arg);
}

static void
add_headers(struct curl *c, const char *const *headers)
{
	for (; headers && *headers; headers++)
		c->headers = c->append(c->headers, *headers);
}

static long
version_of(const struct http_post *post)
{
	bool is_secure = str_has_prefix(post->url, "https");

	if (!post->is_grpc)
		return is_secure ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1;
	return is_secure ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
}

static void
prepare(struct curl *c, const struct http_post *post, struct http_answer *out)
{
	static const struct {
		CURLoption option;
		long value;
	} always[] = {
		{ CURLOPT_POST, 1 },
		{ CURLOPT_NOSIGNAL, 1 },
		{ CURLOPT_NOPROGRESS, 0 },
		{ CURLOPT_FOLLOWLOCATION, 0 },
		{ CURLOPT_FORBID_REUSE, 1 },
	};
	const struct {
		CURLoption option;
		const void *value;
	} texts[] = {
		{ CURLOPT_URL, post->url },
		{ CURLOPT_PROTOCOLS_STR, "http,https" },
		{ CURLOPT_USERAGENT, "OTel-OTLP-Exporter-renacer/" RENACER_VERSION },
		{ CURLOPT_CAINFO, post->ca },
		{ CURLOPT_SSLCERT, post->certificate },
		{ CURLOPT_SSLKEY, post->key },
		{ CURLOPT_ERRORBUFFER, c->why },
		{ CURLOPT_HEADERDATA, out },
		{ CURLOPT_WRITEDATA, out },
		{ CURLOPT_XFERINFODATA, post },
	};

	assert(c->append && c->set); /* find_functions() saw to it */
	add_headers(c, post->more);
	add_headers(c, post->headers);
	c->headers = c->append(c->headers, "Expect:"); /* no second question first */
	for (size_t i = 0; i < ARRAY_LEN(always); i++)
		c->set(c->handle, always[i].option, always[i].value);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (texts[i].value)
			c->set(c->handle, texts[i].option, texts[i].value);
	c->set(c->handle, CURLOPT_HTTP_VERSION, version_of(post));
	c->set(c->handle, CURLOPT_TIMEOUT_MS, (long)MAX(post->timeout_ns / NS_PER_MS, 1u));
	c->set(c->handle, CURLOPT_HTTPHEADER, c->headers);
	c->set(c->handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->n);
	c->set(c->handle, CURLOPT_POSTFIELDS, post->body);
	c->set(c->handle, CURLOPT_HEADERFUNCTION, on_header);
	c->set(c->handle, CURLOPT_WRITEFUNCTION, on_body);
	c->set(c->handle, CURLOPT_XFERINFOFUNCTION, on_progress);
}

/* What may be otherwise in a moment; a wrong name, certificate or protocol will not be. */
static bool
is_passing(CURLcode code)
{
	static const CURLcode codes[] = { CURLE_COULDNT_CONNECT, CURLE_GOT_NOTHING,
		CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE,
		CURLE_OPERATION_TIMEDOUT, CURLE_HTTP2_STREAM };

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i] == code)
			return true;
	return false;
}

static int
fail(const struct curl *c, CURLcode code, const struct http_post *post, struct err *err)
{
	err_set(err, "%s", *c->why ? c->why : c->strerror(code));
	if (code == CURLE_UNSUPPORTED_PROTOCOL && !post->is_grpc)
		return err_hint(err, "is that a port for gRPC? then the protocol is grpc");
	if (code == CURLE_HTTP2 || (code == CURLE_RECV_ERROR && post->is_grpc))
		return err_hint(
			err, "is that a port for HTTP? then the protocol is http/protobuf");
	return -1;
}

static int
perform(struct curl *c, const struct http_post *post, struct http_answer *out, struct err *err)
{
	curl_off_t retry_after_s = 0;
	CURLcode code = c->perform(c->handle);

	if (code != CURLE_OK) {
		out->may_retry = is_passing(code);
		return fail(c, code, post, err);
	}
	c->get(c->handle, CURLINFO_RESPONSE_CODE, &out->status);
	if (c->get(c->handle, CURLINFO_RETRY_AFTER, &retry_after_s) == CURLE_OK &&
		retry_after_s > 0)
		out->retry_after_ns =
			(uint64_t)MIN(retry_after_s, (curl_off_t)1000000) * NS_PER_S;
	return 0;
}

int
http_available(struct err *err)
{
	struct curl c = { 0 };

	if (find_library(&c, err) < 0)
		return -1;
	assert(c.cleanup); /* find_functions() saw to it */
	c.cleanup(c.handle);
	return 0;
}

int
http_post(struct http_answer *out, const struct http_post *post, struct err *err)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	struct curl c = { 0 };
	int rc;

	*out = (struct http_answer){ 0 };
	rc = find_library(&c, err);
	if (rc == 0) {
		prepare(&c, post, out);
		/* TLS may write to a connection that is closed. */
		sigaction(SIGPIPE, &ignore, &before);
		rc = perform(&c, post, out, err);
		sigaction(SIGPIPE, &before, NULL);
		c.free_all(c.headers);
		c.cleanup(c.handle);
	}
	return rc;
}
