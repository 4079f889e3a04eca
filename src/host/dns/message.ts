/** DNS messages (RFC 1035, with EDNS(0) of RFC 6891) as far as a small authoritative and forwarding server needs. */

export const recordTypes = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  IXFR: 251,
  AXFR: 252,
} as const;
export const responseCodes = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
} as const;
export type ResponseCode = (typeof responseCodes)[keyof typeof responseCodes];

const headerBytes = 12;
const plainUdpBytes = 512;
/** What this server takes and sends at most in one datagram, so that none is fragmented. */
const ednsUdpBytes = 1232;
const internetClass = 1;

export interface Query {
  readonly id: number;
  /** Lower case, without the dot at the end; characters that are no plain host name's stand as `\DDD`. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly recursionDesired: boolean;
  readonly checkingDisabled: boolean;
  /** The question as it came: answers repeat it byte for byte. */
  readonly question: Buffer;
  readonly edns?: { readonly version: number; readonly udpBytes: number };
}

/** A record of an answer; names are without the dot at the end. */
export type DnsRecord = {
  readonly ttlSeconds: number;
  /** Whose record it is; absent: the name that was asked for. */
  readonly owner?: string;
} & (
  | { readonly type: "A"; readonly address: string }
  | { readonly type: "CNAME" | "PTR"; readonly target: string }
  | { readonly type: "SOA"; readonly zone: string }
  /** One that another server gave: its type and its data as they are on the wire, names in full. */
  | { readonly type: "OTHER"; readonly number: number; readonly data: Buffer }
  | {
      readonly type: "SRV";
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
);

export type ParsedQuery =
  | { readonly query: Query }
  /** What to answer to a message that is no proper query; absent: nothing. */
  | { readonly query?: undefined; readonly refusal?: Buffer };

/** Reads a query; never throws, whatever the bytes. Responses and fragments of headers are not answered at all. */
export function parseQuery(message: Buffer): ParsedQuery {
  if (message.length < headerBytes) return {};
  const flags = message.readUInt16BE(2);
  if ((flags & 0x8000) !== 0) return {};
  const bare = (code: ResponseCode) => ({
    refusal: header(message.readUInt16BE(0), flags & 0x7900, code, [0, 0, 0, 0]),
  });
  if (((flags >> 11) & 15) !== 0) return bare(responseCodes.NOTIMP);
  if (message.readUInt16BE(4) !== 1) return bare(responseCodes.FORMERR);
  const name = readName(message, headerBytes);
  if (name === undefined || name.end + 4 > message.length) return bare(responseCodes.FORMERR);
  const edns = readEdns(message, name.end + 4);
  if (edns === "malformed") return bare(responseCodes.FORMERR);
  return {
    query: {
      id: message.readUInt16BE(0),
      name: name.text,
      type: message.readUInt16BE(name.end),
      class: message.readUInt16BE(name.end + 2),
      recursionDesired: (flags & 0x0100) !== 0,
      checkingDisabled: (flags & 0x0010) !== 0,
      question: Buffer.from(message.subarray(headerBytes, name.end + 4)),
      ...(edns ? { edns } : {}),
    },
  };
}

export interface Reply {
  readonly code: ResponseCode;
  /** Whether the platform knows it by itself. */
  readonly authoritative?: boolean;
  readonly answers?: readonly DnsRecord[];
  /** The zone that says that there is nothing; its SOA record lets resolvers remember that. */
  readonly zone?: string;
  /** For how long; 60 seconds by default. */
  readonly negativeTtlSeconds?: number | undefined;
}

const defaultNegativeTtlSeconds = 60;

/** The answer to a query, at most `maxBytes` long: beyond it the client is told to ask again by TCP. */
export function buildReply(query: Query, reply: Reply, maxBytes: number): Buffer {
  const answers = (reply.answers ?? []).map(resourceRecord);
  const negativeTtlSeconds = reply.negativeTtlSeconds ?? defaultNegativeTtlSeconds;
  const authority = reply.zone === undefined ? [] : [soaRecord(encodeName(reply.zone), reply.zone, negativeTtlSeconds)];
  const additional = query.edns === undefined ? [] : [optRecord(reply.code)];
  const flags =
    (reply.authoritative ? 0x0400 : 0) |
    (query.recursionDesired ? 0x0100 : 0) |
    0x0080 |
    (query.checkingDisabled ? 0x0010 : 0);
  const counts = [1, answers.length, authority.length, additional.length] as const;
  const parts = [header(query.id, flags, reply.code, counts), query.question, ...answers, ...authority, ...additional];
  const whole = Buffer.concat(parts);
  if (whole.length <= maxBytes) return whole;
  const cut = header(query.id, flags | 0x0200, reply.code, [1, 0, 0, additional.length]);
  return Buffer.concat([cut, query.question, ...additional]);
}

/** How long an answer by UDP may be. */
export function udpLimit(query: Query): number {
  return Math.min(Math.max(query.edns?.udpBytes ?? 0, plainUdpBytes), ednsUdpBytes);
}

/** The number of a record's type. */
export function typeNumber(record: DnsRecord): number {
  return record.type === "OTHER" ? record.number : recordTypes[record.type];
}

/** A query of the resolver's own for another name, in place of one that a client asked. */
export function queryFor(name: string, { type, checkingDisabled, edns }: Query): Buffer {
  const flags = Buffer.from([0, 0, 1, checkingDisabled ? 0x10 : 0, 0, 1, 0, 0, 0, 0, 0, edns === undefined ? 0 : 1]);
  const asked = Buffer.from([type >> 8, type & 255, 0, internetClass]);
  return Buffer.concat([flags, encodeName(name), asked, ...(edns === undefined ? [] : [optRecord(0)])]);
}

/** What another server answered. */
export interface ServerReply {
  readonly code: number;
  /** It is to be asked by TCP. */
  readonly truncated: boolean;
  readonly answers: readonly DnsRecord[];
}

/** Reads an answer of another server; undefined when it is malformed. */
export function readReply(message: Buffer): ServerReply | undefined {
  const flags = message.readUInt16BE(2);
  let at = message.readUInt16BE(4) === 0 ? headerBytes : (skipName(message, headerBytes) ?? message.length) + 4;
  const answers: DnsRecord[] = [];
  for (let i = 0; i < message.readUInt16BE(6); i++) {
    const owner = expandName(message, at);
    const fields = owner?.end ?? message.length;
    if (owner === undefined || fields + 10 > message.length) return undefined;
    const [number, size] = [message.readUInt16BE(fields), message.readUInt16BE(fields + 8)];
    at = fields + 10 + size;
    const data = at > message.length ? undefined : expandData(message, number, fields + 10, at);
    if (data === undefined) return undefined;
    const ttlSeconds = message.readUInt32BE(fields + 4);
    answers.push({ type: "OTHER", owner: owner.text, number, data, ttlSeconds });
  }
  return { code: flags & 15, truncated: (flags & 0x0200) !== 0, answers };
}

/** Whether a message is the answer to a query that was sent with this id and question. */
export function isAnswerTo(message: Buffer, id: number, question: Buffer): boolean {
  if (message.length < headerBytes || message.readUInt16BE(0) !== id) return false;
  const flags = message.readUInt16BE(2);
  if ((flags & 0x8000) === 0) return false;
  // Some servers leave the question out of an error.
  if (message.readUInt16BE(4) === 0) return (flags & 15) !== 0;
  const echoed = message.subarray(headerBytes, headerBytes + question.length);
  return echoed.toString("latin1").toLowerCase() === question.toString("latin1").toLowerCase();
}

function header(
  id: number,
  flags: number,
  code: ResponseCode,
  counts: readonly [number, number, number, number],
): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  bytes.writeUInt16BE(id, 0);
  bytes.writeUInt16BE(0x8000 | flags | (code & 15), 2);
  for (const [i, count] of counts.entries()) bytes.writeUInt16BE(count, 4 + 2 * i);
  return bytes;
}

