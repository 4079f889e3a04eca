import type { Action, FixedResponseActionConfig, RedirectActionConfig } from "#generated/elbv2/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { Entry } from "#kernel/store.ts";
import {
  type ListenerProtocol,
  type LoadBalancerRecord,
  listeners,
  loadBalancerArn,
  loadBalancersOf,
  rules,
  type TargetGroupRecord,
  targetGroupArn,
  targetGroupsIn,
} from "../model.ts";
import { authenticateOidc, clientSecretOf } from "./authenticate.ts";
import { requireTargetGroup } from "./find.ts";
import { invalid } from "./handler.ts";
import { limits } from "./limits.ts";
import { isHttp } from "./target-group-attributes.ts";

/** Actions as they are shown, and the target groups that they name, which begin to be used. */
export interface CheckedActions {
  readonly actions: readonly Action[];
  readonly groups: readonly Entry<TargetGroupRecord>[];
  readonly sealedClientSecret?: string;
}

interface Where {
  readonly loadBalancer: LoadBalancerRecord;
  readonly protocol: ListenerProtocol;
  readonly box: SecretBox;
  /** That the rule has already. */
  readonly sealedClientSecret?: string;
}

/** Refuses actions that can't be those of a rule of the listener. */
export function checkedActions(ctx: RequestContext, where: Where, given: readonly Action[]): CheckedActions {
  if (given.length === 0) throw invalid("An action must be specified");
  if (given.length > 1 && given.some(({ Order }) => Order === undefined)) {
    throw invalid("An action order must be specified when a rule has more than one action");
  }
  const sorted = given.toSorted((a, b) => (a.Order ?? 0) - (b.Order ?? 0));
  const actions = sorted.map((action) => checked(action, where));
  checkOrder(actions);
  const sealedClientSecret = clientSecretOf(sorted, where.box, where.sealedClientSecret);
  const groups = targetGroupsIn(actions).map((arn) => requireTargetGroup(ctx, arn));
  for (const group of groups) checkGroup(ctx, group.value, where);
  checkCount(ctx, where.loadBalancer, groups);
  return { actions, groups, ...(sealedClientSecret !== undefined && { sealedClientSecret }) };
}

/** First who it is, if that is asked at all, then what to do. */
function checkOrder(actions: readonly Action[]): void {
  const isLogin = ({ Type }: Action) => Type === "authenticate-oidc";
  const logins = actions.filter(isLogin).length;
  if (actions.length - logins > 1) {
    throw new Fault("TooManyActionsException", "A rule can only have one routing action");
  }
  if (logins > 1) throw new Fault("TooManyActionsException", "A rule can only have one authenticate action");
  if (!isLogin(actions.at(-1)!)) return;
  throw badAction("The last action of a rule must be one of 'forward', 'redirect' and 'fixed-response'");
}

function checked(action: Action, { loadBalancer, protocol }: Where): Action {
  const { Type: type } = action;
  refuseOthers(action);
  if (type === "authenticate-cognito" || type === "jwt-validation") {
    const instead = "Use 'authenticate-oidc', or authenticate in the targets.";
    throw badAction(`Actions of type '${type}' are not available. ${instead}`);
  }
  if (loadBalancer.type === "network" && type !== "forward") {
    throw new Fault(
      "InvalidLoadBalancerActionException",
      `Action type '${type}' is not supported on load balancers with type 'network'`,
    );
  }
  const order = action.Order === undefined ? {} : { Order: action.Order };
  if (type === "authenticate-oidc") {
    return { Type: type, AuthenticateOidcConfig: authenticateOidc(action, protocol), ...order };
  }
  if (type === "redirect") return { Type: type, ...order, RedirectConfig: redirect(action, protocol) };
  if (type === "fixed-response") return { Type: type, ...order, FixedResponseConfig: fixedResponse(action) };
  return { Type: type, ...forward(action, loadBalancer), ...order };
}

