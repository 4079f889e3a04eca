import assert from "node:assert/strict";
import { test } from "node:test";
import { DriverError } from "#kernel/fault.ts";
import { checkAddresses } from "./check-addresses.ts";
import { freeLink, planHostRoutes, uplinks } from "./host-plan.ts";
import { range } from "./ipv4.ts";
import { namesOf } from "./names.ts";
import { linkAddresses, parseObserved } from "./observe.ts";

const names = namesOf("test");
const link = (vpcId: string) => names.link(vpcId);
const addressesOf = (vpcId: string) => linkAddresses(`169.254.64.${2 * Number(vpcId.slice(4))}`);
const one = { vpcId: "vpc-1", cidrs: ["10.1.0.0/16"] };
const two = { vpcId: "vpc-2", cidrs: ["10.2.0.0/16"] };
const added = `route replace 10.1.0.0/16 via 169.254.64.3 dev ${link("vpc-1")} src 169.254.64.2`;

test("routes to VPCs, where they overlap nothing", () => {
  const cases = [
    ["a free range", [one], [{ dst: "default", dev: "eth0" }], [added], 0],
    ["there already", [one], [{ dst: "10.1.0.0/16", dev: link("vpc-1") }], [], 0],
    ["a link's own two addresses", [one], [{ dst: "169.254.64.2/31", dev: link("vpc-1") }], [added], 0],
    [
      "no longer wanted",
      [],
      [{ dst: "10.2.0.0/16", dev: link("vpc-2") }],
      [`route del 10.2.0.0/16 dev ${link("vpc-2")}`],
      0,
    ],
    ["inside a route of the host", [one], [{ dst: "10.0.0.0/8", dev: "tun0" }], [], 1],
    ["around a route of the host", [one], [{ dst: "10.1.7.7", dev: "eth0" }], [], 1],
    ["inside another platform's VPC", [one], [{ dst: "10.1.0.0/16", dev: "evother" }], [], 1],
    ["inside an earlier VPC", [one, { ...two, cidrs: ["10.1.128.0/17"] }], [], [added], 1],
  ] as const;
  for (const [name, vpcs, routes, commands, problems] of cases) {
    const plan = planHostRoutes(vpcs, addressesOf, { routes }, names);
    assert.deepEqual(plan.commands, commands, name);
    assert.equal(plan.problems.length, problems, name);
  }
});

test("the ways out are the devices of default routes", () => {
  const routes = [
    { dst: "default", dev: "wlan0" },
    { dst: "default", dev: "br0" },
    { dst: "default", dev: "br0" },
    { dst: "10.0.0.0/8", dev: "tun0" },
  ];
  assert.deepEqual(uplinks({ routes }), ["br0", "wlan0"]);
});

test("links take the first free pair of addresses, until there is none", () => {
  const pool = "169.254.64.0/29";
  assert.equal(freeLink(pool, []).host, "169.254.64.0");
  assert.deepEqual(freeLink(pool, [range("169.254.64.0/31"), range("169.254.64.4/31")]), {
    host: "169.254.64.2",
    vpc: "169.254.64.3",
  });
  const full = (error: unknown) => error instanceof DriverError && error.reason === "NoSpace";
  assert.throws(() => freeLink(pool, [range("169.254.0.0/16")]), full);
});

test("addresses of the platform may not collide", () => {
  checkAddresses("169.254.172.1", "169.254.64.0/18");
  for (const [service, pool] of [
    ["10.0.0.1", "169.254.64.0/18"],
    ["169.254.64.9", "169.254.64.0/18"],
    ["169.254.169.254", "169.254.64.0/18"],
    ["169.254.172.1", "169.254.168.0/22"],
    ["169.254.172.1", "169.254.64.0/32"],
    ["x", "169.254.64.0/18"],
  ] as const) {
    assert.throws(() => checkAddresses(service, pool), { reason: "InvalidSpec" }, `${service} ${pool}`);
  }
});

test("names fit interfaces and differ by owner", () => {
  const other = namesOf("test-2");
  for (const name of [names.serviceBridge, names.link("vpc-0123456789abcdef0")]) assert.ok(name.length <= 15, name);
  assert.notEqual(names.link("vpc-1"), other.link("vpc-1"));
  assert.ok(!other.namespace("vpc-1").startsWith(names.namespacePrefix));
  for (const owner of ["", "A", "a b", "-a", "a.b", "x".repeat(41)]) assert.throws(() => namesOf(owner), DriverError);
});

test("what is on a host is told from what a crash left half made", () => {
  const links = [
    { ifname: "lo" },
    { ifname: link("vpc-1"), ifalias: "vpc-1" },
    { ifname: link("vpc-2") },
    { ifname: link("vpc-3"), ifalias: "vpc-3" },
  ];
  const addresses = [{}, { ifname: link("vpc-1"), addr_info: [{ local: "169.254.64.2" }] }];
  const inside = [
    { ifname: "link" },
    { ifname: "br0123456789ab", ifalias: "subnet-1" },
    { ifname: "br9999999999ab" },
    { ifname: "p0123456789abc", ifalias: "eni-1" },
    { ifname: "p9999999999abc" },
  ];
  const output = [
    ["links", links],
    ["addresses", addresses],
    ["routes", [{ dst: "default", gateway: "10.0.0.1", dev: "eth0" }]],
    ["namespace estiva-test.vpc-1", inside],
    ["namespace estiva-test.vpc-2", []],
  ].map(([title, json]) => `@${title}\n${JSON.stringify(json)}\n`);
  assert.deepEqual(parseObserved(output.join("\n"), names), {
    vpcs: [
      {
        vpcId: "vpc-1",
        addresses: { host: "169.254.64.2", vpc: "169.254.64.3" },
        subnetIds: ["subnet-1"],
        ports: [{ networkInterfaceId: "eni-1", device: "p0123456789abc" }],
        brokenDevices: ["br9999999999ab", "p9999999999abc"],
      },
    ],
    brokenNamespaces: ["estiva-test.vpc-2"],
    brokenLinks: [link("vpc-2"), link("vpc-3")],
    host: { routes: [{ dst: "default", dev: "eth0" }] },
  });
});
