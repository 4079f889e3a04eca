import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { DriverError } from "#kernel/fault.ts";
import type { VirtualClock } from "#kernel/virtual-clock.ts";
import {
  blobStoreContract,
  blobStoreOrders,
  digestOf,
  isThere,
  pieces,
  reason,
  upload,
} from "../../../../test/contracts/blob-store.ts";
import { closeS3BlobStores, leftOf, makeS3BlobStore } from "../../../../test/support/s3-blob-store.ts";
import { until } from "../../../../test/support/until.ts";

after(closeS3BlobStores);

/** Every step is a request, and a seed takes a second. */
const seeds = Number(process.env.ESTIVA_STORAGE_SEEDS) || 3;

blobStoreContract({ name: "behind S3", make: makeS3BlobStore });
blobStoreOrders({ name: "behind S3", make: makeS3BlobStore }, seeds);

/** Lets virtual time go on until the work is done: what is tried again waits between. */
async function inTime<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  let done = false;
  const end = () => {
    done = true;
  };
  work.then(end, end);
  while (!done) {
    await new Promise(setImmediate);
    await clock.advance(100);
  }
  return work;
}

const collected = { setAside: 0, restored: 0, removedBlobs: 0, removedBytes: 0, removedUploads: 0 };

describe("collection behind S3, on several machines", () => {
  test("a blob that is touched while it is being set aside is copied, and stays", async () => {
    const { clock, server, open } = await makeS3BlobStore();
    const [collecting, pushing] = [open(), open()];
    const digest = await upload(collecting, "touched");
    await clock.advance(61_000);
    let touched: unknown;
    server.before(/\.aside$/, async () => {
      touched = await pushing.touch(digest);
    });
    assert.deepEqual(await collecting.collect(() => []), { ...collected, setAside: 1, restored: 1 });
    assert.deepEqual(touched, { digest, sizeBytes: 7 }, "it was counted on");
    await clock.advance(61_000);
    assert.deepEqual(await collecting.collect(() => [digest]), { ...collected, removedBlobs: 1, removedBytes: 7 });
    assert.equal((await pushing.readWhole(digest, 10)).toString(), "touched");
  });

  test("the same, when the machine that set it aside dies at once", async () => {
    const { clock, server, open } = await makeS3BlobStore();
    const [collecting, pushing] = [open(), open()];
    const digest = await upload(collecting, "touched");
    await clock.advance(61_000);
    server.before(/\.aside$/, async () => {
      assert.ok(await pushing.touch(digest));
      server.disturb(/list-type/, { times: 1, status: 403 });
    });
    await assert.rejects(
      collecting.collect(() => []),
      reason("Failed"),
    );
    assert.ok(await isThere(pushing, digest), "it is there, though it was set aside");
    await clock.advance(61_000);
    const expected = { ...collected, restored: 1, removedBlobs: 1, removedBytes: 7 };
    assert.deepEqual(await pushing.collect(() => [digest]), expected);
    assert.equal((await pushing.readWhole(digest, 10)).toString(), "touched");
  });

  test("a blob that has been set aside is not counted on: it is uploaded again", async () => {
    const { clock, server, open } = await makeS3BlobStore();
    const store = open();
    const digest = await upload(store, "again");
    await clock.advance(61_000);
    await store.collect(() => []);
    assert.equal(await store.touch(digest), undefined);
    await upload(store, "again");
    await clock.advance(59_000);
    assert.ok(await store.touch(digest));
    await clock.advance(2000);
    assert.deepEqual(await store.collect(() => []), { ...collected, removedBlobs: 1, removedBytes: 5 });
    assert.equal((await store.readWhole(digest, 10)).toString(), "again");
    assert.equal(server.keys().filter((key) => key.includes("/data/")).length, 1);
  });

  test("of two copies one is enough", async () => {
    const { clock, server, open } = await makeS3BlobStore();
    const [one, other] = [open(), open()];
    const digest = digestOf("twice");
    const copies = () => server.keys().filter((key) => key.includes("/data/")).length;
    // Both look before either has placed its copy.
    server.before(/PUT .*\/blobs\/.*\.5$/, async () => void (await upload(other, "twice")));
    await upload(one, "twice");
    assert.equal(copies(), 2);
    for (let run = 0; run < 3; run++) {
      await clock.advance(61_000);
      await Promise.all([one.collect(() => [digest]), other.collect(() => [digest])]);
    }
    assert.equal(copies(), 1);
    assert.equal((await one.readWhole(digest, 10)).toString(), "twice");
  });

  test("a copy that goes while it is read is read on from another one", async () => {
    const { clock, open } = await makeS3BlobStore();
    const store = open();
    const digest = await upload(store, "gone");
    await clock.advance(61_000);
    await store.collect(() => []);
    const reading = await store.read(digest);
    await upload(store, "gone");
    await clock.advance(61_000);
    await store.collect(() => [digest]);
    let text = "";
    for await (const piece of reading) text += Buffer.from(piece).toString();
    assert.equal(text, "gone");
  });

  test("what processes that died have left is swept up", async () => {
    const { clock, server, open } = await makeS3BlobStore();
    const store = open();
    const large = Buffer.alloc(9 * 2 ** 20);
    const die = async (pattern: RegExp, work: () => Promise<unknown>) => {
      server.disturb(pattern, { times: 1, status: 403 });
      await assert.rejects(work(), reason("Failed"));
    };
    const [a, b, c] = [await store.startUpload("r"), await store.startUpload("r"), await store.startUpload("r")];
    // Parts that no state tells of; a whole object that is no blob's yet; a small blob's data.
    await die(new RegExp(`PUT .*/${a}/state`), () => store.appendUpload("r", a, { content: pieces(large) }));
    await store.appendUpload("r", b, { content: pieces(large) });
    await die(/PUT .*\/blobs\/.*\./, () => store.finishUpload("r", b, digestOf(large)));
    await store.appendUpload("r", c, { content: pieces("small") });
    await die(/DELETE .*state/, () => store.cancelUpload("r", c));
    await die(/PUT .*\/blobs\/.*\./, () => store.put(Buffer.from("put")));
    assert.ok(leftOf(server.keys()).length >= 4, server.keys().join("\n"));
    for (let run = 0; run < 2; run++) {
      await clock.advance(25 * 3600_000);
      await store.collect(() => []);
    }
    await store.collect(() => []);
    assert.deepEqual(server.keys(), []);
  });

  test("an upload that was finished by a process which died is finished again", async () => {
    const { server, open } = await makeS3BlobStore();
    const large = Buffer.alloc(9 * 2 ** 20, "l");
    const store = open();
    const uploadId = await store.startUpload("r");
    await store.appendUpload("r", uploadId, { content: pieces(large) });
    server.disturb(/PUT .*\/blobs\/.*\./, { times: 1, status: 403 });
    await assert.rejects(store.finishUpload("r", uploadId, digestOf(large)), reason("Failed"));
    const again = open();
    assert.equal(await again.uploadedBytes("r", uploadId), large.length);
    await again.finishUpload("r", uploadId, digestOf(large));
    assert.deepEqual(leftOf(server.keys()), []);
    assert.equal((await store.stat(digestOf(large)))?.sizeBytes, large.length);
  });
});