/** Data whose names are in full: elsewhere in the message a pointer would lead somewhere else. */
function expandData(message: Buffer, number: number, start: number, end: number): Buffer | undefined {
  const types = recordTypes;
  const before = number === types.MX ? 2 : 0;
  if (![types.NS, types.CNAME, types.PTR, types.MX].some((type) => type === number)) {
    return Buffer.from(message.subarray(start, end));
  }
  const name = expandName(message, start + before);
  return name && Buffer.concat([message.subarray(start, start + before), name.bytes]);
}

/** A name anywhere in a message, with its pointers followed; `end` is behind it where it began. */
function expandName(message: Buffer, start: number) {
  const labels: Buffer[] = [];
  let at = start;
  let end: number | undefined;
  // A name has 127 labels at most; whoever needs more steps goes round in circles.
  for (let steps = 0; steps < 256; steps++) {
    const length = message[at];
    if (length === undefined) return undefined;
    if (length >= 0xc0) {
      end ??= at + 2;
      if (at + 1 >= message.length) return undefined;
      at = message.readUInt16BE(at) & 0x3fff;
    } else if (length === 0) {
      const bytes = Buffer.concat([...labels, Buffer.alloc(1)]);
      if (bytes.length > 255) return undefined;
      return { text: labels.map((label) => label.toString("latin1", 1)).join("."), bytes, end: end ?? at + 1 };
    } else {
      if (length > 63 || at + 1 + length > message.length) return undefined;
      labels.push(message.subarray(at, at + 1 + length));
      at += 1 + length;
    }
  }
  return undefined;
}

