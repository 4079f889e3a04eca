/** botocore's service model (`service-2.json`), as far as the generator reads it. */
export interface SourceModel {
  readonly metadata: SourceMetadata;
  readonly operations: Readonly<Record<string, SourceOperation>>;
  readonly shapes: Readonly<Record<string, SourceShape>>;
}

export interface SourceMetadata {
  readonly apiVersion: string;
  readonly endpointPrefix: string;
  readonly protocol: string;
  readonly protocols?: readonly string[];
  readonly jsonVersion?: string;
  readonly targetPrefix?: string;
  readonly signingName?: string;
  readonly serviceId: string;
  readonly xmlNamespace?: string;
  readonly awsQueryCompatible?: object;
}

export interface SourceOperation {
  readonly name: string;
  readonly http: { readonly method: string; readonly requestUri: string; readonly responseCode?: number };
  readonly input?: SourceReference;
  readonly output?: SourceReference & { readonly resultWrapper?: string };
  readonly errors?: readonly SourceReference[];
  readonly authtype?: string;
}

export interface SourceReference {
  readonly shape: string;
  readonly location?: string;
  readonly locationName?: string;
  readonly queryName?: string;
  readonly flattened?: boolean;
  readonly timestampFormat?: string;
  readonly jsonvalue?: boolean;
  readonly idempotencyToken?: boolean;
  readonly streaming?: boolean;
  readonly event?: boolean;
  readonly eventheader?: boolean;
  readonly eventpayload?: boolean;
}

export interface SourceShape extends Partial<Omit<SourceReference, "shape">> {
  readonly type: string;
  readonly members?: Readonly<Record<string, SourceReference>>;
  readonly required?: readonly string[];
  readonly member?: SourceReference;
  readonly key?: SourceReference;
  readonly value?: SourceReference;
  readonly enum?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly sensitive?: boolean;
  readonly payload?: string;
  readonly document?: boolean;
  readonly union?: boolean;
  readonly eventstream?: boolean;
  readonly exception?: boolean;
  readonly fault?: boolean;
  readonly error?: { readonly code?: string; readonly httpStatusCode?: number };
  readonly requiresLength?: boolean;
}

/** The names of all shapes that operations reach by their inputs and outputs, and with `errors` by their errors. */
export function reachableShapes(model: SourceModel, options: { errors: boolean }): string[] {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const shape = model.shapes[name];
    if (shape === undefined) throw new Error(`The model names a shape that it lacks: ${name}`);
    for (const reference of referencesOf(shape)) visit(reference.shape);
  };
  for (const operation of Object.values(model.operations)) {
    if (operation.input) visit(operation.input.shape);
    if (operation.output) visit(operation.output.shape);
    if (options.errors) for (const error of operation.errors ?? []) visit(error.shape);
  }
  return [...seen].sort();
}

function referencesOf(shape: SourceShape): SourceReference[] {
  const parts = [...Object.values(shape.members ?? {}), shape.member, shape.key, shape.value];
  return parts.filter((part) => part !== undefined);
}
