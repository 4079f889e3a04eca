import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { systemClock } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import { openHttp } from "#platform/http-sender.ts";
import { readChallenge } from "#registry/upstream/challenge.ts";
import { createUpstreamClient } from "#registry/upstream/client.ts";
import { sha256, startRegistry, type TestRegistry } from "../../support/registry.ts";
import { pushImage } from "./images.ts";

/** A registry behind a front that asks for tokens and redirects blobs, as the public ones do. */
let origin: TestRegistry;
let front: { url: string; requests: string[]; down: boolean; close(): void };
before(async () => {
  origin = await startRegistry();
  front = await startFront(origin);
});
after(async () => {
  front.close();
  await origin.close();
});

async function startFront(behind: TestRegistry) {
  const requests: string[] = [];
  const state = { url: "", requests, down: false, close: () => server.close() };
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url!, state.url);
    requests.push(`${url.pathname}${url.search}`);
    if (state.down) return void response.writeHead(503).end();
    if (url.pathname === "/token") {
      const basic = `Basic ${Buffer.from("me:secret").toString("base64")}`;
      if (request.headers.authorization !== basic) return void response.writeHead(401).end();
      return void response.end(JSON.stringify({ token: "t0k3n", expires_in: 300 }));
    }
    if (request.headers.authorization !== "Bearer t0k3n") {
      const challenge = `Bearer realm="${state.url}/token",service="front",scope="repository:app:pull"`;
      return void response.writeHead(401, { "www-authenticate": challenge }).end();
    }
    if (url.pathname.includes("/blobs/")) {
      return void response.writeHead(307, { location: `${behind.url}${url.pathname}` }).end();
    }
    const answer = await behind.send("GET", url.pathname);
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
    response.end(Buffer.from(await answer.arrayBuffer()));
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return state;
}

const credentials = { username: "me", password: "secret" };

test("challenges are read", () => {
  const bearer = { scheme: "bearer", realm: "https://a/t", service: "s", scope: "repository:a/b:pull,push" };
  assert.deepEqual(readChallenge('Bearer realm="https://a/t",service="s",scope="repository:a/b:pull,push"'), bearer);
  assert.deepEqual(readChallenge('Basic realm="x", bearer realm="https://a/t"'), {
    ...{ scheme: "bearer", realm: "https://a/t", service: undefined, scope: undefined },
  });
  assert.deepEqual(readChallenge('Basic realm="x"'), { scheme: "basic" });
  for (const none of [undefined, "", "Negotiate", 'Bearer service="s"']) assert.equal(readChallenge(none), undefined);
});

test("images come from upstream when they are asked for, once, and stay when it is down", async () => {
  const image = await pushImage(origin, "app", "v1");
  const upstreams = { "cache/app": { endpoint: front.url, repositoryName: "app", credentials } };
  const cache = await startRegistry({ catalog: { upstreams } });
  try {
    const get = (path: string) => cache.send("GET", `/v2/cache/app/${path}`);
    const pulls = await Promise.all([get("manifests/v1"), get("manifests/v1"), get("manifests/v1")]);
    for (const pulled of pulls) assert.deepEqual(Buffer.from(await pulled.arrayBuffer()), image.bytes);
    assert.equal(front.requests.filter((path) => path === "/v2/app/manifests/v1").length, 2, "refused, then given");
    assert.deepEqual(
      front.requests.filter((path) => path.startsWith("/token")),
      ["/token?service=front&scope=repository%3Aapp%3Apull"],
    );
    const blobs = await Promise.all([get(`blobs/${sha256("{}")}`), get(`blobs/${sha256("{}")}`)]);
    for (const blob of blobs) assert.equal(await blob.text(), "{}");
    assert.equal((await get(`blobs/${sha256("no")}`)).status, 404);
    assert.equal((await get("manifests/v2")).status, 404);

    front.down = true;
    assert.equal((await get("manifests/v1")).status, 200);
    assert.equal((await get(`manifests/${image.digest}`)).status, 200);
    assert.equal(await (await get(`blobs/${sha256("{}")}`)).text(), "{}");
    assert.equal((await get("manifests/v3")).status, 503);
    // Clients show of it the number alone.
    assert.match(
      cache.logLines.at(-1)!,
      /registry does not answer".*"repository":"cache\/app".*answers with status 503/,
    );
  } finally {
    front.down = false;
    await cache.close();
  }
});

test("what upstream refuses, or says wrongly, is told", async () => {
  const client = createUpstreamClient({ clock: systemClock(), open: openHttp });
  const reason = (expected: string) => (error: unknown) => error instanceof DriverError && error.reason === expected;
  const upstream = { endpoint: front.url, repositoryName: "app" };
  await assert.rejects(client.manifest(upstream, "v1"), reason("Unauthorized"));
  const wrong = { ...upstream, credentials: { username: "me", password: "wrong" } };
  await assert.rejects(client.manifest(wrong, "v1"), (error: Error) => !error.message.includes("wrong"));
  await assert.rejects(client.manifest({ ...upstream, credentials }, "none"), reason("NotFound"));
  const nobody = { endpoint: "http://127.0.0.1:1", repositoryName: "app" };
  await assert.rejects(client.manifest(nobody, "v1"), reason("Unavailable"));
});
