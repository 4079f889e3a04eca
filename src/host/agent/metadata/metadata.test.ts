import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { parseNetDev } from "#host/runtime/docker/net-dev.ts";
import { createFakeDriver } from "#host/runtime/fake/driver.ts";
import { silentLog } from "#kernel/controller.ts";
import { container, payload, plainPayload } from "../testing/payloads.ts";
import { World } from "../testing/world.ts";
import { answer } from "./answer.ts";
import { gatewayOf, taskDocument } from "./documents.ts";
import { createRateLimit } from "./rate-limit.ts";
import { routeOf } from "./routes.ts";
import { type MetadataServer, startMetadataServer } from "./server.ts";
import { createStatsReader } from "./stats.ts";

const world = new World({ latencyMs: 0 });
const containerArn = "arn:aws:ecs:us-east-1:000000000000:container/web/t1/c1";
const task = payload("t1", {
  serviceName: "front",
  ephemeralStorageGiB: 30,
  tags: [{ key: "team", value: "a" }],
  credentialsId: "c1",
  containers: [
    container("app", {
      containerArn,
      cpu: 10,
      memory: 128,
      portMappings: [
        { containerPort: 80, protocol: "tcp" },
        { containerPortRange: "8000-8001", protocol: "udp" },
      ],
      logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "/app" } },
      image: "fake/healthy-after?s=1",
      healthCheck: { command: ["CMD", "true"], interval: 5, timeout: 2, retries: 3 },
    }),
    container("init", { essential: false, image: "fake/exit?code=0&after=2s" }),
  ],
});
const credentials = {
  RoleArn: "arn:aws:iam::000000000000:role/app",
  AccessKeyId: "A",
  SecretAccessKey: "S",
  Token: "T",
  Expiration: "2026-01-01T06:00:00Z",
};
let server: MetadataServer;
/** Where requests come from. */
let vpcOfPeer: string | undefined;
let id: string;
let initId: string;

const network = {
  resolverAddress: (vpcId: string) => world.network.resolverAddress(vpcId),
  vpcOfPeer: () => vpcOfPeer,
};

before(async () => {
  await world.start();
  world.controlPlane.want(task);
  await world.run(10_000);
  const { containers } = world.journal.entries.get("t1")!.memory;
  [id, initId] = [containers.app!.metadataId, containers.init!.metadataId];
  server = await startMetadataServer({
    agent: world.agent!,
    driver: createFakeDriver({ host: world.host }),
    network,
    credentials: { get: async (each) => (each === "c1" ? credentials : undefined) },
    clock: world.clock,
    log: silentLog,
    address: "127.0.0.1",
    port: 0,
  });
});

after(() => server.close());

async function get(path: string) {
  // Time stands still here, but for the limit.
  await world.run(100);
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
  const text = await response.text();
  const json = response.headers.get("content-type") === "application/json";
  return { status: response.status, body: json ? JSON.parse(text) : text };
}

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

test("the ids are long and random", () => {
  assert.match(id, /^t1-[0-9a-f]{32}$/);
  assert.notEqual(id, initId);
});