describe("a storage that fails", () => {
  test("what may pass is tried again, an answer that is cut off is read on", async () => {
    const { clock, server, open } = await makeS3BlobStore();
    const store = open();
    server.disturb(/^PUT/, { times: 2, status: 503 });
    const digest = await inTime(clock, upload(store, "0123456789"));
    server.disturb(/^GET .*\/data\//, { times: 2, cut: true });
    server.requests();
    assert.equal((await inTime(clock, store.readWhole(digest, 10))).toString(), "0123456789");
    assert.equal(server.requests().filter((line) => /^GET .*\/data\//.test(line)).length, 3);
  });

  test("what does not pass is told, without a secret", async () => {
    const { clock, server, open } = await makeS3BlobStore();
    const store = open();
    const told = async (work: Promise<unknown>) => {
      const error = (await inTime(clock, work).catch((each) => each)) as DriverError;
      assert.ok(error instanceof DriverError && error.retryable, String(error));
      assert.ok(!error.message.includes(server.credentials.secretAccessKey));
      return `${error.reason}: ${error.message}`;
    };
    server.disturb(/./, { times: 1, status: 403 });
    assert.match(await told(store.stat(digestOf("x"))), /^Failed: .* refused a GET: InternalError: It was refused\.$/);
    server.disturb(/./, { times: 1, status: 507 });
    assert.match(await told(store.put(Buffer.from("x"))), /^NoSpace: /);
    server.disturb(/./, { times: 4, status: 500 });
    assert.match(await told(store.stat(digestOf("x"))), /^Failed: .* does not answer: InternalError/);
    await server.close();
    assert.match(await told(store.stat(digestOf("x"))), /^Failed: .* does not answer: ECONN/);
  });

  test("a reader that has had enough holds no connection", async () => {
    const { server, open } = await makeS3BlobStore();
    const store = open();
    const digest = await upload(store, Buffer.alloc(5 * 2 ** 20));
    for (let i = 0; i < 5; i++) {
      for await (const _ of await store.read(digest)) break;
    }
    await until(
      "the connections to end",
      () => server.openConnections(),
      (open) => open <= 2,
    );
  });
});
