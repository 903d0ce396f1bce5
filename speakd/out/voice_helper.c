/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "speakd/out/voice_helper.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "core/child.h"
#include "core/icon.h"
#include "core/mem.h"
#include "core/paths.h"
#include "speakd/queue/engine_list.h"

/* ---- requests ------------------------------------------------------------ */

static int or_default(int value, int otherwise)
{
	return value == PHRASE_DEFAULT ? otherwise : value;
}

/* Beyond 200 espeak-ng only distorts. */
static int level(int volume_percent, int level_percent)
{
	int volume = level_percent > 0 ? volume_percent * level_percent / 100
				       : volume_percent;

	return volume < 200 ? volume : 200;
}

static uint32_t engine_of(const struct voice_helper *helper,
			  const struct phrase *phrase)
{
	int number = phrase->engine != NULL
			     ? engine_list_find(helper->engine, phrase->engine)
			     : 0;

	return number > 0 ? (uint32_t)number : 0;
}

static struct iovec text_part(char *text)
{
	return (struct iovec){
		.iov_base = text,
		.iov_len = text != NULL ? min_size(strlen(text),
						   VOICE_TEXT_MAX_BYTES)
					: 0,
	};
}

/* parts: the request, and what follows it. */
static int send_parts(struct voice_helper *helper, struct iovec *parts,
		      size_t count)
{
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = count };

	if (sendmsg(helper->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return -errno;
	return 0;
}

int voice_helper_ask(struct voice_helper *helper, enum voice_request_kind kind,
		     uint64_t id)
{
	struct voice_request request = { .kind = kind, .id = id };
	struct iovec part = { &request, sizeof(request) };

	return send_parts(helper, &part, 1);
}

static struct voice_request request_of(const struct voice_helper *helper,
				       uint64_t id, const struct phrase *phrase)
{
	const struct manner *manner = &phrase->manner;

	return (struct voice_request){
		.kind = VOICE_SPEAK,
		.cue = phrase->cue,
		.id = id,
		.rate_wpm = or_default(manner->rate_wpm, helper->rate_wpm),
		.pitch = or_default(manner->pitch, helper->pitch),
		.volume_percent = level(or_default(manner->volume_percent,
						   helper->volume_percent),
					manner->level_percent),
		.place = manner->place,
		.pitch_range = phrase->pitch_range,
		.gap_ms = phrase->gap_ms,
		.lead_in_ms = helper->lead_in_ms,
		.form = phrase->form,
		.punctuation = phrase->punctuation,
		.by_script = manner->by_script,
		.engine = engine_of(helper, phrase),
		.capitals = manner->capitals,
	};
}

int voice_helper_speak(struct voice_helper *helper, uint64_t id,
		       const struct phrase *phrase)
{
	SCOPED_TEXT char *sound = NULL;
	struct voice_request request = request_of(helper, id, phrase);
	struct iovec parts[5] = { { &request, sizeof(request) } };

	parts[1] = text_part(phrase->voice);
	request.voice_bytes = (uint32_t)parts[1].iov_len;
	if (phrase->sound != NULL)
		sound = icon_find(phrase->sound);
	parts[2] = text_part(sound);
	request.sound_bytes = (uint32_t)parts[2].iov_len;
	request.style_count = (uint32_t)min_size(phrase->styles.count,
						 VOICE_STYLES_MAX);
	parts[3].iov_base = phrase->styles.list;
	parts[3].iov_len = request.style_count * sizeof(struct style);
	parts[4] = text_part(phrase->text);
	request.text_bytes = (uint32_t)parts[4].iov_len;
	return send_parts(helper, parts, COUNT_OF(parts));
}

/* ---- events -------------------------------------------------------------- */

bool voice_helper_read(struct voice_helper *helper,
		       struct voice_event *ret_event, const char **ret_text)
{
	static struct {
		struct voice_event event;
		char text[VOICE_TEXT_MAX_BYTES + 1];
	} packet;
	ssize_t n;

	do
		n = recv(helper->fd, &packet,
			 sizeof(packet.event) + VOICE_TEXT_MAX_BYTES,
			 MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < (ssize_t)sizeof(packet.event))
		return false;
	packet.text[n - (ssize_t)sizeof(packet.event)] = '\0';
	*ret_event = packet.event;
	*ret_text = packet.text;
	return true;
}

/* ---- the child ----------------------------------------------------------- */

/* A fresh page: what the one before says of its child is over. */
static int make_page(struct voice_helper *helper, int *ret_page, struct err *e)
{
	SCOPED_FD int page = memfd_create("speakd-voice", MFD_CLOEXEC);
	void *shared;

	if (helper->shared != NULL)
		munmap(helper->shared, sizeof(*helper->shared));
	helper->shared = NULL;
	if (page < 0 || ftruncate(page, sizeof(*helper->shared)) < 0)
		return err_set(e, errno, "shared page");
	shared = mmap(NULL, sizeof(*helper->shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED, page, 0);
	if (shared == MAP_FAILED)
		return err_set(e, errno, "shared page");
	helper->shared = shared;
	*ret_page = fd_give(&page);
	return 0;
}

static int run_program(struct voice_helper *helper, int theirs, int page,
		       struct err *e)
{
	const char *argv[8 + ENGINES_MAX] = { helper->program };
	char *engines[ENGINES_MAX] = { NULL };
	SCOPED_TEXT char *output = mem_printf("--output=%s", helper->output);
	SCOPED_TEXT char *name = mem_printf("--voice=%s", helper->voice_name);
	SCOPED_TEXT char *channels = mem_printf("--channels=%u",
						helper->channels);
	struct child child = { .argv = argv, .fd_count = 5 };
	size_t n = 1;
	int rc;

	n += engine_list_arguments(helper->engine, engines, ENGINES_MAX,
				   argv + n);
	argv[n++] = output;
	argv[n++] = name;
	argv[n++] = channels;
	if (helper->marks)
		argv[n++] = "--marks";
	if (helper->started_before)
		argv[n++] = "--again";
	child.fds[STDIN_FILENO] = child.fds[STDOUT_FILENO] = CHILD_NULL;
	child.fds[STDERR_FILENO] = CHILD_INHERIT;
	child.fds[VOICE_FD] = theirs;
	child.fds[VOICE_SHARED_FD] = page;
	rc = child_start(&child, &helper->pid, e);
	for (size_t i = 0; i < ENGINES_MAX; i++)
		free(engines[i]);
	return rc;
}

int voice_helper_start(struct voice_helper *helper, struct loop *loop,
		       loop_fd_fn *on_socket, loop_exit_fn *on_exit,
		       void *keep_data, struct err *e)
{
	SCOPED_FD int ours = -1;
	SCOPED_FD int theirs = -1;
	SCOPED_FD int page = -1;
	int ends[2];
	int rc = make_page(helper, &page, e);

	if (rc < 0)
		return rc;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return err_set(e, errno, "socketpair");
	ours = ends[0];
	theirs = ends[1];
	rc = run_program(helper, theirs, page, e);
	if (rc < 0) {
		helper->pid = 0;
		return rc;
	}
	helper->fd = fd_give(&ours);
	helper->started_before = true;
	helper->socket = loop_fd(loop, helper->fd, LOOP_READ, on_socket,
				 keep_data);
	helper->exit = loop_child(loop, helper->pid, on_exit, keep_data);
	return 0;
}

void voice_helper_drop(struct voice_helper *helper)
{
	watch_free(helper->socket);
	watch_free(helper->exit);
	helper->socket = helper->exit = NULL;
	scope_close(&helper->fd);
	helper->fd = -1;
	helper->pid = 0;
}

void voice_helper_init(struct voice_helper *helper,
		       const struct voice_config *config)
{
	*helper = (struct voice_helper){
		.program = config->helper != NULL ? mem_copy(config->helper)
						  : path_helper("speakd-voice"),
		.engine = mem_copy(config->engine),
		.output = mem_copy(config->output),
		.voice_name = mem_copy(config->voice),
		.rate_wpm = config->rate_wpm,
		.pitch = config->pitch,
		.volume_percent = config->volume_percent,
		.lead_in_ms = config->lead_in_ms,
		.channels = config->channels > 0 ? config->channels : 1,
		.marks = config->marks,
		.fd = -1,
	};
}

void voice_helper_fini(struct voice_helper *helper)
{
	voice_helper_drop(helper);
	if (helper->shared != NULL)
		munmap(helper->shared, sizeof(*helper->shared));
	free(helper->program);
	free(helper->engine);
	free(helper->output);
	free(helper->voice_name);
}
