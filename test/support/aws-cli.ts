import { execFileSync } from "node:child_process";

/** Why the AWS CLI cannot be used here, or undefined; tests that need it print it. */
export function whyNoAwsCli(): string | undefined {
  try {
    execFileSync("aws", ["--version"], { stdio: "ignore" });
    return undefined;
  } catch (error) {
    return `the AWS CLI does not run here: ${(error as Error).message}`;
  }
}
