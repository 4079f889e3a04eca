import { quote } from "./quote.ts";

/**
 * The lines that tell of requests and connections: JSON arrays, in the order of these lists; `parseAccess` reads them.
 * What clients have sent is shortened, and written by HAProxy's own `json`.
 */
export const applicationFields = {
  frontend: '"%f"',
  backend: '"%b"',
  server: '"%s"',
  termination: '"%ts"',
  /** The process, and when it wrote this: microseconds. By them a line that was read before is known. */
  process: '"%pid"',
  writtenAt: '"%[date(0,us)]"',
  /** When the request's first byte was there: seconds, milliseconds. */
  seconds: '"%Ts.%ms"',
  requestMs: '"%TR"',
  queueMs: '"%Tw"',
  connectMs: '"%Tc"',
  responseMs: '"%Tr"',
  dataMs: '"%Td"',
  activeMs: '"%Ta"',
  status: '"%ST"',
  received: '"%U"',
  sent: '"%B"',
  client: '"%ci:%cp"',
  target: '"%si:%sp"',
  rule: '"%[var(txn.rule)]"',
  method: '"%[capture.req.method,json(utf8s)]"',
  version: '"%HV"',
  cipher: '"%sslc"',
  tls: '"%sslv"',
  sni: '"%[ssl_fc_sni,json(utf8s)]"',
  upgrade: '"%[var(txn.upgrade)]"',
  trace: '"%[var(txn.trace),bytes(0,256),json(utf8s)]"',
  host: '"%[var(txn.host),bytes(0,256),json(utf8s)]"',
  location: '"%[var(txn.location),bytes(0,1024),json(utf8s)]"',
  agent: '"%[var(txn.agent),bytes(0,1024),json(utf8s)]"',
  login: '"%[var(txn.login)]"',
  reason: '"%[var(txn.reason),bytes(0,64),json(utf8s)]"',
  uri: '"%[capture.req.uri,bytes(0,8192),json(utf8s)]"',
} as const;

export const networkFields = {
  frontend: '"%f"',
  backend: '"%b"',
  server: '"%s"',
  termination: '"%ts"',
  process: '"%pid"',
  writtenAt: '"%[date(0,us)]"',
  seconds: '"%Ts.%ms"',
  queueMs: '"%Tw"',
  connectMs: '"%Tc"',
  activeMs: '"%Tt"',
  received: '"%U"',
  sent: '"%B"',
  client: '"%ci:%cp"',
  target: '"%si:%sp"',
  cipher: '"%sslc"',
  tls: '"%sslv"',
  sni: '"%[ssl_fc_sni,json(utf8s)]"',
  handshakeMs: '"%Th"',
} as const;

export type ApplicationField = keyof typeof applicationFields;
export type NetworkField = keyof typeof networkFields;

export function logFormatLine(fields: Readonly<Record<string, string>>, kind: "a" | "n"): string {
  return `log-format ${quote(`["${kind}",${Object.values(fields).join(",")}]`)}`;
}
