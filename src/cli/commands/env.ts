import { enterAccount, findAccount } from "../accounts.ts";
import { createClient } from "../client.ts";
import { type Arguments, type Command, CommandError, exitCodes, lastValue, type Terminal } from "../command.ts";
import { type Connection, findConnection } from "../settings.ts";
import { dataOption, jsonOption } from "./options.ts";

export const envCommand: Command = {
  name: "env",
  usage: "env [--account ACCOUNT] [--data DIR] [--json]",
  summary: "Print the environment that points the AWS CLI and the SDKs at the platform.",
  options: {
    account: {
      type: "string",
      value: "ACCOUNT",
      help: "act in this account, by its number or name, for an hour (default: as the root of the first)",
    },
    ...dataOption,
    ...jsonOption,
  },
  examples: [
    'eval "$(estiva env)"',
    'eval "$(estiva env --account dev)"',
    "estiva env --json | jq -r .AWS_ENDPOINT_URL",
  ],
  positionals: [0, 0],
  async run(args, terminal) {
    const account = lastValue(args, "account");
    const connection =
      account === undefined
        ? findConnection(withoutAws(terminal.env), lastValue(args, "data"))
        : await connectionIn(account, args, terminal);
    const variables = {
      AWS_ENDPOINT_URL: connection.endpoint,
      // Some operations put a word before the host's name (`data-127.0.0.1`), which an address does not bear.
      AWS_DISABLE_HOST_PREFIX_INJECTION: "true",
      AWS_REGION: connection.region,
      // Version 1 of the AWS CLI and botocore know only this one.
      AWS_DEFAULT_REGION: connection.region,
      AWS_ACCESS_KEY_ID: connection.accessKeyId,
      AWS_SECRET_ACCESS_KEY: connection.secretAccessKey,
      ...(connection.sessionToken && { AWS_SESSION_TOKEN: connection.sessionToken }),
    };
    if (args.flags.has("json")) terminal.out(`${JSON.stringify(variables, undefined, 2)}\n`);
    else {
      for (const [name, value] of Object.entries(variables)) terminal.out(`export ${name}='${value}'\n`);
      // The shell may have one of another account's.
      if (connection.sessionToken === undefined) terminal.out("unset AWS_SESSION_TOKEN\n");
    }
    return exitCodes.ok;
  },
};

/** The shell may still have what an earlier `estiva env` printed: the platform's own files are the truth. */
function withoutAws(env: Terminal["env"]): Terminal["env"] {
  return { ...env, AWS_ENDPOINT_URL: undefined };
}

/** In the account, on behalf of the root; of who the environment names where the root's key cannot be read. */
async function connectionIn(identifier: string, args: Arguments, terminal: Terminal): Promise<Connection> {
  const own = ownConnection(args, terminal);
  const client = createClient(own);
  try {
    const account = await findAccount(client, identifier);
    if (account === (await client.account())) return own;
    const { expiration, ...session } = await enterAccount(client, own, account);
    terminal.err(`In the account ${account} until ${expiration}.\n`);
    return { ...own, ...session };
  } finally {
    client.close();
  }
}

function ownConnection(args: Arguments, { env }: Terminal): Connection {
  const data = lastValue(args, "data");
  try {
    return findConnection(withoutAws(env), data);
  } catch (error) {
    if (!(error instanceof CommandError) || env.AWS_ENDPOINT_URL === undefined) throw error;
    return findConnection(env, data);
  }
}
