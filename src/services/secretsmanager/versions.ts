import type { SecretVersion } from "./model.ts";

/** What becomes of versions and their staging labels, as pure functions. */

export const current = "AWSCURRENT";
export const previous = "AWSPREVIOUS";
export const pending = "AWSPENDING";

/** The version that holds a staging label. */
export function versionWith(versions: readonly SecretVersion[], stage: string): SecretVersion | undefined {
  return versions.find(({ stages }) => stages.includes(stage));
}

/**
 * The versions with one more, which gets these labels. A version that was current and pending, as a rotation leaves it,
 * is no longer pending when the new one is current.
 */
export function withVersion(
  versions: readonly SecretVersion[],
  made: SecretVersion,
  stages: readonly string[],
): readonly SecretVersion[] {
  const replaced = stages.includes(current) ? versionWith(versions, current) : undefined;
  const before = replaced?.stages.includes(pending) ? detachStage(versions, pending) : versions;
  return attachStages([...before, made], made.versionId, stages);
}

/**
 * Moves labels to a version; each is on one version at most. When AWSCURRENT moves, AWSPREVIOUS goes to the version
 * that it leaves.
 */
export function attachStages(
  versions: readonly SecretVersion[],
  versionId: string,
  stages: readonly string[],
): readonly SecretVersion[] {
  const left = stages.includes(current) ? versionWith(versions, current) : undefined;
  const moved = withStages(versions, versionId, stages);
  return left === undefined || left.versionId === versionId ? moved : withStages(moved, left.versionId, [previous]);
}

/** Takes a label off whichever version holds it. */
export function detachStage(versions: readonly SecretVersion[], stage: string): readonly SecretVersion[] {
  return versions.map((version) => ({ ...version, stages: version.stages.filter((other) => other !== stage) }));
}

function withStages(versions: readonly SecretVersion[], versionId: string, added: readonly string[]) {
  return versions.map((version) => {
    const kept = version.stages.filter((stage) => !added.includes(stage));
    if (version.versionId !== versionId) return { ...version, stages: kept };
    return { ...version, stages: [...kept, ...added].sort() };
  });
}

const mostVersions = 100;
const dayMs = 86_400_000;

/** The deprecated versions to be removed: beyond 100 versions the oldest ones, but none that is younger than a day. */
export function outdatedVersions(versions: readonly SecretVersion[], now: number): readonly SecretVersion[] {
  const removable = versions.filter(({ stages, createdDate }) => stages.length === 0 && now - createdDate > dayMs);
  return removable.slice(0, Math.max(0, versions.length - mostVersions));
}
