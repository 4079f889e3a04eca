import { DriverError } from "#kernel/fault.ts";
import type { TargetGroupSpec, TargetSpec } from "#kernel/load-balancing.ts";
import { backendName, serverNames } from "../names.ts";
import { ownPage } from "./answers.ts";
import { alpnOf, checkLines, checkParameters, checkTimeout } from "./health-check.ts";
import { holdLines } from "./hold.ts";
import { argument, quote } from "./quote.ts";
import { authorityFile } from "./tls.ts";

/**
 * How long a request may wait for a connection to a target, as with Elastic Load Balancing. So many are asked in this
 * time, one after the other: HAProxy knows the time of each attempt only.
 */
const connectMs = 10_000;
const connectAttempts = 3;
export const connectAttemptMs = Math.ceil(connectMs / connectAttempts);

/** For the defaults of application load balancers. */
export const connectLines = [`timeout connect ${connectAttemptMs}ms`, `retries ${connectAttempts - 1}`] as const;

/** Whether every attempt has ended with its time: one that was refused takes less, and clocks differ a little. */
export const noneAccepted = `date(0,ms),sub(txn.began),div(${connectMs - connectAttemptMs / 2}),bool`;

/** The section of a target group without its servers. */
export function backendLines(group: TargetGroupSpec, folder: string): string[] {
  const isHttp = group.protocol === "HTTP" || group.protocol === "HTTPS";
  const { serverTimeoutSeconds: silence, tunnelTimeoutSeconds: tunnel = silence } = group;
  return [
    `backend ${backendName(group.targetGroupArn)}`,
    `mode ${isHttp ? "http" : "tcp"}`,
    ...balanceLines(group),
    ...(silence === undefined ? [] : [`timeout server ${silence}s`]),
    ...(tunnel === undefined ? [] : [`timeout tunnel ${tunnel}s`]),
    "option allbackups",
    checkTimeout(group),
    ...checkLines(group),
    ...(isHttp ? httpLines(group, folder) : []),
  ];
}

/** What stands behind the address of a group's checked server: in its `server` line and in `add server` alike. */
export function checkedParameters(group: TargetGroupSpec, target: TargetSpec): string {
  const slow = group.slowStartSeconds > 0 ? [`slowstart ${group.slowStartSeconds}s`] : [];
  return [...trafficParameters(group, target), ...checkParameters(group, target), ...slow].join(" ");
}

/** The same for the server that is used when no target is healthy. */
export function openParameters(group: TargetGroupSpec, target: TargetSpec): string {
  return ["backup", ...trafficParameters(group, target)].join(" ");
}

/** A target in the configuration, for a start without the platform: all but the new ones serve at once. */
export function serverLines(group: TargetGroupSpec, target: TargetSpec, isNew: boolean) {
  const { checked, open } = serverNames(target);
  const address = `${target.address}:${target.port}`;
  const disabled = isNew ? " disabled" : "";
  return [
    `server ${checked} ${address} ${checkedParameters(group, target)}${disabled}`,
    `server ${open} ${address} ${openParameters(group, target)}${disabled}`,
  ];
}

/** HAProxy's defaults, which servers that are added while it runs do not have: no connection would be used again. */
const keptConnections = "pool-max-conn -1 pool-purge-delay 5s";

function trafficParameters(group: TargetGroupSpec, target: TargetSpec): string[] {
  const isTls = group.protocol === "HTTPS" || group.protocol === "TLS" || target.tls !== undefined;
  const isHttp = group.protocol === "HTTP" || group.protocol === "HTTPS";
  const tls = isTls ? ["ssl", ...verification(target), ...(isHttp ? [`alpn ${alpnOf(group)}`] : [])] : [];
  const h2 = isHttp && group.protocolVersion !== "HTTP1" ? ["proto h2"] : [];
  return [...tls, ...h2, keptConnections, ...(group.proxyProtocol ? ["send-proxy-v2"] : [])];
}

/**
 * Elastic Load Balancing does not look at the certificates of targets either; Service Connect does. From 3.3 on HAProxy
 * would ask for the client's `Host` and compare with that, were it not told the name to ask for.
 */
function verification({ tls }: TargetSpec): string[] {
  if (tls === undefined) return ["verify none"];
  if (!/^[\w.-]+$/.test(tls.name)) throw new DriverError("InvalidSpec", `${tls.name} can be in no certificate`);
  return [`verify required ca-file ${authorityFile(tls.authority)} verifyhost ${tls.name}`, `sni str(${tls.name})`];
}

function balanceLines({ algorithm, stickiness }: TargetGroupSpec): string[] {
  if (stickiness?.type === "source_ip") return ["balance source", "hash-type consistent"];
  const word = { round_robin: "roundrobin", least_outstanding_requests: "leastconn", weighted_random: "random(1)" };
  return [`balance ${word[algorithm]}`];
}

function httpLines(group: TargetGroupSpec, folder: string): string[] {
  return [
    ...holdLines(group, folder),
    // A process that a reload has replaced no longer counts its servers, but uses them.
    ...ownPage(503, folder, "{ nbsrv lt 1 } !{ stopping }"),
    // To know a target that did not accept (504) from one that refused (502): HAProxy calls both 503.
    "http-request set-var(txn.began) date(0,ms)",
    ...stickyLines(group),
  ];
}

/**
 * Stickiness is in the cookie itself, so that it outlives reloads and holds on every node: the target's name, and until
 * when. The name of a target that is gone or not healthy is passed over, and the answer names the new one.
 */
function stickyLines({ stickiness }: TargetGroupSpec): string[] {
  if (stickiness?.type !== "lb_cookie" && stickiness?.type !== "app_cookie") return [];
  const isApp = stickiness.type === "app_cookie";
  const cookie = isApp ? "AWSALBAPP-0" : "AWSALB";
  const appCookie = isApp ? argument(stickiness.cookieName) : "";
  const value = `%[srv_name,bytes(2)]:%[date(${stickiness.seconds})]`;
  const expires = "Expires=%[date(604800),http_date]; Path=/";
  const when = isApp ? ` if { ${quote(`res.cook(${appCookie})`)} -m found }` : "";
  const withApp = isApp ? `{ ${quote(`req.cook(${appCookie})`)} -m found } ` : "";
  const set = (name: string, rest: string) =>
    `http-response add-header Set-Cookie ${quote(`${name}=${value}; ${expires}${rest}`)}${when}`;
  return [
    `http-request set-var(txn.stick) req.cook(${cookie}),field(1,:) if ${withApp}{ req.cook(${cookie}) -m found }`,
    `http-request set-var(txn.until) req.cook(${cookie}),field(2,:) if { var(txn.stick) -m found }`,
    "use-server t_%[var(txn.stick)] if { var(txn.stick) -m found } { date,neg,add(txn.until) gt 0 }",
    set(cookie, ""),
    ...(isApp ? [] : [set("AWSALBCORS", "; SameSite=None")]),
  ];
}
