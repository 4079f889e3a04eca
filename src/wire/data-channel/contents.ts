import { objectIn } from "#kernel/json-object.ts";

/** What the payload of a stream message is. */
export const payloadTypes = {
  /** Bytes that were typed, or written to the terminal or standard output. */
  output: 1,
  error: 2,
  /** `TerminalSize`, as JSON. */
  size: 3,
  parameter: 4,
  /** `HandshakeRequest`, `HandshakeResponse`, `HandshakeComplete`, as JSON. */
  handshakeRequest: 5,
  handshakeResponse: 6,
  handshakeComplete: 7,
  encryptionChallengeRequest: 8,
  encryptionChallengeResponse: 9,
  /** A number of four bytes: `sessionFlags`. */
  flag: 10,
  /** Bytes that were written to standard error. */
  stderr: 11,
  /** `EXIT_CODE: 0` */
  exitCode: 12,
} as const;

export const sessionFlags = { disconnectToPort: 1, terminateSession: 2, connectToPortError: 3 } as const;

/** The first message of a client, as text: it shows that it may be here. */
export interface OpenDataChannelInput {
  readonly MessageSchemaVersion: "1.0";
  readonly RequestId: string;
  readonly TokenValue: string;
  readonly ClientId: string;
  readonly ClientVersion: string;
}

export interface Acknowledgement {
  readonly AcknowledgedMessageType: string;
  readonly AcknowledgedMessageId: string;
  readonly AcknowledgedMessageSequenceNumber: number;
  readonly IsSequentialMessage: boolean;
}

export interface ChannelClosed {
  readonly MessageType: "channel_closed";
  readonly MessageId: string;
  /** Milliseconds since the epoch, as text. */
  readonly CreatedDate: string;
  readonly DestinationId: string;
  readonly SessionId: string;
  readonly SchemaVersion: 1;
  /** Why, for people; empty when the session has ended as it should. */
  readonly Output: string;
}

export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

/** The agent's first message. */
export interface HandshakeRequest {
  readonly AgentVersion: string;
  readonly RequestedClientActions: readonly {
    readonly ActionType: "SessionType";
    readonly ActionParameters: { readonly SessionType: SessionType; readonly Properties: object };
  }[];
}

export type SessionType = "Standard_Stream" | "InteractiveCommands" | "NonInteractiveCommands" | "Port";

export const actionStatuses = { success: 1, failed: 2, unsupported: 3 } as const;

export interface HandshakeResponse {
  readonly ClientVersion: string;
  readonly ProcessedClientActions: readonly {
    readonly ActionType: string;
    readonly ActionStatus: number;
    readonly ActionResult: unknown;
    readonly Error: string;
  }[];
  readonly Errors: readonly string[] | null;
}

export interface HandshakeComplete {
  /** Nanoseconds. */
  readonly HandshakeTimeToComplete: number;
  readonly CustomerMessage: string;
}

/**
 * An extension: what `estiva exec` answers as the result of the action `SessionType`. The plugin answers null, and has
 * a terminal and no exit code, as with Amazon ECS.
 */
export interface SessionWishes {
  /** The command's terminal, and its size; null: none, so that standard output and standard error stay apart. */
  readonly Terminal: TerminalSize | null;
  /** Tell the exit code, when the command has ended. */
  readonly ExitCode: boolean;
}

export function jsonPayload(content: object): Uint8Array {
  return Buffer.from(JSON.stringify(content));
}

/** An object of JSON, or undefined. Its members are the sender's word only. */
export function readJson(payload: Uint8Array | string): Readonly<Record<string, unknown>> | undefined {
  return objectIn(typeof payload === "string" ? payload : Buffer.from(payload).toString("utf8"));
}

/** A size that a terminal can have; undefined for anything else. */
export function readTerminalSize(value: unknown): TerminalSize | undefined {
  const { cols, rows } = (value ?? {}) as Partial<TerminalSize>;
  const fits = (count: unknown) => Number.isInteger(count) && (count as number) >= 0 && (count as number) <= 65_535;
  return fits(cols) && fits(rows) ? { cols: cols!, rows: rows! } : undefined;
}

/** What the client wishes by its answer to the handshake; text: why there can be no session. */
export function readHandshakeResponse(payload: Uint8Array): SessionWishes | string {
  const response = readJson(payload) as Partial<HandshakeResponse> | undefined;
  const actions = response?.ProcessedClientActions;
  if (!Array.isArray(actions)) return "The client's answer to the handshake cannot be read.";
  const failed = actions.find((action) => action?.ActionStatus !== actionStatuses.success);
  if (failed !== undefined) {
    return `${failed?.ActionType} failed on client with status ${failed?.ActionStatus} error: ${failed?.Error}`;
  }
  const wishes: unknown = actions.find((action) => action?.ActionType === "SessionType")?.ActionResult;
  if (typeof wishes !== "object" || wishes === null) return { Terminal: { cols: 0, rows: 0 }, ExitCode: false };
  const { Terminal, ExitCode } = wishes as Partial<SessionWishes>;
  return {
    Terminal: Terminal === null ? null : (readTerminalSize(Terminal) ?? unknownSize),
    ExitCode: ExitCode === true,
  };
}

/** The client tells its size in a message of its own, or never. */
const unknownSize: TerminalSize = { cols: 0, rows: 0 };

export function exitCodePayload(exitCode: number): Uint8Array {
  return Buffer.from(`EXIT_CODE: ${exitCode}`);
}

export function readExitCode(payload: Uint8Array): number | undefined {
  const digits = /^EXIT_CODE: (-?\d{1,9})$/.exec(Buffer.from(payload).toString("latin1"))?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function flagPayload(flag: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(flag);
  return bytes;
}

export function readFlag(payload: Uint8Array): number | undefined {
  return payload.length === 4 ? Buffer.from(payload).readUInt32BE() : undefined;
}
