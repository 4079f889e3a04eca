import assert from "node:assert/strict";
import { randomFillSync } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { type TarEntry, tarArchive } from "#host/runtime/tar.ts";
import { sha256, startRegistry, type TestRegistry } from "../../../test/support/registry.ts";
import type { Terminal } from "../command.ts";
import { pushImage } from "./push-image.ts";
import { PushProgress } from "./push-progress.ts";
import { createRegistryClient } from "./registry-client.ts";

let registry: TestRegistry;
before(async () => {
  registry = await startRegistry();
});
after(() => registry.close());

const lowest = tarArchive([{ path: "low", data: Buffer.alloc(100_000, "low"), mode: 0o644 }]);
const highest = tarArchive([{ path: "high", data: Buffer.from("high"), mode: 0o644 }]);
const config = Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux", rootfs: { type: "layers" } }));
const file = (path: string, data: Uint8Array): TarEntry => ({ path, data, mode: 0o644 });
const json = (path: string, value: unknown) => file(path, Buffer.from(JSON.stringify(value)));
const blob = (data: Uint8Array) => file(`blobs/${sha256(data).replace(":", "/")}`, data);

interface Manifest {
  readonly mediaType: string;
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly mediaType: string; readonly digest: string }[];
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Written {
  out: string;
  err: string;
}

function terminalOf(written: Written, interactive = false): Terminal {
  const tell = (stream: keyof Written) => (text: string) => {
    written[stream] += text;
  };
  const signal = new AbortController().signal;
  return { env: {}, interactive, out: tell("out"), err: tell("err"), signal };
}

async function push(entries: readonly TarEntry[], repository: string, options: { endpoint?: string } = {}) {
  const written = { out: "", err: "" };
  const { signal } = new AbortController();
  const endpoint = options.endpoint ?? registry.url;
  const client = createRegistryClient({ endpoint, repository, authorization: "", signal });
  const progress = new PushProgress(terminalOf(written), "app", 1);
  async function* content() {
    yield tarArchive(entries);
  }
  try {
    const pushed = await pushImage({ content: content(), registry: client, progress, signal }, "v1");
    const answer = await registry.send("GET", `/v2/${repository}/manifests/v1`);
    return {
      pushed,
      err: written.err,
      mediaType: answer.headers.get("content-type"),
      manifest: (await answer.json()) as Manifest,
    };
  } finally {
    client.close();
  }
}

async function layersOf(repository: string, manifest: Manifest): Promise<Buffer[]> {
  return Promise.all(
    manifest.layers.map(async ({ digest }) => {
      const answer = await registry.send("GET", `/v2/${repository}/blobs/${digest}`);
      return Buffer.from(await answer.arrayBuffer());
    }),
  );
}

test("layers are compressed; one that stands there as a link is pushed once", async () => {
  const { pushed, manifest, mediaType, err } = await push(
    [
      { path: "2", directory: true, mode: 0o755 },
      { path: "1/layer.tar", linkTo: "../2/layer.tar" },
      file("2/layer.tar", lowest),
      file("3/layer.tar", highest),
      file("config.json", config),
      json("manifest.json", [{ Config: "config.json", Layers: ["1/layer.tar", "2/layer.tar", "3/layer.tar"] }]),
    ],
    "archive",
  );
  assert.equal(mediaType, "application/vnd.docker.distribution.manifest.v2+json");
  assert.equal(manifest.config.digest, sha256(config));
  const layers = await layersOf("archive", manifest);
  assert.deepEqual(
    layers.map((layer) => sha256(gunzipSync(layer))),
    [lowest, lowest, highest].map(sha256),
  );
  assert.deepEqual([pushed.layers, pushed.layersPresent], [2, 0]);
  assert.match(err, /^[0-9a-f]{12} {2}\d+\.\d MB {2}pushed\n[0-9a-f]{12} .*pushed\n$/);
});

