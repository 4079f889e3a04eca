import type { ListenerSpec, LoadBalancerAttributes } from "#kernel/load-balancing.ts";
import { quote } from "./quote.ts";

/** Headers that targets get beside those that the client sent. */
export function headerLines(listener: ListenerSpec, attributes: LoadBalancerAttributes): string[] {
  const isTls = listener.protocol === "HTTPS";
  return [
    ...hostLines(listener, attributes),
    `http-request set-header X-Forwarded-Proto ${isTls ? "https" : "http"}`,
    `http-request set-header X-Forwarded-Port ${listener.port}`,
    ...(isTls && attributes.tlsHeaders
      ? [
          "http-request set-header X-Amzn-Tls-Version %[ssl_fc_protocol]",
          "http-request set-header X-Amzn-Tls-Cipher-Suite %[ssl_fc_cipher]",
        ]
      : []),
  ];
}

/**
 * What requests that were sent on by others have is looked for once and kept: later lines pass over variables that are
 * not there at little cost, which for most requests is all of them.
 */
export const sentLines = [
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

/** For the requests that come from clients themselves; `sentOnLines` see to the others. */
export function forwardedLines({ xForwardedFor }: LoadBalancerAttributes): string[] {
  if (xForwardedFor === "preserve") return [];
  if (xForwardedFor === "remove") return ["http-request del-header X-Forwarded-For"];
  return ['http-request add-header X-Forwarded-For "%[var(sess.client)]"'];
}

/** A listener's port that is not a default one belongs to the host that the target is told. */
function hostLines({ port, protocol }: ListenerSpec, { preserveHostHeader }: LoadBalancerAttributes): string[] {
  if (preserveHostHeader || port === (protocol === "HTTPS" ? 443 : 80)) return [];
  const value = quote(`%[req.hdr(host)]:${port}`);
  // The one value by its number: without it a condition goes on to look for more of them.
  return [`http-request set-header Host ${value} if { req.hdr(host,1),port_only 0 }`];
}

/** "Request tracing for your Application Load Balancer": a root for what has none. */
export function traceLine(): string {
  return `http-request add-header X-Amzn-Trace-Id ${quote(`Root=${traceId()}`)}`;
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
    `http-request allow if !${wasTraced} !${wasForwarded}`,
    set("X-Amzn-Trace-Id", `Self=${traceId()};%[var(txn.trace)]`, rooted),
    set("X-Amzn-Trace-Id", `Root=${traceId()};%[var(txn.trace)]`, `${wasTraced} !${rooted}`),
    ...(xForwardedFor === "append" ? [set("X-Forwarded-For", list, `${wasForwarded} ${hasOneList}`)] : []),
  ];
}
