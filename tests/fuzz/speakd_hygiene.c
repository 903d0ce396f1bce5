/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * Any bytes, cleaned, through the real libespeak-ng: it must neither abort nor
 * run away. The one place beside the engine that knows speak_lib.h.
 */
#include <espeak-ng/speak_lib.h>
#include <stdio.h>

#include "core/buf.h"
#include "core/text.h"
#include "speakd/words/hygiene.h"

enum { AUDIO_MAX_SECONDS = 3, INPUT_MAX_BYTES = 4096, CHUNK_MS = 50 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__asan_default_suppressions(void);

/*
 * espeak-ng 1.51 compares a foreign word (Armenian under "ru") with bytes of
 * the dictionary that it freed when it changed to the word's language: ASan
 * sees it in the memcmp() and strcpy() that the library calls. Nothing is
 * written, and no clean-up of text short of dropping scripts ends it; the
 * voice is a process of its own for such reasons. Aborts, overflows that
 * FORTIFY or malloc notice, and faults are still findings.
 */
const char *__asan_default_suppressions(void)
{
	return "interceptor_via_lib:libespeak-ng\n";
}

static int rate_hz;
static int heard_samples;

static int hear(short *wav, int samples, espeak_EVENT *events)
{
	(void)wav;
	(void)events;
	heard_samples += samples;
	return heard_samples > AUDIO_MAX_SECONDS * rate_hz;
}

static void start(void)
{
	rate_hz = espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, CHUNK_MS, NULL,
				    espeakINITIALIZE_DONT_EXIT);
	if (rate_hz <= 0) {
		fprintf(stderr, "espeak-ng does not start\n");
		abort();
	}
	espeak_SetSynthCallback(hear);
}

static void check(const struct buf *clean)
{
	SCOPED_BUF struct buf again = { 0 };

	if (!text_is_utf8(buf_text(clean), clean->len_bytes))
		abort();
	for (size_t i = 0; i < clean->len_bytes; i++)
		if ((unsigned char)clean->data[i] < ' ' ||
		    clean->data[i] == 0x7f)
			abort();
	hygiene_clean(&again, buf_text(clean), clean->len_bytes);
	if (again.len_bytes != clean->len_bytes ||
	    memcmp(buf_text(&again), buf_text(clean), clean->len_bytes) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const voices[] = { "en-us", "de", "fr", "ru", "es" };
	static const char *voice;
	SCOPED_BUF struct buf clean = { 0 };

	if (size < 2 || size > INPUT_MAX_BYTES)
		return 0;
	if (rate_hz == 0)
		start();
	hygiene_clean(&clean, (const char *)data + 1, size - 1);
	check(&clean);
	if (voice != voices[data[0] % COUNT_OF(voices)]) {
		voice = voices[data[0] % COUNT_OF(voices)];
		espeak_SetVoiceByName(voice);
	}
	heard_samples = 0;
	espeak_SetParameter(espeakRATE, 220, 0);
	espeak_Synth(buf_text(&clean), clean.len_bytes + 1, 0, POS_CHARACTER, 0,
		     espeakCHARS_UTF8, NULL, NULL);
	return 0;
}
