import assert from "node:assert/strict";
import { test } from "node:test";
import type { NetworkBinding, PortMapping } from "#kernel/port-mapping.ts";
import { taskDocument } from "./metadata/documents.ts";
import { bindingsOf } from "./step/report.ts";
import { container, plainPayload } from "./testing/payloads.ts";
import { World } from "./testing/world.ts";

/** How tasks tell of the ports of the host that lead to their containers. */

const tcp = "tcp" as const;
const udp = "udp" as const;
const bindIP = "0.0.0.0";

type Case = readonly [
  name: string,
  networkMode: "bridge" | "host",
  mappings: readonly PortMapping[],
  bindings: readonly NetworkBinding[],
  v4: readonly (readonly [containerPort: number, hostPort: number, protocol: string])[],
];

/** The fake engine gives out ports from 32768 on. */
const cases: readonly Case[] = [
  [
    "a port that is named, one that is chosen, both protocols of one number",
    "bridge",
    [
      { containerPort: 80, hostPort: 8080, protocol: tcp },
      { containerPort: 53, hostPort: 0, protocol: tcp },
      { containerPort: 53, protocol: udp },
    ],
    [
      { bindIP, containerPort: 80, hostPort: 8080, protocol: tcp },
      { bindIP, containerPort: 53, hostPort: 32_768, protocol: tcp },
      { bindIP, containerPort: 53, hostPort: 32_769, protocol: udp },
    ],
    [
      [80, 8080, tcp],
      [53, 32_768, tcp],
      [53, 32_769, udp],
    ],
  ],
  [
    "a range beside a port: one binding, and port by port at the metadata endpoint",
    "bridge",
    [
      { containerPortRange: "8000-8002", protocol: udp },
      { containerPort: 80, protocol: tcp },
    ],
    [
      { bindIP, containerPortRange: "8000-8002", hostPortRange: "32768-32770", protocol: udp },
      { bindIP, containerPort: 80, hostPort: 32_771, protocol: tcp },
    ],
    [
      [8000, 32_768, udp],
      [8001, 32_769, udp],
      [8002, 32_770, udp],
      [80, 32_771, tcp],
    ],
  ],
  [
    "a port that is mapped more than once",
    "bridge",
    [
      { containerPort: 80, hostPort: 0, protocol: tcp },
      { containerPort: 80, hostPort: 8081, protocol: tcp },
      { containerPort: 80, hostPort: 8080, protocol: tcp },
      { containerPort: 80, hostPort: 0, protocol: tcp },
    ],
    [
      { bindIP, containerPort: 80, hostPort: 32_768, protocol: tcp },
      { bindIP, containerPort: 80, hostPort: 8081, protocol: tcp },
      { bindIP, containerPort: 80, hostPort: 8080, protocol: tcp },
      { bindIP, containerPort: 80, hostPort: 32_769, protocol: tcp },
    ],
    [
      [80, 32_768, tcp],
      [80, 8081, tcp],
      [80, 8080, tcp],
      [80, 32_769, tcp],
    ],
  ],
  [
    "the host's own network",
    "host",
    [{ containerPort: 80, hostPort: 80, protocol: tcp }],
    [{ bindIP, containerPort: 80, hostPort: 80, protocol: tcp }],
    [[80, 80, tcp]],
  ],
];

for (const [name, networkMode, portMappings, bindings, v4] of cases) {
  test(`${networkMode}: ${name}`, async () => {
    const task = plainPayload("b1", { networkMode, containers: [container("app", { portMappings })] });
    const world = new World({ latencyMs: 0 });
    await world.start();
    world.controlPlane.want(task);
    await world.run(5_000);
    const reported = () => world.controlPlane.reports.get(task.taskArn)!;
    assert.deepEqual(reported().containers[0]!.networkBindings, bindings);
    const { metadataId } = world.journal.entries.get("b1")!.memory.containers.app!;
    const { Containers } = taskDocument(world.agent!.findContainer(metadataId)!.task, "v4", { now: 0 }, false);
    const [{ Ports }] = Containers as [{ Ports: Record<string, unknown>[] }];
    const expected = v4.map(([ContainerPort, HostPort, Protocol]) => {
      return { ContainerPort, Protocol, HostPort, HostIp: "0.0.0.0" };
    });
    assert.deepEqual(Ports, expected);

    world.kill();
    await world.start();
    await world.run(5_000);
    assert.deepEqual(reported().containers[0]!.networkBindings, bindings, "a restarted agent says the same");
    world.controlPlane.stop(task.taskArn);
    await world.run(60_000);
    const { status, containers } = reported();
    const atEnd = networkMode === "host" ? bindings : undefined;
    assert.deepEqual([status, containers[0]!.networkBindings], ["STOPPED", atEnd], "what was told before holds");
  });
}

test("ports are told once each, as the mappings name them, in whatever order the engine lists them", async () => {
  const portMappings = [
    { containerPortRange: "80-81", protocol: tcp },
    { containerPort: 90, hostPort: 0, protocol: tcp },
    { containerPort: 90, hostPort: 9090, protocol: tcp },
  ];
  const task = plainPayload("b2", { networkMode: "bridge", containers: [container("app", { portMappings })] });
  const world = new World({ latencyMs: 0 });
  await world.start();
  world.controlPlane.want(task);
  await world.run(5_000);
  const { metadataId } = world.journal.entries.get("b2")!.memory.containers.app!;
  const known = world.agent!.findContainer(metadataId)!.task;
  const sandbox = known.live.sandbox!;
  const ports = sandbox.ports
    .flatMap((port) => [{ ...port, hostIp: "::", hostPort: port.hostPort + 100 }, port])
    .toReversed();
  const seen = { ...known, live: { ...known.live, sandbox: { ...sandbox, ports } } };
  assert.deepEqual(bindingsOf(seen, task.containers[0]!), [
    { bindIP, containerPortRange: "80-81", hostPortRange: "32768-32769", protocol: tcp },
    { bindIP, containerPort: 90, hostPort: 32_770, protocol: tcp },
    { bindIP, containerPort: 90, hostPort: 9090, protocol: tcp },
  ]);
});
