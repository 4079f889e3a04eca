import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { after, before, describe, it } from "node:test";
import type { Handler } from "#kernel/handler.ts";
import { signRequest } from "#wire/sigv4/sign.ts";
import { credentials, fakeService, testGateway } from "../../test/support/gateway.ts";
import { Received } from "../../test/support/received.ts";
import type { Gateway, GatewayOptions } from "./gateway.ts";

const limits = {
  bodyBytes: 100_000,
  unknownCallerBodyBytes: 1000,
  heldBodyBytes: 150_000,
  pipelinedRequests: 4,
  closeSeconds: 0.2,
};

/** Handlers of the test at hand. */
const handlers: { ListClusters: Handler; StartLiveTail: Handler } = {
  ListClusters: async () => ({ clusterArns: [] }),
  StartLiveTail: async () => ({}),
};

function newGateway(options: Partial<GatewayOptions> = {}) {
  const services = [
    fakeService("ecs", { ListClusters: (input, ctx) => handlers.ListClusters(input, ctx) }),
    fakeService("logs", { StartLiveTail: (input, ctx) => handlers.StartLiveTail(input, ctx) }),
  ];
  return testGateway(services, { limits, ...options });
}

function signedHeaders(port: number, body: string, target: string, service: string): Record<string, string> {
  const headers = { host: `127.0.0.1:${port}`, "x-amz-target": target };
  const request = { method: "POST", path: "/", query: "", headers, body: Buffer.from(body) };
  const signed = signRequest(request, { credentials, region: "us-east-1", service, now: Date.now() });
  return signed.headers as Record<string, string>;
}

const listClusters = "AmazonEC2ContainerServiceV20141113.ListClusters";
const liveTail = "Logs_20140328.StartLiveTail";

