import type { Store } from "#kernel/store.ts";
import { listeners, loadBalancerArn } from "#services/elb/model.ts";
import { type CertificateRecord, certificateArn } from "../model.ts";

/** The ARNs of the load balancers whose listeners serve with a certificate. */
export function usersOf(store: Pick<Store, "view">, record: CertificateRecord): string[] {
  const found = store.view(listeners).by("certificate", certificateArn(record));
  return [...new Set(found.map(({ value }) => loadBalancerArn({ ...value, ...value.loadBalancer })))];
}
