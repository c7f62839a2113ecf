/** The few pages that a browser sees while somebody signs in. They load nothing and run nothing. */

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 30rem; margin: 10vh auto; padding: 0 1rem; color: #1c1c1c; background: #fff }
h1 { font-size: 1.3rem }
label { display: block; margin: 1rem 0 .3rem }
input { font: inherit; width: 100%; box-sizing: border-box; padding: .5rem; border: 1px solid #767676; border-radius: .3rem }
button { font: inherit; margin-top: 1rem; padding: .5rem 1.2rem; border: 0; border-radius: .3rem; color: #fff; background: #6b2fa0 }
.error { color: #b00020 }
@media (prefers-color-scheme: dark) {
  body { color: #eee; background: #161616 } input { color: inherit; background: #222 } .error { color: #ff8a9a }
}`;

export interface PageOptions {
  readonly status?: number;
  /** Where its form's answer may lead, besides this server. */
  readonly leadsTo?: string;
}

/** @param content HTML; what comes from outside is escaped by whoever makes it */
export function page(title: string, content: string, options: PageOptions = {}): Response {
  const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${Bun.escapeHTML(title)}</title><style>${STYLE}</style></head>
<body><main><h1>${Bun.escapeHTML(title)}</h1>
${content}
</main></body>
</html>
`;
  // Browsers hold redirects of a form against form-action as well.
  const targets = ["'self'", ...(options.leadsTo ? [new URL(options.leadsTo).origin] : [])];
  return new Response(html, {
    status: options.status ?? 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": `default-src 'none'; style-src 'unsafe-inline'; form-action ${targets.join(" ")}; frame-ancestors 'none'; base-uri 'none'`,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    },
  });
}
