import type { RuntimeDriver } from "#host/runtime/driver.ts";

/** `docker 20.10.24`, or why it does not answer, for people. */
export async function engineName(driver: RuntimeDriver): Promise<string> {
  try {
    const { name, version } = await driver.info();
    return `${name} ${version}`;
  } catch (error) {
    return `unavailable: ${(error as Error).message}`;
  }
}
