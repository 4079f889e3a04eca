import { scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { Fault } from "#kernel/fault.ts";
import type { Random } from "#kernel/random.ts";
import type { LoginProfile, PasswordPolicy, UserRecord } from "../model.ts";
import { noSuchEntity } from "./find.ts";

const derive = promisify<string, Uint8Array, number, Buffer>(scrypt);
const saltBytes = 16;
const hashBytes = 32;
const defaultLength = 8;

const symbols = /[!@#$%^&*()_+\-=[\]{}|']/;

/** Refuses a password that the account's policy, or without one AWS's default, does not allow. */
export function checkPassword(password: string, policy: PasswordPolicy | undefined): void {
  const length = policy?.minimumPasswordLength ?? defaultLength;
  if (password.length < length) throw violation(`Password should have a minimum length of ${length}`);
  if (policy === undefined) {
    const kinds = [/[A-Z]/, /[a-z]/, /[0-9]/, symbols].filter((kind) => kind.test(password));
    if (kinds.length >= 3) return;
    throw violation(
      "Password should contain at least three of uppercase letters, lowercase letters, numbers and symbols",
    );
  }
  const rules = [
    [policy.requireUppercaseCharacters, /[A-Z]/, "one uppercase letter"],
    [policy.requireLowercaseCharacters, /[a-z]/, "one lowercase letter"],
    [policy.requireNumbers, /[0-9]/, "one number"],
    [policy.requireSymbols, symbols, "one symbol"],
  ] as const;
  for (const [required, pattern, what] of rules) {
    if (required && !pattern.test(password)) throw violation(`Password should have at least ${what}`);
  }
}

/** `scrypt$<salt>$<hash>`, in base64. */
export async function hashPassword(password: string, random: Random): Promise<string> {
  const salt = random.bytes(saltBytes);
  const hash = await derive(password, salt, hashBytes);
  return `scrypt$${Buffer.from(salt).toString("base64")}$${hash.toString("base64")}`;
}

export async function isPassword(password: string, passwordHash: string): Promise<boolean> {
  const [, salt = "", hash = ""] = passwordHash.split("$");
  const expected = Buffer.from(hash, "base64");
  return timingSafeEqual(await derive(password, Buffer.from(salt, "base64"), hashBytes), expected);
}

/** The profile with a new password; one of those that the policy remembers is refused. */
export async function withPassword(
  profile: LoginProfile,
  password: string,
  policy: PasswordPolicy | undefined,
  at: { readonly random: Random; readonly now: number },
): Promise<LoginProfile> {
  const remembered = [profile.passwordHash, ...profile.previousHashes].slice(0, policy?.passwordReusePrevention ?? 0);
  for (const hash of remembered) {
    if (await isPassword(password, hash)) throw violation("Password was used before and may not be used again");
  }
  return {
    ...profile,
    passwordHash: await hashPassword(password, at.random),
    passwordChangedAt: at.now,
    previousHashes: remembered,
  };
}

export function requireLoginProfile(user: UserRecord): LoginProfile {
  if (user.loginProfile !== undefined) return user.loginProfile;
  throw noSuchEntity(`Login Profile for User ${user.userName} cannot be found.`);
}

export function toLoginProfile(userName: string, profile: LoginProfile) {
  return {
    UserName: userName,
    CreateDate: profile.createdAt,
    PasswordResetRequired: profile.passwordResetRequired,
  };
}

function violation(message: string): Fault {
  return new Fault("PasswordPolicyViolationException", message);
}
