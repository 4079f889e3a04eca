import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { after, test } from "node:test";
import { within } from "../../../test/support/within.ts";
import { type Client, createClient, textsOf } from "../client.ts";
import { CommandError, exitCodes, type Terminal } from "../command.ts";
import { clusterOf, findTask, orBroken, overRestarts, withClient } from "./connect.ts";

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
