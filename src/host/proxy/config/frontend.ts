import { DriverError } from "#kernel/fault.ts";
import type {
  ListenerSpec,
  LoadBalancerAttributes,
  LoadBalancerNode,
  RuleAction,
  RuleSpec,
} from "#kernel/load-balancing.ts";
import { backendName, digest, frontendName } from "../names.ts";
import { answerLines, ownPage } from "./answers.ts";
import { authenticateLines, callbackLines, loginLines, mustLogIn } from "./authenticate.ts";
import { conditionAcl } from "./conditions.ts";
import {
  clientLines,
  connectionTraceLine,
  headerLines,
  keepSentLines,
  sentLines,
  sentOnLines,
  separateLines,
  togetherLines,
  tooOftenForwarded,
} from "./headers.ts";
import { endLines, logFormatLine, timeLines } from "./log-format.ts";
import { answeredLine, isOwn, statusCountLines } from "./own-answers.ts";
import { quote } from "./quote.ts";
import { policyParameters } from "./tls.ts";

export interface ConfigOptions {
  /** Where the node's files are for HAProxy, without a slash at the end. */
  readonly folder: string;
  /** The address that listeners bind. */
  readonly bindAddress: string;
  /** At most as many threads. */
  readonly threads: number;
  /** At once: more wait in the kernel's queue, and other nodes do not feel it. Each takes two files. */
  readonly maxConnections: number;
}

/** What Elastic Load Balancing takes of a request line. */
const maxUriBytes = 16_384;

/** The section of a listener. */
export function frontendLines(listener: ListenerSpec, node: LoadBalancerNode, options: ConfigOptions): string[] {
  const isHttp = listener.protocol === "HTTP" || listener.protocol === "HTTPS";
  return [
    `frontend ${frontendName(listener.listenerArn)}`,
    bindLine(listener, node, options),
    `mode ${isHttp ? "http" : "tcp"}`,
    ...idleLines(listener, isHttp),
    ...(isHttp ? httpLines(listener, node, options.folder) : tcpLines(listener, node)),
  ];
}

function idleLines({ idleTimeoutSeconds: idle }: ListenerSpec, isHttp: boolean): string[] {
  if (idle === undefined) return [];
  return [`timeout client ${idle}s`, ...(isHttp ? [`timeout http-keep-alive ${idle}s`] : [])];
}

function bindLine(listener: ListenerSpec, node: LoadBalancerNode, { folder, bindAddress }: ConfigOptions): string {
  const isTls = listener.protocol === "HTTPS" || listener.protocol === "TLS";
  const address = `bind ${listener.address ?? bindAddress}:${listener.boundPort ?? listener.port}`;
  if (!isTls) return address;
  const list = quote(`${folder}/${frontendName(listener.listenerArn)}.certs`);
  const protocols = node.attributes.http2 ? "h2,http/1.1" : "http/1.1";
  const alpn = listener.protocol === "HTTPS" ? ` alpn ${protocols}` : "";
  return `${address} ssl crt-list ${list} ${policyParameters(listener.sslPolicy)}${alpn}`;
}

function tcpLines(listener: ListenerSpec, { attributes, taskArn }: LoadBalancerNode): string[] {
  const forward = listener.rules.at(-1)!.actions.at(-1)!;
  return [
    ...tcpLogLines(attributes, taskArn !== undefined),
    ...(forward.type === "forward" ? tcpForward(listener, forward) : []),
  ];
}

/** Service Connect has no metric of resets. */
function tcpLogLines({ accessLogs, connectLog }: LoadBalancerAttributes, isOfTask: boolean): string[] {
  if (accessLogs) return [logFormatLine(connectLog ? "t" : "n")];
  return isOfTask ? ["no log"] : endLines();
}

type Forward = Extract<RuleAction, { type: "forward" }>;

function tcpForward(listener: ListenerSpec, forward: Forward): string[] {
  const groups = weighted(forward);
  if (groups.length === 0) return [];
  const last = backendName(groups.at(-1)!.targetGroupArn);
  if (groups.length === 1) return [`default_backend ${last}`];
  const drawn = drawLines("tcp-request connection", "sess", frontendName(listener.listenerArn), groups, "");
  return [
    ...drawn,
    ...thresholds(groups).map(({ name, below }) => `use_backend ${name} if { var(sess.draw) -m int lt ${below} }`),
    `default_backend ${last}`,
  ];
}

