import assert from "node:assert/strict";
import { test } from "node:test";
import type { Given } from "../runtime-driver.ts";
import { rejectsWith } from "./fixture.ts";

export function imageContract({ fixture, driver }: Given): void {
  test("an image that the host does not have is undefined", async () => {
    assert.equal(await driver().findImage("estiva-test/never-made:1"), undefined);
  });

  test("an imported image is found by its tag and by its id", async () => {
    const imported = await driver().importImage(await fixture.archive());
    assert.match(imported.id, /^sha256:[0-9a-f]{64}$/);
    assert.equal((await driver().findImage(fixture.importedReference))?.id, imported.id);
    assert.equal((await driver().findImage(imported.id))?.id, imported.id);
    assert.equal(imported.os, "linux");
  });

  test("importing what is no image is refused", async () => {
    await rejectsWith(driver().importImage(Buffer.from("this is no archive")), "InvalidSpec", "Failed");
  });

  test("a pull that cannot succeed says why", async () => {
    const { reference, reasons } = fixture.unknownImage;
    const error = await rejectsWith(driver().pullImage(reference, {}), ...reasons);
    assert.notEqual(error.message, "");
  });

  test("a pull whose signal has aborted is given up", async () => {
    const reason = new Error("no longer wanted");
    const pull = driver().pullImage(fixture.unknownImage.reference, { signal: AbortSignal.abort(reason) });
    await assert.rejects(pull, reason);
  });
}
