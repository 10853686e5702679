/*
 * What stands between a page and a reader who cannot see it, or has no mouse:
 * the faults of the page, a text each.  It is run in the page.
 */
(() => {
const faults = [];
const all = (s, root) => [...(root || document).querySelectorAll(s)];
const fault = (e, what) => faults.push(what + ': ' +
    e.outerHTML.replace(/\s+/g, ' ').slice(0, 120));
const shown = e => e.checkVisibility ? e.checkVisibility() : true;

/* ---- the document ---- */

function documentFaults() {
	const one = (s) => {
		if (all(s).length !== 1)
			faults.push(all(s).length + ' of ' + s);
	};

	if (!document.documentElement.lang)
		faults.push('no language');
	if (!document.title.trim())
		faults.push('no title');
	if (document.compatMode !== 'CSS1Compat')
		faults.push('quirks mode');
	['h1', 'main', 'header', 'footer'].forEach(one);
	const ids = all('[id]').map(e => e.id);
	ids.filter((id, i) => ids.indexOf(id) !== i)
	    .forEach(id => faults.push('twice the id ' + id));
	all('a').forEach(a => {
		const to = a.getAttribute('href');
		if (!to || to[0] !== '#' || !document.getElementById(
		    to.slice(1)))
			fault(a, 'leads nowhere');
	});
	all('[aria-labelledby]').forEach(e => {
		for (const id of e.getAttribute('aria-labelledby').split(' '))
			if (!document.getElementById(id)?.textContent.trim())
				fault(e, 'no label ' + id);
	});
	for (const e of document.body.children)
		if (!['HEADER', 'MAIN', 'FOOTER', 'SCRIPT']
		    .includes(e.tagName))
			fault(e, 'outside of a landmark');
}

function headingFaults() {
	let level = 0;

	all('h1,h2,h3,h4,h5,h6').forEach(h => {
		const now = Number(h.tagName[1]);
		if (now > level + 1)
			fault(h, 'a level is left out');
		if (!h.textContent.trim())
			fault(h, 'an empty heading');
		level = now;
	});
}

/* ---- tables, pictures, lists ---- */

function tableFaults() {
	all('table').forEach(table => {
		const heads = table.tHead?.rows[0]?.cells.length;
		if (!table.caption?.textContent.trim())
			fault(table, 'no caption');
		if (!heads || all('thead th[scope=col]', table).length !==
		    heads)
			fault(table, 'heads without scope');
		all('thead th', table).forEach(th => {
			if (!th.textContent.trim())
				fault(th, 'an empty head');
		});
		for (const row of table.tBodies[0].rows) {
			if (row.cells.length !== heads)
				fault(row, 'a row of another length');
			if (row.cells[0].tagName !== 'TH' ||
			    row.cells[0].scope !== 'row')
				fault(row, 'a row without a head');
		}
	});
}

function pictureFaults() {
	all('svg').forEach(svg => {
		if (svg.getAttribute('role') !== 'img' ||
		    !svg.hasAttribute('aria-labelledby') ||
		    !svg.querySelector(':scope>title') ||
		    !svg.querySelector(':scope>desc')?.textContent.trim())
			fault(svg, 'a picture without words');
		if (!svg.closest('figure')?.querySelector('table'))
			fault(svg, 'a picture without its numbers');
		if (!svg.closest('figure')?.querySelector('figcaption'))
			fault(svg, 'a picture without a caption');
	});
	all('img').forEach(img => fault(img, 'an image'));
	all('ul,ol').forEach(list => {
		if ([...list.children].some(e => e.tagName !== 'LI'))
			fault(list, 'not only items');
	});
	all('dl').forEach(list => all(':scope>div', list).forEach(div => {
		if (!div.querySelector('dt') || !div.querySelector('dd'))
			fault(div, 'a term or what it means is missing');
	}));
}

/* ---- controls ---- */

function nameOf(e) {
	return (e.getAttribute('aria-label') || e.textContent).trim();
}

function controlFaults() {
	all('a,button,summary,[tabindex],input,select').forEach(e => {
		if (!nameOf(e))
			fault(e, 'a control without a name');
		if (e.tabIndex < 0)
			fault(e, 'out of reach');
		if (e.tabIndex > 0)
			fault(e, 'an order of its own');
		if (!shown(e))
			return;
		e.focus();
		if (document.activeElement !== e)
			fault(e, 'cannot be focused');
		const box = e.getBoundingClientRect();
		/* WCAG 2.2, 2.5.8; there is nothing to press on paper. */
		if (['SUMMARY', 'BUTTON'].includes(e.tagName) &&
		    matchMedia('screen').matches &&
		    (box.height < 23.5 || box.width < 23.5))
			fault(e, 'smaller than 24 pixels (' + box.width +
			    'x' + box.height + ')');
	});
	document.activeElement.blur();
	/* WCAG 2.2, 2.1.1; 2.5.8 where links stand below each other. */
	all('*').filter(e => shown(e) && e.scrollWidth > e.clientWidth &&
	    ['auto', 'scroll'].includes(getComputedStyle(e).overflowX) &&
	    e.tabIndex < 0 && ![...e.querySelectorAll('a,button,summary')]
	    .some(shown)).forEach(e => fault(e, 'scrolls by mouse alone'));
	const top = e => e.getBoundingClientRect().top;
	if (matchMedia('screen').matches)
		all('nav li + li').filter(e => {
			const step = top(e) - top(e.previousElementSibling);
			return step > 0 && step < 23.5;
		}).forEach(e => fault(e, 'lines closer than 24 pixels'));
}

/* ---- contrast: WCAG 2.2, 1.4.3 and 1.4.11 ---- */

const canvas = document.createElement('canvas').getContext('2d',
    { willReadFrequently: true });
const known = new Map();

/* Red, green, blue 0..255 and alpha 0..1 of any colour of CSS. */
function colour(text) {
	if (!known.has(text)) {
		canvas.clearRect(0, 0, 1, 1);
		canvas.fillStyle = text;
		canvas.fillRect(0, 0, 1, 1);
		const d = canvas.getImageData(0, 0, 1, 1).data;
		known.set(text, [d[0], d[1], d[2], d[3] / 255]);
	}
	return known.get(text);
}

const over = (top, below) => [0, 1, 2].map(
    i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);

function light(c) {
	const part = v => (v /= 255) <= .04045 ? v / 12.92 :
	    ((v + .055) / 1.055) ** 2.4;
	return .2126 * part(c[0]) + .7152 * part(c[1]) + .0722 * part(c[2]);
}

function ratio(a, b) {
	const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
	return (x + .05) / (y + .05);
}

/* What a page without a colour lies on. */
function sheet() {
	const probe = document.createElement('i');

	probe.style.backgroundColor = 'Canvas';
	document.body.append(probe);
	const text = getComputedStyle(probe).backgroundColor;
	probe.remove();
	return colour(text);
}

/* All that may lie behind an element: plain colours, and each of a
 * gradient. */
function grounds(e) {
	if (!e)
		return [sheet()];
	const style = getComputedStyle(e), own = colour(
	    style.backgroundColor);
	let below = own[3] === 1 ? [own] : grounds(e.parentElement).map(
	    g => over(own, g));
	const stops = style.backgroundImage.match(/rgba?\([^)]*\)/g) || [];
	return below.concat(...stops.map(s => below.map(
	    g => over(colour(s), g))));
}

function contrastFaults() {
	const seen = new Set();
	const walker = document.createTreeWalker(document.body,
	    NodeFilter.SHOW_TEXT);

	while (walker.nextNode()) {
		const e = walker.currentNode.parentElement;
		if (!walker.currentNode.data.trim() || seen.has(e) ||
		    e.closest('script,style,title,desc') || !shown(e))
			continue;
		seen.add(e);
		const style = getComputedStyle(e);
		const size = parseFloat(style.fontSize);
		const large = size >= 24 ||
		    (size >= 18.66 && style.fontWeight >= 700);
		const ink = colour(e.closest('svg') ? style.fill :
		    style.color);
		const worst = Math.min(...grounds(e).map(
		    g => ratio(over(ink, g), g)));
		if (worst < (large ? 3 : 4.5))
			fault(e, 'contrast ' + worst.toFixed(2));
	}
	all('.area,.line,circle,.key i').forEach(e => {
		const style = getComputedStyle(e);
		const ink = colour(e.matches('.line') ? style.stroke :
		    e.matches('i') ? style.backgroundColor : style.fill);
		const worst = Math.min(...grounds(e.parentElement).map(
		    g => ratio(over(ink, g), g)));
		if (shown(e) && worst < 3)
			fault(e, 'contrast of a shape ' + worst.toFixed(2));
	});
	return seen.size;
}

documentFaults();
headingFaults();
tableFaults();
pictureFaults();
controlFaults();
const texts = contrastFaults();
if (document.documentElement.scrollWidth > innerWidth)
	faults.push('wider than the window: ' +
	    document.documentElement.scrollWidth);
return { faults: faults, texts: texts };
})()
