import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerSpec } from "#host/runtime/driver.ts";
import type { ContainerPayload, TaskPayload } from "#kernel/agent-protocol.ts";
import { container, payload, plainPayload } from "../testing/payloads.ts";
import { type ContainerFacts, containerSpec } from "./container-spec.ts";

const facts: ContainerFacts = {
  taskId: "t1",
  imageId: "sha256:1",
  metadataId: "m1",
  files: {},
  secrets: {},
  sandboxLimits: true,
  runtimeIds: { first: "id-1" },
};

const defaults: ContainerSpec = {
  name: "app",
  labels: {
    "com.amazonaws.ecs.cluster": "arn:aws:ecs:us-east-1:000000000000:cluster/web",
    "com.amazonaws.ecs.container-name": "app",
    "com.amazonaws.ecs.task-arn": "arn:aws:ecs:us-east-1:000000000000:task/web/t1",
    "com.amazonaws.ecs.task-definition-family": "app",
    "com.amazonaws.ecs.task-definition-version": "3",
  },
  image: "sha256:1",
  environment: [
    "ECS_CONTAINER_METADATA_URI=http://169.254.170.2/v3/m1",
    "ECS_CONTAINER_METADATA_URI_V4=http://169.254.170.2/v4/m1",
    "ECS_AGENT_URI=http://169.254.170.2/api/m1",
    "AWS_EXECUTION_ENV=AWS_ECS_FARGATE",
    "AWS_REGION=us-east-1",
    "AWS_DEFAULT_REGION=us-east-1",
  ],
  interactive: false,
  tty: false,
  readonlyRootfs: false,
  privileged: false,
  init: false,
  capAdd: [],
  capDrop: [],
  securityOptions: [],
  devices: [],
  cpuShares: 2,
  ulimits: [{ name: "nofile", soft: 65_535, hard: 65_535 }],
  sysctls: {},
  tmpfs: [],
  mounts: [],
  volumesFrom: [],
  disableNetworking: false,
  pidMode: "private",
  ipcMode: "private",
  keepLogs: false,
};

test("a plain container on Fargate", () => {
  assert.deepEqual(containerSpec(payload("t1"), container("app"), facts), defaults);
});

