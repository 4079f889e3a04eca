/**
 * CPU units of a task (1024 are one vCPU) from `256`, `.25 vCPU` or `1vcpu`; undefined when it is none of these.
 * See "Task size" of the Amazon ECS developer guide.
 */
export function parseCpu(text: string): number | undefined {
  return parseAmount(text, /^(\d*\.?\d+)\s*vcpu$/i);
}

/** MiB of a task from `512`, `0.5 GB` or `1gb`; undefined when it is none of these. */
export function parseMemory(text: string): number | undefined {
  return parseAmount(text, /^(\d*\.?\d+)\s*gb$/i);
}

function parseAmount(text: string, withUnit: RegExp): number | undefined {
  const trimmed = text.trim();
  if (/^\d+$/.test(trimmed)) return Number(trimmed);
  const amount = withUnit.exec(trimmed)?.[1];
  if (amount === undefined) return undefined;
  const units = Number(amount) * 1024;
  return Number.isInteger(units) ? units : undefined;
}

interface FargateSize {
  readonly cpu: number;
  /** MiB */
  readonly memory: readonly number[];
}

/** What Fargate runs Linux tasks on: CPU units, and the amounts of memory that go with them. */
export const fargateSizes: readonly FargateSize[] = [
  { cpu: 256, memory: [512, 1024, 2048] },
  { cpu: 512, memory: steps(1, 4, 1) },
  { cpu: 1024, memory: steps(2, 8, 1) },
  { cpu: 2048, memory: steps(4, 16, 1) },
  { cpu: 4096, memory: steps(8, 30, 1) },
  { cpu: 8192, memory: steps(16, 60, 4) },
  { cpu: 16384, memory: steps(32, 120, 8) },
  { cpu: 32768, memory: [60 * 1024, 120 * 1024, 244 * 1024] },
];

export function isFargateSize(cpu: number, memoryMiB: number): boolean {
  return fargateSizes.some((size) => size.cpu === cpu && size.memory.includes(memoryMiB));
}

/** MiB from `firstGiB` to `lastGiB`. */
function steps(firstGiB: number, lastGiB: number, stepGiB: number): number[] {
  const count = (lastGiB - firstGiB) / stepGiB + 1;
  return Array.from({ length: count }, (_, i) => (firstGiB + i * stepGiB) * 1024);
}
