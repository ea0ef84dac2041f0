/* Any bytes as a configuration file: faults or a configuration, no crash. */
#include "sluice/app/config.h"
#include "sluice/base/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_source from = { .text = { (const char *)data, size } };
	struct config_faults faults = { 0 };
	struct buf line = buf_make(1 << 16);
	struct config config;
	bool good = config_load(&config, &from, &faults);

	must(good == (faults.errors == 0));
	for (size_t i = 0; i < faults.count; i++) {
		buf_clear(&line);
		config_fault_format(&faults.items[i], &line);
		must(memchr(line.data, '\n', line.len) == NULL);
	}
	buf_release(&line);
	config_faults_release(&faults);
	config_release(&config);
	return 0;
}
