import { parseArn } from "#kernel/arn.ts";
import type { World } from "#kernel/world.ts";

export interface TaskDefinitionReference {
  readonly family: string;
  /** Absent: the latest active one. */
  readonly revision?: number;
}

/** `family`, `family:revision`, or an ARN of either; undefined when it is none of these, or of another world. */
export function parseTaskDefinitionReference(text: string, world: World): TaskDefinitionReference | undefined {
  const arn = parseArn(text);
  if (arn !== undefined && (arn.service !== "ecs" || arn.account !== world.account || arn.region !== world.region)) {
    return undefined;
  }
  const name = arn === undefined ? text : /^task-definition\/(.+)$/.exec(arn.resource)?.[1];
  const [, family, revision] = /^([A-Za-z0-9_-]{1,255})(?::([1-9]\d{0,9}))?$/.exec(name ?? "") ?? [];
  if (family === undefined) return undefined;
  return revision === undefined ? { family } : { family, revision: Number(revision) };
}
