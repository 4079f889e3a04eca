import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo, LookupFunction } from "node:net";
import { after, before, test } from "node:test";
import { createHttpOpener, createHttpSender, openHttp, sendHttp } from "./http-sender.ts";

const timeoutMs = 60_000;
const switching = "connection: upgrade\r\nupgrade: x\r\n\r\n";
const received: IncomingMessage[] = [];
const server = createServer((request, response) => {
  received.push(request);
  if (request.url === "/upgrade") request.socket.end(`HTTP/1.1 101 Switching Protocols\r\n${switching}`);
  else response.writeHead(request.url === "/busy" ? 429 : 200, { "retry-after": "7" }).end("0123456789");
});
const url = (name: string, path = "/") => `http://${name}:${(server.address() as AddressInfo).port}${path}`;
const post = (to: string, headers = {}) => ({ method: "POST", url: to, headers, body: "{}" });

before(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
after(() => server.close());

/** A resolver that answers so, each time with the next. */
function resolver(...answers: readonly string[][]): { readonly asked: string[]; readonly lookup: LookupFunction } {
  const asked: string[] = [];
  const lookup: LookupFunction = (name, _options, callback) => {
    const addresses = answers[Math.min(asked.push(name), answers.length) - 1]!;
    callback(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    );
  };
  return { asked, lookup };
}

test("nothing is sent to metadata services, however they are written", async () => {
  const hosts = ["169.254.169.254", "2852039166", "0xa9fea9fe", "[::ffff:169.254.170.2]", "[fd00:ec2::254]"];
  for (const host of hosts) {
    const sending = sendHttp(post(`http://${host}/`), { timeoutMs });
    await assert.rejects(sending, { reason: "InvalidSpec", retryable: false, message: /metadata/ }, host);
  }
});

test("a name is looked up once, and what was looked at is connected to", async () => {
  const { asked, lookup } = resolver(["127.0.0.1"], ["169.254.169.254"]);
  const send = createHttpSender(lookup);
  assert.equal((await send(post(url("changing.example")), { timeoutMs })).status, 200);
  assert.deepEqual(asked, ["changing.example"]);
  const again = send(post(url("changing.example")), { timeoutMs });
  await assert.rejects(again, { reason: "InvalidSpec", retryable: false, message: /changing\.example.*metadata/ });
  const one = createHttpSender(resolver(["127.0.0.1", "169.254.169.254"]).lookup);
  await assert.rejects(one(post(url("both.example")), { timeoutMs }), { reason: "InvalidSpec" });
});

test("where only the internet may be reached, nothing goes to this machine or a private network", async () => {
  const { signal } = new AbortController();
  const get = (to: string) => ({ method: "GET", url: to, headers: {} });
  const answer = await openHttp(get(url("127.0.0.1")), { signal, onlyOutside: false });
  assert.deepEqual([answer.status, answer.isInside], [200, true]);
  answer.close();
  const hosts = ["127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.0.1", "100.64.0.1", "0.0.0.0", "169.254.169.254"];
  for (const host of [...hosts, "[::1]", "[::]", "[::ffff:127.0.0.1]", "[fd12::1]", "[fe80::1]"]) {
    const opening = openHttp(get(url(host)), { signal, onlyOutside: true });
    await assert.rejects(opening, { reason: "InvalidSpec", retryable: false, message: /private network/ }, host);
  }
  const open = createHttpOpener(resolver(["10.1.2.3"]).lookup);
  const opening = open(get(url("inside.example")), { signal, onlyOutside: true });
  await assert.rejects(opening, { reason: "InvalidSpec", message: /inside\.example.*private network/ });
});

test("the answer's head is told, and as much of its body as is wanted", async () => {
  const host = "127.0.0.1";
  assert.deepEqual(await sendHttp(post(url(host, "/busy")), { timeoutMs }), { status: 429, retryAfterSeconds: 7 });
  assert.equal((await sendHttp(post(url(host)), { timeoutMs, mostBodyBytes: 10 })).body, "0123456789");
  const long = sendHttp(post(url(host)), { timeoutMs, mostBodyBytes: 9 });
  await assert.rejects(long, { reason: "InvalidSpec", message: /more than 9 bytes/ });
});

test("headers that no request can have are refused for good, and their values are not told", async () => {
  const headers = [
    { "x-key": "hush\nhush" },
    { "x key": "hush" },
    { "Content-Length": "1" },
    { "x-key": "hush\u2713" },
  ];
  const before = received.length;
  for (const each of headers) {
    const sending = sendHttp(post(url("127.0.0.1"), each), { timeoutMs });
    await assert.rejects(sending, (error: { reason: string; retryable: boolean; message: string }) => {
      assert.deepEqual([error.reason, error.retryable], ["InvalidSpec", false]);
      assert.match(error.message, /x.key|Content-Length/);
      assert.doesNotMatch(error.message, /hush/);
      return true;
    });
  }
  assert.equal(received.length, before);
});

test("who cannot be reached, or does not answer in time, may be asked again", async () => {
  const failing: LookupFunction = (_name, _options, callback) => callback(new Error("ENOTFOUND"), []);
  const unknown = createHttpSender(failing)(post("http://none.example/"), { timeoutMs });
  await assert.rejects(unknown, { retryable: true, message: "none.example could not be reached." });
  const upgrade = sendHttp(post(url("127.0.0.1", "/upgrade")), { timeoutMs });
  await assert.rejects(upgrade, { retryable: true, message: /could not be reached/ });
  const silent = createHttpSender(() => {})(post("http://silent.example/"), { timeoutMs: 1 });
  await assert.rejects(silent, { retryable: true, message: "silent.example did not answer within 0.001 seconds." });
});
