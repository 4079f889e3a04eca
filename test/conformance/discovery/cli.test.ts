import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { whyNoAwsCli } from "../../support/aws-cli.ts";
import { until } from "../../support/until.ts";
import type { IdentityPlatform } from "../iam/world.ts";
import { discoveryPlatform } from "./world.ts";

const run = promisify(execFile);

/** What users do with the AWS CLI, and what they see. */
describe("the AWS CLI and Cloud Map", { skip: whyNoAwsCli() ?? false }, () => {
  let platform: IdentityPlatform;
  let vpc: string;
  before(async () => {
    platform = await discoveryPlatform();
    vpc = (await aws("ec2 describe-vpcs")).Vpcs[0].VpcId;
  });
  after(() => platform.close());

  const aws = async (args: string, env: NodeJS.ProcessEnv = {}, ...more: string[]) => {
    const { stdout } = await run("aws", [...args.split(" "), ...more], { env: { ...platform.env, ...env } });
    return stdout === "" ? {} : JSON.parse(stdout);
  };
  const sd = (args: string, env: NodeJS.ProcessEnv = {}, ...more: string[]) =>
    aws(`servicediscovery ${args}`, env, ...more);
  /** Runs what gives an operation, and waits for it as people do. */
  const done = async (args: string) => {
    const { OperationId } = await sd(args);
    const look = async () => (await sd(`get-operation --operation-id ${OperationId}`)).Operation;
    return until(args, look, ({ Status }) => Status !== "SUBMITTED" && Status !== "PENDING");
  };

  it("makes a namespace and a service, registers an instance and discovers it", async () => {
    const made = await done(`create-private-dns-namespace --name example.local --vpc ${vpc}`);
    assert.equal(made.Status, "SUCCESS");
    const namespace = made.Targets.NAMESPACE;
    const { Service } = await sd(
      `create-service --name web --namespace-id ${namespace} --dns-config DnsRecords=[{Type=A,TTL=10}] ` +
        "--health-check-custom-config FailureThreshold=1 --tags Key=a,Value=b",
    );
    const instance = "--instance-id i-1 --attributes AWS_INSTANCE_IPV4=10.0.0.1,stage=prod";
    await done(`register-instance --service-id ${Service.Id} ${instance}`);
    const find = "discover-instances --namespace-name example.local --service-name web";
    const { Instances, InstancesRevision } = await sd(`${find} --query-parameters stage=prod --health-status HEALTHY`);
    assert.deepEqual(
      [Instances, InstancesRevision],
      [
        [
          {
            ...{ InstanceId: "i-1", NamespaceName: "example.local", ServiceName: "web", HealthStatus: "HEALTHY" },
            Attributes: { AWS_INSTANCE_IPV4: "10.0.0.1", stage: "prod" },
          },
        ],
        1,
      ],
    );
    assert.deepEqual((await sd(`get-instances-health-status --service-id ${Service.Id}`)).Status, { "i-1": "HEALTHY" });
    assert.deepEqual((await sd(`list-tags-for-resource --resource-arn ${Service.Arn}`)).Tags, [
      { Key: "a", Value: "b" },
    ]);
    await assert.rejects(
      sd(`delete-service --id ${Service.Id}`),
      /\(ResourceInUse\) when calling the DeleteService operation: Service contains registered instances; delete the/,
    );
    await done(`deregister-instance --service-id ${Service.Id} --instance-id i-1`);
    await sd(`delete-service --id ${Service.Id}`);
    assert.equal((await done(`delete-namespace --id ${namespace}`)).Status, "SUCCESS");
    assert.deepEqual((await sd("list-namespaces")).Namespaces, []);
  });

  it("puts a word before the endpoint's name, unless it is told not to", async () => {
    const find = "discover-instances --namespace-name none --service-name web";
    await assert.rejects(sd(find), /\(NamespaceNotFound\)/);
    const prefixed = sd(find, { AWS_DISABLE_HOST_PREFIX_INJECTION: "false", AWS_MAX_ATTEMPTS: "1" });
    await assert.rejects(prefixed, /Could not connect to the endpoint URL: "http:\/\/data-127\.0\.0\.1:/);
  });

  it("is told what is wrong as Cloud Map tells it", async () => {
    await assert.rejects(
      sd("create-http-namespace --name", {}, "a b"),
      /\(InvalidInput\) .*: 1 validation error detected: Value 'a b' at 'name' failed to satisfy constraint/,
    );
    await done("create-http-namespace --name shop");
    await assert.rejects(sd("create-http-namespace --name shop"), /\(NamespaceAlreadyExists\)/);
  });

  it("is refused what IAM does not allow", async () => {
    const { Targets } = await done("create-http-namespace --name guarded");
    const { Service } = await sd(`create-service --name web --namespace-id ${Targets.NAMESPACE}`);
    const policy = (Action: string, Condition: object) =>
      JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*", Condition }] });
    await aws("iam create-user --user-name ada");
    const { AccessKey } = await aws("iam create-access-key --user-name ada");
    const ada = { AWS_ACCESS_KEY_ID: AccessKey.AccessKeyId, AWS_SECRET_ACCESS_KEY: AccessKey.SecretAccessKey };
    const byName = { StringEquals: { "servicediscovery:NamespaceName": "guarded" } };
    const put = "iam put-user-policy --user-name ada --policy-name p --policy-document";
    await aws(put, {}, policy("servicediscovery:DiscoverInstances", byName));
    const find = (name: string) => sd(`discover-instances --namespace-name ${name} --service-name web`, ada);
    assert.deepEqual((await find("guarded")).Instances, []);
    await assert.rejects(find("shop"), /\(AccessDeniedException\)/);
    await assert.rejects(sd(`list-instances --service-id ${Service.Id}`, ada), /servicediscovery:ListInstances/);
    const byArn = { StringEquals: { "servicediscovery:ServiceArn": Service.Arn } };
    await aws(put, {}, policy("servicediscovery:ListInstances", byArn));
    assert.deepEqual((await sd(`list-instances --service-id ${Service.Id}`, ada)).Instances, []);
  });
});
