import { execFileSync } from 'node:child_process';
import type { LookupAddress } from '@strata/profile';
import type { OpenIndex } from '@strata/symbolizer';

const output = (command: string, args: readonly string[], input = '') =>
  execFileSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 30, input });

/** Shares of `count` addresses at which function and line are those of `runtime.CallersFrames`, and of its stacks' inlined chains. */
export async function goAgreement(index: OpenIndex, program: string, count: number) {
  const listed = output('go', ['tool', 'nm', '-size', program])
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, size, type, name]) => /^[tT]$/.test(type ?? '') && Number(size) > 0 && !/^runtime\.e?text$/.test(name!))
    .map(([address, size]) => ({ start: Number.parseInt(address!, 16), size: Number(size) }));
  const total = listed.reduce((sum, { size }) => sum + size, 0);
  // Evenly through all code.
  const addresses: LookupAddress[] = [];
  let before = 0;
  for (const { start, size } of listed) {
    for (let i = Math.ceil((before * count) / total); i < ((before + size) * count) / total; i++) {
      const offset = Math.floor((i * total) / count - before);
      // The runtime is asked by return addresses, and that of a function's last byte is the next function's entry.
      if (offset < size - 1) addresses.push((start + offset) as LookupAddress);
    }
    before += size;
  }
  const hex = (list: readonly number[]) => `${list.map((address) => address.toString(16)).join('\n')}\n`;
  const said = output(program, ['frames'], hex(addresses)).trimEnd().split('\n');
  const ours = await index.resolve(addresses, true);
  const counts = { known: 0, functions: 0, lines: 0 };
  for (const [row, line] of said.entries()) {
    const [name, file, number] = line.split('\t');
    // The runtime has no name for the function whose name stands first in its table.
    if (name === '') continue;
    counts.known++;
    const [inner] = ours[row]!;
    if (inner?.function === name) counts.functions++;
    if (inner?.file === file && inner?.line === Number(number)) counts.lines++;
  }
  const stacks = output(program, ['stacks'])
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  const places = stacks.map(([pc]) => Number.parseInt(pc!, 16) as LookupAddress);
  const chains = await index.resolve(places, true);
  const equal = stacks.filter(([, ...frames], row) => {
    const chain = chains[row]!.flatMap((frame) => [frame.function, frame.file, String(frame.line)]);
    return chain.join('\t') === frames.join('\t');
  });
  return {
    functions: counts.functions / counts.known,
    lines: counts.lines / counts.known,
    chains: equal.length / stacks.length,
    stacks: stacks.length,
  };
}
