import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type ContainerDefinition,
  type RegisterTaskDefinitionCommandInput,
  type RunTaskCommandInput,
  StopTaskCommand,
} from "@aws-sdk/client-ecs";
import { kernelLimits } from "../support/cgroups.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { cluster, register, running, runTasks, runToEnd, shell, stopped, untilTold } from "../support/tasks.ts";

/** Fields of a container definition, as a process in the container sees them. */

const shared = await sharePlatform();

interface Row {
  readonly name: string;
  /** Runs in the container `app`. */
  readonly script?: string;
  readonly container?: Partial<ContainerDefinition>;
  readonly others?: ContainerDefinition[];
  readonly task?: Partial<RegisterTaskDefinitionCommandInput>;
  readonly run?: Partial<RunTaskCommandInput>;
  /** What it writes. */
  readonly lines: readonly (string | RegExp)[];
}

const rows: readonly Row[] = [
  {
    name: "entryPoint and command",
    container: { entryPoint: ["sh", "-c", 'echo "$0|$1|$2"', "zero"], command: ["one", "two words"] },
    lines: ["zero|one|two words"],
  },
  {
    name: "environment, with that of ECS",
    script: 'echo "$PLAIN|$EMPTY|$QUOTES"; echo "$AWS_REGION $AWS_DEFAULT_REGION $AWS_EXECUTION_ENV"; env | grep ^PATH',
    container: {
      environment: [
        { name: "PLAIN", value: "a value = b" },
        { name: "EMPTY", value: "" },
        { name: "QUOTES", value: `"it's" $HOME` },
      ],
    },
    lines: [`a value = b||"it's" $HOME`, "us-east-1 us-east-1 AWS_ECS_FARGATE", "PATH=/bin"],
  },
  {
    name: "overrides of command and environment",
    script: "echo not run",
    container: {
      environment: [
        { name: "KEPT", value: "1" },
        { name: "CHANGED", value: "1" },
      ],
    },
    run: {
      overrides: {
        containerOverrides: [
          {
            name: "app",
            command: ["sh", "-c", 'echo "$KEPT $CHANGED $ADDED"'],
            environment: [
              { name: "CHANGED", value: "2" },
              { name: "ADDED", value: "3" },
            ],
          },
        ],
      },
    },
    lines: ["1 2 3"],
  },
  { name: "workingDirectory", script: "pwd", container: { workingDirectory: "/made/for/it" }, lines: ["/made/for/it"] },
  { name: "user by name", script: "id -u; id -g", container: { user: "nobody" }, lines: ["65534", "65534"] },
  { name: "user and group by number", script: "id -u; id -g", container: { user: "12:34" }, lines: ["12", "34"] },
  {
    name: "ulimits",
    script: "ulimit -Sn; ulimit -Hn; grep 'Max core file size' /proc/self/limits",
    container: {
      ulimits: [
        { name: "nofile", softLimit: 1000, hardLimit: 2000 },
        { name: "core", softLimit: 0, hardLimit: 0 },
      ],
    },
    lines: ["1000", "2000", /Max core file size +0 +0 /],
  },
  {
    name: "readonlyRootFilesystem, with a volume to write on",
    script: "touch /no 2>/dev/null || echo refused; touch /data/yes && ls /data",
    container: {
      readonlyRootFilesystem: true,
      mountPoints: [{ sourceVolume: "data", containerPath: "/data" }],
    },
    task: { volumes: [{ name: "data" }] },
    lines: ["refused", "yes"],
  },
  {
    name: "capabilities",
    script: "grep CapEff /proc/self/status; chown 1 /tmp 2>/dev/null || echo no chown",
    container: { linuxParameters: { capabilities: { drop: ["ALL"], add: ["SYS_PTRACE"] } } },
    lines: [/^CapEff:\s*0000000000080000$/, "no chown"],
  },
  {
    name: "no capability that lets a container out by default",
    script: "grep CapEff /proc/self/status",
    lines: [/^CapEff:\s*00000000a80425fb$/],
  },
  {
    name: "tmpfs",
    script: "grep ' /scratch ' /proc/mounts; dd if=/dev/zero of=/scratch/f bs=1M count=32 2>/dev/null || echo full",
    container: {
      linuxParameters: { tmpfs: [{ containerPath: "/scratch", size: 16, mountOptions: ["noexec", "mode=1777"] }] },
    },
    lines: [/^tmpfs \/scratch tmpfs (?=.*noexec)(?=.*size=16384k)/, "full"],
  },
  {
    name: "initProcessEnabled",
    script: "cat /proc/1/comm",
    container: { linuxParameters: { initProcessEnabled: true } },
    lines: [/init|tini/],
  },
  { name: "without an init process", script: "cat /proc/1/comm; :", lines: ["sh"] },
  {
    name: "systemControls of network and IPC",
    script: "cat /proc/sys/net/core/somaxconn /proc/sys/net/ipv4/ip_local_port_range /proc/sys/kernel/msgmax",
    container: {
      systemControls: [
        { namespace: "net.core.somaxconn", value: "1234" },
        { namespace: "net.ipv4.ip_local_port_range", value: "2000 3000" },
        { namespace: "kernel.msgmax", value: "16384" },
      ],
    },
    lines: ["1234", /^2000\s3000$/, "16384"],
  },
  {
    name: "pidMode task",
    // Seen or not, never how often: a shell that has just forked is there twice.
    script: "until ps | grep -q '[m]arked-other'; do sleep 0.1; done; echo seen",
    others: [shell("other", `: marked-other; ${untilTold}`, { essential: false })],
    container: { dependsOn: [{ containerName: "other", condition: "START" }] },
    task: { pidMode: "task" },
    lines: ["seen"],
  },
  {
    name: "processes of other containers are out of sight without it",
    script: "ps | grep -c '[m]arked-other'",
    others: [shell("other", `: marked-other; ${untilTold}`, { essential: false })],
    container: { dependsOn: [{ containerName: "other", condition: "START" }] },
    lines: ["0"],
  },
  {
    name: "interactive: standard input stays open",
    script: "timeout 1 cat 2>/dev/null; echo $?",
    container: { interactive: true },
    lines: ["143"],
  },
  { name: "standard input is empty without it", script: "timeout 100 cat; echo $?", lines: ["0"] },
  {
    name: "pseudoTerminal",
    script: "test -t 1 && echo terminal",
    container: { pseudoTerminal: true },
    lines: [/^terminal\r?$/],
  },
  {
    name: "volumes of the task, read only for one of two",
    script: "cat /in/file; touch /in/other 2>/dev/null || echo read only",
    others: [
      shell("writer", "echo written > /out/file", {
        essential: false,
        mountPoints: [{ sourceVolume: "data", containerPath: "/out" }],
      }),
    ],
    container: {
      dependsOn: [{ containerName: "writer", condition: "SUCCESS" }],
      mountPoints: [{ sourceVolume: "data", containerPath: "/in", readOnly: true }],
    },
    task: { volumes: [{ name: "data", host: {} }] },
    lines: ["written", "read only"],
  },
  {
    name: "volumesFrom, read only",
    script: "cat /out/file; touch /out/other 2>/dev/null || echo read only",
    others: [
      shell("writer", "echo taken over > /out/file", {
        essential: false,
        mountPoints: [{ sourceVolume: "data", containerPath: "/out" }],
      }),
    ],
    container: {
      dependsOn: [{ containerName: "writer", condition: "SUCCESS" }],
      volumesFrom: [{ sourceContainer: "writer", readOnly: true }],
    },
    task: { volumes: [{ name: "data" }] },
    lines: ["taken over", "read only"],
  },
  {
    name: "containers of a task share its network",
    script: "until wget -q -O - http://127.0.0.1:9000/; do sleep 0.1; done 2>/dev/null",
    others: [
      shell("server", `mkdir /www; echo pong > /www/index.html; httpd -p 127.0.0.1:9000 -h /www; ${untilTold}`, {
        essential: false,
      }),
    ],
    container: { dependsOn: [{ containerName: "server", condition: "START" }] },
    lines: ["pong"],
  },
];

