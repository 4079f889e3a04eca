import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { machineAddress, worldAddress } from "../../../test/contracts/network/machine.ts";
import { whyNoPackets } from "../../../test/contracts/network/sandbox.ts";
import { interfaceOf, oneVpc, port, useWorld } from "../../../test/contracts/network/world.ts";
import { until } from "../../../test/support/until.ts";
import { concerns } from "./host-changes.ts";

const table = "inet estiva_packets";

test("what of the monitors is looked at", () => {
  const names = { hostTable: "estiva_a", linkPrefix: "ev12345" };
  const link = (flags: string) => `7: ev12345aabbccdd@if2: <BROADCAST,MULTICAST> mtu 1500 qdisc noqueue ${flags}`;
  const lines: [line: string, isLookedAt: boolean][] = [
    ["delete table inet estiva_a", true],
    ["delete table inet other", false],
    ["default via 203.0.113.1 dev uplink", true],
    ["Deleted default via 203.0.113.1 dev uplink", true],
    ["Deleted 10.1.0.0/16 via 169.254.64.1 dev ev12345aabbccdd src 169.254.64.0", true],
    ["Deleted 10.1.0.0/16 via 169.254.64.1 dev ev99999aabbccdd src 169.254.64.0", false],
    ["10.1.0.0/16 via 169.254.64.1 dev ev12345aabbccdd src 169.254.64.0", false],
    [link("state DOWN group default"), true],
    [link("state UP group default"), false],
    [`Deleted ${link("state DOWN group default")}`, true],
    ["3: veth1@if2: <BROADCAST> mtu 1500 state DOWN group default", false],
  ];
  for (const [line, isLookedAt] of lines) assert.equal(concerns(line, names), isLookedAt, line);
});

describe("changes of the host by others, on real packets", { skip: whyNoPackets() ?? false }, () => {
  const world = useWorld();
  after(() => world.clear());

  test("rules that a firewall's start has removed are made again", async () => {
    const shell = world.machine.shell();
    await world.machine.host.listen(port);
    await world.machine.world.listen(port);
    await world.network.prepare();
    await world.network.apply(oneVpc([interfaceOf("10.1.0.10", "", { hasPublicIp: true })]));
    const task = await world.task("10.1.0.10");
    const answers = () =>
      Promise.all([worldAddress, machineAddress].map((address) => task.tryToReach("tcp", address, port)));
    const guarded = [`from ${machineAddress}`, "timeout"];
    assert.deepEqual(await answers(), guarded);
    for (const time of ["first", "second"]) {
      await shell.run(`nft delete table ${table}`);
      await until("the table", () => shell.run(`nft list table ${table} 2>/dev/null || :`));
      assert.deepEqual(await answers(), guarded, time);
    }
  });

  test("routes and links to a VPC that somebody has taken away are made again", async () => {
    const shell = world.machine.shell();
    await world.machine.world.listen(port);
    await world.network.prepare();
    await world.network.apply(oneVpc([interfaceOf("10.1.0.10", "", { hasPublicIp: true })]));
    const task = await world.task("10.1.0.10");
    const route = () => shell.run("ip -4 route show 10.1.0.0/16");
    const before = await route();
    const link = / dev (\S+)/.exec(before)![1]!;
    for (const damage of [
      "ip route del 10.1.0.0/16",
      `ip link set dev ${link} down`,
      `ip address flush dev ${link}`,
      `ip link del dev ${link}`,
    ]) {
      await shell.run(damage);
      await until(`the route after ${damage}`, route, (found) => found === before);
      const answer = await task.tryToReach("tcp", worldAddress, port);
      assert.equal(answer, `from ${machineAddress}`, damage);
    }
  });
});
