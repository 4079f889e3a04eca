import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry } from "#kernel/store.ts";
import { type HostRecord, hostKey } from "../../model/host.ts";
import { aTask } from "../../testing.ts";
import { planPlacement, type SchedulerView, type SubnetCandidate } from "./plan.ts";

const awsvpcConfiguration = { subnets: ["s-1", "s-2"], securityGroups: ["sg"], assignPublicIp: "DISABLED" } as const;
const task = aTask({ awsvpcConfiguration });

function host(hostId: string, more: { status?: HostRecord["status"]; architecture?: string } = {}): Entry<HostRecord> {
  const registration = { hostId, architecture: more.architecture ?? "x86_64" } as HostRecord["registration"];
  return {
    key: hostKey(hostId),
    value: { registration, status: more.status ?? "ACTIVE", agentConnected: true, registeredAt: 0 },
    modRevision: 1,
    createRevision: 1,
  };
}

function subnet(subnetId: string, zone: string, zoneTasks: number, freeAddresses: number): SubnetCandidate {
  return { subnetId, availabilityZone: zone, zoneTasks, freeAddresses };
}

function view(
  subnets: readonly SubnetCandidate[],
  hosts = [host("h")],
  load: Record<string, number> = {},
): SchedulerView {
  return { hosts, tasksOn: (hostId) => load[hostId] ?? 0, subnets };
}

const subnetCases: readonly [string, SubnetCandidate[], string][] = [
  ["the zone with the fewest tasks of the group", [subnet("s-1", "a", 2, 99), subnet("s-2", "b", 1, 5)], "s-2"],
  ["in equal zones the most free addresses", [subnet("s-1", "a", 1, 5), subnet("s-2", "b", 1, 9)], "s-2"],
  ["in one zone the most free addresses", [subnet("s-1", "a", 1, 5), subnet("s-2", "a", 1, 9)], "s-2"],
  ["the first of equal ones", [subnet("s-1", "a", 1, 5), subnet("s-2", "b", 1, 5)], "s-1"],
  ["a full subnet is none", [subnet("s-1", "a", 0, 0), subnet("s-2", "b", 7, 1)], "s-2"],
];

for (const [name, subnets, expected] of subnetCases) {
  test(`subnet: ${name}`, () => {
    const placement = planPlacement(task, view(subnets));
    assert.equal(placement.type === "place" && placement.subnetId, expected);
    const zone = subnets.find(({ subnetId }) => subnetId === expected)!.availabilityZone;
    assert.equal(placement.type === "place" && placement.availabilityZone, zone);
  });
}

test("a group grows evenly over its zones, whatever room they have", () => {
  const counts = new Map([
    ["a", 0],
    ["b", 0],
    ["c", 0],
  ]);
  for (let i = 0; i < 20; i++) {
    const subnets = [...counts].map(([zone, count], j) => subnet(`s-${zone}`, zone, count, 1000 * (j + 1) - count));
    const placement = planPlacement(task, view(subnets));
    assert.ok(placement.type === "place");
    counts.set(placement.availabilityZone, counts.get(placement.availabilityZone)! + 1);
    assert.ok(Math.max(...counts.values()) - Math.min(...counts.values()) <= 1, [...counts].join(" "));
  }
});

test("host: the one of its architecture with the fewest tasks that is ACTIVE", () => {
  const hosts = [
    host("busy"),
    host("draining", { status: "DRAINING" }),
    host("arm", { architecture: "arm64" }),
    host("h"),
  ];
  const placement = planPlacement(task, view([subnet("s-1", "a", 0, 1)], hosts, { busy: 2, h: 1 }));
  assert.equal(placement.type === "place" && placement.hostId, "h");
});

test("without a host it waits, without an address it stops", () => {
  const waits = planPlacement(task, view([subnet("s-1", "a", 0, 1)], [host("arm", { architecture: "arm64" })]));
  assert.equal(
    waits.type === "wait" && waits.waitingFor,
    "a host with the architecture X86_64. Of 1 host, 1 miss an attribute that it requires " +
      "(ecs.cpu-architecture = x86_64).",
  );
  const stops = planPlacement(task, view([subnet("s-1", "a", 0, 0)]));
  assert.match((stops.type === "stop" && stops.change.stoppedReason) || "", /InsufficientFreeAddressesInSubnet/);
});

const reasons: Readonly<Record<string, readonly [SchedulerView, string]>> = {
  "one host, one subnet": [
    view([subnet("s-1", "a", 0, 5)]),
    "h is the only active host with the architecture X86_64. s-1 in a is its only subnet.",
  ],
  "several of both": [
    view([subnet("s-1", "a", 2, 9), subnet("s-2", "b", 1, 5)], [host("h"), host("i")], { h: 4, i: 3 }),
    "Of 2 active hosts with the architecture X86_64, i ran the fewest tasks (3). Of the 2 zones of its subnets, b " +
      "had the fewest tasks of family:app (1); there s-2 has the most free addresses (5).",
  ],
  "subnets of one zone": [
    view([subnet("s-1", "a", 1, 5), subnet("s-2", "a", 1, 9)]),
    "h is the only active host with the architecture X86_64. All its subnets are in a; s-2 has the most free " +
      "addresses (9).",
  ],
};

for (const [name, [seen, expected]] of Object.entries(reasons)) {
  test(`why there: ${name}`, () => {
    const placement = planPlacement({ ...task, group: "family:app" }, seen);
    assert.equal(placement.type === "place" && placement.why, expected);
  });
}

test("a task that has its container instance goes to that one's host, and to a subnet in its zone", () => {
  const instance = { id: "i", hostId: "own" };
  const containerInstanceArn = "arn:aws:ecs:us-east-1:000000000000:container-instance/web/i";
  const placed = aTask({ awsvpcConfiguration, containerInstanceArn, availabilityZone: "b", launchType: "EC2" });
  const subnets = [subnet("s-1", "a", 0, 9), subnet("s-2", "b", 5, 1)];
  const there = planPlacement(placed, { ...view(subnets), instance });
  assert.deepEqual(there.type === "place" && [there.hostId, there.subnetId, there.availabilityZone], [
    "own",
    "s-2",
    "b",
  ]);
  const { awsvpcConfiguration: _, ...bridged } = placed;
  const bridge = planPlacement(bridged, { ...view([]), instance });
  assert.deepEqual(bridge.type === "place" && [bridge.hostId, bridge.availabilityZone], ["own", "b"]);
  const gone = planPlacement(bridged, view([]));
  assert.match((gone.type === "stop" && gone.change.stoppedReason) || "", /no longer registered/);
  const full = planPlacement(placed, { ...view([subnet("s-1", "a", 0, 9), subnet("s-2", "b", 5, 0)]), instance });
  assert.match((full.type === "stop" && full.change.stoppedReason) || "", /InsufficientFreeAddressesInSubnet/);
});
