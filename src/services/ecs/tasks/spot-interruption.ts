import { parseArn } from "#kernel/arn.ts";
import { rerun } from "#kernel/rerun.ts";
import type { Entry, Key, Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { changeTask, clusterPath, type TaskRecord, taskArn, taskKey, taskKeyOfArn, tasks } from "../model/task.ts";

/** Which tasks of a cluster lose their place: those that are named, or so many. */
export interface SpotInterruption {
  /** Its name or ARN. */
  readonly cluster: string;
  /** Ids or ARNs. */
  readonly tasks?: readonly string[];
  /** So many, those that run first, among them the oldest. */
  readonly count?: number;
  /** With `count`: of this service only. */
  readonly service?: string;
}

export interface SpotInterrupted {
  readonly interrupted: readonly TaskRecord[];
  readonly failures: readonly { readonly arn: string; readonly reason: string }[];
}

/**
 * Takes the capacity of FARGATE_SPOT tasks away, as AWS does when it needs it: an event says so, the containers get
 * their stop signal and, after their `stopTimeout`, SIGKILL ("Termination notices"). Services start others.
 */
export async function interruptSpotTasks(
  store: Store,
  world: World,
  { cluster, tasks: named, count, service }: SpotInterruption,
): Promise<SpotInterrupted> {
  const at = { account: world.account, region: world.region, clusterName: clusterNameIn(cluster) };
  if (named === undefined) {
    const chosen = candidates(store, at, service).slice(0, count);
    const interrupted = await Promise.all(chosen.map(({ key }) => interrupt(store, key)));
    return { interrupted: interrupted.flatMap((task) => task ?? []), failures: [] };
  }
  const outcomes = await Promise.all(
    [...new Set(named)].map(async (identifier) => {
      const { arn, key } = identified(at, identifier);
      const found = key && (await store.get(key)).value;
      if (found === undefined) return { failure: { arn, reason: "MISSING" } };
      if (found.capacityProviderName !== "FARGATE_SPOT") return { failure: { arn, reason: "NOT_FARGATE_SPOT" } };
      const task = await interrupt(store, key!);
      return task === undefined ? { failure: { arn, reason: "STOPPED" } } : { task };
    }),
  );
  return {
    interrupted: outcomes.flatMap(({ task }) => task ?? []),
    failures: outcomes.flatMap(({ failure }) => failure ?? []),
  };
}

function clusterNameIn(cluster: string): string {
  return parseArn(cluster)?.resource.replace(/^cluster\//, "") ?? cluster;
}

function identified(at: World & { readonly clusterName: string }, identifier: string) {
  const arn = parseArn(identifier);
  if (arn === undefined) {
    const named = { ...at, id: identifier };
    return { arn: taskArn(named), key: taskKey(named) };
  }
  const isHere = arn.account === at.account && arn.region === at.region;
  return { arn: identifier, key: isHere ? taskKeyOfArn(arn) : undefined };
}

function candidates(
  store: Store,
  at: World & { readonly clusterName: string },
  service: string | undefined,
): Entry<TaskRecord>[] {
  const waiting = ({ value }: Entry<TaskRecord>) => (value.lastStatus === "RUNNING" ? 0 : 1);
  return store
    .view(tasks)
    .by("desired", `${clusterPath(at)}/RUNNING`)
    .filter(({ value }) => value.capacityProviderName === "FARGATE_SPOT")
    .filter(({ value }) => service === undefined || value.service?.serviceName === service)
    .toSorted((a, b) => waiting(a) - waiting(b) || a.value.createdAt - b.value.createdAt);
}

/** Undefined when the task is on its way out already. */
function interrupt(store: Store, key: Key<TaskRecord>): Promise<TaskRecord | undefined> {
  return rerun(async () => {
    const task = await store.get(key);
    if (task.value === undefined || task.value.desiredStatus === "STOPPED") return undefined;
    const value = changeTask(task.value, {
      desiredStatus: "STOPPED",
      stopCode: "SpotInterruption",
      stoppedReason: "Your Spot Task was interrupted.",
    });
    await store.commit({ unchanged: [task], put: [{ key, value }] });
    return value;
  });
}
