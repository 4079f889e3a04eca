import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "#kernel/clock.ts";

/** A bucket in memory that speaks as much of S3 as the blob store uses, and is as strict about it. */
export interface S3Server {
  readonly endpoint: string;
  readonly bucket: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The keys of all objects, and `multipart KEY` of each multipart upload that is open; sorted. */
  keys(): string[];
  /** `PUT data/...`, in the order in which they came, since the last call. */
  requests(): string[];
  /** The answer to the next requests that match is this instead; `cut` breaks it off in the middle of the body. */
  disturb(pattern: RegExp, what: { readonly times: number; readonly status?: number; readonly cut?: true }): void;
  /** Runs once, before the next request whose line matches is answered. */
  before(pattern: RegExp, work: () => Promise<void>): void;
  openConnections(): Promise<number>;
  close(): Promise<void>;
}

export interface S3ServerOptions {
  readonly clock: Clock;
  /** Keys of a listing's page. */
  readonly pageSize?: number;
  /** Awaited before each request is answered, so that others come between. */
  readonly delay?: () => Promise<void>;
}

interface StoredObject {
  readonly content: Buffer;
  readonly modifiedAt: number;
}

interface Multipart {
  readonly key: string;
  readonly startedAt: number;
  readonly parts: Map<number, Buffer>;
}

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

const minPartBytes = 5 * 2 ** 20;
const bucket = "images";
const credentials = { accessKeyId: "AKIAS3TESTACCESSKEY1", secretAccessKey: "a-secret-of-the-bucket" };

