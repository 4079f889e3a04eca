import assert from "node:assert/strict";
import { test } from "node:test";
import {
  DescribeTasksCommand,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { hasReason } from "#host/runtime/docker/errors.ts";
import { noProxy } from "../contracts/load-balancer/loopback.ts";
import { balancedServices, webServer } from "../support/balanced-services.ts";
import { type FailedRequest, startLoad } from "../support/load.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { cluster, register } from "../support/tasks.ts";
import { until } from "../support/until.ts";

/** Ten rolling deployments of a service under steady load, tasks and the platform killed: no request fails. */

const shared = await sharePlatform();
const { balance, clientInVpc, described, stable, serve } = balancedServices(shared);
const service = "steady";
const deployments = 10;

test("ten rolling deployments, killed tasks and a killed platform lose no request", {
  skip: shared.skip ?? noProxy ?? false,
}, async (t) => {
  const balanced = await balance(service);
  const versions = [];
  for (const version of ["one", "two"]) versions.push(await register(shared.clients, version, [webServer(version)]));
  await serve(service, versions[0]!, balanced);
  const load = await startLoad(await clientInVpc(), {
    hosts: balanced.nodes,
    workers: 8,
    pauseMs: 40,
    timeoutMs: 60_000,
  });
  t.after(() => load.end());
  const kills: Kill[] = [];
  for (let i = 1; i <= deployments; i++) {
    const taskDefinition = versions[i % 2]!;
    await shared.clients.ecs.send(new UpdateServiceCommand({ cluster, service, taskDefinition }));
    if (i === 3 || i === 8) await underWay(taskDefinition);
    if (i === 3) kills.push(await killTask(versions[(i + 1) % 2]!));
    if (i === 8) kills.push(await killTask(taskDefinition));
    if (i === 5 || i === 8) {
      await underWay(taskDefinition);
      await shared.platform.kill();
      await shared.platform.start();
    }
    await stable(service);
    if (i === 6) {
      kills.push(await killTask(taskDefinition));
      await until("the killed task's place to be taken", async () => {
        const { runningCount = 0 } = await described(service);
        return runningCount === 2 ? true : undefined;
      });
    }
  }
  const { count, slowestMs, failures, bodies } = await load.end();
  t.diagnostic(`${count} requests, the slowest took ${slowestMs} ms; ${failures.length} were lost with their task`);
  const unexplained = failures.filter((failure) => !kills.some((kill) => wasWithTask(failure, kill)));
  assert.equal(unexplained.length, 0, JSON.stringify({ kills, lost: unexplained.slice(0, 10) }, undefined, 1));
  for (const kill of kills) {
    const lost = failures.filter((failure) => wasWithTask(failure, kill));
    assert.ok(wereUnderWayAtOnce(lost), JSON.stringify({ kill, lost }, undefined, 1));
  }
  assert.ok(bodies.one! > 0 && bodies.two! > 0, JSON.stringify(bodies));
  const { serviceDeployments } = await shared.clients.ecs.send(
    new ListServiceDeploymentsCommand({ cluster, service, status: ["SUCCESSFUL"] }),
  );
  assert.equal(serviceDeployments!.length, deployments + 1);
});

interface Kill {
  /** Milliseconds: it ran before the one, and not any more after the other. */
  readonly from: number;
  readonly to: number;
}

/**
 * What a process had in its hands dies with it, as with AWS: no load balancer sends such a request again. Either there
 * was no answer yet, or it breaks off.
 */
function wasWithTask({ status, body, startedAt, endedAt }: FailedRequest, { from, to }: Kill): boolean {
  const hasBrokenOff = status === 0 && body === "aborted";
  return (status === 502 || hasBrokenOff) && startedAt <= to && endedAt >= from;
}

/**
 * Whether there was a moment at which all of them were under way: that of the kill. What is asked later finds a closed
 * port, and the load balancer asks another target. So a client, which asks one thing at a time, loses one request at
 * most.
 */
function wereUnderWayAtOnce(requests: readonly FailedRequest[]): boolean {
  const lastStart = Math.max(...requests.map(({ startedAt }) => startedAt));
  return requests.every(({ endedAt }) => endedAt >= lastStart);
}

/**
 * SIGKILL for the container of a running task, behind the platform's back: one of the definition, or of the other when
 * the deployment was faster than this.
 */
async function killTask(taskDefinition: string): Promise<Kill> {
  return until("a task to kill", async () => {
    const { ecs } = shared.clients;
    const { taskArns } = await ecs.send(new ListTasksCommand({ cluster, serviceName: service }));
    const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns! }));
    const running = tasks!.filter(({ lastStatus }) => lastStatus === "RUNNING");
    const victim = running.find((task) => task.taskDefinitionArn === taskDefinition) ?? running[0];
    if (victim === undefined) return undefined;
    const container = `/containers/${victim.containers![0]!.runtimeId}`;
    const from = Date.now();
    if (!(await unlessEnded(shared.engine.call("POST", `${container}/kill`)))) return undefined;
    await unlessEnded(shared.engine.call("POST", `${container}/wait`));
    return { from, to: Date.now() };
  });
}

/** Whether the engine did it: what has ended, or is gone, it refuses. */
function unlessEnded(call: Promise<unknown>): Promise<boolean> {
  return call.then(
    () => true,
    (error) => {
      if (["Conflict", "NotFound"].some((reason) => hasReason(error, reason))) return false;
      throw error;
    },
  );
}

/** A task of the new version runs, and the deployment is not done. */
async function underWay(taskDefinition: string): Promise<void> {
  await until("the deployment to be under way", async () =>
    (await described(service)).deployments!.some(
      (deployment) => deployment.taskDefinition === taskDefinition && deployment.runningCount! > 0,
    )
      ? true
      : undefined,
  );
}
