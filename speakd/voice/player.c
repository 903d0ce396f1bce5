/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/voice/player.h"

#include <string.h>

#include "core/clock.h"
#include "core/mem.h"

enum {
	SILENCE_FRAMES = 1024,
	GAIN_ONE = 256,
	POLL_LEAST_MS = 1,
	STALL_TELL_MS = 3000,
	STALL_GIVE_UP_MS = 30000,
};

static uint64_t frames_of(const struct player *player, uint64_t ms)
{
	return player->format.rate_hz * ms / 1000;
}

static uint64_t made(const struct player *player)
{
	return player->written + player->count;
}

/* ---- parts --------------------------------------------------------------- */

static struct player_part *last_part(struct player *player)
{
	return &player->parts[player->part_count - 1];
}

static void part_fini(struct player_part *part)
{
	free(part->failure);
	free(part->marks);
	*part = (struct player_part){ 0 };
}

static void drop_parts(struct player *player)
{
	for (size_t i = 0; i < player->part_count; i++)
		part_fini(&player->parts[i]);
	player->part_count = 0;
}

static void tell(struct player *player, uint32_t kind, uint64_t value)
{
	control_tell(player->control,
		     (struct voice_event){ .kind = kind,
					   .id = player->parts[0].id,
					   .value = value },
		     NULL);
}

static void tell_end(struct player *player)
{
	struct player_part *part = &player->parts[0];
	uint64_t frames = part->to - part->from;
	uint64_t rate_hz = player->format.rate_hz;
	uint64_t id = part->id;

	if (part->failure != NULL)
		control_tell(
			player->control,
			(struct voice_event){ .kind = VOICE_FAILED, .id = id },
			part->failure);
	else
		control_tell(player->control,
			     (struct voice_event){
				     .kind = VOICE_END,
				     .id = id,
				     .audio_ms = rate_hz > 0 ? frames * 1000 /
								       rate_hz
							     : 0 },
			     NULL);
	part_fini(part);
	player->part_count--;
	memmove(part, part + 1, player->part_count * sizeof(*part));
	memset(&player->parts[player->part_count], 0, sizeof(*part));
	player->ended(player->data, id);
}

static void tell_marks(struct player *player, struct player_part *part)
{
	while (part->next_mark < part->mark_count &&
	       part->from + part->marks[part->next_mark].at <= player->heard)
		tell(player, VOICE_MARK,
		     part->marks[part->next_mark++].offset_bytes);
}

static int left_of(const struct player_part *part, uint64_t ms)
{
	uint64_t gone_ms = clock_ms() - part->opened_ms;

	return gone_ms < ms ? (int)(ms - gone_ms) : 0;
}

/* How long a text without sound has still to wait for its END. */
static int blank_ms(const struct player_part *part)
{
	return part->has_sound || part->failure != NULL
		       ? 0
		       : left_of(part, PLAYER_BLANK_MS);
}

/* How long a sound has still to wait for its BEGIN. */
static int early_ms(const struct player *player, const struct player_part *part)
{
	return part->begun || player->kind->is_timeless
		       ? 0
		       : left_of(part, PLAYER_BEGIN_MS);
}

/* What the position has passed, in order. */
static enum sink_result tell_heard(struct player *player)
{
	while (player->part_count > 0) {
		struct player_part *part = &player->parts[0];

		if (part->has_sound && early_ms(player, part) > 0)
			return SINK_OK;
		if (part->has_sound && !part->begun &&
		    (player->heard > part->from ||
		     (!part->open && player->heard >= part->to))) {
			part->begun = true;
			tell(player, VOICE_BEGIN, 0);
		}
		if (part->begun)
			tell_marks(player, part);
		if (part->open ||
		    (part->has_sound && player->heard < part->to) ||
		    blank_ms(part) > 0)
			return SINK_OK;
		player->end_ms = clock_ms();
		if (player->kind->settle != NULL && part->has_sound) {
			enum sink_result result =
				player->kind->settle(player->sink, &player->e);

			if (result != SINK_OK)
				return result;
		}
		tell_end(player);
	}
	return SINK_OK;
}

