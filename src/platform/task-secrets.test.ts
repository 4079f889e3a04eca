import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createAuthorizer } from "#gateway/authorize/authorizer.ts";
import type { SecretResolver } from "#host/agent/ports.ts";
import type { TaskPayload } from "#kernel/agent-protocol.ts";
import { silentLog } from "#kernel/controller.ts";
import { noExecSessions } from "#kernel/exec-sessions.ts";
import type { DriverError } from "#kernel/fault.ts";
import { seededRandom, uuid } from "#kernel/random.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { ecsCollections } from "#services/ecs/index.ts";
import { type TaskRecord, taskArn, taskKey, tasks } from "#services/ecs/model.ts";
import { iamCollections } from "#services/iam/index.ts";
import { createKms, kmsCollections } from "#services/kms/index.ts";
import { createSecretsManager, secretsManagerCollections } from "#services/secretsmanager/index.ts";
import { createSsm, ssmCollections } from "#services/ssm/index.ts";
import { type TestWorld, testWorld } from "../../test/support/context.ts";
import { addRole, document } from "../../test/support/iam.ts";
import { createActAs } from "./act-as.ts";
import { createTaskSecrets } from "./task-secrets.ts";

const account = "000000000000";
const region = "us-east-1";
const random = seededRandom(5);
const box = createSecretBox(new Uint8Array(32), random);
const policyFault = () => undefined;
const services = [
  createKms({ box, policyFault }),
  createSecretsManager({ box, policyFault }),
  createSsm({ box, sessions: noExecSessions }),
];
const [kms, secretsManager, ssm] = services.map(({ operations }) => operations);
const trust = document({ Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" });
const json = '{"username":"alice","password":"hidden","port":5432}';

let world: TestWorld;
let resolver: SecretResolver;
let trusted = true;
let secretArn = "";

describe("secrets of tasks", () => {
  beforeEach(async () => {
    trusted = true;
    const collections = [
      ...[ecsCollections, iamCollections],
      ...[kmsCollections, secretsManagerCollections, ssmCollections],
    ].flat();
    world = await testWorld({ collections });
    const { store, clock } = world;
    const authorizer = createAuthorizer({ services, store, clock, secretBox: box });
    const parts = { services, store, clock, random, log: silentLog, canAssume: () => true };
    const actAs = createActAs({ ...parts, check: authorizer.checkCall });
    resolver = createTaskSecrets({ store, random, actAs, trusts: () => trusted, isOwnRegistry: () => false });
    const input = { Name: "app/db", SecretString: json, ClientRequestToken: uuid(random) };
    secretArn = (await world.call(secretsManager!, "CreateSecret", input)).ARN;
    await world.call(ssm!, "PutParameter", { Name: "/app/key", Value: "hidden too", Type: "SecureString" });
  });

  async function taskWith(role: { policy?: string } = {}, more: Partial<TaskRecord> = {}): Promise<TaskPayload> {
    await addRole(world.store, account, "execution", { trust, ...role });
    const at = { account, region, clusterName: "default", id: "0123456789abcdef0123456789abcdef" };
    const record = {
      ...{ ...at, taskArn: taskArn(at), lastStatus: "PROVISIONING", desiredStatus: "RUNNING", createdAt: 0 },
      ...{
        executionRoleArn: `arn:aws:iam::${account}:role/execution`,
        family: "f",
        group: "g",
        taskDefinitionArn: "d",
      },
      ...more,
    };
    const old = world.store.view(tasks).get(taskKey(at));
    if (old === undefined) await world.store.as("api").commit({ put: [{ key: taskKey(at), value: record }] });
    return { taskArn: record.taskArn } as TaskPayload;
  }

  const fails = (promise: Promise<unknown>, message: RegExp) =>
    assert.rejects(promise, (error: DriverError) => {
      assert.match(error.message, message);
      assert.doesNotMatch(`${error.stack} ${String(error.cause)}`, /hidden/);
      return true;
    });

  test("secrets and parameters are read in every form", async () => {
    const task = await taskWith();
    for (const [valueFrom, value] of [
      [secretArn, json],
      [secretArn.slice(0, -7), json],
      [`${secretArn}:password::`, "hidden"],
      [`${secretArn}:port:AWSCURRENT:`, "5432"],
      ["/app/key", "hidden too"],
      ["/app/key:1", "hidden too"],
      [`arn:aws:ssm:${region}:${account}:parameter/app/key`, "hidden too"],
    ] as const) {
      assert.equal(await resolver.secret(task, valueFrom), value);
    }
  });

  test("an older version is read by its stage and by its id", async () => {
    const task = await taskWith();
    const put = (SecretString: string) => {
      const input = { SecretId: "app/db", SecretString, ClientRequestToken: uuid(random) };
      return world.call(secretsManager!, "PutSecretValue", input);
    };
    const { VersionId } = await put("second");
    await put("third");
    assert.equal(await resolver.secret(task, secretArn), "third");
    assert.equal(await resolver.secret(task, `${secretArn}::AWSPREVIOUS:`), "second");
    assert.equal(await resolver.secret(task, `${secretArn}:::${VersionId}`), "second");
  });

  test("what fails is told in the words of Amazon ECS, without the value", async () => {
    const task = await taskWith();
    const fetching = `failed to fetch secret ${secretArn} from secrets manager: operation error Secrets Manager: `;
    await fails(
      resolver.secret(task, `${secretArn}::AWSPENDING:`),
      new RegExp(
        `^${fetching}GetSecretValue, https response error StatusCode: 400, RequestID: .*, Resource.*AWSPENDING$`,
      ),
    );
    await fails(resolver.secret(task, `${secretArn}:none::`), /^retrieved secret .* did not contain json key none$/);
    await fails(resolver.secret(task, "/app/none"), /^invalid ssm parameters: \/app\/none$/);
  });

  test("the execution role must be allowed to read", async () => {
    const allowed = { Action: "secretsmanager:GetSecretValue", Resource: secretArn };
    const task = await taskWith({ policy: document(allowed) });
    assert.equal(await resolver.secret(task, secretArn), json);
    const who = "User: arn:aws:sts::000000000000:assumed-role/execution/0123456789abcdef0123456789abcdef";
    await fails(
      resolver.secret(task, "/app/key"),
      new RegExp(
        "^operation error SSM: GetParameters, https response error StatusCode: 400, RequestID: .*, " +
          `api error AccessDeniedException: ${who} is not authorized to perform: ssm:GetParameters on resource: ` +
          "arn:aws:ssm:us-east-1:000000000000:parameter/app/key because no identity-based policy allows the " +
          "ssm:GetParameters action$",
      ),
    );
  });

  test("with a key of one's own the role must be allowed to decrypt, which a grant does too", async () => {
    const { KeyMetadata } = await world.call(kms!, "CreateKey", {});
    const input = {
      Name: "own",
      SecretString: "hidden",
      KmsKeyId: KeyMetadata.KeyId,
      ClientRequestToken: uuid(random),
    };
    const { ARN } = await world.call(secretsManager!, "CreateSecret", input);
    const task = await taskWith({ policy: document({ Action: "secretsmanager:*" }) });
    await fails(resolver.secret(task, ARN), /not authorized to perform: kms:Decrypt on resource: arn:aws:kms/);
    const grant = {
      KeyId: KeyMetadata.KeyId,
      GranteePrincipal: `arn:aws:iam::${account}:role/execution`,
      Operations: ["Decrypt"],
      Constraints: { EncryptionContextSubset: { SecretARN: "arn:of:another" } },
    };
    await world.call(kms!, "CreateGrant", grant);
    await fails(resolver.secret(task, ARN), /kms:Decrypt/);
    await world.call(kms!, "CreateGrant", { ...grant, Constraints: { EncryptionContextSubset: { SecretARN: ARN } } });
    assert.equal(await resolver.secret(task, ARN), "hidden");
  });

  test("with a role that ECS cannot take on nothing is read", async () => {
    trusted = false;
    await fails(resolver.secret(await taskWith(), secretArn), /^ECS was unable to assume the role 'arn:aws:iam::/);
  });

  test("credentials of private registries", async () => {
    const task = await taskWith();
    const read = (parameter: string | undefined) => resolver.registryCredentials(task, "image", parameter);
    assert.deepEqual(await read(secretArn), { username: "alice", password: "hidden" });
    assert.deepEqual(await read("app/db"), { username: "alice", password: "hidden" });
    assert.equal(await read(undefined), undefined);
    const input = { Name: "broken", SecretString: '{"user":"hidden"}', ClientRequestToken: uuid(random) };
    await world.call(secretsManager!, "CreateSecret", input);
    await fails(read("broken"), /^the secret broken is not of the form/);
  });
});
