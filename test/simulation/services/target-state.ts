import type { Action } from "#generated/elbv2/types.ts";
import { serviceRevisionKey, type TaskRecord } from "#services/ecs/model.ts";
import type { NodeRecord, TargetHealthRecord } from "#services/elb/model.ts";
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
  const told = [...ledger.targetHealth.values()].find(isHis)?.reports ?? {};
  const reports = Object.values(told);
  const isSilent = nodesBehind(ledger, targetGroupArn).some(({ nodeId }) => told[nodeId] === undefined);
  if (reports.length === 0 || isSilent || reports.some(({ state }) => state === "initial")) return "initial";
  return reports.some(({ state }) => state === "unhealthy") ? "unhealthy" : "healthy";
}

/** The nodes that are to say something of a group's targets: in this world all send to all of them. */
function nodesBehind({ nodes, loadBalancers, listeners, rules }: Ledger, targetGroupArn: string): NodeRecord[] {
  const names = (actions: readonly Action[]) =>
    actions.some((action) => weightIn(action, targetGroupArn) !== undefined);
  const ids = new Set([
    ...[...listeners.values()].flatMap((each) => (names(each.defaultActions) ? each.loadBalancer.id : [])),
    ...[...rules.values()].flatMap((each) => (names(each.actions) ? each.listener.loadBalancer.id : [])),
  ]);
  const beginning = [...loadBalancers.values()].filter(({ state }) => state === "provisioning").map(({ id }) => id);
  const isExpected = ({ state, removeAt, loadBalancerId }: NodeRecord) =>
    removeAt === undefined && (state === "active" || (state === "provisioning" && beginning.includes(loadBalancerId)));
  return [...nodes.values()].filter((node) => ids.has(node.loadBalancerId) && isExpected(node));
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
