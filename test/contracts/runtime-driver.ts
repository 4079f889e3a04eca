import { after, before, describe } from "node:test";
import type { RuntimeDriver } from "#host/runtime/driver.ts";
import { containerContract } from "./runtime/containers.ts";
import { eventContract } from "./runtime/events.ts";
import { execContract } from "./runtime/exec.ts";
import type { RuntimeFixture } from "./runtime/fixture.ts";
import { imageContract } from "./runtime/images.ts";
import { logContract } from "./runtime/logs.ts";
import { sandboxContract } from "./runtime/sandboxes.ts";
import { volumeContract } from "./runtime/volumes.ts";

/** What every runtime driver must do. Each part gets the fixture and a driver that is open for all its tests. */
export function runtimeDriverContract(name: string, fixture: RuntimeFixture, skip: string | false = false): void {
  describe(`runtime driver contract: ${name}`, { skip }, () => {
    let driver: RuntimeDriver;
    before(async () => {
      driver = fixture.open();
      for (const { image } of Object.values(fixture.containers)) {
        if ((await driver.findImage(image)) === undefined) await driver.pullImage(image, {});
      }
    });
    after(async () => {
      for (const sandbox of await driver.listSandboxes()) await driver.removeSandbox(sandbox.id);
      await driver.close();
    });
    const given = { fixture, driver: () => driver };
    imageContract(given);
    sandboxContract(given);
    containerContract(given);
    eventContract(given);
    logContract({ driver: () => driver, containers: fixture.containers });
    execContract(given);
    volumeContract(given);
  });
}

export interface Given {
  readonly fixture: RuntimeFixture;
  /** To be called inside a test. */
  driver(): RuntimeDriver;
}
