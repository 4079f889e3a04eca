import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { type TarEntry, tarArchive } from "#host/runtime/tar.ts";

export interface TestRegistry {
  /** `127.0.0.1:PORT`: engines talk to loopback without TLS. */
  readonly host: string;
  /** How often a manifest was asked for, by repository. */
  readonly manifestRequests: Map<string, number>;
  close(): Promise<void>;
}

export interface RegistryOptions {
  readonly private?: boolean;
  /** What is in the image beside `/file`, and what it runs. */
  readonly entries?: readonly TarEntry[];
  readonly command?: readonly string[];
  /** Blobs are answered when this has resolved: a slow registry. */
  readonly until?: Promise<unknown>;
}

const architecture = process.arch === "arm64" ? "arm64" : "amd64";

/**
 * A registry in memory with one small image of this machine's architecture under two names: `open` and `foreign` (made
 * for another architecture only). A private registry wants the user `alice` with the password `secret` everywhere.
 */
export async function startRegistry(options: RegistryOptions = {}): Promise<TestRegistry> {
  const blobs = new Map<string, Buffer>();
  const put = (content: Buffer): { digest: string; size: number } => {
    const digest = digestOf(content);
    blobs.set(digest, content);
    return { digest, size: content.length };
  };
  const file = { path: "file", data: Buffer.from("hello\n"), mode: 0o644 };
  const layer = tarArchive([file, ...(options.entries ?? [])]);
  const diffId = digestOf(layer);
  const config = {
    architecture,
    os: "linux",
    // An engine asks for nothing that it has: an image of another registry must not be this one's.
    config: { Cmd: options.command ?? ["/file"], Labels: { registry: randomUUID() } },
    rootfs: { type: "layers", diff_ids: [diffId] },
  };
  const type = "application/vnd.docker.distribution.manifest.v2+json";
  const listType = "application/vnd.docker.distribution.manifest.list.v2+json";
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: type,
      config: {
        mediaType: "application/vnd.docker.container.image.v1+json",
        ...put(Buffer.from(JSON.stringify(config))),
      },
      layers: [{ mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip", ...put(gzipSync(layer)) }],
    }),
  );
  const foreign = { mediaType: type, ...put(manifest), platform: { architecture: "s390x", os: "linux" } };
  const list = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: listType, manifests: [foreign] }));
  const manifestRequests = new Map<string, number>();

  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const answer = (status: number, body: Buffer | string, headers: Record<string, string> = {}) => {
      response.writeHead(status, { "content-length": Buffer.byteLength(body), ...headers });
      response.end(request.method === "HEAD" ? undefined : body);
    };
    const problem = (status: number, code: string, headers: Record<string, string> = {}) =>
      answer(status, JSON.stringify({ errors: [{ code, message: code.toLowerCase().replaceAll("_", " ") }] }), headers);
    const [, repository = "", kind, reference = ""] =
      /^\/v2\/(\w+)\/(manifests|blobs)\/(.+)$/.exec(request.url ?? "") ?? [];
    const authorized = request.headers.authorization === `Basic ${Buffer.from("alice:secret").toString("base64")}`;
    if (options.private && !authorized) {
      return problem(401, "UNAUTHORIZED", { "www-authenticate": 'Basic realm="test"' });
    }
    if (request.url === "/v2/") return answer(200, "{}");
    if (kind === "blobs" && blobs.has(reference)) {
      void (options.until ?? Promise.resolve()).then(() => answer(200, blobs.get(reference)!));
      return;
    }
    if (kind !== "manifests" || !["open", "foreign"].includes(repository)) {
      return problem(404, kind === "blobs" ? "BLOB_UNKNOWN" : "MANIFEST_UNKNOWN");
    }
    manifestRequests.set(repository, (manifestRequests.get(repository) ?? 0) + 1);
    const wantsList = reference === digestOf(list) || !reference.startsWith("sha256:");
    const body = repository === "foreign" && wantsList ? list : manifest;
    const digest = digestOf(body);
    return answer(200, body, { "content-type": body === list ? listType : type, "docker-content-digest": digest });
  };

  const server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    manifestRequests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function digestOf(content: Uint8Array): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
