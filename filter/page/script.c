/*
 * Tables that sort, commands that can be copied with one button.  Without
 * this a page lacks these two and nothing else.
 */
#include "page/page.h"

const char page_script[] =
    "'use strict';\n"
    "function value(row,i){const c=row.cells[i],v=c.dataset.v||"
    "c.textContent.replace(/[,%]/g,'').trim();"
    "return v!==''&&!isNaN(v)?Number(v):v==='-'?-1:v.toLowerCase();}\n"
    "function sort(table,i,head){const up=head.getAttribute('aria-sort')"
    "==='descending'||(!head.hasAttribute('aria-sort')&&"
    "!head.classList.contains('n'));\n"
    "const body=table.tBodies[0],rows=[...body.rows];"
    "rows.sort((a,b)=>{const x=value(a,i),y=value(b,i),"
    "d=typeof x===typeof y?(x<y?-1:x>y?1:0):typeof x==='number'?-1:1;"
    "return up?d:-d;});\n"
    "for(const h of table.tHead.rows[0].cells)"
    "h.removeAttribute('aria-sort');"
    "head.setAttribute('aria-sort',up?'ascending':'descending');"
    "body.append(...rows);}\n"
    "for(const table of document.querySelectorAll('table')){"
    "if(table.tBodies[0].rows.length<2)continue;\n"
    "[...table.tHead.rows[0].cells].forEach((head,i)=>{"
    "if(head.className==='do')return;"
    "const b=document.createElement('button');b.type='button';"
    "b.append(...head.childNodes);head.append(b);"
    "b.addEventListener('click',()=>sort(table,i,head));});}\n"
    "for(const d of document.querySelectorAll('details.command')){"
    "d.addEventListener('toggle',()=>{"
    "if(!d.open||d.querySelector('button'))return;\n"
    "const b=document.createElement('button'),c=d.querySelector('code');"
    "b.type='button';b.textContent='copy';d.append(b);"
    "b.addEventListener('click',()=>{getSelection().selectAllChildren(c);"
    "const done=()=>{b.textContent='copied';};"
    "if(navigator.clipboard)"
    "navigator.clipboard.writeText(c.textContent).then(done,()=>{});"
    "else if(document.execCommand('copy'))done();});});}\n";