/* ---- frames -------------------------------------------------------------- */

static size_t channels(const struct player *player)
{
	return player->format.channels;
}

static int16_t *frame_at(struct player *player, size_t frame)
{
	return player->waiting + frame * channels(player);
}

/* Room for more frames behind those that wait. */
static void reserve(struct player *player, size_t more)
{
	size_t need = player->count + more;

	if (player->first > 0) {
		memmove(player->waiting, frame_at(player, player->first),
			player->count * channels(player) *
				sizeof(*player->waiting));
		player->first = 0;
	}
	if (need <= player->room)
		return;
	player->room = need + need / 2;
	player->waiting = mem_resize(player->waiting,
				     player->room * SINK_CHANNELS_MAX,
				     sizeof(*player->waiting));
}

static void add_silence(struct player *player, uint64_t frames)
{
	if (frames == 0)
		return;
	reserve(player, (size_t)frames);
	memset(frame_at(player, player->count), 0,
	       (size_t)frames * channels(player) * sizeof(*player->waiting));
	player->count += (size_t)frames;
}

static enum sink_result write_some(struct player *player,
				   const int16_t *samples, size_t count,
				   size_t *ret)
{
	enum sink_result result = player->kind->write(player->sink, samples,
						      count, ret, &player->e);

	if (result == SINK_OK)
		player->written += *ret;
	return result;
}

static enum sink_result write_waiting(struct player *player)
{
	enum sink_result result = SINK_OK;

	while (player->count > 0 && result == SINK_OK) {
		size_t n = 0;

		result = write_some(player, frame_at(player, player->first),
				    player->count, &n);
		player->first += n;
		player->count -= n;
		if (n == 0)
			break;
	}
	if (player->count == 0)
		player->first = 0;
	return result;
}

/* How much silence the stream is to be given; SIZE_MAX: all it takes. */
static size_t silence_wanted(const struct player *player)
{
	uint64_t most = frames_of(player,
				  player->kind->silence_ms(player->sink));
	uint64_t ahead = most > 0 ? player->kind->queued(player->sink) : 0;

	if (most == 0)
		return SIZE_MAX;
	return ahead < most ? (size_t)(most - ahead) : 0;
}

/*
 * The stream runs on while nothing is said. Asked once how much: a device that
 * takes everything at once (ALSA's file and null) would be given it for ever.
 */
static enum sink_result write_silence(struct player *player)
{
	static const int16_t silence[SILENCE_FRAMES * SINK_CHANNELS_MAX];
	enum sink_result result = SINK_OK;
	size_t left = player->count == 0 ? silence_wanted(player) : 0;

	while (result == SINK_OK && left > 0) {
		size_t want = min_size(left, SILENCE_FRAMES), n = 0;

		result = write_some(player, silence, want, &n);
		left -= n;
		if (n < want)
			break;
	}
	return result;
}

static bool is_open_and_empty(const struct player *player)
{
	return player->part_count > 0 && player->count == 0 &&
	       player->parts[player->part_count - 1].open &&
	       player->parts[player->part_count - 1].has_sound;
}

static void see_position(struct player *player)
{
	uint64_t delay = player->kind->delay(player->sink);
	uint64_t heard = player->written > delay ? player->written - delay : 0;

	if (heard > player->heard) {
		player->heard = heard;
		player->moved_ms = clock_ms();
	}
}

/* Everything is written, and nothing moves: the device has gone, or hangs. */
static enum sink_result see_to_stall(struct player *player)
{
	uint64_t since_ms = clock_ms() - player->moved_ms;