function httpLines(listener: ListenerSpec, node: LoadBalancerNode, folder: string): string[] {
  const { attributes } = node;
  const only = soleGroup(listener);
  const told = (trace: string) => (attributes.accessLogs ? [`http-request set-var(txn.told_trace) ${trace}`] : []);
  const toldAsSent = told("req.hdr(x-amzn-trace-id)");
  return [
    // A reload lets connections that rest have one more answer, so that no request meets their end.
    "option idle-close-on-response",
    "tcp-request connection set-var(sess.since) date",
    connectionTraceLine,
    ...clientLines(attributes),
    // Behind a name of Service Connect HTTP/2 is spoken without TLS, by gRPC above all.
    ...(listener.protocol === "HTTP" && node.taskArn === undefined ? ["option disable-h2-upgrade"] : []),
    `option http-restrict-req-hdr-names ${attributes.dropInvalidHeaderFields ? "delete" : "preserve"}`,
    ...ownPage(405, folder, "METH_TRACE"),
    ...ownPage(414, folder, `{ url_len gt ${maxUriBytes} }`),
    ...told("req.fhdr(x-amzn-trace-id)"),
    keepAliveLine(attributes.clientKeepAliveSeconds),
    ...(attributes.accessLogs ? logLines(attributes) : timeLines()),
    ...(only === undefined ? ruleLines(listener, folder) : []),
    ...headerLines(listener, attributes),
    ...sentLines,
    ...togetherLines(listener, node),
    ...keepSentLines,
    ...ownPage(463, folder, tooOftenForwarded),
    ...separateLines(listener, attributes),
    ...toldAsSent,
    ...sentOnLines(attributes),
    ...toldAsSent,
    ...failureLines(),
    ...loginLines(listener),
    only === undefined ? "use_backend %[var(txn.group)] if { var(txn.group) -m found }" : `default_backend ${only}`,
    ...(only === undefined ? ["default_backend none"] : []),
  ];
}

/** The common case costs nothing: everything goes to one group. */
function soleGroup({ rules }: ListenerSpec): string | undefined {
  const action = rules.length === 1 && rules[0]!.actions.length === 1 ? rules[0]!.actions[0] : undefined;
  const groups = action?.type === "forward" ? weighted(action) : [];
  return groups.length === 1 ? backendName(groups[0]!.targetGroupArn) : undefined;
}

/** A connection may be used this long, whatever goes over it. */
function keepAliveLine(seconds: number): string {
  return `http-after-response set-header Connection close if { date,sub(sess.since) ge ${seconds} }`;
}

function logLines({ connectLog }: LoadBalancerAttributes): string[] {
  return [
    logFormatLine(connectLog ? "h" : "a"),
    "http-request set-var(txn.agent) req.fhdr(user-agent)",
    "http-request set-var(txn.host) req.hdr(host)",
    "http-request set-var(txn.upgrade) req.hdr(upgrade),lower",
    "http-after-response set-var(txn.location) res.fhdr(location) if { status 301 302 }",
    ...(connectLog
      ? [
          "http-request set-var(txn.request_id) req.fhdr(x-request-id)",
          "http-response set-var(txn.grpc_status) res.fhdr(grpc-status)",
        ]
      : []),
  ];
}

/**
 * The first rule that holds is kept by its number, then its action is taken. Conditions are all looked at before a
 * header is changed.
 */
function ruleLines(listener: ListenerSpec, folder: string): string[] {
  const isTls = listener.protocol === "HTTPS";
  const redirects = listener.rules.some(({ actions }) => actions.at(-1)?.type === "redirect");
  return [
    ...callbackLines(listener),
    ...listener.rules.flatMap((rule, index) => chooseLines(rule, index)),
    ...authenticateLines(listener, folder),
    ...(redirects ? [`http-request set-var(txn.proto) str(${isTls ? "https" : "http"})`] : []),
    ...(redirects ? [`http-request set-var(txn.port) int(${listener.port})`] : []),
    ...listener.rules.flatMap((rule, index) => actionLines(rule, index, listener, folder)),
  ];
}

function chooseLines(rule: RuleSpec, index: number): string[] {
  const acls = rule.conditions.map((condition, i) => ({ name: `r${index}c${i}`, condition }));
  const all = acls.map(({ name }) => ` ${name}`).join("");
  return [
    ...acls.flatMap(({ name, condition }) => conditionAcl(name, condition)),
    `http-request set-var(txn.rule) int(${index}) if !{ var(txn.rule) -m found }${all}`,
  ];
}

