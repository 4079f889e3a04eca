// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables look like this.
import assert from "node:assert/strict";
import { it } from "node:test";
import { type Random, seededRandom } from "#kernel/random.ts";
import { compilePolicy } from "./compile.ts";
import { PolicySyntaxError } from "./document.ts";
import { evaluate } from "./evaluate.ts";
import { contextKeysOf, statementSpans } from "./inspect.ts";
import { validatePolicy } from "./validate.ts";

/** Whatever is sent as a policy, it is one, or it is refused in words; and what is one can be asked anything. */

const rounds = 20_000;
const names = ["Version", "Id", "Statement", "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource"];
const more = ["Principal", "NotPrincipal", "Condition", "AWS", "Service", "__proto__", "constructor", "toString"];
const operators = ["StringEquals", "ForAllValues:StringNotLike", "IpAddressIfExists", "Null", "DateLessThan", "Bool"];
const texts = [
  "2012-10-17",
  "Allow",
  "Deny",
  "*",
  "s3:*",
  "arn:aws:s3:::a*/${aws:username}",
  "${",
  "${}",
  "",
  "::::::",
];
const odd = ["1.2.3.4/33", "::ffff:1.2.3.4", ":::::", "\u0000", "\ud800", "9".repeat(400), "${*}${?}${$}", "${a,'b'}"];

function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random.float() * items.length)]!;
}

function anything(random: Random, depth: number): unknown {
  const kind = random.float();
  if (depth === 0 || kind < 0.45) return pick(random, [...texts, ...odd, null, true, 0, -1.5, 1e308]);
  const count = Math.floor(random.float() * 5);
  if (kind < 0.6) return Array.from({ length: count }, () => anything(random, depth - 1));
  const keys = [...names, ...more, ...operators, ...texts];
  return Object.fromEntries(Array.from({ length: count }, () => [pick(random, keys), anything(random, depth - 1)]));
}

function nearlyAPolicy(random: Random): unknown {
  const may = (name: string, often: number) => (random.float() < often ? { [name]: anything(random, 3) } : {});
  const statement = {
    ...{ Effect: pick(random, ["Allow", "Deny"]), Action: pick(random, texts), Resource: pick(random, texts) },
    ...may(pick(random, [...names, ...more]), 0.4),
    ...(random.float() < 0.5 && {
      Condition: { [pick(random, operators)]: { [pick(random, texts)]: pick(random, [...texts, ...odd]) } },
    }),
  };
  return { Version: "2012-10-17", Statement: random.float() < 0.5 ? statement : [statement], ...may("Id", 0.1) };
}

function textOf(random: Random): string {
  const text = JSON.stringify(random.float() < 0.3 ? anything(random, 4) : nearlyAPolicy(random));
  return random.float() < 0.1 ? text.slice(0, Math.floor(random.float() * text.length)) : text;
}

function ask(random: Random, text: string): void {
  const policy = compilePolicy(text);
  const keys = new Map([
    ["aws:username", pick(random, [...texts, ...odd])],
    ["*", pick(random, odd)],
    ["", pick(random, odd)],
  ]);
  const attached = { id: "p", policy };
  const request = {
    ...{ action: pick(random, [...texts, "s3:Get"]), resource: pick(random, [...texts, "arn:aws:s3:::ab/x"]) },
    ...{ principal: { kind: "user", account: "1", arn: "arn:aws:iam::1:user/a" } as const, keys },
  };
  evaluate({ identity: [attached], resource: attached }, request, { sameAccount: random.float() < 0.5 });
  contextKeysOf(policy.document);
  assert.equal(statementSpans(text).length, policy.document.statements.length);
}

it("policies of any form are taken or refused", () => {
  const random = seededRandom(42);
  let asked = 0;
  for (let round = 0; round < rounds; round++) {
    const text = textOf(random);
    for (const purpose of ["identity", "trust", "resource"] as const) {
      const fault = validatePolicy(text, purpose);
      assert.ok(fault === undefined || fault.length > 0);
    }
    try {
      ask(random, text);
      asked++;
    } catch (error) {
      assert.ok(error instanceof PolicySyntaxError, `${text}\n${(error as Error).stack}`);
    }
  }
  assert.ok(asked > rounds / 5, String(asked));
});
