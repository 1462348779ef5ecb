/* SPDX-License-Identifier: MIT */
/* fuzz_otlp.c - what a collector answers, and what an environment says of one: any bytes */

#include "base/err.h"
#include "base/mem.h"
#include "export/endpoint.h"
#include "export/http_header.h"
#include "export/otlp.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *text; /* of every variable */

static char *
ask(const char *name)
{
	/* Nothing is found beyond what it is asked for. */
	return strstr(name, "DISABLED") ? NULL : (char *)(uintptr_t)text;
}

static void
read_answers(const uint8_t *data, size_t size)
{
	struct otlp_answer a;

	for (int i = 0; i < 4; i++) {
		if (otlp_answer_read(&a, (enum otlp_form)(i & 1), i & 2, data, size))
			continue;
		assert(!a.n_rejected && !a.code && !*a.message);
	}
	assert(utf8_is_valid(a.message, strlen(a.message)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const char *line = arena_strndup(arena, (const char *)data, size);
	struct endpoint_wish wish = { .url = "http://localhost" };
	struct http_answer answer = { 0 };
	struct err err = { 0 };
	struct endpoint e;

	read_answers(data, size);
	http_header(&answer, (const char *)data, size);
	http_answer_done(&answer);
	text = line;
	for (int i = 0; i < 2; i++) {
		if (endpoint_find(&e, arena, &wish, ask, &err) < 0)
			err_drop(&err); /* most of them are none */
		wish.url = line;
	}
	return 0;
}
