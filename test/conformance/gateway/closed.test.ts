import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { WebSocket } from "ws";
import { type Client, createClient, textsOf } from "#cli/client.ts";
import { dataChannelPath } from "#kernel/exec-sessions.ts";
import { layerUrlPrefix } from "#kernel/layer-url.ts";
import { type WholePlatform, wholePlatform } from "../events/world.ts";

/** Ways into the platform that are no plain call: none is open to who may not. */

const groupArn = "arn:aws:logs:us-east-1:000000000000:log-group:/secret";
const allow = (Action: string, Resource = "*") => ({ Effect: "Allow", Action, Resource });
const deny = (Action: string, Resource: string) => ({ Effect: "Deny", Action, Resource });

describe("who may not", () => {
  let platform: WholePlatform;
  let root: Client;
  const clients: Client[] = [];
  before(async () => {
    platform = await wholePlatform();
    root = createClient(platform.connection);
    await root.logs("CreateLogGroup", { logGroupName: "/secret" });
    await root.ecs("CreateCluster", { clusterName: "web" });
  });
  after(async () => {
    for (const client of [root, ...clients]) client.close();
    await platform.close();
  });

  /** A new user who has these statements for a policy. */
  async function user(UserName: string, ...Statement: readonly object[]): Promise<Client> {
    await root.iam("CreateUser", { UserName });
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    if (Statement.length > 0) await root.iam("PutUserPolicy", { UserName, PolicyName: "p", PolicyDocument });
    const key = await root.iam("CreateAccessKey", { UserName });
    const [[accessKeyId = ""], [secretAccessKey = ""]] = [textsOf(key, "AccessKeyId"), textsOf(key, "SecretAccessKey")];
    const client = createClient({ ...platform.connection, accessKeyId, secretAccessKey });
    clients.push(client);
    return client;
  }

  it("hears nothing of a live tail, by whatever spelling of the group", async () => {
    const nobody = await user("tail-nobody");
    const denied = await user("tail-denied", allow("logs:*"), deny("logs:StartLiveTail", `${groupArn}:*`));
    const tail = (client: Client, arn: string) => client.logs("StartLiveTail", { logGroupIdentifiers: [arn] });
    await assert.rejects(tail(nobody, groupArn), { code: "AccessDeniedException" });
    await assert.rejects(tail(denied, groupArn), { code: "AccessDeniedException", message: /explicit deny/ });
    for (const arn of [groupArn.replace("aws", "aws-cn"), groupArn.replace("000000000000", ""), `${groupArn}:`]) {
      await assert.rejects(tail(denied, arn), (error: { code: string }) => {
        return ["AccessDeniedException", "ResourceNotFoundException"].includes(error.code);
      });
    }
  });

  it("runs no command in a container", async () => {
    const nobody = await user("exec-nobody");
    const denied = await user("exec-denied", allow("ecs:*"), deny("ecs:ExecuteCommand", "arn:aws:ecs:*:*:task/web/*"));
    const id = "0".repeat(32);
    const execute = (client: Client, task: string) =>
      client.ecs("ExecuteCommand", { cluster: "web", task, command: "sh", interactive: true });
    await assert.rejects(execute(nobody, id), { code: "AccessDeniedException" });
    const arn = "arn:aws:ecs:us-east-1:000000000000:task";
    for (const task of [id, `${arn}/web/${id}`, `${arn}/${id}`]) {
      await assert.rejects(execute(denied, task), { code: "AccessDeniedException", message: /explicit deny/ });
    }
  });

  it("opens no data channel, with a token that it has made up", async () => {
    const url = `${platform.connection.endpoint.replace("http", "ws")}${dataChannelPath}made-up?role=publish_subscribe`;
    const socket = new WebSocket(url);
    const closed = once(socket, "close");
    await once(socket, "open");
    socket.send(JSON.stringify({ MessageSchemaVersion: "1.0", TokenValue: "made-up" }));
    const [code] = await closed;
    assert.equal(code, 1008);
  });

  for (const [method, path, status] of [
    ["GET", "/v2/", 401],
    ["GET", "/v2/app/manifests/1", 401],
    ["POST", "/v2/app/blobs/uploads/", 401],
    ["GET", `${layerUrlPrefix}made-up`, 403],
    ["POST", "/_estiva/explain/task", 400],
    ["POST", "/_estiva/pulls", 400],
    ["POST", "/_estiva/spot-interruptions", 400],
  ] as const) {
    it(`gets ${status} for ${method} ${path}, unsigned`, async () => {
      const answer = await fetch(platform.connection.endpoint + path, { method });
      const text = await answer.text();
      assert.equal(answer.status, status, text);
      if (status === 400) assert.match(text, /MissingAuthenticationToken/);
    });
  }
});
