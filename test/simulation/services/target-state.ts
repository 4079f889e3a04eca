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
function nodesBehind(ledger: Ledger, targetGroupArn: string): NodeRecord[] {
  const ids = new Set(forwardersTo(ledger, targetGroupArn).map(({ loadBalancerId }) => loadBalancerId));
  const beginning = [...ledger.loadBalancers.values()].filter(({ state }) => state === "provisioning");
  const begins = (node: NodeRecord) => beginning.some(({ id }) => id === node.loadBalancerId);
  const isExpected = (node: NodeRecord) => node.state === "active" || (node.state === "provisioning" && begins(node));
  return [...ledger.nodes.values()].filter(
    (node) => ids.has(node.loadBalancerId) && node.removeAt === undefined && isExpected(node),
  );
}

/** The actions of listeners and rules that name a target group. */
export function forwardsTo(ledger: Ledger, targetGroupArn: string): Action[] {
  return forwardersTo(ledger, targetGroupArn).map(({ action }) => action);
}

function forwardersTo({ listeners, rules }: Ledger, targetGroupArn: string) {
  const all = [
    ...[...listeners.values()].map(({ loadBalancer, defaultActions }) => ({ loadBalancer, actions: defaultActions })),
    ...[...rules.values()].map(({ listener, actions }) => ({ loadBalancer: listener.loadBalancer, actions })),
  ];
  return all
    .flatMap(({ loadBalancer, actions }) => actions.map((action) => ({ loadBalancerId: loadBalancer.id, action })))
    .filter(({ action }) => weightIn(action, targetGroupArn) !== undefined);
}

export function weightIn(action: Action, targetGroupArn: string): number | undefined {
  return action.ForwardConfig?.TargetGroups?.find((each) => each.TargetGroupArn === targetGroupArn)?.Weight;
}
