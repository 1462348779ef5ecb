/* SPDX-License-Identifier: MIT */
/* http_header.h - lines of an answer's head, and of what follows its body; export's own */
#ifndef EXPORT_HTTP_HEADER_H
#define EXPORT_HTTP_HEADER_H

#include "export/http.h"

/* One line, its CR LF included or not. A line that begins an answer forgets the one before. */
void http_header(struct http_answer *out, const char *line, size_t n);

#endif
