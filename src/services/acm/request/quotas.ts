import { Fault } from "#kernel/fault.ts";

/** Certificates of an account in a region (AWS Certificate Manager endpoints and quotas). */
const mostCertificates = 2500;

export function checkQuota(count: number): void {
  if (count < mostCertificates) return;
  throw new Fault(
    "LimitExceededException",
    `An account can have at most ${mostCertificates} certificates in a region.`,
  );
}
