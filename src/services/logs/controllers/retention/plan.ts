/** When nothing is stored that could expire, what may come in meanwhile is looked for after this time. */
const idleMs = 24 * 3_600_000;

/** When to look again: as the segment that is next to go expires. */
export function nextExpiry(now: number, retention: number, newestOfNextSegment: number | undefined): number {
  if (newestOfNextSegment === undefined) return now + idleMs;
  return Math.min(now + idleMs, newestOfNextSegment + retention + 1);
}
