import type { CertificateAuthority } from "#kernel/certificate-authority.ts";
import { type Controller, watch } from "#kernel/controller.ts";
import type { Entry, Key, Store } from "#kernel/store.ts";
import { serviceKey as discoveryServiceKey, services as discoveryServices } from "#services/discovery/model.ts";
import {
  type ConnectCertificateRecord,
  connectCertificateKey,
  connectCertificates,
} from "../../model/connect-certificate.ts";
import { type ServiceRecord, services } from "../../model/service.ts";
import { endpointsOf } from "./registry.ts";

const day = 86_400_000;
/** As certificates of AWS Private CA in its short-lived mode, and how soon Amazon ECS has others in their place. */
const [validDays, rotationDays] = [7, 5];

/**
 * Has a certificate of the account's authority for each endpoint of Service Connect with TLS, and a new one with a new
 * key in time. The key is the ECS service's.
 */
export function connectCertificateController(authority: CertificateAuthority): Controller {
  return {
    name: "ecs.connect-certificates",
    watches: [
      watch(services, ({ key }) => [key]),
      watch(connectCertificates, ({ value }) => [value.owner]),
      watch(discoveryServices, ({ value }) => (value.owner === undefined ? [] : [value.owner])),
    ],
    async reconcile(key, { store, clock, random }) {
      const service = await store.get(key as Key<ServiceRecord>);
      const wanted = service.value === undefined ? [] : endpointsOf(store, service.value);
      const now = clock.now();
      const due: number[] = [];
      for (const { endpoint, at } of wanted) {
        if (endpoint.tls === undefined) continue;
        const known = await store.get(connectCertificateKey(at, endpoint.discoveryId));
        const dueAt = rotatedAt(known.value, authority);
        due.push(Math.max(dueAt, now + 1));
        if (dueAt > now) continue;
        const { account, region } = at;
        const { name } = endpoint.tls;
        const { with: writes, ...issued } = await authority.issue({
          ...{ store, random, now, account, names: [name], validDays },
        });
        const { discoveryId } = endpoint;
        const value: ConnectCertificateRecord = {
          ...{ account, region, discoveryId, owner: key, name, ...issued, issuedAt: now },
        };
        await store.commit({
          unchanged: [service, known, ...writes.unchanged],
          put: [...writes.put, { key: known.key, value }],
        });
      }
      for (const left of leftover(store, key, new Set(wanted.map(({ endpoint }) => endpoint.discoveryId)))) {
        await store.commit({ unchanged: [left], remove: [left.key] });
      }
      return due.length === 0 ? undefined : { lookAgainAt: Math.min(...due) };
    },
  };
}

/** When there is to be another one. */
function rotatedAt(known: ConnectCertificateRecord | undefined, authority: CertificateAuthority): number {
  if (known === undefined || authority.openPrivateKey(known) === undefined) return 0;
  return known.issuedAt + rotationDays * day;
}

/** Those of endpoints that are gone, with the last task that served them. */
function leftover(store: Store, owner: string, wanted: ReadonlySet<string>): Entry<ConnectCertificateRecord>[] {
  return store
    .view(connectCertificates)
    .by("owner", owner)
    .filter(({ value }) => {
      const isServed = store.view(discoveryServices).get(discoveryServiceKey(value, value.discoveryId)) !== undefined;
      return !wanted.has(value.discoveryId) && !isServed;
    });
}
