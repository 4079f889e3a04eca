import { randomUUID } from "node:crypto";
import { type Play, replay } from "./replay.ts";
import { type Strings, secretsOf } from "./secrets.ts";

const lifecycle = (name: string) => async (play: Play) => {
  const secret = secretsOf(play, name);
  const Description = "Testing secret creation.";
  const { ARN } = await secret.create("create_secret_rs_1", { SecretString: "my_secret", Description });
  await secret.get("get_secret_value_rs_1");
  await secret.describe("describe_secret_rs_1");
  await play.step("get_secret_value_rs_2", "secretsmanager.GetSecretValue", { SecretId: ARN });
  const partial = { SecretId: ARN!.slice(0, -7) };
  // What looks like a whole ARN is taken for one.
  const step = name.startsWith("Invalid") ? "resource_not_found_dict_1" : "get_secret_value_rs_3";
  await play.step(step, "secretsmanager.GetSecretValue", partial);
  await secret.put("put_secret_value_rs_1", { SecretString: "new_secret" });
  await secret.get("get_secret_value_rs_4");
  await secret.update("update_secret_res_1", { SecretString: "my_secret2", Description: "Updated" });
  await secret.remove("delete_secret_res_1");
};

const listing = async (play: Play) => {
  const secret = secretsOf(play);
  await secret.create("create_secret_rs_1", { SecretString: "x", Description: "testing creation of secrets" });
  for (const name of ["list_secrets_res_0", "list_secrets_res_1", "list_secrets_res_2"]) {
    await play.step(name, "secretsmanager.ListSecrets", { MaxResults: 2 });
  }
  await secret.remove("delete_secret_res_1");
};

const several = async (play: Play) => {
  const secrets = ["one", "two", "three"].map((name) => secretsOf(play, name));
  for (const secret of secrets) {
    await secret.make({ SecretString: "my_secret", Description: "Testing secrets creation." });
  }
  await play.step("list_secrets_res", "secretsmanager.ListSecrets", {});
  for (const [i, secret] of secrets.entries()) await secret.remove(`delete_secret_res${i}`);
};

/** No operation takes such a name. */
const badName = (name: string) => async (play: Play) => {
  const id = { SecretId: name };
  const token = { ClientRequestToken: randomUUID() };
  const calls: [string, object][] = [
    ["CreateSecret", { Name: name, SecretString: "x", ...token }],
    ["DeleteSecret", id],
    ["DescribeSecret", id],
    ["GetSecretValue", id],
    ["ListSecretVersionIds", id],
    ["PutSecretValue", { ...id, SecretString: "x", ...token }],
    ["TagResource", { ...id, Tags: [{ Key: "tag_key", Value: "tag_value" }] }],
    ["UntagResource", { ...id, TagKeys: ["tag_key"] }],
    ["UpdateSecret", { ...id, Description: "x", ...token }],
    ["ValidateResourcePolicy", { ...id, ResourcePolicy: '{"Version":"2012-10-17","Statement":[]}' }],
  ];
  for (const [i, [operation, input]] of calls.entries()) {
    await play.step(`ex_log_${i + 1}`, `secretsmanager.${operation}`, input);
  }
};

const withoutToken = (operation: string, input: object) => async (play: Play) => {
  await secretsOf(play).make({ SecretString: "x" });
  await play.step("no-client-request-exc", `secretsmanager.${operation}`, input);
};

const changing = (put: Uint8Array, updated: Uint8Array) => async (play: Play) => {
  const secret = secretsOf(play);
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
  /** Python's way to write bytes. */
  const shown = async (name: string) => {
    const answer = await secret.call<Strings>("GetSecretValue", {});
    const bytes = Buffer.from(answer.SecretBinary!, "base64");
    const text = Array.from(bytes, (byte) =>
      byte < 32 || byte > 126 ? `\\x${byte.toString(16).padStart(2, "0")}` : String.fromCharCode(byte),
    ).join("");
    secret.is(name, { ...answer, SecretBinary: `b'${text}'` });
  };
  await secret.make({ SecretBinary: base64(Buffer.from("initial")) });
  await shown("put_secret_value_secret_response");
  await secret.call("PutSecretValue", { SecretBinary: base64(put), ...secret.token() });
  await shown("put_secret_binary_response_updated");
  await secret.call("UpdateSecret", { SecretBinary: base64(updated), ...secret.token() });
  await shown("update_secret_binary_response_updated");
};

