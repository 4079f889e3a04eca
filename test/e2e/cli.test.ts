import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { DescribeSubnetsCommand } from "@aws-sdk/client-ec2";
import {
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DeleteServiceCommand,
  DescribeTasksCommand,
  ListClustersCommand,
  ListTasksCommand,
  PutClusterCapacityProvidersCommand,
  type Task,
} from "@aws-sdk/client-ecs";
import { createClient } from "#cli/client.ts";
import type { CommandError } from "#cli/command.ts";
import { findConnection } from "#cli/settings.ts";
import { busyboxReference } from "../images/busybox.ts";
import { startRegistry } from "../images/registry.ts";
import { runEstiva, startEstiva } from "../support/estiva.ts";
import { leftoversOf } from "../support/leftovers.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { until } from "../support/until.ts";

/** The command line, as a user and a script meet it, on a platform with `--dev`. */

const shared = await sharePlatform({ args: ["--dev"] });
const start = (words: readonly string[], env?: NodeJS.ProcessEnv) => startEstiva(shared.platform, words, env);
const estiva = (words: readonly string[], env?: NodeJS.ProcessEnv) => runEstiva(shared.platform, words, env);

/** Starts a task that writes `up` and goes on until it is told to stop. Resolves with its id. */
async function detached(...options: string[]): Promise<string> {
  const script = "trap 'echo told; exit 0' TERM; echo up; while :; do sleep 0.1; done";
  const { code, out, err } = await estiva(["run", "-d", ...options, busyboxReference, "sh", "-c", script]);
  assert.equal(code, 0, err);
  return out.trim();
}

test("a platform that is told to stop while it starts stops", { skip: shared.skip }, async () => {
  const dir = mkdtempSync(join(tmpdir(), "estiva-test-"));
  const own = {
    ESTIVA_SERVICE_ADDRESS: "169.254.172.253",
    ESTIVA_MASTER_KEY: Buffer.alloc(32, "k").toString("base64"),
  };
  const starting = start(["up", "--no-install", "--port", "0", "--data", dir], own);
  await until("its data folder", () => existsSync(join(dir, "identity.json")));
  assert.deepEqual(await starting.end("SIGUSR2"), { code: 0, signal: null });
  rmSync(dir, { recursive: true });
});

/** A service that keeps one task running. Resolves when it runs. */
async function makeService(fields: Partial<CreateServiceCommandInput> = { launchType: "FARGATE" }): Promise<void> {
  const { ecs, ec2 } = shared.clients;
  await detached("--family", "kept");
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
  const networkConfiguration = { awsvpcConfiguration: { subnets: [Subnets![0]!.SubnetId!] } };
  const service = { serviceName: "kept", taskDefinition: "kept", desiredCount: 1 };
  const { serviceName } = (await ecs.send(new CreateServiceCommand({ ...service, networkConfiguration, ...fields })))
    .service!;
  await serviceRuns(serviceName!);
}

/** Resolves when a task of the service runs. */
async function serviceRuns(serviceName: string): Promise<void> {
  const { ecs } = shared.clients;
  const look = async () => {
    const { taskArns } = await ecs.send(new ListTasksCommand({ serviceName }));
    return taskArns!.length === 0 ? [] : (await ecs.send(new DescribeTasksCommand({ tasks: taskArns! }))).tasks!;
  };
  const runs = (tasks: readonly Task[]) => tasks.some((task) => task.lastStatus === "RUNNING");
  await until(`a task of ${serviceName} to run`, look, runs);
}

