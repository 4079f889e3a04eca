import type { PolicyRecord, PolicyVersionRecord } from "../model.ts";
import { noSuchEntity } from "./find.ts";

export function findVersion(policy: PolicyRecord, policyArn: string, versionId: string): PolicyVersionRecord {
  const version = policy.versions.find((candidate) => candidate.versionId === versionId);
  if (version !== undefined) return version;
  throw noSuchEntity(`Policy ${policyArn} version ${versionId} does not exist or is not attachable.`);
}
