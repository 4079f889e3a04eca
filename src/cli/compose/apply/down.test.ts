import assert from "node:assert/strict";
import { test } from "node:test";
import { type Client, ServiceError } from "../../client.ts";
import { projectTag } from "../plan/names.ts";
import { removeProject } from "./down.ts";

test("a task of somebody else in the cluster is told of, and nothing is removed", async () => {
  const answers: Readonly<Record<string, object>> = {
    DescribeClusters: { clusters: [{ status: "ACTIVE", tags: [{ key: projectTag, value: "shop" }] }] },
    ListTasks: { taskArns: ["arn:aws:ecs:us-east-1:000000000000:task/shop/0a1b"] },
    DescribeTasks: {
      tasks: [{ taskArn: "arn:aws:ecs:us-east-1:000000000000:task/shop/0a1b", group: "family:own", startedBy: "me" }],
    },
  };
  const ecs = async (operation: string) =>
    answers[operation] ?? Promise.reject(new ServiceError("Unexpected", operation));
  const options = { region: "us-east-1", images: false, tell: () => {}, progress: () => {} };
  await assert.rejects(removeProject({ ecs } as unknown as Client, "shop", options), {
    message: /not of the project run in its cluster: 0a1b\. Stop them first/,
  });
});
