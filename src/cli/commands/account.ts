import type { Account } from "#generated/organizations/types.ts";
import { systemClock } from "#kernel/clock.ts";
import { listAccounts } from "../accounts.ts";
import type { Client } from "../client.ts";
import { type Arguments, type Command, CommandError, exitCodes, lastValue, type Terminal } from "../command.ts";
import { ago, table } from "../table.ts";
import { withClient } from "./connect.ts";
import { dataOption, jsonOption } from "./options.ts";

const usage = "account create NAME [--email ADDRESS] | account list";

export const accountCommand: Command = {
  name: "account",
  usage,
  summary: "Create a further account, fully apart from the others, or list them.",
  options: {
    email: { type: "string", value: "ADDRESS", help: "the address of its root user (default: made from the name)" },
    ...dataOption,
    ...jsonOption,
  },
  examples: [
    "estiva account create dev",
    "estiva account list",
    'eval "$(estiva env --account dev)"   # act in it',
    "estiva account list --json | jq -r '.[].Id'",
  ],
  positionals: [1, 2],
  run: (args, terminal) => {
    const [verb, name] = args.positionals;
    if (verb === "create" && name !== undefined) {
      return withClient(args, terminal, (client) => create(client, name, args, terminal));
    }
    if (verb === "list" && name === undefined)
      return withClient(args, terminal, (client) => list(client, args, terminal));
    throw new CommandError(`Usage: estiva ${usage}\nTry: estiva account --help`, exitCodes.usage);
  },
};

/** Prints the new account's number. */
async function create(client: Client, AccountName: string, args: Arguments, terminal: Terminal): Promise<number> {
  const Email = lastValue(args, "email") ?? addressFor(AccountName);
  const { CreateAccountStatus: status } = await client.organizations("CreateAccount", { AccountName, Email });
  if (status?.AccountId === undefined) throw new CommandError(reasonOf(status?.FailureReason, Email));
  if (args.flags.has("json")) {
    const { Account } = await client.organizations("DescribeAccount", { AccountId: status.AccountId });
    terminal.out(`${JSON.stringify(Account, undefined, 2)}\n`);
  } else terminal.out(`${status.AccountId}\n`);
  return exitCodes.ok;
}

/** No mail is ever sent; an address tells root users apart. */
function addressFor(name: string): string {
  const local = name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return `${local}@accounts.estiva.internal`;
}

function reasonOf(reason: string | undefined, email: string): string {
  if (reason === "EMAIL_ALREADY_EXISTS") {
    return `There is an account with the address ${email}: choose another name, or an address with --email.`;
  }
  return `The account could not be made: ${reason ?? "no reason was given"}.`;
}

async function list(client: Client, args: Arguments, terminal: Terminal): Promise<number> {
  const accounts = await listAccounts(client);
  if (args.flags.has("json")) terminal.out(`${JSON.stringify(accounts, undefined, 2)}\n`);
  else terminal.out(table(["account", "name", "email", "created"], accounts.map(row)));
  return exitCodes.ok;
}

function row({ Id, Name, Email, JoinedTimestamp }: Account): string[] {
  const created = JoinedTimestamp === undefined ? undefined : JoinedTimestamp * 1000;
  return [Id ?? "", Name ?? "", Email ?? "", ago(created, systemClock().now())];
}
