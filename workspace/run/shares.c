/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/run/shares.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "core/mem.h"
#include "core/paths.h"

static void add_env(struct shares *shares, char *take_text)
{
	shares->env = mem_resize(shares->env, shares->env_count + 1,
				 sizeof(*shares->env));
	shares->env[shares->env_count++] = take_text;
}

/*
 * A node of /dev is one inside as well; groups do not go inside, so it must be
 * yours, by its mode or by an access control list.
 */
static int check_device(const char *source, const struct stat *st,
			struct err *e)
{
	bool others = (st->st_mode & (S_IROTH | S_IWOTH)) != 0;

	if (S_ISBLK(st->st_mode))
		return err_say(e, EPERM,
			       "share %s: a disk holds files that are not "
			       "yours; mount it, and share that directory",
			       source);
	if (!S_ISCHR(st->st_mode) || others ||
	    (st->st_uid == geteuid() && geteuid() != 0) ||
	    (geteuid() != 0 &&
	     getxattr(source, "system.posix_acl_access", NULL, 0) > 0))
		return 0;
	return err_say(e, EACCES,
		       "share %s: it is for its owner and group only, and "
		       "groups do not go inside; root could give it to you "
		       "with: setfacl -m u:%u:rw %s",
		       source, geteuid(), source);
}

int shares_add_path(struct shares *shares, const char *source,
		    const char *inside, bool read_only, struct err *e)
{
	struct stat st;
	int rc;

	if (shares->count >= SHARES_MAX)
		return err_usage(e, "share: more than %d", SHARES_MAX);
	if (source[0] != '/' || inside[0] != '/')
		return err_usage(e, "share: '%s' is not an absolute path",
				 source[0] != '/' ? source : inside);
	if (stat(source, &st) < 0)
		return err_set(e, errno, "share %s", source);
	rc = check_device(source, &st, e);
	if (rc < 0)
		return rc;
	shares->list[shares->count++] = (struct share){
		.source = mem_copy(source),
		.inside = mem_copy(inside),
		.read_only = read_only,
		.devices = S_ISCHR(st.st_mode) ||
			   strncmp(source, "/dev/", 5) == 0,
		.tree = -1,
	};
	return 0;
}

/* ---- the sockets of a session ------------------------------------------- */

static char *runtime(const char *name)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");

	return dir != NULL && dir[0] == '/' ? path_join(dir, name) : NULL;
}

/* A socket that is there goes to its own path inside; true when it was. */
static bool try_socket(struct shares *shares, const char *path)
{
	return path != NULL && access(path, F_OK) == 0 &&
	       shares_add_path(shares, path, path, false, NULL) == 0;
}

static void pass_env(struct shares *shares, const char *name)
{
	const char *value = getenv(name);

	if (value != NULL)
		add_env(shares, mem_printf("%s=%s", name, value));
}

static int missing(struct err *e, const char *what, const char *where)
{
	return err_say(e, ENOENT, "share %s: there is no %s", what, where);
}

static int share_sound(struct shares *shares, struct err *e)
{
	SCOPED_TEXT char *pulse = runtime("pulse/native");
	SCOPED_TEXT char *pipewire = runtime("pipewire-0");
	bool any = try_socket(shares, pulse);

	if (any)
		add_env(shares, mem_printf("PULSE_SERVER=unix:%s", pulse));
	any = try_socket(shares, pipewire) || any;
	if (!any)
		return missing(e, "sound",
			       "pulse/native or pipewire-0 in "
			       "$XDG_RUNTIME_DIR");
	pass_env(shares, "XDG_RUNTIME_DIR");
	return 0;
}

