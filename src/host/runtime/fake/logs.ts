import { DriverError } from "#kernel/fault.ts";
import type { LogRecord, RuntimeDriver } from "../driver.ts";
import { createLogSequence } from "../log-records.ts";
import type { FakeContainer } from "./container.ts";
import type { FakeHost } from "./host.ts";

/** The output of fake containers. */
export function readFakeLogs(host: FakeHost, find: (id: string) => FakeContainer): RuntimeDriver["readLogs"] {
  return async function* (containerId, { since, follow, signal }) {
    const container = await host.call("readLogs", containerId, () => find(containerId));
    if (!container.spec.keepLogs) {
      throw new DriverError("InvalidSpec", `Container ${containerId} was made without keeping its output`);
    }
    const sequence = createLogSequence(since);
    for (let at = 0; !signal.aborted; ) {
      const fresh = container.output.slice(at);
      at += fresh.length;
      const records = fresh.map(sequence).filter((record): record is LogRecord => record !== undefined);
      if (records.length > 0) yield records;
      if (at < container.output.length) continue;
      if (!follow || container.state === "exited") return;
      await new Promise<void>((resolve) => {
        const forget = container.onChange(resolve);
        signal.addEventListener(
          "abort",
          () => {
            forget();
            resolve();
          },
          { once: true },
        );
      });
    }
  };
}
