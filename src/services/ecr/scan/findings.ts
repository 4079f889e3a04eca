import type { BlobStore } from "#kernel/blob-store.ts";
import { type ScanFinding, type ScanReport, scanSeverities } from "#kernel/image-scan.ts";
import type { ScanResult } from "../model.ts";

/** More than any report has. */
const maxFindingsBytes = 128 * 2 ** 20;

/** The result of a scan, whose findings have been put into the blob store, the worst first. */
export async function storeFindings(blobs: BlobStore, report: ScanReport, now: number): Promise<ScanResult> {
  const { sourceUpdatedAt } = report;
  const findings = inOrder(report.findings);
  const { digest } = await blobs.put(Buffer.from(JSON.stringify(findings)));
  return {
    completedAt: now,
    ...(sourceUpdatedAt !== undefined && { sourceUpdatedAt }),
    counts: countsOf(findings),
    findingsDigest: digest,
  };
}

export async function readFindings(blobs: BlobStore, { findingsDigest }: ScanResult): Promise<readonly ScanFinding[]> {
  return JSON.parse((await blobs.readWhole(findingsDigest, maxFindingsBytes)).toString("utf8"));
}

function inOrder(findings: readonly ScanFinding[]): readonly ScanFinding[] {
  const rank = ({ severity }: ScanFinding) => scanSeverities.indexOf(severity);
  return findings.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function countsOf(findings: readonly ScanFinding[]): ScanResult["counts"] {
  const counted = scanSeverities.map((each) => [each, findings.filter(({ severity }) => severity === each).length]);
  return Object.fromEntries(counted.filter(([, count]) => count !== 0));
}
