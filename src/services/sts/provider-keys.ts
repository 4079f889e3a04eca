import type { Clock } from "#kernel/clock.ts";
import type { ProviderKey } from "./web-identity.ts";

/** Reads a document of the web. Rejects when it cannot be had. */
export type FetchJson = (url: string) => Promise<unknown>;

/** The keys of identity providers, kept for a while, so that a token costs no request. */
export interface ProviderKeys {
  /** Rejects when the provider does not answer. */
  of(issuer: string, options?: { readonly fresh: boolean }): Promise<readonly ProviderKey[]>;
}

const keepMs = 5 * 60_000;
const mostProviders = 100;

/** Finds the key set through the provider's configuration document (OpenID Connect Discovery 1.0, section 4). */
export function createProviderKeys(parts: { readonly clock: Clock; readonly fetchJson: FetchJson }): ProviderKeys {
  const kept = new Map<string, { readonly until: number; readonly keys: Promise<readonly ProviderKey[]> }>();
  return {
    of(issuer, options = { fresh: false }) {
      const known = kept.get(issuer);
      if (known !== undefined && !options.fresh && parts.clock.now() < known.until) return known.keys;
      const keys = readKeys(issuer, parts.fetchJson);
      keys.catch(() => kept.delete(issuer));
      if (kept.size >= mostProviders) kept.clear();
      kept.set(issuer, { until: parts.clock.now() + keepMs, keys });
      return keys;
    },
  };
}

async function readKeys(issuer: string, fetchJson: FetchJson): Promise<readonly ProviderKey[]> {
  const configuration = await fetchJson(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  const { jwks_uri: keySetUrl } = (configuration ?? {}) as { jwks_uri?: unknown };
  if (typeof keySetUrl !== "string") throw new Error(`${issuer} publishes no jwks_uri`);
  const { keys } = ((await fetchJson(keySetUrl)) ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error(`${keySetUrl} holds no keys`);
  return keys as ProviderKey[];
}
