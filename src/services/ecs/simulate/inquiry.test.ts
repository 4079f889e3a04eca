import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CreateServiceRequest } from "#generated/ecs/types.ts";
import { seededRandom } from "#kernel/random.ts";
import { at, ready, tasksTo } from "../../../../test/support/ecs-services.ts";
import { hostKey } from "../model/host.ts";
import { servicePath } from "../model/service.ts";
import { tasks } from "../model/task.ts";
import { operations } from "../operations/index.ts";
import { type SimulationAnswer, simulateInquiry } from "./inquiry.ts";

/** A service in a store in memory that has come to rest, on one host. */
async function settled(fields: Partial<CreateServiceRequest> = {}) {
  const { world, create, update, schedule } = await ready();
  await world.call(operations, "RegisterTaskDefinition", {
    ...{ family: "checked", networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"], cpu: "256", memory: "512" },
    containerDefinitions: [{ name: "app", image: "app:1", healthCheck: { command: ["CMD", "true"], interval: 10 } }],
  });
  await addHost("host-1");
  await create(fields);
  for (let i = 0; i < 3; i++) {
    await schedule();
    await world.clock.advance(1_500);
    await tasksTo(world, "RUNNING");
    await world.clock.advance(40_000);
  }
  await putTasksOn("host-1");
  const { store, clock, random } = world;
  const options = { store: store.as("api"), clock, random, settleSeconds: 40, canAssume: () => true };
  const inquiry = simulateInquiry({ ...options, progressOf: () => undefined });
  const asker = { caller: world.context().caller, account: at.account, region: at.region };
  const ask = async (question: object) => {
    const asked = inquiry.parse({ cluster: "web", service: "app", ...question });
    return (await inquiry.answer(asked, asker)) as SimulationAnswer;
  };
  return { world, ask, update, schedule, addHost, needs: inquiry.needs };

  async function addHost(hostId: string): Promise<void> {
    const registration = { hostId, architecture: "x86_64", cpuCores: 4, memoryMiB: 1000 };
    const value = { registration, status: "ACTIVE", agentConnected: true, registeredAt: 0 };
    await world.store.as("ecs.agent").commit({ put: [{ key: hostKey(hostId), value }] });
  }

  async function putTasksOn(hostId: string): Promise<void> {
    const own = world.store.view(tasks).by("service", servicePath(at));
    const put = own.map(({ key, value }) => ({ key, value: { ...value, hostId } }));
    await world.store.as("ecs.task").commit({ put });
  }
}

const percent = (minimumHealthyPercent: number, maximumPercent: number) => ({
  deploymentConfiguration: { minimumHealthyPercent, maximumPercent },
});
const breaker = (rollback: boolean) => ({
  deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback } },
});

interface Case {
  readonly service?: Partial<CreateServiceRequest>;
  readonly question: object;
  readonly hosts?: readonly string[];
  /** Seconds and words; a prefix of each. */
  readonly steps: readonly string[];
  readonly ending?: SimulationAnswer["ending"];
  readonly lowest: number;
  readonly most: number;
  readonly counts?: readonly [started: number, stopped: number, failed: number];
  readonly waits?: RegExp;
}

