import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { type Sandbox, whyNoPackets } from "../../../test/contracts/network/sandbox.ts";
import { vpcSpec } from "../../../test/contracts/network/specs.ts";
import { interfaceOf, oneVpc, port, useWorld } from "../../../test/contracts/network/world.ts";
import { until } from "../../../test/support/until.ts";

const [a, b, c] = ["10.1.0.10", "10.1.0.11", "10.1.1.10"] as const;

describe("isolation of real packets", { skip: whyNoPackets() ?? false }, () => {
  const world = useWorld();
  afterEach(() => world.clear());

  test("tasks reach each other in their subnet and beyond, under their own addresses", async () => {
    await world.network.apply(oneVpc([a, b, c].map((address) => interfaceOf(address))));
    const [one] = await Promise.all([a, b, c].map((address) => world.task(address)));
    for (const protocol of ["tcp", "udp"] as const) {
      assert.equal(await one!.reach(protocol, b, port), `from ${a}`);
      assert.equal(await one!.reach(protocol, c, port), `from ${a}`);
    }
    assert.match(one!.run("ip", "-4", "address", "show", "eth0"), /inet 10\.1\.0\.10\/24 brd 10\.1\.0\.255 /);
    assert.match(one!.run("ip", "link", "show", "eth0"), /02:00:00:01:00:0a/);
  });

  test("a subnet may be as large as its VPC", async () => {
    const subnets = vpcSpec(1).subnets.slice(0, 1);
    const vpc = vpcSpec(1, { cidrs: [subnets[0]!.cidr], subnets, interfaces: [a, b].map((one) => interfaceOf(one)) });
    await world.network.apply({ vpcs: [vpc] });
    const [one] = await Promise.all([a, b].map((address) => world.task(address)));
    assert.equal(await one!.reach("tcp", b, port), `from ${a}`);
  });

  test("where no task is any more connections are refused, until there is one again", async () => {
    const [first, second] = [interfaceOf(a), interfaceOf(b)];
    await world.network.apply(oneVpc([first, second]));
    const [one, two] = [await world.task(a), await world.task(b)];
    assert.equal(await one.reach("tcp", b, port), `from ${a}`);
    await world.network.detach(second.networkInterfaceId);
    assert.equal(await one.reach("tcp", b, port), "ECONNREFUSED");
    await world.network.attach(second.networkInterfaceId, two);
    assert.equal(await one.reach("tcp", b, port), `from ${a}`);
    await world.network.apply(oneVpc([first]));
    assert.equal(await one.reach("tcp", b, port), "ECONNREFUSED");
  });

  test("tasks know no neighbour but the gateway, are sent no redirects and have no IPv6", async () => {
    await world.network.apply(oneVpc([a, b].map((address) => interfaceOf(address))));
    const [one] = [await world.task(a), await world.task(b)];
    await one.reach("tcp", b, port);
    assert.match(one.run("ip", "neighbour", "show"), /^10\.1\.0\.1 dev eth0 lladdr [0-9a-f:]+ PERMANENT\s*$/);
    assert.doesNotMatch(one.run("cat", "/proc/net/snmp"), /InType5/);
    assert.equal(one.run("ip", "-6", "address", "show", "dev", "eth0"), "");
  });

  test("ports of a bridge cannot talk past the gateway", async () => {
    const interfaces = [a, b].map((address) => interfaceOf(address));
    await world.network.apply(oneVpc(interfaces));
    const [one] = [await world.task(a), await world.task(b)];
    one.run("ip", "route", "add", b, "dev", "eth0");
    one.run("ip", "neighbour", "add", b, "lladdr", interfaces[1]!.macAddress, "dev", "eth0", "nud", "permanent");
    assert.equal(await one.tryToReach("udp", b, port), "timeout");
  });

  test("VPCs with equal ranges are worlds of their own", async () => {
    const [first, second] = [vpcSpec(1), { ...vpcSpec(1), vpcId: "vpc-2" }];
    await world.network.apply({
      vpcs: [
        { ...first, interfaces: [interfaceOf(a), interfaceOf(b)] },
        { ...second, interfaces: [interfaceOf(a, "2"), interfaceOf(c, "2")] },
      ],
    });
    const [one, , other] = [
      await world.task(a),
      await world.task(b),
      await world.task(a, "2"),
      await world.task(c, "2"),
    ];
    assert.equal(await one.reach("tcp", b, port), `from ${a}`);
    assert.equal(await other.reach("tcp", c, port), `from ${a}`);
    assert.equal(await one.reach("tcp", c, port), "ECONNREFUSED");
    assert.equal(await other.reach("tcp", b, port), "ECONNREFUSED");
    const [problem] = await world.network.problems();
    assert.match(problem!.message, /vpc-2 cannot be reached from this host: its range 10\.1\.0\.0\/16 overlaps vpc-1/);
  });

  test("VPCs cannot reach each other's addresses through the host, whatever their subnets and addresses", async () => {
    const open = { hasPublicIp: true };
    await world.network.apply({
      vpcs: [
        vpcSpec(1, { interfaces: [interfaceOf(a, "", open)] }),
        vpcSpec(2, { interfaces: [interfaceOf("10.2.0.10", "", open)] }),
      ],
    });
    const [one] = [await world.task(a), await world.task("10.2.0.10")];
    assert.equal(await world.machine.host.reach("tcp", "10.2.0.10", port), "from 169.254.64.2");
    assert.equal(await one.tryToReach("tcp", "10.2.0.10", port), "timeout");
    assert.equal(await one.tryToReach("udp", "10.2.0.10", port), "timeout");
  });

  test("a task can take no other's address nor MAC, unless its source check is off", async () => {
    const other = "192.0.2.77";
    for (const sourceDestCheck of [true, false]) {
      const forwarded = sourceDestCheck ? 0 : 1;
      await world.network.apply(oneVpc([interfaceOf(a, "", { sourceDestCheck }), interfaceOf(b), interfaceOf(c)]));
      const [one, receiver] = [await world.task(a), await world.task(b)];
      /** Does it, and waits for as many datagrams as are to come. */
      const arriving = async (count: number, what: () => Promise<unknown>) => {
        const before = datagrams(receiver);
        await what();
        const arrived = () => datagrams(receiver) - before;
        await until(`${count} datagrams`, arrived, (found) => found >= count);
        return arrived();
      };
      for (const address of [c, other]) {
        one.run("ip", "address", "add", `${address}/32`, "dev", "eth0");
        one.run("ip", "route", "replace", b, "via", "10.1.0.1", "src", address);
        const arrived = await arriving(forwarded, () => one.tryToReach("udp", b, port));
        assert.equal(arrived, forwarded, `${address} ${sourceDestCheck}`);
      }
      one.run("ip", "route", "del", b);
      assert.ok((await arriving(1, () => one.reach("udp", b, port))) > 0);
      one.run("ip", "link", "set", "dev", "eth0", "address", interfaceOf(c).macAddress);
      assert.equal(await arriving(0, () => one.tryToReach("udp", b, port)), 0);
      await world.clear();
    }
  });

  test("an ended sandbox leaves no port, and its interface can be plugged in again", async () => {
    await world.network.apply(oneVpc([interfaceOf(a), interfaceOf(b)]));
    const one = await world.task(a);
    await (await world.task(b)).end();
    const id = interfaceOf(a).networkInterfaceId;
    await until(
      "the port to go",
      () => world.network.attached(),
      (attached) => attached.length === 1,
    );
    assert.deepEqual(
      (await world.network.attached()).map(({ networkInterfaceId }) => networkInterfaceId),
      [id],
    );
    await world.network.detach(interfaceOf(b).networkInterfaceId);
    await assert.rejects(world.network.attach(interfaceOf(b).networkInterfaceId, { pid: 2 ** 22 + 1 }), {
      reason: "NotFound",
    });
    assert.equal(await one.tryToReach("udp", b, port), "timeout");
  });
});

/** How many datagrams have come to a sandbox. */
function datagrams(sandbox: Sandbox): number {
  return Number(/^Udp: (\d+)/m.exec(sandbox.run("sh", "-c", "grep Udp: /proc/net/snmp | tail -1"))![1]);
}
