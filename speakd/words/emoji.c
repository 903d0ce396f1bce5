/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * emoji.c - pictures have names: "grinning face", "flag D E", "smile" for :).
 *
 * Code points from Unicode 15's emoji charts; the wording is our own, short.
 */
#include "core/text.h"
#include "speakd/words/clean.h"
#include "speakd/words/word_rules.h"
#include "speakd/words/wording.h"

/* Sorted by code point. */
/* clang-format off */
static const struct {
	int32_t code;
	const char *name;
} names[] = {
	{ 0x203c, "double exclamation mark" },
	{ 0x2049, "exclamation question mark" },
	{ 0x2122, "trade mark" },
	{ 0x2139, "information" },
	{ 0x2190, "left arrow" },
	{ 0x2191, "up arrow" },
	{ 0x2192, "right arrow" },
	{ 0x2193, "down arrow" },
	{ 0x2194, "left right arrow" },
	{ 0x231a, "watch" },
	{ 0x231b, "hourglass" },
	{ 0x2328, "keyboard" },
	{ 0x23e9, "fast forward" },
	{ 0x23ea, "rewind" },
	{ 0x23f0, "alarm clock" },
	{ 0x23f3, "running hourglass" },
	{ 0x23f8, "pause" },
	{ 0x25b6, "play" },
	{ 0x2600, "sun" },
	{ 0x2601, "cloud" },
	{ 0x2603, "snowman" },
	{ 0x260e, "telephone" },
	{ 0x2611, "ticked box" },
	{ 0x2614, "umbrella in rain" },
	{ 0x2615, "hot drink" },
	{ 0x261d, "finger up" },
	{ 0x2620, "skull and crossbones" },
	{ 0x2622, "radioactive" },
	{ 0x262e, "peace" },
	{ 0x2639, "frowning face" },
	{ 0x263a, "smiling face" },
	{ 0x2640, "female sign" },
	{ 0x2642, "male sign" },
	{ 0x2660, "spade" },
	{ 0x2663, "club" },
	{ 0x2665, "heart" },
	{ 0x2666, "diamond" },
	{ 0x267b, "recycling" },
	{ 0x267f, "wheelchair" },
	{ 0x2692, "hammer and pick" },
	{ 0x2693, "anchor" },
	{ 0x2694, "crossed swords" },
	{ 0x2699, "gear" },
	{ 0x269b, "atom" },
	{ 0x26a0, "warning" },
	{ 0x26a1, "lightning" },
	{ 0x26bd, "football" },
	{ 0x26c4, "snowman" },
	{ 0x26d4, "no entry" },
	{ 0x26f5, "sailboat" },
	{ 0x2702, "scissors" },
	{ 0x2705, "green tick" },
	{ 0x2708, "aeroplane" },
	{ 0x2709, "envelope" },
	{ 0x270a, "raised fist" },
	{ 0x270b, "raised hand" },
	{ 0x270c, "victory hand" },
	{ 0x270d, "writing hand" },
	{ 0x270f, "pencil" },
	{ 0x2713, "tick" },
	{ 0x2714, "tick" },
	{ 0x2716, "times" },
	{ 0x2717, "cross" },
	{ 0x2718, "cross" },
	{ 0x2728, "sparkles" },
	{ 0x2744, "snowflake" },
	{ 0x274c, "red cross" },
	{ 0x2753, "question mark" },
	{ 0x2757, "exclamation mark" },
	{ 0x2763, "heart exclamation" },
	{ 0x2764, "red heart" },
	{ 0x2795, "plus" },
	{ 0x2796, "minus" },
	{ 0x27a1, "right arrow" },
	{ 0x2b05, "left arrow" },
	{ 0x2b06, "up arrow" },
	{ 0x2b07, "down arrow" },
	{ 0x2b50, "star" },
	{ 0x1f308, "rainbow" },
	{ 0x1f30a, "wave" },
	{ 0x1f30d, "globe" },
	{ 0x1f30e, "globe" },
	{ 0x1f30f, "globe" },
	{ 0x1f310, "globe" },
	{ 0x1f319, "moon" },
	{ 0x1f31e, "sun with face" },
	{ 0x1f31f, "glowing star" },
	{ 0x1f324, "sun behind cloud" },
	{ 0x1f327, "rain" },
	{ 0x1f331, "seedling" },
	{ 0x1f332, "fir tree" },
	{ 0x1f333, "tree" },
	{ 0x1f337, "tulip" },
	{ 0x1f338, "cherry blossom" },
	{ 0x1f339, "rose" },
	{ 0x1f33b, "sunflower" },
	{ 0x1f340, "four leaf clover" },
	{ 0x1f344, "mushroom" },
	{ 0x1f345, "tomato" },
	{ 0x1f346, "aubergine" },
	{ 0x1f347, "grapes" },
	{ 0x1f349, "watermelon" },
	{ 0x1f34a, "tangerine" },
	{ 0x1f34b, "lemon" },
	{ 0x1f34c, "banana" },
	{ 0x1f34e, "apple" },
	{ 0x1f351, "peach" },
	{ 0x1f353, "strawberry" },
	{ 0x1f354, "burger" },
	{ 0x1f355, "pizza" },
	{ 0x1f35f, "chips" },
	{ 0x1f366, "ice cream" },
	{ 0x1f369, "doughnut" },
	{ 0x1f36a, "cookie" },
	{ 0x1f36b, "chocolate" },
	{ 0x1f370, "cake" },
	{ 0x1f377, "wine" },
	{ 0x1f378, "cocktail" },
	{ 0x1f37a, "beer" },
	{ 0x1f37b, "cheers" },
	{ 0x1f37e, "champagne" },
	{ 0x1f37f, "popcorn" },
	{ 0x1f380, "ribbon" },
	{ 0x1f381, "present" },
	{ 0x1f382, "birthday cake" },
	{ 0x1f383, "pumpkin" },
	{ 0x1f384, "christmas tree" },
	{ 0x1f386, "fireworks" },
	{ 0x1f388, "balloon" },
	{ 0x1f389, "party popper" },
	{ 0x1f38a, "confetti" },
	{ 0x1f3a4, "microphone" },
	{ 0x1f3a7, "headphones" },
	{ 0x1f3a8, "palette" },
	{ 0x1f3a9, "top hat" },
	{ 0x1f3ae, "game controller" },
	{ 0x1f3af, "bull's eye" },
	{ 0x1f3b5, "musical note" },
	{ 0x1f3b6, "musical notes" },
	{ 0x1f3b8, "guitar" },
	{ 0x1f3c1, "chequered flag" },
	{ 0x1f3c3, "runner" },
	{ 0x1f3c6, "trophy" },
	{ 0x1f3e0, "house" },
	{ 0x1f3e2, "office" },
	{ 0x1f3f3, "white flag" },
	{ 0x1f3f4, "black flag" },
	{ 0x1f400, "rat" },
	{ 0x1f404, "cow" },
	{ 0x1f40c, "snail" },
	{ 0x1f40d, "snake" },
	{ 0x1f411, "sheep" },
	{ 0x1f412, "monkey" },
	{ 0x1f414, "chicken" },
	{ 0x1f418, "elephant" },
	{ 0x1f419, "octopus" },
	{ 0x1f41b, "bug" },
	{ 0x1f41c, "ant" },
	{ 0x1f41d, "bee" },
	{ 0x1f41f, "fish" },
	{ 0x1f422, "tortoise" },
	{ 0x1f424, "chick" },
	{ 0x1f427, "penguin" },
	{ 0x1f42a, "camel" },
	{ 0x1f42c, "dolphin" },
	{ 0x1f42d, "mouse" },
	{ 0x1f42e, "cow" },
	{ 0x1f431, "cat" },
	{ 0x1f433, "whale" },
	{ 0x1f434, "horse" },
	{ 0x1f435, "monkey" },
	{ 0x1f436, "dog" },
	{ 0x1f437, "pig" },
	{ 0x1f438, "frog" },
	{ 0x1f43a, "wolf" },
	{ 0x1f43b, "bear" },
	{ 0x1f43c, "panda" },
	{ 0x1f43e, "paw prints" },
	{ 0x1f440, "eyes" },
	{ 0x1f441, "eye" },
	{ 0x1f442, "ear" },
	{ 0x1f443, "nose" },
	{ 0x1f444, "mouth" },
	{ 0x1f445, "tongue" },
	{ 0x1f446, "pointing up" },
	{ 0x1f447, "pointing down" },
	{ 0x1f448, "pointing left" },
	{ 0x1f449, "pointing right" },
	{ 0x1f44a, "fist bump" },
	{ 0x1f44b, "waving hand" },
	{ 0x1f44c, "okay hand" },
	{ 0x1f44d, "thumbs up" },
	{ 0x1f44e, "thumbs down" },
	{ 0x1f44f, "clapping hands" },
	{ 0x1f450, "open hands" },
	{ 0x1f466, "boy" },
	{ 0x1f467, "girl" },
	{ 0x1f468, "man" },
	{ 0x1f469, "woman" },
	{ 0x1f476, "baby" },
	{ 0x1f47b, "ghost" },
	{ 0x1f47d, "alien" },
	{ 0x1f47e, "space invader" },
	{ 0x1f47f, "angry devil" },
	{ 0x1f480, "skull" },
	{ 0x1f483, "dancer" },
	{ 0x1f48b, "kiss" },
	{ 0x1f494, "broken heart" },
	{ 0x1f495, "two hearts" },
	{ 0x1f496, "sparkling heart" },
	{ 0x1f499, "blue heart" },
	{ 0x1f49a, "green heart" },
	{ 0x1f49b, "yellow heart" },
	{ 0x1f49c, "purple heart" },
	{ 0x1f4a1, "light bulb" },
	{ 0x1f4a3, "bomb" },
	{ 0x1f4a4, "sleep" },
	{ 0x1f4a5, "boom" },
	{ 0x1f4a6, "sweat drops" },
	{ 0x1f4a8, "dash" },
	{ 0x1f4a9, "poo" },
	{ 0x1f4aa, "strong arm" },
	{ 0x1f4ac, "speech bubble" },
	{ 0x1f4af, "hundred points" },
	{ 0x1f4b0, "money bag" },
	{ 0x1f4b8, "flying money" },
	{ 0x1f4bb, "laptop" },
	{ 0x1f4be, "floppy disk" },
	{ 0x1f4c1, "directory" },
	{ 0x1f4c4, "page" },
	{ 0x1f4c5, "calendar" },
	{ 0x1f4c8, "rising chart" },
	{ 0x1f4c9, "falling chart" },
	{ 0x1f4cc, "pin" },
	{ 0x1f4ce, "paper clip" },
	{ 0x1f4d6, "open book" },
	{ 0x1f4da, "books" },
	{ 0x1f4dd, "memo" },
	{ 0x1f4de, "telephone" },
	{ 0x1f4e2, "loudspeaker" },
	{ 0x1f4e6, "package" },
	{ 0x1f4e7, "e-mail" },
	{ 0x1f4f0, "newspaper" },
	{ 0x1f4f1, "mobile phone" },
	{ 0x1f4f7, "camera" },
	{ 0x1f507, "muted" },
	{ 0x1f50a, "loud" },
	{ 0x1f50b, "battery" },
	{ 0x1f50c, "plug" },
	{ 0x1f50d, "magnifying glass" },
	{ 0x1f511, "key" },
	{ 0x1f512, "locked" },
	{ 0x1f513, "unlocked" },
	{ 0x1f514, "bell" },
	{ 0x1f517, "link" },
	{ 0x1f525, "fire" },
	{ 0x1f527, "spanner" },
	{ 0x1f528, "hammer" },
	{ 0x1f52a, "knife" },
	{ 0x1f52c, "microscope" },
	{ 0x1f52e, "crystal ball" },
	{ 0x1f534, "red circle" },
	{ 0x1f535, "blue circle" },
	{ 0x1f5a4, "black heart" },
	{ 0x1f5d1, "waste bin" },
	{ 0x1f600, "grinning face" },
	{ 0x1f601, "beaming face" },
	{ 0x1f602, "tears of joy" },
	{ 0x1f603, "grinning face" },
	{ 0x1f604, "grinning face" },
	{ 0x1f605, "nervous grin" },
	{ 0x1f606, "laughing face" },
	{ 0x1f607, "angel face" },
	{ 0x1f608, "smiling devil" },
	{ 0x1f609, "winking face" },
	{ 0x1f60a, "smiling face" },
	{ 0x1f60b, "tasty" },
	{ 0x1f60c, "relieved face" },
	{ 0x1f60d, "heart eyes" },
	{ 0x1f60e, "sunglasses face" },
	{ 0x1f60f, "smirk" },
	{ 0x1f610, "neutral face" },
	{ 0x1f611, "blank face" },
	{ 0x1f612, "unamused face" },
	{ 0x1f613, "cold sweat" },
	{ 0x1f614, "pensive face" },
	{ 0x1f615, "confused face" },
	{ 0x1f616, "confounded face" },
	{ 0x1f617, "kissing face" },
	{ 0x1f618, "blowing a kiss" },
	{ 0x1f61b, "tongue out" },
	{ 0x1f61c, "winking tongue out" },
	{ 0x1f61d, "squinting tongue out" },
	{ 0x1f61e, "disappointed face" },
	{ 0x1f61f, "worried face" },
	{ 0x1f620, "angry face" },
	{ 0x1f621, "very angry face" },
	{ 0x1f622, "crying face" },
	{ 0x1f623, "struggling face" },
	{ 0x1f624, "huffing face" },
	{ 0x1f625, "sad but relieved face" },
	{ 0x1f626, "open-mouthed frown" },
	{ 0x1f627, "anguished face" },
	{ 0x1f628, "fearful face" },
	{ 0x1f629, "weary face" },
	{ 0x1f62a, "sleepy face" },
	{ 0x1f62b, "tired face" },
	{ 0x1f62c, "grimace" },
	{ 0x1f62d, "loud crying" },
	{ 0x1f62e, "surprised face" },
	{ 0x1f630, "anxious face" },
	{ 0x1f631, "screaming face" },
	{ 0x1f632, "astonished face" },
	{ 0x1f633, "blushing face" },
	{ 0x1f634, "sleeping face" },
	{ 0x1f635, "dizzy face" },
	{ 0x1f637, "face with mask" },
	{ 0x1f641, "slight frown" },
	{ 0x1f642, "slight smile" },
	{ 0x1f643, "upside-down face" },
	{ 0x1f644, "rolling eyes" },
	{ 0x1f645, "no gesture" },
	{ 0x1f646, "okay gesture" },
	{ 0x1f648, "see no evil" },
	{ 0x1f649, "hear no evil" },
	{ 0x1f64a, "speak no evil" },
	{ 0x1f64b, "raising a hand" },
	{ 0x1f64c, "raised hands" },
	{ 0x1f64f, "folded hands" },
	{ 0x1f680, "rocket" },
	{ 0x1f682, "train" },
	{ 0x1f697, "car" },
	{ 0x1f6a8, "police light" },
	{ 0x1f6ab, "prohibited" },
	{ 0x1f6b2, "bicycle" },
	{ 0x1f6d1, "stop sign" },
	{ 0x1f6e0, "hammer and spanner" },
	{ 0x1f7e0, "orange circle" },
	{ 0x1f7e1, "yellow circle" },
	{ 0x1f7e2, "green circle" },
	{ 0x1f90d, "white heart" },
	{ 0x1f910, "zipped mouth" },
	{ 0x1f911, "money face" },
	{ 0x1f912, "face with thermometer" },
	{ 0x1f913, "nerd face" },
	{ 0x1f914, "thinking face" },
	{ 0x1f915, "bandaged face" },
	{ 0x1f916, "robot" },
	{ 0x1f917, "hug" },
	{ 0x1f91d, "handshake" },
	{ 0x1f91e, "crossed fingers" },
	{ 0x1f920, "cowboy" },
	{ 0x1f921, "clown" },
	{ 0x1f922, "sick face" },
	{ 0x1f923, "rolling on the floor laughing" },
	{ 0x1f925, "lying face" },
	{ 0x1f926, "facepalm" },
	{ 0x1f927, "sneezing face" },
	{ 0x1f928, "raised eyebrow" },
	{ 0x1f929, "star-struck" },
	{ 0x1f92a, "zany face" },
	{ 0x1f92b, "hush" },
	{ 0x1f92c, "swearing" },
	{ 0x1f92f, "exploding head" },
	{ 0x1f937, "shrug" },
	{ 0x1f970, "face with hearts" },
	{ 0x1f971, "yawning face" },
	{ 0x1f972, "smile with tear" },
	{ 0x1f973, "party face" },
	{ 0x1f974, "woozy face" },
	{ 0x1f975, "hot face" },
	{ 0x1f976, "cold face" },
	{ 0x1f979, "holding back tears" },
	{ 0x1f97a, "pleading face" },
	{ 0x1f980, "crab" },
	{ 0x1f981, "lion" },
	{ 0x1f984, "unicorn" },
	{ 0x1f985, "eagle" },
	{ 0x1f986, "duck" },
	{ 0x1f989, "owl" },
	{ 0x1f98a, "fox" },
	{ 0x1f98b, "butterfly" },
	{ 0x1f9d0, "face with monocle" },
	{ 0x1f9d1, "person" },
	{ 0x1f9e0, "brain" },
	{ 0x1f9e1, "orange heart" },
	{ 0x1f9ea, "test tube" },
	{ 0x1f9f5, "thread" },
	{ 0x1fae0, "melting face" },
	{ 0x1fae1, "salute" },
	{ 0x1fae3, "peeking face" },
};