const cases: Readonly<Record<string, Case>> = {
  nothing: { question: {}, steps: [], lowest: 2, most: 2 },
  "scale out": {
    question: { scale: 5 },
    steps: [
      "0 UpdateService: the desired count is 5.",
      "0 Starts 3 tasks of hello:1.",
      "1.5 3 tasks of hello:1 reached RUNNING.",
      "41.5 Event: (service app) has reached a steady state.",
    ],
    ...{ lowest: 2, most: 5, counts: [3, 0, 0] },
  },
  "scale in": {
    service: { desiredCount: 4 },
    question: { scale: 1 },
    steps: [
      "0 UpdateService: the desired count is 1.",
      "0 Stops 3 tasks of hello:1 (too many).",
      "0 Event: (service app) has reached a steady state.",
      "2 3 tasks of hello:1 reached STOPPED.",
    ],
    ...{ lowest: 1, most: 4, counts: [0, 3, 0] },
  },
  deploy: {
    question: { deploy: "hello:2" },
    steps: [
      "0 UpdateService: the task definition is hello:2.",
      "0 Starts 2 tasks of hello:2.",
      "1.5 2 tasks of hello:2 reached RUNNING.",
      "41.5 Stops 2 tasks of hello:1 (replaced).",
      "41.5 Event: (service app) (deployment ecs-svc/",
      "41.5 Event: (service app) has reached a steady state.",
      "43.5 2 tasks of hello:1 reached STOPPED.",
    ],
    ...{ lowest: 2, most: 4, counts: [2, 2, 0] },
  },
  "deploy without room above the desired count": {
    service: percent(50, 100),
    question: { deploy: "hello:2" },
    steps: [
      "0 UpdateService",
      "0 Stops 1 task of hello:1 (replaced).",
      "0 Starts 1 task of hello:2.",
      "1.5 1 task of hello:2 reached RUNNING.",
      "2 1 task of hello:1 reached STOPPED.",
      "41.5 Stops 1 task of hello:1 (replaced).",
      "41.5 Starts 1 task of hello:2.",
      "43 1 task of hello:2 reached RUNNING.",
      "43.5 1 task of hello:1 reached STOPPED.",
      "83 Event: (service app) (deployment ecs-svc/",
      "83 Event: (service app) has reached a steady state.",
    ],
    ...{ lowest: 1, most: 2, counts: [2, 2, 0] },
  },
  "deploy, and new tasks do not start: the breaker rolls back": {
    service: breaker(true),
    question: { deploy: "hello:2", fail: "start" },
    steps: [
      "0 UpdateService",
      "0 Starts 2 tasks of hello:2.",
      "1.5 2 tasks of hello:2 failed to start.",
      "1.5 Starts 2 tasks of hello:2.",
      "3 2 tasks of hello:2 failed to start.",
      "3 Event: (service app) (deployment ecs-svc/",
      "3 Event: (service app) rolling back to deployment ecs-svc/",
      "3 Event: (service app) (deployment ecs-svc/",
      "3 Event: (service app) has reached a steady state.",
    ],
    ...{ lowest: 2, most: 4, counts: [4, 0, 4] },
  },
  "deploy, and the breaker fails it": {
    service: breaker(false),
    question: { deploy: "hello:2", fail: "start" },
    steps: [
      "0 UpdateService",
      "0 Starts 2 tasks of hello:2.",
      "1.5 2 tasks of hello:2 failed to start.",
      "1.5 Starts 2 tasks of hello:2.",
      "3 2 tasks of hello:2 failed to start.",
      "3 Event: (service app) (deployment ecs-svc/",
    ],
    ending: "waits",
    ...{ lowest: 2, most: 4, counts: [4, 0, 4], waits: /has FAILED and starts no more/ },
  },
  "kill tasks": {
    question: { killTasks: 1 },
    steps: [
      "0 Of the running tasks 1 ends by itself.",
      "0 Starts 1 task of hello:1.",
      "1.5 1 task of hello:1 reached RUNNING.",
      "41.5 Event: (service app) has reached a steady state.",
    ],
    ...{ lowest: 1, most: 2, counts: [1, 0, 0] },
  },
  "deploy, and tasks end in the middle of it": {
    service: percent(100, 150),
    question: { deploy: "hello:2", killTasks: 1, afterSeconds: 20 },
    steps: [
      "0 UpdateService",
      "0 Starts 1 task of hello:2.",
      "1.5 1 task of hello:2 reached RUNNING.",
      "20 Of the running tasks 1 ends by itself.",
      "20 Starts 1 task of hello:1.",
      "21.5 1 task of hello:1 reached RUNNING.",
      "41.5 Stops 1 task of hello:1 (replaced).",
      "41.5 Starts 1 task of hello:2.",
      "43 1 task of hello:2 reached RUNNING.",
      "43.5 1 task of hello:1 reached STOPPED.",
      "83 Stops 1 task of hello:1 (replaced).",
      "83 Event: (service app) (deployment ecs-svc/",
      "83 Event: (service app) has reached a steady state.",
      "85 1 task of hello:1 reached STOPPED.",
    ],
    ...{ lowest: 1, most: 3, counts: [3, 2, 0] },
  },
  "tasks end when all has long been steady": {
    question: { killTasks: 1, afterSeconds: 600 },
    steps: [
      "600 Of the running tasks 1 ends by itself.",
      "600 Starts 1 task of hello:1.",
      "601.5 1 task of hello:1 reached RUNNING.",
      "641.5 Event: (service app) has reached a steady state.",
    ],
    ...{ lowest: 1, most: 2, counts: [1, 0, 0] },
  },
  "one host dies, and there is another": {
    question: { hostDies: true },
    hosts: ["host-2"],
    steps: [
      "0 The host host-1 dies with 2 tasks of the service; 1 host left.",
      "0 Starts 2 tasks of hello:1.",
      "1.5 2 tasks of hello:1 reached RUNNING.",
      "41.5 Event: (service app) has reached a steady state.",
    ],
    ...{ lowest: 0, most: 2, counts: [2, 0, 0] },
  },
  "the only host dies": {
    question: { hostDies: "host-1" },
    steps: ["0 The host host-1 dies with 2 tasks of the service; 0 hosts left.", "0 Starts 2 tasks of hello:1."],
    ending: "waits",
    ...{ lowest: 0, most: 2, counts: [2, 0, 0], waits: /^2 tasks cannot be placed/ },
  },
  "health checks that fail": {
    service: { taskDefinition: "checked:1", desiredCount: 0, ...breaker(false) },
    question: { scale: 1, fail: "health" },
    steps: [
      "0 UpdateService",
      "0 Starts 1 task of checked:1.",
      "2 1 task of checked:1 reached RUNNING.",
      "12 1 task of checked:1 failed health checks.",
      "12 Starts 1 task of checked:1.",
      "12 Event: (service app) (task",
    ],
    ending: "goes on",
    ...{ lowest: 0, most: 2 },
  },
  "scale out, and what is new ends again and again": {
    question: { scale: 3, fail: "exit" },
    steps: ["0 UpdateService", "0 Starts 1 task of hello:1.", "1.5 1 task of hello:1 reached RUNNING."],
    ending: "keeps failing",
    ...{ lowest: 2, most: 3 },
  },
  "tasks that end again and again": {
    question: { deploy: "hello:2", fail: "exit" },
    steps: ["0 UpdateService", "0 Starts 2 tasks of hello:2.", "1.5 2 tasks of hello:2 reached RUNNING."],
    ending: "keeps failing",
    ...{ lowest: 2, most: 4 },
  },
};

