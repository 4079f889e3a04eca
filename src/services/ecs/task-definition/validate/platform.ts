import { Fault } from "#kernel/fault.ts";
import { readConstraints } from "#placement/index.ts";
import { eachContainer, listed, type Rule } from "./rule.ts";

const storageGiB = [21, 200] as const;
const roleNamePattern = /^[\w+=,.@-]{1,64}$/;
const roleArnPattern = /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;

const platform: Rule = function* ({ runtimePlatform, requiresCompatibilities }) {
  const family = runtimePlatform?.operatingSystemFamily ?? "LINUX";
  if (family !== "LINUX") {
    yield `Unsupported operating system family '${family}': the hosts of this platform run Linux containers only. ` +
      "Use LINUX.";
  }
  if (listed(requiresCompatibilities).includes("MANAGED_INSTANCES")) {
    yield "Unsupported compatibility 'MANAGED_INSTANCES': this platform has no managed instances. Use FARGATE or EC2.";
  }
};

const ephemeralStorage: Rule = function* ({ ephemeralStorage, requiresCompatibilities }) {
  if (ephemeralStorage === undefined) return;
  const [least, most] = storageGiB;
  if (ephemeralStorage.sizeInGiB < least) yield `EphemeralStorage size should be at least ${least}.`;
  if (ephemeralStorage.sizeInGiB > most) yield `EphemeralStorage size should be at most ${most}.`;
  const required = listed(requiresCompatibilities);
  if (required.length > 0 && !required.includes("FARGATE")) {
    yield "Tasks using the EC2 launch type do not support EphemeralStorage.";
  }
};

const constraints: Rule = function* ({ placementConstraints, requiresCompatibilities }) {
  // Fargate takes none, whatever they say.
  if (listed(requiresCompatibilities).includes("FARGATE")) return;
  const given = listed(placementConstraints);
  const other = given.find(({ type }) => type !== "memberOf");
  if (other !== undefined) yield `constraint.type '${other.type}' is not supported.`;
  else yield* faultsOf(() => readConstraints(given));
};

/** A constraint is written as those of RunTask are; a task definition's fault has another code. */
function* faultsOf(read: () => unknown): Iterable<string> {
  try {
    read();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    yield error.message;
  }
}

/** A role is given by its ARN or its name. */
const roles: Rule = function* ({ taskRoleArn, executionRoleArn }) {
  for (const role of [taskRoleArn, executionRoleArn]) {
    if (role && !roleNamePattern.test(role) && !roleArnPattern.test(role)) yield "Role is not valid";
  }
};

const secrets = eachContainer(function* ({ secrets, repositoryCredentials }, { executionRoleArn }) {
  for (const { name, valueFrom } of listed(secrets)) {
    if (!name) yield "Secret.name should not be null or empty.";
    if (!valueFrom) yield "Secret.valueFrom should not be null or empty.";
  }
  if (executionRoleArn) return;
  if (listed(secrets).length > 0) {
    yield "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.";
  }
  if (repositoryCredentials !== undefined) {
    yield "When you are specifying repository credentials, you must also specify a value for 'executionRoleArn'.";
  }
});

export const platformRules: readonly Rule[] = [platform, ephemeralStorage, constraints, roles, secrets];
