import { type Controller, type ControllerContext, type Reconciled, watch } from "#kernel/controller.ts";
import type { Entry, Key, Store } from "#kernel/store.ts";
import { type ServiceRecord, serviceEventsOf, serviceKey, serviceRevisionsOf, services } from "../../model/service.ts";
import {
  isFinished,
  type ServiceDeploymentRecord,
  serviceDeployments,
  serviceDeploymentsOf,
} from "../../model/service-deployment.ts";

/** How long a deleted service can still be described. */
const visibleMs = 3_600_000;
/** How long the history of a deployment is kept ("View service history": 90 days). */
const historyMs = 90 * 24 * 3_600_000;
/** So many records go in one commit. */
const batch = 500;

/** Forgets deleted services with all that belongs to them, and the history of deployments that ended long ago. */
export const serviceReaper: Controller = {
  name: "ecs.service-reaper",
  watches: [
    watch(services, ({ key, value }) => (value.status === "INACTIVE" ? [key] : [])),
    watch(serviceDeployments, ({ key, value }) => (isFinished(value) ? [key] : [])),
  ],
  reconcile: (key, ctx) =>
    key.startsWith(`${services.name}/`)
      ? forgetService(key as Key<ServiceRecord>, ctx)
      : forgetHistory(key as Key<ServiceDeploymentRecord>, ctx),
};

async function forgetService(key: Key<ServiceRecord>, { store, clock }: ControllerContext): Promise<Reconciled> {
  const service = await store.get(key);
  if (service.value?.status !== "INACTIVE") return;
  const due = (service.value.inactiveAt ?? 0) + visibleMs;
  if (clock.now() < due) return { lookAgainAt: due };
  for (let parts = await partsOf(store, service.value); parts.length > 0; ) {
    await store.commit({ unchanged: [service], remove: parts });
    parts = await partsOf(store, service.value);
  }
  await store.commit({ unchanged: [service], remove: [service.key] });
}

async function partsOf(store: Store, service: ServiceRecord): Promise<string[]> {
  const lists: (readonly Entry<unknown>[])[] = [
    await store.list(serviceEventsOf(service), { limit: batch }),
    await store.list(serviceDeploymentsOf(service), { limit: batch }),
    await store.list(serviceRevisionsOf(service), { limit: batch }),
  ];
  return lists.flatMap((entries) => entries.map(({ key }) => key)).slice(0, batch);
}

async function forgetHistory(
  key: Key<ServiceDeploymentRecord>,
  { store, clock }: ControllerContext,
): Promise<Reconciled> {
  const deployment = await store.get(key);
  if (deployment.value === undefined || !isFinished(deployment.value)) return;
  const due = (deployment.value.finishedAt ?? deployment.value.updatedAt) + historyMs;
  if (clock.now() < due) return { lookAgainAt: due };
  const service = await store.get(serviceKey(deployment.value));
  const { id } = deployment.value;
  // What a running service's deployments name stays with them.
  if (service.value?.deployments.some((each) => each.serviceDeploymentId === id)) {
    return { lookAgainAt: clock.now() + historyMs };
  }
  await store.commit({ unchanged: [deployment], remove: [deployment.key] });
}
