import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import { parseLifecyclePolicy } from "./parse.ts";
import { type LifecycleImage, outcomes } from "./rules.ts";

const dayMs = 86_400_000;
const now = 1000 * dayMs;

/** `name:age in days:tags` */
function image(text: string, parents: readonly string[] = [], more: Partial<LifecycleImage> = {}): LifecycleImage {
  const [digest = "", age = "", tags = ""] = text.split(":");
  const names = tags === "" ? [] : tags.split(",");
  return { digest, pushedAt: ago(Number(age)), tags: names, parents, isArchived: false, ...more };
}
const ago = (days: number) => now - days * dayMs;

const keepOne = { countType: "imageCountMoreThan", countNumber: 1 };
const tenDays = { countType: "sinceImagePushed", countUnit: "days", countNumber: 10 };

const cases: readonly [name: string, selections: object[], images: string[], expired: string[]][] = [
  ["too many: the oldest go", [{ tagStatus: "any", ...keepOne }], ["a:1", "b:3:x", "c:2"], ["c", "b"]],
  ["too old", [{ tagStatus: "any", ...tenDays }], ["a:9", "b:10", "c:11"], ["c"]],
  ["untagged alone", [{ tagStatus: "untagged", ...tenDays }], ["a:20", "b:20:x"], ["a"]],
  ["by prefix", [{ tagStatus: "tagged", tagPrefixList: ["dev"], ...tenDays }], ["a:20:dev1", "b:20:v1"], ["a"]],
  [
    "every prefix must fit",
    [{ tagStatus: "tagged", tagPrefixList: ["dev", "x"], ...tenDays }],
    ["a:20:dev1,x", "b:20:dev"],
    ["a"],
  ],
  ["by pattern", [{ tagStatus: "tagged", tagPatternList: ["*-rc"], ...tenDays }], ["a:20:1-rc", "b:20:1"], ["a"]],
  [
    "an image belongs to the first rule that it fits",
    [
      { tagStatus: "tagged", tagPrefixList: ["prod"], ...keepOne },
      { tagStatus: "any", ...tenDays },
    ],
    ["a:20:prod1", "b:20:dev1", "c:1"],
    ["b"],
  ],
  [
    "a rule counts what belongs to one before it",
    [
      { tagStatus: "tagged", tagPrefixList: ["prod"], ...keepOne },
      { tagStatus: "any", ...keepOne },
    ],
    ["a:1:prod1", "b:2:dev1", "c:3"],
    ["b", "c"],
  ],
  [
    "what is over belongs to a rule before: as many stay as that one keeps",
    [
      { tagStatus: "tagged", tagPrefixList: ["prod"], ...keepOne },
      { tagStatus: "tagged", tagPrefixList: ["beta"], ...keepOne },
    ],
    ["a:10:beta-1,prod-1", "b:9:beta-2,prod-2", "c:8:beta-3"],
    ["a"],
  ],
];
for (const [name, selections, images, expired] of cases) {
  test(name, () => {
    const rules = selections.map((selection, i) => ({ rulePriority: i + 1, selection, action: { type: "expire" } }));
    const parsed = parseLifecyclePolicy(JSON.stringify({ rules }));
    const found = outcomes(
      parsed,
      images.map((each) => image(each)),
      now,
    ).map(({ digest }) => digest);
    assert.deepEqual(found, expired);
  });
}

test("an index that stays keeps its images", () => {
  const rules = parseLifecyclePolicy(
    JSON.stringify({
      rules: [{ rulePriority: 1, selection: { tagStatus: "untagged", ...tenDays }, action: { type: "expire" } }],
    }),
  );
  const child = image("child:20", ["index"]);
  assert.deepEqual(outcomes(rules, [image("index:20:all"), child], now), []);
  const gone = outcomes(rules, [image("index:20"), child], now).map(({ digest }) => digest);
  assert.deepEqual(gone, ["index", "child"]);
});

const archive = { type: "transition", targetStorageClass: "archive" };
const rulesOf = (selection: object, action: object) =>
  parseLifecyclePolicy(
    JSON.stringify({ rules: [{ rulePriority: 1, selection: { tagStatus: "any", ...selection }, action }] }),
  );