describe("what would happen", () => {
  for (const [title, each] of Object.entries(cases)) {
    test(title, async () => {
      const { ask, addHost } = await settled(each.service);
      for (const host of each.hosts ?? []) await addHost(host);
      const told = await ask(each.question);
      const steps = told.steps.flatMap(({ afterMs, words }) => words.map((text) => `${afterMs / 1000} ${text}`));
      assert.equal(told.ending, each.ending ?? "steady", JSON.stringify(steps.slice(0, 30), undefined, 1));
      if (told.ending === "steady" || told.ending === "waits")
        assert.equal(steps.length, each.steps.length, `${steps}`);
      assert.deepEqual(
        each.steps,
        each.steps.map((step, i) => (steps[i]?.startsWith(step) ? step : steps[i])),
      );
      assert.deepEqual([told.lowestHealthy.count, told.mostThere.count], [each.lowest, each.most]);
      const { startedTasks, stoppedTasks, failedTasks } = told;
      assert.equal(told.furtherSteps > 0, told.steps.length === 500);
      if (each.counts !== undefined) assert.deepEqual([startedTasks, stoppedTasks, failedTasks], each.counts);
      if (each.waits !== undefined) assert.match(told.waitsFor.join("\n"), each.waits);
    });
  }

  test("pauses are told, and continued", async () => {
    const deploymentConfiguration = {
      strategy: "BLUE_GREEN",
      lifecycleHooks: [{ targetType: "PAUSE", lifecycleStages: ["POST_SCALE_UP"] }],
    } as const;
    const { ask, update } = await settled();
    await update({ deploymentConfiguration } as Parameters<typeof update>[0]);
    const { steps, ending } = await ask({ deploy: "hello:2" });
    assert.equal(ending, "steady");
    const words = steps.flatMap((step) => step.words);
    assert.ok(
      words.includes(
        "The lifecycle hook post-scale-up-0 of POST_SCALE_UP pauses the deployment; taken as " + "continued at once.",
      ),
      words.join("\n"),
    );
  });
});

