import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import type { Given } from "../runtime-driver.ts";

export function volumeContract({ driver }: Given): void {
  test("a volume is listed with its labels until it is removed; making it again changes nothing", async () => {
    const name = `estiva-test-${randomUUID()}`;
    const find = async () => (await driver().listVolumes()).filter((volume) => volume.name === name);
    await driver().createVolume({ name, labels: { task: "t1" } });
    await driver().createVolume({ name, labels: { task: "t1" } });
    assert.deepEqual(await find(), [{ name, labels: { task: "t1" } }]);
    await driver().removeVolume(name);
    await driver().removeVolume(name);
    assert.deepEqual(await find(), []);
  });
}