static const struct {
	const char *text, *name;
} emoticons[] = {
	{ ":)", "smile" },   { ":-)", "smile" }, { "=)", "smile" },
	{ ":]", "smile" },   { "(:", "smile" },  { "^^", "smile" },
	{ "^_^", "smile" },  { ":(", "sad" },    { ":-(", "sad" },
	{ "=(", "sad" },     { ":'(", "crying" }, { ";)", "wink" },
	{ ";-)", "wink" },   { ":D", "grin" },   { ":-D", "grin" },
	{ "=D", "grin" },    { ":P", "tongue" }, { ":-P", "tongue" },
	{ ":p", "tongue" },  { ":-p", "tongue" }, { ";P", "tongue" },
	{ "=P", "tongue" },  { ":/", "doubtful" }, { ":-/", "doubtful" },
	{ ":|", "straight face" }, { ":-|", "straight face" },
	{ ":o", "surprised" }, { ":O", "surprised" }, { ":-o", "surprised" },
	{ ":-O", "surprised" }, { ":*", "kiss" }, { ":-*", "kiss" },
	{ "<3", "heart" },   { "</3", "broken heart" }, { "8)", "cool" },
	{ "8-)", "cool" },   { "B-)", "cool" },  { "\\o/", "cheers" },
	{ "o/", "waves" },   { "\\o", "waves" }, { "-_-", "annoyed" },
	{ "o_O", "confused" }, { "O_o", "confused" }, { ">:(", "angry" },
};
/* clang-format on */

