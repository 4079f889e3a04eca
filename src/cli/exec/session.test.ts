import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { PassThrough, Writable } from "node:stream";
import { describe, it } from "node:test";
import { type WebSocket, WebSocketServer } from "ws";
import { systemClock } from "#kernel/clock.ts";
import { seededRandom } from "#kernel/random.ts";
import { exitCodePayload, jsonPayload, payloadTypes, readJson } from "#wire/data-channel/contents.ts";
import { type DataChannelMessage, decodeMessage, encodeMessage, messageFlags } from "#wire/data-channel/message.ts";
import { DataStream } from "#wire/data-channel/stream.ts";
import { CommandError } from "../command.ts";
import { type ExecOptions, runExecSession } from "./session.ts";

/** The platform's side of one session, played by the test. */
interface Side {
  readonly socket: WebSocket;
  readonly stream: DataStream;
  /** The client's first message. */
  readonly first: unknown;
  next(): Promise<DataChannelMessage>;
  close(reason: string): void;
}

interface Outcome {
  readonly code?: number;
  readonly error?: CommandError;
  readonly out: string;
  readonly err: string;
}

/** Runs a client against what `play` does, in a script unless `options` say otherwise. */
async function session(
  play: (side: Side) => Promise<void>,
  options: Partial<ExecOptions> & { readonly input?: PassThrough; readonly slow?: boolean } = {},
): Promise<Outcome> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const played = once(server, "connection").then(async ([socket]) => play(await meet(socket as WebSocket)));
  const [output, errors] = [new Keeper(options.slow ?? false), new Keeper(false)];
  const outcome = await runExecSession({
    ...{ streamUrl: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, tokenValue: "token" },
    streams: { input: options.input ?? new PassThrough(), output, errors },
    ...{ terminal: false, passInput: options.input !== undefined, signal: new AbortController().signal },
    ...options,
  }).then(
    (code) => ({ code }),
    (error: CommandError) => ({ error }),
  );
  await played;
  for (const client of server.clients) client.terminate();
  server.close();
  return { ...outcome, out: output.text, err: errors.text };
}

/** A writer that takes its time if it is slow. */
class Keeper extends Writable {
  text = "";
  readonly #slow: boolean;

  constructor(slow: boolean) {
    super({ highWaterMark: 1 });
    this.#slow = slow;
  }