/** Starts a task whenever the one before has stopped, until no platform answers any more. */
async function startTasksUntilClosed(taskDefinition: string): Promise<void> {
  const { ec2 } = shared.clients;
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
  const client = createClient(findConnection(shared.platform.env));
  const networkConfiguration = { awsvpcConfiguration: { subnets: [Subnets![0]!.SubnetId!] } };
  let last: string | undefined;
  const look = async () => {
    if (last) {
      const [task] = (await client.ecs("DescribeTasks", { tasks: [last] })).tasks!;
      if (task!.lastStatus !== "STOPPED") return 0;
    }
    const { tasks } = await client.ecs("RunTask", { taskDefinition, launchType: "FARGATE", networkConfiguration });
    last = tasks![0]!.taskArn;
    return 0;
  };
  const lookOrEnd = () => look().catch((error: CommandError) => error.exitCode);
  await until("the end of the platform", lookOrEnd, (code) => code === 69, { everyMs: 20 });
  client.close();
}

describe("estiva", { skip: shared.skip }, () => {
  test("run works with an execution role that has AWS's own policy alone", async () => {
    const policy = { RoleName: "ecsTaskExecutionRole", PolicyName: "create-log-groups" };
    const client = createClient(findConnection(shared.platform.env));
    await client.iam("DeleteRolePolicy", policy).finally(() => client.close());
    const { code, out, err } = await estiva(["run", busyboxReference, "echo", "hi"]);
    assert.deepEqual({ code, out }, { code: 0, out: "hi\n" }, err);
  });

  test("run follows a task and exits with its code", async () => {
    const script = "echo $GREETING $0; exit 7";
    const words = ["run", "-e", "GREETING=hello", "--family", "f", busyboxReference, "sh", "-c", script, "--help"];
    const { code, out, err } = await estiva(words);
    assert.deepEqual({ code, out }, { code: 7, out: "hello --help\n" }, err);
  });

  test("run of an image that is not there fails and says why", async () => {
    const registry = await startRegistry();
    const { code, err } = await estiva(["run", `${registry.host}/none:1`, "true"]);
    await registry.close();
    assert.equal(code, 1);
    assert.match(err, /^estiva: the task did not run: .*CannotPullContainerError/m);
  });

  test("run -d, ps, logs, logs -f and stop", async () => {
    const id = await detached();
    assert.match(id, /^[0-9a-f]{32}$/);
    const follower = start(["logs", "-f", id.slice(0, 8)]);
    await follower.shows("up");
    // What it writes can be read a moment before the task is known to run.
    const line = new RegExp(`${id.slice(0, 12)}.*RUNNING.*172\\.31\\.`);
    await until(
      "the task in the list",
      () => estiva(["ps"]),
      ({ out }) => line.test(out),
    );
    const [task] = JSON.parse((await estiva(["ps", "--json"])).out);
    assert.equal(task.taskArn.split("/").at(-1), id);
    assert.deepEqual(await estiva(["logs", id.slice(0, 8)]), { code: 0, out: "up\n", err: "" });
    assert.deepEqual(await estiva(["logs", "--since", "1h", id]), { code: 0, out: "up\n", err: "" });
    assert.deepEqual(await estiva(["logs", "--since", "0s", id]), { code: 0, out: "", err: "" });
    const stop = await estiva(["stop", "--reason", "enough", id.slice(0, 8)]);
    assert.deepEqual(stop, { code: 0, out: `${id}\n`, err: "" });
    const { code } = await follower.ended();
    assert.deepEqual({ code, followed: follower.out }, { code: 0, followed: "up\ntold\n" });
    assert.equal((await estiva(["ps"])).out.includes(id.slice(0, 12)), false);
    assert.match((await estiva(["ps", "--all"])).out, new RegExp(`${id.slice(0, 12)}.*STOPPED.*enough`));
  });

  test("a run that is interrupted stops its task", async () => {
    const script = "trap 'echo told; exit 3' TERM; echo up; while :; do sleep 0.1; done";
    const run = start(["run", busyboxReference, "sh", "-c", script]);
    await run.shows("up");
    const { code } = await run.end("SIGINT");
    assert.deepEqual({ code, out: run.out }, { code: 3, out: "up\ntold\n" });
  });

  test("a run goes on over a crash of the platform, and exits with its task's code", async () => {
    const { platform } = shared;
    const run = start(["run", busyboxReference, "sh", "-c", "echo up; until test -e /go; do sleep 0.1; done; exit 7"]);
    await run.shows("up");
    await platform.kill();
    await run.shows("Waiting for it.", "err");
    await platform.start();
    const { out } = await estiva(["ps", "--json"]);
    const [task] = JSON.parse(out);
    await estiva(["exec", task.taskArn.split("/").at(-1), "touch", "/go"]);
    const { code } = await run.ended();
    assert.deepEqual({ code, out: run.out }, { code: 7, out: "up\n" }, run.err);
  });

  test("env is what a shell needs", async () => {
    const { out, code } = await estiva(["env"]);
    assert.equal(code, 0);
    const { stdout } = await promisify(execFile)("sh", ["-c", `${out}\nenv`], { env: { PATH: process.env.PATH } });
    const variables = Object.fromEntries(stdout.split("\n").map((line) => line.split(/=(.*)/s).slice(0, 2)));
    const { AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = shared.platform.env;
    for (const [name, value] of Object.entries({
      AWS_ENDPOINT_URL,
      AWS_REGION,
      AWS_ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY,
    })) {
      assert.equal(variables[name], value, name);
    }
    assert.equal(variables.AWS_DISABLE_HOST_PREFIX_INJECTION, "true");
    assert.deepEqual(JSON.parse((await estiva(["env", "--json"])).out).AWS_ENDPOINT_URL, AWS_ENDPOINT_URL);
  });

  test("doctor finds nothing wrong here", async () => {
    const { code, out } = await estiva(["doctor", "--json"]);
    const findings = JSON.parse(out);
    assert.deepEqual(
      findings.filter(({ state }: { state: string }) => state === "failure"),
      [],
    );
    assert.equal(code, 0);
    const names = findings.map(({ name }: { name: string }) => name);
    for (const name of ["platform", "container engine", "disk", "leaks", "nftables"])
      assert.ok(names.includes(name), name);
    assert.match((await estiva(["doctor"])).out, /^ok +platform: version /m);
  });

  test("interrupt takes a Spot task away: its signal at once, its reason, and its service starts another", async () => {
    const { ecs } = shared.clients;
    const capacityProviders = ["FARGATE", "FARGATE_SPOT"];
    const none = { defaultCapacityProviderStrategy: [] };
    await ecs.send(new PutClusterCapacityProvidersCommand({ cluster: "default", capacityProviders, ...none }));
    const script = "trap 'echo told; exit 0' TERM; echo up; while :; do sleep 0.1; done";
    await estiva([
      "stop",
      (await estiva(["run", "-d", "--family", "spot", busyboxReference, "sh", "-c", script])).out.trim(),
    ]);
    const capacityProviderStrategy = [{ capacityProvider: "FARGATE_SPOT", weight: 1 }];
    await makeService({ serviceName: "spot", taskDefinition: "spot", capacityProviderStrategy });
    const list = async () => (await ecs.send(new ListTasksCommand({ serviceName: "spot" }))).taskArns!;
    const [arn] = await list();
    const id = arn!.split("/").at(-1)!;
    await until(
      "the first line",
      () => estiva(["logs", id]),
      ({ out }) => out === "up\n",
    );
    assert.deepEqual(await estiva(["interrupt", "--service", "spot", "--count", "1"]), {
      code: 0,
      out: `${id}\n`,
      err: "",
    });
    const follower = await estiva(["logs", "-f", id]);
    assert.equal(follower.out, "up\ntold\n");
    const [task] = (await ecs.send(new DescribeTasksCommand({ tasks: [id] }))).tasks!;
    assert.deepEqual([task!.stopCode, task!.stoppedReason], ["SpotInterruption", "Your Spot Task was interrupted."]);
    assert.equal(task!.containers![0]!.exitCode, 0);
    await until("another task", list, (arns) => arns.some((each) => each !== arn));
    const again = await estiva(["interrupt", id]);
    assert.deepEqual([again.code, again.err], [1, `${id}: STOPPED\n`]);
    await ecs.send(new DeleteServiceCommand({ service: "spot", force: true }));
  });

  const wrong: [words: string[], code: number, err: RegExp, env?: NodeJS.ProcessEnv][] = [
    [["rum"], 64, /^estiva: rum is not a command\. Did you mean run\?\nTry: estiva --help\n$/],
    [["run"], 64, /^estiva: An argument is missing\.\nUsage: estiva run .*\nTry: estiva run --help\n$/],
    [["ps", "more"], 64, /^estiva: Unexpected argument: more\.\n/],
    [["ps", "--none"], 64, /^estiva: Unknown option '--none'/],
    ...["many", "", "80.5", "0x50", "65536"].map((port): (typeof wrong)[number] => [
      ["up", "--port", port],
      64,
      new RegExp(`^estiva: --port takes a whole number from 0 to 65535, not ${port}\\.\\n$`),
    ]),
    [["up", "--host", ""], 64, /^estiva: --host takes an address, such as 127\.0\.0\.1\.\n$/],
    [["run", "-e", "NOVALUE", busyboxReference], 64, /^estiva: --env takes NAME=VALUE, not NOVALUE\.\n$/],
    [["logs", "--since", "soon", "ffff"], 64, /^estiva: --since takes a time such as 15m, .*, not soon\.\n/],
    [["logs", "ffff"], 1, /^estiva: No task of the cluster default has an id that begins with ffff\.\n$/],
    [["interrupt"], 64, /^estiva: Name tasks, or give their number with --count\.\n$/],
    [["interrupt", "--count", "all"], 64, /^estiva: --count takes a number from 1 on, not all\.\n$/],
    [["stop", "f".repeat(32)], 1, /^estiva: .*not found/],
    [["run", "--cpu", "7", busyboxReference], 1, /^estiva: .*(CPU|cpu)/],
    [
      ["ps"],
      69,
      /^estiva: No platform is known: .*\nStart one with: estiva up\n$/,
      { ESTIVA_DATA: "/nonexistent/estiva" },
    ],
    [["ps"], 69, /^estiva: .*127\.0\.0\.1:1/, { AWS_ENDPOINT_URL: "http://127.0.0.1:1" }],
    [["ps"], 64, /^estiva: AWS_ENDPOINT_URL takes an address .*, not garbage\.\n$/, { AWS_ENDPOINT_URL: "garbage" }],
    [["ps"], 64, /^estiva: "us east" is no name of a region/, { AWS_REGION: "us east" }],
    [["ps", "--cluster", "nope"], 1, /^estiva: There is no cluster nope\.\n$/],
    [["up", "--no-install"], 69, /^estiva: .*(lock|use|running)/i],
    ...[["up", "--no-install"], ["up"]].map((words): (typeof wrong)[number] => [
      words,
      69,
      /^estiva: The container engine at unix:\/\/\/none does not answer: ENOENT .*\n(.*\n)* +unset DOCKER_HOST\n$/,
      { DOCKER_HOST: "unix:///none" },
    ]),
    [
      ["up", "--no-install", "--data", "/dev/null/none"],
      69,
      /^estiva: The folder \/dev\/null\/none cannot be made: ENOTDIR/,
    ],
  ];
  for (const [words, code, err, env] of wrong) {
    test(`${words.join(" ")} exits with ${code}`, async () => {
      const outcome = await estiva(words, env);
      assert.match(outcome.err, err);
      assert.deepEqual({ code: outcome.code, out: outcome.out }, { code, out: "" });
    });
  }

  for (const taken of ["port", "service address"]) {
    test(`a start whose ${taken} is taken leaves nothing on the machine`, async () => {
      const data = mkdtempSync(join(tmpdir(), "estiva-taken-"));
      const { serviceAddress } = shared.platform;
      const [port, env, words] =
        taken === "port"
          ? [new URL(shared.platform.endpoint).port, {}, /EADDRINUSE: .* Choose another port/]
          : ["0", { ESTIVA_SERVICE_ADDRESS: serviceAddress }, /EADDRINUSE: .* another with ESTIVA_SERVICE_ADDRESS/];
      const { code, err } = await estiva(["up", "--no-install", "--data", data, "--port", port], env);
      assert.equal(code, 69, err);
      assert.match(err, words);
      assert.doesNotMatch(err, /Leftovers/, "what the end breaks off is no fault");
      const { platformId } = JSON.parse(readFileSync(join(data, "identity.json"), "utf8")) as { platformId: string };
      assert.deepEqual(await leftoversOf(platformId, shared.engine), []);
      rmSync(data, { recursive: true });
    });
  }

  test("each command has help with examples", async () => {
    const { out } = await estiva(["--help"]);
    const names = [...out.matchAll(/^ {2}(\w+) {2,}/gm)].map(([, name]) => name!);
    assert.ok(names.length >= 10, out);
    const helps = await Promise.all(names.map((name) => estiva([name, "--help"])));
    for (const [i, help] of helps.entries()) {
      assert.equal(help.code, 0);
      assert.match(help.out, new RegExp(`^Usage: estiva ${names[i]}[^]*Examples:\\n {2}.*estiva ${names[i]}`));
    }
  });

  test("POST /_estiva/reset stops every task, those of services too, and empties the account", async () => {
    const { clients, platform } = shared;
    await detached();
    await makeService();
    const answer = await fetch(`${platform.endpoint}/_estiva/reset`, { method: "POST" });
    assert.deepEqual([answer.status, await answer.json()], [200, { status: "ok" }]);
    assert.deepEqual((await clients.ecs.send(new ListClustersCommand({}))).clusterArns, []);
    assert.equal((await estiva(["ps", "--all", "--json"])).out, "[]\n");
    const again = await estiva(["run", busyboxReference, "echo", "as new"]);
    assert.deepEqual({ code: again.code, out: again.out }, { code: 0, out: "as new\n" }, again.err);
  });

  test("down stops the platform and its tasks, those of services too, and leaves nothing", async () => {
    const { platform, engine } = shared;
    const { platformId } = platform;
    await detached();
    await makeService();
    assert.notDeepEqual(await leftoversOf(platformId, engine), []);
    await estiva(["run", "-d", "--family", "brief", busyboxReference, "sleep", "2"]);
    const down = estiva(["down"]);
    await startTasksUntilClosed("brief");
    assert.deepEqual(await down, { code: 0, out: "", err: "" });
    assert.deepEqual(await leftoversOf(platformId, engine), []);
    assert.equal((await estiva(["down"])).code, 0);
    await assert.rejects(fetch(platform.endpoint));
    rmSync(join(platform.dataDir, "platform.json"), { force: true });
  });
});

test("up brings the tasks of services back; without --dev there is no reset", { skip: shared.skip }, async () => {
  // The platform of the tests before has ended; this one is on the same data, and finds its tasks stopped.
  const { platform, engine } = shared;
  const port = new URL(platform.endpoint).port;
  const up = start(["up", "--port", port, "--no-install", "--stop-tasks"]);
  const ready = /ready at (\S+)\n/;
  const endpoint = ready.exec(await up.shows(ready))![1]!;
  try {
    assert.equal((await fetch(`${endpoint}/_estiva/reset`, { method: "POST" })).status, 404);
    const health = (await (await fetch(`${endpoint}/_estiva/health`)).json()) as { status: string };
    assert.equal(health.status, "ok");
    await serviceRuns("kept");
    const { tasks } = JSON.parse(`{"tasks":${(await estiva(["ps", "--json"])).out}}`);
    assert.equal(tasks.length, 1, "and no others");
  } finally {
    await up.end("SIGTERM");
  }
  assert.deepEqual(await up.ended(), { code: 0, signal: null });
  assert.deepEqual(await leftoversOf(platform.platformId, engine), []);
});
