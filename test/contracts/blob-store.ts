import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import type { BlobStore } from "#kernel/blob-store.ts";
import { DriverError } from "#kernel/fault.ts";
import { seededRandom } from "#kernel/random.ts";
import type { VirtualClock } from "#kernel/virtual-clock.ts";

/** One blob store to be tested, with a grace period of 60 seconds. */
export interface BlobStoreFixture {
  readonly clock: VirtualClock;
  /** Opens it, or opens it once more, as another process does. */
  open(): BlobStore;
  /** What is there of uploads. */
  uploadsLeft(): Promise<readonly string[]>;
}

export interface BlobStoreSubject {
  readonly name: string;
  make(options?: { readonly maxBlobBytes?: number }): Promise<BlobStoreFixture>;
}

export const digestOf = (content: string | Uint8Array, algorithm: "sha256" | "sha512" = "sha256") =>
  `${algorithm}:${createHash(algorithm).update(content).digest("hex")}`;
export const reason = (expected: string) => (error: unknown) =>
  error instanceof DriverError && error.reason === expected;
export async function* pieces(...list: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const piece of list) yield Buffer.from(piece);
}
export async function upload(store: BlobStore, content: string | Uint8Array): Promise<string> {
  const uploadId = await store.startUpload("r");
  await store.appendUpload("r", uploadId, { content: pieces(content) });
  return (await store.finishUpload("r", uploadId, digestOf(content))).digest;
}
export const isThere = async (store: BlobStore, digest: string) => (await store.stat(digest)) !== undefined;