test("what has not been pulled, or has never been, is archived", () => {
  const rules = rulesOf({ ...tenDays, countType: "sinceImagePulled" }, archive);
  const images = [
    image("pulled:20", [], { pulledAt: ago(9) }),
    image("old:20", [], { pulledAt: ago(11) }),
    image("never:20"),
    image("new:1"),
    image("back:20", [], { archivedAt: ago(15), activatedAt: ago(5) }),
    image("gone:20", [], { isArchived: true, archivedAt: ago(1) }),
  ];
  const found = outcomes(rules, images, now);
  assert.deepEqual(found, [
    { digest: "old", rulePriority: 1, action: "transition" },
    { digest: "never", rulePriority: 1, action: "transition" },
  ]);
});

test("what has been archived for long expires", () => {
  const selection = { storageClass: "archive", countType: "sinceImageTransitioned", countUnit: "days" };
  const rules = rulesOf({ ...selection, countNumber: 90 }, { type: "expire" });
  const at = (days: number) => ({ isArchived: true, archivedAt: ago(days) });
  const images = [image("a:200", [], at(91)), image("b:200", [], at(89)), image("c:200")];
  assert.deepEqual(
    outcomes(rules, images, now).map(({ digest }) => digest),
    ["a"],
  );
});

test("no image is archived whose index can be pulled", () => {
  const rules = rulesOf(tenDays, archive);
  const child = image("child:20", ["index"]);
  const digests = (...images: LifecycleImage[]) => outcomes(rules, images, now).map(({ digest }) => digest);
  assert.deepEqual(digests(image("index:1"), child), []);
  assert.deepEqual(digests(image("index:20"), child), ["index", "child"]);
  assert.deepEqual(digests(image("index:20", [], { isArchived: true }), child), ["child"]);
  const expire = rulesOf(tenDays, { type: "expire" });
  assert.deepEqual(outcomes(expire, [image("index:20", [], { isArchived: true }), child], now), [], "its index stays");
});

const rule = { rulePriority: 1, selection: { tagStatus: "untagged", ...tenDays }, action: { type: "expire" } };
const pulled = { ...rule.selection, countType: "sinceImagePulled" };
const transitioned = { ...rule.selection, countType: "sinceImageTransitioned", countNumber: 90 };
const refused: readonly [name: string, policy: unknown][] = [
  ["no rules", {}],
  ["a priority twice", { rules: [rule, rule] }],
  ["an unknown member", { rules: [{ ...rule, note: "" }] }],
  ["an action that is not there", { rules: [{ ...rule, action: { type: "hide" } }] }],
  ["a transition to nowhere", { rules: [{ ...rule, action: { type: "transition" } }] }],
  ["an expiry to somewhere", { rules: [{ ...rule, action: { ...archive, type: "expire" } }] }],
  ["an expiry by pulls", { rules: [{ ...rule, selection: pulled }] }],
  ["an archive of archived images", { rules: [{ ...rule, selection: { ...pulled, storageClass: "archive" } }] }],
  ["a count of archived images without their class", { rules: [{ ...rule, selection: transitioned }] }],
  [
    "an archive of less than 90 days",
    { rules: [{ ...rule, selection: { ...transitioned, storageClass: "archive", countNumber: 89 } }] },
  ],
  ["days without a unit", { rules: [{ ...rule, selection: { ...rule.selection, countUnit: undefined } }] }],
  ["tagged without tags", { rules: [{ ...rule, selection: { ...rule.selection, tagStatus: "tagged" } }] }],
  ["two rules for untagged images", { rules: [rule, { ...rule, rulePriority: 2 }] }],
  ["a unit that is null", { rules: [{ ...rule, selection: { tagStatus: "any", ...keepOne, countUnit: null } }] }],
  [
    "any before others",
    {
      rules: [
        { ...rule, selection: { ...rule.selection, tagStatus: "any" } },
        { ...rule, rulePriority: 2 },
      ],
    },
  ],
];
test("each storage class may have a rule for all images, and one for untagged ones", () => {
  const ofArchive = { ...transitioned, storageClass: "archive" };
  const select = (rulePriority: number, selection: object) => ({ ...rule, rulePriority, selection });
  const any = { tagStatus: "any" };
  const both = [select(1, { ...rule.selection, ...any }), select(2, { ...ofArchive, ...any })];
  assert.equal(parseLifecyclePolicy(JSON.stringify({ rules: both })).length, 2);
  const untagged = [select(1, rule.selection), select(2, ofArchive)];
  assert.equal(parseLifecyclePolicy(JSON.stringify({ rules: untagged })).length, 2);
});

for (const [name, policy] of refused) {
  test(`refuses ${name}`, () => {
    assert.throws(() => parseLifecyclePolicy(JSON.stringify(policy)), isFault("InvalidParameterException"));
  });
}
