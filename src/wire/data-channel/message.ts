import { createHash } from "node:crypto";

/**
 * The binary messages of a Session Manager data channel, which its clients (the AWS CLI's session-manager-plugin) and
 * its agents speak over a web socket. All numbers are big-endian:
 *
 * | bytes | field |
 * |---|---|
 * | 4 | length of the header up to the payload's length: 116 |
 * | 32 | message type, padded with spaces |
 * | 4 | schema version, 1 |
 * | 8 | when it was made, in milliseconds since the epoch |
 * | 8 | sequence number |
 * | 8 | flags: 1 SYN, 2 FIN |
 * | 16 | message id, a UUID with its second half first |
 * | 32 | SHA-256 of the payload |
 * | 4 | payload type |
 * | 4 | payload length |
 */
export interface DataChannelMessage {
  readonly messageType: string;
  readonly createdDate: number;
  readonly sequenceNumber: number;
  readonly flags: number;
  /** A UUID. */
  readonly messageId: string;
  /** See `payloadTypes`; 0 outside of streams. */
  readonly payloadType: number;
  readonly payload: Uint8Array;
}

export const messageTypes = {
  /** From the client to the agent, and from the agent to the client: numbered, acknowledged, in order. */
  input: "input_stream_data",
  output: "output_stream_data",
  acknowledge: "acknowledge",
  channelClosed: "channel_closed",
  /** Whether the other end listens now. */
  startPublication: "start_publication",
  pausePublication: "pause_publication",
} as const;

export const messageFlags = { syn: 1, fin: 2 } as const;

const schemaVersion = 1;
const typeBytes = 32;
const offsets = {
  type: 4,
  schema: 36,
  date: 40,
  sequence: 48,
  flags: 56,
  id: 64,
  digest: 80,
  payloadType: 112,
} as const;
/** The length of the header as it stands in its first field: without the payload's length behind it. */
const headerLength = 116;
const payloadOffset = headerLength + 4;

export function encodeMessage(message: DataChannelMessage): Uint8Array {
  const { payload } = message;
  const bytes = Buffer.alloc(payloadOffset + payload.length);
  bytes.writeUInt32BE(headerLength, 0);
  bytes.write(message.messageType.padEnd(typeBytes), offsets.type, typeBytes, "latin1");
  bytes.writeUInt32BE(schemaVersion, offsets.schema);
  bytes.writeBigUInt64BE(BigInt(Math.floor(message.createdDate)), offsets.date);
  bytes.writeBigInt64BE(BigInt(message.sequenceNumber), offsets.sequence);
  bytes.writeBigUInt64BE(BigInt(message.flags), offsets.flags);
  const id = Buffer.from(message.messageId.replaceAll("-", ""), "hex");
  id.copy(bytes, offsets.id, 8, 16);
  id.copy(bytes, offsets.id + 8, 0, 8);
  digestOf(payload).copy(bytes, offsets.digest);
  bytes.writeUInt32BE(message.payloadType, offsets.payloadType);
  bytes.writeUInt32BE(payload.length, headerLength);
  bytes.set(payload, payloadOffset);
  return bytes;
}

/** The message, or undefined when the bytes are none: too short, of another form, or with a changed payload. */
export function decodeMessage(data: Uint8Array): DataChannelMessage | undefined {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (bytes.length < payloadOffset || bytes.readUInt32BE(0) !== headerLength) return undefined;
  const payload = bytes.subarray(payloadOffset);
  if (bytes.readUInt32BE(headerLength) !== payload.length) return undefined;
  const digest = bytes.subarray(offsets.digest, offsets.digest + 32);
  if (payload.length > 0 && !digestOf(payload).equals(digest)) return undefined;
  const createdDate = Number(bytes.readBigUInt64BE(offsets.date));
  const sequenceNumber = Number(bytes.readBigInt64BE(offsets.sequence));
  const flags = Number(bytes.readBigUInt64BE(offsets.flags));
  if (sequenceNumber < 0 || [createdDate, sequenceNumber, flags].some((number) => !Number.isSafeInteger(number))) {
    return undefined;
  }
  return {
    // Some senders pad with spaces, others with null bytes.
    messageType: bytes.toString("latin1", offsets.type, offsets.schema).replaceAll("\0", "").trim(),
    ...{ createdDate, sequenceNumber, flags },
    messageId: uuidOf(bytes.subarray(offsets.id + 8, offsets.digest), bytes.subarray(offsets.id, offsets.id + 8)),
    payloadType: bytes.readUInt32BE(offsets.payloadType),
    payload,
  };
}

function digestOf(payload: Uint8Array): Buffer {
  return createHash("sha256").update(payload).digest();
}

function uuidOf(first: Buffer, second: Buffer): string {
  const digits = first.toString("hex") + second.toString("hex");
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    "-",
  );
}