const configs = {
  forward: "ForwardConfig",
  redirect: "RedirectConfig",
  "fixed-response": "FixedResponseConfig",
  "authenticate-oidc": "AuthenticateOidcConfig",
  "authenticate-cognito": "AuthenticateCognitoConfig",
  "jwt-validation": "JwtValidationConfig",
} as const;

function refuseOthers(action: Action): void {
  for (const [type, config] of Object.entries(configs)) {
    if (type !== action.Type && action[config] !== undefined) {
      throw invalid(`'${config}' cannot be specified for an action of type '${action.Type}'`);
    }
  }
  if (action.TargetGroupArn !== undefined && action.Type !== "forward") {
    throw invalid(`'TargetGroupArn' cannot be specified for an action of type '${action.Type}'`);
  }
}

function forward(action: Action, loadBalancer: LoadBalancerRecord): Partial<Action> {
  const { TargetGroupArn: single, ForwardConfig: config } = action;
  const given = config?.TargetGroups ?? (single === undefined ? [] : [{ TargetGroupArn: single }]);
  if (given.length === 0) throw invalid("A target group ARN must be specified");
  const arns = given.map(({ TargetGroupArn }) => TargetGroupArn ?? "");
  if (single !== undefined && (arns.length > 1 || arns[0] !== single)) {
    const message = "If you specify both ForwardConfig and TargetGroupArn, they must have the same target group";
    throw invalid(message);
  }
  if (new Set(arns).size < arns.length) throw invalid("A target group can only be specified once in an action");
  const kind = loadBalancer.type;
  const most = limits[`target-groups-per-action-on-${kind}-load-balancer`];
  if (arns.length > most) {
    throw invalid(`The maximum number of target groups per forward action of a ${kind} load balancer is '${most}'`);
  }
  const TargetGroups = given.map(({ TargetGroupArn, Weight = 1 }) => {
    if (Weight < 0 || Weight > 999) throw invalid(`Target group weight '${Weight}' must be between '0' and '999'`);
    return { TargetGroupArn: TargetGroupArn!, Weight };
  });
  const { Enabled = false, DurationSeconds: seconds } = config?.TargetGroupStickinessConfig ?? {};
  if (Enabled && (seconds === undefined || seconds < 1 || seconds > 604_800)) {
    throw invalid("Target group stickiness duration must be between '1' and '604800' seconds");
  }
  if (Enabled && kind === "network") {
    throw invalid("Target group stickiness is not supported on load balancers with type 'network'");
  }
  const TargetGroupStickinessConfig = { Enabled, ...(seconds !== undefined && { DurationSeconds: seconds }) };
  return {
    ...(arns.length === 1 && { TargetGroupArn: arns[0]! }),
    ForwardConfig: { TargetGroups, ...(kind === "application" && { TargetGroupStickinessConfig }) },
  };
}

