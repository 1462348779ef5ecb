/* SPDX-License-Identifier: MIT */
/*
 * toml.cc - TOML through toml++, turned into plain C nodes that know their place
 *
 * The one C++ file. Nothing of toml++ leaves it, no exception either. What toml++ does not give
 * is made here: keys in the order of the file (its tables are sorted), the text of each line,
 * and a limit on dotted keys, whose nesting it would follow until the stack ends.
 */

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

/* Five invalid documents of the corpus ("[.]", "[" at the end) trip an assertion of toml++'s
 * whose next lines handle the case well; and with NDEBUG it would let the compiler assume what
 * does not hold. So neither: its checks are off, the sanitizers and the fuzzer watch it. */
#undef NDEBUG
#define TOML_ASSERT(expr) static_assert(true)
#define TOML_EXCEPTIONS 1
#define TOML_MAX_NESTED_VALUES 128
#include <toml++/toml.h>

/* toml++ has a namespace where we have a struct: here ours is called toml_node. */
extern "C" {
#define toml toml_node
#include "base/toml.h"
#undef toml

#include "base/str.h"
}

namespace
{

/* Of one dotted key or table header. */
constexpr size_t max_dots = 128;

struct document {
	struct arena *arena;
	const char *name;
	const char *text;
	size_t n;
	std::vector<size_t> starts;      /* of each line */
	std::vector<const char *> lines; /* made when first asked for */

	document(struct arena *arena_, const char *name_, const char *text_, size_t n_)
	    : arena(arena_), name(arena_strdup(arena_, name_)), text(text_), n(n_)
	{
		starts.push_back(0);
		for (size_t i = 0; i < n; i++)
			if (text[i] == '\n')
				starts.push_back(i + 1);
		lines.resize(starts.size());
	}

