import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type ConstraintInput, readConstraints } from "./constraint.ts";
import { readStrategies, type StrategyInput } from "./strategy.ts";

describe("placement strategies of a request", () => {
  test("are read in their order", () => {
    const inputs = [
      { type: "spread", field: "attribute:ecs.availability-zone" },
      { type: "spread", field: "host" },
      { type: "spread", field: "instanceId" },
      { type: "binpack", field: "MEMORY" },
      { type: "random" },
    ];
    assert.deepEqual(readStrategies(inputs), [
      { type: "spread", attribute: "ecs.availability-zone" },
      { type: "spread" },
      { type: "spread" },
      { type: "binpack", field: "memory" },
      { type: "random" },
    ]);
    assert.deepEqual(readStrategies([]), []);
  });

  const refused: [inputs: StrategyInput[], message: RegExp][] = [
    [Array(6).fill({ type: "random" }), /less than or equal to 5/],
    [[{ type: "random", field: "cpu" }], /random placement strategy should not have a field/],
    [[{ type: "binpack", field: "gpu" }], /invalid field 'gpu'/],
    [[{ type: "binpack" }], /invalid field ''/],
    [[{ type: "spread", field: "zone" }], /invalid field 'zone'/],
    [[{ type: "spread", field: "attribute:" }], /invalid field 'attribute:'/],
    [[{ type: "pack" }], /Invalid placement strategy type 'pack'/],
    [[{}], /Invalid placement strategy type ''/],
  ];
  for (const [inputs, message] of refused) {
    test(`refuses ${JSON.stringify(inputs).slice(0, 60)}`, () => {
      assert.throws(() => readStrategies(inputs), { code: "InvalidParameterException", message });
    });
  }
});

describe("placement constraints of a request", () => {
  test("are read", () => {
    const { distinctInstance, memberOf } = readConstraints([
      { type: "memberOf", expression: "attribute:a exists" },
      { type: "distinctInstance" },
      { type: "memberOf", expression: "task:group == b" },
    ]);
    assert.equal(distinctInstance, true);
    assert.deepEqual(
      memberOf.map(({ source }) => source),
      ["attribute:a exists", "task:group == b"],
    );
    assert.deepEqual(readConstraints([]), { distinctInstance: false, memberOf: [] });
  });

  const refused: [inputs: ConstraintInput[], message: RegExp][] = [
    [Array(11).fill({ type: "distinctInstance" }), /less than or equal to 10/],
    [[{ type: "distinctInstance", expression: "" }], /^distinctInstance expression should not be specified\.$/],
    [[{ type: "memberOf" }], /memberOf expression should be specified/],
    [[{ type: "memberOf", expression: "x" }], /^Invalid expression 'x'/],
    [[{ type: "oneOf" }], /Invalid placement constraint type 'oneOf'/],
  ];
  for (const [inputs, message] of refused) {
    test(`refuses ${JSON.stringify(inputs).slice(0, 60)}`, () => {
      assert.throws(() => readConstraints(inputs), { code: "InvalidParameterException", message });
    });
  }
});
