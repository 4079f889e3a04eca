import type { LoadBalancerNode, TargetGroupSpec, TargetSpec } from "#kernel/load-balancing.ts";
import { ringName } from "../events.ts";
import { frontendName } from "../names.ts";
import { versionVariable } from "../runtime-api.ts";
import { bodyFile } from "./answers.ts";
import { authenticationSection, sessionKeys, sessionKeysFile } from "./authenticate.ts";
import { backendLines, connectLines, noneAccepted, serverLines } from "./backend.ts";
import { errorFile, errorPage, ownErrors, pageOf, ruleErrors } from "./error-pages.ts";
import { type ConfigOptions, frontendLines } from "./frontend.ts";
import { checkSpreadPercent } from "./health-check.ts";
import { holdFiles, holdGlobalLines } from "./hold.ts";
import { quote } from "./quote.ts";
import {
  authoritiesOf,
  authorityFile,
  authoritySection,
  certificateFile,
  certificateList,
  certificatePem,
} from "./tls.ts";

/** What a node's HAProxy reads at its start, by the names of files. */
export type NodeFiles = ReadonlyMap<string, string>;

export const configFile = "haproxy.cfg";
/** Sockets in the node's folder. */
export const sockets = {
  runtime: "stats.sock",
  master: "master.sock",
  /** Where the platform answers for users who are not logged in. */
  authentication: "authentication.sock",
} as const;
/** The state of servers, for the next process. */
export const stateFile = "servers.state";

/** What kept a request from its target, once HAProxy has given up connecting. */
const failureTitle = `%[${noneAccepted},iif(504 Gateway Time-out,502 Bad Gateway)]`;

/** All files beside the configuration itself. Those with certificates are secret: mode 0600. */
export function nodeFiles(node: LoadBalancerNode, { folder }: ConfigOptions): NodeFiles {
  const files = new Map<string, string>(holdFiles(node));
  for (const status of ownErrors) files.set(`error-${status}.http`, errorFile(status));
  for (const status of [...ruleErrors, 301, 302]) files.set(`page-${status}.html`, errorPage(status));
  files.set("page-failed.html", pageOf(failureTitle));
  const keys = sessionKeys(node);
  if (keys !== undefined) files.set(sessionKeysFile, keys);
  for (const authority of authoritiesOf(node)) files.set(authorityFile(authority), authority);
  for (const listener of node.listeners) {
    for (const certificate of listener.certificates) {
      files.set(certificateFile(certificate), certificatePem(certificate));
    }
    if (listener.protocol === "HTTPS" || listener.protocol === "TLS") {
      files.set(`${frontendName(listener.listenerArn)}.certs`, certificateList(listener, folder));
    }
    for (const action of listener.rules.flatMap(({ actions }) => actions)) {
      if (action.type === "fixed-response" && action.messageBody !== undefined && action.messageBody !== "") {
        files.set(bodyFile(action.messageBody), action.messageBody);
      }
    }
  }
  return files;
}

/** Targets that are in the configuration. New ones have yet to pass a check, and do not serve at the start. */
export type KnownTargets = (
  group: TargetGroupSpec,
) => readonly { readonly target: TargetSpec; readonly isNew: boolean }[];

/** What HAProxy reads; it tells `version`. Throws a `DriverError` (`InvalidSpec`) for what cannot be in it. */
export function nodeConfig(
  node: LoadBalancerNode,
  targets: KnownTargets,
  version: number,
  options: ConfigOptions,
): string {
  const sections = [
    [...globalLines(version, options), ...nodeGlobalLines(node, options)],
    ringLines,
    defaultLines(node, options),
    ...node.listeners.map((listener) => frontendLines(listener, node, options)),
    ...node.targetGroups.map((group) => [
      ...backendLines(group, options.folder),
      ...targets(group).flatMap(({ target, isNew }) => serverLines(group, target, isNew)),
    ]),
    ...authoritySection(node),
    ...authenticationSection(node, options.folder, sockets.authentication),
    noneLines(node, options),
  ];
  return `${sections.map(([head, ...lines]) => [head, ...lines.map((line) => `  ${line}`)].join("\n")).join("\n\n")}\n`;
}

