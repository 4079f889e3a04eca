import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import type { SandboxPort } from "../driver.ts";
import type { DockerContext } from "./context.ts";
import { answerError } from "./errors.ts";
import { createHostPorts, ephemeralPorts, findRun, type PortProbe, portInUse } from "./host-ports.ts";

test("ports in a row are looked for from a place on, and round", async () => {
  const cases: [count: number, from: number, used: number[], expected: number | undefined][] = [
    [3, 10, [], 10],
    [3, 10, [11], 12],
    [3, 18, [], 10],
    [3, 17, [], 17],
    [3, 15, [10, 16, 19], 11],
    [2, 14, [10, 12, 14, 16, 18], undefined],
    [3, 14, [10, 14, 18], 15],
    [10, 15, [], 10],
    [11, 10, [], undefined],
    [3, 99, [], 10],
    [3, 0, [], 10],
    [4, 12, [10, 16], 12],
    [5, 13, [10, 16], 11],
  ];
  for (const [count, from, used, expected] of cases) {
    const found = await findRun(count, { first: 10, last: 19 }, from, async (port) => !used.includes(port));
    assert.equal(found, expected, `${count} from ${from} without ${used}`);
  }
});

test("the ephemeral ports are the kernel's, else those that Amazon ECS takes", () => {
  const usual = { first: 49_153, last: 65_535 };
  assert.deepEqual(ephemeralPorts("32768\t60999\n"), { first: 32_768, last: 60_999 });
  assert.deepEqual([undefined, "", "1", "9 5"].map(ephemeralPorts), Array(4).fill(usual));
});

const port = (hostPort: number, containerPort = 80): SandboxPort => ({
  ...{ containerPort, hostPort, protocol: "tcp", hostIp: "" },
});
const failed = (message: string) => answerError(500, message);
const driverFailed = "driver failed programming external connectivity on endpoint a.b (669659d666e6): ";

test("which port is in use is in the engine's words", () => {
  const cases: [message: string, expected: number | undefined][] = [
    [`${driverFailed}Bind for 0.0.0.0:40001 failed: port is already allocated`, 40_001],
    [`${driverFailed}Error starting userland proxy: listen tcp4 0.0.0.0:40001: bind: address already in use`, 40_001],
    [`${driverFailed}failed to bind host port for 0.0.0.0:40001:172.17.0.2:40000/tcp: address already in use`, 40_001],
    [`${driverFailed}Error starting userland proxy: listen tcp6 [::]:40000: bind: address already in use`, 40_000],
    [`${driverFailed}Bind for 0.0.0.0:4000 failed: port is already allocated`, undefined],
    ["iptables failed: --dport 40001", undefined],
  ];
  for (const [message, expected] of cases) {
    assert.equal(portInUse(failed(message), [port(40_000), port(40_001)]), expected, message);
  }
});

function hostPorts({ local = true, probe = async () => true }: { local?: boolean; probe?: PortProbe } = {}) {
  const engine = async () => ({ info: { local } }) as Awaited<ReturnType<DockerContext["engine"]>>;
  return createHostPorts({ engine, random: { float: () => 0, bytes: () => new Uint8Array() } }, probe);
}

const range = (containerPort: number, count: number) => ({ ...port(0, containerPort), count });
const chosen = async (ports: readonly SandboxPort[]) => ports.map(({ hostPort }) => hostPort);

test("ports that are no range are left to the engine", async () => {
  const ports = [port(0), port(8080)];
  assert.equal(await hostPorts({ probe: () => assert.fail() }).publish(ports, async (own) => own), ports);
});

test("who asks at once gets others, whatever the first is waiting for", async () => {
  const ports = hostPorts({ local: false });
  const asked = [range(80, 3), range(80, 2), range(80, 4)].map((each) => ports.publish([port(0), each], chosen));
  assert.deepEqual(await Promise.all(asked), [
    [0, 49_153, 49_154, 49_155],
    [0, 49_156, 49_157],
    [0, 49_158, 49_159, 49_160, 49_161],
  ]);
});

test("what the host has in use is passed over, and so is a port that the sandbox names", async (t) => {
  const server = createServer();
  t.after(() => server.close());
  const held = await new Promise<number>((resolve) => {
    server.listen(0, () => resolve((server.address() as { port: number }).port));
  });
  const probed: number[] = [];
  const own = createHostPorts({
    engine: async () => ({ info: { local: true } }) as Awaited<ReturnType<DockerContext["engine"]>>,
    random: { float: () => (held - 32_768) / (60_999 - 32_768 + 1), bytes: () => new Uint8Array() },
  });
  const found = await own.publish([range(80, 2)], chosen);
  assert.ok(!found.includes(held), `${found}`);
  assert.equal(found[1], found[0]! + 1);
  const named = hostPorts({ local: false, probe: async (each) => probed.push(each) > 0 });
  assert.deepEqual(await named.publish([port(49_154), range(80, 2)], chosen), [49_154, 49_155, 49_156]);
  assert.deepEqual(probed, [], "another machine's ports are not this one's");
});

test("a port that somebody else was quicker at is passed over; other failures are the caller's", async () => {
  const ports = hostPorts({ local: false });
  const seen: number[][] = [];
  const use = async (own: readonly SandboxPort[]) => {
    seen.push(await chosen(own));
    if (seen.length < 3) throw failed(`Bind for 0.0.0.0:${own[1]!.hostPort} failed: port is already allocated`);
    return "made";
  };
  assert.equal(await ports.publish([range(80, 2)], use), "made");
  assert.deepEqual(seen, [
    [49_153, 49_154],
    [49_155, 49_156],
    [49_157, 49_158],
  ]);
  const inUse = failed("Bind for 0.0.0.0:8080 failed: port is already allocated");
  let calls = 0;
  const refuse = (error: Error) => async () => {
    calls++;
    throw error;
  };
  for (const error of [inUse, failed("no such image")]) {
    calls = 0;
    await assert.rejects(ports.publish([port(8080), range(80, 2)], refuse(error)), error);
    assert.equal(calls, 1);
  }
});

test("it is not tried for ever, and a range that no host has is not looked for", async () => {
  const ports = hostPorts({ local: false });
  let calls = 0;
  const use = async ([first]: readonly SandboxPort[]) => {
    calls++;
    throw failed(`Bind for 0.0.0.0:${first!.hostPort} failed: port is already allocated`);
  };
  await assert.rejects(ports.publish([range(80, 2)], use), /port is already allocated/);
  assert.equal(calls, 20);
  const unavailable = { reason: "PortsUnavailable", message: "65535 contiguous host ports are unavailable" };
  await assert.rejects(hostPorts({ probe: () => assert.fail() }).publish([range(1, 65_535)], use), unavailable);
  const full = hostPorts({ probe: async () => false }).publish([range(1, 2)], use);
  await assert.rejects(full, { ...unavailable, message: "2 contiguous host ports are unavailable" });
});
