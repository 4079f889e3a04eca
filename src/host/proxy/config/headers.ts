import type { ListenerSpec, LoadBalancerAttributes } from "#kernel/load-balancing.ts";
import { quote } from "./quote.ts";

/** Headers that targets get beside those that the client sent. */
export function headerLines(listener: ListenerSpec, attributes: LoadBalancerAttributes): string[] {
  const isTls = listener.protocol === "HTTPS";
  return [
    ...hostLines(listener, attributes),
    `http-request set-header X-Forwarded-Proto ${isTls ? "https" : "http"}`,
    `http-request set-header X-Forwarded-Port ${listener.port}`,
    ...traceLines(),
    ...(isTls && attributes.tlsHeaders
      ? [
          "http-request set-header X-Amzn-Tls-Version %[ssl_fc_protocol]",
          "http-request set-header X-Amzn-Tls-Cipher-Suite %[ssl_fc_cipher]",
        ]
      : []),
  ];
}

export function forwardedLines({ xForwardedFor, xForwardedForClientPort }: LoadBalancerAttributes): string[] {
  if (xForwardedFor === "preserve") return [];
  if (xForwardedFor === "remove") return ["http-request del-header X-Forwarded-For"];
  const client = xForwardedForClientPort ? "%[src]:%[src_port]" : "%[src]";
  const sent = "{ req.fhdr_cnt(x-forwarded-for) gt 0 }";
  return [
    // Of several headers the last one is appended to: together they are one list.
    `http-request replace-header X-Forwarded-For ^(.*)$ ${quote(`\\1, ${client}`)} if ${sent}`,
    `http-request set-header X-Forwarded-For ${quote(client)} if !${sent}`,
  ];
}

/** A listener's port that is not a default one belongs to the host that the target is told. */
function hostLines({ port, protocol }: ListenerSpec, { preserveHostHeader }: LoadBalancerAttributes): string[] {
  if (preserveHostHeader || port === (protocol === "HTTPS" ? 443 : 80)) return [];
  const value = quote(`%[req.hdr(host)]:${port}`);
  return [`http-request set-header Host ${value} if { req.hdr(host) -m found } !{ req.hdr(host) -m reg :[0-9]+$ }`];
}

/** "Request tracing for your Application Load Balancer": a root for what has none, else a mark of our own before it. */
function traceLines(): string[] {
  // Numbers have 64 bits: one of 32 random ones is spread over them.
  const random = "%[rand,mul(6364136223846793005),hex,lower]%[rand,hex,bytes(8,8),lower]";
  const id = `1-%[date,hex,bytes(8,8),lower]-${random}`;
  const sent = "{ req.hdr(x-amzn-trace-id) -m found }";
  const rooted = "{ req.fhdr(x-amzn-trace-id) -m sub Root= }";
  const old = "%[req.fhdr(x-amzn-trace-id)]";
  const set = (value: string, when: string) => `http-request set-header X-Amzn-Trace-Id ${quote(value)} if ${when}`;
  return [
    // Each leaves one behind that the next ones pass over.
    set(`Self=${id};${old}`, rooted),
    set(`Root=${id};${old}`, `${sent} !${rooted}`),
    set(`Root=${id}`, `!${sent}`),
  ];
}