test("an image that is kept as it was built keeps its manifest, its layers and so its digest", async () => {
  const layer = gzipSync(lowest);
  const own = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: sha256(config), size: config.length },
      layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: sha256(layer), size: layer.length }],
      annotations: { built: "elsewhere" },
    }),
  );
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [{ digest: sha256(own) }] }));
  const paths = [config, layer].map((data) => blob(data).path);
  const entries = [
    ...[config, layer, own, index].map(blob),
    json("index.json", { schemaVersion: 2, manifests: [{ digest: sha256(index) }] }),
    json("manifest.json", [{ Config: paths[0], Layers: [paths[1]] }]),
  ];
  const { pushed, manifest } = await push(entries, "layout");
  assert.equal(pushed.digest, sha256(own));
  assert.equal(manifest.annotations?.built, "elsewhere");
  const again = await push(entries, "layout");
  assert.equal(again.pushed.layersPresent, 1);
  assert.match(again.err, /is there already/);
});

test("layers compressed with zstd make a manifest of the OCI's", async () => {
  const layer = Buffer.concat([Buffer.from("28b52ffd", "hex"), Buffer.from("not really")]);
  const entries = [
    blob(layer),
    file("c", config),
    json("manifest.json", [{ Config: "c", Layers: [blob(layer).path] }]),
  ];
  const { manifest } = await push(entries, "zstd");
  assert.equal(manifest.mediaType, "application/vnd.oci.image.manifest.v1+json");
  assert.equal(manifest.layers[0]?.mediaType, "application/vnd.oci.image.layer.v1.tar+zstd");
});

test("a push whose connection breaks in the middle of a layer goes on where it was", async () => {
  const layer = gzipSync(randomFillSync(Buffer.alloc(3_000_000)));
  let breaks = 2;
  let sent = 0;
  const proxy = createServer((incoming, outgoing) => void forward(incoming, outgoing));
  async function forward(incoming: IncomingMessage, outgoing: ServerResponse) {
    const { method, url, headers, socket } = incoming;
    const onwards = request(new URL(url!, registry.url), { method: method!, headers });
    onwards.on("error", () => socket.destroy());
    onwards.on("response", (answer) => answer.pipe(outgoing.writeHead(answer.statusCode!, answer.headers)));
    let passed = 0;
    for await (const piece of incoming) {
      passed += piece.length;
      if (method === "PATCH") sent += piece.length;
      onwards.write(piece);
      if (method === "PATCH" && breaks > 0 && passed > 1_000_000) {
        breaks--;
        onwards.destroy();
        socket.destroy();
        return;
      }
    }
    onwards.end();
  }
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const entries = [
    blob(layer),
    file("c", config),
    json("manifest.json", [{ Config: "c", Layers: [blob(layer).path] }]),
  ];
  const { manifest } = await push(entries, "broken", { endpoint });
  proxy.closeAllConnections();
  proxy.close();
  assert.deepEqual((await layersOf("broken", manifest)).map(sha256), [sha256(layer)]);
  assert.equal(breaks, 0);
  assert.ok(sent < 1.5 * layer.length, `${sent} bytes were sent for ${layer.length}`);
});

const damaged: [what: string, entries: TarEntry[], words: RegExp][] = [
  ["no image", [json("manifest.json", [])], /exported no image/],
  ["no list of images", [file("c", config)], /exported no image/],
  [
    "a layer that is missing",
    [file("c", config), json("manifest.json", [{ Config: "c", Layers: ["l"] }])],
    /has no l\./,
  ],
  [
    "links in a circle",
    [
      { path: "a", linkTo: "b" },
      { path: "b", linkTo: "a" },
      file("c", config),
      json("manifest.json", [{ Config: "c", Layers: ["a"] }]),
    ],
    /has no a\./,
  ],
];
for (const [what, entries, words] of damaged) {
  test(`an archive with ${what} is refused`, () => assert.rejects(push(entries, "damaged"), words));
}
