import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import { readConstraints } from "./constraint.ts";
import type { FailureReason } from "./filters.ts";
import type { Instance } from "./instance.ts";
import { createPool } from "./pool.ts";
import { compileRequest, type RequestSpec } from "./request.ts";
import { explanationInWords, unableToPlaceEvent, zoneBalanceEvent } from "./words.ts";

const spec: RequestSpec = { group: "service:web", cpu: 256, memoryMiB: 512, strategies: [] };

function instance(id: string, more: Partial<Instance> = {}): Instance {
  const attributes = new Map([["ecs.availability-zone", "az-1"]]);
  return { id, status: "ACTIVE", agentConnected: true, attributes, cpu: 1024, memoryMiB: 1024, ...more };
}

function explained(instances: readonly Instance[], more: Partial<RequestSpec> = {}) {
  const pool = createPool(instances, { random: seededRandom(1) });
  const request = compileRequest({ ...spec, ...more });
  return { pool, request, explanation: pool.explain(request) };
}

const start = "(service web) was unable to place a task because no container instance met all of its requirements.";
const end = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";

describe("why a task cannot be placed", () => {
  const table: [
    reason: FailureReason,
    on: Partial<Instance>,
    asked: Partial<RequestSpec>,
    event: string,
    words: string,
  ][] = [
    [
      "RESOURCE:CPU",
      { cpu: 128 },
      {},
      "has insufficient CPU units available",
      "1 have less than 256 CPU units left (the most is 128 on i)",
    ],
    [
      "RESOURCE:MEMORY",
      { memoryMiB: 256 },
      {},
      "has insufficient memory available",
      "1 have less than 512 MiB of memory left (the most is 256 on i)",
    ],
    [
      "RESOURCE:GPU",
      {},
      { gpuCount: 1 },
      'encountered error "RESOURCE:GPU"',
      "1 have less than 1 GPUs left (the most is 0 on i)",
    ],
    [
      "RESOURCE:PORTS",
      { reservedPorts: [{ port: 80, protocol: "tcp" }] },
      { ports: [{ port: 80, protocol: "tcp" }] },
      "is already using a port required by your task",
      "1 have a port taken that it needs (80/tcp), or 100 ports reserved",
    ],
    [
      "RESOURCE:ENI",
      { networkInterfaces: 0 },
      { networkInterface: true },
      'encountered error "RESOURCE:ENI"',
      "1 have no network interface left (the most is 0 on i)",
    ],
    [
      "ATTRIBUTE",
      {},
      { attributes: [{ name: "ecs.capability.task-eni" }] },
      "is missing an attribute required by your task",
      "1 miss an attribute that it requires (ecs.capability.task-eni)",
    ],
    [
      "LOCATION",
      {},
      { zones: ["az-2"] },
      'encountered error "LOCATION"',
      "1 are in another zone than its subnets (az-2)",
    ],
    ["AGENT", { agentConnected: false }, {}, "doesn't have the agent connected", "1 have no agent connected"],
    [
      "MemberOf placement constraint unsatisfied.",
      {},
      { constraints: readConstraints([{ type: "memberOf", expression: "attribute:stack == prod" }]) },
      'encountered error "MemberOf placement constraint unsatisfied."',
      "1 do not meet 'attribute:stack == prod'",
    ],
  ];
  for (const [reason, on, asked, event, words] of table) {
    test(reason, () => {
      const { pool, request, explanation } = explained([instance("i", on)], asked);
      assert.equal(pool.place(request), undefined);
      assert.deepEqual(pool.check("i", request), [reason]);
      assert.deepEqual(explanation.failures, [{ instanceId: "i", reason }]);
      assert.equal(
        unableToPlaceEvent("web", explanation),
        `${start} The closest matching (container-instance i) ${event}. Of 1 container instance, ${words}. ${end}`,
      );
      assert.equal(explanationInWords(explanation), `Of 1 container instance, ${words}.`);
    });
  }

  test("distinctInstance", () => {
    const constraints = readConstraints([{ type: "distinctInstance" }]);
    const { pool, request } = explained([instance("i")], { constraints });
    pool.place(request);
    const reason = "DistinctInstance placement constraint unsatisfied.";
    assert.deepEqual(pool.explain(request).failures, [{ instanceId: "i", reason }]);
    assert.match(unableToPlaceEvent("web", pool.explain(request)), /encountered error "DistinctInstance placement/);
  });

  test("a hundred host ports is the most of an instance", () => {
    const reservedPorts = Array.from({ length: 100 }, (_, i) => ({ port: 1000 + i, protocol: "udp" as const }));
    const { explanation } = explained([instance("i", { reservedPorts })], { ports: [{ port: 80, protocol: "tcp" }] });
    assert.equal(explanation.closest?.reason, "RESOURCE:PORTS");
  });

  test("counts what each instance lacks first, and names the one with the most room", () => {
    const { explanation } = explained([
      instance("a", { memoryMiB: 100 }),
      instance("b", { memoryMiB: 300, cpu: 100 }),
      instance("c", { memoryMiB: 200 }),
      instance("d", { cpu: 200 }),
      instance("e", { status: "DRAINING" }),
    ]);
    assert.deepEqual(
      explanation.rejections.map(({ reason, instancesCount, nearest }) => [reason, instancesCount, nearest]),
      [
        ["RESOURCE:MEMORY", 2, { instanceId: "c", needed: 512, room: 200 }],
        ["RESOURCE:CPU", 2, { instanceId: "d", needed: 256, room: 200 }],
        ["INACTIVE", 1, undefined],
      ],
    );
    // d lacks 56 of 256, c 312 of 512.
    assert.deepEqual(explanation.closest, { instanceId: "d", reason: "RESOURCE:CPU" });
    assert.equal(
      explanationInWords(explanation),
      "Of 5 container instances, 2 have less than 512 MiB of memory left (the most is 200 on c); " +
        "2 have less than 256 CPU units left (the most is 200 on d); 1 are not ACTIVE.",
    );
  });

  test("without instances, or with none that is ACTIVE", () => {
    const none = `${start} Reason: No Container Instances were found in your cluster. ${end}`;
    assert.equal(unableToPlaceEvent("web", explained([]).explanation), none);
    assert.equal(explanationInWords(explained([]).explanation), "There are no container instances.");
    assert.equal(unableToPlaceEvent("web", explained([instance("i", { status: "DRAINING" })]).explanation), none);
    assert.match(
      unableToPlaceEvent("web", explained([]).explanation, "capacity provider"),
      /in your capacity provider\./,
    );
  });

  test("there is room", () => {
    const { explanation } = explained([instance("a"), instance("b", { cpu: 1 })]);
    assert.equal(explanation.fittingCount, 1);
    assert.equal(explanationInWords(explanation), "Of 2 container instances, 1 can take it.");
  });
});

test("the events of rebalancing", () => {
  const counts = new Map([
    ["a", 3],
    ["b", 1],
    ["c", 0],
  ]);
  assert.equal(
    zoneBalanceEvent("web", counts, "STARTED"),
    "(service web) is not AZ balanced with 3 tasks in a, 1 tasks in b, and 0 tasks in c. AZ Rebalancing in progress.",
  );
  assert.equal(
    zoneBalanceEvent(
      "web",
      new Map([
        ["a", 2],
        ["b", 2],
      ]),
      "COMPLETED",
    ),
    "(service web) is AZ balanced with 2 tasks in a and 2 tasks in b.",
  );
});