	if (player->part_count == 0 || !player->parts[0].has_sound ||
	    player->count > 0 || is_open_and_empty(player) ||
	    since_ms < STALL_TELL_MS)
		return SINK_OK;
	if (since_ms < STALL_GIVE_UP_MS) {
		control_device(player->control, false,
			       "the sound system does not go on");
		return SINK_OK;
	}
	err_say(&player->e, EIO, "the sound system does not go on");
	return SINK_LOST;
}

enum sink_result player_pump(struct player *player)
{
	enum sink_result result = SINK_OK;

	if (player->format.rate_hz == 0)
		return tell_heard(player);
	result = write_waiting(player);
	/* Not into the middle of what a slow maker has still to give. */
	if (result == SINK_OK && player->kind->runs &&
	    !is_open_and_empty(player))
		result = write_silence(player);
	if (result != SINK_OK)
		return result;
	see_position(player);
	result = tell_heard(player);
	return result == SINK_OK ? see_to_stall(player) : result;
}

/* ---- making -------------------------------------------------------------- */

void player_init(struct player *player, struct control *keep_control,
		 const struct sink_kind *kind, struct sink *keep_sink,
		 player_ended_fn *ended, player_attend_fn *attend,
		 void *keep_data)
{
	*player = (struct player){ .control = keep_control,
				   .kind = kind,
				   .sink = keep_sink,
				   .ended = ended,
				   .attend = attend,
				   .data = keep_data };
}

void player_fini(struct player *player)
{
	drop_parts(player);
	free(player->waiting);
	*player = (struct player){ 0 };
}

/* The ear places what is louder on one side; the sum of both stays. */
static void set_gain(struct player_part *part, int place)
{
	if (place < -100)
		place = -100;
	if (place > 100)
		place = 100;
	part->gain[0] = place <= 0 ? GAIN_ONE
				   : GAIN_ONE - GAIN_ONE * place / 100;
	part->gain[1] = place >= 0 ? GAIN_ONE
				   : GAIN_ONE + GAIN_ONE * place / 100;
}

void player_open(struct player *player, uint64_t id, int place)
{
	struct player_part *part = &player->parts[player->part_count++];

	*part = (struct player_part){ .id = id,
				      .open = true,
				      .opened_ms = clock_ms() };
	part->from = part->to = made(player);
	set_gain(part, place);
}

/* Another format is another stream: what is written is heard out before. */
static enum sink_result hear_out(struct player *player)
{
	while (player->part_count > 1 || player->count > 0) {
		enum sink_result result = player_pump(player);

		if (result != SINK_OK)
			return result;
		if (player->part_count <= 1 && player->count == 0)
			break;
		if (player_wait(player, NULL, 0, SINK_PERIOD_MS) < 0 &&
		    player->attend(player->data))
			return SINK_STOPPED;
	}
	return SINK_OK;
}

static enum sink_result start(struct player *player, unsigned rate_hz)
{
	struct sink_format format = player->format;
	enum sink_result result = SINK_OK;
	bool fresh = player->format.rate_hz == 0;

	if (!fresh && format.rate_hz != rate_hz) {
		result = hear_out(player);
		fresh = true;
	}
	format.rate_hz = rate_hz;
	if (result == SINK_OK)
		result = player->kind->start(player->sink, &format, &player->e);
	if (result != SINK_OK)
		return result;
	control_device(player->control, true, "sound is back");
	if (!fresh)
		return SINK_OK;
	player->format = format;
	player->first = player->count = 0;
	player->written = player->heard = player->sound_end = 0;
	player->had_sound = player->had_sound && player->kind->is_timeless;
	return SINK_OK;
}

/* Silence that is written and not yet heard makes room for sound. */
static void take_silence_back(struct player *player, uint64_t from)
{
	uint64_t least = player->heard + frames_of(player, PLAYER_MARGIN_MS);

	if (player->count > 0 || player->kind->rewind == NULL)
		return;
	if (from < least)
		from = least;
	if (player->written > from)
		player->written -= player->kind->rewind(
			player->sink, (size_t)(player->written - from), true);
}

