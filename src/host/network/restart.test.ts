import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { answerMs, type Sandbox, whyNoPackets } from "../../../test/contracts/network/sandbox.ts";
import { everything, vpcSpec } from "../../../test/contracts/network/specs.ts";
import { interfaceOf, oneVpc, port, useWorld } from "../../../test/contracts/network/world.ts";

const [a, b] = ["10.1.0.10", "10.1.1.10"] as const;
const spec = oneVpc([interfaceOf(a), interfaceOf(b)]);

/** How many datagrams came to sandboxes that were too busy to read them: those have not been lost on the way. */
function unread(...sandboxes: readonly Sandbox[]): number {
  const lines = sandboxes.map((sandbox) => sandbox.run("sh", "-c", "grep Udp: /proc/net/snmp"));
  return lines.reduce((sum, text) => {
    const [titles, values] = text
      .trim()
      .split("\n")
      .map((line) => line.split(" "));
    return sum + Number(values![titles!.indexOf("RcvbufErrors")]);
  }, 0);
}

describe("restart of the platform, on real packets", { skip: whyNoPackets() ?? false }, () => {
  const world = useWorld();
  afterEach(() => world.clear());

  test("packets of running tasks go on, and open connections stay open", async () => {
    await world.network.apply(spec);
    const [one, other] = [await world.task(a), await world.task(b)];
    await one.tell({ op: "open", address: b, port, timeoutMs: answerMs });
    await one.tell({ op: "stream", address: b, port, everyMs: 1 });
    for (let round = 0; round < 5; round++) {
      world.open();
      await world.network.apply(spec);
      await world.network.attach(interfaceOf(a).networkInterfaceId, one);
      await world.network.attach(interfaceOf(b).networkInterfaceId, other);
    }
    const [sent, lost] = (await one.tell({ op: "stop" })).split(" ").map(Number);
    assert.equal(lost! - unread(one, other), 0, `lost of ${sent}`);
    assert.ok(sent! > 10);
    assert.equal(await one.tell({ op: "say", timeoutMs: answerMs }), "still here");
    assert.equal(await one.reach("tcp", b, port), `from ${a}`);
  });

  test("packets go on while interfaces, groups and VPCs come and go", async () => {
    await world.network.apply(spec);
    const [one, other] = [await world.task(a), await world.task(b)];
    await one.tell({ op: "stream", address: b, port, everyMs: 1 });
    for (let round = 0; round < 5; round++) {
      const [vpc] = spec.vpcs;
      const added = interfaceOf("10.1.0.99", "", { securityGroupIds: ["sg-open", "sg-more"] });
      const securityGroups = [...vpc.securityGroups, { groupId: "sg-more", ingress: [], egress: [everything] }];
      await world.network.apply({
        vpcs: [{ ...vpc, securityGroups, interfaces: [...vpc.interfaces, added] }, vpcSpec(3 + round)],
      });
      await world.network.apply(spec);
    }
    const [sent, lost] = (await one.tell({ op: "stop" })).split(" ").map(Number);
    assert.equal(lost! - unread(one, other), 0, `lost of ${sent}`);
  });

  test("what changed while the platform was away holds after the first apply", async () => {
    await world.network.apply(spec);
    const [one] = [await world.task(a), await world.task(b)];
    world.open();
    await world.network.apply(oneVpc([interfaceOf(a), interfaceOf(b)], { securityGroups: [] }));
    assert.equal(await one.tryToReach("tcp", b, port), "timeout");
  });

  test("half-made things are cleared away and made again", async () => {
    await world.network.apply(spec);
    const one = await world.task(a);
    const shell = world.machine.shell();
    await shell.run(`
ip netns add estiva-packets.vpc-7
ip -n estiva-packets.vpc-1 link add phalfmade type veth peer name other`);
    world.open();
    await world.network.apply({ vpcs: [...spec.vpcs, vpcSpec(7)] });
    assert.doesNotMatch(await shell.run("ip -n estiva-packets.vpc-1 link show"), /phalfmade/);
    await world.task(b);
    assert.equal(await one.reach("tcp", b, port), `from ${a}`);
    assert.equal(world.network.vpcOfPeer("169.254.64.3"), "vpc-7");
  });

  test("a network command that fails once is made good by the next apply", async () => {
    await world.network.apply(spec);
    const shell = world.machine.shell();
    await shell.run("ip -n estiva-packets.vpc-1 link del dev link");
    const wider = { vpcs: [{ ...spec.vpcs[0], cidrs: ["10.1.0.0/16", "10.101.0.0/16"] }] };
    await assert.rejects(world.network.apply(wider), { reason: "Failed" });
    await world.network.apply(wider);
    const [one] = [await world.task(a), await world.task(b)];
    assert.equal(await one.reach("tcp", b, port), `from ${a}`);
  });

  test("removing everything leaves the machine as it was", async () => {
    const shell = world.machine.shell();
    const state = () =>
      shell.run(
        "ls /run/netns; ip -o link | cut -d: -f2; ip address | grep 169.254.172 || :; ip route;" +
          "nft list tables | grep estiva || :;" +
          "! command -v iptables >/dev/null || iptables -S",
      );
    await world.network.removeAll();
    const before = await state();
    await world.network.apply({ vpcs: [...spec.vpcs, vpcSpec(2)] });
    await world.task(a);
    assert.notEqual(await state(), before);
    await world.network.removeAll();
    assert.equal(await state(), before);
    await world.network.apply(spec);
    await world.open("169.254.172.9").apply(spec); // the platform starts again, with another service address
    const after = await state();
    assert.match(after, /169\.254\.172\.9/);
    assert.doesNotMatch(after, /169\.254\.172\.1\b/);
    await world.network.removeAll();
    assert.equal(await state(), before);
  });
});
