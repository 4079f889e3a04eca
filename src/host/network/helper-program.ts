import { type Architecture, elfHeader, headerBytes, loadAddress } from "#host/runtime/docker/pause-program.ts";
import { systemPath } from "./direct-shell.ts";

/**
 * The helper container's program, put together byte by byte like the pause program: it enters the mount namespace of
 * its parent, which is the engine's (the container shares the engine's process ids), and becomes a shell there. So the
 * helper needs no image but its own few hundred bytes, uses the machine's own `ip` and `nft`, which fit its kernel, and
 * what it mounts under /run/netns outlives it. Linux 5.8 is needed for `setns` of a process:
 *
 *   setns(pidfd_open(getppid(), 0), CLONE_NEWNS);
 *   execve("/bin/sh", ["sh"], ["PATH=...", "LC_ALL=C"]);
 *   exit_group(127);
 */
export function helperProgram(architecture: Architecture): Uint8Array {
  const arm = architecture === "arm64";
  // The data's place depends on the code's length, which does not depend on the data's place.
  const codeBytes = (arm ? arm64Code(noData) : x86Code(noData)).length;
  const data = layOutData(codeBytes);
  const body = Buffer.concat([arm ? arm64Code(data) : x86Code(data), data.bytes]);
  return Buffer.concat([elfHeader(architecture, headerBytes + body.length), body]);
}

/** Offsets from the start of the code. */
interface Data {
  readonly shell: number;
  readonly arguments: number;
  readonly environment: number;
  readonly bytes: Uint8Array;
}

const noData: Data = { shell: 0, arguments: 0, environment: 0, bytes: new Uint8Array(0) };

/** Two lists of pointers, each ended by a null pointer, and the texts that they point to. */
function layOutData(codeBytes: number): Data {
  const texts = ["sh", `PATH=${systemPath}`, "LC_ALL=C", "/bin/sh"];
  const pointers = Buffer.alloc(8 * 5);
  const start = codeBytes + pointers.length;
  const offsets: number[] = [];
  let at = start;
  for (const text of texts) {
    offsets.push(at);
    at += Buffer.byteLength(text) + 1;
  }
  const [name, path, locale, shell] = offsets as [number, number, number, number];
  const absolute = (offset: number) => BigInt(loadAddress + headerBytes + offset);
  pointers.writeBigUInt64LE(absolute(name), 0);
  pointers.writeBigUInt64LE(absolute(path), 16);
  pointers.writeBigUInt64LE(absolute(locale), 24);
  const bytes = Buffer.concat([pointers, Buffer.from(texts.map((text) => `${text}\0`).join(""))]);
  return { shell, arguments: codeBytes, environment: codeBytes + 16, bytes };
}

/** x86-64: number in eax, arguments in rdi, rsi, rdx. */
function x86Code(data: Data): Buffer {
  const code: number[] = [];
  const int32 = (value: number) => [0, 8, 16, 24].map((shift) => (value >> shift) & 0xff);
  const mov = (opcode: number, value: number) => code.push(opcode, ...int32(value));
  const [eax, esi, edi] = [0xb8, 0xbe, 0xbf]; // mov register, value
  // lea register, [rip+label]: counted from the end of the instruction, which is 7 bytes long
  const lea = (register: number, label: number) => code.push(0x48, 0x8d, register, ...int32(label - (code.length + 7)));
  const [rdx, rsi, rdi] = [0x15, 0x35, 0x3d];
  const syscall = () => code.push(0x0f, 0x05);
  mov(eax, 110); // getppid
  syscall();
  code.push(0x89, 0xc7); // mov edi, eax
  mov(eax, 434); // pidfd_open
  mov(esi, 0);
  syscall();
  code.push(0x89, 0xc7); // mov edi, eax
  mov(eax, 308); // setns
  mov(esi, 0x20000);
  syscall();
  mov(eax, 59); // execve
  lea(rdi, data.shell);
  lea(rsi, data.arguments);
  lea(rdx, data.environment);
  syscall();
  mov(eax, 231); // exit_group
  mov(edi, 127);
  syscall();
  while (code.length % 8 !== 0) code.push(0x90); // nop
  return Buffer.from(code);
}

/** arm64: number in x8, arguments in x0 to x2. */
function arm64Code(data: Data): Buffer {
  const code: number[] = [];
  const mov = (register: number, value: number) => code.push(0xd2800000 | (value << 5) | register); // movz xR, #value
  const adr = (register: number, label: number) => {
    const offset = label - 4 * code.length;
    code.push(0x10000000 | ((offset & 3) << 29) | (((offset >> 2) & 0x7ffff) << 5) | register); // adr xR, label
  };
  const svc = () => code.push(0xd4000001); // svc #0
  mov(8, 173); // getppid
  svc();
  mov(8, 434); // pidfd_open of what x0 is now
  mov(1, 0);
  svc();
  mov(8, 268); // setns of what x0 is now
  code.push(0xd2a00041); // movz x1, #2, lsl #16
  svc();
  mov(8, 221); // execve
  adr(0, data.shell);
  adr(1, data.arguments);
  adr(2, data.environment);
  svc();
  mov(8, 94); // exit_group
  mov(0, 127);
  svc();
  while (code.length % 2 !== 0) code.push(0xd503201f); // nop
  const bytes = Buffer.alloc(4 * code.length);
  for (const [i, word] of code.entries()) bytes.writeUInt32LE(word >>> 0, 4 * i);
  return bytes;
}