/** What every blob store does. */
export function blobStoreContract({ name, make }: BlobStoreSubject): void {
  const newStore = async (options: { readonly maxBlobBytes?: number } = {}) => {
    const fixture = await make(options);
    return { ...fixture, store: fixture.open() };
  };

  describe(`a blob store ${name}`, () => {
    test("an upload goes on after a restart, and is hashed again", async () => {
      const { store, open } = await newStore();
      const uploadId = await store.startUpload("r");
      assert.equal(await store.appendUpload("r", uploadId, { content: pieces("one ", "two ") }), 8);
      const again = open();
      assert.equal(await again.uploadedBytes("r", uploadId), 8);
      await assert.rejects(
        again.appendUpload("r", uploadId, { content: pieces("x"), offset: 9 }),
        reason("OutOfOrder"),
      );
      assert.equal(await again.appendUpload("r", uploadId, { content: pieces("three"), offset: 8 }), 13);
      await assert.rejects(again.finishUpload("r", uploadId, digestOf("other")), reason("DigestMismatch"));
      await again.finishUpload("r", uploadId, digestOf("one two three"));
      assert.equal((await again.readWhole(digestOf("one two three"), 100)).toString(), "one two three");
      await assert.rejects(again.readWhole(digestOf("one two three"), 12), reason("TooLarge"));
    });

    test("what broke off is kept, and a chunk too short is noticed", async () => {
      const { store } = await newStore();
      const uploadId = await store.startUpload("r");
      async function* breaking(): AsyncGenerator<Uint8Array> {
        yield* pieces("begun");
        throw new Error("connection reset");
      }
      await assert.rejects(store.appendUpload("r", uploadId, { content: breaking() }), reason("Aborted"));
      assert.equal(await store.uploadedBytes("r", uploadId), 5);
      await assert.rejects(
        store.appendUpload("r", uploadId, { content: pieces(" and"), sizeBytes: 10 }),
        reason("Aborted"),
      );
      await store.appendUpload("r", uploadId, { content: pieces(" ended"), offset: 9 });
      await store.finishUpload("r", uploadId, digestOf("begun and ended"));
    });

    test("an upload is written by one at a time, and only by its owner", async () => {
      const { store } = await newStore();
      const uploadId = await store.startUpload("r");
      const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      async function* slow(): AsyncGenerator<Uint8Array> {
        begun.resolve();
        await gate.promise;
        yield* pieces("slow");
      }
      const writing = store.appendUpload("r", uploadId, { content: slow() });
      await begun.promise;
      await assert.rejects(store.appendUpload("r", uploadId, { content: pieces("fast") }), reason("Conflict"));
      await assert.rejects(store.cancelUpload("r", uploadId), reason("Conflict"));
      gate.resolve();
      await writing;
      for (const id of [uploadId, "../../blobs", "", ".", `${uploadId}/../${uploadId}`]) {
        await assert.rejects(store.uploadedBytes("another", id), reason("NotFound"), id);
      }
    });

    test("a blob that is too large leaves nothing", async () => {
      const { store, uploadsLeft } = await newStore({ maxBlobBytes: 10 });
      const uploadId = await store.startUpload("r");
      const content = pieces("12345", "67890", "1");
      await assert.rejects(store.appendUpload("r", uploadId, { content }), reason("TooLarge"));
      await assert.rejects(store.uploadedBytes("r", uploadId), reason("NotFound"));
      assert.deepEqual(await uploadsLeft(), []);
    });

    test("the same blob may come many times at once", async () => {
      const { store, uploadsLeft } = await newStore();
      const content = "layer".repeat(100_000);
      const digests = await Promise.all(Array.from({ length: 8 }, () => upload(store, content)));
      assert.deepEqual(new Set(digests), new Set([digestOf(content)]));
      assert.equal((await store.stat(digestOf(content)))?.sizeBytes, content.length);
      assert.deepEqual(await uploadsLeft(), []);
    });

    test("what nothing refers to goes in two steps, a grace period apart", async () => {
      const { store, clock } = await newStore();
      const [kept, dropped] = [await upload(store, "kept"), await upload(store, "dropped")];
      const collect = () => store.collect(() => [kept]);
      assert.equal((await collect()).setAside, 0, "both are young");
      await clock.advance(61_000);
      assert.equal((await collect()).setAside, 1);
      assert.equal((await collect()).removedBlobs, 0, "a grace period apart");
      await clock.advance(61_000);
      const { removedBlobs, removedBytes } = await collect();
      assert.deepEqual([removedBlobs, removedBytes], [1, 7]);
      assert.deepEqual([await isThere(store, kept), await isThere(store, dropped)], [true, false]);
    });

    test("what was set aside comes back when it is asked for, uploaded or referred to", async () => {
      const { store, clock } = await newStore();
      const contents = ["read", "touched", "uploaded", "referred to"];
      const digests = await Promise.all(contents.map((content) => upload(store, content)));
      await clock.advance(61_000);
      assert.equal((await store.collect(() => [])).setAside, 4);
      assert.equal((await store.readWhole(digests[0]!, 10)).toString(), "read");
      await store.touch(digests[1]!);
      await upload(store, "uploaded");
      assert.equal((await store.collect(() => [digests[3]!])).restored, 1);
      for (const digest of digests) assert.ok(await isThere(store, digest));
    });

    test("uploads that are given up are removed; those that go on are not", async () => {
      const { store, clock } = await newStore();
      const [old, young] = [await store.startUpload("r"), await store.startUpload("r")];
      await clock.advance(23 * 3600_000);
      await store.appendUpload("r", young, { content: pieces("more") });
      await clock.advance(2 * 3600_000);
      assert.equal((await store.collect(() => [])).removedUploads, 1);
      assert.equal(await store.uploadedBytes("r", young), 4);
      await assert.rejects(store.uploadedBytes("r", old), reason("NotFound"));
    });

    test("blobs are read as a whole, in ranges, and not when they are not there", async () => {
      const { store } = await newStore();
      const digest = await upload(store, "0123456789");
      const read = async (range?: { start: number; end: number }) => {
        let text = "";
        for await (const piece of await store.read(digest, range)) text += Buffer.from(piece).toString();
        return text;
      };
      assert.deepEqual(
        [await read(), await read({ start: 2, end: 4 }), await read({ start: 9, end: 9 })],
        ["0123456789", "234", "9"],
      );
      const empty = await upload(store, "");
      assert.equal((await store.readWhole(empty, 0)).length, 0);
      for await (const _ of await store.read(empty)) assert.fail("it is empty");
      const none = digestOf("none");
      assert.deepEqual([await store.stat(none), await store.touch(none)], [undefined, undefined]);
      await assert.rejects(store.read(none), reason("NotFound"));
      await assert.rejects(store.readWhole(none, 10), reason("NotFound"));
    });

    test("small blobs are put in one go, under either algorithm", async () => {
      const { store, uploadsLeft } = await newStore();
      for (const algorithm of ["sha256", "sha512"] as const) {
        const stored = [await store.put(Buffer.from("{}"), algorithm), await store.put(Buffer.from("{}"), algorithm)];
        const expected = { digest: digestOf("{}", algorithm), sizeBytes: 2 };
        assert.deepEqual(stored, [expected, expected]);
        assert.equal((await store.readWhole(expected.digest, 2)).toString(), "{}");
      }
      assert.deepEqual(await uploadsLeft(), []);
    });

    test("an upload is finished under the other algorithm too, or cancelled", async () => {
      const { store, uploadsLeft } = await newStore();
      const uploadId = await store.startUpload("r");
      await store.appendUpload("r", uploadId, { content: pieces("one ", "two") });
      await assert.rejects(store.finishUpload("r", uploadId, digestOf("other", "sha512")), reason("DigestMismatch"));
      await store.finishUpload("r", uploadId, digestOf("one two", "sha512"));
      assert.equal((await store.stat(digestOf("one two", "sha512")))?.sizeBytes, 7);
      const dropped = await store.startUpload("r");
      await store.appendUpload("r", dropped, { content: pieces("dropped") });
      await assert.rejects(store.cancelUpload("another", dropped), reason("NotFound"));
      await store.cancelUpload("r", dropped);
      await assert.rejects(store.cancelUpload("r", dropped), reason("NotFound"));
      await assert.rejects(store.finishUpload("r", dropped, digestOf("dropped")), reason("NotFound"));
      assert.deepEqual(await uploadsLeft(), []);
    });

    test("a large blob comes in chunks of any size", async () => {
      const { store, open, uploadsLeft } = await newStore();
      const content = Buffer.concat(Array.from({ length: 18 }, (_, i) => Buffer.alloc(2 ** 20 + i, `${i} `)));
      const uploadId = await store.startUpload("r");
      const cuts = [0, 1, 7 * 2 ** 20, 8 * 2 ** 20, 17 * 2 ** 20, content.length];
      for (const [i, end] of cuts.slice(1).entries()) {
        const chunk = { content: pieces(content.subarray(cuts[i], end)), offset: cuts[i]!, sizeBytes: end - cuts[i]! };
        assert.equal(await store.appendUpload("r", uploadId, chunk), end);
      }
      await store.finishUpload("r", uploadId, digestOf(content));
      const hash = createHash("sha256");
      for await (const piece of await open().read(digestOf(content))) hash.update(piece);
      assert.equal(`sha256:${hash.digest("hex")}`, digestOf(content));
      const across = { start: 8 * 2 ** 20 - 3, end: 8 * 2 ** 20 + 3 };
      const found: Uint8Array[] = [];
      for await (const piece of await store.read(digestOf(content), across)) found.push(Buffer.from(piece));
      assert.deepEqual(Buffer.concat(found), content.subarray(across.start, across.end + 1));
      assert.deepEqual(await uploadsLeft(), []);
    });

    test("a large upload that one process began is finished by another", async () => {
      const { store, open, uploadsLeft } = await newStore();
      const content = Buffer.alloc(10 * 2 ** 20, "large");
      const uploadId = await store.startUpload("r");
      await store.appendUpload("r", uploadId, { content: pieces(content.subarray(0, 9 * 2 ** 20)) });
      const other = open();
      await other.appendUpload("r", uploadId, { content: pieces(content.subarray(9 * 2 ** 20)), offset: 9 * 2 ** 20 });
      await assert.rejects(other.finishUpload("r", uploadId, digestOf("another")), reason("DigestMismatch"));
      await other.finishUpload("r", uploadId, digestOf(content));
      assert.equal((await store.stat(digestOf(content)))?.sizeBytes, content.length);
      assert.deepEqual(await uploadsLeft(), []);
    });
  });
}