/** For a HAProxy that has nothing to do yet. Its version is 0. */
export function idleConfig(options: ConfigOptions): string {
  return [...globalLines(0, options), "", ...ringLines, "", "backend none", ""].join("\n");
}

function nodeGlobalLines(node: LoadBalancerNode, options: ConfigOptions): string[] {
  const tellsRequests = node.type === "application" && node.attributes.accessLogs;
  return [
    // As much of a request line is kept for each request, so only where it is told.
    ...(tellsRequests ? ["tune.http.logurilen 16384"] : []),
    ...holdGlobalLines(node, options),
  ];
}

function globalLines(version: number, { folder, threads, maxConnections }: ConfigOptions): string[] {
  return [
    "global",
    `stats socket ${quote(`${folder}/${sockets.runtime}`)} mode 600 level admin`,
    // Who listens to events may hear nothing for long.
    "stats timeout 20d",
    `ca-base ${quote(folder)}`,
    `server-state-file ${quote(`${folder}/${stateFile}`)}`,
    `set-var ${versionVariable} int(${version})`,
    `maxconn ${maxConnections}`,
    `nbthread ${threads}`,
    // A head of 64 KiB is what Elastic Load Balancing takes.
    "tune.bufsize 69632",
    "tune.maxrewrite 4096",
    "tune.http.maxhdr 256",
    // What a thread keeps of free memory: thirty such buffers instead of seven. HAProxy 2.6 has no setting for it.
    ".if version_atleast(3.0)",
    "tune.memory.hot-size 2097152",
    ".endif",
    // The first check of a target comes at once, later ones a little apart.
    "max-spread-checks 50ms",
    `spread-checks ${checkSpreadPercent}`,
    // Workers of earlier configurations end when their connections do, and in any case at some time.
    "mworker-max-reloads 50",
    "hard-stop-after 24h",
  ];
}

/** The latest events, until somebody asks for them; see `EventFeed`. */
const ringLines = [`ring ${ringName}`, "format raw", "maxlen 32768", "size 1048576"];

function defaultLines(node: LoadBalancerNode, { folder }: ConfigOptions): string[] {
  const own = node.attributes.idleTimeoutSeconds;
  const idle = `${own}s`;
  const isHttp = node.type === "application";
  // A group may be that of several listeners of TCP: each closes what is idle for its own time.
  const others = isHttp ? [] : node.listeners.map(({ idleTimeoutSeconds = own }) => idleTimeoutSeconds);
  const failure = `%[${noneAccepted},iif(timeout,refused)]`;
  return [
    "defaults",
    `mode ${isHttp ? "http" : "tcp"}`,
    `log ring@${ringName} len 32768 local0`,
    "option log-health-checks",
    "load-server-state-from-file global",
    `timeout client ${idle}`,
    `timeout server ${Math.max(own, ...others)}s`,
    // A network load balancer has no rule for it: a client waits as long as it likes.
    ...(isHttp ? connectLines : ["timeout connect 10s", "retries 2"]),
    "option redispatch 1",
    ...(isHttp
      ? [
          // Who has left waits for nothing, and keeps no target busy.
          "option abortonclose",
          `timeout http-request ${idle}`,
          `timeout http-keep-alive ${idle}`,
          `timeout tunnel ${idle}`,
          ...ownErrors.map((status) => `errorfile ${status} ${quote(`${folder}/error-${status}.http`)}`),
          // Later versions tell a head that is too large from other bad requests, Elastic Load Balancing does not.
          ".if version_atleast(3.1)",
          `errorfile 431 ${quote(`${folder}/error-400.http`)}`,
          ".endif",
          `http-error status 503 content-type text/html lf-file ${quote(`${folder}/page-failed.html`)} ` +
            `hdr Server awselb/2.0 hdr x-estiva-failure ${quote(failure)}`,
        ]
      : []),
  ];
}

/** Where requests go that no rule sends anywhere. */
function noneLines(node: LoadBalancerNode, { folder }: ConfigOptions): string[] {
  if (node.type !== "application") return ["backend none", "mode tcp"];
  const page = quote(`${folder}/page-503.html`);
  return [
    "backend none",
    "mode http",
    `http-request return status 503 content-type text/html file ${page} hdr Server awselb/2.0`,
  ];
}
