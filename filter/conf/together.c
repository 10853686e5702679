/*
 * What is right by itself may be wrong beside another setting.
 */
#include <string.h>

#include "base/limits.h"
#include "conf/loader.h"

static void
check_ttls(struct loader *loader)
{
	const struct settings *settings = loader->settings;
	struct place place = loader->given[SETTING_ID_dns_ttl_max].place;

	if (place.source.ptr == NULL)
		place = loader->given[SETTING_ID_dns_ttl_min].place;
	if (settings->dns_ttl_min > settings->dns_ttl_max)
		scan_mistake(&loader->scan, place,
		    "dns_ttl_min is more than dns_ttl_max");
}

static void
check_dns(struct loader *loader)
{
	const struct setting_list *dns = &loader->settings->dns;
	struct place place = loader->given[SETTING_ID_dns].place;

	if (dns->count == 0)
		scan_mistake(&loader->scan, place,
		    "dns is empty; write dns = \"system\"");
	for (size_t i = 0; dns->count > 1 && i < dns->count; i++)
		if (strncmp(dns->at[i], "server:", 7) != 0) {
			scan_mistake(&loader->scan, place, "only server: may "
			    "stand beside others in dns; write system or "
			    "zone:FILE alone");
			return;
		}
}

/* All of it or nothing: whoever signs has a name and a key. */
static void
check_sealing(struct loader *loader)
{
	const struct settings *settings = loader->settings;
	const struct {
		const char *name, *value;
	} needed[] = {
		{ "arc_domain", settings->arc_domain },
		{ "arc_selector", settings->arc_selector },
		{ "arc_key", settings->arc_key },
	};

	for (size_t i = 0; strcmp(settings->arc_seal, "yes") == 0 &&
	    i < sizeof(needed) / sizeof(needed[0]); i++)
		if (needed[i].value[0] == '\0')
			scan_mistake(&loader->scan,
			    loader->given[SETTING_ID_arc_seal].place,
			    "arc_seal needs %s", needed[i].name);
}

static void
check_signing(struct loader *loader)
{
	const struct settings *settings = loader->settings;

	if (settings->signing_table[0] != '\0' &&
	    settings->signing_key_table[0] == '\0')
		scan_mistake(&loader->scan,
		    loader->given[SETTING_ID_signing_table].place,
		    "signing_table names keys; write signing_key_table, too");
}

static void
check_protected(struct loader *loader)
{
	const struct settings *settings = loader->settings;
	const size_t counts[] = { settings->protected_names.count,
	    settings->protected_domains.count };
	static const int ids[] = { SETTING_ID_protected_names,
	    SETTING_ID_protected_domains };

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (counts[i] > LIMIT_PROTECTED)
			scan_mistake(&loader->scan,
			    loader->given[ids[i]].place,
			    "every message is compared with each of them: "
			    "at most %d", LIMIT_PROTECTED);
}

void
together_check(struct loader *loader)
{
	if (loader->scan.mistakes.count > 0)
		return;
	check_dns(loader);
	check_ttls(loader);
	check_sealing(loader);
	check_signing(loader);
	check_protected(loader);
}
