/* How pages look. */
#include "page/page.h"

#define DAY \
    "--ink:#1d2228;--soft:#59616c;--paper:#fdfcf9;--card:#f4f2ec;" \
    "--rule:#dcd8ce;--bar:#dfe9e3;--link:#1f5a99;--good:#2c8760;" \
    "--calm:#3b76b0;--later:#b4740f;--hold:#7d5cb8;--bad:#c23b2d;" \
    "--gone:#6d3b33;--dim:#858b94;--on-good:#17663f;--on-bad:#a8281b;" \
    "--on-hold:#7a4f00;--heat:#2c8760"

#define NIGHT \
    "--ink:#e7e5df;--soft:#a5acb6;--paper:#15171a;--card:#1e2125;" \
    "--rule:#363a41;--bar:#243d33;--link:#8fbdf0;--good:#4cb98a;" \
    "--calm:#6ba5df;--later:#e0aa45;--hold:#b496e8;--bad:#f27a6b;" \
    "--gone:#c99287;--dim:#8b929c;--on-good:#62cf9f;--on-bad:#ff9385;" \
    "--on-hold:#e8bc66;--heat:#4cb98a"

static const char file_style[] =
    ":root{color-scheme:light dark;" DAY "}\n"
    "@media(prefers-color-scheme:dark){:root{" NIGHT "}}\n"
    "*{box-sizing:border-box}html{scroll-behavior:smooth}\n"
    "body{font:16px/1.5 system-ui,-apple-system,\"Segoe UI\",sans-serif;"
    "color:var(--ink);background:var(--paper);max-width:62rem;"
    "margin:0 auto;padding:2rem 1.25rem 3rem}\n"
    "h1{font-size:1.7rem;line-height:1.2;margin:0;letter-spacing:-.01em;"
    "overflow-wrap:anywhere}\n"
    "h2{font-size:1.25rem;line-height:1.3;margin:2.75rem 0 .5rem;"
    "padding-top:1rem;border-top:1px solid var(--rule);"
    "overflow-wrap:anywhere}\n"
    "h3{font-size:1.05rem;margin:1.75rem 0 .5rem}p{margin:.5rem 0;"
    "max-width:44rem}\n"
    "header p,footer,small,summary,.key,caption small{color:var(--soft)}"
    "small{font-weight:normal;font-size:.875rem}footer{margin-top:3rem;"
    "font-size:.875rem}\n"
    "a{color:var(--link)}:focus-visible{outline:2px solid var(--link);"
    "outline-offset:2px}\n"
    "nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1rem;"
    "padding:0;margin:1.25rem 0;font-size:.9375rem}\n"
    ".tiles{display:grid;gap:.75rem;margin:1.25rem 0;"
    "grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr))}\n"
    ".tiles>div{background:var(--card);border-radius:.5rem;"
    "padding:.75rem 1rem;min-width:0}.tiles dt{color:var(--soft);"
    "font-size:.875rem;line-height:1.3}.tiles dd{margin:0}"
    ".tiles b{font-size:1.5rem;line-height:1.3;font-weight:600;"
    "font-variant-numeric:tabular-nums;overflow-wrap:anywhere}"
    ".tiles small{display:block;line-height:1.35}\n"
    ".wide{overflow-x:auto;margin:1rem 0}"
    "table{border-collapse:collapse;font-size:.9375rem;min-width:50%}"
    "caption{text-align:left;font-weight:600;padding:.25rem 0 .5rem}\n"
    "th,td{padding:.3rem 1.25rem .3rem 0;border-bottom:1px solid "
    "var(--rule);text-align:left;vertical-align:top}"
    "th{font-weight:500}thead th{color:var(--soft);font-size:.875rem;"
    "vertical-align:bottom}thead:has(button) .do{padding-bottom:.45rem}"
    "tbody th,.w{overflow-wrap:break-word;"
    "max-width:26rem}\n"
    ".n{text-align:right;white-space:nowrap;"
    "font-variant-numeric:tabular-nums}"
    "td.n{padding-left:.5rem}.t{white-space:nowrap}"
    "td[style]{min-width:7.5rem;padding-right:1.5rem;"
    "background:linear-gradient(90deg,var(--bar) var(--p),#0000 0) "
    "no-repeat 0 .3rem/calc(100% - 1.25rem) 1.5em}\n"
    "thead button{font:inherit;color:inherit;background:none;border:0;"
    "padding:.15rem 0;cursor:pointer;text-align:inherit}"
    "thead button::after{content:\"\\2195\";opacity:.55;"
    "padding-left:.25em}"
    "[aria-sort=ascending] button::after{content:\"\\2191\";opacity:1}"
    "[aria-sort=descending] button::after{content:\"\\2193\";opacity:1}\n"
    "code{font:.875em/1.5 ui-monospace,\"Cascadia Mono\",Menlo,Consolas,"
    "monospace;overflow-wrap:anywhere}summary{cursor:pointer;"
    "font-size:.875rem;line-height:1.75;width:fit-content;"
    "white-space:nowrap}\n"
    ".command code{display:block;background:var(--card);"
    "border-radius:.25rem;padding:.25rem .5rem;user-select:all;"
    "max-width:32rem}td .command code{min-width:16rem}"
    ".command button{font:inherit;font-size:.8125rem;margin:.25rem 0;"
    "color:var(--ink);background:var(--paper);border:1px solid "
    "var(--dim);border-radius:.25rem;cursor:pointer}\n"
    "figure{margin:1.25rem 0 1.75rem}figcaption{font-weight:600}"
    ".plot{overflow-x:auto}svg{display:block;width:100%;min-width:32rem;"
    "height:auto}svg text{font-size:12px;fill:var(--soft)}"
    ".m{text-anchor:middle}.e{text-anchor:end}\n"
    ".grid,.tick{stroke:var(--rule);fill:none}.hint{fill:#0000}"
    ".hint:hover{fill:var(--ink);fill-opacity:.07}"
    ".line{fill:none;stroke-width:2.25;stroke-linejoin:round;"
    "stroke-linecap:round}.l1{stroke-dasharray:7 4}"
    ".l2{stroke-dasharray:2 4}.l3{stroke-dasharray:9 3 2 3}\n"
    ".good{--c:var(--good)}.calm{--c:var(--calm)}.later{--c:var(--later)}"
    ".hold{--c:var(--hold)}.bad{--c:var(--bad)}.gone{--c:var(--gone)}"
    ".dim{--c:var(--dim)}.area{fill:var(--c)}.line{stroke:var(--c)}\n"
    ".key{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem 1rem;"
    "padding:0;margin:.25rem 0;font-size:.875rem}.key i{display:"
    "inline-block;width:.75rem;height:.75rem;border-radius:.2rem;"
    "margin-right:.4rem;background:var(--c)}\n"
    ".span{stroke:var(--rule);stroke-width:6;stroke-linecap:round}"
    ".p0{--c:var(--good)}.p1{--c:var(--calm)}.p2{--c:var(--later)}"
    ".p3{--c:var(--bad)}.p4{--c:var(--gone)}circle{fill:var(--c)}\n"
    ".h0{fill:var(--card)}"
    ".h1,.h2,.h3,.h4,.h5,.h6,.h7,.h8,.h9{fill:var(--heat)}"
    ".h1{fill-opacity:.14}.h2{fill-opacity:.24}.h3{fill-opacity:.35}"
    ".h4{fill-opacity:.46}.h5{fill-opacity:.57}.h6{fill-opacity:.68}"
    ".h7{fill-opacity:.79}.h8{fill-opacity:.9}\n"
    "b.accept,b.bypass{color:var(--on-good)}b.reject,b.discard,"
    "b.tempfail{color:var(--on-bad)}b.quarantine{color:var(--on-hold)}\n"
    "@media(max-width:40rem){body{padding:1.25rem 1rem 2rem}"
    "h1{font-size:1.4rem}.tiles{grid-template-columns:repeat(auto-fill,"
    "minmax(8rem,1fr))}th,td{padding-right:.9rem}}\n"
    "@media print{:root{" DAY ";--paper:#fff}body{max-width:none;padding:0;"
    "font-size:10pt}nav,.command:not([open]),.do,footer,thead button::after,"
    "details:not([open])>summary{display:none}"
    "h2,h3,caption,figcaption{break-after:avoid}"
    "figure svg,tr,.tiles>div{break-inside:avoid}.plot,.wide{overflow:"
    "visible}svg{min-width:0}th,td{padding-right:.6rem;font-size:9pt}"
    "td[style]{padding-right:.6rem;min-width:0;background-size:100% 1.5em}"
    ".tiles>div{border:1px solid var(--rule)}"
    "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n"
    "@media(prefers-reduced-motion){html{scroll-behavior:auto}}\n";

/* Clients know no variables, and turn colours around for the night by
 * themselves. */
static const char mail_style[] =
    "body{font:15px/1.5 sans-serif;max-width:60em;margin:0 auto;"
    "padding:1em}\n"
    "h1{font-size:1.5em;margin:0}h2{font-size:1.2em;margin:2em 0 .4em}\n"
    "table{border-collapse:collapse;font-size:.95em}"
    "caption{text-align:left;font-weight:bold;padding:.5em 0 .2em}"
    "th{font-weight:normal}thead th{border-bottom:1px solid}\n"
    "figure{margin:1em 0}.wide{overflow-x:auto}dl{overflow:hidden}"
    "dt{float:left;clear:left;width:18em}dd{margin-left:19em}"
    "@media(max-width:40em){dt{float:none}dd{margin-left:1em}}\n"
    "code{font:.9em monospace;overflow-wrap:anywhere}"
    "td .command{display:inline-block;min-width:24em}"
    "td[style*=right]{white-space:nowrap}\n";

const char *
page_style(enum page_use use)
{
	return use == PAGE_FILE ? file_style : mail_style;
}
