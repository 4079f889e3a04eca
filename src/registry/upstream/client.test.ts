import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "#kernel/clock.ts";
import type { HttpStream, OpenHttp } from "#kernel/http-sender.ts";
import { createUpstreamClient } from "./client.ts";

type Answer = Partial<Pick<HttpStream, "status" | "headers" | "isInside">> & { readonly text?: string };
interface Sent {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly onlyOutside: boolean;
}

/** A client of registries that answer so, by their URLs, and what it has sent. */
function client(answers: Readonly<Record<string, Answer>>) {
  const sent: Sent[] = [];
  const open: OpenHttp = async ({ url, headers }, { onlyOutside }) => {
    sent.push({ url, authorization: headers.authorization, onlyOutside });
    const { text = "", ...answer } = answers[url]!;
    const content = (async function* () {
      yield Buffer.from(text);
    })();
    return { status: 200, headers: {}, isInside: false, close: () => {}, content, ...answer };
  };
  return { sent, upstream: createUpstreamClient({ clock: systemClock(), open }) };
}

const place = {
  endpoint: "https://quay.example",
  repositoryName: "app",
  credentials: { username: "me", password: "hush" },
};
const tag = "https://quay.example/v2/app/manifests/v1";
const basic = `Basic ${Buffer.from("me:hush").toString("base64")}`;
const to = (location: string, isInside = false) => ({ status: 307, headers: { location }, isInside });
const challenge = (realm: string) => ({ status: 401, headers: { "www-authenticate": `Bearer realm="${realm}"` } });

test("only a registry inside a private network leads into one, by redirects and by its token service", async () => {
  for (const isInside of [false, true]) {
    const { sent, upstream } = client({
      [tag]: to("http://10.0.0.1/a", isInside),
      "http://10.0.0.1/a": { text: "manifest" },
    });
    assert.equal((await upstream.manifest(place, "v1")).bytes.toString(), "manifest");
    assert.deepEqual(
      sent.map(({ onlyOutside }) => onlyOutside),
      [false, !isInside],
    );
    const realm = "https://10.0.0.1/token";
    const asking = client({
      [tag]: { ...challenge(realm), isInside },
      [`${realm}?scope=repository%3Aapp%3Apull`]: { status: 403 },
    });
    await assert.rejects(asking.upstream.manifest(place, "v1"), { reason: "Unauthorized" });
    assert.deepEqual(asking.sent.at(-1), {
      url: `${realm}?scope=repository%3Aapp%3Apull`,
      authorization: basic,
      onlyOutside: !isInside,
    });
  }
});

test("authorization goes to no other origin, and no other origin asks for it", async () => {
  const { sent, upstream } = client({
    "https://quay.example/v2/": { status: 401, headers: { "www-authenticate": "Basic" } },
    [tag]: { status: 401, headers: { "www-authenticate": "Basic" } },
  });
  await assert.rejects(upstream.manifest(place, "v1"), { reason: "Unauthorized" });
  assert.deepEqual(
    sent.map(({ authorization }) => authorization),
    [undefined, basic],
  );

  const elsewhere = "https://blobs.example/a";
  const back = `${tag}?again`;
  const leading = client({ [tag]: to(elsewhere), [elsewhere]: to(back), [back]: challenge("https://auth.example/") });
  await assert.rejects(leading.upstream.manifest(place, "v1"));
  assert.equal(leading.sent.length, 4, "who is asked again at its own origin may ask for credentials");
  assert.equal(leading.sent.at(-1)!.authorization, basic);

  const asking = client({ [tag]: to(elsewhere), [elsewhere]: challenge("https://thief.example/") });
  await assert.rejects(asking.upstream.manifest(place, "v1"), { reason: "Unauthorized" });
  assert.deepEqual(
    asking.sent.map(({ url, authorization }) => [url, authorization]),
    [
      [tag, undefined],
      [elsewhere, undefined],
    ],
  );
});

test("redirects come to an end", async () => {
  const { sent, upstream } = client({ [tag]: to(tag) });
  await assert.rejects(upstream.manifest(place, "v1"), { reason: "Unavailable", message: /nowhere/ });
  assert.equal(sent.length, 11);
  for (const location of ["file:///etc/passwd", "http://"]) {
    const leading = client({ [tag]: to(location) });
    await assert.rejects(leading.upstream.manifest(place, "v1"), { reason: "Unavailable" });
  }
});
