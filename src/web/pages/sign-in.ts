/** `/operate` for who has not signed in. */
import { type Html, html } from "../html.ts";
import { layout } from "../layout.ts";
import { at, type Site } from "../site.ts";
import { sentence } from "./error.ts";

/** @param problem why the last try failed */
export function signInPage(site: Site, problem: string | undefined): Html {
  const body = html`<div class="narrow"><h1>Sign in</h1>
<p class="quiet">For this registry's operators.</p>
${problem !== undefined && html`<div class="notice bad" role="alert"><p>${sentence(problem)}.</p></div>`}
<form method="post" action="${at(site, "/operate/sign-in")}">
<label class="field"><span>Token</span><input type="password" name="token" autocomplete="current-password" required maxlength="300"></label>
<button>Sign in</button>
</form>
<p class="quiet small">A token with the scope <code>admin</code> is made with<br><code>moonbit-registry token create NAME --scope admin</code>.</p></div>`;
  return layout(site, { title: "Sign in", body, part: "operate" });
}
