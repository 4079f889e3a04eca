import type { LogStreamName } from "./log-sink.ts";

/** The sessions of ECS Exec, as services see them. */
export interface ExecSessions {
  /** Whether the agent of this host can be asked to run something now. */
  isConnected(hostId: string): boolean;
  /** Gives what a client opens the session with, once and soon. Nothing is run before it does. */
  issue(wanted: ExecSessionRequest): IssuedSession;
  /** How many sessions are open, and how many may be at once. */
  readonly open: number;
  readonly mostOpen: number;
  /** Ends an open session of this account and region. False when there is none with this id. */
  end(world: { readonly account: string; readonly region: string }, sessionId: string): boolean;
}

export interface ExecSessionRequest {
  readonly account: string;
  readonly region: string;
  readonly hostId: string;
  readonly taskArn: string;
  readonly containerName: string;
  readonly command: string;
  /** The log group for what the session shows; absent: it is not kept. */
  readonly logGroup?: Pick<LogStreamName, "region" | "logGroupName">;
}

export interface IssuedSession {
  readonly sessionId: string;
  /** Secret: who has it may open the session. */
  readonly tokenValue: string;
}

/** Where clients open sessions: `ws://HOST/v1/data-channel/SESSION?role=publish_subscribe`. */
export const dataChannelPath = "/v1/data-channel/";

/** The address of a session under the endpoint that the caller uses. */
export function streamUrl(endpoint: string, sessionId: string): string {
  return `${endpoint.replace(/^http/, "ws")}${dataChannelPath}${sessionId}?role=publish_subscribe`;
}

/** Where no agent can be asked: in tests and the simulation. */
export const noExecSessions: ExecSessions = {
  isConnected: () => false,
  issue: () => ({ sessionId: "none", tokenValue: "none" }),
  open: 0,
  mostOpen: 0,
  end: () => false,
};
