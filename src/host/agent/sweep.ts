import type { HostNetwork } from "#host/network/network.ts";
import type { RuntimeDriver } from "#host/runtime/driver.ts";
import type { Log } from "#kernel/controller.ts";
import type { Journal } from "./journal.ts";
import { volumeTaskLabel } from "./spec/labels.ts";

export interface SweepDeps {
  readonly driver: RuntimeDriver;
  readonly network: HostNetwork;
  readonly journal: Journal;
  readonly log: Log;
  /** Asked anew before each removal: a task may have come meanwhile. */
  readonly hasTask: (taskId: string) => boolean;
  readonly hasInterface: (networkInterfaceId: string) => boolean;
}

/**
 * Removes what earlier runs left of tasks that nobody knows: volumes, interfaces and files (sandboxes are seen to where
 * the engine is listed). To be done only when the control plane has named all the host's tasks. Rejects with what the
 * first failing removal did; the rest is left to the next sweep.
 */
export async function sweep({ driver, network, journal, log, hasTask, hasInterface }: SweepDeps): Promise<void> {
  for (const { name, labels } of await driver.listVolumes()) {
    const taskId = labels[volumeTaskLabel];
    if (taskId === undefined || hasTask(taskId)) continue;
    log.info("Removing a volume that no task has", { volume: name });
    await driver.removeVolume(name);
  }
  for (const { networkInterfaceId } of await network.attached()) {
    if (hasInterface(networkInterfaceId)) continue;
    log.info("Unplugging an interface that no task has", { networkInterfaceId });
    await network.detach(networkInterfaceId);
  }
  for (const taskId of await journal.ids()) if (!hasTask(taskId)) await journal.remove(taskId);
}