describe("the gateway's HTTP server", () => {
  let gateway: Gateway;
  let port: number;

  before(async () => {
    gateway = newGateway().gateway;
    port = await gateway.listen("127.0.0.1", 0);
  });
  after(() => gateway.close());

  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${port}/`, { method: "POST", body, headers });
  const signedPost = (body: string) => post(body, signedHeaders(port, body, listClusters, "ecs"));

  /** Sends bytes; resolves with what came back until the server closed the connection. */
  async function exchange(bytes: string, to = port): Promise<string> {
    const socket: Socket = connect(to, "127.0.0.1");
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("error", () => undefined); // a reset: `close` follows
    socket.write(bytes);
    await new Promise((resolve) => socket.on("close", resolve));
    return text;
  }

  it("answers a signed request", async () => {
    const response = await signedPost("{}");
    assert.deepEqual([response.status, await response.json()], [200, { clusterArns: [] }]);
    assert.equal(response.headers.get("access-control-allow-origin"), null);
  });

  it("takes long bodies only from who names a known key", async () => {
    const long = `{"nextToken":"${"x".repeat(50_000)}"}`;
    assert.equal((await signedPost(long)).status, 200);
    const response = await post(long);
    assert.equal(response.status, 413);
    assert.equal(response.headers.get("x-amzn-errortype"), "RequestEntityTooLarge");
    assert.equal((await signedPost(`{"nextToken":"${"x".repeat(100_000)}"}`)).status, 413);
  });

  it("counts bodies of unknown length", async () => {
    const chunk = "x".repeat(600);
    const part = `${chunk.length.toString(16)}\r\n${chunk}\r\n`;
    const answer = await exchange(
      `POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${part.repeat(3)}0\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 413 /);
  });

  it("holds only so much at once", async () => {
    const small = newGateway({ limits: { ...limits, heldBodyBytes: 100 } }).gateway;
    const smallPort = await small.listen("127.0.0.1", 0);
    const response = await fetch(`http://127.0.0.1:${smallPort}/`, { method: "POST", body: "x".repeat(200) });
    assert.equal(response.status, 503);
    for (let i = 0; i < 5; i++) {
      const next = await fetch(`http://127.0.0.1:${smallPort}/`, { method: "POST", body: "x".repeat(50) });
      assert.equal(next.status, 400);
    }
    await small.close();
  });

  const garbage: [string, string][] = [
    ["no HTTP", "\u0016\u0003\u0001 hello\r\n\r\n"],
    ["no Host", "GET / HTTP/1.1\r\n\r\n"],
    ["a header without end", `GET / HTTP/1.1\r\nHost: h\r\nX: ${"x".repeat(100_000)}`],
    ["two lengths", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"],
    [
      "length and chunks",
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ["a negative length", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n"],
  ];
  for (const [name, bytes] of garbage) {
    it(`${name} ends the connection, not the server`, async () => {
      assert.match(await exchange(bytes), /^HTTP\/1\.1 4\d\d |^$/);
      assert.equal((await signedPost("{}")).status, 200);
    });
  }

  // A gateway of its own: on a busy machine an honest client may need longer than this one grants.
  it("headers that never end, end the connection", async () => {
    const hasty = newGateway({ limits: { ...limits, headerSeconds: 0.2 } }).gateway;
    const answer = await exchange("GET / HTTP/1.1\r\nHost: h\r\n", await hasty.listen("127.0.0.1", 0));
    assert.match(answer, /^HTTP\/1\.1 408 |^$/);
    await hasty.close();
  });

  it("ends a connection that sends far ahead of its answers", async () => {
    const waiting: (() => void)[] = [];
    const request = `POST / HTTP/1.1\r\n${Object.entries(signedHeaders(port, "", listClusters, "ecs"))
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join("")}\r\n`;
    handlers.ListClusters = () => new Promise((resolve) => waiting.push(() => resolve({})));
    assert.equal(await exchange(request.repeat(20)), "");
    assert(waiting.length <= limits.pipelinedRequests, `${waiting.length} requests were started`);
    for (const finish of waiting) finish();
    handlers.ListClusters = async () => ({ clusterArns: [] });
  });

  it("aborts the handler's signal when the client goes away", async () => {
    const aborted = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    handlers.StartLiveTail = async (_input, ctx) => {
      ctx.signal().addEventListener("abort", () => aborted.resolve());
      started.resolve();
      return { responseStream: untilAborted(ctx.signal()) };
    };
    const body = JSON.stringify({ logGroupIdentifiers: ["arn:aws:logs:us-east-1:000000000000:log-group:a"] });
    const client = new AbortController();
    const headers = signedHeaders(port, body, liveTail, "logs");
    const response = fetch(`http://127.0.0.1:${port}/`, { method: "POST", body, headers, signal: client.signal });
    await started.promise;
    assert.equal((await response).status, 200);
    client.abort();
    await aborted.promise;
  });

  async function* untilAborted(signal: AbortSignal): AsyncGenerator<object> {
    yield { sessionStart: { requestId: "r" } };
    if (!signal.aborted) await once(signal, "abort");
  }
});

describe("mounts", () => {
  it("get every request under their path, and no other", async () => {
    const seen: string[] = [];
    const handle = async (request: IncomingMessage, response: ServerResponse) => {
      seen.push(request.url ?? "");
      response.end("mounted");
    };
    const { gateway } = newGateway({ mounts: [{ prefix: "/v2/", handle }] });
    const port = await gateway.listen("127.0.0.1", 0);
    for (const path of ["/v2", "/v2/", "/v2/a/blobs/1?x=y"]) {
      assert.equal(await (await fetch(`http://127.0.0.1:${port}${path}`)).text(), "mounted");
    }
    assert.notEqual(await (await fetch(`http://127.0.0.1:${port}/v2x`)).text(), "mounted");
    assert.deepEqual(seen, ["/v2", "/v2/", "/v2/a/blobs/1?x=y"]);
    await gateway.close();
  });
});

describe("connections that change to another protocol", () => {
  it("are handed over under their path; other offers to change are passed over", async () => {
    const seen: string[] = [];
    const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      seen.push(request.url ?? "");
      socket.end(`HTTP/1.1 101 Switching Protocols\r\n\r\n${head}`);
    };
    const { gateway } = newGateway({ upgrades: [{ prefix: "/v1/data-channel/", upgrade }] });
    const port = await gateway.listen("127.0.0.1", 0);
    const answerTo = async (path: string, protocol: string) => {
      const socket = connect(port, "127.0.0.1");
      const received = new Received(socket);
      socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: ${protocol}\r\n\r\nhead`);
      const answer = await received.take(/\r\n\r\n/);
      // What follows the head of an answer that is not refused is the end of it.
      const text = answer.startsWith("HTTP/1.1 101 ") ? answer + (await received.rest()) : answer;
      socket.destroy();
      return text.split("\r\n");
    };
    assert.deepEqual(await answerTo("/v1/data-channel/s1", "WebSocket"), [
      "HTTP/1.1 101 Switching Protocols",
      "",
      "head",
    ]);
    for (const [path, protocol] of [
      ["/v1/data-channel/s1", "h2c"],
      ["/other", "websocket"],
      ["/", "h2c"],
    ] as const) {
      assert.match((await answerTo(path, protocol))[0]!, /^HTTP\/1\.1 4/);
    }
    assert.deepEqual(seen, ["/v1/data-channel/s1"]);
    await gateway.close();
  });
});

describe("routes beside the AWS APIs", () => {
  const routes: GatewayOptions["routes"] = {
    "GET /_estiva/health": () => ({ status: 200, headers: {}, body: "fine" }),
    "POST /_estiva/reset": () => {
      throw new Error("topsecret");
    },
  };

  it("a streamed answer that fails breaks off, and does not look whole", async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("half");
      throw new Error("no more");
    }
    const { gateway, lines } = newGateway({
      routes: { "GET /_estiva/metrics": () => ({ status: 200, headers: {}, body: failing() }) },
    });
    const port = await gateway.listen("127.0.0.1", 0);
    const answer = await fetch(`http://127.0.0.1:${port}/_estiva/metrics`);
    const end = await answer.text().then(
      () => "whole",
      () => "broken off",
    );
    await gateway.close();
    assert.deepEqual([answer.status, end, lines.length], [200, "broken off", 1]);
  });

  it("answer to this machine's own names, and to exact paths", async () => {
    const { gateway, lines } = newGateway({ routes });
    const port = await gateway.listen("127.0.0.1", 0);
    const url = `http://127.0.0.1:${port}/_estiva`;
    assert.equal(await (await fetch(`${url}/health?x=1`)).text(), "fine");
    assert.equal((await fetch(`${url}/health/`)).status, 400);
    const failed = await fetch(`${url}/reset`, { method: "POST" });
    assert.equal(failed.status, 500);
    assert(!(await failed.text()).includes("topsecret"));
    assert.equal(lines.length, 1);
    for (const [origin, status] of [
      ["http://evil.example.com", 403],
      ["null", 403],
      [`http://127.0.0.1:${port}`, 500],
    ] as const) {
      const sent = await fetch(`${url}/reset`, { method: "POST", headers: { origin } });
      assert.equal(sent.status, status, origin);
    }
    const socket = connect(port, "127.0.0.1");
    const received = new Received(socket);
    socket.write("GET /_estiva/health HTTP/1.1\r\nHost: rebound.example.com\r\n\r\n");
    assert.match(await received.take(/\r\n\r\n/), /^HTTP\/1\.1 403 /);
    socket.destroy();
    await gateway.close();
  });
});

it("answers signed routes under every name, and tells who has not signed", async () => {
  const route = { service: "ecs", parse: () => ({}), needs: () => [], answer: async () => ({ fine: true }) } as const;
  const { gateway } = newGateway({ signedRoutes: { "POST /_estiva/question": route } });
  const port = await gateway.listen("127.0.0.1", 0);
  const socket = connect(port, "127.0.0.1");
  const received = new Received(socket);
  socket.write("POST /_estiva/question HTTP/1.1\r\nHost: estiva.example.com\r\nContent-Length: 0\r\n\r\n");
  const answer = await received.take(/MissingAuthenticationTokenException/);
  assert.match(answer, /^HTTP\/1\.1 400 .*MissingAuthenticationTokenException/s);
  socket.destroy();
  await gateway.close();
});

describe("listening and closing", () => {
  it("on several addresses; one that is taken rejects", async () => {
    const { gateway } = newGateway();
    const first = await gateway.listen("127.0.0.1", 0);
    const second = await gateway.listen("127.0.0.2", 0);
    for (const address of [`127.0.0.1:${first}`, `127.0.0.2:${second}`]) {
      assert.equal((await fetch(`http://${address}/`)).status, 400);
    }
    await assert.rejects(gateway.listen("127.0.0.1", first), { code: "EADDRINUSE" });
    await gateway.close();
    await assert.rejects(fetch(`http://127.0.0.1:${first}/`));
  });

  it("closes while a client holds its connection, and while a handler hangs", async () => {
    const { gateway } = newGateway();
    const port = await gateway.listen("127.0.0.1", 0);
    const idle = connect(port, "127.0.0.1");
    await once(idle, "connect");
    const entered = Promise.withResolvers<void>();
    handlers.ListClusters = () => {
      entered.resolve();
      return new Promise(() => undefined);
    };
    const hanging = fetch(`http://127.0.0.1:${port}/`, {
      method: "POST",
      headers: signedHeaders(port, "", listClusters, "ecs"),
    });
    hanging.catch(() => undefined);
    await entered.promise;
    await gateway.close();
    await assert.rejects(hanging);
    idle.destroy();
    handlers.ListClusters = async () => ({ clusterArns: [] });
  });
});
