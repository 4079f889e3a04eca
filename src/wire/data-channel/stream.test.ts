import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { payloadTypes } from "./contents.ts";
import { Incoming } from "./incoming.ts";
import { type DataChannelMessage, decodeMessage, encodeMessage, messageTypes } from "./message.ts";
import { Outgoing, payloadBytes } from "./outgoing.ts";
import { DataStream } from "./stream.ts";

const bytes = (text: string) => Buffer.from(text);

function numbered(sequenceNumber: number, payload: Uint8Array = bytes(String(sequenceNumber))): DataChannelMessage {
  return {
    ...{ messageType: messageTypes.input, createdDate: 1, flags: 0, payloadType: payloadTypes.output },
    ...{ messageId: "00000000-0000-4000-8000-000000000000", sequenceNumber, payload },
  };
}

describe("what goes out", () => {
  it("is sent again, ever more seldom, until it is acknowledged", () => {
    const outgoing = new Outgoing();
    outgoing.add(bytes("a"), 0);
    assert.equal(outgoing.takeDue(199), undefined);
    const dues: (number | undefined)[] = [];
    for (let i = 0; i < 7; i++) {
      dues.push(outgoing.dueAt());
      assert.deepEqual(outgoing.takeDue(outgoing.dueAt()!), bytes("a"));
    }
    assert.deepEqual(dues, [200, 600, 1400, 3000, 6200, 11_200, 16_200]);
    outgoing.acknowledge(0, 20_000);
    assert.deepEqual([outgoing.dueAt(), outgoing.empty], [undefined, true]);
  });

  it("is only the first that is sent again", () => {
    const outgoing = new Outgoing();
    for (const text of ["a", "b", "c"]) outgoing.add(bytes(text), 0);
    outgoing.acknowledge(1, 0);
    assert.deepEqual(outgoing.takeDue(1_000), bytes("a"));
    outgoing.acknowledge(0, 1_000);
    assert.deepEqual(outgoing.takeDue(1_000), bytes("c"));
  });

  it("waits about as long as answers take: no less than a tenth of a second, no more than one", () => {
    const waitAfter = (roundTripMs: number) => {
      const outgoing = new Outgoing();
      for (let i = 0; i < 100; i++) {
        outgoing.add(bytes("x"), 0);
        outgoing.acknowledge(i, roundTripMs);
      }
      outgoing.add(bytes("x"), 0);
      return Math.round(outgoing.dueAt()!);
    };
    assert.deepEqual([1, 300, 10_000].map(waitAfter), [100, 310, 1_000]);
  });

  it("is full when so much is under way, and takes acknowledgements of nothing", () => {
    const outgoing = new Outgoing();
    for (let i = 0; i < 256; i++) {
      assert.equal(outgoing.full, false);
      outgoing.add(bytes("x"), 0);
    }
    outgoing.acknowledge(-1, 0);
    outgoing.acknowledge(1_000, 0);
    assert.equal(outgoing.full, true);
    outgoing.acknowledge(100, 0);
    assert.equal(outgoing.full, false);
  });
});

describe("what comes in", () => {
  it("is read once and in order", () => {
    const incoming = new Incoming();
    assert.deepEqual(
      [2, 0, 2, 0, 1, 0].map((number) => incoming.add(numbered(number))),
      [...["new", "new", "waiting", "waiting", "new", "waiting"]],
    );
    assert.deepEqual(
      [0, 1, 2, 3].map(() => incoming.take()?.sequenceNumber),
      [0, 1, 2, undefined],
    );
    assert.equal(incoming.add(numbered(1)), "taken");
  });

  it("is bounded, but what comes next is always taken", () => {
    const incoming = new Incoming();
    const half = Buffer.alloc(600_000);
    assert.deepEqual(
      [5, 6, 0, 1].map((number) => incoming.add(numbered(number, half))),
      ["new", "full", "new", "full"],
    );
    assert.equal(incoming.take()?.sequenceNumber, 0);
    assert.deepEqual(
      [1, 2].map((number) => incoming.add(numbered(number, half))),
      ["new", "full"],
    );
    assert.equal(incoming.add(numbered(20_000)), "full");
  });
});

/** Two ends with a bad way between them: it loses, doubles and delays, so that messages overtake each other. */
class World {
  readonly clock = new VirtualClock();
  readonly random;
  lose = 0;
  double = 0;
  longestDelayMs = 0;
  transmitted = 0;
  activity = 0;
  readonly client: DataStream;
  readonly agent: DataStream;

  constructor(seed: number) {
    this.random = seededRandom(seed);
    const end = (sends: "input_stream_data" | "output_stream_data", other: () => DataStream) =>
      new DataStream({
        ...{ clock: this.clock, random: this.random, sends },
        transmit: (message) => this.#carry(message, other()),
        onActivity: () => this.activity++,
      });
    this.client = end(messageTypes.input, () => this.agent);
    this.agent = end(messageTypes.output, () => this.client);
  }

  #carry(message: Uint8Array, to: DataStream): void {
    this.transmitted++;
    if (this.random.float() < this.lose) return;
    const copies = this.random.float() < this.double ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      this.clock.after(this.random.float() * this.longestDelayMs, () => to.receive(decodeMessage(message)!));
    }
  }
}

