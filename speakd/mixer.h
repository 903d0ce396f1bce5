/*
 * mixer.h - who speaks next: SSIP's five classes and the lines of all sources.
 *
 *	important ─▶ message ─▶ text ─▶ lines ─▶ notification ─▶ progress
 *
 * A new message makes room for itself as SSIP says (speech-dispatcher's
 * documentation, "Message Priority Model"): it drops what is worth less, stops
 * what is being said, or is dropped itself. Lines are nobody's echo: a message
 * interrupts a line, and the sentence that was cut off is said again behind it.
 *
 * One thing is said at a time: mixer_next() gives a phrase to the voice, whose
 * progress is told to mixer_begun(), mixer_word() and mixer_ended().
 *
 * Pure: no I/O, no clock.
 */
#ifndef SPEAKD_MIXER_H
#define SPEAKD_MIXER_H

#include "speakd/phrase.h"
#include "speakd/queue.h"

enum speech_class {
	CLASS_IMPORTANT,
	CLASS_MESSAGE,
	CLASS_TEXT,
	CLASS_NOTIFICATION,
	CLASS_PROGRESS,
	CLASS_COUNT
};

/* SSIP's events are 700 + these; a client asks for a mask of 1 << them. */
enum mixer_event {
	EVENT_MARK,
	EVENT_BEGIN,
	EVENT_END,
	EVENT_CANCEL,
	EVENT_PAUSE,
	EVENT_RESUME
};

/* What became of a phrase or message. */
enum fate {
	FATE_WAITING,
	FATE_SAYING,
	FATE_SAID,
	FATE_STOPPED, /* it had begun */
	FATE_CANCELED, /* it had not */
	FATE_SKIPPED, /* to catch up */
	FATE_MUTED,
	FATE_FAILED, /* the voice could not */
	FATE_COUNT
};

enum {
	MIXER_LINES = 0, /* the client number of all line sources */
	MIXER_ALL = -1,
	/* A longer text is given to the voice in parts, cut at a sentence. */
	MIXER_PART_BYTES = 2048,
	/*
	 * What may wait of one client, and of all, those gone included: the
	 * next message is refused.
	 */
	MIXER_CLIENT_MESSAGES = 1000,
	MIXER_CLIENT_BYTES = 2 << 20,
	MIXER_ALL_MESSAGES = 10000,
	MIXER_ALL_BYTES = 32 << 20,
};

struct mark {
	size_t offset_bytes;
	char *name; /* owned */
};

/* One message of an SSIP client. */
struct utterance {
	uint64_t id;
	int client; /* > 0 */
	enum speech_class class;
	uint64_t block; /* messages of one block belong together; 0: none */
	unsigned notify; /* mask of 1 << enum mixer_event */
	unsigned pause_context; /* sentences to go back when resumed */
	struct phrase *phrase; /* owned: the whole text, and how it sounds */
	struct mark *marks; /* owned, by offset */
	size_t mark_count;

	/* The mixer's own. */
	size_t text_bytes, at_bytes, part_bytes, next_mark;
	bool begun, paused;
	struct utterance *next;
};

/* take_phrase becomes the utterance's. */
struct utterance *utterance_new(struct phrase *take_phrase) MUST_CHECK;
void utterance_free(struct utterance *utterance);

struct mixer_handler {
	/* Borrowed for the call; mark is NULL but for EVENT_MARK. */
	void (*event)(void *data, const struct utterance *utterance,
		      enum mixer_event event, const char *mark);
	/* A line or message met its fate (never FATE_WAITING). */
	void (*fate)(void *data, const struct phrase *phrase, enum fate fate);
	/* What is being said must stop; mixer_ended() follows. */
	void (*stop)(void *data);
	void *data;
};

struct mixer;

struct mixer *mixer_new(const struct queue_config *config,
			const struct mixer_handler *handler) MUST_CHECK;
void mixer_free(struct mixer *mixer);
void mixer_configure(struct mixer *mixer, const struct queue_config *config);

/* A line; its phrase has an id. catch_up as in queue_push(). */
void mixer_add_line(struct mixer *mixer, struct phrase *take_phrase,
		    bool catch_up);
/* A message; its phrase has the same id. It may be dropped at once. */
void mixer_add(struct mixer *mixer, struct utterance *take_utterance);

/* What to say now, the caller's; NULL: nothing, or something is being said. */
struct phrase *mixer_next(struct mixer *mixer) MUST_CHECK;

/* What the voice does with it. offset_bytes: in the phrase's text. */
void mixer_begun(struct mixer *mixer, const struct phrase *phrase);
void mixer_word(struct mixer *mixer, size_t offset_bytes);
void mixer_ended(struct mixer *mixer, const struct phrase *phrase, bool stopped,
		 bool failed);

/*
 * SSIP's STOP, CANCEL, PAUSE and RESUME for one client, MIXER_LINES or
 * MIXER_ALL. STOP ends what is being said, CANCEL also what waits.
 */
void mixer_stop(struct mixer *mixer, int client);
void mixer_cancel(struct mixer *mixer, int client);
void mixer_pause(struct mixer *mixer, int client);
void mixer_resume(struct mixer *mixer, int client);

/* A client is gone: nothing but its messages is remembered of it. */
void mixer_forget(struct mixer *mixer, int client);

/* Drop the waiting lines that choose() picks, with a fate. */
void mixer_drop_lines(struct mixer *mixer, queue_choose_fn *choose, void *data,
		      enum fate fate);

bool mixer_is_empty(const struct mixer *mixer);
bool mixer_lines_full(const struct mixer *mixer);
bool mixer_is_paused(const struct mixer *mixer, int client);
/* Messages of a client that wait or are being said. */
size_t mixer_messages(const struct mixer *mixer, int client);
/* Whether a message of so many bytes still finds room. */
bool mixer_has_room(const struct mixer *mixer, int client, size_t text_bytes);
/* The client whose message is being said, MIXER_LINES, or -1: none. */
int mixer_saying(const struct mixer *mixer);
/* Lines that wait, and their time. */
const struct queue *mixer_lines(const struct mixer *mixer);

#endif
