/** The records of IAM. All of an account's regions share them: keys are `iam/<kind>/<account>/<name>`. */

export * from "./model/account.ts";
export * from "./model/common.ts";
export * from "./model/device.ts";
export * from "./model/group.ts";
export * from "./model/last-accessed.ts";
export * from "./model/policy.ts";
export * from "./model/provider.ts";
export * from "./model/role.ts";
export * from "./model/trust-policy.ts";
export * from "./model/user.ts";
export * from "./model/user-credentials.ts";