test("version 4: a container", async () => {
  const { status, body } = await get(`/v4/${id}`);
  assert.equal(status, 200);
  const { DockerId, CreatedAt, StartedAt, ImageID, Health, ...rest } = body;
  assert.match(DockerId, /^[0-9a-f]{64}$/);
  assert.match(ImageID, /^sha256:/);
  assert.match(CreatedAt, time);
  assert.match(StartedAt, time);
  assert.equal(Health.status, "HEALTHY");
  assert.match(Health.statusSince, time);
  assert.deepEqual(rest, {
    Name: "app",
    DockerName: "app",
    Image: "fake/healthy-after?s=1",
    Ports: [
      { ContainerPort: 80, Protocol: "tcp", HostPort: 80 },
      { ContainerPort: 8000, Protocol: "udp", HostPort: 8000 },
      { ContainerPort: 8001, Protocol: "udp", HostPort: 8001 },
    ],
    Labels: {
      "com.amazonaws.ecs.cluster": "arn:aws:ecs:us-east-1:000000000000:cluster/web",
      "com.amazonaws.ecs.container-name": "app",
      "com.amazonaws.ecs.task-arn": task.taskArn,
      "com.amazonaws.ecs.task-definition-family": "app",
      "com.amazonaws.ecs.task-definition-version": "3",
    },
    DesiredStatus: "RUNNING",
    KnownStatus: "RUNNING",
    Limits: { CPU: 10, Memory: 128 },
    Type: "NORMAL",
    ContainerARN: containerArn,
    LogDriver: "awslogs",
    LogOptions: { "awslogs-group": "/app" },
    Networks: [
      {
        NetworkMode: "awsvpc",
        IPv4Addresses: ["172.31.0.24"],
        AttachmentIndex: 0,
        MACAddress: "02:00:00:00:00:29",
        IPv4SubnetCIDRBlock: "172.31.0.0/20",
        DomainNameServers: ["172.31.0.2"],
        DomainNameSearchList: ["ec2.internal"],
        PrivateDNSName: "ip-172-31-0-24.ec2.internal",
        SubnetGatewayIpv4Address: "172.31.0.1/20",
      },
    ],
  });
});

