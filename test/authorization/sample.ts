import { loadModel, type Shape } from "#wire/model.ts";
import { root } from "../support/gateway.ts";

/** Members that mean something, by name; the rest are called `sample`. */
const byName: readonly (readonly [RegExp, string])[] = [
  [/^(path|pathprefix|newpath)$/i, "/sample/"],
  [/^aliasname$/i, "alias/sample"],
  [/^serialnumber$/i, `arn:aws:iam::${root.account}:mfa/sample`],
  [/^(policysourcearn)$/i, `arn:aws:iam::${root.account}:user/sample`],
  [/role(arn)?$/i, `arn:aws:iam::${root.account}:role/sample`],
  [/^url$/i, "https://sample.example.com"],
  [/^deletiontaskid$/i, "task/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS/sample"],
  [/^grantid$/i, "a".repeat(64)],
];
/** EC2 tells types by the beginnings of ids. */
const ids: Readonly<Record<string, string>> = {
  vpc: "vpc-1",
  subnet: "subnet-1",
  group: "sg-1",
  routetable: "rtb-1",
  internetgateway: "igw-1",
  gateway: "igw-1",
  natgateway: "nat-1",
  networkinterface: "eni-1",
  networkacl: "acl-1",
  allocation: "eipalloc-1",
  association: "rtbassoc-1",
  securitygrouprule: "sgr-1",
  resource: "vpc-1",
  instance: "i-1",
};

/** An input of the operation with every member, as far as a few levels down. `arn` is that of what it is on. */
export function sampleInput(service: string, operation: string, arn: string | undefined): Record<string, unknown> {
  const sample = (shape: Shape | undefined, name: string, depth: number): unknown => {
    switch (shape?.type) {
      case undefined:
        return {};
      case "structure": {
        const members = depth > 4 ? [] : shape.members;
        return Object.fromEntries(members.map((member) => [member.name, sample(member.shape, member.name, depth + 1)]));
      }
      case "list":
        return [sample(shape.element!.shape, name.replace(/s$/, ""), depth + 1)];
      case "map":
        return { sample: sample(shape.value!.shape, "", depth + 1) };
      case "boolean":
        return true;
      case "blob":
        return new Uint8Array(8);
      case "string":
        return [...(shape.enumValues ?? [])][0] ?? textOf(service, name, arn);
      default:
        return 1;
    }
  };
  return sample(loadModel(service).operation(operation)!.input, "", 0) as Record<string, unknown>;
}

function textOf(service: string, name: string, arn: string | undefined): string {
  const known = byName.find(([pattern]) => pattern.test(name))?.[1];
  if (known !== undefined) return known;
  if (arn !== undefined && /arn$|^resourceid(list)?$/i.test(name) && service !== "ec2") return arn;
  const id = service === "ec2" ? ids[name.replace(/ids?$/i, "").toLowerCase()] : undefined;
  return id ?? "sample";
}
