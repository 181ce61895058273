"""The style sheet of the page: light and dark, wide and narrow."""

from __future__ import annotations

from typing import Final

CSS: Final = """
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --line: #dfe3e8; --text: #1b2330; --soft: #5b6675;
  --code: #f0f2f5; --link: #0b5cad;
  --create: #18794e; --update: #8a5a00; --replace: #b3361c; --delete: #b11226;
  --adopt: #6b3fb5; --same: #5b6675;
  --old: #ffe3e0; --old-text: #82071e; --new: #d7f5df; --new-text: #0b4a26;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1218; --card: #171d26; --line: #2c3542; --text: #e6eaf0; --soft: #9aa7b8;
    --code: #212936; --link: #79b8ff;
    --create: #4cc38a; --update: #e2a336; --replace: #ff8f6b; --delete: #ff7b86;
    --adopt: #b79cff; --same: #93a1b3;
    --old: #4a1f24; --old-text: #ffc9c6; --new: #16402a; --new-text: #b8f0cb;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 76rem; padding: 2rem 1.25rem 4rem; background: var(--page);
  color: var(--text); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 1rem; letter-spacing: -0.01em; }
h2 { font-size: 1.05rem; margin: 0 0 .6rem; }
h3 { font-size: .9rem; margin: 1.1rem 0 .4rem; color: var(--soft); font-weight: 600; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 4px; }
code, .value, ins, del {
  font: .9em/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
ul { margin: 0; padding: 0; list-style: none; }
.counts { display: flex; flex-wrap: wrap; gap: .5rem; margin: 0 0 1.5rem; }
.counts li {
  background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--tone);
  border-radius: 8px; padding: .3rem .8rem; font-weight: 600;
}
.counts li.failed, .counts li.conflict { background: var(--tone); color: var(--card); }
.create, .gates, .fate-create { --tone: var(--create); }
.update, .fate-update, .warning { --tone: var(--update); }
.replace, .conflict, .fate-replace { --tone: var(--replace); }
.delete, .failed, .error, .fate-delete, .fate-failed { --tone: var(--delete); }
.adopt, .import, .refresh, .drift, .fate-adopt, .fate-import, .fate-refresh {
  --tone: var(--adopt);
}
.same, .note, .fate-same, .fate-read { --tone: var(--same); }
.card, figure, .object {
  background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  margin: 0 0 1rem; overflow: hidden;
}
.card, figure { padding: 1rem 1.25rem; }
.object { border-left: 5px solid var(--tone); }
.object > details > summary {
  cursor: pointer; padding: .8rem 1.25rem; display: flex; flex-wrap: wrap; gap: .2rem .7rem;
  align-items: baseline;
}
.object > details > summary::-webkit-details-marker { display: none; }
.object > details > summary::after {
  content: "▸"; margin-left: auto; color: var(--soft); font-size: 1.1rem; line-height: 1;
}
.object > details[open] > summary::after { content: "▾"; }
.object > details[open] > summary { border-bottom: 1px solid var(--line); }
.object h2 { display: inline; margin: 0; overflow-wrap: anywhere; font-size: 1.05rem; }
.body { padding: .4rem 1.25rem 1.1rem; }
.fate, .badge { color: var(--tone); font-weight: 700; white-space: nowrap; }
.logical, .soft { color: var(--soft); font-size: .9rem; }
.told { margin: .6rem 0 .8rem; display: grid; gap: .35rem; }
.card .told { margin: 0; }
table:first-child { margin-top: .3rem; }
.told li {
  border-left: 3px solid var(--tone); padding: .15rem 0 .15rem .7rem; overflow-wrap: anywhere;
}
.told b { color: var(--tone); margin-right: .4rem; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th, td {
  text-align: left; vertical-align: top; padding: .4rem 1.4rem .4rem 0;
  border-top: 1px solid var(--line); overflow-wrap: anywhere;
}
thead th { border-top: 0; font-size: .8rem; color: var(--soft); font-weight: 600; }
tbody th { font-weight: 500; }
col.key { width: 24%; }
.value { white-space: pre-wrap; }
.word { color: var(--soft); font-style: italic; }
.flag { color: var(--tone); font-size: .8rem; font-weight: 700; display: block; }
del, ins { text-decoration: none; border-radius: 3px; padding: .05em .15em; }
del { background: var(--old); color: var(--old-text); text-decoration: line-through; }
ins { background: var(--new); color: var(--new-text); text-decoration: underline; }
.whole { text-decoration: none; }
.scroll { overflow-x: auto; }
figure svg { display: block; max-width: none; }
figure h2 { margin-bottom: .3rem; }
svg text { fill: var(--text); font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; }
svg .column, svg .kind { fill: var(--soft); font-size: 12px; }
svg .name { font-weight: 600; }
svg .sign { fill: var(--card); font-weight: 700; font-size: 17px; text-anchor: middle; }
svg .edge { fill: none; stroke: var(--soft); stroke-width: 1.5; opacity: .7; }
svg .node rect { fill: var(--card); stroke: var(--tone); stroke-width: 1.5; }
svg .node .mark { fill: var(--tone); }
svg a:focus-visible { outline: none; }
svg a:focus-visible rect, svg a:hover rect { stroke-width: 3; }
figcaption { margin-top: .6rem; font-size: .9rem; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin-bottom: .3rem; }
summary { cursor: pointer; }
footer { color: var(--soft); font-size: .9rem; overflow-wrap: anywhere; }
.hidden {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
}
@media (max-width: 42rem) {
  body { padding: 1.1rem .75rem 3rem; }
  h1 { font-size: 1.35rem; }
  .card, figure { padding: .8rem .9rem; }
  .object > details > summary { padding: .7rem .9rem; }
  .body { padding: .2rem .9rem .9rem; }
  table, tbody, tr, th, td { display: block; width: auto; }
  thead, colgroup { display: none; }
  tr { border-top: 1px solid var(--line); padding: .5rem 0; }
  th, td { border: 0; padding: .1rem 0; }
  tbody th { font-weight: 600; }
  td { display: grid; grid-template-columns: 4.6rem minmax(0, 1fr); align-items: baseline; }
  td::before { content: attr(data-label); color: var(--soft); font-size: .78rem; }
}
@media print {
  body { background: none; max-width: none; }
  .object, figure, .card { break-inside: avoid; }
}
"""