enum {
	ZERO_WIDTH_JOINER = 0x200d,
	KEYCAP = 0x20e3,
	SKIN_FIRST = 0x1f3fb,
	SKIN_LAST = 0x1f3ff,
	FLAG_A = 0x1f1e6,
	FLAG_Z = 0x1f1ff,
	MALE = 0x2642,
	FEMALE = 0x2640,
	NAME_BYTES = 128, /* of a joined name; a longer one is cut */
};

/* Pictures without a name in the table are still told to be pictures. */
static const struct {
	int32_t first, last;
	const char *name;
} blocks[] = {
	{ 0x23e9, 0x23fa, "symbol" },	   { 0x2600, 0x27bf, "symbol" },
	{ 0x2b1b, 0x2b55, "symbol" },	   { FLAG_A, FLAG_Z, "flag" },
	{ 0x1f000, 0x1f0ff, "game tile" }, { 0x1f300, 0x1faff, "emoji" },
};

static const char *name_of(int32_t code)
{
	size_t low = 0, high = COUNT_OF(names);

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (names[mid].code == code)
			return names[mid].name;
		if (names[mid].code < code)
			low = mid + 1;
		else
			high = mid;
	}
	for (size_t i = 0; i < COUNT_OF(blocks); i++)
		if (code >= blocks[i].first && code <= blocks[i].last)
			return blocks[i].name;
	return NULL;
}

