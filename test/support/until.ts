import { within } from "./within.ts";

export interface UntilOptions {
  /** 240 by default. */
  readonly seconds?: number;
  /** The pause between two looks: 50 by default. */
  readonly everyMs?: number;
}

/**
 * Looks again and again until `isSo` holds for what is seen (by default, until there is something), and resolves with
 * it. Rejects with what was seen last when that takes too long, also when a look hangs, and with a look's own error.
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  isSo: (seen: T) => boolean = Boolean,
  { seconds, everyMs = 50 }: UntilOptions = {},
): Promise<NonNullable<T>> {
  let last: unknown = "nothing";
  let isOver = false;
  const search = async () => {
    for (;;) {
      const seen = await look();
      last = seen;
      if (isSo(seen) || isOver) return seen!;
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  };
  try {
    return await within(what, search(), () => last, seconds);
  } finally {
    isOver = true;
  }
}
