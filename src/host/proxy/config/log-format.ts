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
  trace: '"%[var(txn.told_trace),bytes(0,256),json(utf8s)]"',
  host: '"%[var(txn.host),bytes(0,256),json(utf8s)]"',
  location: '"%[var(txn.location),bytes(0,1024),json(utf8s)]"',
  agent: '"%[var(txn.agent),bytes(0,1024),json(utf8s)]"',
  login: '"%[var(txn.login)]"',
  reason: '"%[var(txn.reason),bytes(0,64),json(utf8s)]"',
  uri: '"%[capture.req.uri,bytes(0,8192),json(utf8s)]"',
  /** What the client got where no target could be reached. HAProxy itself tells of the answer before it was changed. */
  failed: '"%[var(txn.failed)]"',
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

/** What Service Connect tells beside that. The counter is that of the process: of requests, or of TCP connections. */
const counter = { counter: '"%rt"' } as const;
export const connectHttpFields = {
  ...applicationFields,
  ...counter,
  forwarded: '"%[var(txn.forwarded),bytes(0,1024),json(utf8s)]"',
  requestId: '"%[var(txn.request_id),bytes(0,256),json(utf8s)]"',
  /** Only what stands in the head of an answer is known. */
  grpcStatus: '"%[var(txn.grpc_status),bytes(0,16),json(utf8s)]"',
} as const;
export const connectTcpFields = { ...networkFields, ...counter } as const;

/** What is told of a connection of TCP that did not end well, without an access log. */
export const endFields = {
  frontend: networkFields.frontend,
  backend: networkFields.backend,
  server: networkFields.server,
  termination: networkFields.termination,
  process: networkFields.process,
  writtenAt: networkFields.writtenAt,
} as const;

/** What is told of a request without an access log: enough for its time. */
export const timeFields = {
  frontend: applicationFields.frontend,
  backend: applicationFields.backend,
  server: applicationFields.server,
  termination: applicationFields.termination,
  process: applicationFields.process,
  writtenAt: applicationFields.writtenAt,
  seconds: applicationFields.seconds,
  responseMs: applicationFields.responseMs,
  activeMs: applicationFields.activeMs,
  status: applicationFields.status,
  received: applicationFields.received,
  sent: applicationFields.sent,
  failed: applicationFields.failed,
  /** Of the listener: by it is known how many requests this one stands for. */
  requestRate: '"%[fe_req_rate]"',
} as const;

/** Beyond so many requests a second of a listener one of so many is told of: a multiple of those of the line before. */
const samples = [
  { beyondPerSecond: 100, oneOf: 50 },
  { beyondPerSecond: 5000, oneOf: 1000 },
] as const;

/** For a listener without an access log: times are told, at a cost that busy listeners do not feel. */
export function timeLines(): string[] {
  // Joined by "or": where the first draw passes a request over, the second is not made.
  const isPassedOver = samples.map(({ beyondPerSecond, oneOf }, i) => {
    const drawn = `rand(${oneOf / (samples[i - 1]?.oneOf ?? 1)})`;
    return `{ ${drawn} gt 0 } { fe_req_rate gt ${beyondPerSecond} }`;
  });
  return [logFormatLine("m"), `http-request set-log-level silent if ${isPassedOver.join(" || ")}`];
}

/** Of how many requests one was told at this rate, in requests a second. */
export function requestsToldBy(requestRate: number): number {
  return samples.findLast(({ beyondPerSecond }) => requestRate > beyondPerSecond)?.oneOf ?? 1;
}

/** For a listener of TCP without an access log: a connection that ends as it should costs nothing. */
export function endLines(): string[] {
  return [logFormatLine("r"), "option dontlog-normal"];
}

export type TimeField = keyof typeof timeFields;
export type ApplicationField = keyof typeof applicationFields;
export type NetworkField = keyof typeof networkFields;
export type ConnectHttpField = keyof typeof connectHttpFields;
export type ConnectTcpField = keyof typeof connectTcpFields;

/** What a line begins with: which list of fields it has. */
const kinds = {
  a: applicationFields,
  m: timeFields,
  n: networkFields,
  r: endFields,
  h: connectHttpFields,
  t: connectTcpFields,
} as const;

export function logFormatLine(kind: keyof typeof kinds): string {
  const fields = kinds[kind];
  return `log-format ${quote(`["${kind}",${Object.values(fields).join(",")}]`)}`;
}