const cases: {
  field: string;
  own: Partial<ContainerPayload>;
  task?: Partial<TaskPayload>;
  facts?: Partial<ContainerFacts>;
  ec2?: boolean;
  becomes: Partial<ContainerSpec>;
}[] = [
  { field: "entryPoint", own: { entryPoint: ["/bin/x"] }, becomes: { entrypoint: ["/bin/x"] } },
  { field: "command", own: { command: ["a", "b"] }, becomes: { command: ["a", "b"] } },
  { field: "workingDirectory", own: { workingDirectory: "/w" }, becomes: { workingDirectory: "/w" } },
  { field: "user", own: { user: "1000:1000" }, becomes: { user: "1000:1000" } },
  {
    field: "interactive, tty",
    own: { interactive: true, pseudoTerminal: true },
    becomes: { interactive: true, tty: true },
  },
  { field: "readonlyRootFilesystem", own: { readonlyRootFilesystem: true }, becomes: { readonlyRootfs: true } },
  { field: "cpu", own: { cpu: 512 }, becomes: { cpuShares: 512 } },
  { field: "memory, without swap on Fargate", own: { memory: 256 }, becomes: { memoryMiB: 256, swapMiB: 0 } },
  { field: "memoryReservation", own: { memoryReservation: 64 }, becomes: { memoryReservationMiB: 64 } },
  {
    field: "the task's limits where the engine has none for sandboxes",
    own: {},
    facts: { sandboxLimits: false },
    becomes: { cpuUnits: 256, memoryMiB: 512, swapMiB: 0 },
  },
  {
    field: "ulimits, beside Fargate's own",
    own: { ulimits: [{ name: "core", softLimit: 0, hardLimit: 0 }] },
    becomes: { ulimits: [{ name: "core", soft: 0, hard: 0 }, ...defaults.ulimits] },
  },
  {
    field: "ulimits, in place of Fargate's own",
    own: { ulimits: [{ name: "nofile", softLimit: 10, hardLimit: 20 }] },
    becomes: { ulimits: [{ name: "nofile", soft: 10, hard: 20 }] },
  },
  {
    field: "open files where the engine cannot allow Fargate's own",
    own: {},
    facts: { openFilesLimit: 20_000 },
    becomes: { ulimits: [{ name: "nofile", soft: 20_000, hard: 20_000 }] },
  },
  {
    field: "linuxParameters",
    own: {
      linuxParameters: {
        capabilities: { add: ["SYS_PTRACE"], drop: ["NET_RAW"] },
        devices: [{ hostPath: "/dev/fuse", permissions: ["read", "write"] }],
        initProcessEnabled: true,
        sharedMemorySize: 128,
        tmpfs: [{ containerPath: "/t", size: 16, mountOptions: ["noexec"] }],
      },
    },
    becomes: {
      capAdd: ["SYS_PTRACE"],
      capDrop: ["NET_RAW"],
      devices: [{ hostPath: "/dev/fuse", containerPath: "/dev/fuse", permissions: "rw" }],
      init: true,
      shmSizeMiB: 128,
      tmpfs: [{ path: "/t", options: "size=16m,noexec" }],
    },
  },
  {
    field: "systemControls, those of the network being the sandbox's",
    own: {
      systemControls: [
        { namespace: "net.core.somaxconn", value: "1024" },
        { namespace: "kernel.msgmax", value: "1" },
      ],
    },
    becomes: { sysctls: { "kernel.msgmax": "1" } },
  },
  {
    field: "volumes",
    own: {
      mountPoints: [
        { sourceVolume: "own", containerPath: "/own" },
        { sourceVolume: "host", containerPath: "/host", readOnly: true },
        { sourceVolume: "shared", containerPath: "/shared" },
      ],
      volumesFrom: [{ sourceContainer: "first", readOnly: true }],
    },
    task: {
      volumes: [
        { name: "own" },
        { name: "host", host: { sourcePath: "/srv" } },
        { name: "shared", dockerVolumeConfiguration: { scope: "shared", autoprovision: true } },
      ],
    },
    becomes: {
      mounts: [
        { type: "volume", source: "estiva-t1-own", target: "/own", readOnly: false },
        { type: "bind", source: "/srv", target: "/host", readOnly: true },
        { type: "volume", source: "shared", target: "/shared", readOnly: false },
      ],
      volumesFrom: [{ containerId: "id-1", readOnly: true }],
    },
  },
  {
    field: "generated files, unless the task mounts its own there",
    own: { mountPoints: [{ sourceVolume: "own", containerPath: "/etc/hosts" }] },
    task: { volumes: [{ name: "own" }] },
    facts: { files: { hosts: "/d/hosts", resolvConf: "/d/resolv.conf" } },
    becomes: {
      mounts: [
        { type: "bind", source: "/d/resolv.conf", target: "/etc/resolv.conf", readOnly: false },
        { type: "volume", source: "estiva-t1-own", target: "/etc/hosts", readOnly: false },
      ],
    },
  },
  {
    field: "environment, the task's own above the platform's, secrets above both",
    own: {
      environment: [
        { name: "AWS_REGION", value: "eu-west-1" },
        { name: "A", value: "1" },
      ],
    },
    task: { credentialsId: "c1" },
    facts: { endpointUrl: "http://169.254.172.1:4566", secrets: { PASSWORD: "x" } },
    becomes: {
      environment: [
        "ECS_CONTAINER_METADATA_URI=http://169.254.170.2/v3/m1",
        "ECS_CONTAINER_METADATA_URI_V4=http://169.254.170.2/v4/m1",
        "ECS_AGENT_URI=http://169.254.170.2/api/m1",
        "AWS_EXECUTION_ENV=AWS_ECS_FARGATE",
        "AWS_REGION=eu-west-1",
        "AWS_DEFAULT_REGION=us-east-1",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/credentials/c1",
        "AWS_ENDPOINT_URL=http://169.254.172.1:4566",
        "A=1",
        "PASSWORD=x",
      ],
    },
  },
  {
    field: "dockerLabels, which cannot take the place of the platform's",
    own: { dockerLabels: { team: "a", "com.amazonaws.ecs.container-name": "other" } },
    becomes: { labels: { team: "a", ...defaults.labels } },
  },
  {
    field: "healthCheck",
    own: { healthCheck: { command: ["CMD", "true"], interval: 5, timeout: 2, retries: 3, startPeriod: 10 } },
    becomes: {
      healthCheck: {
        command: ["CMD", "true"],
        intervalSeconds: 5,
        timeoutSeconds: 2,
        retries: 3,
        startPeriodSeconds: 10,
      },
    },
  },
  { field: "the image's STOPSIGNAL", own: {}, facts: { stopSignal: "SIGQUIT" }, becomes: { stopSignal: "SIGQUIT" } },
  {
    field: "logConfiguration",
    own: { logConfiguration: { logDriver: "awslogs", options: {} } },
    becomes: { keepLogs: true },
  },
  { field: "pidMode task", own: {}, task: { pidMode: "task" }, becomes: { pidMode: "sandbox" } },
  {
    field: "EC2: privileged, host namespaces, swap",
    ec2: true,
    own: { privileged: true, memory: 100, linuxParameters: { maxSwap: 50, swappiness: 10 }, disableNetworking: true },
    task: { pidMode: "host", ipcMode: "host" },
    becomes: {
      privileged: true,
      memoryMiB: 100,
      swapMiB: 50,
      swappiness: 10,
      disableNetworking: true,
      pidMode: "host",
      ipcMode: "host",
      ulimits: [],
      labels: { ...defaults.labels, "com.amazonaws.ecs.cluster": "web" },
      environment: defaults.environment.map((each) => each.replace("FARGATE", "EC2")),
    },
  },
];