function actionLines(rule: RuleSpec, index: number, listener: ListenerSpec, folder: string): string[] {
  const action = rule.actions.at(-1)!;
  const isAuthenticated = rule.actions.length > 1 ? ` !${mustLogIn}` : "";
  const chosen = `{ var(txn.rule) -m int ${index} }${isAuthenticated}`;
  if (action.type === "authenticate-oidc") throw new DriverError("InvalidSpec", "A rule cannot end with a login");
  if (action.type !== "forward") return answerLines(action, folder, chosen);
  const groups = weighted(action);
  const sticky = action.groupStickinessSeconds;
  const isDrawn = groups.length > 1;
  const isFree = `${chosen} !{ var(txn.group) -m found }`;
  const to = (name: string, when: string) => `http-request set-var(txn.group) str(${name}) if ${when}`;
  return [
    ...(isDrawn && sticky !== undefined ? stuckLines(groups, chosen, sticky) : []),
    ...(isDrawn
      ? drawLines("http-request", "txn", `${frontendName(listener.listenerArn)}r${index}`, groups, isFree)
      : []),
    ...thresholds(groups).map(({ name, below }) => to(name, `${isFree} { var(txn.draw) -m int lt ${below} }`)),
    ...groups.slice(-1).map((group) => to(backendName(group.targetGroupArn), isFree)),
  ];
}

type Weighted = Forward["targetGroups"];

function weighted({ targetGroups }: Forward): Weighted {
  // One alone gets everything, whatever its weight.
  return targetGroups.length === 1 ? targetGroups : targetGroups.filter(({ weight }) => weight > 0);
}

/** For all groups but the last: what the number drawn must be below. */
function thresholds(groups: Weighted): { readonly name: string; readonly below: number }[] {
  let below = 0;
  return groups.slice(0, -1).map(({ targetGroupArn, weight }) => {
    below += weight;
    return { name: backendName(targetGroupArn), below };
  });
}

/**
 * Numbers that visit each value below the sum of the weights once before any comes again, spread evenly: after any
 * number of requests the shares are as near to the weights as they can be.
 */
function drawLines(rule: string, scope: string, id: string, groups: Weighted, when: string): string[] {
  const total = groups.reduce((sum, { weight }) => sum + weight, 0);
  const next = `var(proc.draw_${digest(id, 8)},0),add(${stepOf(total)}),mod(${total})`;
  const condition = when === "" ? "" : ` if ${when}`;
  return [
    `${rule} set-var(${scope}.draw) ${next}${condition}`,
    `${rule} set-var(proc.draw_${digest(id, 8)}) var(${scope}.draw)${condition}`,
  ];
}

/** Near the golden section of `total`, and without a common divisor with it. */
export function stepOf(total: number): number {
  const isCoprime = (a: number, b: number): boolean => (b === 0 ? a === 1 : isCoprime(b, a % b));
  let step = Math.max(1, Math.round(total * 0.618));
  while (!isCoprime(total, step)) step++;
  return step;
}

/** Clients stay with their group as long as it has a share at all. */
function stuckLines(groups: Weighted, chosen: string, seconds: number): string[] {
  const until = "%[date(604800),http_date]";
  const value = `AWSALBTG%s=%[var(txn.group)]:%[date(${seconds})]; Expires=${until}; Path=/`;
  const names = groups.map(({ targetGroupArn }) => backendName(targetGroupArn)).join(" ");
  const set = (suffix: string, rest: string) =>
    `http-response add-header Set-Cookie ${quote(value.replace("%s", suffix) + rest)} if ${chosen}`;
  return [
    `http-request set-var(txn.until) req.cook(AWSALBTG),field(2,:) if ${chosen}`,
    "http-request set-var(txn.group) req.cook(AWSALBTG),field(1,:) " +
      `if ${chosen} { req.cook(AWSALBTG),field(1,:) -m str ${names} } { date,neg,add(txn.until) gt 0 }`,
    set("", ""),
    set("CORS", "; SameSite=None"),
  ];
}

/**
 * A target that refuses is a 502 and one that does not accept in time a 504: HAProxy has 503 for both. What is the
 * node's own is counted.
 */
function failureLines(): string[] {
  const failed = `{ res.hdr(x-estiva-failure) -m found } ${isOwn}`;
  return [
    "http-after-response allow if { status lt 500 }",
    answeredLine,
    `http-after-response set-status 504 if ${failed} { res.hdr(x-estiva-failure) -m str timeout }`,
    `http-after-response set-status 502 if ${failed} !{ status 504 }`,
    `http-after-response set-var(txn.failed) status if ${failed}`,
    `http-after-response del-header x-estiva-failure if ${failed}`,
    ...statusCountLines,
  ];
}
