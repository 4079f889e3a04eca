/**
 * The program of the sandbox's first process, put together here byte by byte so that nothing has to be compiled or
 * pulled. It does what a pause container must and nothing else:
 *
 *   1. ignores SIGCHLD, so that the kernel reaps the orphans of a shared PID namespace by itself;
 *   2. blocks SIGTERM, SIGINT and SIGQUIT and waits for one of them (as process 1 of its namespace it would otherwise
 *      never receive them), so that the engine can shut down without waiting for it;
 *   3. ends with 0.
 *
 * The structures of the system calls are laid out alike on both architectures.
 */

export type Architecture = "x86_64" | "arm64";

/** Where such programs are loaded. */
export const loadAddress = 0x400000;
/** ELF header and one program header. */
export const headerBytes = 64 + 56;

/** struct sigaction { handler = SIG_IGN (1), flags = SA_NOCLDWAIT (2), restorer = 0, mask = 0 } */
const ignoreAction = [1n, 2n, 0n, 0n];
/** Signal n is bit n-1: SIGINT 2, SIGQUIT 3, SIGTERM 15. */
const waitedSignals = [(1n << 1n) | (1n << 2n) | (1n << 14n)];

/** A static ELF executable of a few hundred bytes. */
export function pauseProgram(architecture: Architecture): Uint8Array {
  const code = architecture === "arm64" ? arm64Code() : x86Code();
  const data = Buffer.alloc(8 * (ignoreAction.length + waitedSignals.length));
  for (const [i, word] of [...ignoreAction, ...waitedSignals].entries()) data.writeBigUInt64LE(word, 8 * i);
  const body = Buffer.concat([code, data]);
  return Buffer.concat([elfHeader(architecture, headerBytes + body.length), body]);
}

/** The headers of a static executable of one segment whose code follows them at once. */
export function elfHeader(architecture: Architecture, fileBytes: number): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // "\x7fELF", 64 bits, little endian, version 1
  header.writeUInt16LE(2, 16); // ET_EXEC
  header.writeUInt16LE(architecture === "arm64" ? 183 : 62, 18); // EM_AARCH64, EM_X86_64
  header.writeUInt32LE(1, 20); // version
  header.writeBigUInt64LE(BigInt(loadAddress + headerBytes), 24); // entry point: the code follows the headers
  header.writeBigUInt64LE(64n, 32); // offset of the program header
  header.writeUInt16LE(64, 52); // size of the ELF header
  header.writeUInt16LE(56, 54); // size of a program header
  header.writeUInt16LE(1, 56); // number of program headers
  header.writeUInt16LE(64, 58); // size of a section header (there are none)
  // One segment: the whole file, readable and executable, nothing writable.
  header.writeUInt32LE(1, 64); // PT_LOAD
  header.writeUInt32LE(5, 68); // PF_R | PF_X
  header.writeBigUInt64LE(0n, 72); // file offset
  header.writeBigUInt64LE(BigInt(loadAddress), 80); // virtual address
  header.writeBigUInt64LE(BigInt(loadAddress), 88); // physical address
  header.writeBigUInt64LE(BigInt(fileBytes), 96); // size in the file
  header.writeBigUInt64LE(BigInt(fileBytes), 104); // size in memory
  header.writeBigUInt64LE(0x10000n, 112); // alignment: 64 KiB pages of some arm64 kernels
  return header;
}

/** x86-64: number in rax, arguments in rdi, rsi, rdx, r10. Data follows the code, addressed relative to rip. */
function x86Code(): Buffer {
  const codeBytes = 89;
  const action = codeBytes;
  const signals = codeBytes + 8 * ignoreAction.length;
  const code: number[] = [];
  const bytes = (...values: number[]): void => void code.push(...values);
  const withNumber = (opcode: readonly number[], value: number): void => {
    bytes(...opcode, value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >> 24) & 0xff);
  };
  const movEax = (value: number) => withNumber([0xb8], value); // mov eax, value
  const movEdi = (value: number) => withNumber([0xbf], value); // mov edi, value
  const movR10d = (value: number) => withNumber([0x41, 0xba], value); // mov r10d, value
  // lea rsi/rdi, [rip+label]: counted from the end of the instruction, which is 7 bytes long
  const leaRsi = (label: number) => withNumber([0x48, 0x8d, 0x35], label - (code.length + 7));
  const leaRdi = (label: number) => withNumber([0x48, 0x8d, 0x3d], label - (code.length + 7));
  const zeroEdi = () => bytes(0x31, 0xff); // xor edi, edi
  const zeroEsi = () => bytes(0x31, 0xf6); // xor esi, esi
  const zeroEdx = () => bytes(0x31, 0xd2); // xor edx, edx
  const syscall = () => bytes(0x0f, 0x05);

  movEax(13); // rt_sigaction(SIGCHLD, &action, NULL, 8)
  movEdi(17);
  leaRsi(action);
  zeroEdx();
  movR10d(8);
  syscall();
  movEax(14); // rt_sigprocmask(SIG_BLOCK, &signals, NULL, 8)
  zeroEdi();
  leaRsi(signals);
  zeroEdx();
  movR10d(8);
  syscall();
  const wait = code.length;
  movEax(128); // rt_sigtimedwait(&signals, NULL, NULL, 8)
  leaRdi(signals);
  zeroEsi();
  zeroEdx();
  movR10d(8);
  syscall();
  bytes(0x85, 0xc0); // test eax, eax
  bytes(0x78, (wait - (code.length + 2)) & 0xff); // js wait: interrupted, wait again
  movEax(231); // exit_group(0)
  zeroEdi();
  syscall();
  while (code.length < codeBytes) bytes(0x90); // nop
  return Buffer.from(code);
}

/** arm64: number in x8, arguments in x0 to x3. Data follows the code, addressed relative to the program counter. */
function arm64Code(): Buffer {
  const codeBytes = 4 * 20;
  const action = codeBytes;
  const signals = codeBytes + 8 * ignoreAction.length;
  const code: number[] = [];
  const mov = (register: number, value: number) => code.push(0xd2800000 | (value << 5) | register); // movz xR, #value
  const adr = (register: number, label: number) => {
    const offset = label - 4 * code.length;
    code.push(0x10000000 | ((offset & 3) << 29) | ((offset >> 2) << 5) | register); // adr xR, label
  };
  const svc = () => code.push(0xd4000001); // svc #0

  mov(8, 134); // rt_sigaction(SIGCHLD, &action, NULL, 8)
  mov(0, 17);
  adr(1, action);
  mov(2, 0);
  mov(3, 8);
  svc();
  mov(8, 135); // rt_sigprocmask(SIG_BLOCK, &signals, NULL, 8)
  mov(0, 0);
  adr(1, signals);
  svc(); // x2 and x3 are still NULL and 8
  const wait = code.length;
  mov(8, 137); // rt_sigtimedwait(&signals, NULL, NULL, 8)
  adr(0, signals);
  mov(1, 0);
  svc();
  code.push(0xb7f80000 | (((wait - code.length) & 0x3fff) << 5)); // tbnz x0, #63, wait: interrupted, wait again
  mov(8, 94); // exit_group(0)
  mov(0, 0);
  svc();
  while (code.length < codeBytes / 4) code.push(0xd503201f); // nop
  const bytes = Buffer.alloc(codeBytes);
  for (const [i, word] of code.entries()) bytes.writeUInt32LE(word >>> 0, 4 * i);
  return bytes;
}
