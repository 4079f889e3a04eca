import { readFileSync } from "node:fs";
import type { PolicyRecord } from "../model.ts";

/** A line of the generated table; see codegen/managed-policies.ts for where it comes from. */
interface TableRow {
  /** The policy's path and name: `/service-role/AmazonECSTaskExecutionRolePolicy`. */
  readonly path: string;
  readonly policyId: string;
  readonly versionId: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly document: unknown;
}

let catalog: ReadonlyMap<string, PolicyRecord> | undefined;

/**
 * AWS's own managed policies by path and name, in the order of their names. The table is read when one is first asked
 * for, since a platform whose root does everything needs none.
 */
export function awsPolicies(): ReadonlyMap<string, PolicyRecord> {
  catalog ??= new Map(readTable().map((row) => [row.path, toRecord(row)]));
  return catalog;
}

function readTable(): readonly TableRow[] {
  const path = new URL(import.meta.resolve("#generated/iam/managed-policies.json"));
  return (JSON.parse(readFileSync(path, "utf8")) as { policies: TableRow[] }).policies;
}

function toRecord({ path, policyId, versionId, createdAt, updatedAt, document }: TableRow): PolicyRecord {
  const nameAt = path.lastIndexOf("/") + 1;
  return {
    account: "aws",
    policyName: path.slice(nameAt),
    policyId,
    path: path.slice(0, nameAt),
    arn: `arn:aws:iam::aws:policy${path}`,
    createdAt,
    updatedAt,
    defaultVersionId: versionId,
    // AWS keeps older versions of its policies; the platform has the one in force.
    versions: [{ versionId, document: JSON.stringify(document, null, 4), createdAt: updatedAt }],
    lastVersion: Number(versionId.slice(1)),
    tags: [],
  };
}