/** A name in a question, which is never compressed. */
function readName(message: Buffer, start: number): { readonly text: string; readonly end: number } | undefined {
  const labels: string[] = [];
  let at = start;
  for (;;) {
    const length = message[at];
    if (length === undefined || length > 63) return undefined;
    at += 1;
    if (length === 0) return at - start > 255 ? undefined : { text: labels.join("."), end: at };
    if (at + length > message.length) return undefined;
    labels.push(labelText(message.subarray(at, at + length)));
    at += length;
  }
}

/** A name as queries have it: in lower case, with `\DDD` for what is no plain host name's. */
export function asQueried(name: string): string {
  return name
    .split(".")
    .map((label) => labelText(Buffer.from(label)))
    .join(".");
}

function labelText(label: Buffer): string {
  return label
    .toString("latin1")
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, (character) => `\\${String(character.charCodeAt(0)).padStart(3, "0")}`);
}

/** The OPT record among those after the question. */
function readEdns(message: Buffer, start: number): Query["edns"] | "malformed" {
  const records = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10);
  let at = start;
  let edns: Query["edns"];
  for (let i = 0; i < records; i++) {
    const fields = skipName(message, at);
    if (fields === undefined || fields + 10 > message.length) return "malformed";
    if (message.readUInt16BE(fields) === recordTypes.OPT) {
      if (edns !== undefined) return "malformed";
      edns = { udpBytes: message.readUInt16BE(fields + 2), version: message[fields + 5]! };
    }
    at = fields + 10 + message.readUInt16BE(fields + 8);
    if (at > message.length) return "malformed";
  }
  return edns;
}

function skipName(message: Buffer, start: number): number | undefined {
  let at = start;
  for (;;) {
    const length = message[at];
    if (length === undefined) return undefined;
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2;
    if (length > 63) return undefined;
    at += 1 + length;
  }
}

function resourceRecord(record: DnsRecord): Buffer {
  const owner = record.owner === undefined ? Buffer.from([0xc0, headerBytes]) : encodeName(record.owner);
  if (record.type === "SOA") return soaRecord(owner, record.zone, record.ttlSeconds);
  return withData(owner, typeNumber(record), record.ttlSeconds, recordData(record));
}

function recordData(record: Exclude<DnsRecord, { type: "SOA" }>): Buffer {
  if (record.type === "OTHER") return record.data;
  if (record.type === "A") return Buffer.from(record.address.split(".").map(Number));
  if (record.type !== "SRV") return encodeName(record.target);
  const numbers = Buffer.alloc(6);
  for (const [i, number] of [record.priority, record.weight, record.port].entries())
    numbers.writeUInt16BE(number, 2 * i);
  return Buffer.concat([numbers, encodeName(record.target)]);
}

/** Resolvers remember for the shorter of the record's TTL and its last number: both are the same. */
function soaRecord(owner: Buffer, zone: string, negativeTtlSeconds: number): Buffer {
  const numbers = Buffer.alloc(20);
  for (const [i, number] of [1, 7200, 900, 1209600, negativeTtlSeconds].entries()) numbers.writeUInt32BE(number, 4 * i);
  const data = Buffer.concat([encodeName(`ns.${zone}`), encodeName(`hostmaster.${zone}`), numbers]);
  return withData(owner, recordTypes.SOA, negativeTtlSeconds, data);
}

/** The upper eight bits of the response code are here. */
function optRecord(code: ResponseCode): Buffer {
  const record = Buffer.alloc(11);
  record.writeUInt16BE(recordTypes.OPT, 1);
  record.writeUInt16BE(ednsUdpBytes, 3);
  record[5] = code >> 4;
  return record;
}

function withData(owner: Buffer, type: number, ttlSeconds: number, data: Buffer): Buffer {
  const fields = Buffer.alloc(10);
  fields.writeUInt16BE(type, 0);
  fields.writeUInt16BE(internetClass, 2);
  fields.writeUInt32BE(ttlSeconds, 4);
  fields.writeUInt16BE(data.length, 8);
  return Buffer.concat([owner, fields, data]);
}

/** `\DDD` stands for one character, as in the names of queries. */
function encodeName(name: string): Buffer {
  const labels = (name === "" ? [] : name.split(".")).map((label) =>
    Buffer.from(
      label.replace(/\\(\d{3})/g, (_, code) => String.fromCharCode(Number(code))),
      "latin1",
    ),
  );
  return Buffer.concat([...labels.flatMap((label) => [Buffer.from([label.length]), label]), Buffer.alloc(1)]);
}
