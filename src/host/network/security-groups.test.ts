import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import type { SecurityGroupSpec, SecurityRuleSpec } from "#kernel/agent-protocol.ts";
import { answerMs, type Sandbox, whyNoPackets } from "../../../test/contracts/network/sandbox.ts";
import { anywhere, everything } from "../../../test/contracts/network/specs.ts";
import { interfaceOf, oneVpc, port, useWorld } from "../../../test/contracts/network/world.ts";

const [client, server, stranger] = ["10.1.0.10", "10.1.0.11", "10.1.1.10"] as const;
const onPort: SecurityRuleSpec = { protocol: "tcp", fromPort: port, toPort: port, peer: anywhere };

function group(groupId: string, ingress: readonly SecurityRuleSpec[], egress = [everything]): SecurityGroupSpec {
  return { groupId, ingress, egress };
}

describe("security groups on real packets", { skip: whyNoPackets() ?? false }, () => {
  const world = useWorld();
  afterEach(() => world.clear());

  /** Client, server and stranger with a group each; the client's and the stranger's let all out and nothing in. */
  const apply = (serverGroup: SecurityGroupSpec, clientGroup = group("sg-client", [])) =>
    world.network.apply(
      oneVpc(
        [
          interfaceOf(client, "", { securityGroupIds: ["sg-client"] }),
          interfaceOf(server, "", { securityGroupIds: [serverGroup.groupId] }),
          interfaceOf(stranger, "", { securityGroupIds: ["sg-stranger"] }),
        ],
        { securityGroups: [serverGroup, clientGroup, group("sg-stranger", [])] },
      ),
    );
  const tasks = () => Promise.all([client, server, stranger].map((address) => world.task(address)));
  const reach = (from: Sandbox, protocol: "tcp" | "udp" = "tcp") => from.reach(protocol, server, port);
  const tryToReach = (from: Sandbox, protocol: "tcp" | "udp" = "tcp") => from.tryToReach(protocol, server, port);
  const reached = `from ${client}`;

  test("let nothing in by default, and answers back", async () => {
    await apply(group("sg-server", []));
    const [one, other] = await tasks();
    assert.equal(await tryToReach(one!), "timeout");
    assert.equal(await tryToReach(one!, "udp"), "timeout");
    await apply(group("sg-server", [onPort], []));
    assert.equal(await reach(one!), reached); // though the server's group lets nothing out
    assert.equal(await tryToReach(one!, "udp"), "timeout");
    assert.equal(await other!.tryToReach("tcp", client, port), "timeout");
  });

  test("let a load balancer that has none do all, other interfaces nothing", async () => {
    const bare = (isLoadBalancer: boolean) =>
      world.network.apply(
        oneVpc(
          [
            interfaceOf(client, "", { securityGroupIds: [], isLoadBalancer }),
            interfaceOf(server, "", { securityGroupIds: ["sg-server"] }),
          ],
          { securityGroups: [group("sg-server", [onPort])] },
        ),
      );
    await bare(true);
    const [one, two] = [await world.task(client), await world.task(server)];
    assert.equal(await reach(one), reached);
    assert.equal(await tryToReach(one, "udp"), "timeout", "the other end's groups hold");
    assert.equal(await two.reach("tcp", client, port), `from ${server}`);
    await bare(false);
    assert.equal(await tryToReach(one), "timeout");
    assert.equal(await two.tryToReach("tcp", client, port), "timeout");
  });

  test("let out only what a rule names", async () => {
    const out = (rule: Partial<SecurityRuleSpec>) => group("sg-client", [], [{ ...onPort, ...rule }]);
    await apply(group("sg-server", [everything]), group("sg-client", [], []));
    const [one] = await tasks();
    assert.equal(await tryToReach(one!), "timeout");
    await apply(group("sg-server", [everything]), out({}));
    assert.equal(await reach(one!), reached);
    assert.equal(await tryToReach(one!, "udp"), "timeout");
    await apply(group("sg-server", [everything]), out({ peer: { cidr: "10.1.1.0/24" } }));
    assert.equal(await tryToReach(one!), "timeout");
    await apply(group("sg-server", [everything]), out({ peer: { groupId: "sg-server" } }));
    assert.equal(await reach(one!), reached);
  });

  test("refer to the members of groups, as they come and go", async () => {
    const fromClients = group("sg-server", [{ ...onPort, peer: { groupId: "sg-client" } }]);
    await apply(fromClients);
    const [one, , other] = await tasks();
    assert.equal(await reach(one!), reached);
    assert.equal(await tryToReach(other!), "timeout");
    const members = (clientGroup: string, strangerGroup: string) =>
      world.network.apply(
        oneVpc(
          [
            interfaceOf(client, "", { securityGroupIds: [clientGroup] }),
            interfaceOf(server, "", { securityGroupIds: ["sg-server"] }),
            interfaceOf(stranger, "", { securityGroupIds: [strangerGroup, "sg-client"] }),
          ],
          { securityGroups: [fromClients, group("sg-client", []), group("sg-stranger", [])] },
        ),
      );
    await members("sg-stranger", "sg-stranger");
    assert.equal(await tryToReach(one!), "timeout");
    assert.equal(await reach(other!), `from ${stranger}`);
  });

  test("change for running tasks at once, while open connections live on", async () => {
    await apply(group("sg-server", [onPort]));
    const [one] = await tasks();
    assert.equal(await one!.tell({ op: "open", address: server, port, timeoutMs: answerMs }), reached);
    await apply(group("sg-server", []));
    assert.equal(await tryToReach(one!), "timeout");
    assert.equal(await one!.tell({ op: "say", timeoutMs: answerMs }), "still here");
    await apply(group("sg-server", [onPort]));
    assert.equal(await reach(one!), reached);
  });

  const rules: readonly (readonly [
    string,
    Partial<SecurityRuleSpec>,
    { tcp: boolean; udp: boolean; ping?: boolean },
  ])[] = [
    ["all protocols", { protocol: "-1" }, { tcp: true, udp: true, ping: true }],
    ["a port range", { protocol: "tcp", fromPort: 8000, toPort: 9000 }, { tcp: true, udp: false }],
    ["a range beside it", { protocol: "tcp", fromPort: 8081, toPort: 9000 }, { tcp: false, udp: false }],
    ["udp, all ports", { protocol: "udp", fromPort: 0, toPort: 65535 }, { tcp: false, udp: true }],
    ["a protocol number", { protocol: "17", fromPort: 8080, toPort: 8080 }, { tcp: false, udp: true }],
    ["icmp", { protocol: "icmp", fromPort: -1, toPort: -1 }, { tcp: false, udp: false, ping: true }],
    ["icmp echo", { protocol: "icmp", fromPort: 8, toPort: 0 }, { tcp: false, udp: false, ping: true }],
    ["icmp of another type", { protocol: "icmp", fromPort: 3, toPort: -1 }, { tcp: false, udp: false, ping: false }],
    ["another range", { protocol: "-1", peer: { cidr: "10.2.0.0/16" } }, { tcp: false, udp: false }],
    ["just the client", { protocol: "-1", peer: { cidr: `${client}/32` } }, { tcp: true, udp: true, ping: true }],
  ];
  test("match protocols, ports and ICMP types", async (t) => {
    await apply(group("sg-server", []));
    const [one] = await tasks();
    const ping = pingCommand(one!);
    if (ping === undefined) t.diagnostic("ICMP was left out: there is no program ping");
    for (const [name, rule, expected] of rules) {
      await apply(group("sg-server", [{ ...onPort, fromPort: -1, toPort: -1, ...rule }]));
      const found = {
        tcp: (await (expected.tcp ? reach : tryToReach)(one!)) === reached,
        udp: (await (expected.udp ? reach : tryToReach)(one!, "udp")) === reached,
      };
      assert.deepEqual(found, { tcp: expected.tcp, udp: expected.udp }, name);
      if (ping === undefined || expected.ping === undefined) continue;
      assert.equal(pings(one!, ping, expected.ping ? 60 : 1), expected.ping, name);
    }
  });
});

function pingCommand(sandbox: Sandbox): string[] | undefined {
  return [["ping"], ["busybox", "ping"]].find(([program]) => {
    try {
      return sandbox.run("sh", "-c", `command -v ${program}`) !== "";
    } catch {
      return false;
    }
  });
}

function pings(sandbox: Sandbox, ping: readonly string[], waitSeconds: number): boolean {
  try {
    sandbox.run(...ping, "-c", "1", "-W", String(waitSeconds), server);
    return true;
  } catch {
    return false;
  }
}