export async function startS3Server({ clock, pageSize = 1000, delay }: S3ServerOptions): Promise<S3Server> {
  const objects = new Map<string, StoredObject>();
  const multiparts = new Map<string, Multipart>();
  let log: string[] = [];
  const disturbances: { pattern: RegExp; left: number; status?: number; cut?: true }[] = [];

  const hooks: { readonly pattern: RegExp; readonly work: () => Promise<void> }[] = [];

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const url = new URL(request.url!, "http://bucket");
    const key = decodeURIComponent(url.pathname).slice(`/${bucket}/`.length);
    const line = `${request.method} ${key}${url.search}`;
    log.push(line);
    await delay?.();
    const hook = hooks.findIndex(({ pattern }) => pattern.test(line));
    if (hook >= 0) await hooks.splice(hook, 1)[0]!.work();
    const disturbed = disturbances.find(({ pattern, left }) => left > 0 && pattern.test(line));
    if (disturbed !== undefined) disturbed.left--;
    const refused = check(request, Buffer.concat(pieces));
    const reply: Reply = disturbed?.status
      ? failure(disturbed.status, "InternalError")
      : (refused ?? answer(request, key, url.searchParams, Buffer.concat(pieces)));
    const body = Buffer.from(reply.body ?? "");
    const date = new Date(clock.now()).toUTCString();
    response.writeHead(reply.status, { date, "content-length": body.length, ...reply.headers });
    if (disturbed?.cut) response.write(body.subarray(0, body.length / 2), () => response.destroy());
    else response.end(request.method === "HEAD" ? undefined : body);
  };

  const answer = (request: IncomingMessage, key: string, query: URLSearchParams, body: Buffer): Reply => {
    const method = request.method!;
    if (key === "") return query.has("uploads") ? listMultiparts(query) : list(query);
    if (method === "POST" && query.has("uploads")) return createMultipart(key);
    const uploadId = query.get("uploadId");
    if (uploadId !== null) return ofMultipart(method, key, uploadId, query, body);
    if (method === "PUT") {
      objects.set(key, { content: body, modifiedAt: clock.now() });
      return { status: 200, headers: { etag: etagOf(body) } };
    }
    if (method === "DELETE") {
      objects.delete(key);
      return { status: 204 };
    }
    const found = objects.get(key);
    if (found === undefined) return failure(404, "NoSuchKey");
    return read(found.content, request.headers.range);
  };

  const createMultipart = (key: string): Reply => {
    const id = randomUUID();
    multiparts.set(id, { key, startedAt: clock.now(), parts: new Map() });
    return xml("InitiateMultipartUploadResult", `<Bucket>${bucket}</Bucket><UploadId>${id}</UploadId>`);
  };

  const ofMultipart = (method: string, key: string, id: string, query: URLSearchParams, body: Buffer): Reply => {
    const upload = multiparts.get(id);
    if (upload?.key !== key) return failure(404, "NoSuchUpload");
    if (method === "PUT") {
      upload.parts.set(Number(query.get("partNumber")), body);
      return { status: 200, headers: { etag: etagOf(body) } };
    }
    if (method === "DELETE") {
      multiparts.delete(id);
      return { status: 204 };
    }
    const named = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>([^<]*)<\/ETag>/g)];
    const parts = named.map(([, number]) => upload.parts.get(Number(number)));
    const right = parts.every((part, i) => part && etagOf(part) === named[i]![2]!.replaceAll("&quot;", '"'));
    if (!right) return failure(400, "InvalidPart");
    if (parts.slice(0, -1).some((part) => part!.length < minPartBytes)) return failure(400, "EntityTooSmall");
    multiparts.delete(id);
    // As Amazon's: the object is as old as the beginning of its upload.
    objects.set(key, { content: Buffer.concat(parts as Buffer[]), modifiedAt: upload.startedAt });
    return xml("CompleteMultipartUploadResult", `<Key>${escapeXml(key)}</Key>`);
  };

  const list = (query: URLSearchParams): Reply => {
    const [prefix, after] = [query.get("prefix") ?? "", query.get("continuation-token") ?? ""];
    const size = Math.min(pageSize, Number(query.get("max-keys") ?? 1000));
    const found = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const contents = found.slice(0, size).map((key) => {
      const { content, modifiedAt } = objects.get(key)!;
      const time = new Date(modifiedAt).toISOString();
      const fields = `<LastModified>${time}</LastModified><Size>${content.length}</Size>`;
      return `<Contents><Key>${escapeXml(key)}</Key>${fields}</Contents>`;
    });
    const more =
      found.length > size ? `<NextContinuationToken>${escapeXml(found[size - 1]!)}</NextContinuationToken>` : "";
    return xml("ListBucketResult", `${contents.join("")}${more}<IsTruncated>${more !== ""}</IsTruncated>`);
  };

  const listMultiparts = (query: URLSearchParams): Reply => {
    const found = [...multiparts].filter(([, { key }]) => key.startsWith(query.get("prefix") ?? ""));
    const uploads = found.map(([id, { key, startedAt }]) => {
      const time = new Date(startedAt).toISOString();
      return `<Upload><Key>${escapeXml(key)}</Key><UploadId>${id}</UploadId><Initiated>${time}</Initiated></Upload>`;
    });
    return xml("ListMultipartUploadsResult", `${uploads.join("")}<IsTruncated>false</IsTruncated>`);
  };

  const server = createServer((request, response) => {
    // A client that goes away has nothing to be told.
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    ...{ endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bucket, credentials },
    keys: () => [...objects.keys(), ...[...multiparts.values()].map(({ key }) => `multipart ${key}`)].sort(),
    requests() {
      const seen = log;
      log = [];
      return seen;
    },
    disturb: (pattern, { times, ...what }) => void disturbances.push({ pattern, left: times, ...what }),
    before: (pattern, work) => void hooks.push({ pattern, work }),
    openConnections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What it refuses before it looks: who is unknown, and a body that is not what was signed. */
function check({ headers }: IncomingMessage, body: Buffer): Reply | undefined {
  const scope = new RegExp(`^AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/\\d{8}/[^/]+/s3/aws4_request, `);
  if (!scope.test(headers.authorization ?? "")) return failure(403, "InvalidAccessKeyId");
  if (!/SignedHeaders=[^,]*x-amz-content-sha256/.test(headers.authorization!)) return failure(403, "AccessDenied");
  const hash = createHash("sha256").update(body).digest("hex");
  if (headers["x-amz-content-sha256"] !== hash) return failure(400, "XAmzContentSHA256Mismatch");
  return undefined;
}

function read(content: Buffer, range: string | undefined): Reply {
  if (range === undefined) return { status: 200, body: content };
  const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(range)!.map(Number);
  if (start! >= content.length) return failure(416, "InvalidRange");
  return { status: 206, body: content.subarray(start!, end! + 1) };
}

function xml(name: string, content: string): Reply {
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  return {
    status: 200,
    body: `${declaration}<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${name}>`,
  };
}

function failure(status: number, code: string): Reply {
  return {
    status,
    body: `<?xml version="1.0"?>\n<Error><Code>${code}</Code><Message>It was refused.</Message></Error>`,
  };
}

function etagOf(content: Buffer): string {
  return `"${createHash("md5").update(content).digest("hex")}"`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
