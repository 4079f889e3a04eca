import type { Log } from "#kernel/controller.ts";
import { ConflictError, DriverError, Fault } from "#kernel/fault.ts";
import { commonFaults, errorShapeOf, mayAnswer } from "#wire/faults.ts";
import type { Operation } from "#wire/model.ts";
import type { WireFault } from "#wire/protocol.ts";
import { commonFault } from "./operation.ts";
import type { ServiceTarget } from "./target.ts";

export interface FailedCall {
  readonly target: ServiceTarget;
  readonly operation: Operation | undefined;
  readonly requestId: string;
  readonly log: Log;
  /** Whether a fault whose code is not the operation's is answered as the bug that it is. */
  readonly strictFaults: boolean;
}

/** Settles what the client is told of an error. What is not meant for it is logged, never answered. */
export function faultOf(error: unknown, call: FailedCall): WireFault {
  const fault = toFault(error, call);
  const shape = call.operation && errorShapeOf(call.operation, fault.code);
  const modelled = shape?.traits.error?.httpStatusCode ?? (shape?.traits.fault ? 500 : undefined);
  return {
    shapeName: shape?.name ?? fault.code,
    code: shape?.traits.error?.code ?? queryCode(fault.code, call),
    message: fault.message,
    status: fault.status ?? modelled ?? commonStatus(fault.code, call) ?? 400,
    shape,
    members: fault.members,
  };
}

/** Services that once spoke the Query protocol keep its code for invalid input beside the one of JSON. */
function queryCode(code: string, { target }: FailedCall): string {
  return target.service?.model.queryCompatible && code === "ValidationException" ? "ValidationError" : code;
}

function toFault(error: unknown, call: FailedCall): Fault {
  const { style } = call.target;
  const fields = { requestId: call.requestId, operation: call.operation?.name };
  if (error instanceof Fault) {
    if (call.operation === undefined || mayAnswer(call.operation, error.code)) return error;
    call.log.error(`The operation's model has no ${error.code}`, fields);
    return call.strictFaults ? commonFault(style, "internalFailure") : error;
  }
  if (error instanceof ConflictError) {
    call.log.warn("Gave up after conflicting commits", { ...fields, key: error.key });
    return commonFault(style, "throttled");
  }
  if (error instanceof DriverError) {
    call.log.error(error.message, { ...fields, reason: error.reason, error });
    if (error.reason === "NoSpace") return commonFault(style, "unavailable", "The platform's disk is full.");
    return commonFault(style, error.retryable ? "unavailable" : "internalFailure");
  }
  call.log.error("Unexpected error in a request", { ...fields, error });
  return commonFault(style, "internalFailure");
}

function commonStatus(code: string, { target }: FailedCall): number | undefined {
  return Object.values(commonFaults[target.style]).find((common) => common.code === code)?.status;
}