  override _write(data: Buffer, _encoding: string, done: () => void): void {
    this.text += data.toString();
    if (this.#slow) setImmediate(() => setImmediate(done));
    else done();
  }
}

async function meet(socket: WebSocket): Promise<Side> {
  const stream = new DataStream({
    ...{ clock: systemClock(), random: seededRandom(1), sends: "output_stream_data" },
    transmit: (bytes) => socket.send(bytes),
  });
  const first = once(socket, "message");
  socket.on("message", (data: Buffer, isBinary: boolean) => isBinary && stream.receive(decodeMessage(data)!));
  socket.on("close", () => stream.close());
  const header = { sequenceNumber: 0, flags: 0, payloadType: 0, createdDate: 1 };
  return {
    ...{ socket, stream },
    first: readJson(String((await first)[0])),
    async next() {
      const message = await stream.read();
      assert.ok(message, "the client has left");
      return message;
    },
    close(reason) {
      const payload = jsonPayload({ Output: reason });
      const messageId = "00000000-0000-4000-8000-000000000000";
      socket.send(encodeMessage({ ...header, messageId, messageType: "channel_closed", payload }));
      socket.close(1000);
    },
  };
}

/** The handshake, with what the client wishes. */
async function begin(side: Side): Promise<unknown> {
  side.stream.send(payloadTypes.handshakeRequest, jsonPayload({ RequestedClientActions: [] }));
  const response = readJson((await side.next()).payload) as { ProcessedClientActions: { ActionResult: unknown }[] };
  side.stream.send(payloadTypes.handshakeComplete, jsonPayload({}));
  return response.ProcessedClientActions[0]?.ActionResult;
}

describe("estiva exec's end of a session", () => {
  it("shows its token, says that it has no terminal, ends its input and gives the exit code", async () => {
    const outcome = await session(async (side) => {
      assert.deepEqual((side.first as { TokenValue: unknown }).TokenValue, "token");
      assert.deepEqual(await begin(side), { Terminal: null, ExitCode: true });
      const { payload, flags } = await side.next();
      assert.deepEqual([payload.length, flags & messageFlags.fin], [0, messageFlags.fin]);
      side.stream.send(payloadTypes.output, Buffer.from("out"));
      side.stream.send(payloadTypes.stderr, Buffer.from("err"));
      side.stream.send(payloadTypes.exitCode, exitCodePayload(5));
      await side.stream.drained();
      side.close("");
    });
    assert.deepEqual(outcome, { code: 5, out: "out", err: "err" });
  });

  it("writes all that has come before it ends, however slowly that is taken", async () => {
    const lines = Array.from({ length: 200 }, (_, i) => `line ${i}\n`);
    const outcome = await session(
      async (side) => {
        await begin(side);
        for (const line of lines) side.stream.send(payloadTypes.output, Buffer.from(line));
        side.stream.send(payloadTypes.exitCode, exitCodePayload(0));
        side.close("");
      },
      { slow: true },
    );
    assert.deepEqual(outcome, { code: 0, out: lines.join(""), err: "" });
  });

  it("passes its input on, in pieces, and then its end", async () => {
    const input = new PassThrough();
    const sent = Buffer.alloc(50_000, "0123456789");
    input.end(sent);
    const got: Uint8Array[] = [];
    await session(
      async (side) => {
        await begin(side);
        let isLast = false;
        while (!isLast) {
          const { payload, flags } = await side.next();
          assert.ok(payload.length <= 4096);
          got.push(Uint8Array.from(payload));
          isLast = (flags & messageFlags.fin) !== 0;
        }
        side.stream.send(payloadTypes.exitCode, exitCodePayload(0));
        side.close("");
      },
      { input },
    );
    assert.ok(Buffer.concat(got).equals(sent));
  });

  const failures: readonly [string, (side: Side) => Promise<void>, RegExp, number][] = [
    [
      "a connection that breaks",
      async (side) => {
        await begin(side);
        side.socket.terminate();
      },
      /^The connection to the platform was lost\.$/,
      69,
    ],
    [
      "a token that is refused",
      async (side) => side.socket.close(1008, "The token is not valid."),
      /^The connection to the platform was lost \(The token is not valid\.\)\.$/,
      69,
    ],
    [
      "a session that is ended from outside",
      async (side) => {
        await begin(side);
        side.close("");
      },
      /^The session was ended\.$/,
      1,
    ],
    [
      "a command that cannot be started",
      async (side) => side.close("\n----------ERROR-------\nUnable to start command: gone"),
      /^----------ERROR-------\nUnable to start command: gone$/,
      1,
    ],
  ];
  for (const [title, play, message, exitCode] of failures) {
    it(`says why: ${title}`, async () => {
      const { error } = await session(play);
      assert.ok(error instanceof CommandError);
      assert.match(error.message, message);
      assert.equal(error.exitCode, exitCode);
    });
  }

  it("leaves at a signal, though nobody takes its output", async () => {
    const controller = new AbortController();
    const output = Object.assign(new Writable({ highWaterMark: 1, write() {} }), { isTTY: false });
    const streams = { input: new PassThrough(), output, errors: output };
    const outcome = await session(
      async (side) => {
        await begin(side);
        side.stream.send(payloadTypes.output, Buffer.from("never written"));
        await side.next();
        const left = once(side.socket, "close");
        controller.abort();
        await left;
      },
      { signal: controller.signal, streams },
    );
    assert.equal(outcome.code, 130);
  });

  it("sets a terminal to raw mode and back, and tells of its sizes", async () => {
    const modes: boolean[] = [];
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (raw: boolean) => modes.push(raw) });
    const output = Object.assign(new Keeper(false), { isTTY: true, columns: 100, rows: 30 });
    const { code } = await session(
      async (side) => {
        assert.deepEqual(await begin(side), { Terminal: { cols: 100, rows: 30 }, ExitCode: true });
        input.write("x");
        assert.equal(String((await side.next()).payload), "x");
        Object.assign(output, { columns: 50, rows: 20 }).emit("resize");
        const { payloadType, payload } = await side.next();
        assert.deepEqual([payloadType, readJson(payload)], [payloadTypes.size, { cols: 50, rows: 20 }]);
        side.stream.send(payloadTypes.exitCode, exitCodePayload(2));
        await side.stream.drained();
        side.close("");
      },
      { terminal: true, input, streams: { input, output, errors: output } },
    );
    assert.deepEqual([code, modes, output.listenerCount("resize")], [2, [true, false], 0]);
  });
});
