/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "workspace/image/digest.h"

#include <openssl/evp.h>

#include "core/library.h"

/* Loaded when an OCI image is at hand: nothing else needs it. */
static struct {
	__typeof__(EVP_MD_CTX_new) *EVP_MD_CTX_new;
	__typeof__(EVP_MD_CTX_free) *EVP_MD_CTX_free;
	__typeof__(EVP_sha256) *EVP_sha256;
	__typeof__(EVP_DigestInit_ex) *EVP_DigestInit_ex;
	__typeof__(EVP_DigestUpdate) *EVP_DigestUpdate;
	__typeof__(EVP_DigestFinal_ex) *EVP_DigestFinal_ex;
} crypto;

int digest_load(struct err *e)
{
	static const struct library_symbol symbols[] = {
		{ "EVP_MD_CTX_free", &crypto.EVP_MD_CTX_free },
		{ "EVP_sha256", &crypto.EVP_sha256 },
		{ "EVP_DigestInit_ex", &crypto.EVP_DigestInit_ex },
		{ "EVP_DigestUpdate", &crypto.EVP_DigestUpdate },
		{ "EVP_DigestFinal_ex", &crypto.EVP_DigestFinal_ex },
		{ "EVP_MD_CTX_new", &crypto.EVP_MD_CTX_new },
	};

	if (crypto.EVP_MD_CTX_new != NULL)
		return 0;
	return library_load("libcrypto.so.3", "libssl3", symbols,
			    COUNT_OF(symbols), e);
}

enum { READ_BYTES = 65536 };

static EVP_MD_CTX *begin(void)
{
	EVP_MD_CTX *context = crypto.EVP_MD_CTX_new();

	/* Both fail only without memory. */
	if (context == NULL ||
	    crypto.EVP_DigestInit_ex(context, crypto.EVP_sha256(), NULL) != 1)
		abort();
	return context;
}

static void finish(EVP_MD_CTX *take_context, char ret[DIGEST_HEX_BYTES + 1])
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (crypto.EVP_DigestFinal_ex(take_context, bytes, &len) != 1)
		abort();
	crypto.EVP_MD_CTX_free(take_context);
	for (unsigned i = 0; i < len && i < DIGEST_HEX_BYTES / 2; i++)
		snprintf(ret + 2 * (size_t)i, 3, "%02x", bytes[i]);
}

int digest_fd(int fd, char ret[DIGEST_HEX_BYTES + 1], struct err *e)
{
	EVP_MD_CTX *context;
	char bytes[READ_BYTES];
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_set(e, errno, "rewind a file");
	context = begin();
	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		if (crypto.EVP_DigestUpdate(context, bytes, (size_t)n) != 1)
			abort();
	finish(context, ret);
	if (n < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return err_set(e, errno, "read a file");
	return 0;
}

void digest_bytes(const char *bytes, size_t len_bytes,
		  char ret[DIGEST_HEX_BYTES + 1])
{
	EVP_MD_CTX *context = begin();

	if (crypto.EVP_DigestUpdate(context, bytes, len_bytes) != 1)
		abort();
	finish(context, ret);
}