/** So many random orders of pushes and collections, which take longer than all the rest. */
export function blobStoreOrders({ name, make }: BlobStoreSubject, seeds: number): void {
  test(`a blob store ${name}: whatever is referred to is there, in any order of pushes and collections`, async () => {
    for (let seed = 1; seed <= seeds; seed++) {
      const { clock, open } = await make();
      const store = open();
      const random = seededRandom(seed);
      const pick = (count: number) => Math.floor(random.float() * count);
      const references = new Set<string>();
      const push = async (content: string) => {
        const digest = digestOf(content);
        if ((await store.touch(digest)) === undefined) await upload(store, content);
        // Collections run between the touch and the record of the reference.
        for (let turns = pick(4); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
        references.add(digest);
      };
      async function* referenced(): AsyncGenerator<string> {
        for (const digest of [...references]) {
          yield digest;
          await Promise.resolve();
        }
      }
      for (let round = 0; round < 40; round++) {
        const contents = Array.from({ length: 4 }, () => `blob ${pick(12)}`);
        await Promise.all([...contents.map(push), store.collect(referenced), store.collect(referenced)]);
        for (const digest of references) assert.ok(await isThere(store, digest), `seed ${seed}, round ${round}`);
        for (const digest of [...references]) if (pick(3) === 0) references.delete(digest);
        await clock.advance(pick(3) * 40_000);
      }
      references.clear();
      for (let round = 0; round < 2; round++) {
        await clock.advance(61_000);
        await store.collect(referenced);
      }
      for (let i = 0; i < 12; i++) assert.equal(await isThere(store, digestOf(`blob ${i}`)), false);
    }
  });
}
