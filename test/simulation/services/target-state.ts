import type { Action } from "#generated/elbv2/types.ts";
import { serviceRevisionKey, type TaskRecord } from "#services/ecs/model.ts";
import type { TargetHealthRecord } from "#services/elb/model.ts";
import type { Ledger } from "../ecs/ledger.ts";

/** The target groups that a task of a service is to be in, by ARN. */
export function targetGroupsOf(task: TaskRecord, { serviceRevisions }: Ledger): readonly string[] {
  const { service } = task;
  const revision = service && serviceRevisions.get(serviceRevisionKey({ ...task, ...service }, service.revisionId));
  return revision?.targetGroups ?? revision?.loadBalancers.map(({ targetGroupArn }) => targetGroupArn) ?? [];
}

/** What load balancers say of a task, from the records alone; undefined: it is to be in no target group. */
export function targetStateOf(task: TaskRecord, ledger: Ledger): "healthy" | "unhealthy" | "initial" | undefined {
  const states = targetGroupsOf(task, ledger).map((arn) => stateIn(arn, task, ledger));
  if (states.length === 0) return undefined;
  return (["unhealthy", "initial", "healthy"] as const).find((state) => states.includes(state));
}

function stateIn(targetGroupArn: string, task: TaskRecord, ledger: Ledger): "healthy" | "unhealthy" | "initial" {
  const address = task.networkInterface?.privateIpv4Address;
  const target = [...ledger.targets.values()].find(
    (each) => each.targetGroupArn === targetGroupArn && each.id === address && each.drainUntil === undefined,
  );
  if (target === undefined) return "initial";
  // Nobody checks what nobody sends to.
  if (forwardsTo(ledger, targetGroupArn).length === 0) return "healthy";
  const isHis = (health: TargetHealthRecord) =>
    health.targetGroupArn === targetGroupArn && health.targetKey === `${target.id}:${target.port}`;
  const reports = Object.values([...ledger.targetHealth.values()].find(isHis)?.reports ?? {});
  if (reports.length === 0 || reports.some(({ state }) => state === "initial")) return "initial";
  return reports.some(({ state }) => state === "unhealthy") ? "unhealthy" : "healthy";
}

/** The actions of listeners and rules that name a target group. */
export function forwardsTo({ listeners, rules }: Ledger, targetGroupArn: string): Action[] {
  const actions = [
    ...[...listeners.values()].flatMap(({ defaultActions }) => defaultActions),
    ...[...rules.values()].flatMap((rule) => rule.actions),
  ];
  return actions.filter((action) => weightIn(action, targetGroupArn) !== undefined);
}

export function weightIn(action: Action, targetGroupArn: string): number | undefined {
  return action.ForwardConfig?.TargetGroups?.find((each) => each.TargetGroupArn === targetGroupArn)?.Weight;
}