replay("secretsmanager/test_secretsmanager.snapshot.json", {
  test_can_recreate_delete_secret: async (play) => {
    const secret = secretsOf(play);
    await secret.create("create_secret_res_0", { SecretString: "x" });
    await secret.remove("delete_res_1");
    await secret.create("create_secret_res_1", { SecretString: "x" });
  },
  test_exp_raised_on_creation_of_secret_scheduled_for_deletion: async (play) => {
    const secret = secretsOf(play);
    await secret.make({ SecretString: "x" });
    await secret.remove("delete_res", {});
    await secret.create("invalid_req_ex", { SecretString: "x" });
  },
  "test_create_and_update_secret[s-c64bdc03]": lifecycle("s-c64bdc03"),
  "test_create_and_update_secret[Valid/_+=.@-Name]": lifecycle("Valid/_+=.@-Name"),
  "test_create_and_update_secret[Valid/_+=.@-Name-a1b2]": lifecycle("Valid/_+=.@-Name-a1b2"),
  "test_create_and_update_secret[Valid/_+=.@-Name-a1b2c3-]": lifecycle("Valid/_+=.@-Name-a1b2c3-"),
  "test_create_and_update_secret[Invalid/_+=.@-Name-a1b2c3-False]": lifecycle("Invalid/_+=.@-Name-a1b2c3"),
  test_call_lists_secrets_multiple_times: listing,
  test_create_multi_secrets: several,
  "test_invalid_secret_name[Inv Name]": badName("Inv Name"),
  "test_invalid_secret_name[ Inv Name]": badName(" Inv Name"),
  "test_invalid_secret_name[ Inv*Name? ]": badName(" Inv*Name? "),
  "test_invalid_secret_name[ Inv *?!]Name\\\\-]": badName(" Inv *?!]Name\\-"),
  test_update_secret_description: async (play) => {
    const secret = secretsOf(play);
    await secret.create("create_secret_rs_0", { SecretString: "MySecretString" });
    await secret.describe("describe_secret_res_0");
    await secret.update("update_secret_res_0", { Description: "MyDescription" });
    await secret.describe("describe_secret_res_1");
    await secret.update("update_secret_res_1", { SecretString: "New", Description: "MyNewDescription" });
    await secret.describe("describe_secret_res_2");
    await secret.update("update_secret_res_2", { SecretString: "Newer" });
    await secret.describe("describe_secret_res_3");
    await secret.update("update_secret_res_3", { Description: "MyNewDescription" });
    await secret.describe("describe_secret_res_4");
    await secret.remove("delete_secret_res_0");
  },
  test_secret_not_found: async (play) => {
    const secret = secretsOf(play);
    await secret.get("get_secret_value_not_found_ex");
    await secret.versions("list_secret_version_ids_not_found_ex");
  },
  test_secret_exists_snapshots: async (play) => {
    const secret = secretsOf(play);
    await secret.make({ SecretString: "x" });
    await secret.create("ex_log", { SecretString: "y" });
    await secret.remove("delete_secret_res");
  },
  "test_no_client_request_token[CreateSecret]": withoutToken("CreateSecret", { Name: "n", SecretString: "x" }),
  "test_no_client_request_token[UpdateSecret]": withoutToken("UpdateSecret", { SecretId: "s", SecretString: "x" }),
  "test_no_client_request_token[RotateSecret]": withoutToken("RotateSecret", { SecretId: "s" }),
  "test_no_client_request_token[PutSecretValue]": withoutToken("PutSecretValue", { SecretId: "s", SecretString: "x" }),
  test_create_secret_version_from_empty_secret: async (play) => {
    const secret = secretsOf(play);
    await secret.create("create-empty-secret");
    await secret.describe("describe-secret");
    await secret.put("put-secret-value", { SecretString: "x" });
  },
  test_first_rotate_secret_with_missing_lambda_arn: async (play) => {
    const secret = secretsOf(play);
    await secret.create("create_secret", { SecretString: "x" });
    const input = { SecretId: "s", RotationRules: { AutomaticallyAfterDays: 1 }, ...secret.token() };
    await play.step("rotate_secret_no_arn_exc", "secretsmanager.RotateSecret", input);
    await secret.describe("describe_secret");
  },
  test_rotate_secret_invalid_lambda_arn: async (play) => {
    const secret = secretsOf(play);
    await secret.create("create_secret", { SecretString: "x" });
    const RotationLambdaARN = "arn:aws:lambda:us-east-1:000000000000:function:rotate";
    const input = { SecretId: "s", RotationLambdaARN, ...secret.token() };
    await play.step("rotate_secret_invalid_arn_exc", "secretsmanager.RotateSecret", input);
    await secret.describe("describe_secret");
  },
  test_resource_policy: async (play) => {
    const secret = secretsOf(play);
    const { ARN } = await secret.make({ SecretString: "x" });
    const statement = { Effect: "Allow", Principal: "*", Action: "secretsmanager:GetSecretValue", Resource: "*" };
    const ResourcePolicy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    await play.step("put_resource_policy", "secretsmanager.PutResourcePolicy", { SecretId: ARN, ResourcePolicy });
    const answer = await secret.call<Strings>("GetResourcePolicy", {});
    secret.is("get_resource_policy", { ...answer, ResourcePolicy: JSON.parse(answer.ResourcePolicy!) });
  },
  test_secret_restore: async (play) => {
    const secret = secretsOf(play);
    await secret.make({ SecretString: "x" });
    await secret.remove("delete_secret_res", {});
    await play.step("restore_secret_res", "secretsmanager.RestoreSecret", { SecretId: "s" });
  },
  test_secret_tags: async (play) => {
    const secret = secretsOf(play);
    await secret.create("create_secret");
    await secret.describe("describe_secret");
    const tag = (Key: string, Value: string) => ({ SecretId: "s", Tags: [{ Key, Value }] });
    await play.step("tag_resource_1", "secretsmanager.TagResource", tag("tag1", "value1"));
    await secret.describe("describe_secret_1");
    await play.step("tag_resource_2", "secretsmanager.TagResource", tag("tag2", "value2"));
    await secret.describe("describe_secret_2");
    await play.step("untag_resource_1", "secretsmanager.UntagResource", { SecretId: "s", TagKeys: ["tag1"] });
    await secret.describe("describe_secret_3");
    await play.step("untag_resource_2", "secretsmanager.UntagResource", { SecretId: "s", TagKeys: ["tag2"] });
    await secret.describe("describe_secret_4");
    const Tags = [...tag("tag3", "value3").Tags, ...tag("tag4", "value4").Tags];
    await secret.call("TagResource", { Tags });
    await secret.describe("describe_secret_5");
    await secret.call("UntagResource", { TagKeys: ["tag3", "tag4"] });
    await secret.describe("describe_secret_6");
  },
  test_get_secret_value_errors: async (play) => {
    const secret = secretsOf(play);
    const { VersionId: first } = await secret.make({ SecretString: "x" });
    await secret.get("error_get_secret_value_non_existing", { VersionStage: "AWSPREVIOUS" });
    await secret.get("mismatch_version_id_and_stage", { VersionId: first, VersionStage: "AWSPREVIOUS" });
  },
  test_secret_version_not_found: async (play) => {
    const secret = secretsOf(play);
    await secret.make();
    const told = async (name: string, input: object) => {
      const error = await secret.call("GetSecretValue", input).then(
        () => "no error",
        ({ answer }: { answer: { Error: Strings } }) =>
          `An error occurred (${answer.Error.Code}) when calling the GetSecretValue operation: ${answer.Error.Message}`,
      );
      secret.is(name, error);
    };
    await told("get_secret_value_no_version_ex", {});
    await secret.call("PutSecretValue", { SecretString: "x", ...secret.token() });
    await told("get_secret_value_version_not_found_ex", { VersionId: randomUUID() });
    await told("get_secret_value_stage_not_found_ex", { VersionStage: "AWSPENDING" });
  },
  test_get_secret_value: async (play) => {
    const secret = secretsOf(play);
    await secret.make({ SecretBinary: Buffer.from("footest").toString("base64") });
    play.skip("secret_value_response");
    await secret.get("secret_value_http_response");
  },
  test_force_delete_deleted_secret: async (play) => {
    const secret = secretsOf(play);
    await secret.create("create_secret_response", { SecretString: "x" });
    await secret.remove("delete_secret_response", {});
    await secret.describe("describe_secret_response");
    await secret.remove("force_delete_secret_response");
  },
  test_tag_untag_resource_on_deleted_secret: async (play) => {
    const secret = secretsOf(play);
    await secret.create("create_secret", { SecretString: "x" });
    await secret.remove("delete_secret", {});
    const Tags = [{ Key: "a", Value: "b" }];
    await play.step("tag_deleted_secret_error", "secretsmanager.TagResource", { SecretId: "s", Tags });
    await play.step("untag_deleted_secret_error", "secretsmanager.UntagResource", { SecretId: "s", TagKeys: ["a"] });
  },
  "test_change_secret_value_after_creation[footest-updated1]": changing(
    Buffer.from("footest"),
    Buffer.from("updated1"),
  ),
  "test_change_secret_value_after_creation[tops3cret-updated2]": changing(
    Buffer.from("tops3cret"),
    Buffer.from("updated2"),
  ),
  "test_change_secret_value_after_creation[\\x00\\x01\\x02\\xff-\\xfe\\xfd]": changing(
    Uint8Array.of(0, 1, 2, 255),
    Uint8Array.of(254, 253),
  ),
});
