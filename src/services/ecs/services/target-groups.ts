import type { Entry, Key, Store } from "#kernel/store.ts";
import {
  asRegistered,
  isInUse,
  type NewTarget,
  type TargetGroupRecord,
  type TargetHealthNow,
  type TargetRecord,
  targetGroupArn,
  targetGroupKey,
  targetGroupPlace,
  targetGroups,
  healthIn as targetHealthIn,
  targetRecordKey,
  targets,
} from "#services/elb/model.ts";
import { containerInstances, instanceKeyOfArn, zoneOf } from "../model/container-instance.ts";
import {
  revisionKeyOf,
  type ServiceLoadBalancer,
  type ServiceRecord,
  type ServiceRevisionRecord,
  serviceRevisionKey,
  serviceRevisions,
} from "../model/service.ts";
import type { TaskRecord } from "../model/task.ts";

type Views = Pick<Store, "view">;

/** A target group that a task of a service is to be registered in. */
export interface TaskTarget {
  readonly targetGroupArn: string;
  readonly containerPort: number;
  /** Absent: the target group is gone. */
  readonly group?: Entry<TargetGroupRecord>;
  /** Absent: the task has no address, or no port of its machine, yet. */
  readonly target?: Pick<NewTarget, "id" | "port" | "availabilityZone">;
}

/** The target groups that a task is to be registered in while it runs: those of its revision. */
export function taskTargets(store: Views, task: TaskRecord): TaskTarget[] {
  const key = revisionKeyOf(task);
  const revision = key && store.view(serviceRevisions).get(key)?.value;
  if (revision === undefined) return [];
  return revision.loadBalancers.map((balancer, i) => {
    const { targetGroupArn, containerPort } = balancer;
    const arn = revision.targetGroups?.[i] ?? targetGroupArn;
    const place = targetGroupPlace(arn);
    const group = place && store.view(targetGroups).get(targetGroupKey(place, place.name));
    const target = targetOf(store, task, balancer);
    return {
      ...{ targetGroupArn: arn, containerPort },
      ...(group !== undefined && { group }),
      ...(target !== undefined && { target }),
    };
  });
}

/** By its own address, or by its machine and the port there that leads to it. */
function targetOf(
  store: Views,
  task: TaskRecord,
  { containerName, containerPort }: ServiceLoadBalancer,
): TaskTarget["target"] {
  if (task.networkInterface !== undefined) {
    return { id: task.networkInterface.privateIpv4Address, port: containerPort };
  }
  const machine =
    task.containerInstanceArn && store.view(containerInstances).get(instanceKeyOfArn(task, task.containerInstanceArn));
  const bindings = task.containers.find(({ name }) => name === containerName)?.networkBindings;
  // A port that is mapped for UDP alone is one nevertheless: its health checks fail, and say so.
  const ofPort = bindings?.filter((each) => each.containerPort === containerPort) ?? [];
  const bound = ofPort.find(({ protocol }) => protocol === "tcp") ?? ofPort[0];
  if (!machine || machine.value.ec2InstanceId === undefined || bound?.hostPort === undefined) return undefined;
  return { id: machine.value.ec2InstanceId, port: bound.hostPort, availabilityZone: zoneOf(machine.value) };
}

/** What load balancers say of a task, or said of one that has ended; undefined: it is in no target group. */
export interface TaskTargetHealth {
  readonly state: "healthy" | "unhealthy" | "initial";
  /** Of an unhealthy one: where, and why. */
  readonly targetGroupArn?: string;
  readonly port?: number;
  /** The machine whose port it is. */
  readonly instanceId?: string;
  readonly reason?: string;
}

/**
 * Tells of tasks the worst that any of their target groups has to say. One that nobody sends to has nothing against a
 * task; one whose load balancer is not in the task's zone has, as with AWS: the task gets no requests. What is common
 * to all tasks of a group is looked up once: it is for the moment only.
 */
export function taskTargetHealth(store: Views): (task: TaskRecord) => TaskTargetHealth | undefined {
  const known = new Map<string, (target: TargetRecord) => TargetHealthNow>();
  const healthIn = (group: TargetGroupRecord) => {
    const arn = targetGroupArn(group);
    const found = known.get(arn) ?? targetHealthIn(store, group);
    known.set(arn, found);
    return found;
  };
  return (task) => {
    const isOver = task.desiredStatus === "STOPPED";
    const all = taskTargets(store, task).flatMap(({ targetGroupArn: arn, group, target }): TaskTargetHealth | [] => {
      const record = group && target && store.view(targets).get(targetRecordKey(group.value, target));
      if (record === undefined) return isOver ? [] : { state: "initial" };
      // Of a task that has ended it is asked how its targets were until then, not that they drain.
      const seen = isOver ? asRegistered(record.value) : record.value;
      const { state, reason, description } = healthIn(group!.value)(seen);
      const isUnwatched = state === "unused" && !isInUse(store, arn);
      if (state === "healthy" || isUnwatched) return { state: "healthy" };
      if (state !== "unhealthy" && state !== "unused") return { state: "initial" };
      const { id, port } = record.value;
      return {
        ...{ state: "unhealthy", targetGroupArn: arn, port, reason: description ?? reason ?? "Health checks failed" },
        ...(group!.value.targetType === "instance" && { instanceId: id }),
      };
    });
    const worst = (["unhealthy", "initial", "healthy"] as const).map((state) =>
      all.find((each) => each.state === state),
    );
    return worst.find((each) => each !== undefined);
  };
}

/**
 * The target groups of a new revision. A deployment that shifts traffic has those of each pair that the revision
 * before does not have; any other keeps those that there are.
 */
export function revisionTargetGroups(
  store: Views,
  service: Pick<
    ServiceRecord,
    "account" | "region" | "clusterName" | "serviceName" | "deploymentConfiguration" | "completedRevisionId"
  >,
  loadBalancers: readonly ServiceLoadBalancer[],
): string[] {
  const { completedRevisionId: id, deploymentConfiguration } = service;
  const before = id === undefined ? undefined : store.view(serviceRevisions).get(serviceRevisionKey(service, id));
  const shifts = deploymentConfiguration.strategy !== "ROLLING";
  return loadBalancers.map((balancer) => {
    const pair = pairOf(balancer);
    const used = pair.find((arn) => before !== undefined && groupsOf(before.value).includes(arn));
    if (used === undefined) return balancer.targetGroupArn;
    return shifts ? (pair.find((arn) => arn !== used) ?? used) : used;
  });
}

/** The target groups that a revision's tasks are in. */
export function groupsOf({ targetGroups: own, loadBalancers }: ServiceRevisionRecord): readonly string[] {
  return own ?? loadBalancers.map(({ targetGroupArn }) => targetGroupArn);
}

/** The target groups between which traffic can be shifted. */
export function pairOf({ targetGroupArn, advancedConfiguration: advanced }: ServiceLoadBalancer): readonly string[] {
  return advanced === undefined ? [targetGroupArn] : [targetGroupArn, advanced.alternateTargetGroupArn];
}

/** What load balancers have to do with a task that is to be stopped. */
export function targetHolds(
  store: Views,
  key: Key<TaskRecord>,
): { readonly isTarget: boolean; readonly drains: boolean } {
  const own = store.view(targets).by("task", key);
  return { isTarget: own.some(({ value }) => value.drainUntil === undefined), drains: own.length > 0 };
}
