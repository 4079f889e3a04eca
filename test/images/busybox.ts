import { type BusyboxOptions, busyboxImage } from "#host/runtime/busybox-image.ts";
import type { ImageInfo, RuntimeDriver } from "#host/runtime/driver.ts";

/** The image with a shell and the usual tools that tests with real containers use. */
export const busyboxReference = "estiva-test/busybox:1";

/** Puts the test image into the engine, unless it is there already. */
export async function ensureBusybox(driver: RuntimeDriver): Promise<ImageInfo> {
  return (await driver.findImage(busyboxReference)) ?? (await importBusybox(driver, { reference: busyboxReference }));
}

/** An image of its own for a test: with other files, an entrypoint, a health check... */
export async function importBusybox(driver: RuntimeDriver, options: BusyboxOptions): Promise<ImageInfo> {
  return await driver.importImage(await busyboxImage(options));
}
