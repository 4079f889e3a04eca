import assert from "node:assert/strict";
import { test } from "node:test";
import { noExecSessions } from "#kernel/exec-sessions.ts";
import { seededRandom } from "#kernel/random.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { aliases, keys } from "#services/kms/model.ts";
import { isFault, type TestWorld, testWorld } from "../../../../test/support/context.ts";
import { ssmCollections } from "../index.ts";
import { parameters, parameterVersions } from "../model.ts";
import { createOperations } from "./index.ts";

const box = createSecretBox(new Uint8Array(32), seededRandom(7));
const operations = createOperations({ box, sessions: noExecSessions });
const newWorld = () => testWorld({ collections: [...ssmCollections, keys, aliases], model: "ssm" });
type Put = Parameters<typeof operations.PutParameter>[0];

const put = (world: TestWorld, Name: string, fields: Partial<Put> = {}) =>
  world.call(operations, "PutParameter", { Name, Value: "v", Type: "String", ...fields });
const get = async (world: TestWorld, Name: string, WithDecryption = true) =>
  (await world.call(operations, "GetParameter", { Name, WithDecryption })).Parameter!;

test("a parameter is read by its name and its ARN, with a version or a label", async () => {
  const world = await newWorld();
  assert.deepEqual(await put(world, "/app/a", { Value: "1" }), { Version: 1, Tier: "Standard" });
  assert.deepEqual(await put(world, "/app/a", { Value: "2", Overwrite: true }), { Version: 2, Tier: "Standard" });
  await world.call(operations, "LabelParameterVersion", { Name: "/app/a", ParameterVersion: 1, Labels: ["old"] });
  const ARN = "arn:aws:ssm:us-east-1:000000000000:parameter/app/a";
  const LastModifiedDate = world.clock.now();
  const same = { Name: "/app/a", Type: "String", ARN, DataType: "text", LastModifiedDate };
  for (const [name, Value, Version, Selector] of [
    ["/app/a", "2", 2, undefined],
    [ARN, "2", 2, undefined],
    ["/app/a:1", "1", 1, ":1"],
    ["/app/a:old", "1", 1, ":old"],
    [`${ARN}:1`, "1", 1, ":1"],
  ] as const) {
    assert.deepEqual(await get(world, name), { ...same, Value, Version, ...(Selector && { Selector }) });
  }
  const version = "Systems Manager could not find version 3 of /app/a. Verify the version and try again.";
  await assert.rejects(get(world, "/app/a:3"), isFault("ParameterVersionNotFound", version));
  await assert.rejects(get(world, "/app/b"), isFault("ParameterNotFound", ""));
  await assert.rejects(get(world, ARN.replace("000000000000", "111111111111")), isFault("ParameterNotFound", ""));
});

test("the ARN of a root parameter finds it with and without a slash", async () => {
  const world = await newWorld();
  for (const name of ["plain", "/slashed"]) {
    await put(world, name);
    const { ARN } = await get(world, name);
    assert.equal((await get(world, ARN!)).Name, name);
  }
});

test("a SecureString is encrypted in the store, and decrypted when asked for", async () => {
  const world = await newWorld();
  await put(world, "/app/password", { Value: "a very secret value", Type: "SecureString" });
  const all = JSON.stringify([
    ...world.store.view(parameters).all(),
    ...world.store.view(parameterVersions).all(),
    ...world.store.view(keys).all(),
  ]);
  for (const form of ["utf8", "base64", "hex"] as const) {
    assert.ok(!all.includes(Buffer.from("a very secret value").toString(form).replace(/=+$/, "")), form);
  }
  assert.equal((await get(world, "/app/password")).Value, "a very secret value");
  assert.notEqual((await get(world, "/app/password", false)).Value, "a very secret value");
  const { Parameters } = await world.call(operations, "DescribeParameters", {});
  assert.equal(Parameters![0]!.KeyId, "alias/aws/ssm");
  assert.equal([...world.store.view(aliases).all()][0]!.value.aliasName, "alias/aws/ssm");
});

