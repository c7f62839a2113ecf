/** Bringing bodies here over HTTP: bounded, retried, streamed. Knows nothing of registries. */
export { atMost, collect } from "./collect.ts";
export { type DownloadOptions, download } from "./download.ts";
export { DownloadError, type DownloadErrorKind, shownUrl, trustHint } from "./error.ts";
export { forEachLimit } from "./for-each-limit.ts";
export { type HttpAnswer, type HttpRequest, request } from "./request.ts";
export { isPassing, pause, withRetries } from "./retry.ts";
