import { inspect } from "node:util";

/** How long a test waits for anything before it fails; no machine is so busy that it takes this long. */
const waitSeconds = 240;

/**
 * What the promise resolves with. Rejects when that takes longer than `seconds` (240), with what was waited for and
 * what `seen` gives then: a test that waits for ever tells nobody why.
 */
export async function within<T>(
  what: string,
  promise: Promise<T>,
  seen: () => unknown = () => "nothing",
  seconds = waitSeconds,
): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const last = seen();
    const shown = typeof last === "string" ? last : inspect(last, { depth: 8, maxStringLength: 2000 });
    late.reject(new Error(`Waited ${seconds} s for ${what}. Seen last: ${shown}`));
  }, seconds * 1000);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
