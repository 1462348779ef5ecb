/* SPDX-License-Identifier: MIT */
/*
 * rows.c - from an event to a row: what the event itself says, and who is asked for the rest
 */
#include "query/access.h"
#include "query/builder.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

int64_t
row_text(struct builder *b, const char *text)
{
	return text ? (int64_t)dict_add(&b->c->dict, text, NULL) : NO_VALUE;
}

/* A path that effects keeps, and will keep at that address. */
int64_t
row_path(struct builder *b, const char *path)
{
	void **slot;

	if (!path || !*path)
		return NO_VALUE;
	slot = map_number(b->by_path, (uintptr_t)path);
	if (!*slot) {
		str_clear(&b->text);
		effects_put_path(b->fx, &b->text, path);
		*slot = (void *)(uintptr_t)dict_add(&b->c->dict, str_text(&b->text), path);
	}
	return (int64_t)(uintptr_t)*slot;
}

void
row_set(struct builder *b, enum column column, size_t key, int64_t value)
{
	if (b->c->wanted & COLUMN_BIT(column))
		attribute_set(&b->c->attribute[column], key, value);
}

struct builder *
builder_new(struct columns *c)
{
	struct builder *b = mem_alloc(sizeof *b);

	b->c = c;
	b->arena = arena_new();
	b->by_task = map_new();
	b->by_process = map_new();
	b->by_call = map_new();
	b->by_object = map_new();
	b->by_place = map_new();
	b->by_path = map_new();
	b->by_made = map_new();
	if (columns_keep(c, V_LEFT))
		b->fates = fate_new();
	b->pieces = pieces_new();
	/* Texts of few kinds come first: their numbers are then small, and near each other. */
	for (int i = 1; i < 134; i++)
		row_text(b, decode_errno(i));
	return b;
}

void
builder_free(struct builder *b)
{
	if (!b)
		return;
	arena_free(b->arena);
	map_free(b->by_task);
	map_free(b->by_process);
	map_free(b->by_call);
	map_free(b->by_object);
	map_free(b->by_place);
	map_free(b->by_path);
	map_free(b->by_made);
	mem_free(b->programs);
	fate_free(b->fates);
	pieces_free(b->pieces);
	str_done(&b->text);
	mem_free(b);
}

static size_t
call_key(struct builder *b, const struct call *call, enum call_id id)
{
	uint64_t known = id == CALL_unknown ? (uint64_t)call->nr << 32 | call->arch << 16 : id;
	void **slot = map_number(b->by_call, known);
	char room[32];
	uint32_t classes;
	size_t key;

	if (*slot)
		return (uintptr_t)*slot;
	key = ++b->n_calls;
	*slot = (void *)key;
	classes = decode_spec_of(id)->classes;
	row_set(b, COLUMN_SYSCALL, key,
		row_text(b, id == CALL_unknown
				    ? decode_name((enum arch)call->arch, call->nr, room)
				    : decode_spec_of(id)->name));
	row_set(b, COLUMN_FAMILY, key,
		row_text(b, id == CALL_unknown ? "unknown" : effects_family(id)));
	row_set(b, COLUMN_CLASS, key, classes ? (int64_t)classes : NO_VALUE);
	return key;
}

static void
put_outcome(struct builder *b, const struct event *event)
{
	static const char *const states[] = { [CALL_DONE] = "done",
		[CALL_RESTARTED] = "restarted",
		[CALL_UNFINISHED] = "unfinished",
		[CALL_DENIED] = "denied" };
	const struct call *call = &event->call;
	/* What returns from a handler returns what the program was about to see there. */
	bool has_result = (call->state == CALL_DONE || call->state == CALL_DENIED) &&
			  b->about.id != CALL_rt_sigreturn && b->about.id != CALL_sigreturn;
	const char *error = call->is_error ? decode_errno((int)-call->ret) : NULL;
	char room[32];
	int64_t bytes;

	b->row[V_STATE] = row_text(b, states[call->state & 3]);
	if (call->is_error && !error)
		error = (snprintf(room, sizeof room, "errno %lld", -(long long)call->ret),
			room);
	if (has_result && call->is_error)
		b->row[V_ERRNO] = row_text(b, error);
	else if (has_result)
		b->row[V_RESULT] = MAX(call->ret, INT64_MIN + 1);
	bytes = effects_look_bytes(event, b->about.id);
	if (bytes >= 0)
		b->row[V_BYTES] = bytes;
	if (b->about.asked >= 0)
		b->row[V_ASKED] = b->about.asked;
}

