import type { Collection, Key } from "#kernel/store.ts";
import { keyOf } from "#kernel/store.ts";
import type { Tag } from "./common.ts";

/** An account that was made beside the platform's first one, which has no record. Each is a world of its own. */
export interface AccountRecord {
  /** Twelve digits. */
  readonly account: string;
  readonly name: string;
  readonly email: string;
  readonly createdAt: number;
  readonly tags: readonly Tag[];
}

export const accounts: Collection<AccountRecord> = { name: "iam/account" };

export function accountKey(account: string): Key<AccountRecord> {
  return keyOf(accounts, account);
}

/** What an account has at most one of. */
export interface AccountSettingsRecord {
  readonly account: string;
  readonly alias?: string;
  readonly passwordPolicy?: PasswordPolicy;
  readonly credentialReport?: CredentialReport;
}

/** Names as in the API; absent numbers are off. */
export interface PasswordPolicy {
  readonly minimumPasswordLength: number;
  readonly requireSymbols: boolean;
  readonly requireNumbers: boolean;
  readonly requireUppercaseCharacters: boolean;
  readonly requireLowercaseCharacters: boolean;
  readonly allowUsersToChangePassword: boolean;
  readonly hardExpiry?: boolean;
  /** Days */
  readonly maxPasswordAge?: number;
  readonly passwordReusePrevention?: number;
}

export interface CredentialReport {
  readonly generatedAt: number;
  /** Comma-separated values. */
  readonly content: string;
}

export const accountSettings: Collection<AccountSettingsRecord> = { name: "iam/account-settings" };

export function accountSettingsKey(account: string): Key<AccountSettingsRecord> {
  return keyOf(accountSettings, account);
}

/** Whose alias it is: aliases are unique on the whole platform. */
export interface AccountAliasRecord {
  readonly alias: string;
  readonly account: string;
}

export const accountAliases: Collection<AccountAliasRecord> = { name: "iam/account-alias" };

export function accountAliasKey(alias: string): Key<AccountAliasRecord> {
  return keyOf(accountAliases, alias);
}
