import type { UpstreamRegistry } from "#generated/ecr/types.ts";

/** Another registry, as a URL means it. */
export interface UpstreamPlace {
  /** Absent: it is none of AWS's list. */
  readonly kind?: UpstreamRegistry;
  /** `https://quay.io`, without a trailing slash. */
  readonly endpoint: string;
}

/** AWS's list: by which host each is known, and whether it lets nobody in without credentials. */
const known: readonly { readonly kind: UpstreamRegistry; readonly host: RegExp; readonly closed: boolean }[] = [
  { kind: "ecr", host: /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/, closed: false },
  { kind: "ecr-public", host: /^public\.ecr\.aws$/, closed: false },
  { kind: "quay", host: /^quay\.io$/, closed: false },
  { kind: "k8s", host: /^registry\.k8s\.io$/, closed: false },
  { kind: "docker-hub", host: /^registry-1\.docker\.io$/, closed: true },
  { kind: "github-container-registry", host: /^ghcr\.io$/, closed: true },
  { kind: "azure-container-registry", host: /^[a-z0-9]+\.azurecr\.(io|us|cn)$/, closed: true },
  { kind: "gitlab-container-registry", host: /^registry\.gitlab\.com$/, closed: true },
  { kind: "chainguard", host: /^cgr\.dev$/, closed: true },
];

/** Whether AWS takes no rule for it without credentials. */
export function needsCredentials(kind: UpstreamRegistry | undefined): boolean {
  return known.some((each) => each.kind === kind && each.closed);
}

/**
 * Reads the URL of a registry: one of AWS's names, or, as this platform takes them too, any `host`, `host:port`,
 * `https://host:port` or `http://host:port`. A name alone is reached with TLS unless it is on loopback. Undefined: it
 * is none, or of an address that only this machine's own network has.
 */
export function readUpstream(text: string): UpstreamPlace | undefined {
  const [, scheme, host = ""] = /^(?:(https?):\/\/)?([a-z0-9.:[\]-]+)\/?$/i.exec(text) ?? [];
  const kind = scheme === undefined ? known.find((each) => each.host.test(host))?.kind : undefined;
  const endpoint = `${scheme ?? (isLoopback(host) ? "http" : "https")}://${host}`;
  if (host === "" || !URL.canParse(endpoint)) return undefined;
  const { origin, hostname } = new URL(endpoint);
  if (hostname.split(".").some((label) => label === "" || label.startsWith("-"))) return undefined;
  // Where clouds keep the credentials of machines.
  if (/^169\.254\.|^\[fe80:/i.test(hostname)) return undefined;
  return { ...(kind !== undefined && { kind }), endpoint: origin };
}

/** Whether credentials may be sent there: what goes in clear must not leave this machine. */
export function isPrivate({ endpoint }: UpstreamPlace): boolean {
  return endpoint.startsWith("https:") || isLoopback(new URL(endpoint).host);
}

function isLoopback(host: string): boolean {
  return /^((?:[a-z0-9-]+\.)*localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i.test(host);
}
