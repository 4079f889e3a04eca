import { Fault } from "#kernel/fault.ts";

/** AWS's words for a parameter that is wrong in itself. */
export function invalidParameter(name: string, reason?: string): Fault {
  const words = `Parameter ${name} is not valid.`;
  return new Fault("ValidationException", reason === undefined ? words : `${words} Reason: ${reason}`);
}

export function limitExceeded(): Fault {
  return new Fault("LimitExceededException", "The requested resource exceeds the maximum number allowed.");
}

/** Refuses a parameter for something that the platform does not have. */
export function refuse(given: unknown, name: string, why: string): void {
  if (given === undefined) return;
  throw new Fault("ValidationException", `${name} is not supported on this platform: ${why}`);
}

export const noQueues = "there are no SQS queues.";
export const noCustomerKeys = "events are kept under the platform's own key.";
