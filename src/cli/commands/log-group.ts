import { type Client, unless } from "../client.ts";

/** Makes the group unless it is there: an execution role that has AWS's own policy alone may not. */
export async function ensureLogGroup(client: Client, logGroupName: string): Promise<void> {
  await unless("ResourceAlreadyExistsException", client.logs("CreateLogGroup", { logGroupName }));
}