/* A library without -g is no gap of the program that uses it. */
static int
gaps_of(const struct stack_frame *f)
{
	if (!f->function && !f->file)
		return PLACE_GAP_FUNCTION | PLACE_GAP_FILE;
	if (!f->file && f->module && !strstr(f->module, ".so"))
		return PLACE_GAP_FILE;
	return f->function ? 0 : PLACE_GAP_FUNCTION;
}

/* A path as the compiler named it has no canonical spelling. */
static size_t
place_key(struct builder *b, const struct stack_frame *f)
{
	void **slot = map_number(b->by_place, (uintptr_t)f);
	size_t key;

	if (*slot)
		return (uintptr_t)*slot;
	key = ++b->n_places;
	*slot = (void *)key;
	row_set(b, COLUMN_FUNCTION, key, row_text(b, f->function));
	row_set(b, COLUMN_FILE, key, row_text(b, f->file));
	row_set(b, COLUMN_LINE, key, f->line ? (int64_t)f->line : NO_VALUE);
	attribute_set(&b->c->gaps, key, gaps_of(f));
	return key;
}

/* Somewhere in a program, where nobody knows. */
static size_t
lost_place(struct builder *b)
{
	if (!b->lost_place) {
		b->lost_place = ++b->n_places;
		attribute_set(&b->c->gaps, b->lost_place, PLACE_GAP_FUNCTION | PLACE_GAP_FILE);
	}
	return b->lost_place;
}

static void
put_place(struct builder *b, const struct event *event)
{
	const struct stack *stack = event->call.stack;
	const struct stack_frame *f;

	if (!columns_keep(b->c, V_PLACE))
		return;
	/* The execve that starts the command is the tracer's. */
	b->c->n_unfollowed += !stack && (b->about.id != CALL_execve || b->c->n_calls > 0);
	f = stack_place(stack);
	if (stack_is_cut(stack))
		b->row[V_PLACE] = (int64_t)lost_place(b);
	else if (f)
		b->row[V_PLACE] = (int64_t)place_key(b, f);
}

static void
put_call(struct builder *b, const struct event *event)
{
	const struct call *call = &event->call;
	uint64_t enter = MIN(call->enter_ns, event->time_ns);
	uint32_t bits;

	b->row[V_CALL] = (int64_t)call_key(b, call, b->about.id);
	b->row[V_START] = (int64_t)MIN(enter, (uint64_t)INT64_MAX);
	enter = pieces_call(b->pieces, event, b->about.id, b->c->n_rows, &b->row[V_CALL]);
	b->row[V_DURATION] = (int64_t)MIN(event->time_ns - enter, (uint64_t)INT64_MAX);
	put_outcome(b, event);
	put_place(b, event);
	if (!columns_keep(b->c, V_ACCESS))
		return;
	bits = access_of(call, b->about.id, effects_family(b->about.id), b->fd_flags);
	if (bits)
		b->row[V_ACCESS] = bits;
}

static void
begin_row(struct builder *b, const struct event *event)
{
	for (int i = 0; i < N_VECTORS; i++)
		b->row[i] = NO_VALUE;
	b->row[V_SEQ] = (int64_t)MIN(event->seq, (uint64_t)INT64_MAX);
	b->row[V_START] = b->row[V_END] = (int64_t)MIN(event->time_ns, (uint64_t)INT64_MAX);
	if (event->busy_ns)
		b->row[V_BUSY] = (int64_t)MIN(event->busy_ns, (uint64_t)INT64_MAX);
	b->has_row = true;
}