describe("a question", () => {
  const mistakes: readonly (readonly [object, RegExp])[] = [
    [{ scale: -1 }, /^scale must be a whole number of at least 0\.$/],
    [{ killTasks: 0 }, /^killTasks must be a whole number of at least 1\.$/],
    [{ scale: 1, afterSeconds: 5 }, /^afterSeconds says when tasks end \(killTasks\) or a host dies \(hostDies\)\.$/],
    [{ killTasks: 3 }, /^Only 2 tasks of the service run\.$/],
    [{ hostDies: "host-7" }, /^There is no host host-7\. There are: host-1\.$/],
    [{ deploy: "hello:9" }, /^TaskDefinition not found\.$/],
    [{ fail: "often" }, /^fail must be one of: start, exit, health\.$/],
    [{ fail: "health" }, /^No essential container and no load balancer of the service has a health check/],
    [{ when: "now" }, /^There is no field when\. There are: cluster, service, scale, /],
    [{ service: "other" }, /^Service not found\.$/],
  ];
  for (const [question, message] of mistakes) {
    test(`is refused: ${JSON.stringify(question)}`, async () => {
      const { ask } = await settled();
      await assert.rejects(ask(question), { name: "Fault", message });
    });
  }

  test("needs the rights to see what it is about", async () => {
    const { needs } = await settled();
    const question = { cluster: "web", service: "app", deploy: "hello:2" };
    assert.deepEqual(needs(question), [
      { operation: "DescribeServices", input: { cluster: "web", services: ["app"] } },
      { operation: "DescribeTaskDefinition", input: { taskDefinition: "hello:2" } },
    ]);
  });
});

test("whatever is asked, nothing is touched, and a deployment keeps to its bounds", async () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = seededRandom(seed);
    const draw = <T>(...values: readonly T[]): T => values[Math.floor(random.float() * values.length)]!;
    const [lowPercent, highPercent] = [draw(0, 50, 75, 100), draw(100, 125, 150, 200)];
    if (lowPercent === 100 && highPercent === 100) continue;
    const { world, ask } = await settled({
      desiredCount: draw(1, 2, 5, 9),
      deploymentConfiguration: {
        ...{ minimumHealthyPercent: lowPercent, maximumPercent: highPercent },
        deploymentCircuitBreaker: { enable: draw(true, false), rollback: true },
      },
    });
    let commits = 0;
    const observed = world.store.observe(() => commits++);
    const question = { deploy: "hello:2", ...draw({}, {}, { fail: "start" }, { fail: "exit" }) };
    const told = await ask(question);
    assert.equal(commits, 0, `seed ${seed}: something was written`);
    observed.close();
    assert.ok(told.lowestHealthy.count >= told.floor, `seed ${seed}: ${told.lowestHealthy.count} of ${told.floor}`);
    assert.ok(told.mostThere.count <= told.ceiling, `seed ${seed}: ${told.mostThere.count} of ${told.ceiling}`);
    assert.deepEqual(await ask(question), told, `seed ${seed}: asked again, it is another story`);
  }
});