/* What is said of one emoji, whatever it is made of. */
struct picture {
	char name[NAME_BYTES];
	size_t bytes; /* of the text that it takes */
};

/* Behind a part: variation selector, skin tone, tags of a regional flag. */
static size_t skip_modifiers(struct span text, size_t pos)
{
	for (;;) {
		size_t next = pos;
		int32_t code = text_next(text.text, text.len_bytes, &next);

		if (code != 0xfe0e && code != 0xfe0f &&
		    !(code >= SKIN_FIRST && code <= SKIN_LAST) &&
		    !(code >= 0xe0020 && code <= 0xe007f))
			return pos;
		pos = next;
	}
}

static bool is_person(int32_t code)
{
	return (code >= 0x1f466 && code <= 0x1f469) || code == 0x1f9d1;
}

static bool read_flag(struct span text, size_t pos, int32_t first,
		      struct picture *ret)
{
	int32_t second = text_next(text.text, text.len_bytes, &pos);

	if (first < FLAG_A || first > FLAG_Z || second < FLAG_A ||
	    second > FLAG_Z)
		return false;
	snprintf(ret->name, sizeof(ret->name), "flag %c %c",
		 'A' + (int)(first - FLAG_A), 'A' + (int)(second - FLAG_A));
	ret->bytes = pos;
	return true;
}

