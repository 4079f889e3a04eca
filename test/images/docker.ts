import { randomBytes } from "node:crypto";
import type { PrivilegedShell } from "#host/network/privileged-shell.ts";
import { createDockerDriver, type DockerDriverOptions } from "#host/runtime/docker/driver.ts";
import type { RuntimeDriver } from "#host/runtime/driver.ts";
import { ensureBusybox } from "./busybox.ts";

export interface TestDocker {
  readonly owner: string;
  readonly driver: RuntimeDriver;
  /** Another driver of the same owner, as after a restart of the agent. The caller closes it. */
  reopen(options?: { readonly shell?: PrivilegedShell }): RuntimeDriver;
  /** Removes all that was made. */
  close(): Promise<void>;
}

/** A driver with an owner of its own for one test file. */
export async function testDocker(
  socket: string,
  options: Pick<DockerDriverOptions, "readsLogFiles"> = {},
): Promise<TestDocker> {
  const owner = `test-${randomBytes(4).toString("hex")}`;
  const reopen: TestDocker["reopen"] = (changes = {}) =>
    createDockerDriver({ owner, socket, log: (message) => console.error(message), ...options, ...changes });
  const driver = reopen();
  await ensureBusybox(driver);
  const close = async () => {
    await driver.prepareSandboxes(0); // what still looks for prepared ones would be cut off, and say so
    for (const sandbox of await driver.listSandboxes()) await driver.removeSandbox(sandbox.id);
    for (const volume of await driver.listVolumes()) await driver.removeVolume(volume.name);
    await driver.close();
  };
  return { owner, driver, reopen, close };
}
