import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "#kernel/clock.ts";
import { isLoopback } from "#kernel/loopback.ts";
import {
  contentTypes,
  type Family,
  formatOf,
  latestFamilies,
  type MetricStorage,
  writeExposition,
} from "#services/cloudwatch/index.ts";

export interface MetricsRouteOptions {
  readonly storage: MetricStorage;
  readonly clock: Clock;
  /** What those who do not ask from this machine must bear. */
  readonly token: string;
  /** The platform's own metrics. */
  readonly own: () => readonly Family[];
}

interface Question {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly remoteAddress?: string;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | AsyncIterable<Uint8Array>;
}

/** A proxy on this machine asks for somebody else. */
const forwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/**
 * A browser of this machine sends the host of the page that asks. A page whose own name leads here (DNS rebinding)
 * may read nothing; a client without the header is no browser.
 */
function namesThisMachine(host = "localhost"): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host);
}

/** `GET /metrics`: all metrics of all accounts as Prometheus reads them, for this machine and bearers of the token. */
export function metricsRoute({ storage, clock, token, own }: MetricsRouteOptions) {
  return async ({ headers, remoteAddress }: Question): Promise<Answer> => {
    const isForwarded = forwarded.some((name) => headers[name] !== undefined);
    const isOwnMachine = isLoopback(remoteAddress) && !isForwarded && namesThisMachine(headers.host);
    if (!isOwnMachine && !isEqual(headers.authorization ?? "", `Bearer ${token}`)) return unauthorized;
    const format = formatOf(headers.accept);
    const [ofPlatform, latest] = [own(), await latestFamilies(storage, clock.now())];
    const body = encoded(writeExposition(all(ofPlatform, latest), format));
    return { status: 200, headers: { "content-type": contentTypes[format] }, body };
  };
}

function* all(...lists: readonly Iterable<Family>[]): Generator<Family> {
  for (const families of lists) yield* families;
}

/** The next part is made when the one before has been taken. */
async function* encoded(parts: Iterable<string>): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

const unauthorized: Answer = {
  status: 401,
  headers: { "content-type": "text/plain; charset=utf-8", "www-authenticate": "Bearer" },
  body: "From other machines a bearer token is needed: the one in the file metrics-token of the data folder.\n",
};

/** Takes the same time wherever they differ. */
function isEqual(given: string, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
