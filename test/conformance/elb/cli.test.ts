import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { whyNoAwsCli } from "../../support/aws-cli.ts";
import type { IdentityPlatform } from "../iam/world.ts";
import { elbPlatform } from "./world.ts";

const run = promisify(execFile);

/** What users do with the AWS CLI, and what they see. */
describe("the AWS CLI and load balancers", { skip: whyNoAwsCli() ?? false }, () => {
  let platform: IdentityPlatform;
  let subnets: string;
  let vpc: string;
  before(async () => {
    platform = await elbPlatform();
    vpc = (await aws("ec2 describe-vpcs")).Vpcs[0].VpcId;
    const all = (await aws("ec2 describe-subnets")).Subnets as { SubnetId: string }[];
    subnets = all.map(({ SubnetId }) => SubnetId).join(" ");
  });
  after(() => platform.close());

  const aws = async (args: string, ...more: string[]) => {
    const { stdout } = await run("aws", [...args.split(" "), ...more], { env: platform.env });
    return stdout === "" ? {} : JSON.parse(stdout);
  };
  const elb = (args: string, ...more: string[]) => aws(`elbv2 ${args}`, ...more);
  const request = async (domain: string, more: string) =>
    (await aws(`acm request-certificate --domain-name ${domain} ${more}`)).CertificateArn as string;

  it("makes a load balancer that serves HTTPS, waits for it and its targets, and takes it away", async () => {
    const { LoadBalancers } = await elb(`create-load-balancer --name web --subnets ${subnets} --tags Key=a,Value=b`);
    const [{ LoadBalancerArn: arn, State, DNSName }] = LoadBalancers;
    assert.equal(State.Code, "provisioning");
    assert.match(DNSName, /^web-\d+\.us-east-1\.elb\.amazonaws\.com$/);
    const { TargetGroups } = await elb(
      `create-target-group --name web --protocol HTTP --port 80 --vpc-id ${vpc} --target-type ip`,
    );
    const [{ TargetGroupArn: group, HealthCheckPath }] = TargetGroups;
    assert.equal(HealthCheckPath, "/");
    const certificate = await request("www.example.com", "--subject-alternative-names *.example.com");
    const { Listeners } = await elb(
      `create-listener --load-balancer-arn ${arn} --protocol HTTPS --port 443 ` +
        `--certificates CertificateArn=${certificate} --default-actions Type=forward,TargetGroupArn=${group}`,
    );
    const [{ ListenerArn: listener, SslPolicy }] = Listeners;
    assert.equal(SslPolicy, "ELBSecurityPolicy-2016-08");
    await elb(`register-targets --target-group-arn ${group} --targets Id=172.31.0.20 Id=172.31.0.21,Port=8080`);
    await elb(`wait load-balancer-available --load-balancer-arns ${arn}`);
    await elb(`wait target-in-service --target-group-arn ${group}`);
    const { TargetHealthDescriptions } = await elb(`describe-target-health --target-group-arn ${group}`);
    assert.deepEqual(
      (TargetHealthDescriptions as { Target: { Port: number }; TargetHealth: object }[]).map((each) => [
        each.Target.Port,
        each.TargetHealth,
      ]),
      [
        [80, { State: "healthy" }],
        [8080, { State: "healthy" }],
      ],
    );
    const interfaces = await aws("ec2 describe-network-interfaces --filters Name=requester-id,Values=amazon-elb");
    assert.equal(interfaces.NetworkInterfaces.length, subnets.split(" ").length);
    await assert.rejects(
      elb(`delete-target-group --target-group-arn ${group}`),
      /\(ResourceInUse\) when calling the DeleteTargetGroup operation: Target group '.*' is currently in use by a/,
    );
    await assert.rejects(
      aws(`acm delete-certificate --certificate-arn ${certificate}`),
      /\(ResourceInUseException\) when calling the DeleteCertificate operation/,
    );
    await elb(`delete-listener --listener-arn ${listener}`);
    await elb(`delete-load-balancer --load-balancer-arn ${arn}`);
    await elb(`wait load-balancers-deleted --load-balancer-arns ${arn}`);
    await elb(`delete-target-group --target-group-arn ${group}`);
    await aws(`acm delete-certificate --certificate-arn ${certificate}`);
  });

  it("makes rules of all conditions, and changes their order", async () => {
    const { LoadBalancers } = await elb(`create-load-balancer --name rules --subnets ${subnets}`);
    const [{ LoadBalancerArn: arn }] = LoadBalancers;
    const gone = JSON.stringify([{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "410" } }]);
    const { Listeners } = await elb(
      `create-listener --load-balancer-arn ${arn} --protocol HTTP --port 80 --default-actions`,
      gone,
    );
    const [{ ListenerArn: listener }] = Listeners;
    const conditions = [
      { Field: "host-header", HostHeaderConfig: { Values: ["*.example.com"] } },
      { Field: "http-request-method", HttpRequestMethodConfig: { Values: ["GET"] } },
      { Field: "query-string", QueryStringConfig: { Values: [{ Key: "v", Value: "2" }] } },
    ];
    const rule = async (priority: number, ...given: object[]) =>
      (
        await elb(
          `create-rule --listener-arn ${listener} --priority ${priority} --conditions`,
          ...[JSON.stringify(given), "--actions", gone],
        )
      ).Rules[0].RuleArn as string;
    const first = await rule(1, ...conditions);
    const second = await rule(2, { Field: "path-pattern", Values: ["/old/*"] });
    await elb(`set-rule-priorities --rule-priorities RuleArn=${first},Priority=2 RuleArn=${second},Priority=1`);
    const { Rules } = await elb(`describe-rules --listener-arn ${listener}`);
    assert.deepEqual(
      (Rules as { RuleArn: string; Priority: string }[]).map(({ Priority }) => Priority),
      ["1", "2", "default"],
    );
    assert.equal(Rules[0].RuleArn, second);
    await assert.rejects(
      rule(1, { Field: "path-pattern", Values: ["/x"] }),
      /\(PriorityInUse\) when calling the CreateRule operation: Priority '1' is currently in use/,
    );
    await elb(`delete-load-balancer --load-balancer-arn ${arn}`);
  });

  it("imports and exports certificates", async () => {
    const arn = await request("a.example.com", "--options Export=ENABLED");
    const folder = mkdtempSync(join(tmpdir(), "estiva-acm-"));
    try {
      const passphrase = join(folder, "passphrase");
      writeFileSync(passphrase, "hunter22");
      const exported = await aws(`acm export-certificate --certificate-arn ${arn} --passphrase fileb://${passphrase}`);
      const key = createPrivateKey({ key: exported.PrivateKey, passphrase: "hunter22" });
      assert.ok(new X509Certificate(exported.Certificate).checkPrivateKey(key));
      const files = {
        certificate: exported.Certificate as string,
        "private-key": key.export({ type: "pkcs8", format: "pem" }) as string,
        "certificate-chain": exported.CertificateChain as string,
      };
      const args = Object.entries(files).map(([name, text]) => {
        writeFileSync(join(folder, name), text);
        return `--${name} fileb://${join(folder, name)}`;
      });
      const { CertificateArn } = await aws(`acm import-certificate ${args.join(" ")}`);
      const { Certificate } = await aws(`acm describe-certificate --certificate-arn ${CertificateArn}`);
      assert.deepEqual([Certificate.Type, Certificate.DomainName], ["IMPORTED", "a.example.com"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is told what is not there", async () => {
    await assert.rejects(elb("describe-load-balancers --names none"), /\(LoadBalancerNotFound\).*'\[none\]' not found/);
    const group = `--protocol HTTP --port 80 --vpc-id ${vpc} --target-type lambda`;
    await assert.rejects(
      elb(`create-target-group --name f ${group}`),
      /\(InvalidConfigurationRequest\) when calling the CreateTargetGroup operation: There is no AWS Lambda/,
    );
    const { Limits } = await elb("describe-account-limits");
    const most = (Limits as { Name: string; Max: string }[]).find(({ Name }) => Name === "target-groups");
    assert.equal(most!.Max, "3000");
  });
});
