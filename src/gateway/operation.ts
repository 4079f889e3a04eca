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
  const { style, operationName: name } = target;
  const service = requireService(target);
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

/** Throws the fault that names the service when it is not one of the platform's. */
export function requireService({ service, style, asked }: Target): ServiceEntry {
  if (service !== undefined) return service;
  const named = asked !== undefined && asked !== "";
  const message = named ? `This platform has no service '${asked}'.` : "No service here answers to this request.";
  throw commonFault(style, "unknownOperation", message);
}

type Route = Omit<FoundOperation, "handler">;

function routeOf(service: ServiceEntry, target: Target, request: HttpRequest): Route | undefined {
  if (target.protocol.name === "rest-json") {
    return routeRest(service.model, request.method, request.path, new URLSearchParams(request.query));
  }
  if (target.operationName === undefined || isOtherVersion(service, target)) return undefined;
  const operation = service.model.operation(target.operationName);
  return operation && { operation, labels: {} };
}

/** Another API goes by the same signing name: Classic Load Balancers have another version of Elastic Load Balancing. */
function isOtherVersion(service: ServiceEntry, { version }: Target): boolean {
  return version !== undefined && version !== service.metadata.apiVersion;
}

function unknownMessage({ service, style, operationName: name, version, asked }: Target): string {
  if (style === "query") {
    const own = service?.metadata.apiVersion;
    const couldNot = `Could not find operation ${name} for version ${version ?? own}`;
    return version === undefined || version === own ? couldNot : `${couldNot}: this platform's ${asked} is ${own}`;
  }
  if (style === "ec2") return `The action ${name} is not valid for this web service.`;
  return name === undefined ? "No operation has this method and path." : `Unknown operation ${name}`;
}

/** The fault of a condition in the words and codes of a style of service. */
export function commonFault(style: FaultStyle, condition: Condition, message?: string): Fault {
  const common: CommonFault = commonFaults[style][condition];
  return new Fault(common.code, message ?? common.message, { status: common.status });
}
