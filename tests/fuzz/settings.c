/* Settings from any text: mistakes or a struct, never a crash or a leak. */
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/ensure.h"
#include "conf/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag *diag = diag_new();
	struct settings *settings = settings_load_text("/etc/assay/f.conf",
	    str_make(data, size), NULL, 0, diag);

	ensure((settings == NULL) == (diag_total(diag) > 0));
	if (settings == NULL) {
		/* What is wrong here must not spoil the next file. */
		settings = settings_load_text("/etc/assay/f.conf",
		    STR("user = a"), NULL, 0, diag);
		ensure(settings != NULL && settings->user[0] == 'a');
	}
	settings_free(settings);
	diag_free(diag);
	return 0;
}
