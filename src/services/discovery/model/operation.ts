import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import { type World, worldOf } from "#kernel/world.ts";
import { operationMachine } from "../states.ts";
import { namespaceKey } from "./namespace.ts";

export type OperationStatus = "SUBMITTED" | "PENDING" | "SUCCESS" | "FAIL";

/** The operations of the API that answer with an operation's id -> the type of the operation. */
export const operationTypes = {
  CreateHttpNamespace: "CREATE_NAMESPACE",
  CreatePrivateDnsNamespace: "CREATE_NAMESPACE",
  DeleteNamespace: "DELETE_NAMESPACE",
  UpdateHttpNamespace: "UPDATE_NAMESPACE",
  UpdatePrivateDnsNamespace: "UPDATE_NAMESPACE",
  UpdateService: "UPDATE_SERVICE",
  RegisterInstance: "REGISTER_INSTANCE",
  DeregisterInstance: "DEREGISTER_INSTANCE",
} as const;
export type OperationAction = keyof typeof operationTypes;

/** What a caller has asked for, until some time after it is done. Times are milliseconds since the epoch. */
export interface OperationRecord extends World {
  readonly id: string;
  readonly action: OperationAction;
  readonly status: OperationStatus;
  readonly namespaceId: string;
  readonly serviceId?: string;
  readonly instanceId?: string;
  /** The caller's id of the request; the same request again gives the same operation. */
  readonly requestId?: string;
  /** Why it cannot succeed; its status says so once it has been dealt with. */
  readonly failure?: { readonly code: string; readonly message: string };
  readonly createDate: number;
  /** When the status changed last. */
  readonly updateDate: number;
}

export type OperationIndex = "world" | "submitted" | "target" | "request";

/**
 * Indexes: `world` by `worldOf`; `submitted` by the key of its namespace, as long as it is not
 * done; `target` by
 * `targetOf`, as long as it is not done; `request` by `requestOf`, unless it failed.
 */
export const operations: Collection<OperationRecord, OperationIndex> = {
  name: "servicediscovery/operation",
  indexes: {
    world: worldOf,
    submitted: (operation) => (isDone(operation) ? undefined : namespaceKey(operation, operation.namespaceId)),
    target: (operation) => (isDone(operation) ? undefined : targetOf(operation)),
    request: (operation) => (operation.status === "FAIL" ? undefined : requestOf(operation)),
  },
  machines: [operationMachine],
};

/** Whether it has succeeded or failed. */
export function isDone({ status }: OperationRecord): boolean {
  return status === "SUCCESS" || status === "FAIL";
}

/** What an operation is about: an instance, a service or a namespace. */
export function targetOf(operation: Pick<OperationRecord, keyof World | "namespaceId" | "serviceId" | "instanceId">) {
  const { namespaceId, serviceId, instanceId } = operation;
  return [worldOf(operation), namespaceId, serviceId ?? "", instanceId ?? ""].join("/");
}

/** A request of a caller, by what it did and its id. */
export function requestOf(operation: Pick<OperationRecord, keyof World | "action" | "requestId">) {
  const { action, requestId } = operation;
  return requestId === undefined ? undefined : [worldOf(operation), action, requestId].join("/");
}

export function operationKey({ account, region }: World, id: string): Key<OperationRecord> {
  return keyOf(operations, account, region, id);
}
