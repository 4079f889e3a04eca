import { Fault } from "#kernel/fault.ts";
import type { Handler } from "#kernel/handler.ts";
import { type CommonFault, type Condition, commonFaults, type FaultStyle } from "#wire/faults.ts";
import type { HttpRequest } from "#wire/message.ts";
import type { Operation } from "#wire/model.ts";
import type { PathLabels } from "#wire/protocol.ts";
import { routeRest } from "#wire/rest/router.ts";
import type { ServiceEntry } from "./catalog.ts";
import type { Target } from "./target.ts";

export interface FoundOperation {
  readonly operation: Operation;
  readonly handler: Handler;
  readonly labels: PathLabels;
}

/** Throws the fault that AWS gives for an operation it does not know, also for one that is not built yet. */
export function findOperation(target: Target, request: HttpRequest): FoundOperation {
  const { service, style, operationName: name } = target;
  if (service === undefined) throw commonFault(style, "unknownOperation", "No service here answers to this request.");
  const route = routeOf(service, target, request);
  if (route === undefined) {
    if (name === undefined && target.protocol.name !== "rest-json") throw commonFault(style, "missingAction");
    throw commonFault(style, "unknownOperation", unknownMessage(target));
  }
  const handler = service.handlerOf(route.operation.name);
  if (handler === undefined) {
    const message = `The operation ${service.name}:${route.operation.name} is not supported yet.`;
    throw commonFault(style, "unknownOperation", message);
  }
  return { ...route, handler };
}

type Route = Omit<FoundOperation, "handler">;

function routeOf(service: ServiceEntry, target: Target, request: HttpRequest): Route | undefined {
  if (target.protocol.name === "rest-json") {
    return routeRest(service.model, request.method, request.path, new URLSearchParams(request.query));
  }
  const operation = target.operationName === undefined ? undefined : service.model.operation(target.operationName);
  return operation && { operation, labels: {} };
}

function unknownMessage({ service, style, operationName: name }: Target): string {
  if (style === "query") return `Could not find operation ${name} for version ${service?.metadata.apiVersion}`;
  if (style === "ec2") return `The action ${name} is not valid for this web service.`;
  return name === undefined ? "No operation has this method and path." : `Unknown operation ${name}`;
}

/** The fault of a condition in the words and codes of a style of service. */
export function commonFault(style: FaultStyle, condition: Condition, message?: string): Fault {
  const common: CommonFault = commonFaults[style][condition];
  return new Fault(common.code, message ?? common.message, { status: common.status });
}