void
builder_before(void *columns, struct effects *fx, const struct event *event)
{
	struct builder *b = ((struct columns *)columns)->builder;

	b->fx = fx;
	b->has_row = false;
	if (event->kind == EVENT_PATH || event->kind == EVENT_HELD)
		return;
	if (event->kind == EVENT_CALL && event->call.arch >= N_ARCHES)
		return;
	begin_row(b, event);
	if (event->kind != EVENT_CALL)
		return;
	decode_about(&b->about, &event->call);
	row_put_objects(b, event);
}

static void
put_life(struct builder *b, const struct event *event)
{
	static const char *const kinds[N_EVENT_KINDS] = { [EVENT_START] = "start",
		[EVENT_EXEC] = "exec",
		[EVENT_SIGNAL] = "signal",
		[EVENT_EXIT] = "exit" };
	char room[16];
	const struct task_exit *x = &event->exit;

	b->row[V_EVENT] = row_text(b, kinds[event->kind]);
	if (event->kind == EVENT_SIGNAL)
		b->row[V_SIGNAL] = row_text(b, decode_signal_name(event->signal.signal, room));
	if (event->kind != EVENT_EXIT)
		return;
	if (WIFSIGNALED(x->status))
		b->row[V_SIGNAL] = row_text(b, decode_signal_name(WTERMSIG(x->status), room));
	else
		b->row[V_STATUS] = WEXITSTATUS(x->status);
	if (!x->is_process)
		return;
	b->row[V_RSS] = (int64_t)MIN(x->peak_rss_bytes, (uint64_t)INT64_MAX);
	b->row[V_CPU] = (int64_t)MIN(x->user_ns + x->system_ns, (uint64_t)INT64_MAX);
}

/* "begin NAME" and "end NAME" of a marker call: the calls between them are marked, neither of
 * the two is. Returns what the call itself has. */
static const char *
note_mark(struct builder *b, const struct event *event, struct owner *o)
{
	const struct call *call = &event->call;
	size_t n = 0;
	const char *path, *word;
	AUTO(mem_free) char *text = NULL;

	if (!call->is_error || call->ret != -ENOENT || b->about.n_paths != 1)
		return o->mark;
	path = decode_string(call, (uint8_t)b->about.path[0], &n);
	text = mem_alloc(n + 1);
	if (n)
		memcpy(text, path, n);
	word = strstr(text, "renacer:");
	if (!word || (word != text && word[-1] != '/'))
		return o->mark;
	word += strlen("renacer:");
	if (!str_has_prefix(word, "begin ") && !str_has_prefix(word, "end "))
		return o->mark;
	o->mark = word[0] == 'b' ? arena_strdup(b->arena, word + strlen("begin ")) : NULL;
	return NULL;
}

static void
push_row(struct builder *b)
{
	struct columns *c = b->c;

	for (int i = 0; i < N_VECTORS; i++)
		if (columns_keep(c, (enum vector_id)i) && i != V_REGION && i != V_LEFT)
			vector_add(&c->vector[i], b->row[i]);
	c->n_rows++;
	c->n_calls += b->row[V_EVENT] == c->call_event;
}

void
builder_after(void *columns, struct effects *fx, const struct event *event)
{
	struct builder *b = ((struct columns *)columns)->builder;
	struct owner *o;

	if (!b->has_row)
		return;
	o = row_put_task(b, event);
	if (event->kind == EVENT_CALL) {
		b->row[V_EVENT] = b->c->call_event;
		put_call(b, event);
		row_put_made(b, event);
		if (b->fates)
			fate_call(
				b->fates, fx, event, &b->about, row_makes_fd(b, &event->call));
		if (o && columns_keep(b->c, V_MARK))
			b->row[V_MARK] = row_text(b, note_mark(b, event, o));
	} else {
		put_life(b, event);
		if (b->fates)
			fate_other(b->fates);
	}
	push_row(b);
}

