import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { until } from "../../../test/support/until.ts";
import { within } from "../../../test/support/within.ts";
import { type Client, createClient, textsOf } from "../client.ts";
import { CommandError, exitCodes, type Terminal } from "../command.ts";
import type { Streams } from "../exec/streams.ts";
import { runProgram } from "../index.ts";
import { backupCommand } from "./backup.ts";
import { composeCommand } from "./compose/index.ts";
import { clusterOf, findTask, orBroken, overRestarts, tellingSilence, withClient } from "./connect.ts";
import { eventsCommand } from "./events.ts";
import { logsCommand } from "./logs.ts";
import type { Machine } from "./machine.ts";

/** What a platform looks like that hangs: it takes connections, and answers nothing. */
const open = new Set<Socket>();
const silent = createServer((socket) => void open.add(socket));
silent.listen(0, "127.0.0.1");
await once(silent, "listening");
after(() => {
  for (const socket of open) socket.destroy();
  silent.close();
});
const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
const keys = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" };

test("a signal ends a command while the platform is silent", async () => {
  const stopping = new AbortController();
  const { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY } = keys;
  const terminal: Terminal = {
    env: { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY },
    interactive: false,
    out: () => {},
    err: () => {},
    signal: stopping.signal,
  };
  const args = { flags: new Set<string>(), values: new Map(), positionals: [] };
  const asked = once(silent, "connection");
  const ended = assert.rejects(
    withClient(args, terminal, (client) => client.ecs("ListClusters", {})),
    { message: "Interrupted.", exitCode: exitCodes.interrupted },
  );
  await asked;
  stopping.abort("SIGINT");
  await within("the end of the command", ended);
});

const folder = mkdtempSync(join(tmpdir(), "estiva-connect-"));
after(() => rmSync(folder, { recursive: true }));
const composeFile = join(folder, "compose.yaml");
writeFileSync(composeFile, "services: { web: { image: busybox } }\n");

const words: readonly (readonly string[])[] = [
  ["backup", join(folder, "never.tar")],
  ["compose", "logs", "-p", "shop"],
  ["compose", "up", "-f", composeFile],
  ["events", "-f"],
  ["logs", "-f", "0123456789abcdef0123456789abcdef"],
];
for (const line of words) {
  const name = line.filter((word) => /^[a-z]+$/.test(word)).join(" ");
  test(`a second signal ends it while the platform is silent: estiva ${name}`, async () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY } = keys;
    const told: string[] = [];
    const terminal: Terminal = {
      env: { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY },
      ...{ interactive: false, out: () => {}, err: (text) => void told.push(text) },
      ...{ signal: first.signal, secondSignal: second.signal },
    };
    const asked = once(silent, "connection");
    const commands = [backupCommand, composeCommand({} as Machine, {} as Streams), eventsCommand, logsCommand];
    const ended = runProgram(commands, line, terminal);
    await asked;
    first.abort("SIGINT");
    second.abort("SIGINT");
    assert.equal(await within("the end of the command", ended), exitCodes.interrupted);
    assert.match(told.join(""), /estiva: Interrupted: no platform answers/);
  });
}

test("a platform that does not answer is told of, once until it answers again", async () => {
  const told: string[] = [];
  const quiet = { env: {}, interactive: false, out: () => {}, signal: new AbortController().signal };
  const around = tellingSilence({ ...quiet, err: (text) => void told.push(text) }, "http://here", 0.01);
  const answers = Array.from({ length: 3 }, () => Promise.withResolvers<string>());
  const calls = answers.map(({ promise }) => around(promise));
  await until("words", () => told.length > 0);
  for (const { resolve } of answers) resolve("an answer");
  assert.deepEqual(await Promise.all(calls), ["an answer", "an answer", "an answer"]);
  assert.deepEqual(told, ["The platform at http://here does not answer for 0.01 s. Waiting; Ctrl-C ends it.\n"]);
  const again = Promise.withResolvers<never>();
  const failed = assert.rejects(around(again.promise), { message: "refused" });
  await until("words again", () => told.length > 1);
  again.reject(new Error("refused"));
  await failed;
});

