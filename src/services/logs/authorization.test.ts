import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuthorizationScope } from "#kernel/authorization.ts";
import { logsAuthorization } from "./authorization.ts";

const bus = "arn:aws:events:us-east-1:000000000000:event-bus/default";

test("a subscription filter puts events on a bus by leave of whoever puts the filter", () => {
  const { also } = logsAuthorization.operations.PutSubscriptionFilter!;
  const needed = (destinationArn: string) => also!({ destinationArn }, {} as AuthorizationScope);
  assert.deepEqual(needed("https://example.com/logs"), []);
  const conditionKeys = {
    "events:source": ["aws.logs"],
    "events:detail-type": ["CloudWatch Logs Subscription Data"],
    "events:eventBusInvocation": "false",
  };
  assert.deepEqual(needed(bus), [{ action: "events:PutEvents", resource: bus, conditionKeys }]);
});
