/* SPDX-License-Identifier: MIT */
/* summary.c - a trace in another form than lines: counted (-c), as CSV, as folded stacks */

#include "cli/summary.h"

#include "analyze/counts.h"
#include "base/mem.h"
#include "cli/names.h"
#include "cli/trace.h"
#include "export/csv.h"
#include "export/folded.h"

#include <errno.h>
#include <string.h>

struct summary {
	enum trace_format format;
	const struct call_set *shown;
	struct names names;
	struct counts *counts;
	struct folded *folded;
	struct str rows; /* CSV not yet written */
	bool has_lamport;
	uint64_t lamport; /* of the event at hand */
};

/* Behind the last column of the row that was just added. */
static void
add_column(struct summary *s, const char *text)
{
	if (!s->has_lamport)
		return;
	str_cut(&s->rows, s->rows.n - 2); /* CR LF */
	str_addf(&s->rows, ",%s\r\n", text);
}

struct summary *
summary_new(unsigned format, const struct call_set *shown, bool has_lamport)
{
	struct summary *s = mem_alloc(sizeof *s);

	s->has_lamport = has_lamport;
	s->format = (enum trace_format)format;
	s->shown = shown;
	names_init(&s->names, NULL, 0);
	if (s->format == FORMAT_TEXT)
		s->counts = counts_new();
	else if (s->format == FORMAT_FOLDED)
		s->folded = folded_new(FOLDED_TIME);
	else
		csv_header(&s->rows);
	if (s->format == FORMAT_CSV)
		add_column(s, "lamport");
	return s;
}

void
summary_lamport(struct summary *s, uint64_t clock)
{
	s->lamport = clock;
}

int
summary_event(struct summary *s, const struct event *event, FILE *out, struct err *err)
{
	const struct call *call = event->kind == EVENT_CALL ? &event->call : NULL;
	char room[32];

	if (call && s->shown &&
		!call_set_has(s->shown, decode_spec((enum arch)call->arch, call->nr)->id))
		return 0;
	if (s->folded)
		folded_event(s->folded, event, &s->names.names);
	if (s->counts && call)
		counts_event(
			s->counts, event, decode_name((enum arch)call->arch, call->nr, room));
	if (s->format != FORMAT_CSV)
		return 0;
	csv_event(&s->rows, event, &s->names.names);
	snprintf(room, sizeof room, "%llu", (unsigned long long)s->lamport);
	add_column(s, room);
	if (fwrite(str_text(&s->rows), 1, s->rows.n, out) != s->rows.n)
		return err_sys(err, "write the trace");
	str_clear(&s->rows);
	return 0;
}

int
summary_print(struct summary *s, FILE *out, struct err *err)
{
	if (s->counts)
		counts_print(&s->rows, s->counts, SORT_TIME);
	if (s->folded)
		folded_print(&s->rows, s->folded);
	if (fwrite(str_text(&s->rows), 1, s->rows.n, out) != s->rows.n)
		return err_sys(err, "write the summary");
	str_clear(&s->rows);
	return 0;
}

void
summary_free(struct summary *s)
{
	if (!s)
		return;
	counts_free(s->counts);
	folded_free(s->folded);
	str_done(&s->rows);
	mem_free(s);
}
