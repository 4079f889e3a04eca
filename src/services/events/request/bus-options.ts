import type { DeadLetterConfig, LogConfig } from "#generated/events/types.ts";
import { Fault } from "#kernel/fault.ts";
import { noCustomerKeys, noQueues, refuse } from "./refusals.ts";

/** Refuses what a bus cannot have here. */
export function checkBusOptions(input: {
  readonly KmsKeyIdentifier?: string;
  readonly DeadLetterConfig?: DeadLetterConfig;
  readonly LogConfig?: LogConfig;
}): void {
  refuse(input.KmsKeyIdentifier, "KmsKeyIdentifier", noCustomerKeys);
  refuse(input.DeadLetterConfig?.Arn, "DeadLetterConfig", noQueues);
  const { Level = "OFF" } = input.LogConfig ?? {};
  if (Level === "OFF") return;
  const words = "only the level OFF: what could not be delivered is in the platform's log.";
  throw new Fault("ValidationException", `LogConfig is not supported on this platform beyond ${words}`);
}