/* "1" FE0F 20E3 is the key 1. */
static bool read_keycap(struct span text, size_t pos, int32_t first,
			struct picture *ret)
{
	pos = skip_modifiers(text, pos);
	if (first >= 0x80 ||
	    text_next(text.text, text.len_bytes, &pos) != KEYCAP)
		return false;
	snprintf(ret->name, sizeof(ret->name), "key %c", (char)first);
	ret->bytes = pos;
	return true;
}

static void append_name(struct picture *picture, const char *name)
{
	size_t len_bytes = strlen(picture->name);

	if (len_bytes + strlen(name) + 8 > sizeof(picture->name))
		return;
	snprintf(picture->name + len_bytes, sizeof(picture->name) - len_bytes,
		 "%s%s", len_bytes > 0 ? " with " : "", name);
}

/* The parts after joiners: "woman with laptop"; people are a family. */
static size_t read_joined(struct span text, size_t pos, int32_t first,
			  struct picture *ret)
{
	bool people = is_person(first);
	size_t joined = 0;

	for (;;) {
		size_t next = pos;
		int32_t code;

		if (text_next(text.text, text.len_bytes, &next) !=
		    ZERO_WIDTH_JOINER)
			break;
		code = text_next(text.text, text.len_bytes, &next);
		if (code < 0 || name_of(code) == NULL)
			break;
		people = people && is_person(code);
		joined++;
		if (code != MALE && code != FEMALE)
			append_name(ret, name_of(code));
		pos = skip_modifiers(text, next);
	}
	if (people && joined > 0)
		snprintf(ret->name, sizeof(ret->name), "family");
	return pos;
}

