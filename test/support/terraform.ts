import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { promisify } from "node:util";

/**
 * Terraform with the AWS provider, from the folder of plugins that ESTIVA_TERRAFORM_PLUGINS names (a "filesystem
 * mirror").
 */
const plugins = process.env.ESTIVA_TERRAFORM_PLUGINS;
const run = promisify(execFile);

/** Why Terraform cannot be used here, or undefined; tests that need it print it. */
export function whyNoTerraform(...programs: readonly string[]): string | undefined {
  if (plugins === undefined || !existsSync(plugins)) return "ESTIVA_TERRAFORM_PLUGINS names no folder of plugins";
  for (const program of ["terraform", ...programs]) {
    try {
      execFileSync(program, ["version"], { stdio: "ignore" });
    } catch {
      return `${program} does not run here`;
    }
  }
  return undefined;
}

/** A folder of its own with a configuration in it, removed after the test. */
export function terraformFolder(t: TestContext, configuration: string): string {
  const folder = mkdtempSync(join(tmpdir(), "estiva-terraform-"));
  t.after(() => rmSync(folder, { recursive: true }));
  copyFileSync(configuration, join(folder, "main.tf"));
  writeFileSync(
    join(folder, "terraform.rc"),
    `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(plugins)}\n  }\n}\n`,
  );
  return folder;
}

/**
 * Applies what is in the folder for `variable "generation"` 1 and 2, each read back without a difference and looked at
 * by `check`, and destroys it.
 */
export async function applyTwice(
  t: TestContext,
  folder: string,
  env: NodeJS.ProcessEnv,
  check?: (generation: number) => Promise<void>,
): Promise<void> {
  const step = async (generation: number, ...args: string[]) => {
    const own = { ...env, TF_VAR_generation: String(generation) };
    const { code, output } = await terraform(t.signal, folder, own, ...args);
    assert.equal(code, 0, output);
    return output;
  };
  await step(1, "init");
  for (const generation of [1, 2]) {
    await t.test(`applies generation ${generation} and reads it back without a difference`, async () => {
      await step(generation, "apply", "-auto-approve");
      // The exit code is 2 when there is a difference.
      await step(generation, "plan", "-detailed-exitcode");
      await check?.(generation);
    });
  }
  await t.test("removes everything", async () => {
    assert.match(await step(2, "destroy", "-auto-approve"), /Destroy complete/);
  });
}

/** Runs Terraform in the folder until the signal; resolves with its exit code and what it wrote. */
async function terraform(signal: AbortSignal, folder: string, env: NodeJS.ProcessEnv, ...args: string[]) {
  const own = { TF_CLI_CONFIG_FILE: join(folder, "terraform.rc"), CHECKPOINT_DISABLE: "1" };
  try {
    const { stdout } = await run("terraform", [...args, "-no-color"], {
      ...{ cwd: folder, env: { ...env, ...own }, maxBuffer: 2 ** 24, signal },
    });
    return { code: 0, output: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}
