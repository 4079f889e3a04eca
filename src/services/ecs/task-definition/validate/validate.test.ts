import assert from "node:assert/strict";
import { test } from "node:test";
import { normalizeTaskDefinition } from "../normalize.ts";
import { app, assertRefused, ec2, fargate, one, onFargate, ports, type Request, two } from "../testing.ts";
import { validateTaskDefinition } from "./index.ts";

const awslogs = { logDriver: "awslogs", options: { "awslogs-group": "g", "awslogs-region": "r" } } as const;
const prefixed = { ...awslogs, options: { ...awslogs.options, "awslogs-stream-prefix": "p" } };
const role = "arn:aws:iam::000000000000:role/execution";
const check = { command: ["CMD-SHELL", "true"] };
const mount = (sourceVolume: string) => ({ mountPoints: [{ sourceVolume, containerPath: "/data" }] });

/** What is refused, with AWS's words or a part of them. */
const refused: readonly (readonly [words: string, definition: Request])[] = [
  ["Family should not be null or empty.", { ...ec2, family: "" }],
  ["Family contains invalid characters.", { ...ec2, family: "a b" }],
  ["Tags can not be empty.", { ...ec2, tags: [] }],
  ["Container list cannot be empty.", { ...ec2, containerDefinitions: [] }],
  [
    "Too many containers.",
    { ...ec2, containerDefinitions: Array.from({ length: 11 }, (_, i) => ({ ...app, name: `c${i}` })) },
  ],
  ["Container.name should not be null or empty.", { ...ec2, containerDefinitions: [{ image: "app:1" }] }],
  ["Container.name contains invalid characters.", one({ name: "a.b" })],
  ["Container.name contains invalid characters.", one({ name: "a".repeat(256) })],
  ["Container.image should not be null or empty.", one({ image: "" })],
  ["Container.image contains invalid characters.", one({ image: "$ECR/app:1" })],
  ["Container names must be unique within a task definition.", two({}, { name: "app" })],
  ["Task definition doesn't have any essential container.", one({ essential: false })],

  ["Max allowed length is '65536' bytes.", one({ environment: [{ name: "A", value: "x".repeat(65_536) }] })],

  ["Invalid 'cpu' setting for task.", { ...ec2, cpu: "some" }],
  ["Invalid 'cpu' setting for task.", { ...ec2, cpu: "127" }],
  ["Invalid 'memory' setting for task.", { ...ec2, memory: "1 TB" }],
  [
    "At least one of 'memory' or 'memoryReservation' must be specified.",
    { ...ec2, containerDefinitions: [{ name: "app", image: "a" }] },
  ],
  ["'memory' must be greater than or equal to 'memoryReservation'", one({ memory: 64, memoryReservation: 65 })],
  ["Invalid 'memory' setting for container 'app'.", one({ memory: 5 })],
  ["The 'memory' setting for container 'app' is greater than for the task.", one({ memory: 513 }, { memory: "512" })],
  [
    "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.",
    { ...two({ cpu: 200 }, { cpu: 57 }), cpu: "256" },
  ],

  ["Invalid 'containerPort' setting for container 'app'.", one(ports({ hostPort: 80 }))],
  ["Invalid 'containerPort' setting for container 'app'.", one(ports({ containerPort: 65536 }))],
  ["Invalid 'hostPort' setting for container 'app'.", one(ports({ containerPort: 80, hostPort: -1 }))],
  [
    "When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
    onFargate(ports({ containerPort: 80, hostPort: 8080 })),
  ],
  [
    "When networkMode=host, the host ports and container ports in port mappings must match.",
    one(ports({ containerPort: 80, hostPort: 8080 }), { networkMode: "host" }),
  ],
  ["cannot specify both single port and port range", one(ports({ containerPort: 80, containerPortRange: "1-2" }))],
  ["Invalid 'containerPortRange' setting for container 'app'.", one(ports({ containerPortRange: "9-8" }))],
  [
    "The container port 82 is used multiple times in task.",
    one(ports({ containerPortRange: "80-82" }, { containerPortRange: "82-90" })),
  ],
  [
    "The container port 82 is used multiple times in task.",
    onFargate(ports({ containerPortRange: "80-82" }, { containerPort: 82, protocol: "udp" })),
  ],
  [
    "TCP host port '80' is mapped multiple times in task.",
    two(ports({ containerPort: 80, hostPort: 80 }), ports({ containerPort: 81, hostPort: 80 })),
  ],
  [
    "UDP host port '53' is mapped multiple times in task.",
    {
      ...two(ports({ containerPort: 53, protocol: "udp" }), ports({ containerPort: 53, protocol: "udp" })),
      networkMode: "host",
    },
  ],
  [
    "TCP host port '82' is mapped multiple times in task.",
    { ...two(ports({ containerPortRange: "80-82" }), ports({ containerPort: 82 })), networkMode: "awsvpc" },
  ],
  [
    "The port mapping name 'web' is already used.",
    one(ports({ containerPort: 80, name: "web" }, { containerPort: 81, name: "web" })),
  ],
  ["Invalid 'appProtocol' setting", one(ports({ containerPort: 80, appProtocol: "http" }))],
  [
    "Port mappings are not supported when networkMode=none.",
    one(ports({ containerPort: 80 }), { networkMode: "none" }),
  ],

  ["Links are not supported when networkMode=awsvpc.", onFargate({ links: ["app"] })],
  ["the containers of a task share one host name on this platform", two({ hostname: "a" }, { hostname: "b" })],
  [
    "two containers use the container port 80/tcp",
    two(ports({ containerPort: 80, hostPort: 80 }), ports({ containerPort: 80, hostPort: 81 })),
  ],
  [
    "Invalid 'extraHosts' setting for container 'app'. 'host-gateway' is not an IP address.",
    one({ extraHosts: [{ hostname: "a", ipAddress: "host-gateway" }] }),
  ],
  [
    "Invalid 'dnsServers' setting for container 'app'. 'ns' is not an IP address.",
    one({ dnsServers: ["1.1.1.1", "ns"] }),
  ],
  ["hostname is not supported on container when networkMode=awsvpc.", onFargate({ hostname: "a" })],
  ["Disable Networking is not supported on container when networkMode=awsvpc.", onFargate({ disableNetworking: true })],
  ["DNS servers are not supported on container when networkMode=awsvpc.", onFargate({ dnsServers: ["1.1.1.1"] })],
  [
    "Extra hosts are not supported on container when networkMode=awsvpc.",
    onFargate({ extraHosts: [{ hostname: "a", ipAddress: "1.1.1.1" }] }),
  ],

  [
    "Cannot depend on container db because it does not exist.",
    one({ dependsOn: [{ containerName: "db", condition: "START" }] }),
  ],
  [
    "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container.",
    two({ dependsOn: [{ containerName: "side", condition: "SUCCESS" }] }),
  ],
  [
    "A dependency container with HEALTHY condition must have health check configured.",
    two({ dependsOn: [{ containerName: "side", condition: "HEALTHY" }] }),
  ],
  [
    "Container dependencies should not have a cycle",
    one({ dependsOn: [{ containerName: "app", condition: "START" }] }),
  ],
  [
    "Container dependencies should not have a cycle",
    two({ dependsOn: [{ containerName: "side", condition: "START" }] }, { volumesFrom: [{ sourceContainer: "app" }] }),
  ],
  ["Container links should not have a cycle", two({ links: ["side"] }, { links: ["app:other"] })],
  ["Invalid 'links' setting. Unknown container: 'db'.", one({ links: ["db:database"] })],
  ["Invalid 'volumesFrom' setting. Unknown container: 'db'.", one({ volumesFrom: [{ sourceContainer: "db" }] })],

  ["Unknown volume 'data'.", one(mount("data"))],
  ["Unknown volume 'null'.", one({ mountPoints: [{ containerPath: "/data" }] })],
  [
    "Duplicate mount point '/data'",
    one(
      { mountPoints: [...mount("a").mountPoints, ...mount("b").mountPoints] },
      { volumes: [{ name: "a" }, { name: "b" }] },
    ),
  ],
  ["host.sourcePath should not be blank.", { ...ec2, volumes: [{ name: "a", host: { sourcePath: "" } }] }],
  ["Volume names must be unique: 'a'.", { ...ec2, volumes: [{ name: "a" }, { name: "a" }] }],
  ["Volume.name contains invalid characters.", { ...ec2, volumes: [{ name: "a b" }] }],
  [
    "Unsupported field 'efsVolumeConfiguration'",
    { ...ec2, volumes: [{ name: "a", efsVolumeConfiguration: { fileSystemId: "fs-1" } }] },
  ],
  [
    "It can be used with scope shared only.",
    { ...ec2, volumes: [{ name: "a", dockerVolumeConfiguration: { autoprovision: true } }] },
  ],

  ["The command must start with CMD or CMD-SHELL.", one({ healthCheck: { command: ["true"] } })],
  ["The command must start with CMD or CMD-SHELL.", one({ healthCheck: { command: ["CMD"] } })],
  ["interval must be between 5 and 300.", one({ healthCheck: { ...check, interval: 4 } })],
  ["timeout must be between 2 and 60.", one({ healthCheck: { ...check, timeout: 61 } })],
  ["retries must be between 1 and 10.", one({ healthCheck: { ...check, retries: 0 } })],
  ["startPeriod must be between 0 and 300.", one({ healthCheck: { ...check, startPeriod: 301 } })],
  ["Invalid 'stopTimeout' setting for container 'app'.", one({ stopTimeout: 1 })],
  [
    "Invalid 'stopTimeout' setting for container 'app'. Fargate's limit is 120 seconds.",
    onFargate({ stopTimeout: 121 }),
  ],
  ["Invalid 'startTimeout' setting for container 'app'. Fargate's", onFargate({ startTimeout: 121 })],
  [
    "The 'restartAttemptPeriod' setting for container 'app' must be between 60 and 1800.",
    one({ restartPolicy: { enabled: true, restartAttemptPeriod: 59 } }),
  ],
  ["must have at most 50 exit codes", one({ restartPolicy: { enabled: true, ignoredExitCodes: Array(51).fill(1) } })],

  [
    "Soft limit exceeds hard limit for ulimit nofile.",
    one({ ulimits: [{ name: "nofile", softLimit: 2, hardLimit: 1 }] }),
  ],
  ["Soft limit exceeds hard limit for ulimit core.", one({ ulimits: [{ name: "core", softLimit: -1, hardLimit: 1 }] })],
  [
    "CAP_NET_ADMIN is not a valid Linux capability.",
    one({ linuxParameters: { capabilities: { drop: ["CAP_NET_ADMIN"] } } }),
  ],
  ["Invalid 'swappiness' setting", one({ linuxParameters: { swappiness: 101, maxSwap: 1 } })],
  [
    "Unknown option 'fast'.",
    one({ linuxParameters: { tmpfs: [{ containerPath: "/t", size: 1, mountOptions: ["fast"] }] } }),
  ],
  [
    "'kernel.hostname' cannot be set in a container.",
    one({ systemControls: [{ namespace: "kernel.hostname", value: "x" }] }),
  ],
  [
    "not supported when networkMode=host",
    one({ systemControls: [{ namespace: "net.core.somaxconn", value: "1" }] }, { networkMode: "host" }),
  ],
  ["Variable names should not be null or empty.", one({ environment: [{ value: "x" }] })],
  [
    "The secret name must be unique",
    one(
      { environment: [{ name: "A", value: "x" }], secrets: [{ name: "A", valueFrom: "s" }] },
      { executionRoleArn: role },
    ),
  ],
  [
    "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
    one({ secrets: [{ name: "A", valueFrom: "s" }] }),
  ],
  ["Secret.valueFrom should not be null or empty.", one({ secrets: [{ name: "A", valueFrom: "" }] })],
  ["Invalid 'user' setting", one({ user: "a b" })],
  ["Role is not valid", { ...ec2, taskRoleArn: "arn:aws:iam::1:user/x" }],

  [
    "Log driver awslogs requires options: awslogs-region, awslogs-group",
    one({ logConfiguration: { logDriver: "awslogs" } }),
  ],
  [
    "Log driver awslogs disallows options: color",
    one({ logConfiguration: { ...awslogs, options: { ...awslogs.options, color: "x" } } }),
  ],
  ["Unsupported log driver 'syslog'", one({ logConfiguration: { logDriver: "syslog" } })],
  [
    "Fargate requires task definition to have execution role ARN to support log driver awslogs.",
    onFargate({ logConfiguration: prefixed }),
  ],
  ["include awslogs-stream-prefix", onFargate({ logConfiguration: awslogs }, { executionRoleArn: role })],
  [
    "json-file is not a valid log driver. Must be one of [awslogs, splunk, awsfirelens]",
    onFargate({ logConfiguration: { logDriver: "json-file" } }),
  ],
  ["Unsupported log driver 'splunk'", onFargate({ logConfiguration: { logDriver: "splunk" } })],

  ["Fargate only supports network mode ‘awsvpc’.", { ...fargate, networkMode: "bridge" }],
  ["Fargate requires that 'cpu' be defined at the task level.", { ...fargate, cpu: undefined as never }],
  ["Fargate requires that 'memory' be defined at the task level.", { ...fargate, memory: undefined as never }],
  [
    "No Fargate configuration exists for given values: 512 CPU, 512 memory. See the Amazon ECS",
    { ...fargate, cpu: ".5 vCPU" },
  ],
  ["Fargate requires that the 'privileged' setting be 'false'.", onFargate({ privileged: true })],
  [
    "Fargate compatible task definitions do not support sharedMemorySize",
    onFargate({ linuxParameters: { sharedMemorySize: 64 } }),
  ],
  [
    "Fargate compatible task definitions do not support devices",
    onFargate({ linuxParameters: { devices: [{ hostPath: "/dev/fuse" }] } }),
  ],
  ["Fargate compatible task definitions do not support maxSwap", onFargate({ linuxParameters: { maxSwap: 0 } })],
  ["NET_ADMIN is not allowed on Fargate.", onFargate({ linuxParameters: { capabilities: { add: ["NET_ADMIN"] } } })],
  ["Fargate compatible task definitions do not support ipcMode", { ...fargate, ipcMode: "task" }],
  ["do not support pidMode 'host'", { ...fargate, pidMode: "host" }],
  [
    "Fargate compatible task definitions do not support constraints",
    { ...fargate, placementConstraints: [{ type: "memberOf", expression: "x" }] },
  ],
  [
    "Fargate compatible task definitions do not support sourcePath",
    { ...fargate, volumes: [{ name: "a", host: { sourcePath: "/a" } }] },
  ],
  [
    "Fargate compatible task definitions do not support dockerVolumeConfiguration",
    { ...fargate, volumes: [{ name: "a", dockerVolumeConfiguration: { scope: "task" } }] },
  ],
  ["EphemeralStorage size should be at least 21.", { ...fargate, ephemeralStorage: { sizeInGiB: 20 } }],
  ["EphemeralStorage size should be at most 200.", { ...fargate, ephemeralStorage: { sizeInGiB: 201 } }],
  [
    "Tasks using the EC2 launch type do not support EphemeralStorage.",
    { ...ec2, requiresCompatibilities: ["EC2"], ephemeralStorage: { sizeInGiB: 21 } },
  ],
  [
    "Unsupported operating system family 'WINDOWS_SERVER_2022_CORE'",
    { ...fargate, runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" } },
  ],
  ["Unsupported compatibility 'MANAGED_INSTANCES'", { ...ec2, requiresCompatibilities: ["MANAGED_INSTANCES"] }],
  ["do not support network mode ‘awsvpc’", { ...ec2, networkMode: "awsvpc", requiresCompatibilities: ["EXTERNAL"] }],
];

for (const [words, definition] of refused) {
  test(`refused: ${words}`, () => assertRefused(definition, words));
}

/** What is accepted, with what it can run on. */
const accepted: readonly (readonly [title: string, definition: Request, compatibilities: string])[] = [
  ["the least there can be", ec2, "EXTERNAL EC2"],
  ["Fargate", fargate, "EC2 FARGATE"],
  ["fit for Fargate without asking for it", { ...fargate, requiresCompatibilities: [] }, "EC2 FARGATE"],
  ["awsvpc without a size", { ...ec2, networkMode: "awsvpc" }, "EC2"],
  ["json-file", one({ logConfiguration: { logDriver: "json-file" } }), "EXTERNAL EC2"],
  ["awslogs on Fargate", onFargate({ logConfiguration: prefixed }, { executionRoleArn: role }), "EC2 FARGATE"],
  ["awslogs on EC2 without prefix", one({ logConfiguration: awslogs }), "EXTERNAL EC2"],
  ["a port twice in bridge mode", one(ports({ containerPort: 80 }, { containerPort: 80 })), "EXTERNAL EC2"],
  [
    "the same port of tcp and udp in two containers in bridge mode",
    two(ports({ containerPort: 80 }), ports({ containerPort: 80, protocol: "udp" })),
    "EXTERNAL EC2",
  ],
  [
    "both protocols of a port",
    onFargate(ports({ containerPort: 53 }, { containerPort: 53, protocol: "udp" })),
    "EC2 FARGATE",
  ],
  ["a host port of 0 with awsvpc", onFargate(ports({ containerPort: 80, hostPort: 0 })), "EC2 FARGATE"],
  ["32 vCPUs", { ...fargate, cpu: "32 vCPU", memory: "244 GB" }, "EC2 FARGATE"],
  [
    "tracing and tmpfs on Fargate",
    onFargate({
      linuxParameters: {
        capabilities: { add: ["SYS_PTRACE"], drop: ["ALL"] },
        tmpfs: [{ containerPath: "/t", size: 16, mountOptions: ["mode=1777"] }],
        initProcessEnabled: true,
      },
    }),
    "EC2 FARGATE",
  ],
  ["a volume of the task on Fargate", { ...onFargate(mount("data")), volumes: [{ name: "data" }] }, "EC2 FARGATE"],
  [
    "a path of the host",
    { ...one(mount("data")), volumes: [{ name: "data", host: { sourcePath: "/a" } }] },
    "EXTERNAL EC2",
  ],
  [
    "an optional job before the app",
    two({ dependsOn: [{ containerName: "side", condition: "SUCCESS" }] }, { essential: false }),
    "EXTERNAL EC2",
  ],
  [
    "a dependency with a health check",
    two({ dependsOn: [{ containerName: "side", condition: "HEALTHY" }] }, { healthCheck: check }),
    "EXTERNAL EC2",
  ],
  ["an image by digest", one({ image: `registry:5000/team/app@sha256:${"a".repeat(64)}` }), "EXTERNAL EC2"],
  [
    "privileged",
    one({ privileged: true, linuxParameters: { sharedMemorySize: 64, maxSwap: 0, swappiness: 0 } }),
    "EXTERNAL EC2",
  ],
  ["a swappiness without a swap", one({ linuxParameters: { swappiness: 10 } }), "EXTERNAL EC2"],
  [
    "unlimited",
    one({
      ulimits: [
        { name: "core", softLimit: -1, hardLimit: -1 },
        { name: "nofile", softLimit: 1, hardLimit: -1 },
      ],
    }),
    "EXTERNAL EC2",
  ],
];

for (const [title, definition, compatibilities] of accepted) {
  test(`accepted: ${title}`, () => {
    assert.equal(validateTaskDefinition(definition).join(" "), compatibilities);
  });

  test(`what is read back can be registered again: ${title}`, () => {
    const first = normalizeTaskDefinition(definition);
    const again = first as Request;
    assert.equal(validateTaskDefinition(again).join(" "), compatibilities);
    assert.deepEqual(normalizeTaskDefinition(again), first);
  });
}
