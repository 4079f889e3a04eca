/** As long as a platform may take to answer at all. */
const silentMs = 15_000;

/** What a platform says of itself. Rejects with a `TimeoutError` when it is silent, and with what `fetch` has else. */
export function askHealth(endpoint: string): Promise<Response> {
  return fetch(`${endpoint}/_estiva/health`, { signal: AbortSignal.timeout(silentMs) });
}
