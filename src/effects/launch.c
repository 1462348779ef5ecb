/* SPDX-License-Identifier: MIT */
/*
 * launch.c - how a program is brought to run: launchers, interpreters and their program text
 *
 * A file is program text when nobody but interpreters of one language read it, and it has one
 * of that language's endings or is what such an interpreter was told to run. A directory is
 * searched for text when nobody else listed it and text was found in it, or looked for there
 * first of all: beside the script, or where a program without one was started.
 */
#include "effects/launch.h"

#include "base/regex.h"
#include "effects/path.h"
#include "effects/process.h"

#include <string.h>

enum {
	NOBODY, /* not asked yet, or not an interpreter */
#define LANGUAGE(id_, programs_, endings_) LANGUAGE_##id_,
#include "effects/language.def"
#undef LANGUAGE
	N_LANGUAGES
};
_Static_assert(N_LANGUAGES <= 8, "readers of a name are bits of a byte");

static const struct {
	const char *programs, *endings;
} languages[] = {
	[NOBODY] = { "", "" },
#define LANGUAGE(id_, programs_, endings_) [LANGUAGE_##id_] = { programs_, endings_ },
#include "effects/language.def"
#undef LANGUAGE
};

/* The word of the list at *list, which moves behind it; false: there is none left. */
static bool
next_word(const char **list, struct str *word)
{
	size_t n;

	*list += strspn(*list, " ");
	n = strcspn(*list, " ");
	str_clear(word);
	str_add_n(word, *list, n);
	*list += n;
	return n > 0;
}

static uint8_t
language_of_program(const char *exe)
{
	AUTO(str_done) struct str glob = { 0 };

	for (unsigned i = NOBODY + 1; i < N_LANGUAGES; i++)
		for (const char *list = languages[i].programs; next_word(&list, &glob);)
			if (glob_matches(glob.data, exe))
				return (uint8_t)i;
	return NOBODY;
}

/* A forked copy of an interpreter is one, too. */
static uint8_t
language_of(struct image *image)
{
	if (!image->has_language) {
		image->language = language_of_program(image->exe);
		image->has_language = true;
	}
	return image->language;
}

static struct image *
image_now(const struct process *p)
{
	return p->n_images ? &p->images[p->n_images - 1] : NULL;
}

void
launch_note_read(const struct act *a, struct name *n)
{
	struct image *image = image_now(a->task->process);

	if (a->fx->opts.profile != PROFILE_TRANSPILE)
		return;
	n->read_seq = a->event->seq;
	n->readers |= (uint8_t)(1u << (image ? language_of(image) : NOBODY));
}

/*
 * The way to the program.
 */
static bool
is_env(const struct image *image)
{
	return strcmp(path_last(image->exe), "env") == 0;
}

/* Shells, interpreters and env lead to the last interpreter that is no shell, and env to
 * whatever it executes; an interpreter to itself. A shell that ends by executing a program of
 * its own accord does what a rewrite has to do, too. */
static size_t
program_index(struct process *p)
{
	size_t found = 0;

	for (size_t i = 1; i < p->n_images; i++) {
		uint8_t before = language_of(&p->images[i - 1]);
		uint8_t now = language_of(&p->images[i]);

		if (!is_env(&p->images[i - 1]) && before != LANGUAGE_SHELL &&
			(before == NOBODY || before != now))
			break;
		if (now > LANGUAGE_SHELL || (is_env(&p->images[i - 1]) && found == i - 1))
			found = i;
	}
	return found;
}

/* What version managers put in front of an interpreter; what they execute on the way is theirs.
 */
static bool
is_shim(struct image *image)
{
	static const char *const shims[] = { "**/.pyenv/**", "**/.rbenv/**", "**/.nodenv/**",
		"**/.asdf/**", "**/pyenv/shims/*", "**/rbenv/shims/*", "**/mise/shims/*" };

	if (language_of(image) != LANGUAGE_SHELL || image->n_argv < 2)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(shims); i++)
		if (glob_matches(shims[i], image->argv[1]))
			return true;
	return false;
}

static void
add_script(struct effects *fx, const struct image *image)
{
	AUTO(str_done) struct str path = { 0 };
	const char *cwd = fx->header.cwd ? fx->header.cwd : "/";
	size_t i = 1;

	while (i < image->n_argv && image->argv[i][0] == '-')
		i++;
	/* Without a script, it looks where it was started. */
	if (i >= image->n_argv || i > 1)
		*map_text(fx->text_dirs, cwd) = fx;
	if (i >= image->n_argv || !*image->argv[i])
		return;
	path_join(&path, cwd, image->argv[i], strlen(image->argv[i]));
	*map_text(fx->scripts, path.data) = fx;
	str_cut(&path, path_parent(path.data));
	*map_text(fx->text_dirs, path.n ? path.data : "/") = fx;
}

static bool
has_ending(uint8_t language, const char *path)
{
	AUTO(str_done) struct str ending = { 0 };

	for (const char *list = languages[language].endings; next_word(&list, &ending);)
		if (str_has_suffix(path, ending.data))
			return true;
	return false;
}

/* The one language whose interpreters alone read it. */
static uint8_t
reader_of(const struct name *n)
{
	for (unsigned i = NOBODY + 1; i < N_LANGUAGES; i++)
		if (n->readers == 1u << i)
			return (uint8_t)i;
	return NOBODY;
}

static bool
is_text_file(const struct effects *fx, const struct name *n)
{
	uint8_t language = reader_of(n);

	return language != NOBODY && !n->was_listed &&
	       (has_ending(language, n->path) || map_get_text(fx->scripts, n->path));
}

static void
add_text_dirs(struct effects *fx)
{
	AUTO(str_done) struct str dir = { 0 };
	size_t at = 0;
	void *value;

	while (map_next(fx->names, &at, NULL, NULL, &value)) {
		const struct name *n = value;

		if (!n->was_read || !is_text_file(fx, n))
			continue;
		str_clear(&dir);
		str_add_n(&dir, n->path, path_parent(n->path));
		*map_text(fx->text_dirs, dir.n ? dir.data : "/") = fx;
	}
}

void
launch_settle(struct effects *fx)
{
	struct process *first = fx->first;

	if (fx->opts.profile != PROFILE_TRANSPILE || !first)
		return;
	fx->program = program_index(first);
	fx->program_seq = fx->program ? first->images[fx->program].exec_seq : 0;
	for (size_t i = 0; i < fx->program; i++)
		fx->has_shim |= is_shim(&first->images[i]);
	for (size_t i = 0; i < fx->n_processes; i++)
		for (size_t k = 0; k < fx->processes[i]->n_images; k++) {
			struct image *image = &fx->processes[i]->images[k];

			if (!image->is_fork && language_of(image) != NOBODY)
				add_script(fx, image);
		}
	add_text_dirs(fx);
}

bool
launch_is_part(const struct effects *fx, const struct process *p, size_t image)
{
	if (p == fx->first)
		return image <= fx->program;
	return fx->has_shim && p->images[image].exec_seq < fx->program_seq;
}

bool
launch_was_read(const struct effects *fx, const struct name *n)
{
	return n->read_seq && n->read_seq < fx->program_seq;
}

bool
launch_is_text(const struct effects *fx, const struct name *n)
{
	if (fx->opts.profile != PROFILE_TRANSPILE)
		return false;
	if (n->was_listed)
		return reader_of(n) == LANGUAGE_PYTHON && map_get_text(fx->text_dirs, n->path);
	return is_text_file(fx, n);
}
