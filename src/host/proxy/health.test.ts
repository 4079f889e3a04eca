import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { groupOf } from "../../../test/contracts/load-balancer/nodes.ts";
import { isFailing, isReady, targetState, untilUnhealthyMs } from "./health.ts";
import { parseStat, type ServerStatus, serverStatus } from "./runtime-api.ts";

const server = (status: string, check = "", code?: number): ServerStatus => ({
  ...{ backend: "g_1", name: "t_1", status, check, checkMs: 0, isBeingChecked: false },
  ...{ sessions: 0, weight: 1, failedConnections: 0, changedSeconds: 0 },
  ...(code !== undefined && { code }),
});
const { healthCheck } = groupOf("any", []);
const used = server("no check");
const fresh = server("MAINT");

describe("the health of a target", () => {
  const states: readonly [ServerStatus, ServerStatus, string, string?][] = [
    [server("UP", "L7OK", 200), used, "healthy"],
    [server("UP 1/2", "L7STS", 500), used, "healthy"],
    [server("no check"), used, "healthy"],
    [server("DOWN", "INI"), fresh, "initial", "Elb.RegistrationInProgress"],
    [server("DOWN", "L4CON"), fresh, "initial", "Elb.InitialHealthChecking"],
    [server("DOWN", "L7STS", 503), used, "unhealthy", "Target.ResponseCodeMismatch"],
    [server("DOWN 1/3", "L7OK", 200), used, "unhealthy", "Target.FailedHealthChecks"],
    [server("DOWN", "L4TOUT"), used, "unhealthy", "Target.Timeout"],
    [server("DOWN", "L7TOUT"), used, "unhealthy", "Target.Timeout"],
    [server("DOWN", "L4CON"), used, "unhealthy", "Target.FailedHealthChecks"],
    [server("DOWN", "L7RSP"), used, "unhealthy", "Target.FailedHealthChecks"],
  ];
  for (const [checked, open, state, reason] of states) {
    test(`${checked.status} ${checked.check} with ${open.status} is ${state} ${reason ?? ""}`, () => {
      const found = targetState({ checked, open });
      assert.deepEqual([found.state, found.reason], [state, reason]);
    });
  }

  test("an unhealthy one is draining for as long as its connections go on", () => {
    const pair = { checked: { ...server("DOWN", "L4CON"), changedSeconds: 29 }, open: used };
    const states = [0, 29, 30].map((seconds) => targetState(pair, seconds));
    const reason = "Target.FailedHealthChecks";
    assert.deepEqual(
      states.map((each) => [each.state, each.reason]),
      [
        ["unhealthy", reason],
        ["unhealthy", reason],
        ["unhealthy.draining", reason],
      ],
    );
  });

  test("a new one is ready by one good check, and failing by a bad one", () => {
    assert.equal(isReady({ checked: server("DOWN 1/5", "L7OK"), open: fresh }), true);
    assert.equal(isReady({ checked: server("DOWN", "INI"), open: fresh }), false);
    assert.equal(isReady({ checked: server("DOWN 1/5", "L7OK"), open: used }), false);
    assert.equal(isFailing({ checked: server("DOWN", "L4CON"), open: fresh }), true);
    assert.equal(isFailing({ checked: server("DOWN", "INI"), open: fresh }), false);
  });

  test("a new one is given up after HAProxy has begun with as many checks as it may fail, not before", () => {
    const check = (unhealthyThreshold: number) =>
      untilUnhealthyMs({ ...healthCheck, intervalSeconds: 5, unhealthyThreshold }, 4000);
    // HAProxy waits for five percent longer than it is told, and counts from the end of a check.
    const latest = [0, 5250, 5250 + 4000 + 5250];
    const given = [1, 2, 3].map(check);
    assert.ok(
      given.every((ms, i) => ms >= latest[i]! && ms <= latest[i]! + 1000),
      String(given),
    );
  });

  test("`show stat` is read by the names of its columns, with marks of checks under way", () => {
    const text =
      "# pxname,svname,scur,econ,wretr,wredis,status,lastchg,check_status,check_code,check_duration\n" +
      "g,t,3,1,20,300,DOWN 1/2,7,* L7STS,503,12\n\n";
    assert.deepEqual(parseStat(text).map(serverStatus), [
      {
        backend: "g",
        name: "t",
        status: "DOWN 1/2",
        check: "L7STS",
        checkMs: 12,
        isBeingChecked: true,
        code: 503,
        sessions: 3,
        weight: 0,
        failedConnections: 321,
        changedSeconds: 7,
      },
    ]);
  });
});
