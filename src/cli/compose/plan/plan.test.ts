import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Task } from "#generated/ecs/types.ts";
import { projectOf } from "../testing.ts";
import { chooseCidr, routedRanges } from "./cidr.ts";
import { fingerprint, repositoryOf } from "./names.ts";
import { readinessOf, type Watched } from "./readiness.ts";
import { taskDefinitionOf } from "./task-definition.ts";

test("a project's range overlaps none that is taken", () => {
  const cases: [seed: number, taken: string[], cidr: string | undefined][] = [
    [0, [], "10.100.0.0/22"],
    [1023, [], "10.115.252.0/22"],
    [1, ["10.100.4.0/24"], "10.100.8.0/22"],
    [0, ["10.100.0.0/16", "172.17.0.0/16", "192.168.1.7/24", "fe80::1/64"], "10.101.0.0/22"],
    [1023, ["10.115.255.255/32"], "10.100.0.0/22"],
    [5, ["10.0.0.0/8"], undefined],
    [5, ["0.0.0.0/0"], undefined],
  ];
  for (const [seed, taken, cidr] of cases) assert.equal(chooseCidr(seed, taken), cidr, `${seed} ${taken}`);
});

test("what a machine has routes to is taken, the world apart", () => {
  const table =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n" +
    "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0  \n" +
    "ev1\t0000640A\t0140FEA9\t0003\t0\t0\t0\t00FCFFFF\t0\t0\t0  \n" +
    "ev1\t0040FEA9\t00000000\t0001\t0\t0\t0\tFEFFFFFF\t0\t0\t0  \n";
  assert.deepEqual(routedRanges(table), ["10.100.0.0/22", "169.254.64.0/31"]);
  assert.equal(chooseCidr(0, routedRanges(table)), "10.100.4.0/22");
});

test("names and fingerprints", () => {
  assert.equal(repositoryOf("shop", "web"), "shop/web");
  assert.equal(repositoryOf("shop_", "My__Web_"), "shop/my-web");
  assert.equal(fingerprint({ a: 1, b: [{ c: 2, d: undefined }] }), fingerprint({ b: [{ c: 2 }], a: 1 }));
  assert.notEqual(fingerprint({ a: [1, 2] }), fingerprint({ a: [2, 1] }));
});

test("secrets are written by a container before the service's own", () => {
  const text =
    "services: {web: {image: a, secrets: [pw, {source: pw, target: x/it's}]}}\nsecrets: {pw: {external: true}}";
  const { project } = projectOf(text);
  const definition = taskDefinitionOf(project.services[0]!, {
    ...{
      project: "p",
      region: "us-east-1",
      image: "a",
      executionRoleArn: "role",
      taskRoleArn: "task-role",
      helperImage: "busybox",
    },
    secrets: new Map([["pw", "arn:pw:::v1"]]),
  });
  const [app, writer] = definition.containerDefinitions;
  assert.deepEqual(app!.dependsOn, [{ containerName: "estiva-secrets", condition: "SUCCESS" }]);
  assert.equal(writer!.essential, false);
  assert.deepEqual(
    writer!.secrets?.map(({ valueFrom }) => valueFrom),
    ["arn:pw:::v1", "arn:pw:::v1"],
  );
  assert.deepEqual(writer!.command?.[0]?.split("\n"), [
    "set -e",
    `printf %s "$SECRET_0" > '/run/secrets/pw'`,
    "chmod 0444 '/run/secrets/pw'",
    "chown 0:0 '/run/secrets/pw'",
    `mkdir -p "$(dirname '/run/secrets/x/it'\\''s')"`,
    `printf %s "$SECRET_1" > '/run/secrets/x/it'\\''s'`,
    "chmod 0444 '/run/secrets/x/it'\\''s'",
    "chown 0:0 '/run/secrets/x/it'\\''s'",
  ]);
});

