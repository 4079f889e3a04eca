import { createHash } from "node:crypto";
import { DriverError } from "#kernel/fault.ts";
import { type Answer, S3Requests, type S3RequestsOptions } from "./requests.ts";
import { elementsOf, escapeXml, textOf } from "./xml.ts";

/** An object of a bucket, as a listing has it. */
export interface S3Entry {
  /** Without the prefix of the settings. */
  readonly key: string;
  readonly sizeBytes: number;
  /** By the storage's own clock, in milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/** A multipart upload that has been begun and neither completed nor aborted. */
export interface S3Multipart {
  readonly key: string;
  readonly multipartId: string;
  readonly startedAt: number;
}

/** Pieces that are sent one after the other, with the hash of them all. */
export interface S3Body {
  readonly pieces: readonly Uint8Array[];
  readonly sizeBytes: number;
  /** SHA-256, in hexadecimal digits. */
  readonly sha256: string;
}

/**
 * What the blob store needs of S3: plain objects, ranges, listings, multipart uploads. Nothing that only Amazon's own
 * has. Failures are `DriverError`s: `NotFound`, `NoSpace` or `Failed`; what may pass has been tried several times.
 */
export class S3Client {
  readonly #requests: S3Requests;

  constructor(options: S3RequestsOptions) {
    this.#requests = new S3Requests(options);
  }

  /** The storage's own time, in milliseconds since the epoch: what objects' times are compared with. */
  async time(): Promise<number> {
    const { headers } = await this.#requests.ask("GET", "", { "list-type": "2", "max-keys": "1" });
    const time = Date.parse(headers.date ?? "");
    if (Number.isNaN(time)) throw new DriverError("Failed", "The storage of images does not tell its time.");
    return time;
  }

  /** The bytes from `start` to `end`, both included, as they come. Goes on after a broken connection. */
  read(key: string, range: { readonly start: number; readonly end: number }): AsyncGenerator<Uint8Array> {
    return this.#requests.read(key, range);
  }

  /** A small object; undefined when there is none. */
  async get(key: string): Promise<Buffer | undefined> {
    return (await this.#orUndefined(this.#requests.ask("GET", key)))?.body;
  }

  /** The size of an object; undefined when there is none. */
  async size(key: string): Promise<number | undefined> {
    const answer = await this.#orUndefined(this.#requests.ask("HEAD", key));
    return answer === undefined ? undefined : Number(answer.headers["content-length"]);
  }

  async put(key: string, body: S3Body): Promise<void> {
    await this.#requests.ask("PUT", key, {}, body);
  }

  /** Also of what is not there. */
  async delete(key: string): Promise<void> {
    await this.#orUndefined(this.#requests.ask("DELETE", key));
  }

  /** All objects whose keys begin so, in the order of their keys. */
  async *list(prefix: string): AsyncGenerator<S3Entry> {
    for (let token: string | undefined = ""; token !== undefined; ) {
      const page = await this.#requests.ask("GET", "", {
        ...{ "list-type": "2", prefix: `${this.#requests.prefix}${prefix}` },
        ...(token !== "" && { "continuation-token": token }),
      });
      const xml = page.body.toString("utf8");
      for (const entry of elementsOf(xml, "Contents")) {
        yield {
          key: textOf(entry, "Key").slice(this.#requests.prefix.length),
          sizeBytes: Number(textOf(entry, "Size")),
          modifiedAt: Date.parse(textOf(entry, "LastModified")),
        };
      }
      token = textOf(xml, "NextContinuationToken") || undefined;
    }
  }

  async createMultipart(key: string): Promise<string> {
    const { body } = await this.#requests.ask("POST", key, { uploads: "" });
    return textOf(body.toString("utf8"), "UploadId");
  }

  /** Resolves with the part's entity tag, by which it is named at the end. Parts are numbered from 1. */
  async putPart(key: string, multipartId: string, number: number, body: S3Body): Promise<string> {
    const query = { partNumber: String(number), uploadId: multipartId };
    const { headers } = await this.#requests.ask("PUT", key, query, body);
    return headers.etag ?? "";
  }

  /** Rejects with `NotFound` when it has been completed or aborted. */
  async completeMultipart(key: string, multipartId: string, etags: readonly string[]): Promise<void> {
    const parts = etags.map((etag, i) => {
      return `<Part><PartNumber>${i + 1}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`;
    });
    const body = bodyOf(Buffer.from(`<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`));
    await this.#requests.ask("POST", key, { uploadId: multipartId }, body);
  }

  async abortMultipart(key: string, multipartId: string): Promise<void> {
    await this.#orUndefined(this.#requests.ask("DELETE", key, { uploadId: multipartId }));
  }

  async *listMultiparts(prefix: string): AsyncGenerator<S3Multipart> {
    let marker: Record<string, string> | undefined = {};
    while (marker !== undefined) {
      const query: Record<string, string> = { uploads: "", prefix: `${this.#requests.prefix}${prefix}`, ...marker };
      const xml: string = (await this.#requests.ask("GET", "", query)).body.toString("utf8");
      for (const upload of elementsOf(xml, "Upload")) {
        yield {
          key: textOf(upload, "Key").slice(this.#requests.prefix.length),
          multipartId: textOf(upload, "UploadId"),
          startedAt: Date.parse(textOf(upload, "Initiated")),
        };
      }
      const next = {
        "key-marker": textOf(xml, "NextKeyMarker"),
        "upload-id-marker": textOf(xml, "NextUploadIdMarker"),
      };
      marker = textOf(xml, "IsTruncated") === "true" ? next : undefined;
    }
  }

  close(): void {
    this.#requests.close();
  }

  async #orUndefined(work: Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof DriverError && error.reason === "NotFound") return undefined;
      throw error;
    }
  }
}

export function bodyOf(bytes: Uint8Array): S3Body {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { pieces: [bytes], sizeBytes: bytes.length, sha256 };
}
