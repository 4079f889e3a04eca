import { type Controller, watch } from "#kernel/controller.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { Key } from "#kernel/store.ts";
import { listeners } from "#services/elb/model.ts";
import { type CertificateRecord, certificateKey, certificates } from "../model.ts";
import { renewed } from "../request/renew.ts";
import { isEligible } from "../request/shapes.ts";

const day = 86_400_000;
/** When ACM renews what it has issued: 60 days before the end ("Managed certificate renewal"). */
const daysBefore = 60;

/** Renews certificates that the platform has issued, as long as they are used. */
export function renewalController(box: SecretBox): Controller {
  return {
    name: "acm.renewal",
    watches: [
      watch(certificates, ({ key, value }) => (value.type === "AMAZON_ISSUED" ? [key] : [])),
      // One that begins to be used may be due already.
      watch(listeners, ({ value }) => value.certificates.flatMap(keyOfArn)),
    ],
    async reconcile(key, { store, clock, random }) {
      const found = await store.get(key as Key<CertificateRecord>);
      if (found.value === undefined || !isEligible(store, found.value)) return;
      const now = clock.now();
      const due = found.value.notAfter - daysBefore * day;
      if (now < due) return { lookAgainAt: due };
      await store.commit(await renewed({ store, box, random, now }, found));
    },
  };
}

function keyOfArn(arn: string): Key<CertificateRecord>[] {
  const [, , , region, account, resource] = arn.split(":");
  const id = resource?.split("/")[1];
  return arn.includes(":acm:") && region && account && id ? [certificateKey({ account, region }, id)] : [];
}
