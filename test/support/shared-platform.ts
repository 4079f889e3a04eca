import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before } from "node:test";
import type { BusyboxOptions } from "#host/runtime/busybox-image.ts";
import { parseAddress } from "#host/runtime/docker/address.ts";
import { createEngineClient, type EngineClient } from "#host/runtime/docker/client.ts";
import { createDockerDriver } from "#host/runtime/docker/driver.ts";
import { systemClock } from "#kernel/clock.ts";
import { whyNoPackets } from "../contracts/network/sandbox.ts";
import { ensureBusybox, importBusybox } from "../images/busybox.ts";
import { testEngine } from "../images/engine.ts";
import { leftoversOf } from "./leftovers.ts";
import { TestPlatform } from "./platform.ts";
import type { Clients } from "./tasks.ts";

/** A platform that the tests of one file share, with the container engine that it uses. */
export interface SharedPlatform {
  /** Why tests with real containers cannot run here; they print it. */
  readonly skip: string | undefined;
  readonly platform: TestPlatform;
  readonly clients: Clients;
  /** The engine itself, to see with its own eyes what runs. */
  readonly engine: EngineClient;
  importImage(options: BusyboxOptions): Promise<unknown>;
}

/**
 * Starts a platform before the tests of this file, and removes it and every trace of it after them. `prepare` runs
 * once it is up: hooks that a file adds itself do not wait for it.
 */
export async function sharePlatform(
  options: ConstructorParameters<typeof TestPlatform>[0] & { readonly prepare?: () => Promise<void> } = {},
): Promise<SharedPlatform> {
  const found = await testEngine();
  const skip = "skip" in found ? found.skip : whyNoPackets();
  const socket = "socket" in found ? found.socket : "unix:///none";
  const platform = new TestPlatform(options);
  const engine = createEngineClient(parseAddress(socket), systemClock({ keepAlive: true }));
  let clients: Clients | undefined;

  const withDriver = async (use: (driver: ReturnType<typeof createDockerDriver>) => Promise<unknown>) => {
    const driver = createDockerDriver({ owner: "estiva-test-images", log: () => {}, socket });
    await use(driver).finally(() => driver.close());
  };
  before(async () => {
    if (skip) return;
    await withDriver(ensureBusybox);
    await platform.start();
    clients = platform.clients();
    await options.prepare?.();
  });
  after(async () => {
    if (skip) {
      engine.close();
      return rmSync(platform.dataDir, { recursive: true });
    }
    for (const client of Object.values(clients ?? {})) client.destroy();
    const { platformId } = platform;
    await platform.remove();
    assert.deepEqual(await leftoversOf(platformId, engine), [], "left on the machine");
    engine.close();
  });
  return {
    skip,
    platform,
    get clients() {
      return clients!;
    },
    engine,
    importImage: (image) => withDriver((driver) => importBusybox(driver, image)),
  };
}
