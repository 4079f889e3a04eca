import type { LoadBalancer } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import {
  listenerKey,
  listeners,
  loadBalancersOf,
  placeOf,
  ruleKey,
  rules,
  type TargetGroupRecord,
  targetGroupKey,
  targetGroupPlace,
  targetGroups,
} from "#services/elb/model.ts";
import { invalid } from "../faults.ts";
import { anyServiceArn, type ServiceLoadBalancer } from "../model/service.ts";
import type { TaskDefinitionRecord } from "../model/task-definition.ts";
import { checkContainerPort } from "./container-port.ts";

/** The load balancers of a service as a request names them, checked against what there is. */
export function resolveLoadBalancers(
  ctx: RequestContext,
  input: readonly LoadBalancer[],
  definition: TaskDefinitionRecord,
): ServiceLoadBalancer[] {
  const found = input.map((balancer) => resolve(ctx, balancer, definition));
  const arns = found.flatMap(({ targetGroupArn, advancedConfiguration: advanced }) => [
    targetGroupArn,
    ...(advanced === undefined ? [] : [advanced.alternateTargetGroupArn]),
  ]);
  const uses = found.map((each) => `${each.targetGroupArn} ${each.containerName} ${each.containerPort}`);
  if (new Set(uses).size < uses.length) throw invalid(`Duplicate target group: ${arns.join(", ")}.`);
  return found;
}

function resolve(
  ctx: RequestContext,
  { loadBalancerName, targetGroupArn, containerName, containerPort, advancedConfiguration: advanced }: LoadBalancer,
  definition: TaskDefinitionRecord,
): ServiceLoadBalancer {
  if (loadBalancerName !== undefined) {
    throw invalid("Classic Load Balancers are not supported. Use a target group (targetGroupArn).");
  }
  if (targetGroupArn === undefined) throw invalid("targetGroupArn can not be blank.");
  const group = requireGroup(ctx, targetGroupArn, definition);
  if (containerName === undefined) throw invalid("containerName can not be blank.");
  if (containerPort === undefined) throw invalid("containerPort can not be blank.");
  const { portMappings } = checkContainerPort(ctx, containerName, containerPort, definition);
  if (portMappings.filter((mapping) => mapping.containerPort === containerPort).length > 1) {
    throw invalid(
      `Container port ${containerPort} is used in more than one port mapping for container ${containerName}`,
    );
  }
  if (loadBalancersOf(ctx.store, targetGroupArn).length === 0) {
    const message = `The target group with targetGroupArn ${targetGroupArn} does not have an associated load balancer.`;
    throw invalid(message);
  }
  const service = { targetGroupArn, containerName, containerPort };
  if (advanced === undefined) return service;
  const { alternateTargetGroupArn, productionListenerRule, testListenerRule, roleArn } = advanced;
  if (alternateTargetGroupArn === undefined || productionListenerRule === undefined || roleArn === undefined) {
    const members = "alternateTargetGroupArn, productionListenerRule and roleArn";
    throw invalid(`advancedConfiguration must have ${members}.`);
  }
  if (alternateTargetGroupArn === targetGroupArn) {
    throw invalid("alternateTargetGroupArn must be another target group than targetGroupArn.");
  }
  const alternate = requireGroup(ctx, alternateTargetGroupArn, definition);
  if (alternate.protocol !== group.protocol || alternate.vpcId !== group.vpcId) {
    throw invalid("The target groups of an advancedConfiguration must have the same protocol and VPC.");
  }
  const loadBalancer = checkRule(ctx, "productionListenerRule", productionListenerRule);
  if (testListenerRule !== undefined && checkRule(ctx, "testListenerRule", testListenerRule) !== loadBalancer) {
    throw invalid("productionListenerRule and testListenerRule must be of the same load balancer.");
  }
  if (!ctx.canAssume(roleArn, "ecs.amazonaws.com", anyServiceArn(ctx))) {
    throw invalid(`Unable to assume the role ${roleArn}: it must exist and trust ecs.amazonaws.com.`);
  }
  return {
    ...service,
    advancedConfiguration: {
      ...{ alternateTargetGroupArn, productionListenerRule, roleArn },
      ...(testListenerRule !== undefined && { testListenerRule }),
    },
  };
}

function requireGroup(ctx: RequestContext, arn: string, definition: TaskDefinitionRecord): TargetGroupRecord {
  const place = targetGroupPlace(arn);
  const known = place?.account === ctx.account && place.region === ctx.region;
  const found = known ? ctx.store.view(targetGroups).get(targetGroupKey(place, place.name))?.value : undefined;
  if (found === undefined || found.id !== place?.id) {
    throw invalid(`The target group with targetGroupArn ${arn} does not exist.`);
  }
  const networkMode = definition.networkMode ?? "bridge";
  const needed = networkMode === "awsvpc" ? "ip" : "instance";
  if (found.targetType === needed) return found;
  const fault = `The provided target group ${arn} has target type ${found.targetType}, which is incompatible with the`;
  throw invalid(`${fault} ${networkMode} network mode specified in the task definition.`);
}

/** The id of the load balancer of a rule, or of a network load balancer's listener, whose traffic is to be shifted. */
function checkRule(ctx: RequestContext, field: string, arn: string): string {
  const place = placeOf(arn);
  const fault = () => invalid(`The ${field} ${arn} does not exist.`);
  if (place === undefined || place.account !== ctx.account || place.region !== ctx.region) throw fault();
  const { id, listenerId, ruleId } = place;
  if (listenerId === undefined) throw fault();
  if (place.kind === "listener" && place.type === "application") {
    throw invalid(`The ${field} of an application load balancer must be a listener rule, not a listener.`);
  }
  const listener = ctx.store.view(listeners).get(listenerKey(place, id, listenerId));
  if (listener === undefined) throw fault();
  if (ruleId === undefined || listener.value.defaultRuleId === ruleId) return id;
  if (ctx.store.view(rules).get(ruleKey(place, id, listenerId, ruleId)) === undefined) throw fault();
  return id;
}

/** Refuses a deployment strategy that the load balancers of a service cannot follow. */
export function checkStrategy(strategy: string, loadBalancers: readonly ServiceLoadBalancer[]): void {
  if (strategy === "ROLLING") return;
  for (const { targetGroupArn, advancedConfiguration: advanced } of loadBalancers) {
    if (advanced === undefined) {
      const why = `with a load balancer needs an advancedConfiguration for the target group ${targetGroupArn}`;
      throw invalid(`The deployment strategy ${strategy} ${why}.`);
    }
    if (strategy !== "BLUE_GREEN" && placeOf(advanced.productionListenerRule)?.type === "network") {
      const instead = "Use BLUE_GREEN, or an application load balancer.";
      throw invalid(`The deployment strategy ${strategy} is not available with network load balancers. ${instead}`);
    }
  }
}