test("a command that follows waits for a platform that is away, and says so once", async () => {
  const told: string[] = [];
  const stopping = new AbortController();
  const quiet = { env: {}, interactive: false, out: () => {}, signal: stopping.signal };
  const terminal: Terminal = { ...quiet, err: (text) => void told.push(text) };
  const answers = [exitCodes.unavailable, exitCodes.unavailable, "back", exitCodes.failure, exitCodes.unavailable];
  const ask = async () => {
    const answer = answers.shift()!;
    if (typeof answer === "string") return answer;
    throw new CommandError("No platform answers.\nStart one.", answer);
  };
  assert.equal(await overRestarts(terminal, ask), "back");
  assert.deepEqual(told, ["No platform answers. Waiting for it.\n"]);
  await assert.rejects(overRestarts(terminal, ask), { exitCode: exitCodes.failure });
  const waits = overRestarts(terminal, ask);
  stopping.abort("SIGINT");
  assert.equal(await waits, undefined);
});

test("a platform that is silent for too long is told of", async () => {
  const client = createClient({ endpoint, region: "us-east-1", ...keys }, 0.05);
  const ended = assert.rejects(client.ecs("ListClusters", {}), {
    message: /^No platform answers at .* \(it is silent\)/,
    exitCode: exitCodes.unavailable,
  });
  await within("the end of the request", ended);
  client.close();
});

test("a platform that is killed in the middle of an answer does not answer", async () => {
  const dying = createServer((socket) => {
    socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"));
  });
  dying.listen(0, "127.0.0.1");
  await once(dying, "listening");
  const address = `http://127.0.0.1:${(dying.address() as AddressInfo).port}`;
  const client = createClient({ endpoint: address, region: "us-east-1", ...keys });
  await assert.rejects(client.ecs("ListClusters", {}), { exitCode: exitCodes.unavailable });
  client.close();
  dying.close();
});

test("an endpoint with https is spoken to in TLS", async () => {
  const firstBytes: (number | undefined)[] = [];
  const tls = createServer((socket) => {
    socket.once("data", (data) => {
      firstBytes.push(data[0]);
      socket.end("HTTP/1.1 200 OK\r\n\r\n");
    });
  });
  tls.listen(0, "127.0.0.1");
  await once(tls, "listening");
  const address = `https://127.0.0.1:${(tls.address() as AddressInfo).port}`;
  const client = createClient({ endpoint: address, region: "us-east-1", ...keys });
  await assert.rejects(client.ecs("ListClusters", {}), { exitCode: exitCodes.unavailable });
  assert.deepEqual(firstBytes, [22], "a handshake");
  client.close();
  tls.close();
});

test("texts of XML are read as what they stand for", () => {
  assert.deepEqual(textsOf("<A>a &lt;b&gt; &amp;amp; &quot;c&apos;&#xD;</A><A/><A>d</A>", "A"), [
    "a <b> &amp; \"c'\r",
    "d",
  ]);
});

test("a task that stops while tasks are listed is one task", async () => {
  const arn = "arn:aws:ecs:us-east-1:000000000000:task/web/3f2a";
  const client = { ecs: async () => ({ taskArns: [arn] }) } as unknown as Client;
  assert.equal(await findTask(client, "web", "3f"), arn);
});

test("an ARN names the cluster, unless an option does", () => {
  const args = { flags: new Set<string>(), values: new Map(), positionals: [] };
  assert.equal(clusterOf(args, "arn:aws:ecs:us-east-1:000000000000:task/web/3f2a"), "web");
  assert.equal(clusterOf(args, "3f2a"), "default");
  const given = { ...args, values: new Map([["cluster", ["prod"]]]) };
  assert.equal(clusterOf(given, "arn:aws:ecs:us-east-1:000000000000:task/web/3f2a"), "prod");
});

test("what goes on beside a command ends it by failing, and not by ending", async () => {
  const never = new Promise<never>(() => {});
  await assert.rejects(orBroken(Promise.reject(new Error("broken")), never), { message: "broken" });
  assert.equal(await orBroken(Promise.resolve(), Promise.resolve("done")), "done");
  assert.equal(await orBroken(never, Promise.resolve("done")), "done");
});
