import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { AgentEndpoint } from "#kernel/agent-protocol.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { ExecMessage } from "#kernel/data-channel.ts";
import { dataChannelPath, type ExecSessions } from "#kernel/exec-sessions.ts";
import { characters, hex, type Random } from "#kernel/random.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import { readJson } from "#wire/data-channel/contents.ts";
import { Relay } from "./relay.ts";
import { openToken, type SessionClaims, sealToken } from "./token.ts";

export interface SessionsOptions {
  readonly box: SecretBox;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The agents of the hosts. */
  readonly agents: {
    isConnected(hostId: string): boolean;
    /** Has the agent open the session's data channel. False when it is not connected. */
    exec(hostId: string, message: Omit<ExecMessage, "messageId">): boolean;
  };
  /** Sessions that may be open at once; 100 by default. */
  readonly mostOpen?: number;
}

/** The data channels of ECS Exec: clients open them over web sockets, agents from the other side. */
export interface Sessions extends ExecSessions {
  /** For the gateway: web sockets under this path. */
  readonly mount: {
    readonly prefix: string;
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  };
  /** For the agents' end of the control plane. */
  readonly openDataChannel: AgentEndpoint["openDataChannel"];
  /** Ends every session. Resolves when all connections are closed. */
  close(): Promise<void>;
}

/** How long a token may be used: the AWS CLI makes another call and starts the plugin in between. */
const tokenMs = 120_000;
/** How long a connection may take to show its token. */
const openMs = 10_000;
/** What a client sends is short; its first message has the token in it, and the token the command. */
const longestMessageBytes = 262_144;
/** Connections, those that have not shown a token included, for each session that may be open. */
const connectionsPerSession = 4;
const idAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

export function createSessions(options: SessionsOptions): Sessions {
  const { box, clock, random, log, agents, mostOpen = 100 } = options;
  const run = hex(random, 32);
  const server = new WebSocketServer({ noServer: true, maxPayload: longestMessageBytes, perMessageDeflate: false });
  const relays = new Map<string, Relay>();
  /** Tokens that have been used, by their sessions, until they expire. */
  const used = new Map<string, number>();

  const accept = (sessionId: string, text: string): SessionClaims | string => {
    const token = readJson(text)?.TokenValue;
    const time = clock.now();
    const claims = typeof token === "string" ? openToken(box, token, { sessionId, run, time }) : undefined;
    if (claims === undefined || used.has(sessionId)) return "The token is not valid for this session, or no longer.";
    if (relays.size >= mostOpen) return "Too many sessions are open.";
    for (const [id, expiresAt] of used) if (expiresAt <= time) used.delete(id);
    used.set(sessionId, claims.expiresAt);
    return claims;
  };
  const start = (claims: SessionClaims, socket: WebSocket) => {
    const { sessionId, hostId } = claims;
    const onEnd = (ended: Relay) => void (relays.get(sessionId) === ended && relays.delete(sessionId));
    const relay = new Relay(claims, socket, { clock, random, onEnd });
    relays.set(sessionId, relay);
    if (!agents.exec(hostId, execMessage(claims))) relay.end("The agent is not connected. Try again later.");
  };
  const greet = (sessionId: string, socket: WebSocket) => {
    const late = clock.after(openMs, () => socket.close(1008, "No token was shown."));
    socket.on("error", (error) => log.debug("A connection to an exec session has failed", { sessionId, error }));
    socket.once("close", () => late.cancel());
    socket.once("message", (data: Buffer) => {
      late.cancel();
      const claims = accept(sessionId, data.toString("utf8"));
      if (typeof claims !== "string") return start(claims, socket);
      log.debug("An exec session was refused", { sessionId, reason: claims });
      socket.close(1008, claims);
    });
  };

  return {
    mostOpen,
    get open() {
      return relays.size;
    },
    isConnected: (hostId) => agents.isConnected(hostId),
    issue(wanted) {
      const sessionId = `ecs-execute-command-${characters(random, 26, idAlphabet)}`;
      const tokenValue = sealToken(box, { ...wanted, sessionId, run, expiresAt: clock.now() + tokenMs });
      return { sessionId, tokenValue };
    },
    end({ account, region }, sessionId) {
      const relay = relays.get(sessionId);
      if (relay === undefined || relay.claims.account !== account || relay.claims.region !== region) return false;
      relay.end("");
      return true;
    },
    mount: {
      prefix: dataChannelPath,
      upgrade(request, socket, head) {
        const sessionId = sessionIdOf(request.url ?? "");
        const isFull = server.clients.size >= mostOpen * connectionsPerSession;
        if (sessionId === undefined || isFull)
          return refuse(socket, isFull ? "503 Service Unavailable" : "400 Bad Request");
        server.handleUpgrade(request, socket, head, (connected) => greet(sessionId, connected));
      },
    },
    openDataChannel(sessionId, end) {
      const channel = relays.get(sessionId)?.open(end);
      if (channel !== undefined) return channel;
      end.closed("Nobody waits in this session.");
      return { send() {}, close() {} };
    },
    async close() {
      const open = [...relays.values()];
      for (const relay of open) relay.end("The platform is stopping.");
      await Promise.all(open.map(({ closed }) => closed));
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}

function sessionIdOf(url: string): string | undefined {
  const { pathname, searchParams } = new URL(url, "http://host");
  const sessionId = pathname.slice(dataChannelPath.length);
  const fits = /^[\w-]{1,128}$/.test(sessionId) && searchParams.get("role") === "publish_subscribe";
  return fits ? sessionId : undefined;
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

function execMessage(claims: SessionClaims): Omit<ExecMessage, "messageId"> {
  const { sessionId, taskArn, containerName, command, account, logGroup } = claims;
  const log = logGroup && { account, ...logGroup, logStreamName: sessionId };
  return { sessionId, taskArn, containerName, command, ...(log && { log }) };
}