test("a SecureString in another parameter's place does not open; a key that is not there is told", async () => {
  const world = await newWorld();
  await put(world, "/a", { Type: "SecureString", Value: "x" });
  await put(world, "/b", { Type: "SecureString", Value: "y" });
  const [a, b] = [...world.store.view(parameterVersions).all()];
  await world.store.commit({ put: [{ key: a!.key, value: { ...a!.value, value: b!.value.value } }] });
  await assert.rejects(get(world, "/a"), isFault("InvalidKeyId"));
  await assert.rejects(
    put(world, "/c", { Type: "SecureString", KeyId: "alias/none" }),
    isFault("InvalidKeyId", /^Alias arn:aws:kms:us-east-1:000000000000:alias\/none is not found\. \(Service: Kms/),
  );
});

for (const [what, name, fields, code, message] of [
  ["a name of SSM's", "/ssm/x", {}, "ValidationException", /^Parameter name: can't be prefixed with "ssm"/],
  ["a name of AWS's", "/aws/x", {}, "AccessDeniedException", "No access to reserved parameter name: /aws/x."],
  ["a path without a first slash", "a/b", {}, "ValidationException", "Parameter name must be a fully qualified name."],
  ["a strange character", "/a b", {}, "ValidationException", /^Parameter name: can't/],
  ["16 levels", "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16", {}, "HierarchyLevelLimitExceededException", /15 levels/],
  [
    "a long value",
    "/a",
    { Value: "v".repeat(4097) },
    "ValidationException",
    /^Standard tier parameters support a maximum/,
  ],
  [
    "a longer value",
    "/a",
    { Value: "v".repeat(8193), Tier: "Advanced" },
    "ValidationException",
    "Advanced tier parameters support a maximum parameter value of 8192 characters.",
  ],
  ["a key for plain text", "/a", { KeyId: "alias/x" }, "ValidationException", /SecureString type parameter only/],
  ["a parameter in the value", "/a", { Value: "a {{ssm:b}}" }, "ValidationException", /^Parameter value can't nest/],
  ["policies", "/a", { Policies: '[{"Type":"Expiration"}]' }, "InvalidPolicyTypeException", /not supported/],
  ["another data type", "/a", { DataType: "aws:ec2:image" }, "ValidationException", /not supported/],
  ["a broken pattern", "/a", { AllowedPattern: "(" }, "InvalidAllowedPatternException", /regular expression/],
  [
    "a value that the pattern does not fit from end to end",
    "/a",
    { AllowedPattern: "\\d{1,4}", Value: "10,000" },
    "ParameterPatternMismatchException",
    "Parameter value, cannot be validated against allowedPattern: \\d{1,4}",
  ],
] as const) {
  test(`PutParameter refuses ${what}`, async () => {
    const world = await newWorld();
    await assert.rejects(put(world, name, fields), isFault(code, message));
  });
}

test("an existing parameter is overwritten only when asked to, and keeps what is not said", async () => {
  const world = await newWorld();
  await put(world, "/a", { Value: "100", AllowedPattern: "\\d{1,4}", Description: "d" });
  await assert.rejects(put(world, "/a"), isFault("ParameterAlreadyExists", /^The parameter already exists\./));
  const overwrite = { Name: "/a", Overwrite: true };
  await assert.rejects(
    world.call(operations, "PutParameter", { ...overwrite, Value: "10,000" }),
    isFault("ParameterPatternMismatchException"),
  );
  await world.call(operations, "PutParameter", { ...overwrite, Value: "7" });
  const [parameter] = (await world.call(operations, "DescribeParameters", {})).Parameters!;
  assert.deepEqual([parameter!.Description, parameter!.Type, parameter!.Version], ["d", "String", 2]);
  await assert.rejects(
    world.call(operations, "PutParameter", { ...overwrite, Value: "8", Tags: [{ Key: "a", Value: "b" }] }),
    isFault("ValidationException", /^Invalid request: tags and overwrite can't be used together/),
  );
  await assert.rejects(
    world.call(operations, "PutParameter", { Name: "/new", Value: "x" }),
    isFault("ValidationException", "A parameter type is required when you create a parameter."),
  );
});

test("intelligent tiering takes the advanced tier when it must, and there is no way back", async () => {
  const world = await newWorld();
  const Tier = "Intelligent-Tiering";
  assert.equal((await put(world, "/a", { Tier })).Tier, "Standard");
  assert.equal((await put(world, "/a", { Tier, Value: "v".repeat(5000), Overwrite: true })).Tier, "Advanced");
  assert.equal((await put(world, "/a", { Overwrite: true })).Tier, "Advanced");
  const down = put(world, "/a", { Tier: "Standard", Overwrite: true });
  await assert.rejects(down, isFault("ValidationException", /You can't downgrade/));
});

test("a hundred versions are kept; a label holds the oldest", async () => {
  const world = await newWorld();
  for (let i = 0; i < 101; i++) await put(world, "/a", { Value: String(i), Overwrite: true });
  const history = async () => {
    const found = [];
    for (let NextToken: string | undefined; ; ) {
      const page: Awaited<ReturnType<typeof operations.GetParameterHistory>> = await world.call(
        operations,
        "GetParameterHistory",
        { Name: "/a", ...(NextToken && { NextToken }) },
      );
      found.push(...page.Parameters!);
      NextToken = page.NextToken;
      if (NextToken === undefined) return found.map(({ Version }) => Version);
    }
  };
  assert.deepEqual(
    await history(),
    Array.from({ length: 100 }, (_, i) => i + 2),
  );
  await world.call(operations, "LabelParameterVersion", { Name: "/a", ParameterVersion: 2, Labels: ["kept"] });
  const more = put(world, "/a", { Overwrite: true });
  await assert.rejects(more, isFault("ParameterMaxVersionLimitExceeded", /Version 2, the oldest version/));
});

test("a label is on one version, and some texts are none", async () => {
  const world = await newWorld();
  await put(world, "/a");
  await put(world, "/a", { Overwrite: true });
  const label = (ParameterVersion: number, Labels: string[]) =>
    world.call(operations, "LabelParameterVersion", { Name: "/a", ParameterVersion, Labels });
  assert.deepEqual(await label(1, ["prod", "1st", "AWSx", "ssm"]), {
    InvalidLabels: ["1st", "AWSx", "ssm"],
    ParameterVersion: 1,
  });
  await label(2, ["prod"]);
  assert.equal((await get(world, "/a:prod")).Version, 2);
  const eleven = Array.from({ length: 11 }, (_, i) => `l${i}`);
  await assert.rejects(label(1, eleven), isFault("ParameterVersionLabelLimitExceeded"));
  const unlabel = { Name: "/a", ParameterVersion: 2, Labels: ["prod", "none"] };
  const answer = await world.call(operations, "UnlabelParameterVersion", unlabel);
  assert.deepEqual(answer, { RemovedLabels: ["prod"], InvalidLabels: ["none"] });
  for (const label of ["prod", "constructor"]) {
    const message = new RegExp(`could not find label ${label}`);
    await assert.rejects(get(world, `/a:${label}`), isFault("ParameterVersionNotFound", message));
  }
});

test("a path gives what lies directly below it, or all, in pages", async () => {
  const world = await newWorld();
  for (const name of ["/app/a", "/app/b", "/app/db/c", "/apple", "root"]) await put(world, name);
  const below = async (Path: string, Recursive = false) =>
    (await world.call(operations, "GetParametersByPath", { Path, Recursive })).Parameters!.map(({ Name }) => Name);
  assert.deepEqual(await below("/app"), ["/app/a", "/app/b"]);
  assert.deepEqual(await below("/app/", true), ["/app/a", "/app/b", "/app/db/c"]);
  assert.deepEqual(await below("/"), ["/apple", "root"]);
  assert.equal((await below("/", true)).length, 5);
  const input = { Path: "/", Recursive: true, MaxResults: 3 };
  const page = await world.call(operations, "GetParametersByPath", input);
  const rest = await world.call(operations, "GetParametersByPath", { ...input, NextToken: page.NextToken! });
  assert.equal(page.Parameters!.length + rest.Parameters!.length, 5);
  const wrong = world.call(operations, "GetParametersByPath", { Path: "app" });
  await assert.rejects(wrong, isFault("ValidationException", /must begin with a forward slash/));
  const filter = { Path: "/", ParameterFilters: [{ Key: "Tier", Values: ["Standard"] }] };
  await assert.rejects(world.call(operations, "GetParametersByPath", filter), isFault("InvalidFilterKey"));
});

test("filters of DescribeParameters", async () => {
  const world = await newWorld();
  await put(world, "/app/a", { Tags: [{ Key: "stage", Value: "prod" }] });
  await put(world, "/app/b", { Type: "StringList", Value: "1,2" });
  await put(world, "/web/c", { Type: "SecureString" });
  const names = async (Key: string, Option: string | undefined, ...Values: string[]) => {
    const ParameterFilters = [{ Key, Values, ...(Option && { Option }) }];
    const { Parameters } = await world.call(operations, "DescribeParameters", { ParameterFilters });
    return Parameters!.map(({ Name }) => Name);
  };
  assert.deepEqual(await names("Name", "BeginsWith", "/app"), ["/app/a", "/app/b"]);
  assert.deepEqual(await names("Name", "Contains", "eb"), ["/web/c"]);
  assert.deepEqual(await names("Path", "OneLevel", "/app"), ["/app/a", "/app/b"]);
  assert.deepEqual(await names("Type", undefined, "StringList", "SecureString"), ["/app/b", "/web/c"]);
  assert.deepEqual(await names("tag:stage", undefined, "prod"), ["/app/a"]);
  assert.deepEqual(await names("KeyId", "BeginsWith", "alias/"), ["/web/c"]);
  await assert.rejects(names("Name", "Recursive", "x"), isFault("InvalidFilterOption"));
});

test("several are read and deleted at once; what is not there is told", async () => {
  const world = await newWorld();
  await put(world, "/a");
  await put(world, "/b");
  const read = await world.call(operations, "GetParameters", { Names: ["/a", "/no", "/b:9"] });
  assert.deepEqual([read.Parameters!.map(({ Name }) => Name), read.InvalidParameters], [["/a"], ["/no", "/b:9"]]);
  const deleted = await world.call(operations, "DeleteParameters", { Names: ["/a", "/no"] });
  assert.deepEqual(deleted, { DeletedParameters: ["/a"], InvalidParameters: ["/no"] });
  await world.call(operations, "DeleteParameter", { Name: "/b" });
  await assert.rejects(world.call(operations, "DeleteParameter", { Name: "/b" }), isFault("ParameterNotFound", ""));
  assert.deepEqual([world.store.view(parameters).size, world.store.view(parameterVersions).size], [0, 0]);
});

test("tags of parameters; of other resources there are none", async () => {
  const world = await newWorld();
  await put(world, "/a");
  const resource = { ResourceType: "Parameter", ResourceId: "/a" } as const;
  await world.call(operations, "AddTagsToResource", { ...resource, Tags: [{ Key: "k", Value: "v" }] });
  const list = async () => (await world.call(operations, "ListTagsForResource", resource)).TagList;
  assert.deepEqual(await list(), [{ Key: "k", Value: "v" }]);
  await world.call(operations, "RemoveTagsFromResource", { ...resource, TagKeys: ["k"] });
  assert.deepEqual(await list(), []);
  const document = { ResourceType: "Document", ResourceId: "x" } as const;
  await assert.rejects(world.call(operations, "ListTagsForResource", document), isFault("InvalidResourceId"));
});

test("public parameters whose values hold here are of no account", async () => {
  const world = await newWorld();
  const Name = "/aws/service/aws-for-fluent-bit/stable";
  const ARN = `arn:aws:ssm:us-east-1::parameter${Name}`;
  const Value = "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable";
  const stable = { Name, Type: "String", Value, Version: 1, ARN, DataType: "text" };
  assert.deepEqual(await get(world, Name), stable);
  assert.deepEqual(await get(world, `${ARN}:1`), { ...stable, Selector: ":1" });
  for (const other of [ARN.replace("::", ":000000000000:"), ARN.replace("us-east-1", "eu-west-1"), `${Name}:2`]) {
    await assert.rejects(get(world, other), isFault("ParameterNotFound"), other);
  }
  await assert.rejects(put(world, Name), isFault("AccessDeniedException"));
  const { Parameters, InvalidParameters } = await world.call(operations, "GetParameters", {
    Names: [Name, "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended", "/aws/service/none"],
  });
  assert.deepEqual(Parameters, [stable]);
  assert.deepEqual(InvalidParameters, [
    "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended",
    "/aws/service/none",
  ]);
});

test("public parameters are found by their paths, in pages", async () => {
  const world = await newWorld();
  const under = async (Path: string, more = {}) => {
    const page = await world.call(operations, "GetParametersByPath", { Path, ...more });
    return { names: page.Parameters!.map((each) => each.Name!.split("/").slice(4).join("/")), next: page.NextToken };
  };
  const regions = "/aws/service/global-infrastructure/regions";
  const first = await under(regions);
  assert.deepEqual([first.names.length, first.names[0]], [10, "regions/ap-northeast-1"]);
  assert.equal((await under(regions, { NextToken: first.next })).names.length, 7);
  assert.deepEqual((await under(`${regions}/us-east-1`)).names, ["regions/us-east-1/longName"]);
  assert.equal((await get(world, `${regions}/us-east-1/longName`)).Value, "US East (N. Virginia)");
  assert.equal((await get(world, `${regions}/us-east-1`)).Value, "us-east-1");
  const ofKey = { ParameterFilters: [{ Key: "KeyId", Values: ["k"] }] };
  assert.deepEqual((await under(regions, ofKey)).names, []);
});

for (const path of [
  "ecs/optimized-ami/amazon-linux-2023/recommended",
  "ecs/optimized-ami/amazon-linux-2/recommended/image_id",
  "ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
  "canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id",
]) {
  test(`a machine image is refused in words: ${path}`, async () => {
    const world = await newWorld();
    for (const start of ["", "arn:aws:ssm:us-east-1::parameter"]) {
      const refused = get(world, `${start}/aws/service/${path}`);
      await assert.rejects(refused, isFault("ValidationException", /machine image .*estiva instance register/));
    }
  });
}
