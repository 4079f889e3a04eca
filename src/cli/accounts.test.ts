import assert from "node:assert/strict";
import { test } from "node:test";
import { enterAccount } from "./accounts.ts";
import { type Client, ServiceError } from "./client.ts";

const connection = { endpoint: "http://127.0.0.1:1", region: "us-east-1", accessKeyId: "a", secretAccessKey: "s" };
const day = 86_400_000;

/** An account with users that commands which were killed left, and one that a command is at work with. */
function world() {
  const calls: string[] = [];
  const users = { old: new Date(Date.now() - day), young: new Date() };
  const client = {
    sts: async () => "<Arn>arn:aws:iam::000000000000:root</Arn>",
    async iam(operation: string, { UserName, AccessKeyId }: Record<string, string>) {
      calls.push([operation, UserName, AccessKeyId].filter(Boolean).join(" "));
      switch (operation) {
        case "ListUsers":
          return Object.entries(users)
            .map(([name, at]) => `<UserName>${name}</UserName><CreateDate>${at.toISOString()}</CreateDate>`)
            .join("");
        case "ListAccessKeys":
          return UserName === "old" ? "<AccessKeyId>KEY</AccessKeyId>" : "";
        case "DeleteUserPolicy":
          if (UserName === "old") throw new ServiceError("NoSuchEntity", "It was killed before it made one.");
          return "";
        case "PutUserPolicy":
          throw new ServiceError("ServiceFailure", "It fails here.");
        default:
          return "";
      }
    },
  } as unknown as Client;
  return { client, calls };
}

test("users that killed commands left are removed, and one's own whatever happens", async () => {
  const { client, calls } = world();
  await assert.rejects(enterAccount(client, connection, "111111111111"), /It fails here/);
  const own = calls.find((call) => call.startsWith("CreateUser "))!.split(" ")[1]!;
  assert.match(own, /^account-access-[0-9a-f]{16}$/);
  assert.deepEqual(calls, [
    "ListUsers",
    "ListAccessKeys old",
    "DeleteAccessKey old KEY",
    "DeleteUserPolicy old",
    "DeleteUser old",
    `CreateUser ${own}`,
    `PutUserPolicy ${own}`,
    `ListAccessKeys ${own}`,
    `DeleteUserPolicy ${own}`,
    `DeleteUser ${own}`,
  ]);
});
