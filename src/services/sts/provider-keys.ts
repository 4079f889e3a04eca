import type { Clock } from "#kernel/clock.ts";
import type { ProviderKey } from "./web-identity.ts";

/** Reads a document of the web. Rejects when it cannot be had. */
export type FetchJson = (url: string) => Promise<unknown>;

/** The keys of identity providers, kept for a while, so that a token costs no request. */
export interface ProviderKeys {
  /** Rejects when the provider does not answer. `fresh`: read again, unless that was just tried. */
  of(issuer: string, options?: { readonly fresh: boolean }): Promise<readonly ProviderKey[]>;
}

const keepMs = 5 * 60_000;
/** Anybody can send tokens that no key fits: a provider is asked no more often because of them. */
const restMs = 10_000;
const mostProviders = 100;

interface Kept {
  readonly keys: Promise<readonly ProviderKey[]>;
  readonly readAt: number;
  readonly triedAt: number;
}

/** Finds the key set through the provider's configuration document (OpenID Connect Discovery 1.0, section 4). */
export function createProviderKeys(parts: { readonly clock: Clock; readonly fetchJson: FetchJson }): ProviderKeys {
  const kept = new Map<string, Kept>();
  return {
    of(issuer, options = { fresh: false }) {
      const now = parts.clock.now();
      const known = kept.get(issuer);
      const isGood = known !== undefined && now < known.readAt + keepMs;
      if (isGood && !(options.fresh && now >= known.triedAt + restMs)) return known.keys;
      const read: Kept = { keys: readKeys(issuer, parts.fetchJson), readAt: now, triedAt: now };
      if (kept.size >= mostProviders) kept.clear();
      kept.set(issuer, read);
      read.keys.catch(() => {
        if (kept.get(issuer) !== read) return;
        // A provider that is away takes no good keys with it.
        if (isGood) kept.set(issuer, { ...known, triedAt: now });
        else kept.delete(issuer);
      });
      return read.keys;
    },
  };
}

async function readKeys(issuer: string, fetchJson: FetchJson): Promise<readonly ProviderKey[]> {
  const configuration = await fetchJson(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  const { jwks_uri: keySetUrl } = (configuration ?? {}) as { jwks_uri?: unknown };
  if (typeof keySetUrl !== "string" || !keySetUrl.startsWith("https://")) {
    throw new Error(`${issuer} publishes no jwks_uri with https`);
  }
  const { keys } = ((await fetchJson(keySetUrl)) ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error(`${keySetUrl} holds no keys`);
  return keys as ProviderKey[];
}