static int share_x11(struct shares *shares)
{
	const char *display = getenv("DISPLAY");
	const char *authority = getenv("XAUTHORITY");
	SCOPED_TEXT char *home = path_home();
	SCOPED_TEXT char *cookie = authority != NULL
					   ? mem_copy(authority)
					   : path_join(home, ".Xauthority");
	SCOPED_TEXT char *sock = NULL;

	if (display == NULL || display[0] != ':')
		return 0;
	sock = mem_printf("/tmp/.X11-unix/X%.*s",
			  (int)strspn(display + 1, "0123456789"), display + 1);
	if (!try_socket(shares, sock))
		return 0;
	pass_env(shares, "DISPLAY");
	if (access(cookie, R_OK) == 0 &&
	    shares_add_path(shares, cookie, "/run/xauthority", true, NULL) == 0)
		add_env(shares, mem_copy("XAUTHORITY=/run/xauthority"));
	return 1;
}

static int share_display(struct shares *shares, struct err *e)
{
	const char *name = getenv("WAYLAND_DISPLAY");
	SCOPED_TEXT char *wayland = name != NULL ? runtime(name) : NULL;
	int found = share_x11(shares);

	if (try_socket(shares, wayland)) {
		pass_env(shares, "WAYLAND_DISPLAY");
		pass_env(shares, "XDG_RUNTIME_DIR");
		found = 1;
	}
	return found ? 0
		     : missing(e, "display", "$WAYLAND_DISPLAY or $DISPLAY");
}

static int share_agent(struct shares *shares, struct err *e)
{
	const char *sock = getenv("SSH_AUTH_SOCK");

	if (sock == NULL)
		return missing(e, "ssh-agent", "$SSH_AUTH_SOCK");
	add_env(shares, mem_copy("SSH_AUTH_SOCK=/run/ssh-agent.sock"));
	return shares_add_path(shares, sock, "/run/ssh-agent.sock", false, e);
}

static int share_speech(struct shares *shares, struct err *e)
{
	SCOPED_TEXT char *sock = path_runtime("speakd.sock");

	if (access(sock, F_OK) < 0)
		return missing(e, "speech", "speakd that serves (speakd -S)");
	add_env(shares,
		mem_copy("SPEECHD_ADDRESS=unix_socket:/run/speakd.sock"));
	return shares_add_path(shares, sock, "/run/speakd.sock", false, e);
}

static int share_home(struct shares *shares, struct err *e)
{
	SCOPED_TEXT char *home = path_home();

	return shares_add_path(shares, home, home, false, e);
}

/* "PATH[:INSIDE][:ro]" */
static int share_path(struct shares *shares, const char *text, struct err *e)
{
	SCOPED_TEXT char *expanded = path_expand(text);
	char *inside = strchr(expanded, ':');
	char *last = strrchr(expanded, ':');
	bool read_only = last != NULL && strcmp(last, ":ro") == 0;

	if (read_only) {
		*last = '\0';
		inside = inside == last ? NULL : inside;
	}
	if (inside != NULL)
		*inside++ = '\0';
	return shares_add_path(shares, expanded,
			       inside != NULL ? inside : expanded, read_only,
			       e);
}

static const struct {
	const char *word;
	int (*add)(struct shares *shares, struct err *e);
} kinds[] = {
	{ "sound", share_sound },     { "display", share_display },
	{ "ssh-agent", share_agent }, { "speech", share_speech },
	{ "home", share_home },
};

int shares_add(struct shares *shares, const char *text, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (strcmp(kinds[i].word, text) == 0)
			return kinds[i].add(shares, e);
	if (text[0] != '/' && text[0] != '~')
		return err_usage(e,
				 "share: '%s' is neither a path nor sound, "
				 "display, ssh-agent, speech or home",
				 text);
	return share_path(shares, text, e);
}

void shares_fini(struct shares *shares)
{
	for (size_t i = 0; i < shares->count; i++) {
		free(shares->list[i].source);
		free(shares->list[i].inside);
	}
	for (size_t i = 0; i < shares->env_count; i++)
		free(shares->env[i]);
	free(shares->env);
	*shares = (struct shares){ 0 };
}
