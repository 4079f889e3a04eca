import { DriverError } from "#kernel/fault.ts";
import type { ScanFinding, ScanReport, ScanSeverity } from "#kernel/image-scan.ts";
import { isObject } from "#kernel/json-object.ts";

/** A program that scans images: how it is run on an OCI layout, and how its answer is read. */
export interface ScanProgram {
  readonly name: string;
  args(layoutDir: string): readonly string[];
  /** Throws a `DriverError` (`Failed`) when the answer is none of this program's. */
  read(answer: unknown): ScanReport;
}

type Json = Readonly<Record<string, unknown>>;

const trivy: ScanProgram = {
  name: "trivy",
  args: (dir) => ["image", "--input", dir, "--format", "json", "--quiet", "--scanners", "vuln"],
  read(answer) {
    const results = list(object(answer).Results ?? []);
    return { findings: results.flatMap((result) => list(object(result).Vulnerabilities ?? []).map(ofTrivy)) };
  },
};

const grype: ScanProgram = {
  name: "grype",
  args: (dir) => [`oci-dir:${dir}`, "--output", "json", "--quiet"],
  read(answer) {
    const { matches, descriptor } = object(answer);
    const db = optional(optional(descriptor).db);
    const built = Date.parse(String(db.built ?? optional(db.status).built ?? ""));
    return { findings: list(matches).map(ofGrype), ...(Number.isFinite(built) && { sourceUpdatedAt: built }) };
  },
};

/** In the order in which they are looked for. */
export const scanPrograms: readonly ScanProgram[] = [trivy, grype];

function ofTrivy(value: unknown): ScanFinding {
  const found = object(value);
  const scores = Object.values(optional(found.CVSS)).map(optional);
  const best = scores.find(({ V3Score }) => V3Score !== undefined) ?? scores[0] ?? {};
  return {
    name: text(found.VulnerabilityID) ?? "unknown",
    ...described(text(found.Description) ?? text(found.Title), text(found.PrimaryURL)),
    severity: severityOf(found.Severity),
    attributes: attributes([
      ["package_name", found.PkgName],
      ["package_version", found.InstalledVersion],
      ["fixed_in_version", found.FixedVersion],
      ["CVSS3_VECTOR", best.V3Vector],
      ["CVSS3_SCORE", best.V3Score],
      ["CVSS2_VECTOR", best.V2Vector],
      ["CVSS2_SCORE", best.V2Score],
    ]),
  };
}

function ofGrype(value: unknown): ScanFinding {
  const { vulnerability, artifact } = object(value);
  const found = object(vulnerability);
  const { name, version } = object(artifact);
  const scores = list(found.cvss ?? []).map(optional);
  const of = (major: string) => scores.find((score) => String(score.version).startsWith(major)) ?? {};
  const [three, two] = [of("3"), of("2")];
  const fixed = list(optional(found.fix).versions ?? []);
  return {
    name: text(found.id) ?? "unknown",
    ...described(text(found.description), text(found.dataSource)),
    severity: severityOf(found.severity),
    attributes: attributes([
      ["package_name", name],
      ["package_version", version],
      ["fixed_in_version", fixed[0]],
      ["CVSS3_VECTOR", three.vector],
      ["CVSS3_SCORE", optional(three.metrics).baseScore],
      ["CVSS2_VECTOR", two.vector],
      ["CVSS2_SCORE", optional(two.metrics).baseScore],
    ]),
  };
}

/** ECR's words for what the programs call otherwise. */
function severityOf(value: unknown): ScanSeverity {
  const word = String(value ?? "").toUpperCase();
  if (word === "CRITICAL" || word === "HIGH" || word === "MEDIUM" || word === "LOW") return word;
  return word === "NEGLIGIBLE" ? "INFORMATIONAL" : "UNDEFINED";
}

function described(description: string | undefined, uri: string | undefined) {
  return { ...(description !== undefined && { description }), ...(uri !== undefined && { uri }) };
}

function attributes(pairs: readonly (readonly [key: string, value: unknown])[]): ScanFinding["attributes"] {
  return pairs.flatMap(([key, value]) => {
    const known = typeof value === "number" ? String(value) : text(value);
    return known === undefined ? [] : [{ key, value: known }];
  });
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function object(value: unknown): Json {
  if (isObject(value)) return value;
  throw new DriverError("Failed", "The scanner's answer makes no sense.");
}

function optional(value: unknown): Json {
  return isObject(value) ? value : {};
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new DriverError("Failed", "The scanner's answer makes no sense.");
}