describe("whether a service is where another may start", () => {
  const service: Watched = {
    kind: "service",
    replicas: 2,
    hasHealthCheck: true,
    taskDefinitionArn: "d:2",
    sinceSeconds: 100,
  };
  const job: Watched = { ...service, kind: "job", replicas: 1, hasHealthCheck: false };
  const task = (lastStatus: string, parts: Partial<Task> = {}): Task => ({
    ...{ lastStatus, desiredStatus: lastStatus === "STOPPED" ? "STOPPED" : "RUNNING", taskDefinitionArn: "d:2" },
    ...{ taskArn: "t/0123456789", createdAt: 101 as never, ...parts },
  });
  const healthy = task("RUNNING", { healthStatus: "HEALTHY" });
  const running = task("RUNNING", { healthStatus: "UNKNOWN" });
  const ended = (exitCode?: number, parts: Partial<Task> = {}) =>
    task("STOPPED", {
      containers: [{ ...(exitCode !== undefined && { exitCode }) }],
      stopCode: "EssentialContainerExited",
      ...parts,
    });
  const unpulled = ended(undefined, { stoppedReason: "CannotPullContainerError: no such image" });
  const scaledIn = ended(0, { stopCode: "ServiceSchedulerInitiated" });
  const cases: [
    name: string,
    watched: Watched,
    condition: Parameters<typeof readinessOf>[1],
    tasks: Task[],
    result: string,
  ][] = [
    ["no tasks", service, "service_started", [], "waiting 0/2 no task yet"],
    ["one of two", service, "service_started", [running, task("PENDING")], "waiting 1/2 PENDING"],
    ["both", service, "service_started", [running, running], "ready"],
    [
      "those of another revision do not count",
      service,
      "service_started",
      [running, { ...running, taskDefinitionArn: "d:1" }],
      "waiting 1/2 RUNNING",
    ],
    [
      "those on their way out neither",
      service,
      "service_started",
      [running, { ...running, desiredStatus: "STOPPED" }],
      "waiting 1/2 RUNNING",
    ],
    ["not yet healthy", service, "service_healthy", [healthy, running], "waiting 1/2 health check"],
    ["healthy", service, "service_healthy", [healthy, healthy], "ready"],
    [
      "without a check running is enough",
      { ...service, hasHealthCheck: false },
      "service_healthy",
      [running, running],
      "ready",
    ],
    [
      "unhealthy",
      service,
      "service_healthy",
      [task("RUNNING", { healthStatus: "UNHEALTHY" })],
      "failed is unhealthy (task 01234567)",
    ],
    [
      "an image that is not there",
      service,
      "service_started",
      [unpulled],
      "failed did not run: CannotPullContainerError: no such image",
    ],
    ["two ends are borne", service, "service_started", [ended(1), ended(1)], "waiting 0/2 no task yet"],
    ["three are not", service, "service_started", [ended(1), ended(1), ended(3)], "failed exited with 3"],
    [
      "nor do earlier ones count",
      service,
      "service_started",
      [ended(1), ended(1), ended(3, { createdAt: 99 as never })],
      "waiting 0/2 no task yet",
    ],
    ["scaled in is no failure", service, "service_started", [scaledIn, scaledIn, scaledIn, running, running], "ready"],
    ["a job that runs has started", job, "service_started", [running], "ready"],
    ["and has not completed", job, "service_completed_successfully", [running], "waiting RUNNING"],
    ["now it has", job, "service_completed_successfully", [ended(0)], "ready"],
    ["one that failed", job, "service_completed_successfully", [ended(2)], "failed exited with 2"],
    [
      "one that never ran",
      job,
      "service_started",
      [unpulled],
      "failed did not run: CannotPullContainerError: no such image",
    ],
    ["none wanted", { ...service, replicas: 0 }, "service_started", [], "ready"],
  ];
  for (const [name, watched, condition, tasks, result] of cases) {
    test(name, () => {
      const { state, ...rest } = readinessOf(watched, condition, tasks);
      assert.equal(["text" in rest ? `${state} ${rest.text}` : state].join(), result);
    });
  }
});
