import type { Commit, Entry } from "#kernel/store.ts";
import type { CertificateRecord } from "../model.ts";
import { type IssueParts, issue } from "./issue.ts";

/** What to commit so that the certificate is a new one, with a new key, for the same names. */
export async function renewed(parts: IssueParts, found: Entry<CertificateRecord>): Promise<Commit> {
  const { account, names, keyAlgorithm } = found.value;
  const issued = await issue(parts, account, names, keyAlgorithm);
  const value: CertificateRecord = { ...found.value, ...issued.fields, renewedAt: parts.now };
  return { unchanged: [...issued.unchanged, found], put: [...issued.put, { key: found.key, value }] };
}