/* Whether an emoji begins at pos; what it is in *ret. */
static bool read_picture(struct span text, size_t pos, struct picture *ret)
{
	struct span rest = span_cut(text, pos, text.len_bytes);
	size_t next = 0;
	int32_t code = text_next(rest.text, rest.len_bytes, &next);
	const char *name = code < 0x80 ? NULL : name_of(code);

	if (code == '#' || code == '*' || (code >= '0' && code <= '9'))
		return read_keycap(rest, next, code, ret);
	if (name == NULL)
		return false;
	if (read_flag(rest, next, code, ret))
		return true;
	ret->name[0] = '\0';
	append_name(ret, name);
	next = skip_modifiers(rest, next);
	ret->bytes = read_joined(rest, next, code, ret);
	if (strcmp(ret->name, "white flag with rainbow") == 0)
		snprintf(ret->name, sizeof(ret->name), "rainbow flag");
	return true;
}

/* How often the same emoji follows, moving *pos past the last. */
static size_t count_same(struct span text, const struct picture *picture,
			 size_t *pos)
{
	size_t count = 1;

	for (;;) {
		struct picture next;
		size_t ahead = *pos;

		while (ahead < text.len_bytes && text.text[ahead] == ' ')
			ahead++;
		if (ahead >= text.len_bytes ||
		    !read_picture(text, ahead, &next) ||
		    strcmp(next.name, picture->name) != 0)
			return count;
		*pos = ahead + next.bytes;
		count++;
	}
}

