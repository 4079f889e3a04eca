import assert from "node:assert/strict";
import { test } from "node:test";
import { container, payload, plainPayload } from "../testing/payloads.ts";
import { filesOf } from "./files.ts";
import { hostPorts, sandboxSpec } from "./sandbox-spec.ts";

test("the sandbox of a Fargate task", () => {
  const systemControls = [
    { namespace: "net.core.somaxconn", value: "1024" },
    { namespace: "kernel.msgmax", value: "1" },
  ];
  const ports = [{ containerPort: 80, protocol: "tcp" as const }];
  const task = payload("t1", {
    containers: [container("app", { systemControls, portMappings: ports })],
    pidMode: "task",
  });
  assert.deepEqual(sandboxSpec("t1", task), {
    name: "t1",
    hostname: "ip-172-31-0-24.ec2.internal",
    network: "isolated",
    portMappings: [],
    resources: { cpuUnits: 256, memoryMiB: 512 },
    sysctls: { "net.core.somaxconn": "1024" },
    sharePid: true,
    shareIpc: false,
  });
});

test("the sandbox of a task in bridge mode publishes its ports", () => {
  const portMappings = [
    { containerPort: 80, hostPort: 8080, protocol: "tcp" as const },
    { containerPort: 53, protocol: "udp" as const },
    { containerPortRange: "8000-8009", protocol: "udp" as const },
  ];
  const containers = [container("app", { portMappings, hostname: "box" })];
  const spec = sandboxSpec("t1", plainPayload("t1", { networkMode: "bridge", launchType: "EC2", containers }));
  assert.equal(spec.hostname, "box");
  assert.deepEqual(spec.portMappings, [
    { containerPort: 80, hostPort: 8080, protocol: "tcp", hostIp: "" },
    { containerPort: 53, hostPort: 0, protocol: "udp", hostIp: "" },
    { containerPort: 8000, count: 10, hostPort: 0, protocol: "udp", hostIp: "" },
  ]);
});

test("of a task in host mode the ports of TCP are known, of others none are ports of the host", () => {
  const portMappings = [
    { containerPort: 80, protocol: "tcp" as const },
    { containerPort: 53, protocol: "udp" as const },
  ];
  const containers = [container("app", { portMappings }), container("idle")];
  const ports = (["host", "bridge", "none"] as const).map((networkMode) =>
    hostPorts(plainPayload("t1", { networkMode, launchType: "EC2", containers })),
  );
  assert.deepEqual(ports, [[80], [], []]);
});

const facts = { hostname: "stock-1", hostNameservers: ["9.9.9.9"] };

test("hosts and resolv.conf in awsvpc mode are the platform's", () => {
  const own = {
    extraHosts: [{ hostname: "db", ipAddress: "10.0.0.9" }],
    dnsSearchDomains: ["corp.example"],
  };
  assert.deepEqual(filesOf(payload("t1"), container("app", own), { ...facts, resolver: "172.31.0.2" }), {
    hosts:
      "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n" +
      "172.31.0.24 ip-172-31-0-24.ec2.internal stock-1\n10.0.0.9 db\n",
    resolvConf: "search corp.example\nnameserver 172.31.0.2\noptions timeout:2 attempts:5\n",
  });
  const plain = filesOf(payload("t1"), container("app"), { ...facts, resolver: "172.31.0.2" });
  assert.match(plain.resolvConf!, /^search ec2\.internal\nnameserver 172\.31\.0\.2\n/);
});

test("elsewhere they are the engine's, but for what the container asks for", () => {
  const task = plainPayload("t1", { networkMode: "bridge", launchType: "EC2" });
  assert.deepEqual(filesOf(task, container("app"), facts), {});
  assert.deepEqual(filesOf(task, container("app", { dnsSearchDomains: ["a.b"] }), facts), {
    resolvConf: "search a.b\nnameserver 9.9.9.9\n",
  });
  assert.deepEqual(filesOf(task, container("app", { dnsServers: ["1.1.1.1"], links: ["db:database"] }), facts), {
    hosts: "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n127.0.1.1 stock-1\n127.0.0.1 database\n",
    resolvConf: "nameserver 1.1.1.1\n",
  });
});
