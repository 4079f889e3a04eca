/** What a registry asks for before it gives anything (RFC 9110, and the token flow of the distribution project). */
export type Challenge =
  | { readonly scheme: "basic" }
  | {
      readonly scheme: "bearer";
      readonly realm: string;
      readonly service: string | undefined;
      readonly scope: string | undefined;
    };

/** Reads `WWW-Authenticate`; undefined when it asks for something else. Bearer is preferred where both are offered. */
export function readChallenge(header: string | undefined): Challenge | undefined {
  const text = (header ?? "").slice(0, 4096);
  const bearer = /(?:^|,)\s*bearer\s+/i.exec(text);
  if (bearer === null) return /(?:^|,)\s*basic\b/i.test(text) ? { scheme: "basic" } : undefined;
  const parameters = new Map<string, string>();
  const rest = text.slice(bearer.index + bearer[0].length);
  for (const [, name, quoted, plain] of rest.matchAll(/([a-z_]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))/gi)) {
    if (!parameters.has(name!.toLowerCase())) parameters.set(name!.toLowerCase(), quoted ?? plain ?? "");
  }
  const realm = parameters.get("realm");
  if (realm === undefined) return undefined;
  return { scheme: "bearer", realm, service: parameters.get("service"), scope: parameters.get("scope") };
}