test("without maxSwap a swappiness is ignored", () => {
  const own = container("app", { memory: 100, linuxParameters: { swappiness: 10 } });
  const { swapMiB, swappiness } = containerSpec(plainPayload("t1", { launchType: "EC2" }), own, facts);
  assert.deepEqual([swapMiB, swappiness], [undefined, undefined]);
});

for (const { field, own, task, facts: more, ec2, becomes } of cases) {
  test(`field: ${field}`, () => {
    const whole = ec2 ? plainPayload("t1", { launchType: "EC2", ...task }) : payload("t1", task);
    assert.deepEqual(containerSpec(whole, container("app", own), { ...facts, ...more }), { ...defaults, ...becomes });
  });
}

const refused: { what: string; own: Partial<ContainerPayload>; task?: Partial<TaskPayload> }[] = [
  { what: "privileged containers are not supported on Fargate", own: { privileged: true } },
  { what: "the host's PID and IPC namespaces are not supported on Fargate", own: {}, task: { pidMode: "host" } },
  { what: "links are not supported when the network type is awsvpc", own: { links: ["db"] } },
  {
    what: "Unknown volume 'v' in the container's mount points",
    own: { mountPoints: [{ sourceVolume: "v", containerPath: "/v" }] },
  },
  { what: "Unknown container 'x' in volumesFrom", own: { volumesFrom: [{ sourceContainer: "x" }] } },
];

for (const { what, own, task } of refused) {
  test(`refused: ${what}`, () => {
    assert.throws(() => containerSpec(payload("t1", task), container("app", own), facts), {
      reason: "InvalidSpec",
      message: what,
    });
  });
}
