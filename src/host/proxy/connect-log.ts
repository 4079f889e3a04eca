import type { ConnectLogFormat, TargetGroupSpec } from "#kernel/load-balancing.ts";
import type { ConnectHttpField, ConnectTcpField } from "./config/log-format.ts";
import { quoted } from "./quoted.ts";

/** "Amazon ECS Service Connect access logs": what Envoy writes there, in its order and by its names. */

type Fields<F extends string> = Readonly<Record<F, string>>;

interface Request {
  /** When it began: milliseconds since the epoch. */
  readonly time: number;
  readonly group: Pick<TargetGroupSpec, "protocolVersion"> | undefined;
  readonly hasTarget: boolean;
  readonly elbStatusCode: number;
}

export function connectHttpLine(
  fields: Fields<ConnectHttpField>,
  { time, group, hasTarget, elbStatusCode }: Request,
  { format, includeQuery }: ConnectLogFormat,
): string {
  const version = group?.protocolVersion ?? "HTTP1";
  const [start, duration] = [new Date(time).toISOString(), countOf(fields.activeMs)];
  const [method, path, protocol] = [fields.method || "-", pathOf(fields.uri, includeQuery), protocolOf(fields.version)];
  const upstreamTime = !hasTarget || Number(fields.responseMs) < 0 ? undefined : fields.responseMs;
  const head = version === "GRPC" ? { grpc_status: fields.grpcStatus } : {};
  const tail = version === "HTTP1" ? {} : { stream_id: streamId(fields) };
  const [received, sent] = [countOf(fields.received), countOf(fields.sent)];
  const words = {
    forwarded_for: fields.forwarded,
    user_agent: fields.agent,
    request_id: fields.requestId,
    authority: fields.host,
    upstream_host: hasTarget ? fields.target : undefined,
    ...tail,
  };
  if (format === "JSON") {
    const time = { [version === "HTTP1" ? "duration_ms" : "duration"]: duration };
    return json({
      ...{ start_time: start, method, path, protocol, response_code: elbStatusCode, ...head },
      ...{ bytes_received: received, bytes_sent: sent, ...time, upstream_service_time: upstreamTime, ...words },
    });
  }
  const counts = [elbStatusCode, ...Object.values(head), received, sent, duration, upstreamTime];
  const quotes = Object.values(words).map((word) => quoted(word || "-"));
  const request = quoted(`${method} ${path} ${protocol}`);
  return [`[${start}]`, request, ...counts.map((count) => (count === "" ? "-" : (count ?? "-"))), ...quotes].join(" ");
}

export function connectTcpLine(
  fields: Fields<ConnectTcpField>,
  /** When it began: milliseconds since the epoch. */
  time: number,
  { format }: ConnectLogFormat,
): string {
  const colon = fields.client.lastIndexOf(":");
  const values = {
    start_time: new Date(time).toISOString(),
    downstream_remote_address: fields.client.slice(0, colon),
    downstream_remote_port: Number(fields.client.slice(colon + 1)),
    bytes_received: countOf(fields.received),
    bytes_sent: countOf(fields.sent),
    duration: countOf(fields.activeMs),
    // HAProxy's letters for who ended it, and when; nothing where it ended as it should.
    connection_termination_details: fields.termination === "--" ? undefined : fields.termination,
    connection_id: Number(fields.counter),
  };
  if (format === "JSON") return json(values);
  const [start, ...rest] = Object.values(values);
  return [`[${start}]`, ...rest.map((value) => value ?? "-")].join(" ");
}

/** What is not there, which HAProxy writes as a dash, is null, as with Envoy. */
function json(values: Readonly<Record<string, string | number | undefined>>): string {
  return JSON.stringify(values, (_, value) => (value === undefined || value === "" || value === "-" ? null : value));
}

/** HAProxy has -1 for what did not come about. */
function countOf(text: string): number {
  return Math.max(0, Number(text));
}

/** HTTP/2 has whole URLs. */
function pathOf(uri: string, includeQuery: boolean): string {
  const path = uri.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "");
  return (includeQuery ? path : path.replace(/\?.*$/s, "")) || "/";
}

function protocolOf(version: string): string {
  return version === "HTTP/2.0" ? "HTTP/2" : version || "-";
}

function streamId({ process, counter }: Fields<ConnectHttpField>): string {
  return `${process}-${counter}`;
}
