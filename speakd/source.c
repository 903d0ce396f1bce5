#include "speakd/source.h"

#include "core/clock.h"
#include "core/mem.h"
#include "core/text.h"

struct source {
	const struct settings *settings;
	bool live;
	source_say_fn *say;
	void *data;
	struct message_detector detector;
	struct wording *wording;
	struct buf clean;
};

struct source *source_new(const struct settings *keep_settings, bool live,
			  source_say_fn *say, void *keep_data)
{
	struct source *source = mem_new(sizeof(*source));

	source->live = live;
	source->say = say;
	source->data = keep_data;
	source_configure(source, keep_settings);
	return source;
}

void source_free(struct source *source)
{
	if (source == NULL)
		return;
	wording_free(source->wording);
	buf_fini(&source->clean);
	free(source);
}

void source_configure(struct source *source,
		      const struct settings *keep_settings)
{
	source->settings = keep_settings;
	wording_free(source->wording);
	source->wording = wording_new(&keep_settings->wording);
}

static void parse(struct source *source, struct span line,
		  struct message *message)
{
	enum message_format format = source->settings->format;

	if (format == FORMAT_AUTO)
		message_detect(&source->detector, line.text, line.len_bytes,
			       message);
	else
		(void)message_parse(format, line.text, line.len_bytes, message);
}

void source_line(struct source *source, const char *line, size_t len_bytes,
		 bool cut)
{
	struct span whole = { line, len_bytes };
	struct message message;

	if (!text_is_plain(line, len_bytes)) {
		buf_clear(&source->clean);
		text_repair(&source->clean, line, len_bytes);
		whole = span_of(buf_text(&source->clean),
				source->clean.len_bytes);
	}
	parse(source, whole, &message);
	wording_message(
		source->wording, &message, whole, cut,
		source->settings->line_rules, source->settings->file_rules,
		source->live ? clock_ms() : 0, source->say, source->data);
}
