import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { until } from "../../../../test/support/until.ts";
import { forwarderStatus, serveControl, stopForwarder } from "./background.ts";
import { startForwarder } from "./forwarder.ts";
import { targetsOf } from "./targets.ts";

const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
});

/** A "task" that answers with its name and what it was sent, when the client has ended. */
async function listen(host: string, port: number, name: string): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let text = "";
    socket.on("data", (data) => (text += data)).on("end", () => socket.end(`${name} ${text}`));
    socket.on("error", () => socket.destroy());
  });
  servers.push(server.listen(port, host));
  await once(server, "listening");
  return (server.address() as { port: number }).port;
}

async function talk(port: number, text: string): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  socket.end(text);
  let answer = "";
  for await (const data of socket) answer += data;
  return answer;
}

test("connections go to the tasks in turn, past those that do not answer, to the end of both directions", async () => {
  const containerPort = await listen("127.0.0.2", 0, "two");
  await listen("127.0.0.3", containerPort, "three");
  const targets = ["127.0.0.2", "127.0.0.4", "127.0.0.3"]; // nobody listens at 127.0.0.4
  const port = { hostIp: "127.0.0.1", hostPort: 0, containerPort, service: "web" };
  const forwarder = await startForwarder([port], async () => targets);
  const { hostPort } = forwarder.listening[0]!;
  const answers = [];
  for (const text of ["a", "b", "c", "d".repeat(300_000)]) answers.push(await talk(hostPort, text));
  assert.deepEqual(answers.slice(0, 3), ["two a", "three b", "three c"]);
  assert.equal(answers[3]!.length, 4 + 300_000);
  const again = await startForwarder(
    [
      { ...port, hostPort },
      { ...port, hostIp: "203.0.113.1" },
    ],
    async () => [],
  );
  assert.deepEqual(
    again.failed.map(({ reason }) => reason),
    [`port ${hostPort} of 127.0.0.1 is in use already`, "203.0.113.1 is no address of this machine"],
  );
  await again.close();
  await forwarder.close();
  await assert.rejects(talk(hostPort, "e"), { code: "ECONNREFUSED" });
});

test("without a task, or a platform, the connection ends", async () => {
  const port = { hostIp: "127.0.0.1", hostPort: 0, containerPort: 80, service: "web" };
  for (const find of [async () => [], () => Promise.reject(new Error("gone"))]) {
    const forwarder = await startForwarder([port], find);
    assert.equal(await talk(forwarder.listening[0]!.hostPort, "").catch(() => ""), "");
    await forwarder.close();
  }
});

test("the process is found as long as it has ports to close, or files to take away", async () => {
  const folder = mkdtempSync(join(tmpdir(), "estiva-forward-"));
  const [ports, log, socket] = ["ports", "log", "sock"].map((name) => join(folder, name)) as [string, string, string];
  const files = { ports, log, socket };
  const [closing, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const close = () => {
    closing.resolve();
    return closed.promise;
  };
  const serving = serveControl(files, { listening: [], failed: [], close }, new AbortController().signal);
  await until("the process", () => forwarderStatus(files));
  writeFileSync(ports, "[]");
  const stopped = stopForwarder(files);
  await closing.promise;
  assert.deepEqual(await forwarderStatus(files), { listening: [], failed: [] });
  closed.resolve();
  await Promise.all([stopped, serving]);
  assert.deepEqual(readdirSync(folder), []);
  rmSync(folder, { recursive: true });
});

test("tasks that take connections", () => {
  const task = (address: string, healthStatus?: string, lastStatus = "RUNNING") =>
    ({
      ...{ lastStatus, desiredStatus: "RUNNING", ...(healthStatus && { healthStatus }) },
      containers: [{ networkInterfaces: [{ privateIpv4Address: address }] }],
    }) as Parameters<typeof targetsOf>[0][number];
  assert.deepEqual(
    targetsOf([task("1"), task("2", "UNKNOWN"), task("3", "UNHEALTHY"), task("4", "HEALTHY", "PENDING")]),
    ["1", "2"],
  );
  assert.deepEqual(targetsOf([task("1", "UNKNOWN"), task("2", "HEALTHY")]), ["2"]);
});
