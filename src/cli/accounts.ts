import type { Account } from "#generated/organizations/types.ts";
import { systemClock } from "#kernel/clock.ts";
import { hex, systemRandom } from "#kernel/random.ts";
import { type Client, createClient, ServiceError, textsOf } from "./client.ts";
import { CommandError } from "./command.ts";
import type { Connection } from "./settings.ts";

/** The accounts of the platform, and how to act in one. */

/** The role that CreateAccount makes in each account for the management account. */
const accessRole = "OrganizationAccountAccessRole";
const sessionName = "estiva";

/** Credentials of an account for a while. */
export interface AccountSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** `2026-01-01T12:00:00Z` */
  readonly expiration: string;
}

export async function listAccounts(client: Client): Promise<Account[]> {
  const accounts: Account[] = [];
  for (let NextToken: string | undefined; ; ) {
    const page = await client.organizations("ListAccounts", NextToken === undefined ? {} : { NextToken });
    accounts.push(...(page.Accounts ?? []));
    NextToken = page.NextToken;
    if (NextToken === undefined) return accounts;
  }
}

/** The number of an account that is given by it, or by its name. */
export async function findAccount(client: Client, identifier: string): Promise<string> {
  if (/^\d{12}$/.test(identifier)) return identifier;
  const ids = (await listAccounts(client)).filter(({ Name }) => Name === identifier).map(({ Id }) => Id!);
  if (ids.length === 1) return ids[0]!;
  if (ids.length > 1) throw new CommandError(`Several accounts are called ${identifier}: ${ids.join(", ")}.`);
  throw new CommandError(`No account is called ${identifier}. Look with: estiva account list`);
}

/** A session of the role through which the management account reaches the account. */
export async function enterAccount(client: Client, connection: Connection, account: string): Promise<AccountSession> {
  const arn = textsOf(await client.sts("GetCallerIdentity", {}), "Arn")[0] ?? "";
  // As in AWS, an account's root user cannot take on roles.
  return arn.endsWith(":root") ? enterAsUser(client, connection, account) : assume(client, account);
}

async function assume(client: Client, account: string): Promise<AccountSession> {
  const parameters = { RoleArn: `arn:aws:iam::${account}:role/${accessRole}`, RoleSessionName: sessionName };
  const xml = await client.sts("AssumeRole", parameters);
  const text = (element: string) => textsOf(xml, element)[0] ?? "";
  return {
    accessKeyId: text("AccessKeyId"),
    secretAccessKey: text("SecretAccessKey"),
    sessionToken: text("SessionToken"),
    expiration: text("Expiration"),
  };
}

const userPath = "/estiva/account-access/";
const policyName = "assume-account-access";
/** Users that are older were left by a command that was killed. */
const leftoverMs = 10 * 60_000;

/** On behalf of the root user: as a user who may do nothing else, and who is gone when this ends. */
async function enterAsUser(client: Client, connection: Connection, account: string): Promise<AccountSession> {
  await removeLeftovers(client);
  const UserName = `account-access-${hex(systemRandom(), 16)}`;
  await client.iam("CreateUser", { UserName, Path: userPath });
  try {
    const Resource = `arn:aws:iam::${account}:role/${accessRole}`;
    const Statement = [{ Effect: "Allow", Action: "sts:AssumeRole", Resource }];
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    await client.iam("PutUserPolicy", { UserName, PolicyName: policyName, PolicyDocument });
    const xml = await client.iam("CreateAccessKey", { UserName });
    const [accessKeyId = "", secretAccessKey = ""] = ["AccessKeyId", "SecretAccessKey"].map(
      (element) => textsOf(xml, element)[0],
    );
    const { endpoint, region } = connection;
    const user = createClient({ endpoint, region, accessKeyId, secretAccessKey });
    return await assume(user, account).finally(() => user.close());
  } finally {
    await removeUser(client, UserName);
  }
}

async function removeLeftovers(client: Client): Promise<void> {
  const xml = await client.iam("ListUsers", { PathPrefix: userPath });
  const [names, dates] = [textsOf(xml, "UserName"), textsOf(xml, "CreateDate")];
  const before = systemClock().now() - leftoverMs;
  for (const [i, name] of names.entries()) if (Date.parse(dates[i]!) < before) await removeUser(client, name);
}

/** With what it has; whatever is gone already need not go. */
async function removeUser(client: Client, UserName: string): Promise<void> {
  const unlessGone = (work: Promise<string>) =>
    work.catch((error: unknown) => {
      if (!(error instanceof ServiceError) || error.code !== "NoSuchEntity") throw error;
      return "";
    });
  const keys = textsOf(await unlessGone(client.iam("ListAccessKeys", { UserName })), "AccessKeyId");
  for (const AccessKeyId of keys) await unlessGone(client.iam("DeleteAccessKey", { UserName, AccessKeyId }));
  await unlessGone(client.iam("DeleteUserPolicy", { UserName, PolicyName: policyName }));
  await unlessGone(client.iam("DeleteUser", { UserName }));
}
