import { clusterIn } from "../explain/inquiries.ts";
import { fieldsOf, textOf } from "../explain/question.ts";
import { invalid } from "../faults.ts";
import type { Failure } from "./task-model.ts";

/** What is asked about a service; all of it happens at once, unless `afterSeconds` is given. */
export interface WhatIf {
  readonly cluster?: string;
  readonly service: string;
  /** The desired count from now on. */
  readonly scale?: number;
  /** A task definition to be rolled out: `family`, `family:revision` or an ARN. */
  readonly deploy?: string;
  /** The host that dies, by its id; true: the one with most of the service's tasks. */
  readonly hostDies?: string | true;
  /** So many of its running tasks end by themselves. */
  readonly killTasks?: number;
  /** So long after the rest, as in the middle of a deployment, the tasks end and the host dies. */
  readonly afterSeconds?: number;
  /** How the tasks fail that are started from now on. */
  readonly fail?: Failure;
}

const fields = ["cluster", "service", "scale", "deploy", "hostDies", "killTasks", "afterSeconds", "fail"] as const;
const failures: readonly unknown[] = ["start", "exit", "health"] satisfies readonly Failure[];

/** Throws `InvalidParameterException`. */
export function parseWhatIf(body: unknown): WhatIf {
  const { cluster, service, scale, deploy, hostDies, killTasks, afterSeconds, fail } = fieldsOf(body, fields);
  if (afterSeconds !== undefined && hostDies === undefined && killTasks === undefined) {
    throw invalid("afterSeconds says when tasks end (killTasks) or a host dies (hostDies).");
  }
  return {
    ...clusterIn(cluster),
    service: textOf(service, "service"),
    ...(scale !== undefined && { scale: numberOf(scale, "scale", 0) }),
    ...(deploy !== undefined && { deploy: textOf(deploy, "deploy") }),
    ...(hostDies !== undefined && { hostDies: hostDies === true ? true : textOf(hostDies, "hostDies") }),
    ...(killTasks !== undefined && { killTasks: numberOf(killTasks, "killTasks", 1) }),
    ...(afterSeconds !== undefined && { afterSeconds: numberOf(afterSeconds, "afterSeconds", 0) }),
    ...(fail !== undefined && { fail: failureOf(fail) }),
  };
}

function numberOf(value: unknown, name: string, least: number): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
  throw invalid(`${name} must be a whole number of at least ${least}.`);
}

function failureOf(value: unknown): Failure {
  if (failures.includes(value)) return value as Failure;
  throw invalid(`fail must be one of: ${failures.join(", ")}.`);
}
