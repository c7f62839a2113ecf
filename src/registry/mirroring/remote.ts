/** Shares the index through a Git host: `git.remote_url` and its branch `git.branch`. */
import { Failure, messageOf } from "../../errors.ts";
import {
  createRepository,
  deleteRef,
  isAncestor,
  type Oid,
  readRef,
  writeRef,
} from "../../git/mod.ts";
import { type GitPeer, pullShared, pushShared, sourceRef } from "../../sources/mod.ts";
import type { Report } from "../events.ts";
import { type Registry, servedView } from "../open.ts";
import { currentOffer } from "../views/offer.ts";
import { sourceTips } from "../views/origin-tips.ts";
import { PUSHED, REMOTE } from "../views/remote-origin.ts";
import { guardHistory } from "../views/rewrites.ts";
import { type ListingChange, updateViews } from "../views/views.ts";
import { fetching, moving } from "../writing.ts";

export interface RemoteOptions {
  readonly signal?: AbortSignal;
}

export interface Pushed {
  readonly branch: string;
  readonly commit: string;
  readonly changed: boolean;
}

export interface Pulled extends Pushed {
  /** What is new about the view that lists all. */
  readonly listing: ListingChange;
}

/**
 * Sends the served view to the shared index. It only moves forward there.
 *
 * @throws {Failure} "exists" when the shared index has history that is not here
 */
export async function pushIndex(registry: Registry, options: RemoteOptions): Promise<Pushed> {
  const peer = remotePeer(registry);
  return await fetching(registry, "push", () => push(registry, peer, options));
}

/**
 * Takes the shared index in as an origin of this registry, and lets the served view go on from its
 * history, so that the next push moves it forward.
 *
 * @throws {Failure} "upstream" or "denied"
 */
export async function pullIndex(
  registry: Registry,
  options: RemoteOptions,
  report: Report,
): Promise<Pulled> {
  const peer = remotePeer(registry);
  const { paths, config, objects } = registry;
  const { branch } = config.git;
  return await fetching(registry, "pull", async () => {
    await createRepository(paths.index);
    const { tip, changed } = await pullShared(paths.index, peer, {
      signal: options.signal,
      branch,
      moving: (work) => moving(registry, "pull", work),
      async beforeMove(before, after) {
        await guardHistory(registry, REMOTE, before, after, report);
      },
    });
    return await moving(registry, "pull", () => takeIn(tip, changed));
  });

  async function takeIn(tip: Oid, changed: boolean): Promise<Pulled> {
    for (const source of sourceTips(registry)) {
      if (!isAncestor(objects, source.tip, tip)) continue;
      const hint = "add it with `source add`, and share through a repository of your own";
      await deleteRef(paths.index, sourceRef(REMOTE));
      const message = `${peer.title} is the index of source ${source.name}`;
      throw new Failure("config", message, hint);
    }
    const listing = await updateViews(registry, await currentOffer(registry), report, {
      join: tip,
    });
    return { branch, commit: tip, changed, listing };
  }
}

/**
 * Pushes after a change, when `git.auto_push` says so and there is something new. A failure is a
 * warning, and what was not sent goes with the next change. Within `fetching`.
 */
export async function autoPush(
  registry: Registry,
  report: Report,
  options: RemoteOptions = {},
): Promise<void> {
  const { config, paths } = registry;
  if (!config.git.autoPush || !config.git.remoteUrl) return;
  const tip = readRef(paths.index, servedView(registry));
  if (tip === undefined || tip === readRef(paths.index, PUSHED)) return;
  try {
    await push(registry, remotePeer(registry), options);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof Failure)) throw error;
    const hint = error.hint === undefined ? "" : `; ${error.hint}`;
    report({ type: "warning", message: `the index was not pushed: ${messageOf(error)}${hint}` });
  }
}

async function push(registry: Registry, peer: GitPeer, { signal }: RemoteOptions): Promise<Pushed> {
  const { paths, config } = registry;
  const { branch } = config.git;
  const ref = servedView(registry);
  const { tip, changed } = await pushShared(paths.index, peer, { ref, branch, signal });
  await writeRef(paths.index, PUSHED, tip);
  return { branch, commit: tip, changed };
}

/** @throws {Failure} "usage" when none is set */
function remotePeer({ config }: Registry): GitPeer {
  const { remoteUrl, auth } = config.git;
  if (!remoteUrl) {
    const hint = "set it: `config git.remote_url https://git.example/team/index.git`";
    throw new Failure("usage", "git.remote_url is not set", hint);
  }
  return {
    name: REMOTE,
    title: "git.remote_url",
    url: remoteUrl.replace(/\/+$/, ""),
    home: remoteUrl,
    ...(auth && { auth }),
    check: "git.remote_url",
    away: "check the network and git.remote_url",
    signIn: "give it credentials in a [git.auth] table; docs/sharing.md shows one",
  };
}
