/** What a filter is asked about: `struct seccomp_data`. */
export interface SeccompData {
  readonly number: number;
  readonly tag: number;
  readonly args: readonly number[];
}

/**
 * The classic-BPF machine of the kernel, for the instructions that seccomp allows: a model to hold the filter against.
 * @see Documentation/networking/filter.rst
 */
export function evaluateFilter(program: Uint8Array, data: SeccompData): string {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  let accumulator = 0;
  for (let at = 0; at < program.byteLength / 8; ) {
    const code = view.getUint16(at * 8, true);
    const jumpTrue = view.getUint8(at * 8 + 2);
    const jumpFalse = view.getUint8(at * 8 + 3);
    const operand = view.getUint32(at * 8 + 4, true);
    const jump = (holds: boolean) => at + 1 + (holds ? jumpTrue : jumpFalse);
    switch (code) {
      case 0x20:
        accumulator = word(data, operand);
        at += 1;
        break;
      case 0x15:
        at = jump(accumulator === operand);
        break;
      case 0x35:
        at = jump(accumulator >= operand);
        break;
      case 0x45:
        at = jump((accumulator & operand) >>> 0 !== 0);
        break;
      case 0x06:
        return verdict(operand);
      default:
        throw new Error(`instruction ${code.toString(16)} is not one that seccomp takes here`);
    }
  }
  throw new Error("the filter ran past its end");
}

function word(data: SeccompData, offset: number): number {
  if (offset === 0) return data.number >>> 0;
  if (offset === 4) return data.tag >>> 0;
  const argument = data.args[Math.floor((offset - 16) / 8)] ?? 0;
  return offset % 8 === 0 ? argument >>> 0 : Math.floor(argument / 2 ** 32);
}

function verdict(value: number): string {
  if (value === 0x7fff0000) return "allow";
  if (value >>> 16 === 0x0005) return `errno ${value & 0xffff}`;
  return `action ${value.toString(16)}`;
}