describe("container definitions", { skip: shared.skip, concurrency: 6 }, () => {
  for (const [i, { name, script = "true", container, others = [], task, run, lines }] of rows.entries()) {
    test(name, async () => {
      const definitions = [...others, shell("app", script, container)];
      const definition = await register(shared.clients, `field-${i}`, definitions, task);
      const ended = await runToEnd(shared.clients, definition, run);
      const told = JSON.stringify({ task: ended.task, lines: ended.lines }, undefined, 1);
      assert.equal(ended.lines.length, lines.length, told);
      for (const [at, line] of lines.entries()) {
        if (line instanceof RegExp) assert.match(ended.lines[at]!, line);
        else assert.equal(ended.lines[at], line);
      }
    });
  }
});

interface Inspected {
  readonly State: { readonly Pid: number };
  readonly Config: { readonly Labels: Readonly<Record<string, string>>; readonly Image: string };
  readonly HostConfig: Readonly<Record<string, unknown>>;
}

test("labels and limits, as the engine and the kernel see them", { skip: shared.skip }, async () => {
  const { clients, engine } = shared;
  const definition = await register(
    clients,
    "limits",
    [
      shell("app", untilTold, {
        cpu: 64,
        memory: 100,
        memoryReservation: 50,
        dockerLabels: { "com.example.team": "a b", empty: "" },
      }),
      shell("other", untilTold),
    ],
    { cpu: "256", memory: "512" },
  );
  const [started] = await runTasks(clients, definition);
  const task = await running(clients, started!.taskArn!);
  const inspect = async (name: string): Promise<Inspected> => {
    const { runtimeId } = task.containers!.find((container) => container.name === name)!;
    return engine.call("GET", `/containers/${runtimeId}/json`);
  };
  const [app, other] = [await inspect("app"), await inspect("other")];
  const { Labels } = app.Config;
  assert.equal(Labels["com.example.team"], "a b");
  assert.equal(Labels.empty, "");
  assert.equal(Labels["com.amazonaws.ecs.task-arn"], task.taskArn);
  assert.equal(Labels["com.amazonaws.ecs.container-name"], "app");
  assert.equal(Labels["com.amazonaws.ecs.task-definition-family"], "limits");
  assert.equal(Labels["com.amazonaws.ecs.cluster"], task.clusterArn);
  const { CpuShares, Memory, MemoryReservation, MemorySwap } = app.HostConfig;
  const mebi = 2 ** 20;
  assert.deepEqual(
    { CpuShares, Memory, MemoryReservation, MemorySwap },
    { CpuShares: 64, Memory: 100 * mebi, MemoryReservation: 50 * mebi, MemorySwap: 100 * mebi },
  );
  assert.equal(kernelLimits(app.State.Pid).memoryBytes, 100 * mebi);
  // Both containers are in one group, which has the limits of the task.
  assert.equal(kernelLimits(other.State.Pid).memoryBytes, 512 * mebi);
  assert.equal(kernelLimits(app.State.Pid).cpus, 0.25);
  assert.equal(kernelLimits(other.State.Pid).cpus, 0.25);
  await clients.ecs.send(new StopTaskCommand({ cluster, task: task.taskArn! }));
  await stopped(clients, task.taskArn!);
});
