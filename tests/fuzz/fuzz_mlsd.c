/* A line of an FTP server's listing: read or refused; what was read can be
 * written and read again, and names never lead out of the folder. */
#include "../../src/loop/ftp_mlsd.h"

#include "sluice/base/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct ftp_entry *e)
{
	must(e->name.len > 0);
	must(memchr(e->name.ptr, '/', e->name.len) == NULL);
	must(memchr(e->name.ptr, '\0', e->name.len) == NULL);
	must(memchr(e->name.ptr, '\n', e->name.len) == NULL);
	must(!str_eq(e->name, STR(".")) && !str_eq(e->name, STR("..")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str line = { (const char *)data, size };
	struct buf out = buf_make(1 << 20);
	struct ftp_entry e, again;
	struct diag why;

	if (ftp_mlsd_read(line, &e, &why) != ERR_OK) {
		must(why.code == ERR_PROTO);
	} else if (!e.skip) {
		check(&e);
		ftp_mlsd_write(&out, "file", &e.attrs, e.name);
		line = (struct str){ out.data, out.len - 2 };
		must(ftp_mlsd_read(line, &again, &why) == ERR_OK);
		must(str_eq(e.name, again.name));
		must(e.attrs.size == again.attrs.size);
		must(e.attrs.mtime == again.attrs.mtime);
	}
	buf_release(&out);
	return 0;
}