async function readAll(stream: DataStream, until: () => boolean): Promise<string[]> {
  const texts: string[] = [];
  while (!until()) {
    const message = await stream.read();
    if (message === undefined) break;
    texts.push(Buffer.from(message.payload).toString());
  }
  return texts;
}

describe("a stream", () => {
  for (let seed = 1; seed <= 10; seed++) {
    it(`brings everything over a bad way, in both directions (${seed})`, async () => {
      const world = new World(seed);
      Object.assign(world, { lose: 0.2, double: 0.2, longestDelayMs: 400 });
      const texts = Array.from({ length: 600 }, (_, i) => `m${i}`);
      const sendAll = async (stream: DataStream) => {
        for (const text of texts) {
          assert.ok(await stream.room());
          stream.send(payloadTypes.output, bytes(text));
        }
        await stream.drained();
      };
      const got: string[][] = [[], []];
      const receive = async (stream: DataStream, into: string[]) => {
        for (let message = await stream.read(); message !== undefined; message = await stream.read()) {
          into.push(Buffer.from(message.payload).toString());
        }
      };
      const reading = [receive(world.agent, got[0]!), receive(world.client, got[1]!)];
      const sending = Promise.all([sendAll(world.client), sendAll(world.agent)]);
      let done = false;
      void sending.then(() => (done = true));
      for (let i = 0; i < 3_000 && !done; i++) await world.clock.advance(1_000);
      world.client.close();
      world.agent.close();
      await Promise.all(reading);
      assert.deepEqual(got, [texts, texts]);
      assert.equal(world.clock.nextAt(), undefined, "a timer is left");
    });
  }

  it("sends once over a good way, and rests when nothing is to be said", async () => {
    const world = new World(1);
    world.client.send(payloadTypes.output, bytes("a"));
    world.client.send(payloadTypes.output, bytes("b"));
    let read = 0;
    const texts = readAll(world.agent, () => read++ === 2);
    await world.clock.advance(60_000);
    assert.deepEqual([await texts, world.transmitted, world.activity], [["a", "b"], 4, 4]);
    assert.equal(world.clock.nextAt(), undefined);
  });

  it("has no room beyond its window until somebody reads what was sent, however long that takes", async () => {
    const world = new World(1);
    for (let i = 0; i < 256; i++) world.agent.send(payloadTypes.output, Buffer.alloc(payloadBytes, 120));
    let room = false;
    void world.agent.room().then(() => {
      room = true;
    });
    await world.clock.advance(600_000);
    assert.equal(room, false);
    assert.ok(world.transmitted < 256 + 130, "it is asked for again and again");
    const before = world.transmitted;
    for (let i = 0; i < 256; i++) assert.equal((await world.client.read())?.payload.length, payloadBytes);
    await world.clock.advance(0);
    assert.equal(room, true);
    await world.agent.drained();
    assert.equal(world.transmitted, before + 256);
  });

  it("is read to its end when nothing more will come", async () => {
    const world = new World(1);
    world.agent.send(payloadTypes.output, bytes("a"));
    world.agent.send(payloadTypes.output, bytes("b"));
    await world.clock.advance(0);
    world.client.finish();
    assert.deepEqual(await readAll(world.client, () => false), ["a", "b"]);
    assert.equal(await world.client.read(), undefined);
  });

  it("says nothing while it is paused, and then all of it", async () => {
    const world = new World(1);
    const control = (messageType: string) => world.agent.receive({ ...numbered(0), messageType });
    control(messageTypes.pausePublication);
    world.agent.send(payloadTypes.output, bytes("a"));
    world.agent.send(payloadTypes.output, bytes("b"));
    let room = false;
    void world.agent.room().then(() => (room = true));
    await world.clock.advance(10_000);
    assert.deepEqual([world.transmitted, room], [0, false]);
    control(messageTypes.startPublication);
    let read = 0;
    const texts = readAll(world.client, () => read++ === 2);
    await world.clock.advance(10);
    assert.deepEqual([await texts, room], [["a", "b"], true]);
  });

  it("passes over messages that are none of its own", async () => {
    const world = new World(1);
    for (const messageType of [messageTypes.output, "nonsense", messageTypes.channelClosed]) {
      world.agent.receive({ ...numbered(0), messageType });
    }
    const noise = { ...numbered(0), messageType: messageTypes.acknowledge, payload: bytes("{") };
    world.agent.receive(decodeMessage(encodeMessage(noise))!);
    assert.deepEqual([world.transmitted, world.activity], [0, 0]);
  });

  it("lets everybody go when it is closed", async () => {
    const world = new World(1);
    world.lose = 1;
    for (let i = 0; i < 256; i++) world.agent.send(payloadTypes.output, bytes("x"));
    const waiting = Promise.all([world.agent.room(), world.agent.read(), world.agent.drained()]);
    world.agent.close();
    assert.deepEqual(await waiting, [false, undefined, undefined]);
    assert.equal(world.clock.nextAt(), undefined);
  });
});