/* How many frames of the gap the clock has not yet made. */
static uint64_t gap_by_clock(const struct player *player, unsigned gap_ms)
{
	uint64_t gone_ms = clock_ms() - player->end_ms;

	if (player->kind->is_timeless || player->part_count > 1)
		return frames_of(player, gap_ms);
	return gone_ms < gap_ms ? frames_of(player, gap_ms - gone_ms) : 0;
}

enum sink_result player_begin(struct player *player, unsigned rate_hz,
			      unsigned gap_ms, unsigned lead_in_ms)
{
	enum sink_result result = start(player, rate_hz);
	struct player_part *part;
	uint64_t from;

	if (result != SINK_OK)
		return result;
	part = last_part(player);
	see_position(player);
	if (made(player) == 0)
		add_silence(player, frames_of(player, lead_in_ms));
	else if (player->had_sound && !player->kind->runs)
		add_silence(player, gap_by_clock(player, gap_ms));
	if (player->kind->runs) {
		from = player->had_sound
			       ? player->sound_end + frames_of(player, gap_ms)
			       : made(player);
		if (player->had_sound || player->written > 0)
			take_silence_back(player, player->had_sound ? from : 0);
		if (made(player) < from && player->had_sound)
			add_silence(player, from - made(player));
	}
	part->from = part->to = made(player);
	part->has_sound = true;
	player->moved_ms = clock_ms();
	return SINK_OK;
}

/* Wait until not too much waits in front of the sink. */
static enum sink_result make_room(struct player *player)
{
	uint64_t most = frames_of(player, PLAYER_AHEAD_MS);

	for (;;) {
		enum sink_result result = player_pump(player);

		if (result != SINK_OK)
			return result;
		if (player->count <= most)
			return SINK_OK;
		if (player_wait(player, NULL, 0, CONTROL_FOREVER_MS) < 0 &&
		    player->attend(player->data))
			return SINK_STOPPED;
	}
}

enum sink_result player_add(struct player *player, const int16_t *samples,
			    size_t count)
{
	struct player_part *part = last_part(player);
	int16_t *to;

	reserve(player, count);
	to = frame_at(player, player->count);
	if (channels(player) == 1)
		memcpy(to, samples, count * sizeof(*samples));
	else
		for (size_t i = 0; i < count; i++)
			for (size_t c = 0; c < channels(player); c++)
				*to++ = (int16_t)(samples[i] * part->gain[c] /
						  GAIN_ONE);
	player->count += count;
	part->to += count;
	return make_room(player);
}

void player_mark(struct player *player, uint64_t frames, size_t offset_bytes)
{
	struct player_part *part = last_part(player);

	if (part->mark_count == part->mark_room) {
		part->mark_room = part->mark_room * 2 + 16;
		part->marks = mem_resize(part->marks, part->mark_room,
					 sizeof(*part->marks));
	}
	part->marks[part->mark_count++] = (struct player_mark){
		.at = frames,
		.offset_bytes = offset_bytes,
	};
}

void player_close(struct player *player, char *take_failure)
{
	struct player_part *part = last_part(player);

	part->open = false;
	part->failure = take_failure;
	if (!part->has_sound)
		return;
	player->sound_end = part->to;
	player->had_sound = true;
}

/* ---- waiting ------------------------------------------------------------- */

/* The position that is to be reported next; 0: none. */
static uint64_t next_position(const struct player *player)
{
	const struct player_part *part = &player->parts[0];

	if (player->part_count == 0 || !part->has_sound)
		return 0;
	if (!part->begun)
		return part->from + 1;
	if (part->next_mark < part->mark_count)
		return part->from + part->marks[part->next_mark].at;
	return part->open ? 0 : part->to;
}

static int ms_of(const struct player *player, uint64_t frames)
{
	return (int)(frames * 1000 / player->format.rate_hz) + POLL_LEAST_MS;
}

static int sooner(int a_ms, int b_ms)
{
	if (a_ms < 0)
		return b_ms;
	return b_ms < 0 || a_ms < b_ms ? a_ms : b_ms;
}

