export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A request as it will be sent: path and query are encoded, the names of headers are in lower case. */
export interface RequestToSign {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface SignerOptions {
  readonly credentials: Credentials;
  readonly region: string;
  readonly service: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** SHA-256 of the body in hexadecimal digits; `body` is not looked at then. */
  readonly payloadHash?: string;
}

/** Signature Version 4, for what calls AWS, or what speaks as it does: the request with the headers to be sent. */
export type RequestSigner = (
  request: RequestToSign,
  options: SignerOptions,
) => { readonly headers: Readonly<Record<string, string | undefined>> };
