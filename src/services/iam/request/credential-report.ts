import type { RequestContext } from "#kernel/handler.ts";
import {
  type AccessKeyRecord,
  accessKeys,
  accountKey,
  accountSettings,
  accountSettingsKey,
  accounts,
  lastUsed,
  lastUsedKey,
  type PasswordPolicy,
  type UserRecord,
  users,
  within,
} from "../model.ts";

const columns =
  "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation," +
  "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date," +
  "access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated," +
  "access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active," +
  "cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

const none = "N/A";
const noCertificates = ["false", none, "false", none];
const platformKey = ["true", none, none, none, none, "false", none, none, none, none];
const dayMs = 24 * 3600 * 1000;

/** The report as AWS's: a line for the root user and one for each user, of comma-separated values. */
export function credentialReport(ctx: RequestContext): string {
  const { account, store, partition } = ctx;
  const policy = store.view(accountSettings).get(accountSettingsKey(account))?.value.passwordPolicy;
  const createdAt = store.view(accounts).get(accountKey(account))?.value.createdAt;
  const root = [
    ...["<root_account>", `arn:${partition}:iam::${account}:root`, createdAt === undefined ? none : time(createdAt)],
    ...["not_supported", "no_information", "not_supported", "not_supported", "false"],
    // The platform's own account was not made by anybody. Its root has one key, which is in no record.
    ...(createdAt === undefined ? platformKey : keyColumns(ctx, within(account, "root"))),
    ...noCertificates,
  ];
  const lines = store
    .view(users)
    .by("account", account)
    .map(({ value }) => userLine(ctx, value, policy));
  return [columns, root.join(","), ...lines].join("\n");
}

function userLine(ctx: RequestContext, user: UserRecord, policy: PasswordPolicy | undefined): string {
  return [
    ...[user.userName, user.arn, time(user.createdAt)],
    ...passwordColumns(user, policy),
    String(user.mfaDevices.length > 0),
    ...keyColumns(ctx, user.userId),
    ...noCertificates,
  ].join(",");
}

function passwordColumns({ loginProfile }: UserRecord, policy: PasswordPolicy | undefined): string[] {
  if (loginProfile === undefined) return ["false", none, none, none];
  const { passwordChangedAt } = loginProfile;
  const rotation = policy?.maxPasswordAge;
  const next = rotation === undefined ? none : time(passwordChangedAt + rotation * dayMs);
  return ["true", "no_information", time(passwordChangedAt), next];
}

/** Of both keys that the owner, a user's id or `within(account, "root")`, can have. */
function keyColumns({ store }: RequestContext, owner: string): string[] {
  const keys = store.view(accessKeys).by("user", owner);
  return [keys[0], keys[1]].flatMap((key) => oneKey(key?.value));

  function oneKey(key: AccessKeyRecord | undefined): string[] {
    if (key === undefined) return ["false", none, none, none, none];
    const used = store.view(lastUsed).get(lastUsedKey(key.accessKeyId))?.value;
    return [
      String(key.status === "Active"),
      time(key.createdAt),
      used === undefined ? none : time(used.usedAt),
      used?.region ?? none,
      used?.serviceName ?? none,
    ];
  }
}

function time(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "+00:00");
}
