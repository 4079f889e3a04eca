import { createHash } from "node:crypto";
import type { Action, RuleCondition } from "#generated/elbv2/types.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import type { Tags } from "#kernel/tags.ts";
import type { World } from "#kernel/world.ts";
import { elbArn } from "./common.ts";
import { type LoadBalancerRecord, pathOf } from "./load-balancer.ts";

export type ListenerProtocol = "HTTP" | "HTTPS" | "TCP" | "TLS";

/** A listener with its default rule. Actions and conditions are as DescribeRules shows them. */
export interface ListenerRecord extends World {
  /** 16 hexadecimal digits. */
  readonly id: string;
  readonly loadBalancer: Pick<LoadBalancerRecord, "type" | "name" | "id">;
  readonly port: number;
  readonly protocol: ListenerProtocol;
  /** With HTTPS and TLS. */
  readonly sslPolicy?: string;
  readonly alpnPolicy?: readonly string[];
  /** ARNs of ACM or of IAM server certificates; the default one is the first. */
  readonly certificates: readonly string[];
  readonly defaultActions: readonly Action[];
  /** Of the client with which the default actions authenticate; sealed. */
  readonly sealedClientSecret?: string;
  /** The id of the default rule. */
  readonly defaultRuleId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Tags;
  /** Counts changes of its rules: two of them can't take one priority at the same moment. */
  readonly ruleChanges: number;
}

export interface RuleRecord extends World {
  readonly id: string;
  readonly listener: Pick<ListenerRecord, "id" | "loadBalancer">;
  readonly priority: number;
  readonly conditions: readonly RuleCondition[];
  readonly actions: readonly Action[];
  readonly sealedClientSecret?: string;
  readonly tags: Tags;
}

type ListenerIndex = "loadBalancer" | "targetGroup" | "certificate";

/** Indexes: `loadBalancer` by its id; `targetGroup` by the ARNs in its actions; `certificate` by ARN. */
export const listeners: Collection<ListenerRecord, ListenerIndex> = {
  name: "elb/listener",
  indexes: {
    loadBalancer: ({ loadBalancer }) => loadBalancer.id,
    targetGroup: ({ defaultActions }) => targetGroupsIn(defaultActions),
    certificate: ({ certificates }) => certificates,
  },
};

/** Indexes: `listener` by its id; `loadBalancer` by its id; `targetGroup` by the ARNs in its actions. */
export const rules: Collection<RuleRecord, "listener" | "loadBalancer" | "targetGroup"> = {
  name: "elb/rule",
  indexes: {
    listener: ({ listener }) => listener.id,
    loadBalancer: ({ listener }) => listener.loadBalancer.id,
    targetGroup: ({ actions }) => targetGroupsIn(actions),
  },
};

export function listenerKey(world: World, loadBalancerId: string, id: string): Key<ListenerRecord> {
  return keyOf(listeners, world.account, world.region, loadBalancerId, id);
}

export function ruleKey(world: World, loadBalancerId: string, listenerId: string, id: string): Key<RuleRecord> {
  return keyOf(rules, world.account, world.region, loadBalancerId, listenerId, id);
}

export function listenerArn(listener: World & Pick<ListenerRecord, "loadBalancer" | "id">): string {
  return elbArn(listener, `listener/${pathOf(listener.loadBalancer)}/${listener.id}`);
}

export function ruleArn(rule: World & Pick<RuleRecord, "listener" | "id">): string {
  const { loadBalancer, id } = rule.listener;
  return elbArn(rule, `listener-rule/${pathOf(loadBalancer)}/${id}/${rule.id}`);
}

export function defaultRuleArn(listener: ListenerRecord): string {
  return ruleArn({ ...listener, listener, id: listener.defaultRuleId });
}

/** The ARNs of the target groups that actions forward to, each once. */
export function targetGroupsIn(actions: readonly Action[]): string[] {
  const arns = actions.flatMap(({ ForwardConfig }) =>
    (ForwardConfig?.TargetGroups ?? []).flatMap(({ TargetGroupArn }) => TargetGroupArn ?? []),
  );
  return [...new Set(arns)];
}

/** A short name for what these actions do to traffic: two rules of one digest do the same. */
export function actionsDigest(actions: readonly Action[]): string {
  return createHash("sha256").update(JSON.stringify(actions)).digest("hex").slice(0, 16);
}