function redirect({ RedirectConfig: config }: Action, protocol: ListenerProtocol): RedirectActionConfig {
  if (config === undefined) throw invalid("A 'RedirectConfig' must be specified for an action of type 'redirect'");
  const full: Required<RedirectActionConfig> = {
    Protocol: config.Protocol ?? "#{protocol}",
    Port: config.Port ?? "#{port}",
    Host: config.Host ?? "#{host}",
    Path: config.Path ?? "/#{path}",
    Query: config.Query ?? "#{query}",
    StatusCode: config.StatusCode,
  };
  const isSame =
    (full.Protocol === "#{protocol}" || full.Protocol === protocol) &&
    full.Port === "#{port}" &&
    full.Host === "#{host}" &&
    full.Path === "/#{path}";
  const loop = "at least one of protocol, host, port or path must be changed";
  if (isSame) throw badAction(`The redirect would create a loop: ${loop}`);
  if (protocol === "HTTPS" && full.Protocol === "HTTP")
    throw badAction("Redirecting from HTTPS to HTTP is not allowed");
  const isPort = full.Port === "#{port}" || (/^\d{1,5}$/.test(full.Port) && +full.Port >= 1 && +full.Port <= 65_535);
  if (!isPort) throw badAction(`The redirect port '${full.Port}' must be '#{port}' or between 1 and 65535`);
  if (!full.Path.startsWith("/")) throw badAction(`The redirect path '${full.Path}' must begin with '/'`);
  if (full.Query.startsWith("?")) throw badAction("The redirect query must not begin with '?'");
  const known = {
    Host: ["host"],
    Path: ["host", "path", "port"],
    Query: ["host", "path", "port", "protocol", "query"],
  };
  for (const [member, keywords] of Object.entries(known)) {
    for (const [, keyword] of full[member as "Host" | "Path" | "Query"].matchAll(/#\{([^}]*)\}/g)) {
      if (!keywords.includes(keyword!)) throw badAction(`The redirect ${member} cannot contain '#{${keyword}}'`);
    }
  }
  return full;
}

const contentTypes = ["text/plain", "text/css", "text/html", "application/javascript", "application/json"];

function fixedResponse({ FixedResponseConfig: config }: Action): FixedResponseActionConfig {
  if (config === undefined) {
    throw invalid("A 'FixedResponseConfig' must be specified for an action of type 'fixed-response'");
  }
  const { StatusCode, ContentType, MessageBody } = config;
  if (ContentType !== undefined && ContentType !== "" && !contentTypes.includes(ContentType)) {
    throw badAction(`The ContentType must be one of:'${contentTypes.join("', '")}'`);
  }
  return {
    StatusCode,
    ...(ContentType && { ContentType }),
    ...(MessageBody !== undefined && { MessageBody }),
  };
}

function badAction(message: string): Fault {
  return new Fault("InvalidLoadBalancerActionException", message);
}

function checkGroup(ctx: RequestContext, group: TargetGroupRecord, { loadBalancer, protocol }: Where): void {
  const arn = targetGroupArn(group);
  const ofApplication = isHttp(group);
  if (ofApplication !== (loadBalancer.type === "application") || (protocol === "TLS" && group.targetType === "alb")) {
    const message = `Listener protocol '${protocol}' is not supported with a target group with the protocol`;
    throw new Fault("IncompatibleProtocolsException", `${message} '${group.protocol}'`);
  }
  if (group.vpcId !== loadBalancer.vpcId) {
    const message = `The following target groups are not in the VPC of the load balancer '${loadBalancer.vpcId}'`;
    throw invalid(`${message}: '${arn}'`);
  }
  if (group.protocolVersion === "GRPC" && protocol !== "HTTPS") {
    const message = "Listener protocol 'HTTP' is not supported with a target group with the protocol-version 'GRPC'";
    throw new Fault("InvalidLoadBalancerActionException", message);
  }
  if (loadBalancersOf(ctx.store, arn).some((other) => other !== loadBalancerArn(loadBalancer))) {
    const message = "The following target groups cannot be associated with more than one load balancer";
    throw new Fault("TargetGroupAssociationLimitException", `${message}: '${arn}'`);
  }
}

/** A load balancer has only so many target groups. */
function checkCount(
  ctx: RequestContext,
  { id, type }: LoadBalancerRecord,
  groups: readonly Entry<TargetGroupRecord>[],
) {
  if (type !== "application") return;
  const known = [
    ...ctx.store.view(listeners).by("loadBalancer", id),
    ...ctx.store.view(rules).by("loadBalancer", id),
  ].flatMap(({ value }) => targetGroupsIn("actions" in value ? value.actions : value.defaultActions));
  const most = limits["target-groups-per-application-load-balancer"];
  const all = new Set([...known, ...groups.map(({ value }) => targetGroupArn(value))]);
  if (all.size <= most) return;
  const message = `The maximum number of unique target groups per load balancer is '${most}'`;
  throw new Fault("TooManyUniqueTargetGroupsPerLoadBalancerException", message);
}

/** What a commit must carry so that none of the groups is deleted while an action begins to name it. */
export function usesOf(groups: readonly Entry<TargetGroupRecord>[]) {
  return {
    unchanged: groups,
    put: groups.map(({ key, value }) => ({ key, value: { ...value, uses: value.uses + 1 } })),
  };
}
