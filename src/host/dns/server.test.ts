import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { createConnection } from "node:net";
import { after, test } from "node:test";
import { systemClock } from "#kernel/clock.ts";
import { silentLog } from "#kernel/controller.ts";
import { systemRandom } from "#kernel/random.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { createForwarder, type Forwarder, framed } from "./forwarder.ts";
import { type DnsAnswer, lookupPrivateName } from "./private-names.ts";
import { type DnsServer, startDnsServer } from "./server.ts";

const clock = systemClock();
const address = "127.0.0.1";
const opened: DnsServer[] = [];
after(() => Promise.all(opened.map((server) => server.close())));

const nowhere: Forwarder = { forward: async () => undefined };
const zone = { region: "us-east-1", cidrs: ["10.0.0.0/16"], hasAddress: (one: string) => one === "10.0.0.5" };

async function start(lookup: (name: string, type: number) => DnsAnswer | undefined, forwarder = nowhere, known = true) {
  const viewOf = () => (known ? { lookup } : undefined);
  const server = await startDnsServer({ address, port: 0, viewOf, forwarder, clock, log: silentLog });
  opened.push(server);
  const resolver = new Resolver({ timeout: 60_000, tries: 1 });
  resolver.setServers([`${address}:${server.port}`]);
  return { server, resolver };
}

function forwarderTo(port: number, servers = [address]): Forwarder {
  // On time that stands still, no server is too slow.
  return createForwarder({ clock: new VirtualClock(), random: systemRandom(), servers: async () => servers, port });
}

test("a real client finds private names, both ways, and what there is none of", async () => {
  const { resolver } = await start((name, type) => lookupPrivateName(zone, name, type));
  assert.deepEqual(await resolver.resolve4("ip-10-0-0-5.ec2.internal", { ttl: true }), [
    { address: "10.0.0.5", ttl: 60 },
  ]);
  assert.deepEqual(await resolver.reverse("10.0.0.5"), ["ip-10-0-0-5.ec2.internal"]);
  await assert.rejects(resolver.resolve4("ip-10-0-0-6.ec2.internal"), { code: "ENOTFOUND" });
  await assert.rejects(resolver.resolve6("ip-10-0-0-5.ec2.internal"), { code: "ENODATA" });
});

test("what the VPC does not know goes to the machine's resolvers, long answers by TCP", async () => {
  const records = (count: number): DnsAnswer => ({
    kind: "records",
    records: Array.from({ length: count }, (_, i) => ({ type: "A", address: `192.0.2.${i}`, ttlSeconds: 7 }) as const),
  });
  const upstream = await start((name) =>
    name === "short.test" ? records(1) : name === "long.test" ? records(200) : { kind: "no-name", zone: "test" },
  );
  const { resolver } = await start(() => undefined, forwarderTo(upstream.server.port));
  assert.deepEqual(await resolver.resolve4("short.test", { ttl: true }), [{ address: "192.0.2.0", ttl: 7 }]);
  assert.equal((await resolver.resolve4("long.test")).length, 200);
  await assert.rejects(resolver.resolve4("missing.test"), { code: "ENOTFOUND" });
});

