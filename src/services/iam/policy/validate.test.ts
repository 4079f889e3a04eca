import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type PolicyPurpose, validatePolicy } from "./validate.ts";

const fine = { Effect: "Allow", Action: "s3:ListBucket", Resource: "arn:aws:s3:::example_bucket" };
const trust = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ecs-tasks.amazonaws.com" } };
const document = (statement: unknown, more: object = {}) => ({ Version: "2012-10-17", Statement: statement, ...more });
const syntax = "Syntax errors in policy.";
const version = "Policy document must be version 2012-10-17 or greater.";
const legacy = "The policy failed legacy parsing";
const vendor = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
const iamPath =
  'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/,' +
  " server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.";

const cases: [PolicyPurpose, string, unknown, string | undefined][] = [
  ["identity", "nothing wrong", document(fine), undefined],
  ["identity", "a list", document([fine, { ...fine, Sid: "A1" }]), undefined],
  ["identity", "no JSON", "This is not a json document", syntax],
  ["identity", "no version", { Statement: fine }, version],
  ["identity", "the old version", { Version: "2008-10-17", Statement: fine }, version],
  ["identity", "no such version", { Version: "2013-10-17", Statement: fine }, syntax],
  ["identity", "no statement", { Version: "2012-10-17" }, syntax],
  ["identity", "no statements", document([]), syntax],
  ["identity", "a statement that is none", document(["afd"]), syntax],
  ["identity", "an unknown element", document(fine, { Extra: "value" }), syntax],
  ["identity", "an unknown element of a statement", document({ ...fine, Extra: "value" }), syntax],
  ["identity", "an id that is none", document(fine, { Id: {} }), syntax],
  ["identity", "another effect", document({ ...fine, Effect: "invalid" }), syntax],
  ["identity", "no effect", document({ ...fine, Effect: undefined }), syntax],
  ["identity", "both actions", document({ ...fine, NotAction: "s3:*" }), syntax],
  ["identity", "both resources", document({ ...fine, NotResource: [] }), syntax],
  ["identity", "actions of actions", document({ ...fine, Action: [[]] }), syntax],
  ["identity", "a condition that is none", document({ ...fine, Condition: { DateGreaterThan: "b" } }), syntax],
  ["identity", "an action without vendor", document({ ...fine, Action: "invalid" }), vendor],
  ["identity", "that, and no resource", document({ Effect: "Allow", Action: "invalid" }), vendor],
  ["identity", "a vendor that is none", document({ ...fine, Action: "a a:List" }), "Vendor a a is not valid"],
  ["identity", "two colons", document({ ...fine, Action: "s:3:L" }), "Actions/Condition can contain only one colon."],
  ["identity", "no ARN", document({ ...fine, Resource: "bucket" }), 'Resource bucket must be in ARN format or "*".'],
  ["identity", "nothing", document({ ...fine, Resource: "" }), 'Resource  must be in ARN format or "*".'],
  [
    "identity",
    "another partition",
    document({ ...fine, Resource: "a:b:c:d:e:f:g:h" }),
    'Partition "b" is not valid for resource "arn:b:c:d:e:f:g:h".',
  ],
  [
    "identity",
    "a partition alone",
    document({ ...fine, Resource: "a:b" }),
    'Partition "b" is not valid for resource "arn:b:*:*:*:*".',
  ],
  ["identity", "no resources", document({ ...fine, Resource: [] }), "Policy statement must contain resources."],
  ["identity", "no actions", document({ ...fine, Action: [] }), "Policy statement must contain actions."],
  ["identity", "IAM's paths", document({ ...fine, Resource: "arn:aws:iam:::example_bucket" }), iamPath],
  [
    "identity",
    "IAM's regions",
    document({ ...fine, Resource: "arn:aws:iam:eu-west-1:1:user/a" }),
    "IAM resource arn:aws:iam:eu-west-1:1:user/a cannot contain region information.",
  ],
  ["identity", "too few parts", document({ ...fine, Resource: "arn:aws:s3::example_bucket" }), legacy],
  [
    "identity",
    "no service",
    document({ ...fine, Resource: "arn:aws" }),
    "Resource vendor must be fully qualified and cannot contain regexes.",
  ],
  ["identity", "an unknown operator", document({ ...fine, Condition: { StringIs: { a: "b" } } }), legacy],
  ["identity", "no date", document({ ...fine, Condition: { DateEquals: { "aws:CurrentTime": "b" } } }), legacy],
  ["identity", "a date", document({ ...fine, Condition: { DateEquals: { "aws:CurrentTime": "2026-01" } } }), undefined],
  [
    "identity",
    "the same id twice",
    document([
      { ...fine, Sid: "A" },
      { ...fine, Sid: "A" },
    ]),
    "Statement IDs (SID) in a single policy must be unique.",
  ],
  [
    "identity",
    "an id with a space",
    document({ ...fine, Sid: "Allow all" }),
    "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
  ],
  ["identity", "a principal", document({ ...fine, Principal: "*" }), "Policy document should not specify a principal."],
  ["trust", "nothing wrong", document(trust), undefined],
  ["trust", "the old version", { Version: "2008-10-17", Statement: trust }, undefined],
  ["trust", "no JSON", "{", "This policy contains invalid Json"],
  ["trust", "no policy", "{}", syntax],
  ["trust", "a resource", document({ ...trust, Resource: "*" }), "Has prohibited field Resource"],
  ["trust", "no principal", document({ ...trust, Principal: undefined }), "Missing required field Principal"],
  [
    "trust",
    "another action",
    document({ ...trust, Action: ["sts:AssumeRole", "s3:GetObject"] }),
    "AssumeRole policy may only specify STS AssumeRole actions.",
  ],
  [
    "trust",
    "no principal's ARN",
    document({ ...trust, Principal: { AWS: "arn:aws:iam::123456789012:bob" } }),
    'Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:bob"',
  ],
  [
    "trust",
    "part of a principal's name",
    document({ ...trust, Principal: { AWS: "arn:aws:iam::123456789012:role/*" } }),
    'Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:role/*"',
  ],
  [
    "trust",
    "no service",
    document({ ...trust, Principal: { Service: "" } }),
    'Invalid principal in policy: "SERVICE":""',
  ],
  ["resource", "an id with a space", document({ ...fine, Sid: "Allow all", Principal: "*" }), undefined],
  ["resource", "nothing wrong", document({ ...fine, Principal: "*" }), undefined],
  ["resource", "without a resource", document({ ...fine, Resource: undefined, Principal: "*" }), undefined],
  ["resource", "no principal", document(fine), "Missing required field Principal"],
];

describe("what is wrong with a policy", () => {
  for (const [purpose, name, policy, fault] of cases) {
    it(`${purpose}: ${name}`, () => {
      const text = typeof policy === "string" ? policy : JSON.stringify(policy);
      assert.equal(validatePolicy(text, purpose), fault);
    });
  }
});
