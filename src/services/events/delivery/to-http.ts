import { parseArn } from "#kernel/arn.ts";
import type { Store } from "#kernel/store.ts";
import {
  type ApiDestinationRecord,
  apiDestinationArn,
  apiDestinationKey,
  apiDestinations,
  type DeliveryRecord,
} from "../model.ts";
import { connectionWithArn } from "../request/api-destination.ts";
import { destinationRequest, plainRequest } from "./http-request.ts";
import { done, type Outcome } from "./outcome.ts";
import type { DeliveryPorts } from "./ports.ts";
import { takenRole } from "./role.ts";

/** Amazon EventBridge waits no longer for the answer of an API destination. */
const timeoutMs = 5000;

/** Statuses after which EventBridge tries again (User Guide, "API destinations"), beside those from 500 on. */
const retried = [401, 407, 409, 429];

export async function deliverToHttp(
  delivery: DeliveryRecord,
  store: Pick<Store, "view">,
  ports: DeliveryPorts,
): Promise<Outcome> {
  const call = await requestFor(delivery, store, ports);
  if (typeof call === "string") return { kind: "drop", reason: call };
  const { traceHeader } = delivery;
  const traced = { ...(traceHeader !== undefined && { "x-amzn-trace-id": traceHeader }), ...call.headers };
  const { status, retryAfterSeconds = 0 } = await ports.send({ ...call, headers: traced }, { timeoutMs });
  if (status >= 200 && status < 300) return done;
  const reason = `The endpoint answered ${status}.`;
  if (status < 500 && !retried.includes(status)) return { kind: "drop", reason };
  return { kind: "retry", reason, afterMs: retryAfterSeconds * 1000 };
}

/** The request, or why there is none. */
async function requestFor(delivery: DeliveryRecord, store: Pick<Store, "view">, ports: DeliveryPorts) {
  const { address, input } = delivery;
  if (address.kind === "http") return plainRequest(address.url, address.http, input);
  if (address.kind !== "api-destination") return "Not for HTTP.";
  const destination = destinationWithArn(store, address.arn);
  if (destination === undefined) return `The API destination ${address.arn} does not exist.`;
  const question = { action: "events:InvokeApiDestination", resource: address.arn };
  const refusal = await ports.roles.refusal(takenRole(delivery, address.roleArn), question);
  if (refusal !== undefined) return refusal;
  const connection = connectionWithArn(store, destination.connectionArn);
  const request = connection && destinationRequest(destination, connection, { http: address.http, input }, ports.box);
  return request ?? `The connection ${destination.connectionArn} has no credentials.`;
}

/** The API destination with just this ARN. */
export function destinationWithArn(store: Pick<Store, "view">, text: string): ApiDestinationRecord | undefined {
  const arn = parseArn(text);
  if (arn === undefined) return undefined;
  const name = arn.resource.split("/")[1] ?? "";
  const found = store.view(apiDestinations).get(apiDestinationKey(arn, name))?.value;
  return found !== undefined && apiDestinationArn(found) === text ? found : undefined;
}
