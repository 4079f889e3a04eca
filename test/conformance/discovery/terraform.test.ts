import { join } from "node:path";
import { test } from "node:test";
import { applyTwice, terraformFolder, whyNoTerraform } from "../../support/terraform.ts";
import { discoveryPlatform } from "./world.ts";

/** Namespaces, services and instances are made, read back without a difference, changed and removed. */
test("Terraform and Cloud Map", { skip: whyNoTerraform() ?? false, timeout: 300_000 }, async (t) => {
  const folder = terraformFolder(t, join(import.meta.dirname, "main.tf"));
  const platform = await discoveryPlatform();
  t.after(() => platform.close());
  await applyTwice(t, folder, platform.env);
});