test("an alias is answered with the records of the name that it stands for, the VPC's or others'", async () => {
  const alias = (target: string): DnsAnswer => {
    return { kind: "alias", record: { type: "CNAME", target, ttlSeconds: 9 }, target };
  };
  const addresses = (count: number): DnsAnswer => ({
    kind: "records",
    records: Array.from({ length: count }, (_, i) => ({ type: "A", address: `192.0.2.${i}`, ttlSeconds: 7 }) as const),
  });
  const upstream = await start((name) => {
    if (name === "a.test") return alias("b.test");
    if (name === "b.test") return addresses(1);
    return name === "long.test" ? addresses(200) : { kind: "no-name", zone: "test" };
  });
  const own: Readonly<Record<string, DnsAnswer>> = {
    "out.own": alias("a.test"),
    "long.own": alias("long.test"),
    "missing.own": alias("missing.test"),
    "in.own": alias("out.own"),
    "web.own": addresses(2),
    "other.own": alias("web.own"),
    "round.own": alias("round.own"),
    "gone.own": alias("none.own"),
    "none.own": { kind: "no-name", zone: "own", negativeTtlSeconds: 5 },
  };
  const { resolver } = await start((name) => own[name], forwarderTo(upstream.server.port));
  assert.deepEqual(await resolver.resolve4("out.own", { ttl: true }), [{ address: "192.0.2.0", ttl: 7 }]);
  assert.deepEqual(await resolver.resolve4("in.own"), ["192.0.2.0"]);
  assert.deepEqual((await resolver.resolve4("other.own")).sort(), ["192.0.2.0", "192.0.2.1"]);
  assert.equal((await resolver.resolve4("long.own")).length, 200);
  await assert.rejects(resolver.resolve4("missing.own"), { code: "ENOTFOUND" });
  await assert.rejects(resolver.resolve4("gone.own"), { code: "ENOTFOUND" });
  await assert.rejects(resolver.resolve4("round.own"), { code: "ESERVFAIL" });
  const lost = await start((name) => own[name]);
  await assert.rejects(lost.resolver.resolve4("out.own"), { code: "ESERVFAIL" });
});

test("resolvers that refuse are passed over; with none left the client is told at once", async () => {
  const upstream = await start(() => ({
    kind: "records",
    records: [{ type: "A", address: "192.0.2.1", ttlSeconds: 1 }],
  }));
  // Nothing listens at 127.0.0.2.
  const { resolver } = await start(() => undefined, forwarderTo(upstream.server.port, ["127.0.0.2", address]));
  assert.deepEqual(await resolver.resolve4("a.test"), ["192.0.2.1"]);
  for (const servers of [["127.0.0.2"], []]) {
    const lost = await start(() => undefined, forwarderTo(upstream.server.port, servers));
    await assert.rejects(lost.resolver.resolve4("a.test"), { code: "ESERVFAIL" });
  }
});

test("strangers, zone transfers and faults inside are refused and survived", async () => {
  const stranger = await start(() => undefined, nowhere, false);
  await assert.rejects(stranger.resolver.resolve4("a.test"), { code: "EREFUSED" });
  const faulty = await start(() => {
    throw new Error("a fault");
  });
  await assert.rejects(faulty.resolver.resolve4("a.test"), { code: "ESERVFAIL" });
  await assert.rejects(faulty.resolver.resolve4("a.test"), { code: "ESERVFAIL" });
});

test("one TCP connection carries many queries, and nonsense ends it", async () => {
  const { server, resolver } = await start((name, type) => lookupPrivateName(zone, name, type));
  const question = Buffer.from("\x0cip-10-0-0-5\x03ec2\x08internal\0\0\x01\0\x01".replace("\x0c", "\x0b"), "latin1");
  const queries = [1, 2, 3].map((id) => Buffer.concat([Buffer.from([0, id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]), question]));
  const socket = createConnection({ host: address, port: server.port });
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = once(socket, "close");
  const stream = Buffer.concat([...queries.map(framed), framed(Buffer.from("junk"))]);
  for (let at = 0; at < stream.length; at += 5) socket.write(stream.subarray(at, at + 5));
  await ended;
  const received = Buffer.concat(chunks);
  const length = received.readUInt16BE(0) + 2;
  assert.deepEqual(
    [0, 1, 2].map((i) => received.readUInt16BE(i * length + 2)),
    [1, 2, 3],
  );
  const datagrams = createSocket("udp4");
  for (const junk of ["", "junk", "x".repeat(600)]) datagrams.send(junk, server.port, address);
  await new Promise<void>((resolve) =>
    datagrams.send("end", server.port, address, () => datagrams.close(() => resolve())),
  );
  assert.deepEqual(await resolver.resolve4("ip-10-0-0-5.ec2.internal"), ["10.0.0.5"]);
});

test("an address that is not the machine's is a driver error that may pass", async () => {
  const options = { viewOf: () => undefined, forwarder: nowhere, clock, log: silentLog };
  await assert.rejects(startDnsServer({ ...options, address: "192.0.2.1", port: 0 }), {
    reason: "Unavailable",
    retryable: true,
  });
});