	const char *
	line(size_t row)
	{
		size_t from, to;

		if (row == 0 || row > starts.size())
			return nullptr;
		if (lines[row - 1])
			return lines[row - 1];
		from = starts[row - 1];
		to = row < starts.size() ? starts[row] - 1 : n;
		if (row == 1 && n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
			from = 3; /* the byte order mark is in no column */
		if (to > from && text[to - 1] == '\r')
			to--;
		return lines[row - 1] = arena_strndup(arena, text + from, to - from);
	}

	struct pos
	place(const toml::source_region &region)
	{
		struct pos at = {};

		at.file = name;
		at.row = region.begin.line;
		at.column = region.begin.column;
		at.line = line(at.row);
		at.width = 1;
		if (region.end.line == region.begin.line && region.end.column > at.column)
			at.width = region.end.column - at.column;
		else if (region.end.line > region.begin.line && at.line)
			at.width = rest_of(at.line, at.column);
		return at;
	}

	struct pos
	place_of_byte(size_t offset)
	{
		auto after = std::upper_bound(starts.begin(), starts.end(), offset);
		toml::source_region region = {};

		region.begin.line = static_cast<toml::source_index>(after - starts.begin());
		region.begin.column = columns(text + after[-1], text + offset) + 1;
		return place(region);
	}

	static uint32_t
	columns(const char *from, const char *to)
	{
		return std::count_if(from, to,
			[](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
	}

	/* A token of several lines is marked to the end of its first. */
	static uint32_t
	rest_of(const char *line, uint32_t column)
	{
		uint32_t end = columns(line, line + strlen(line)) + 1;

		return end > column ? end - column : 1;
	}
};

/*
 * Finds a key with too many dots. Strings and comments are skipped by TOML's rules; where the
 * document breaks them, toml++ stops there and never sees what this made of the rest.
 */
class dot_counter
{
      public:
	dot_counter(const char *text, size_t n) : p(text), end(text + n)
	{
	}

	/* Where the limit is passed, nullptr: nowhere. */
	const char *
	find()
	{
		size_t dots = 0;

		while (p < end) {
			char c = *p;

			if (c == '"' || c == '\'') {
				skip_string(c);
				continue;
			}
			if (c == '#')
				p = find_or_end('\n');
			else if (c == '.' && ++dots > max_dots)
				return p;
			else if (strchr("\n=,[]{}", c))
				dots = 0;
			if (p < end)
				p++;
		}
		return nullptr;
	}

      private:
	const char *p, *end;

	const char *
	find_or_end(char c)
	{
		auto found = static_cast<const char *>(memchr(p, c, end - p));

		return found ? found : end;
	}

	bool
	is_triple(char quote) const
	{
		return end - p >= 3 && p[0] == quote && p[1] == quote && p[2] == quote;
	}

	void
	skip_string(char quote)
	{
		bool triple = is_triple(quote);

		p += triple ? 3 : 1;
		for (; p < end; p++) {
			if (*p == '\\' && quote == '"')
				p++;
			else if (triple ? is_triple(quote) : *p == quote || *p == '\n')
				break;
			if (p >= end)
				break;
		}
		p = std::min(p + (triple ? 3 : 1), end);
		/* Up to two quotes may stand before the closing three. */
		while (triple && p < end && *p == quote)
			p++;
	}
};

const char *
date_text(struct arena *arena, const toml::date &date)
{
	return arena_printf(arena, "%04u-%02u-%02u", unsigned(date.year), unsigned(date.month),
		unsigned(date.day));
}

const char *
time_text(struct arena *arena, const toml::time &time)
{
	char *text = arena_printf(arena, "%02u:%02u:%02u.%09u", unsigned(time.hour),
		unsigned(time.minute), unsigned(time.second), unsigned(time.nanosecond));
	size_t n = strlen(text);

	while (time.nanosecond && text[n - 1] == '0')
		text[--n] = '\0';
	if (!time.nanosecond)
		text[n - 10] = '\0';
	return text;
}

const char *
date_time_text(struct arena *arena, const toml::date_time &value)
{
	int minutes = value.offset ? value.offset->minutes : 0;
	char offset[16] = "";

	if (value.offset && minutes == 0)
		strcpy(offset, "Z");
	else if (value.offset)
		snprintf(offset, sizeof offset, "%c%02d:%02d", minutes < 0 ? '-' : '+',
			abs(minutes) / 60, abs(minutes) % 60);
	return arena_printf(arena, "%sT%s%s", date_text(arena, value.date),
		time_text(arena, value.time), offset);
}

void
set_scalar(toml_node *out, struct arena *arena, const toml::node &node)
{
	if (auto text = node.as_string()) {
		out->kind = TOML_STRING;
		out->text = arena_strndup(arena, text->get().data(), text->get().size());
		out->n = text->get().size();
	} else if (auto integer = node.as_integer()) {
		out->kind = TOML_INTEGER;
		out->integer = integer->get();
		out->number = static_cast<double>(integer->get());
	} else if (auto number = node.as_floating_point()) {
		out->kind = TOML_FLOAT;
		out->number = number->get();
	} else if (auto truth = node.as_boolean()) {
		out->kind = TOML_BOOL;
		out->truth = truth->get();
	} else if (auto date = node.as_date()) {
		out->kind = TOML_DATE;
		out->text = date_text(arena, date->get());
	} else if (auto time = node.as_time()) {
		out->kind = TOML_TIME;
		out->text = time_text(arena, time->get());
	} else if (auto both = node.as_date_time()) {
		out->kind = both->get().offset ? TOML_DATETIME : TOML_DATETIME_LOCAL;
		out->text = date_time_text(arena, both->get());
	}
	if (out->text && out->kind != TOML_STRING)
		out->n = strlen(out->text);
}

using entry = std::pair<const toml::key *, const toml::node *>;

std::vector<entry>
in_file_order(const toml::table &table)
{
	std::vector<entry> entries;

	for (auto it = table.cbegin(); it != table.cend(); ++it)
		entries.emplace_back(&it->first, &it->second);
	std::stable_sort(entries.begin(), entries.end(), [](const entry &a, const entry &b) {
		return a.first->source().begin < b.first->source().begin;
	});
	return entries;
}

toml_node *build(document &doc, const toml::node &node, toml_node *parent);

void
build_table(document &doc, toml_node *out, const toml::table &table)
{
	toml_node **place = &out->first;

	out->kind = TOML_TABLE;
	for (const auto &[key, value] : in_file_order(table)) {
		toml_node *child = build(doc, *value, out);

		child->key = arena_strndup(doc.arena, key->data(), key->length());
		child->n_key = key->length();
		child->key_at = doc.place(key->source());
		*place = child;
		place = &child->next;
		out->n++;
	}
}

void
build_array(document &doc, toml_node *out, const toml::array &array)
{
	toml_node **place = &out->first;

	out->kind = TOML_ARRAY;
	for (const auto &element : array) {
		*place = build(doc, element, out);
		place = &(*place)->next;
		out->n++;
	}
}

toml_node *
build(document &doc, const toml::node &node, toml_node *parent)
{
	auto out = static_cast<toml_node *>(arena_alloc(doc.arena, sizeof(toml_node)));

	out->at = doc.place(node.source());
	out->parent = parent;
	if (auto table = node.as_table())
		build_table(doc, out, *table);
	else if (auto array = node.as_array())
		build_array(doc, out, *array);
	else
		set_scalar(out, doc.arena, node);
	return out;
}

/* toml++ notices bad UTF-8 while it reads ahead and names a place before it. */
int
check_utf8(document &doc, struct err *err)
{
	size_t len;

	for (size_t i = 0; i < doc.n; i += len) {
		len = utf8_len(doc.text + i, doc.n - i);
		if (!len)
			return err_at(err, doc.place_of_byte(i), "invalid UTF-8: byte 0x%02x",
				static_cast<unsigned char>(doc.text[i]));
	}
	return 0;
}

/* toml++ says "Error while parsing X: Y"; what went wrong comes first here. */
int
report(document &doc, const toml::parse_error &error, struct err *err)
{
	static const std::string prefix = "Error while parsing ";
	std::string text(error.description());
	size_t colon = text.find(": "), macro = text.find(" (TOML_");

	if (macro != std::string::npos)
		text.erase(macro, text.find(')', macro) + 1 - macro);

	if (text.compare(0, prefix.size(), prefix) == 0 && colon != std::string::npos)
		text = text.substr(colon + 2) + " (in a" +
		       (strchr("aeiou", text[prefix.size()]) ? "n " : " ") +
		       text.substr(prefix.size(), colon - prefix.size()) + ")";
	else if (!text.empty())
		text[0] = static_cast<char>(tolower(static_cast<unsigned char>(text[0])));
	return err_at(err, doc.place(error.source()), "%s", text.c_str());
}

} // namespace

int
toml_parse(toml_node **out, struct arena *arena, const char *name, const char *text, size_t n,
	struct err *err)
{
	document doc(arena, name, text ? text : "", n);
	std::string_view view(doc.text, n);

	if (check_utf8(doc, err) < 0)
		return -1;
	if (const char *dot = dot_counter(doc.text, n).find())
		return err_at(err, doc.place_of_byte(dot - doc.text),
			"a key of more than %zu parts", max_dots);
	try {
		toml::table root = toml::parse(view, std::string_view{});

		*out = build(doc, root, nullptr);
		return 0;
	} catch (const toml::parse_error &e) {
		return report(doc, e, err);
	}
}

const toml_node *
toml_get(const toml_node *table, const char *key)
{
	if (!table || table->kind != TOML_TABLE)
		return nullptr;
	for (const toml_node *child = table->first; child; child = child->next)
		if (strcmp(child->key, key) == 0 && child->n_key == strlen(key))
			return child;
	return nullptr;
}

const char *
toml_kind_name(enum toml_kind kind)
{
	static const char *const names[] = { "table", "array", "string", "integer", "float",
		"boolean", "date and time", "local date and time", "date", "time" };

	return names[kind];
}
