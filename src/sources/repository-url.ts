/** The address of a repository that clients will clone from. */

/**
 * What is wrong with an address, as the end of a sentence that began with its name. Git takes far more
 * than what is allowed here, such as `ext::` that runs programs: every client clones what is registered.
 *
 * @example repositoryUrlProblem("https://github.com/acme/core.git") → undefined
 */
export function repositoryUrlProblem(text: string): string | undefined {
  // Spaces, control characters and quotes: nothing that a shell or a terminal could stumble over.
  if (!/^[\x21-\x7e]+$/.test(text) || /["'`\\<>|;&$(){}]/.test(text)) {
    return "must be an http or https URL";
  }
  if (!URL.canParse(text) || !/^https?:\/\//i.test(text)) {
    return "must be an http or https URL, as it is asked for the commit and cloned by everybody";
  }
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return "must hold no user name and no password";
  if (url.search !== "" || url.hash !== "") return "must have no ? and no #";
  return undefined;
}
