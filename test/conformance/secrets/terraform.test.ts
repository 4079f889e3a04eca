import { join } from "node:path";
import { test } from "node:test";
import { applyTwice, terraformFolder, whyNoTerraform } from "../../support/terraform.ts";
import { recordedWorld } from "../recorded/world.ts";

/** Keys, secrets, parameters, trails and repositories are made, read back without a difference, changed and removed. */
test("Terraform", { skip: whyNoTerraform() ?? false, timeout: 900_000 }, async (t) => {
  const folder = terraformFolder(t, join(import.meta.dirname, "main.tf"));
  const world = await recordedWorld();
  t.after(() => world.close());
  await applyTwice(t, folder, world.env);
});
