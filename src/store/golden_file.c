/* SPDX-License-Identifier: MIT */
/* golden_file.c - a golden's file: plain, or compressed when it is large */

#include "store/golden.h"

#include "base/file.h"
#include "store/zstd.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".zst"
#define TEXT_MAX ((size_t)256 << 20) /* of a golden */
#define ZSTD_LEVEL 19                /* written rarely, kept in a repository */

/* The two names a golden may have; path may be either. */
struct names {
	struct str plain, packed;
};

static void
names_init(struct names *names, const char *path)
{
	size_t n = strlen(path) - (str_has_suffix(path, SUFFIX) ? strlen(SUFFIX) : 0);

	*names = (struct names){ 0 };
	str_add_n(&names->plain, path, n);
	str_addf(&names->packed, "%s" SUFFIX, names->plain.data);
}

static void
names_done(struct names *names)
{
	str_done(&names->plain);
	str_done(&names->packed);
}

static int
read_packed(struct str *out, const char *path, struct err *err)
{
	AUTO(zstd_free) struct zstd *z = zstd_new();
	AUTO(str_done) struct str packed = { 0 };

	if (file_read(&packed, path, TEXT_MAX, err) < 0)
		return -1;
	if (zstd_unpack_all(z, out, TEXT_MAX, str_text(&packed), packed.n, err) < 0)
		return err_wrap(err, "read '%s'", path);
	return 0;
}

static bool
is_there(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 || errno != ENOENT;
}

static int
refuse_missing(const struct names *names, struct err *err)
{
	errno = ENOENT;
	err_sys(err, "golden '%s'", names->plain.data);
	err_as(err, ERR_MISSING);
	return err_hint(err, "record it: renacer-gate record");
}

/* The text of whichever is there. Two forms that may differ are nobody's golden. */
static int
read_text(struct str *out, const struct names *names, const char **which, struct err *err)
{
	bool has_plain = is_there(names->plain.data), has_packed = is_there(names->packed.data);

	*which = has_packed ? names->packed.data : names->plain.data;
	if (has_plain && has_packed) {
		err_set(err, "'%s' and '%s' are both there", names->plain.data,
			names->packed.data);
		return err_hint(err, "remove the one that is out of date");
	}
	if (has_packed)
		return read_packed(out, names->packed.data, err);
	if (has_plain)
		return file_read(out, names->plain.data, TEXT_MAX, err);
	return refuse_missing(names, err);
}

static int
load(struct golden **out, const struct names *names, struct err *err)
{
	AUTO(str_done) struct str text = { 0 };
	const char *which;

	if (read_text(&text, names, &which, err) < 0)
		return -1;
	return golden_parse(out, which, str_text(&text), text.n, err);
}

int
golden_load(struct golden **out, const char *path, struct err *err)
{
	struct names names;
	int rc;

	names_init(&names, path);
	rc = load(out, &names, err);
	names_done(&names);
	return rc;
}

/* The file is there, in this form only, and holds this text. Whatever cannot be read is
 * written again. */
static bool
is_saved(const struct names *names, const struct str *text, bool is_packed)
{
	AUTO(str_done) struct str old = { 0 };
	struct err err = { 0 };
	const char *which;
	bool is_same = read_text(&old, names, &which, &err) == 0 && old.n == text->n &&
		       memcmp(str_text(&old), text->data, old.n) == 0;

	err_drop(&err); /* a reason to write, not to fail */
	err_done(&err);
	return is_same && (which == names->packed.data) == is_packed;
}

static int
save(const struct names *names, const struct str *text, bool is_packed, struct err *err)
{
	AUTO(zstd_free) struct zstd *z = zstd_new();
	AUTO(str_done) struct str packed = { 0 };
	const struct str *bytes = is_packed ? &packed : text;
	const char *path = is_packed ? names->packed.data : names->plain.data;
	const char *other = is_packed ? names->plain.data : names->packed.data;

	if (is_packed && zstd_pack(z, &packed, text->data, text->n, ZSTD_LEVEL, err) < 0)
		return -1;
	if (file_write(path, bytes->data, bytes->n, 0644, err) < 0)
		return -1;
	if (unlink(other) < 0 && errno != ENOENT)
		return err_sys(err, "remove '%s', which '%s' replaces", other, path);
	return 0;
}

/* What could not be read again is never written. */
static int
check_text(const struct str *text, const char *path, struct err *err)
{
	AUTO(golden_free) struct golden *back = NULL;
	AUTO(str_done) struct str again = { 0 };

	if (text->n > TEXT_MAX)
		return err_set(
			err, "golden '%s': %zu bytes, more than %zu", path, text->n, TEXT_MAX);
	if (golden_parse(&back, path, text->data, text->n, err) < 0) {
		err_as(err, ERR_TOOL);
		return err_wrap(err, "a golden that could not be read again is not written");
	}
	golden_print(&again, back);
	if (again.n != text->n || memcmp(again.data, text->data, text->n) != 0)
		return err_set(err, "golden '%s' would not read back the same", path);
	return 0;
}

int
golden_save(
	struct golden *g, const char *path, size_t zst_above, bool *written, struct err *err)
{
	AUTO(str_done) struct str text = { 0 };
	struct names names;
	bool is_packed;
	int rc = 0;

	golden_print(&text, g);
	if (check_text(&text, path, err) < 0)
		return -1;
	is_packed = zst_above && text.n > zst_above;
	names_init(&names, path);
	*written = !is_saved(&names, &text, is_packed);
	if (*written)
		rc = save(&names, &text, is_packed, err);
	names_done(&names);
	return rc;
}
