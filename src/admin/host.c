#include "host.h"

#include <arpa/inet.h>

#include "sluice/base/str.h"

#define DIGITS "0123456789"

/* Longer than any numeric address. */
#define ADDRESS_SIZE 64

/* "" or ":" and digits. */
static bool is_port(const char *text)
{
	return *text == '\0' ||
	       (*text == ':' && text[1 + strspn(text + 1, DIGITS)] == '\0');
}

static bool is_address(int family, struct str text)
{
	unsigned char out[sizeof(struct in6_addr)];
	char copy[ADDRESS_SIZE];

	if (text.len >= sizeof copy)
		return false;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	return inet_pton(family, copy, out) == 1;
}

static bool is_name(struct str host, char *const *names, size_t count)
{
	if (str_eq_nocase(host, STR("localhost")))
		return true;
	for (size_t i = 0; i < count; i++)
		if (str_eq_nocase(host, str_of(names[i])))
			return true;
	return false;
}

bool host_is_trusted(const char *header, char *const *names, size_t count)
{
	bool bracket = header != NULL && *header == '[';
	struct str host;

	if (header == NULL)
		return false;
	host.ptr = header + bracket;
	host.len = strcspn(host.ptr, bracket ? "]" : ":");
	if (bracket && host.ptr[host.len] == '\0')
		return false;
	if (!is_port(host.ptr + host.len + bracket))
		return false;
	if (bracket)
		return is_address(AF_INET6, host);
	return is_address(AF_INET, host) || is_name(host, names, count);
}
