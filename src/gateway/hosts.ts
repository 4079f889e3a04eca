import { isIP } from "node:net";

/**
 * Whether a `Host` header names this machine rather than a site: an address, `localhost` and names below it, a name of
 * one label (a container's, a machine's), or one that the operator listed. A web page whose own name was rebound to
 * this machine's address sends that name, and is refused. Signed requests need no check: `Host` is signed with them.
 */
export function isLocalName(host: string | undefined, allowed: readonly string[]): boolean {
  if (host === undefined) return false;
  const name = hostName(host);
  if (name === undefined) return false;
  if (isIP(name) !== 0 || name === "localhost" || name.endsWith(".localhost")) return true;
  return !name.includes(".") || allowed.includes(name);
}

/**
 * Whether a web page of another site has sent the request: browsers send a form's POST anywhere, to this machine too,
 * and tell the page's origin with it (Fetch, "Origin header"). Other clients tell none.
 */
export function isOfOtherSite(origin: string | undefined, host: string | undefined): boolean {
  return origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
}

/** The lower-case name of `name`, `name:port` or `[::1]:port`, or undefined when it has another form. */
function hostName(host: string): string | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::\d{1,5})?$/.exec(host);
  return match === null ? undefined : (match[1] ?? match[2])!.toLowerCase();
}
