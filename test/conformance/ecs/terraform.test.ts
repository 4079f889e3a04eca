import { join } from "node:path";
import { test } from "node:test";
import { applyTwice, terraformFolder, whyNoTerraform } from "../../support/terraform.ts";
import { scalingPlatform } from "../scaling/world.ts";

/** Clusters, task definitions and services are made, read back without a difference, changed and removed. */
test("Terraform", { skip: whyNoTerraform() ?? false, timeout: 600_000 }, async (t) => {
  const platform = await scalingPlatform();
  t.after(() => platform.close());
  await applyTwice(t, terraformFolder(t, join(import.meta.dirname, "main.tf")), platform.env);
});
