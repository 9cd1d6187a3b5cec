import type { Engine } from './engine.ts';

/** A format as the engine names it. */
export interface OutputFormat {
  readonly name: string;
  readonly contentType: string;
}

/** The engine's output formats by name in lower case, as it takes them. */
export async function readOutputFormats(engine: Engine): Promise<ReadonlyMap<string, OutputFormat>> {
  const table = await engine.run('SELECT name, content_type FROM system.formats WHERE is_output', 'TabSeparatedRaw');
  const formats = table
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t') as [string, string]);
  return new Map(
    formats.map(([name, type]) => [name.toLowerCase(), { name, contentType: type || 'text/plain; charset=UTF-8' }]),
  );
}
