import type { ListenerSpec, LoadBalancerAttributes, LoadBalancerNode } from "#kernel/load-balancing.ts";
import { quote } from "./quote.ts";

/** A header for targets: its name, and its value as a log format of HAProxy. */
type Header = readonly [name: string, value: string];

/** Headers that targets get whatever the client sent. */
export function headerLines(listener: ListenerSpec, attributes: LoadBalancerAttributes): string[] {
  return [
    ...hostLines(listener, attributes),
    ...(listener.protocol === "HTTPS" && attributes.tlsHeaders
      ? [
          "http-request set-header X-Amzn-Tls-Version %[ssl_fc_protocol]",
          "http-request set-header X-Amzn-Tls-Cipher-Suite %[ssl_fc_cipher]",
        ]
      : []),
  ];
}

/** One variable for both headers of requests that others have sent on: most have neither, and one look tells. */
export const sentLines = ["x-forwarded-for", "x-amzn-trace-id"].map(
  (name) => `http-request set-var(txn.sent) req.fhdr(${name})`,
);
/** It comes from the client itself. */
const isFirst = "!{ var(txn.sent) -m found }";

/** What others have sent, before it is changed: conditions of lines pass over variables that are not there. */
export const keepSentLines = [
  "http-request set-var(txn.forwarded) req.fhdr(x-forwarded-for)",
  "http-request set-var(txn.trace) req.fhdr(x-amzn-trace-id)",
] as const;
const wasForwarded = "{ var(txn.forwarded) -m found }";
const wasTraced = "{ var(txn.trace) -m found }";
/** Entries of `X-Forwarded-For`. */
const maxForwarded = 30;
/** The condition for a request that has come too far. */
export const tooOftenForwarded = `${wasForwarded} { req.hdr_cnt(x-forwarded-for) gt ${maxForwarded} }`;

/** The client as targets are told of it: written once a connection, which costs more than the rest of the header. */
export function clientLines({ xForwardedFor, xForwardedForClientPort }: LoadBalancerAttributes): string[] {
  if (xForwardedFor !== "append") return [];
  const client = xForwardedForClientPort ? "%[src]:%[src_port]" : "%[src]";
  return [`tcp-request connection set-var-fmt(sess.client) ${quote(client)}`];
}

function listenerHeaders({ protocol, port }: ListenerSpec): readonly [Header, Header] {
  return [
    ["X-Forwarded-Proto", protocol === "HTTPS" ? "https" : "http"],
    ["X-Forwarded-Port", String(port)],
  ];
}

/** "Request tracing for your Application Load Balancer": a root for what has no trace. */
function clientHeaders({ xForwardedFor }: LoadBalancerAttributes): readonly Header[] {
  const forwarded = ["X-Forwarded-For", "%[var(sess.client)]"] as const;
  return [["X-Amzn-Trace-Id", `Root=${traceId()}`], ...(xForwardedFor === "append" ? [forwarded] : [])];
}

/** Each in a line of its own; `sentOnLines` see to requests that others have sent on. */
export function separateLines(listener: ListenerSpec, attributes: LoadBalancerAttributes): string[] {
  return [
    ...listenerHeaders(listener).map(([name, value]) => `http-request set-header ${name} ${quote(value)}`),
    ...clientHeaders(attributes).map(([name, value]) => `http-request add-header ${name} ${quote(value)}`),
    ...(attributes.xForwardedFor === "remove" ? ["http-request del-header X-Forwarded-For"] : []),
  ];
}

/**
 * The same at once, for most requests: one header for HAProxy, whose value holds the lines of the others. Each header
 * costs it a thirtieth of its work for a request, whatever it says. Only HTTP/1 has lines, and an access log is to find
 * the trace among the headers.
 */
export function togetherLines(listener: ListenerSpec, { attributes, targetGroups }: LoadBalancerNode): string[] {
  if (attributes.accessLogs || targetGroups.some(({ protocolVersion }) => protocolVersion !== "HTTP1")) return [];
  const [[name, value], [port, number]] = listenerHeaders(listener);
  const rest = [[port, number] as const, ...clientHeaders(attributes)].map((header) => `\\r\\n${header.join(": ")}`);
  return [
    `http-request del-header ${port}`,
    `http-request set-header ${name} "${value}${rest.join("")}" if ${isFirst}`,
    `http-request allow if ${isFirst}`,
  ];
}

/** A listener's port that is not a default one belongs to the host that the target is told. */
function hostLines({ port, protocol }: ListenerSpec, { preserveHostHeader }: LoadBalancerAttributes): string[] {
  if (preserveHostHeader || port === (protocol === "HTTPS" ? 443 : 80)) return [];
  const value = quote(`%[req.hdr(host)]:${port}`);
  // The one value by its number: without it a condition goes on to look for more of them.
  return [`http-request set-header Host ${value} if { req.hdr(host,1),port_only 0 }`];
}

/** HAProxy's random numbers have 32 bits. */
const random = "%[rand,bytes(4,4),hex,lower]";

/** What the traces of a connection have in common: a third of their 24 digits is enough to tell its requests apart. */
export const connectionTraceLine = `tcp-request connection set-var-fmt(sess.trace) ${quote(random.repeat(2))}`;

function traceId(): string {
  return `1-%[date,bytes(4,4),hex,lower]-%[var(sess.trace)]${random}`;
}

/**
 * What others have sent on already: a trace gets a mark of our own before it, and the client's address goes into the
 * list that there is. Several lists are one together, of which it is the last part already. These are the last rules,
 * so that all other requests are done with before them.
 */
export function sentOnLines({ xForwardedFor }: LoadBalancerAttributes): string[] {
  const rooted = "{ var(txn.trace) -m sub Root= }";
  const set = (name: string, value: string, when: string) =>
    `http-request set-header ${name} ${quote(value)} if ${when}`;
  const list = "%[var(txn.forwarded)], %[var(sess.client)]";
  const hasOneList = "{ req.fhdr_cnt(x-forwarded-for) eq 2 }"; // beside ours
  return [
    `http-request allow if ${isFirst}`,
    set("X-Amzn-Trace-Id", `Self=${traceId()};%[var(txn.trace)]`, rooted),
    set("X-Amzn-Trace-Id", `Root=${traceId()};%[var(txn.trace)]`, `${wasTraced} !${rooted}`),
    ...(xForwardedFor === "append" ? [set("X-Forwarded-For", list, `${wasForwarded} ${hasOneList}`)] : []),
  ];
}
