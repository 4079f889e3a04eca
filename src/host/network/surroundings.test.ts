import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import type { SecurityRuleSpec } from "#kernel/agent-protocol.ts";
import {
  containerAddress,
  engineAddress,
  machineAddress,
  publishedPort,
  worldAddress,
} from "../../../test/contracts/network/machine.ts";
import { answerMs, whyNoPackets } from "../../../test/contracts/network/sandbox.ts";
import { anywhere } from "../../../test/contracts/network/specs.ts";
import { interfaceOf, oneVpc, port, ports, useWorld } from "../../../test/contracts/network/world.ts";
import { until } from "../../../test/support/until.ts";

const service = "169.254.172.1";
const closed = { securityGroups: [{ groupId: "sg-open", ingress: [], egress: [] }] };

describe("what surrounds VPCs, on real packets", { skip: whyNoPackets() ?? false }, () => {
  const world = useWorld();
  before(async () => {
    await world.network.apply({ vpcs: [] });
    for (const served of Object.values(ports)) await world.machine.host.listen(served, service);
    for (const unserved of [port, 22]) await world.machine.host.listen(unserved);
    await world.machine.world.listen(port);
    await world.machine.container.listen(port);
  });
  afterEach(() => world.clear());
  after(() => world.clear());

  test("metadata, resolver and API are always reachable, and tell the VPC of who asks", async () => {
    await world.network.apply(oneVpc([interfaceOf("10.1.1.10")], closed));
    const task = await world.task("10.1.1.10");
    const peer = "169.254.64.1";
    assert.equal(await task.reach("tcp", "169.254.170.2", 80), `from ${peer}`);
    for (const resolver of ["10.1.0.2", "169.254.169.253"]) {
      assert.equal(await task.reach("tcp", resolver, 53), `from ${peer}`);
      assert.equal(await task.reach("udp", resolver, 53), `from ${peer}`);
    }
    assert.equal(await task.reach("tcp", service, ports.api), `from ${peer}`);
    assert.equal(world.network.vpcOfPeer(peer), "vpc-1");
    assert.equal(world.network.vpcOfPeer("169.254.64.9"), undefined);
    assert.equal(await task.reach("tcp", "169.254.169.254", 80), "ECONNREFUSED");
    assert.equal(await task.reach("tcp", service, 22), "ECONNREFUSED");
    assert.equal(await task.reach("udp", service, 22), "ECONNREFUSED");
  });

  test("tasks of the engine's bridge and the host's network reach the platform while they are admitted", async () => {
    const { container, host } = world.machine;
    const metadata = (from: typeof host) => from.reach("tcp", "169.254.170.2", 80);
    await world.network.admit("on-bridge", { address: containerAddress });
    assert.equal(await metadata(container), `from ${containerAddress}`);
    assert.equal(await container.reach("tcp", service, ports.api), `from ${containerAddress}`);
    assert.equal(await container.tryToReach("tcp", service, ports.dns), "timeout");
    assert.equal(await container.reach("tcp", "169.254.169.254", 80), "ECONNREFUSED");
    const nobody = /^(timeout|EHOSTUNREACH)$/;
    assert.match(await host.tryToReach("tcp", "169.254.170.2", 80), nobody, "no task has the host's network");
    await world.network.admit("on-host", {});
    assert.match(await metadata(host), /^from /);
    await world.network.apply({ vpcs: [] });
    await world.open().apply({ vpcs: [] }); // the platform starts again, and its agent tells of the tasks
    assert.equal(await container.tryToReach("tcp", "169.254.170.2", 80), "timeout");
    await world.network.admit("on-bridge", { address: containerAddress });
    await world.network.admit("on-host", {});
    assert.equal(await metadata(container), `from ${containerAddress}`);
    assert.match(await metadata(host), /^from /);
    for (const task of ["on-bridge", "on-host"]) await world.network.dismiss(task);
    assert.equal(await container.tryToReach("tcp", "169.254.170.2", 80), "timeout");
    assert.equal(await container.tryToReach("tcp", service, ports.api), "timeout");
    assert.match(await host.tryToReach("tcp", "169.254.170.2", 80), nobody);
  });

  test("load balancers reach what tasks without an interface serve on the host, and nothing else of it", async () => {
    const asked = [interfaceOf("10.1.0.10", "", { isLoadBalancer: true }), interfaceOf("10.1.0.11")];
    const spec = oneVpc(asked);
    await world.network.apply(spec);
    const [balancer, task] = [await world.task("10.1.0.10"), await world.task("10.1.0.11")];
    const answers = (from = balancer) =>
      Promise.all([publishedPort, 22, port].map((each) => from.reach("tcp", service, each)));
    const admit = async () => {
      await world.network.admit("on-bridge", { address: containerAddress });
      await world.network.admit("on-host", { ports: [22] });
    };
    const refused = "ECONNREFUSED";
    assert.deepEqual(await answers(), [refused, refused, refused], "nobody has been admitted");
    await admit();
    const served = [`from ${engineAddress}`, "from 169.254.64.1", refused];
    assert.deepEqual(await answers(), served);
    assert.deepEqual(await answers(task), [refused, refused, refused], "it is no load balancer's");
    assert.equal(await balancer.reach("udp", service, 22), refused);
    for (const [address, at] of [
      [machineAddress, publishedPort],
      [machineAddress, 22],
      [containerAddress, port],
    ] as const)
      assert.equal(await balancer.tryToReach("tcp", address, at), "timeout", address);
    await world.network.dismiss("on-bridge");
    assert.deepEqual(await answers(), [refused, "from 169.254.64.1", refused]);
    await admit();
    const open = { op: "open", address: service, port: publishedPort, timeoutMs: answerMs } as const;
    assert.equal(await balancer.tell(open), `from ${engineAddress}`);
    const again = world.open(); // the platform starts again, and its agent tells of the tasks a moment later
    await again.prepare();
    await again.apply(spec);
    assert.deepEqual(await answers(), served);
    assert.equal(await balancer.tell({ op: "say", timeoutMs: answerMs }), "still here");
    await admit();
    assert.deepEqual(await answers(), served);
    for (const admitted of ["on-bridge", "on-host"]) await world.network.dismiss(admitted);
    assert.deepEqual(await answers(), [refused, refused, refused]);
  });

  test("load balancers reach ports of the host that their security groups let them send to", async () => {
    const balancer = interfaceOf("10.1.0.10", "", { isLoadBalancer: true });
    const sendingTo = (...egress: readonly SecurityRuleSpec[]) =>
      world.network.apply(oneVpc([balancer], { securityGroups: [{ groupId: "sg-open", ingress: [], egress }] }));
    const tcp = (fromPort: number, peer: SecurityRuleSpec["peer"]) =>
      ({ protocol: "tcp", fromPort, toPort: fromPort, peer }) as const;
    await world.network.admit("on-host", { ports: [22, port] });
    await sendingTo();
    const node = await world.task("10.1.0.10");
    assert.equal(await node.tryToReach("tcp", service, 22), "timeout");
    assert.equal(await node.reach("tcp", service, ports.api), "from 169.254.64.1", "the platform's own, like anybody");
    // The group of the machines, which are in none here.
    await sendingTo(tcp(22, { groupId: "sg-machines" }), { ...tcp(port, anywhere), protocol: "udp" });
    assert.equal(await node.reach("tcp", service, 22), "from 169.254.64.1");
    assert.equal(await node.tryToReach("tcp", service, port), "timeout");
    await world.network.dismiss("on-host");
  });

  test("tasks reach the platform on a machine without a default route", async () => {
    const { container, host } = world.machine;
    const shell = world.machine.shell();
    await shell.run("ip route del default");
    await world.network.apply(oneVpc([interfaceOf("10.1.1.10")]));
    const task = await world.task("10.1.1.10");
    assert.match(await task.reach("tcp", "169.254.170.2", 80), /^from /);
    await world.network.admit("on-bridge", { address: containerAddress });
    await world.network.admit("on-host", {});
    assert.equal(await container.reach("tcp", "169.254.170.2", 80), `from ${containerAddress}`);
    assert.match(await host.reach("tcp", "169.254.170.2", 80), /^from /);
    await shell.run(`ip route add default via ${worldAddress}`);
    for (const admitted of ["on-bridge", "on-host"]) await world.network.dismiss(admitted); // looks again
  });

  test("tasks follow a default route that the machine gets later", async () => {
    const shell = world.machine.shell();
    await shell.run("ip route del default");
    world.open();
    await world.network.prepare();
    await world.network.apply(oneVpc([interfaceOf("10.1.0.10", "", { hasPublicIp: true })]));
    const task = await world.task("10.1.0.10");
    assert.notEqual(await task.tryToReach("tcp", worldAddress, port), `from ${machineAddress}`);
    await shell.run(`ip route add default via ${worldAddress}`);
    const look = () => task.tryToReach("tcp", worldAddress, port);
    await until("the world", look, (answer) => answer === `from ${machineAddress}`);
  });

  test("nothing else of the host can be reached, even with the way out open", async () => {
    await world.network.apply(oneVpc([interfaceOf("10.1.0.10", "", { hasPublicIp: true })]));
    const task = await world.task("10.1.0.10");
    for (const address of [machineAddress, engineAddress, "10.1.0.1"]) {
      assert.equal(await task.tryToReach("tcp", address, 22), "timeout", address);
      assert.equal(await task.tryToReach("udp", address, port), "timeout", address);
    }
    assert.equal(await task.reach("tcp", "169.254.64.0", 22), "ECONNREFUSED");
    assert.equal(await task.tryToReach("tcp", containerAddress, port), "timeout");
  });

  test("the way out is open to subnets that route out, with a public address or through NAT", async () => {
    const cases = [
      ["10.1.0.10", true, `from ${machineAddress}`],
      ["10.1.0.11", false, "timeout"],
      ["10.1.1.10", true, "timeout"],
      ["10.1.2.10", false, `from ${machineAddress}`],
    ] as const;
    await world.network.apply(oneVpc(cases.map(([address, hasPublicIp]) => interfaceOf(address, "", { hasPublicIp }))));
    for (const [address, , expected] of cases) {
      const task = await world.task(address);
      const reach = expected === "timeout" ? task.tryToReach.bind(task) : task.reach.bind(task);
      assert.equal(await reach("tcp", worldAddress, port), expected, address);
      assert.equal(await reach("udp", worldAddress, port), expected, address);
    }
  });

  test("the way out closes and opens as subnets change, and security groups apply to it", async () => {
    const one = interfaceOf("10.1.0.10", "", { hasPublicIp: true });
    await world.network.apply(oneVpc([one], closed));
    const task = await world.task("10.1.0.10");
    assert.equal(await task.tryToReach("tcp", worldAddress, port), "timeout");
    await world.network.apply(oneVpc([one]));
    assert.equal(await task.reach("tcp", worldAddress, port), `from ${machineAddress}`);
    const { vpcs } = oneVpc([one]);
    const subnets = vpcs[0].subnets.map((subnet) => ({ ...subnet, egress: "none" as const }));
    await world.network.apply({ vpcs: [{ ...vpcs[0], subnets }] });
    assert.equal(await task.tryToReach("tcp", worldAddress, port), "timeout");
  });

  test("the host reaches tasks as far as their groups let it; the world and engine's containers do not", async () => {
    await world.network.apply(oneVpc([interfaceOf("10.1.1.10")]));
    await world.task("10.1.1.10");
    assert.equal(await world.machine.host.reach("tcp", "10.1.1.10", port), "from 169.254.64.0");
    assert.equal(await world.machine.world.tryToReach("tcp", "10.1.1.10", port), "timeout");
    assert.equal(await world.machine.container.tryToReach("tcp", "10.1.1.10", port), "timeout");
    await world.network.apply(oneVpc([interfaceOf("10.1.1.10")], closed));
    assert.equal(await world.machine.host.tryToReach("tcp", "10.1.1.10", port), "timeout");
  });

  test("the platform's ports are closed to the world and to the engine's containers", async () => {
    const shell = world.machine.shell();
    const open = "! command -v iptables >/dev/null || iptables"; // the machine's own firewall would drop it as well
    await shell.run(`${open} -P INPUT ACCEPT`);
    for (const outsider of [world.machine.world, world.machine.container]) {
      assert.equal(await outsider.tryToReach("tcp", service, ports.api), "timeout");
      assert.equal(await outsider.tryToReach("udp", service, ports.dns), "timeout");
    }
    assert.match(await world.machine.host.reach("tcp", service, ports.api), /^from /);
    assert.match(await world.machine.world.reach("tcp", machineAddress, 22), /^from /);
    await shell.run(`${open} -P INPUT DROP`);
  });
});
