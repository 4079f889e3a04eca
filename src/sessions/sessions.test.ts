import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, describe, it } from "node:test";
import { WebSocket } from "ws";
import { silentLog } from "#kernel/controller.ts";
import type { DataChannel, ExecMessage } from "#kernel/data-channel.ts";
import { streamUrl } from "#kernel/exec-sessions.ts";
import { seededRandom } from "#kernel/random.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { readJson } from "#wire/data-channel/contents.ts";
import { decodeMessage } from "#wire/data-channel/message.ts";
import { Received } from "../../test/support/received.ts";
import { until as untilSo } from "../../test/support/until.ts";
import { createSessions, type Sessions } from "./index.ts";

const box = createSecretBox(Buffer.alloc(32, 1), seededRandom(1));
const world = { account: "000000000000", region: "us-east-1" };
const wanted = { ...world, hostId: "h1", taskArn: "arn:task", containerName: "app", command: "sh" };

/** The sessions behind a server of their own, on virtual time, and an agent that opens what it is told to. */
class TestServer {
  readonly clock = new VirtualClock();
  readonly asked: Omit<ExecMessage, "messageId">[] = [];
  readonly fromClient: string[] = [];
  readonly closed: string[] = [];
  channel: DataChannel | undefined;
  connected = true;
  answers = true;
  readonly sessions: Sessions;
  readonly #server: Server;

  static #count = 0;

