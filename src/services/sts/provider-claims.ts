import type { Claims } from "./web-identity.ts";

const github = [
  ...["actor", "actor_id", "enterprise_id", "environment", "job_workflow_ref", "ref", "repository", "repository_id"],
  ...["repository_owner_id", "workflow"],
];
const gitlab = [
  ...["namespace_id", "pipeline_source", "project_id", "ref_protected", "runner_environment", "user_access_level"],
  ...["user_email", "user_id", "user_login"],
];
const buildkite = [
  ...["build_branch", "cluster_id", "cluster_name", "organization_id", "organization_slug", "pipeline_id"],
  "pipeline_slug",
];

/** By the provider's URL without its scheme, as the Service Authorization Reference lists them for AWS STS. */
const claimsOfProviders: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^token\.actions\.githubusercontent\.com(\/.+)?$/, github],
  [/^token\.actions\.[\w-]+\.ghe\.com$/, github],
  [/^gitlab\.com$/, gitlab],
  [/^agent\.(buildkite\.com|[\w-]+\.buildkite\.(dev|site))$/, buildkite],
  [/^oidc\.circleci\.com\/org\/[\w-]+$/, ["oidc.circleci.com/project-id"]],
  [/^idcs-\w+\.identity\.oraclecloud\.com$/, ["rpst_id"]],
];

/** Further claims that trust policies may ask of a token of this provider, as condition keys. */
export function providerClaimKeys(url: string, claims: Claims): Readonly<Record<string, string>> {
  const names = claimsOfProviders.flatMap(([pattern, claimNames]) => (pattern.test(url) ? claimNames : []));
  const all = claims as unknown as Readonly<Record<string, unknown>>;
  const told = names.filter((name) => ["string", "number", "boolean"].includes(typeof all[name]));
  return Object.fromEntries(told.map((name) => [`${url}:${name}`, String(all[name])]));
}
