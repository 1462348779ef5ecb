/* SPDX-License-Identifier: MIT */
/* http-none.c - in the place of http.c where there is no libcurl to build with */

#include "export/http.h"

int
http_available(struct err *err)
{
	err_set(err, "built without libcurl: nothing can be sent");
	return err_hint(err, "write to file:PATH, or build with libcurl (WITH_CURL=1)");
}

int
http_post(struct http_answer *out, const struct http_post *post, struct err *err)
{
	(void)post;
	*out = (struct http_answer){ 0 };
	return http_available(err);
}