test("version 4: a task", async () => {
  const { Containers, PullStartedAt, PullStoppedAt, ClockDrift, ...rest } = (await get(`/v4/${initId}/task`)).body;
  assert.match(PullStartedAt, time);
  assert.match(PullStoppedAt, time);
  assert.match(ClockDrift.ReferenceTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.equal(ClockDrift.ClockSynchronizationStatus, "SYNCHRONIZED");
  assert.deepEqual(rest, {
    Cluster: "arn:aws:ecs:us-east-1:000000000000:cluster/web",
    TaskARN: task.taskArn,
    Family: "app",
    Revision: "3",
    DesiredStatus: "RUNNING",
    KnownStatus: "RUNNING",
    Limits: { CPU: 0.25, Memory: 512 },
    AvailabilityZone: "us-east-1a",
    LaunchType: "FARGATE",
    ServiceName: "front",
    FaultInjectionEnabled: false,
  });
  const [app, init] = Containers;
  assert.equal(app.KnownStatus, "RUNNING");
  assert.deepEqual([init.KnownStatus, init.ExitCode], ["STOPPED", 0]);
  assert.match(init.FinishedAt, time);
});

test("ephemeral storage is told where its use is known", () => {
  const facts = { now: 0, ephemeralStorageUtilizedMiB: 261 };
  const document = taskDocument(world.agent!.findContainer(id)!.task, "v4", facts, false);
  assert.deepEqual(document.EphemeralStorageMetrics, { Utilized: 261, Reserved: 30_720 });
});

test("tags come only when asked for", async () => {
  assert.equal((await get(`/v4/${id}/task`)).body.TaskTags, undefined);
  assert.deepEqual((await get(`/v4/${id}/taskWithTags`)).body.TaskTags, { team: "a" });
});

test("version 3 has none of what version 4 added", async () => {
  const { body } = await get(`/v3/${id}/task`);
  assert.equal(body.LaunchType ?? body.ServiceName ?? body.ClockDrift, undefined);
  assert.deepEqual(body.Containers[0].Networks, [{ NetworkMode: "awsvpc", IPv4Addresses: ["172.31.0.24"] }]);
  assert.equal(body.Containers[0].ContainerARN ?? body.Containers[0].LogDriver, undefined);
});

test("version 2 knows the task by its address", async () => {
  const stats = createStatsReader(createFakeDriver({ host: world.host }), world.clock);
  const { vpcId } = task.networkInterface!;
  const sources = new Map([
    [1, "172.31.0.24"],
    [2, "172.31.0.25"],
  ]);
  const sourceOf = async (vpc: string, port: number) => (vpc === vpcId ? sources.get(port) : "172.31.0.24");
  const deps = { agent: world.agent!, network, sourceOf, stats, credentials: undefined, clock: world.clock };
  vpcOfPeer = vpcId;
  const ask = async (path: string, port: number) => {
    const { status, body } = (await answer(deps, path, { address: "::ffff:169.254.64.1", port }))!;
    return { status, body: body as Record<string, unknown> };
  };
  const runtimeId = world.host.container("t1", "app")!.id;
  assert.equal((await ask("/v2/metadata", 1)).body.TaskARN, task.taskArn);
  assert.equal((await ask(`/v2/metadata/${runtimeId}`, 1)).body.Name, "app");
  assert.equal((await ask("/v2/metadata/unknown", 1)).status, 400);
  for (const port of [2, 3]) assert.equal((await ask("/v2/metadata", port)).status, 400);
  for (const elsewhere of ["vpc-of-others", undefined]) {
    vpcOfPeer = elsewhere;
    assert.equal((await ask("/v2/metadata", 1)).status, 400);
  }
});

test("stats are the engine's, null for what does not run", async () => {
  const stats = (await get(`/v4/${id}/stats`)).body;
  assert.equal(stats.memory_stats.usage, 1024 * 1024);
  const all = (await get(`/v4/${id}/task/stats`)).body;
  assert.deepEqual(
    Object.values(all).map((each) => each === null),
    [false, true],
  );
});

test("the network's counters are those of the sandbox, with rates between two readings", async () => {
  let bytes = 1_000;
  const counters = () => parseNetDev(netDev.replace("1000", String(bytes)));
  const driver = { ...createFakeDriver({ host: world.host }), readNetworks: async () => counters() };
  const reader = createStatsReader(driver, world.clock);
  const read = async () => {
    await world.run(1_000);
    const stats = await reader.container(world.agent!.findContainer(id)!.task, "app", "v4");
    return stats as { networks: { eth0: { rx_bytes: number } }; network_rate_stats?: object };
  };
  const first = await read();
  assert.equal(first.networks.eth0.rx_bytes, 1_000);
  assert.equal(first.network_rate_stats, undefined);
  bytes = 5_000;
  assert.deepEqual((await read()).network_rate_stats, { rx_bytes_per_sec: 4_000, tx_bytes_per_sec: 0 });
});

const netDev = `Inter-|   Receive                                     |  Transmit
 face |bytes packets errs drop fifo frame comp multicast|bytes packets errs drop fifo colls carrier compressed
    lo:  500    5    0    0    0     0     0        0     500       5    0    0    0     0       0          0
  eth0: 1000   10    1    2    0     0     0        0    2000      20    3    4    0     0       0          0
`;

test("credentials, and the errors of AWS where there are none", async () => {
  vpcOfPeer = task.networkInterface!.vpcId;
  assert.deepEqual((await get("/v2/credentials/c1")).body, credentials);
  const unknown = {
    status: 400,
    body: { code: "InvalidIdInRequest", message: "CredentialsV2Request: Credentials not found", HTTPErrorCode: 400 },
  };
  assert.deepEqual(await get("/v2/credentials/other"), unknown);
  for (const elsewhere of ["vpc-of-others", undefined]) {
    vpcOfPeer = elsewhere;
    assert.deepEqual(await get("/v2/credentials/c1"), unknown, "the id of a task of another VPC");
  }
  assert.equal((await get("/v2/credentials/")).body.code, "NoIdInRequest");
});

test("tasks without an interface: where they are, and credentials for just the sandbox on the bridge", async () => {
  vpcOfPeer = undefined;
  const stats = createStatsReader(createFakeDriver({ host: world.host }), world.clock);
  const deps = { network, stats, credentials: { get: async () => credentials }, clock: world.clock };
  for (const networkMode of ["bridge", "host"] as const) {
    world.controlPlane.want(plainPayload(networkMode, { networkMode, credentialsId: networkMode }));
    await world.run(10_000);
    const agent = world.agent!;
    const ask = async (address: string) =>
      (await answer({ ...deps, agent }, `/v2/credentials/${networkMode}`, { address, port: 1 }))!;
    const own = [...world.host.sandboxes.values()].find(({ spec }) => spec.name === networkMode);
    const address = networkMode === "bridge" ? world.network.admitted.get("bridge")?.address : "";
    assert.ok(own !== undefined && address !== undefined && world.network.admitted.has(networkMode));
    const { metadataId } = world.journal.entries.get(networkMode)!.memory.containers.app!;
    for (const version of ["v3", "v4"]) {
      const { Networks } = (await get(`/${version}/${metadataId}`)).body;
      assert.deepEqual(Networks, [{ NetworkMode: networkMode, IPv4Addresses: [address] }]);
    }
    assert.equal((await ask(`::ffff:${address || "192.0.2.1"}`)).status, 200);
    vpcOfPeer = "vpc-1";
    assert.equal((await ask("169.254.64.1")).status, 400, "from a VPC");
    vpcOfPeer = undefined;
  }
  const agent = world.agent!;
  const stolen = await answer({ ...deps, agent }, "/v2/credentials/bridge", { address: "172.17.255.254", port: 1 });
  assert.equal(stolen!.status, 400, "from another sandbox");
});

const unknown: [path: string, status: number, body: string][] = [
  [
    "/v4/nope",
    404,
    "V4 container metadata handler: unable to get container ID from request: " +
      "unable to get docker ID from v3 endpoint ID: nope",
  ],
  [
    "/v4/nope/task",
    404,
    "V4 task metadata handler: unable to get task arn from request: unable to get task Arn from v3 endpoint ID: nope",
  ],
  [
    "/v3/nope/stats",
    400,
    "V3 container stats handler: unable to get task arn from request: unable to get task Arn from v3 endpoint ID: nope",
  ],
  ["/", 404, "404 page not found\n"],
  ["/v4/", 404, "404 page not found\n"],
  ["/v4/x/toString", 404, "404 page not found\n"],
  ["/latest/meta-data/", 404, "404 page not found\n"],
];

for (const [path, status, body] of unknown) {
  test(`an error: ${path}`, async () => assert.deepEqual(await get(path), { status, body }));
}

test("paths", () => {
  assert.deepEqual(routeOf("/v4//x/task/"), { kind: "task", version: "v4", id: "x" });
  assert.deepEqual(routeOf("/v2/stats/c"), { kind: "containerStats", version: "v2", id: "c" });
  assert.equal(routeOf("/v5/x"), undefined);
  assert.equal(routeOf(""), undefined);
});

test("what is not HTTP is turned away, and the server goes on", async () => {
  for (const garbage of [
    "\x00\xff\xfe\r\n\r\n",
    `GET /v4/${"x".repeat(20_000)} HTTP/1.1\r\n\r\n`,
    "GET / HTTP/9.9\r\n\r\n",
  ]) {
    const socket = connect(server.port, "127.0.0.1");
    socket.end(garbage);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    assert.match(Buffer.concat(chunks).toString(), /^HTTP\/1\.1 4\d\d/);
  }
  assert.equal((await get(`/v4/${id}`)).status, 200);
});

test("a container that asks without end is slowed down, others are not", () => {
  const limit = createRateLimit(world.clock);
  const passed = Array.from({ length: 100 }, () => limit("a")).filter(Boolean).length;
  assert.equal(passed, 60);
  assert.ok(limit("b"));
});

test("the router of a subnet is its first address", () => {
  assert.equal(gatewayOf("10.1.16.0/20"), "10.1.16.1/20");
});
