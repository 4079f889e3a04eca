import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createDirectShell } from "#host/network/direct-shell.ts";
import { createHostNetwork } from "#host/network/linux-network.ts";
import { systemClock } from "#kernel/clock.ts";
import { silentLog } from "#kernel/controller.ts";
import { seededRandom, systemRandom } from "#kernel/random.ts";
import { Sandbox, whyNoPackets } from "../../../test/contracts/network/sandbox.ts";
import { interfaceSpec, vpcSpec } from "../../../test/contracts/network/specs.ts";
import type { DnsServer } from "./server.ts";
import { createVpcNames } from "./vpc-names.ts";
import { startVpcResolver, vpcView, withService } from "./vpc-resolver.ts";
import { createZones } from "./zones.ts";

test("a VPC's view knows its own addresses", () => {
  const vpc = vpcSpec(1, { region: "sa-east-1", interfaces: [interfaceSpec("10.1.0.10")] });
  const view = vpcView(vpc, undefined, seededRandom(1));
  assert.equal(view.lookup("ip-10-1-0-10.sa-east-1.compute.internal", 1)?.kind, "records");
  assert.equal(view.lookup("ip-10-1-0-11.sa-east-1.compute.internal", 1)?.kind, "no-name");
});

test("of the VPC's own domain and private ones, the longest answers", () => {
  const vpc = vpcSpec(1, { interfaces: [interfaceSpec("10.1.0.10")] });
  const zone = (name: string) => ({ name, negativeTtlSeconds: 9, sets: [] });
  const view = vpcView(vpc, createZones([zone("internal"), zone("x.ec2.internal")]), seededRandom(1));
  const zoneOf = (name: string) => {
    const answer = view.lookup(name, 1);
    return answer?.kind === "no-name" ? answer.zone : answer?.kind;
  };
  assert.equal(zoneOf("ip-10-1-0-10.ec2.internal"), "records");
  assert.equal(zoneOf("a.x.ec2.internal"), "x.ec2.internal");
  assert.equal(zoneOf("a.internal"), "internal");
  assert.equal(zoneOf("example.com"), undefined);
});

test("a namespace with the name of the VPC's own domain adds to it", () => {
  const vpc = vpcSpec(1, { interfaces: [interfaceSpec("10.1.0.10")] });
  const sets = [{ name: "db.ec2.internal", type: "A" as const, ttlSeconds: 5, answers: 8, values: ["10.1.0.9"] }];
  const zones = createZones([{ name: "ec2.internal", negativeTtlSeconds: 9, sets }]);
  const view = vpcView(vpc, zones, seededRandom(1));
  const kinds = ["db", "ip-10-1-0-10", "ip-10-1-0-11"].map((name) => view.lookup(`${name}.ec2.internal`, 1)?.kind);
  assert.deepEqual(kinds, ["records", "records", "no-name"]);
});

test("the platform's own address is found with a word before it, as SDKs write it", () => {
  const view = withService({ lookup: () => ({ kind: "no-name", zone: "." }) }, "169.254.172.1");
  const answer = { kind: "records", records: [{ type: "A", address: "169.254.172.1", ttlSeconds: 60 }] };
  for (const name of ["data-169.254.172.1", "stream-169.254.172.1", "api.169.254.172.1"]) {
    assert.deepEqual(view.lookup(name, 1), answer);
    assert.equal(view.lookup(name, 28)?.kind, "no-data");
  }
  for (const name of ["169.254.172.1", "1169.254.172.1", "a.b.169.254.172.1", "data-169.254.172.10"]) {
    assert.equal(view.lookup(name, 1)?.kind, "no-name", name);
  }
});

describe("the resolver of VPCs, from inside tasks", { skip: whyNoPackets() ?? false }, () => {
  const clock = systemClock();
  const shell = createDirectShell({ clock });
  const network = createHostNetwork({
    owner: `resolver-${process.pid}`,
    shell,
    clock,
    log: silentLog,
    hostServiceAddress: "169.254.172.43",
    linkPool: "169.254.98.0/24",
    ports: { metadata: 43679, dns: 43053, api: 43566 },
  });
  const [one, two] = [interfaceSpec("10.197.0.10"), interfaceSpec("10.198.0.10")];
  const sandboxes: Sandbox[] = [];
  const names = createVpcNames();
  let server: DnsServer;
  before(async () => {
    await network.prepare();
    server = await startVpcResolver({ network, names, port: 43053, clock, random: systemRandom(), log: silentLog });
    await network.apply({ vpcs: [vpcSpec(197, { interfaces: [one] }), vpcSpec(198, { interfaces: [two] })] });
    for (const { networkInterfaceId } of [one, two]) {
      const sandbox = await Sandbox.start();
      sandboxes.push(sandbox);
      await network.attach(networkInterfaceId, sandbox);
    }
  });
  after(async () => {
    await server?.close();
    for (const sandbox of sandboxes) await sandbox.end();
    await network.removeAll();
    await shell.close();
  });

  /** What a program in the task finds, asking the resolver at this address. */
  const resolve = (sandbox: Sandbox, resolver: string, name: string) =>
    sandbox.runInBackground(
      process.execPath,
      "-e",
      `const resolver = new (require("node:dns/promises").Resolver)({ timeout: 20_000, tries: 3 });
       resolver.setServers([${JSON.stringify(resolver)}]);
       resolver.resolve4(${JSON.stringify(name)}).then((found) => console.log(found[0]), (e) => console.log(e.code));`,
    );

  test("each VPC has its own names, under the address of its range and the fixed one", async () => {
    const [first, second] = sandboxes as [Sandbox, Sandbox];
    const name = "ip-10-197-0-10.ec2.internal";
    assert.equal(network.resolverAddress("vpc-197"), "10.197.0.2");
    assert.equal(await resolve(first, "10.197.0.2", name), "10.197.0.10\n");
    assert.equal(await resolve(first, "169.254.169.253", name), "10.197.0.10\n");
    assert.equal(await resolve(second, "10.198.0.2", name), "ENOTFOUND\n");
  });

  test("a private domain is its VPC's alone, from the moment that it is told of", async () => {
    const [first, second] = sandboxes as [Sandbox, Sandbox];
    const name = "web.example.internal";
    const set = { name, type: "A", ttlSeconds: 5, answers: 8, values: ["10.197.0.10"] } as const;
    const zone = { name: "example.internal", negativeTtlSeconds: 5, sets: [set] };
    names.apply({ vpcs: [{ vpcId: "vpc-197", zones: [zone] }] });
    assert.equal(await resolve(first, "10.197.0.2", name), "10.197.0.10\n");
    assert.notEqual(await resolve(second, "10.198.0.2", name), "10.197.0.10\n");
    names.apply({ vpcs: [{ vpcId: "vpc-197", zones: [{ ...zone, sets: [] }] }] });
    assert.equal(await resolve(first, "10.197.0.2", name), "ENOTFOUND\n");
  });
});
