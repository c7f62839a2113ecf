/** `/operate`: how the registry does, and what an operator may make it do. */

import { bytesText, countText, plural } from "../../units.ts";
import { type Bar, barChart, columnChart } from "../chart.ts";
import { ago } from "../format.ts";
import { type Html, html } from "../html.ts";
import { layout } from "../layout.ts";
import { at, modulePage, type Site } from "../site.ts";

export interface SourceRow {
  readonly name: string;
  readonly url: string;
  readonly enabled: boolean;
  readonly default: boolean;
  readonly modules: number;
  readonly versions: number;
  /** ISO 8601, of the last refresh that worked. */
  readonly lastSync: string | null;
  readonly lastError: string | null;
}

export interface JobView {
  readonly kind: "sync" | "verify";
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  /** Of the end; whether it went well. */
  readonly outcome: { readonly ok: boolean; readonly text: string } | undefined;
  readonly lines: readonly string[];
  /** The number of the last of them; 0: there is none. */
  readonly seen: number;
  readonly done: number;
  readonly total: number;
  readonly words: string;
}

export interface OperateView {
  /** The token's name. */
  readonly who: string;
  /** Proves that a form is this page's own. */
  readonly proof: string;
  readonly sources: readonly SourceRow[];
  readonly listed: { readonly modules: number; readonly versions: number };
  readonly stored: {
    readonly modules: number;
    readonly versions: number;
    readonly archives: number;
    readonly bytes: number;
  };
  /** Of the file system; undefined where it does not tell. */
  readonly free: number | undefined;
  /** Undefined while the server does not sync by itself. */
  readonly autoSync: { readonly last: string | null; readonly next: string | null } | undefined;
  /** Who writes now, when it is another process. */
  readonly writer: string | undefined;
  readonly job: JobView | undefined;
  /** Why nothing can be fetched; undefined: it can. */
  readonly idle: string | undefined;
  /** Whether nothing may change. */
  readonly readOnly: boolean;
  /** Of archives, since they are counted; the modules that had most, the first ones first. */
  readonly downloads: {
    readonly total: number;
    readonly modules: readonly { readonly module: string; readonly count: number }[];
  };
  /** What the last days came to, the oldest first. */
  readonly days: readonly {
    readonly day: string;
    readonly downloads: number;
    readonly bytes: number | null;
  }[];
  /** What the last action came to. */
  readonly notice: { readonly ok: boolean; readonly text: string } | undefined;
}

export function operatePage(site: Site, view: OperateView, now: number): Html {
  const body = html`<div class="title"><h1>Operate</h1><span class="quiet small">signed in as ${view.who}</span></div>
${view.notice && html`<div class="notice${!view.notice.ok && " bad"}" role="status"><p>${view.notice.text}</p></div>`}
${figures(view)}
<h2>Sources</h2>
${sources(view.sources, now)}
<h2 id="work">Work</h2>
${view.idle !== undefined && html`<p class="quiet">${view.idle}</p>`}
<div class="actions">${action(site, view, "sync", "Sync now")}${action(site, view, "verify", "Verify")}</div>
${view.autoSync && html`<p class="quiet small">Syncs by itself${view.autoSync.next !== null && html`; next ${clock(view.autoSync.next)}`}.</p>`}
${view.writer !== undefined && html`<p class="quiet small">Another process writes now: ${view.writer}.</p>`}
${view.job ? job(site, view.job, now) : html`<p class="quiet">Nothing was started from here since the server began.</p>`}
<h2>Downloads</h2>
${downloads(site, view)}
${days(view)}
${yankForm(site, view)}
<h2>Session</h2>
<form method="post" action="${at(site, "/operate/sign-out")}">${proof(view)}<button class="plain">Sign out</button></form>`;
  return layout(site, { title: "Operate", body, part: "operate" });
}

function figures({ listed, stored, free }: OperateView): Html {
  const share = listed.versions === 0 ? 0 : Math.round((100 * stored.versions) / listed.versions);
  return html`<dl class="figures">
<div><dt>Listed</dt><dd>${countText(listed.versions)}<small>versions of ${plural(listed.modules, "module")}</small></dd></div>
<div><dt>Stored</dt><dd>${countText(stored.versions)}<small>versions, ${share} %</small></dd></div>
<div><dt>Archives</dt><dd>${bytesText(stored.bytes)}<small>${plural(stored.archives, "file")}</small></dd></div>
${free !== undefined && html`<div><dt>Disk free</dt><dd>${bytesText(free)}<small>where the data is</small></dd></div>`}
</dl>`;
}

