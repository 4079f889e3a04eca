import type { OutlierDetection } from "#kernel/load-balancing.ts";
import type { KnownTarget } from "./targets.ts";

/**
 * What is remembered of a target that clients cannot connect to, or could not lately. HAProxy counts the failures and
 * holds who is ejected (a server that is down); all else is forgotten when the platform starts anew.
 */
export interface Suspect {
  /** HAProxy's count when it was last looked at. */
  readonly counted: number;
  /** When connections failed, as far as it is not too long ago. */
  readonly failures: readonly number[];
  /** How often it has been ejected: one less for each time of detection that it was used after that. */
  readonly ejections: number;
  /** It is ejected until then. */
  readonly until?: number;
  /** When its last ejection has ended. */
  readonly endedAt?: number;
}

/** By the names of checked servers: each target of a group with outlier detection has one. */
export type Suspects = ReadonlyMap<string, Suspect>;

export interface OutlierChanges {
  readonly commands: readonly string[];
  readonly suspects: Suspects;
  /** When the first ejection ends; infinite: none. */
  readonly nextInMs: number;
}

/**
 * Which targets are spared from now on, and which are used again. A target of which it is not known since when it has
 * been ejected (the platform was away) has been for as long as HAProxy says. Pure.
 */
export function outlierChanges(targets: readonly KnownTarget[], known: Suspects, now: number): OutlierChanges {
  const commands: string[] = [];
  const suspects = new Map<string, Suspect>();
  for (const { group, names, pair } of targets) {
    const { outlierDetection: rule } = group;
    if (rule === undefined) continue;
    const isDown = pair.checked.status.startsWith("DOWN");
    const since = now - pair.checked.changedSeconds * 1000;
    const before = lookedAt(known.get(names.checked), pair.checked.failedConnections, rule, now);
    const after = isDown ? ejected(before, rule, since, now) : used(before, rule, now);
    suspects.set(names.checked, after);
    if (isDown === (after.until !== undefined)) continue;
    commands.push(`set server ${names.checked} health ${isDown ? "up" : "down"}`);
  }
  const ends = [...suspects.values()].flatMap(({ until }) => until ?? []);
  return { commands, suspects, nextInMs: Math.min(...ends) - now };
}

/** What failed before a target was first looked at is of another time. A count that has become less has begun anew. */
function lookedAt(known: Suspect | undefined, counted: number, rule: OutlierDetection, now: number): Suspect {
  if (known === undefined) return { counted, failures: [], ejections: 0 };
  const grown = counted >= known.counted ? counted - known.counted : counted;
  const fresh = Array.from({ length: Math.min(grown, rule.failures) }, () => now);
  const recent = known.failures.filter((at) => at > now - rule.withinSeconds * 1000);
  return { ...known, counted, failures: [...recent, ...fresh].slice(-rule.failures) };
}

function ejected(suspect: Suspect, rule: OutlierDetection, since: number, now: number): Suspect {
  const { until = since + rule.shortestSeconds * 1000, ...rest } = suspect;
  const ejections = Math.max(1, suspect.ejections);
  return now < until ? { ...rest, ejections, until } : { ...rest, failures: [], ejections, endedAt: now };
}

function used({ until, ...suspect }: Suspect, rule: OutlierDetection, now: number): Suspect {
  const endedAt = until === undefined ? suspect.endedAt : Math.min(until, now);
  const usedFor = endedAt === undefined ? 0 : Math.floor((now - endedAt) / (rule.withinSeconds * 1000));
  if (suspect.failures.length < rule.failures) return { ...suspect, ...(endedAt !== undefined && { endedAt }) };
  const ejections = Math.max(0, suspect.ejections - usedFor) + 1;
  const seconds = Math.min(rule.shortestSeconds * ejections, rule.longestSeconds);
  return { ...suspect, failures: [], ejections, until: now + seconds * 1000 };
}
