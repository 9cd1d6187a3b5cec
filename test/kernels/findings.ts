import { type Drain, decodeDrain } from '../../packages/bpf/src/index.ts';

/** What kernel_check (native/crates/sampler/examples) wrote down. */
export interface Findings {
  readonly kernel: string;
  /** Instructions that the verifier went through, by program. */
  readonly verified: Readonly<Record<string, number>>;
  /** Its last lines about a program that it refused. */
  readonly refused: Readonly<Record<string, string>>;
  /** By the way the walk gets past the limits of one program. */
  readonly walkings: Readonly<Record<string, Walking>>;
}

export interface Walking {
  /** Why nothing was sampled: a code and a sentence. */
  readonly error?: string;
  readonly programs: readonly { readonly pid: number; readonly command: string }[];
  /** Why a file got no unwind table. */
  readonly tableFailures: Readonly<Record<string, string>>;
  /** While unwind tables were built, and afterwards. */
  readonly before: readonly Drain[];
  readonly measured: readonly Drain[];
}

/** Throws for a line that says that the check itself went wrong. */
export function readFindings(text: string): Findings {
  const findings = { kernel: '', verified: {}, refused: {}, walkings: {} } as {
    kernel: string;
    verified: Record<string, number>;
    refused: Record<string, string>;
    walkings: Record<string, Walking>;
  };
  const change = (name: string, walking: (known: Walking) => Partial<Walking>) => {
    const known = findings.walkings[name] ?? { programs: [], tableFailures: {}, before: [], measured: [] };
    findings.walkings[name] = { ...known, ...walking(known) };
  };
  for (const line of text.split('\n')) {
    const [kind, name = '', ...fields] = line.split('\t');
    if (kind === 'kernel') findings.kernel = name;
    else if (kind === 'verified') findings.verified[name] = Number(fields[0]);
    else if (kind === 'verifier') findings.refused[name] = `${findings.refused[name] ?? ''}${fields.join('\t')}\n`;
    else if (kind === 'refused') change(name, () => ({ error: fields.join(': ') }));
    else if (kind === 'program') {
      const program = { pid: Number(fields[0]), command: fields[1]! };
      change(name, ({ programs }) => ({ programs: [...programs, program] }));
    } else if (kind === 'table') {
      const [path, , failure] = fields;
      if (failure) change(name, ({ tableFailures }) => ({ tableFailures: { ...tableFailures, [path!]: failure } }));
    } else if (kind === 'drain') {
      const drain = decodeDrain(Buffer.from(fields[1]!, 'hex'));
      change(name, ({ before, measured }) =>
        fields[0] === 'before' ? { before: [...before, drain] } : { measured: [...measured, drain] },
      );
    } else if (kind === 'failed') throw new Error(line);
  }
  return findings;
}