function sources(rows: readonly SourceRow[], now: number): Html {
  if (rows.length === 0) {
    return html`<div class="empty"><strong>No source.</strong>Add one with <code>moonbit-registry source add</code>.</div>`;
  }
  const health = ({ enabled, lastSync, lastError }: SourceRow) => {
    if (!enabled) return html`<span class="tag">disabled</span>`;
    if (lastError !== null) return html`<span class="tag bad">failing</span> ${lastError}`;
    if (lastSync === null) return html`<span class="tag warn">never synced</span>`;
    return html`<span class="tag">healthy</span>`;
  };
  return html`<table class="stack"><thead><tr><th scope="col">Source</th><th scope="col">Health</th><th scope="col">Fresh</th><th scope="col" class="number">Modules</th><th scope="col" class="number">Versions</th></tr></thead><tbody>${rows.map(
    (
      row,
    ) => html`<tr><td><strong>${row.name}</strong>${row.default && html` <span class="tag">default</span>`}<br><span class="quiet small">${row.url}</span></td>
<td>${health(row)}</td><td>${row.lastSync === null ? "–" : ago(Date.parse(row.lastSync), now)}</td>
<td class="number" data-label="Modules">${countText(row.modules)}</td><td class="number" data-label="Versions">${countText(row.versions)}</td></tr>`,
  )}</tbody></table>`;
}

function action(site: Site, view: OperateView, kind: "sync" | "verify", label: string): Html {
  const busy =
    (kind === "sync" && view.idle !== undefined) || (view.job && view.job.endedAt === undefined);
  return html`<form method="post" action="${at(site, `/operate/${kind}`)}">${proof(view)}<button class="${kind === "sync" ? "" : "plain"}"${busy && html` disabled`}>${label}</button></form>`;
}

function downloads(site: Site, { downloads: { total, modules } }: OperateView): Html {
  if (total === 0) return html`<p class="quiet">No archive has been given out yet.</p>`;
  const bars = modules.map(
    ({ module, count }): Bar => ({ label: module, href: modulePage(site, module), count }),
  );
  return html`<p class="quiet">${plural(total, "archive")} given out so far. The most wanted:</p>${barChart(bars, "Downloads by module")}`;
}

/** By day; nothing is drawn of a single one. */
function days({ days: all }: OperateView): Html | false {
  const stored = all.flatMap(({ day, bytes }) => (bytes === null ? [] : [{ day, count: bytes }]));
  const given = all.map(({ day, downloads: count }) => ({ day, count }));
  return (
    all.length > 1 &&
    html`<h3>By day</h3>${columnChart(given, "Downloads by day", countText)}
<h2>Disk use</h2>${columnChart(stored, "Bytes of all archives by day", bytesText)}`
  );
}

function job(
  site: Site,
  { kind, by, startedAt, endedAt, outcome, lines, seen, done, total, words }: JobView,
  now: number,
): Html {
  const running = endedAt === undefined;
  const name = kind === "sync" ? "Sync" : "Verification";
  return html`<section class="job" aria-labelledby="job" data-job="${`${at(site, "/operate/events")}?seen=${seen}`}" data-running="${String(running)}">
<p id="job"><strong>${name}</strong> <span class="quiet small">by ${by}, ${running ? "started" : "ended"} ${ago(endedAt ?? startedAt, now)}</span></p>
${running && html`<progress aria-label="${name}"${total > 0 && html` max="${total}" value="${done}"`}></progress>`}
<p data-words aria-live="polite"${outcome && !outcome.ok && html` class="bad"`}>${outcome?.text ?? words}</p>
${running && html`<noscript><p><a href="${at(site, "/operate")}#work">Look again</a></p></noscript>`}
<pre tabindex="0" aria-label="What it told"${lines.length === 0 && html` hidden`}>${lines.map((line) => `${line}\n`)}</pre>
</section>`;
}

function yankForm(site: Site, view: OperateView): Html {
  const disabled = view.readOnly && html` disabled`;
  return html`<h2>Yank</h2>
<p class="quiet">A yanked version stays for who names it exactly, and no range chooses it. Only what was published here can be yanked.</p>
<form class="narrow" method="post" action="${at(site, "/operate/yank")}">${proof(view)}
<label class="field"><span>Version</span><input type="text" name="target" placeholder="owner/name@1.0.0" required maxlength="400"${disabled}></label>
<label class="field"><span>Reason</span><input type="text" name="reason" maxlength="500"${disabled}></label>
<div class="actions"><button class="plain" name="do" value="yank"${disabled}>Yank</button><button class="plain" name="do" value="unyank"${disabled}>Undo a yank</button></div></form>`;
}

function proof({ proof: value }: OperateView): Html {
  return html`<input type="hidden" name="proof" value="${value}">`;
}

function clock(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(11, 16)} UTC</time>`;
}
