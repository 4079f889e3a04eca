import type { AccessRecord, LoadBalancerNode, ResettingSide, RuleSpec } from "#kernel/load-balancing.ts";
import {
  type ApplicationField,
  applicationFields,
  type ConnectHttpField,
  type ConnectTcpField,
  connectHttpFields,
  connectTcpFields,
  type NetworkField,
  networkFields,
  requestsToldBy,
  type TimeField,
  timeFields,
} from "./config/log-format.ts";
import { connectHttpLine, connectTcpLine } from "./connect-log.ts";
import { isServerName, type NodeDirectory } from "./names.ts";
import { quoted } from "./quoted.ts";

type Fields<F extends string> = Readonly<Record<F, string>>;

/** The process that wrote a line about a request or connection, and when: microseconds. Undefined for others. */
export function originOf(line: string): { readonly process: string; readonly writtenAt: number } | undefined {
  const match = /^\["[amnrht]","[^"]*","[^"]*","[^"]*","[^"]*","(\d+)","(\d+)"/.exec(line);
  return match === null ? undefined : { process: match[1]!, writtenAt: Number(match[2]) };
}

/**
 * Reads a line of the ring; undefined when it tells of something else than a request or connection. The target is
 * the one that the line names: it may have left the node meanwhile.
 */
export function parseAccess(
  line: string,
  nodeId: string,
  node: LoadBalancerNode,
  directory: NodeDirectory,
): AccessRecord | undefined {
  const { connectLog } = node.attributes;
  if (line.startsWith('["a"')) {
    const fields = fieldsOf<ApplicationField>(line, applicationFields);
    return fields && applicationRecord(fields, nodeId, node, directory, (known) => applicationLine(fields, known));
  }
  if (line.startsWith('["m"')) {
    const fields = fieldsOf<TimeField>(line, timeFields);
    const record = fields && applicationRecord(fields, nodeId, node, directory);
    if (record?.targetResponseMs === undefined) return undefined;
    return { ...record, standsFor: requestsToldBy(Number(fields!.requestRate)) };
  }
  if (line.startsWith('["n"')) {
    const fields = fieldsOf<NetworkField>(line, networkFields);
    return fields && networkRecord(fields, nodeId, node, directory, (known) => networkLine(fields, known));
  }
  if (connectLog === undefined) return undefined;
  if (line.startsWith('["h"')) {
    const fields = fieldsOf<ConnectHttpField>(line, connectHttpFields);
    const words = (known: KnownRequest) => connectHttpLine(fields!, known, connectLog);
    return fields && applicationRecord(fields, nodeId, node, directory, words);
  }
  if (!line.startsWith('["t"')) return undefined;
  const fields = fieldsOf<ConnectTcpField>(line, connectTcpFields);
  const words = ({ time }: KnownConnection) => connectTcpLine(fields!, time, connectLog);
  return fields && networkRecord(fields, nodeId, node, directory, words);
}

/**
 * The listener's name and who has reset a connection of TCP, where a line of the ring tells of that. One that nobody
 * would take was reset by the target that was tried last.
 */
export function resetIn(line: string): { readonly frontend: string; readonly by: ResettingSide } | undefined {
  if (!line.startsWith('["n"') && !line.startsWith('["r"')) return undefined;
  const [, frontend, , , termination] = /^\["[nr]","([^"]*?)~?","([^"]*)","([^"]*)","([^"]*)"/.exec(line) ?? [];
  if (termination === "CD") return { frontend: frontend!, by: "client" };
  return termination === "SD" || termination === "SC" ? { frontend: frontend!, by: "target" } : undefined;
}

function fieldsOf<F extends string>(line: string, order: Readonly<Record<F, string>>): Fields<F> | undefined {
  let values: readonly unknown[];
  try {
    values = JSON.parse(line) as unknown[];
  } catch {
    return undefined; // HAProxy has cut off what was too long
  }
  const names = Object.keys(order) as F[];
  return Object.fromEntries(names.map((name, i) => [name, String(values[i + 1] ?? "")])) as Fields<F>;
}

/** `words`: its line, if there is one. */
function applicationRecord(
  fields: Fields<Exclude<TimeField, "requestRate">>,
  nodeId: string,
  node: LoadBalancerNode,
  directory: NodeDirectory,
  words?: (known: KnownRequest) => string,
): AccessRecord | undefined {
  const listener = directory.listeners.get(fields.frontend.replace(/~$/, ""));
  if (listener === undefined) return undefined;
  const group = directory.targetGroups.get(fields.backend);
  const elbStatusCode = statusOf(fields);
  const answered = fields.termination[1] === "-" || fields.termination[1] === "D";
  const hasTarget = isServerName(fields.server);
  const targetStatusCode = hasTarget && answered ? Number(fields.status) : undefined;
  const time = Number(fields.seconds) * 1000;
  const line = words?.({ time, node, listener, group, hasTarget, elbStatusCode, targetStatusCode }) ?? "";
  return {
    ...{ nodeId, listenerArn: listener.listenerArn, time, line, elbStatusCode },
    ...(node.taskArn !== undefined && { taskArn: node.taskArn }),
    ...(group && { targetGroupArn: group.targetGroupArn }),
    ...(targetStatusCode !== undefined && {
      targetStatusCode,
      targetResponseMs: Math.max(0, Number(fields.responseMs)),
    }),
    receivedBytes: Number(fields.received),
    sentBytes: Number(fields.sent),
  };
}

/** What the load balancer has answered. */
function statusOf({ status, termination, failed }: Fields<"status" | "termination" | "failed">): number {
  const [cause, phase] = termination;
  // The client was gone before an answer.
  if (cause === "C" && phase !== "D" && phase !== "-" && phase !== "R") return 460;
  // A request that ends with its target's time is a 500 to HAProxy 3.0 and later, which has no answer for it.
  if (cause === "K" && status === "500") return 502;
  return Math.max(0, Number(/^\d+$/.test(failed) ? failed : status));
}

interface KnownConnection {
  /** When it began: milliseconds since the epoch. */
  readonly time: number;
  readonly node: LoadBalancerNode;
  readonly listener: LoadBalancerNode["listeners"][number];
  readonly group: LoadBalancerNode["targetGroups"][number] | undefined;
}

interface KnownRequest extends KnownConnection {
  readonly hasTarget: boolean;
  readonly elbStatusCode: number;
  readonly targetStatusCode: number | undefined;
}

/** "Access logs for your Application Load Balancer": the fields in their order. */
function applicationLine(fields: Fields<ApplicationField>, known: KnownRequest): string {
  const { time, node, listener, group, hasTarget, elbStatusCode, targetStatusCode } = known;
  // Of who comes back from a provider it is -1; where there is but one it is not told.
  const rule = listener.rules[/^-?\d+$/.test(fields.rule) ? Number(fields.rule) : listener.rules.length - 1];
  const target = hasTarget ? fields.target : "-";
  const failed = targetStatusCode === undefined;
  const ended = time + Math.max(0, Number(fields.activeMs));
  const status = targetStatusCode ?? "-";
  return [
    typeOf(fields, listener),
    new Date(ended).toISOString().replace("Z", "000Z"),
    loadBalancerId(node),
    fields.client,
    target,
    !hasTarget ? "-1" : seconds(fields.requestMs, fields.queueMs, fields.connectMs),
    failed ? "-1" : seconds(fields.responseMs),
    failed ? "-1" : seconds(fields.dataMs),
    String(elbStatusCode || "-"),
    String(status),
    fields.received,
    fields.sent,
    quoted(`${fields.method || "-"} ${urlOf(fields, listener)} ${fields.version || "-"}`),
    quoted(fields.agent || "-"),
    fields.cipher || "-",
    fields.tls || "-",
    group?.targetGroupArn ?? "-",
    quoted(fields.trace || "-"),
    quoted(fields.sni || "-"),
    quoted(certificateOf(fields.sni, listener)),
    fields.rule === "-1" ? fields.rule : rulePriority(rule, listener),
    new Date(time).toISOString().replace("Z", "000Z"),
    quoted(actionsOf(fields, rule)),
    quoted(fields.location || "-"),
    quoted(fields.reason || "-"),
    quoted(target),
    quoted(String(status)),
    quoted("-"),
    quoted("-"),
    "-",
  ].join(" ");
}

/** "Actions taken": where a user was not authenticated, nothing else was done. */
function actionsOf({ login }: Fields<ApplicationField>, rule: RuleSpec | undefined): string {
  if (login !== "-") return "authenticate";
  const names = (rule?.actions ?? []).map(({ type }) => (type === "authenticate-oidc" ? "authenticate" : type));
  return names.join() || "-";
}

function typeOf({ upgrade, version }: Fields<ApplicationField>, listener: KnownConnection["listener"]): string {
  const isTls = listener.protocol === "HTTPS";
  if (upgrade === "websocket") return isTls ? "wss" : "ws";
  if (version === "HTTP/2.0") return "h2";
  return isTls ? "https" : "http";
}

function urlOf({ uri, host }: Fields<ApplicationField>, { protocol, port }: KnownConnection["listener"]): string {
  if (uri === "") return "-";
  if (!uri.startsWith("/")) return uri;
  const name = host.replace(/:\d+$/, "");
  return `${protocol.toLowerCase()}://${name || "-"}:${port}${uri}`;
}

function rulePriority(
  rule: KnownConnection["listener"]["rules"][number] | undefined,
  { rules }: KnownConnection["listener"],
): string {
  if (rule === undefined) return "-";
  if (rule === rules.at(-1)) return "0";
  return String(rule.priority ?? rules.indexOf(rule) + 1);
}

function certificateOf(sni: string, { certificates }: KnownConnection["listener"]): string {
  const chosen = certificates.find(({ names }) => names.some((name) => isNamed(sni, name))) ?? certificates[0];
  return chosen?.certificateArn ?? "-";
}

function isNamed(sni: string, name: string): boolean {
  if (!name.startsWith("*.")) return sni.toLowerCase() === name.toLowerCase();
  return sni.toLowerCase().replace(/^[^.]+/, "*") === name.toLowerCase();
}

function networkRecord(
  fields: Fields<NetworkField>,
  nodeId: string,
  node: LoadBalancerNode,
  directory: NodeDirectory,
  words: (known: KnownConnection) => string,
): AccessRecord | undefined {
  const listener = directory.listeners.get(fields.frontend.replace(/~$/, ""));
  if (listener === undefined) return undefined;
  const group = directory.targetGroups.get(fields.backend);
  const time = Number(fields.seconds) * 1000;
  return {
    ...{ nodeId, listenerArn: listener.listenerArn, time, line: words({ time, node, listener, group }) },
    ...(node.taskArn !== undefined && { taskArn: node.taskArn }),
    ...(group && { targetGroupArn: group.targetGroupArn }),
    receivedBytes: Number(fields.received),
    sentBytes: Number(fields.sent),
  };
}

/** "Access logs for your Network Load Balancer". */
function networkLine(fields: Fields<NetworkField>, { time, node, listener }: KnownConnection): string {
  const isTls = listener.protocol === "TLS";
  return [
    isTls ? "tls" : "tcp",
    "2.0",
    new Date(time + Math.max(0, Number(fields.activeMs))).toISOString().slice(0, 19),
    loadBalancerId(node),
    listener.listenerArn.split("/").at(-1)!,
    fields.client,
    isServerName(fields.server) ? fields.target : "-",
    fields.activeMs,
    isTls ? fields.handshakeMs : "-",
    fields.received,
    fields.sent,
    "-",
    isTls ? certificateOf(fields.sni, listener) : "-",
    "-",
    fields.cipher || "-",
    fields.tls || "-",
    "-",
    fields.sni || "-",
    ...["-", "-", "-"],
    new Date(time).toISOString().slice(0, 19),
  ].join(" ");
}

/** `app/my-loadbalancer/50dc6c495c0c9188`: what the ARN ends with. */
function loadBalancerId({ loadBalancerArn }: LoadBalancerNode): string {
  return loadBalancerArn.split(":loadbalancer/").at(-1)!;
}

/** Milliseconds together as seconds with three places. */
function seconds(...milliseconds: readonly string[]): string {
  const sum = milliseconds.reduce((total, each) => total + Math.max(0, Number(each)), 0);
  return (sum / 1000).toFixed(3);
}
