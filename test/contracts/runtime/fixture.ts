import assert from "node:assert/strict";
import type { ContainerSpec, RuntimeDriver, RuntimeEvent, SandboxSpec } from "#host/runtime/driver.ts";
import { DriverError } from "#kernel/fault.ts";
import { within } from "../../support/within.ts";

/** What a driver brings to its contract suite. */
export interface RuntimeFixture {
  /** A driver as a newly started agent makes it: the same owner and host each time. */
  open(): RuntimeDriver;
  /** Containers that behave as their names say. */
  readonly containers: Readonly<Record<Behaving, Pick<ContainerSpec, "image" | "command">>>;
  /** An archive with an image called `importedReference`. */
  archive(): Promise<Uint8Array>;
  readonly importedReference: string;
  /** A reference whose pull fails, and the reasons that are right for it. */
  readonly unknownImage: { readonly reference: string; readonly reasons: readonly string[] };
}

type Behaving =
  | "runsForever"
  | "ignoresSigterm"
  /** With exit code 3. */
  | "exits"
  /** `line 0` to `line 99`, then ends. */
  | "printsLines"
  | "cannotStart"
  /** Its health is `starting`, then `healthy`; the check is in `healthCheck` of the test. */
  | "becomesHealthy";

export function sandboxSpec(name: string, changes: Partial<SandboxSpec> = {}): SandboxSpec {
  return {
    name,
    hostname: "ip-172-31-0-5",
    network: "isolated",
    portMappings: [],
    resources: {},
    sysctls: {},
    sharePid: false,
    shareIpc: false,
    ...changes,
  };
}

export function containerSpec(
  behaviour: Pick<ContainerSpec, "image" | "command">,
  changes: Partial<ContainerSpec> = {},
): ContainerSpec {
  return {
    name: "app",
    labels: { "com.example.task": "t1" },
    environment: [],
    interactive: false,
    tty: false,
    readonlyRootfs: false,
    privileged: false,
    init: false,
    capAdd: [],
    capDrop: [],
    securityOptions: [],
    devices: [],
    ulimits: [],
    sysctls: {},
    tmpfs: [],
    mounts: [],
    volumesFrom: [],
    disableNetworking: false,
    pidMode: "private",
    ipcMode: "private",
    keepLogs: true,
    ...behaviour,
    ...changes,
  };
}

/** The events of a driver so far, and waiting for one. */
export class EventLog {
  readonly seen: RuntimeEvent[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #subscription: { close(): void };

  constructor(driver: RuntimeDriver) {
    this.#subscription = driver.watch((event) => {
      this.seen.push(event);
      for (const wake of [...this.#waiting]) wake();
    });
  }

  /** Resolves with the first event, past ones included, that matches. */
  until(matches: (event: RuntimeEvent) => boolean): Promise<RuntimeEvent> {
    return within(`an event: ${matches}`, this.#first(matches), () => this.seen.slice(-10));
  }

  async #first(matches: (event: RuntimeEvent) => boolean): Promise<RuntimeEvent> {
    let found = this.seen.find(matches);
    while (found === undefined) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
      found = this.seen.find(matches);
    }
    return found;
  }

  of(type: RuntimeEvent["type"], containerId: string): Promise<RuntimeEvent> {
    return this.until((event) => event.type === type && "containerId" in event && event.containerId === containerId);
  }

  close(): void {
    this.#subscription.close();
  }
}

/** Makes and starts a container in a new sandbox. */
export async function start(
  driver: RuntimeDriver,
  sandboxName: string,
  spec: ContainerSpec,
  sandboxChanges: Partial<SandboxSpec> = {},
): Promise<{ sandboxId: string; containerId: string }> {
  const sandbox = await driver.createSandbox(sandboxSpec(sandboxName, sandboxChanges));
  const containerId = await driver.createContainer(sandbox.id, spec);
  await driver.startContainer(containerId);
  return { sandboxId: sandbox.id, containerId };
}

/** Checks that the call fails with one of these reasons. */
export async function rejectsWith(call: Promise<unknown>, ...reasons: readonly string[]): Promise<DriverError> {
  const error = await call.then(
    () => assert.fail(`It succeeded, but should fail with ${reasons.join(" or ")}`),
    (cause: unknown) => cause,
  );
  assert.ok(error instanceof DriverError, `No DriverError: ${error}`);
  assert.ok(reasons.includes(error.reason), `${error.reason} (${error.message}), not ${reasons.join(" or ")}`);
  return error;
}
