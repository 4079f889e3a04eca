import {
  type DnsRecord,
  parseQuery,
  type Query,
  queryFor,
  type Reply,
  type ResponseCode,
  readReply,
  responseCodes,
} from "./message.ts";
import { type DnsAnswer, isTransfer } from "./private-names.ts";

/** What the tasks of one VPC may ask. Names are lower case, without the dot at the end. */
export interface DnsView {
  /** The VPC's own knowledge; undefined sends the query to the machine's resolvers. */
  lookup(name: string, type: number): DnsAnswer | undefined;
}

const internetClass = 1;
/** Aliases of aliases are followed so far. */
const maxAliases = 8;

/** What the platform answers by itself. */
export interface OwnReply extends Reply {
  /** The records that are asked for are those of this name, which the platform does not know. */
  readonly aliasOf?: string;
}

/** What the platform answers by itself; undefined for what others have to know. */
export function replyTo(query: Query, view: DnsView | undefined): OwnReply | undefined {
  if (query.edns !== undefined && query.edns.version > 0) return { code: responseCodes.BADVERS };
  if (view === undefined || query.class !== internetClass || isTransfer(query.type)) {
    return { code: responseCodes.REFUSED };
  }
  return resolve(query, view, query.name, []);
}

/** Looks a name up to which `aliases` lead. */
function resolve(query: Query, view: DnsView, name: string, aliases: readonly DnsRecord[]): OwnReply | undefined {
  const answer = view.lookup(name, query.type);
  const owner = aliases.length > 0 ? { owner: name } : {};
  const known = { code: responseCodes.NOERROR, authoritative: true, answers: aliases };
  if (answer === undefined) {
    if (aliases.length > 0) return { ...known, aliasOf: name };
    return query.recursionDesired ? undefined : { code: responseCodes.REFUSED };
  }
  switch (answer.kind) {
    case "alias":
      if (aliases.length === maxAliases) return { code: responseCodes.SERVFAIL };
      return resolve(query, view, answer.target, [...aliases, { ...answer.record, ...owner }]);
    case "records":
      return { ...known, answers: [...aliases, ...answer.records.map((record) => ({ ...record, ...owner }))] };
    default: {
      const { zone, negativeTtlSeconds } = answer;
      const code = answer.kind === "no-name" ? responseCodes.NXDOMAIN : responseCodes.NOERROR;
      return { ...known, code, zone, negativeTtlSeconds };
    }
  }
}

/** Asks the machine's resolvers a query in the form of its message. */
type Forward = (message: Buffer, query: Query, transport: "udp" | "tcp") => Promise<Buffer | undefined>;

/** The aliases of a reply with what the machine's resolvers know of the name that they lead to. */
export async function followAlias(own: OwnReply, target: string, query: Query, forward: Forward): Promise<Reply> {
  if (!query.recursionDesired) return own;
  const message = queryFor(target, query);
  const ask = async (transport: "udp" | "tcp") => {
    const answer = await forward(message, parseQuery(message).query!, transport);
    return answer && readReply(answer);
  };
  const first = await ask("udp");
  const read = first?.truncated ? await ask("tcp") : first;
  if (read === undefined) return { code: responseCodes.SERVFAIL };
  return { ...own, code: read.code as ResponseCode, answers: [...(own.answers ?? []), ...read.answers] };
}