static void
fill_regions(struct builder *b)
{
	struct columns *c = b->c;
	const char *name;

	for (size_t row = 0; row < c->n_rows; row++) {
		int64_t image = vector_get(&c->vector[V_IMAGE], row);
		uint64_t seq = (uint64_t)vector_get(&c->vector[V_SEQ], row);

		name = NULL;
		if (image > 0 && vector_get(&c->vector[V_EVENT], row) == c->call_event)
			name = effects_region(b->fx, b->programs[image - 1].process,
				b->programs[image - 1].exec_seq, seq);
		c->has_regions |= name != NULL;
		vector_add(&c->vector[V_REGION], row_text(b, name));
	}
}

/* A sealed vector once more, with another value where a piece's fate is that one. */
static void
put_fates(struct builder *b, enum vector_id id, enum piece_fate fate, int64_t value)
{
	struct vector *old = &b->c->vector[id], joined = { 0 };

	if (!columns_keep(b->c, id))
		return;
	for (size_t row = 0; row < b->c->n_rows; row++)
		vector_add(&joined,
			pieces_fate(b->pieces, row) == fate ? value : vector_get(old, row));
	vector_seal(&joined);
	vector_done(old);
	*old = joined;
}

/* A call in pieces is its last one; and one that gave up has failed. */
static void
put_pieces(struct builder *b)
{
	struct columns *c = b->c;
	size_t capacity = 0;

	if (!c->n_rows || pieces_is_empty(b->pieces))
		return;
	put_fates(b, V_DURATION, PIECE_WENT_ON, NO_VALUE);
	put_fates(b, V_ERRNO, PIECE_GAVE_UP, row_text(b, decode_errno(EINTR)));
	put_fates(b, V_STATE, PIECE_GAVE_UP, row_text(b, "done"));
	for (size_t row = 0; row < c->n_rows; row++) {
		if (pieces_fate(b->pieces, row) != PIECE_WENT_ON)
			continue;
		c->pieces = mem_grow(c->pieces, c->n_pieces, &capacity, sizeof *c->pieces);
		c->pieces[c->n_pieces++] = (uint32_t)row;
	}
}

bool
builder_is_subset(const struct builder *b)
{
	return b->fx && !effects_facts(b->fx)->has_all_calls;
}

/* What was drawn is known only when the run is over. */
static void
fill_lasting(struct builder *b)
{
	struct dict *d = &b->c->dict;

	for (size_t i = 1; i < d->n; i++) {
		struct dict_entry *e = &d->entries[i];
		const char *path = e->other ? e->other : e->text;

		if (*path != '/')
			continue;
		str_clear(&b->text);
		effects_put_lasting_path(b->fx, &b->text, path);
		if (strcmp(str_text(&b->text), e->text) != 0)
			e->lasting = arena_strdup(d->arena, str_text(&b->text));
	}
}

void
builder_finish(struct builder *b)
{
	struct columns *c = b->c;

	for (int i = 0; i < N_VECTORS; i++)
		if (i != V_REGION && i != V_LEFT)
			vector_seal(&c->vector[i]);
	put_pieces(b);
	if (!b->fx) /* nothing ever happened */
		return;
	c->has_busy = effects_facts(b->fx)->has_busy;
	if (b->fates)
		fate_fill(b->fates, b->fx, &c->vector[V_SEQ], &c->vector[V_LEFT]);
	c->has_stacks = effects_facts(b->fx)->has_stacks;
	if (c->wanted & COLUMN_BIT(COLUMN_ARGV))
		row_fill_argv(b);
	if (c->wanted & COLUMN_BIT(COLUMN_REGION))
		fill_regions(b);
	if (c->wanted & COLUMNS_LASTING)
		fill_lasting(b);
}
