import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { type WholePlatform, wholePlatform } from "./world.ts";

/**
 * Terraform with the AWS provider, from the folder of plugins that ESTIVA_TERRAFORM_PLUGINS names: rules, targets and
 * schedules are made, read back without a difference, changed and removed.
 */
const plugins = process.env.ESTIVA_TERRAFORM_PLUGINS;
const run = promisify(execFile);

function whyNot(): string | undefined {
  if (plugins === undefined || !existsSync(plugins)) return "ESTIVA_TERRAFORM_PLUGINS names no folder of plugins";
  try {
    execFileSync("terraform", ["version"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "terraform does not run here";
  }
}

/** Runs Terraform in the folder; resolves with its exit code and what it wrote. */
async function terraform(folder: string, platform: WholePlatform, generation: number, ...args: string[]) {
  const env = {
    ...platform.env,
    TF_CLI_CONFIG_FILE: join(folder, "terraform.rc"),
    CHECKPOINT_DISABLE: "1",
    TF_VAR_generation: String(generation),
  };
  try {
    const { stdout } = await run("terraform", [...args, "-no-color"], { cwd: folder, env, maxBuffer: 2 ** 24 });
    return { code: 0, output: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

test("Terraform", { skip: whyNot() ?? false, timeout: 300_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "estiva-terraform-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const platform = await wholePlatform();
  t.after(() => platform.close());
  copyFileSync(join(import.meta.dirname, "main.tf"), join(folder, "main.tf"));
  const mirror = `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(plugins)}\n  }\n}\n`;
  writeFileSync(join(folder, "terraform.rc"), mirror);

  const step = async (generation: number, ...args: string[]) => {
    const { code, output } = await terraform(folder, platform, generation, ...args);
    assert.equal(code, 0, output);
    return output;
  };
  await step(1, "init");
  for (const generation of [1, 2]) {
    await t.test(`applies generation ${generation} and reads it back without a difference`, async () => {
      await step(generation, "apply", "-auto-approve");
      // The exit code is 2 when there is a difference.
      await step(generation, "plan", "-detailed-exitcode");
    });
  }
  await t.test("removes everything", async () => {
    assert.match(await step(2, "destroy", "-auto-approve"), /Destroy complete/);
  });
});