  static async start(mostOpen?: number): Promise<TestServer> {
    const made = new TestServer(mostOpen);
    made.#server.listen(0, "127.0.0.1");
    await once(made.#server, "listening");
    return made;
  }

  private constructor(mostOpen?: number) {
    this.sessions = createSessions({
      ...{ box, clock: this.clock, random: seededRandom(++TestServer.#count), log: silentLog },
      agents: {
        isConnected: () => this.connected,
        exec: (_, message) => {
          this.asked.push(message);
          if (this.connected && this.answers) queueMicrotask(() => this.openAgentEnd(message.sessionId));
          return this.connected;
        },
      },
      ...(mostOpen !== undefined && { mostOpen }),
    });
    this.#server = createServer();
    this.#server.on("upgrade", (request, socket, head) => {
      socket.on("error", () => socket.destroy());
      this.sessions.mount.upgrade(request, socket, head);
    });
  }

  openAgentEnd(sessionId: string): void {
    this.channel = this.sessions.openDataChannel(sessionId, {
      message: (bytes) => this.fromClient.push(Buffer.from(bytes).toString()),
      closed: (reason) => this.closed.push(reason),
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  url(sessionId: string): string {
    return streamUrl(`http://127.0.0.1:${this.port}`, sessionId);
  }

  async close(): Promise<void> {
    await this.sessions.close();
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** A client that keeps what it hears. */
class Client {
  readonly heard: Uint8Array[] = [];
  readonly socket: WebSocket;
  readonly ended: Promise<{ code: number; reason: string }>;

  constructor(url: string, options: { autoPong?: boolean } = {}) {
    this.socket = new WebSocket(url, options);
    this.socket.on("message", (data: Buffer) => this.heard.push(data));
    this.socket.on("error", () => {});
    this.ended = once(this.socket, "close").then(([code, reason]) => ({ code, reason: String(reason) }));
  }

  async show(token: unknown): Promise<void> {
    await once(this.socket, "open");
    this.socket.send(typeof token === "string" ? JSON.stringify({ TokenValue: token }) : JSON.stringify(token));
  }

  /** What it was told at the end of the session. */
  farewell(): unknown {
    const message = decodeMessage(this.heard.at(-1)!)!;
    assert.equal(message.messageType, "channel_closed");
    return readJson(message.payload)?.Output;
  }
}

let server: TestServer;
const closeServer = () => server.close();

const until = (holds: () => boolean) => untilSo(String(holds), holds, Boolean, { everyMs: 1 });

async function opened(options: { autoPong?: boolean } = {}) {
  const { sessionId, tokenValue } = server.sessions.issue(wanted);
  const client = new Client(server.url(sessionId), options);
  await client.show(tokenValue);
  await until(() => server.channel !== undefined);
  return { client, sessionId, tokenValue };
}

describe("a session", () => {
  afterEach(closeServer);

  it("carries messages between client and agent until the agent closes it", async () => {
    server = await TestServer.start();
    const { client, sessionId } = await opened();
    assert.match(sessionId, /^ecs-execute-command-[a-z0-9]{26}$/);
    assert.deepEqual(server.asked, [{ sessionId, taskArn: "arn:task", containerName: "app", command: "sh" }]);
    assert.equal(server.sessions.open, 1);
    client.socket.send(Buffer.from("from the client"));
    client.socket.send("a text is no message");
    server.channel?.send(Buffer.from("from the agent"));
    await until(() => server.fromClient.length > 0 && client.heard.length > 0);
    assert.deepEqual([server.fromClient, String(client.heard[0])], [["from the client"], "from the agent"]);
    server.channel?.close("");
    assert.deepEqual(await client.ended, { code: 1000, reason: "" });
    assert.deepEqual([client.farewell(), server.sessions.open], ["", 0]);
  });

  it("tells the agent when the client leaves", async () => {
    server = await TestServer.start();
    const { client } = await opened();
    client.socket.terminate();
    await until(() => server.closed.length > 0);
    assert.deepEqual([server.closed, server.sessions.open], [["The client has left."], 0]);
    server.channel?.send(Buffer.from("too late"));
  });

  it("has the log stream named after it", async () => {
    server = await TestServer.start();
    const logGroup = { region: "eu-west-1", logGroupName: "/exec" };
    const { sessionId, tokenValue } = server.sessions.issue({ ...wanted, logGroup });
    const client = new Client(server.url(sessionId));
    await client.show(tokenValue);
    await until(() => server.asked.length > 0);
    const log = { account: "000000000000", ...logGroup, logStreamName: sessionId };
    assert.deepEqual(server.asked[0]?.log, log);
  });

  it("is ended from outside by its own account only", async () => {
    server = await TestServer.start();
    const { client, sessionId } = await opened();
    assert.equal(server.sessions.end({ ...world, account: "111111111111" }, sessionId), false);
    assert.equal(server.sessions.end({ ...world, region: "eu-west-1" }, sessionId), false);
    assert.equal(server.sessions.end(world, sessionId), true);
    assert.equal((await client.ended).code, 1000);
    assert.deepEqual([server.closed, server.sessions.end(world, sessionId)], [[""], false]);
  });

  it("is told why when there is no agent, or it does not answer", async () => {
    server = await TestServer.start();
    server.connected = false;
    const { sessionId, tokenValue } = server.sessions.issue(wanted);
    const client = new Client(server.url(sessionId));
    await client.show(tokenValue);
    await client.ended;
    assert.equal(client.farewell(), "The agent is not connected. Try again later.");

    Object.assign(server, { connected: true, answers: false });
    const next = server.sessions.issue(wanted);
    const waiting = new Client(server.url(next.sessionId));
    await waiting.show(next.tokenValue);
    await until(() => server.asked.length === 2);
    await server.clock.advance(15_000);
    await waiting.ended;
    assert.equal(waiting.farewell(), "The agent does not answer. Try again later.");
    server.openAgentEnd(next.sessionId);
    assert.deepEqual(server.closed, ["Nobody waits in this session."]);
  });

  it("is opened by the agent once", async () => {
    server = await TestServer.start();
    const { sessionId } = await opened();
    server.openAgentEnd(sessionId);
    assert.deepEqual(server.closed, ["Nobody waits in this session."]);
  });

  it("ends when the client's machine is gone, and goes on while it answers", async () => {
    server = await TestServer.start();
    const { client } = await opened();
    for (let i = 1; i <= 5; i++) {
      const pinged = once(client.socket, "ping");
      await server.clock.advance(30_000);
      await pinged;
      client.socket.send(Buffer.from("behind the answer"));
      await until(() => server.fromClient.length === i);
    }
    assert.deepEqual(server.closed, []);

    server.channel = undefined;
    await opened({ autoPong: false });
    await server.clock.advance(60_001);
    await until(() => server.closed.length > 0);
    assert.deepEqual(server.closed, ["The client has left."]);
  });

  it("ends with the platform", async () => {
    server = await TestServer.start();
    const { client } = await opened();
    await server.sessions.close();
    await client.ended;
    assert.equal(client.farewell(), "The platform is stopping.");
  });
});

describe("a session is not opened", () => {
  afterEach(closeServer);

  const refuses = async (token: unknown, sessionId: string) => {
    const client = new Client(server.url(sessionId));
    await client.show(token);
    const reason = "The token is not valid for this session, or no longer.";
    assert.deepEqual([await client.ended, server.asked], [{ code: 1008, reason }, []]);
  };

  it("without its own token", async () => {
    server = await TestServer.start();
    const { sessionId, tokenValue } = server.sessions.issue(wanted);
    for (const token of [{}, [], null, 7, { TokenValue: 7 }, "", "x", `${tokenValue}x`, tokenValue.slice(1)]) {
      await refuses(token, sessionId);
    }
    await refuses(server.sessions.issue(wanted).tokenValue, sessionId);
    await refuses(box.seal(JSON.stringify({ ...wanted, sessionId }), "another purpose"), sessionId);
  });

  it("twice with one token", async () => {
    server = await TestServer.start();
    const { client, sessionId, tokenValue } = await opened();
    server.asked.length = 0;
    await refuses(tokenValue, sessionId);
    client.socket.terminate();
    await until(() => server.sessions.open === 0);
    await refuses(tokenValue, sessionId);
  });

  it("when the token has expired, or comes from before a restart", async () => {
    server = await TestServer.start();
    const earlier = await TestServer.start();
    const old = earlier.sessions.issue(wanted);
    await earlier.close();
    await refuses(old.tokenValue, old.sessionId);
    const { sessionId, tokenValue } = server.sessions.issue(wanted);
    await server.clock.advance(120_000);
    await refuses(tokenValue, sessionId);
  });

  it("without any token in time", async () => {
    server = await TestServer.start();
    const client = new Client(server.url("ecs-execute-command-x"));
    await once(client.socket, "open");
    await server.clock.advance(10_000);
    assert.deepEqual(await client.ended, { code: 1008, reason: "No token was shown." });
  });

  it("beyond the number that may be open", async () => {
    server = await TestServer.start(1);
    await opened();
    const { sessionId, tokenValue } = server.sessions.issue(wanted);
    const client = new Client(server.url(sessionId));
    await client.show(tokenValue);
    assert.deepEqual(await client.ended, { code: 1008, reason: "Too many sessions are open." });
    assert.deepEqual([server.sessions.open, server.sessions.mostOpen], [1, 1]);
  });

  it("under another address, or by too many at once", async () => {
    server = await TestServer.start(1);
    const status = async (path: string) => {
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`);
      const [error] = await once(socket, "error");
      return /response: (\d+)/.exec(error.message)?.[1];
    };
    assert.equal(await status("/v1/data-channel/x"), "400");
    assert.equal(await status("/v1/data-channel/x?role=subscribe"), "400");
    assert.equal(await status("/v1/data-channel/a/b?role=publish_subscribe"), "400");
    assert.equal(await status("/v1/data-channel/?role=publish_subscribe"), "400");
    const idle = [1, 2, 3, 4].map((i) => new Client(server.url(`s${i}`)));
    await Promise.all(idle.map(({ socket }) => once(socket, "open")));
    assert.equal(await status("/v1/data-channel/x?role=publish_subscribe"), "503");
  });
});

describe("a client of ill will", () => {
  afterEach(closeServer);

  it("is cut off when its message is too large", async () => {
    server = await TestServer.start();
    const { client } = await opened();
    client.socket.send(Buffer.alloc(262_145));
    assert.equal((await client.ended).code, 1009);
    await until(() => server.closed.length > 0);
  });

  it("disturbs nobody with noise in the place of frames", async () => {
    server = await TestServer.start();
    const { client } = await opened();
    const random = seededRandom(4);
    for (let i = 0; i < 200; i++) {
      const socket = connect(server.port, "127.0.0.1");
      socket.on("error", () => {});
      const received = new Received(socket);
      const head = [
        `GET /v1/data-channel/s${i}?role=publish_subscribe HTTP/1.1`,
        ...["host: localhost", "connection: Upgrade", "upgrade: websocket", "sec-websocket-version: 13"],
        `sec-websocket-key: ${Buffer.from(random.bytes(16)).toString("base64")}`,
      ];
      socket.write(`${head.join("\r\n")}\r\n\r\n`);
      await received.take(/\r\n\r\n/);
      socket.write(random.bytes(1 + Math.floor(random.float() * 60)));
      await server.clock.advance(0);
      socket.destroy();
    }
    client.socket.send(Buffer.from("still here"));
    await until(() => server.fromClient.length > 0);
    assert.deepEqual(server.fromClient, ["still here"]);
  });
});
