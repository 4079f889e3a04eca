import { replay } from "./replay.ts";
import { secretsOf } from "./secrets.ts";

replay("secretsmanager/test_secretsmanager.snapshot.json", {
  test_put_secret_value_with_version_stages: async (play) => {
    const secret = secretsOf(play);
    await secret.create("create_secret_rs_0", { SecretString: "secret_string_v0" });
    await secret.get("get_secret_value_res_0");
    const stages = [["SAMPLESTAGE1", "SAMPLESTAGE0"], ["SAMPLESTAGE1", "SAMPLESTAGE0"], ["AWSPENDING"], undefined];
    for (const [i, VersionStages] of stages.entries()) {
      await secret.put(`put_secret_value_res_${i + 1}`, { SecretString: `secret_string_v${i + 1}`, VersionStages });
      await secret.get(`get_secret_value_res_${i + 1}`);
    }
    await secret.remove("delete_secret_res_1");
  },
  test_update_secret_version_stages_return_type: async (play) => {
    const secret = secretsOf(play);
    const { VersionId: first } = await secret.create("create_secret_rs_0", { SecretString: "S0" });
    const pending = { SecretString: "S1", VersionStages: ["AWSPENDING"] };
    const { VersionId: second } = await secret.put("put_secret_value_res_0", pending);
    await secret.move("update_secret_version_stage_res_0", "AWSCURRENT", second, first);
    await secret.remove("delete_secret_res_0");
  },
  test_update_secret_version_stages_current_previous: async (play) => {
    const secret = secretsOf(play);
    await secret.create("create_secret_rs_0", { SecretString: "S0" });
    await secret.versions("list_secret_version_ids_res_0");
    await secret.update("update_secret_res_0", { SecretString: "S1", Description: "x" });
    await secret.versions("list_secret_version_ids_res_1");
    await secret.remove("delete_secret_res_0");
  },
  test_update_secret_version_stages_current_pending: async (play) => {
    const secret = secretsOf(play);
    const { VersionId: first } = await secret.create("create_secret_rs_0", { SecretString: "S0" });
    const pending = { SecretString: "S1", VersionStages: ["AWSPENDING"] };
    const { VersionId: second } = await secret.put("put_secret_value_res_0", pending);
    await secret.versions("list_secret_version_ids_res_0");
    await secret.move("update_secret_version_stage_res_0", "AWSCURRENT", second, first);
    await secret.versions("list_secret_version_ids_res_1");
    await secret.put("put_secret_value_res_1", { SecretString: "S2" });
    await secret.versions("list_secret_version_ids_res_2");
    await secret.remove("delete_secret_res_0");
  },
  test_update_secret_version_stages_current_pending_cycle: async (play) => {
    const secret = secretsOf(play);
    const { VersionId: first } = await secret.create("create_secret_rs_0", { SecretString: "S1" });
    const pending = (text: string) => ({ SecretString: text, VersionStages: ["AWSPENDING"] });
    const { VersionId: second } = await secret.put("put_secret_value_res_0", pending("S2"));
    await secret.versions("list_secret_version_ids_res_0");
    await secret.get("get_secret_value_res_0");
    await secret.move("update_secret_version_stage_res_0", "AWSCURRENT", second, first);
    await secret.versions("list_secret_version_ids_res_1");
    await secret.get("get_secret_value_res_1");
    const { VersionId: third } = await secret.put("put_secret_value_res_1", pending("S3"));
    await secret.versions("list_secret_version_ids_res_2");
    await secret.get("get_secret_value_res_2");
    await secret.move("put_secret_value_res_2", "AWSCURRENT", third, second);
    await secret.versions("list_secret_version_ids_res_3");
    await secret.get("get_secret_value_res_3");
    await secret.remove("delete_secret_res_0");
  },
  test_update_secret_version_stages_current_pending_cycle_custom_stages_1: async (play) => {
    const secret = secretsOf(play);
    const { VersionId: first } = await secret.create("create_secret_rs_0", { SecretString: "S1" });
    const staged = { SecretString: "S2", VersionStages: ["AWSPENDING", "AWSSOMETHING", "PUT1"] };
    const { VersionId: second } = await secret.put("put_secret_value_res_0", staged);
    await secret.versions("list_secret_version_ids_res_0");
    await secret.get("get_secret_value_res_0");
    await secret.move("update_secret_version_stage_res_0", "AWSCURRENT", second, first);
    await secret.versions("list_secret_version_ids_res_1");
    await secret.get("get_secret_value_res_1");
    const next = { SecretString: "S3", VersionStages: ["AWSPENDING", "PUT2"] };
    const { VersionId: third } = await secret.put("put_secret_value_res_1", next);
    await secret.versions("list_secret_version_ids_res_2");
    await secret.get("get_secret_value_res_2");
    await secret.move("update_secret_version_stage_res_1", "AWSCURRENT", third, second);
    await secret.versions("list_secret_version_ids_res_3");
    await secret.get("get_secret_value_res_3");
    await secret.remove("delete_secret_res_0");
  },
  test_update_secret_version_stages_current_pending_cycle_custom_stages_2: async (play) => {
    const secret = secretsOf(play);
    await secret.create("create_secret_rs_0", { SecretString: "SS" });
    const current = { SecretString: "S1", VersionStages: ["AWSCURRENT", "PUT0"] };
    const { VersionId: second } = await secret.put("put_secret_value_res_0", current);
    await secret.versions("list_secret_version_ids_res_0");
    const pending = (text: string, stage: string) => ({ SecretString: text, VersionStages: ["AWSPENDING", stage] });
    const { VersionId: third } = await secret.put("put_secret_value_res_1", pending("S2", "PUT1"));
    await secret.versions("list_secret_version_ids_res_1");
    await secret.get("get_secret_value_res_0");
    await secret.move("update_secret_version_stage_res_0", "AWSCURRENT", third, second);
    await secret.versions("list_secret_version_ids_res_2");
    await secret.get("get_secret_value_res_1");
    const { VersionId: fourth } = await secret.put("put_secret_value_res_2", pending("S3", "PUT2"));
    await secret.versions("list_secret_version_ids_res_3");
    await secret.get("get_secret_value_res_2");
    await secret.move("update_secret_version_stage_res_1", "AWSCURRENT", fourth, third);
    await secret.versions("list_secret_version_ids_res_4");
    await secret.get("get_secret_value_res_3");
    await secret.remove("delete_secret_res_0");
  },
  test_update_secret_version_stages_current_pending_cycle_custom_stages_3: async (play) => {
    const secret = secretsOf(play);
    const { VersionId: first } = await secret.create("create_secret_rs", { SecretString: "SS" });
    const pending = { SecretString: "S1", VersionStages: ["PENDING"] };
    const { VersionId: second } = await secret.put("put_secret_value_res_0", pending);
    await secret.versions("list_secret_version_ids_rs");
    await secret.get("get_secret_value_v1_rs", { VersionId: first });
    await secret.get("get_secret_value_v2_rs", { VersionId: second });
    await secret.move("update_secret_version_stage_res_1", "AWSCURRENT", second, first);
    await secret.get("get_secret_value_v1_rs_1", { VersionId: first });
    await secret.get("get_secret_value_v2_rs_1", { VersionId: second });
    await secret.move("update_secret_version_stage_res_2", "PENDING", undefined, second);
    await secret.get("get_secret_value_v1_rs_2", { VersionId: first });
    await secret.get("get_secret_value_v2_rs_2", { VersionId: second });
    await secret.remove("delete_secret_res_0");
  },
  test_non_versioning_version_stages_replacement: async (play) => {
    const secret = secretsOf(play);
    await secret.create("create_secret_rs_0", { SecretString: "S0" });
    const stages = ["one", "two", "three"];
    await secret.put("put_secret_value_res_0", { SecretString: "S1", VersionStages: stages });
    await secret.versions("list_secret_version_ids_res_0");
    await secret.put("put_secret_value_res_1", { SecretString: "S2", VersionStages: [...stages, "four"] });
    await secret.versions("list_secret_version_ids_res_1");
    await secret.remove("delete_secret_res_0");
  },
  test_non_versioning_version_stages_no_replacement: async (play) => {
    const secret = secretsOf(play);
    await secret.create("create_secret_rs_0", { SecretString: "S0" });
    await secret.put("put_secret_value_res_0", { SecretString: "S1", VersionStages: ["one", "two", "three"] });
    await secret.versions("list_secret_version_ids_res_0");
    await secret.put("put_secret_value_res_1", { SecretString: "S2", VersionStages: ["one", "two", "four"] });
    await secret.versions("list_secret_version_ids_res_1");
    await secret.remove("delete_secret_res_0");
  },
  test_deprecated_secret_version_stage: async (play) => {
    const secret = secretsOf(play);
    await secret.create("create_secret", { SecretString: "S0" });
    await secret.versions("list_secret_version_ids");
    await secret.put("put_secret_value_1", { SecretString: "S1" });
    await secret.versions("list_secret_version_ids_1");
    await secret.put("put_secret_value_2", { SecretString: "S2" });
    await secret.versions("list_secret_version_ids_2");
    await secret.versions("list_secret_version_ids_3", { IncludeDeprecated: true });
    await secret.put("put_secret_value_3", { SecretString: "S3" });
    await secret.versions("list_secret_version_ids_4");
    await secret.versions("list_secret_version_ids_5", { IncludeDeprecated: true });
  },
});