static int next_ms(const struct player *player)
{
	uint64_t at = next_position(player);

	if (at == 0)
		return CONTROL_FOREVER_MS;
	if (at <= player->heard && early_ms(player, &player->parts[0]) > 0)
		return early_ms(player, &player->parts[0]);
	return at > player->heard ? ms_of(player, at - player->heard)
				  : POLL_LEAST_MS;
}

/* Where only so much silence is kept, room alone is no reason to wake up. */
static int silence_ms(const struct player *player)
{
	uint64_t half =
		frames_of(player, player->kind->silence_ms(player->sink)) / 2;
	uint64_t ahead = player->kind->queued(player->sink);

	return ms_of(player, ahead > 2 * half ? ahead - half : half);
}

int player_wait(struct player *player, struct pollfd *fds, size_t count,
		int timeout_ms)
{
	bool for_room = player->count > 0;

	if (player->part_count > 0 && !player->parts[0].open &&
	    blank_ms(&player->parts[0]) > 0)
		timeout_ms = sooner(blank_ms(&player->parts[0]), timeout_ms);
	if (player->format.rate_hz == 0)
		return control_wait(player->control, fds, count, timeout_ms);
	timeout_ms = sooner(next_ms(player), timeout_ms);
	/* Silence that must not end is given when it can be. */
	if (!for_room && player->kind->runs && !is_open_and_empty(player)) {
		for_room = player->kind->silence_ms(player->sink) == 0;
		if (!for_room)
			timeout_ms = sooner(silence_ms(player), timeout_ms);
	}
	return player->kind->wait(player->sink, fds, count, for_room,
				  timeout_ms);
}

unsigned player_left_ms(const struct player *player)
{
	uint64_t end = player->part_count > 0
			       ? player->parts[player->part_count - 1].to
			       : 0;

	if (end <= player->heard || player->format.rate_hz == 0)
		return 0;
	return (unsigned)((end - player->heard) * 1000 /
			  player->format.rate_hz);
}

/* ---- stopping ------------------------------------------------------------ */

/* Nothing is heard from here on, or as near to it as the sink can. */
static void cut_off(struct player *player, uint64_t from, bool for_sound)
{
	uint64_t least = player->heard + frames_of(player, PLAYER_MARGIN_MS);
	size_t back = 0;

	if (from < least)
		from = least;
	if (made(player) <= from)
		return;
	if (player->written <= from) {
		player->count = (size_t)(from - player->written);
		return;
	}
	player->first = player->count = 0;
	if (player->kind->rewind != NULL)
		back = player->kind->rewind(player->sink,
					    (size_t)(player->written - from),
					    for_sound);
	player->written -= back;
	if (back == 0 && player->part_count == 0) {
		player->kind->stop(player->sink);
		player->heard = player->written;
	}
}

void player_stop(struct player *player)
{
	drop_parts(player);
	if (player->format.rate_hz == 0)
		return;
	see_position(player);
	/* No sound follows before begin has asked where it can be put. */
	cut_off(player, 0, false);
	/* What was cut off needs no pause after it. */
	player->had_sound = false;
	player->sound_end = made(player);
	(void)player_pump(player);
}

bool player_retract(struct player *player, uint64_t id)
{
	struct player_part *part;

	if (player->part_count < 2 || last_part(player)->id != id)
		return false;
	part = last_part(player);
	if (part->has_sound) {
		see_position(player);
		cut_off(player, part->from, true);
	}
	part_fini(part);
	player->part_count--;
	player->sound_end = player->parts[0].to;
	return true;
}

void player_forget(struct player *player)
{
	drop_parts(player);
	player->format.rate_hz = 0;
	player->first = player->count = 0;
	player->had_sound = false;
}

void player_idle(struct player *player)
{
	if (player->kind->is_timeless)
		return;
	player->kind->idle(player->sink);
	if (player->kind->runs)
		player_forget(player);
}
