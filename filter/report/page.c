#include "report/page.h"

#include "base/print.h"

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1d2228;--paper:#fdfcf9;"
    "--line:#d9d6cd;--good:#18794e;--bad:#b42318;--hold:#9a6700;"
    "--dim:#6b7280}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6e4de;"
    "--paper:#16181b;--line:#363a40;--good:#4cc38a;--bad:#ff8b7d;"
    "--hold:#e5b454;--dim:#9aa1ab}}\n"
    "body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);"
    "background:var(--paper);max-width:60rem;margin:2rem auto;"
    "padding:0 1rem}\n"
    "h1{margin-bottom:0}h2{margin:2rem 0 .5rem;font-size:1.15rem}\n"
    "small,summary{color:var(--dim);font-weight:normal}\n"
    "table{border-collapse:collapse}td,th{padding:.25rem .75rem .25rem 0;"
    "border-bottom:1px solid var(--line);text-align:left;"
    "vertical-align:top}\n"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}\n"
    "table.samples{font-size:.85rem;color:var(--dim)}\n"
    "code{font:.9em ui-monospace,monospace;overflow-wrap:anywhere}\n"
    "b.accept,b.bypass{color:var(--good)}b.reject,b.discard,b.tempfail"
    "{color:var(--bad)}b.quarantine{color:var(--hold)}\n"
    "meter{width:8rem}\n";

void
page_begin(FILE *out, struct str title)
{
	fputs("<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>"
	    "<meta name=viewport content=\"width=device-width\"><title>", out);
	print_html(out, title);
	fprintf(out, "</title>\n<style>\n%s</style></head>\n<body>\n", style);
}

void
page_end(FILE *out)
{
	fputs("</body></html>\n", out);
}
