import type { LogStreamName } from "./log-sink.ts";

/** ExecuteCommand: the agent is to open the session's data channel and to run the command in the container, as root. */
export interface ExecMessage {
  readonly messageId: string;
  readonly sessionId: string;
  readonly taskArn: string;
  readonly containerName: string;
  /** Words as a shell takes them apart, without its expansions. */
  readonly command: string;
  /** Where what the session shows is stored; absent: nowhere. The group has to be there. */
  readonly log?: LogStreamName;
}

/** What the agent does with a data channel. Messages are those of Session Manager, as bytes; they may be lost. */
export interface DataChannel {
  send(message: Uint8Array): void;
  /** Ends the session. The client is told why, in words for people; with none it has ended as it should. */
  close(reason: string): void;
}

/** What comes to the agent on a data channel. */
export interface DataChannelEnd {
  message(message: Uint8Array): void;
  /** The client has left, or was never there. */
  closed(reason: string): void;
}