/* Every emoji and keycap has a code point from U+2000 on: 0xe2 in UTF-8. */
static bool may_hold_emoji(const char *text, size_t len_bytes)
{
	for (size_t i = 0; i < len_bytes; i++)
		if ((unsigned char)text[i] >= 0xe2)
			return true;
	return false;
}

bool emoji_name_all(struct buf *out, const char *text, size_t len_bytes)
{
	struct span span = span_of(text, len_bytes);
	size_t pos = 0, plain = 0;
	bool found = false;

	if (!may_hold_emoji(text, len_bytes))
		return false;
	while (pos < len_bytes) {
		struct picture picture;
		size_t start = pos, count;

		if (!read_picture(span, pos, &picture)) {
			(void)text_next(text, len_bytes, &pos);
			continue;
		}
		buf_add(out, text + plain, start - plain);
		pos += picture.bytes;
		count = count_same(span, &picture, &pos);
		word_gap(out);
		buf_add_text(out, picture.name);
		if (count > 1)
			buf_addf(out, ", %zu times", count);
		if (pos < len_bytes && (ascii_is_alnum(text[pos]) ||
					(unsigned char)text[pos] >= 0x80))
			buf_add_char(out, ' ');
		plain = pos;
		found = true;
	}
	if (found)
		buf_add(out, text + plain, len_bytes - plain);
	return found;
}

bool word_emoticon(struct buf *out, unsigned rules, struct span word)
{
	(void)rules;
	if (word.len_bytes > CLEAN_EMOTICON_BYTES ||
	    strchr(":;=(^<>8B\\oO-", word.text[0]) == NULL)
		return false;
	for (size_t i = 0; i < COUNT_OF(emoticons); i++) {
		if (!span_is(word, emoticons[i].text))
			continue;
		buf_add_text(out, emoticons[i].name);
		return true;
	}
	return false;
}
