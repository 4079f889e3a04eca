import type { AuditRecord } from "#kernel/audit.ts";
import type { TrailRecord } from "./model.ts";

/** Sources whose events belong to no region; they are recorded in us-east-1. */
const globalSources = new Set(["iam.amazonaws.com"]);

/** Whether a trail delivers this record: one of its account, of its regions, that one of its selectors selects. */
export function delivers(trail: TrailRecord, record: AuditRecord): boolean {
  if (record.recipientAccountId !== trail.account) return false;
  const isGlobal = globalSources.has(record.eventSource);
  const isInRegion = isGlobal
    ? trail.includeGlobalServiceEvents
    : trail.isMultiRegionTrail || record.awsRegion === trail.region;
  return isInRegion && trail.selectors.list.some((selector) => selects(selector, record));
}

function selects(selector: TrailRecord["selectors"]["list"][number], { readOnly, eventSource }: AuditRecord): boolean {
  if (!selector.includeManagementEvents || selector.excludedSources.includes(eventSource)) return false;
  return selector.readWriteType === "All" || (selector.readWriteType === "ReadOnly") === readOnly;
}
