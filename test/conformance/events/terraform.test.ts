import { join } from "node:path";
import { test } from "node:test";
import { applyTwice, terraformFolder, whyNoTerraform } from "../../support/terraform.ts";
import { wholePlatform } from "./world.ts";

/** Rules, targets and schedules are made, read back without a difference, changed and removed. */
test("Terraform", { skip: whyNoTerraform() ?? false, timeout: 300_000 }, async (t) => {
  const folder = terraformFolder(t, join(import.meta.dirname, "main.tf"));
  const platform = await wholePlatform();
  t.after(() => platform.close());
  await applyTwice(t, folder, platform.env);
});
